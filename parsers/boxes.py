"""ISO base media boxes (HEIC, AVIF, MP4, MOV, 3GP), and the still picture that a HEIF file holds.

References: ISO/IEC 14496-12 (boxes, meta, iinf, iloc), ISO/IEC 23008-12 (ispe, the Exif item, whose first four bytes
are the distance to its TIFF header), Apple "QuickTime File Format".
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_MOST_BOXES: Final = 4096
_MOST_ITEMS: Final = 4096
_MOST_META: Final = 4 << 20
_MOST_EXIF: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Box:
    """A box by its four-letter kind; its content is [start, end) of the stream. `cut`: it should have been longer."""

    kind: bytes
    start: int
    end: int
    cut: bool = False


def boxes(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes that follow each other in [start, end). Raises ValueError for a length that cannot be.

    A box that says it goes beyond `end` is given with what there is of it, and marked `cut`.
    """
    place = start
    for _ in range(_MOST_BOXES):
        if place + 8 > end:
            return
        stream.seek(place)
        header = stream.read(16)
        if len(header) < 8:
            return
        length, kind, head = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1:
            length, head = int.from_bytes(header[8:16], "big"), 16
        elif length == 0:
            length = end - place
        if length < head:
            raise ValueError(f"a box of {length} bytes at byte {place}")
        yield Box(kind, place + head, min(place + length, end), place + length > end)
        place += length
    raise ValueError(f"more than {_MOST_BOXES} boxes in a row")


def size_of(stream: BinaryIO) -> int:
    """The length of a seekable stream, in bytes."""
    return stream.seek(0, io.SEEK_END)


def content(stream: BinaryIO, box: Box, most: int) -> bytes:
    """The bytes of a box. Raises ValueError where they are more than `most`."""
    if box.end - box.start > most:
        raise ValueError(f"a {box.kind.decode('latin-1')} box of {box.end - box.start} bytes")
    stream.seek(box.start)
    return stream.read(box.end - box.start)


@dataclass(frozen=True, slots=True)
class Still:
    """The primary picture of a HEIF file: its size in pixels as stored, and its Exif block from the TIFF header on."""

    width: int | None
    height: int | None
    exif: bytes | None
    problems: tuple[str, ...] = ()


def read_still(stream: BinaryIO) -> Still:
    """The facts of a HEIC, HEIF or AVIF picture, without decoding it. Raises ValueError where there is no meta box."""
    end = size_of(stream)
    meta = next((box for box in boxes(stream, 0, end) if box.kind == b"meta"), None)
    if meta is None:
        raise ValueError("no meta box: the picture's description is missing")
    if meta.end - meta.start > _MOST_META:
        raise ValueError("a meta box of more than 4 MiB")
    parts = {box.kind: box for box in boxes(stream, meta.start + 4, meta.end)}
    problems: list[str] = ["the meta box is cut short"] if meta.cut else []
    width, height = _picture_size(stream, parts, problems)
    try:
        exif = _exif_item(stream, parts, end)
    except ValueError as error:
        problems.append(str(error))
        exif = None
    return Still(width, height, exif, tuple(problems))


def _picture_size(stream: BinaryIO, parts: dict[bytes, Box], problems: list[str]) -> tuple[int | None, int | None]:
    try:
        primary = _primary_item(stream, parts)
        inner = {box.kind: box for box in boxes(stream, parts[b"iprp"].start, parts[b"iprp"].end)}
        properties = list(boxes(stream, inner[b"ipco"].start, inner[b"ipco"].end))
        for number in _properties_of(content(stream, inner[b"ipma"], _MOST_META), primary):
            if 0 < number <= len(properties) and properties[number - 1].kind == b"ispe":
                size = content(stream, properties[number - 1], 64)
                return int.from_bytes(size[4:8], "big"), int.from_bytes(size[8:12], "big")
    except (ValueError, KeyError) as error:
        problems.append(f"the size of the picture is not stated ({error})")
    return None, None


def _primary_item(stream: BinaryIO, parts: dict[bytes, Box]) -> int:
    data = content(stream, parts[b"pitm"], 64)
    return int.from_bytes(data[4:8] if data[:1] == b"\x01" else data[4:6], "big")


