"""Made-up pictures and films: coloured shapes, with whatever a camera could have written about them.

The same arguments give the same bytes.
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw

Entry = tuple[int, int, bytes]  # field type, count, value bytes (big-endian)
_COLOURS = ("#2f6f8f", "#d98e32", "#6b8e4e", "#a3485b", "#57518c", "#c9b458")


def text(value: str) -> Entry:
    data = value.encode() + b"\x00"
    return 2, len(data), data


def short(value: int) -> Entry:
    return 3, 1, struct.pack(">H", value)


def byte(value: int) -> Entry:
    return 1, 1, bytes([value])


def fractions(*pairs: tuple[int, int]) -> Entry:
    return 5, len(pairs), b"".join(struct.pack(">II", *pair) for pair in pairs)


def angle(degrees: float) -> Entry:
    """Degrees, minutes and ten-thousandths of seconds, as phones write them."""
    whole, rest = divmod(abs(degrees) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return fractions((int(whole), 1), (int(minutes), 1), (round(seconds * 10000), 10000))


def gps_directory(lat: float, lon: float, altitude: float | None = None, when: str = "") -> dict[int, Entry]:
    """The GPS tags of a position; `when` is "2026:05:11 09:00:05" in UTC."""
    tags = {
        1: text("N" if lat >= 0 else "S"),
        2: angle(lat),
        3: text("E" if lon >= 0 else "W"),
        4: angle(lon),
    }
    if altitude is not None:
        tags[5] = byte(0 if altitude >= 0 else 1)
        tags[6] = fractions((round(abs(altitude) * 100), 100))
    if when:
        day, _, clock = when.partition(" ")
        tags[7] = fractions(*((int(part), 1) for part in clock.split(":")))
        tags[29] = text(day)
    return tags


def exif_block(
    image: dict[int, Entry], exif: dict[int, Entry] | None = None, gps: dict[int, Entry] | None = None
) -> bytes:
    """A big-endian TIFF block of up to three directories."""
    image = dict(image)
    placed = [(0x8769, exif), (0x8825, gps)]
    for pointer, directory in placed:
        if directory:
            image[pointer] = (4, 1, bytes(4))
    at = 8 + _length(image)
    rest = b""
    for pointer, directory in placed:
        if directory:
            image[pointer] = (4, 1, struct.pack(">I", at + len(rest)))
            rest += _directory(directory, at + len(rest))
    return b"MM\x00*" + struct.pack(">I", 8) + _directory(image, 8) + rest


def camera_block(
    *,
    taken: str | None = None,
    offset: str | None = None,
    subseconds: str | None = None,
    modified: str | None = None,
    gps: dict[int, Entry] | None = None,
    make: str | None = None,
    model: str | None = None,
    orientation: int | None = None,
) -> bytes:
    """The Exif block of a camera: `taken` is "2026:05:11 10:00:00", `offset` "+01:00"."""
    image = {0x010F: make, 0x0110: model, 0x0132: modified}
    exif = {0x9003: taken, 0x9004: taken, 0x9011: offset, 0x9012: offset, 0x9291: subseconds, 0x9292: subseconds}
    tags = {tag: text(value) for tag, value in image.items() if value is not None}
    if orientation is not None:
        tags[0x0112] = short(orientation)
    return exif_block(tags, {tag: text(value) for tag, value in exif.items() if value is not None}, gps)


def shapes(width: int, height: int, seed: int = 0) -> Image.Image:
    """An abstract picture: a ground with a disc, a bar and a wedge, placed by `seed`; only its top left is white."""
    image = Image.new("RGB", (width, height), _COLOURS[seed % 6])
    draw = ImageDraw.Draw(image)
    step = zlib.crc32(str(seed).encode())
    x, y, size = step % max(width // 2, 1), step // 7 % max(height // 2, 1), max(min(width, height) // 2, 2)
    draw.ellipse((x, y, x + size, y + size), fill=_COLOURS[(seed + 1) % 6])
    draw.rectangle((0, height * 2 // 3, width, height * 5 // 6), fill=_COLOURS[(seed + 2) % 6])
    draw.polygon([(width, 0), (width, height // 2), (width // 2, 0)], fill=_COLOURS[(seed + 3) % 6])
    draw.rectangle((0, 0, width // 8, height // 8), fill="white")
    return image


def jpeg(
    width: int,
    height: int,
    *,
    taken: str | None = None,
    offset: str | None = None,
    subseconds: str | None = None,
    modified: str | None = None,
    gps: tuple[float, float] | None = None,
    altitude: float | None = None,
    gps_time: str = "",
    make: str | None = None,
    model: str | None = None,
    orientation: int | None = None,
    seed: int = 0,
) -> bytes:
    """A JPEG of shapes; with any of the camera's fields it has an Exif block."""
    block = camera_block(
        taken=taken,
        offset=offset,
        subseconds=subseconds,
        modified=modified,
        gps=gps_directory(*gps, altitude, gps_time) if gps else None,
        make=make,
        model=model,
        orientation=orientation,
    )
    told = any(value is not None for value in (taken, modified, gps, make, model, orientation))
    return jpeg_with(block if told else b"", width, height, seed)


