"""Calendars, events, invitations, reminders and alerts of Android's calendar.db."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from evidence_store.records import Account, CalendarEvent, Moment, Party, Present, Problem
from extractors.android.calendar import calendar
from tests.evidence_builders.android_calendar import EARLY, SCHEMA, calendars
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

ANN = Party("ann@example.org", "email", "Ann Example")
BEN = Party("ben@example.org", "email")
OWNER = Party("owner@example.org", "email")
DAY = "all day: a date, stored as midnight UTC, and no moment"
HOME = """INSERT INTO Calendars(_id,account_name,account_type,name,calendar_displayName,ownerAccount,isPrimary,
    calendar_access_level,calendar_timezone) VALUES
    (2,'owner@example.org','com.google','owner','Home','owner@example.org',1,700,'Europe/London');"""
EVENT = """INSERT INTO Events(_id,calendar_id,title,eventLocation,description,eventStatus,selfAttendeeStatus,dtstart,
    dtend,eventTimezone,organizer,isOrganizer,uid2445,accessLevel) VALUES
    (9,2,'Dinner','1 High Street','bring wine',1,1,1349200000000,1349207200000,'Europe/London','ann@example.org',0,
    'uid-9',2);
INSERT INTO Attendees(_id,event_id,attendeeName,attendeeEmail,attendeeStatus,attendeeRelationship,attendeeType) VALUES
    (1,9,'Ann Example','ann@example.org',1,2,1),(2,9,NULL,'ben@example.org',2,1,2),(3,9,'Hall',NULL,7,1,3);
