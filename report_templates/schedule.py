"""The schedule of items: one pass over the rows, drawing each and noting what the appendices need."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Final

from report_templates.data import AttachmentRow, ConversationFacts, GapRow, ItemRow, ReportData
from report_templates.flow import SMALL, SMALL_STRONG, Column, Flow, Table
from report_templates.paper import LEFT, RIGHT, TOP, Bookmark
from report_templates.text import Line

Progress = Callable[[int, int], None]
COLUMNS: Final = (
    Column("Item\nsource ref", 84),
    Column("Date & time", 72),
    Column("Direction", 58),
    Column("From\nto", 104),
    Column("Content", RIGHT - LEFT - 84 - 72 - 58 - 104 - 4 * 6),
)
_UNDER_WIDTH: Final = RIGHT - LEFT - 84 - 6
_PICTURE: Final = (260.0, 190.0)


class Notes:
    """What the appendices are written from, kept on disk; in memory only numbers: pages, and a digest for each file."""

    def __init__(self, folder: Path) -> None:
        self.paths = {name: folder / f"{name}.jsonl" for name in ("files", "items", "attachments")}
        self._open = {name: path.open("w", encoding="ascii") for name, path in self.paths.items()}
        self._files: dict[bytes, int] = {}
        self.prefixes: dict[tuple[str, int], int] = {}
        self.index: list[array[int]] = []  # for each prefix: number, page, number, page …
        self.conversation_pages: dict[int, tuple[int, int]] = {}
        self.counts = {"items": 0, "gaps": 0, "not_shown": 0, "attachments": 0, "pictures": 0}

    def file_reference(self, item: ItemRow) -> int:
        """The P number of the file and extractor of an item."""
        parts = (item.source, item.file, item.file_sha256, item.extractor)
        key = blake2b(json.dumps(parts).encode("ascii"), digest_size=16).digest()
        known = self._files.get(key)
        if known is None:
            known = self._files[key] = len(self._files) + 1
            self.write("files", known, *parts)
        return known

    def write(self, name: str, *values: object) -> None:
        self._open[name].write(json.dumps(values) + "\n")

    def read(self, name: str) -> Iterator[list[Any]]:
        with self.paths[name].open(encoding="ascii") as lines:
            for line in lines:
                yield json.loads(line)

    def item_page(self, number: str, page: int) -> None:
        digits = len(number) - len(number.rstrip("0123456789"))
        digits = min(digits, 12)
        prefix = (number[: len(number) - digits], digits)
        nth = self.prefixes.setdefault(prefix, len(self.prefixes))
        if nth == len(self.index):
            self.index.append(array("Q"))
        self.index[nth].extend((int(number[len(number) - digits :] or 0), page))

    def close(self) -> None:
        for stream in self._open.values():
            stream.close()


class Schedule:
    """Draws items and gaps on a flow."""

    def __init__(self, flow: Flow, words: dict[str, str]) -> None:
        self.flow, self.words = flow, words
        self.table = Table(flow, COLUMNS)
        self._narrow: dict[tuple[str, int], list[Line]] = {}

    def item(self, item: ItemRow, reference: str) -> int:
        """Draws one item and returns the page it begins on."""
        words = self.words
        undirected, nobody = (words["undirected"], words["not_recorded"]) if item.exchanged else (words["none"],) * 2
        direction = {"in": words["incoming"], "out": words["outgoing"]}.get(item.direction, undirected)
        to = f"to {item.recipients}" if item.recipients else ""
        conversation = f" (C{item.conversation + 1})" if item.conversation is not None else ""
        parties = "\n".join(part for part in (item.sender, (to + conversation).strip()) if part)
        lines = self.flow.type.lines
        number = chain(
            lines(item.number, SMALL_STRONG, COLUMNS[0].width),
            lines(f"{reference} · {item.locator}" if item.locator else reference, SMALL, COLUMNS[0].width),
        )
        when = item.when or words["not_recorded"]
        under = list(self._under(item))
        page = self.table.row(
            (
                number,
                self._column(when, 1),
                self._column(direction, 2),
                self._column(parties or nobody, 3),
                item.text,
            ),
            below=len(under),
        )
        self.table.under(under)
        return page

    def _column(self, text: str, column: int) -> list[Line]:
        """Short cells that come again and again are laid out once."""
        key = (text, column)
        found = self._narrow.get(key)
        if found is None:
            if len(self._narrow) > 4000:
                self._narrow.clear()
            found = list(self.flow.type.lines(text, COLUMNS[column].style, COLUMNS[column].width))
            if len(found) <= 40:
                self._narrow[key] = found
        return found

    def _under(self, item: ItemRow) -> Iterator[Line]:
        for text in _remarks(item):
            yield from self.flow.type.lines(text, SMALL, _UNDER_WIDTH)

    def pictures(self, item: ItemRow) -> int:
        """Draws the pictures of an item's attachments that were chosen; returns how many."""
        drawn = 0
        for nth, attachment in enumerate(item.attachments, 1):
            if attachment.picture is None:
                continue
            caption = f"Picture: attachment {item.number}/A{nth}"
            try:
                self.flow.picture(attachment.picture, self.table.lefts[1], *_PICTURE)
                drawn += 1
            except ValueError:
                caption += " could not be shown"
            self.table.under(self.flow.type.lines(caption, SMALL, _UNDER_WIDTH))
            self.flow.y -= 3
        return drawn

    def gap(self, gap: GapRow, labelled: bool) -> None:
        where = f" in conversation C{gap.conversation + 1}" if labelled else " here"
        items = "1 item" if gap.count == 1 else f"{gap.count:,} items"
        verb, not_shown = ("exists", "is") if gap.count == 1 else ("exist", "are")
        span = gap.first if gap.first == gap.last else f"{gap.first} to {gap.last}"
        self.table.band(
            f"— {items} ({span}) {verb}{where} and {not_shown} not reproduced. Reason: {gap.reason} —", SMALL
        )

    def conversation(self, nth: int, facts: ConversationFacts) -> None:
        title = f"C{nth + 1} · {facts.title or 'no title recorded'} · {facts.service}"
        if self.flow.y < 58 + 90:
            self.table.new_page()
        self.flow.paper.bookmark(title, 1, self.flow.y + 4)
        self.table.band(title)
        counts = f"{facts.total:,} in total, {facts.shown:,} shown, {facts.total - facts.shown:,} not shown"
        self.table.band(f"{facts.members}\n{counts}", SMALL)


