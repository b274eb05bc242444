"""What TikTok hands out: direct messages, comments, videos, searches, logins, people, in older and newer sections."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Attachment,
    Contact,
    DeviceFact,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Search,
    WebVisit,
)
from extractors.exports.tiktok.chat_text import chat_text
from extractors.exports.tiktok.export import export, looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

WHEN = "2023-01-01 10:00:00"
NOTE = "local time, zone not known"


def local(meaning):
    return (Moment(meaning, None, WHEN, "C", note=NOTE),)


def file_of(document, **settings):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MemoryFile("tiktok/user_data.json", data, **settings)


def chat(rows, name="Chat History with ben_ex:"):
    return {"Direct Messages": {"Chat History": {"ChatHistory": {name: rows}}}}


PROFILE = {"Profile": {"Profile Information": {"ProfileMap": {
    "userName": "ann_ex", "displayName": "Ann", "emailAddress": "ann@example.org", "telephoneNumber": "+447700900101",
    "bioDescription": "Hi", "birthDate": "01-Jan-2000", "loginToken": "secret",
}}}}  # fmt: skip
ROW = {"Date": WHEN, "From": "ben_ex", "Content": "Hello"}


def message(**fields):
    plain = {"locator": "Direct Messages.Chat History.ChatHistory.Chat History with ben_ex:[0]", "service": "TikTok"}
    both = {"moments": local("sent"), "conversation": "ben_ex", "title": "ben_ex", "sender": Party("ben_ex", "tiktok")}
    return Message(**{**plain, **both, "text": "Hello", **fields})


def test_direct_messages_come_out_whole():
    assert list(export(file_of(chat([ROW])))) == [message(), Present(1)]
    newer = {"Direct Message": {"Direct Messages": {"ChatHistory": {"Chat History with ben_ex:": [ROW]}}}}
    locator = "Direct Message.Direct Messages.ChatHistory.Chat History with ben_ex:[0]"
    assert list(export(file_of(newer))) == [message(locator=locator), Present(1)]


def test_messages_of_a_group_go_to_nobody_in_particular():
    rows = [ROW, {"Date": WHEN, "From": "ann_ex", "Content": "Mine", "Other": 1}]
    found = list(export(file_of({"Direct Message": {"Group Chat": {"GroupChat": {"Sailing": rows}}}, **PROFILE})))
    plain = {"conversation": "Sailing", "title": "Sailing"}
    assert [one for one in found if isinstance(one, Message)] == [
        message(locator="Direct Message.Group Chat.GroupChat.Sailing[0]", direction="in", **plain),
        message(
            locator="Direct Message.Group Chat.GroupChat.Sailing[1]", direction="out", text="Mine",
            sender=Party("ann_ex", "tiktok"), extra=(("Other", 1),), **plain,
        ),
    ]  # fmt: skip


def test_with_the_profile_a_message_has_a_direction():
    rows = [ROW, {"Date": WHEN, "From": "ann_ex", "Content": "Mine"}]
    found = [one for one in export(file_of({**chat(rows), **PROFILE})) if isinstance(one, Message)]
    assert found == [
        message(direction="in"),
        message(
            locator="Direct Messages.Chat History.ChatHistory.Chat History with ben_ex:[1]", direction="out",
            sender=Party("ann_ex", "tiktok"), recipients=(Party("ben_ex", "tiktok"),), text="Mine",
        ),
    ]  # fmt: skip


def test_a_stated_zone_gives_the_times():
    found = list(export(file_of(chat([ROW]), zone="Europe/Paris")))
    assert found[0].moments == (Moment("sent", 1672563600000000, WHEN, "C", "Europe/Paris, operator"),)


@pytest.mark.parametrize(
    ("section", "row", "expected"),
    [
        (
            ("Comment", "Comments", "CommentsList"),
            {"date": WHEN, "comment": "Nice", "photo": "https://example.org/a.jpg", "url": ""},
            Message(
                locator="Comment.Comments.CommentsList[0]", service="TikTok", moments=local("sent"), flags=("comment",),
                attachments=(Attachment("a.jpg", state="omitted"),), conversation="comments", title="comments",
                direction="out", text="Nice", extra=(("photo", "https://example.org/a.jpg"),),
            ),
        ),
        (
            ("Activity", "Video Browsing History", "VideoList"),
            {"Date": WHEN, "Link": "https://example.org/v/1"},
            WebVisit(
                locator="Activity.Video Browsing History.VideoList[0]", service="TikTok", moments=local("recorded"),
                flags=("video",), url="https://example.org/v/1",
            ),
        ),
        (
            ("Your Activity", "Searches", "SearchList"),
            {"Date": WHEN, "SearchTerm": "knots"},
            Search(
                locator="Your Activity.Searches.SearchList[0]", service="TikTok", moments=local("recorded"),
                text="knots",
            ),
        ),
        (
            ("Activity", "Login History", "LoginHistoryList"),
            {"Date": WHEN, "IP": "192.0.2.1", "DeviceModel": "Pixel", "DeviceSystem": "Android 14"},
            DeviceFact(
                locator="Activity.Login History.LoginHistoryList[0]", service="TikTok", moments=local("recorded"),
                name="login", value="Pixel, Android 14, 192.0.2.1",
                extra=(("IP", "192.0.2.1"), ("DeviceModel", "Pixel"), ("DeviceSystem", "Android 14")),
            ),
        ),
        (
            ("Activity", "Follower List", "FansList"),
            {"Date": WHEN, "UserName": "ben_ex"},
            Contact(
                locator="Activity.Follower List.FansList[0]", service="TikTok", moments=local("recorded"),
                flags=("follower",), name="ben_ex", identifiers=(Party("ben_ex", "tiktok", "ben_ex"),),
            ),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_row_comes_out_whole(section, row, expected):
    first, second, third = section
    assert list(export(file_of({first: {second: {third: [row, 7]}}}))) == [
        expected,
        Problem("row", "not-an-object", "7 where an entry should stand", expected.locator.replace("[0]", "[1]")),
        Present(2),
    ]


def test_the_profile_comes_out_without_secrets_and_other_lists_are_named():
    document = {**PROFILE, "Video": {"Videos": {"VideoList": [{"Date": WHEN}]}}}
    assert list(export(file_of(document))) == [
        Account(
            locator="Profile.Profile Information.ProfileMap", service="TikTok", name="Ann", text="Hi",
            extra=(("birthDate", "01-Jan-2000"),),
            identifiers=(
                Party("ann_ex", "tiktok", "Ann"), Party("ann@example.org", "email", "Ann"),
                Party("+447700900101", "phone", "Ann"),
            ),
        ),
        Present(1),
        Problem("note", "not-read", "not read: Video / Videos / VideoList"),
    ]  # fmt: skip


def test_lists_beyond_those_that_are_named_are_counted():
    lists = {f"List{number:02}": [{"Date": WHEN}] for number in range(43)}
    notes = [one.detail for one in export(file_of({**PROFILE, "Video": {"Videos": lists}})) if isinstance(one, Problem)]
    assert [note.rpartition(", ")[2] for note in notes] == ["Video / Videos / List39 and 3 more"]


@pytest.mark.parametrize(
    "name", ["CommentsList", "VideoList", "SearchList", "LoginHistoryList", "FansList", "BlockList"]
)
def test_no_entry_is_lost_for_a_bad_value(name):
    row = {"Date": WHEN, "date": WHEN, "comment": "x", "photo": "x", "Link": "x", "SearchTerm": "x", "UserName": "x"}
    assert_no_entry_is_lost(export, lambda rows: file_of({"Activity": {"Watch History": {name: rows}}}), row)


def test_no_message_is_lost_for_a_bad_value():
    assert_no_entry_is_lost(export, lambda rows: file_of(chat(rows)), ROW)


def test_a_file_that_breaks_off_gives_what_was_written():
    data = json.dumps(chat([ROW, ROW])).encode()[:-30]
    assert [type(one) for one in export(file_of(data))] == [Message, Problem, Present]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"users": {"a": 1}}', b"\xff"])
def test_what_is_no_export_says_nothing(data):
    assert (looks_like(data), list(export(file_of(data)))) == (False, [])


def test_a_first_section_that_is_empty_or_new_costs_nothing():
    for first in ({"Shop": None}, {"Unheard of": {"A": {"B": []}}}):
        data = json.dumps({**first, **chat([ROW])}).encode()
        assert next(iter(export(MemoryFile("x/user_data_tiktok.json", data)))) == message()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_messages_of_the_text_form_come_out_whole(end):
    text = (
        "\ufeff>>> Chat History with ben_ex::\n\n2023-01-01 10:00:00 UTC ben_ex: Hello\n"
        "2023-01-01 10:00:00 ann.ex: one\n\ntwo: three\n2023-01-01 10:00:00 UTC ann.ex:\n\n"
        ">>> Chat History with cleo_ex::\n2023-01-01 10:00:00 UTC cleo_ex: https://example.org/\n"
    )
    data = text.encode().replace(b"\n", end)
    utc = (Moment("sent", 1672567200000000, f"{WHEN} UTC", "B"),)
    ann, cleo = Party("ann.ex", "tiktok"), Party("cleo_ex", "tiktok")
    assert list(chat_text(MemoryFile("Direct Messages.txt", data, mime="text/plain"))) == [
        message(locator="line 3", moments=utc),
        message(locator="line 4", sender=ann, text="one\n\ntwo: three"),
        message(locator="line 7", moments=utc, sender=ann, text=None),
        message(
            locator="line 10", moments=utc, sender=cleo, conversation="cleo_ex", title="cleo_ex",
            text="https://example.org/",
        ),
        Present(4),
    ]  # fmt: skip


def test_a_line_that_is_no_message_is_said():
    data = b">>> Chat History with ben_ex::\nNo messages\n"
    assert list(chat_text(MemoryFile("Direct Messages.txt", data, mime="text/plain"))) == [
        Problem("row", "no-message", "not a message: No messages", "line 2"),
        Present(1),
    ]
    assert list(chat_text(MemoryFile("x.txt", b"Hello", mime="text/plain"))) == []
