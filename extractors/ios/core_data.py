"""How the Core Data stores of iOS are read: tables with an integer Z_PK, whose rows name others by it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import Present, Problem, Record
from extractors.base import Found
from extractors.database import Doubts, count_rows, each_held, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

KEY: Final = "Z_PK"
Extra = tuple[tuple[str, str | int | float | None], ...]
Rows = dict[Any, Row]


def each_record(
    db: EvidenceDatabase,
    table: str,
    columns: tuple[str, ...],
    make: Callable[[Row, Doubts], Record | tuple[Record, ...]],
    key: str = KEY,
) -> Iterator[Found]:
    """The count of the table, then what `make` gives for each of its rows, with what was wrong of each.

    Columns that this generation of the layout lacks are NULL. `make` finds the locator in `doubts`. A `key` of "rowid"
    is for tables whose primary key is none.
    """
    if (rows := count_rows(db, table)) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    select = ", ".join((f"{key} AS {key}", selecting(db, table, columns)))
    for row in each_row(db, table, select, gaps, key=key):
        doubts.locator = f"{table}:{key}={row[key]}"
        made = make(row, doubts)
        if isinstance(made, tuple):
            yield from made
        else:
            yield made
        if doubts.problems:
            yield from doubts.drain()
    yield from gaps


def rows_by_key(
    db: EvidenceDatabase, table: str, columns: tuple[str, ...], gaps: list[Problem], key: str = KEY
) -> Rows:
    """The rows of a small side table by their key; none where the table is not there.

    A `key` of "rowid" is for tables whose primary key is none.
    """
    if lacking(db, {table: set() if key == "rowid" else {key}}):
        return {}
    select = f"{key} AS {key}, {selecting(db, table, columns)}"
    return {row[key]: row for row in each_held(db, table, select, gaps, key=key)}


def named(row: Row, names: tuple[str, ...], unset: tuple[Any, ...] = (None, "")) -> Extra:
    """Columns as fields of `extra`, those that are set."""
    return tuple((name, plain(row[name])) for name in names if row[name] not in unset)


def plain(value: Any) -> str | int | float | None:
    """A value as `extra` can hold it: bytes in hexadecimal."""
    if type(value) in (str, int) or (type(value) is float and math.isfinite(value)):
        kept: str | int | float = value
        return kept
    return stored(value)


def set_times(row: Row, times: tuple[tuple[str, str], ...], doubts: Doubts) -> tuple[Any, ...]:
    """A moment for each (meaning, column) that is set: seconds since 2001, 0 where there is none."""
    return tuple(
        doubts.moment(meaning, row[name], "cocoa s", name) for meaning, name in times if row[name] not in (None, 0)
    )


def seconds_between(start: Any, end: Any) -> float | None:
    """What lies between two stored counts of seconds; None where either is none, or the end comes first."""
    if type(start) not in (int, float) or type(end) not in (int, float):
        return None
    between = end - start
    return round(float(between), 6) if 0 <= between < math.inf else None
