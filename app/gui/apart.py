"""Writing a report in a process of its own: setting pages holds Python's lock for longer than a window may freeze."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from app.cases import Case, CaseError, open_case
from evidence_store.selection import Selection
from evidence_store.store import StoreError
from extractors.sources.base import Secret

_EVERY_S: Final = 0.1
CANCELLED: Final = "The export was cancelled: no report was written"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    pages: int
    items: int
    sha256: str


def write_report_apart(
    case: Case,
    chosen: Selection,
    out: Path,
    options: dict[str, Any],
    on_progress: Callable[[int, int], None],
    stop: threading.Event,
) -> Written:
    """Writes the report of an open case; `options` are the fields of ReportOptions.

    Raises CaseError with one clear line, also when `stop` was set or the process died.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=_write,
        args=(there, (case.folder, case.writable), case.secrets, chosen, out, options),
        name="assay-report",
    )
    process.start()
    there.close()
    try:
        return _follow(here, on_progress, stop)
    except EOFError:
        raise CaseError("The export ended unexpectedly: no report was written") from None
    finally:
        here.close()
        process.join(timeout=10)
        if process.is_alive():
            process.kill()
            process.join()


def _follow(here: Connection, on_progress: Callable[[int, int], None], stop: threading.Event) -> Written:
    asked_to_stop = False
    while True:
        if stop.is_set() and not asked_to_stop:
            here.send("stop")
            asked_to_stop = True
        if not here.poll(_EVERY_S):
            continue
        kind, *values = here.recv()
        if kind == "progress":
            on_progress(*values)
        elif kind == "written":
            return Written(*values)
        else:
            raise CaseError(values[0])


def _write(
    there: Connection,
    where: tuple[Path, bool],
    secrets: dict[int, Secret],
    chosen: Selection,
    out: Path,
    options: dict[str, Any],
) -> None:
    """In the other process, which is handed what opened the sources: they are asked for their pictures again."""
    from app.reporting import ReportOptions, write_case_report

    last = 0.0

    def advance(done: int, total: int) -> None:
        nonlocal last
        if there.poll():
            raise CaseError(CANCELLED)
        if time.monotonic() - last >= _EVERY_S:
            last = time.monotonic()
            there.send(("progress", done, total))

    try:
        case = open_case(where[0], write=where[1])
        case.secrets.update(secrets)
        try:
            result = write_case_report(case, chosen, out, ReportOptions(**options), advance)
        finally:
            case.close()
        there.send(("written", result.pages, result.items, result.sha256))
    except (CaseError, StoreError, OSError, ValueError) as error:
        there.send(("failed", " ".join(str(error).split())))
    finally:
        there.close()
