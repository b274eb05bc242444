"""A listing as a tab: the table, and below it the words on the line that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QSplitter, QTableView, QVBoxLayout, QWidget

from app.gui.background import Job
from app.gui.case_controller import CaseController
from app.gui.models.tables import Listing, ListingModel
from app.gui.views.parts import label, named


class ListingView(QWidget):
    """Filled when it is first looked at, and again when evidence was added."""

    def __init__(self, controller: CaseController, name: str, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.model = ListingModel(controller, listing, self)
        self.heading = named(label(listing.title, "heading"), f"{name} heading")
        self.table = named(QTableView(), name, listing.title)
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(round(self.table.fontMetrics().height() * 1.5))
        self.words = named(QPlainTextEdit(), f"{name}: the line in words")
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.words)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.heading)
        layout.addWidget(split, 1)
        self._job: Job | None = None
        self._filled = False
        self.model.filled.connect(self._head)
        self.model.page_loaded.connect(self._fit_columns)
        self.table.selectionModel().currentRowChanged.connect(self._show_words)
        controller.evidence_changed.connect(self._refill)

    def look(self) -> None:
        """Fills it at the first look."""
        if not self._filled:
            self._filled = True
            self.model.reload()

    def _refill(self) -> None:
        if self._filled:
            self.model.reload()

    def _head(self, rows: int) -> None:
        self.heading.setText(f"{self.model.listing.title}: {rows:,} lines")

    def _fit_columns(self, page: int) -> None:
        if page == 0:
            self.table.resizeColumnsToContents()
            for column in range(self.model.columnCount()):
                self.table.setColumnWidth(column, min(self.table.columnWidth(column) + 8, 420))

    def _show_words(self, current: QModelIndex, _: QModelIndex) -> None:
        if self._job is not None:
            self._job.drop()
        if not current.isValid():
            self.words.clear()
            return
        wanted = self.model.ids[current.row()]
        words = self.model.listing.words
        self._job = self.controller.read(lambda connection: words(connection, wanted), self.words.setPlainText)
