"""The frames of a write-ahead log: which of them SQLite reads, and what became of the others.

References:
- https://www.sqlite.org/fileformat2.html (the write-ahead log: header, frames, checksums, reset)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

_HEADER: Final = 32
_FRAME: Final = 24
_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
_MOST_FRAMES: Final = 4_000_000
CURRENT: Final = "current"
SUPERSEDED: Final = "superseded log frame"
UNCOMMITTED: Final = "uncommitted log frame"
OLDER: Final = "older log generation"
DAMAGED: Final = "log frame behind damage"  # of the running generation, and its checksum or one before it is wrong


@dataclass(frozen=True, slots=True)
class Frame:
    """One page in the log. `offset` is where the page itself stands; `state` one of the words of this module."""

    page: int
    offset: int
    state: str


@dataclass(frozen=True, slots=True)
class Log:
    """`current` is what SQLite reads in place of pages of the database: page -> offset. `pages` is the size of the
    database in pages after the last commit (0 where nothing is committed); `frames` are all that have room."""

    page_size: int
    frames: tuple[Frame, ...]
    current: dict[int, int]
    pages: int


def read_log(stream: BinaryIO, page_size: int) -> Log | None:
    """The log beside a database, or None where it is none, is empty or has pages of another size."""
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(_HEADER)
    if len(head) < _HEADER:
        return None
    magic, _, stated, _, salt, first, second = struct.unpack(">4I8s2I", head)
    order = _MAGIC.get(magic)
    if order is None or (65536 if stated == 1 else stated) != page_size:
        return None
    whole = _checksum(head[:24], order, (0, 0)) == (first, second)
    count = min((size - _HEADER) // (_FRAME + page_size), _MOST_FRAMES)
    return _sorted_out(stream, count, page_size, salt, order, (first, second) if whole else None)


def _sorted_out(
    stream: BinaryIO, count: int, page_size: int, salt: bytes, order: str, sums: tuple[int, int] | None
) -> Log:
    places: list[tuple[int, int, str]] = []  # page, offset, state if it is not committed
    committed = pages = 0
    for number in range(count):
        offset = _HEADER + number * (_FRAME + page_size)
        stream.seek(offset)
        head = stream.read(_FRAME)
        if len(head) < _FRAME:
            break
        page, size_after, its_salt, first, second = struct.unpack(">2I8s2I", head)
        if sums is not None:
            sums = _checksum(head[:8], order, sums) if its_salt == salt and page else None
        if sums is not None:
            body = stream.read(page_size)
            sums = _checksum(body, order, sums) if len(body) == page_size else None
            sums = sums if sums == (first, second) else None
        state = UNCOMMITTED if sums is not None else DAMAGED if its_salt == salt else OLDER
        places.append((page, offset + _FRAME, state))
        if sums is not None and size_after:
            committed, pages = len(places), size_after
    current = {page: offset for page, offset, _ in places[:committed]}
    frames = tuple(
        Frame(page, offset, state if number >= committed else CURRENT if current[page] == offset else SUPERSEDED)
        for number, (page, offset, state) in enumerate(places)
    )
    return Log(page_size, frames, current, pages)


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data[: len(data) // 8 * 8])
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one, two
