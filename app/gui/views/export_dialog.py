"""Export report: which items, what the cover says, which pictures are printed, progress, and the folder at the end."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.gui import wording
from app.gui.apart import Written, write_report_apart
from app.gui.background import Job
from app.gui.case_controller import MOST_AT_ONCE, CaseController
from app.gui.models.export import PictureChoice, pictures_of
from app.gui.views.parts import label, named
from evidence_store.selection import Selection

FIELDS: Final = (
    ("title", "&Title", "Evidential report"),
    ("report_exhibit", "Exhibit &reference of the report", ""),
    ("operation", "&Operation", ""),
    ("urn", "&URN", ""),
    ("producer", "&Producer", ""),
    ("officer_in_case", "Officer in the &case", ""),
    ("marking", "Protective &marking", "OFFICIAL-SENSITIVE"),
)
ZONES: Final = (("UK time, GMT or BST named", "Europe/London"), ("UTC", "UTC"))
ORDERS: Final = (("by time", "time"), ("conversation by conversation", "conversation"))


class ExportDialog(QDialog):
    """One export from the filter or from the selected rows."""

    advanced = Signal(int, int)

    def __init__(self, controller: CaseController, selected: list[int], rows: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.controller, self.selected = controller, selected
        self.setWindowTitle("Export report")
        self.resize(700, 680)
        self.scope = self._scope_buttons(rows)
        self.fields = {name: named(QLineEdit(default), words.replace("&", "")) for name, words, default in FIELDS}
        self.order = named(QComboBox(), "Order of the schedule")
        for words, value in ORDERS:
            self.order.addItem(words, value)
        self.zone = named(QComboBox(), "Zone of the times in the report")
        for words, value in ZONES:
            self.zone.addItem(words, value)
        self.pictures = named(QListWidget(), "Pictures to print", "None is printed unless it is ticked")
        self.out = named(QLineEdit(str(self._default_path())), "File of the report")
        self.browse = named(QPushButton("&Browse …"), "Choose the file of the report")
        self.progress = named(QProgressBar(), "Progress of the export")
        self.words = named(label(""), "State of the export")
        self.start = named(QPushButton("&Export"), "Export")
        self.open_folder = named(QPushButton("Open &folder"), "Open the folder of the report")
        self.leave = named(QPushButton("C&lose"), "Close")
        self._may_replace: Path | None = None
        self._stop = threading.Event()
        self._job: Job | None = None
        self._picture_job: Job | None = None
        self._lay_out()
        self._connect()
        self.list_pictures()

    def _scope_buttons(self, rows: int) -> dict[str, QRadioButton]:
        many = len(self.selected)
        made = {
            "filter": QRadioButton(f"All items of the &filter ({rows:,}): {self.controller.selection.in_words()}"),
            "selected": QRadioButton(f"The &selected items ({many:,})"),
            "tagged": QRadioButton("All items of the filter that carry &any tag"),
        }
        for name, button in made.items():
            named(button, button.text().replace("&", ""))
            button.setChecked(name == ("selected" if many > 1 else "filter"))
        made["selected"].setEnabled(0 < many <= MOST_AT_ONCE)
        made["tagged"].setEnabled(bool(self.controller.tag_names))
        return made

    def _default_path(self) -> Path:
        case = self.controller.case
        folder = case.folder / "reports" if case.writable else Path.home()
        return next(path for count in range(1, 10**6) if not (path := folder / f"report-{count}.pdf").exists())

    def _lay_out(self) -> None:
        which = QGroupBox("Items")
        column = QVBoxLayout(which)
        for choice in self.scope.values():
            column.addWidget(choice)
        cover = QFormLayout()
        for name, words, _ in FIELDS:
            cover.addRow(f"{words}:", self.fields[name])
        cover.addRow("Or&der:", self.order)
        cover.addRow("T&imes in:", self.zone)
        file_row = QHBoxLayout()
        file_row.addWidget(self.out, 1)
        file_row.addWidget(self.browse)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        for button in (self.open_folder, self.start, self.leave):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(which)
        layout.addLayout(cover)
        layout.addWidget(label("Pictures to print: none, unless ticked here"))
        layout.addWidget(self.pictures, 1)
        layout.addLayout(file_row)
        layout.addWidget(self.progress)
        layout.addLayout(foot)
        self.progress.hide()
        self.open_folder.hide()
        for button in (self.browse, self.open_folder, self.leave):
            button.setAutoDefault(False)
        self.start.setDefault(True)

    def _connect(self) -> None:
        self.browse.clicked.connect(self._ask_path)
        self.start.clicked.connect(self.export)
        self.leave.clicked.connect(self.close)
        self.open_folder.clicked.connect(self._open_folder)
        self.advanced.connect(self._advance)
        for button in self.scope.values():
            button.toggled.connect(lambda on: self.list_pictures() if on else None)

    def chosen(self) -> Selection:
        """The items to be printed."""
        held = self.controller.selection
        if self.scope["selected"].isChecked():
            return Selection(items=tuple(self.selected))
        if self.scope["tagged"].isChecked():
            return replace(held, tags=held.tags or self.controller.tag_names)
        return held

    def list_pictures(self) -> None:
        """Lists what could be printed of these items."""
        if self._picture_job is not None:
            self._picture_job.drop()
        chosen = self.chosen()
        self._picture_job = self.controller.read(lambda c: pictures_of(c, chosen), self._fill_pictures, self._failed)

    def _fill_pictures(self, found: list[PictureChoice]) -> None:
        self.pictures.clear()
        for one in found:
            words = f"{one.number}  {wording.visible(one.name)}  ({wording.size(one.size)})"
            entry = QListWidgetItem(words, self.pictures)
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            entry.setCheckState(Qt.CheckState.Unchecked)
            entry.setData(Qt.ItemDataRole.UserRole, one.file_id)

    def ticked(self) -> tuple[int, ...]:
        """File ids of the pictures to print."""
        entries = [self.pictures.item(row) for row in range(self.pictures.count())]
        on = [entry for entry in entries if entry.checkState() == Qt.CheckState.Checked]
        return tuple(entry.data(Qt.ItemDataRole.UserRole) for entry in on)

    def _ask_path(self) -> None:
        name = QFileDialog.getSaveFileName(self, "File of the report", self.out.text(), "PDF (*.pdf)")[0]
        if name:
            # The file dialog has asked whether it may be replaced.
            self._may_replace = Path(name)
            self.out.setText(name)

    def export(self) -> None:
        """Writes the report in the background."""
        given: dict[str, Any] = {name: field.text().strip() for name, field in self.fields.items()}
        given |= {"order": self.order.currentData(), "zone": self.zone.currentData(), "pictures": self.ticked()}
        out, chosen, case = Path(self.out.text().strip()), self.chosen(), self.controller.case
        if out.exists() and out != self._may_replace:
            self.words.setText(f"{out} exists already: give another name, or choose it with Browse to replace it.")
            return
        stop = self._stop = threading.Event()

        def write() -> Written:
            return write_report_apart(case, chosen, out, given, self.advanced.emit, stop)

        self._busy(on=True)
        self.words.setText("Writing the report …")
        self._job = self.controller.run(write, self._done, self._failed)

    def _busy(self, *, on: bool) -> None:
        self.progress.setVisible(on)
        self.progress.setRange(0, 0)
        self.start.setEnabled(not on)
        self.leave.setText("&Cancel" if on else "C&lose")
        named(self.leave, "Cancel" if on else "Close")
        if not on:
            self._job = None

    def _advance(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    def _done(self, result: Written) -> None:
        self._busy(on=False)
        self.words.setText(
            f"{result.pages:,} pages, {result.items:,} items.\nSHA-256 {result.sha256[:32]}\n{result.sha256[32:]}"
        )
        self.open_folder.show()

    def _failed(self, reason: str) -> None:
        self._busy(on=False)
        self.words.setText(reason)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.out.text()).parent)))

    def reject(self) -> None:
        """Escape and Close: a running export is cancelled first, and the dialog stays until it has ended."""
        if self._job is not None:
            self._stop.set()
            self.words.setText("Cancelling …")
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._job is not None:
            self.reject()
            event.ignore()
            return
        super().closeEvent(event)
