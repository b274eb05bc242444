"""Every record against its SHA-256 and its place, and all that is derived from it, derived again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, func, literal, select

from evidence_store import schema
from evidence_store.derive import OfFile, attachment_row, derive, plain_of
from evidence_store.findings import Finding
from evidence_store.identity import COMPARED_BY, library, region_of
from evidence_store.rows import load


def items(connection: Connection, tick: Callable[[int], Any]) -> Iterator[Finding]:
    """Every record against its SHA-256, its place in the numbering and its outcome's digest; and all that is derived
    from it, derived again."""
    derived = _Derived(connection)
    item, done = schema.item, 0
    for outcome in connection.execute(select(schema.outcome).order_by(schema.outcome.c.id)).all():
        total, expected = hashlib.sha256(), outcome.first_seq
        of_file = derived.of_file(outcome.file_id)
        where = f"outcome {outcome.id} ({outcome.extractor})"
        query = select(item).where(item.c.outcome_id == outcome.id).order_by(item.c.id)
        for rows in connection.execution_options(yield_per=1_000).execute(query).partitions():
            beside = derived.rows_between(rows[0].id, rows[-1].id)
            for row in rows:
                total.update(row.sha256)
                yield from _one_item(row, expected, outcome, of_file, beside, derived)
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
    row: Any, expected: int, outcome: Any, of_file: OfFile, beside: dict[str, dict[int, Any]], derived: _Derived
) -> Iterator[Finding]:
    where = f"id {row.id} (number {row.seq})"
    data = row.record.encode("utf-8", "surrogatepass") if isinstance(row.record, str) else b""
    if hashlib.sha256(data).digest() != row.sha256:
        yield Finding("item", where, "its record does not have its stored SHA-256")
        return
    if row.seq != expected or row.source_id != outcome.source_id:
        yield Finding("item", where, f"number {expected} was expected here")
    found = derive(plain_of(data), of_file)
    conversation = derived.conversations.get(row.conversation_id)
    wanted = (found.kind, found.service, found.direction, found.when_us, found.text, found.names, int(found.deleted))
    stored = (row.kind, row.service, row.direction, row.when_us, row.text, row.names, row.deleted)
    if wanted != stored:
        yield Finding("item", where, "a column does not say what its record says")
    key = (row.source_id, found.service, *found.conversation) if found.conversation else None
    if conversation != key:
        yield Finding("conversation", where, "the item is not in the conversation that its record names")
    files = derived.find(row.source_id)
    derived_rows: dict[str, list[Any]] = {
        "moment": [moment[2:] for moment in found.moments],
        "item_party": [(role, *(party if derived.compared else party[:3])) for role, party in found.parties],
        "attachment": [attachment_row(one, files) for one in found.attachments],
        "coordinate": [found.location] if found.location else [],
    }
    for table, rows in derived_rows.items():
        if beside[table].get(row.id, []) != [(order, *values) for order, values in enumerate(rows)]:
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
                *(moment.c.item_id, moment.c.ord, moment.c.meaning, moment.c.utc_us, moment.c.raw, moment.c.clock)
            ).order_by(moment.c.item_id, moment.c.ord),
            "item_party": select(
                *(link.c.item_id, link.c.ord, link.c.role),
                *(party.c.scheme, party.c.identifier, party.c.name, *([party.c.comparable] if self.compared else [])),
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
