"""What a picture file says of itself without being decoded: its size in pixels and where its Exif block lies.

References: ITU-T T.81 (JPEG), the PNG specification (IHDR, eXIf), Google's "WebP Container Specification", TIFF 6.0,
GIF89a, Microsoft's BITMAPINFOHEADER, ISO/IEC 15444-1 (ihdr of JPEG 2000), CIPA DC-008 (the Exif segment).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO, Final

from parsers.boxes import boxes, read_still, size_of

_CHUNK: Final = 65536
_SEARCHED: Final = 1 << 20
END_OF_IMAGE: Final = b"\xff\xd9"
_MOST_SEGMENTS: Final = 4096
_MOST_EXIF: Final = 4 << 20
# Start of frame; C4, C8 and CC in the same range are tables and a reserved marker.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))


class OtherKind(ValueError):
    """Not damaged, but a kind of picture whose size and Exif block are not read."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Size in pixels as stored (before any turning), the Exif block as a stream from its TIFF header on, and what was
    wrong with the file so far as it had to be read."""

    width: int | None = None
    height: int | None = None
    exif: BinaryIO | None = None
    problems: tuple[str, ...] = ()


def find_layout(stream: BinaryIO) -> Layout:
    """The layout of a JPEG, PNG, WebP, GIF, BMP, TIFF, JPEG 2000, HEIC or AVIF picture.

    Raises OtherKind for other kinds, and ValueError where not even the frame of the file can be followed.
    """
    stream.seek(0)
    head = stream.read(64)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(stream)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(stream)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(stream)
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        stream.seek(0)
        return Layout(exif=stream)
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return _sized(head[6:8], head[8:10], "little")
    if head.startswith(b"BM"):
        old = int.from_bytes(head[14:18], "little") == 12
        return _sized(*((head[18:20], head[20:22]) if old else (head[18:22], head[22:26])), "little")
    if head[4:8] == b"ftyp":
        still = read_still(stream)
        return Layout(still.width, still.height, io.BytesIO(still.exif) if still.exif else None, still.problems)
    if head.startswith(b"\x00\x00\x00\x0cjP  "):
        return _jpeg2000(stream)
    raise OtherKind("the size and the Exif block of this kind of picture are not read")


def _sized(width: bytes, height: bytes, order: str) -> Layout:
    if not height:
        return Layout(problems=("the file ends before the size of the picture",))
    wide, high = (
        int.from_bytes(number, "little" if order == "little" else "big", signed=len(number) == 4)
        for number in (width, height)
    )
    # A bitmap that is stored from the top down has a negative height.
    return Layout(abs(wide), abs(high))


def _jpeg(stream: BinaryIO) -> Layout:
    """Follows the segments up to the frame header, which stands after the Exif segment."""
    stream.seek(0)
    buffer, base, place = stream.read(_CHUNK), 0, 2
    exif: BinaryIO | None = None
    for _ in range(_MOST_SEGMENTS):
        if place + 10 > base + len(buffer):
            stream.seek(place)
            buffer, base = stream.read(_CHUNK), place
        at = place - base
        if len(buffer) < at + 4 or buffer[at] != 0xFF:
            where = "the file ends" if len(buffer) < at + 4 else "the segments are broken"
            return Layout(exif=exif, problems=(f"{where} at byte {place}, before the size of the picture",))
        marker = buffer[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker in (0xD9, 0xDA):
            return Layout(exif=exif, problems=(f"picture data at byte {place} without a frame header",))
        length = buffer[at + 2] << 8 | buffer[at + 3]
        if marker in _FRAMES:
            high, wide = buffer[at + 5 : at + 7], buffer[at + 7 : at + 9]
            return Layout(int.from_bytes(wide, "big"), int.from_bytes(high, "big"), exif, _cut_short(stream, place))
        if marker == 0xE1 and exif is None and buffer[at + 4 : at + 10] == b"Exif\x00\x00":
            stream.seek(place + 10)
            exif = io.BytesIO(stream.read(max(length - 8, 0)))
        place += 2 + max(length, 2)
    return Layout(exif=exif, problems=(f"more than {_MOST_SEGMENTS} segments before the picture",))


def _cut_short(stream: BinaryIO, frame: int) -> tuple[str, ...]:
    """What to say of a JPEG whose end mark does not follow its frame header: entropy-coded data cannot hold the mark.

    What stands behind the mark (a film, a maker's own data) does not matter.
    """
    stream.seek(frame)
    last = b""
    while chunk := stream.read(_SEARCHED):
        if END_OF_IMAGE in last + chunk:
            return ()
        last = chunk[-1:]
    return (f"the file ends at byte {size_of(stream)}, before the end mark of the picture",)


def _png(stream: BinaryIO) -> Layout:
    stream.seek(8)
    width = height = None
    place, end = 8, size_of(stream)
    for _ in range(_MOST_SEGMENTS):
        stream.seek(place)
        header = stream.read(16)
        if len(header) < 8:
            return Layout(width, height, None, (f"the file ends at byte {end}, before its end marker",))
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if kind == b"IHDR":
            more = stream.read(4)
            width, height = int.from_bytes(header[8:12], "big"), int.from_bytes(header[12:16], "big")
            if len(more) < 1:
                return Layout(None, None, None, ("the file ends inside its header",))
        elif kind == b"eXIf":
            stream.seek(place + 8)
            return Layout(width, height, io.BytesIO(stream.read(min(length, _MOST_EXIF))))
        elif kind == b"IEND":
            return Layout(width, height)
        place += 12 + length
    # A long picture has a great many IDAT chunks; an Exif block behind them is not looked for any further.
    return Layout(width, height)


def _webp(stream: BinaryIO) -> Layout:
    width = height = None
    place, end = 12, size_of(stream)
    for _ in range(_MOST_SEGMENTS):
        if place + 8 > end:
            break
        stream.seek(place)
        header = stream.read(18)
        length, kind, data = int.from_bytes(header[4:8], "little"), header[:4], header[8:]
        if kind == b"VP8X" and len(data) == 10:
            width, height = 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
        elif kind == b"VP8 " and width is None and data[3:6] == b"\x9d\x01\x2a":
            width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        elif kind == b"VP8L" and width is None and data[:1] == b"\x2f":
            bits = int.from_bytes(data[1:5], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif kind == b"EXIF":
            stream.seek(place + 8)
            block = stream.read(min(length, _MOST_EXIF)).removeprefix(b"Exif\x00\x00")
            return Layout(width, height, io.BytesIO(block))
        place += 8 + length + (length & 1)
    missing = width is None or place > end
    return Layout(width, height, None, ("the file ends before its last part",) if missing else ())


def _jpeg2000(stream: BinaryIO) -> Layout:
    for box in boxes(stream, 0, size_of(stream)):
        if box.kind != b"jp2h":
            continue
        for inner in boxes(stream, box.start, box.end):
            if inner.kind == b"ihdr" and inner.end - inner.start >= 8:
                stream.seek(inner.start)
                high, wide = stream.read(4), stream.read(4)
                return Layout(int.from_bytes(wide, "big"), int.from_bytes(high, "big"))
    return Layout(problems=("no header with the size of the picture",))
