"""Recovered content that an address lists block by block, and how an F2FS volume's odd names are called.

References: see `parsers.f2fs_deleted`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, Literal

from extractors.sources.base import SourceError
from extractors.sources.filesystems.f2fs_walk import joined
from parsers.f2fs import F2fs
from parsers.f2fs_layout import BLOCK
from parsers.f2fs_nodes import MOST_BLOCKS, Inode

ORPHANS: Final = "$OrphanFiles"
MOST_AT_ONCE: Final = 1 << 20
Kind = Literal["file", "link", "special"]


class Pieces:
    """The bytes of the runs "block+blocks,block+blocks,…" of a volume, one after the other; block 0 is a hole."""

    def __init__(self, volume: F2fs, text: str, where: str) -> None:
        """Raises ValueError where the text is no such list, or a run is outside of the main area."""
        self._volume = volume
        self._where = where
        self._starts: list[int] = []
        self._runs: list[tuple[int, int]] = []
        at = 0
        for piece in text.split(","):
            first, _, count = piece.partition("+")
            start, length = int(first), int(count)
            inside = volume.sb.main <= start <= volume.sb.main_end - length
            if not 0 < length <= MOST_BLOCKS or (start and not inside):
                raise ValueError(f"{piece!r} is no run of blocks of this volume")
            self._starts.append(at * BLOCK)
            self._runs.append((start, length))
            at += length
        self._end = at * BLOCK

    def read_at(self, offset: int, size: int) -> bytes:
        """Raises SourceError where the runs or the volume end before."""
        if not 0 <= offset < self._end:
            raise SourceError(f"{self._where}: ends at byte {offset}, before its recorded size")
        place = bisect_right(self._starts, offset) - 1
        start, length = self._runs[place]
        inside = offset - self._starts[place]
        wanted = min(size, length * BLOCK - inside, MOST_AT_ONCE)
        if start == 0:
            return bytes(wanted)
        data = self._volume.blocks.read_at(start * BLOCK + inside, wanted)
        if not data:
            raise SourceError(f"{self._where}: block {start} is beyond the end of the volume")
        return data


def orphan_path(inode: Inode) -> str:
    """Where a file without a place is listed: by its number, and by the name that its inode remembers."""
    number = f"{ORPHANS}/{inode.number}"
    return number if inode.encrypted or not inode.name else f"{number}-{joined('', inode.name)}"


def kind_of_name(kind: int) -> Kind:
    """What a directory says that a name is."""
    return {1: "file", 2: "file", 7: "link"}.get(kind, "special")  # type: ignore[return-value]
