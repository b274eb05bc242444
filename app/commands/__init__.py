"""What each command of the command line does, one file for each group. The window calls the functions below these."""

from __future__ import annotations

from app.commands.adding import ingest
from app.commands.checking import selftest, verify_case
from app.commands.reviewing import report, tag
from app.commands.showing import coverage, extractors, files, info, items, people
from app.commands.starting import demo, gui

__all__ = [
    "coverage", "demo", "extractors", "files", "gui", "info", "ingest", "items", "people", "report", "selftest", "tag",
    "verify_case",
]  # fmt: skip
