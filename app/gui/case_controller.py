"""The one owner of the open case: what is selected, what is read and written, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from sqlalchemy import Connection, select

from app import PROGRAM
from app.cases import Case
from app.gui.background import Background, Job, Lane
from evidence_store import ledger, queries, review, schema
from evidence_store.selection import Selection

Result = TypeVar("Result")
MOST_AT_ONCE = 10_000  # items that are tagged or picked by hand in one go: each is named in the ledger


class CaseController(QObject):
    """Holds the open case and the chosen filter. Nothing here draws."""

    selection_changed = Signal(object)  # Selection
    evidence_changed = Signal()
    tags_changed = Signal(object)  # item id -> its tags now
    failed = Signal(str)  # one clear line

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self.selection = Selection()
        self.tag_names: tuple[str, ...] = ()
        self._background = Background()
        if case.writable:
            # Readers must not hold up a tag, nor a tag the readers.
            self.run(case.store.bulk, lambda _: None, lane="write")
            self.log("opened", str(case.folder))
        self.refresh_tag_names()

    def run(
        self,
        op: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[str], None] | None = None,
        lane: Lane = "read",
    ) -> Job:
        """Runs work off the UI thread; an error without a handler of its own goes to `failed`."""
        return self._background.run(op, on_done, on_error or self.failed.emit, lane)

    def read(
        self,
        op: Callable[[Connection], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[str], None] | None = None,
    ) -> Job:
        """Reads on a connection of its own."""

        def reading() -> Result:
            with self.case.store.read() as connection:
                return op(connection)

        return self.run(reading, on_done, on_error)

    def write(
        self,
        op: Callable[[Connection], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[str], None] | None = None,
    ) -> Job:
        """One transaction, in the order asked for."""

        def writing() -> Result:
            with self.case.store.write() as connection:
                return op(connection)

        return self.run(writing, on_done, on_error, lane="write")

    def log(self, action: str, target: str, **detail: Any) -> None:
        """Enters an action in the ledger, where the case can be written (its banner says when it cannot)."""
        self.run(lambda: self.case.log(action, target, **detail), lambda _: None, lane="write")

    def select(self, chosen: Selection) -> None:
        """Changes the filter. A new search is entered in the ledger once, with its terms and number of hits."""
        if chosen == self.selection:
            return
        searched = bool(chosen.search) and chosen.search != self.selection.search
        self.selection = chosen
        if searched and self.case.writable:
            self.write(lambda connection: self._log_search(connection, chosen), lambda _: None)
        self.selection_changed.emit(chosen)

    def narrow(self, **changed: Any) -> None:
        """Changes some fields of the filter."""
        self.select(replace(self.selection, **changed))

    def _log_search(self, connection: Connection, chosen: Selection) -> None:
        found = queries.count(connection, chosen)
        filters = replace(chosen, search="").in_words()
        ledger.append(connection, "searched", chosen.search, {"within": filters, "hits": found}, PROGRAM)

    def refresh_tag_names(self) -> None:
        """Reads the tags of the case in the order they were made: the number keys follow it."""
        query = select(schema.tag.c.name).order_by(schema.tag.c.id)
        self.read(lambda connection: tuple(connection.execute(query).scalars()), self._keep_tag_names)

    def _keep_tag_names(self, names: tuple[str, ...]) -> None:
        self.tag_names = names
        self.tags_changed.emit({})

    def toggle_tag(self, items: Sequence[int], name: str) -> None:
        """Takes the tag off where all items have it, else adds it to those that lack it."""
        if not items or not self._may_change(len(items)):
            return

        def change(connection: Connection) -> dict[int, tuple[str, ...]]:
            held = queries.tags_of(connection, items)
            if all(name in held.get(one, ()) for one in items):
                review.remove_tag(connection, items, name, PROGRAM)
            else:
                review.add_tag(connection, items, name, PROGRAM)
            return {**dict.fromkeys(items, ()), **queries.tags_of(connection, items)}

        self.write(change, self._tagged)

    def _tagged(self, tags: dict[int, tuple[str, ...]]) -> None:
        self.tags_changed.emit(tags)
        self.refresh_tag_names()

    def add_note(self, item_id: int, words: str, on_done: Callable[[None], None]) -> None:
        """Adds a note to one item."""
        if self._may_change(1):
            self.write(lambda connection: review.add_note(connection, item_id, words, PROGRAM), on_done)

    def _may_change(self, items: int) -> bool:
        if not self.case.writable:
            self.failed.emit("This case is open for reading only: tags and notes cannot be changed.")
        elif items > MOST_AT_ONCE:
            self.failed.emit(f"{items:,} items are selected; at most {MOST_AT_ONCE:,} can be changed in one go.")
        else:
            return True
        return False

    def close(self) -> None:
        """Ends all work and closes the case file."""
        self._background.close()
        self.case.close()
