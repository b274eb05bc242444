"""Asks for the password of what is encrypted; it is handed on, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.gui.views.parts import label, named
from app.gui.views.tag_bar import ok_and_cancel

ASKED = "The password opens the evidence for this session. It is not stored, and only what you type is tried."


class PasswordDialog(QDialog):
    """Gives the password to `answer`, or None where it is closed without one."""

    def __init__(self, what: str, wrong: bool, answer: Callable[[str | None], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Wrong password" if wrong else "Password needed")
        self.setMinimumWidth(460)
        self._answer = answer
        self.words = label(what, "banner" if wrong else "")
        self.password = named(QLineEdit(), "Password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.shown = named(QCheckBox("&Show what is typed"), "Show what is typed")
        self.buttons = ok_and_cancel(self, "&Open")
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)
        layout = QVBoxLayout(self)
        for part in (self.words, self.password, self.shown, label(ASKED, "quiet"), self.buttons):
            layout.addWidget(part)
        self.password.textChanged.connect(self._check)
        self.shown.toggled.connect(self._show)
        self.finished.connect(self._finish)
        self.password.setFocus()

    def _check(self, typed: str) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(typed))

    def _show(self, shown: bool) -> None:
        self.password.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _finish(self, result: int) -> None:
        typed = self.password.text() if result == QDialog.DialogCode.Accepted else None
        self.password.clear()
        self._answer(typed or None)
