"""The window: menus, the start screen or the open case, drag and drop, and one clear line where something fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMainWindow, QMessageBox, QStackedWidget, QWidget
from sqlalchemy import select

from app import PROGRAM
from app.cases import DATABASE, Case, open_case
from app.gui import menus, theme
from app.gui.background import Background
from app.gui.case_controller import CaseController
from app.gui.ingest_queue import PasswordAsked
from app.gui.recent import Remembered
from app.gui.views.add_evidence_dialog import AddEvidenceDialog
from app.gui.views.case_view import CaseView
from app.gui.views.export_dialog import ExportDialog
from app.gui.views.keyboard_page import KeyboardPage
from app.gui.views.parts import tell
from app.gui.views.password_dialog import PasswordDialog
from app.gui.views.start_view import StartView
from app.gui.views.verify_dialog import VerifyDialog
from evidence_store import schema
from evidence_store.selection import Selection


class MainWindow(QMainWindow):
    """Holds at most one open case."""

    def __init__(self, qt_app: QApplication, remembered: Remembered) -> None:
        super().__init__()
        self.qt_app, self.remembered = qt_app, remembered
        self.case_view: CaseView | None = None
        self.error_box: QMessageBox | None = None
        self._opening = Background()
        self.setAcceptDrops(True)
        self.resize(1360, 860)
        self.start = StartView()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.start)
        self.setCentralWidget(self.stack)
        self.actions_made = menus.fill(self, lambda name: getattr(self, name))
        self.statusBar().setAccessibleName("Status")
        self.start.create_asked.connect(self.ask_new_case)
        self.start.open_asked.connect(self.ask_open_case)
        self.start.chosen.connect(self.open_case)
        qt_app.styleHints().colorSchemeChanged.connect(lambda _: self._apply_theme())
        self._apply_theme()
        self._show_start()

    # Cases.

    def ask_new_case(self) -> None:
        name = QFileDialog.getSaveFileName(self, "Folder of the new case", str(Path.home() / "case"))[0]
        if name:
            self.open_case(Path(name), create_it=True)

    def ask_open_case(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Case folder")
        if name:
            self.open_case(Path(name))

    def open_case(self, folder: Path, create_it: bool = False) -> None:
        """Opens a case in place of the one that is open now."""
        if self._is_busy():
            return
        self._leave_case()
        self.statusBar().showMessage(f"Opening {folder} …")
        self._opening.run(lambda: open_case(folder, create_it=create_it), self._show_case, self.show_error)

    def _show_case(self, case: Case) -> None:
        controller = CaseController(case)
        controller.failed.connect(self.show_error)
        view = self.case_view = CaseView(controller)
        view.timeline.message = self.say
        view.queue.password_asked.connect(self.ask_password)
        self.stack.addWidget(view)
        self.stack.setCurrentWidget(view)
        self.setWindowTitle(f"{case.folder.name} – Assay")
        self.remembered.remember(case.folder)
        self._enable()
        self.say(f"{case.folder} is open." if case.writable else f"{case.folder} is open for reading only.")
        view.timeline.table.setFocus()

    def close_case(self) -> None:
        """Goes back to the start screen."""
        if not self._is_busy():
            self._leave_case()

    def _is_busy(self) -> bool:
        if self.case_view is None or not self.case_view.queue.busy:
            return False
        self.show_error("Evidence is being read. Stop it first: what was read is kept, and “Go on” reads the rest.")
        return True

    def _leave_case(self) -> None:
        """Ends what is running on the case, and closes it."""
        for box in self.findChildren(QDialog):
            box.close()
        view, self.case_view = self.case_view, None
        if view is not None:
            view.close_case()
            self.stack.removeWidget(view)
            view.deleteLater()
        self._show_start()

    def _show_start(self) -> None:
        self.setWindowTitle("Assay")
        self.start.show_recent(self.remembered.recent())
        self.stack.setCurrentWidget(self.start)
        self._enable()

    def _enable(self) -> None:
        view = self.case_view
        for command, action in self.actions_made:
            writable = view is not None and view.controller.case.writable
            action.setEnabled({"": True, "case": view is not None, "writable": writable}[command.needs])

    # Evidence.

    def ask_evidence(self) -> None:
        self.add_evidence([])

    def add_evidence(self, paths: Sequence[Path]) -> None:
        """Asks what has to be known of these sources, then reads them."""
        view = self.case_view
        if view is None:
            self.show_error("Open a case first, or make one: evidence is read into a case.")
        elif not view.controller.case.writable:
            self.show_error("This case is open for reading only: no evidence can be added.")
        else:
            query = select(schema.source.c.exhibit).order_by(schema.source.c.id)
            view.controller.read(
                lambda connection: list(connection.scalars(query)),
                lambda taken: AddEvidenceDialog(paths, taken, view.queue.add, self).open(),
            )

    def ask_password(self, question: PasswordAsked) -> None:
        """Asks for the password of evidence that is being opened, which waits meanwhile."""
        PasswordDialog(question.what, question.wrong, question.answer, self).open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if self.case_view is None and len(paths) == 1 and (paths[0] / DATABASE).is_file():
            self.open_case(paths[0])
        elif paths:
            self.add_evidence(paths)

    # Work on the open case. The menus offer these only while one is open.

    def _view(self) -> CaseView:
        assert self.case_view is not None  # noqa: S101 - for the type checker
        return self.case_view

    def export_report(self) -> None:
        timeline = self._view().timeline
        ExportDialog(timeline.controller, timeline.table.selected_items(), len(timeline.model.ids), self).open()

    def verify_case(self) -> None:
        VerifyDialog(self._view().controller, self).open()

    def focus_search(self) -> None:
        self.show_timeline()
        search = self._view().timeline.filters.search
        search.setFocus()
        search.selectAll()

    def tag_by_name(self) -> None:
        self._view().timeline.ask_tag()

    def add_note(self) -> None:
        self._view().timeline.ask_note()

    def clear_filters(self) -> None:
        self._view().controller.select(Selection())

    def go_to_undated(self) -> None:
        self.show_timeline()
        self._view().timeline.go_to_undated()

    def show_timeline(self) -> None:
        self._show_tab(self._view().timeline)

    def show_coverage(self) -> None:
        self._show_tab(self._view().coverage)

    def show_files(self) -> None:
        self._show_tab(self._view().files)

    def _show_tab(self, view: QWidget) -> None:
        self._view().tabs.setCurrentWidget(view)

    def next_pane(self) -> None:
        self._view().next_pane(1)

    def previous_pane(self) -> None:
        self._view().next_pane(-1)

    def zoom_in(self) -> None:
        self._view().timeline.histogram.zoom(0.6)

    def zoom_out(self) -> None:
        self._view().timeline.histogram.zoom(1 / 0.6)

    # The window itself.

    def theme_system(self) -> None:
        self._set_theme("system")

    def theme_light(self) -> None:
        self._set_theme("light")

    def theme_dark(self) -> None:
        self._set_theme("dark")

    def _set_theme(self, wanted: theme.Theme) -> None:
        self.remembered.theme = wanted
        self._apply_theme()

    def _apply_theme(self) -> None:
        theme.apply(self.qt_app, self.remembered.theme)

    def show_keyboard(self) -> None:
        KeyboardPage(self).open()

    def show_about(self) -> None:
        words = f"{PROGRAM}\nOffline triage of digital evidence. Apache License 2.0."
        tell(self, words, "About Assay", bad=False)

    def say(self, words: str) -> None:
        """One line at the foot of the window."""
        self.statusBar().showMessage(words, 15_000)

    def show_error(self, line: str) -> None:
        """One clear line in a box, and at the foot of the window for later."""
        self.say(line)
        if self.error_box is not None:
            self.error_box.close()
        self.error_box = box = tell(self, line)
        box.destroyed.connect(self._forget_box(box))

    def _forget_box(self, box: QMessageBox) -> Callable[[], None]:
        def forget() -> None:
            if self.error_box is box:
                self.error_box = None

        return forget

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.hide()
        self._leave_case()
        self._opening.close()
        event.accept()
