"""Dates as an officer types them, in UK time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from app.gui.wording import MONTHS, UK
from parsers.times import from_us, to_us

_SHAPES: Final = (
    re.compile(r"(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3})[a-z]* (?P<y>\d{4})"),
)
_CLOCK: Final = re.compile(r"(?: (\d{1,2}):(\d{2}))?")


def bound(words: str, *, end: bool) -> int | None:
    """Microseconds of a typed date, or None for an empty one. As an `end` the whole day (or minute) is included.

    Takes "25/10/2026", "2026-10-25", "25 Oct 2026", each with or without " 13:45". Raises ValueError with one line.
    """
    words = " ".join(words.split())
    if not words:
        return None
    for shape in _SHAPES:
        found = shape.match(words)
        clock = _CLOCK.fullmatch(words, found.end()) if found else None
        if found and clock:
            return _to_us(found.groupdict(), clock.groups(), end=end, words=words)
    raise ValueError(f"“{words}” is no date: type it as 25/10/2026, with or without a time (13:45)")


def _to_us(parts: dict[str, str], clock: tuple[str | None, ...], *, end: bool, words: str) -> int:
    month = parts["m"] if parts["m"].isdigit() else str(_month(parts["m"]))
    hour, minute = int(clock[0] or 0), int(clock[1] or 0)
    try:
        at = datetime(int(parts["y"]), int(month), int(parts["d"]), hour, minute, tzinfo=UK)
        if end:
            at = at.replace(fold=1) + timedelta(minutes=1) if clock[0] else at + timedelta(days=1)
        return to_us(at)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no date “{words}” (day, month, year)") from None


def _month(name: str) -> int:
    return next((number for number, known in enumerate(MONTHS, 1) if known.lower() == name.lower()), 0)


def shown(utc_us: int | None, *, end: bool) -> str:
    """A bound as it would be typed."""
    if utc_us is None:
        return ""
    try:
        at = from_us(utc_us).astimezone(UK)
        if end and not (at.hour or at.minute or at.second):
            at = at - timedelta(days=1)
    except OverflowError:
        return ""
    return f"{at:%d/%m/%Y}" + (f" {at:%H:%M}" if at.hour or at.minute else "")
