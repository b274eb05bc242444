"""Rebuilds deleted rows whose first four bytes became the head of a freeblock.

The length of the row, its row id and often the first serial type are gone. The serial types that are left, the columns
of the table and where the row must end say what they were; what they do not say stays lost.

References:
- https://www.sqlite.org/fileformat2.html (freeblocks, record format)
- Sebastian Nemetz, Sven Schmitt, Felix Freiling: A standardized corpus for SQLite database forensics (2018), for what
  becomes of a cell when its row is deleted
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from parsers.sqlite_cells import Cell
from parsers.sqlite_layouts import Layout
from parsers.sqlite_records import class_of, length_of, local_size, readable_text, some_serials, varint_bytes

HEAD_OF_BLOCK: Final = 4
_LONGEST_HEAD: Final = 13  # payload length, row id and header length together
_MOST_STARTS: Final = 4000  # in one area
_NEXT_ROWS: Final = 4  # of those behind a row, how many are tried as its end
_LEAST_HELD: Final = 3  # bytes of values
_UNSURE_HELD: Final = 8  # the same, where nothing says where the row ends
_MANY_TYPES: Final = 4
_INT_LENGTHS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 8: 6}


@dataclass(frozen=True, slots=True)
class Area:
    """A stretch of free space. `block` tells a freeblock, whose first four bytes are not the row's any more;
    `row_ids` are the lengths in bytes of the row ids that stand in the same page; `several`: it is not known which
    table had the page."""

    page: bytes
    start: int
    end: int
    usable: int
    encoding: int
    block: bool = False
    row_ids: frozenset[int] = frozenset()
    several: bool = False


def rebuilt(area: Area, layout: Layout, whole: list[Cell]) -> list[Cell]:
    """Rows whose first four bytes were overwritten by the head of a freeblock.

    From the last to the first: where one begins, the one before it ends.
    """
    found: list[Cell] = []
    ends = sorted(cell.start for cell in whole)
    for start in sorted(_starts(area, layout), reverse=True)[:_MOST_STARTS]:
        ways = list(_ways(area, layout, start, ends))
        found += ways
        if ways and start not in ends:
            insort(ends, start)
    return found


def _starts(area: Area, layout: Layout) -> set[int]:
    """Where a freeblock may once have begun: its old head is there, and serial types stand where they should."""
    found = {area.start} if area.block else set()
    page, begin, end = area.page, area.start, area.end
    places: set[int] = set()
    for match in layout.pattern(1, with_header=False).finditer(page, begin + HEAD_OF_BLOCK, end):
        places.update((match.start() - 4, match.start() - 5))
    for match in layout.pattern(0, with_header=False).finditer(page, begin + HEAD_OF_BLOCK, end):
        places.add(match.start() - 4)
    for match in layout.pattern(0, with_header=True).finditer(page, begin + HEAD_OF_BLOCK, end):
        places.update(range(match.start() - _LONGEST_HEAD, match.start() - 3))
    for place in places:
        if place >= begin and _was_block(area, place):
            found.add(place)
    return found


def _was_block(area: Area, at: int) -> bool:
    following = area.page[at] << 8 | area.page[at + 1]
    length = area.page[at + 2] << 8 | area.page[at + 3]
    if length < 8 or at + length > area.usable:
        return False
    return following == 0 or at + length <= following <= area.usable - HEAD_OF_BLOCK


def _ways(area: Area, layout: Layout, start: int, ends: Sequence[int]) -> Iterator[Cell]:
    """The ways in which a row of the table can begin at `start`; `ends`: where other rows begin."""
    stale = start + (area.page[start + 2] << 8 | area.page[start + 3]) if start + 4 <= area.end else 0
    limits = [stale] if stale <= area.end else []
    if area.block and area.end not in limits:
        limits.append(area.end)
    place = bisect_right(ends, start + 4)
    limits += [one for one in ends[place : place + _NEXT_ROWS] if one not in limits and one < max(stale, area.end)]
    for count in sorted(layout.counts, reverse=True):
        for head in range(3, _LONGEST_HEAD):
            for wide in (False, True) if head == 3 else (False,):
                try:
                    yield from _way(area, layout, start, (head, wide, count), limits)
                except ValueError:
                    continue


def _way(area: Area, layout: Layout, start: int, shape: tuple[int, bool, int], limits: list[int]) -> Iterator[Cell]:
    """One way: `shape` is (bytes before the serial types, whether the first type took two bytes, number of columns)."""
    head, wide, count = shape
    page = area.page
    at = start + max(head, 4) + wide
    if at > area.end:
        return
    known, body = some_serials(page, at, count - (head == 3))
    if body > area.end:
        return
    header = body - start - head + 1
    header += header > 0x7F
    for place, byte in enumerate(varint_bytes(header), start + head - len(varint_bytes(header))):
        if place >= start + HEAD_OF_BLOCK and page[place] != byte:
            return
    if head == 3:
        low = page[start + 4] if wide else None
        firsts = _first_values(layout.classes[0], low, [limit - body - sum(map(length_of, known)) for limit in limits])
    else:
        firsts = [(known.pop(0), None)]
    for first, lost in firsts:
        types = (first, *known)
        classes = [class_of(one) for one in known]
        if layout.fits([class_of(first) if first is not None else next(iter(layout.classes[0])), *classes]):
            cell = _rebuilt_cell(area, layout, start, (head, header, body), types, lost, limits)
            if cell is not None:
                yield cell


def _first_values(allowed: frozenset[str], low: int | None, lengths: list[int]) -> list[tuple[int | None, int | None]]:
    """(serial type, None), or (None, length) where it stays open, for a first value of each of these lengths.

    `low` is the second byte of a serial type that took two.
    """
    found: list[tuple[int | None, int | None]] = []
    if allowed == {"n"}:
        return [(0, None)] if low is None else []
    for length in lengths:
        choices: list[int] = []
        if low is None:
            choices += [_INT_LENGTHS[length]] if "i" in allowed and length in _INT_LENGTHS else []
            if "r" in allowed and length == 8:
                # A column of real numbers keeps whole ones in at most six bytes.
                choices = [7] if "t" not in allowed else [*choices, 7]
            choices += [0] if "n" in allowed and length == 0 else []
            choices += [8, 9] if "i" in allowed and length == 0 else []
        for kind, odd in (("t", 1), ("b", 0)):
            serial = 12 + 2 * length + odd
            fits = serial < 128 if low is None else 128 <= serial < 1 << 14 and serial & 0x7F == low
            choices += [serial] if kind in allowed and length >= 0 and fits else []
        if choices:
            found.append((choices[0], None) if len(choices) == 1 else (None, length))
    return list(dict.fromkeys(found))


def _rebuilt_cell(
    area: Area,
    layout: Layout,
    start: int,
    places: tuple[int, int, int],
    types: tuple[int | None, ...],
    lost: int | None,
    limits: list[int],
) -> Cell | None:
    head, header, body = places
    lengths = tuple(length_of(one) if one is not None else lost or 0 for one in types)
    payload = header + sum(lengths)
    record = start + head - len(varint_bytes(header))
    in_front = record - start - len(varint_bytes(payload))
    if not 1 <= in_front <= 9:
        return None
    local = local_size(payload, area.usable, in_table=True)
    end = record + local + (HEAD_OF_BLOCK if local < payload else 0)
    kept = min(record + local, area.end)
    sure = any(end <= limit <= end + 3 for limit in limits)  # up to three bytes go to waste between two blocks
    whole = end <= area.end
    guessed = head == 3 and 12 <= (types[0] or 0) < 128
    cell = Cell(
        start=start,
        end=min(end, area.end),
        types=types,
        lengths=lengths,
        body=body,
        kept=kept,
        payload=payload,
        rowid=None,
        layout=layout,
        # A first text that reaches to the end of what is left says nothing about whether that is the row's own end.
        how="rebuilt" if sure and whole and not guessed else "unsure",
        score=0,
    )
    if not readable(cell, area) or not worth(cell) or not _enough(cell, area, sure=sure and whole):
        return None
    weight = 0.6 if not whole else 1.0 if not sure else 2.2 if limits and end == limits[0] else 1.7
    weight += 0.1 if in_front in area.row_ids else 0
    return replace(cell, score=weight * (cell.end - start))


def readable(cell: Cell, area: Area) -> bool:
    """Whether the texts that are there are texts."""
    at = cell.body
    for serial, length in zip(cell.types, cell.lengths, strict=True):
        if at + length > cell.kept:
            break
        is_text = serial is not None and serial >= 13 and serial & 1
        if is_text and not readable_text(area.page[at : at + length], area.encoding):
            return False
        at += length
    return True


def worth(cell: Cell) -> bool:
    """Whether enough of a row is left to call it one: values of some bytes, at least two of them where it is cut."""
    at, values, held = cell.body, 0, 0
    for serial, length in zip(cell.types, cell.lengths, strict=True):
        at += length
        if serial is not None and length and at <= cell.kept:
            values += 1
            held += length
    return held >= _LEAST_HELD and values >= (1 if at <= cell.kept else 2)


def _enough(cell: Cell, area: Area, *, sure: bool) -> bool:
    """Whether the serial types that are left are enough to tell a row from chance."""
    left = sum(serial is not None for serial in cell.types[1:]) + (cell.types[0] not in (None, 0))
    if area.several:
        return sure and left >= _MANY_TYPES
    if sure and area.block and cell.start == area.start:
        return left >= 1
    if sure:
        return left >= 2
    # Numbers can be read out of anything: a few bytes of them, or a row that is cut off and has no text, are no row.
    whole = cell.kept - cell.body >= sum(cell.lengths)
    return left >= _MANY_TYPES and (sum(cell.lengths) >= _UNSURE_HELD if whole else _has_text(cell))


def _has_text(cell: Cell) -> bool:
    at = cell.body
    for serial, length in zip(cell.types, cell.lengths, strict=True):
        at += length
        if serial is not None and serial > 13 and serial & 1 and at <= cell.kept:
            return True
    return False
