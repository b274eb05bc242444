"""The directory of a zip archive: where it is, and what each of its records says.

The directory is walked with an own reader: one record that lies costs itself (the standard library gives up the whole
archive for one name that is no UTF-8, and cuts names at a NUL), and half a million records need no memory.

References: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification" 6.3.10, sections 4.3, 4.4, 4.5, appendix D;
Info-ZIP, "proginfo/extrafld.txt" (extra fields 0x5455, 0x7075, 0x000a).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from evidence_store.records import Moment
from extractors.sources.names import original
from parsers.times import from_local, from_unix

ReadAt = Callable[[int, int], bytes]

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
_TAIL: Final = 1 << 20  # the end record may be followed by a comment of 64 KiB, and by junk
_CHUNK: Final = 1 << 20
_LONGEST_RECORD: Final = 46 + 3 * 0xFFFF
_CENTRAL: Final = struct.Struct("<4sBBHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_END_64: Final = struct.Struct("<4sQHHIIQQQQ")
_DOS_SYSTEMS: Final = (0, 6, 10, 11, 14)  # their names may be divided by backslashes
_FILETIME_EPOCH_US: Final = 11_644_473_600_000_000


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the records start, how many there should be, and what stands before and after the archive (bytes)."""

    start: int
    count: int
    prefix: int
    trailing: int
    comment: bytes
    wide: bool  # zip64: `count` is exact, else modulo 65,536


class Member(NamedTuple):
    """A directory record as stored; `header` is the local header's offset in the file."""

    name: bytes
    flags: int
    method: int
    dos_time: int
    dos_date: int
    crc: int
    packed: int
    size: int
    header: int
    extra: bytes
    system: int
    mode: int
    disk: int = 0


def find_directory(read_at: ReadAt, total: int) -> Directory | None:
    """The last end record that a directory goes with, or None."""
    base = max(0, total - _TAIL)
    tail = read_at(base, total - base)
    at = len(tail)
    while (at := tail.rfind(END, 0, at)) >= 0:
        if len(tail) - at >= _END.size and (found := _directory(read_at, total, base + at, tail[at : at + _END.size])):
            return found
    return None


def _directory(read_at: ReadAt, total: int, at: int, record: bytes) -> Directory | None:
    """The directory that the end record at `at` speaks of, if it is there."""
    _, _, _, _, count, size, offset, comment_size = _END.unpack(record)
    after, wide = at, False
    comment = read_at(at + _END.size, comment_size)
    locator = read_at(at - 20, 20) if at >= 20 else b""
    if locator[:4] == b"PK\x06\x07":
        for place in (at - 20 - _END_64.size, int.from_bytes(locator[8:16], "little")):
            wider = read_at(place, _END_64.size) if 0 <= place < total else b""
            if wider[:4] == b"PK\x06\x06" and len(wider) == _END_64.size:
                count, size, offset = _END_64.unpack(wider)[7:]
                after, wide = place, True
                break
    starts = {after - size: after - size - offset, offset: 0}
    trailing = max(0, total - at - _END.size - comment_size)
    for start, prefix in starts.items():
        if start < 0 or prefix < 0 or start > at:
            continue
        # A local header at the very start that this directory does not know of: the end record of an inner archive.
        if prefix and read_at(0, 4) == LOCAL:
            continue
        if read_at(start, 4) == (CENTRAL if count else read_at(after, 4)):
            return Directory(start, count, prefix, trailing, comment, wide)
    return None


def records(read_at: ReadAt, directory: Directory) -> Iterator[Member]:
    """Each directory record in stored order, up to the first that is none."""
    unpack, prefix = _CENTRAL.unpack_from, directory.prefix
    buffer, base, at, last = b"", directory.start, 0, False
    while True:
        if not last and len(buffer) - at < _LONGEST_RECORD:
            base, at = base + at, 0
            buffer = read_at(base, _CHUNK)
            last = len(buffer) < _CHUNK
        if buffer[at : at + 4] != CENTRAL or len(buffer) - at < _CENTRAL.size:
            return
        (_, _, system, _, flags, method, time, date, crc, packed, size, name_size, extra_size, comment_size, disk, _,
         attributes, header) = unpack(buffer, at)  # fmt: skip
        at += _CENTRAL.size
        name = buffer[at : at + name_size]
        at += name_size
        extra = buffer[at : at + extra_size]
        at += extra_size + comment_size
        if at > len(buffer):
            return
        if 0xFFFFFFFF in (packed, size, header) or disk == 0xFFFF:
            size, packed, header, disk = _wide(extra, size, packed, header, disk)
        mode = attributes >> 16 if system in (3, 19) else 0
        yield Member(name, flags, method, time, date, crc, packed, size, header + prefix, extra, system, mode, disk)


