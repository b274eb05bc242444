"""Deleted rows of tables that hold secrets under names that do not say so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from evidence_store.records import TableRow
from extractors.files.deleted_rows import NOT_SHOWN, deleted_rows
from tests.evidence_builders.files import MemoryFile


@pytest.mark.parametrize(
    ("table", "columns", "hidden"),
    [
        ("ZACCOUNTPROPERTY", "Z_PK INTEGER PRIMARY KEY, ZOWNER INTEGER, ZKEY VARCHAR, ZVALUE BLOB", "ZVALUE"),
        ("cfurl_cache_blob_data", "entry_ID INTEGER PRIMARY KEY, version INTEGER, note TEXT, request_object BLOB",
         "request_object"),
        ("sessions", "_id INTEGER PRIMARY KEY, recipient_id INTEGER, note TEXT, record BLOB", "record"),
        ("extras", "_id INTEGER PRIMARY KEY, accounts_id INTEGER, key TEXT, value TEXT", "value"),
    ],
)  # fmt: skip
def test_a_secret_of_a_deleted_row_is_not_shown(tmp_path: Path, table: str, columns: str, hidden: str) -> None:
    path = tmp_path / "made.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA secure_delete=OFF")
    db.execute(f"CREATE TABLE {table} ({columns})")
    kind = bytes if columns.endswith("BLOB") else bytes.decode
    db.executemany(
        f"INSERT INTO {table} VALUES (?,?,?,?)",
        [(number, 7, f"name {number}", kind(b"sesame-%d" % number)) for number in range(1, 9)],
    )
    db.commit()
    db.execute(f"DELETE FROM {table} WHERE 3 <= {columns.split()[0]}")
    db.commit()
    db.close()

    rows = [one for one in deleted_rows(MemoryFile("made.db", path.read_bytes())) if isinstance(one, TableRow)]

    named = [dict(row.columns) for row in rows if row.table == table]
    assert named
    assert {row[hidden] for row in named} <= {NOT_SHOWN, None}
    assert NOT_SHOWN in {row[hidden] for row in named}
