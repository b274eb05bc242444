"""The calendars of Apple devices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Account, CalendarEvent, Moment, Party, Present, Problem
from extractors.ios.calendar import calendar
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_calendar import IOS_5, NEWER, PATH, SCHEMA
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

# 2026-03-01T09:30:00Z, and an hour later
START_US, END_US = 1_772_357_400_000_000, 1_772_361_000_000_000
STARTS, ENDS = Moment("starts", START_US, "794050200.0", "A"), Moment("ends", END_US, "794053800.0", "A")
ALL_DAY = "all day: a date, stored as midnight UTC, and no moment"
HOME = """INSERT INTO Store(ROWID,name,type) VALUES (1,'iCloud',2);
INSERT INTO Calendar(ROWID,store_id,title,owner_identity_email,notes,sharing_status) VALUES
 (3,1,'Home','mailto:own@example.org','ours',0),(4,9,NULL,NULL,NULL,2);"""
ANN, BEN, CAT = (
    Party("ann@example.org", "email", "Ann Example"),
    Party("ben@example.org", "email"),
    Party("+447700900103"),
)


def store(rows: str, schema: str = SCHEMA, **more: Any) -> MemoryFile:
    return MemoryFile(PATH, database(schema, rows), **more)


def item(**values: Any) -> str:
    """A row of CalendarItem: a meeting of an hour, with these values beside or in place of its own."""
    row = {
        "ROWID": "1",
        "summary": "'Vet'",
        "start_date": "794050200.0",
        "end_date": "794053800.0",
        "calendar_id": "3",
        "entity_type": "2",
        **{name: str(value) for name, value in values.items()},
    }
    return f"INSERT INTO CalendarItem({','.join(row)}) VALUES ({','.join(row.values())});"


def event(number: int = 1, **more: Any) -> CalendarEvent:
    plain: dict[str, Any] = {
        "locator": f"CalendarItem:ROWID={number}",
        "service": "iCloud",
        "moments": (STARTS, ENDS),
        "title": "Vet",
        "calendar": "Home",
        "text": "Vet",
    }
    return CalendarEvent(**{**plain, **more})


def events(file: MemoryFile) -> list[Any]:
    return [one for one in calendar(file) if isinstance(one, CalendarEvent | Problem)]


def test_an_event_comes_out_with_its_place_people_alarms_and_rule() -> None:
    rows = (
        item(
            description="'with the cat'", location_id=5, organizer_id=20, self_attendee_id=22,
            start_tz="'Europe/London'",
            url="'https://example.org/'", last_modified="794050100.0", creation_date="794050000.5", status=1,
        )
        + """INSERT INTO Location(ROWID,title,address,latitude,longitude) VALUES
         (5,'Practice','1 High Street',51.5,-0.1);
        INSERT INTO Identity(rowid,display_name,address) VALUES (7,'Ann Example','mailto:ann@example.org');
        INSERT INTO Participant(ROWID,owner_id,identity_id,email,phone_number,status,role,is_self,comment) VALUES
         (20,NULL,7,NULL,NULL,1,NULL,NULL,NULL),(21,1,NULL,'ben@example.org','+447700900102',2,1,NULL,'late'),
         (22,1,NULL,NULL,'+447700900103',NULL,NULL,1,NULL),(23,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
        INSERT INTO Alarm(ROWID,trigger_interval,calendaritem_owner_id) VALUES (1,-900,1);
        INSERT INTO Alarm(ROWID,trigger_date,calendaritem_owner_id) VALUES (2,794050000.0,1);
        INSERT INTO Recurrence(ROWID,frequency,interval,specifier,owner_id) VALUES (1,2,1,'D=0SU',1);
        INSERT INTO Attachment(ROWID,owner_id,filename) VALUES (1,1,'map.pdf');"""
    )  # fmt: skip
    assert list(calendar(store(HOME + rows))) == [
        Present(2),
        Account(
            locator="Calendar:ROWID=3",
            service="iCloud",
            flags=("calendar",),
            extra=(("notes", "ours"),),
            name="Home",
            identifiers=(Party("own@example.org", "email"),),
            text="Home",
        ),
        Account(locator="Calendar:ROWID=4", service="Calendar", flags=("calendar",), extra=(("sharing_status", 2),)),
        Present(1),
        event(
            moments=(
                STARTS,
                ENDS,
                Moment("created", 1_772_357_200_500_000, "794050000.5", "A"),
                Moment("modified", 1_772_357_300_000_000, "794050100.0", "A"),
            ),
            flags=("recurring",),
            extra=(
                ("start_tz", "Europe/London"),
                ("status", 1),
                ("url", "https://example.org/"),
                ("participant", "ann@example.org: status 1"),
                ("participant", "ben@example.org, +447700900102: role 1, status 2, comment: late"),
                ("participant", "+447700900103: own"),
                ("participant", "nobody named"),
                ("recurrence", "weekly, interval 1, specifier D=0SU"),
                ("alarm", "-900 seconds from the start"),
                ("alarm", "at 794050000.0"),
                ("attachment", "map.pdf"),
            ),
            place="Practice\n1 High Street",
            sender=ANN,
            recipients=(BEN, CAT),
            lat=51.5,
            lon=-0.1,
            text="Vet\nPractice\n1 High Street\nwith the cat",
        ),
    ]


def test_reminders_birthdays_hidden_and_unknown_items_are_flagged() -> None:
    rows = (
        item(entity_type=3, start_date="NULL", end_date="NULL", due_date="794050200.0", completion_date="794053800.0")
        + item(ROWID=2, birthday_id=9, hidden=1, orig_item_id=1, orig_date="794050200.0", contact_name="'Ann'")
        + item(ROWID=3, entity_type=99, calendar_id=77)
        + item(ROWID=4)
        + item(ROWID=5)
    )
    assert events(store(HOME + rows)) == [
        event(
            1,
            moments=(Moment("due", START_US, "794050200.0", "A"), Moment("completed", END_US, "794053800.0", "A")),
            flags=("reminder",),
        ),
        event(
            2,
            moments=(STARTS, ENDS, Moment("date that it stands for", START_US, "794050200.0", "A")),
            flags=("one date of a recurring event", "birthday", "hidden"),
            extra=(("contact_name", "Ann"), ("orig_item_id", 1)),
        ),
        event(
            3,
            service="Calendar",
            flags=("entity type 99", "no row of this calendar"),
            extra=(("calendar_id", "77"),),
            calendar=None,
        ),
        event(4),
        event(5),
    ]


def test_the_hours_of_a_wall_clock_are_placed_by_the_zone_of_the_file() -> None:
    rows = HOME + item(start_tz="'_float'") + item(ROWID=2, start_tz="'_float'", all_day=1)
    floating = (("start_tz", "_float"),)
    dates = (
        Moment("starts", START_US, "794050200.0", "A", "", ALL_DAY),
        Moment("ends", END_US, "794053800.0", "A", "", ALL_DAY),
    )
    unknown = "local time, zone not known"
    assert events(store(rows)) == [
        event(
            1,
            moments=(
                Moment("starts", None, "794050200.0", "C", "", unknown),
                Moment("ends", None, "794053800.0", "C", "", unknown),
            ),
            extra=floating,
        ),
        event(2, moments=dates, flags=("all day",), extra=floating),
    ]
    zone, hour = "America/New_York, operator", 3_600_000_000
    placed = events(store(rows, zone="America/New_York"))
    assert placed[0].moments == (
        Moment("starts", START_US + 5 * hour, "794050200.0", "C", zone),
        Moment("ends", END_US + 5 * hour, "794053800.0", "C", zone),
    )
    assert placed[1].moments == dates


def test_what_newer_generations_keep_in_other_tables_comes_out() -> None:
    rows = """INSERT INTO Identity(rowid,display_name,address) VALUES
         (7,'Ann Example','mailto:ann@example.org'),(8,NULL,'mailto:ben@example.org');
        INSERT INTO Calendar(ROWID,title,owner_identity_id,sharing_status) VALUES (3,'Home',7,2);
        INSERT INTO Sharee(ROWID,owner_id,identity_id,access_level,status) VALUES (1,3,8,2,1),(2,3,99,1,0);
        INSERT INTO AttachmentFile(ROWID,filename) VALUES (5,'map.pdf');
        INSERT INTO Attachment(ROWID,owner_id,file_id) VALUES (1,1,5),(2,1,6);
    """ + item(conference_url_detected="'https://example.org/call'")
    (home, vet) = [one for one in calendar(store(rows, NEWER)) if not isinstance(one, Present)]
    assert home == Account(
        locator="Calendar:ROWID=3",
        service="Calendar",
        flags=("calendar",),
        extra=(
            ("sharing_status", 2),
            ("shared with", "ben@example.org: access_level 2, status 1"),
            ("shared with", "nobody named: access_level 1, status 0"),
        ),
        name="Home",
        identifiers=(ANN,),
        text="Home",
    )
    extra = (
        ("conference_url_detected", "https://example.org/call"),
        ("attachment", "map.pdf"),
        ("attachment", "no name"),
    )
    assert vet == event(service="Calendar", extra=extra)


def test_events_of_ios_5_and_before() -> None:
    rows = """INSERT INTO Calendar(ROWID,title) VALUES (3,'Home');
    INSERT INTO Event(ROWID,summary,location,start_date,end_date,calendar_id) VALUES
     (1,'Vet','Practice',794050200.0,794053800.0,3)"""
    assert events(store(rows, IOS_5)) == [
        event(1, locator="Event:ROWID=1", service="Calendar", place="Practice", text="Vet\nPractice")
    ]


def test_a_participant_of_no_event_comes_out() -> None:
    rows = "INSERT INTO Participant(ROWID,owner_id,email) VALUES (9,55,'ben@example.org')"
    assert list(calendar(store(rows))) == [
        Present(0),
        Present(0),
        Present(1),
        CalendarEvent(
            locator="Participant:ROWID=9",
            service="Calendar",
            flags=("no row of this event",),
            extra=(("owner_id", "55"), ("participant", "ben@example.org")),
            recipients=(BEN,),
        ),
    ]


def test_an_event_of_the_write_ahead_log_comes_out() -> None:
    data, log = with_log(database(SCHEMA, HOME), item(ROWID=8))
    assert events(MemoryFile(PATH, data, {"-wal": log}))[0] == event(8)


def test_without_any_other_table_the_events_are_still_there() -> None:
    table = SCHEMA[SCHEMA.index("CREATE TABLE CalendarItem") :]
    alone = event(service="Calendar", flags=("no row of this calendar",), extra=(("calendar_id", "3"),), calendar=None)
    assert list(calendar(store(item(), table))) == [Present(1), alone]


@pytest.mark.parametrize(("table", "rows"), [("CalendarItem", item(description="'x'")), ("Calendar", HOME)])
def test_a_broken_value_costs_no_row(table: str, rows: str) -> None:
    assert_no_row_is_lost(calendar, PATH, database(SCHEMA, rows), table, "ROWID")


def test_a_broken_value_costs_no_stray_participant() -> None:
    rows = "INSERT INTO Participant(ROWID,owner_id,email) VALUES (9,55,'ben@example.org')"
    assert_no_row_is_lost(calendar, PATH, database(SCHEMA, rows), "Participant", "ROWID")


@pytest.mark.parametrize("table", ["Participant", "Identity", "Location", "Alarm", "Recurrence", "Attachment", "Store"])
def test_a_broken_value_beside_costs_no_event(table: str) -> None:
    rows = """INSERT INTO Location(ROWID,title) VALUES (1,'Practice');
    INSERT INTO Identity(rowid,address) VALUES (1,'x');
    INSERT INTO Participant(ROWID,owner_id,identity_id) VALUES (1,1,1); INSERT INTO Alarm(ROWID) VALUES (1);
    INSERT INTO Recurrence(ROWID,owner_id) VALUES (1,1); INSERT INTO Attachment(ROWID,owner_id) VALUES (1,1);"""
    data = database(SCHEMA, HOME, item(location_id=1, organizer_id=1), rows)
    broken, _ = with_broken_values(data, table, "rowid" if table == "Identity" else "ROWID")
    found = [one.locator for one in calendar(MemoryFile(PATH, broken)) if isinstance(one, CalendarEvent)]
    assert [one for one in found if one.startswith("CalendarItem")] == ["CalendarItem:ROWID=1"]


def test_bad_values_and_unknown_layouts_are_said() -> None:
    found = events(store(HOME + item(start_date="'soon'", summary="x'ff'", start_tz="'_float'")))
    assert [one.detail for one in found if isinstance(one, Problem)] == [
        "summary holds bytes, not text: ff",
        "start_date: not a number: soon",
    ]
    other = database("CREATE TABLE thing(x)")
    assert events(MemoryFile(PATH, other)) == [Problem("schema", "unknown-layout", "no table CalendarItem")]
    assert [one.kind for one in events(MemoryFile(PATH, b"none"))] == ["file"]


def test_the_event_of_a_real_backup_comes_out_whole(corpus: Path) -> None:
    data = (corpus / "mvt/ios_backup/20/2041457d5fe04d39d0ab481178355df6781e6858").read_bytes()
    assert list(calendar(MemoryFile(PATH, data))) == [
        Present(1),
        CalendarEvent(
            locator="CalendarItem:ROWID=1",
            service="Calendar",
            moments=(
                Moment("starts", 1681809300000000, "703502100.0", "A"),
                Moment("ends", 1681812900000000, "703505700.0", "A"),
                Moment("created", 1681237806000000, "702930606.0", "A"),
                Moment("modified", 1681237838000000, "702930638.0", "A"),
            ),
            flags=("no row of this calendar",),
            extra=(
                ("UUID", "FAE72C77-4932-47FD-885C-A084D502F3C4"),
                ("participant", "user@example.org, 12345678"),
                ("calendar_id", "1"),
            ),
            title="Super interesting meeting",
            sender=Party("user@example.org", "email"),
            text="Super interesting meeting\nvery very interesting things",
        ),
    ]
