"""Databases with one broken value of each kind: no row may be lost for it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from evidence_store.records import Present, Problem, Record
from extractors.base import Extractor, Found
from tests.evidence_builders.files import MemoryFile

# What evidence holds where something else was expected: nothing, bytes, words, numbers out of any range, no UTF-8.
BROKEN = (
    None,
    b"\x00\xff\xfe broken",
    "broken \ud800 value",
    "",
    -1,
    2**62,
    1e300,
    float("inf"),
    b"\xc3\x28",
)


def with_broken_values(data: bytes, table: str, key: str, columns: Iterable[str] | None = None) -> tuple[bytes, int]:
    """The database with the first row of `table` copied once for each column and broken value, under keys of their own.

    `key` is the integer primary key, which stays whole. Gives the database and how many rows the table has then.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "broken.db"
        path.write_bytes(data)
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA ignore_check_constraints = 1")
            db.execute("PRAGMA foreign_keys = 0")
            for (name,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE type IN ('trigger') OR (type = 'index' AND sql LIKE '%UNIQUE%')"
            ).fetchall():
                db.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                db.execute(f'DROP INDEX IF EXISTS "{name}"')
            every = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
            top = db.execute(f'SELECT max("{key}") FROM "{table}"').fetchone()[0]
            others = [name for name in (columns or every) if name.lower() != key.lower()]
            listed = ", ".join(f'"{name}"' for name in every)
            for column in others:
                for value in BROKEN:
                    stored = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
                    place = "CAST(:value AS TEXT)" if isinstance(value, str) else ":value"
                    selected = ", ".join(
                        ":key" if name.lower() == key.lower() else place if name == column else f'"{name}"'
                        for name in every
                    )
                    sql = f'INSERT INTO "{table}" ({listed}) SELECT {selected} FROM "{table}" ORDER BY "{key}" LIMIT 1'
                    top += 1
                    try:
                        db.execute(sql, {"key": top, "value": stored})
                    except sqlite3.IntegrityError:  # a NOT NULL or UNIQUE of the schema: a phone cannot hold that
                        top -= 1
            db.commit()
            rows = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        return path.read_bytes(), rows


def assert_no_row_is_lost(
    extractor: Extractor, path: str, data: bytes, table: str, key: str, *, columns: Iterable[str] | None = None
) -> list[Found]:
    """Breaks the values of `table` one by one and asserts that each row comes out, as a record or as a said problem.

    Rows are told by their locator, "table:key=1" (a locator may go on behind it). Gives what was found.
    """
    broken, rows = with_broken_values(data, table, key, columns)
    assert rows > len(BROKEN)
    found = list(extractor(MemoryFile(path, broken)))
    start = f"{table}:{key}="
    told = {one.locator.removeprefix(start).split()[0].split(",")[0] for one in found if _tells(one, start)}
    assert len(told) == rows, f"{rows - len(told)} of {rows} rows of {table} did not come out"
    present = sum(one.rows for one in found if isinstance(one, Present))
    records = Counter(one.locator for one in found if isinstance(one, Record))
    failed = [one for one in found if isinstance(one, Problem) and one.kind in ("row", "unsupported")]
    assert present <= len(records) + len(failed)
    return found


def _tells(one: Found, start: str) -> bool:
    told = isinstance(one, Record) or (isinstance(one, Problem) and one.kind in ("row", "unsupported"))
    return told and one.locator.startswith(start)
