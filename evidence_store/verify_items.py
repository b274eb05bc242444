"""Every record against its SHA-256 and its place, and all that is derived from it, derived again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select

from evidence_store import schema
from evidence_store.derive import Derived, OfFile, attachment_row, derive
from evidence_store.findings import Finding
from evidence_store.identity import COMPARED_BY, library, region_of
from evidence_store.records import record_of
from evidence_store.rows import load

# The columns of an item in the order in which `_one_item` takes them; from `kind` on they repeat what its record says.
_ITEM: Final = (
    *("id", "source_id", "seq", "conversation_id", "record", "sha256"),
    *("kind", "service", "direction", "when_us", "text", "names", "deleted"),
)
_FILE: Final = "SELECT id, readable FROM file WHERE source_id = ? AND path = ? ORDER BY deleted, ordinal LIMIT 1"
_NONE: Final[list[Any]] = []
_AT_ONCE: Final = 1_000


def items(connection: Connection, tick: Callable[[int], Any]) -> Iterator[Finding]:
    """Every record against its SHA-256, its place in the numbering and its outcome's digest; and all that is derived
    from it, derived again."""
    derived = _Derived(connection)
    outcomes = {row.id: row for row in connection.execute(select(schema.outcome).order_by(schema.outcome.c.id))}
    done = lost = 0
    for number, rows in groupby(_each_item(connection, derived), key=itemgetter(0)):
        outcome = outcomes.pop(number, None)
        if outcome is None:  # there is none, or its items stand in two places
            lost += sum(1 for _ in rows)
            continue
        total, expected = hashlib.sha256(), outcome.first_seq
        of_file = derived.of_file(outcome.file_id)
        for _, row, beside in rows:
            total.update(row[5])
            yield from _one_item(row, expected, outcome.source_id, of_file, beside, derived)
            expected += 1
            done += 1
            if done % _AT_ONCE == 0:
                tick(done)
        yield from _of_outcome(outcome, expected - outcome.first_seq, total.digest())
    tick(done)
    for outcome in outcomes.values():
        yield from _of_outcome(outcome, 0, hashlib.sha256().digest())
    if lost:
        yield Finding("item", "items without an outcome", f"{lost} belong to no outcome, or not where they stand")
    yield from derived.left_over()


def _of_outcome(outcome: Any, count: int, digest: bytes) -> Iterator[Finding]:
    where = f"outcome {outcome.id} ({outcome.extractor})"
    if count != outcome.items:
        yield Finding("item", where, f"{outcome.items} items were stored and {count} are there")
    if digest != outcome.items_digest:
        yield Finding("item", where, "the records are not those that were stored, or not in their order")


def _each_item(connection: Connection, derived: _Derived) -> Iterator[tuple[int, Sequence[Any], dict[str, Any]]]:
    """(outcome, item, what stands beside the items around it) in the order in which they were stored."""
    item = schema.item
    query = select(item.c.outcome_id, *(item.c[name] for name in _ITEM)).order_by(item.c.id)
    for rows in connection.execution_options(yield_per=_AT_ONCE).execute(query).partitions():
        beside = derived.rows_between(rows[0].id, rows[-1].id)
        for outcome, *row in rows:
            derived.taken(row[0], beside)
            yield outcome, row, beside


def _one_item(
    row: Sequence[Any],
    expected: int,
    source: int,
    of_file: OfFile,
    beside: dict[str, dict[int, list[Any]]],
    derived: _Derived,
) -> Iterator[Finding]:
    item, source_id, seq, conversation, record, sha256, *stored = row
    where = f"id {item} (number {seq})"
    data = record.encode("utf-8", "surrogatepass") if isinstance(record, str) else b""
    if hashlib.sha256(data).digest() != sha256:
        yield Finding("item", where, "its record does not have its stored SHA-256")
        return
    if seq != expected or source_id != source:
        yield Finding("item", where, f"number {expected} was expected here")
    try:
        found = derive(record_of(data), of_file)
        expected_rows = derived.rows_of(found, source_id)
    except (ValueError, TypeError, AttributeError):
        yield Finding("item", where, "its record cannot be read")
        return
    if stored != [
        *(found.kind, found.service, found.direction, found.when_us, found.text, found.names, int(found.deleted))
    ]:
        yield Finding("item", where, "a column does not say what its record says")
    key = (source_id, found.service, *found.conversation) if found.conversation else None
    if derived.conversations.get(conversation) != key:
        yield Finding("conversation", where, "the item is not in the conversation that its record names")
    for table, rows in expected_rows.items():
        there = beside[table].get(item, _NONE)
        if table == "item_party" and not derived.compared:
            there = [party[:-1] for party in there]
        if there != rows:
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
        self.compared = False
        self._seen = dict.fromkeys(("moment", "item_party", "attachment", "coordinate"), 0)

    def of_file(self, file_id: int) -> OfFile:
        """What the records of one outcome take from its file."""
        file, source = schema.file, schema.source
        query = select(file.c.deleted, file.c.times, source.c.facts).join(source).where(file.c.id == file_id)
        row = self._connection.execute(query).first()
        if row is None:
            return OfFile()
        facts = load(row.facts)
        # Read by another version of the library, some numbers may compare differently: that is no change of the case.
        self.compared = facts.get(COMPARED_BY) == library()
        return OfFile(bool(row.deleted), row.times, region_of(facts))

    def rows_of(self, found: Derived, source_id: int) -> dict[str, list[tuple[Any, ...]]]:
        """table -> the rows that it is to have of one item, without the item's id."""
        parties, attachments = found.parties, found.attachments
        held = [attachment_row(one, partial(self._find, source_id)) for one in attachments] if attachments else []
        compared = None if self.compared else 3
        return {
            "moment": [moment[1:] for moment in found.moments],
            "item_party": [(order, role, *party[:compared]) for order, (role, party) in enumerate(parties)],
            "attachment": [(order, *values) for order, values in enumerate(held)],
            "coordinate": [(0, *found.location)] if found.location else [],
        }

    def _find(self, source_id: int, path: str) -> tuple[int, bool] | None:
        # As text: to put the query together anew for each attachment takes ten times as long as to run it.
        row = self._connection.exec_driver_sql(_FILE, (source_id, path)).first()
        return (row[0], bool(row[1])) if row else None

    def rows_between(self, first: int, last: int) -> dict[str, dict[int, Any]]:
        """table -> item id -> its rows in order, of the items from `first` to `last`."""
        link, party = schema.item_party, schema.party
        held, moment, place = schema.attachment, schema.moment, schema.coordinate
        queries = {
            "moment": select(
                *(moment.c.item_id, moment.c.ord, moment.c.meaning, moment.c.utc_us, moment.c.raw, moment.c.clock)
            ).order_by(moment.c.item_id, moment.c.ord),
            "item_party": select(
                *(link.c.item_id, link.c.ord, link.c.role),
                *(party.c.scheme, party.c.identifier, party.c.name, party.c.comparable),
            )
            .join(party, link.c.party_id == party.c.id)
            .order_by(link.c.item_id, link.c.ord),
            "attachment": select(
                *(held.c.item_id, held.c.ord, held.c.name, held.c.path, held.c.mime),
                *(held.c.size, held.c.sha256, held.c.state, held.c.file_id),
            ).order_by(held.c.item_id, held.c.ord),
            "coordinate": select(place.c.item_id, literal(0), place.c.lat, place.c.lon),
        }
        found: dict[str, dict[int, Any]] = {}
        for table, query in queries.items():
            item_id = query.selected_columns[0]
            by_item = found[table] = {}
            for row in self._connection.execute(query.where(item_id.between(first, last))):
                by_item.setdefault(row[0], []).append(tuple(row[1:]))
        return found

    def taken(self, item: int, beside: dict[str, dict[int, Any]]) -> None:
        """The rows of an item that is there: what is left in the end belongs to none."""
        for table, rows in beside.items():
            self._seen[table] += len(rows.get(item, _NONE))

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
