"""The demonstration: made-up evidence is built, read, verified and reported, and the window opens on the case."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.cases import Case, CaseError, open_case
from app.cli import DIFFERENT, DONE
from app.demo_evidence import build
from app.ingest.model import SourceRequest
from app.ingest.run import add_source
from app.output import print_text
from app.progress import shown_progress
from app.reporting import ReportOptions, write_case_report
from evidence_store import listing, verify
from evidence_store.scope import Authority
from evidence_store.selection import Selection

WHY = "made-up evidence: nobody's data is read"


def run_demo(folder: Path | None, *, window: bool) -> int:
    """Builds, reads, verifies and reports in a new folder. Gives the exit status; raises CaseError with one line."""
    folder = _new_folder(folder)
    print_text(f"Building made-up evidence in {folder / 'evidence'}")
    sources = build(folder / "evidence")
    case = open_case(folder / "case", create_it=True)
    try:
        _read(case, sources)
        with case.store.read() as connection:
            counts = listing.counts(connection)
            verdict = verify.verify(connection)
        case.log("verified", "case", intact=verdict.intact, complete=verdict.complete)
        print_text("Found: " + ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items()))
        for sentence in verdict.sentences[:2]:
            print_text(sentence)
        out = folder / "report.pdf"
        options = ReportOptions(title="Demonstration: made-up evidence", report_exhibit="DEMO/1", marking="TRAINING")
        result = write_case_report(case, Selection(), out, options)
    finally:
        case.close()
    print_text(f"Report: {out} ({result.pages} pages, SHA-256 {result.sha256})")
    print_text(f"Case:   {folder / 'case'}")
    print_text(f"Three things in it cannot be read whole, on purpose: assay coverage {folder / 'case'}")
    if not verdict.intact:
        return DIFFERENT
    if window and has_display():
        print_text("The window opens on the case.")
        from app.gui import run_gui

        return run_gui(folder / "case")
    return DONE


def _read(case: Case, sources: list[Path]) -> None:
    with shown_progress(None) as on_progress:
        for place, path in enumerate(sources, 1):
            request = SourceRequest(path, f"ABC/{place}", "Europe/London", authority=Authority(none_because=WHY))
            result = add_source(case, request, on_progress)
            print_text(f"Read {result.exhibit}: {path.name}, {result.files:,} files, {result.items:,} items")


def _new_folder(folder: Path | None) -> Path:
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CaseError(f"{folder} exists and is not empty: give a new folder for the demonstration")
        return folder.absolute()
    names = ["demo", *(f"demo-{count}" for count in range(2, 1000))]
    return next(path for name in names if not (path := Path.cwd() / name).exists())


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
