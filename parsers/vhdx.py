"""VHDX disk images: fixed, dynamic and differencing. The log is not replayed; where it holds something, that is said.

References: [MS-VHDX] "Virtual Hard Disk v2 (VHDX) File Format", Microsoft (headers, region table, block allocation
table, metadata, parent locator, sector bitmaps); RFC 3720, appendix B.4, for CRC-32C.
"""

from __future__ import annotations

import struct
import uuid
from array import array
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from parsers.block_map import BEHIND, ZEROS, BlockMedia, Disk, Parent, ReadAt, Tables, check_geometry, numbers

SIGNATURE: Final = b"vhdxfile"
HEADERS_AT: Final = (1 << 16, 2 << 16)
REGIONS_AT: Final = (3 << 16, 4 << 16)
MIB: Final = 1 << 20
MOST_ENTRIES: Final = 2047
MOST_METADATA: Final = 1 << 20
MOST_BLOCKS: Final = 8 << 20
PARTIAL, PRESENT = 7, 6

BAT: Final = "2dc27766-f623-4200-9d64-115e9bfd4a08"
METADATA: Final = "8b7ca206-4790-4b9a-b8fe-575f050f886e"
PARAMETERS: Final = "caa16737-fa36-4d43-b3b6-33f0aa44e76b"
SIZE: Final = "2fa54224-cd1b-4876-b211-5dbed83bf4b8"
IDENTITY: Final = "beca12ab-b2e6-4523-93ef-c309e000c746"
SECTOR: Final = "8141bf1d-a96f-4709-ba47-f233a8faab5f"
LOCATOR: Final = "a8d35f2d-b30b-454d-abf7-d3d84834ab0c"


class _Header(NamedTuple):
    sequence: int
    data_write: str
    log: str


class _Geometry(NamedTuple):
    size: int
    block: int
    sector: int
    child: bool
    fixed: bool


