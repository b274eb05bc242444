"""What a camera wrote into a picture: who took it, when, where. Plain values, each date by its meaning, raw text kept.

Dates in Exif are local time; since Exif 2.31 the offset from UTC may stand beside them. GPS date and time are UTC by
the specification. A position that cannot be a fix (0,0; out of range; no hemisphere; nothing over zero) is a problem
and never a position.

References: CIPA DC-008 "Exif 2.32", sections 4.6.4 to 4.6.6; TIFF 6.0; ISO/IEC 23008-12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO, Final

from parsers.apple_maker_note import apple_note
from parsers.exif_tags import Tags, Value, read_tags
from parsers.exif_thumbnail import thumbnail_of
from parsers.picture_layout import find_layout
from parsers.times import to_us

_DATE: Final = re.compile(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T]+(\d\d?):(\d\d?)(?::(\d\d?))?(?:\.(\d{1,9}))?(?!\d)")
_DAY: Final = re.compile(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)")
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)|Z")
_BLANK: Final = re.compile(r"[\s:]*")
_ZERO: Final = re.compile(r"[0\s:]*")
# The tags whose meaning is read; of the others only the printed form is kept.
_NAMES: Final = frozenset(
    (
        *(
            f"Image {name}"
            for name in ("Make", "Model", "Software", "Orientation", "DateTime", "ImageWidth", "ImageLength")
        ),
        *(f"EXIF {name}" for name in ("LensModel", "DateTimeOriginal", "DateTimeDigitized")),
        *(f"EXIF {name}Time{which}" for name in ("SubSec", "Offset") for which in ("", "Original", "Digitized")),
        *(
            f"GPS GPS{name}"
            for name in ("Latitude", "LatitudeRef", "Longitude", "LongitudeRef", "Altitude", "AltitudeRef")
        ),
        *("GPS GPSTimeStamp", "GPS GPSDate", "GPS Tag 0x001F", "GPS GPSHPositioningError"),
    )
)


@dataclass(frozen=True, slots=True)
class ExifTime:
    """A date as stored. `local` is naive; `offset_min` minutes east of UTC, None where none is stored (then `utc_us` is
    None as well). `note` says why there is no `local`."""

    raw: str
    local: datetime | None
    offset_min: int | None = None
    utc_us: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gps:
    """A position in degrees (south and west negative) with its altitude in metres, and the UTC time of the fix."""

    lat: float | None = None
    lon: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None
    raw: str = ""
    time: ExifTime | None = None


@dataclass(frozen=True, slots=True)
class Exif:
    make: str | None = None
    model: str | None = None
    software: str | None = None
    lens: str | None = None
    orientation: int | None = None
    taken: ExifTime | None = None
    digitised: ExifTime | None = None
    modified: ExifTime | None = None
    gps: Gps = Gps()
    tags: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """`width` and `height` in pixels as stored; `exif` None without an Exif block that could be read. `thumbnail`: the
    small JPEG in that block, where there is one; `apple`: see `apple_note`."""

    width: int | None
    height: int | None
    exif: Exif | None
    problems: tuple[str, ...]
    thumbnail: bytes | None = None
    apple: tuple[tuple[str, str], ...] = ()


def read_picture(stream: BinaryIO) -> PictureFacts:
    """The facts of a JPEG, TIFF, HEIC, AVIF, PNG, WebP (Exif and size), GIF, BMP or JPEG 2000 picture (size).

    Nothing is decoded. A damaged Exif block is a problem of the picture. Raises OtherKind for other kinds, and
    ValueError where the frame of the file cannot be followed.
    """
    layout = find_layout(stream)
    if layout.exif is None:
        return PictureFacts(layout.width, layout.height, None, layout.problems)
    try:
        tags = read_tags(layout.exif, _NAMES)
    except ValueError as error:
        return PictureFacts(layout.width, layout.height, None, (*layout.problems, str(error)))
    if layout.exif is stream:  # a TIFF file is its own Exif block
        width, height = _whole(tags, "Image ImageWidth"), _whole(tags, "Image ImageLength")
        return PictureFacts(width, height, _meaning(tags), layout.problems)
    layout.exif.seek(0)
    block, width, height = layout.exif.read(), layout.width, layout.height
    return PictureFacts(width, height, _meaning(tags), layout.problems, thumbnail_of(block), apple_note(block))


def _meaning(tags: Tags) -> Exif:
    problems: list[str] = []
    gps = _gps(tags, problems)
    return Exif(
        make=_text(tags, "Image Make"),
        model=_text(tags, "Image Model"),
        software=_text(tags, "Image Software"),
        lens=_text(tags, "EXIF LensModel"),
        orientation=_whole(tags, "Image Orientation"),
        taken=_time(tags, "EXIF DateTimeOriginal", "Original"),
        digitised=_time(tags, "EXIF DateTimeDigitized", "Digitized"),
        modified=_time(tags, "Image DateTime", ""),
        gps=gps,
        tags=tags.printed,
        problems=tuple(problems),
    )


def _text(tags: Tags, name: str) -> str | None:
    value = tags.values.get(name)
    return (value.replace("\x00", "").strip() or None) if isinstance(value, str) else None


def _whole(tags: Tags, name: str) -> int | None:
    value = tags.values.get(name)
    if not value or isinstance(value, str) or not isinstance(value[0], int):
        return None
    return value[0]


def _time(tags: Tags, name: str, suffix: str) -> ExifTime | None:
    """A date with its subseconds and offset. A date of blanks is what the specification writes for "not known"."""
    stored = _text(tags, name)
    if stored is None or _BLANK.fullmatch(stored):
        return None
    subseconds = _text(tags, f"EXIF SubSecTime{suffix}") or ""
    offset = _text(tags, f"EXIF OffsetTime{suffix}") or ""
    raw = stored + (f"; subseconds {subseconds}" if subseconds else "") + (f"; offset {offset}" if offset else "")
    return exif_time(raw, stored, subseconds, offset)


def exif_time(raw: str, stored: str, subseconds: str, offset: str) -> ExifTime:
    """A stored date ("2026:05:11 10:00:00") with subseconds ("123") and offset ("+01:00"), each "" where not stored."""
    found = _DATE.match(stored)
    if found is None:
        return ExifTime(raw, None, note="zero" if _ZERO.fullmatch(stored) else "not a date")
    *parts, fraction = found.groups()
    digits = subseconds.strip() if subseconds.strip().isdecimal() else fraction or ""
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        if year < 1900:  # no camera: a clock that was never set
            return ExifTime(raw, None, note="zero" if _ZERO.fullmatch(stored) else "not a plausible date")
        local = datetime(year, month, day, hour, minute, second, int(digits[:6].ljust(6, "0")))  # noqa: DTZ001 - local
    except ValueError:
        return ExifTime(raw, None, note="no such date")
    minutes = _offset_minutes(offset or stored[found.end() :])
    if minutes is None:
        return ExifTime(raw, local, note="the stored offset cannot be read" if offset.strip(" :") else "")
    try:
        aware = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        return ExifTime(raw, local, minutes, to_us(aware))
    except (ValueError, OverflowError):
        return ExifTime(raw, local, note="the stored offset cannot be")


def _offset_minutes(text: str) -> int | None:
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    if found[1] is None:
        return 0
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


def _gps(tags: Tags, problems: list[str]) -> Gps:
    time = _gps_time(tags, problems)
    raw = _raw_position(tags)
    stored = [tags.values.get(f"GPS GPS{name}") for name in ("Latitude", "Longitude")]
    if not any(stored):
        return Gps(raw=raw, time=time)
    try:
        lat = _angle(stored[0], _text(tags, "GPS GPSLatitudeRef"), "NS", 90)
        lon = _angle(stored[1], _text(tags, "GPS GPSLongitudeRef"), "EW", 180)
    except ValueError as error:
        problems.append(f"GPS position not used: {error}")
        return Gps(raw=raw, time=time)
    if lat == 0 and lon == 0:
        problems.append("GPS position not used: 0,0 is what is written without a fix")
        return Gps(raw=raw, time=time)
    return Gps(lat, lon, _altitude(tags, problems), _accuracy(tags), raw, time)


def _angle(stored: Value | None, reference: str | None, letters: str, most: int) -> float:
    if stored is None or isinstance(stored, str) or not 1 <= len(stored) <= 3:
        raise ValueError("a coordinate is missing or has another form")
    letter = (reference or "").upper()[:1]
    if not letter or letter not in letters:
        raise ValueError("the hemisphere is not recorded")
    parts = [_decimal(part) for part in stored]
    degrees = sum((part / 60.0**place for place, part in enumerate(parts)), 0.0)
    if not degrees <= most or any(part < 0 for part in parts):  # NaN is not <= anything
        raise ValueError("a coordinate is out of range")
    return round(-degrees if letter == letters[1] else degrees, 9)


def _decimal(part: int | float | tuple[int, int]) -> float:
    if not isinstance(part, tuple):
        return float(part)
    if part[1] == 0:
        raise ValueError("a number over zero is written where no value is known")
    return part[0] / part[1]


def _altitude(tags: Tags, problems: list[str]) -> float | None:
    stored = tags.values.get("GPS GPSAltitude")
    if not stored or isinstance(stored, str):
        return None
    try:
        metres = _decimal(stored[0])
    except ValueError as error:
        problems.append(f"GPS altitude not used: {error}")
        return None
    if not -20_000 < metres < 100_000:
        problems.append(f"GPS altitude not used: {metres:g} m")
        return None
    below_sea = _whole(tags, "GPS GPSAltitudeRef") in (1, 3)
    return round(-metres if below_sea else metres, 3)


def _accuracy(tags: Tags) -> float | None:
    stored = tags.values.get("GPS Tag 0x001F") or tags.values.get("GPS GPSHPositioningError")
    if not stored or isinstance(stored, str):
        return None
    part = stored[0]
    if isinstance(part, tuple) and part[1] == 0:
        return None
    metres = _decimal(part)
    return round(metres, 3) if 0 < metres < 1e7 else None


def _gps_time(tags: Tags, problems: list[str]) -> ExifTime | None:
    day = _text(tags, "GPS GPSDate") or ""
    stored = tags.values.get("GPS GPSTimeStamp")
    clock = "" if not stored or isinstance(stored, str) else " ".join(_fraction(part) for part in stored)
    if not (raw := f"{day} {clock}".strip()):
        return None
    if not day or not clock:
        missing = "time of day" if day else "date"
        return ExifTime(raw, None, note=f"of the time of the satellite fix, which is in UTC, the {missing} is missing")
    try:
        return ExifTime(raw, None, 0, _satellite_time(day, stored))
    except (ValueError, OverflowError) as error:
        problems.append(f"GPS time not used: {error}")
        return ExifTime(raw, None, note=str(error))


def _satellite_time(day: str, stored: Value | None) -> int:
    found = _DAY.fullmatch(day.strip())
    if found is None or not stored or isinstance(stored, str) or len(stored) != 3:
        raise ValueError("not a date and time")
    hours, minutes, seconds = (_decimal(part) for part in stored)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        raise ValueError("no such time of day")
    midnight = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    return to_us(midnight) + round((hours * 3600 + minutes * 60 + seconds) * 1_000_000)


def _fraction(part: int | float | tuple[int, int]) -> str:
    if not isinstance(part, tuple):
        return str(part)
    return str(part[0]) if part[1] == 1 else f"{part[0]}/{part[1]}"


def _raw_position(tags: Tags) -> str:
    pieces = []
    for name in ("Latitude", "Longitude", "Altitude"):
        stored = tags.values.get(f"GPS GPS{name}")
        if stored and not isinstance(stored, str):
            reference = _text(tags, f"GPS GPS{name}Ref") or ""
            pieces.append(" ".join((*(_fraction(part) for part in stored), reference)).strip())
    return "; ".join(pieces)
