"""The calendars of Android: events with who is invited, reminders and alerts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, CalendarEvent, Moment, Party, Present, Problem, replace
from extractors.android.tables import extra_of
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside, strays
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

# Names before and since Android 4.
_CALENDAR: Final = (
    *("_id", "account_name", "_sync_account", "account_type", "_sync_account_type", "name", "calendar_displayName"),
    *("displayName", "ownerAccount", "calendar_access_level", "access_level", "visible", "selected", "sync_events"),
    *("calendar_timezone", "timezone", "calendar_location", "location", "isPrimary", "deleted"),
)
_EVENT: Final = (
    *("_id", "calendar_id", "title", "eventLocation", "description", "eventStatus", "selfAttendeeStatus", "dtstart"),
    *("dtend", "eventTimezone", "eventEndTimezone", "duration", "allDay", "accessLevel", "visibility", "availability"),
    *("transparency", "rrule", "rdate", "exrule", "exdate", "original_id", "original_sync_id", "originalEvent"),
    *("originalInstanceTime", "lastDate", "organizer", "isOrganizer", "deleted", "uid2445", "_sync_id", "lastSynced"),
    *("customAppPackage", "hasAttendeeData"),
)
_ATTENDEE: Final = (
    *("_id", "event_id", "attendeeName", "attendeeEmail", "attendeeStatus", "attendeeRelationship", "attendeeType"),
)
_REMINDER: Final = ("_id", "event_id", "minutes", "method")
_ALERT: Final = ("_id", "event_id", "begin", "alarmTime", "receivedTime", "state")
_EXTRA: Final = (
    *("eventTimezone", "eventEndTimezone", "duration", "rrule", "rdate", "exrule", "exdate", "original_id"),
    *("original_sync_id", "originalEvent", "accessLevel", "visibility", "availability", "transparency", "uid2445"),
    *("_sync_id", "customAppPackage"),
)
_UNSET: Final[dict[str, Any]] = {"accessLevel": 0, "visibility": 0, "availability": 0, "transparency": 0}
_STATUS: Final[dict[Any, str]] = {0: "tentative", 2: "cancelled"}
_ANSWERS: Final[dict[Any, str]] = {1: "accepted", 2: "declined", 3: "invited", 4: "tentative"}
_ROLES: Final[dict[Any, str]] = {1: "attendee", 2: "organiser", 3: "performer", 4: "speaker"}
_KINDS: Final[dict[Any, str]] = {1: "required", 2: "optional", 3: "resource"}
_METHODS: Final[dict[Any, str]] = {0: "default", 1: "alert", 2: "e-mail", 3: "SMS", 4: "alarm"}
_ALL_DAY: Final = "all day: a date, stored as midnight UTC, and no moment"
_ORGANISER: Final = 2
_TELLING: Final = "com.android.providers.calendar/"
_NO_ROW: Final = "no row of this event"
Calendars = dict[Any, Row]


@extractor(
    id="android.calendar",
    version=2,
    title="Android calendars",
    files=("**/calendar.db",),
    tables=({"Events": {"_id", "calendar_id", "title", "dtstart"}, "Calendars": {"_id"}},),
    emits=(CalendarEvent, Account),
    privacy="calendar",
    layouts="calendar.db of the calendar provider, Android 2 to 15",
    tested_on="documented schema, no device data",
    limits="A recurring event is one row with its rule (rrule) as stored: its single dates are not worked out. "
    "Extended properties, colours and the words of synchronisation are not read.",
)
def calendar(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `Calendars` as an account, every row of `Events`, and invitations whose event has no row.

    `dtstart` and `dtend` are milliseconds. Those of an all-day event are midnights in UTC that stand for dates, and are
    no moments; the note of each says so. A recurring event has a `duration` in place of an end.

    References:
    - Android Open Source Project: android.provider.CalendarContract (Calendars, Events, Attendees, Reminders,
      CalendarAlerts), CalendarDatabaseHelper
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, {"Events": {"_id", "calendar_id", "title", "dtstart"}}):
        if _TELLING in f"/{path.lower()}":
            yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "Events")) is not None:
        yield Present(rows)
    doubts, gaps = Doubts(), list[Problem]()
    calendars: Calendars = {}
    if not lacking(db, {"Calendars": {"_id"}}):
        if (rows := count_rows(db, "Calendars")) is not None:
            yield Present(rows)
        for row in each_row(db, "Calendars", selecting(db, "Calendars", _CALENDAR), gaps):
            doubts.locator = f"Calendars:_id={row['_id']}"
            calendars[row["_id"]] = row
            yield _account(row, doubts)
            yield from doubts.drain()
    attendees = beside(db, "Attendees", _ATTENDEE, "event_id", "_id")
    reminders = beside(db, "Reminders", _REMINDER, "event_id", "_id")
    alerts = beside(db, "CalendarAlerts", _ALERT, "event_id", "_id")
    for row in each_row(db, "Events", selecting(db, "Events", _EVENT), gaps):
        key = row["_id"]
        doubts.locator = f"Events:_id={key}"
        yield _event(row, calendars, attendees.of(key), reminders.of(key), alerts.of(key), doubts)
        yield from doubts.drain()
    yield from gaps
    yield from (problem for problem in attendees.finish() if problem.code != "orphans")  # those come out below
    yield from reminders.finish()
    yield from alerts.finish()
    yield from _stray_attendees(db, doubts)


def _who(address: str | None) -> Party | None:
    """An address of the calendar: an e-mail address, or what else the account calls somebody."""
    found = party(address)
    return Party(found.identifier, "account") if found and found.scheme == "sender-id" else found


def _first(row: Row, *names: str) -> Any:
    return next((row[name] for name in names if row[name] is not None), None)


def _account(row: Row, doubts: Doubts) -> Account:
    name = doubts.text(_first(row, "calendar_displayName", "displayName", "name"), "calendar_displayName")
    owner = _who(doubts.text(row["ownerAccount"], "ownerAccount"))
    account = doubts.text(_first(row, "account_name", "_sync_account"), "account_name")
    shown = _first(row, "visible", "selected")
    flags = ["calendar", *(["primary"] if row["isPrimary"] == 1 else []), *(["not shown"] if shown == 0 else [])]
    extra = [
        ("account", account),
        ("access level", _first(row, "calendar_access_level", "access_level")),
        ("time zone", _first(row, "calendar_timezone", "timezone")),
        ("location", _first(row, "calendar_location", "location")),
        ("sync_events", row["sync_events"]),
    ]
    return Account(
        locator=doubts.locator,
        service=doubts.text(_first(row, "account_type", "_sync_account_type"), "account_type") or "",
        deleted=row["deleted"] == 1,
        flags=tuple(flags),
        extra=tuple((word, _plain(value)) for word, value in extra if value not in (None, "")),
        name=name,
        identifiers=(owner,) if owner else (),
        text=name,
    )


def _event(
    row: Row, calendars: Calendars, attendees: list[Row], reminders: list[Row], alerts: list[Row], doubts: Doubts
) -> CalendarEvent:
    home = calendars.get(row["calendar_id"])
    title, place, words = (doubts.text(row[name], name) for name in ("title", "eventLocation", "description"))
    invited = [(one, _attendee(one, doubts)) for one in attendees]
    organiser = _who(doubts.text(row["organizer"], "organizer"))
    named = next((who for one, who in invited if who and one["attendeeRelationship"] == _ORGANISER), None)
    if named and (organiser is None or organiser.identifier == named.identifier):
        organiser = named
    others = [who for _, who in invited if who and (organiser is None or who.identifier != organiser.identifier)]
    extra = [*extra_of(row, _EXTRA, _UNSET)]
    extra += [("attendee", _answer(one, who)) for one, who in invited]
    extra += [("reminder", f"{stored(one['minutes'])} minutes before, {_method(one)}") for one in reminders]
    if home is None:
        extra.append(("calendar_id", _plain(row["calendar_id"])))
    return CalendarEvent(
        locator=doubts.locator,
        service=_service(home),
        moments=_moments(row, alerts, doubts),
        deleted=row["deleted"] == 1,
        flags=_flags(row, home),
        extra=tuple(extra),
        title=title,
        place=place or None,
        sender=organiser,
        recipients=tuple(dict.fromkeys(others)),
        calendar=_name_of(home),
        text="\n".join(part for part in (title, place, words) if part) or None,
    )


def _service(home: Row | None) -> str:
    kind = _first(home, "account_type", "_sync_account_type") if home else None
    return str(kind) if isinstance(kind, str) else ""


def _name_of(home: Row | None) -> str | None:
    name = _first(home, "calendar_displayName", "displayName", "name") if home else None
    return str(name) if isinstance(name, str) else None


def _moments(row: Row, alerts: list[Row], doubts: Doubts) -> tuple[Moment, ...]:
    found = []
    whole_day = row["allDay"] == 1
    for column, meaning in (("dtstart", "starts"), ("dtend", "ends")):
        if row[column] is not None or column == "dtstart":
            moment = doubts.moment(meaning, row[column], "ms", column)
            found.append(replace(moment, note=moment.note or _ALL_DAY) if whole_day else moment)
    if row["originalInstanceTime"] not in (None, 0):
        found.append(
            doubts.moment("date that it stands for", row["originalInstanceTime"], "ms", "originalInstanceTime")
        )
    received = [alert["receivedTime"] for alert in alerts if alert["receivedTime"] not in (None, 0)]
    found += [doubts.moment("alert received", stamp, "ms", "CalendarAlerts receivedTime") for stamp in received]
    return tuple(found)


def _flags(row: Row, home: Row | None) -> tuple[str, ...]:
    status = row["eventStatus"]
    flags = []
    if status in _STATUS:
        flags.append(_STATUS[status])
    elif status not in (None, 1):
        flags.append(f"status {stored(status)}")
    if row["allDay"] == 1:
        flags.append("all day")
    if row["rrule"] or row["rdate"]:
        flags.append("recurring")
    if any(row[name] not in (None, "") for name in ("original_id", "original_sync_id", "originalEvent")):
        flags.append("one date of a recurring event")
    if row["selfAttendeeStatus"] in _ANSWERS:
        flags.append(f"own answer: {_ANSWERS[row['selfAttendeeStatus']]}")
    if home is None:
        flags.append("no row of this calendar")
    return tuple(flags)


def _attendee(row: Row, doubts: Doubts) -> Party | None:
    where = f"Attendees:_id={row['_id']}"
    name = doubts.text(row["attendeeName"], f"{where} attendeeName") or None
    found = _who(doubts.text(row["attendeeEmail"], f"{where} attendeeEmail"))
    if found:
        return Party(found.identifier, found.scheme, name)
    return Party(name, "name", name) if name else None


def _answer(row: Row, who: Party | None) -> str:
    """ "ann@example.org: declined, required"."""
    words = [
        known.get(row[column]) or ("" if row[column] in (None, 0) else f"{word} {stored(row[column])}")
        for column, known, word in (
            ("attendeeStatus", _ANSWERS, "status"),
            ("attendeeRelationship", _ROLES, "relationship"),
            ("attendeeType", _KINDS, "type"),
        )
    ]
    said = ", ".join(word for word in words if word)
    name = who.identifier if who else "nobody named"
    return f"{name}: {said}" if said else name


def _method(row: Row) -> str:
    return _METHODS.get(row["method"], f"method {stored(row['method'])}")


def _stray_attendees(db: EvidenceDatabase, doubts: Doubts) -> Iterator[Found]:
    """Every invitation whose event has no row, as an event of which only that is left."""
    if lacking(db, {"Attendees": {"_id", "event_id"}}):
        return
    try:
        for row in strays(db, "Attendees", _ATTENDEE, "event_id", "Events"):
            doubts.locator = f"Attendees:_id={row['_id']}"
            who = _attendee(row, doubts)
            yield Present(1)
            yield CalendarEvent(
                locator=doubts.locator,
                flags=(_NO_ROW,),
                extra=(("event_id", _plain(row["event_id"])), ("attendee", _answer(row, who))),
                recipients=(who,) if who else (),
            )
            yield from doubts.drain()
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"attendees without an event: {error}")


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)
