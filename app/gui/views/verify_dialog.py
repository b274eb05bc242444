"""Verification in plain words: complete and intact are two statements, every difference is listed with its place."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.cases import CaseError
from app.gui.case_controller import CaseController
from app.gui.views.parts import label, named
from evidence_store.verify import Verdict, verify


class VerifyDialog(QDialog):
    """Runs the verification in the background and shows what came of it."""

    advanced = Signal(int, int)

    def __init__(self, controller: CaseController, parent: QWidget) -> None:
        super().__init__(parent)
        self.controller = controller
        self.setWindowTitle("Verify the case")
        self.resize(720, 520)
        self.verdict: Verdict | None = None
        self.complete = named(label("Recomputing everything the case states of itself …", "heading"), "Complete")
        self.intact = named(label("", "heading"), "Intact")
        self.limits = named(label("", "quiet"), "What this cannot show")
        self.progress = named(QProgressBar(), "Progress of the verification")
        self.progress.setRange(0, 0)
        self.table = named(QTableWidget(0, 3), "Findings and checks")
        self.table.setHorizontalHeaderLabels(["Table or check", "Where", "What"])
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        leave = named(QPushButton("C&lose"), "Close")
        leave.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        for part in (self.complete, self.intact, self.progress, self.table, self.limits):
            layout.addWidget(part)
        layout.addWidget(leave, 0, Qt.AlignmentFlag.AlignRight)
        self._stop = threading.Event()
        self.advanced.connect(self._advance)
        self._job = controller.read(lambda connection: verify(connection, self._report), self._show, self._failed)
        self.finished.connect(self._leave)

    def _report(self, done: int, total: int) -> None:
        """In the background: ends the work once nobody waits for it."""
        if self._stop.is_set():
            raise CaseError("the verification was stopped")
        self.advanced.emit(done, total)

    def _leave(self) -> None:
        self._stop.set()
        self._job.drop()

    def _advance(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(min(done, total))

    def _show(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.progress.hide()
        complete, intact, limits = verdict.sentences
        self.complete.setText(("✔ " if verdict.complete else "✘ ") + complete)
        self.intact.setText(("✔ " if verdict.intact else "✘ ") + intact)
        self.limits.setText(limits)
        lines = [(one.table, one.where, f"DIFFERENT: {one.what}") for one in verdict.findings]
        lines += [(name, "", how) for name, how in verdict.checked]
        self.table.setRowCount(len(lines))
        for row, cells in enumerate(lines):
            for column, words in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(words))
        self.table.resizeColumnToContents(0)
        self.table.resizeColumnToContents(1)
        self.controller.log(
            "verified", "case", intact=verdict.intact, complete=verdict.complete, findings=len(verdict.findings)
        )

    def _failed(self, reason: str) -> None:
        self.progress.hide()
        self.complete.setText(f"The verification could not be done: {reason}")
