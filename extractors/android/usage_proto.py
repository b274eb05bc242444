"""Usage statistics as protocol buffers: of Android 10 with names in each file, since 11 with names in a file beside.

References:
- Android Open Source Project: usagestatsservice.proto, usagestatsservice_v2.proto, com.android.server.usage
  (UsageStatsProto, UsageStatsProtoV2, IntervalStats: tokens count from 1, and index the names of their package)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import AppUse, Present, Problem
from extractors.android.protobuf_file import MOST_BYTES, read_fields
from extractors.android.usage_events import Event, Extra, Interval, Total, event_record, interval, total_record
from extractors.base import EvidenceFile, Found
from extractors.database import Doubts
from parsers.protobuf import Field, Fields

_PACKAGES, _EVENTS, _PENDING, _LAST_USED = 20, 22, 23, 24
_TABLES: Final = {_PACKAGES: "packages", _EVENTS: "event_log", _PENDING: "pending_events", _LAST_USED: "package_usage"}
_SCREEN: Final = {
    10: "screen interactive, total",
    11: "screen non-interactive, total",
    12: "keyguard shown, total",
    13: "keyguard hidden, total",
}
_LAST: Final = (
    ("last active", 3),
    ("last visible", 10),
    ("last foreground service", 8),
    ("last component used", 12),
)
# What an event holds beside time and type: (name, field of its text, field of its number among the names).
_NAMED_10: Final = (
    *(("class", 3, 4), ("shortcut id", 9, 0), ("notification channel", 12, 13), ("task root package", 0, 15)),
    *(("task root class", 0, 16), ("locus id", 0, 17)),
)
_NAMED_11: Final = (
    *(("class", 0, 2), ("shortcut id", 0, 7), ("notification channel", 0, 9), ("task root package", 0, 11)),
    *(("task root class", 0, 12), ("locus id", 0, 13)),
)
_NAMED_PENDING: Final = tuple((name, token, 0) for name, _, token in _NAMED_11)
# (time, flags, type, standby bucket, instance)
_NUMBERS_10: Final = (5, 6, 7, 11, 14)
_NUMBERS_11: Final = (3, 4, 5, 8, 10)


class _Names:
    """The names that numbers stand for: one list of a file, or a list for each package (`mappings`)."""

    def __init__(self, pool: list[str] | None, packages: dict[int, list[str]] | None, left_out: int = 0) -> None:
        self._pool = pool
        self._packages = packages or {}
        self.left_out = left_out  # lists that could not be read
        self.unknown = 0

    def package(self, number: int | None) -> str:
        found = self._at(self._pool, number) if self._pool is not None else self._at(self._of(number), 1)
        if found is None:
            self.unknown += 1
            return f"number {number}"
        return found

    def other(self, package: int | None, number: int) -> str:
        found = self._at(self._pool if self._pool is not None else self._of(package), number)
        return f"number {number}" if found is None else found

    def _of(self, package: int | None) -> list[str]:
        return self._packages.get(package or 0, [])

    @staticmethod
    def _at(names: list[str], number: int | None) -> str | None:
        return names[number - 1] if number is not None and 0 < number <= len(names) else None


def usage_proto(file: EvidenceFile) -> Iterator[Found]:
    """Every event and every total of a file; of Android 11 and later with the names of `../mappings`."""
    fields, damage = read_fields(file)
    if damage is not None:
        yield damage
    rows = [(field, _TABLES[field.number]) for field in fields if field.number in _TABLES]
    screen = [field for field in fields if field.number in _SCREEN]
    if not rows and not screen:
        return
    yield Present(len(rows) + len(screen))
    in_file = any(field.number == 2 and field.wire == 2 for field in fields) or not _has_tokens(fields)
    names, problem = (_pool(fields), None) if in_file else _mappings(file)
    end = next((field.value for field in fields if field.number == 1 and isinstance(field.value, int)), None)
    of = interval(file.path, end)
    yield from _totals_of_screen(screen, of)
    yield from _rows(rows, of, names, in_file)
    if problem:
        yield problem
    elif names.unknown:
        words = f"{names.unknown} records name their application by a number that no name is left for"
        yield Problem("value", "no-name", words)
    if names.left_out:
        words = f"{names.left_out} lists of names of applications could not be read: numbers may stand for them"
        yield Problem("value", "no-names", words)


def _has_tokens(fields: list[Field]) -> bool:
    """Whether the first thing that is said of applications has a number where Android 10 has the name."""
    if any(field.number == 2 and field.wire == 0 for field in fields):
        return True  # the version of the form, which Android 10 has elsewhere
    first = next((field for field in fields if field.number in (_PACKAGES, _EVENTS)), None)
    message = None if first is None else first.message()
    return message is not None and message.number(1) is not None


def _pool(fields: list[Field]) -> _Names:
    stored = [field for field in fields if field.number == 2]
    pools = [message for field in stored if (message := field.message())]
    names = [data.decode("utf-8", "replace") for pool in pools for data in pool.datas(2)]
    return _Names(names, None, len(stored) - len(pools))


def _mappings(file: EvidenceFile) -> tuple[_Names, Problem | None]:
    words = "the names of applications stand in a file beside, mappings, which {}: numbers stand for them"
    nothing = _Names(None, None)
    try:
        stream = file.beside("../mappings")
        if stream is None:
            return nothing, Problem("value", "no-names", words.format("is not there"))
        with stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            return nothing, Problem(
                "value", "no-names", words.format(f"is not read: it has more than {MOST_BYTES:,} bytes")
            )
        mapped, left_out = Fields(data).counted(2)
    except ValueError as error:
        return nothing, Problem("value", "no-names", words.format(f"cannot be read ({error})"))
    packages = {one.number(1) or 0: [data.decode("utf-8", "replace") for data in one.datas(2)] for one in mapped}
    return _Names(None, packages, left_out), None


def _totals_of_screen(screen: list[Field], of: Interval) -> Iterator[Found]:
    doubts = Doubts()
    for field in screen:
        doubts.locator = f"{of.name or 'interval'}:field={field.number}"
        message = field.message() or Fields(b"")
        yield AppUse(
            locator=doubts.locator,
            moments=of.began(doubts),
            extra=(*of.about(), ("count", message.number(1) or 0)),
            app="android",
            activity=_SCREEN[field.number],
            duration_s=(message.signed(2) or 0) / 1000,
        )
        yield from doubts.drain()


def _rows(rows: list[tuple[Field, str]], of: Interval, names: _Names, in_file: bool) -> Iterator[Found]:
    doubts = Doubts()
    places = dict.fromkeys(_TABLES.values(), 0)
    for field, table in rows:
        where = f"{table}:index={places[table]}"
        places[table] += 1
        message = field.message()
        if message is None:
            yield Problem("row", "damaged-row", "what stands here is no message", where)
        elif field.number == _PACKAGES:
            yield total_record(_total(message, names, in_file), of, where, doubts)
        elif field.number == _EVENTS:
            yield event_record(_event(message, names, in_file), of, where, doubts)
        elif field.number == _PENDING:
            yield _pending(message, of, where, doubts)
        else:
            yield _last_used(message, where, doubts)
        yield from doubts.drain()


def _package(message: Fields, names: _Names, in_file: bool) -> tuple[str, int | None]:
    text, number = message.text(1), message.number(2 if in_file else 1)
    return (text, number) if in_file and text else (names.package(number), number)


def _total(message: Fields, names: _Names, in_file: bool) -> Total:
    package, _ = _package(message, names, in_file)
    numbers = (("launch count", 6), ("visible ms", 11), ("foreground service ms", 9), ("last event", 5))
    extra = tuple((name, number) for name, field in numbers if (number := message.signed(field)))
    # Android 10 does not write a zero: the time of last use is then the begin itself. Later ones write 1 for it, and
    # nothing for what was long before the begin, or never.
    last = tuple((what, message.signed(field) or (0 if field == 3 and in_file else None)) for what, field in _LAST)
    return Total(package, last, message.signed(4) or 0, extra)


def _event(message: Fields, names: _Names, in_file: bool) -> Event:
    package, number = _package(message, names, in_file)
    time, flags, kind, bucket, instance = _NUMBERS_10 if in_file else _NUMBERS_11
    extra: list[tuple[str, str | int]] = []
    for name, text, token in _NAMED_10 if in_file else _NAMED_11:
        if text and (value := message.text(text)):
            extra.append((name, value))
        elif token and (place := message.number(token)):
            extra.append((name, names.other(number, place)))
    return Event(
        package,
        message.number(kind) or 0,
        message.signed(time) or (0 if in_file else None),  # Android 10 leaves out a zero, later ones write 1 for it
        (*extra, *_left(message, flags, bucket, instance)),
    )


def _left(message: Fields, flags: int, bucket: int, instance: int) -> Extra:
    found = (("flags", message.number(flags)), ("standby bucket", message.number(bucket)))
    return tuple((name, value) for name, value in (*found, ("instance", message.signed(instance))) if value)


def _pending(message: Fields, of: Interval, where: str, doubts: Doubts) -> AppUse:
    """An event from before the user unlocked the device: names in full, and times that count from 1970."""
    time, flags, kind, bucket, instance = _NUMBERS_11
    texts = tuple((name, value) for name, field, _ in _NAMED_PENDING if (value := message.text(field)))
    event = Event(message.text(1) or "", message.number(kind) or 0, message.signed(time), texts)
    since_1970 = Interval(of.name, 0, None, of.user)
    return event_record(
        event._replace(extra=texts + _left(message, flags, bucket, instance)), since_1970, where, doubts
    )


def _last_used(message: Fields, where: str, doubts: Doubts) -> AppUse:
    doubts.locator = where
    return AppUse(
        locator=where,
        moments=(doubts.moment("last used", message.signed(2), "ms", "time_ms"),),
        app=message.text(1) or "",
        activity="last use by any user of the device",
    )
