"""How rows get in: one writer for one source, fed in natural order, one transaction a batch.

Bulk rows go through the driver's `executemany`; SQLAlchemy's own insert costs about five times as much.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import sqlite

from evidence_store import schema
from evidence_store.derive import Derived, OfFile, PartyKey, clean, derive, fitting, plain_of
from evidence_store.identity import region_of
from evidence_store.rows import load, row_digest

_FLUSH: Final = 4000
COUNTS: Final = ("present", "parsed", "out_of_scope", "unsupported", "failed", "problems")


def _insert(table: Any) -> str:
    return str(table.insert().compile(dialect=sqlite.dialect()))


_INSERT: Final = {
    table.name: _insert(table)
    for table in (
        *(schema.item, schema.moment, schema.party, schema.item_party, schema.attachment, schema.coordinate),
        *(schema.conversation, schema.outcome, schema.problem),
    )
}


class SourceWriter:
    """Appends what the extractors found in one source. Numbers are given here, in the order of the calls."""

    def __init__(self, connection: Connection, source_id: int, next_seq: int) -> None:
        self.source_id = source_id
        self.next_seq = next_seq
        first = select(func.min(schema.file.c.id)).where(schema.file.c.source_id == source_id)
        self.first_file = connection.execute(first).scalar() or 0  # the id of the listing's first file
        self._next_item = _next_id(connection, schema.item.c.id)
        self._next_outcome = _next_id(connection, schema.outcome.c.id)
        self._next_problem = _next_id(connection, schema.problem.c.id)
        self._next_party = _next_id(connection, schema.party.c.id)
        self._next_conversation = _next_id(connection, schema.conversation.c.id)
        self._parties: dict[PartyKey, int] = {}
        self._conversations: dict[tuple[str, str, str | None], int] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INSERT}
        self._items, self._moments, self._links = (self._rows[name] for name in ("item", "moment", "item_party"))
        self._cursor: Any = None
        self._outcome: dict[str, Any] = {}
        self._digest = hashlib.sha256()
        self._first_item = 0
        self._file = OfFile()
        facts = select(schema.source.c.facts).where(schema.source.c.id == source_id)
        self.region = region_of(load(connection.execute(facts).scalar() or "{}"))
        for row in connection.execute(select(schema.party)):
            self._parties[(row.scheme, row.identifier, row.name, row.comparable)] = row.id
        query = select(schema.conversation).where(schema.conversation.c.source_id == source_id)
        for row in connection.execute(query):
            self._conversations[(row.service, row.key, row.title)] = row.id

    def begin(self, connection: Connection) -> None:
        """Starts a batch inside an open transaction."""
        self._cursor = connection.connection.cursor()
        self._connection = connection
        self._first_item = self._next_item
        # The hashing of the source stores problems of its own between two batches.
        self._next_problem = _next_id(connection, schema.problem.c.id)

    def end(self) -> None:
        """Writes what is left of the batch, the full text of its items included, and where the next one goes on."""
        self.flush()
        self._cursor.execute(
            "INSERT INTO item_fts(rowid, text, names) SELECT id, text, names FROM item WHERE id >= ?",
            (self._first_item,),
        )
        pending = schema.pending
        self._connection.execute(
            update(pending)
            .where(pending.c.source_id == self.source_id)
            .values(next_batch=pending.c.next_batch + 1, next_seq=self.next_seq)
        )

    def begin_outcome(self, file_id: int, extractor: str, file: OfFile) -> None:
        """What follows was found by this extractor in this file."""
        self._outcome = {"file_id": file_id, "extractor": extractor, "first_seq": self.next_seq}
        self._digest = hashlib.sha256()
        self._file = file

    def add(self, record: bytes) -> None:
        """One record as canonical JSON."""
        digest = hashlib.sha256(record).digest()
        self._digest.update(digest)
        found = derive(plain_of(record), self._file)
        item_id, self._next_item = self._next_item, self._next_item + 1
        conversation = self._conversation(found) if found.conversation else None
        # fmt: off
        self._items.append((
            item_id, self.source_id, self.next_seq, self._next_outcome, found.kind, found.service, conversation,
            found.direction, found.when_us, found.text, found.names, int(found.deleted), record.decode(), digest,
        ))
        # fmt: on
        self.next_seq += 1
        for order, moment in enumerate(found.moments):
            self._moments.append((item_id, order, *moment))
        for order, (role, party) in enumerate(found.parties):
            self._links.append((item_id, order, role, self._parties.get(party) or self._party(party)))
        if found.attachments:
            self._attach(item_id, found.attachments)
        if found.location:
            self._rows["coordinate"].append((item_id, *found.location))
        if len(self._items) >= _FLUSH:
            self.flush()

    def problem(self, problem: dict[str, Any], file_id: int | None, *, of_outcome: bool) -> None:
        """One problem; `of_outcome` ties it to the extractor at work, else it belongs to the file or the source."""
        outcome = self._next_outcome if of_outcome else None
        values = [
            *(self._next_problem, self.source_id, file_id, outcome, problem["kind"], problem["code"]),
            *(clean(problem["detail"]) or "", clean(problem.get("locator", "")) or ""),
        ]
        self._next_problem += 1
        self._rows["problem"].append((*values, row_digest("problem", values)))

    def end_outcome(self, outcome: str, counts: dict[str, int]) -> None:
        """How the extractor ended, and its counts (see COUNTS)."""
        state = self._outcome
        items_digest = self._digest.digest()
        values = [
            *(self._next_outcome, self.source_id, state["file_id"], state["extractor"], outcome),
            *(counts[name] for name in COUNTS),
            *(state["first_seq"], self.next_seq - state["first_seq"]),
        ]
        digest = row_digest("outcome", [*values, items_digest.hex()])
        self._rows["outcome"].append((*values, items_digest, digest))
        self._next_outcome += 1

    def _conversation(self, found: Derived) -> int:
        assert found.conversation is not None  # noqa: S101 - for the type checker
        key = (found.service, *found.conversation)
        known = self._conversations.get(key)
        if known is None:
            known = self._conversations[key] = self._next_conversation
            self._next_conversation += 1
            self._rows["conversation"].append((known, self.source_id, *key))
        return known

    def _party(self, key: PartyKey) -> int:
        known = self._parties[key] = self._next_party
        self._next_party += 1
        self._rows["party"].append((known, *key))
        return known

    def _attach(self, item_id: int, attachments: Sequence[dict[str, Any]]) -> None:
        for order, found in enumerate(attachments):
            row = attachment_row(found, self._find)
            self._rows["attachment"].append((item_id, order, *row))

    def _find(self, path: str) -> tuple[int, bool] | None:
        # Live before deleted, and the first of several: an unambiguous rule, the same on every run.
        self._cursor.execute(
            "SELECT id, readable FROM file WHERE source_id = ? AND path = ? ORDER BY deleted, ordinal LIMIT 1",
            (self.source_id, path),
        )
        row = self._cursor.fetchone()
        return (row[0], bool(row[1])) if row else None

    def flush(self) -> None:
        """Writes the rows that wait in memory."""
        for name, rows in self._rows.items():
            if rows:
                self._cursor.executemany(_INSERT[name], rows)
                rows.clear()


def attachment_row(found: dict[str, Any], find: Callable[[str], tuple[int, bool] | None]) -> tuple[Any, ...]:
    """(name, path, mime, size, sha256, state, file_id) of an attachment as recorded; `find` looks a path up in the
    source and gives (file id, readable) or None."""
    path = clean(found.get("path"))
    state, file_id = found.get("state", ""), None
    if not state:
        where = find(path) if path is not None else None
        if where:
            file_id, state = where[0], "present" if where[1] else "unreadable"
        else:
            state = "missing"
    return (
        clean(found["name"]),
        path,
        clean(found.get("mime")),
        fitting(found.get("size")),
        found.get("sha256"),
        state,
        file_id,
    )


def _next_id(connection: Connection, column: Any) -> int:
    return (connection.execute(select(func.max(column))).scalar() or 0) + 1


def add_files(connection: Connection, source_id: int, rows: Iterable[tuple[Any, ...]]) -> int:
    """Stores the listing of a source in path order and gives the number of files.

    `rows`: (path, size, kind, deleted, allocated, readable, note, times JSON, address), in any order.
    """
    cursor = connection.connection.cursor()
    cursor.execute(
        "CREATE TEMP TABLE listing (path TEXT, size INT, kind TEXT, deleted INT, allocated INT, readable INT,"
        " note TEXT, times TEXT, address TEXT)"
    )
    cursor.executemany("INSERT INTO listing VALUES (?,?,?,?,?,?,?,?,?)", rows)  # type: ignore[arg-type]
    start = _next_id(connection, schema.file.c.id)
    insert = _insert(schema.file)
    reader = connection.connection.cursor()
    reader.execute("SELECT * FROM listing ORDER BY path, deleted, address")
    count = 0
    while chunk := reader.fetchmany(_FLUSH):
        values = [
            [start + count + offset, source_id, count + offset, *row, None, None] for offset, row in enumerate(chunk)
        ]
        cursor.executemany(insert, [(*row, row_digest("file", row)) for row in values])
        count += len(chunk)
    reader.close()
    cursor.execute("DROP TABLE listing")
    return count
