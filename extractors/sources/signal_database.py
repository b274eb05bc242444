"""A database that is built again from the statements of a backup: tables and rows, and nothing else.

What a backup says is executed under an authorizer that knows the creation of a table and the insertion of values alone:
no queries, triggers, virtual tables, functions, attached files or settings.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import apsw

from extractors.shortened import shortened

_TABLE: Final = re.compile(r"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"'`\[]?(?P<name>\w+)", re.IGNORECASE)
_INSERT: Final = re.compile(r"\s*INSERT\s+INTO\s", re.IGNORECASE)
_LONGEST_SQL: Final = 1 << 20
_MOST_COLUMNS: Final = 2000
_IN_MASTER: Final = ("sqlite_master", "sqlite_schema", "sqlite_sequence")
_ALWAYS: Final = frozenset({apsw.SQLITE_CREATE_TABLE, apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_REINDEX})
_ON_TABLES: Final = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_READ})


class RebuiltDatabase:
    """The database in the file `path`, which is made. `skipped` counts statements of other sorts that were left out,
    `failed` the rows that could not be put in, `reason` says why for the first of them."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be made."""
        self.tables = self.rows = self.skipped = self.failed = 0
        self.reason = ""
        self._path = path
        path.unlink(missing_ok=True)
        try:
            self._db = apsw.Connection(str(path))
        except apsw.Error as error:
            raise OSError(f"{path.name}: {error}") from error
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "ignore_check_constraints=1"):
            list(self._db.execute(f"PRAGMA {pragma}"))
        self._db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        self._db.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        self._db.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
        for limit, value in (
            (apsw.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_SQL),
            (apsw.SQLITE_LIMIT_COLUMN, _MOST_COLUMNS),
            (apsw.SQLITE_LIMIT_ATTACHED, 0),
            (apsw.SQLITE_LIMIT_EXPR_DEPTH, 100),
        ):
            self._db.limit(limit, value)
        self._db.execute("BEGIN")
        self._db.authorizer = _allowed

    def execute(self, sql: str, values: tuple[Any, ...]) -> None:
        """One statement of the backup. Raises OSError where the disk is full."""
        table = _TABLE.match(sql)
        if (table is None and not _INSERT.match(sql)) or (table and table["name"].lower().startswith("sqlite_")):
            self.skipped += 1
            return
        try:
            for _ in self._db.execute(sql, tuple(map(_bound, values))):
                pass
        except (apsw.FullError, apsw.IOError) as error:
            raise OSError(str(error)) from error
        except (apsw.Error, TypeError, ValueError, OverflowError) as error:
            self.failed += 1
            self.reason = self.reason or shortened(" ".join(str(error).split()), 200)
            return
        self.tables += table is not None
        self.rows += table is None

    def finish(self, version: int) -> None:
        """Writes the file to its end; `version` is what the application calls its layout."""
        self._db.authorizer = None
        self._db.execute("COMMIT")
        self._db.execute(f"PRAGMA user_version={version & 0x7FFFFFFF:d}")
        self._db.close()
        with self._path.open("r+b") as stream:
            # The version of SQLite that wrote it last stands here: the same backup gives the same bytes everywhere.
            stream.seek(92)
            stream.write(bytes(8))

    def close(self) -> None:
        """Closes the database, whatever state it is in, and removes the file."""
        self._db.close()
        self._path.unlink(missing_ok=True)


def _allowed(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
    if action in _ALWAYS and inner is None:
        return apsw.SQLITE_OK
    own = first is not None and (not first.lower().startswith("sqlite_") or first.lower() in _IN_MASTER)
    return apsw.SQLITE_OK if action in _ON_TABLES and own and inner is None else apsw.SQLITE_DENY


def _bound(value: Any) -> Any:
    """Text with bytes that are no UTF-8 goes in as those bytes."""
    if isinstance(value, str) and not value.isprintable():
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogateescape")
    return value
