"""How values are put into words on the screen: times in UK time with GMT or BST named, sizes, clocks."""

from __future__ import annotations

import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.local_time import LocalTime
from evidence_store.records import CLOCKS
from evidence_store.words import named, turns
from parsers.times import from_us, iso

UK: Final = ZoneInfo("Europe/London")
_CLOCK: Final = LocalTime("Europe/London")
NO_TIME: Final = "no time"
_HIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_ISOLATES: Final = re.compile("[\u2066-\u2069]")
# Not strftime's: those follow the language of the machine.
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KIND_WORDS: Final = {
    "message": "Message",
    "call": "Call",
    "contact": "Contact",
    "media_item": "Photo, video or sound",
    "location": "Location",
    "table_row": "Row of a table",
    "group": "Group",
    "web_visit": "Web visit",
    "app_install": "Application",
    "app_use": "Use of an application",
    "calendar_event": "Calendar entry",
    "email": "E-mail",
    "device_fact": "Fact about the device",
}
DIRECTION_WORDS: Final = {"in": "incoming", "out": "outgoing"}


def local(utc_us: int) -> str:
    """ "25 Oct 2026 01:30:00 BST", as reports print it; what no calendar holds is shown as a count of microseconds."""
    try:
        return _CLOCK.words(utc_us)
    except OverflowError:
        return f"{utc_us} µs (outside the calendar)"


def local_with_offset(utc_us: int) -> str:
    """ "25 Oct 2026 01:30:00 BST (UTC+1)" """
    try:
        offset = from_us(utc_us).astimezone(UK).utcoffset()
    except OverflowError:
        return local(utc_us)
    hours = (offset.total_seconds() if offset else 0) / 3600
    return f"{local(utc_us)} (UTC{hours:+g})" if hours else f"{local(utc_us)} (UTC)"


def utc(utc_us: int) -> str:
    try:
        return iso(utc_us)
    except OverflowError:
        return f"{utc_us} µs"


def when(utc_us: int | None, raw: str = "", note: str = "") -> str:
    """The principal time of an item as one cell shows it."""
    if utc_us is None:
        return f"{NO_TIME} (recorded: {raw[:60]})" if raw and raw != "not recorded" else NO_TIME
    words = local(utc_us)
    if note.startswith("ambiguous"):
        # The hour that the clocks show twice: both readings are named, neither is chosen silently.
        other = local(utc_us + 3_600_000_000).rsplit(" ", 1)[1]
        words += f" or {other}"
    return words


def clock_mark(clock: str) -> str:
    """The clock letter as a cell shows it; an assumed zone has a sign of its own beside it."""
    return "C ≈" if clock == "C" else clock


def clock_meaning(clock: str) -> str:
    return f"Clock {clock}: {CLOCKS[clock]}" if clock in CLOCKS else "No time is recorded"


def kind(name: str) -> str:
    return KIND_WORDS.get(name, name.replace("_", " ").capitalize())


def many(count: int, word: str) -> str:
    """ "1 file", "1,200 files" """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def size(count: int | None) -> str:
    if count is None:
        return "size not recorded"
    for unit, limit in (("bytes", 1 << 10), ("KiB", 1 << 20), ("MiB", 1 << 30)):
        if count < limit:
            return f"{count} bytes" if unit == "bytes" else f"{count * 1024 / limit:.1f} {unit} ({count:,} bytes)"
    return f"{count / (1 << 30):.2f} GiB ({count:,} bytes)"


def duration(seconds: float | None) -> str:
    """ "2 h 5 min", "40 s": for an estimate."""
    if seconds is None:
        return ""
    left = round(seconds)
    if left < 60:
        return f"{left} s"
    return f"{left // 60} min" if left < 3600 else f"{left // 3600} h {left % 3600 // 60} min"


def party(found: dict[str, Any]) -> str:
    """Somebody as recorded: name, identifier and what the identifier is."""
    shown = in_one_line(named(found.get("name"), str(found["identifier"])))
    scheme = found.get("scheme", "phone")
    return shown if scheme in ("phone", "name") else f"{shown} [{scheme}]"


def visible(text: str) -> str:
    """Text whose control characters and direction overrides are shown as code points, so that none can mislead."""
    return _HIDDEN.sub(_code_point, text)


def _code_point(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def in_one_line(text: str) -> str:
    """The lines of a text behind each other, hidden characters shown; where one turns, none turns what follows it."""
    lines = [" ".join(visible(line).split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) < 2 or not any(map(turns, lines)):
        return " ".join(lines)
    return " · ".join(f"{_ISOLATE}{_ISOLATES.sub(_code_point, line)}{_END_ISOLATE}" for line in lines)


def attachment_state(state: str) -> str:
    """What became of an attached file, in words."""
    return {
        "present": "present in the source",
        "missing": "MISSING: the source does not hold it",
        "unreadable": "UNREADABLE in the source",
        "omitted": "left out of the export",
        "embedded": "embedded in the record",
    }.get(state, state)
