"""What every table whose rows become records must stand: broken values, equal twins, rows that only the log has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from evidence_store.records import Present, Record, replace
from extractors.base import Extractor
from tests.evidence_builders.browsers import with_log
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost


def assert_a_table_is_read_whole(extractor: Extractor, path: str, data: bytes, table: str, key: str) -> None:
    """Breaks each value of `table`; then adds a twin of its first row, in the write-ahead log alone."""
    assert_no_row_is_lost(extractor, path, data, table, key)
    columns = ", ".join(f'"{name}"' for name in _columns(data, table) if name.lower() != key.lower())
    before = list(extractor(MemoryFile(path, data)))
    script = f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{table}" ORDER BY "{key}" LIMIT 1'
    body, log = with_log(data, script)
    after = list(extractor(MemoryFile(path, body, {"-wal": log})))
    assert _count(after) == _count(before) + 1
    of_table = [one for one in after if isinstance(one, Record) and one.locator.startswith(f"{table}:{key}=")]
    first, twin = of_table[0].locator, of_table[-1].locator
    assert twin != first
    again = [replace(one, locator=first) for one in of_table if one.locator == twin]
    assert again == [one for one in of_table if one.locator == first]


def _columns(data: bytes, table: str) -> list[str]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        path.write_bytes(data)
        with closing(sqlite3.connect(path)) as db:
            return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def _count(found: list[object]) -> int:
    return sum(one.rows for one in found if isinstance(one, Present))
