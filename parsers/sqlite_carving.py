"""Finds the cells of deleted rows in the free space of a page.

Of a row that stands whole, the lengths in front of it must agree with its serial types to the byte; one whose first
bytes are gone is left to `sqlite_rebuilding`. What fits in several ways is weighed, and no byte is given to two rows.

References:
- https://www.sqlite.org/fileformat2.html (table b-tree leaf cells, freeblocks, unallocated space)
- Sebastian Nemetz, Sven Schmitt, Felix Freiling: A standardized corpus for SQLite database forensics (2018), for what
  becomes of a cell when its row is deleted
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from parsers.sqlite_cells import Cell
from parsers.sqlite_layouts import Layout
from parsers.sqlite_rebuilding import HEAD_OF_BLOCK, Area, readable, rebuilt, worth
from parsers.sqlite_records import class_of, length_of, local_size, serials, varint, varint_bytes

_MANY_COLUMNS = 4  # so many agree by chance so seldom that a text with odd characters is no reason for doubt


def carve(area: Area, layouts: Sequence[Layout]) -> list[Cell]:
    """The deleted rows in an area, in the order of their place; the most plausible ones that do not overlap."""
    found: list[Cell] = []
    for layout in layouts:
        if not layout.telling:
            continue
        whole = list(whole_cells(area, layout))
        found += whole
        if layout.with_rowid:
            found += rebuilt(area, layout, whole)
    return _chosen(found)


def whole_cells(area: Area, layout: Layout) -> Iterator[Cell]:
    """Rows of which every byte of the head is there; the end may be cut off."""
    begin = area.start + (HEAD_OF_BLOCK if area.block else 0)
    for match in layout.pattern(0, with_header=True).finditer(area.page, begin, area.end):
        try:
            cell = _whole(area, layout, match.start(), begin)
        except ValueError:
            continue
        if cell is not None:
            yield cell


def _whole(area: Area, layout: Layout, at: int, begin: int) -> Cell | None:
    page = area.page
    header, first = varint(page, at)
    if at + header > area.end:
        return None
    types = serials(page, first, at + header, len(layout.columns))
    lengths = tuple(map(length_of, types))
    payload = header + sum(lengths)
    if payload == header or not layout.fits([class_of(one) for one in types]):
        return None
    start, rowid = at, None
    if layout.with_rowid:
        start = _before(page, at, begin)
        rowid = varint(page, start)[0] if start < at else None
        if rowid is None:
            return None
    size = varint_bytes(payload)
    if start - len(size) < begin or page[start - len(size) : start] != size:
        return None
    local = local_size(payload, area.usable, layout.with_rowid)
    end = at + local + (HEAD_OF_BLOCK if local < payload else 0)
    kept = min(at + local, area.end)
    cell = Cell(
        start=start - len(size),
        end=min(end, area.end),
        types=tuple(types),
        lengths=lengths,
        body=at + header,
        kept=kept,
        payload=payload,
        rowid=rowid,
        layout=layout,
        how="whole" if end <= area.end else "unsure",
        score=0,
    )
    clean = readable(cell, area)
    if not worth(cell) or not (clean or (end <= area.end and len(types) >= _MANY_COLUMNS)):
        return None
    weight = (3.0 if end <= area.end else 1.5) if clean else 1.0
    return replace(cell, score=weight * (cell.end - cell.start), how=cell.how if clean else "unsure")


def _before(page: bytes, end: int, begin: int) -> int:
    """Where the integer that ends before `end` begins; `end` itself where there is none."""
    nine = end - 9
    if nine >= begin and min(page[nine : end - 1]) >= 0x80:
        return nine
    if end - 1 < begin or page[end - 1] >= 0x80:
        return end
    start = end - 1
    while start > begin and page[start - 1] >= 0x80:
        start -= 1
    return start


def _chosen(found: Iterable[Cell]) -> list[Cell]:
    """Of cells that may overlap those that do not, with the greatest sum of scores; a tie is not sure of its table."""
    cells = sorted(found, key=lambda one: (one.end, one.start, -one.score))
    ends = [one.end for one in cells]
    best: list[tuple[float, int]] = [(0.0, -1)]  # (sum, last cell taken) of the first n cells
    for number, cell in enumerate(cells):
        before = bisect_right(ends, cell.start, 0, number)
        taken = best[before][0] + cell.score
        best.append((taken, number) if taken > best[-1][0] else (best[-1][0], -1))
    picked: list[Cell] = []
    place = len(cells)
    while place > 0:
        number = best[place][1]
        if number < 0:
            place -= 1
            continue
        picked.append(_with_doubt(cells[number], cells))
        place = bisect_right(ends, cells[number].start, 0, number)
    return picked[::-1]


def _with_doubt(cell: Cell, cells: list[Cell]) -> Cell:
    rivals = [
        one
        for one in cells
        if one.start == cell.start and one.end == cell.end and one.score >= cell.score and one is not cell
    ]
    if any(one.types != cell.types for one in rivals):
        return replace(cell, how="unsure")
    if any(one.layout != cell.layout for one in rivals):
        return replace(cell, layout=None)
    return cell
