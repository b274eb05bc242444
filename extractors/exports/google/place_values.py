"""Coordinates and times as Google writes them with places, in all generations of its location history."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Location, Moment
from extractors.exports.json_values import Extra, Row, Values
from extractors.shortened import shortened

_E7: Final = 10_000_000
_POINT: Final = re.compile(r"(?:geo:)?\s*(-?\d{1,3}(?:\.\d+)?)°?,\s*(-?\d{1,3}(?:\.\d+)?)°?")


def e7(values: Values, row: Row, key: str, most: int) -> float | None:
    """Ten millionths of a degree; numbers beyond 32 bits that an export has shifted are said to be wrong."""
    stored = values.whole(row, key)
    if stored is None:
        return None
    if not -most * _E7 <= stored <= most * _E7:
        values.add("place", f"{key} is no coordinate: {stored}")
        return None
    return stored / _E7


def number(row: Row, key: str) -> float | None:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def when(values: Values, row: Row, meaning: str, keys: tuple[str, ...]) -> Moment | None:
    for key in keys:
        if row.get(key) not in (None, ""):
            return values.epoch(meaning, row, key, "ms") if key.endswith("Ms") else values.written(meaning, row, key)
    return None


_PAIRS: Final = (("latitudeE7", "longitudeE7"), ("latE7", "lngE7"), ("centerLatE7", "centerLngE7"))


def at(
    values: Values,
    row: Row,
    moments: tuple[Moment, ...],
    source: str,
    text: str | None = None,
    extra: tuple[Extra, ...] = (),
    accuracy: float | None = None,
    altitude: float | None = None,
) -> Iterator[Location]:
    """A place whose coordinates are whole numbers, under the names of its generation; nothing where there are none."""
    names = next((pair for pair in _PAIRS if row.get(pair[0]) is not None), _PAIRS[0])
    lat, lon = e7(values, row, names[0], 90), e7(values, row, names[1], 180)
    if lat is not None and lon is not None:
        yield Location(
            locator=values.locator,
            service="Google",
            moments=moments,
            extra=extra,
            lat=lat,
            lon=lon,
            accuracy_m=accuracy,
            altitude_m=altitude,
            source=source,
            text=text or None,
        )


def written_point(
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
