"""The case's tags with the number key of each, and the dialogs that take a tag's name and a note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.gui.case_controller import CaseController
from app.gui.views.parts import label, named

BY_NUMBER = 9


class TagBar(QWidget):
    """Buttons for the first nine tags; each does what its number key does."""

    def __init__(
        self,
        controller: CaseController,
        toggle: Callable[[int], None],
        add: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._toggle = toggle
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(label("Tag selected rows:", "quiet"))
        self.buttons: list[QPushButton] = []
        self.add = named(QPushButton("Other &tag … (T)"), "Tag the selected rows by name")
        self.add.clicked.connect(add)
        self._row.addWidget(self.add)
        self._row.addStretch(1)
        self._names: tuple[str, ...] = ()
        controller.tags_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        self.setEnabled(self.controller.case.writable)
        names = self.controller.tag_names[:BY_NUMBER]
        if names == self._names:
            return
        self._names = names
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = [self._button(place, name) for place, name in enumerate(names)]
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(place + 1, button)

    def _button(self, place: int, name: str) -> QPushButton:
        button = named(QPushButton(f"{place + 1}  {name[:24].replace('&', '&&')}"), f"Tag {name}, key {place + 1}")
        button.clicked.connect(lambda: self._toggle(place))
        return button


class TagDialog(QDialog):
    """Asks for the name of a tag: one of the case's, or a new one."""

    def __init__(self, names: tuple[str, ...], items: int, take: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Tag items")
        self.take = take
        self.name = named(QComboBox(), "Name of the tag")
        self.name.setEditable(True)
        self.name.addItems(list(names))
        self.name.setCurrentText("")
        buttons = ok_and_cancel(self, "&Tag")
        layout = QVBoxLayout(self)
        many = "the selected item" if items == 1 else f"{items:,} selected items"
        layout.addWidget(
            label(f"Tag {many}. An item that has the tag already keeps it; where all have it, it is taken off.")
        )
        layout.addWidget(self.name)
        layout.addWidget(buttons)
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(False)
        self.name.editTextChanged.connect(lambda words: ok.setEnabled(bool(words.strip())))
        self.name.setFocus()

    def accept(self) -> None:
        super().accept()
        self.take(self.name.currentText().strip())


class NoteDialog(QDialog):
    """Asks for a note to one item."""

    def __init__(self, number: str, take: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Note on {number}")
        self.take = take
        self.words = named(QPlainTextEdit(), f"Note on {number}")
        self.words.setTabChangesFocus(True)
        buttons = ok_and_cancel(self, "&Add note")
        layout = QVBoxLayout(self)
        layout.addWidget(
            label(
                "Your words, kept apart from the evidence. The ledger says that a note was written, not what it says."
            )
        )
        layout.addWidget(self.words)
        layout.addWidget(buttons)
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(False)
        self.words.textChanged.connect(lambda: ok.setEnabled(bool(self.words.toPlainText().strip())))

    def accept(self) -> None:
        super().accept()
        self.take(self.words.toPlainText().strip())


def ok_and_cancel(dialog: QDialog, ok: str) -> QDialogButtonBox:
    """The two buttons at the foot of a dialog, with names."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    for which, words in ((QDialogButtonBox.StandardButton.Ok, ok), (QDialogButtonBox.StandardButton.Cancel, "&Cancel")):
        button = named(buttons.button(which), words.replace("&", ""))
        button.setText(words)
        button.setIcon(QIcon())
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
