"""What a table's CREATE statement says of its records: columns in the order they are stored, and what each may hold.

The statement is given to an empty SQLite database in memory, in which nothing but making a table is allowed: what
SQLite makes of the words is what it made of them on the phone.

References:
- https://www.sqlite.org/datatype3.html (affinity), https://www.sqlite.org/withoutrowid.html
- https://www.sqlite.org/fileformat2.html (representation of tables, INTEGER PRIMARY KEY, added columns)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

import apsw

MASTER: Final = "sqlite_master"
_MASTER_SQL: Final = "CREATE TABLE master(type TEXT, name TEXT, tbl_name TEXT, rootpage INTEGER, sql TEXT)"
_MAKING: Final = {
    apsw.SQLITE_CREATE_TABLE,
    apsw.SQLITE_CREATE_INDEX,
    apsw.SQLITE_INSERT,
    apsw.SQLITE_UPDATE,
    apsw.SQLITE_READ,
    apsw.SQLITE_FUNCTION,
    apsw.SQLITE_REINDEX,
}
_LIMITS: Final = (
    (apsw.SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 250),
    (apsw.SQLITE_LIMIT_ATTACHED, 0),
)
_ANYTHING: Final = "nirtb"
_VIRTUAL: Final = 2  # a generated column that is not stored
_TYPES: Final = {"n": rb"\x00", "i": rb"[\x01-\x06\x08\x09]", "r": rb"\x07"}
_ODD: Final = b"".join(b"\\x%02x" % n for n in range(1, 128, 2))
_EVEN: Final = b"".join(b"\\x%02x" % n for n in range(0, 128, 2))
_LONG: Final = {
    "t": rb"(?:[" + _ODD[4 * 6 :] + rb"]|[\x81-\xff][\x80-\xff]{0,2}[" + _ODD + rb"])",
    "b": rb"(?:[" + _EVEN[4 * 6 :] + rb"]|[\x81-\xff][\x80-\xff]{0,2}[" + _EVEN + rb"])",
}
_PLAIN_DEFAULT: Final = re.compile(r"[+-]?\d{1,15}|[+-]?\d{1,15}\.\d{1,15}|'(?:[^']|'')*'", re.DOTALL)


@dataclass(frozen=True)
class Layout:
    """A table. `columns` are in the order of the record; `classes` has for each what it may hold (see
    `sqlite_records.class_of`); `alias` is the column that is the row id itself and stands in the record as NULL;
    `counts` are the numbers of values its records were seen or may have; `defaults` what SQLite reads where a record
    is older than its last columns. `dropped`: known from a deleted line of the schema only."""

    name: str
    root: int
    columns: tuple[str, ...]
    classes: tuple[frozenset[str], ...]
    alias: int | None
    with_rowid: bool
    defaults: tuple[Any, ...]
    counts: frozenset[int] = frozenset()
    dropped: bool = False
    _patterns: dict[tuple[int, bool], re.Pattern[bytes]] = field(default_factory=dict, repr=False, compare=False)

    def seen(self, classes: list[set[str]], counts: set[int]) -> Layout:
        """The same table, with what its own rows hold admitted too."""
        anything = len(_ANYTHING)
        wider = [
            (extra | {"n"} if extra and len(known) == anything else known | extra)
            for known, extra in zip(self.classes, classes, strict=False)
        ]
        wider += self.classes[len(wider) :]
        return replace(
            self, classes=tuple(frozenset(one) for one in wider), counts=self.counts | (counts - {0}), _patterns={}
        )

    def fits(self, classes: list[str]) -> bool:
        """Whether a record of these classes can be one of this table."""
        return len(classes) in self.counts and all(
            one in allowed for one, allowed in zip(classes, self.classes, strict=False)
        )

    @property
    def telling(self) -> bool:
        """Whether its columns say enough to know a row by: two that may not hold just anything, or more."""
        return sum(len(one) < len(_ANYTHING) for one in self.classes) >= 2 or len(self.classes) >= 4

    def pattern(self, skip: int, *, with_header: bool) -> re.Pattern[bytes]:
        """Finds, overlapping, where the serial types of a record may stand; `skip` of them are taken to be lost."""
        key = (skip, with_header)
        if key not in self._patterns:
            least = max(min(self.counts), skip)
            parts = [_alternatives(one) for one in self.classes]
            tail = b""
            for part in reversed(parts[least:]):
                tail = b"(?:" + part + tail + b")?"
            head = rb"(?:[\x02-\x7f]|[\x81-\x83][\x00-\x7f])" if with_header else b""
            self._patterns[key] = re.compile(b"(?=" + head + b"".join(parts[skip:least]) + tail + b")", re.DOTALL)
        return self._patterns[key]


def _alternatives(classes: frozenset[str]) -> bytes:
    return b"(?:" + b"|".join((_TYPES | _LONG)[one] for one in "nirtb" if one in classes) + b")"


_INTERNAL: Final = {"sqlite_sequence": ("t", "i"), "sqlite_stat1": ("t", "nt", "t")}


def master_layout() -> Layout:
    """The table of the schema itself, on page 1."""
    made = layout_of(MASTER, _MASTER_SQL, 1)
    kinds = tuple(frozenset(one) for one in ("t", "t", "t", "i", "nt"))
    return replace(made, name=MASTER, classes=kinds)


def layout_of(name: str, sql: str, root: int, *, dropped: bool = False) -> Layout:
    """The layout of a table. Raises ValueError where the statement makes none (or a virtual one, which has no rows)."""
    if not re.match(r"\s*CREATE\s+TABLE\b", sql, re.IGNORECASE):
        raise ValueError("no statement that makes a table")
    connection = apsw.Connection(":memory:")
    try:
        columns, with_rowid, keyed, own_key = _made(connection, sql)
    except (apsw.Error, UnicodeError, IndexError) as error:
        raise ValueError(f"the statement of {name} cannot be understood: {error}") from error
    finally:
        connection.close(True)
    stored = [one for one in columns if one[6] != _VIRTUAL]
    if not stored:
        raise ValueError(f"{name} has no columns")
    alias = None
    if with_rowid and len(keyed) == 1 and not own_key and keyed[0][2].upper() == "INTEGER":
        alias = next((place for place, one in enumerate(stored) if one[1] == keyed[0][1]), None)
    if not with_rowid:
        stored = keyed + [one for one in stored if not one[5]]
    return Layout(
        name=name,
        root=root,
        columns=tuple(str(one[1]) for one in stored),
        classes=tuple(frozenset(one) for one in _INTERNAL.get(name, ()))
        or tuple(_classes(one, place == alias) for place, one in enumerate(stored)),
        alias=alias,
        with_rowid=with_rowid,
        defaults=tuple(_default(one[4]) for one in stored),
        counts=frozenset({len(stored)}),
        dropped=dropped,
    )


def _made(connection: apsw.Connection, sql: str) -> tuple[list[Any], bool, list[Any], bool]:
    """(columns as PRAGMA table_xinfo has them, has row ids, columns of the key in order, the key has an index)."""
    for limit, most in _LIMITS:
        connection.limit(limit, most)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
    connection.config(apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1)  # names that begin with "sqlite_"
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.collation_needed(lambda db, name: db.create_collation(name, lambda left, right: 0))
    connection.set_authorizer(
        lambda action, *_rest: apsw.SQLITE_OK if action in _MAKING else apsw.SQLITE_DENY  # nothing is run
    )
    connection.execute(sql)
    connection.set_authorizer(None)
    made = [row for row in connection.execute("PRAGMA main.table_list").fetchall() if row[1] != "sqlite_schema"]
    # A table with AUTOINCREMENT brings that of its counters with it.
    made = [row for row in made if row[1] != "sqlite_sequence"] or made
    quoted = str(made[0][1]).replace('"', '""')
    columns = connection.execute(f'PRAGMA table_xinfo("{quoted}")').fetchall()
    indexes = connection.execute(f'PRAGMA index_list("{quoted}")').fetchall()
    keyed: list[Any] = sorted((one for one in columns if one[5]), key=itemgetter(5))
    return columns, not made[0][4], keyed, any(one[3] == "pk" for one in indexes)


def _classes(column: Any, is_alias: bool) -> frozenset[str]:
    """What a column's affinity lets it hold, leaving out what nobody means to store there."""
    if is_alias:
        return frozenset("n")
    declared = str(column[2]).upper()
    if "INT" in declared:
        found = "ni"
    elif any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        found = "nt"
    elif "BLOB" in declared:
        found = "nbt"
    elif not declared:
        found = _ANYTHING
    elif any(word in declared for word in ("REAL", "FLOA", "DOUB")):
        found = "nir"
    else:
        found = "nirt"
    return frozenset(found) - frozenset("n" if column[3] else "")


def _default(words: str | None) -> Any:
    """A default that is written out plainly; None for one that would have to be worked out."""
    if words is None or not _PLAIN_DEFAULT.fullmatch(words):
        return None
    if words.startswith("'"):
        return words[1:-1].replace("''", "'")
    return float(words) if "." in words else int(words)
