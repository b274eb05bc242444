"""Entries of the timelines that phones keep themselves, and of what Takeout has of those (Timeline Edits.json)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Location, Moment, replace
from extractors.exports.google.place_values import at, number, when, written_point
from extractors.exports.json_values import Extra, Row, Values, rest

_OFFSET: Final = "durationMinutesOffsetFromStartTime"
_MINUTE_US: Final = 60_000_000
_LONGEST: Final = 1_000_000  # minutes of one way
_FIX: Final = frozenset(("LatLng", "latLng", "point", "timestamp", "accuracyMeters", "accuracyMm", "altitudeMeters"))


def segment(values: Values, row: Row, note: tuple[Extra, ...] = ()) -> Iterator[Location]:
    """One entry of `semanticSegments` of Android, or of the bare list of an iPhone: a visit, a way, points between."""
    both = (("started", "startTime"), ("ended", "endTime"))
    span = {word: moment for word, key in both if (moment := when(values, row, word, (key,)))}
    candidate = values.part(values.part(row, "visit"), "topCandidate")
    extra = (*rest(candidate, frozenset(("placeLocation",))), *note)
    yield from _point(values, candidate, "placeLocation", tuple(span.values()), "place visit, as guessed", extra)
    way = values.part(row, "activity")
    kind = values.words(values.part(way, "topCandidate"), "type")
    guessed: tuple[Extra, ...] = (*((("activity, as guessed", kind),) if kind else ()), *note)
    for key, meaning in (("start", "started"), ("end", "ended")):
        moments = (span[meaning],) if meaning in span else ()
        yield from _point(values, way, key, moments, f"way, {key}", guessed)
    parking = values.part(way, "parking")
    parked = when(values, parking, "recorded", ("startTime",))
    yield from _point(values, parking, "location", (parked,) if parked else (), "parking, as guessed", guessed)
    for one in values.rows(row, "timelinePath"):
        yield from _point(values, one, "point", _between(values, one, span.get("started")), "way, point", note)


def _between(values: Values, row: Row, started: Moment | None) -> tuple[Moment, ...]:
    """When a point was passed: its own time, or so many minutes after the start of its way."""
    if moment := when(values, row, "recorded", ("time",)):
        return (moment,)
    if row.get(_OFFSET) is None or started is None:
        return ()
    minutes = values.whole(row, _OFFSET)
    if minutes is None or started.utc_us is None or not 0 <= minutes <= _LONGEST:
        return ()
    raw = f"{started.raw} + {minutes} min"
    return (replace(started, meaning="recorded", utc_us=started.utc_us + minutes * _MINUTE_US, raw=raw),)


def _point(
    values: Values, row: Row, key: str, moments: tuple[Moment, ...], source: str, extra: tuple[Extra, ...]
) -> Iterator[Location]:
    """The place that stands under a name: as text, as text within an object, or as whole numbers within one."""
    value = row.get(key)
    inner = value if isinstance(value, dict) else {}
    if "latE7" in inner:
        yield from at(values, inner, moments, source, None, extra)
    elif text := values.words(inner, "latLng") if inner else values.words(row, key):
        yield from written_point(values, text, moments, source, extra)


def signal(values: Values, row: Row, note: tuple[Extra, ...] = ()) -> Iterator[Location]:
    """One entry of `rawSignals`: a fix, or what is none."""
    fix = values.part(row, "position")
    moment = when(values, fix, "recorded", ("timestamp",))
    moments = (moment,) if moment else ()
    extra = (*rest(fix, _FIX), *note)
    accuracy, millimetres = number(fix, "accuracyMeters"), number(fix, "accuracyMm")
    if accuracy is None and millimetres is not None:
        accuracy = millimetres / 1000
    altitude = number(fix, "altitudeMeters")
    if point := values.words(fix, "LatLng") or values.words(fix, "latLng"):
        yield from written_point(values, point, moments, "location history", extra, accuracy, altitude)
    elif inner := values.part(fix, "point"):
        yield from at(values, inner, moments, "location history", None, extra, accuracy, altitude)


def frequent_place(values: Values, row: Row) -> Iterator[Location]:
    """One of the places where the phone counts its owner most; `label` is HOME or WORK, where it guesses so."""
    extra = rest(row, frozenset(("placeLocation",)))
    yield from _point(values, row, "placeLocation", (), "frequent place, as counted", extra)


def edit(values: Values, row: Row) -> Iterator[Location]:
    """One entry of `timelineEdits`: a fix, a visit or way (as guessed or corrected), or a count of places."""
    device = rest({"deviceId": row.get("deviceId")}, frozenset())
    yield from signal(values, values.part(values.part(row, "rawSignal"), "signal"), device)
    for name in ("inferredSemanticSegment", "userEditedSemanticSegment"):
        if outer := values.part(row, name):
            inner = values.part(outer, "segment")
            both = {key: outer.get(key) or inner.get(key) for key in ("startTime", "endTime")}
            yield from segment(values, {**inner, **both}, (*device, ("segment", name)))
    counts = values.part(row, "placeAggregates")
    window = rest({"processWindow": counts.get("processWindow")}, frozenset())
    for one in values.rows(counts, "placeAggregateInfo"):
        extra = (*rest(one, frozenset(("point", "placePoint"))), *window, *device)
        name = "point" if one.get("point") else "placePoint"
        yield from _point(values, one, name, (), "frequent place, as counted", extra)
