"""Location history: the stream of fixes, the places and ways made of it, and the timeline that a phone keeps itself."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import Location, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, not_an_object, rest
from extractors.shortened import shortened
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_LISTS: Final = frozenset(("locations", "timelineObjects", "semanticSegments", "rawSignals"))
_OTHERS: Final = ("settings.json", "tombstones.csv")  # stand beside the history and hold no place
_E7: Final = 10_000_000
_POINT: Final = re.compile(r"(?:geo:)?\s*(-?\d{1,3}(?:\.\d+)?)°?,\s*(-?\d{1,3}(?:\.\d+)?)°?")
_FIX: Final = frozenset(
    ("timestampMs", "timestamp", "latitudeE7", "longitudeE7", "accuracy", "altitude", "activity", "locationMetadata")
)
Take = Callable[[Values, Row], Iterator[Location]]


@extractor(
    id="google.locations",
    version=1,
    title="Google location history and timeline, as exported",
    files=(
        *("**/Location History/**/*.json", "**/Location History (Timeline)/**/*.json", "**/Records.json"),
        *("**/Timeline.json", "**/location-history.json"),
    ),
    emits=(Location,),
    privacy="location",
    layouts="Takeout: Location History.json, Records.json, Semantic Location History; Timeline.json of Android and "
    "location-history.json of iOS",
    tested_on="Takeout sample: 2 fixes",
    limits="A fix is where the service put the device, within its accuracy, and not where a person was. Names of "
    "places and kinds of movement are the service's guesses. Wi-Fi scans and sensor values are not read.",
)
def locations(file: EvidenceFile) -> Iterator[Found]:
    """Every fix, visit and way. Degrees are in ten millionths, or as text; times milliseconds or ISO 8601.

    References:
    - the field names as the exports themselves have them; Google Takeout help, "Export your Timeline data"
    """
    if file.path.rpartition("/")[2].lower() in _OTHERS:
        return
    values = Values(file)
    known, without = False, 0
    try:
        with file.open() as stream:
            for path, row in pieces(stream, _entered):
                take = _taker(path)
                known |= take is not None or (len(path) == 1 and path[0] in _LISTS)
                if take is None or row is END:
                    continue
                values.locator = ":".join(str(part) for part in path)
                found = list(_taken(values, row, take))
                without += not found
                yield from found
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", str(error))
        return
    if not known:
        yield Problem("schema", "unknown-layout", f"none of {', '.join(sorted(_LISTS))} is in it")
    if without:
        words = f"{without:,} entries have no place (movement, scans, journeys) and are not read"
        yield Problem("note", "no-place", words)


def _entered(path: Path) -> bool:
    return len(path) == 0 or (len(path) == 1 and path[0] in _LISTS)


def _taker(path: Path) -> Take | None:
    """What makes places of the entry at a path; the entries of an iPhone's export stand in a list by itself."""
    if len(path) == 1 and isinstance(path[0], int):
        return _own_export
    return _TAKERS.get(str(path[0])) if len(path) == 2 else None


def _taken(values: Values, row: Any, take: Take) -> Iterator[Found]:
    """Present, the places of one entry, and what is wrong with it; nothing for an entry that has no place."""
    if not isinstance(row, dict):
        yield Present(1)
        yield not_an_object(row, values.locator, "a place")
        return
    found, problems = list(take(values, row)), values.drain()
    if found or problems:
        yield Present(1)
    yield from found
    yield from problems
    if problems and not found:
        yield Problem("row", "no-place", "an entry whose place cannot be read", values.locator)


def _e7(values: Values, row: Row, key: str, most: int) -> float | None:
    """Ten millionths of a degree; numbers beyond 32 bits that an export has shifted are said to be wrong."""
    stored = values.whole(row, key)
    if stored is None:
        return None
    if not -most * _E7 <= stored <= most * _E7:
        values.add("place", f"{key} is no coordinate: {stored}")
        return None
    return stored / _E7


