"""The timeline: the items of the filter in order of time, those without a time at the end."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from sqlalchemy import Connection, Text, cast, func, literal, select

from app.gui import wording
from app.gui.background import Job
from app.gui.case_controller import CaseController
from app.gui.models.paged import PAGE, PagedModel
from app.item_content import content
from evidence_store import queries, schema
from evidence_store.queries import NO_TIME_LAST, Row
from evidence_store.selection import Selection

HEADINGS: Final = ("Item", "When (UK time)", "Clock", "Kind", "Parties as recorded", "Content", "Marks", "Tags")
ITEM, WHEN, CLOCK, KIND, PARTIES, CONTENT, MARKS, TAGS = range(len(HEADINGS))
_LONGEST_CELL: Final = 300
_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """A row of the store with what its principal moment says of its clock."""

    row: Row
    content: str
    clock: str
    raw: str
    note: str


def fetch_lines(connection: Connection, wanted: Sequence[int]) -> list[tuple[int, TimelineLine]]:
    """The lines of these items."""
    moment, item = schema.moment, schema.item
    path = literal("$.moments[") + cast(moment.c.ord, Text) + literal("].note")
    note = func.json_extract(item.c.record, path).label("note")
    query = (
        select(moment.c.item_id, moment.c.clock, moment.c.raw, note)
        .join(item, item.c.id == moment.c.item_id)
        .where(moment.c.item_id.in_(wanted))
        .order_by(moment.c.item_id, moment.c.utc_us.is_(None), moment.c.ord)
    )
    first: dict[int, tuple[str, str, str]] = {}
    for found in connection.execute(query):
        first.setdefault(found.item_id, (found.clock, found.raw, found.note or ""))
    rows = queries.rows(connection, wanted)
    # A message is its text; what another kind says stands in its record, in the same words as in a report.
    others = queries.details(connection, [row.id for row in rows if row.kind != "message"])
    says = {one.id: content(one) for one in others}
    return [(row.id, TimelineLine(row, says.get(row.id, row.text), *first.get(row.id, ("", "", "")))) for row in rows]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All items of a filter: ids in order, and their times (NO_TIME_LAST where there is none)."""

    ids: array[int]
    times: array[int]


def load(connection: Connection, chosen: Selection, stop: threading.Event) -> Loaded:
    """Reads ids and times of the whole filter; gives what it has when it is told to stop."""
    found = Loaded(array("q"), array("q"))
    rows = queries.ids(connection, chosen)
    while not stop.is_set() and (batch := list(islice(rows, _BATCH))):
        found.ids.extend([item_id for item_id, _ in batch])
        found.times.extend([NO_TIME_LAST if when_us is None else when_us for _, when_us in batch])
    return found


def first_page(connection: Connection, chosen: Selection) -> list[tuple[int, TimelineLine]]:
    """The first lines of a filter, ready to be shown."""
    return fetch_lines(connection, [item_id for item_id, _ in queries.page(connection, chosen, limit=PAGE)])


