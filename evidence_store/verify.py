"""Why it can be trusted: everything is recomputed, and what differs is named by table and row.

Two statements are made and never mixed: *intact* (what is stored is what was sealed) and *complete* (every source was
read to its end). No seal, or nothing sealed, is a finding and never a pass.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from evidence_store import ledger, schema, seal
from evidence_store.derive import derive
from evidence_store.rows import check_row, load
from evidence_store.writer import attachment_row

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
class Finding:
    """One difference: the table, where in it, and what is wrong."""

    table: str
    where: str
    what: str


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
    """Recomputes everything that the case states of itself. Reads only; takes about 20 microseconds an item."""
    findings: list[Finding] = []
    checked: list[tuple[str, str]] = []
    total = _safe(lambda: connection.execute(select(func.count()).select_from(schema.item)).scalar_one(), 0)
    for title, check in _CHECKS:
        try:
            found = list(_guarded(title, check, connection, lambda done: progress and progress(done, total)))
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


def _guarded(title: str, check: Any, connection: Connection, tick: Callable[[int], Any]) -> Iterator[Finding]:
    """A check that itself cannot read its table is a finding, not a crash."""
    try:
        yield from check(connection, tick)
    except DatabaseError as error:
        yield Finding(title, "the table", f"cannot be read: {error.orig or error}")
    except (ValueError, TypeError, KeyError) as error:
        yield Finding(title, "the table", f"holds what cannot be read: {type(error).__name__}: {error}")


def _structure(connection: Connection, _tick: Any) -> Iterator[Finding]:
    for row in connection.exec_driver_sql("PRAGMA integrity_check(100)"):
        if row[0] != "ok":
            yield Finding("case.db", "structure", str(row[0]))
    wanted = schema.definition()
    query = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'item_fts_%'"
    found = {row[0]: " ".join(row[1].split()) for row in connection.exec_driver_sql(query)}
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
    met: dict[int | None, int] = dict(
        connection.execute(select(problem.c.outcome_id, func.count()).group_by(problem.c.outcome_id)).tuples().all()
    )
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


def _items(connection: Connection, tick: Callable[[int], Any]) -> Iterator[Finding]:
    """Every record against its SHA-256, its place in the numbering and its outcome's digest; and all that is derived
    from it, derived again."""
    derived = _Derived(connection)
    item, done = schema.item, 0
    for outcome in connection.execute(select(schema.outcome).order_by(schema.outcome.c.id)).all():
        total, expected = hashlib.sha256(), outcome.first_seq
        where = f"outcome {outcome.id} ({outcome.extractor})"
        query = select(item).where(item.c.outcome_id == outcome.id).order_by(item.c.id)
        for rows in connection.execution_options(yield_per=1_000).execute(query).partitions():
            beside = derived.rows_between(rows[0].id, rows[-1].id)
            for row in rows:
                total.update(row.sha256)
                yield from _one_item(row, expected, outcome, beside, derived)
                expected += 1
            done += len(rows)
            tick(done)
        if expected - outcome.first_seq != outcome.items:
            yield Finding(
                "item", where, f"{outcome.items} items were stored and {expected - outcome.first_seq} are there"
            )
        if total.digest() != outcome.items_digest:
            yield Finding("item", where, "the records are not those that were stored, or not in their order")
    count = connection.execute(select(func.count()).select_from(item)).scalar_one()
    if count != done:
        yield Finding("item", "items without an outcome", f"{count - done} belong to no outcome")
    yield from derived.left_over()


def _one_item(
    row: Any, expected: int, outcome: Any, beside: dict[str, dict[int, Any]], derived: Any
) -> Iterator[Finding]:
    where = f"id {row.id} (number {row.seq})"
    data = row.record.encode("utf-8", "surrogatepass") if isinstance(row.record, str) else b""
    if hashlib.sha256(data).digest() != row.sha256:
        yield Finding("item", where, "its record does not have its stored SHA-256")
        return
    if row.seq != expected or row.source_id != outcome.source_id:
        yield Finding("item", where, f"number {expected} was expected here")
    found = derive(json.loads(data), derived.is_deleted(outcome.file_id))
    conversation = derived.conversations.get(row.conversation_id)
    wanted = (found.kind, found.service, found.direction, found.when_us, found.text, found.names, int(found.deleted))
    stored = (row.kind, row.service, row.direction, row.when_us, row.text, row.names, row.deleted)
    if wanted != stored:
        yield Finding("item", where, "a column does not say what its record says")
    key = (row.source_id, found.service, *found.conversation) if found.conversation else None
    if conversation != key:
        yield Finding("conversation", where, "the item is not in the conversation that its record names")
    files = derived.find(row.source_id)
    derived_rows = {
        "moment": [tuple(moment) for moment in found.moments],
        "item_party": [(role, *party) for role, party in found.parties],
        "attachment": [attachment_row(one, files) for one in found.attachments],
        "coordinate": [found.location] if found.location else [],
    }
    for table, rows in derived_rows.items():
        if beside[table].get(row.id, []) != rows:
            yield Finding(table, where, "does not say what the item's record says")


class _Derived:
    """The derived tables, read beside the items in the same order, and what no item accounts for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        columns = schema.conversation.c
        self.conversations: dict[int | None, Any] = {
            row.id: (row.source_id, row.service, row.key, row.title) for row in connection.execute(select(*columns))
        }
        self.conversations[None] = None
        self._deleted = {
            row.id for row in connection.execute(select(schema.file.c.id).where(schema.file.c.deleted != 0))
        }
        self._seen = dict.fromkeys(("moment", "item_party", "attachment", "coordinate"), 0)

    def is_deleted(self, file_id: int) -> bool:
        return file_id in self._deleted

    def find(self, source_id: int) -> Callable[[str], tuple[int, bool] | None]:
        file = schema.file

        def look(path: str) -> tuple[int, bool] | None:
            query = (
                select(file.c.id, file.c.readable)
                .where(file.c.source_id == source_id, file.c.path == path)
                .order_by(file.c.deleted, file.c.ordinal)
                .limit(1)
            )
            row = self._connection.execute(query).first()
            return (row.id, bool(row.readable)) if row else None

        return look

    def rows_between(self, first: int, last: int) -> dict[str, dict[int, Any]]:
        """table -> item id -> its rows in order, of the items from `first` to `last`."""
        link, party = schema.item_party, schema.party
        held, moment, place = schema.attachment, schema.moment, schema.coordinate
        queries = {
            "moment": select(
                moment.c.item_id, moment.c.meaning, moment.c.utc_us, moment.c.raw, moment.c.clock
            ).order_by(moment.c.item_id, moment.c.ord),
            "item_party": select(link.c.item_id, link.c.role, party.c.scheme, party.c.identifier, party.c.name)
            .join(party, link.c.party_id == party.c.id)
            .order_by(link.c.item_id, link.c.ord),
            "attachment": select(
                *(held.c.item_id, held.c.name, held.c.path, held.c.mime),
                *(held.c.size, held.c.sha256, held.c.state, held.c.file_id),
            ).order_by(held.c.item_id, held.c.ord),
            "coordinate": select(place.c.item_id, place.c.lat, place.c.lon),
        }
        found: dict[str, dict[int, Any]] = {}
        for table, query in queries.items():
            item_id = query.selected_columns[0]
            rows = self._connection.execute(query.where(item_id.between(first, last))).all()
            self._seen[table] += len(rows)
            by_item = found[table] = {}
            for row in rows:
                by_item.setdefault(row[0], []).append(tuple(row[1:]))
        return found

    def left_over(self) -> Iterator[Finding]:
        """Rows of derived tables that no item accounts for."""
        for table in (schema.moment, schema.item_party, schema.attachment, schema.coordinate):
            count = self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            if count != self._seen[table.name]:
                yield Finding(table.name, "rows without an item", f"{count - self._seen[table.name]} too many")
        used = select(schema.item_party.c.party_id).distinct()
        spare = self._connection.execute(select(schema.party).where(schema.party.c.id.not_in(used))).all()
        for row in spare:
            yield Finding("party", f"id {row.id}", "no item names this party")
        used = select(schema.item.c.conversation_id).where(schema.item.c.conversation_id.is_not(None)).distinct()
        query = select(schema.conversation).where(schema.conversation.c.id.not_in(used))
        for row in self._connection.execute(query).all():
            yield Finding("conversation", f"id {row.id}", "no item is in this conversation")


