"""What is left of deleted files on an F2FS volume: old copies of their nodes, and whether their blocks are theirs.

A log-structured volume writes nothing over at once: the node of a deleted file lies where it was until its segment is
used again, and so do its blocks. An old node is believed when it says of itself who it is; its blocks are believed
when none is in use and the segment summaries say that each was last written for this very node.

References: Linux kernel documentation, "WHAT IS Flash-Friendly File System (F2FS)?" (cleaning, SSA, checkpoints).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parsers.f2fs import F2fs
from parsers.f2fs_layout import BLOCK, PER_SEGMENT
from parsers.f2fs_nodes import (
    COMPRESSED,
    FOOTER,
    HOLE,
    INLINE_DATA,
    RESERVED,
    FileBlocks,
    Inode,
    check_footer,
    parse_inode,
)
from parsers.f2fs_tables import NODE_TYPE

MOST_SCANNED: Final = 128  # segments of nodes, 2 MiB each
_FOOTER = struct.Struct("<IIIQ")


@dataclass(frozen=True, slots=True)
class Kept:
    """The content of a deleted file. `runs` are (first block, blocks) in the file's order, block 0 is a hole; empty for
    one that is inside its inode. `told`: the summaries say of each block that it was last written for this file."""

    runs: tuple[tuple[int, int], ...]
    told: bool


class OldNodes:
    """Nodes that the node table no longer has, of one volume. `complete`: all node segments were searched."""

    def __init__(self, volume: F2fs) -> None:
        self._volume = volume
        self._scanned: dict[int, tuple[int, int]] = {}  # node -> (checkpoint version, block)
        self._inodes: set[int] = set()
        self.problems: list[str] = []
        self.complete = self._scan()

    def _scan(self) -> bool:
        volume, scanned = self._volume, 0
        for segment in range(volume.sb.main_segments):
            try:
                kind, used, bitmap = volume.use.segment(segment)
                if kind < NODE_TYPE or used >= PER_SEGMENT:
                    continue
                if scanned == MOST_SCANNED:
                    return False
                scanned += 1
                start = volume.sb.main + segment * PER_SEGMENT
                data = volume.blocks.read(start, PER_SEGMENT)
            except ValueError as error:
                self.problems.append(f"segment {segment}: {error}")
                if len(self.problems) == MOST_SCANNED:
                    return False
                continue
            self._take(data, bitmap, start)
        return True

    def _take(self, data: bytes, bitmap: bytes, start: int) -> None:
        for inside in range(PER_SEGMENT):
            if bitmap[inside >> 3] & 0x80 >> (inside & 7):
                continue
            number, inode, flag, version = _FOOTER.unpack_from(data, inside * BLOCK + FOOTER)
            if not 0 < number < self._volume.table.count or not 0 < inode < self._volume.table.count:
                continue
            # The upper half may hold a checksum of the checkpoint. Of two copies the later one counts.
            found = (version & 0xFFFFFFFF, start + inside)
            if found > self._scanned.get(number, (-1, 0)):
                self._scanned[number] = found
                if number == inode and flag >> 3 == 0:
                    self._inodes.add(number)

    def inodes(self) -> Iterator[tuple[int, Inode]]:
        """(block, inode) of every inode that was found and is no longer in the node table."""
        for number in sorted(self._inodes):
            found = self.inode(number)
            if found is not None:
                yield found

    def inode(self, number: int) -> tuple[int, Inode] | None:
        """(block, inode) as its latest copy has it; None when none is left or the number is in use."""
        try:
            if self._volume.exists(number):
                return None
            at, raw = self._find(number, number, 0)
            return at, parse_inode(raw, number, self._volume.sb)
        except ValueError:
            return None

    def _places(self, number: int) -> set[int]:
        found = {at for _, at in self._volume.table.older_places(number)}
        found |= {table.place(number)[1] for table in self._volume.older}
        if number in self._scanned:
            found.add(self._scanned[number][1])
        return found - {HOLE, RESERVED}

    def _find(self, number: int, inode: int, place: int) -> tuple[int, bytes]:
        """(block, its bytes) of the latest old copy of a node. Raises ValueError when none is left."""
        best: tuple[int, int, bytes] | None = None
        for at in self._places(number):
            try:
                if self._volume.use.in_use(at):
                    continue
                raw = self._volume.block(at)
                check_footer(raw, number, inode, place)
            except ValueError:
                continue  # the block holds something else by now
            version = _FOOTER.unpack_from(raw, FOOTER)[3] & 0xFFFFFFFF
            if best is None or (version, at) > best[:2]:
                best = (version, at, raw)
        if best is None or self._scanned.get(number, (-1, 0)) > best[:2]:  # a later copy is another file's
            raise ValueError(f"node {number} of its block list is gone")
        return best[1], best[2]

    def kept(self, inode: Inode, most_runs: int) -> Kept:
        """What is left of a deleted file's content. Raises ValueError saying why nothing of it is believed, or that it
        is in more than `most_runs` pieces."""
        if inode.compressed:
            raise ValueError("it is compressed, which is not recovered")
        if inode.inline & INLINE_DATA:
            return Kept((), told=True)
        if inode.size == 0:
            raise ValueError("no size is left")
        runs: list[tuple[int, int]] = []
        told, written, left = True, False, -(-inode.size // BLOCK)
        places = FileBlocks(inode, lambda number, owner, place: self._find(number, owner, place)[1])
        index = 0
        while index < left:
            leaf = places.leaf(index)
            count = min(leaf.count, left - leaf.first)
            if leaf.addresses is None:
                _join(runs, HOLE, count)
            for at, address in enumerate((leaf.addresses or ())[:count]):
                told = self._check(address, leaf.node, at) and told
                written = written or address not in (HOLE, RESERVED)
                _join(runs, HOLE if address == RESERVED else address, 1)
            if len(runs) > most_runs:
                raise ValueError(f"it lies in more than {most_runs} pieces")
            index = leaf.first + leaf.count
        if not written and inode.blocks > 1:
            raise ValueError("its size is left, its blocks are not recorded")
        return Kept(tuple(runs), told)

    def _check(self, address: int, node: int, at: int) -> bool:
        """Whether the summaries tell that a block is the one of this place. Raises ValueError when it is not."""
        if address in (HOLE, RESERVED):
            return True
        if address == COMPRESSED:
            raise ValueError("it is compressed, which is not recovered")
        if self._volume.use.in_use(address):
            raise ValueError(f"block {address} is in use by a live file")
        owner = self._volume.use.written_for(address)
        if owner is not None and owner != (node, at):
            raise ValueError(f"block {address} was since written for something else")
        return owner is not None


def _join(runs: list[tuple[int, int]], start: int, count: int) -> None:
    if runs:
        first, length = runs[-1]
        if (start == HOLE and first == HOLE) or (start != HOLE and first != HOLE and first + length == start):
            runs[-1] = (first, length + count)
            return
    runs.append((start, count))


def inode_at(volume: F2fs, number: int, block: int) -> Inode:
    """The inode that an old block holds. Raises ValueError."""
    raw = volume.block(block)
    check_footer(raw, number, number, 0)
    return parse_inode(raw, number, volume.sb)
