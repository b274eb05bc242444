"""Pieces that follow one another and together are one medium: the parts of a split image, the extents of a disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

ReadAt = Callable[[int, int], bytes]


class Piece(NamedTuple):
    """`size` bytes from `start` of something that is read by `read_at`; None: zeros. `name` is for messages."""

    name: str
    size: int
    read_at: ReadAt | None
    start: int = 0


class Joined:
    """Bytes at an offset over all pieces."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = [piece for piece in pieces if piece.size > 0]
        self._ends = list(accumulate(piece.size for piece in self._pieces))
        self.size = self._ends[-1] if self._ends else 0

    def read_at(self, offset: int, size: int) -> bytes:
        """Fewer bytes than asked for only at the end. Raises ValueError naming the byte that a piece lacks."""
        end = min(offset + size, self.size)
        parts: list[bytes] = []
        number = bisect_right(self._ends, max(0, offset))
        at = offset
        while 0 <= at < end:
            piece = self._pieces[number]
            skip = at - (self._ends[number] - piece.size)
            length = min(piece.size - skip, end - at)
            parts.append(_read(piece, skip, length, at))
            at += length
            number += 1
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _read(piece: Piece, skip: int, length: int, at: int) -> bytes:
    if piece.read_at is None:
        return bytes(length)
    data = piece.read_at(piece.start + skip, length)
    if len(data) != length:
        there = piece.start + skip + len(data)
        raise ValueError(f"byte {at + len(data)} of the media cannot be read: {piece.name} ends at byte {there}")
    return data
