"""Where everything lies on an F2FS volume: the superblock, and the checkpoint that says which copies are the newest.

References: "F2FS: A New File System for Flash Storage" (FAST '15), on-disk layout; Linux kernel documentation, "WHAT IS
Flash-Friendly File System (F2FS)?"; the order of fields in superblock and checkpoint as in the kernel's header file.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 4096
PER_SEGMENT: Final = 512
MAGIC: Final = 0xF2F52010
SUPERBLOCKS: Final = (1024, BLOCK + 1024)
SUPERBLOCK_SIZE: Final = 3072
MOST_SEGMENTS: Final = 1 << 24  # 32 TiB
FIRST_BITMAP: Final = 192  # the least place of a checkpoint's checksum, and where the bitmaps begin
CLEAN, ORPHANS, COMPACT, FAST_BOOT, LARGE_NAT = 0x1, 0x2, 0x4, 0x20, 0x400
SUPER_CHECKSUM, INODE_CHECKSUM, FLEXIBLE_XATTR, CASEFOLD = 0x800, 0x20, 0x40, 0x1000
FEATURES: Final = (
    *((0x1, "encrypted"), (0x2, "zoned device"), (0x8, "extra attributes"), (0x10, "project quota")),
    *((0x20, "inode checksum"), (0x40, "flexible inline xattr"), (0x80, "quota"), (0x100, "creation time")),
    *((0x200, "lost+found"), (0x400, "verity"), (0x800, "superblock checksum"), (0x1000, "casefold")),
    *((0x2000, "compression"), (0x4000, "read-only")),
)


def checksum(data: bytes, seed: int = MAGIC) -> int:
    """The CRC-32 of F2FS: the usual polynomial, begun with `seed` and not inverted at its end."""
    return zlib.crc32(data, seed ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


class Blocks:
    """The blocks of a volume of `size` bytes behind `read_at(offset, size)`."""

    def __init__(self, read_at: Callable[[int, int], bytes], size: int) -> None:
        self.read_at = read_at
        self.size = size

    def read(self, block: int, count: int = 1) -> bytes:
        """Raises ValueError where the volume ends before."""
        if block < 0 or (block + count) * BLOCK > self.size:
            raise ValueError(f"block {block} is beyond the end of the volume")
        data = self.read_at(block * BLOCK, count * BLOCK)
        if len(data) != count * BLOCK:
            raise ValueError(f"block {block} cannot be read to its end")
        return data


@dataclass(frozen=True, slots=True)
class Superblock:
    """Block addresses and segment counts; `copy` is 0 or 1, `problems` what was wrong with the copy before it."""

    copy: int
    version: str
    block_count: int
    segments: int
    sit_segments: int
    nat_segments: int
    main_segments: int
    checkpoint: int
    sit: int
    nat: int
    ssa: int
    main: int
    root: int
    uuid: bytes
    label: str
    payload: int
    kernel: str
    features: int
    devices: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def main_end(self) -> int:
        return self.main + self.main_segments * PER_SEGMENT

    @property
    def feature_names(self) -> list[str]:
        return [name for bit, name in FEATURES if self.features & bit]


def read_superblock(blocks: Blocks) -> Superblock:
    """The first of the two copies that is sound. Raises ValueError when none is."""
    problems: list[str] = []
    for copy, at in enumerate(SUPERBLOCKS):
        raw = blocks.read_at(at, SUPERBLOCK_SIZE) if at + SUPERBLOCK_SIZE <= blocks.size else b""
        try:
            return _superblock(raw, copy, tuple(problems))
        except ValueError as error:
            problems.append(f"superblock {copy + 1} of 2: {error}")
    raise ValueError("; ".join(problems))


def _superblock(raw: bytes, copy: int, problems: tuple[str, ...]) -> Superblock:
    if len(raw) < SUPERBLOCK_SIZE or struct.unpack_from("<I", raw)[0] != MAGIC:
        raise ValueError("not an F2FS superblock")
    log_block, log_segment = struct.unpack_from("<II", raw, 16)
    if (log_block, log_segment) != (12, 9):
        raise ValueError(f"blocks of 2^{log_block} bytes, 2^{log_segment} to a segment, are not read")
    major, minor = struct.unpack_from("<HH", raw, 4)
    checked_to, block_count = struct.unpack_from("<IQ", raw, 32)
    segments, at_checkpoint, at_sit, at_nat, at_ssa, at_main = struct.unpack_from("<6I", raw, 48)
    _, checkpoint, sit, nat, ssa, main, root = struct.unpack_from("<7I", raw, 72)
    payload = struct.unpack_from("<I", raw, 1664)[0]
    features = struct.unpack_from("<I", raw, 2180)[0]
    checked = features & SUPER_CHECKSUM and checked_to == SUPERBLOCK_SIZE - 4
    if checked and checksum(raw[:checked_to]) != struct.unpack_from("<I", raw, checked_to)[0]:
        raise ValueError("its checksum does not match")
    areas = ((checkpoint, at_checkpoint), (sit, at_sit), (nat, at_nat), (ssa, at_ssa), (main, at_main))
    for (start, count), (following, _) in itertools.pairwise(areas):
        if start + count * PER_SEGMENT != following:
            raise ValueError("its areas do not follow one another")
    if at_checkpoint != 2 or checkpoint < 2 or segments > MOST_SEGMENTS or at_main > segments or payload > PER_SEGMENT:
        raise ValueError("its sizes are not possible")
    if at_sit % 2 or at_nat % 2 or not at_main or at_sit // 2 * PER_SEGMENT * 55 < at_main:
        raise ValueError("its tables do not fit its main area")
    paths = (raw[at : at + 64].rstrip(b"\0") for at in range(2201, 2745, 68))
    return Superblock(
        copy=copy,
        version=f"{major}.{minor}",
        block_count=block_count,
        segments=segments,
        sit_segments=at_sit,
        nat_segments=at_nat,
        main_segments=at_main,
        checkpoint=checkpoint,
        sit=sit,
        nat=nat,
        ssa=ssa,
        main=main,
        root=root,
        uuid=raw[108:124],
        label=raw[124:1148].decode("utf-16-le", "replace").partition("\0")[0],
        payload=payload,
        kernel=raw[1668:1924].partition(b"\0")[0].decode("ascii", "backslashreplace").strip(),
        features=features,
        devices=tuple(path.decode("utf-8", "backslashreplace") for path in paths if path),
        problems=problems,
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One of the two packs: `start` is its first block, `blocks` its length. `current` are the open segments,
    those of data (hot, warm, cold) and then those of nodes."""

    start: int
    version: int
    flags: int
    blocks: int
    summaries: int
    valid_blocks: int
    valid_nodes: int
    valid_inodes: int
    current: tuple[int, ...]
    nat_bitmap: bytes
    sit_bitmap: bytes

    @property
    def clean(self) -> bool:
        return bool(self.flags & CLEAN)


