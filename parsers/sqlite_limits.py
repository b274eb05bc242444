"""What a database in evidence may make SQLite do: read, and no more than so much.

References:
- https://www.sqlite.org/security.html, https://www.sqlite.org/limits.html, https://www.sqlite.org/c3ref/set_authorizer.html
"""

from __future__ import annotations

from typing import Final

import apsw

STEPS_BETWEEN_CHECKS: Final = 100_000
MODULES: Final = ("fts3", "fts4", "fts5")
_PRAGMAS: Final = frozenset({"page_size", "table_xinfo", "data_version"})
_REFUSED_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer"})
FLAGS: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX  # one thread reads: none has to wait for another
LIMITS: Final = (
    (apsw.SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024),
    (apsw.SQLITE_LIMIT_SQL_LENGTH, 1024 * 1024),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 250),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (apsw.SQLITE_LIMIT_VDBE_OP, 250_000),
    (apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
    (apsw.SQLITE_LIMIT_ATTACHED, 0),
    (apsw.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (apsw.SQLITE_LIMIT_WORKER_THREADS, 0),
)
SETTINGS: Final = (
    # First: without it, closing the connection would try to move the write-ahead log into the database.
    (apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
    (apsw.SQLITE_DBCONFIG_DEFENSIVE, 1),
    (apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0),
    # A misspelt column in double quotes must be an error and not a string.
    (apsw.SQLITE_DBCONFIG_DQS_DML, 0),
)


def admits(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    """The authorizer: reading, and nothing that executes, attaches or recurses."""
    if action in (apsw.SQLITE_SELECT, apsw.SQLITE_READ):
        return int(apsw.SQLITE_OK)
    if action == apsw.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED_FUNCTIONS:
        return int(apsw.SQLITE_OK)
    if action == apsw.SQLITE_PRAGMA and first in _PRAGMAS and (first == "table_xinfo" or second is None):
        return int(apsw.SQLITE_OK)
    return int(apsw.SQLITE_DENY)
