"""The timeline: filter, histogram, table and detail, and the keys that work on the selected rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.gui.case_controller import CaseController
from app.gui.models.timeline import TimelineModel
from app.gui.views.detail_pane import DetailPane
from app.gui.views.filter_bar import FilterBar
from app.gui.views.histogram import Histogram
from app.gui.views.parts import named
from app.gui.views.tag_bar import BY_NUMBER, NoteDialog, TagBar, TagDialog
from app.gui.views.timeline_table import TimelineTable
from evidence_store.selection import Selection

_SETTLE_MS = 60  # a held arrow key passes many rows: the detail follows when it rests


class TimelineView(QWidget):
    """Puts the parts together; the filter itself belongs to the controller."""

    def __init__(self, controller: CaseController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.model = TimelineModel(controller, self)
        self.filters = FilterBar(controller)
        self.histogram = Histogram()
        self.table = TimelineTable(self.model)
        self.detail = DetailPane(controller)
        self.tags = TagBar(controller, self.toggle_tag, self.ask_tag)
        self.message: Any = None  # the window's status line, once it is there
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._lay_out()
        self._connect()
        self._add_keys()
        self.model.follow(controller.selection)

    def _lay_out(self) -> None:
        self.split = named(QSplitter(Qt.Orientation.Horizontal), "Timeline and detail")
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 5)
        self.split.setStretchFactor(1, 3)
        self.split.setSizes([900, 460])
        self.split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 4)
        for part in (self.filters, self.histogram):
            layout.addWidget(part)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.tags)

    def _connect(self) -> None:
        self.model.shown.connect(self.filters.show_count)
        self.model.loaded.connect(lambda: self.histogram.show_times(self.model.times))
        self.histogram.brushed.connect(self._brush)
        self.controller.selection_changed.connect(self._follow)
        self.controller.evidence_changed.connect(self.model.reload)
        self.table.current_item.connect(lambda _: self._settle.start())
        self._settle.timeout.connect(self._show_current)
        self.detail.wants_item.connect(self.detail.show_item)
        self.detail.note_button.clicked.connect(self.ask_note)

    def _add_keys(self) -> None:
        """Keys of one character work only where nobody is typing: on the table and the detail."""
        keys: list[tuple[str, Callable[[], None]]] = [
            (str(place + 1), partial(self.toggle_tag, place)) for place in range(BY_NUMBER)
        ]
        keys += [("T", self.ask_tag), ("N", self.ask_note), ("Escape", self.detail.hide_pictures)]
        for key, then in keys:
            shortcut = QShortcut(QKeySequence(key), self.split)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(then)

    def _follow(self, chosen: Selection) -> None:
        self.histogram.show_brush(chosen.since, chosen.until)

    def _brush(self, chosen: tuple[int, int] | None) -> None:
        since, until = chosen or (None, None)
        self.controller.narrow(since=since, until=until)

    def _show_current(self) -> None:
        index = self.table.currentIndex()
        self.detail.show_item(self.model.ids[index.row()] if index.isValid() else None)

    def say(self, words: str) -> None:
        if self.message is not None:
            self.message(words)

    def toggle_tag(self, place: int) -> None:
        """What a number key does."""
        names = self.controller.tag_names
        if place >= len(names):
            self.say(f"There is no tag {place + 1} yet: press T to make one.")
        elif not self.table.selected_count():
            self.say("Select rows to tag first.")
        else:
            self.controller.toggle_tag(self.table.selected_items(), names[place])

    def ask_tag(self) -> None:
        """What T does."""
        items = self.table.selected_items()
        if not items:
            self.say("Select rows to tag first.")
            return
        TagDialog(
            self.controller.tag_names, len(items), lambda name: self.controller.toggle_tag(items, name), self
        ).open()

    def ask_note(self) -> None:
        """What N does: a note on the item in the detail pane."""
        item = self.detail.item
        if item is None:
            self.say("Select an item to note first.")
            return
        item_id = item.detail.id
        NoteDialog(
            item.detail.number,
            lambda words: self.controller.add_note(item_id, words, lambda _: self.detail.refresh()),
            self,
        ).open()

    def go_to_undated(self) -> None:
        """Goes to the items without a time, at the end."""
        row = self.model.first_without_time()
        if row is None:
            self.say("No item without a time is in the filter.")
        else:
            self.table.go_to_row(row)
            self.table.setFocus()

    def panes(self) -> list[QWidget]:
        """In the order of F6."""
        return [self.filters.search, self.histogram, self.table, self.detail.reading()]