def read_checkpoints(blocks: Blocks, sb: Superblock) -> tuple[list[Checkpoint], list[str]]:
    """The sound packs, the newest first, and what is wrong with the others. Raises ValueError when none is sound."""
    packs, problems = [], []
    for number, start in enumerate((sb.checkpoint, sb.checkpoint + PER_SEGMENT), 1):
        try:
            packs.append(_pack(blocks, sb, start))
        except ValueError as error:
            problems.append(f"checkpoint {number} of 2: {error}")
    if not packs:
        raise ValueError("; ".join(problems))
    packs.sort(key=lambda pack: pack.version, reverse=True)
    return packs, problems


def _head(raw: bytes) -> int:
    """The version of a pack's first or last block, its checksum compared. Raises ValueError."""
    at: int = struct.unpack_from("<I", raw, 164)[0]
    if not FIRST_BITMAP <= at <= BLOCK - 4:
        raise ValueError("its checksum has no possible place")
    found = checksum(raw[:at])
    if at < BLOCK - 4:
        found = checksum(raw[at + 4 : BLOCK], found)
    if found != struct.unpack_from("<I", raw, at)[0]:
        raise ValueError("its checksum does not match")
    version: int = struct.unpack_from("<Q", raw)[0]
    return version


def _pack(blocks: Blocks, sb: Superblock, start: int) -> Checkpoint:
    raw = blocks.read(start, 1 + sb.payload)
    version = _head(raw[:BLOCK])
    flags, total, summaries, nodes, inodes, _, sit_size, nat_size, check_at = struct.unpack_from("<9I", raw, 132)
    if not 2 < total <= PER_SEGMENT or not sb.payload < summaries < total:
        raise ValueError(f"a length of {total} blocks is not possible")
    if _head(blocks.read(start + total - 1)) != version:
        raise ValueError("its end is of another version: it was not written to its end")
    if flags & LARGE_NAT:
        nat_at = FIRST_BITMAP + (4 if check_at == FIRST_BITMAP else 0)
        sit_at = nat_at + nat_size
    elif sb.payload:
        nat_at, sit_at = FIRST_BITMAP, BLOCK
    else:
        nat_at, sit_at = FIRST_BITMAP + sit_size, FIRST_BITMAP
    nat_bitmap, sit_bitmap = raw[nat_at : nat_at + nat_size], raw[sit_at : sit_at + sit_size]
    for bitmap, segments in ((nat_bitmap, sb.nat_segments), (sit_bitmap, sb.sit_segments)):
        if len(bitmap) * 8 < segments // 2 * PER_SEGMENT:
            raise ValueError("a bitmap is shorter than its table")
    current = (*struct.unpack_from("<3I", raw, 84), *struct.unpack_from("<3I", raw, 36))
    return Checkpoint(
        start=start,
        version=version,
        flags=flags,
        blocks=total,
        summaries=summaries,
        valid_blocks=struct.unpack_from("<Q", raw, 16)[0],
        valid_nodes=nodes,
        valid_inodes=inodes,
        current=current,
        nat_bitmap=nat_bitmap,
        sit_bitmap=sit_bitmap,
    )


def orphans(blocks: Blocks, sb: Superblock, pack: Checkpoint) -> list[int]:
    """Inodes that had lost their last name and were still in use when the checkpoint was written. Raises ValueError."""
    found: list[int] = []
    if pack.flags & ORPHANS:
        for block in range(pack.start + 1 + sb.payload, pack.start + pack.summaries):
            raw = blocks.read(block)
            count = struct.unpack_from("<I", raw, 4088)[0]
            if count > 1020 or checksum(raw[:4092]) != struct.unpack_from("<I", raw, 4092)[0]:
                raise ValueError(f"the list of orphans in block {block} is damaged")
            found += struct.unpack_from(f"<{count}I", raw)
    return found
