"""What a Cellebrite report decoded, as records of their own service."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import (
    Attachment,
    Call,
    Contact,
    Location,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Record,
    canonical,
    to_plain,
)
from extractors.base import Found
from extractors.exports.cellebrite_report import cellebrite_report
from parsers import cellebrite_report as parser
from tests.evidence_builders.cellebrite import field, many, model, one, party, report, tagged
from tests.evidence_builders.files import MemoryFile

ANNA, BEN = "+447700900101", "447700900102@s.whatsapp.net"
STAMP = field("TimeStamp", "2026-10-25T01:30:00.000+01:00", "TimeStamp")
SEEN = ("decoding_confidence", "High"), ("extraction", "0")
UTC = 1_792_888_200_000_000


def at(meaning: str) -> Moment:
    return Moment(meaning, UTC, "2026-10-25T01:30:00.000+01:00", "B")


def read(models: dict[str, list[str]], files: list[str] | None = None, path: str = "report.xml") -> list[Found]:
    return list(cellebrite_report(MemoryFile(path, report(models, files))))


def chat(*messages: str, own_id: str = "c1") -> str:
    return model(
        "Chat",
        field("Source", "WhatsApp"),
        field("Name", "Example chat"),
        many("Participants", party(ANNA, "Anna Example", owner=True), party(BEN, "Ben Example")),
        many("Messages", *messages, kind="InstantMessage"),
        id=own_id,
    )


def position(lat: str, lon: str, *more: str) -> str:
    return one("Position", model("Coordinate", field("Latitude", lat), field("Longitude", lon), *more), "Coordinate")


def said(who: str, body: str, *more: str, own_id: str = "m1", deleted: str = "Intact") -> str:
    return model(
        "InstantMessage", field("Body", body), STAMP, one("From", party(who)), *more, id=own_id, deleted=deleted
    )


def test_a_message_of_a_chat_comes_out_whole_and_under_its_own_service():
    attachment = model(
        "Attachment", field("Filename", "photo.jpg"), field("ContentType", "image/jpeg"),
        field("AttachmentExtractedPath", "files\\Image\\photo.jpg"),
    )  # fmt: skip
    ours = said(
        ANNA, "made up", field("Status", "Read"), field("DateRead", "2026-10-25T00:30:00Z"), field("Label", "starred"),
        many("To", party(BEN, "Ben Example")), many("Attachments", attachment, kind="Attachment"),
        deleted="Deleted",
    )  # fmt: skip
    files = [tagged("/media/0/photo.jpg", "files/image/PHOTO.jpg", 3)]
    assert read({"Chat": [chat(ours)]}, files, "phone.ufdr/report.xml") == [
        Message(
            locator="InstantMessage m1",
            service="Cellebrite: WhatsApp",
            moments=(at("sent"), Moment("read", UTC, "2026-10-25T00:30:00Z", "B")),
            deleted=True,
            flags=("read",),
            attachments=(Attachment("photo.jpg", "phone.ufdr/Userdata (ExtX)/media/0/photo.jpg", "image/jpeg"),),
            extra=(("deleted_state", "Deleted"), *SEEN, ("Status", "Read"), ("Label", "starred")),
            conversation="Cellebrite: WhatsApp c1",
            title="Example chat",
            direction="out",
            sender=Party(ANNA),
            recipients=(Party(BEN, "account", "Ben Example"),),
            text="made up",
        ),
        Present(1),
    ]


def test_whoever_is_not_the_owner_of_the_chat_wrote_to_the_owner():
    found = read({"Chat": [chat(said(BEN, "in"), said(ANNA, "out"))]})
    assert [(one.direction, one.moments[0].meaning) for one in found[:2]] == [("in", "received"), ("out", "sent")]


def test_without_an_owner_there_is_no_direction():
    (message, present) = read({"InstantMessage": [said(BEN, "made up", field("ChatId", "x"))]})
    assert (message.direction, message.moments) == (None, (at("recorded"),))
    assert (message.service, message.conversation, present) == (
        "Cellebrite: InstantMessage", "Cellebrite: InstantMessage x", Present(1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "folder", "direction", "meaning"),
    [
        ("From", "Inbox", "in", "received"),
        ("To", "Sent", "out", "sent"),
        ("To", "Drafts", "out", "recorded"),
        ("From", "", "in", "received"),
        ("To", "", "out", "sent"),
        ("General", "Unknown", "out", "sent"),
    ],
)
def test_a_text_message_goes_the_way_that_its_folder_or_its_only_party_says(
    role: str, folder: str, direction: str, meaning: str
):
    sms = model(
        "SMS", field("Body", "made up"), STAMP, field("Folder", folder), many("Parties", party(ANNA, role=role))
    )
    message = read({"SMS": [sms]})[0]
    assert (message.direction, message.moments[0].meaning, message.service) == (direction, meaning, "Cellebrite: SMS")
    assert (message.sender, message.recipients) == (
        (Party(ANNA), ()) if role == "From" else (None, (Party(ANNA),))
    )  # fmt: skip


def test_an_email_names_its_copies():
    mail = model(
        "Email", field("Source", "Example mail"), field("Subject", "Example"), field("Body", "made up"), STAMP,
        one("From", party("anna@example.org")), many("To", party("ben@example.org")),
        many("Cc", party("c@example.org")),
    )  # fmt: skip
    assert read({"Email": [mail]})[0] == Message(
        locator="Email 1",
        service="Cellebrite: Example mail",
        moments=(at("recorded"),),
        extra=(*SEEN, ("cc", "c@example.org")),
        sender=Party("anna@example.org", "email"),
        recipients=(Party("ben@example.org", "email"), Party("c@example.org", "email")),
        subject="Example",
        text="made up",
    )


def test_a_call_comes_out_whole():
    row = model(
        "Call", field("Source", "Example"), field("Direction", "Incoming"), field("Duration", "1.00:01:02"), STAMP,
        field("Status", "Established"), field("VideoCall", "True"), many("Parties", party(ANNA, "Anna", role="From")),
        id="k1", confidence="Medium",
    )  # fmt: skip
    assert read({"Call": [row]}) == [
        Call(
            locator="Call k1",
            service="Cellebrite: Example",
            moments=(at("started"),),
            flags=("video",),
            extra=(
                ("decoding_confidence", "Medium"), ("extraction", "0"), ("Direction", "Incoming"),
                ("VideoCall", "True"),
            ),
            direction="in",
            sender=Party(ANNA, "phone", "Anna"),
            outcome="Established",
            duration_s=86_462,
        ),
        Present(1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "direction", "outcome"),
    [("Missed", "in", "missed"), ("Rejected", "in", "rejected"), ("Outgoing", "out", None), ("Odd", None, None)],
)
def test_the_type_of_a_call_gives_its_direction_and_outcome(kind: str, direction: str | None, outcome: str | None):
    found = read({"Call": [model("Call", field("Type", kind), many("Parties", party(ANNA, role="General")))]})[0]
    assert (found.direction, found.outcome, found.sender, found.recipients) == (
        direction, outcome, None, (Party(ANNA),)
    )  # fmt: skip


def test_a_contact_comes_out_whole():
    row = model(
        "Contact", field("Name", "Ben Example"), field("Source", "Phone"), field("Account", "example"),
        field("TimeModified", "2026-10-25T00:30:00+00:00"), field("Group", "Friends"),
        many(
            "Entries",
            model("PhoneNumber", field("Value", "07700 900102"), field("Category", "Mobile")),
            model("EmailAddress", field("Value", "ben@example.org")),
            model("WebAddress", field("Value", "https://example.org")),
            model("PhoneNumber"),
        ),
        many("Organizations", model("Organization", field("Name", "Example Ltd"))),
        '<multiField name="Notes" type="String"><value>made up</value></multiField>',
    )  # fmt: skip
    assert read({"Contact": [row]})[0] == Contact(
        locator="Contact 1",
        service="Cellebrite: Phone",
        moments=(Moment("modified", UTC, "2026-10-25T00:30:00+00:00", "B"),),
        extra=(
            ("phone (Mobile)", "07700 900102"), ("email", "ben@example.org"), ("WebAddress", "https://example.org"),
            *SEEN, ("Group", "Friends"), ("Notes", "made up"),
        ),
        name="Ben Example",
        identifiers=(Party("07700 900102"), Party("ben@example.org", "email")),
        organisation="Example Ltd",
        account="example",
        text="Ben Example\n07700 900102\nben@example.org\nhttps://example.org\nExample Ltd\nmade up",
    )  # fmt: skip


def test_a_location_comes_out_whole_and_one_that_cannot_be_is_a_row_that_failed():
    good, *bad = (
        model(
            "Location", STAMP, field("Name", "Example place"), field("Category", "GPS"), field("Precision", "5"),
            position(lat, "-0.1", field("Elevation", "7")),
            id=lat,
        )
        for lat in ("51.5", "91", "nan", "north", "")
    )  # fmt: skip
    found = read({"Location": [good, *bad, model("Location", id="none")]})
    assert found[0] == Location(
        locator="Location 51.5",
        service="Cellebrite: Location",
        moments=(at("recorded"),),
        extra=(*SEEN, ("Precision", "5")),
        lat=51.5,
        lon=-0.1,
        altitude_m=7.0,
        source="GPS",
        text="Example place",
    )
    assert [(one.kind, one.code) for one in found[1:-1]] == [("row", "no-coordinates")] * 5
    assert found[-1] == Present(6)


def test_a_bad_time_costs_the_time_and_a_local_one_has_no_utc():
    rows = [
        model("SMS", field("TimeStamp", text), many("Parties", party(ANNA, role="To")))
        for text in ("25/10/2026 01:30:00", "2026-10-25T01:30:00", "0001-01-01T00:00:00Z")
    ]
    found = read({"SMS": rows})
    assert [one.moments[0] for one in found if isinstance(one, Message)] == [
        Moment("sent", None, "25/10/2026 01:30:00", "B", note="not a time in ISO 8601"),
        Moment("sent", None, "2026-10-25T01:30:00", "C", note="local time, zone not known"),
        Moment("sent", None, "0001-01-01T00:00:00Z", "B", note="not a plausible time"),
    ]
    assert found[1] == Problem("value", "time", "TimeStamp: not a time in ISO 8601: 25/10/2026 01:30:00", "SMS 1")
    assert found[-1] == Present(3)


def test_models_that_are_not_read_are_counted_by_type():
    found = read({"WebBookmark": [model("WebBookmark")] * 3, "SMS": [model("SMS")], "X": [model("")]})
    assert found[1:] == [
        Problem("unsupported", "model-not-read", "3 models of the type WebBookmark are not read"),
        Problem("unsupported", "model-not-read", "1 models of the type without a name are not read"),
        Present(3),
    ]


def test_a_large_chat_comes_out_message_by_message(monkeypatch):
    monkeypatch.setattr(parser, "PIECE", 20_000)
    found = read({"Chat": [chat(*(said(ANNA, str(number), own_id=f"m{number}") for number in range(200)))]})
    assert [one.text for one in found[:-1]] == [str(number) for number in range(200)]
    assert {(one.direction, one.title, one.conversation) for one in found[:-1]} == {
        ("out", "Example chat", "Cellebrite: WhatsApp c1")
    }
    assert found[-1] == Present(200)


def test_a_value_that_is_not_whole_is_told(monkeypatch):
    monkeypatch.setattr(parser, "LONGEST_VALUE", 100_000)
    found = read({"SMS": [model("SMS", field("Body", "x" * 400_000))]})
    assert found[1] == Problem("value", "too-long", "a value was too long, and is not whole", "SMS 1")


def test_a_damaged_report_gives_what_came_before():
    data = report({"SMS": [model("SMS", field("Body", "made up"))]})
    message, problem, present = cellebrite_report(MemoryFile("report.xml", data[:-30]))
    assert (message.text, problem.kind, problem.code, present) == ("made up", "file", "report-damaged", Present(1))
    assert problem.detail.endswith("; 1 records were read before it")


def test_another_report_is_said_to_be_unknown_and_is_not_claimed_by_its_type():
    data = b'<?xml version="1.0"?><project/>'
    assert list(cellebrite_report(MemoryFile("report.xml", data))) == [
        Problem("schema", "unknown-layout", "not a report of Cellebrite: its root is another element"),
        Present(0),
    ]
    assert cellebrite_report.claims is not None
    assert (cellebrite_report.claims(data), cellebrite_report.claims(report({})[:4096])) == (False, True)


WHOLE = report(
    {
        "Chat": [chat(said(ANNA, "a"), said(BEN, "b"))],
        "Call": [model("Call", STAMP, field("Duration", "00:00:09"), many("Parties", party(ANNA, role="To")))],
        "Location": [model("Location", position("1", "2"))],
    }
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.integers(250, len(WHOLE)), st.binary(max_size=30), st.booleans())
def test_no_bytes_make_it_fail_and_every_record_can_be_stored(where: int, junk: bytes, cut: bool):
    data = WHOLE[:where] + junk + (b"" if cut else WHOLE[where + len(junk) :])
    found = list(cellebrite_report(MemoryFile("report.xml", data)))
    assert [type(one) for one in found].count(Present) == 1
    for one_found in found:
        if isinstance(one_found, Record):
            canonical(to_plain(one_found))
