"""Checks this installation against known answers, with evidence that it makes itself.

The record it gives says what was run, where, and how each check ended; a report made without one says so. That the
number of checks is fixed keeps "nothing ran" from looking like a pass.
"""

from __future__ import annotations

import hashlib
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from app import PROGRAM
from app.cases import Case, open_case
from app.demo_evidence import build
from app.ingest.model import SourceRequest
from app.ingest.run import add_source
from app.reporting import ReportOptions, write_case_report
from evidence_store import listing, schema, verify
from evidence_store.selection import Selection
from parsers.times import iso

# What the made-up evidence holds.
COUNTS: Final = {"call": 22, "contact": 10, "location": 9, "media_item": 23, "message": 168}
DELETED_FILES: Final = 3
NOT_READ: Final = 3
CHECKS: Final = 8


def run_selftest() -> dict[str, Any]:
    """The record: program, machine, and each check with True or what was found instead."""
    import time

    began = time.time_ns() // 1000
    with tempfile.TemporaryDirectory(prefix="assay-selftest-") as name:
        folder = Path(name)
        sources = build(folder / "evidence")
        before = _figures(sources)
        case = open_case(folder / "case", create_it=True)
        try:
            unread = sum(add_source(case, SourceRequest(path, zone="Europe/London")).unread for path in sources)
            checks = _checks(case, folder, unread)
        finally:
            case.close()
        checks["the evidence is unchanged"] = _same(_figures(sources), before)
    checks["all checks were run"] = _same(len(checks) + 1, CHECKS)
    return {
        "program": PROGRAM,
        "python": platform.python_version(),
        "system": platform.platform(),
        "workstation": platform.node(),
        "began": iso(began),
        "ended": iso(time.time_ns() // 1000),
        "checks": checks,
    }


def _checks(case: Case, folder: Path, unread: int) -> dict[str, bool | str]:
    with case.store.read() as connection:
        counts = listing.counts(connection)
        deleted = sum(bool(row["deleted"]) for row in listing.files(connection))
        verdict = verify.verify(connection)
    checks: dict[str, bool | str] = {
        "items by kind": _same(counts, COUNTS),
        "deleted files are listed": _same(deleted, DELETED_FILES),
        "what cannot be read is counted": _same(unread, NOT_READ),
        "verification agrees": verdict.intact or f"{len(verdict.findings)} findings",
    }
    digests = [_report(case, folder / f"{name}.pdf") for name in ("first", "second")]
    checks["a report gives the same bytes twice"] = _same(digests[0], digests[1])
    checks["a changed record is found"] = _tampered(case)
    return checks


def _report(case: Case, out: Path) -> str:
    return write_case_report(case, Selection(kinds=("message",)), out, ReportOptions(title="Self-test")).sha256


def _tampered(case: Case) -> bool | str:
    with case.store.write() as connection:
        item = connection.execute(select(schema.item.c.id, schema.item.c.record).limit(1)).one()
        changed = item.record.replace("a", "b", 1)
        if changed == item.record:
            return "nothing could be changed"
        connection.execute(schema.item.update().where(schema.item.c.id == item.id).values(record=changed))
    with case.store.read() as connection:
        found = verify.verify(connection)
    return True if any(one.table == "item" for one in found.findings) else "the change was not found"


def _figures(paths: list[Path]) -> list[tuple[str, int, str]]:
    read: Callable[[Path], bytes] = Path.read_bytes
    return [(path.name, path.stat().st_mtime_ns, hashlib.sha256(read(path)).hexdigest()) for path in paths]


def _same(found: object, wanted: object) -> bool | str:
    return True if found == wanted else f"found {found}, expected {wanted}"
