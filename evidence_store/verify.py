"""Why it can be trusted: everything is recomputed, and what differs is named by table and row.

Two statements are made and never mixed: *intact* (what is stored is what was sealed) and *complete* (every source was
read to its end). No seal, or nothing sealed, is a finding and never a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from evidence_store import ledger, review, schema, seal, structure
from evidence_store.findings import Finding
from evidence_store.rows import check_row, load
from evidence_store.verify_items import items

LIMITS: Final = (
    "These figures are computed without a secret key. They show every change made without recomputing them. They "
    "cannot show that somebody with the whole case, this program and time has not rewritten all of it, the ledger and "
    "the seal included. For that, compare the seal and the ledger head with a copy that left the case earlier: a "
    "printed report, or a note made at the time. They say nothing of whether the evidence is true, who wrote it, or "
    "what the device held besides."
)
OnProgress = Callable[[int, int], None]
_MOST: Final = 1000  # findings that are kept for each check; the rest is counted


@dataclass(frozen=True, slots=True)
class Verdict:
    """`checked` names each check and how it ended: "agrees", or the number of findings."""

    intact: bool
    complete: bool
    findings: tuple[Finding, ...]
    checked: tuple[tuple[str, str], ...]
    seal: str
    items_digest: str
    ledger_head: str
    ledger_entries: int

    @property
    def sentences(self) -> tuple[str, str, str]:
        """Complete, intact, and what neither can show, in plain words."""
        complete = (
            "Complete: every source was read to its end."
            if self.complete
            else "Not complete: reading of at least one source was not finished, or there is no source yet."
        )
        count = len(self.findings)
        intact = (
            "Intact: everything stored is as it was sealed."
            if self.intact
            else f"Not intact: {count:,} difference{'s' if count != 1 else ''} found. See the list."
        )
        return complete, intact, LIMITS


class _NotDone(Exception):
    """A check that cannot run here; never reported as passed."""


def verify(connection: Connection, progress: OnProgress | None = None) -> Verdict:
    """Recomputes everything that the case states of itself. Reads only; takes about 30 microseconds an item."""
    findings: list[Finding] = []
    checked: list[tuple[str, str]] = []
    total = _safe(lambda: connection.execute(select(func.count()).select_from(schema.item)).scalar_one(), 0)
    for title, table, check in _CHECKS:
        try:
            found = list(_guarded(table, check, connection, lambda done: progress and progress(done, total)))
        except _NotDone as reason:
            checked.append((title, str(reason)))
            continue
        findings += found[:_MOST]
        checked.append((title, "agrees" if not found else f"{len(found):,} found"))
    entries, head = _safe(lambda: ledger.head(connection), (0, ""))
    newest = _safe(lambda: seal.latest(connection), None)
    return Verdict(
        intact=not findings,
        complete=_safe(lambda: seal.is_complete(connection), False),
        findings=tuple(findings),
        checked=tuple(checked),
        seal=newest.digest if newest else "",
        items_digest=_safe(lambda: seal.items_digest(connection), ""),
        ledger_head=head,
        ledger_entries=entries,
    )


def _safe(read: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read()
    except (DatabaseError, ValueError, TypeError):
        return otherwise  # the check of that table has said so


def _guarded(table: str, check: Any, connection: Connection, tick: Callable[[int], Any]) -> Iterator[Finding]:
    """A check that itself cannot read its table is a finding, not a crash."""
    try:
        yield from check(connection, tick)
    except DatabaseError as error:
        yield Finding(table, "the table", f"cannot be read: {error.orig or error}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        yield Finding(table, "the table", f"holds what cannot be read: {type(error).__name__}: {error}")


def _structure(connection: Connection, _tick: Any) -> Iterator[Finding]:
    for row in connection.exec_driver_sql("PRAGMA integrity_check(100)"):
        if row[0] != "ok":
            yield Finding("case.db", "structure", str(row[0]))
    wanted = structure.definition()
    found = structure.stored_definition(connection)
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found and name not in schema.LATE_NAMES:
            yield Finding("case.db", name, "is missing from the file's structure")
        elif name in found and wanted.get(name) != found[name]:
            yield Finding("case.db", name, "is not as the program makes it")


def _own_digests(connection: Connection, _tick: Any) -> Iterator[Finding]:
    for table in (schema.case_info, schema.source, schema.file, schema.outcome, schema.problem):
        names = [column.name for column in table.columns]
        for row in connection.execution_options(yield_per=5_000).execute(select(table)):
            if not check_row(table.name, names, row):
                where = f"{names[0]} {row[0]}" + (f" ({row.path})" if "path" in names else "")
                yield Finding(table.name, where, "the row was changed after it was written")


def _counts(connection: Connection, _tick: Any) -> Iterator[Finding]:
    """Present = parsed + out of scope + unsupported + failed; problems and file numbers as stated."""
    outcome, problem, file = schema.outcome, schema.problem, schema.file
    by_outcome = select(problem.c.outcome_id, func.count()).group_by(problem.c.outcome_id)
    met: dict[int | None, int] = {row[0]: row[1] for row in connection.execute(by_outcome)}
    for row in connection.execute(select(outcome)):
        if row.present != row.parsed + row.out_of_scope + row.unsupported + row.failed:
            yield Finding("outcome", f"id {row.id} ({row.extractor})", "its counts do not add up")
        if met.pop(row.id, 0) != row.problems:
            yield Finding("problem", f"outcome {row.id} ({row.extractor})", "problems are missing or added")
    for outcome_id in met:
        if outcome_id is not None:
            yield Finding("problem", f"outcome {outcome_id}", "belongs to no outcome")
    last: dict[int, int] = {}
    query = select(file.c.source_id, file.c.ordinal, file.c.path).order_by(file.c.source_id, file.c.ordinal)
    for row in connection.execute(query):
        expected = last.get(row.source_id, -1) + 1
        if row.ordinal != expected:
            yield Finding(
                "file", f"{row.path}", f"file {expected} of source {row.source_id} is missing or out of order"
            )
        last[row.source_id] = row.ordinal


def _full_text(connection: Connection, _tick: Any) -> Iterator[Finding]:
    """The index against the text: what the search finds is what is there. Skipped where nothing may be written."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("INSERT INTO item_fts(item_fts, rank) VALUES('integrity-check', 1)")
    except DatabaseError as error:
        reason = str(error.orig)
        if "readonly" in reason or "locked" in reason:
            raise _NotDone(
                "not done: the case cannot be written at this moment, and SQLite checks its index only where it can"
            ) from None
        yield Finding("item_fts", "the search index", f"does not fit the items: {reason}")


