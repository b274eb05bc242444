"""The tables of an F2FS volume: where each node lies (NAT), which blocks are in use (SIT), who wrote a block (SSA).

References: Linux kernel documentation, "WHAT IS Flash-Friendly File System (F2FS)?" (NAT, SIT, SSA, journals); "F2FS: A
New File System for Flash Storage" (FAST '15).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parsers.f2fs_layout import CLEAN, COMPACT, FAST_BOOT, PER_SEGMENT, Blocks, Checkpoint, Superblock

NAT_PER_BLOCK: Final = 455
SIT_PER_BLOCK: Final = 55
SIT_ENTRY: Final = 74
JOURNAL: Final = 507  # bytes of a journal, in compact summaries and at the end of a summary block
JOURNAL_AT: Final = 7 * PER_SEGMENT
NODE_TYPE: Final = 3  # segments of types 0 to 2 hold data, 3 to 5 nodes
_NAT = struct.Struct("<BII")


def _bit(bitmap: bytes, index: int) -> bool:
    """The bits of the version bitmaps are counted from the most significant one."""
    return bool(bitmap[index >> 3] & 0x80 >> (index & 7))


@dataclass(frozen=True, slots=True)
class Journals:
    """What a checkpoint knows better than the tables: node id -> (inode, block), segment -> SIT entry."""

    nat: dict[int, tuple[int, int]]
    sit: dict[int, bytes]


def read_journals(blocks: Blocks, pack: Checkpoint) -> Journals:
    """The journals in the summaries of a pack. Raises ValueError."""
    if pack.flags & COMPACT:
        raw = blocks.read(pack.start + pack.summaries)
        return _journals(raw[:JOURNAL], raw[JOURNAL : 2 * JOURNAL])
    first = _summaries_at(pack)
    hot, cold = blocks.read(first), blocks.read(first + 2)
    return _journals(hot[JOURNAL_AT : JOURNAL_AT + JOURNAL], cold[JOURNAL_AT : JOURNAL_AT + JOURNAL])


def _summaries_at(pack: Checkpoint) -> int:
    """The first of the summary blocks of a pack that is not compact. Raises ValueError."""
    kept = 6 if pack.flags & (CLEAN | FAST_BOOT) else 3  # those of nodes too, or of data only
    first = pack.start + pack.blocks - kept - 1
    if first <= pack.start:
        raise ValueError("the checkpoint has no room for its summaries")
    return first


def _journals(nat: bytes, sit: bytes) -> Journals:
    nodes, segments = struct.unpack_from("<H", nat)[0], struct.unpack_from("<H", sit)[0]
    if nodes > (JOURNAL - 2) // 13 or segments > (JOURNAL - 2) // 78:
        raise ValueError("a journal is longer than its room")
    places: dict[int, tuple[int, int]] = {}
    for at in range(2, 2 + nodes * 13, 13):
        number, _, inode, block = struct.unpack_from("<IBII", nat, at)
        places[number] = (inode, block)
    entries = (2 + at * 78 for at in range(segments))
    return Journals(places, {struct.unpack_from("<I", sit, at)[0]: sit[at + 4 : at + 78] for at in entries})


class NodeTable:
    """Where nodes are, as one checkpoint sees it."""

    def __init__(self, blocks: Blocks, sb: Superblock, pack: Checkpoint, journal: dict[int, tuple[int, int]]) -> None:
        self._blocks = blocks
        self._sb = sb
        self._pack = pack
        self._journal = journal
        self.count = sb.nat_segments // 2 * PER_SEGMENT * NAT_PER_BLOCK
        self._table = lru_cache(maxsize=2048)(blocks.read)  # 8 MiB

    def _entry(self, number: int, other: bool) -> tuple[int, int]:
        if not 0 < number < self.count:
            raise ValueError(f"node {number} is beyond the node table")
        block, place = divmod(number, NAT_PER_BLOCK)
        group, inside = divmod(block, PER_SEGMENT)
        at = self._sb.nat + group * 2 * PER_SEGMENT + inside
        if _bit(self._pack.nat_bitmap, block) != other:
            at += PER_SEGMENT
        _, inode, found = _NAT.unpack_from(self._table(at), place * 9)
        return inode, found

    def place(self, number: int) -> tuple[int, int]:
        """(inode, block) of a node; block 0: there is none of this number. Raises ValueError."""
        return self._journal.get(number) or self._entry(number, other=False)

    def older_places(self, number: int) -> list[tuple[int, int]]:
        """The same as the table itself (where the journal knows better) and its other copy have it."""
        tables = [self._entry(number, other=False)] if number in self._journal else []
        return [*tables, self._entry(number, other=True)]


class BlockUse:
    """Which blocks of the main area are in use, and for which node each was last written."""

    def __init__(self, blocks: Blocks, sb: Superblock, pack: Checkpoint, journal: dict[int, bytes]) -> None:
        self._blocks = blocks
        self._sb = sb
        self._pack = pack
        self._journal = journal
        self._table = lru_cache(maxsize=256)(blocks.read)
        self._summaries = lru_cache(maxsize=256)(self._read_summaries)

    def segment(self, number: int) -> tuple[int, int, bytes]:
        """(type, blocks in use, bitmap of them) of a segment of the main area. Raises ValueError."""
        raw = self._journal.get(number)
        if raw is None:
            block, place = divmod(number, SIT_PER_BLOCK)
            half = self._sb.sit_segments // 2 * PER_SEGMENT
            at = self._sb.sit + block + (half if _bit(self._pack.sit_bitmap, block) else 0)
            raw = self._table(at)[place * SIT_ENTRY : (place + 1) * SIT_ENTRY]
        packed = struct.unpack_from("<H", raw)[0]
        return packed >> 10, packed & 0x3FF, raw[2:66]

    def in_use(self, block: int) -> bool:
        """Raises ValueError for a block outside of the main area."""
        if not self._sb.main <= block < self._sb.main_end:
            raise ValueError(f"block {block} is outside of the main area")
        number, inside = divmod(block - self._sb.main, PER_SEGMENT)
        return _bit(self.segment(number)[2], inside)

    def written_for(self, block: int) -> tuple[int, int] | None:
        """(node, place in it) for which a data block was last written; None: not told, as its segment is still open."""
        number, inside = divmod(block - self._sb.main, PER_SEGMENT)
        raw = self._summaries(number)
        if raw is None:
            return None
        if raw[7 * PER_SEGMENT + JOURNAL] != 0:
            return (0, 0)  # the segment was last one of nodes
        node, _, place = struct.unpack_from("<IBH", raw, inside * 7)
        is_open = number in self._pack.current
        return None if is_open and node == 0 else (node, place)

    def _read_summaries(self, segment: int) -> bytes | None:
        """The summaries of a segment: in their own area, or while it is open in the checkpoint (None: packed there)."""
        if segment not in self._pack.current:
            return self._blocks.read(self._sb.ssa + segment)
        place = self._pack.current.index(segment)
        if self._pack.flags & COMPACT or place >= NODE_TYPE:
            return None
        return self._blocks.read(_summaries_at(self._pack) + place)
