"""The sparse extents of VMDK disk images: hosted ones, also with compressed grains, and those of ESX ("COWD").

References: "Virtual Disk Format 5.0", VMware technical note, chapters "Hosted Sparse Extents", "ESX Server Sparse
Extents" and "Stream-Optimized Compressed Sparse Extents"; "VMWare Virtual Disk Format (VMDK)", libyal/libvmdk
documentation.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Callable
from typing import Final, NamedTuple

from parsers.block_map import (
    BEHIND,
    FARTHEST,
    ZEROS,
    BlockMedia,
    Disk,
    Packed,
    ReadAt,
    Tables,
    check_geometry,
    numbers,
)
from parsers.vmdk_descriptor import LARGEST

SPARSE: Final = b"KDMV"
ESX: Final = b"COWD"
SE_SPARSE: Final = b"\xbe\xba\xfe\xca\0\0\0\0"
SECTOR: Final = 512
AT_END: Final = 0xFFFF_FFFF_FFFF_FFFF
ZEROED, COMPRESSED = 1 << 2, 1 << 16
ESX_ENTRIES: Final = 4096
MOST_ENTRIES: Final = 1 << 16  # of a grain table
LARGEST_GRAIN: Final = 64 << 20


class _Header(NamedTuple):
    flags: int
    size: int
    grain: int
    entries: int  # of a grain table
    directory_at: int
    second_at: int  # the redundant directory, 0 for none
    descriptor_at: int
    descriptor_size: int
    clean: bool


def is_sparse(head: bytes) -> bool:
    """Whether a file begins as a sparse extent of any sort."""
    return head[:4] in (SPARSE, ESX) or head[:8] == SE_SPARSE


def embedded_descriptor(read: ReadAt) -> bytes:
    """The descriptor inside a monolithic or stream-optimised extent; b"" where there is none. Raises ValueError."""
    raw = read(0, SECTOR)
    if len(raw) < SECTOR or raw[:4] != SPARSE:
        return b""
    header = _hosted(raw)
    if not 0 < header.descriptor_at < FARTHEST:
        return b""
    return read(header.descriptor_at, min(header.descriptor_size, LARGEST))


def read_extent(read: ReadAt, file_size: int) -> Disk:
    """The part of the media that a sparse extent holds. Raises ValueError."""
    raw = read(0, SECTOR)
    if raw[:8] == SE_SPARSE:
        raise ValueError("it is a space-efficient sparse extent (seSparse): not read")
    if len(raw) < SECTOR or not is_sparse(raw):
        raise ValueError("it is no sparse extent")
    header = _esx(raw) if raw[:4] == ESX else _hosted(raw)
    if header.directory_at == AT_END * SECTOR:
        header = _footer(read, file_size)
    check_geometry(header.size, header.grain)
    if header.grain > LARGEST_GRAIN or not 0 < header.entries <= MOST_ENTRIES:
        raise ValueError(f"grains of {header.grain} bytes in tables of {header.entries} entries cannot be")
    notes: list[str] = []
    directory = _directory(read, header, notes)
    packed = bool(header.flags & COMPRESSED)
    locate = _locate(Tables(read, header.entries, "I", big=False), directory, header, packed)
    media = BlockMedia(header.size, header.grain, locate, read, _unpacker(read, header.grain) if packed else None)
    if not header.clean:
        notes.append("it was not closed cleanly")
    facts = {"grain size": f"{header.grain} bytes", "compressed": "yes" if packed else "no"}
    text = media.strays(file_size)
    return Disk(header.size, media.read_at, facts, [text] if text else [], notes, put_behind=media.put_behind)


def _hosted(raw: bytes) -> _Header:
    version, flags, size, grain, descriptor_at, descriptor_size, entries, second_at, at, _overhead, unclean = (
        struct.unpack_from("<IIQQQQIQQQB", raw, 4)
    )
    (compression,) = struct.unpack_from("<H", raw, 77)
    if version not in (1, 2, 3):
        raise ValueError(f"a sparse extent of version {version} is not read")
    if flags & COMPRESSED and compression != 1:
        raise ValueError(f"compression of type {compression} is not read")
    in_sectors = (size, grain, at, second_at, descriptor_at, descriptor_size)
    size, grain, at, second_at, descriptor_at, descriptor_size = (SECTOR * number for number in in_sectors)
    return _Header(flags, size, grain, entries, at, second_at, descriptor_at, descriptor_size, not unclean)


def _esx(raw: bytes) -> _Header:
    version, size, grain, at = struct.unpack_from("<I4xIII", raw, 4)
    if version != 1:
        raise ValueError(f"an ESX sparse extent of version {version} is not read")
    return _Header(0, size * SECTOR, grain * SECTOR, ESX_ENTRIES, at * SECTOR, 0, 0, 0, True)


def _footer(read: ReadAt, file_size: int) -> _Header:
    """A stream-optimised extent says at its end where its directory is."""
    raw = read(file_size - 2 * SECTOR, SECTOR) if file_size >= 2 * SECTOR else b""
    if len(raw) < SECTOR or raw[:4] != SPARSE:
        raise ValueError("its footer is missing: the file may have been cut")
    header = _hosted(raw)
    if header.directory_at == AT_END * SECTOR:
        raise ValueError("its footer does not say where the directory is")
    return header


def _directory(read: ReadAt, header: _Header, notes: list[str]) -> array[int]:
    needed = -(-header.size // (header.grain * header.entries))
    try:
        return numbers(read, header.directory_at, needed, "I", big=False)
    except ValueError:
        if not header.second_at:
            raise
    notes.append("its grain directory cannot be read; the redundant one was used")
    return numbers(read, header.second_at, needed, "I", big=False)


def _locate(tables: Tables, directory: array[int], header: _Header, packed: bool) -> Callable[[int], int | Packed]:
    per, zeroed, most = header.entries, bool(header.flags & ZEROED), header.grain * 2 + 4096

    def locate(number: int) -> int | Packed:
        table = directory[number // per]
        entry = tables.at(table * SECTOR)[number % per] if table > (1 if zeroed else 0) else table
        if entry == 0:
            return BEHIND
        if entry == 1 and zeroed:
            return ZEROS
        return Packed(entry * SECTOR, most) if packed else entry * SECTOR

    return locate


def _unpacker(read: ReadAt, grain: int) -> Callable[[Packed], bytes]:
    def unpack(place: Packed) -> bytes:
        data = read(place.offset, place.size)
        if len(data) < 12:
            raise ValueError(f"its place, byte {place.offset} of the image file, is beyond the end of the file")
        (size,) = struct.unpack_from("<I", data, 8)
        if not 0 < size <= len(data) - 12:
            raise ValueError(f"a compressed grain of {size} bytes at byte {place.offset} is not all there")
        inflater = zlib.decompressobj()
        try:
            return inflater.decompress(data[12 : 12 + size], grain)
        except zlib.error as error:
            raise ValueError(f"the compressed grain at byte {place.offset} is damaged ({error})") from error

    return unpack
