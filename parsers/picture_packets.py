"""Where a picture or film keeps what people and programs wrote about it: XMP packets, and the IPTC block.

References: Adobe "XMP Specification Part 3" (JPEG with extended packets, PNG, TIFF, WebP, ISO media), Adobe
"Photoshop File Formats" (image resources), the PNG specification (iTXt), ISO/IEC 23008-12 (items of type mime).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from parsers.boxes import Box, boxes, content, item_bytes, size_of

_MOST: Final = 8 << 20  # bytes of all packets of a kind in one file
_MOST_PARTS: Final = 4096  # segments, chunks or entries that are looked at
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENDED: Final = b"http://ns.adobe.com/xmp/extension/\x00"
_PHOTOSHOP: Final = b"Photoshop 3.0\x00"
_KINDS: Final = {_XMP: "XMP", _EXTENDED: "extended XMP", _PHOTOSHOP: "Photoshop's resources"}
_IPTC_RESOURCE: Final = 0x0404
_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_TIFF_TAGS: Final = {_TIFF_XMP: "XMP", _TIFF_IPTC: "IPTC", _TIFF_PHOTOSHOP: "Photoshop's resources"}
_PNG_KEYWORD: Final = b"XML:com.adobe.xmp\x00"


@dataclass(frozen=True, slots=True)
class Packets:
    """`xmp`: packets in stored order, the parts of an extended one put together. `iptc`: the data sets of IPTC-IIM."""

    xmp: tuple[bytes, ...] = ()
    iptc: bytes | None = None
    problems: tuple[str, ...] = ()


def find_packets(stream: BinaryIO) -> Packets:
    """The packets of a JPEG, PNG, WebP, TIFF, HEIC or AVIF picture or of an MP4 or MOV film; none of other files.

    Nothing is decoded. Never raises for damage: what it hinders is a problem, or simply not there.
    """
    stream.seek(0)
    head = stream.read(16)
    try:
        if head.startswith(b"\xff\xd8"):
            return _jpeg(stream)
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(stream)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return _webp(stream)
        if head[:4] in (b"II*\x00", b"MM\x00*"):
            return _tiff(stream, "little" if head[:2] == b"II" else "big")
        if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
            return _iso_media(stream)
    except ValueError as error:
        return Packets(problems=(f"XMP or IPTC not read: {error}",))
    return Packets()


def _bounded(length: int) -> int:
    """The length itself. Raises ValueError for one beyond the bound: a part of a packet would be no XML."""
    if length > _MOST:
        raise ValueError(f"a packet of {length:,} bytes, more than {_MOST:,}")
    return length


def _not_behind(parts: str) -> str:
    return f"XMP or IPTC is looked for in the first {_MOST_PARTS:,} {parts}, and there may be more of them"


def _jpeg(stream: BinaryIO) -> Packets:
    xmp: list[bytes] = []
    extended: dict[bytes, dict[int, bytes]] = {}
    resources: list[bytes] = []
    place = 2
    sizes = dict.fromkeys(_KINDS, 0)
    problems: dict[bytes, str] = {}
    for _ in range(_MOST_PARTS):
        stream.seek(place)
        header = stream.read(4)
        if len(header) < 4 or header[0] != 0xFF or header[1] in (0xDA, 0xD9):
            break
        if header[1] == 0xFF or 0xD0 <= header[1] <= 0xD8:
            place += 1 if header[1] == 0xFF else 2
            continue
        length = max(int.from_bytes(header[2:], "big"), 2)
        if header[1] in (0xE1, 0xED):
            data = stream.read(length - 2)
            start = next((one for one in sizes if data.startswith(one)), b"")
            sizes[start] = sizes.get(start, 0) + len(data)
            if start and sizes[start] > _MOST:
                problems[start] = f"more than {_MOST >> 20} MiB of {_KINDS[start]} is not read"
            elif start == _XMP:
                xmp.append(data[len(_XMP) :])
            elif start == _EXTENDED:
                part = data[len(_EXTENDED) :]
                extended.setdefault(part[:32], {})[int.from_bytes(part[36:40], "big")] = part[40:]
            elif start == _PHOTOSHOP:
                resources.append(data[len(_PHOTOSHOP) :])
        place += 2 + length
    else:
        problems[b""] = _not_behind("segments")
    if _EXTENDED not in problems:  # a part of it would be no XML
        xmp += [b"".join(parts[at] for at in sorted(parts)) for parts in extended.values()]
    return Packets(tuple(xmp), _iptc_of(b"".join(resources)), tuple(problems.values()))


def _iptc_of(resources: bytes) -> bytes | None:
    """The IPTC block among Photoshop's image resources: "8BIM", number, a padded name, length, data padded."""
    place = 0
    while resources[place : place + 4] == b"8BIM" and place + 12 <= len(resources):
        number = int.from_bytes(resources[place + 4 : place + 6], "big")
        name = resources[place + 6] + 1
        at = place + 6 + name + (name & 1)
        length = int.from_bytes(resources[at : at + 4], "big")
        if number == _IPTC_RESOURCE:
            return resources[at + 4 : at + 4 + length] or None
        place = at + 4 + length + (length & 1)
    return None


