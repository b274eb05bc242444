"""What is seen before a case is open: make one, open one, or go back to one of the last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app import PROGRAM
from app.gui.views.parts import label, named


class StartView(QWidget):
    """`create_asked`, `open_asked` and `chosen` are handled by the window."""

    create_asked = Signal()
    open_asked = Signal()
    chosen = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.create_button = named(QPushButton("&New case …"), "New case", "Makes a case in a new, empty folder")
        self.open_button = named(QPushButton("&Open case …"), "Open case", "Opens a case folder")
        self.create_button.clicked.connect(self.create_asked)
        self.open_button.clicked.connect(self.open_asked)
        self.recent = named(QListWidget(), "Recent cases", "Enter opens the case")
        self.recent.itemActivated.connect(lambda entry: self.chosen.emit(entry.data(Qt.ItemDataRole.UserRole)))
        inner = QVBoxLayout()
        inner.addStretch(1)
        inner.addWidget(label(PROGRAM, "title"))
        inner.addWidget(
            label(
                "Opens phone extractions, disk images and chat exports, keeps what they hold in a sealed case, and "
                "prints what a court needs. Evidence is never changed, and nothing leaves this machine."
            )
        )
        row = QHBoxLayout()
        row.addWidget(self.create_button)
        row.addWidget(self.open_button)
        row.addStretch(1)
        inner.addSpacing(12)
        inner.addLayout(row)
        inner.addSpacing(12)
        self.heading = label("Recent cases", "heading")
        inner.addWidget(self.heading)
        inner.addWidget(self.recent, 2)
        inner.addWidget(label("Files and folders can be dropped on the window once a case is open.", "quiet"))
        inner.addStretch(1)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(inner, 3)
        layout.addStretch(1)

    def show_recent(self, folders: list[Path]) -> None:
        """Lists the last cases."""
        self.recent.clear()
        for folder in folders:
            entry = QListWidgetItem(f"{folder.name}    {folder}", self.recent)
            entry.setData(Qt.ItemDataRole.UserRole, folder)
        self.recent.setVisible(bool(folders))
        self.heading.setVisible(bool(folders))
