"""A cell of a b-tree page: one row, as far as its bytes are there, and the values that they make.

References:
- https://www.sqlite.org/fileformat2.html (b-tree cells, overflow pages, INTEGER PRIMARY KEY, added columns)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from parsers.sqlite_layouts import Layout
from parsers.sqlite_records import length_of, local_size, serials, value_of, varint

MOST_PAYLOAD: Final = 16 << 20  # of one deleted row; what is longer keeps what stands in the cell itself


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as it stands in a page, offsets counted from the start of the page.

    `types` are its serial types (None: lost); `lengths` how many bytes each value takes; `body` is where the values
    begin, `kept` where the bytes that can be trusted end, `end` where the cell ends (or is cut off). `how` is "whole",
    "rebuilt" (its first bytes are lost) or "unsure" (rebuilt, and nothing else confirms it, or cut off).
    """

    start: int
    end: int
    types: tuple[int | None, ...]
    lengths: tuple[int, ...]
    body: int
    kept: int
    payload: int
    rowid: int | None
    layout: Layout | None
    how: str
    score: float


def cell_at(page: bytes, at: int, usable: int, *, in_table: bool) -> Cell:
    """The cell that a page's own list says begins at `at`. Raises ValueError where there is no whole one."""
    payload, place = varint(page, at)
    rowid = None
    if in_table:
        rowid, place = varint(page, place)
    if not 0 < payload < 1 << 31:
        raise ValueError("no cell: it says that it is empty, or longer than a database can hold")
    local = local_size(payload, usable, in_table)
    end = place + local + (4 if local < payload else 0)
    header, first = varint(page, place)
    if end > usable or not 0 < header <= local:
        raise ValueError("no cell: it runs over the end of its page")
    types = serials(page, first, place + header)
    lengths = tuple(map(length_of, types))
    if header + sum(lengths) != payload:
        raise ValueError("no cell: its values have another length than it says")
    kept = place + local
    return Cell(at, end, tuple(types), lengths, place + header, kept, payload, rowid, None, "whole", 0)


def first_overflow(cell: Cell, page: bytes) -> int:
    """The page that the rest of a row stands in; 0 where it stands in the cell, or where that is not known."""
    if cell.end < cell.kept + 4 or cell.kept - cell.body >= sum(cell.lengths):
        return 0
    return int.from_bytes(page[cell.kept : cell.kept + 4], "big")


def row_of(
    cell: Cell, page: bytes, encoding: int, rest: Callable[[int, int], bytes]
) -> tuple[tuple[str, ...], tuple[Any, ...], tuple[str, ...]]:
    """(names of the columns, values, names of the columns whose bytes are gone: their value is None).

    `rest(page, length)` gives what stands in the overflow pages, or b"" where they are not what they were.
    """
    layout = cell.layout
    columns = layout.columns if layout else tuple(f"column {number}" for number in range(1, len(cell.types) + 1))
    alias = layout.alias if layout else None
    body = page[cell.body : cell.kept]
    missing = sum(cell.lengths) - len(body)
    overflow = first_overflow(cell, page)
    if missing > 0 and overflow and missing <= MOST_PAYLOAD:
        body += rest(overflow, missing)
    values: list[Any] = []
    lost: list[str] = []
    at = 0
    for place, (serial, length) in enumerate(zip(cell.types, cell.lengths, strict=True)):
        there = body[at : at + length]
        at += length
        value = None
        if place == alias and serial == 0:
            value = cell.rowid
        if serial is None or len(there) < length or (place == alias and cell.rowid is None):
            lost.append(columns[place])
        elif value is None:
            value = value_of(serial, there, encoding)
        values.append(value)
    if layout:
        values += layout.defaults[len(values) :]  # what SQLite reads where the column was added later
    return columns, tuple(values), tuple(lost)
