"""What Android's usage statistics say, whichever form they are stored in: events and totals, as records.

References:
- Android Open Source Project: android.app.usage.UsageEvents.Event (types), com.android.server.usage
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from evidence_store.records import AppUse, Moment
from extractors.android.xml_file import user_of
from extractors.database import Doubts
from extractors.matching import without_copy_mark
from parsers.times import from_unix, iso

Extra = tuple[tuple[str, str | int | float | None], ...]
TYPES: Final = dict(
    enumerate(
        (
            *("activity resumed", "activity paused", "end of day", "continue previous day", "configuration change"),
            *("system interaction", "user interaction", "shortcut invocation", "chooser action"),
            *("notification seen", "standby bucket changed", "notification interruption"),
            *("slice pinned (privileged)", "slice pinned", "screen interactive", "screen non-interactive"),
            *("keyguard shown", "keyguard hidden", "foreground service start", "foreground service stop"),
            *("continuing foreground service", "rollover foreground service", "activity stopped"),
            *("activity destroyed", "flush to disk", "device shutdown", "device startup", "user unlocked"),
            *("user stopped", "locus id set", "application component used"),
        ),
        1,
    )
)
_FOLDER: Final = re.compile(r"(?:^|/)usagestats/(?:(\d+)/)?(daily|weekly|monthly|yearly)/([^/]+)$", re.IGNORECASE)
_BEGIN: Final = re.compile(r"(\d{1,14})(?:-c)?(?:\.bak)?")


class Event(NamedTuple):
    """One entry of the event log: `offset` in milliseconds from the begin of the interval."""

    package: str
    kind: int | None
    offset: int | None
    extra: Extra = ()


class Total(NamedTuple):
    """What an interval adds up for one application: `last` has (meaning, offset), `active_ms` the time in use."""

    package: str
    last: tuple[tuple[str, int | None], ...]
    active_ms: int | None
    extra: Extra = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """The time that a file of statistics is about: its name is the begin, in ms, that all other times count from."""

    name: str
    begin_ms: int | None
    end_offset: int | None
    user: Extra

    def moment(self, meaning: str, offset: int | None, doubts: Doubts) -> Moment:
        """A time that is stored as a distance from the begin: as stored, "1570000000000+3600000"."""
        if self.begin_ms is None or offset is None:
            note = "the name of the file gives no time to count from" if self.begin_ms is None else "not recorded"
            doubts.add("time", f"{meaning}: {note}: {offset}")
            return Moment(meaning, None, "" if offset is None else f"+{offset}", "A", "", note)
        utc_us, note = from_unix(self.begin_ms + offset, "ms")
        raw = f"{self.begin_ms}{offset:+d}"
        if utc_us is None:
            doubts.add("time", f"{meaning}: {note}: {raw}")
        return Moment(meaning, utc_us, raw, "A", "", note)

    def last(self, found: Iterable[tuple[str, int | None]], doubts: Doubts) -> tuple[Moment, ...]:
        """The times of a total that are set; what is not is stored as the begin's negative, or not at all."""
        unset = None if self.begin_ms is None else -self.begin_ms
        return tuple(
            self.moment(meaning, offset, doubts) for meaning, offset in found if offset is not None and offset != unset
        )

    def began(self, doubts: Doubts) -> tuple[Moment, ...]:
        """When the interval began: the date of what has no other."""
        return (self.moment("interval began", 0, doubts),)

    def about(self) -> Extra:
        """The user, and from when to when the interval goes, as fields of `extra`."""
        if self.begin_ms is None:
            return self.user
        ends = [self.begin_ms] if self.end_offset is None else [self.begin_ms, self.begin_ms + self.end_offset]
        times = [from_unix(end, "ms")[0] for end in ends]
        return (*self.user, ("interval", " to ".join("unknown" if time is None else iso(time) for time in times)))


def interval(path: str, end_offset: int | None) -> Interval:
    """The interval of the file at `path`: ".../usagestats/0/daily/1570000000000"."""
    found = _FOLDER.search(path)
    name = without_copy_mark(path).rpartition("/")[2]
    begin = _BEGIN.fullmatch(name)
    user: Extra = (("user", int(found[1])),) if found and found[1] else user_of(path)
    return Interval(found[2].lower() if found else "", int(begin[1]) if begin else None, end_offset, user)


def event_record(event: Event, of: Interval, where: str, doubts: Doubts) -> AppUse:
    """An entry of the event log. A type that nobody knows comes out as "type 99"."""
    doubts.locator = where
    words = TYPES.get(event.kind) if event.kind is not None else None
    return AppUse(
        locator=where,
        moments=(of.moment("recorded", event.offset, doubts),),
        flags=() if words else (f"type {event.kind}",),
        extra=of.user + event.extra,
        app=event.package,
        activity=words or f"type {event.kind}",
    )


def total_record(total: Total, of: Interval, where: str, doubts: Doubts) -> AppUse:
    """What an interval adds up for an application."""
    doubts.locator = where
    return AppUse(
        locator=where,
        moments=of.last(total.last, doubts) or of.began(doubts),
        extra=of.about() + total.extra,
        app=total.package,
        activity=f"total of the interval ({of.name})" if of.name else "total of the interval",
        duration_s=None if total.active_ms is None else total.active_ms / 1000,
    )
