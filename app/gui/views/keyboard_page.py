"""Every key of the window, in one list that the help page shows and the tests compare with the menus."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app.gui.views.parts import named

KEYS: Final = (
    (
        "Anywhere",
        (
            ("F6, Shift+F6", "to the next or previous part: search, histogram, table, detail"),
            ("Ctrl+F or /", "search"),
            ("Ctrl+N, Ctrl+O", "new case, open case"),
            ("Ctrl+I", "add evidence"),
            ("Ctrl+E", "export report"),
            ("Ctrl+Shift+V", "verify the case"),
            ("Ctrl+1, Ctrl+2, Ctrl+3", "timeline, coverage, files"),
            ("Ctrl+0", "clear all filters"),
            ("Ctrl+End", "go to the items without a time"),
            ("F1", "this page"),
            ("Ctrl+W, Ctrl+Q", "close the case, quit"),
        ),
    ),
    (
        "On the table and the detail",
        (
            ("Arrows, Page up, Page down, Home, End", "move; with Shift, select"),
            ("1 … 9", "put a tag of the case on the selected rows, or take it off where all have it"),
            ("T", "tag by name"),
            ("N", "add a note to the item"),
            ("Escape", "hide a picture that is shown"),
        ),
    ),
    (
        "On the histogram",
        (
            ("Left, Right, Home, End", "move the mark"),
            ("Shift+Left, Shift+Right", "choose a range of time"),
            ("Ctrl+Left, Ctrl+Right", "move the view"),
            ("+, -, 0", "zoom in, zoom out, show all"),
            ("Escape", "clear the chosen range"),
        ),
    ),
    (
        "With the mouse",
        (
            ("Drag on the histogram", "choose a range of time; double click clears it"),
            ("Wheel; Ctrl+drag or middle button", "zoom; move the view"),
            ("Drop files on the window", "add them as evidence"),
        ),
    ),
)


class KeyboardPage(QDialog):
    """Help, Keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard")
        self.resize(640, 600)
        page = named(QTextBrowser(), "Keys of the window")
        page.setHtml("".join(_section(title, keys) for title, keys in KEYS))
        leave = named(QPushButton("C&lose"), "Close")
        leave.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(page)
        layout.addWidget(leave, 0, Qt.AlignmentFlag.AlignRight)


def _section(title: str, keys: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f"<tr><td><b>{escape(key)}</b>&nbsp;&nbsp;</td><td>{escape(words)}</td></tr>" for key, words in keys)
    return f"<h3>{escape(title)}</h3><table cellpadding='3'>{rows}</table>"
