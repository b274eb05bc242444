"""Databases made in code, in every state in which a phone may leave them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw

Rows = Sequence[Sequence[Any]]


def database(schema: str, rows: dict[str, Rows] | None = None, *, before: str = "") -> bytes:
    """A database of the schema with rows by table. `before` runs first (PRAGMA encoding, page_size)."""
    connection = apsw.Connection(":memory:")
    with closing(connection):
        for script in (before, schema):
            for _ in connection.execute(script):
                pass
        for table, values in (rows or {}).items():
            with connection:
                places = ",".join("?" * len(values[0]))
                connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', values)
        return connection.serialize("main")


def patched_schema(data: bytes, name: str, sql: str) -> bytes:
    """The same database with the SQL of one entry of its schema overwritten, as an attacker or a bad block would."""
    connection = apsw.Connection(":memory:")
    with closing(connection):
        connection.deserialize("main", data)
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql=? WHERE name=?", (sql, name))
        return connection.serialize("main")


def with_write_ahead_log(folder: Path) -> Path:
    """A database of 1,000 rows whose log, never written back, leaves 600; also "-wal" and "-shm" beside it."""
    made = folder / "live.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        _thousand_rows(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("DELETE FROM entry WHERE id > 600")
        return _as_left(made, folder / "log")


def with_hot_journal(folder: Path) -> Path:
    """A database of 1,000 rows that was caught in the midst of deleting 400 and changing all; "-journal" beside it."""
    made = folder / "live.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        _thousand_rows(connection)
        connection.execute("PRAGMA cache_size=5")
        connection.execute("BEGIN")
        connection.execute("UPDATE entry SET text='changed'")
        connection.execute("DELETE FROM entry WHERE id > 600")
        return _as_left(made, folder / "journal")


def _thousand_rows(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO entry VALUES (?,?)", [(i, f"text {i} {'.' * 90}") for i in range(1, 1001)])
    connection.execute("COMMIT")


def _as_left(made: Path, folder: Path) -> Path:
    """The files as they stand while the connection is still open: what a seizure finds."""
    folder.mkdir()
    for file in made.parent.glob(made.name + "*"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder / made.name
