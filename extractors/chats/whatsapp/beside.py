"""Rows of many tables that belong to the rows of one: read side by side, in one pass, with no join that could lose."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from evidence_store.records import Problem
from extractors.database import selecting
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

Beside = dict[str, list[Row]]
NOTHING: Final[Beside] = {}


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
        self._names = [side.table for side in there]
        self._rows = heapq.merge(*(self._each(number, side) for number, side in enumerate(there)), key=_place)
        self._next = next(self._rows, None)

    def _each(self, number: int, side: Side) -> Iterator[tuple[int, int, Row]]:
        try:
            for row in self._db.execute(self._sql(side)):
                key = row["belongs_to"]
                if type(key) is int:
                    yield key, number, row
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
        following = self._next
        if following is None or type(wanted) is not int or following[0] > wanted:
            return NOTHING
        return self._advance(wanted)

    def _advance(self, wanted: int) -> Beside:
        found: Beside = {}
        following = self._next
        while following is not None and following[0] <= wanted:
            key, number, row = following
            if key == wanted:
                found.setdefault(self._names[number], []).append(row)
            else:
                self._leave(self._names[number], row)
            following = next(self._rows, None)
        self._next = following
        return found or NOTHING

    def _leave(self, table: str, row: Row) -> None:
        if table in self.left:
            self.left[table].append(row)
        else:
            self._orphans[table] = self._orphans.get(table, 0) + 1

    def finish(self) -> Iterator[Problem]:
        """What is to be said when all of the main table has been asked for. `left` is complete when it is through."""
        while self._next is not None:
            _, number, row = self._next
            self._leave(self._names[number], row)
            self._next = next(self._rows, None)
        yield from self._damage
        for table, count in sorted(self._orphans.items()):
            yield Problem("note", "orphans", f"{count} rows of {table} belong to nothing that is left")


def _place(item: tuple[int, int, Row]) -> tuple[int, int]:
    return item[0], item[1]