def _properties_of(data: bytes, item: int) -> list[int]:
    """The numbers of the properties that an ipma box ties to an item, counted from 1."""
    reader = _Reader(data)
    version, flags = reader.number(1), reader.number(3)
    id_bytes, wide = (2 if version < 1 else 4), flags & 1
    for _ in range(min(reader.number(4), _MOST_ITEMS)):
        which, count = reader.number(id_bytes), reader.number(1)
        found = [reader.number(2) & 0x7FFF if wide else reader.number(1) & 0x7F for _ in range(count)]
        if which == item:
            return found
    return []


def _exif_item(stream: BinaryIO, parts: dict[bytes, Box], end: int) -> bytes | None:
    found = _items(stream, parts, b"Exif", _MOST_EXIF, end)
    if not found:
        return None
    block = found[0]
    header = 4 + int.from_bytes(block[:4], "big")
    # Some writers leave the distance out of account and put the marker of JPEG files first all the same.
    if block[header : header + 6] == b"Exif\x00\x00":
        header += 6
    return bytes(block[header:]) or None


def item_bytes(stream: BinaryIO, meta: Box, kind: bytes, most: int) -> list[bytes]:
    """The bytes of the items of a type ("mime", "Exif") that a meta box of a HEIF file lists, each at most `most`.

    Raises ValueError where they lie where they cannot be.
    """
    parts = {box.kind: box for box in boxes(stream, meta.start + 4, meta.end)}
    return _items(stream, parts, kind, most, size_of(stream))


def _items(stream: BinaryIO, parts: dict[bytes, Box], kind: bytes, most: int, end: int) -> list[bytes]:
    if b"iinf" not in parts or b"iloc" not in parts:
        return []
    name = kind.decode("latin-1")
    base = parts[b"idat"].start if b"idat" in parts else None
    places = content(stream, parts[b"iloc"], _MOST_META)
    found = []
    for wanted in _items_of_type(stream, parts[b"iinf"], kind):
        extents = _extents(places, wanted, base, name)
        if sum(length for _, length in extents) > most:
            raise ValueError(f"an {name} item of more than {most >> 20} MiB")
        block = bytearray()
        for place, length in extents:
            if place + length > end:
                raise ValueError(f"the {name} item lies beyond the end of the file")
            stream.seek(place)
            block += stream.read(length)
        found.append(bytes(block))
    return found


def _items_of_type(stream: BinaryIO, iinf: Box, kind: bytes) -> list[int]:
    found: list[int] = []
    stream.seek(iinf.start)
    head = stream.read(1)
    for entry in boxes(stream, iinf.start + (6 if head == b"\x00" else 8), iinf.end):
        data = content(stream, entry, 65536)
        version = data[0] if data else 0
        id_end = 6 if version < 3 else 8
        if entry.kind == b"infe" and version >= 2 and data[id_end + 2 : id_end + 6] == kind:
            found.append(int.from_bytes(data[4:id_end], "big"))
    return found


def _extents(data: bytes, item: int, idat: int | None, name: str) -> list[tuple[int, int]]:
    """Where the bytes of an item lie: (place in the file, length). Raises ValueError for a form that is not read."""
    reader = _Reader(data)
    version, _flags = reader.number(1), reader.number(3)
    sizes = reader.number(2)
    offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    for _ in range(min(reader.number(wide), _MOST_ITEMS)):
        which = reader.number(wide)
        method = reader.number(2) & 15 if version in (1, 2) else 0
        reader.number(2)
        base, count = reader.number(base_bytes), reader.number(2)
        found = []
        for _ in range(min(count, _MOST_ITEMS)):
            if version in (1, 2):
                reader.number(index_bytes)
            found.append((base + reader.number(offset_bytes), reader.number(length_bytes)))
        if which == item:
            return _from_start(found, method, idat, name)
    return []


def _from_start(extents: list[tuple[int, int]], method: int, idat: int | None, name: str) -> list[tuple[int, int]]:
    if method == 0:
        return extents
    if method == 1 and idat is not None:
        return [(idat + place, length) for place, length in extents]
    raise ValueError(f"the {name} item is stored by reference to another item")


class _Reader:
    """Big-endian numbers one after another. Raises ValueError at the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, width: int) -> int:
        after = self._place + width
        if after > len(self._data):
            raise ValueError("a table of the picture ends too early")
        value = int.from_bytes(self._data[self._place : after], "big")
        self._place = after
        return value
