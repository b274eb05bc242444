"""The menus: every command with its mnemonic, its key and what a status line says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow


class Command(NamedTuple):
    """One line of a menu. `needs` says when it is there to be used: "", "case", or "writable"."""

    words: str
    key: str
    method: str  # of the window
    needs: str = ""
    tip: str = ""


MENUS: Final = {
    "&Case": (
        Command("&New case …", "Ctrl+N", "ask_new_case", "", "Make a case in a new folder"),
        Command("&Open case …", "Ctrl+O", "ask_open_case", "", "Open a case folder"),
        Command("&Add evidence …", "Ctrl+I", "ask_evidence", "writable", "Read files or folders into the case"),
        Command("&Export report …", "Ctrl+E", "export_report", "case", "Write the evidential report as PDF"),
        Command("&Verify …", "Ctrl+Shift+V", "verify_case", "case", "Recompute everything and say what differs"),
        Command("&Close case", "Ctrl+W", "close_case", "case", ""),
        Command("&Quit", "Ctrl+Q", "close", "", ""),
    ),
    "&Review": (
        Command("&Search", "Ctrl+F", "focus_search", "case", "Type words and press Enter"),
        Command("Search (slash)", "/", "focus_search", "case", ""),
        Command("&Tag by name …", "", "tag_by_name", "writable", "T on the table"),
        Command("Add &note …", "", "add_note", "writable", "N on the table"),
        Command("&Clear all filters", "Ctrl+0", "clear_filters", "case", ""),
        Command("Items &without a time", "Ctrl+End", "go_to_undated", "case", "They stand at the end"),
    ),
    "&View": (
        Command("&Timeline", "Ctrl+1", "show_timeline", "case"),
        Command("&Coverage", "Ctrl+2", "show_coverage", "case", "What became of each file"),
        Command("&Files", "Ctrl+3", "show_files", "case"),
        Command("&Next part", "F6", "next_pane", "case"),
        Command("&Previous part", "Shift+F6", "previous_pane", "case"),
        Command("&Zoom in the histogram", "", "zoom_in", "case"),
        Command("Zoom &out of the histogram", "", "zoom_out", "case"),
        Command("Colours of the s&ystem", "", "theme_system"),
        Command("&Light colours", "", "theme_light"),
        Command("&Dark colours", "", "theme_dark"),
    ),
    "&Help": (
        Command("&Keyboard", "F1", "show_keyboard"),
        Command("&About Assay", "", "show_about"),
    ),
}


def fill(window: QMainWindow, find: Callable[[str], Callable[[], object]]) -> list[tuple[Command, QAction]]:
    """Makes the menus of the window; `find` gives the method behind a command."""
    made: list[tuple[Command, QAction]] = []
    for title, commands in MENUS.items():
        menu = window.menuBar().addMenu(title)
        menu.setAccessibleName(title.replace("&", ""))
        for command in commands:
            action = QAction(command.words, window)
            if command.key:
                action.setShortcut(QKeySequence(command.key))
            if command.tip:
                action.setStatusTip(command.tip)
            then = find(command.method)
            action.triggered.connect(lambda _=False, then=then: then())
            # The second key of the search is a key, not another line.
            (window if command.key == "/" else menu).addAction(action)
            made.append((command, action))
    return made
