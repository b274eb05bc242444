"""Asks what has to be known before evidence is read: references, zone, date order, and the authority or why none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import phonenumbers
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.gui.views.parts import label, named
from app.gui.views.tag_bar import ok_and_cancel
from app.ingest.model import SourceRequest
from evidence_store.scope import Authority

DEVICE_REGION: Final = "as the device is set"
NO_ZONE: Final = "none: leave local times without a zone"
UK_ZONE: Final = "Europe/London"
DATE_ORDERS: Final = (
    ("automatic: decided from the whole file", None),
    ("day, month, year", "dmy"),
    ("month, day, year", "mdy"),
    ("year, month, day", "ymd"),
)
AUTHORITY_FIELDS: Final = (
    ("power", "&Power", "for example: s19 PACE 1984; s37 PCSC Act 2022"),
    ("purpose", "P&urpose", "what is to be found out"),
    ("granted_by", "&Granted by", "name and rank"),
    ("reference", "&Reference", "form or log number"),
)


class AddEvidenceDialog(QDialog):
    """Gives the requests to `take` when it is accepted."""

    def __init__(
        self, paths: Sequence[Path], taken: Sequence[str], take: Callable[[list[SourceRequest]], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add evidence")
        self.resize(760, 560)
        self.take = take
        self._taken = list(taken)
        self.sources = named(QTableWidget(0, 2), "Sources", "Exhibit reference and path; the reference can be changed")
        self.sources.setHorizontalHeaderLabels(["Exhibit reference", "Path"])
        self.sources.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.sources.setColumnWidth(0, 160)
        self.sources.verticalHeader().hide()
        self.sources.setTabKeyNavigation(False)
        self.sources.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.zone = self._zone_box()
        self.region = named(QComboBox(), "Region of numbers in national form")
        self.region.addItems([DEVICE_REGION, *sorted(phonenumbers.SUPPORTED_REGIONS)])
        self.order = named(QComboBox(), "Date order of exported chats")
        for words, value in DATE_ORDERS:
            self.order.addItem(words, value)
        self.fields = {name: named(QLineEdit(), title.replace("&", ""), hint) for name, title, hint in AUTHORITY_FIELDS}
        self.reason = named(QLineEdit(), "Reason for recording no authority")
        self.problem = label("", "banner")
        self.buttons = ok_and_cancel(self, "&Read it in")
        self._lay_out()
        for field in (*self.fields.values(), self.reason):
            field.textChanged.connect(self.check)
        self.sources.itemChanged.connect(lambda _: self.check())
        self.zone.currentTextChanged.connect(lambda _: self.check())
        for path in paths:
            self.add_path(path)
        self.check()

    def _zone_box(self) -> QComboBox:
        box = named(QComboBox(), "Zone assumed for local times")
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # The list of names from the tzdata package: looking through the system's files would take a second.
        names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
        box.addItems([NO_ZONE, *sorted(names)])
        box.setCurrentText(UK_ZONE)
        return box

    def _lay_out(self) -> None:
        add = QHBoxLayout()
        for words, then in (
            ("Add &files …", self._ask_files),
            ("Add fol&der …", self._ask_folder),
            ("Remo&ve", self._remove),
        ):
            button = named(QPushButton(words), words.replace("&", "").rstrip(" …"))
            button.clicked.connect(then)
            add.addWidget(button)
        add.addStretch(1)
        times = QFormLayout()
        times.addRow("&Zone assumed for local times:", self.zone)
        times.addRow("Re&gion of numbers in national form:", self.region)
        times.addRow("Date &order of exported chats:", self.order)
        authority = QGroupBox("Authority: fill in what it is, or say why none is recorded")
        form = QFormLayout(authority)
        for name, title, hint in AUTHORITY_FIELDS:
            self.fields[name].setPlaceholderText(hint)
            form.addRow(f"{title}:", self.fields[name])
        form.addRow("&None recorded, because:", self.reason)
        layout = QVBoxLayout(self)
        layout.addWidget(self.sources, 1)
        layout.addLayout(add)
        layout.addLayout(times)
        layout.addWidget(authority)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    def _ask_files(self) -> None:
        for name in QFileDialog.getOpenFileNames(self, "Evidence files")[0]:
            self.add_path(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Evidence folder")
        if name:
            self.add_path(Path(name))

    def _remove(self) -> None:
        for row in sorted({index.row() for index in self.sources.selectedIndexes()}, reverse=True):
            self.sources.removeRow(row)
        self.check()

    def add_path(self, path: Path) -> None:
        """One more source, with the next free reference; a path that is listed already is not listed twice."""
        rows = range(self.sources.rowCount())
        if any(self._cell(row, 1) == str(path) for row in rows):
            return
        exhibit = next_exhibit([*self._taken, *(self._cell(row, 0) for row in rows)])
        row = self.sources.rowCount()
        self.sources.insertRow(row)
        where = QTableWidgetItem(str(path))
        where.setFlags(where.flags() & ~Qt.ItemFlag.ItemIsEditable)
        self.sources.setItem(row, 1, where)
        self.sources.setItem(row, 0, QTableWidgetItem(exhibit))
        self.check()

    def _cell(self, row: int, column: int) -> str:
        item = self.sources.item(row, column)
        return item.text().strip() if item is not None else ""

    def missing(self) -> str:
        """What still has to be filled in, as one line, or ""."""
        exhibits = [self._cell(row, 0) for row in range(self.sources.rowCount())]
        zone = self.zone.currentText().strip()
        if not exhibits:
            return "Add at least one file or folder."
        if not all(exhibits) or len(set(exhibits)) < len(exhibits):
            return "Every source needs an exhibit reference of its own."
        if used := [one for one in exhibits if one in self._taken]:
            return f"Exhibit reference {used[0]} is in the case already."
        if zone not in (NO_ZONE, UK_ZONE) and self.zone.findText(zone, Qt.MatchFlag.MatchExactly) < 0:
            return f"“{zone}” is no zone: choose one of the list."
        given = any(field.text().strip() for field in self.fields.values())
        if given == bool(self.reason.text().strip()):
            either = "Fill in the authority, or the reason why none is recorded"
            return f"{either}: not both." if given else f"{either}."
        return ""

    def check(self) -> None:
        """Says what is missing, and lets it be accepted only when nothing is."""
        missing = self.missing()
        self.problem.setText(missing)
        self.problem.setVisible(bool(missing))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not missing)

    def requests(self) -> list[SourceRequest]:
        """What was filled in."""
        zone = self.zone.currentText().strip()
        given: dict[str, Any] = {"zone": None if zone == NO_ZONE else zone, "date_order": self.order.currentData()}
        region = self.region.currentText()
        given["region"] = None if region == DEVICE_REGION else region
        fields = tuple((name, field.text().strip()) for name, field in self.fields.items() if field.text().strip())
        authority = Authority(fields, "" if fields else self.reason.text().strip())
        return [
            SourceRequest(Path(self._cell(row, 1)), self._cell(row, 0), authority=authority, **given)
            for row in range(self.sources.rowCount())
        ]

    def accept(self) -> None:
        if not self.missing():
            super().accept()
            self.take(self.requests())


def next_exhibit(taken: Sequence[str]) -> str:
    """The reference after the last one that ends in a number: ABC/2 after ABC/1; EX/1 to begin with."""
    numbered = [found for one in taken if (found := re.fullmatch(r"(.*?)(\d{1,9})", one))]
    stem, number = (numbered[-1][1], int(numbered[-1][2])) if numbered else ("EX/", 0)
    while (name := f"{stem}{number + 1}") in taken:
        number += 1
    return name
