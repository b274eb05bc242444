"""What an APFS container says of itself: its checkpoints, its volumes, their snapshots. Files are read elsewhere.

References: "Apple File System Reference", Apple, 2020 (objects and their checksum, container superblock, object maps,
B-trees, volume superblock, snapshot metadata).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

ReadAt = Callable[[int, int], bytes]

MAGIC: Final = b"NXSB"
VOLUME_MAGIC: Final = b"APSB"
BLOCK_SIZES: Final = frozenset(1 << power for power in range(12, 17))
MOST_CHECKPOINT_BLOCKS: Final = 1 << 16
MOST_VOLUMES: Final = 100
MOST_NODES: Final = 10_000  # of one tree
DEEPEST: Final = 16
HEADER: Final = 56  # of a B-tree node, with its object header
ROOT, LEAF, FIXED = 1, 2, 4
SNAPSHOT: Final = 1  # the type of a snapshot's record, in the top four bits of its key
SNAPSHOT_TREE_AT: Final = 152
SNAPSHOTS_AT: Final = 216
UNENCRYPTED: Final = 1
SEALED: Final = 0x20
ROLES: Final = {
    0x01: "system", 0x02: "user", 0x04: "recovery", 0x08: "virtual memory", 0x10: "preboot", 0x20: "installer",
    0x40: "data", 0x80: "baseband", 0xC0: "update", 0x0100: "exclave", 0x0140: "hardware", 0x0180: "backup",
    0x0240: "enterprise", 0x02C0: "prelogin",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Superblock:
    """A container superblock: where it stands, its transaction, and where it leads. `sound`: its checksum holds."""

    block: int
    block_size: int
    blocks: int
    transaction: int
    map_block: int
    volume_ids: tuple[int, ...]
    uuid: str
    checkpoint: tuple[int, int]  # first block, blocks of the area of superblocks
    sound: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of a volume that was kept. `created` is nanoseconds since 1970 in UTC."""

    name: str
    transaction: int
    created: int


@dataclass(frozen=True, slots=True)
class ApfsVolume:
    """A volume superblock. `files` and the like are the volume's own counts; `snapshots` may be fewer than `kept`."""

    block: int
    name: str
    uuid: str
    role: str
    encrypted: bool
    sealed: bool
    files: int
    folders: int
    links: int
    kept: int
    made_by: str
    changed: int  # nanoseconds since 1970 in UTC
    snapshots: tuple[Snapshot, ...]
    raw: bytes


