"""What an MP4, MOV or 3GP film says of itself: dates, length, size of the picture, camera, place. Nothing is decoded.

References: ISO/IEC 14496-12 (mvhd, tkhd, mehd), Apple "QuickTime File Format" (user data, metadata keys), 3GPP TS
26.244 (loci), ISO 6709 (the text of a place).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from parsers.boxes import Box, boxes, content, size_of

_MAC_EPOCH_S: Final = 2_082_844_800  # seconds from 1904-01-01 to 1970-01-01
_MOST_TEXT: Final = 65536
_MOST_TRACKS: Final = 64
_PLACE: Final = re.compile(r"([+-]\d{2,6}(?:\.\d{1,12})?)([+-]\d{3,7}(?:\.\d{1,12})?)([+-]\d{1,6}(?:\.\d{1,9})?)?.*")
_USER_TEXT: Final = {
    b"\xa9xyz": "place",
    b"\xa9mak": "make",
    b"\xa9mod": "model",
    b"\xa9swr": "software",
    b"\xa9day": "day",
    b"\xa9nam": "title",
    b"\xa9cmt": "comment",
    b"\xa9too": "software",
    b"\xa9inf": "information",
}
_KEYS: Final = {
    "com.apple.quicktime.location.ISO6709": "place",
    "com.apple.quicktime.location.accuracy.horizontal": "accuracy",
    "com.apple.quicktime.make": "make",
    "com.apple.quicktime.model": "model",
    "com.apple.quicktime.software": "software",
    "com.apple.quicktime.creationdate": "created",
    "com.apple.quicktime.title": "title",
    "com.apple.quicktime.comment": "comment",
    "com.apple.quicktime.description": "description",
    "com.apple.quicktime.keywords": "keywords",
    "com.apple.quicktime.author": "author",
    "com.apple.quicktime.displayname": "shown name",
    "com.apple.quicktime.location.name": "name of the place",
    "com.apple.quicktime.location.date": "date of the place",
    "com.apple.quicktime.content.identifier": "content identifier",
    "com.android.version": "Android version",
    "com.samsung.android.utc_offset": "UTC offset (Samsung)",
    "samsung.android.utc_offset": "UTC offset (Samsung)",
    "com.android.manufacturer": "make",
    "com.android.model": "model",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees (south and west negative) and metres above the sea; `raw` as stored."""

    lat: float
    lon: float
    altitude_m: float | None
    raw: str


@dataclass(slots=True)
class Movie:
    """`created` and `changed`: seconds since 1904 as stored, None where the header is missing. `texts`: what the film
    says, by "make", "model", "software", "created" (ISO 8601 with offset), "day", "place", "title" …, as stored."""

    created: int | None = None
    changed: int | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    texts: dict[str, str] = field(default_factory=dict)
    place: Place | None = None
    problems: list[str] = field(default_factory=list)


def read_movie(stream: BinaryIO) -> Movie:
    """The facts of a film. Raises ValueError where it has no moov box (a recording that was cut off has none)."""
    movie = Movie()
    moov = next((box for box in boxes(stream, 0, size_of(stream)) if box.kind == b"moov"), None)
    if moov is None:
        raise ValueError("no moov box: the film's description is missing")
    if moov.cut:
        movie.problems.append("the film's description (moov) is cut short")
    try:
        _description(stream, moov, movie)
    except ValueError as error:
        movie.problems.append(str(error))
    _set_place(movie)
    return movie


def from_mac(seconds: int) -> int:
    """Seconds since 1904-01-01T00:00:00 as Unix seconds."""
    return seconds - _MAC_EPOCH_S


def parse_place(text: str) -> Place:
    """ISO 6709 text ("+51.5007-000.1246+012.3/") as a place.

    Raises ValueError for another form, and for a place that cannot be.
    """
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise ValueError("the place is not written as ISO 6709")
    lat, lon = _sexagesimal(found[1], 2), _sexagesimal(found[2], 3)
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("a coordinate is out of range")
    if lat == 0 and lon == 0:
        raise ValueError("0,0 is what is written without a fix")
    return Place(lat, lon, float(found[3]) if found[3] else None, text.strip())


def _sexagesimal(text: str, degrees_digits: int) -> float:
    """Degrees from "+DD.D", "+DDMM.M" or "+DDMMSS.S": the number of digits before the point tells them apart."""
    whole = text[1:].partition(".")[0]
    extra = len(whole) - degrees_digits
    if extra not in (0, 2, 4):
        raise ValueError("the place is not written as ISO 6709")
    size = float(text[1:])
    if extra == 2:
        degrees, minutes = divmod(size, 100)
        size = degrees + minutes / 60
    elif extra == 4:
        degrees, rest = divmod(size, 10000)
        minutes, seconds = divmod(rest, 100)
        size = degrees + minutes / 60 + seconds / 3600
    return round(-size if text[0] == "-" else size, 9)


def _description(stream: BinaryIO, moov: Box, movie: Movie) -> None:
    tracks = scale = 0
    for box in boxes(stream, moov.start, moov.end):
        if box.kind == b"mvhd":
            scale = _header(content(stream, box, 256), movie)
        elif box.kind == b"mvex":
            _in_fragments(stream, box, movie, scale)
        elif box.kind == b"trak" and tracks < _MOST_TRACKS:
            tracks += 1
            _track(stream, box, movie)
        elif box.kind == b"meta":
            _keyed(stream, box, movie)
        elif box.kind == b"udta":
            _user_data(stream, box, movie)