def _remarks(item: ItemRow) -> Iterator[str]:
    """What stands under the row, in the report's own words."""
    kind = ", ".join(part for part in (item.kind, item.service) if part)
    utc = f"UTC {item.when_utc}" if item.when_utc else ""
    clock = f"clock {item.clock}" if item.clock else ""
    yield " · ".join(part for part in (kind, utc, clock, *item.moments) if part)
    for nth, attachment in enumerate(item.attachments, 1):
        name = attachment.name or "no name recorded"
        yield f"Attachment {item.number}/A{nth}: {name} ({attachment.mime or 'type not known'}; {attachment.state})"
    flags = [*item.flags, *(["deleted"] if item.deleted and "deleted" not in item.flags else [])]
    if flags:
        yield f"Flags: {'; '.join(flags)}"
    if item.tags:
        yield f"Tags of the reviewer: {'; '.join(item.tags)}"


def write_schedule(
    data: ReportData, flow: Flow, notes: Notes, words: dict[str, str], progress: Progress | None
) -> None:
    """Draws all rows. `progress(done, total)` is called every hundred items."""
    schedule = Schedule(flow, words)
    by_time, current = data.order == "time", -1
    for row in data.rows():
        if row.conversation is not None and row.conversation != current and not by_time:
            current = row.conversation
            schedule.conversation(current, data.conversations[current])
        if isinstance(row, GapRow):
            schedule.gap(row, by_time)
            notes.counts["gaps"] += 1
            notes.counts["not_shown"] += row.count
            _seen(notes, row.conversation, flow.paper.page)
            continue
        _write_item(row, schedule, notes, by_time)
        if progress and notes.counts["items"] % 100 == 0:
            progress(notes.counts["items"], data.item_count)
    if not notes.counts["items"]:
        schedule.table.band("No item was selected.", SMALL)
    schedule.table.end()


def _write_item(item: ItemRow, schedule: Schedule, notes: Notes, by_time: bool) -> None:
    reference = notes.file_reference(item)
    paper = schedule.flow.paper
    done = notes.counts["items"]
    page = schedule.item(item, f"P{reference}")
    if by_time and done % 1000 == 0:
        paper.bookmarks.append(Bookmark(f"From {item.number}", 1, page, TOP))
    notes.counts["items"] += 1
    notes.counts["pictures"] += schedule.pictures(item)
    notes.item_page(item.number, page)
    notes.write("items", item.number, reference, item.locator, item.sha256)
    for nth, attachment in enumerate(item.attachments, 1):
        notes.counts["attachments"] += 1
        notes.write("attachments", f"{item.number}/A{nth}", page, *_plain(attachment))
    if item.conversation is not None:
        _seen(notes, item.conversation, page)


def _plain(a: AttachmentRow) -> tuple[str, str, int | None, str, str, str]:
    return a.name, a.mime, a.size, a.sha256, a.path, a.state


def _seen(notes: Notes, conversation: int, page: int) -> None:
    first, _ = notes.conversation_pages.get(conversation, (page, page))
    notes.conversation_pages[conversation] = (first, page)
