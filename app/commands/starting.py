"""`assay gui` and `assay demo`."""

from __future__ import annotations

import argparse


def gui(arguments: argparse.Namespace) -> int:
    from app.gui import run_gui

    return run_gui(arguments.case)


def demo(arguments: argparse.Namespace) -> int:
    from app.demo import run_demo

    return run_demo(arguments.folder, window=not arguments.no_window)