def _png(stream: BinaryIO) -> Packets:
    place, end = 8, size_of(stream)
    for _ in range(_MOST_PARTS):
        stream.seek(place)
        header = stream.read(8)
        if len(header) < 8 or header[4:] == b"IEND" or place > end:
            return Packets()
        length = int.from_bytes(header[:4], "big")
        start = stream.read(min(length, len(_PNG_KEYWORD))) if header[4:] == b"iTXt" else b""
        if start == _PNG_KEYWORD:
            rest = stream.read(_bounded(length) - len(start))
            text = rest[2:].split(b"\x00", 2)[-1]  # behind the language and the translated keyword
            return Packets((_inflated(text) if rest[:1] == b"\x01" else text,))
        place += 12 + length
    return Packets(problems=(_not_behind("chunks"),))


def _inflated(data: bytes) -> bytes:
    try:
        found = zlib.decompressobj().decompress(data, _MOST + 1)
    except zlib.error as error:
        raise ValueError(f"a compressed packet: {error}") from None
    if len(found) > _MOST:
        raise ValueError(f"a compressed packet of more than {_MOST:,} bytes")
    return found


def _webp(stream: BinaryIO) -> Packets:
    place, end = 12, size_of(stream)
    for _ in range(_MOST_PARTS):
        if place + 8 > end:
            return Packets()
        stream.seek(place)
        header = stream.read(8)
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"XMP ":
            return Packets((stream.read(_bounded(length)),))
        place += 8 + length + (length & 1)
    return Packets(problems=(_not_behind("chunks"),))


def _tiff(stream: BinaryIO, order: str) -> Packets:
    def number(data: bytes) -> int:
        return int.from_bytes(data, "little" if order == "little" else "big")

    stream.seek(4)
    stream.seek(number(stream.read(4)))
    count = number(stream.read(2))
    entries = stream.read(12 * min(count, _MOST_PARTS))
    problems = [_not_behind("entries")] if count > _MOST_PARTS else []
    found: dict[int, bytes] = {}
    for at in range(0, len(entries) - 11, 12):
        tag, kind, amount = number(entries[at : at + 2]), number(entries[at + 2 : at + 4]), entries[at + 4 : at + 8]
        size = number(amount) * {1: 1, 2: 1, 4: 4, 7: 1}.get(kind, 0)
        if tag in _TIFF_TAGS and size > _MOST:
            problems.append(f"{size:,} bytes of {_TIFF_TAGS[tag]} are not read: more than {_MOST:,}")
        elif tag in _TIFF_TAGS and size > 4:
            stream.seek(number(entries[at + 8 : at + 12]))
            found[tag] = stream.read(size)
    iptc = found.get(_TIFF_IPTC) or _iptc_of(found.get(_TIFF_PHOTOSHOP, b""))
    return Packets((found[_TIFF_XMP],) if _TIFF_XMP in found else (), iptc, tuple(problems))


def _iso_media(stream: BinaryIO) -> Packets:
    """A uuid box of its own, an item of type mime (HEIC), or XMP_ among the user data (MOV)."""
    found: list[bytes] = []
    for box in boxes(stream, 0, size_of(stream)):
        if box.kind == b"uuid":
            stream.seek(box.start)
            if stream.read(16) == _UUID:
                found.append(content(stream, box, _MOST)[16:])
        elif box.kind == b"meta":
            found += item_bytes(stream, box, b"mime", _MOST)
        elif box.kind == b"moov":
            found += _user_data(stream, box)
    return Packets(tuple(found))


def _user_data(stream: BinaryIO, moov: Box) -> list[bytes]:
    return [
        content(stream, inner, _MOST)
        for udta in boxes(stream, moov.start, moov.end)
        if udta.kind == b"udta"
        for inner in boxes(stream, udta.start, udta.end)
        if inner.kind == b"XMP_"
    ]