INSERT INTO Reminders VALUES (1,9,30,1),(2,9,10,8);
INSERT INTO CalendarAlerts VALUES (1,9,1349200000000,1349207200000,1349198200000,0,1349198200500,0,1,30);"""


def at(meaning: str, milliseconds: int, note: str = "") -> Moment:
    return Moment(meaning, milliseconds * 1000, str(milliseconds), "A", "", note)


def test_an_event_has_its_times_its_people_its_reminders_and_its_calendar() -> None:
    assert list(calendar(calendars(HOME + EVENT))) == [
        Present(1),
        Present(1),
        Account(
            locator="Calendars:_id=2",
            service="com.google",
            flags=("calendar", "primary"),
            extra=(
                ("account", "owner@example.org"),
                ("access level", 700),
                ("time zone", "Europe/London"),
                ("sync_events", 0),
            ),
            name="Home",
            identifiers=(OWNER,),
            text="Home",
        ),
        CalendarEvent(
            locator="Events:_id=9",
            service="com.google",
            moments=(
                at("starts", 1349200000000),
                at("ends", 1349207200000),
                at("alert received", 1349198200500),
            ),
            flags=("own answer: accepted",),
            extra=(
                ("eventTimezone", "Europe/London"),
                ("accessLevel", 2),
                ("uid2445", "uid-9"),
                ("attendee", "ann@example.org: accepted, organiser, required"),
                ("attendee", "ben@example.org: declined, attendee, optional"),
                ("attendee", "Hall: status 7, attendee, resource"),
                ("reminder", "30 minutes before, alert"),
                ("reminder", "10 minutes before, method 8"),
            ),
            title="Dinner",
            place="1 High Street",
            sender=ANN,
            recipients=(BEN, Party("Hall", "name", "Hall")),
            calendar="Home",
            text="Dinner\n1 High Street\nbring wine",
        ),
    ]


def test_an_all_day_recurring_event_is_a_date_and_keeps_its_rule() -> None:
    inserts = HOME + (
        "INSERT INTO Events(_id,calendar_id,title,dtstart,duration,eventTimezone,allDay,rrule,deleted,organizer)"
        " VALUES (3,2,'Birthday',1349222400000,'P1D','UTC',1,'FREQ=YEARLY',1,'calendar owner');"
        "INSERT INTO Events(_id,calendar_id,title,dtstart,dtend,eventStatus,original_id,original_sync_id,"
        "originalInstanceTime) VALUES (4,2,'moved',1349300000000,1349300000000,2,3,'s-3',1349290000000)"
    )
    assert list(calendar(calendars(inserts)))[3:] == [
        CalendarEvent(
            locator="Events:_id=3",
            service="com.google",
            moments=(at("starts", 1349222400000, DAY),),
            deleted=True,
            flags=("all day", "recurring"),
            extra=(("eventTimezone", "UTC"), ("duration", "P1D"), ("rrule", "FREQ=YEARLY")),
            title="Birthday",
            sender=Party("calendar owner", "account"),
            calendar="Home",
            text="Birthday",
        ),
        CalendarEvent(
            locator="Events:_id=4",
            service="com.google",
            moments=(
                at("starts", 1349300000000),
                at("ends", 1349300000000),
                at("date that it stands for", 1349290000000),
            ),
            flags=("cancelled", "one date of a recurring event"),
            extra=(("original_id", 3), ("original_sync_id", "s-3")),
            title="moved",
            calendar="Home",
            text="moved",
        ),
    ]


def test_an_event_without_calendar_start_or_title_still_comes_out_and_so_do_twins() -> None:
    inserts = (
        "INSERT INTO Events(_id,calendar_id,eventStatus) VALUES (1,77,5);"
        "INSERT INTO Events(_id,calendar_id,title,dtstart) VALUES (2,77,'x',1349200000000),(3,77,'x',1349200000000)"
    )
    found = list(calendar(calendars(inserts)))
    assert found[:4] == [
        Present(3),
        Present(0),
        CalendarEvent(
            locator="Events:_id=1",
            moments=(Moment("starts", None, "", "A", "", "not recorded"),),
            flags=("status 5", "no row of this calendar"),
            extra=(("calendar_id", 77),),
        ),
        Problem("value", "time", "dtstart: not recorded: ", "Events:_id=1"),
    ]
    assert [(one.title, one.moments) for one in found[4:]] == [("x", (at("starts", 1349200000000),))] * 2


def test_invitations_and_reminders_whose_event_is_gone() -> None:
    found = list(calendar(calendars(HOME + EVENT + "DELETE FROM Events")))
    assert found[3:7] == [
        Problem("note", "orphans", "2 rows of Reminders belong to nothing that is left"),
        Problem("note", "orphans", "1 rows of CalendarAlerts belong to nothing that is left"),
        Present(1),
        CalendarEvent(
            locator="Attendees:_id=1",
            flags=("no row of this event",),
            extra=(("event_id", 9), ("attendee", "ann@example.org: accepted, organiser, required")),
            recipients=(ANN,),
        ),
    ]
    assert [one.locator for one in found[7:] if isinstance(one, CalendarEvent)] == [
        "Attendees:_id=2",
        "Attendees:_id=3",
    ]


def test_the_names_of_before_android_4_are_read_too() -> None:
    inserts = (
        "INSERT INTO Calendars VALUES (1,'owner@example.org','com.google','o','Home',0,1,500,0,1,'Leeds',"
        "'Europe/London','owner@example.org');"
        "INSERT INTO Events(_id,calendar_id,title,dtstart,visibility,transparency,originalEvent) VALUES"
        " (1,1,'Tea',1349200000000,2,1,'s-0')"
    )
    assert list(calendar(calendars(inserts, EARLY)))[2:] == [
        Account(
            locator="Calendars:_id=1",
            service="com.google",
            flags=("calendar", "not shown"),
            extra=(
                ("account", "owner@example.org"),
                ("access level", 500),
                ("time zone", "Europe/London"),
                ("location", "Leeds"),
                ("sync_events", 1),
            ),
            name="Home",
            identifiers=(OWNER,),
            text="Home",
        ),
        CalendarEvent(
            locator="Events:_id=1",
            service="com.google",
            moments=(at("starts", 1349200000000),),
            flags=("one date of a recurring event",),
            extra=(("originalEvent", "s-0"), ("visibility", 2), ("transparency", 1)),
            title="Tea",
            calendar="Home",
            text="Tea",
        ),
    ]


def test_rows_of_the_write_ahead_log_come_out(tmp_path) -> None:
    path = tmp_path / "calendar.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(SCHEMA)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("INSERT INTO Events(_id,calendar_id,title,dtstart) VALUES (2,77,'x',1349200000000)")
        main, log = path.read_bytes(), path.with_name("calendar.db-wal").read_bytes()
    found = list(calendar(MemoryFile("calendar.db", main, {"-wal": log})))
    assert [one.locator for one in found if isinstance(one, CalendarEvent)] == ["Events:_id=2"]


def test_another_programs_calendar_is_left_alone_and_an_unknown_layout_is_said() -> None:
    other = database("CREATE TABLE Events (_id INTEGER PRIMARY KEY, name TEXT)")
    assert list(calendar(MemoryFile("x/calendar.db", other))) == []
    file = calendars("", "CREATE TABLE Events (_id INTEGER PRIMARY KEY, calendar_id INTEGER, title TEXT);")
    assert list(calendar(file)) == [Problem("schema", "unknown-layout", "table Events has no column dtstart")]


@pytest.mark.parametrize("table", ["Events", "Calendars"])
def test_a_broken_value_costs_no_row(table) -> None:
    file = calendars(HOME + EVENT)
    assert_no_row_is_lost(calendar, file.path, file.open().read(), table, "_id")


def test_a_broken_value_costs_no_invitation_whose_event_is_gone() -> None:
    file = calendars(HOME + EVENT + "DELETE FROM Events")
    assert_no_row_is_lost(calendar, file.path, file.open().read(), "Attendees", "_id")


@pytest.mark.parametrize("table", ["Attendees", "Reminders", "CalendarAlerts"])
def test_broken_values_beside_cost_no_event(table) -> None:
    file = calendars(HOME + EVENT)
    broken, _ = with_broken_values(file.open().read(), table, "_id")
    found = list(calendar(MemoryFile(file.path, broken)))
    assert sum(one.locator == "Events:_id=9" for one in found if isinstance(one, CalendarEvent)) == 1
