"""Dates as letters write them: of RFC 5322 and older, of mailboxes, and as programs show them in words.

References:
- RFC 5322 section 3.3 and 4.3 (obsolete zones and years), RFC 4155 (the line that begins a message of a mailbox)
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from parsers.times import to_us

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:\.\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE: Final = (
    r"(?P<zone>[+-]\d{1,2}:?\d\d(?!\d)|[+-]\d{1,2}(?!\d)|(?:GMT|UTC)[+-]\d{1,2}(?::?\d\d)?|"
    r"[A-Za-z]{1,20}(?: [A-Za-z]{2,20})*)"
)
_DAY: Final = r"(?:[^\W\d]{2,10}(?:\.?,?\s+|\.?,))?"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        # Tue, 9 Jun 2009 23:58:45 -0400 (EDT); 16 May 2016 at 09:30:32 GMT+1
        rf"{_DAY}(?P<day>\d{{1,2}})[ -]+(?P<month>[A-Za-z]{{3,9}})\.?[ -]+(?P<year>\d{{2,4}}),?\s+(?:at\s+)?"
        rf"{_CLOCK}\s*{_ZONE}?",
        # Mon Jun 01 10:00:00 2009; with the zone before or behind the year
        rf"{_DAY}(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})"
        rf"(?:\s+(?P<after>[+-]\d{{4}}))?",
        # Monday, May 03, 2010 4:21 PM
        rf"{_DAY}(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}),?\s+(?:at\s+)?"
        rf"{_CLOCK}\s*{_ZONE}?",
        # 2009-06-09T23:58:45-04:00
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]{_CLOCK}\s*{_ZONE}?",
    )
)
_ODD: Final = re.compile(r"\s*[-+\d\u2010-\u2015\u2212]")
_COMMENT: Final = re.compile(r"\s*\([^()]*\)")
_NAMED: Final = {
    "UT": 0, "GMT": 0, "UTC": 0, "Z": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


class Written(NamedTuple):
    """A date in words: the clock reading as it stands, and UTC in microseconds where an offset stands with it.

    `zone` is what stands there in place of an offset and is none to RFC 5322: "IST", which three countries have.
    """

    local: datetime
    utc_us: int | None
    zone: str = ""


@lru_cache(maxsize=4096)
def written(text: str) -> Written | None:
    """The date, or None for what is none. A zone that is a name RFC 5322 does not know tells no offset."""
    plain = _COMMENT.sub("", text).strip()
    for form in _FORMS:
        if match := form.match(plain):
            try:
                found = _date(match.groupdict())
                # An offset that is none: "--100", "0100".
                odd = found.utc_us is None and not found.zone and _ODD.match(plain, match.end())
                return found._replace(zone=plain[match.end() :].strip()[:20]) if odd else found
            except (ValueError, OverflowError):
                return None
    return None


def _date(found: dict[str, str | None]) -> Written:
    month = found["month"] or ""
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    local = datetime(  # noqa: DTZ001 - as written; the zone is told apart
        _year(found["year"] or ""), number, int(found["day"] or 0), hour, int(found["minute"] or 0)
    ) + timedelta(seconds=min(int(found["second"] or 0), 60))
    zone = found.get("after") or found["zone"] or ""
    offset = _offset(zone)
    if offset is None:
        return Written(local, None, zone)
    return Written(local, to_us(local.replace(tzinfo=timezone(timedelta(minutes=offset)))))


def _year(text: str) -> int:
    """Of two or three digits as RFC 5322 reads them."""
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(text) == 3 else year


def _offset(zone: str) -> int | None:
    """Minutes east of UTC. "-0000" is UTC too: it only says that nothing is known of the writer's own zone."""
    name = zone.upper()
    if name in _NAMED:
        return _NAMED[name] * 60
    digits = name.removeprefix("GMT").removeprefix("UTC").replace(":", "")
    if digits[:1] not in ("+", "-"):
        return None
    sign, digits = -1 if digits[0] == "-" else 1, digits[1:]
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    return sign * (int(hours) * 60 + int(minutes))
