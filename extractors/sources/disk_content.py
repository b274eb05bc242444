"""The bytes of one file of a file system, through The Sleuth Kit or straight from the image where blocks say it all.

References: The Sleuth Kit, library documentation (attributes and their runs).
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import pytsk3

from extractors.sources.base import SourceError
from extractors.sources.disk_walk import reason

BLOCK: Final = 1 << 20
MOST_RUNS: Final = 100_000
SMALL: Final = 64 << 10
WORTH_IT: Final = 128 << 10  # below, asking for the runs costs more than one copy of the bytes
# A stream whose blocks are what it holds: in use, outside the metadata, neither sparse, packed nor encrypted.
PLAIN: Final = int(pytsk3.TSK_FS_ATTR_INUSE) | int(pytsk3.TSK_FS_ATTR_NONRES)
DEFAULT: Final = int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT)

ReadAt = Callable[[int, int], bytes]


class Pieces:
    """Bytes that lie in pieces of an image: (place in the file, length, place in the image) of each, in order."""

    def __init__(self, pieces: list[tuple[int, int, int]], read_at: ReadAt, where: str) -> None:
        self._pieces = pieces
        self._starts = [first for first, _, _ in pieces]
        self._read_at = read_at
        self._where = where
        self.size = pieces[-1][0] + pieces[-1][1] if pieces else 0

    def read(self, offset: int, wanted: int) -> bytes:
        """Up to `wanted` bytes, of one piece. Raises SourceError where the image ends before."""
        first, length, place = self._pieces[bisect_right(self._starts, offset) - 1]
        data = self._read_at(place + offset - first, min(wanted, first + length - offset, BLOCK))
        if not data:
            raise SourceError(f"{self._where}: cannot be read at byte {offset}: the image ends before the file does")
        return data


def plain_pieces(file: Any, block_size: int, start: int, size: int) -> list[tuple[int, int, int]] | None:
    """The pieces of a file's content where its runs follow each other without a gap and cover its size, else None.

    Only for file systems whose content ends where the file does: what NTFS has not yet written reads as zeros.
    """
    try:
        stream = next((one for one in file if int(one.info.type) == DEFAULT), None)
        if stream is None or int(stream.info.flags) != PLAIN:
            return None
        runs = [(int(run.offset), int(run.len), int(run.addr), int(run.flags)) for run in stream]
    except OSError:
        return None
    pieces: list[tuple[int, int, int]] = []
    at = 0
    for offset, length, address, flags in runs[:MOST_RUNS]:
        if flags or offset != at:
            return None
        pieces.append((offset * block_size, length * block_size, start + address * block_size))
        at += length
    return pieces if at * block_size >= size and len(runs) <= MOST_RUNS else None


def whole(file: Any, chosen: tuple[int, int], size: int) -> BinaryIO | None:
    """The bytes of one stream of a small file, read at once; None where it is not small, or not all can be read: then
    reading it piece by piece says how far it can be."""
    if not 0 < size <= SMALL:
        return None
    try:
        data: bytes = file.read_random(0, size, *chosen)
    except OSError:
        return None
    return io.BytesIO(data) if len(data) == size else None


def through_tsk(file: Any, chosen: tuple[int, int], where: str) -> ReadAt:
    """`read_at` of one stream (type, identifier) of a file, as The Sleuth Kit reads it. Raises SourceError."""
    kind, which = chosen

    def read(at: int, wanted: int) -> bytes:
        try:
            data: bytes = file.read_random(at, min(wanted, BLOCK), kind, which)
        except OSError as error:
            raise SourceError(f"{where}: cannot be read at byte {at}: {reason(error)}") from error
        if not data:
            raise SourceError(f"{where}: ends at byte {at}, before its recorded size")
        return data

    return read
