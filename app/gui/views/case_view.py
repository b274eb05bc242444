"""An open case: its tabs, the bar of what is being read, and the banner where it can only be read."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.gui.case_controller import CaseController
from app.gui.ingest_queue import IngestQueue
from app.gui.models.tables import COVERAGE, FILES
from app.gui.views.ingest_bar import IngestBar
from app.gui.views.listing_view import ListingView
from app.gui.views.parts import label, named
from app.gui.views.timeline_view import TimelineView

READ_ONLY = (
    "This case can only be read: its folder or file is write-protected. Tags, notes and adding evidence are off, and "
    "what is opened, searched and exported is not entered in its ledger."
)


class CaseView(QWidget):
    """Everything that shows the case of one controller."""

    def __init__(self, controller: CaseController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.queue = IngestQueue(controller)
        self.banner = named(label(READ_ONLY, "banner"), "Read-only case")
        self.banner.setVisible(not controller.case.writable)
        self.timeline = TimelineView(controller)
        self.coverage = ListingView(controller, "Coverage", COVERAGE)
        self.files = ListingView(controller, "Files", FILES)
        self.bar = IngestBar(self.queue)
        self.tabs = named(QTabWidget(), "Views of the case")
        self.tabs.setDocumentMode(True)
        for view, words in ((self.timeline, "Timeline"), (self.coverage, "Coverage"), (self.files, "Files")):
            self.tabs.addTab(view, words)
        self.tabs.currentChanged.connect(lambda _: self._look())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.bar)
        self.queue.look_for_outstanding()

    def _look(self) -> None:
        view = self.tabs.currentWidget()
        if isinstance(view, ListingView):
            view.look()

    def panes(self) -> list[QWidget]:
        """In the order of F6."""
        view = self.tabs.currentWidget()
        if isinstance(view, ListingView):
            return [view.table, view.words, self.tabs.tabBar()]
        return [*self.timeline.panes(), self.tabs.tabBar()]

    def next_pane(self, step: int) -> None:
        """F6: the focus goes to the next part, from wherever it is."""
        panes = self.panes()
        here = next((place for place, pane in enumerate(panes) if pane.hasFocus() or _holds_focus(pane)), -1)
        place = here + step if here >= 0 or step > 0 else len(panes) - 1
        panes[place % len(panes)].setFocus()

    def close_case(self) -> None:
        """Ends what is running, in order; what was read is kept."""
        self.queue.stop()
        self.timeline.model.stop()
        self.controller.close()


def _holds_focus(pane: QWidget) -> bool:
    focused = pane.window().focusWidget()
    return focused is not None and pane.isAncestorOf(focused)
