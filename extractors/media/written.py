"""What people and programs wrote into a picture or film: XMP and IPTC as moments, words and further fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from evidence_store.records import WHOLE_FILE, Moment, Problem
from extractors.base import EvidenceFile
from extractors.media.times import local_moment
from extractors.shortened import shortened
from parsers.exif import exif_time
from parsers.iptc import MOST_VALUES as MOST_IPTC
from parsers.iptc import iptc_time, read_iptc
from parsers.picture_packets import find_packets
from parsers.xmp import MOST_VALUES as MOST_XMP
from parsers.xmp import read_xmp

_DATES: Final = {
    "exif:DateTimeOriginal": "taken (XMP)",
    "photoshop:DateCreated": "taken (XMP, Photoshop)",
    "exif:DateTimeDigitized": "digitised (XMP)",
    "xmp:CreateDate": "file dated (XMP)",
    "xmp:ModifyDate": "modified (XMP)",
    "pdf:CreationDate": "file dated (XMP, PDF)",
}
_WORDS: Final = (
    *("dc:title", "dc:description", "photoshop:Headline", "dc:subject", "exif:UserComment", "pdf:Title"),
    *("title", "headline", "caption", "keyword"),
)
# What else says who, where, with which program and from which other file; each picture has few of them.
_KEPT: Final = re.compile(
    r"dc:(creator|rights|source|contributor|publisher)|xmp:(CreatorTool|Label|Rating|Nickname)|"
    r"xmpMM:(DocumentID|OriginalDocumentID|InstanceID|DerivedFrom/.*|History/stEvt:(action|when|softwareAgent|changed))|"
    r"photoshop:(AuthorsPosition|CaptionWriter|Category|City|State|Country|Credit|Source|Instructions|History|"
    r"TransmissionReference)|Iptc4xmp\w+:.*|GCamera:.*|Container:Directory/.*|xmpRights:.*|mwg-rs:.*Name|"
    r"pdf:(Author|Creator|Producer)|exifEX:(BodySerialNumber|CameraOwnerName|LensModel)|aux:(SerialNumber|Lens)"
)
_MOST_KEPT: Final = 80
_MOST_LENGTH: Final = 2000
_ANGLE: Final = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")


@dataclass(slots=True)
class Written:
    """`words` for the search, each once; `fields` are (name, text) as stored; `lat`, `lon` degrees."""

    moments: list[Moment] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    make: str | None = None
    model: str | None = None
    lat: float | None = None
    lon: float | None = None
    problems: list[Problem] = field(default_factory=list)


def read_written(stream: BinaryIO, file: EvidenceFile) -> Written:
    """Everything of interest in the XMP and IPTC of a file; what cannot be read is a problem, and the rest is kept."""
    packets = find_packets(stream)
    found = Written()
    for detail in packets.problems:
        found.problems.append(Problem("value", "packets", detail, WHOLE_FILE))
    values: list[tuple[str, str]] = []
    for packet in packets.xmp:
        faults: list[str] = []
        try:
            read = read_xmp(packet, faults)
        except ValueError as error:
            found.problems.append(Problem("value", "xmp", str(error), WHOLE_FILE))
            continue
        found.problems += [Problem("value", "xmp", detail, WHOLE_FILE) for detail in faults]
        _said_if_many(found, "xmp", len(read), MOST_XMP)
        values += read
    _take_xmp(found, values, file)
    if packets.iptc:
        try:
            read = read_iptc(packets.iptc)
        except ValueError as error:
            found.problems.append(Problem("value", "iptc", str(error), WHOLE_FILE))
        else:
            _said_if_many(found, "iptc", len(read), MOST_IPTC)
            _take_iptc(found, read, file)
    found.words = list(dict.fromkeys(word for word in found.words if word))
    if len(found.fields) > _MOST_KEPT:
        # What press programs wrote comes last and is short: the history of a program may be very long.
        iptc = [one for one in found.fields if one[0].startswith("IPTC ")][:_MOST_KEPT]
        xmp = [one for one in found.fields if not one[0].startswith("IPTC ")]
        detail = f"{len(found.fields)} further fields, of which {_MOST_KEPT} are shown"
        found.problems.append(Problem("value", "written", detail, WHOLE_FILE))
        found.fields = [*xmp[: _MOST_KEPT - len(iptc)], *iptc]
    return found


def _said_if_many(found: Written, code: str, count: int, most: int) -> None:
    """The readers stop at so many values without a word; one that has just so many may have been read whole."""
    if count >= most:
        detail = f"{most:,} values of {code.upper()} were read, which is the most that are: there may be more"
        found.problems.append(Problem("value", code, detail, WHOLE_FILE))


def _take_xmp(found: Written, values: list[tuple[str, str]], file: EvidenceFile) -> None:
    first = dict(reversed(values))
    for name, meaning in _DATES.items():
        if stored := first.get(name):
            found.moments.append(local_moment(meaning, exif_time(stored, stored, "", ""), file))
    found.words += [shortened(text, _MOST_LENGTH) for name, text in values if name in _WORDS]
    found.fields += [
        (f"XMP {name}", shortened(text, _MOST_LENGTH)) for name, text in values if _KEPT.fullmatch(name) and text
    ]
    found.make, found.model = first.get("tiff:Make"), first.get("tiff:Model")
    lat, lon = _degrees(first.get("exif:GPSLatitude", ""), 90), _degrees(first.get("exif:GPSLongitude", ""), 180)
    if lat is not None and lon is not None and (lat or lon):
        found.lat, found.lon = lat, lon
    if "1" in (first.get("GCamera:MotionPhoto"), first.get("GCamera:MicroVideo")):
        found.flags = ("motion photo",)


def _degrees(text: str, most: int) -> float | None:
    """ "39,3.08064N" or "39,3,4N" as degrees, south and west negative."""
    parts = _ANGLE.fullmatch(text.strip())
    if parts is None:
        return None
    degrees = int(parts[1]) + float(parts[2]) / 60 + float(parts[3] or 0) / 3600
    return None if degrees > most else round(-degrees if parts[4] in "SW" else degrees, 9)


def _take_iptc(found: Written, values: list[tuple[str, str]], file: EvidenceFile) -> None:
    first = dict(reversed(values))
    for meaning, day, clock in (
        ("taken (IPTC)", "date created", "time created"),
        ("digitised (IPTC)", "digital creation date", "digital creation time"),
    ):
        date, offset = iptc_time(first.get(day, ""), first.get(clock, ""))
        if date:
            raw = f"{first[day]} {first[clock]}"
            found.moments.append(local_moment(meaning, exif_time(raw, date, "", offset), file))
    found.words += [shortened(text, _MOST_LENGTH) for name, text in values if name in _WORDS]
    found.fields += [
        (f"IPTC {name}", shortened(text, _MOST_LENGTH)) for name, text in values if name not in _WORDS and text
    ]
