"""Light and dark: two palettes of our own over the Fusion style, so that every machine shows the same contrast.

All text colours are at least 4.5 : 1 against their ground, marks of focus and selection at least 3 : 1 (WCAG 2.2 AA).
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Final, Literal

from PySide6.QtCore import QLoggingCategory, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

Theme = Literal["system", "light", "dark"]
_ROLES: Final = {
    QPalette.ColorRole.Window: ("#f3f4f6", "#1e2126"),
    QPalette.ColorRole.WindowText: ("#16191d", "#e8eaed"),
    QPalette.ColorRole.Base: ("#ffffff", "#15171b"),
    QPalette.ColorRole.AlternateBase: ("#f5f7fa", "#1b1e23"),
    QPalette.ColorRole.Text: ("#16191d", "#e8eaed"),
    QPalette.ColorRole.Button: ("#e9ebef", "#2b2f36"),
    QPalette.ColorRole.ButtonText: ("#16191d", "#e8eaed"),
    QPalette.ColorRole.BrightText: ("#9b1c1c", "#ffb4ab"),
    QPalette.ColorRole.Highlight: ("#0b57a4", "#7db7f5"),
    QPalette.ColorRole.HighlightedText: ("#ffffff", "#0b1420"),
    QPalette.ColorRole.Link: ("#0b57a4", "#8fc1f7"),
    QPalette.ColorRole.LinkVisited: ("#5b3a8c", "#c8b0f0"),
    QPalette.ColorRole.ToolTipBase: ("#fffbe6", "#33373f"),
    QPalette.ColorRole.ToolTipText: ("#16191d", "#e8eaed"),
    QPalette.ColorRole.PlaceholderText: ("#5a626d", "#a4abb5"),
    QPalette.ColorRole.Accent: ("#0b57a4", "#7db7f5"),
    QPalette.ColorRole.Light: ("#ffffff", "#3a3f47"),
    QPalette.ColorRole.Midlight: ("#eceef1", "#32363d"),
    QPalette.ColorRole.Mid: ("#b3b9c2", "#4a5059"),
    QPalette.ColorRole.Dark: ("#8b929d", "#101216"),
    QPalette.ColorRole.Shadow: ("#5a626d", "#000000"),
}
_DISABLED: Final = ("#6a717b", "#8e959f")
_DISABLED_ROLES: Final = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)
# The Qt style sheet holds what a palette cannot: a focus that is seen on every control.
_SHEET: Final = """
QLineEdit:focus, QPlainTextEdit:focus, QTextBrowser:focus, QAbstractItemView:focus
{{ border: 2px solid {focus}; }}
QLineEdit, QPlainTextEdit, QTextBrowser, QAbstractItemView {{ border: 1px solid {edge}; }}
QLineEdit {{ padding: 3px; border-radius: 3px; }}
QPushButton:focus, QToolButton:focus
{{ outline: none; border: 2px solid {focus}; border-radius: 3px; padding: 3px 8px; }}
QHeaderView::section {{ padding: 4px 6px; }}
QLabel[role="banner"] {{ background: {warn}; color: {warn_text}; padding: 6px 10px; }}
QLabel[role="title"] {{ font-size: 20pt; font-weight: bold; }}
QLabel[role="heading"] {{ font-weight: bold; }}
QLabel[role="quiet"] {{ color: {quiet}; }}
QToolButton[role="chip"] {{ border: 1px solid {edge}; border-radius: 10px; padding: 2px 9px; background: {chip}; }}
QToolButton[role="chip"]:focus {{ border: 2px solid {focus}; padding: 1px 8px; border-radius: 10px; }}
"""
_EXTRA: Final = {
    "focus": ("#0b57a4", "#7db7f5"),
    "edge": ("#8b929d", "#6a717b"),
    "warn": ("#fff3cd", "#4a3b00"),
    "warn_text": ("#3d2f00", "#ffe9a8"),
    "quiet": ("#4d555f", "#b4bac3"),
    "chip": ("#dfe7f1", "#2c3b4c"),
}


def palette(*, dark: bool) -> QPalette:
    """The colours of one theme."""
    which = 1 if dark else 0
    made = QPalette()
    for role, colours in _ROLES.items():
        made.setColor(role, QColor(colours[which]))
    for role in _DISABLED_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED[which]))
    return made


def is_dark(widget: QWidget) -> bool:
    """Whether a widget is drawn in the dark theme."""
    return widget.palette().color(QPalette.ColorRole.Window).lightness() < 128


def apply(qt_app: QApplication, theme: Theme) -> None:
    """Puts the whole program into a theme; "system" follows what the desktop asks for."""
    dark = theme == "dark" or (theme == "system" and qt_app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    qt_app.setStyle("Fusion")
    qt_app.setPalette(palette(dark=dark))
    qt_app.setStyleSheet(_SHEET.format(**{name: colours[1 if dark else 0] for name, colours in _EXTRA.items()}))


def load_fonts(qt_app: QApplication) -> None:
    """Makes the program's own fonts known, so that every machine shows the same scripts."""
    # For every script Qt warns of each font that lacks it, on the way to the one that has it.
    QLoggingCategory.setFilterRules("qt.text.font.db=false")
    families = ["Noto Sans"]
    for entry in sorted(files("resources").joinpath("fonts").iterdir(), key=lambda found: found.name):
        if not entry.name.endswith(".ttf"):
            continue
        with as_file(entry) as path:
            number = QFontDatabase.addApplicationFont(str(path))
        found = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        families += [family for family in found if family not in families]
    font = QFont(qt_app.font())
    font.setFamilies(families)
    qt_app.setFont(font)
