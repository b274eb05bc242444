"""Pictures by their content, whatever app or folder they lie in: camera, times by meaning, place.

References: CIPA DC-008 "Exif 2.32" (local times, offsets since 2.31, GPS time in UTC).
"""

from __future__ import annotations

from collections.abc import Iterator

from evidence_store.records import WHOLE_FILE, Location, MediaItem, Moment, Problem
from extractors.base import EvidenceFile, Found, extractor
from parsers.exif import Exif, ExifTime, PictureFacts, read_picture
from parsers.picture_layout import OtherKind
from parsers.times import from_local

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
    version=1,
    title="Photos and other pictures",
    types=("image/",),
    emits=(MediaItem, Location),
    privacy="media",
    layouts="JPEG, HEIC, TIFF, PNG, WebP with Exif 2.x and 3.0",
    tested_on="JPEG and HEIC samples of many cameras and phones with published make, model, date and place",
    limits="Maker notes, XMP and IPTC are not read. Size and Exif are not read from SVG, JPEG XL, PSD, raw formats.",
)
def photos(file: EvidenceFile) -> Iterator[Found]:
    """One MediaItem a picture, and a Location where it holds a position that can be one."""
    facts, problem = _facts(file)
    exif = facts.exif or Exif()
    moments = usable_first(_moments(exif, file))
    yield MediaItem(
        locator=WHOLE_FILE,
        moments=moments,
        mime=file.mime,
        width=facts.width,
        height=facts.height,
        device=device_name(exif.make, exif.model),
        text=next((text for name, text in exif.tags if name == "Image ImageDescription"), None),
        extra=_extra(exif),
    )
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
    if problem:
        yield problem
    for detail in facts.problems:
        yield Problem("file", "damaged-picture", detail, WHOLE_FILE)
    for detail in exif.problems:
        yield Problem("value", "photo-gps", detail, WHOLE_FILE)


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


def local_moment(meaning: str, time: ExifTime, file: EvidenceFile) -> Moment:
    """A stored local time as a moment: clock B with its own offset, else C under the zone that is assumed, if any."""
    if time.utc_us is not None:
        return Moment(meaning, time.utc_us, time.raw, "B")
    if time.local is None:
        return Moment(meaning, None, time.raw, "C", note=time.note)
    utc_us, note = from_local(time.local, file.zone)
    notes = "; ".join(part for part in (note, time.note) if part)
    return Moment(meaning, utc_us, time.raw, "C", zone=f"{file.zone}, {file.zone_by}" if file.zone else "", note=notes)


def usable_first(embedded: list[Moment]) -> tuple[Moment, ...]:
    """What is no time at all ("0000:00:00") comes last."""
    no_time = [moment for moment in embedded if moment.utc_us is None and not moment.note.startswith("local time")]
    return (*[moment for moment in embedded if moment not in no_time], *no_time)


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