def _wide(extra: bytes, size: int, packed: int, header: int, disk: int) -> tuple[int, int, int, int]:
    """Replaces the values that say "too large" by those of the zip64 field, as far as it goes."""
    field = extra_field(extra, 0x0001) or b""
    values = [size, packed, header]
    at = 0
    for place, value in enumerate(values):
        if value == 0xFFFFFFFF and at + 8 <= len(field):
            values[place] = int.from_bytes(field[at : at + 8], "little")
            at += 8
    if disk == 0xFFFF and at + 4 <= len(field):
        disk = int.from_bytes(field[at : at + 4], "little")
    return values[0], values[1], values[2], disk


def extra_field(extra: bytes, wanted: int) -> bytes | None:
    """The first extra field of that number, or None."""
    at = 0
    while at + 4 <= len(extra):
        number, size = struct.unpack_from("<HH", extra, at)
        if number == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return None


def member_name(member: Member) -> tuple[str, str]:
    """(name, note): the name as text, '/'-separated; bytes that do not decode are surrogates. Not yet made safe."""
    note = ""
    if member.name.isascii():
        text = member.name.decode("ascii")
    elif member.flags & 0x800:
        text = member.name.decode("utf-8", "surrogateescape")
    elif unicode_path := _unicode_path(member):
        text = unicode_path
    else:
        text, note = _unmarked(member.name)
    if "\\" in text and member.system in _DOS_SYSTEMS:
        text = text.replace("\\", "/")
        note = note or f"backslashes taken as folders, stored {original(member.name)}"
    return text, note


def _unmarked(name: bytes) -> tuple[str, str]:
    try:
        return name.decode("utf-8"), "name not marked as UTF-8, read as UTF-8"
    except UnicodeDecodeError:
        return name.decode("cp437"), f"name read as code page 437, stored {original(name)}"


def _unicode_path(member: Member) -> str | None:
    """Info-ZIP's second, UTF-8 name; it counts only while its checksum fits the first."""
    field = extra_field(member.extra, 0x7075)
    if field is None or len(field) < 6 or int.from_bytes(field[1:5], "little") != zlib.crc32(member.name):
        return None
    return field[5:].decode("utf-8", "surrogateescape")


def member_times(member: Member, zone: str | None) -> tuple[Moment, ...]:
    """The most exact times stored: NTFS or Unix times in UTC, else local time of the machine that packed it."""
    if member.extra:
        if ntfs := _ntfs_times(member.extra):
            return ntfs
        unix = extra_field(member.extra, 0x5455)
        if unix and unix[0] & 1 and len(unix) >= 5:
            seconds = int.from_bytes(unix[1:5], "little", signed=True)
            utc_us, note = from_unix(seconds, "s")
            return (Moment("modified (file system)", utc_us, str(seconds), "D", note=note),)
    return (_dos_time(member.dos_date, member.dos_time, zone),)


@lru_cache(maxsize=65_536)
def _dos_time(date: int, time: int, zone: str | None) -> Moment:
    parts = (1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2)
    raw = "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*parts)
    try:
        utc_us, note = from_local(datetime(*parts), zone)  # noqa: DTZ001 - local time is what zip stores
    except ValueError:
        utc_us, note = None, "not a possible date"
    return Moment("modified (file system)", utc_us, raw, "C", zone=f"{zone}, operator" if zone else "", note=note)


def _ntfs_times(extra: bytes) -> tuple[Moment, ...]:
    """Windows FILETIMEs: tag 1 of the NTFS field holds modified, accessed and created."""
    field = extra_field(extra, 0x000A)
    if field is None or len(field) < 32 or struct.unpack_from("<HH", field, 4) != (1, 24):
        return ()
    found = []
    for meaning, ticks in zip(("modified", "accessed", "created"), struct.unpack_from("<3Q", field, 8), strict=True):
        if ticks:
            utc_us, note = from_unix(ticks // 10 - _FILETIME_EPOCH_US, "us")
            found.append(Moment(f"{meaning} (file system)", utc_us, str(ticks), "D", note=note))
    return tuple(found)
