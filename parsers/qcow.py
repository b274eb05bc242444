"""QCOW disk images of versions 1, 2 and 3, with compressed clusters, subclusters and a backing file.

References: "Qcow2 Image File Format", QEMU documentation, docs/interop/qcow2.txt; "QEMU Copy-On-Write file format",
libyal/libqcow documentation (version 1); RFC 8878 for the blocks of a zstd frame.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from typing import Final, NamedTuple

from parsers.block_map import BEHIND, ZEROS, BlockMedia, Disk, Packed, Parent, ReadAt, Tables, check_geometry, numbers
from parsers.zstd_frame import unpack_frame

MAGIC: Final = b"QFI\xfb"
OFFSET: Final = 0x00FF_FFFF_FFFF_FE00
ZERO_FLAG, PACKED_FLAG = 1, 1 << 62
DIRTY, CORRUPT, DATA_FILE, COMPRESSION, SUBCLUSTERS = 1, 2, 4, 8, 16
KNOWN: Final = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | SUBCLUSTERS
ENCRYPTIONS: Final = {1: "AES", 2: "LUKS"}
LONGEST_NAME: Final = 1023
MOST_EXTENSIONS: Final = 100
BACKING_FORMAT: Final = 0xE279_2ACA
MOST_SNAPSHOTS_NAMED: Final = 20


class _Header(NamedTuple):
    version: int
    size: int
    cluster_bits: int
    second_count: int  # entries of a level 2 table
    first_at: int  # the level 1 table
    first_count: int
    backing: str
    crypt: int
    features: int = 0
    zstd: bool = False
    snapshots: int = 0
    snapshots_at: int = 0


def read_qcow(read: ReadAt, file_size: int) -> Disk:
    """The media of a QCOW file in its latest state. Raises ValueError."""
    raw = read(0, 112)
    if len(raw) < 48 or raw[:4] != MAGIC:
        raise ValueError("it has no QCOW header")
    (version,) = struct.unpack_from(">I", raw, 4)
    if version not in (1, 2, 3):
        raise ValueError(f"QCOW version {version} is not read")
    header = _version_1(read, raw) if version == 1 else _later(read, raw, version)
    _refuse(header)
    cluster = 1 << header.cluster_bits
    check_geometry(header.size, cluster)
    needed = -(-header.size // (cluster * header.second_count))
    if version > 1 and header.first_count < needed:
        raise ValueError(f"its first table has {header.first_count} entries, and the media need {needed}")
    first = numbers(read, header.first_at, needed, "Q", big=True)
    media = _media(read, header, first)
    facts = {"version": str(version), "cluster size": f"{cluster} bytes"}
    problems = ["it is marked as damaged by the program that wrote it"] if header.features & CORRUPT else []
    if text := media.strays(file_size):
        problems.append(text)
    parent = None
    if header.backing:
        parent = Parent(header.backing, format=_backing_format(read, raw, version))
        facts["backing file"] = header.backing
    return Disk(
        header.size,
        media.read_at,
        facts,
        problems,
        _snapshots(read, header),
        parent=parent,
        put_behind=media.put_behind,
    )


def _name(read: ReadAt, at: int, size: int) -> str:
    if not at:
        return ""
    if size > LONGEST_NAME:
        raise ValueError(f"a backing file name of {size} bytes cannot be")
    return read(at, size).decode("utf-8", "surrogateescape")


def _version_1(read: ReadAt, raw: bytes) -> _Header:
    name_at, name_size, size, cluster_bits, second_bits, crypt, first_at = struct.unpack_from(">QI4xQBB2xIQ", raw, 8)
    if not 9 <= cluster_bits <= 16 or not 6 <= second_bits <= 13:
        raise ValueError(f"clusters of 2^{cluster_bits} bytes and tables of 2^{second_bits} entries cannot be")
    return _Header(1, size, cluster_bits, 1 << second_bits, first_at, 0, _name(read, name_at, name_size), crypt)


def _later(read: ReadAt, raw: bytes, version: int) -> _Header:
    if len(raw) < 72:
        raise ValueError("its header is cut")
    name_at, name_size, cluster_bits, size, crypt, first_count, first_at, snapshots, snapshots_at = struct.unpack_from(
        ">QIIQIIQ12xIQ", raw, 8
    )
    if not 9 <= cluster_bits <= 21:
        raise ValueError(f"clusters of 2^{cluster_bits} bytes cannot be")
    features, compression = 0, 0
    if version == 3:
        if len(raw) < 104:
            raise ValueError("its header is cut")
        (features,) = struct.unpack_from(">Q", raw, 72)
        compression = raw[104] if features & COMPRESSION and len(raw) > 104 else 0
    if compression > 1:
        raise ValueError(f"compression of type {compression} is not read")
    entry = 16 if features & SUBCLUSTERS else 8
    backing = _name(read, name_at, name_size)
    second = (1 << cluster_bits) // entry
    return _Header(
        *(version, size, cluster_bits, second, first_at, first_count, backing, crypt, features),
        *(compression == 1, snapshots, snapshots_at),
    )


def _refuse(header: _Header) -> None:
    if header.crypt:
        raise ValueError(f"it is encrypted ({ENCRYPTIONS.get(header.crypt, header.crypt)}): not read")
    if header.features & DATA_FILE:
        raise ValueError("its data are in another file (an external data file): not read")
    if unknown := header.features & ~KNOWN:
        raise ValueError(f"it needs a feature that is not known here (bits {unknown:#x})")


def _snapshots(read: ReadAt, header: _Header) -> list[str]:
    if not header.snapshots:
        return []
    names = ", ".join(_snapshot_names(read, header)) or "their names cannot be read"
    return [f"snapshots inside are not read, only the latest state is; there are {header.snapshots}: {names}"]


def _snapshot_names(read: ReadAt, header: _Header) -> list[str]:
    names, at = [], header.snapshots_at
    for _ in range(min(header.snapshots, MOST_SNAPSHOTS_NAMED)):
        raw = read(at, 40)
        if len(raw) < 40:
            break
        id_size, name_size = struct.unpack_from(">HH", raw, 12)
        (extra,) = struct.unpack_from(">I", raw, 36)
        name = read(at + 40 + extra + id_size, min(name_size, 100)).decode("utf-8", "replace")
        names.append(repr(name))
        at += -(-(40 + extra + id_size + name_size) // 8) * 8
    if header.snapshots > MOST_SNAPSHOTS_NAMED:
        names.append("…")
    return names


def _backing_format(read: ReadAt, raw: bytes, version: int) -> str:
    """What the header says the backing file is ("raw", "qcow2"), else ""."""
    at = struct.unpack_from(">I", raw, 100)[0] if version == 3 else 72
    for _ in range(MOST_EXTENSIONS if version > 1 else 0):
        head = read(at, 8)
        if len(head) < 8:
            return ""
        kind, size = struct.unpack(">II", head)
        if kind == 0:
            return ""
        if kind == BACKING_FORMAT:
            return read(at + 8, min(size, 16)).decode("ascii", "replace")
        at += 8 + -(-size // 8) * 8
    return ""


def _media(read: ReadAt, header: _Header, first: array[int]) -> BlockMedia:
    """Blocks are clusters, or subclusters where the image has them."""
    tables = Tables(read, header.second_count * (2 if header.features & SUBCLUSTERS else 1), "Q", big=True)
    per, bits, cluster = header.second_count, header.cluster_bits, 1 << header.cluster_bits
    mask = OFFSET if header.version > 1 else (1 << 63) - 1

    def plain(number: int) -> int | Packed:
        table = first[number // per] & mask
        entry = tables.at(table)[number % per] if table else 0
        if header.version == 1:
            return _place_1(entry, bits)
        if entry & PACKED_FLAG:
            return _packed(entry, bits)
        if entry & ZERO_FLAG and header.version == 3:
            return ZEROS
        return entry & OFFSET or BEHIND

    def within(number: int) -> int | Packed:
        whole, part = divmod(number, 32)
        table = first[whole // per] & mask
        if not table:
            return BEHIND
        entries = tables.at(table)
        entry, states = entries[whole % per * 2], entries[whole % per * 2 + 1]
        if entry & PACKED_FLAG:
            return Packed(*_packed(entry, bits)[:2], part)
        if states >> 32 + part & 1:
            return ZEROS
        return (entry & OFFSET) + part * (cluster // 32) if states >> part & 1 else BEHIND

    def unpack(place: Packed) -> bytes:
        data = read(place.offset, place.size)
        whole = unpack_frame(data, cluster) if header.zstd else _inflate(data, cluster)
        return whole[place.part * (cluster // 32) :]

    if header.features & SUBCLUSTERS:
        if cluster < 1 << 14:
            raise ValueError(f"clusters of {cluster} bytes cannot have subclusters")
        return BlockMedia(header.size, cluster // 32, within, read, unpack)
    return BlockMedia(header.size, cluster, plain, read, unpack)


def _place_1(entry: int, bits: int) -> int | Packed:
    if not entry >> 63:
        return entry or BEHIND
    size = entry >> (63 - bits) & ((1 << bits) - 1)
    return Packed(entry & ((1 << (63 - bits)) - 1), size)


def _packed(entry: int, bits: int) -> Packed:
    shift = 62 - (bits - 8)
    offset = entry & ((1 << shift) - 1)
    sectors = (entry >> shift & ((1 << (bits - 8)) - 1)) + 1
    return Packed(offset, sectors * 512 - (offset & 511))


def _inflate(data: bytes, size: int) -> bytes:
    inflater = zlib.decompressobj(-12)
    try:
        found = inflater.decompress(data, size)
    except zlib.error as error:
        raise ValueError(f"a compressed cluster is damaged ({error})") from error
    if len(found) != size:
        raise ValueError(f"a compressed cluster gives {len(found)} of {size} bytes")
    return found