def jpeg_with(block: bytes, width: int = 64, height: int = 48, seed: int = 0) -> bytes:
    """A JPEG with this Exif block, however broken, or none where it is empty."""
    out = io.BytesIO()
    shapes(width, height, seed).save(out, "JPEG", quality=85)
    plain = out.getvalue()
    if not block:
        return plain
    segment = b"Exif\x00\x00" + block
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]


def png(width: int, height: int, *, block: bytes = b"", seed: int = 0) -> bytes:
    """A PNG of shapes, with an eXIf chunk where a block is given."""
    out = io.BytesIO()
    shapes(width, height, seed).save(out, "PNG")
    plain = out.getvalue()
    if not block:
        return plain
    chunk = struct.pack(">I", len(block)) + b"eXIf" + block + struct.pack(">I", zlib.crc32(b"eXIf" + block))
    return plain[:33] + chunk + plain[33:]


def apple_note(texts: dict[int, str], numbers: dict[int, int]) -> Entry:
    """The maker's note of an iPhone, for tag 0x927C: texts and numbers by their tags."""
    count = len(texts) + len(numbers)
    entries, data, place = b"", b"", 16 + 12 * count
    for tag, words in texts.items():
        stored = words.encode() + b"\x00"
        entries += struct.pack(">HHII", tag, 2, len(stored), place + len(data))
        data += stored
    for tag, number in numbers.items():
        entries += struct.pack(">HHIi", tag, 9, 1, number)
    note = b"Apple iOS\x00\x00\x01MM" + struct.pack(">H", count) + entries + data
    return 7, len(note), note


def samsung_trailer(blocks: dict[str, bytes]) -> bytes:
    """What Samsung's camera puts behind a picture: blocks by their names ("Image_UTC_Data"), and their directory."""
    kinds = {"Image_UTC_Data": 0x0A01, "MCC_Data": 0x0AA1, "MotionPhoto_Data": 0x0A30}
    told = [
        (kinds.get(name, 0x0BA1), struct.pack("<HHI", 0, kinds.get(name, 0x0BA1), len(name)) + name.encode() + data)
        for name, data in blocks.items()
    ]
    whole = sum(len(block) for _, block in told)
    directory, place = b"SEFH" + struct.pack("<II", 106, len(told)), 0
    for kind, block in told:
        directory += struct.pack("<HHII", 0, kind, whole - place, len(block))
        place += len(block)
    return b"".join(block for _, block in told) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of the ISO base media format."""
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def mp4(
    *,
    created: int = 0,
    changed: int | None = None,
    seconds: float = 2.5,
    size: tuple[int, int] = (640, 360),
    place: str = "",
    keys: dict[str, str] | None = None,
    more: bytes = b"",
) -> bytes:
    """A film without pictures: its header with dates in seconds since 1904, one track, a place ("+51.5-000.1/") in
    Android's manner, keys in Apple's ("com.apple.quicktime.make"), and `more` boxes of its description."""
    header = struct.pack(">IIIII", 0, created, created if changed is None else changed, 1000, round(seconds * 1000))
    track = bytes(76) + struct.pack(">II", size[0] << 16, size[1] << 16)
    handler = box(b"hdlr", bytes(8) + b"vide" + bytes(13))
    parts = [box(b"mvhd", header + bytes(80)), box(b"trak", box(b"tkhd", track), box(b"mdia", handler))]
    if place:
        parts.append(box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7) + place.encode())))
    if keys:
        named = b"".join(box(b"mdta", name.encode()) for name in keys)
        values = [
            box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0) + value.encode()))
            for number, value in enumerate(keys.values(), 1)
        ]
        listed = box(b"keys", struct.pack(">II", 0, len(keys)) + named)
        parts.append(box(b"meta", box(b"hdlr", bytes(8) + b"mdta" + bytes(13)), listed, box(b"ilst", *values)))
    parts.append(more)
    return box(b"ftyp", b"isom\x00\x00\x02\x00isommp42") + box(b"moov", *parts) + box(b"mdat", bytes(32))


def _length(directory: dict[int, Entry]) -> int:
    return (
        6 + 12 * len(directory) + sum(len(data) + len(data) % 2 for _, _, data in directory.values() if len(data) > 4)
    )


def _directory(directory: dict[int, Entry], place: int) -> bytes:
    head, tail = struct.pack(">H", len(directory)), b""
    after = place + 6 + 12 * len(directory)
    for tag, (kind, count, data) in sorted(directory.items()):
        if len(data) > 4:
            head += struct.pack(">HHII", tag, kind, count, after + len(tail))
            tail += data + bytes(len(data) % 2)
        else:
            head += struct.pack(">HHI", tag, kind, count) + data.ljust(4, b"\x00")
    return head + bytes(4) + tail