def _seals(connection: Connection, _tick: Any) -> Iterator[Finding]:
    rows = connection.execute(select(schema.seal).order_by(schema.seal.c.id)).all()
    if not rows:
        yield Finding("seal", "the case", "has no seal: nothing can be said of it")
        return
    entries = {
        row.seq: load(row.detail).get("seal")
        for row in connection.execute(select(schema.ledger).where(schema.ledger.c.action == "sealed"))
    }
    for place, row in enumerate(rows, 1):
        if row.id != place:
            yield Finding("seal", f"seal {row.id}", f"seal {place} was expected here")
        if place > 1 and row.ledger_seq <= rows[place - 2].ledger_seq:
            yield Finding("seal", f"seal {row.id}", "is older than the seal before it")
        if seal.seal_digest(load(row.sections)) != row.digest:
            yield Finding("seal", f"seal {row.id}", "its digest is not that of its sections")
        if entries.pop(row.ledger_seq, None) != row.digest:
            yield Finding("seal", f"seal {row.id}", "is not the one that the ledger states")
    for seq in entries:
        yield Finding("seal", f"ledger entry {seq}", "states a seal that is gone")
    stated = load(rows[-1].sections)
    found = seal.sections(connection)
    for name in sorted(stated.keys() | found.keys()):
        if stated.get(name) != found.get(name):
            yield Finding(_SECTIONS.get(name, "seal"), f"section {name} of the seal", "is not what was sealed")
    if not connection.execute(select(schema.source.c.id).where(schema.source.c.state == "read").limit(1)).first():
        yield Finding("seal", "the case", "nothing was sealed: no source is in the case that was read to its end")


def _ledger(connection: Connection, _tick: Any) -> Iterator[Finding]:
    for where, what in ledger.check(connection):
        yield Finding("ledger_head" if where == "ledger_head" else "ledger", where, what)


def _pending(connection: Connection, _tick: Any) -> Iterator[Finding]:
    pending = connection.execute(select(schema.pending)).all()
    known = {row.id for row in connection.execute(select(schema.source.c.id))}
    for row in pending:
        if row.source_id not in known:
            yield Finding("pending", f"source {row.source_id}", "is under way but not in the case")


def _reviewed(connection: Connection, _tick: Any) -> Iterator[Finding]:
    """Tags and notes are no evidence and stand outside the seal; that they were made stands in the ledger."""
    tagged, noted = review.as_logged(connection)
    query = select(schema.item_tag.c.item_id, schema.tag.c.name).join(schema.tag)
    held = {(row[0], row[1]) for row in connection.execute(query)}
    for item_id, name in sorted(tagged ^ held):
        what = "was taken off" if (item_id, name) in tagged else "was put on"
        yield Finding("item_tag", f"item {item_id}", f"the tag “{name}” {what} without an entry in the ledger")
    notes = Counter((row.item_id, len(row.text)) for row in connection.execute(select(schema.note)))
    for item_id, length in sorted((notes - noted) + (noted - notes)):
        yield Finding("note", f"item {item_id}", f"a note of {length} characters does not agree with the ledger")


_SECTIONS: Final = {
    "case": "case_info",
    "sources": "source",
    "files": "file",
    "outcomes": "outcome",
    "problems": "problem",
    "items": "item",
}
_CHECKS: Final = (
    ("structure of the file", "case.db", _structure),
    ("rows against their own digests", "source", _own_digests),
    ("counts", "outcome", _counts),
    ("items and all that is derived from them", "item", items),
    ("search index", "item_fts", _full_text),
    ("seals", "seal", _seals),
    ("ledger", "ledger", _ledger),
    ("tags and notes against the ledger", "item_tag", _reviewed),
    ("work under way", "pending", _pending),
)