def checksum(block: bytes | bytearray) -> int:
    """The checksum of an object's block; its first 8 bytes, which hold it, are left out."""
    words: tuple[int, ...] = struct.unpack(f"<{len(block) // 4 - 2}I", block[8 : len(block) // 4 * 4])
    limit = 0xFFFFFFFF
    low = sum(words) % limit
    high = sum(word * left for word, left in zip(words, range(len(words), 0, -1), strict=True)) % limit
    first = limit - (low + high) % limit
    return (limit - (low + first) % limit) << 32 | first


def is_sound(block: bytes) -> bool:
    """Whether the stored checksum of a block is that of its bytes."""
    return len(block) >= HEADER and struct.unpack_from("<Q", block)[0] == checksum(block)


def without_snapshots(volume: ApfsVolume) -> bytes:
    """The block of a volume superblock as it would be without snapshots, for a reader that stumbles over them."""
    raw = bytearray(volume.raw)
    struct.pack_into("<Q", raw, SNAPSHOT_TREE_AT, 0)
    struct.pack_into("<Q", raw, SNAPSHOTS_AT, 0)
    struct.pack_into("<Q", raw, 0, checksum(raw))
    return bytes(raw)


def superblocks(read_at: ReadAt) -> list[Superblock]:
    """All container superblocks, the one of the last transaction first; the copy at the front is one of them.

    Raises ValueError where there is no container.
    """
    front = _superblock(read_at, 0, 4096)
    if front is None:
        raise ValueError("no APFS container superblock at the front")
    first, count = front.checkpoint
    area = range(max(1, first), first + min(count, MOST_CHECKPOINT_BLOCKS))
    others = (_superblock(read_at, block, front.block_size) for block in area)
    return sorted(
        (front, *(one for one in others if one is not None)),
        key=lambda one: (one.transaction, one.block != 0),
        reverse=True,
    )


def _superblock(read_at: ReadAt, block: int, size: int) -> Superblock | None:
    raw = read_at(block * size, size)
    if len(raw) < size or raw[32:36] != MAGIC:
        return None
    block_size, blocks = struct.unpack_from("<IQ", raw, 36)
    if block_size not in BLOCK_SIZES:
        return None
    if block == 0 and block_size != size:
        raw = read_at(0, block_size)
    if len(raw) != block_size:
        return None
    area, area_base = struct.unpack_from("<I", raw, 104)[0], struct.unpack_from("<Q", raw, 112)[0]
    if area >> 31 or area_base >> 48:
        area, area_base = 0, 0  # kept in a tree of its own: only the front is known
    ids = struct.unpack_from(f"<{MOST_VOLUMES}Q", raw, 184)
    return Superblock(
        block=block,
        block_size=block_size,
        blocks=blocks,
        transaction=struct.unpack_from("<Q", raw, 16)[0],
        map_block=struct.unpack_from("<Q", raw, 160)[0],
        volume_ids=tuple(one for one in ids if one),
        uuid=str(uuid.UUID(bytes=raw[72:88])),
        checkpoint=(area_base, area),
        sound=is_sound(raw),
        raw=raw,
    )


def volumes(read_at: ReadAt, container: Superblock) -> list[ApfsVolume]:
    """The volumes of a container, by one of its superblocks. Raises ValueError where that or the object map is bad."""
    if not container.sound:
        raise ValueError("its checksum is wrong")
    size = container.block_size
    raw = _block(read_at, container.map_block, size)
    if not is_sound(raw):
        raise ValueError("the container's object map is damaged")
    tree = struct.unpack_from("<Q", raw, 48)[0]
    places: dict[int, tuple[int, int]] = {}
    for key, value in _records(read_at, tree, size, 16, 16):
        oid, transaction = struct.unpack_from("<QQ", key)
        known = places.get(oid, (-1, 0))[0]
        if oid in container.volume_ids and known < transaction <= container.transaction:
            places[oid] = transaction, struct.unpack_from("<Q", value, 8)[0]
    if missing := [one for one in container.volume_ids if one not in places]:
        raise ValueError(f"the object map does not name volume {missing[0]}")
    return [_volume(read_at, places[one][1], size) for one in container.volume_ids]


def _volume(read_at: ReadAt, block: int, size: int) -> ApfsVolume:
    raw = _block(read_at, block, size)
    if raw[32:36] != VOLUME_MAGIC:
        raise ValueError(f"block {block} is no volume superblock")
    incompatible = struct.unpack_from("<Q", raw, 56)[0]
    files, folders, links, _, kept = struct.unpack_from("<5Q", raw, 184)
    changed, flags = struct.unpack_from("<QQ", raw, 256)
    role = struct.unpack_from("<H", raw, 964)[0]
    return ApfsVolume(
        block=block,
        name=_text(raw[704:960]),
        uuid=str(uuid.UUID(bytes=raw[240:256])),
        role=ROLES.get(role, f"role {role:#x}") if role else "",
        encrypted=not flags & UNENCRYPTED,
        sealed=bool(incompatible & SEALED),
        files=files,
        folders=folders,
        links=links,
        kept=kept,
        made_by=_text(raw[272:304]),
        changed=changed,
        snapshots=_snapshots(read_at, struct.unpack_from("<Q", raw, SNAPSHOT_TREE_AT)[0], size) if kept else (),
        raw=raw,
    )


def _snapshots(read_at: ReadAt, tree: int, size: int) -> tuple[Snapshot, ...]:
    """In the order in which they were made; fewer than the volume keeps where their tree is damaged."""
    found: list[Snapshot] = []
    try:
        for key, value in _records(read_at, tree, size, 8, 52):
            number = struct.unpack_from("<Q", key)[0]
            if number >> 60 == SNAPSHOT:
                length = struct.unpack_from("<H", value, 48)[0]
                created = struct.unpack_from("<Q", value, 16)[0]
                found.append(Snapshot(_text(value[50 : 50 + length]), number & (1 << 60) - 1, created))
    except ValueError:
        # How many are kept is told beside how many were found.
        return tuple(sorted(found, key=_transaction))
    return tuple(sorted(found, key=_transaction))


def _transaction(snapshot: Snapshot) -> int:
    return snapshot.transaction


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _block(read_at: ReadAt, number: int, size: int) -> bytes:
    if number >> 48 or len(raw := read_at(number * size, size)) < size:
        raise ValueError(f"block {number} lies beyond the end")
    return raw


def _records(read_at: ReadAt, root: int, size: int, key: int, value: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of each record of a tree whose nodes name each other by block; at least so many bytes of each.

    Raises ValueError where a node is damaged, or the tree is deeper or larger than such a tree can be.
    """
    waiting, seen = [(root, 0)], {root}
    while waiting:
        number, depth = waiting.pop()
        node = _block(read_at, number, size)
        if not is_sound(node) or depth > DEEPEST or len(seen) > MOST_NODES:
            raise ValueError(f"the tree's block {number} is damaged")
        flags = struct.unpack_from("<H", node, 32)[0]
        for found_key, found in _pairs(node, flags):
            if not flags & LEAF and len(found) >= 8:
                child = struct.unpack_from("<Q", found)[0]
                if child in seen:
                    raise ValueError(f"the tree's block {child} is met twice")
                seen.add(child)
                waiting.append((child, depth + 1))
            elif len(found_key) >= key and len(found) >= value:
                yield found_key, found


def _pairs(node: bytes, flags: int) -> Iterator[tuple[bytes, bytes]]:
    """(key and what follows, value and what follows) of each entry of a node that lies within it."""
    count, table, table_size = struct.unpack_from("<IHH", node, 36)
    keys = HEADER + table + table_size
    end = len(node) - (40 if flags & ROOT else 0)
    step = 4 if flags & FIXED else 8
    for at in range(HEADER + table, min(HEADER + table + count * step, len(node) - step + 1), step):
        if flags & FIXED:
            key, value = struct.unpack_from("<HH", node, at)
        else:
            key, _, value, _ = struct.unpack_from("<4H", node, at)
        if keys + key < end and 0 < value <= end:
            yield node[keys + key : end], node[end - value : end]
