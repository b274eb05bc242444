"""The arithmetic of the histogram: which part of time is shown, how many items fall into each column, where ticks go.

No Qt here: it is tested without a display.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from app.gui.wording import MONTHS, UK
from parsers.times import from_us, to_us

MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
_SHORTEST_US: Final = MINUTE_US  # the view never shows less
# What a tick can be a step of, and about how long that is.
_STEPS: Final = (
    *(("minute", count, count * MINUTE_US) for count in (1, 5, 15, 30)),
    *(("hour", count, count * HOUR_US) for count in (1, 3, 6, 12)),
    *(("day", count, count * DAY_US) for count in (1, 2, 7)),
    *(("month", count, count * 30 * DAY_US) for count in (1, 3, 6)),
    *(("month", 12 * count, count * 365 * DAY_US) for count in (1, 2, 5, 10, 50, 100)),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in microseconds, `start` inclusive, `end` exclusive."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def zoomed(self, factor: float, around: int, whole: Span) -> Span:
        """Shorter (factor below 1) or longer, with `around` staying at its place; never beyond `whole`."""
        length = min(max(round(self.length * factor), _SHORTEST_US), whole.length)
        share = (around - self.start) / self.length
        return Span(round(around - share * length), round(around - share * length) + length).inside(whole)

    def moved(self, by: int, whole: Span) -> Span:
        return Span(self.start + by, self.end + by).inside(whole)

    def inside(self, whole: Span) -> Span:
        """The same length, pushed into `whole`."""
        if self.length >= whole.length:
            return whole
        start = min(max(self.start, whole.start), whole.end - self.length)
        return Span(start, start + self.length)


def whole_span(times: array[int], dated: int) -> Span | None:
    """From the first to the last of the dated times, a little room included; None without any."""
    if not dated:
        return None
    first, last = times[0], times[dated - 1]
    room = max((last - first) // 50, MINUTE_US)
    return Span(first - room, last + room)


def edges(span: Span, columns: int) -> list[int]:
    """The edges of `columns` equal columns."""
    return [span.start + span.length * column // columns for column in range(columns + 1)]


def counts(times: array[int], dated: int, span: Span, columns: int) -> list[int]:
    """How many of the sorted times fall into each column: exact, by two binary searches an edge."""
    places = [bisect_left(times, edge, 0, dated) for edge in edges(span, columns)]
    return [after - before for before, after in pairwise(places)]


def ticks(span: Span, most: int) -> list[tuple[int, str]]:
    """(time, label) of at most `most` ticks, at whole units of UK time."""
    wanted = span.length / max(most, 1)
    unit, count, _ = next((step for step in _STEPS if step[2] >= wanted), _STEPS[-1])
    try:
        at = _floor(from_us(span.start).astimezone(UK), unit, count)
        last = from_us(span.end)
    except (OverflowError, ValueError):
        return []
    found: list[tuple[int, str]] = []
    while at <= last and len(found) < 4 * most:
        if to_us(at) >= span.start:
            found.append((to_us(at), _label(at, unit, count)))
        try:
            at = _next(at, unit, count)
        except (OverflowError, ValueError):
            break
    return found


def _floor(at: datetime, unit: str, count: int) -> datetime:
    at = at.replace(second=0, microsecond=0)
    if unit == "minute":
        return at.replace(minute=at.minute // count * count)
    at = at.replace(minute=0)
    if unit == "hour":
        return at.replace(hour=at.hour // count * count, fold=0)
    at = at.replace(hour=0, fold=0)
    if unit == "day":
        return at
    months = (at.year * 12 + at.month - 1) // count * count
    return at.replace(year=max(months // 12, 1), month=months % 12 + 1, day=1)


def _next(at: datetime, unit: str, count: int) -> datetime:
    if unit in ("minute", "hour"):
        # Through UTC: an hour that the clocks skip or show twice is one hour all the same.
        step = count * (MINUTE_US if unit == "minute" else HOUR_US)
        return from_us(to_us(at) + step).astimezone(UK)
    if unit == "day":
        return at + timedelta(days=count)
    months = at.year * 12 + at.month - 1 + count
    return at.replace(year=months // 12, month=months % 12 + 1)


def _label(at: datetime, unit: str, count: int) -> str:
    if unit in ("minute", "hour"):
        return f"{at:%H:%M}" if at.hour or at.minute else f"{at.day} {MONTHS[at.month - 1]}"
    if unit == "day":
        return f"{at.day} {MONTHS[at.month - 1]}" + (f" {at.year}" if at.month == 1 and at.day <= count else "")
    return str(at.year) if count % 12 == 0 else f"{MONTHS[at.month - 1]} {at.year}"
