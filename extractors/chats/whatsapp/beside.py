"""Rows of many tables that belong to the rows of one: read side by side, in one pass, with no join that could lose."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from evidence_store.records import Problem
from extractors.database import selecting
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

Beside = dict[str, list[Row]]
NOTHING: Final[Beside] = {}
_SPAN: Final = 1000  # row ids
_BEFORE_ALL: Final = -(2**63) - 1


class Detail(NamedTuple):
    """A further table with one row, or none, for each `_id` of a side table."""

    table: str
    columns: tuple[str, ...]
    key: str


class Side(NamedTuple):
    """A table beside: its columns, the column that names the row it belongs to, and what orders rows of one."""

    table: str
    columns: tuple[str, ...]
    key: str = "message_row_id"
    order: str = ""
    detail: Detail | None = None


class SideTables:
    """The rows of side tables, handed out by the row of the main table that they belong to.

    `of` must be asked in rising order. `left` has, for the tables named in `keep`, the rows that belong to no row that
    was asked for; `finish` tells how many there are of the others, and what could not be read.
    """

    def __init__(self, db: EvidenceDatabase, sides: tuple[Side, ...], keep: tuple[str, ...] = ()) -> None:
        self.left: Beside = {name: [] for name in keep}
        self._orphans: dict[str, int] = {}
        self._damage: list[Problem] = []
        self._db = db
        there = [side for side in sides if not lacking(db, {side.table: {side.key}})]
        self._tables = [(side.table, self._each(side)) for side in there]
        self._following = [next(rows, None) for _, rows in self._tables]
        self._held: dict[int, Beside] = {}  # rows that were read ahead, by what they belong to
        self._ahead = _BEFORE_ALL

    def _each(self, side: Side) -> Iterator[Row]:
        try:
            for row in self._db.execute(self._sql(side)):
                if type(row["belongs_to"]) is int:
                    yield row
                else:  # sorted before and behind all numbers, and belonging to none
                    self._leave(side.table, row)
        except DatabaseDamaged as error:
            self._damage.append(Problem("file", "damaged-database", f"{side.table}: {error}"))

    def _sql(self, side: Side) -> str:
        columns = selecting(self._db, side.table, side.columns, side.table)
        joined = ""
        if side.detail is not None:
            table, names, key = side.detail
            columns += ", " + selecting(self._db, table, names, table)
            if not lacking(self._db, {table: {key}}):
                joined = f" LEFT JOIN {table} ON {table}.{key} = {side.table}._id"
        order = f"{side.table}.{side.key}" + (f", {side.table}.{side.order}" if side.order else "")
        return f"SELECT {side.table}.{side.key} AS belongs_to, {columns} FROM {side.table}{joined} ORDER BY {order}"  # noqa: S608

    def of(self, wanted: Any) -> Beside:
        """The rows that belong to `wanted`, by table."""
        if type(wanted) is not int:
            return NOTHING
        if wanted > self._ahead:
            self._read_ahead(wanted, wanted + _SPAN)
        return self._held.pop(wanted, NOTHING)

    def _read_ahead(self, wanted: int, last: int) -> None:
        """Reads what belongs to the rows from `wanted` to `last`. A stretch at a time, it costs a fifth of a merge."""
        self._leave_held()
        held = self._held
        for place, (table, rows) in enumerate(self._tables):
            row = self._following[place]
            while row is not None and (key := row["belongs_to"]) <= last:
                if key < wanted:
                    self._leave(table, row)
                elif (found := held.get(key)) is None:
                    held[key] = {table: [row]}
                elif table in found:
                    found[table].append(row)
                else:
                    found[table] = [row]
                row = next(rows, None)
            self._following[place] = row
        self._ahead = last

    def _leave_held(self) -> None:
        for _, found in sorted(self._held.items()):
            for table, rows in found.items():
                for row in rows:
                    self._leave(table, row)
        self._held.clear()

    def _leave(self, table: str, row: Row) -> None:
        if table in self.left:
            self.left[table].append(row)
        else:
            self._orphans[table] = self._orphans.get(table, 0) + 1

    def finish(self) -> Iterator[Problem]:
        """What is to be said when all of the main table has been asked for. `left` is complete when it is through."""
        self._leave_held()
        for (table, rows), row in zip(self._tables, self._following, strict=True):
            for left in chain((row,) if row is not None else (), rows):
                self._leave(table, left)
        yield from self._damage
        for table, count in sorted(self._orphans.items()):
            yield Problem("note", "orphans", f"{count} rows of {table} belong to nothing that is left")