def _full_text(connection: Connection, _tick: Any) -> Iterator[Finding]:
    """The index against the text: what the search finds is what is there. Skipped where nothing may be written."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("INSERT INTO item_fts(item_fts, rank) VALUES('integrity-check', 1)")
    except DatabaseError as error:
        if "readonly" in str(error.orig):
            raise _NotDone(
                "not done: the case cannot be written, and SQLite checks its index only where it can"
            ) from None
        yield Finding("item_fts", "the search index", "does not fit the items: some searches would miss")


def _seals(connection: Connection, _tick: Any) -> Iterator[Finding]:
    rows = connection.execute(select(schema.seal).order_by(schema.seal.c.id)).all()
    if not rows:
        yield Finding("seal", "the case", "has no seal: nothing can be said of it")
        return
    entries = {
        row.seq: load(row.detail).get("seal")
        for row in connection.execute(select(schema.ledger).where(schema.ledger.c.action == "sealed"))
    }
    for row in rows:
        if seal.seal_digest(load(row.sections)) != row.digest:
            yield Finding("seal", f"seal {row.id}", "its digest is not that of its sections")
        if entries.pop(row.ledger_seq, None) != row.digest:
            yield Finding("seal", f"seal {row.id}", "is not the one that the ledger states")
    for seq in entries:
        yield Finding("seal", f"ledger entry {seq}", "states a seal that is gone")
    if seal.is_complete(connection):
        stated = load(rows[-1].sections)
        for name, digest in seal.sections(connection).items():
            if stated.get(name) != digest:
                yield Finding("seal", f"section {name}", "what is stored is not what was sealed")


def _ledger(connection: Connection, _tick: Any) -> Iterator[Finding]:
    for where, what in ledger.check(connection):
        yield Finding("ledger", where, what)


def _pending(connection: Connection, _tick: Any) -> Iterator[Finding]:
    pending = connection.execute(select(schema.pending)).all()
    known = {row.id for row in connection.execute(select(schema.source.c.id))}
    for row in pending:
        if row.source_id not in known:
            yield Finding("pending", f"source {row.source_id}", "is under way but not in the case")


_CHECKS: Final = (
    ("structure of the file", _structure),
    ("rows against their own digests", _own_digests),
    ("counts", _counts),
    ("items and all that is derived from them", _items),
    ("search index", _full_text),
    ("seals", _seals),
    ("ledger", _ledger),
    ("work under way", _pending),
)
