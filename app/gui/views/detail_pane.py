"""The detail pane: one item as a page, in its context, and as its raw record."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.gui import theme
from app.gui.background import Job
from app.gui.case_controller import CaseController
from app.gui.models.item_detail import ItemDetail, raw_json, read_item
from app.gui.views import item_words
from app.gui.views.context_view import ContextView
from app.gui.views.parts import named
from app.gui.views.picture_tile import PictureTile

_TILE_HEIGHT = 110  # pixels


class Page(QTextBrowser):
    """Text of the evidence: nothing is ever loaded, from the disk or elsewhere, because the text names it."""

    def loadResource(self, kind: int, name: object) -> object:  # noqa: N802
        del kind, name
        return None


class DetailPane(QTabWidget):
    """Shows one item at a time. `read` tells when an item is there."""

    read = Signal(int)
    wants_item = Signal(int)

    def __init__(self, controller: CaseController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.item: ItemDetail | None = None
        self._job: Job | None = None
        self.tiles: list[PictureTile] = []
        named(self, "Detail of the item")
        self.page = named(Page(), "Item", "What was recorded, its times, attachments and where it comes from")
        self.page.setOpenLinks(False)
        self.page.setTabChangesFocus(True)
        self.context = ContextView()
        self.context.wants_item.connect(self.wants_item)
        self.context.wants_conversation.connect(lambda found: controller.narrow(conversation=found, search=""))
        self.raw = named(QPlainTextEdit(), "Raw record", "The record as stored, as JSON")
        self.raw.setReadOnly(True)
        self.raw.setTabChangesFocus(True)
        self._pictures = QWidget()
        self._picture_list = QVBoxLayout(self._pictures)
        self._picture_list.setContentsMargins(0, 0, 0, 0)
        self.picture_area = named(QScrollArea(), "Pictures of the item")
        self.picture_area.setWidget(self._pictures)
        self.picture_area.setWidgetResizable(True)
        self._lay_out()
        controller.tags_changed.connect(self._refresh_tags)
        self.currentChanged.connect(lambda _: self._show_raw())
        self.clear_item()

    def _lay_out(self) -> None:
        first = QWidget()
        layout = QVBoxLayout(first)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page, 3)
        layout.addWidget(self.picture_area, 4)
        self.note_button = named(QPushButton("Add &note (N)"), "Add note")
        layout.addWidget(self.note_button)
        self.addTab(first, "Ite&m")
        self.addTab(self.context, "Conte&xt")
        self.addTab(self.raw, "Ra&w record")

    def reading(self) -> QWidget:
        """What takes the focus in the tab that is shown."""
        return (self.page, self.context.table, self.raw)[self.currentIndex()]

    def clear_item(self) -> None:
        self.item = None
        self.page.setPlainText("No item is selected.")
        self.raw.clear()
        self.context.table.setRowCount(0)
        self.note_button.setEnabled(False)
        self._show_tiles()

    def show_item(self, item_id: int | None) -> None:
        """Reads an item and shows it; an earlier one still on its way is dropped."""
        if self._job is not None:
            self._job.drop()
        if item_id is None:
            self.clear_item()
            return
        search = self.controller.selection.search
        self._job = self.controller.read(lambda connection: read_item(connection, item_id, search), self._show)

    def _show(self, found: ItemDetail | None) -> None:
        if found is None:
            self.clear_item()
            return
        again = self.item is not None and self.item.detail.id == found.detail.id
        self.item = found
        place = self.page.verticalScrollBar().value() if again else 0
        self.page.setHtml(item_words.page(found))
        self.page.verticalScrollBar().setValue(place)
        self._mark_hits()
        self.context.show_item(found)
        self.note_button.setEnabled(self.controller.case.writable)
        if not again:
            self._show_tiles()
        self.raw.clear()
        self._show_raw()
        self.read.emit(found.detail.id)

    def _show_raw(self) -> None:
        if self.currentWidget() is self.raw and self.item is not None and not self.raw.toPlainText():
            self.raw.setPlainText(raw_json(self.item.detail.record))

    def _mark_hits(self) -> None:
        """Underlines the words that were searched for."""
        marked = QTextCharFormat()
        marked.setFontUnderline(True)
        marked.setBackground(QColor("#5c4a00" if theme.is_dark(self) else "#ffe58a"))
        found: list[QTextEdit.ExtraSelection] = []
        for word in re.findall(r"[^\s\"*]+", self.controller.selection.search)[:20]:
            cursor = self.page.document().find(word, 0, QTextDocument.FindFlag(0))
            while not cursor.isNull() and len(found) < 200:
                selection = QTextEdit.ExtraSelection()
                selection.cursor, selection.format = cursor, marked
                found.append(selection)
                cursor = self.page.document().find(word, cursor)
        self.page.setExtraSelections(found)

    def _show_tiles(self) -> None:
        for tile in self.tiles:
            self._picture_list.removeWidget(tile)
            tile.deleteLater()
        pictures = self.item.pictures if self.item else []
        number = self.item.detail.number if self.item else ""
        self.tiles = [PictureTile(self.controller, number, picture) for picture in pictures]
        for tile in self.tiles:
            self._picture_list.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
            tile.changed.connect(self._make_room)
        self.picture_area.setVisible(bool(self.tiles))
        self._make_room()

    def _make_room(self) -> None:
        """Tiles are low; a picture that is shown gets more than half of the pane."""
        shown = any(tile.is_shown for tile in self.tiles)
        self.picture_area.setMaximumHeight(self.height() * 2 // 3 if shown else _TILE_HEIGHT)

    def hide_pictures(self) -> None:
        for tile in self.tiles:
            tile.hide_picture()

    def refresh(self) -> None:
        """Reads the shown item again."""
        if self.item is not None:
            self.show_item(self.item.detail.id)

    def _refresh_tags(self, tags: dict[int, tuple[str, ...]]) -> None:
        if self.item is not None and self.item.detail.id in tags:
            self.refresh()