def _number(row: Row, key: str) -> float | None:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _when(values: Values, row: Row, meaning: str, keys: tuple[str, ...]) -> Moment | None:
    for key in keys:
        if row.get(key) not in (None, ""):
            return values.epoch(meaning, row, key, "ms") if key.endswith("Ms") else values.written(meaning, row, key)
    return None


def _fix(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `locations`."""
    lat, lon = _e7(values, row, "latitudeE7", 90), _e7(values, row, "longitudeE7", 180)
    if lat is None or lon is None:
        return
    moment = _when(values, row, "recorded", ("timestamp", "timestampMs"))
    accuracy = _number(row, "accuracy")
    yield Location(
        locator=values.locator,
        service="Google",
        moments=(moment,) if moment else (),
        extra=(*_movement(row), *rest(row, _FIX)),
        lat=lat,
        lon=lon,
        altitude_m=_number(row, "altitude"),
        accuracy_m=accuracy if accuracy is not None and accuracy >= 0 else None,
        source="location history",
    )


def _movement(row: Row) -> tuple[Extra, ...]:
    """The likeliest kind of movement as the service guessed it, with how sure it was."""
    listed = row.get("activity")
    for outer in listed if isinstance(listed, list) else ():
        guesses = outer.get("activity") if isinstance(outer, dict) else None
        for guess in guesses if isinstance(guesses, list) else ():
            if isinstance(guess, dict) and isinstance(guess.get("type"), str):
                return (("activity, as guessed", f"{guess['type']} ({guess.get('confidence')})"),)
    return ()


def _semantic(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `timelineObjects`: a visit, or a way with its two ends and the points between."""
    visit, way = values.part(row, "placeVisit"), values.part(row, "activitySegment")
    span = values.part(visit or way, "duration")
    started = _when(values, span, "started", ("startTimestamp", "startTimestampMs"))
    ended = _when(values, span, "ended", ("endTimestamp", "endTimestampMs"))
    if visit:
        place = values.part(visit, "location")
        extra = [(key, place[key]) for key in ("placeId", "semanticType") if isinstance(place.get(key), str)]
        extra += rest({key: visit[key] for key in ("visitConfidence", "placeConfidence") if key in visit}, frozenset())
        words = [text for key in ("name", "address") if (text := values.words(place, key))]
        moments = tuple(one for one in (started, ended) if one)
        yield from _at(values, place, moments, "place visit, as guessed", "\n".join(words), tuple(extra))
    kind = values.words(way, "activityType")
    extra_way: tuple[Extra, ...] = (("activity, as guessed", kind),) if kind else ()
    for key, moment in (("startLocation", started), ("endLocation", ended)):
        if point := values.part(way, key):
            yield from _at(values, point, (moment,) if moment else (), f"way, {key}", None, extra_way)
    for point in values.rows(values.part(way, "simplifiedRawPath"), "points"):
        between = _when(values, point, "recorded", ("timestamp", "timestampMs"))
        named = {"latitudeE7": point.get("latE7"), "longitudeE7": point.get("lngE7")}
        yield from _at(values, named, (between,) if between else (), "way, point", None, extra_way)


def _at(
    values: Values, row: Row, moments: tuple[Moment, ...], source: str, text: str | None, extra: tuple[Extra, ...]
) -> Iterator[Location]:
    lat, lon = _e7(values, row, "latitudeE7", 90), _e7(values, row, "longitudeE7", 180)
    if lat is not None and lon is not None:
        yield Location(
            locator=values.locator,
            service="Google",
            moments=moments,
            extra=extra,
            lat=lat,
            lon=lon,
            source=source,
            text=text or None,
        )


def _span(values: Values, row: Row) -> tuple[Moment | None, Moment | None]:
    return _when(values, row, "started", ("startTime",)), _when(values, row, "ended", ("endTime",))


def _segment(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `semanticSegments`, as Android exports its own timeline."""
    started, ended = (
        _when(values, row, word, (key,)) for word, key in (("started", "startTime"), ("ended", "endTime"))
    )
    moments = tuple(one for one in (started, ended) if one)
    visit = values.part(row, "visit")
    candidate = values.part(visit, "topCandidate")
    if point := values.words(values.part(candidate, "placeLocation"), "latLng"):
        extra = rest(candidate, frozenset(("placeLocation",)))
        yield from _written_point(values, point, moments, "place visit, as guessed", extra)
    way = values.part(row, "activity")
    kind = values.words(values.part(way, "topCandidate"), "type")
    extra_way: tuple[Extra, ...] = (("activity, as guessed", kind),) if kind else ()
    for key, moment in (("start", started), ("end", ended)):
        if point := values.words(values.part(way, key), "latLng"):
            yield from _written_point(values, point, (moment,) if moment else (), f"way, {key}", extra_way)
    for one in values.rows(row, "timelinePath"):
        if point := values.words(one, "point"):
            between = _when(values, one, "recorded", ("time",))
            yield from _written_point(values, point, (between,) if between else (), "way, point", ())


def _signal(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `rawSignals`: a fix, or what is none."""
    fix = values.part(row, "position")
    point = values.words(fix, "LatLng") or values.words(fix, "latLng")
    if not point:
        return
    moment = _when(values, fix, "recorded", ("timestamp",))
    extra = rest(fix, frozenset(("LatLng", "latLng", "timestamp", "accuracyMeters", "altitudeMeters")))
    accuracy, altitude = _number(fix, "accuracyMeters"), _number(fix, "altitudeMeters")
    moments = (moment,) if moment else ()
    yield from _written_point(values, point, moments, "location history", extra, accuracy, altitude)


def _own_export(values: Values, row: Row) -> Iterator[Location]:
    """One entry of an iPhone's own export, a bare list."""
    started, ended = (
        _when(values, row, word, (key,)) for word, key in (("started", "startTime"), ("ended", "endTime"))
    )
    moments = tuple(one for one in (started, ended) if one)
    candidate = values.part(values.part(row, "visit"), "topCandidate")
    if point := values.words(candidate, "placeLocation"):
        extra = rest(candidate, frozenset(("placeLocation",)))
        yield from _written_point(values, point, moments, "place visit, as guessed", extra)
    way = values.part(row, "activity")
    kind = values.words(values.part(way, "topCandidate"), "type")
    extra_way: tuple[Extra, ...] = (("activity, as guessed", kind),) if kind else ()
    for key, moment in (("start", started), ("end", ended)):
        if point := values.words(way, key):
            yield from _written_point(values, point, (moment,) if moment else (), f"way, {key}", extra_way)
    for one in values.rows(row, "timelinePath"):
        if point := values.words(one, "point"):
            offset = [("minutes after the start", text) for text in [values.words(one, _OFFSET)] if text]
            yield from _written_point(values, point, (started,) if started else (), "way, point", tuple(offset))


def _written_point(
    values: Values,
    text: str,
    moments: tuple[Moment, ...],
    source: str,
    extra: tuple[Extra, ...],
    accuracy: float | None = None,
    altitude: float | None = None,
) -> Iterator[Location]:
    """A place that is written as "51.5°, -0.125°" or "geo:51.5,-0.125"."""
    found = _POINT.fullmatch(text.strip())
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        values.add("place", f"no coordinates: {shortened(text, 100)}")
        return
    yield Location(
        locator=values.locator,
        service="Google",
        moments=moments,
        extra=extra,
        lat=float(found[1]),
        lon=float(found[2]),
        accuracy_m=accuracy,
        altitude_m=altitude,
        source=source,
    )


_OFFSET: Final = "durationMinutesOffsetFromStartTime"
_TAKERS: Final[dict[str, Take]] = {
    "locations": _fix,
    "timelineObjects": _semantic,
    "semanticSegments": _segment,
    "rawSignals": _signal,
}