def _header(data: bytes, movie: Movie) -> int:
    """Takes the dates and the length; gives the parts of a second in which it counts."""
    wide = data[:1] == b"\x01"
    width = 8 if wide else 4
    if len(data) < 4 + 2 * width:
        raise ValueError("the film's header (mvhd) is cut short")
    movie.created = int.from_bytes(data[4 : 4 + width], "big")
    movie.changed = int.from_bytes(data[4 + width : 4 + 2 * width], "big")
    rest = data[4 + 2 * width :]
    scale, length = int.from_bytes(rest[:4], "big"), int.from_bytes(rest[4 : 4 + width], "big")
    is_known = len(rest) >= 4 + width and length != (1 << 8 * width) - 1
    movie.duration_s = round(length / scale, 3) if scale and is_known else None
    return scale


def _in_fragments(stream: BinaryIO, mvex: Box, movie: Movie, scale: int) -> None:
    """A film that follows in fragments is 0 long by its header: its length stands in mehd, or nowhere."""
    if movie.duration_s:
        return
    movie.duration_s = None
    for box in boxes(stream, mvex.start, mvex.end):
        if box.kind == b"mehd" and scale:
            data = content(stream, box, 256)
            length = int.from_bytes(data[4:12] if data[:1] == b"\x01" else data[4:8], "big")
            movie.duration_s = round(length / scale, 3) if length else None


def _track(stream: BinaryIO, trak: Box, movie: Movie) -> None:
    """Takes the size of the picture from the first track that is film."""
    if movie.width is not None:
        return
    parts = {box.kind: box for box in boxes(stream, trak.start, trak.end)}
    if b"tkhd" not in parts or b"mdia" not in parts:
        return
    media = {box.kind: box for box in boxes(stream, parts[b"mdia"].start, parts[b"mdia"].end)}
    if b"hdlr" not in media or content(stream, media[b"hdlr"], _MOST_TEXT)[8:12] != b"vide":
        return
    data = content(stream, parts[b"tkhd"], 256)
    start = 88 if data[:1] == b"\x01" else 76
    if len(data) >= start + 8:  # 16.16 fixed point
        movie.width = int.from_bytes(data[start : start + 2], "big")
        movie.height = int.from_bytes(data[start + 4 : start + 6], "big")


def _user_data(stream: BinaryIO, udta: Box, movie: Movie) -> None:
    # QuickTime may end this list with four zero bytes, which are too few to be taken for a box.
    for box in boxes(stream, udta.start, udta.end):
        if box.kind in _USER_TEXT and box.end - box.start <= _MOST_TEXT:
            data = content(stream, box, _MOST_TEXT)
            length = int.from_bytes(data[:2], "big")
            _keep(movie, _USER_TEXT[box.kind], data[4 : 4 + length])
        elif box.kind == b"loci":
            _located(content(stream, box, _MOST_TEXT), movie)
        elif box.kind == b"meta":
            _keyed(stream, box, movie)


def _located(data: bytes, movie: Movie) -> None:
    """The place of a 3GPP film: after language and name come its role and three fixed-point numbers."""
    name = data[6:]
    is_utf16 = name[:2] in (b"\xfe\xff", b"\xff\xfe")
    ending = b"\x00\x00" if is_utf16 else b"\x00"
    after = name.find(ending)
    while is_utf16 and after % 2 == 1:
        after = name.find(ending, after + 1)
    numbers = name[after + len(ending) + 1 :]
    if after < 0 or len(numbers) < 12:
        movie.problems.append("the film's place (loci) is cut short")
        return
    lon, lat, altitude = (int.from_bytes(numbers[at : at + 4], "big", signed=True) / 65536 for at in (0, 4, 8))
    movie.texts.setdefault("place", f"{lat:+010.6f}{lon:+011.6f}{altitude:+.3f}/")


def _keyed(stream: BinaryIO, meta: Box, movie: Movie) -> None:
    """Metadata as numbered keys (QuickTime) or as four-letter items (iTunes); the version field is there or not."""
    stream.seek(meta.start)
    start = meta.start + (0 if stream.read(8)[4:8] in (b"hdlr", b"keys", b"ilst") else 4)
    parts = {box.kind: box for box in boxes(stream, start, meta.end)}
    if b"ilst" not in parts:
        return
    names = _key_names(content(stream, parts[b"keys"], _MOST_TEXT)) if b"keys" in parts else []
    for item in boxes(stream, parts[b"ilst"].start, parts[b"ilst"].end):
        number = int.from_bytes(item.kind, "big")
        name = _KEYS.get(names[number - 1]) if 0 < number <= len(names) else _USER_TEXT.get(item.kind)
        if name is None or item.end - item.start > _MOST_TEXT:
            continue
        for data in boxes(stream, item.start, item.end):
            if data.kind == b"data":
                _keep(movie, name, content(stream, data, _MOST_TEXT)[8:])


def _key_names(data: bytes) -> list[str]:
    names: list[str] = []
    place = 8
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        if length < 8:
            break
        names.append(data[place + 8 : place + length].decode("utf-8", "replace"))
        place += length
    return names


def _keep(movie: Movie, name: str, stored: bytes) -> None:
    try:
        text = stored.decode("utf-8")
    except UnicodeDecodeError:
        text = stored.decode("latin-1")
    text = text.replace("\x00", "").strip()
    if text:
        movie.texts.setdefault(name, text[:1000])


def _set_place(movie: Movie) -> None:
    if "place" not in movie.texts:
        return
    try:
        movie.place = parse_place(movie.texts["place"])
    except ValueError as error:
        movie.problems.append(f"place not used: {error}")
