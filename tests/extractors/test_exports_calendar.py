"""iCalendar files."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import Attachment, CalendarEvent, Moment, Party, Present, Problem
from extractors.exports.calendar_file import calendar
from tests.evidence_builders.files import MemoryFile

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Home\r\n"
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Made Up/Zone\r\nBEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0200\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def read(*lines: str, zone: str | None = None, head: str = HEAD) -> list[object]:
    data = (head + "\r\n".join(lines) + "\r\nEND:VCALENDAR\r\n").encode()
    return list(calendar(MemoryFile("Download/home.ics", data, mime="text/calendar", zone=zone)))


def event(*lines: str, kind: str = "VEVENT") -> tuple[str, ...]:
    return (f"BEGIN:{kind}", *lines, f"END:{kind}")


def test_an_entry_comes_out_whole() -> None:
    found = read(
        *event(
            "UID:made-up-1",
            "DTSTART;TZID=Europe/London:20260601T100000",
            "DTEND:20260601T100000Z",
            "DTSTAMP:20260301T093000Z",
            "SUMMARY:Meet at the",
            "  quay",
            "LOCATION:Harbour\\, pier 2",
            "DESCRIPTION:Bring\\nthe flask",
            "GEO:51.5;-0.125",
            "ORGANIZER;CN=Ann Example:mailto:ann@example.org",
            "ATTENDEE;CN=Ben Example;PARTSTAT=DECLINED:MAILTO:ben@example.org",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "STATUS:CANCELLED",
            "BEGIN:VALARM",
            "TRIGGER:-PT5M",
            "ACTION:AUDIO",
            "END:VALARM",
        )
    )
    assert found == [
        Present(1),
        CalendarEvent(
            locator="line 4",
            service="Calendar",
            moments=(
                Moment("starts", 1_780_304_400_000_000, "Europe/London:20260601T100000", "B"),
                Moment("ends", 1_780_308_000_000_000, "20260601T100000Z", "B"),
                Moment("entry made", 1_772_357_400_000_000, "20260301T093000Z", "B"),
            ),
            flags=("cancelled",),
            extra=(
                ("UID", "made-up-1"),
                ("STATUS", "CANCELLED"),
                ("RRULE", "FREQ=WEEKLY;COUNT=3"),
                ("attendee status", "ben@example.org: DECLINED"),
                ("alarm", "-PT5M"),
            ),
            title="Meet at the quay",
            place="Harbour, pier 2",
            sender=Party("ann@example.org", "email", "Ann Example"),
            recipients=(Party("ben@example.org", "email", "Ben Example"),),
            calendar="Home",
            lat=51.5,
            lon=-0.125,
            text="Bring\nthe flask",
        ),
    ]


def test_times_keep_what_is_known_of_their_zone() -> None:
    lines = ("DTSTART:20260601T100000", "DTEND;VALUE=DATE:20260602")
    assert read(*event(*lines))[1].moments == (
        Moment("starts", None, "20260601T100000", "C", note="local time, zone not known"),
        Moment("ends", None, "20260602", "C", note="a date without a time of day"),
    )
    assumed = Moment("starts", 1_780_304_400_000_000, "20260601T100000", "C", "Europe/London, operator")
    assert read(*event(lines[0]), zone="Europe/London")[1].moments == (assumed,)
    own = read(*event("DTSTART;TZID=Made Up/Zone:20260601T100000"), head=HEAD + ZONE)[1].moments
    assert own == (Moment("starts", 1_780_300_800_000_000, "Made Up/Zone:20260601T100000", "B"),)


def test_tasks_and_twins_come_out() -> None:
    found = read(*event("SUMMARY:call", kind="VTODO"), *event("SUMMARY:twin"), *event("SUMMARY:twin"))
    entries = [(one.title, one.flags) for one in found if isinstance(one, CalendarEvent)]
    assert entries == [("call", ("task",)), ("twin", ()), ("twin", ())]


def test_a_broken_value_costs_the_value_and_a_cut_entry_is_said() -> None:
    found = read(
        "BEGIN:VEVENT", "DTSTART:yesterday", "SUMMARY:first", *event("SUMMARY:second"), "BEGIN:VEVENT", "SUMMARY:third"
    )
    assert [one.title for one in found if isinstance(one, CalendarEvent)] == ["first", "second", "third"]
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [
        ("value", "bad-property"),
        ("value", "cut-entry"),
        ("value", "cut-entry"),
    ]


def test_what_is_no_calendar_is_said() -> None:
    found = list(calendar(MemoryFile("x.ics", b"something else", mime="text/plain")))
    assert [(one.kind, one.code) for one in found] == [("schema", "unknown-layout")]


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_lines_are_read_or_said(lines: list[bytes]) -> None:
    data = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b"\n".join(lines)
    found = list(calendar(MemoryFile("x.ics", data, mime="text/calendar")))
    assert all(isinstance(one, CalendarEvent | Problem | Present) for one in found)


@pytest.mark.parametrize(
    ("path", "utc_us"), [("tika/testICalendar.ics", 994023000000000), ("exiftool/images/VCard.ics", 1379349000000000)]
)
def test_published_calendars_have_their_dates(corpus, path: str, utc_us: int) -> None:
    data = (corpus / path).read_bytes()
    entries = [one for one in calendar(MemoryFile(path, data)) if isinstance(one, CalendarEvent)]
    assert entries[0].moments[0].utc_us == utc_us


def zone_of(offset: str) -> str:
    return ZONE.replace("+0200", offset)


def test_a_zone_that_another_file_described_does_not_reach_this_one() -> None:
    entry = "\r\n".join(event("DTSTART;TZID=Made Up/Zone:20260601T100000"))

    def starts(text: str) -> Moment:
        found = list(calendar(MemoryFile("a.ics", (HEAD + text + "END:VCALENDAR\r\n").encode(), zone="Europe/London")))
        return next(one for one in found if isinstance(one, CalendarEvent)).moments[0]

    raw = "Made Up/Zone:20260601T100000"
    five = Moment("starts", 1_780_290_000_000_000, raw, "B")
    two = Moment("starts", 1_780_300_800_000_000, raw, "B")
    unknown = Moment("starts", None, raw, "C", note="local time, of a zone that is not known")
    assert starts(zone_of("+0500") + entry + "\r\n") == five
    assert starts(zone_of("+0200") + entry + "\r\n") == two
    assert starts(entry + "\r\n" + zone_of("+0500")) == five  # wherever it stands in the file
    assert starts(entry + "\r\n") == unknown


def test_quoted_printable_of_the_older_format_is_read() -> None:
    found = read(
        *event(
            "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9 with=",
            " Ben",
            "DESCRIPTION;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:one=0D=0Atw=F6",
            "LOCATION:1=2",
        ),
        head="BEGIN:VCALENDAR\r\nVERSION:1.0\r\n",
    )
    assert found == [
        Present(1),
        CalendarEvent(
            locator="line 3", service="Calendar", title="Caf\u00e9 with Ben", place="1=2", text="one\ntw\u00f6"
        ),
    ]


@pytest.mark.parametrize("place", ["51.5,-0.125", "", "51.5;here", "geo:51.5"])
def test_a_place_that_cannot_be_read_costs_the_place_and_not_the_file(place: str) -> None:
    found = read(*event("SUMMARY:first", f"GEO:{place}"), *event("SUMMARY:second"))
    entries = [one for one in found if isinstance(one, CalendarEvent)]
    assert [(one.title, one.lat) for one in entries] == [("first", None), ("second", None)]
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("value", "bad-property")]


def test_an_alarm_that_cannot_be_read_costs_the_alarms_and_not_the_entry() -> None:
    alarm = ("BEGIN:VALARM", "TRIGGER:soon", "END:VALARM")
    found = read(*event("SUMMARY:first", *alarm, "LOCATION:here"), *event("SUMMARY:second"))
    entries = [one for one in found if isinstance(one, CalendarEvent)]
    assert [(one.title, one.place) for one in entries] == [("first", "here"), ("second", None)]
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("value", "bad-alarm")]


def test_people_are_read_as_programs_write_them() -> None:
    found = read(
        *event(
            "ORGANIZER;CN=Example, Ann:mailto:ann@example.org",
            'ATTENDEE;CN="Ben Example";EMAIL="ben@example.org":urn:uuid:7d1f',
            "ATTENDEE;CN=Cat Example:invalid:nomail",
        )
    )[1]
    assert found.sender == Party("ann@example.org", "email", "Example, Ann")
    assert found.recipients == (
        Party("ben@example.org", "email", "Ben Example"),
        Party("Cat Example", "name", "Cat Example"),
    )


def titles(data: bytes) -> list[tuple[str | None, str | None]]:
    """(title, calendar) of each entry of a file in which all could be read."""
    found = list(calendar(MemoryFile("a.ics", data, mime="text/calendar")))
    assert [one for one in found if isinstance(one, Problem)] == []
    return [(one.title, one.calendar) for one in found if isinstance(one, CalendarEvent)]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-8"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_calendar_is_read_in_each_coding_and_with_each_end_of_line(coding: str, end: str) -> None:
    if end == "\r" and coding.startswith("utf-16"):
        return
    lines = ("BEGIN:VCALENDAR", "X-WR-CALNAME:Home", *event("SUMMARY:Caf\u00e9 at", "  ten"), "END:VCALENDAR", "")
    assert titles(end.join(lines).encode(coding)) == [("Caf\u00e9 at ten", "Home")]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (b"SUMMARY:Caf\xc3\r\n \xa9 \xe2\x80\r\n\t\x99", "Caf\u00e9 \u2019"),  # goes on within a character
        (b"LOCATION:caf\xc3\xa9\r\nSUMMARY:Ann\x92s", "Ann\u2019s"),
        (b"SUMMARY;CHARSET=windows-1251:\xc0\xed\xed\xe0", "\u0410\u043d\u043d\u0430"),
    ],
)
def test_words_are_read_in_the_charset_of_their_line(line: bytes, title: str) -> None:
    data = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + line + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert titles(data) == [(title, None)]


@pytest.mark.parametrize(
    "line", ["X-WR-CALNAME;VALUE=TEXT:Home\\, work", "NAME:Home\\, work", "X-WR-CALNAME:Home\\, \r\n work"]
)
def test_the_name_of_a_calendar_is_its_own_in_each_spelling(line: str) -> None:
    first = ("BEGIN:VCALENDAR", line, *event("SUMMARY:a"), "END:VCALENDAR")
    second = ("BEGIN:VCALENDAR", *event("SUMMARY:b"), "END:VCALENDAR")
    assert titles("\r\n".join((*first, *second)).encode()) == [("a", "Home, work"), ("b", None)]


def test_a_time_that_says_it_is_utc_is_not_moved_by_a_zone_beside_it() -> None:
    found = read(*event("DTSTART;TZID=Europe/Berlin:20260601T100000Z", 'DTEND;TZID="Europe/Berlin":20260601T120000'))
    assert [one.utc_us for one in found[1].moments] == [1_780_308_000_000_000, 1_780_308_000_000_000]


def test_files_links_and_what_has_no_field_come_out() -> None:
    (_, found) = read(
        "METHOD:CANCEL",
        *event(
            "ATTACH;FMTTYPE=application/pdf:https://example.org/plan.pdf",
            "ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=note.txt:aGVs",
            " bG8=",
            'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Harbour":geo:51.5,-0.125',
            "X-GOOGLE-CONFERENCE:https://meet.example.org/made-up",
        ),
    )
    digest = hashlib.sha256(b"hello").hexdigest()
    assert found.attachments == (Attachment("note.txt", None, "text/plain", 5, digest, "embedded"),)
    assert found.extra == (
        ("ATTACH", "https://example.org/plan.pdf"),
        ("X-APPLE-STRUCTURED-LOCATION", "geo:51.5,-0.125 (Harbour)"),
        ("X-GOOGLE-CONFERENCE", "https://meet.example.org/made-up"),
        ("METHOD", "CANCEL"),
    )


def test_a_reminder_at_a_place_has_the_place_and_not_its_made_up_time() -> None:
    alarm = (
        *("BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "X-APPLE-PROXIMITY:ARRIVE"),
        *("X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Home:geo:51.5,-0.125", "END:VALARM"),
    )
    assert read(*event("SUMMARY:milk", *alarm, kind="VTODO"))[1].extra == (("alarm", "ARRIVE geo:51.5,-0.125 (Home)"),)


def test_rules_alarms_and_people_of_the_older_format_stand_as_written() -> None:
    found = read(
        *event("RRULE:W1 MO #0", "AALARM:20260601T090000Z;;;", "ATTENDEE;ROLE=OWNER:Ann Example <ann@example.org>"),
        head="BEGIN:VCALENDAR\r\nVERSION:1.0\r\n",
    )[1]
    assert found.extra == (("RRULE", "W1 MO #0"), ("AALARM", "20260601T090000Z;;;"))
    assert found.recipients == (Party("ann@example.org", "email", "Ann Example"),)


def test_parts_of_a_calendar_that_are_no_entries_are_said() -> None:
    found = read("BEGIN:VFREEBUSY", "FREEBUSY:20260601T100000Z/PT1H", "END:VFREEBUSY")
    assert found == [Problem("note", "not-read", "a VFREEBUSY is not read", "line 4")]
