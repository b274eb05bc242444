"""Inodes of an F2FS volume, and the nodes below them that say where the blocks of a file are.

References: Linux kernel documentation, "WHAT IS Flash-Friendly File System (F2FS)?" (index structure, inline data); the
field order of the inode and node footer as in the kernel's header of the format.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from parsers.f2fs_layout import BLOCK, FLEXIBLE_XATTR, INODE_CHECKSUM, Superblock, checksum

ADDRESSES: Final = 923  # of an inode without extra attributes
PER_NODE: Final = 1018
ADDRESSES_AT: Final = 360
FOOTER: Final = 4072
HOLE, RESERVED, COMPRESSED = 0, 0xFFFFFFFF, 0xFFFFFFFE
INLINE_XATTR, INLINE_DATA, INLINE_NAMES, EXTRA = 0x1, 0x2, 0x4, 0x20
ENCRYPTED, VERITY = 0x4, 0x40
COMPRESSION_FLAG, CASEFOLD_FLAG = 0x4, 0x40000000
FORMATS: Final = 0o170000
DIRECTORY, REGULAR, LINK = 0o040000, 0o100000, 0o120000
MOST_LEAVES: Final = 2 + 2 * PER_NODE + PER_NODE**2
MOST_BLOCKS: Final = ADDRESSES + MOST_LEAVES * PER_NODE
_HEAD = struct.Struct("<HBBIIIQQqqqIIIIIIIII")
_WORDS = struct.Struct(f"<{PER_NODE}I")


@dataclass(slots=True)
class Inode:
    """One inode. Times are seconds and nanoseconds since 1970, UTC; a `crtime` of 0 was not recorded. `cluster` is the
    number of blocks that are compressed together, 1 for a file that is not compressed."""

    number: int
    kind: int
    encrypted: bool
    inline: int
    flags: int
    links: int
    size: int
    blocks: int
    atime: int
    atime_nano: int
    ctime: int
    ctime_nano: int
    mtime: int
    mtime_nano: int
    crtime: int
    crtime_nano: int
    parent: int
    name: bytes
    extra: int  # bytes of extra attributes
    direct: int  # block addresses in the inode itself
    algorithm: int
    cluster: int
    cluster_checked: bool  # compressed clusters carry a checksum
    checksum_ok: bool
    raw: bytes

    @property
    def compressed(self) -> bool:
        return self.cluster > 1

    @property
    def inline_at(self) -> int:
        return ADDRESSES_AT + self.extra + 4

    @property
    def inline_room(self) -> int:
        return 4 * (self.direct - 1)


def check_footer(raw: bytes, number: int, inode: int, place: int) -> None:
    """A node says of itself who it is, of which inode, and the how-many-th of its nodes. Raises ValueError."""
    found_number, found_inode, flag = struct.unpack_from("<III", raw, FOOTER)
    if (found_number, found_inode, flag >> 3) != (number, inode, place):
        raise ValueError(
            f"node {number} of inode {inode} (place {place}) is not where the node table says: "
            f"its block calls itself node {found_number} of inode {found_inode} (place {flag >> 3})"
        )


def parse_inode(raw: bytes, number: int, sb: Superblock) -> Inode:
    """An inode from its block, whose footer was checked before. Raises ValueError where its numbers cannot be."""
    mode, advise, inline, _, _, links, size, blocks, *times = _HEAD.unpack_from(raw)
    atime, ctime, mtime, atime_nano, ctime_nano, mtime_nano, generation, _, _, flags, parent, name_length = times
    extra, xattr, checksum_ok = 0, 50 if inline & (INLINE_XATTR | INLINE_NAMES) else 0, True
    crtime = crtime_nano = algorithm = log_cluster = 0
    clusters_checked = False
    if inline & EXTRA:
        extra, xattr_words = struct.unpack_from("<HH", raw, ADDRESSES_AT)
        if extra % 4 or not 4 <= extra <= 4 * ADDRESSES:
            raise ValueError(f"inode {number}: {extra} bytes of extra attributes are not possible")
        if sb.features & FLEXIBLE_XATTR:
            xattr = xattr_words
        if sb.features & INODE_CHECKSUM and extra >= 12:
            checksum_ok = _checksum(raw, number, generation, sb.uuid) == struct.unpack_from("<I", raw, 368)[0]
        if extra >= 24:
            crtime, crtime_nano = struct.unpack_from("<qI", raw, 372)
        if extra >= 36:
            algorithm, log_cluster, clusters_checked = raw[392], raw[393], bool(raw[394] & 1)
    direct = ADDRESSES - extra // 4 - xattr
    if direct < 1:
        raise ValueError(f"inode {number}: no room is left beside its attributes")
    cluster = 1
    if flags & COMPRESSION_FLAG and mode & FORMATS == REGULAR:
        if not 2 <= log_cluster <= 8:
            raise ValueError(f"inode {number}: clusters of 2^{log_cluster} blocks are not possible")
        cluster = 1 << log_cluster
        direct = direct // cluster * cluster
    if size > (direct + MOST_LEAVES * (PER_NODE // cluster * cluster)) * BLOCK:
        raise ValueError(f"inode {number}: a size of {size} bytes is more than a file can have")
    found = Inode(number, mode & FORMATS, bool(advise & ENCRYPTED), inline, flags, links, size, blocks, atime,
                  atime_nano, ctime, ctime_nano, mtime, mtime_nano, crtime, crtime_nano, parent,
                  raw[92 : 92 + min(name_length, 255)], extra, direct, algorithm, cluster, clusters_checked,
                  checksum_ok, raw)  # fmt: skip
    if inline & INLINE_DATA and size > found.inline_room:
        raise ValueError(f"inode {number}: {size} bytes do not fit into the inode that is said to hold them")
    return found


def _checksum(raw: bytes, number: int, generation: int, uuid: bytes) -> int:
    seed = checksum(struct.pack("<II", number, generation), checksum(uuid, 0xFFFFFFFF))
    return checksum(raw[372:BLOCK], checksum(bytes(4), checksum(raw[:368], seed)))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Block addresses that stand in one node: the file's blocks `first` and following. None: all are holes."""

    first: int
    count: int
    node: int
    addresses: tuple[int, ...] | None


