from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.exports.whatsapp_chat import chat_export
from tests.evidence_builders.files import MemoryFile
from tests.parsers.test_whatsapp_chat import CORPUS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.base import Found

PATH = "phone/WhatsApp Chat with Ann Example.txt"
DECIDED = Problem(
    "note", "date-order", "dates read as dmy: decided from the file: the dates can be read in no other order"
)


def chat(*lines: str, path: str = PATH, zone: str | None = None, date_order: str | None = None) -> list[Found]:
    data = "\n".join(lines).encode()
    return list(chat_export(MemoryFile(path, data, mime="text/plain", zone=zone, date_order=date_order)))


def messages(found: list[Found]) -> list[Message]:
    return [one for one in found if isinstance(one, Message)]


def test_a_message_becomes_a_record_with_all_that_the_line_says() -> None:
    found = chat(
        "13/07/2024, 10:00 - Ann Example: look",
        "at this",
        "13/07/2024, 10:05 - \u202a+44 7700 900123\u202c: IMG-20240713-WA0001.jpg (file attached)",
        zone="Europe/London",
    )
    assert found == [
        DECIDED,
        Message(
            locator="line 1",
            service="WhatsApp",
            moments=(Moment("sent", 1720861200000000, "13/07/2024, 10:00", "C", "Europe/London, operator"),),
            conversation="phone/WhatsApp Chat with Ann Example",
            title="Ann Example",
            sender=Party("Ann Example", "name", "Ann Example"),
            text="look\nat this",
        ),
        Message(
            locator="line 3",
            service="WhatsApp",
            moments=(Moment("sent", 1720861500000000, "13/07/2024, 10:05", "C", "Europe/London, operator"),),
            attachments=(Attachment("IMG-20240713-WA0001.jpg", "phone/IMG-20240713-WA0001.jpg"),),
            conversation="phone/WhatsApp Chat with Ann Example",
            title="Ann Example",
            sender=Party("+44 7700 900123", "phone"),
            text="IMG-20240713-WA0001.jpg (file attached)",
        ),
        Present(2),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Location: https://maps.google.com/?q=51.5,-0.125", (51.5, -0.125)),
        ("Standort: https://maps.google.com/?q=51,0", (51.0, 0.0)),
        ("Location: https://maps.google.com/?q=95.5,-0.125", (None, None)),
        ("Location: https://foursquare.com/v/4b0588", (None, None)),
        ("see https://maps.google.com/?q=51.5,-0.125", (None, None)),
    ],
)
def test_a_place_that_was_sent_has_its_coordinates(text: str, place: tuple[float | None, float | None]) -> None:
    (found,) = messages(chat(f"13/07/2024, 10:00 - Ann Example: {text}"))
    assert (found.lat, found.lon) == place


def test_system_lines_deletions_and_left_out_media_are_told_apart() -> None:
    found = messages(
        chat(
            "13/07/2024, 10:00 - You created group",
            "13/07/2024, 10:01 - Ann: <Media omitted>",
            "13/07/2024, 10:02 - Bob: This message was deleted",
            "13/07/2024, 10:03 - Ann: You deleted this message",
            "13/07/2024, 10:04 - Bob: You deleted this message as admin",
            "13/07/2024, 10:05 - Bob: This message was deleted by admin Ann.",
            path="_chat.txt",
        )
    )
    assert [(one.sender, one.flags, one.deleted, one.direction, one.attachments, one.title) for one in found] == [
        (None, ("system",), False, "out", (), None),
        (Party("Ann", "name", "Ann"), (), False, None, (Attachment("", state="omitted"),), None),
        (Party("Bob", "name", "Bob"), ("deleted by sender",), True, None, (), None),
        (Party("Ann", "name", "Ann"), ("deleted by sender",), True, None, (), None),
        (Party("Bob", "name", "Bob"), ("deleted by administrator",), True, None, (), None),
        (Party("Bob", "name", "Bob"), ("deleted by administrator",), True, None, (), None),
    ]


def test_without_a_zone_there_is_no_utc_time_and_the_raw_stays() -> None:
    (found,) = messages(chat("13/07/2024, 10:00 - Ann: x"))
    assert found.moments == (Moment("sent", None, "13/07/2024, 10:00", "C", "", "local time, zone not known"),)


def test_an_ambiguous_file_leaves_every_time_open_and_says_how_to_settle_it() -> None:
    found = chat("01/02/2024, 10:00 - Ann: x", zone="Europe/London")
    assert found[0] == Problem(
        "note",
        "date-order-ambiguous",
        "not decided: the dates can be read in more than one order: dmy or mdy; times are left open, pass --date-order "
        "dmy or mdy if it is known",
    )
    assert messages(found)[0].moments == (
        Moment(
            "sent",
            None,
            "01/02/2024, 10:00",
            "C",
            note="day and month not told apart: 2024-02-01 10:00:00 or 2024-01-02 10:00:00",
        ),
    )


@pytest.mark.parametrize(("order", "utc_us"), [("dmy", 1706781600000000), ("mdy", 1704189600000000)])
def test_the_stated_order_settles_an_ambiguous_file(order: str, utc_us: int) -> None:
    found = chat("01/02/2024, 10:00 - Ann: x", zone="Europe/London", date_order=order)
    assert found[0] == Problem("note", "date-order", f"dates read as {order}: stated by the operator")
    assert [one.moments[0].utc_us for one in messages(found)] == [utc_us]


