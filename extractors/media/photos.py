"""Pictures by their content, whatever app or folder they lie in: camera, times by meaning, place.

References: CIPA DC-008 "Exif 2.32" (local times, offsets since 2.31, GPS time in UTC).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from evidence_store.records import WHOLE_FILE, Location, MediaItem, Moment, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.media.times import local_moment, not_told_yet, usable_first
from extractors.media.written import Written, read_written
from parsers.exif import Exif, PictureFacts, read_picture
from parsers.picture import fingerprint
from parsers.picture_layout import OtherKind
from parsers.samsung_trailer import SamsungBlock, samsung_blocks
from parsers.times import from_unix

_DIFFERENT = 20  # of 64 bits: up to 5 in pictures of 28 cameras and programs, half of them in unrelated ones
_FINGERPRINTED = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "tiff"))
_SAMSUNG_TIME = "Image_UTC_Data"
_SAMSUNG_NOTE = "UTC as the camera application wrote it behind the picture"
# Tags that say whose device it was, where it pointed or what was edited; the rest stays in the file.
_OF_INTEREST = frozenset(
    (
        "Image Artist",
        "Image Copyright",
        "Image HostComputer",
        "EXIF CameraOwnerName",
        "EXIF BodySerialNumber",
        "EXIF LensSerialNumber",
        "EXIF ImageUniqueID",
        "GPS GPSImgDirection",
        "GPS GPSImgDirectionRef",
        "GPS GPSSpeed",
        "GPS GPSSpeedRef",
        "GPS GPSMapDatum",
        "GPS GPSProcessingMethod",
    )
)


@extractor(
    id="media.photos",
    version=6,
    title="Photos and other pictures",
    types=("image/",),
    emits=(MediaItem, Location),
    privacy="media",
    layouts="JPEG, HEIC, TIFF, PNG, WebP with Exif 2.x and 3.0, XMP, IPTC-IIM; what Samsung's camera "
    "writes behind a picture",
    tested_on="JPEG and HEIC samples of many cameras and phones with published make, model, date and place",
    limits="Of the makers' notes only Apple's identifiers are read. Size and Exif are not read from SVG, JPEG XL, PSD, "
    "raw formats. The fingerprint by which similar pictures are found (dhash64) is not made of HEIC and AVIF. XMP and "
    "IPTC can be written by any program.",
)
def photos(file: EvidenceFile) -> Iterator[Found]:
    """One MediaItem a picture, and a Location where it holds a position that can be one."""
    facts, problem = _facts(file)
    exif = facts.exif or Exif()
    with file.open() as stream:
        written = read_written(stream, file)
        alike = _alike(stream, file.mime)
        blocks = samsung_blocks(stream)
    # A camera that was held on its side turns the picture by a mark, and the thumbnail has none.
    small, looks_different = _embedded(facts.thumbnail, alike if exif.orientation in (None, 1) else None)
    embedded = [*_moments(exif, file), *_samsung_moments(blocks)]
    moments = usable_first([*embedded, *not_told_yet(embedded, written.moments)])
    described = next((text for name, text in exif.tags if name == "Image ImageDescription"), None)
    words = dict.fromkeys([*([described] if described else []), *written.words])
    yield MediaItem(
        locator=WHOLE_FILE,
        moments=moments,
        mime=file.mime,
        width=facts.width,
        height=facts.height,
        device=device_name(exif.make or written.make, exif.model or written.model),
        flags=(*dict.fromkeys((*written.flags, *_samsung_flags(blocks))), *looks_different),
        text="\n".join(words) or None,
        extra=(
            *_extra(exif),
            *((f"Apple {name}", value) for name, value in facts.apple),
            *written.fields,
            *_samsung_fields(blocks),
            *((("dhash64", alike),) if alike else ()),
            *small,
        ),
    )
    yield from _place(exif, written, moments)
    yield from written.problems
    if problem:
        yield problem
    for detail in facts.problems:
        yield Problem("file", "damaged-picture", detail, WHOLE_FILE)
    for detail in exif.problems:
        yield Problem("value", "photo-gps", detail, WHOLE_FILE)


def _place(exif: Exif, written: Written, moments: tuple[Moment, ...]) -> Iterator[Location]:
    """The place in the Exif block; where that has none, the one in the XMP."""
    if exif.gps.lat is not None and exif.gps.lon is not None:
        yield Location(
            locator=WHOLE_FILE,
            moments=moments,
            lat=exif.gps.lat,
            lon=exif.gps.lon,
            altitude_m=exif.gps.altitude_m,
            accuracy_m=exif.gps.accuracy_m,
            source="photo GPS",
        )
    elif written.lat is not None and written.lon is not None:
        yield Location(locator=WHOLE_FILE, moments=moments, lat=written.lat, lon=written.lon, source="photo XMP")


def _alike(stream: BinaryIO, mime: str) -> str | None:
    """The fingerprint by which pictures that look alike are found; None where it would cost more than it gives.

    A HEIC picture of a phone takes a third of a second to decode: a hundred times as long as a JPEG.
    """
    if mime not in _FINGERPRINTED:
        return None
    try:
        return fingerprint(stream)
    except ValueError:
        return None  # what is wrong with the picture is said by those who read its frame


def _embedded(thumbnail: bytes | None, alike: str | None) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """What is to be told of the small picture in the Exif block, and the flag where it shows something else.

    A program that changes a picture may leave the thumbnail of what it was. A thumbnail is often not turned, and has
    bars where its shape is another: only a great difference is told, as one to look at.
    """
    if thumbnail is None:
        return (), ()
    told = (("embedded thumbnail, SHA-256", hashlib.sha256(thumbnail).hexdigest()),)
    other = _alike(io.BytesIO(thumbnail), "image/jpeg")
    if alike is None or other is None:
        return told, ()
    differ = (int(alike, 16) ^ int(other, 16)).bit_count()
    return (*told, ("embedded thumbnail, dhash64", other)), (
        "embedded thumbnail differs",
    ) if differ > _DIFFERENT else ()


def _facts(file: EvidenceFile) -> tuple[PictureFacts, Problem | None]:
    nothing = PictureFacts(None, None, None, ())
    try:
        with file.open() as stream:
            return read_picture(stream), None
    except OtherKind as error:
        return nothing, Problem("note", "picture-kind-not-read", str(error), WHOLE_FILE)
    except ValueError as error:
        return nothing, Problem("file", "damaged-picture", str(error), WHOLE_FILE)


def _moments(exif: Exif, file: EvidenceFile) -> list[Moment]:
    dated = (("taken", exif.taken), ("digitised", exif.digitised), ("modified", exif.modified))
    moments = [local_moment(f"{meaning} (embedded)", time, file) for meaning, time in dated if time]
    if fix := exif.gps.time:
        # Clock B: the zone is known from the format, and the receiver sets the clock.
        note = (
            fix.note or "UTC by the Exif specification; the time of the satellite fix, which may be before the picture"
        )
        moments.append(Moment("GPS time (embedded)", fix.utc_us, fix.raw, "B", note=note))
    return moments


def _samsung_moments(blocks: tuple[SamsungBlock, ...]) -> list[Moment]:
    """When the picture was taken by the phone's own clock: milliseconds since 1970, whatever zone the phone was in."""
    stored = next((block.value for block in blocks if block.name == _SAMSUNG_TIME), "")
    if not stored:
        return []
    utc_us, note = from_unix(stored, "ms")
    return [Moment("taken (Samsung)", utc_us, stored, "A", note=note or _SAMSUNG_NOTE)]


