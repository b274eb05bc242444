"""Members of a zip archive whose directory is missing or damaged, found by their local headers.

References: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification" 6.3.10, sections 4.3.7 and 4.3.9 (data descriptor).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Container, Iterator
from typing import Final

from extractors.sources.zip_directory import LOCAL, Member, ReadAt, extra_field
from extractors.sources.zip_unpack import METHODS, Address, Unpacker

_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CHUNK: Final = 1 << 20
_DESCRIPTOR: Final = b"PK\x07\x08"
MAX_RATIO: Final = 200
MAX_SIZE: Final = 1 << 30


def scan(read_at: ReadAt, total: int, known: Container[int]) -> Iterator[tuple[Member, str]]:
    """(member, reason) for each local header that is not at a `known` offset; `reason` says why it cannot be read.

    Where a member was written without knowing its size, its data are unpacked to find their end.
    """
    at = 0
    while (at := _find(read_at, total, LOCAL, at)) >= 0:
        found = _local(read_at, total, at)
        if found is None:
            at += 4
            continue
        member, start = found
        reason = ""
        if member.flags & 8 and not member.packed:
            member, reason = _measured(read_at, total, member, start)
        elif start + member.packed > total:
            reason = f"cut short, {total - start} of {member.packed} packed bytes are there"
        if at not in known:
            yield member, reason
        at = max(start, min(total, start + member.packed)) if not reason else start


def _find(read_at: ReadAt, total: int, mark: bytes, at: int) -> int:
    """The offset of the next mark at or after `at`, or -1."""
    while at < total:
        chunk = read_at(at, _CHUNK)
        if (place := chunk.find(mark)) >= 0:
            return at + place
        if len(chunk) < len(mark):
            return -1
        at += len(chunk) - len(mark) + 1
    return -1


def _local(read_at: ReadAt, total: int, at: int) -> tuple[Member, int] | None:
    """(member, offset of its data) of a plausible local header, or None."""
    head = read_at(at, _LOCAL.size)
    if len(head) < _LOCAL.size:
        return None
    _, version, flags, method, time, date, crc, packed, size, name_size, extra_size = _LOCAL.unpack(head)
    start = at + _LOCAL.size + name_size + extra_size
    if version & 0xFF > 99 or method > 99 or not name_size or start > total:
        return None
    name = read_at(at + _LOCAL.size, name_size)
    extra = read_at(at + _LOCAL.size + name_size, extra_size)
    wide = extra_field(extra, 0x0001) or b""
    if 0xFFFFFFFF in (packed, size) and len(wide) >= 16:
        size, packed = struct.unpack_from("<QQ", wide)
    return Member(name, flags, method, time, date, crc, packed, size, at, extra, 3, 0), start


def _measured(read_at: ReadAt, total: int, member: Member, start: int) -> tuple[Member, str]:
    """The member with the sizes and the checksum that its bytes have, checked by the descriptor behind them."""
    if member.flags & 1 or member.method not in METHODS or member.method == 14:
        return member, "its size is not recorded"
    if member.method == 0:
        return _measured_stored(read_at, total, member, start)
    address = Address(member.header, total - start, member.method, 0, 0, member.flags)
    crc = size = 0
    try:
        unpacker = Unpacker(read_at, start, address)
        while part := unpacker.read(_CHUNK):
            crc, size = zlib.crc32(part, crc), size + len(part)
            if size > MAX_SIZE and size > MAX_RATIO * max(1, unpacker.taken):
                return member, "unpacks to far more than it could hold (zip bomb)"
    except ValueError as error:
        return member, f"{error}, after {size} bytes"
    packed = unpacker.taken - unpacker.unused
    return _with(member, crc, packed, size, read_at(start + packed, 8))


def _measured_stored(read_at: ReadAt, total: int, member: Member, start: int) -> tuple[Member, str]:
    """Bytes stored as they are end where a descriptor stands that gives their very number."""
    at = start
    while (at := _find(read_at, total, _DESCRIPTOR, at)) >= 0:
        if int.from_bytes(read_at(at + 8, 4), "little") == at - start:
            crc, here = 0, start
            while here < at:
                part = read_at(here, min(_CHUNK, at - here))
                crc, here = zlib.crc32(part, crc), here + len(part)
            return _with(member, crc, at - start, at - start, read_at(at, 8))
        at += 4
    return member, "its size is not recorded"


def _with(member: Member, crc: int, packed: int, size: int, descriptor: bytes) -> tuple[Member, str]:
    recorded = descriptor[4:8] if descriptor[:4] == _DESCRIPTOR else descriptor[:4]
    if int.from_bytes(recorded, "little") != crc or len(recorded) < 4:
        return member, "no checksum stands behind its data"
    return member._replace(crc=crc, packed=packed, size=size), ""