class FileBlocks:
    """Where the blocks of one file are. `node_of(number, inode, place)` gives a node with its footer checked."""

    def __init__(self, inode: Inode, node_of: Callable[[int, int, int], bytes]) -> None:
        self._inode = inode
        self._node_of = node_of
        self._words = struct.unpack_from("<5I", inode.raw, 4052)
        self._per = PER_NODE // inode.cluster * inode.cluster
        self._last: Leaf | None = None
        self._above: tuple[int, int, tuple[int, ...]] | None = None  # (node, place, its words) of the last indirect one

    def leaf(self, index: int) -> Leaf:
        """The leaf that holds block `index` of the file. Raises ValueError."""
        last = self._last
        if last is not None and last.first <= index < last.first + last.count:
            return last
        direct = self._inode.direct
        if index < direct:
            at = ADDRESSES_AT + self._inode.extra
            found = Leaf(0, direct, self._inode.number, struct.unpack_from(f"<{direct}I", self._inode.raw, at))
        else:
            found = self._node_leaf((index - direct) // self._per)
        self._last = found
        return found

    def _node_leaf(self, number: int) -> Leaf:
        node, place, missing = self._find(number)
        if node:
            addresses = _WORDS.unpack_from(self._node_of(node, self._inode.number, place))[: self._per]
            return Leaf(self._inode.direct + number * self._per, self._per, node, addresses)
        first = number - (number - 2) % missing if missing > 1 else number
        return Leaf(self._inode.direct + first * self._per, self._per * missing, 0, None)

    def _find(self, leaf: int) -> tuple[int, int, int]:
        """(node or 0, its place in the file's order of nodes, how many leaves are missing together where it is 0) of
        the direct node number `leaf`."""
        if leaf < 2:
            return self._words[leaf], 1 + leaf, 1
        leaf -= 2
        if leaf < 2 * PER_NODE:
            half, inside = divmod(leaf, PER_NODE)
            above, holder = 3 + half * (PER_NODE + 1), self._words[2 + half]
        else:
            outer, inside = divmod(leaf - 2 * PER_NODE, PER_NODE)
            if outer >= PER_NODE:
                raise ValueError(f"inode {self._inode.number}: a block beyond the largest file")
            top = 5 + 2 * PER_NODE
            above = top + 1 + outer * (PER_NODE + 1)
            holder = self._below(self._words[4], top, outer, keep=False)
        return self._below(holder, above, inside), above + 1 + inside, 1 if holder else PER_NODE

    def _below(self, node: int, place: int, inside: int, *, keep: bool = True) -> int:
        """The number that stands at `inside` in an indirect node; 0 where there is none."""
        if not node:
            return 0
        if self._above is not None and self._above[:2] == (node, place):
            return self._above[2][inside]
        words = _WORDS.unpack_from(self._node_of(node, self._inode.number, place))
        if keep:
            self._above = (node, place, words)
        below: int = words[inside]
        return below

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf up to the file's size that is no hole as a whole. Raises ValueError."""
        blocks = -(-self._inode.size // BLOCK)
        index = 0
        while index < blocks:
            leaf = self.leaf(index)
            if leaf.addresses is not None:
                yield leaf
            index = leaf.first + leaf.count
