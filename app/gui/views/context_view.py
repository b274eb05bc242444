"""An item in its conversation: the items before and after, the item itself marked, and the words that were found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.gui import wording
from app.gui.models.item_detail import ItemDetail
from app.gui.models.timeline import TimelineLine
from app.gui.views.parts import label, named

HEADINGS = ("", "When (UK time)", "Content", "Parties as recorded", "Item")
HERE = "▶ this item"
_WIDEST = 300  # pixels


class ContextView(QWidget):
    """`wants_item` when a line is entered, `wants_conversation` for the whole of it."""

    wants_item = Signal(int)
    wants_conversation = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = label("")
        named(self.found, "Words found")
        self.table = named(QTableWidget(0, len(HEADINGS)), "Items around this one in its conversation")
        self.table.setHorizontalHeaderLabels(list(HEADINGS))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().hide()
        self.table.itemActivated.connect(self._enter)
        self.whole = named(QPushButton("Show the &whole conversation"), "Show the whole conversation")
        self.whole.clicked.connect(self._ask_for_conversation)
        self._conversation: int | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        for part in (self.found, self.table, self.whole):
            layout.addWidget(part)

    def show_item(self, found: ItemDetail) -> None:
        """Shows the surroundings of one item."""
        self._conversation = found.detail.conversation_id
        self.whole.setEnabled(self._conversation is not None)
        words = "".join(f"»{wording.visible(part)}«" if hit else wording.visible(part) for hit, part in found.hit)
        self.found.setText(f"Found: {words}" if words else "")
        self.found.setVisible(bool(words))
        self.table.setRowCount(len(found.around))
        for row, line in enumerate(found.around):
            self._fill(row, line, here=line.row.id == found.detail.id)
        self.table.resizeColumnsToContents()
        for column in range(len(HEADINGS)):
            self.table.setColumnWidth(column, min(self.table.columnWidth(column), _WIDEST))
        here = next((row for row, line in enumerate(found.around) if line.row.id == found.detail.id), 0)
        self.table.setCurrentCell(here, 0)

    def _fill(self, row: int, line: TimelineLine, *, here: bool) -> None:
        text = wording.visible(" ".join(line.content[:300].split()))
        when = wording.when(line.row.when_us, line.raw, line.note)
        cells = (HERE if here else "", when, text, wording.in_one_line(line.row.parties), line.row.number)
        for column, words in enumerate(cells):
            cell = QTableWidgetItem(words)
            cell.setData(Qt.ItemDataRole.UserRole, line.row.id)
            spoken = f"{HEADINGS[column] or 'Mark'}: {words or 'none'}"
            cell.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            if here:
                font = cell.font()
                font.setBold(True)
                cell.setFont(font)
            self.table.setItem(row, column, cell)

    def _enter(self, cell: QTableWidgetItem) -> None:
        self.wants_item.emit(cell.data(Qt.ItemDataRole.UserRole))

    def _ask_for_conversation(self) -> None:
        if self._conversation is not None:
            self.wants_conversation.emit(self._conversation)
