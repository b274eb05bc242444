"""The window: the only room that imports PySide6."""

from __future__ import annotations

from pathlib import Path


def run_gui(case_folder: Path | None = None) -> int:
    """Shows the window, on a case where one is named, until it is closed. Gives the exit status."""
    # Not at the top: the models are read by what needs no display.
    from app.gui.start import run_gui as start

    return start(case_folder)
