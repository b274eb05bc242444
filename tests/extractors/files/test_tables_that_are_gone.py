"""The rows of a table that was dropped come out of the extractor that takes them, or of that of all deleted rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence_store.records import Record
from extractors.catalog import BY_ID
from extractors.recovered import TYPED, Typed
from tests.evidence_builders.files import MemoryFile

_KEYS = ("_id", "rowid", "z_pk")
_ROWS = 20


@pytest.mark.parametrize("typed", TYPED, ids=lambda one: f"{one.extractor}-{one.table}")
def test_no_row_of_a_dropped_table_is_lost(typed: Typed, tmp_path: Path) -> None:
    columns = sorted(typed.columns)
    declared = ", ".join(f'"{name}" INTEGER PRIMARY KEY' if name in _KEYS else f'"{name}" TEXT' for name in columns)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.executescript(f"PRAGMA secure_delete=OFF; CREATE TABLE {typed.table} ({declared})")
        values = [[n if name in _KEYS else f"made-up {name} {n}" for name in columns] for n in range(1, _ROWS + 1)]
        db.executemany(f"INSERT INTO {typed.table} VALUES ({','.join('?' * len(columns))})", values)
        db.commit()
        db.execute(f"DROP TABLE {typed.table}")
    path = next(one for one in BY_ID[typed.extractor].files if "*" not in one.removeprefix("**/")).removeprefix("**/")
    file = MemoryFile(path, (tmp_path / "a.db").read_bytes(), mime="application/vnd.sqlite3")
    left = [row for row in file.deleted_rows().rows if (row.table or "").lower() == typed.table]
    found = [one for name in (typed.extractor, "sqlite.deleted_rows") for one in BY_ID[name](file)]
    records = {one.locator for one in found if isinstance(one, Record)}
    assert len(left) == _ROWS
    assert len([one for one in records if one.startswith("deleted:")]) == len(file.deleted_rows().rows)
