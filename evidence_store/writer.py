"""How rows get in: one writer for one source, fed in natural order, one transaction a batch.

Records come as rows that a worker prepared; SQLite moves them over by itself. Other bulk rows go through the driver's
`executemany`; SQLAlchemy's own insert costs about five times as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import sqlite

from evidence_store import schema
from evidence_store.derive import PartyKey, clean
from evidence_store.prepared import NotPrepared, check_tables
from evidence_store.rows import row_digest

_FLUSH: Final = 4000
_PIECE: Final = 5000  # items that are stored, and then indexed while they are still in memory
COUNTS: Final = ("present", "parsed", "out_of_scope", "unsupported", "failed", "problems")
NO_ITEMS: Final = (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")  # SHA-256 of nothing


def _insert(table: Any) -> str:
    return str(table.insert().compile(dialect=sqlite.dialect()))


_INSERT: Final = {
    table.name: _insert(table) for table in (schema.outcome, schema.problem, schema.party, schema.conversation)
}
# What is moved over: `{rows}` is the file of prepared rows, `:before` the items that the case had.
_MOVE_ITEMS: Final = (
    "INSERT INTO item SELECT id + :before, :source, id + :seq_before, outcome + :outcome_before, kind, service,"
    " (SELECT id FROM temp.prepared_conversation WHERE local = conversation), direction, when_us, text, names, deleted,"
    " CAST(record AS TEXT), sha256 FROM {rows}.item WHERE id BETWEEN :first AND :last"
)
_INDEX_ITEMS: Final = (
    "INSERT INTO item_fts(rowid, text, names) SELECT id, text, names FROM item"
    " WHERE id BETWEEN :first + :before AND :last + :before"
)
# A live file before a deleted one, and the first of several: an unambiguous rule, the same on every run.
_FILE: Final = "FROM file WHERE source_id = :source AND path = a.path ORDER BY deleted, ordinal LIMIT 1"
_MOVE_BESIDE: Final = (
    "INSERT INTO moment SELECT item + :before, ord, meaning, utc_us, raw, clock FROM {rows}.moment ORDER BY rowid",
    "INSERT INTO item_party SELECT item + :before, ord, role, (SELECT id FROM temp.prepared_party WHERE local = party)"
    " FROM {rows}.item_party ORDER BY rowid",
    "INSERT INTO attachment SELECT item + :before, ord, name, path, mime, size, sha256,"
    " iif(state = '', ifnull((SELECT iif(readable, 'present', 'unreadable') FILE), 'missing'), state),"
    " iif(state = '', (SELECT id FILE), NULL) FROM {rows}.attachment a ORDER BY rowid".replace("FILE", _FILE),
    "INSERT INTO coordinate SELECT item + :before, lat, lon FROM {rows}.coordinate ORDER BY rowid",
)
_TABLES: Final = "SELECT sql FROM {rows}.sqlite_schema ORDER BY rowid"
_LAST: Final = "SELECT ifnull(max(id), 0) FROM {rows}.item"
_PARTIES: Final = "SELECT * FROM {rows}.party ORDER BY id"
_CONVERSATIONS: Final = "SELECT * FROM {rows}.conversation ORDER BY id"
# Which party or conversation of the case each one of the prepared rows is.
_RENUMBER: Final = {
    table: (
        f"CREATE TEMP TABLE IF NOT EXISTS prepared_{table} (local INTEGER PRIMARY KEY, id)",
        f"DELETE FROM temp.prepared_{table}",  # noqa: S608 - our own words
        f"INSERT INTO temp.prepared_{table} VALUES (?, ?)",  # noqa: S608 - our own words
    )
    for table in ("party", "conversation")
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
        self._parties: dict[PartyKey, int] = {}
        self._conversations: dict[tuple[str, str, str | None], int] = {}
        self._next_party = _next_id(connection, schema.party.c.id)
        self._next_conversation = _next_id(connection, schema.conversation.c.id)
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INSERT}
        self._cursor: Any = None
        self._outcome: dict[str, Any] = {}
        self._before = 0, 0  # the last outcome, and the next number, before the batch
        for row in connection.execute(select(schema.party)):
            self._parties[(row.scheme, row.identifier, row.name, row.comparable)] = row.id
        query = select(schema.conversation).where(schema.conversation.c.source_id == source_id)
        for row in connection.execute(query):
            self._conversations[(row.service, row.key, row.title)] = row.id

    def begin(self, connection: Connection) -> None:
        """Starts a batch inside an open transaction."""
        self._cursor = connection.connection.cursor()
        self._connection = connection
        self._before = self._next_outcome - 1, self.next_seq
        # The hashing of the source stores problems of its own between two batches.
        self._next_problem = _next_id(connection, schema.problem.c.id)

    def end(self, prepared: str | None = None) -> None:
        """Writes what is left of the batch, its items and their full text, and where the next one goes on.

        `prepared` is the name under which the batch's prepared rows are open (see `Store.write`), None where it has no
        items. Raises NotPrepared where the file is not what a worker prepares for the batch's outcomes.
        """
        self.flush()
        if prepared is not None:
            self._move(prepared)
        elif self.next_seq != self._before[1]:
            raise NotPrepared("the rows of the items are not there")
        pending = schema.pending
        self._connection.execute(
            update(pending)
            .where(pending.c.source_id == self.source_id)
            .values(next_batch=pending.c.next_batch + 1, next_seq=self.next_seq)
        )

    def begin_outcome(self, file_id: int, extractor: str) -> None:
        """What follows was found by this extractor in this file."""
        self._outcome = {"file_id": file_id, "extractor": extractor}

    def problem(self, problem: dict[str, Any], file_id: int | None, *, of_outcome: bool) -> None:
        """One problem; `of_outcome` ties it to the extractor at work, else it belongs to the file or the source."""
        outcome = self._next_outcome if of_outcome else None
        values = [
            *(self._next_problem, self.source_id, file_id, outcome, problem["kind"], problem["code"]),
            *(clean(problem["detail"]) or "", clean(problem.get("locator", "")) or ""),
        ]
        self._next_problem += 1
        self._add("problem", (*values, row_digest("problem", values)))

    def end_outcome(self, outcome: str, counts: dict[str, int], items: tuple[int, str] = NO_ITEMS) -> None:
        """How the extractor ended, its counts (see COUNTS), and how many items it has with their digest in hexadecimal
        (see `PreparedRows.end`)."""
        count, items_digest = items
        values = [
            *(self._next_outcome, self.source_id, self._outcome["file_id"], self._outcome["extractor"], outcome),
            *(counts[name] for name in COUNTS),
            *(self.next_seq, count),
        ]
        digest = row_digest("outcome", [*values, items_digest])
        self._add("outcome", (*values, bytes.fromhex(items_digest), digest))
        self.next_seq += count
        self._next_outcome += 1

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        self._rows[table].append(row)
        if len(self._rows[table]) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Writes the rows that wait in memory."""
        for name, rows in self._rows.items():
            if rows:
                self._cursor.executemany(_INSERT[name], rows)
                rows.clear()

    def _move(self, prepared: str) -> None:
        execute = self._cursor.execute
        check_tables([row[0] for row in execute(_TABLES.format(rows=prepared))])
        if execute(_LAST.format(rows=prepared)).fetchone()[0] != self.next_seq - self._before[1]:
            raise NotPrepared("the prepared items are not those that the outcomes count")
        self._number_anew(prepared)
        outcome_before, first_seq = self._before
        count = self.next_seq - first_seq
        known = {"source": self.source_id, "before": self._next_item - 1, "seq_before": first_seq - 1}
        known |= {"outcome_before": outcome_before}
        for first in range(1, count + 1, _PIECE):
            piece = known | {"first": first, "last": min(first + _PIECE - 1, count)}
            execute(_MOVE_ITEMS.format(rows=prepared), piece)
            execute(_INDEX_ITEMS, piece)
        for statement in _MOVE_BESIDE:
            execute(statement.format(rows=prepared), known)
        self._next_item += count

    def _number_anew(self, prepared: str) -> None:
        """Which party and conversation of the case the prepared ones are; those that it has not are added."""
        execute, new = self._cursor.execute, self._rows
        numbers: dict[str, list[tuple[int, int]]] = {"party": [], "conversation": []}
        for local, *values in execute(_PARTIES.format(rows=prepared)).fetchall():
            known = self._parties.get(key := tuple(values))
            if known is None:
                known = self._parties[key] = self._next_party
                self._next_party += 1
                new["party"].append((known, *key))
            numbers["party"].append((local, known))
        for local, *values in execute(_CONVERSATIONS.format(rows=prepared)).fetchall():
            known = self._conversations.get(key := tuple(values))
            if known is None:
                known = self._conversations[key] = self._next_conversation
                self._next_conversation += 1
                new["conversation"].append((known, self.source_id, *key))
            numbers["conversation"].append((local, known))
        for table, (create, empty, fill) in _RENUMBER.items():
            execute(create)
            execute(empty)
            self._cursor.executemany(fill, numbers[table])
        self.flush()


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
