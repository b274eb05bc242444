"""A picture that is not shown until somebody asks for it: a neutral tile with what is known of the file."""

from __future__ import annotations

import textwrap
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.gui import wording
from app.gui.case_controller import CaseController
from app.gui.models.item_detail import Picture
from app.gui.views.parts import label, named

_SIDE: Final = 480
_EDGE: Final = 14


class PictureTile(QFrame):
    """Renders in the background on demand; what is shown is logged, and hidden again with one key."""

    changed = Signal()  # shown or hidden

    def __init__(
        self, controller: CaseController, number: str, picture: Picture, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.controller, self.number, self.picture = controller, number, picture
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = label(self._facts("Picture not shown"))
        self.shown = named(QLabel(), f"Picture {picture.name}")
        self.shown.hide()
        self.show_button = named(QPushButton("Show &picture"), f"Show picture {picture.name}", "Entered in the ledger")
        self.show_button.clicked.connect(self.toggle)
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.shown)

    def _facts(self, state: str) -> str:
        picture = self.picture
        hash_words = " ".join(textwrap.wrap(picture.sha256, 16)) or "not read"
        name = wording.visible(picture.name)
        return f"{state}: {name}\n{picture.mime}, {wording.size(picture.size)}\nSHA-256 {hash_words}"

    @property
    def is_shown(self) -> bool:
        return not self.shown.isHidden()

    def toggle(self) -> None:
        """Shows the picture, or hides it."""
        if self.is_shown:
            self.hide_picture()
            return
        self.show_button.setEnabled(False)
        case, file_id = self.controller.case, self.picture.file_id

        def render() -> bytes:
            from app.pictures import render_picture

            return render_picture(case, file_id, _SIDE)

        self.controller.run(render, self.show_rendered, self._refuse)

    def show_rendered(self, data: bytes) -> None:
        """Shows a rendered picture, and enters in the ledger that it was seen."""
        self.show_button.setEnabled(True)
        pixmap = QPixmap()
        if not pixmap.loadFromData(data):
            self._refuse("the picture cannot be shown")
            return
        self.controller.log("viewed media", self.number, file_sha256=self.picture.sha256)
        room = max(self.width() - 2 * _EDGE, 120)
        if pixmap.width() > room:
            pixmap = pixmap.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        self.words.setText(self._facts("Picture shown"))
        self.shown.setPixmap(pixmap)
        self.shown.show()
        self.show_button.setText("Hide &picture")
        self.changed.emit()

    def _refuse(self, reason: str) -> None:
        self.show_button.setEnabled(True)
        self.words.setText(f"{self.words.text()}\nNot shown: {reason}")

    def hide_picture(self) -> None:
        self.shown.clear()
        self.shown.hide()
        self.words.setText(self._facts("Picture not shown"))
        self.show_button.setText("Show &picture")
        self.changed.emit()