class TimelineModel(PagedModel[TimelineLine]):
    """Follows the controller's filter. The range of time is cut out of what is loaded, without asking the store."""

    loaded = Signal()  # ids and times of the whole filter are there
    shown = Signal(int, bool)  # rows shown; whether that is all of them

    def __init__(self, controller: CaseController, parent: QObject | None = None) -> None:
        super().__init__(controller, HEADINGS, fetch_lines, parent)
        self.times = array("q")  # of the filter without its range of time: what the histogram draws
        self.is_loading = False
        self._all_ids = array("q")
        self._filter: Selection | None = None
        self._range: tuple[int | None, int | None] = (None, None)
        self._job: Job | None = None
        self._stop = threading.Event()
        controller.selection_changed.connect(self.follow)
        controller.tags_changed.connect(self._retag)

    def follow(self, chosen: Selection) -> None:
        """Shows this filter: the first page at once, the rest when it is loaded."""
        wanted = replace(chosen, since=None, until=None)
        self._range = (chosen.since, chosen.until)
        if wanted == self._filter and not self.is_loading:
            self._cut()
            return
        self._end_jobs()
        self._filter, self.is_loading = wanted, True
        # The rest only after the first page: side by side, the long one would hold up the short one.
        self._job = self.controller.read(
            lambda connection: first_page(connection, chosen), self._show_first, self._give_up_loading
        )

    def reload(self) -> None:
        """Reads the filter again, after evidence was added."""
        self._filter = None
        self.follow(self.controller.selection)

    def stop(self) -> None:
        """Ends what is being read, for closing the case."""
        self._stop.set()

    def _end_jobs(self) -> None:
        self._stop.set()
        if self._job is not None:
            self._job.drop()

    def _show_first(self, found: list[tuple[int, TimelineLine]]) -> None:
        self.replace_ids(array("q", [item_id for item_id, _ in found]))
        self._keep(0, found)
        self.shown.emit(len(found), False)
        stop, wanted = threading.Event(), self._filter or Selection()
        self._stop = stop
        self._job = self.controller.read(
            lambda connection: load(connection, wanted, stop), self._keep_all, self._give_up_loading
        )

    def _give_up_loading(self, reason: str) -> None:
        """A filter that cannot be read shows nothing, and says why."""
        self.is_loading = False
        self.replace_ids(array("q"))
        self.controller.failed.emit(reason)

    def _keep_all(self, found: Loaded) -> None:
        self._all_ids, self.times, self.is_loading = found.ids, found.times, False
        self._cut()
        self.loaded.emit()

    def _cut(self) -> None:
        first, last = self.rows_between(*self._range)
        ids = self._all_ids[first:last] if (first, last) != (0, len(self._all_ids)) else self._all_ids
        if ids != self.ids:
            self.replace_ids(ids)
        self.shown.emit(len(self.ids), True)

    def rows_between(self, since: int | None, until: int | None) -> tuple[int, int]:
        """The rows of the filter in a range of time; a range leaves out what has no time."""
        if since is None and until is None:
            return 0, len(self.times)
        first = 0 if since is None else bisect_left(self.times, since)
        return first, bisect_left(self.times, NO_TIME_LAST if until is None else until)

    def first_without_time(self) -> int | None:
        """The row of the first item without a time, or None."""
        if self._range != (None, None) or self.is_loading:
            return None
        row = bisect_left(self.times, NO_TIME_LAST)
        return row if row < len(self.ids) else None

    def row_at(self, item_id: int, when_us: int | None) -> int | None:
        """Where an item of a known time stands, or None where the filter leaves it out."""
        when = NO_TIME_LAST if when_us is None else when_us
        place, first = bisect_left(self.times, when), self.rows_between(*self._range)[0]
        last = bisect_right(self.times, when)
        found = bisect_left(self._all_ids, item_id, place, last)
        row = found - first
        if self.is_loading or found >= last or self._all_ids[found] != item_id or not 0 <= row < len(self.ids):
            return None
        return row

    def _retag(self, tags: dict[int, tuple[str, ...]]) -> None:
        if tags:
            self.change_lines(
                lambda item_id, line: (
                    replace(line, row=replace(line.row, tags=tags[item_id])) if item_id in tags else line
                )
            )

    def cell(self, line: TimelineLine, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(line, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column]}: {spoken(line, column)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(line, column)
        if role == Qt.ItemDataRole.FontRole and line.clock == "C" and column in (WHEN, CLOCK):
            font = QFont()
            font.setItalic(True)
            return font
        return None


def cell_text(line: TimelineLine, column: int) -> str:
    row = line.row
    if column == WHEN:
        return wording.when(row.when_us, line.raw, line.note)
    if column == CONTENT:
        return wording.in_one_line(line.content[:_LONGEST_CELL])
    if column == KIND:
        return " · ".join(word for word in (wording.kind(row.kind), row.service) if word)
    plain = {ITEM: row.number, CLOCK: wording.clock_mark(line.clock), PARTIES: wording.in_one_line(row.parties)}
    return plain.get(column, marks(row) if column == MARKS else ", ".join(row.tags))


def marks(row: Row) -> str:
    """Direction, deletion and attachments in words."""
    words = [wording.DIRECTION_WORDS.get(row.direction or "", ""), "DELETED" if row.deleted else ""]
    if row.attachments:
        words.append(f"{row.attachments} attached")
    return ", ".join(word for word in words if word)


def spoken(line: TimelineLine, column: int) -> str:
    """What a screen reader says of a cell."""
    if column == CLOCK:
        return wording.clock_meaning(line.clock)
    if column == WHEN and line.clock == "C":
        return f"{cell_text(line, WHEN)}, zone assumed"
    return cell_text(line, column) or "none"


def tool_tip(line: TimelineLine, column: int) -> str | None:
    if column in (WHEN, CLOCK):
        words = [wording.clock_meaning(line.clock), f"As recorded: {line.raw[:200]}" if line.raw else "", line.note]
        return plain_tip("\n".join(word for word in words if word))
    return plain_tip(line.content[:2000]) if column == CONTENT and len(line.content) > 40 else None


def plain_tip(words: str) -> str:
    """A tool tip that shows evidence as text: Qt would take what looks like HTML for HTML, and load its pictures."""
    return f"<p style='white-space: pre-wrap'>{escape(words)}</p>"