def test_a_stated_order_that_the_file_contradicts_costs_the_times_it_cannot_read() -> None:
    found = chat("25/01/2024, 10:00 - Ann: x", zone="Europe/London", date_order="mdy")
    assert [one for one in found if isinstance(one, Problem)] == [
        Problem("note", "date-order", "dates read as mdy: stated by the operator"),
        Problem(
            "note",
            "date-order-contradicted",
            "read as mdy, 1 of 1 runs of dates cannot exist and exist in another order",
        ),
        Problem("value", "bad-time", "no date and time in the order of this file: 25/01/2024, 10:00", "line 1"),
    ]
    assert messages(found)[0].moments == (Moment("sent", None, "25/01/2024, 10:00", "C", note="not a date and time"),)


def test_the_hour_that_the_clocks_repeat_and_the_one_they_skip_are_told() -> None:
    lines = ("27/10/2024, 01:30 - Ann: twice", "30/03/2025, 01:30 - Ann: never")
    found = [one.moments[0] for one in messages(chat(*lines, zone="Europe/London"))]
    assert [(moment.utc_us, moment.note) for moment in found] == [
        (1729989000000000, "ambiguous: 2024-10-27T00:30:00Z or 2024-10-27T01:30:00Z"),
        (None, "this local time does not exist in Europe/London"),
    ]


@pytest.fixture(params=["Asia/Tokyo", "America/New_York"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    if hasattr(time, "tzset"):
        time.tzset()
    yield request.param
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.usefixtures("machine_zone")
def test_the_zone_of_the_machine_changes_nothing() -> None:
    found = messages(chat("13/07/2024, 10:00 - Ann: x", zone="Europe/London"))
    assert [one.moments[0].utc_us for one in found] == [1720861200000000]
    unknown = messages(chat("13/07/2024, 10:00 - Ann: x"))
    assert [one.moments[0].utc_us for one in unknown] == [None]


def test_what_is_not_dated_is_a_counted_problem_row() -> None:
    found = chat("made by hand", "13/07/2024, 10:00 - Ann: x")
    assert found[1] == Problem("row", "not-dated", "1 line(s) before the first dated line: made by hand", "line 1")
    assert (len(messages(found)), found[-1]) == (1, Present(2))


def test_steps_back_in_time_and_pasted_lines_are_noted_and_stay() -> None:
    found = chat(
        "13/07/2024, 10:00 - Ann: x",
        "12/07/2024, 10:00 - Ann: y",
        "[1/1/2020, 09:00:00] Bob: pasted",
    )
    assert [one for one in found if isinstance(one, Problem)] == [
        DECIDED,
        Problem(
            "note",
            "steps-back-in-time",
            "entries dated before the one above them: 1; the first is on line 2",
            "line 2",
        ),
        Problem(
            "note",
            "dated-text",
            "messages with lines that are dated in another layout and were kept as text: 1",
            "line 2",
        ),
    ]
    assert [one.text for one in messages(found)] == ["x", "y\n[1/1/2020, 09:00:00] Bob: pasted"]


def test_a_file_of_another_kind_is_an_unknown_layout_and_an_empty_one_is_empty() -> None:
    assert chat("nothing here") == [
        Problem("schema", "unknown-layout", "no line is dated as in a WhatsApp chat export")
    ]
    assert chat("") == [Present(0)]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("WhatsApp Chat with Ann Example.txt", "Ann Example"),
        ("WhatsApp Chat - The Book Club.txt", "The Book Club"),
        ("WhatsApp-Chat mit Ann Example.txt", "Ann Example"),
        ("Chat de WhatsApp con Ann.txt", "Ann"),
        ("Discussion WhatsApp avec Ann.txt", "Ann"),
        ("Conversa do WhatsApp com Ann.txt", "Ann"),
        ("WhatsApp_Chat_with_Ann.txt", "Ann"),
        ("WhatsApp Chat.txt", None),
        ("_chat.txt", None),
        ("notes.txt", None),
    ],
)
def test_the_title_comes_only_from_a_name_that_plainly_carries_it(name: str, title: str | None) -> None:
    (found,) = messages(chat("13/07/2024, 10:00 - Ann: x", path=f"a/{name}"))
    assert (found.title, found.conversation) == (title, f"a/{name.removesuffix('.txt')}")


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("stated", [None, "right"])
def test_every_entry_of_a_published_export_gets_a_time(corpus: Path, name: str, stated: str | None) -> None:
    count, (order,) = CORPUS[name]
    data = (corpus / name).read_bytes()
    file = MemoryFile(name, data, mime="text/plain", zone="Europe/London", date_order=order if stated else None)
    found = list(chat_export(file))
    assert chat_export.claims is not None
    assert chat_export.claims(file.head)
    assert len([one for one in messages(found) if one.moments[0].utc_us is not None]) == count
    assert found[-1] == Present(count)
    assert [one for one in found if isinstance(one, Problem) and one.kind != "note"] == []


def test_the_word_before_a_name_is_no_part_of_the_title() -> None:
    for path in ("Чат WhatsApp с контактом Ann Example.txt", "Chat WhatsApp s uživatelem Ann Example.txt"):
        assert messages(chat("13/07/2024, 10:00 - Ann: hi", path=path))[0].title == "Ann Example"


def test_another_calendar_is_said() -> None:
    found = chat("18/3/2565 14:56 - Ann Example: hi", zone="UTC")
    assert [one.code for one in found if isinstance(one, Problem)] == ["date-order", "calendar"]
    assert messages(found)[0].moments == (Moment("sent", 1647615360000000, "18/3/2565 14:56", "C", "UTC, operator"),)


def test_the_archive_of_ios_names_the_chat() -> None:
    line = "[13/07/2024, 10:00:00] Ann: hi"
    for folder in ("phone/WhatsApp Chat - Ann Example.zip", "WhatsApp Chat - Ann Example"):
        assert messages(chat(line, path=f"{folder}/_chat.txt"))[0].title == "Ann Example"
    assert messages(chat(line, path="_chat.txt"))[0].title is None
