"""How an extractor reads tables whose rows each become one record: checked, counted, damage passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_store.records import Moment, Present, Problem, Record
from extractors.base import Found
from extractors.database import Doubts, count_rows, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

Extra = tuple[tuple[str, str | int | float | None], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows become records: `needed` columns without which it is of another layout, all `columns`.

    `key` is its integer primary key, or "rowid" where no column is it. `make` is given a row with all `columns`.
    """

    name: str
    needed: frozenset[str]
    columns: tuple[str, ...]
    make: Callable[[Row, Doubts], Record]
    key: str = "_id"


def read_tables(db: EvidenceDatabase, tables: Sequence[Table], telling: bool) -> Iterator[Found]:
    """A record for each row of those of the tables that are there.

    None of them there is a layout that is not known where the path is `telling`, and else another program's database.
    """
    names = {name.lower() for name in db.tables()}
    there = [table for table in tables if table.name.lower() in names]
    if not there and telling:
        yield Problem("schema", "unknown-layout", f"no table {' or '.join(table.name for table in tables)}")
    readable = []
    for table in there:
        if not (unknown := lacking(db, {table.name: set(table.needed)})):
            readable.append(table)
        elif telling:
            yield Problem("schema", "unknown-layout", unknown)
    if readable and (rows := count_rows(db, *(table.name for table in readable))) is not None:
        yield Present(rows)
    doubts = Doubts()
    for table in readable:
        yield from _rows(db, table, doubts)


def _rows(db: EvidenceDatabase, table: Table, doubts: Doubts) -> Iterator[Found]:
    columns = selecting(db, table.name, table.columns)
    columns += ", rowid AS rowid" if table.key == "rowid" else f", {table.key} AS {table.key}"
    gaps: list[Problem] = []
    for row in each_row(db, table.name, columns, gaps, table.key):
        doubts.locator = f"{table.name}:{table.key}={row[table.key]}"
        yield table.make(row, doubts)
        yield from doubts.drain()
    yield from gaps


def rows_told(
    db: EvidenceDatabase, table: str, columns: tuple[str, ...], doubts: Doubts, told: list[Problem]
) -> Iterator[Row]:
    """The rows of a table whose values other records take up, where it is there: what is wrong with one, and what could
    not be read, goes into `told`."""
    if lacking(db, {table: {"_id"}}):
        return
    for row in each_row(db, table, selecting(db, table, columns), told):
        doubts.locator = f"{table}:_id={row['_id']}"
        yield row
        told += doubts.drain()


def moments_of(row: Row, found: Iterable[tuple[str, str]], doubts: Doubts, unit: str = "ms") -> tuple[Moment, ...]:
    """(meaning, column) as moments; those that are NULL, zero or -1, which mean "never", are left out."""
    return tuple(
        doubts.moment(meaning, row[column], unit, column)
        for meaning, column in found
        if row[column] is not None and row[column] not in (0, -1, "", "0")
    )


def extra_of(row: Row, names: Iterable[str], unset: dict[str, Any] | None = None) -> Extra:
    """The columns of these names that hold something, as fields of `extra`; `unset` has what stands for nothing."""
    known = unset or {}
    return tuple(
        (name, value if type(value) in (str, int, float) else stored(value))
        for name in names
        if (value := row[name]) is not None and value != "" and (name not in known or value != known[name])
    )


def package_of(row: Row, column: str, doubts: Doubts) -> str:
    """The name of an application's package; "" and said where the row has none."""
    name = doubts.text(row[column], column) or ""
    if not name:
        doubts.add("no-package", f"{column} names no application: {stored(row[column])}")
    return name
