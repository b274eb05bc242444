"""Databases in which one page is overwritten."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

_INTERIOR = 5  # the kind of a page of a table that points at others


def with_broken_root(data: bytes, table: str) -> bytes:
    """The database with the first page of a table made unreadable: of a small table, all of it."""
    return _broken(data, _root(data, table))


def with_broken_leaf(data: bytes, table: str) -> bytes:
    """The database with the first page of rows of a table made unreadable; the table has more than one."""
    start = _root(data, table) * _page_size(data)
    assert data[start] == _INTERIOR
    cell = start + int.from_bytes(data[start + 12 : start + 14], "big")  # the first of the page's cells
    return _broken(data, int.from_bytes(data[cell : cell + 4], "big") - 1)


def _root(data: bytes, table: str) -> int:
    """The first page of a table; pages count from 0 here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.db"
        path.write_bytes(data)
        db = sqlite3.connect(path)
        try:
            page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        finally:
            db.close()
    return int(page) - 1


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
