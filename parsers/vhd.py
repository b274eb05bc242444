"""VHD disk images: fixed, dynamic and differencing.

References: "Virtual Hard Disk Image Format Specification", Microsoft (footer, dynamic disk header, block allocation
table, sector bitmaps); "Virtual Hard Disk (VHD) image format", libyal/libvhdi documentation (511-byte footers).
"""

from __future__ import annotations

import struct
import uuid
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parsers.block_map import BEHIND, ZEROS, BlockMedia, Disk, Parent, ReadAt, Tables, beyond, check_geometry, numbers

COOKIE: Final = b"conectix"
FOOTER: Final = 512
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
TYPES: Final = {FIXED: "fixed", DYNAMIC: "dynamic", DIFFERENCING: "differencing"}
UNUSED: Final = 0xFFFF_FFFF
SECTOR: Final = 512
MOST_ENTRIES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class _Footer:
    sound: bool  # its checksum fits
    header_at: int
    size: int
    kind: int
    identity: str
    creator: str


def footer_at(read: ReadAt, file_size: int) -> int | None:
    """Where the footer at the end of a file begins; None where there is none."""
    for length in (FOOTER, FOOTER - 1):
        if file_size >= length and read(file_size - length, 8) == COOKIE:
            return file_size - length
    return None


def _footer(raw: bytes) -> _Footer:
    raw = raw.ljust(FOOTER, b"\0")
    header_at, creator, _original, size = struct.unpack_from(">16xQ4x4s8xQQ", raw)
    kind, checksum = struct.unpack_from(">II", raw, 60)
    return _Footer(
        checksum == _checksum(raw, 64),
        header_at,
        size,
        kind,
        str(uuid.UUID(bytes=raw[68:84])),
        creator.decode("ascii", "replace").strip(),
    )


def _checksum(raw: bytes, at: int) -> int:
    return ~(sum(raw) - sum(raw[at : at + 4])) & 0xFFFF_FFFF


def read_vhd(read: ReadAt, file_size: int) -> Disk:
    """The media of a VHD file. Raises ValueError."""
    notes: list[str] = []
    footer, data_end = _best_footer(read, file_size, notes)
    if footer.kind not in TYPES:
        raise ValueError(f"a VHD of type {footer.kind} is not known")
    check_geometry(footer.size, SECTOR)
    facts = {"disk type": TYPES[footer.kind], "created by": footer.creator, "identifier": footer.identity}
    disk = _fixed(read, data_end, footer) if footer.kind == FIXED else _dynamic(read, data_end, footer)
    disk.facts = {name: value for name, value in {**facts, **disk.facts}.items() if value}
    disk.notes = [*notes, *disk.notes]
    disk.identity = footer.identity
    return disk


def _best_footer(read: ReadAt, file_size: int, notes: list[str]) -> tuple[_Footer, int]:
    """The footer, or the copy of it at the start where the disk is not fixed; and where the blocks end at latest."""
    at = footer_at(read, file_size)
    last = _footer(read(at, FOOTER)) if at is not None else None
    if last is not None and last.sound and at is not None:
        return last, at
    head = read(0, FOOTER)
    copy = _footer(head) if head[:8] == COOKIE else None
    if copy is not None and (copy.sound or last is None):
        what = "has a wrong checksum" if last is not None else "is missing: the file may have been cut"
        notes.append(f"the footer at the end of the file {what}; the copy at its start was used")
        if not copy.sound:
            notes.append("the copy of the footer at the start of the file has a wrong checksum")
        return copy, at if at is not None else file_size
    if last is None or at is None:
        raise ValueError("it has no VHD footer")
    notes.append("the footer has a wrong checksum")
    return last, at


def _fixed(read: ReadAt, data_end: int, footer: _Footer) -> Disk:
    def read_at(offset: int, size: int) -> bytes:
        wanted = max(0, min(size, footer.size - offset)) if offset >= 0 else 0
        data = read(offset, max(0, min(wanted, data_end - offset))) if wanted else b""
        if len(data) < wanted:
            raise ValueError(f"byte {offset + len(data)} of the media cannot be read: the file ends before it")
        return data

    problems = []
    if data_end < footer.size:
        problems.append(f"the file is cut: it holds {data_end} of {footer.size} bytes of the media")
    return Disk(footer.size, read_at, problems=problems)


def _dynamic(read: ReadAt, data_end: int, footer: _Footer) -> Disk:
    raw = read(footer.header_at, 1024)
    if raw[:8] != b"cxsparse" or len(raw) < 1024:
        raise ValueError(f"it has no dynamic disk header at byte {footer.header_at}")
    table_at, _version, entries, block, checksum = struct.unpack_from(">16xQIIII", raw)
    check_geometry(footer.size, block, smallest=SECTOR * 8)
    needed = -(-footer.size // block)
    if needed > min(entries, MOST_ENTRIES):
        raise ValueError(f"its table has {entries} entries, and the media of {footer.size} bytes need {needed}")
    table = numbers(read, table_at, needed, "I", big=True)
    bitmap = -(-(block // SECTOR // 8) // SECTOR) * SECTOR
    if footer.kind == DYNAMIC:
        media = BlockMedia(footer.size, block, _whole(table, bitmap), read)
    else:
        media = BlockMedia(footer.size, SECTOR, _by_sector(table, bitmap, block // SECTOR, read), read)
    disk = Disk(footer.size, media.read_at, {"block size": f"{block} bytes"}, put_behind=media.put_behind)
    if checksum != _checksum(raw, 36):
        disk.notes.append("the dynamic disk header has a wrong checksum")
    if text := beyond(table, SECTOR, block, data_end, (UNUSED,), bitmap):
        disk.problems.append(text)
    if footer.kind == DIFFERENCING:
        name = raw[64:576].decode("utf-16-be", "replace").partition("\0")[0]
        disk.parent = Parent(name, str(uuid.UUID(bytes=raw[40:56])))
    return disk


def _whole(table: array[int], bitmap: int) -> Callable[[int], int]:
    def locate(number: int) -> int:
        place = table[number]
        return ZEROS if place == UNUSED else place * SECTOR + bitmap

    return locate


def _by_sector(table: array[int], bitmap: int, per_block: int, read: ReadAt) -> Callable[[int], int]:
    """A sector whose bit is not set is the parent's."""
    bitmaps = Tables(read, -(-per_block // 8), "B", big=True)

    def locate(number: int) -> int:
        block, sector = divmod(number, per_block)
        place = table[block]
        if place == UNUSED or not bitmaps.at(place * SECTOR)[sector >> 3] & 0x80 >> (sector & 7):
            return BEHIND
        return place * SECTOR + bitmap + sector * SECTOR

    return locate
