"""The table of the timeline: rows are selected whole, and tagged from the keyboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.gui.models import timeline
from app.gui.models.paged import Index
from app.gui.models.timeline import TimelineModel
from app.gui.views.parts import named

_WIDTHS: Final = {
    timeline.ITEM: 14,
    timeline.WHEN: 26,
    timeline.CLOCK: 6,
    timeline.KIND: 18,
    timeline.CONTENT: 64,
    timeline.PARTIES: 22,
    timeline.MARKS: 20,
    timeline.TAGS: 14,
}  # characters


class TimelineTable(QTableView):
    """`current_item` follows the row that has the focus; None where there is none."""

    current_item = Signal(object)

    def __init__(self, model: TimelineModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = model
        named(self, "Timeline", "Items in order of time. Number keys tag the selected rows, T adds a tag, N a note.")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(round(self.fontMetrics().height() * 1.5))
        for column, characters in _WIDTHS.items():
            self.setColumnWidth(column, characters * self.fontMetrics().averageCharWidth() + 16)
        self._kept: tuple[int, int | None] | None = None
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        self.current_item.emit(self.timeline.ids[current.row()] if current.isValid() else None)

    def selected_items(self) -> list[int]:
        """Ids of the selected rows, in order."""
        rows: set[int] = set()
        for part in self.selectionModel().selection().toList():
            rows.update(range(part.top(), part.bottom() + 1))
        return [self.timeline.ids[row] for row in sorted(rows) if row < len(self.timeline.ids)]

    def selected_count(self) -> int:
        parts = self.selectionModel().selection().toList()
        return sum(part.bottom() - part.top() + 1 for part in parts)

    def go_to_row(self, row: int) -> None:
        """Selects a row and brings it into view."""
        index = self.timeline.index(row, timeline.ITEM)
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        )
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _keep_place(self) -> None:
        index = self.currentIndex()
        line = self.timeline.line(index.row()) if index.isValid() else None
        self._kept = (line.row.id, line.row.when_us) if line else None

    def _find_place(self) -> None:
        row = self.timeline.row_at(*self._kept) if self._kept else None
        if row is not None:
            self.go_to_row(row)
        else:
            self.current_item.emit(None)
