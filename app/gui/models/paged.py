"""A table over any number of rows: it holds ids only, and fetches what is looked at in pages."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from sqlalchemy import Connection

from app.gui.background import Job
from app.gui.case_controller import CaseController

PAGE: Final = 256
PAGES: Final = 64
_MOST_UNDER_WAY: Final = 6
PLACEHOLDER: Final = "…"
UNREADABLE: Final = "could not be read"
Line = TypeVar("Line")
Index = QModelIndex | QPersistentModelIndex


class PagedModel(QAbstractTableModel, Generic[Line]):
    """`ids` in the order shown; `fetch(connection, ids)` gives the lines of a page; 64 pages are kept."""

    page_loaded = Signal(int)

    def __init__(
        self,
        controller: CaseController,
        headings: Sequence[str],
        fetch: Callable[[Connection, Sequence[int]], Sequence[tuple[int, Line]]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.headings = headings
        self.ids = array("q")
        self._fetch = fetch
        self._pages: OrderedDict[int, dict[int, Line]] = OrderedDict()
        self._under_way: OrderedDict[int, Job] = OrderedDict()

    def replace_ids(self, ids: array[int]) -> None:
        """Shows other rows."""
        self.beginResetModel()
        self.ids = ids
        self.forget_pages()
        self.endResetModel()

    def forget_pages(self) -> None:
        for job in self._under_way.values():
            job.drop()
        self._under_way.clear()
        self._pages.clear()

    def line(self, row: int) -> Line | None:
        """The line of a row, or None while it is being fetched (or where it could not be)."""
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            self._ask(number)
            return None
        self._pages.move_to_end(number)
        return page.get(self.ids[row])

    @property
    def pages_held(self) -> int:
        return len(self._pages)

    def change_lines(self, change: Callable[[int, Line], Line]) -> None:
        """Replaces lines that are held already; the view is told."""
        for number, page in self._pages.items():
            for item_id, line in page.items():
                page[item_id] = change(item_id, line)
            self._tell(number)

    def _ask(self, number: int) -> None:
        if number in self._under_way:
            return
        while len(self._under_way) >= _MOST_UNDER_WAY:
            # A fast scroll asks for many pages; what was passed by first is wanted least.
            self._under_way.popitem(last=False)[1].drop()
        wanted = self.ids[number * PAGE : (number + 1) * PAGE]
        self._under_way[number] = self.controller.read(
            lambda connection: self._fetch(connection, wanted),
            lambda lines: self._keep(number, lines),
            lambda reason: self._give_up(number, reason),
        )

    def _keep(self, number: int, lines: Sequence[tuple[int, Line]]) -> None:
        self._under_way.pop(number, None)
        self._pages[number] = dict(lines)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        self._tell(number)
        self.page_loaded.emit(number)

    def _give_up(self, number: int, reason: str) -> None:
        """A page that cannot be read is empty, and said once: asking again at each look would never end."""
        self._keep(number, ())
        self.controller.failed.emit(reason)

    def _tell(self, number: int) -> None:
        last = min((number + 1) * PAGE, len(self.ids)) - 1
        if number * PAGE <= last:
            self.dataChanged.emit(self.index(number * PAGE, 0), self.index(last, len(self.headings) - 1))

    # Qt's own names from here on.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or index.row() >= len(self.ids):
            return None
        line = self.line(index.row())
        if line is None:
            return self._in_its_place(index.row(), index.column(), role)
        return self.cell(line, index.column(), role)

    def _in_its_place(self, row: int, column: int, role: int) -> Any:
        words = UNREADABLE if row // PAGE in self._pages else PLACEHOLDER
        if role == Qt.ItemDataRole.DisplayRole:
            return words if column == 0 else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headings[column]}: {'loading' if words == PLACEHOLDER else words}"
        return None

    def cell(self, line: Line, column: int, role: int) -> Any:
        """One cell of a line that is there."""
        raise NotImplementedError
