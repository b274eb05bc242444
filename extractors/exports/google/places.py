"""Location history: the stream of fixes, the places and ways made of it, and the timeline that a phone keeps itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import Location, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.google.phone_timeline import edit, frequent_place, segment, signal
from extractors.exports.google.place_values import at, e7, number, when
from extractors.exports.json_values import Extra, Row, Values, not_an_object, rest
from extractors.matching import without_copy_mark
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_LISTS: Final = frozenset(("locations", "timelineObjects", "semanticSegments", "rawSignals", "timelineEdits"))
_PROFILE: Final = ("userLocationProfile", "frequentPlaces")
_OTHERS: Final = ("settings.json", "tombstones.csv")  # stand beside the history and hold no place
_DEEPEST: Final = 8  # visits within visits
# Folders and files are named in the language of the account: a list tells itself by what stands in it.
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*(?:\{\s*"(?:locations|somePointsTruncated)"\s*:(?=[\s\S]*"latitudeE7"\s*:)|'
    rb'\{\s*"timelineObjects"\s*:(?=[\s\S]*"(?:placeVisit|activitySegment)"\s*:)|'
    rb'\{\s*"(?:semanticSegments|rawSignals|userLocationProfile)"\s*:\s*[\[{](?=[\s\S]*[Ll]at(?:Lng|E7)"|[\s\S]*"point")|'
    rb'\{\s*"timelineEdits"\s*:(?=[\s\S]*"(?:rawSignal|placeAggregates|\w+SemanticSegment)"\s*:)|'
    rb'\[\s*\{\s*"(?:startTime|endTime|visit|activity|timelinePath|timelineMemory)"\s*:(?=[\s\S]*"geo:-?\d))'
)
_FIX: Final = frozenset(
    ("timestampMs", "timestamp", "latitudeE7", "longitudeE7", "accuracy", "altitude", "activity", "locationMetadata")
)
Take = Callable[[Values, Row], Iterator[Location]]


def looks_like(head: bytes) -> bool:
    """By the name of the first list, and of what is in it."""
    return _STARTS.match(head) is not None


@extractor(
    id="google.locations",
    version=3,
    title="Google location history and timeline, as exported",
    files=(
        *("**/Location History/**/*.json", "**/Location History (Timeline)/**/*.json", "**/Records.json"),
        *("**/Timeline.json", "**/location-history.json"),
    ),
    types=("application/json",),
    claims=looks_like,
    emits=(Location,),
    privacy="location",
    layouts="Takeout: Location History.json, Records.json, Semantic Location History, Timeline Edits.json; "
    "Timeline.json of Android and location-history.json of iOS; under any name",
    tested_on="Takeout sample: 2 fixes",
    limits="A fix is where the service put the device, within its accuracy, and not where a person was. Names of "
    "places and kinds of movement are the service's guesses; its other guesses for the same are not shown. Wi-Fi scans "
    "and sensor values are not read.",
)
def locations(file: EvidenceFile) -> Iterator[Found]:
    """Every fix, visit and way. Degrees are in ten millionths, or as text; times milliseconds or ISO 8601.

    References:
    - the field names as the exports themselves have them; Google Takeout help, "Export your Timeline data"
    """
    if without_copy_mark(file.path).rpartition("/")[2].lower() in _OTHERS:
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
    return len(path) == 0 or (len(path) == 1 and path[0] in (*_LISTS, _PROFILE[0])) or path == _PROFILE


def _taker(path: Path) -> Take | None:
    """What makes places of the entry at a path; the entries of an iPhone's export stand in a list by itself."""
    if len(path) == 1 and isinstance(path[0], int):
        return segment
    if len(path) == 3 and path[:2] == _PROFILE:
        return frequent_place
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


def _fix(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `locations`."""
    lat, lon = e7(values, row, "latitudeE7", 90), e7(values, row, "longitudeE7", 180)
    if lat is None or lon is None:
        return
    moment = when(values, row, "recorded", ("timestamp", "timestampMs"))
    accuracy = number(row, "accuracy")
    yield Location(
        locator=values.locator,
        service="Google",
        moments=(moment,) if moment else (),
        extra=(*_movement(row), *rest(row, _FIX)),
        lat=lat,
        lon=lon,
        altitude_m=number(row, "altitude"),
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
    if visit := values.part(row, "placeVisit"):
        yield from _visit(values, visit, 0)
    if way := values.part(row, "activitySegment"):
        yield from _way(values, way)


def _visit(values: Values, visit: Row, depth: int) -> Iterator[Location]:
    """A visit, and those within it: a shop in a centre. Without a place of its own, the middle of its fixes stands."""
    place = values.part(visit, "location")
    extra = [(key, place[key]) for key in ("placeId", "semanticType") if isinstance(place.get(key), str)]
    extra += rest({key: visit[key] for key in ("visitConfidence", "placeConfidence") if key in visit}, frozenset())
    words = "\n".join(text for key in ("name", "address") if (text := values.words(place, key)))
    if place.get("latitudeE7") is None and visit.get("centerLatE7") is not None:
        place = {key: visit.get(key) for key in ("centerLatE7", "centerLngE7")}
        extra.append(("coordinates", "the middle of the fixes"))
    yield from at(values, place, _span(values, visit), "place visit, as guessed", words, tuple(extra))
    for inner in values.rows(visit, "childVisits") if depth < _DEEPEST else ():
        yield from _visit(values, inner, depth + 1)


def _way(values: Values, way: Row) -> Iterator[Location]:
    kind = values.words(way, "activityType")
    extra: tuple[Extra, ...] = (("activity, as guessed", kind),) if kind else ()
    span = {one.meaning: (one,) for one in _span(values, way)}
    for key, meaning in (("startLocation", "started"), ("endLocation", "ended")):
        if point := values.part(way, key):
            yield from at(values, point, span.get(meaning, ()), f"way, {key}", None, extra)
    for point in values.rows(values.part(way, "simplifiedRawPath"), "points"):
        yield from at(values, point, _recorded(values, point), "way, point", None, extra)
    for point in values.rows(values.part(way, "waypointPath"), "waypoints"):
        yield from at(values, point, (), "way, as guessed from a map", None, extra)
    for stop in values.rows(values.part(way, "transitPath"), "transitStops"):
        words = "\n".join(text for key in ("name", "address") if (text := values.words(stop, key)))
        yield from at(values, stop, (), "way, stop as guessed", words, extra)
    parking = values.part(way, "parkingEvent")
    if point := values.part(parking, "location"):
        yield from at(values, point, _recorded(values, parking), "parking, as guessed", None, extra)


def _span(values: Values, row: Row) -> tuple[Moment, ...]:
    span = values.part(row, "duration")
    both = (("started", "startTimestamp"), ("ended", "endTimestamp"))
    return tuple(one for word, key in both if (one := when(values, span, word, (key, f"{key}Ms"))))


def _recorded(values: Values, row: Row) -> tuple[Moment, ...]:
    moment = when(values, row, "recorded", ("timestamp", "timestampMs"))
    return (moment,) if moment else ()


_TAKERS: Final[dict[str, Take]] = {
    "locations": _fix,
    "timelineObjects": _semantic,
    "semanticSegments": segment,
    "rawSignals": signal,
    "timelineEdits": edit,
}