def _samsung_flags(blocks: tuple[SamsungBlock, ...]) -> tuple[str, ...]:
    return ("motion photo",) if any(block.name == "MotionPhoto_Data" for block in blocks) else ()


def _samsung_fields(blocks: tuple[SamsungBlock, ...]) -> tuple[tuple[str, str], ...]:
    """Which blocks there are (an editor leaves its own), and what is called MCC, as stored."""
    names = ", ".join(dict.fromkeys(block.name for block in blocks))
    codes = tuple(("Samsung MCC_Data", block.value) for block in blocks if block.name == "MCC_Data" and block.value)
    return ((("Samsung blocks", names),) if names else ()) + codes


def device_name(make: str | None, model: str | None) -> str | None:
    """ "Apple" and "iPhone 11" as one name; a model that repeats its maker ("Canon EOS 40D") is left alone."""
    if make and model and not model.lower().startswith(make.lower()):
        return f"{make} {model}"
    return model or make


def _extra(exif: Exif) -> tuple[tuple[str, str | int | float | None], ...]:
    named = (
        ("software", exif.software),
        ("lens", exif.lens),
        ("orientation", exif.orientation),
        ("GPS position as stored", exif.gps.raw),
    )
    told = tuple((name, value) for name, value in named if value)
    return (*told, *((name, text) for name, text in exif.tags if name in _OF_INTEREST))
