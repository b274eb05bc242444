"""Sparse files in tar archives: which runs of a file the archive holds; all between them is zeros.

References: GNU tar manual, "Storing Sparse Files" (old GNU form; pax forms 0.0, 0.1, 1.0).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from extractors.shortened import shortened
from extractors.sources.reading import RangeReader

BLOCK: Final = 512
MOST_PIECES: Final = 200_000
_LONGEST_MAP: Final = 8 << 20

ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Sparse:
    """The size of the whole file, its (offset, size) runs in order, and where their bytes start in the archive."""

    size: int
    pieces: tuple[tuple[int, int], ...]
    data: int

    @property
    def held(self) -> int:
        return sum(size for _, size in self.pieces)


def old_sparse(read_at: ReadAt, block: bytes, at: int) -> Sparse:
    """GNU's old form: four runs in the header, 21 in each block that follows it at `at`. Raises ValueError."""
    numbers = [octal(block[place : place + 12]) for place in range(386, 482, 12)]
    more, size = block[482], octal(block[483:495])
    while more:
        block = read_at(at, BLOCK)
        if len(block) < BLOCK or len(numbers) > 2 * MOST_PIECES:
            raise ValueError("a sparse map without end")
        numbers += [octal(block[place : place + 12]) for place in range(0, 504, 12)]
        more, at = block[504], at + BLOCK
    return Sparse(size, _runs(numbers, size), at)


def pax_sparse(read_at: ReadAt, pax: dict[str, str], at: int, stored: int) -> Sparse:
    """The pax forms: a map in the extended header (0.0, 0.1), or before the data at `at` (1.0). Raises ValueError."""
    size = number(pax.get("GNU.sparse.realsize") or pax.get("GNU.sparse.size") or "")
    if "GNU.sparse.map" in pax:
        return Sparse(size, _runs([number(part) for part in pax["GNU.sparse.map"].split(",") if part], size), at)
    text = read_at(at, min(stored, _LONGEST_MAP))
    count_text, _, rest = text.partition(b"\n")
    count = number(count_text.decode("ascii", "replace"))
    if count > MOST_PIECES:
        raise ValueError(f"a sparse map of {count} pieces")
    lines = rest.split(b"\n", 2 * count)[: 2 * count]
    numbers = [number(line.decode("ascii", "replace")) for line in lines]
    taken = len(count_text) + 1 + sum(len(line) + 1 for line in lines)
    return Sparse(size, _runs(numbers, size), at + -(-taken // BLOCK) * BLOCK)


def number(text: str) -> int:
    """A decimal number of at most 19 digits. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise ValueError(f"not a number: {shortened(text, 40)!r}")
    return int(text)


def octal(field: bytes) -> int:
    """A header's number: octal digits, or binary where it is too large for them. Raises ValueError."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.split(b"\0", 1)[0].strip() or b"0"
    return int(text, 8)


def _runs(numbers: list[int], size: int) -> tuple[tuple[int, int], ...]:
    """(offset, size) pairs that ascend, do not overlap and stay inside the file; empty ones are dropped."""
    if len(numbers) % 2:
        raise ValueError("a sparse map of uneven length")
    runs, end = [], 0
    for offset, length in zip(numbers[::2], numbers[1::2], strict=True):
        if length == 0:
            continue
        if offset < end or offset + length > size:
            raise ValueError("a sparse map that contradicts itself")
        runs.append((offset, length))
        end = offset + length
    return tuple(runs)


def sparse_reader(read_at: ReadAt, sparse: Sparse) -> RangeReader:
    """The whole file, zeros filled in."""
    starts = [offset for offset, _ in sparse.pieces]
    places, at = [], sparse.data
    for _, length in sparse.pieces:
        places.append(at)
        at += length

    def read(offset: int, size: int) -> bytes:
        piece = bisect_right(starts, offset) - 1
        if piece >= 0 and offset < starts[piece] + sparse.pieces[piece][1]:
            within = offset - starts[piece]
            return read_at(places[piece] + within, min(size, sparse.pieces[piece][1] - within))
        next_start = starts[piece + 1] if piece + 1 < len(starts) else sparse.size
        return bytes(min(size, next_start - offset, 1 << 20))

    return RangeReader(read, sparse.size)
