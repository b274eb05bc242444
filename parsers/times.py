"""Times as evidence stores them, as integers of microseconds since 1970-01-01T00:00:00Z.

Nothing here knows the examiner's own zone. A value that cannot be a time gives None and a reason, never epoch zero.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000
# Later than any phone will write: beyond it a number is not a time in the unit that was assumed.
_LATEST_US = 4_102_444_800_000_000  # 2100-01-01
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
UNIT_US = {"s": 1_000_000, "ms": 1_000, "us": 1}


def from_unix(value: object, unit: str) -> tuple[int | None, str]:
    """(utc_us, note) of a Unix time in "s", "ms" or "us"; None and a reason where it is no time or an absurd one."""
    if type(value) is int and 0 < value * UNIT_US[unit] < _LATEST_US:
        return value * UNIT_US[unit], ""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value.strip())  # `int` itself does not take every space that `strip` does
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, "not a number" if value is not None else "not recorded"
    if value != value or value in (float("inf"), float("-inf")):
        return None, "not a number"
    if value == 0:
        return None, "zero"
    # Compared before it is rounded: a float near its own end becomes infinite, which no integer can be.
    utc_us = value * UNIT_US[unit]
    if not 0 < utc_us < _LATEST_US:
        return None, "not a plausible time"
    return round(utc_us), ""


# Seconds between an epoch and 1970-01-01: what Apple counts from (2001), and what Windows and Chromium do (1601).
COCOA_S, WINDOWS_S = 978_307_200, -11_644_473_600
# What a number counts, in microseconds, and where it starts.
_COUNTS = {
    "cocoa s": (1_000_000, COCOA_S),
    "cocoa ms": (1_000, COCOA_S),
    "cocoa us": (1, COCOA_S),
    "cocoa ns": (0.001, COCOA_S),
    "webkit us": (1, WINDOWS_S),
    "filetime": (0.1, WINDOWS_S),
}


def from_count(value: object, unit: str) -> tuple[int | None, str]:
    """(utc_us, note) of a count from another epoch: "cocoa s", "cocoa ms", "cocoa us", "cocoa ns" since 2001,
    "webkit us" and "filetime" (100 ns) since 1601; also what `from_unix` takes. None and a reason as there.

    Fractions finer than a microsecond are cut; whole numbers never pass through a float.
    """
    if unit in UNIT_US:
        return from_unix(value, unit)
    count_us, epoch_s = _COUNTS[unit]
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value.strip()) if "." in value else int(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, "not a number" if value is not None else "not recorded"
    if value != value or value in (float("inf"), float("-inf")):
        return None, "not a number"
    if value == 0:
        return None, "zero"
    if isinstance(value, int):
        utc_us = value * count_us if isinstance(count_us, int) else value // round(1 / count_us)
    else:
        # Rounded, not cut: the fraction of a float is never exact.
        utc_us = round(value * count_us) if abs(value) < 1e30 else _LATEST_US
    utc_us += epoch_s * 1_000_000
    return (utc_us, "") if 0 < utc_us < _LATEST_US else (None, "not a plausible time")


def from_local(local: datetime, zone: str | None) -> tuple[int | None, str]:
    """(utc_us, note) of a naive local time under an assumed IANA zone.

    No zone gives None. A time that the clocks skip gives None; one that they show twice is placed at its earlier
    reading, and the note names both. Raises ValueError for an aware `local` and KeyError for an unknown zone.
    """
    if local.tzinfo is not None:
        raise ValueError("from_local takes a time without a zone")
    if zone is None:
        return None, "local time, zone not known"
    where = ZoneInfo(zone)
    try:
        earlier = local.replace(tzinfo=where, fold=0).astimezone(UTC)
        later = local.replace(tzinfo=where, fold=1).astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar
        return None, "not a plausible time"
    if earlier == later:  # they differ where the clocks change, forwards or back
        return to_us(earlier), ""
    if earlier.astimezone(where).replace(tzinfo=None) != local:
        return None, f"this local time does not exist in {zone}"
    return to_us(earlier), f"ambiguous: {iso(to_us(earlier))} or {iso(to_us(later))}"


def to_us(moment: datetime) -> int:
    """An aware datetime as microseconds. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not a moment")
    return (moment - _EPOCH) // _MICROSECOND


def from_us(utc_us: int) -> datetime:
    """The aware UTC datetime of a count of microseconds."""
    return _EPOCH + timedelta(microseconds=utc_us)


def iso(utc_us: int) -> str:
    """ISO 8601 in UTC with Z; the fraction only where there is one: "2026-10-25T00:30:00Z", "…00.123456Z"."""
    minutes, rest = divmod(utc_us, _MINUTE_US)
    seconds, fraction = divmod(rest, 1_000_000)
    if not fraction:
        return f"{_minute(minutes)}{seconds:02d}Z"
    return f"{_minute(minutes)}{seconds:02d}.{fraction:06d}".rstrip("0") + "Z"


@lru_cache(maxsize=4096)  # those of receipts and replies are close to each other
def _minute(minutes: int) -> str:
    """The date and time so many minutes after 1970-01-01, up to where the seconds stand."""
    days, minute = divmod(minutes, 1440)
    return f"{_day(days)}T{minute // 60:02d}:{minute % 60:02d}:"


@lru_cache(maxsize=4096)  # many times share a day, and a calendar is slow to ask
def _day(days: int) -> str:
    """The date so many days after 1970-01-01."""
    return from_us(days * _DAY_US).strftime("%Y-%m-%d")
