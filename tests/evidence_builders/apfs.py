"""Small APFS containers: an empty one by mkapfs, with the records of made-up files put into its one tree node.

References: "Apple File System Reference", Apple, 2020 (file-system records, B-tree nodes, extended fields).
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from parsers.apfs import checksum, superblocks, volumes
from tests.evidence_builders.images import run_tool

BLOCK = 4096
CONTAINER = 128 << 20  # mkapfs makes no smaller ones
FIRST_DATA = 30_000  # a block that mkapfs leaves free
INODE, XATTR, STREAM, EXTENT, NAME = 3, 4, 6, 8, 9
FOLDER, REGULAR, LINK, PIPE = 0o40755, 0o100644, 0o120755, 0o10644


@dataclass
class Made:
    """A file to be put into a container; `attributes` are extended ones that are kept beside the inode."""

    name: str
    number: int
    parent: int = 2
    mode: int = REGULAR
    data: bytes = b""
    attributes: dict[str, bytes] = field(default_factory=dict)
    times: tuple[int, int, int, int] = (10**18, 10**18 + 1, 10**18 + 2, 10**18 + 3)
    added: int = 10**18 + 4
    also: tuple[tuple[int, str], ...] = ()  # (parent, name) of further names


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value


def _key(number: int, kind: int, rest: bytes = b"") -> bytes:
    return struct.pack("<Q", number | kind << 60) + rest


def _name(parent: int, name: str, number: int, added: int, mode: int) -> tuple[bytes, bytes]:
    raw = name.encode() + b"\0"
    folded = crc32c(name.lower().encode("utf-32-le")) & 0x3FFFFF
    key = _key(parent, NAME, struct.pack("<I", len(raw) | folded << 10) + raw)
    return key, struct.pack("<QQH", number, added, mode >> 12)


def _fields(name: str, data: bytes) -> bytes:
    raw = name.encode() + b"\0"
    values = [(4, 2, raw)]
    if data:
        full = -(-len(data) // BLOCK) * BLOCK
        values.append((8, 0x20, struct.pack("<QQQQQ", len(data), full, 0, len(data), 0)))
    heads = b"".join(struct.pack("<BBH", kind, flags, len(value)) for kind, flags, value in values)
    bodies = b"".join(value.ljust(-(-len(value) // 8) * 8, b"\0") for _, _, value in values)
    return struct.pack("<HH", len(values), len(bodies)) + heads + bodies


def _records(made: Made, block: int) -> list[tuple[bytes, bytes]]:
    created, modified, changed, accessed = made.times
    packed = made.attributes.get("com.apple.decmpfs", b"")
    inode = struct.pack("<QQ4QQiIIIIIHHQ", made.parent, made.number, created, modified, changed, accessed,
                        0x40000 if packed else 0, 1 + len(made.also), 0, 0, 0x20 if packed else 0, 501, 20,
                        made.mode, 0, struct.unpack_from("<Q", packed, 8)[0] if packed else 0)  # fmt: skip
    rows = [(_key(made.number, INODE), inode + _fields(made.name, made.data))]
    names = ((made.parent, made.name), *made.also)
    rows += [_name(parent, name, made.number, made.added, made.mode) for parent, name in names]
    for name, value in made.attributes.items():
        raw = name.encode() + b"\0"
        rows.append(
            (_key(made.number, XATTR, struct.pack("<H", len(raw)) + raw), struct.pack("<HH", 2, len(value)) + value)
        )
    if made.data:
        full = -(-len(made.data) // BLOCK) * BLOCK
        rows.append((_key(made.number, STREAM), struct.pack("<I", 1)))
        rows.append((_key(made.number, EXTENT, bytes(8)), struct.pack("<QQQ", full, block, 0)))
    return rows


def packed(data: bytes) -> bytes:
    """The attribute of a file that is compressed with zlib beside its inode."""
    return b"fpmc" + struct.pack("<IQ", 3, len(data)) + zlib.compress(data)


def apfs_image(path: Path, files: list[Made], *, counted: int | None = None) -> Path:
    """A container of one volume "Example" with these files; `counted` is the number of files that it claims."""
    path.write_bytes(b"")
    os.truncate(path, CONTAINER)
    run_tool("mkapfs", "-L", "Example", path)
    with path.open("r+b") as image:

        def read_at(offset: int, size: int) -> bytes:
            image.seek(offset)
            return image.read(size)

        def write(number: int, raw: bytes | bytearray) -> None:
            image.seek(number * BLOCK)
            image.write(raw)

        volume = volumes(read_at, superblocks(read_at)[0])[0]
        root = _root_node(read_at, volume.raw)
        rows = _present(read_at(root * BLOCK, BLOCK))
        at = FIRST_DATA
        for made in files:
            rows += _records(made, at)
            write(at, made.data)
            at += -(-len(made.data) // BLOCK)
        write(root, _node(read_at(root * BLOCK, BLOCK), rows))
        raw = bytearray(volume.raw)
        regular = sum(made.mode & 0o170000 == 0o100000 for made in files)
        struct.pack_into("<Q", raw, 184, regular if counted is None else counted)
        write(volume.block, sealed(raw))
    return path


def sealed(raw: bytearray) -> bytearray:
    """A block with the checksum that its bytes give."""
    struct.pack_into("<Q", raw, 0, checksum(raw))
    return raw


def _root_node(read_at, volume: bytes) -> int:
    """The block of the one node of a volume's tree, by the one record of its object map."""
    mapping = struct.unpack_from("<Q", volume, 128)[0]
    tree = struct.unpack_from("<Q", read_at(mapping * BLOCK, BLOCK), 48)[0]
    node = read_at(tree * BLOCK, BLOCK)
    value = struct.unpack_from("<HH", node, 56 + struct.unpack_from("<H", node, 40)[0])[1]
    return struct.unpack_from("<Q", node, BLOCK - 40 - value + 8)[0]


def _present(node: bytes) -> list[tuple[bytes, bytes]]:
    count, table, size = struct.unpack_from("<IHH", node, 36)
    places = [struct.unpack_from("<4H", node, 56 + table + 8 * number) for number in range(count)]
    keys = 56 + table + size
    return [
        (node[keys + key : keys + key + key_size], node[BLOCK - 40 - value : BLOCK - 40 - value + value_size])
        for key, key_size, value, value_size in places
    ]


def _node(node: bytes, rows: list[tuple[bytes, bytes]]) -> bytearray:
    """The same node with these rows instead of its own."""

    def order(row: tuple[bytes, bytes]) -> tuple[int, int, int, bytes]:
        head = struct.unpack_from("<Q", row[0])[0]
        hashed = struct.unpack_from("<I", row[0], 8)[0] >> 10 if head >> 60 == NAME else 0
        return head & (1 << 60) - 1, head >> 60, hashed, row[0]

    rows = sorted(rows, key=order)
    table, keys, values = b"", b"", b""
    for key, value in rows:
        table += struct.pack("<4H", len(keys), len(key), len(values) + len(value), len(value))
        keys += key
        values = value + values
    room = BLOCK - 56 - 40 - len(table) - len(keys) - len(values)
    assert room >= 0, "more than one node holds"
    head = node[:36] + struct.pack("<IHHHHHHHH", len(rows), 0, len(table), len(keys), room, 0xFFFF, 0, 0xFFFF, 0)
    info = node[-40:-24] + struct.pack("<IIQQ", max(len(key) for key, _ in rows),
                                       max(len(value) for _, value in rows), len(rows), 1)  # fmt: skip
    return sealed(bytearray(head + table + keys + bytes(room) + values + info))
