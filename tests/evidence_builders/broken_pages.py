"""Databases in which one page is overwritten."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path


def with_broken_root(data: bytes, table: str) -> bytes:
    """The database with the first page of a table made unreadable: of a small table, all of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.db"
        path.write_bytes(data)
        db = sqlite3.connect(path)
        try:
            page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        finally:
            db.close()
    return _broken(data, page - 1)


def with_broken_page_of(data: bytes, value: bytes) -> bytes:
    """The database with the page made unreadable on which these bytes stand first."""
    return _broken(data, data.index(value) // _page_size(data))


def _page_size(data: bytes) -> int:
    size = int.from_bytes(data[16:18], "big")
    return 65_536 if size == 1 else size


def _broken(data: bytes, page: int) -> bytes:
    start = page * _page_size(data)
    made = data[:start] + b"\xee" * 8 + data[start + 8 :]
    assert made != data
    return made
