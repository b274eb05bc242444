"""Every control has a name for a screen reader, every menu a mnemonic, every text enough contrast."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QProgressBar,
    QWidget,
)

from app.gui import menus, theme
from app.gui.views.add_evidence_dialog import AddEvidenceDialog
from app.gui.views.export_dialog import ExportDialog
from app.gui.views.keyboard_page import KeyboardPage
from app.gui.views.tag_bar import NoteDialog, TagDialog
from app.gui.views.verify_dialog import VerifyDialog

INTERACTIVE = (QAbstractButton, QAbstractScrollArea, QComboBox, QLineEdit, QProgressBar)


def nameless(root: QWidget) -> list[str]:
    """The interactive widgets of ours that a screen reader could not name."""
    found = []
    for widget in root.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QComboBox | QAbstractItemView)
        if not isinstance(widget, INTERACTIVE) or isinstance(widget, QHeaderView) or inner:
            continue
        if isinstance(widget.parent(), QLineEdit) or type(widget).__name__ in ("QScrollBar", "QTabBar"):
            continue  # the cross of a search field, which Qt names by its action
        if not widget.accessibleName():
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def test_every_control_of_the_window_has_a_name(opened):
    opened.case_view.timeline.controller.narrow(kinds=("message",), search="harbour")
    assert nameless(opened) == []


def test_the_start_screen_has_names(window):
    assert nameless(window) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda window, controller: AddEvidenceDialog([], [], print, window),
        lambda window, controller: ExportDialog(controller, [1], 12, window),
        lambda window, controller: KeyboardPage(window),
        lambda window, controller: TagDialog(("relevant",), 2, print, window),
        lambda window, controller: NoteDialog("ABC/1-000001", print, window),
        lambda window, controller: VerifyDialog(controller, window),
    ],
    ids=["add", "export", "keyboard", "tag", "note", "verify"],
)
def test_every_control_of_a_dialog_has_a_name(opened, make):
    made = make(opened, opened.case_view.controller)
    assert nameless(made) == []
    made.close()


def test_every_menu_and_command_has_a_mnemonic_of_its_own(window):
    assert all("&" in title for title in menus.MENUS)
    for commands in menus.MENUS.values():
        shown = [command for command in commands if command.key != "/"]
        letters = [command.words.split("&", 1)[1][0].lower() for command in shown]
        assert len(set(letters)) == len(letters), letters


def test_menus_have_names(window):
    assert [menu.accessibleName() for menu in window.menuBar().findChildren(QMenu)][:4] == [
        "Case",
        "Review",
        "View",
        "Help",
    ]


def contrast(one, other) -> float:
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05)."""

    def luminance(colour) -> float:
        parts = [
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


ROLE = QPalette.ColorRole
PAIRS = [
    (ROLE.WindowText, ROLE.Window),
    (ROLE.Text, ROLE.Base),
    (ROLE.Text, ROLE.AlternateBase),
    (ROLE.ButtonText, ROLE.Button),
    (ROLE.HighlightedText, ROLE.Highlight),
    (ROLE.ToolTipText, ROLE.ToolTipBase),
    (ROLE.PlaceholderText, ROLE.Base),
    (ROLE.Link, ROLE.Base),
    (ROLE.BrightText, ROLE.Window),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_texts_have_the_contrast_of_aa(dark):
    colours = theme.palette(dark=dark)
    low = {
        f"{text.name} on {ground.name}": round(contrast(colours.color(text), colours.color(ground)), 2)
        for text, ground in PAIRS
        if contrast(colours.color(text), colours.color(ground)) < 4.5
    }
    assert low == {}
    assert contrast(colours.color(ROLE.Highlight), colours.color(ROLE.Base)) >= 3
