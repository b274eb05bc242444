"""The bytes of a file of an F2FS volume: inside its inode, in blocks, in holes, or in compressed clusters.

References: Linux kernel documentation, "WHAT IS Flash-Friendly File System (F2FS)?" (compression implementation: a
cluster begins with a reserved address, its data with length and checksum); "LZ4 Block Format Description"; RFC 8878,
"Zstandard Compression and the 'application/zstd' Media Type".
"""

from __future__ import annotations

import struct
from typing import Final

import cramjam

from parsers.f2fs_layout import BLOCK, Blocks, Superblock, checksum
from parsers.f2fs_nodes import COMPRESSED, HOLE, INLINE_DATA, RESERVED, FileBlocks, Inode
from parsers.zstd_frame import unpack_frame

ALGORITHMS: Final = {0: "LZO", 1: "LZ4", 2: "ZSTD", 3: "LZO-RLE"}
LZ4, ZSTD = 1, 2
HEADER: Final = 24  # of a compressed cluster: length, checksum, reserved
MOST_AT_ONCE: Final = 1 << 20


def unreadable(inode: Inode) -> str:
    """Why the bytes of a file cannot be had, or ""."""
    if inode.encrypted:
        return "encrypted (file-based encryption)"
    if inode.compressed and inode.algorithm not in (LZ4, ZSTD) and inode.size:
        name = ALGORITHMS.get(inode.algorithm, f"method {inode.algorithm}")
        return f"may hold clusters compressed with {name}, which are not read"
    return ""


class FileData:
    """Bytes at an offset of one file."""

    def __init__(self, blocks: Blocks, sb: Superblock, inode: Inode, places: FileBlocks) -> None:
        self._blocks = blocks
        self._sb = sb
        self._inode = inode
        self._places = places
        self._last: tuple[int, bytes] = (-1, b"")  # the cluster that was unpacked last

    def read_at(self, offset: int, size: int) -> bytes:
        """At least one byte and at most `size` of them, none only at the end of the file. Raises ValueError."""
        size = min(size, self._inode.size - offset, MOST_AT_ONCE)
        if size <= 0 or offset < 0:
            return b""
        if self._inode.inline & INLINE_DATA:
            at = self._inode.inline_at + offset
            return self._inode.raw[at : at + size]
        if self._inode.compressed:
            index = offset // BLOCK // self._inode.cluster * self._inode.cluster
            if self._address(index) == COMPRESSED:
                data = self._cluster(index)[offset - index * BLOCK :][:size]
                if not data:
                    raise ValueError(f"inode {self._inode.number}: a cluster at block {index} unpacks to too little")
                return data
        return self._plain(offset, size)

    def _address(self, index: int) -> int:
        leaf = self._places.leaf(index)
        return leaf.addresses[index - leaf.first] if leaf.addresses is not None else HOLE

    def _plain(self, offset: int, size: int) -> bytes:
        index, inside = divmod(offset, BLOCK)
        leaf = self._places.leaf(index)
        at = index - leaf.first
        if leaf.addresses is None:
            return bytes(min(size, (leaf.count - at) * BLOCK - inside))
        addresses = leaf.addresses
        end = min(leaf.count, at + (inside + size + BLOCK - 1) // BLOCK)
        start, run = addresses[at], 1
        if start in (HOLE, RESERVED):
            while at + run < end and addresses[at + run] in (HOLE, RESERVED):
                run += 1
            return bytes(min(size, run * BLOCK - inside))
        while at + run < end and addresses[at + run] == start + run:
            run += 1
        self._check(start, run, index)
        wanted = min(size, run * BLOCK - inside)
        data = self._blocks.read_at(start * BLOCK + inside, wanted)
        if not data:
            raise ValueError(f"inode {self._inode.number}: block {start} is beyond the end of the volume")
        return data[:wanted]

    def _check(self, start: int, run: int, index: int) -> None:
        if not self._sb.main <= start <= self._sb.main_end - run:
            raise ValueError(f"inode {self._inode.number}: block {index} of the file has no possible place ({start})")
        if (start + run) * BLOCK > self._blocks.size:
            raise ValueError(f"inode {self._inode.number}: block {start} is beyond the end of the volume")

    def _cluster(self, index: int) -> bytes:
        at, data = self._last
        if at != index:
            data = self._unpack(index)
            self._last = (index, data)
        return data

    def _unpack(self, index: int) -> bytes:
        """The bytes of the compressed cluster that begins at block `index` of the file."""
        number, whole = self._inode.number, self._inode.cluster * BLOCK
        leaf = self._places.leaf(index)
        addresses = (leaf.addresses or ())[index - leaf.first :][1 : self._inode.cluster]
        packed = bytearray()
        for address in addresses:
            if address in (HOLE, RESERVED):
                break
            self._check(address, 1, index)
            packed += self._blocks.read(address)
        length, stored = struct.unpack_from("<II", packed.ljust(HEADER, b"\0"))
        if self._inode.algorithm not in (LZ4, ZSTD):
            raise ValueError(f"inode {number}: {unreadable(self._inode)}")
        if not 0 < length <= len(packed) - HEADER:
            raise ValueError(f"inode {number}: the cluster at block {index} says a length that it does not have")
        content = bytes(packed[HEADER : HEADER + length])
        if self._inode.cluster_checked and checksum(content) != stored:
            raise ValueError(f"inode {number}: the checksum of the cluster at block {index} does not match")
        data = bytearray(whole)
        try:
            if self._inode.algorithm == ZSTD:
                return unpack_frame(content, whole)
            data = data[: cramjam.lz4.decompress_block_into(content, data)]
        except (ValueError, cramjam.DecompressionError) as error:
            raise ValueError(f"inode {number}: the cluster at block {index} cannot be unpacked") from error
        return bytes(data)
