"""Small parts that the views share: names for screen readers, headings, one-line messages."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QMessageBox, QWidget

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, name: str, description: str = "") -> AnyWidget:
    """Gives a control the name and description that a screen reader says."""
    widget.setAccessibleName(name)
    if isinstance(widget, QComboBox):
        widget.view().setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def label(words: str, role: str = "") -> QLabel:
    """Text that is never taken for HTML: it may hold what stands in the evidence."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(words)
    made.setWordWrap(True)
    if role:
        made.setProperty("role", role)
    return made


def rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def tell(parent: QWidget, words: str, title: str = "Assay", *, bad: bool = True) -> QMessageBox:
    """Shows one clear line in a box that does not hold up the program."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning if bad else QMessageBox.Icon.Information)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(words)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
