"""What Snapchat hands out: chats and snaps in both layouts, and what it says of the account."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Attachment,
    Contact,
    DeviceFact,
    Location,
    MediaItem,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Search,
)
from extractors.exports.snapchat.account import account
from extractors.exports.snapchat.chats import export
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

WORDS = "2023-01-01 10:00:00 UTC"
BEN, ANN = Party("ben_ex", "snapchat"), Party("ann_ex", "snapchat")
COUNTED = Moment("sent", 1672567200123000, "1672567200123", "A")
WRITTEN = Moment("sent", 1672567200000000, WORDS, "B")
NEW = {
    "From": "ben_ex", "Media Type": "TEXT", "Created": WORDS, "Content": "Hello", "Conversation Title": None,
    "IsSender": False, "Created(microseconds)": 1672567200123, "IsSaved": True, "Media IDs": "",
}  # fmt: skip


def file_of(document, name="chat_history.json"):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MemoryFile(f"mydata/json/{name}", data, mime="application/json")


def message(**fields):
    plain = {"locator": "ben_ex[0]", "service": "Snapchat", "moments": (COUNTED,), "conversation": "ben_ex"}
    extra = (("Media Type", "TEXT"), ("IsSaved", "true"))
    both = {"title": "ben_ex", "direction": "in", "sender": BEN, "text": "Hello", "extra": extra}
    return Message(**{**plain, **both, **fields})


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({}, {}),
        ({"From": "ann_ex", "IsSender": True}, {"sender": ANN, "direction": "out", "recipients": (BEN,)}),
        (
            {"Media Type": "MEDIA", "Content": None, "Media IDs": "b~one | b~two"},
            {
                "text": None, "extra": (("Media Type", "MEDIA"), ("IsSaved", "true")),
                "attachments": (
                    Attachment("b~one", state="not linked"), Attachment("b~two", state="not linked"),
                ),
            },
        ),
        ({"Media Type": "STICKER"}, {
            "flags": ("sticker",), "extra": (("Media Type", "STICKER"), ("IsSaved", "true")),
        }),
        (
            {"Media Type": "STATUSERASEDMESSAGE", "Content": ""},
            {
                "flags": ("deleted by sender",), "deleted": True, "text": None,
                "extra": (("Media Type", "STATUSERASEDMESSAGE"), ("IsSaved", "true")),
            },
        ),
        (
            {"Media Type": "STATUSERASEDSNAPMESSAGE", "Content": ""},
            {
                "flags": ("deleted by sender",), "deleted": True, "text": None,
                "extra": (("Media Type", "STATUSERASEDSNAPMESSAGE"), ("IsSaved", "true")),
            },
        ),
        ({"Media Type": "STATUSCALLMISSEDAUDIO", "Content": ""}, {
            "flags": ("call",), "text": None, "extra": (("Media Type", "STATUSCALLMISSEDAUDIO"), ("IsSaved", "true")),
        }),
        ({"Media Type": "STATUSPARTICIPANTREMOVED", "Content": ""}, {
            "flags": ("system",), "text": None,
            "extra": (("Media Type", "STATUSPARTICIPANTREMOVED"), ("IsSaved", "true")),
        }),
        ({"Media Type": "NEWTHING"}, {
            "flags": ("type NEWTHING",), "extra": (("Media Type", "NEWTHING"), ("IsSaved", "true")),
        }),
        ({"Created(microseconds)": 0}, {"moments": (WRITTEN,)}),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, fields):
    assert list(export(file_of({"ben_ex": [{**NEW, **row}]}))) == [message(**fields), Present(1)]


def test_a_group_has_a_title_and_no_other_side():
    row = {**NEW, "From": "ann_ex", "IsSender": True, "Conversation Title": "Friends"}
    assert list(export(file_of({"g-1": [row]}))) == [
        message(locator="g-1[0]", conversation="g-1", title="Friends", sender=ANN, direction="out"), Present(1),
    ]  # fmt: skip


def test_the_older_layout_has_a_list_for_each_direction():
    document = {
        "Received Saved Chat History": [{"From": "ben_ex", "Media Type": "TEXT", "Created": WORDS, "Text": "Hello"}],
        "Sent Saved Chat History": [{"To": "ben_ex", "Media Type": "TEXT", "Created": WORDS, "Text": "Mine"}, 7],
    }
    plain = {"moments": (WRITTEN,), "extra": (("Media Type", "TEXT"),)}
    assert list(export(file_of(document))) == [
        message(locator="Received Saved Chat History[0]", **plain),
        message(
            locator="Sent Saved Chat History[0]", direction="out", sender=None, recipients=(BEN,), text="Mine", **plain
        ),
        Problem("row", "not-an-object", "7 where a message should stand", "Sent Saved Chat History[1]"),
        Present(3),
    ]


def test_the_oldest_layout_has_whom_a_message_was_sent_to_and_no_words():
    document = {
        "Received Chat History": [{"From": "ben_ex", "Media Type": "TEXT", "Created": WORDS}],
        "Sent Chat History": [{"To": "ben_ex", "Media Type": "TEXT", "Created": WORDS}],
    }
    plain = {"moments": (WRITTEN,), "extra": (("Media Type", "TEXT"),), "text": None}
    assert list(export(file_of(document))) == [
        message(locator="Received Chat History[0]", **plain),
        message(locator="Sent Chat History[0]", direction="out", sender=None, recipients=(BEN,), **plain),
        Present(2),
    ]


@pytest.mark.parametrize("layout", ["older", "newer"])
def test_snaps_are_told_without_their_pictures(layout):
    old = {"Received Snap History": [{"From": "ben_ex", "Media Type": "IMAGE", "Created": WORDS}]}
    new = {"ben_ex": [{"From": "ben_ex", "Media Type": "IMAGE", "Created": WORDS, "IsSender": False}]}
    locator = "Received Snap History[0]" if layout == "older" else "ben_ex[0]"
    assert list(export(file_of(old if layout == "older" else new, "snap_history.json"))) == [
        message(
            locator=locator, moments=(WRITTEN,), text=None, flags=("snap",), extra=(("Media Type", "IMAGE"),),
            attachments=(Attachment("image", state="omitted"),),
        ),
        Present(1),
    ]  # fmt: skip


def test_conversations_without_messages_may_come_first():
    assert [type(one) for one in export(file_of({"a_ex": [], "c ex": [], "ben_ex": [NEW]}))] == [Message, Present]


def test_no_message_is_lost_for_a_bad_value():
    assert_no_entry_is_lost(export, lambda rows: file_of({"ben_ex": [NEW, *rows][1:]}), NEW)
    old = {"To": "ben_ex", "Media Type": "TEXT", "Created": WORDS, "Text": "x"}
    assert_no_entry_is_lost(export, lambda rows: file_of({"Sent Saved Chat History": rows}), old)


RECORDED = (Moment("recorded", 1672567200000000, WORDS, "B"),)


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        (
            "Friends",
            {"Username": "ben_ex", "Display Name": "Ben", "Creation Timestamp": WORDS, "Source": "Added by Username"},
            Contact(
                locator="Friends[0]", service="Snapchat", flags=("friend",), name="Ben",
                moments=(Moment("created", 1672567200000000, WORDS, "B"),), extra=(("Source", "Added by Username"),),
                identifiers=(Party("ben_ex", "snapchat", "Ben"),),
            ),
        ),
        (
            "Login History",
            {"IP": "192.0.2.1", "Country": "GB", "Created": WORDS, "Status": "success", "Token": "secret"},
            DeviceFact(
                locator="Login History[0]", service="Snapchat", moments=RECORDED, name="login history",
                value="192.0.2.1, success, GB",
                extra=(("IP", "192.0.2.1"), ("Country", "GB"), ("Status", "success")),
            ),
        ),
        (
            "Saved Media",
            {"Date": WORDS, "Media Type": "Image", "Location": "Latitude, Longitude: 51.5, -0.1", "Download Link": "x"},
            Location(
                locator="Saved Media[0]", service="Snapchat", moments=RECORDED, lat=51.5, lon=-0.1,
                source="Snapchat memory", text="image",
            ),
        ),
        (
            "Saved Media",
            {"Date": WORDS, "Media Type": "Video"},
            MediaItem(
                locator="Saved Media[0]", service="Snapchat", moments=RECORDED, flags=("memory",), text="video"
            ),
        ),
        (
            "Saved Media",
            {"Date": WORDS, "Media Type": "Video", "Location": "Latitude, Longitude: 0.0, 0.0"},
            MediaItem(
                locator="Saved Media[0]", service="Snapchat", moments=RECORDED, flags=("memory",), text="video",
                extra=(("Location", "Latitude, Longitude: 0.0, 0.0"),),
            ),
        ),
        (
            "Businesses and public places you may have visited",
            {"Date": "2023/01/01", "Name": "Chandlery"},
            DeviceFact(
                locator="Businesses and public places you may have visited[0]", service="Snapchat",
                moments=(Moment("recorded", None, "2023/01/01", "C", note="a date without a time of day"),),
                name="businesses and public places you may have visited", value="Chandlery",
                extra=(("Name", "Chandlery"),),
            ),
        ),
        (
            "Mobile Number Change",
            {"Date": WORDS, "Mobile Number": "+447700900101"},
            Account(
                locator="Mobile Number Change[0]", service="Snapchat", moments=RECORDED,
                flags=("mobile number change",), identifiers=(Party("+447700900101", "phone"),),
            ),
        ),
        (
            "Display Name Change",
            {"Date": WORDS, "Display Name": "Ann"},
            Account(
                locator="Display Name Change[0]", service="Snapchat", moments=RECORDED, name="Ann",
                flags=("display name change",), identifiers=(Party("Ann", "name"),),
            ),
        ),
        (
            "Location History",
            ["2023/01/01 10:00:00 UTC", "51.5 ± 14.2, -0.1 ± 14.2"],
            Location(
                locator="Location History[0]", service="Snapchat",
                moments=(Moment("recorded", 1672567200000000, "2023/01/01 10:00:00 UTC", "B"),), lat=51.5, lon=-0.1,
                accuracy_m=14.2, source="Snapchat location history",
            ),
        ),
        (
            "Search History",
            {"Date and time (hourly)": "2023-01-01 10 UTC", "Search Term": "knots"},
            Search(
                locator="Search History[0]", service="Snapchat", text="knots",
                moments=(Moment("recorded", 1672567200000000, "2023-01-01 10 UTC", "B", note="to the hour"),),
            ),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_row_comes_out_whole(name, row, expected):
    assert list(account(file_of({name: [row]}, "x.json"))) == [expected, Present(1)]


def test_the_account_itself_comes_out_and_other_lists_are_named():
    document = {
        "Basic Information": {"Username": "ann_ex", "Name": "Ann", "Creation Date": WORDS, "Country": "GB"},
        "Something Else": [],
    }
    assert list(account(file_of(document, "account.json"))) == [
        Account(
            locator="Basic Information", service="Snapchat", name="Ann", extra=(("Country", "GB"),),
            moments=(Moment("created", 1672567200000000, WORDS, "B"),),
            identifiers=(Party("ann_ex", "snapchat", "Ann"),),
        ),
        Present(1),
        Problem("note", "not-read", "not read: Something Else"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Friends", "Login History", "Saved Media", "Location History", "Search History"])
def test_no_entry_is_lost_for_a_bad_value(name):
    row = {"Username": "x", "Date": WORDS, "Location": "1, 2", "Latitude, Longitude": "91, 2", "Search Term": "x"}
    assert_no_entry_is_lost(account, lambda rows: file_of({name: rows}, "x.json"), row)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"x": [{"y": 1}]}', b"\xff"])
def test_what_is_none_of_these_says_nothing(data):
    assert [list(export(file_of(data))), list(account(file_of(data, "account.json")))] == [[], []]


def test_a_file_that_breaks_off_gives_what_was_written():
    data = json.dumps({"ben_ex": [NEW, NEW]}).encode()[:-30]
    assert [type(one) for one in export(file_of(data))] == [Message, Problem, Present]
    found = list(account(file_of(b'{"Friends": [{"Username": "x"}, {"User', "friends.json")))
    assert [type(one) for one in found] == [Contact, Problem, Present]


def test_a_list_of_memories_is_no_conversation():
    row = {"Date": WORDS, "Media Type": "Image", "Download Link": "https://example.org/secret"}
    memories = MemoryFile("json/memories_history.json", json.dumps({"Saved Media": [row]}).encode())
    assert list(export(memories)) == []


def test_marks_of_pages_are_taken_back_in_the_older_layout_only():
    old = {"From": "ben_ex", "Media Type": "TEXT", "Created": WORDS, "Text": "it&#39;s 1 &lt; 2"}
    assert next(iter(export(file_of({"Received Saved Chat History": [old]})))).text == "it's 1 < 2"
    assert next(iter(export(file_of({"ben_ex": [{**NEW, "Content": "it&#39;s"}]})))).text == "it&#39;s"
