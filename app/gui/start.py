"""Starts the window."""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import VERSION
from app.cases import CaseError
from app.gui import theme
from app.gui.collecting import collected_here
from app.gui.main_window import MainWindow
from app.gui.recent import Remembered


def run_gui(case_folder: Path | None = None) -> int:
    """Shows the window, on a case where one is named, until it is closed. Gives the exit status.

    Raises CaseError where there is no display: Qt would end the process without a word that helps.
    """
    if not has_display():
        raise CaseError("there is no display for the window; the command line does the same work (assay --help)")
    held = QApplication.instance()
    qt_app = held if isinstance(held, QApplication) else QApplication(["assay"])
    prepare(qt_app)
    with collected_here():
        window = MainWindow(qt_app, Remembered())
        window.show()
        if case_folder is not None:
            window.open_case(case_folder)
        return qt_app.exec()


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def prepare(qt_app: QApplication) -> None:
    """Names the program and loads its fonts."""
    qt_app.setApplicationName("Assay")
    qt_app.setApplicationVersion(VERSION)
    # Qt takes over the language of the machine; month names in reports must not follow it.
    locale.setlocale(locale.LC_TIME, "C")
    theme.load_fonts(qt_app)
