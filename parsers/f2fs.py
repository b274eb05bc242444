"""F2FS, the file system of the user data of most Android phones: inodes, names in directories, bytes of files.

Blocks of 4096 bytes. What was written after the newest checkpoint and would be recovered when the volume is next
mounted (roll-forward) is not seen. References: "F2FS: A New File System for Flash Storage" (FAST '15); Linux kernel
documentation, "WHAT IS Flash-Friendly File System (F2FS)?".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from parsers.f2fs_data import FileData
from parsers.f2fs_directory import Name, block_names, inline_names
from parsers.f2fs_layout import BLOCK, Blocks, Checkpoint, Superblock, orphans, read_checkpoints, read_superblock
from parsers.f2fs_nodes import (
    COMPRESSED,
    HOLE,
    INLINE_NAMES,
    RESERVED,
    FileBlocks,
    Inode,
    check_footer,
    parse_inode,
)
from parsers.f2fs_tables import BlockUse, Journals, NodeTable, read_journals

TOGETHER: Final = 8  # neighbouring blocks that are read in one go: nodes lie side by side


class F2fs:
    """One volume, behind `read_at(offset, size)`, which gives fewer bytes only at the end. Safe to use from threads.

    `problems` says in lines what was wrong on opening; raises ValueError where the volume cannot be opened.
    """

    def __init__(self, read_at: Callable[[int, int], bytes], size: int) -> None:
        self.blocks = Blocks(read_at, size)
        self.sb: Superblock = read_superblock(self.blocks)
        packs, damaged = read_checkpoints(self.blocks, self.sb)
        self.problems: list[str] = [*self.sb.problems, *damaged]
        sound = list(self._with_journals(packs))
        if not sound:
            raise ValueError("; ".join(self.problems))
        self.checkpoint: Checkpoint
        self.checkpoint, journals = sound[0]
        self.table = NodeTable(self.blocks, self.sb, self.checkpoint, journals.nat)
        self.use = BlockUse(self.blocks, self.sb, self.checkpoint, journals.sit)
        # What the checkpoint before knew, for the search for deleted files.
        self.older = [NodeTable(self.blocks, self.sb, pack, journals.nat) for pack, journals in sound[1:]]
        self._group = lru_cache(maxsize=128)(self._read_group)
        self._inode = lru_cache(maxsize=128)(self._parsed)  # a file is mostly opened soon after it was listed

    def _with_journals(self, packs: list[Checkpoint]) -> Iterator[tuple[Checkpoint, Journals]]:
        for pack in packs:
            try:
                yield pack, read_journals(self.blocks, pack)
            except ValueError as error:
                self.problems.append(f"checkpoint of version {pack.version}: {error}")

    def _read_group(self, group: int) -> bytes:
        at = group * TOGETHER * BLOCK
        return self.blocks.read_at(at, min(TOGETHER * BLOCK, self.blocks.size - at))

    def block(self, at: int) -> bytes:
        """A block of the main area. Raises ValueError."""
        if not self.sb.main <= at < self.sb.main_end or (at + 1) * BLOCK > self.blocks.size:
            raise ValueError(f"block {at} is not in the volume's main area, or beyond its end")
        inside = at % TOGETHER * BLOCK
        data = self._group(at // TOGETHER)[inside : inside + BLOCK]
        if len(data) != BLOCK:
            raise ValueError(f"block {at} cannot be read to its end")
        return data

    def node(self, number: int, inode: int, place: int) -> bytes:
        """The block of a node, which says of itself that it is this node. Raises ValueError."""
        _, at = self.table.place(number)
        if at in (HOLE, RESERVED):
            raise ValueError(f"node {number} of inode {inode} has no place in the node table")
        raw = self.block(at)
        check_footer(raw, number, inode, place)
        return raw

    def exists(self, number: int) -> bool:
        """Whether the node table has a place for this number. Raises ValueError."""
        return self.table.place(number)[1] != HOLE

    def _parsed(self, number: int) -> Inode:
        return parse_inode(self.node(number, number, 0), number, self.sb)

    def inode(self, number: int) -> Inode:
        """Raises ValueError."""
        return self._inode(number)

    def names(self, directory: Inode, seen: set[int]) -> Iterator[Name]:
        """The names of a directory, of all blocks that can be read; `damage` of a Name tells of one that cannot.

        `seen` are the blocks of directories that were read before: no two places may share one. Raises ValueError
        where a node of the directory is damaged; what was yielded until then stands.
        """
        if directory.inline & INLINE_NAMES:
            at = directory.inline_at
            yield from inline_names(directory.raw[at : at + directory.inline_room])
            return
        last = -(-directory.size // BLOCK)
        for leaf in FileBlocks(directory, self.node).leaves():
            for address in (leaf.addresses or ())[: last - leaf.first]:
                if address in (HOLE, RESERVED):
                    continue
                if address in seen or address == COMPRESSED:
                    raise ValueError(f"inode {directory.number}: block {address} of the directory was met before")
                seen.add(address)
                try:
                    block = self.block(address)
                except ValueError as error:
                    yield Name(b"", 0, 0, False, damage=str(error))
                    continue
                yield from block_names(block)

    def data(self, inode: Inode) -> FileData:
        """The bytes of a live file."""
        return FileData(self.blocks, self.sb, inode, FileBlocks(inode, self.node))

    def orphans(self) -> list[int]:
        """Inodes without a name that were still in use. Raises ValueError."""
        return orphans(self.blocks, self.sb, self.checkpoint)