@cache
def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F6_3B78 if value & 1 else 0)
        table.append(value)
    return table


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum that VHDX uses."""
    table = _crc_table()
    value = 0xFFFF_FFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value ^ 0xFFFF_FFFF


def _guid(raw: bytes) -> str:
    return str(uuid.UUID(bytes_le=raw))


def _sound(raw: bytes, signature: bytes, size: int) -> bool:
    """Whether a structure is all there and its checksum (at byte 4, taken as zero) fits."""
    if len(raw) != size or raw[:4] != signature:
        return False
    return bool(crc32c(raw[:4] + bytes(4) + raw[8:]) == struct.unpack_from("<I", raw, 4)[0])


def read_vhdx(read: ReadAt, file_size: int) -> Disk:
    """The media of a VHDX file. Raises ValueError."""
    if read(0, 8) != SIGNATURE:
        raise ValueError("it has no VHDX signature")
    problems: list[str] = []
    notes: list[str] = []
    header = _header(read, notes)
    regions = _regions(read, notes)
    for needed, name in ((BAT, "block allocation table"), (METADATA, "metadata")):
        if needed not in regions:
            raise ValueError(f"its region table names no {name}")
    items = _items(read, *regions[METADATA])
    geometry = _geometry(items)
    if int(header.log.replace("-", ""), 16):
        problems.append(
            "it was not closed cleanly: its log holds changes that were not applied here, so parts may be out of date"
        )
    table = _table(read, regions[BAT], geometry)
    if geometry.child:
        locate, unit = _by_sector(table, geometry, read), geometry.sector
    else:
        locate, unit = _whole(table, geometry), geometry.block
    media = BlockMedia(geometry.size, unit, locate, read)
    if text := _beyond(table, geometry, file_size):
        problems.append(text)
    facts = {
        "disk type": "differencing" if geometry.child else "fixed" if geometry.fixed else "dynamic",
        "block size": f"{geometry.block} bytes",
        "sector size": f"{geometry.sector} bytes",
    }
    if len(items.get(IDENTITY, b"")) == 16:
        facts["identifier"] = _guid(items[IDENTITY])
    parent = _parent(items.get(LOCATOR, b"")) if geometry.child else None
    return Disk(geometry.size, media.read_at, facts, problems, notes, header.data_write, parent, media.put_behind)


def _header(read: ReadAt, notes: list[str]) -> _Header:
    """The sound header with the higher sequence number."""
    raws = [read(at, 4096) for at in HEADERS_AT]
    sound = [raw for raw in raws if _sound(raw, b"head", 4096)]
    if not sound:
        raise ValueError("neither of its two headers is sound")
    if len(sound) < len(raws) and any(any(raw) for raw in raws if raw not in sound):
        notes.append("one of its two headers is damaged; the other was used")
    (version,) = struct.unpack_from("<H", sound[0], 66)
    if version != 1:
        raise ValueError(f"VHDX version {version} is not read")
    found = [_Header(struct.unpack_from("<Q", raw, 8)[0], _guid(raw[32:48]), _guid(raw[48:64])) for raw in sound]
    return max(found, key=lambda header: header.sequence)


def _regions(read: ReadAt, notes: list[str]) -> dict[str, tuple[int, int]]:
    """(byte, length) of each region by its identifier."""
    for number, at in enumerate(REGIONS_AT):
        raw = read(at, 1 << 16)
        if not _sound(raw, b"regi", 1 << 16):
            continue
        if number:
            notes.append("the first region table is damaged; its copy was used")
        count = min(struct.unpack_from("<I", raw, 8)[0], MOST_ENTRIES)
        entries = [raw[start : start + 32] for start in range(16, 16 + 32 * count, 32)]
        return {_guid(entry[:16]): struct.unpack_from("<QI", entry, 16) for entry in entries}
    raise ValueError("neither of its two region tables is sound")


def _items(read: ReadAt, at: int, length: int) -> dict[str, bytes]:
    """The metadata items by their identifier."""
    head = read(at, 1 << 16)
    if len(head) < 1 << 16 or head[:8] != b"metadata":
        raise ValueError(f"it has no metadata table at byte {at}")
    count = min(struct.unpack_from("<H", head, 10)[0], MOST_ENTRIES)
    items = {}
    for start in range(32, 32 + 32 * count, 32):
        offset, size = struct.unpack_from("<II", head, start + 16)
        if size <= min(MOST_METADATA, length) and offset + size <= length:
            items[_guid(head[start : start + 16])] = read(at + offset, size)
    return items


def _geometry(items: dict[str, bytes]) -> _Geometry:
    lengths = {PARAMETERS: 8, SIZE: 8, SECTOR: 4}
    if any(len(items.get(item, b"")) < length for item, length in lengths.items()):
        raise ValueError("its metadata lack the size of the media, of the blocks or of the sectors")
    block, flags = struct.unpack_from("<II", items[PARAMETERS])
    (size,) = struct.unpack_from("<Q", items[SIZE])
    (sector,) = struct.unpack_from("<I", items[SECTOR])
    check_geometry(size, block, smallest=MIB)
    if sector not in (512, 4096):
        raise ValueError(f"a sector size of {sector} bytes cannot be")
    return _Geometry(size, block, sector, bool(flags & 2), bool(flags & 1))


def _ratio(geometry: _Geometry) -> int:
    """After so many payload blocks, one entry of the table is for their sector bitmap."""
    return (geometry.sector << 23) // geometry.block


def _table(read: ReadAt, region: tuple[int, int], geometry: _Geometry) -> array[int]:
    blocks, ratio = -(-geometry.size // geometry.block), _ratio(geometry)
    if blocks > MOST_BLOCKS:
        raise ValueError(f"a table of {blocks} blocks is too large to be believed")
    entries = -(-blocks // ratio) * (ratio + 1) if geometry.child else blocks + (blocks - 1) // ratio
    if entries * 8 > region[1]:
        raise ValueError(f"its table of {region[1]} bytes is too short for {entries} entries")
    return numbers(read, region[0], entries, "Q", big=False)


def _whole(table: array[int], geometry: _Geometry) -> Callable[[int], int]:
    ratio = _ratio(geometry)

    def locate(number: int) -> int:
        entry = table[number + number // ratio]
        if entry & 7 == PARTIAL:
            raise ValueError("a block is marked as partly the parent's in an image without a parent")
        return entry >> 20 << 20 if entry & 7 == PRESENT else ZEROS

    return locate


def _by_sector(table: array[int], geometry: _Geometry, read: ReadAt) -> Callable[[int], int]:
    """A partly present block has a bit for each sector; one that is not set is the parent's."""
    ratio, per_block = _ratio(geometry), geometry.block // geometry.sector
    bitmaps = Tables(read, per_block // 8, "B", big=False)

    def locate(number: int) -> int:
        block, sector = divmod(number, per_block)
        chunk, within = divmod(block, ratio)
        entry = table[block + chunk]
        state = entry & 7
        if state == 0:
            return BEHIND
        if state not in (PRESENT, PARTIAL):
            return ZEROS
        if state == PARTIAL:
            bitmap = table[chunk * (ratio + 1) + ratio]
            if bitmap & 7 != PRESENT:
                raise ValueError("the bitmap that says which sectors are the parent's is not there")
            bits = bitmaps.at((bitmap >> 20 << 20) + within * per_block // 8)
            if not bits[sector >> 3] & 1 << (sector & 7):
                return BEHIND
        return (entry >> 20 << 20) + sector * geometry.sector

    return locate


def _beyond(table: array[int], geometry: _Geometry, file_size: int) -> str:
    ratio = _ratio(geometry)
    last = file_size - geometry.block
    missing = sum(
        entry & 7 in (PRESENT, PARTIAL) and entry >> 20 << 20 > last
        for place, entry in enumerate(table)
        if place % (ratio + 1) != ratio
    )
    if not missing:
        return ""
    return f"{missing} blocks stand beyond the end of the file ({file_size} bytes): they cannot be read"


def _parent(raw: bytes) -> Parent:
    """The name by which the parent locator finds the parent: the relative one before the absolute ones."""
    pairs: dict[str, str] = {}
    if len(raw) >= 20:
        (count,) = struct.unpack_from("<H", raw, 18)
        for at in range(20, min(20 + 12 * count, len(raw) - 11), 12):
            key_at, value_at, key_size, value_size = struct.unpack_from("<IIHH", raw, at)
            key = raw[key_at : key_at + key_size].decode("utf-16-le", "replace")
            pairs[key] = raw[value_at : value_at + value_size].decode("utf-16-le", "replace")
    names = (pairs.get(key, "") for key in ("relative_path", "absolute_win32_path", "volume_path"))
    return Parent(next(filter(None, names), ""), pairs.get("parent_linkage", "").strip("{}").lower())
