"""The calendars of iOS and macOS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from evidence_store.records import Account, CalendarEvent, Moment, Party, Present, Problem, replace
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.calendar_people import Around, Invited
from extractors.ios.core_data import Rows, each_record, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row, lacking
from parsers.times import from_local

_EXTRA: Final = (
    *("start_tz", "end_tz", "status", "invitation_status", "availability", "privacy_level", "url", "conference_url"),
    *("unique_identifier", "UUID", "contact_name", "contact_identifier", "travel_time", "priority", "junk_status"),
    *("orig_item_id", "orig_event_id", "recurrence_set", "response_comment", "conference_url_detected"),
)
_ITEM: Final = (
    *("summary", "location", "location_id", "client_location_id", "description", "start_date", "end_date", "all_day"),
    *("calendar_id", "orig_date", "orig_start_date", "organizer_id", "self_attendee_id", "last_modified"),
    *("creation_date", "due_date", "completion_date", "birthday_id", "hidden", "has_recurrences", "entity_type"),
    *("due_tz", *_EXTRA),
)
_MORE: Final = (
    ("created", "creation_date"),
    ("modified", "last_modified"),
    ("completed", "completion_date"),
    ("date that it stands for", "orig_date"),
    ("date that it stands for", "orig_start_date"),
)
_CALENDAR: Final = (
    *("title", "store_id", "flags", "color", "notes", "UUID", "type", "owner_identity_display_name"),
    *("owner_identity_email", "self_identity_email", "shared_owner_name", "shared_owner_address", "sharing_status"),
    *("external_id", "subcal_url", "owner_identity_id"),
)
_CALENDAR_EXTRA: Final = (
    *("notes", "UUID", "owner_identity_display_name", "self_identity_email", "shared_owner_name"),
    *("shared_owner_address", "sharing_status", "subcal_url"),
)
_STORE: Final = ("name", "type", "disabled")
_LOCATION: Final = ("title", "address", "latitude", "longitude", "radius")
_EVENT, _REMINDER = 2, 3  # entity_type
_FLOATING: Final = "_float"  # in place of a zone: the hour is that of wherever the device is
_ALL_DAY: Final = "all day: a date, stored as midnight UTC, and no moment"
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)


@extractor(
    id="ios.calendar",
    version=2,
    title="Calendars of Apple devices",
    files=("**/Calendar.sqlitedb",),
    tables=({"CalendarItem": {"ROWID", "summary", "start_date", "start_tz", "calendar_id"}},),
    emits=(CalendarEvent, Account),
    privacy="calendar",
    layouts="Calendar.sqlitedb of iOS 3 to 26 and macOS 14 to 26: tables CalendarItem, or Event before iOS 6",
    tested_on="iOS 14 backup: 1 event with its organiser",
    limits="A recurring event is one row with its rule: its single dates are not worked out. Answers and roles of "
    "those invited are given as the codes that are stored.",
)
def calendar(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `Calendar` as an account, every event and reminder, and participants whose event has no row.

    Times are seconds since 2001. Where the zone is "_float" they count the hours of a wall clock: such a time is
    placed by the zone of the file, if one is known. Those of an all-day event stand for dates; a note says so.

    References:
    - the layout as the file itself declares it; Apple, documentation of EventKit
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    table = "CalendarItem" if "CalendarItem" in db.tables() else "Event"
    if unknown := lacking(db, {table: {"ROWID", "summary", "start_date", "calendar_id"}}):
        words = unknown if table == "CalendarItem" else lacking(db, {"CalendarItem": {"ROWID"}})
        yield Problem("schema", "unknown-layout", words)
        return
    gaps: list[Problem] = []
    reader = _Reader(db, file, gaps)
    if not lacking(db, {"Calendar": {"ROWID"}}):
        yield from each_record(db, "Calendar", _CALENDAR, reader.calendar, key="ROWID")
    yield from each_record(db, table, _ITEM, reader.event, key="ROWID")
    yield from reader.strays()
    yield from gaps


class _Reader:
    """Makes events of rows, with whatever stands beside them."""

    def __init__(self, db: EvidenceDatabase, file: EvidenceFile, gaps: list[Problem]) -> None:
        self._file = file
        self._calendars: Rows = rows_by_key(db, "Calendar", _CALENDAR, gaps, key="ROWID")
        self._stores: Rows = rows_by_key(db, "Store", _STORE, gaps, key="ROWID")
        self._places: Rows = rows_by_key(db, "Location", _LOCATION, gaps, key="ROWID")
        self._invited = Invited(db, gaps)
        self._around = Around(db, gaps)
        self._named: set[Any] = set()

    def calendar(self, row: Row, doubts: Doubts) -> Account:
        owner = doubts.text(row["owner_identity_email"], "owner_identity_email")
        owners = (Party(owner.removeprefix("mailto:"), "email"),) if owner else ()
        if not owners and (found := self._invited.identity(row["owner_identity_id"], doubts)):
            owners = (found,)  # newer generations name it by number
        store = self._store(row)
        shown = named(row, _CALENDAR_EXTRA, (None, "", 0))
        title = doubts.text(row["title"], "title")
        return Account(
            locator=doubts.locator,
            service=store or "Calendar",
            flags=("calendar",),
            extra=(*shown, *self._invited.sharees(row["ROWID"], doubts)),
            name=title,
            identifiers=owners,
            text=title,
        )

    def _store(self, calendar: Row) -> str | None:
        row = self._stores.get(calendar["store_id"]) if type(calendar["store_id"]) is int else None
        return str(row["name"]) if row is not None and isinstance(row["name"], str) and row["name"] else None

    def event(self, row: Row, doubts: Doubts) -> CalendarEvent:
        key, number = row["ROWID"], row["calendar_id"]
        home = self._calendars.get(number) if type(number) is int else None
        title, words = doubts.text(row["summary"], "summary"), doubts.text(row["description"], "description")
        place, lat, lon = self._place(row, doubts)
        organiser = self._invited.one(row["organizer_id"], doubts)
        self._named |= {row["organizer_id"], row["self_attendee_id"]}
        attendees = self._invited.of(key)
        self._named |= {one["ROWID"] for one in attendees}
        people = [who for one in attendees if (who := self._invited.party(one, doubts))]
        others = [who for who in people if organiser is None or who.identifier != organiser.identifier]
        told = [("participant", self._invited.answer(one, doubts)) for one in self._rows(row, attendees)]
        extra = (*named(row, _EXTRA, (None, "", 0)), *told, *self._around.told(key))
        return CalendarEvent(
            locator=doubts.locator,
            service=(self._store(home) if home else None) or "Calendar",
            moments=tuple(self._moments(row, doubts)),
            flags=tuple(self._flags(row, home)),
            extra=extra if home else (*extra, ("calendar_id", stored(number))),
            title=title,
            place=place,
            sender=organiser,
            recipients=tuple(dict.fromkeys(others)),
            calendar=str(home["title"]) if home and isinstance(home["title"], str) else None,
            lat=lat,
            lon=lon,
            text="\n".join(part for part in (title, place, words) if part) or None,
        )

    def _rows(self, row: Row, attendees: list[Row]) -> list[Row]:
        """The rows of those who are named with an event, each once."""
        number = row["organizer_id"]
        first = self._invited.rows.get(number) if type(number) is int else None
        there = {one["ROWID"] for one in attendees}
        return [first, *attendees] if first is not None and first["ROWID"] not in there else attendees

    def _place(self, row: Row, doubts: Doubts) -> tuple[str | None, float | None, float | None]:
        for column in ("location_id", "client_location_id"):
            found = self._places.get(row[column]) if type(row[column]) is int else None
            if found is None:
                continue
            where = f"Location:ROWID={row[column]}"
            parts = (doubts.text(found[name], f"{where} {name}") for name in ("title", "address"))
            lat, lon = found["latitude"], found["longitude"]
            known = type(lat) in (int, float) and type(lon) in (int, float) and (lat or lon)
            sound = known and abs(lat) <= 90 and abs(lon) <= 180
            name = "\n".join(dict.fromkeys(part for part in parts if part)) or None
            return (name, float(lat), float(lon)) if sound else (name, None, None)
        return doubts.text(row["location"], "location") or None, None, None

    def _moments(self, row: Row, doubts: Doubts) -> Iterator[Moment]:
        whole_day = row["all_day"] == 1
        for meaning, column, zone in (
            ("starts", "start_date", "start_tz"),
            ("ends", "end_date", "end_tz"),
            ("due", "due_date", "due_tz"),
        ):
            value = row[column]
            if value is None and (column != "start_date" or row["due_date"] is not None):
                continue
            floating = row[zone] == _FLOATING or (column == "end_date" and row["start_tz"] == _FLOATING)
            if whole_day or not floating:
                moment = doubts.moment(meaning, value, "cocoa s", column)
                yield replace(moment, note=moment.note or _ALL_DAY) if whole_day else moment
            else:
                yield self._local(meaning, value, column, doubts)
        for meaning, column in _MORE:
            if row[column] not in (None, 0):
                yield doubts.moment(meaning, row[column], "cocoa s", column)

    def _local(self, meaning: str, value: Any, column: str, doubts: Doubts) -> Moment:
        """The moment of a wall clock, whose hour is stored as if it were UTC."""
        try:
            local = (_EPOCH + timedelta(seconds=float(value))).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError):
            return doubts.moment(meaning, value, "cocoa s", column)
        utc_us, note = from_local(local, self._file.zone)
        zone = f"{self._file.zone}, {self._file.zone_by}" if self._file.zone else ""
        return Moment(meaning, utc_us, stored(value), "C", zone, note)

    def _flags(self, row: Row, home: Row | None) -> Iterator[str]:
        kind = row["entity_type"]
        if kind == _REMINDER:
            yield "reminder"
        elif kind not in (None, 0, _EVENT):
            yield f"entity type {stored(kind)}"
        if row["all_day"] == 1:
            yield "all day"
        if row["has_recurrences"] == 1 or self._around.rules(row["ROWID"]):
            yield "recurring"
        if any(row[name] not in (None, 0) for name in ("orig_item_id", "orig_event_id")):
            yield "one date of a recurring event"
        if type(row["birthday_id"]) is int and row["birthday_id"] > 0:
            yield "birthday"
        if row["hidden"] == 1:
            yield "hidden"
        if home is None:
            yield "no row of this calendar"

    def strays(self) -> Iterator[Found]:
        """The participants whose event has no row: each an event of which only that is left."""
        doubts = Doubts()
        for key, row in self._invited.rows.items():
            if key in self._named:
                continue
            doubts.locator = f"Participant:ROWID={key}"
            who = self._invited.party(row, doubts)
            told = ("participant", self._invited.answer(row, doubts))
            yield Present(1)
            yield CalendarEvent(
                locator=doubts.locator,
                service="Calendar",
                flags=("no row of this event",),
                extra=(("owner_id", stored(row["owner_id"])), told),
                recipients=(who,) if who else (),
            )
            yield from doubts.drain()
