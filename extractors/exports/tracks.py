"""Tracks, routes and marked places that people hand over: GPX and KML files."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from evidence_store.records import Location, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.media.times import local_moment
from extractors.shortened import shortened
from parsers.exif import exif_time
from parsers.xml_events import Element, OtherRoot, each_element

_GPX_POINTS: Final = {"wpt": "waypoint", "rtept": "route point", "trkpt": "track point"}
_GPX_TOLD: Final = (
    *("speed", "course", "magvar", "geoidheight", "src", "sym", "type", "fix", "sat", "hdop", "vdop", "pdop"),
    *("ageofdgpsdata", "dgpsid", "url", "urlname"),
)
_GPX_HOLDERS: Final = ("trk", "rte")
_GPX_OTHERS: Final = ("author", "extensions")  # whose names are not those of what is around the points
_GPX_WORDS: Final = ("name", "cmt", "desc")
_KML_WORDS: Final = ("name", "address", "phoneNumber", "description")
_NUMBER: Final = re.compile(r"[-+]?(?:\d{1,12}(?:\.\d{0,50})?|\.\d{1,50})(?:[eE][-+]?\d{1,3})?", re.ASCII)
# "2026-03-01T09:30:00.000Z", and as programs write it that were not careful: "+01", "-5:00", " UTC", ",5"
_WHEN: Final = re.compile(
    r"(\d{4}[-/:.]\d\d?[-/:.]\d\d?)(?:T|\s+)(\d\d?:\d\d?(?::\d\d?)?)(?:[.,](\d{1,20}))?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d\d?)(?::?(\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_LONGEST: Final = 20_000


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str | None) -> float | None:
    found = float(text) if text and _NUMBER.fullmatch(text.strip()) else None
    return found if found is not None and math.isfinite(found) else None


def _when(meaning: str, text: str, file: EvidenceFile) -> Moment:
    """A date and time; what stands behind it and is no zone that is known ("PM", "CET") leaves it without a place."""
    raw = text.strip()
    match = _WHEN.fullmatch(raw)
    if match is None:
        found = exif_time(raw, raw, "", "")
        note = found.note if found.local is None else "not a date and time whose zone is known"
        return Moment(meaning, None, raw, "C", note="a date without a time" if _DAY.fullmatch(raw) else note)
    day, time, fraction, utc, sign, hours, minutes = match.groups()
    offset = "Z" if utc else f"{sign}{int(hours):02}:{minutes or '00'}" if sign else ""
    found = exif_time(raw, f"{day} {time}", (fraction or "")[:6], offset)
    if offset and found.utc_us is None:
        return Moment(meaning, None, raw, "C", note=found.note)
    return local_moment(meaning, found, file)


def _place(
    lat: str | None, lon: str | None, locator: str, source: str, moments: tuple[Moment, ...], **more: object
) -> Location | Problem:
    """A place within the globe, else what is wrong with it."""
    north, east = _number(lat), _number(lon)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return Problem(
            "row", "no-coordinates", shortened(f"no coordinates that can be: {lat!r}, {lon!r}", 200), locator
        )
    return Location(locator=locator, moments=moments, lat=north, lon=east, source=source, **more)  # type: ignore[arg-type]


def _read(
    file: EvidenceFile, root: str, wanted: tuple[str, ...], begun: tuple[str, ...] = ()
) -> Iterator[Element | Problem]:
    """The wanted elements and the beginnings of those in `begun`; then a Problem where the document breaks off."""
    try:
        with file.open() as stream:
            yield from each_element(stream, root, wanted, begun)
    except OtherRoot as error:
        yield Problem("schema", "unknown-layout", str(error))
    except ValueError as error:
        yield Problem("file", "damaged-xml", str(error))


@extractor(
    id="location.gpx",
    version=2,
    title="Tracks, routes and waypoints of GPX files",
    files=("**/*.gpx",),
    types=("application/gpx+xml",),
    emits=(Location,),
    privacy="location",
    layouts="GPX 1.0 and 1.1",
    tested_on="published samples of GPX 1.0 and 1.1: 23 files with up to 303 points",
    limits="A point is where a device put itself, or where somebody set a mark on a map: the file does not always tell "
    "which. Extensions of makers (heart rate and the like) are not read.",
)
def gpx(file: EvidenceFile) -> Iterator[Found]:
    """Every wpt, rtept and trkpt in stored order, with the name of what it belongs to. Times are UTC where they say so;
    without a zone they are local under the zone that is assumed, though the format asks for UTC.

    References: GPX 1.1 schema documentation (topografix)
    """
    yield from _or_empty(_gpx(file))


def _or_empty(found: Iterator[Found]) -> Iterator[Found]:
    """What was found; that it is nothing, where it is: a file that has no place is an empty one."""
    any_found = False
    for one in found:
        any_found = True
        yield one
    if not any_found:
        yield Present(0)


def _gpx(file: EvidenceFile) -> Iterator[Found]:
    around = of_file = None
    inside = False  # a track or a route: its name is not that of the next
    for one in _read(file, "gpx", (*_GPX_POINTS, "name", *_GPX_OTHERS), begun=_GPX_HOLDERS):
        if isinstance(one, Problem):
            yield one
        elif one.name in _GPX_HOLDERS:
            around, inside = of_file, True
        elif one.name == "name":
            around = shortened(one.text.strip(), _LONGEST) or None
            of_file = of_file if inside else around
        elif one.name in _GPX_OTHERS:
            continue
        else:
            yield Present(1)
            yield _gpx_point(one, of_file if one.name == "wpt" else around, file)


def _gpx_point(one: Element, around: str | None, file: EvidenceFile) -> Location | Problem:
    told = {_local(child.name): shortened(child.text.strip(), _LONGEST) for child in one.children}
    extra = [(name, told[name]) for name in _GPX_TOLD if told.get(name)]
    links = [child.attributes.get("href", "").strip() for child in one.children if child.name == "link"]
    extra += [("link", shortened(link, _LONGEST)) for link in links if link]
    if around:
        extra.append(("belongs to", around))
    words = [told[name] for name in _GPX_WORDS if told.get(name)]
    return _place(
        one.attributes.get("lat"),
        one.attributes.get("lon"),
        one.place,
        f"GPX {_GPX_POINTS[one.name]}",
        (_when("recorded", told["time"], file),) if told.get("time") else (),
        altitude_m=_number(told.get("ele")),
        extra=tuple(extra),
        text="\n".join(words) or None,
    )


@extractor(
    id="location.kml",
    version=2,
    title="Places and tracks of KML files",
    files=("**/*.kml",),
    types=("application/vnd.google-earth.kml+xml",),
    emits=(Location,),
    privacy="location",
    layouts="KML 2.0 to 2.3 with the tracks of Google's extension",
    tested_on="published sample: 3 points of a track",
    limits="Lines and areas come out point by point. Pictures, styles, network links and models are not read. Where "
    "the points come from, a device or a hand on a map, is not in the file.",
)
def kml(file: EvidenceFile) -> Iterator[Found]:
    """Every point of every Placemark in stored order; of a track each with its own time, else the Placemark's.

    References: OGC KML 2.3; Google's KML reference (gx:Track)
    """
    yield from _or_empty(_kml(file))


def _kml(file: EvidenceFile) -> Iterator[Found]:
    for one in _read(file, "kml", ("Placemark",)):
        if isinstance(one, Problem):
            yield one
            continue
        for found in _placemark(one, file):
            yield Present(1)
            yield found


def _placemark(mark: Element, file: EvidenceFile) -> Iterator[Location | Problem]:
    told = {child.name: shortened(child.text.strip(), _LONGEST) for child in mark.children}
    found = False
    words = "\n".join(told[name] for name in _KML_WORDS if told.get(name)) or None
    data = _extended(mark)
    for holder, source in _holders(mark):
        found = True
        moments = _span(mark, file)
        if holder.name.endswith("Track"):
            whens = [child.text.strip() for child in holder.children if child.name == "when"]
            spots = [child for child in holder.children if _local(child.name) == "coord"]
            for when, spot in zip_longest(whens, spots):
                if spot is None:
                    yield Problem(
                        "row", "no-coordinates", shortened(f"a time without a place: {when}", 200), holder.place
                    )
                    continue
                own = (_when("recorded", when, file),) if when else ()
                yield _spot(spot.text.split(), spot.place, source, own, data, words)
            continue
        for number, text in enumerate(_spots(holder.text), start=1):
            yield _spot(text.split(","), f"{holder.place}, point {number}", source, moments, data, words)
    if not found:
        named = ", ".join((words or "without a name").splitlines())
        yield Problem("row", "no-coordinates", shortened(f"a place without coordinates: {named}", 2000), mark.place)


def _spots(text: str) -> list[str]:
    """The points of a line. Some have spaces behind their commas, which the format has not: "-0.1, 51.5, 12"."""
    plain = text.split()
    if all("," in one.strip(",") for one in plain):
        return plain
    joined = ",".join(part.strip() for part in text.split(",")).split()
    return joined if all(one.count(",") in (1, 2) for one in joined) else plain


def _spot(
    numbers: list[str],
    locator: str,
    source: str,
    moments: tuple[Moment, ...],
    extra: tuple[tuple[str, str], ...],
    text: str | None,
) -> Location | Problem:
    """A point as KML writes it: longitude, latitude, and the altitude where it has one."""
    lon, lat, altitude = ([*numbers[:3], None, None, None])[:3]
    return _place(lat, lon, locator, source, moments, altitude_m=_number(altitude), extra=extra, text=text)


def _holders(element: Element) -> Iterator[tuple[Element, str]]:
    """The elements below that hold points, each with what it is."""
    for child in element.children:
        if child.name == "coordinates":
            yield child, f"KML {element.name}"
        elif _local(child.name) == "Track":
            yield child, "KML track"
        else:
            yield from _holders(child)


def _span(mark: Element, file: EvidenceFile) -> tuple[Moment, ...]:
    paths = (("recorded", ("TimeStamp", "when")), ("begins", ("TimeSpan", "begin")), ("ends", ("TimeSpan", "end")))
    return tuple(
        _when(meaning, one.text, file) for meaning, path in paths for one in mark.all(*path) if one.text.strip()
    )


def _extended(mark: Element) -> tuple[tuple[str, str], ...]:
    pairs = [
        (data.attributes.get("name", ""), shortened(value.text.strip(), _LONGEST))
        for data in mark.all("ExtendedData", "Data")
        for value in data.all("value")
    ]
    pairs += [
        (data.attributes.get("name", ""), shortened(data.text.strip(), _LONGEST))
        for data in mark.all("ExtendedData", "SchemaData", "SimpleData")
    ]
    return tuple((name, text) for name, text in pairs if name and text)
