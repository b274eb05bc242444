"""Apple disk images (DMG, "UDIF"): tables of stored, empty and compressed ranges behind a trailer at the end.

References: "Demystifying the DMG File Format", J. Levin (trailer "koly", tables "mish", types of ranges); "Modi (Mac OS
disk image types)", libyal/libmodi documentation.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import threading
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, NamedTuple

from parsers.adc import unpack_adc
from parsers.block_map import FARTHEST, Disk, ReadAt
from parsers.plist import read_plist

TRAILER: Final = 512
SIGNATURE: Final = b"koly"
ENCRYPTED_HEAD, ENCRYPTED_TAIL = b"encrcdsa", b"cdsaencr"
SPARSE_IMAGE: Final = b"sprs"
SECTOR: Final = 512
LARGEST_PLIST: Final = 64 << 20
MOST_RANGES: Final = 1 << 20
MOST_TABLES: Final = 4096
LARGEST_PACKED: Final = 64 << 20  # what one compressed range may take or give; makers use up to a few MiB
KEPT: Final = 16 << 20
ZERO, RAW, IGNORED, COMMENT, END = 0, 1, 2, 0x7FFF_FFFE, 0xFFFF_FFFF
ADC, ZLIB, BZIP2, LZFSE, LZMA = 0x8000_0004, 0x8000_0005, 0x8000_0006, 0x8000_0007, 0x8000_0008
NAMES: Final = {ADC: "ADC", ZLIB: "zlib", BZIP2: "bzip2", LZFSE: "LZFSE", LZMA: "LZMA"}


class _Range(NamedTuple):
    start: int  # byte of the media
    size: int
    kind: int
    offset: int  # byte of the image file
    stored: int


def trailer_at(read: ReadAt, file_size: int) -> int | None:
    """Where the trailer at the end of a file begins; None where there is none."""
    at = file_size - TRAILER
    return at if at >= 0 and read(at, 12) == SIGNATURE + struct.pack(">II", 4, TRAILER) else None


def is_encrypted(read: ReadAt, file_size: int) -> bool:
    """Whether the file is an encrypted disk image, of the old sort (told at its end) or the newer one."""
    return read(0, 8) == ENCRYPTED_HEAD or (file_size >= 8 and read(file_size - 8, 8) == ENCRYPTED_TAIL)


def read_udif(read: ReadAt, file_size: int) -> Disk:
    """The media of a disk image. Ranges that no table names read as zeros and are told. Raises ValueError."""
    at = trailer_at(read, file_size)
    if at is None:
        raise ValueError("it has no trailer of a disk image")
    raw = read(at, TRAILER)
    data_at, data_size = struct.unpack_from(">QQ", raw, 24)
    number, segments = struct.unpack_from(">II", raw, 56)
    plist_at, plist_size = struct.unpack_from(">QQ", raw, 216)
    (sectors,) = struct.unpack_from(">Q", raw, 492)
    if segments > 1:
        raise ValueError(f"it is part {number} of {segments} of a segmented image: not read")
    if not 0 < sectors < FARTHEST // SECTOR:
        raise ValueError(f"a media size of {sectors} sectors cannot be")
    if not plist_size:
        raise ValueError("it keeps its tables in a resource fork: not read")
    size = sectors * SECTOR
    found = _ranges(_tables(read, plist_at, plist_size), data_at, file_size)
    problems = _gaps(found, size) + _unreadable(found)
    media = _Media(size, found, read)
    kinds = sorted({NAMES[each.kind] for each in found if each.kind in NAMES})
    facts = {"compression": ", ".join(kinds) or "none", "data": f"{data_size} bytes"}
    return Disk(size, media.read_at, facts, problems)


def _tables(read: ReadAt, at: int, size: int) -> list[bytes]:
    if size > LARGEST_PLIST or at > FARTHEST:
        raise ValueError(f"a property list of {size} bytes is too large to be believed")
    raw = read(at, size)
    if len(raw) < size:
        raise ValueError("its property list goes beyond the end of the file: the file may have been cut")
    value: Any = read_plist(raw)
    for key in ("resource-fork", "blkx"):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, list) or not 0 < len(value) <= MOST_TABLES:
        raise ValueError("its property list holds no tables")
    tables = [each.get("Data") if isinstance(each, dict) else None for each in value]
    if not all(isinstance(table, bytes) for table in tables):
        raise ValueError("its property list holds a table without data")
    return [table for table in tables if isinstance(table, bytes)]


def _ranges(tables: list[bytes], data_at: int, file_size: int) -> list[_Range]:
    found: list[_Range] = []
    for table in tables:
        if len(table) < 204 or table[:4] != b"mish":
            raise ValueError("a table of ranges has no header")
        first, _count, offset = struct.unpack_from(">QQQ", table, 8)
        (count,) = struct.unpack_from(">I", table, 200)
        if count > (len(table) - 204) // 40 or len(found) + count > MOST_RANGES:
            raise ValueError(f"a table of {count} ranges is not all there")
        for at in range(204, 204 + 40 * count, 40):
            kind, sector, sectors, start, stored = struct.unpack_from(">I4xQQQQ", table, at)
            if kind == END:
                break
            if kind != COMMENT and sectors:
                place = (first + sector) * SECTOR, sectors * SECTOR
                found.append(_checked(_Range(*place, kind, data_at + offset + start, stored), file_size))
    found.sort()
    for before, after in pairwise(found):
        if before.start + before.size > after.start:
            raise ValueError(f"two ranges hold byte {after.start} of the media")
    return found


def _checked(each: _Range, file_size: int) -> _Range:
    if each.start + each.size > FARTHEST:
        raise ValueError(f"a range at byte {each.start} of the media cannot be")
    if each.kind in NAMES and max(each.size, each.stored) > LARGEST_PACKED:
        raise ValueError(f"a compressed range of {each.size} bytes is too large to be believed")
    return each


def _gaps(found: list[_Range], size: int) -> list[str]:
    covered = sum(min(each.start + each.size, size) - each.start for each in found if each.start < size)
    if covered == size:
        return []
    return [f"no table tells of {size - covered} of {size} bytes of the media: they read as zeros"]


def _unreadable(found: list[_Range]) -> list[str]:
    known = (ZERO, RAW, IGNORED, ADC, ZLIB, BZIP2, LZMA)
    other: dict[int, list[_Range]] = {}
    for each in found:
        if each.kind not in known:
            other.setdefault(each.kind, []).append(each)
    return [
        f"{len(ranges)} ranges ({sum(each.size for each in ranges)} bytes, the first at byte {ranges[0].start}) are "
        f"compressed with {NAMES.get(kind, f'type {kind:#x}')}: not read"
        for kind, ranges in sorted(other.items())
    ]


class _Media:
    """The ranges as bytes at an offset, for any thread; the ranges that were unpacked last are kept."""

    def __init__(self, size: int, ranges: list[_Range], read: ReadAt) -> None:
        self._size = size
        self._ranges = ranges
        self._starts = [each.start for each in ranges]
        self._read = read
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._kept_bytes = 0

    def read_at(self, offset: int, size: int) -> bytes:
        end = min(offset + size, self._size)
        parts: list[bytes] = []
        at = offset
        while 0 <= at < end:
            number = bisect_right(self._starts, at) - 1
            each = self._ranges[number] if number >= 0 else None
            if each is not None and at < each.start + each.size:
                length = min(each.start + each.size, end) - at
                parts.append(self._part(each, at, length))
            else:
                following = self._starts[number + 1] if number + 1 < len(self._starts) else end
                length = min(following, end) - at
                parts.append(bytes(length))
            at += length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _part(self, each: _Range, at: int, length: int) -> bytes:
        skip = at - each.start
        if each.kind in (ZERO, IGNORED):
            return bytes(length)
        if each.kind == RAW:
            there = max(0, min(length, each.stored - skip))
            data = self._read(each.offset + skip, there) if each.offset < FARTHEST else b""
            if len(data) != length:
                raise ValueError(f"byte {at + len(data)} of the media cannot be read: it is not in the file")
            return data
        try:
            return self._whole(each)[skip : skip + length]
        except ValueError as error:
            raise ValueError(f"byte {at} of the media cannot be read: {error}") from error

    def _whole(self, each: _Range) -> bytes:
        with self._lock:
            found = self._kept.get(each.start)
            if found is not None:
                self._kept.move_to_end(each.start)
                return found
        data = self._read(each.offset, each.stored) if each.offset < FARTHEST else b""
        if len(data) != each.stored:
            raise ValueError("its range is not in the file")
        found = _unpack(each.kind, data, each.size)
        with self._lock:
            if each.start not in self._kept:
                self._kept[each.start] = found
                self._kept_bytes += len(found)
            while self._kept_bytes > KEPT and len(self._kept) > 1:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        return found


def _unpack(kind: int, data: bytes, size: int) -> bytes:
    unpackers: dict[int, Callable[[], bytes]] = {
        ADC: lambda: unpack_adc(data, size),
        ZLIB: lambda: zlib.decompressobj().decompress(data, size),
        BZIP2: lambda: bz2.BZ2Decompressor().decompress(data, size),
        LZMA: lambda: lzma.LZMADecompressor(memlimit=1 << 30).decompress(data, size),
    }
    name = NAMES.get(kind, f"type {kind:#x}")
    if kind not in unpackers:
        raise ValueError(f"its range is compressed with {name}: not read")
    try:
        found = unpackers[kind]()
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
        raise ValueError(f"its range is compressed with {name} and damaged ({error})") from error
    if len(found) != size:
        raise ValueError(f"its range is compressed with {name} and gives {len(found)} of {size} bytes")
    return found
