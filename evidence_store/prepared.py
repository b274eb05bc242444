"""Rows on their way into a case: what a worker made of records, in an SQLite file that the writer moves over as it is.

The file is of this program version, lives as long as its source is being read, and is read only after its SHA-256 was
compared. Rows are numbered from 1 in it; the writer adds what the case has already.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import apsw

from evidence_store.derive import OfFile, PartyKey, attachment_values, derive
from evidence_store.records import Record

TABLES: Final = (
    "CREATE TABLE item (id INTEGER PRIMARY KEY, outcome, kind, service, conversation, direction, when_us, text, names,"
    " deleted, record, sha256)",
    "CREATE TABLE moment (item, ord, meaning, utc_us, raw, clock)",
    "CREATE TABLE item_party (item, ord, role, party)",
    "CREATE TABLE attachment (item, ord, name, path, mime, size, sha256, state)",
    "CREATE TABLE coordinate (item, lat, lon)",
    "CREATE TABLE party (id INTEGER PRIMARY KEY, scheme, identifier, name, comparable)",
    "CREATE TABLE conversation (id INTEGER PRIMARY KEY, service, key, title)",
)
_COLUMNS: Final = {"item": 12, "moment": 6, "item_party": 4, "attachment": 8, "coordinate": 3, "party": 5} | {
    "conversation": 4
}
_INSERT: Final = {table: f"INSERT INTO {table} VALUES ({','.join('?' * n)})" for table, n in _COLUMNS.items()}  # noqa: S608
_FLUSH: Final = 250
_FLUSH_BYTES: Final = 4 << 20
# No other thread writes to it: SQLite need not keep them from each other.
_FLAGS: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
# Nobody else opens the file, and one that is not whole is made anew.
_SETTINGS: Final = (
    *("page_size = 32768", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"),
    *("cache_size = -4000", "temp_store = MEMORY"),
)


class NotPrepared(ValueError):
    """A file is not one of prepared rows."""


def check_tables(found: Sequence[str]) -> None:
    """Raises NotPrepared where a file has other tables, or anything besides: a view, a trigger, an index."""
    if tuple(found) != TABLES:
        raise NotPrepared("the rows that a worker prepared are not in the tables that they should be in")


class PreparedRows:
    """Writes such a file; `number` is how many records are in it. Raises OSError where there is no room for it, or it
    cannot be written."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.number = 0
        self._first = 0
        self._bytes = 0  # of records that wait in memory
        self._outcome = 0
        self._digest = sha256()
        self._digests: list[bytes] = []  # those that are not in it yet
        self._file = OfFile()
        self._parties: dict[PartyKey, int] = {}
        self._conversations: dict[tuple[str, tuple[str, str | None]], int] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INSERT}
        self._items, self._moments, self._links = (self._rows[name] for name in ("item", "moment", "item_party"))
        try:
            self._connection = apsw.Connection(path, flags=_FLAGS)
            for setting in _SETTINGS:
                self._connection.execute(f"PRAGMA {setting}")
            self._connection.execute("BEGIN")
            for statement in TABLES:
                self._connection.execute(statement)
        except apsw.Error as error:
            raise _as_os_error(error, path) from error

    def begin(self, outcome: int, file: OfFile) -> None:
        """What follows is of the batch's outcome of this number (the first is 1), found in this file."""
        self._outcome, self._file = outcome, file
        self._first = self.number
        self._digest = sha256()

    def end(self) -> tuple[int, str]:
        """How many records the outcome has, and the SHA-256 over the SHA-256 of each."""
        self._digest.update(b"".join(self._digests))
        self._digests.clear()
        return self.number - self._first, self._digest.hexdigest()

    def add(self, records: Sequence[tuple[bytes, Record]]) -> None:
        """Records as canonical JSON, and as this JSON says them. Those before one of which nothing can be derived are
        kept."""
        for data, record in records:
            self._add(data, record, sha256(data).digest())
            self._bytes += len(data)
        if len(self._items) >= _FLUSH or self._bytes >= _FLUSH_BYTES:
            self._flush()

    def _add(self, data: bytes, record: Record, digest: bytes) -> None:
        # All that can go wrong with a record goes wrong before the first of its rows is there.
        number = self.number + 1
        # fmt: off
        (
            kind, service, conversation, direction, when_us, text, names, deleted, moments, parties, attachments, place,
        ) = derive(record, self._file, number)
        # fmt: on
        beside = (
            [(number, order, *attachment_values(one)) for order, one in enumerate(attachments)] if attachments else ()
        )
        self._digests.append(digest)
        self.number = number
        thread = None
        if conversation is not None:
            key = service, conversation
            thread = self._conversations.get(key) or self._conversation(key)
        # fmt: off
        self._items.append((
            number, self._outcome, kind, service, thread, direction, when_us, text, names, deleted, data, digest,
        ))
        # fmt: on
        self._moments += moments
        for order, (role, party) in enumerate(parties):
            self._links.append((number, order, role, self._parties.get(party) or self._party(party)))
        if beside:
            self._rows["attachment"] += beside
        if place is not None:
            self._rows["coordinate"].append((number, *place))

    def _conversation(self, key: tuple[str, tuple[str, str | None]]) -> int:
        known = self._conversations[key] = len(self._conversations) + 1
        self._rows["conversation"].append((known, key[0], *key[1]))
        return known

    def _party(self, key: PartyKey) -> int:
        known = self._parties[key] = len(self._parties) + 1
        self._rows["party"].append((known, *key))
        return known

    def _flush(self) -> None:
        try:
            self._bytes = 0
            self._digest.update(b"".join(self._digests))
            self._digests.clear()
            for name, rows in self._rows.items():
                if rows:
                    self._connection.executemany(_INSERT[name], rows)
                    rows.clear()
        except apsw.Error as error:
            raise _as_os_error(error, self._path) from error

    def finish(self) -> None:
        """Writes what waits in memory and closes the file."""
        self._flush()
        try:
            self._connection.execute("COMMIT")
            self._connection.close()
        except apsw.Error as error:
            raise _as_os_error(error, self._path) from error

    def discard(self) -> None:
        """Closes the file, whatever is in it."""
        self._connection.close(True)


def _as_os_error(error: apsw.Error, path: str) -> OSError:
    full = isinstance(error, apsw.FullError)
    return OSError(errno.ENOSPC if full else errno.EIO, "no space left" if full else str(error), path)
