"""Telegram Desktop's result.json: a chat, an account, old and new layouts, and what is broken."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Attachment,
    Call,
    Contact,
    DeviceFact,
    Group,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
)
from extractors.exports.telegram.export_json import export_json, looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

ANN = Party("user700000001", "telegram", "Ann Example")
BEN = Party("user700000002", "telegram", "Ben Example")
WHEN = {"date": "2023-01-01T10:00:00", "date_unixtime": "1672567200"}
SENT = (Moment("sent", 1672567200000000, "1672567200", "A"),)


def chat(messages, kind="personal_chat", number=700000002, name="Ben Example"):
    return {"name": name, "type": kind, "id": number, "messages": messages}


def file_of(document, path="ChatExport/result.json", **settings):
    data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=True).encode()
    return MemoryFile(path, data, mime="application/json", **settings)


def one(row, **chat_of):
    """The record of one message, and the problems that came with it."""
    head = {"id": 1, "type": "message", **WHEN, "from": "Ben Example", "from_id": "user700000002", "text": ""}
    found = list(export_json(file_of(chat([{**head, **row}], **chat_of))))
    assert isinstance(found[-1], Present)
    return found[0], [other for other in found[1:-1] if not isinstance(other, Group)]


def message(**fields):
    """What `one` gives for a message of Ben with nothing in it."""
    plain = {"service": "Telegram", "conversation": "user700000002", "title": "Ben Example", "key": "1"}
    return Message(**{"locator": "messages[0]", "moments": SENT, "direction": "in", "sender": BEN, **plain, **fields})


def test_a_chat_of_a_published_sample_comes_out_whole(corpus):
    found = list(export_json(file_of((corpus / "chat-analytics/telegram/DM_2A_7M.json").read_bytes())))
    assert found[-1] == Present(8)
    bob, alice = Party("user700000000", "telegram", "Bob"), Party("user300000000", "telegram", "Alice")
    both = {"service": "Telegram", "conversation": "user700000000"}
    note = "local time, zone not known"
    assert found[0] == Message(
        locator="messages[0]", moments=(Moment("sent", None, "2019-07-05T16:55:32", "C", "", note),), flags=("system",),
        extra=(("action", "joined_telegram"),), title="Bob", direction="in", sender=bob, text="[joined telegram]",
        key="2675", **both,
    )  # fmt: skip
    assert found[5] == Message(
        locator="messages[5]", moments=(Moment("sent", 1654898798000000, "1654898798", "A"),),
        attachments=(Attachment("photo", state="omitted"),), extra=(("width", 960), ("height", 1280)), title="Bob",
        direction="out", sender=alice, recipients=(bob,), key="3672", **both,
    )  # fmt: skip
    assert found[7] == Call(
        locator="messages[7]", moments=(Moment("started", 1691719862000000, "1691719862", "A"),),
        extra=(("id", "3674"), ("discard_reason", "hangup")), direction="out", sender=alice, recipients=(bob,),
        outcome="answered", duration_s=56, **both,
    )  # fmt: skip
    texts = ["https://google.com 👀", "hello world", "world?", "blah blah"]
    assert [row.text for row in found[1:5]] == texts


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"text": "Hello"}, {"text": "Hello"}),
        (
            {"text": ["See ", {"type": "text_link", "text": "here", "href": "https://example.org/x"}, "!"]},
            {"text": "See here!", "extra": (("link", "here -> https://example.org/x"),)},
        ),
        (
            {"reply_to_message_id": 7, "edited": "x", "edited_unixtime": "1672567260", "text": "Yes"},
            {
                "quotes": Quoted("7"), "text": "Yes", "flags": ("edited",),
                "moments": (*SENT, Moment("edited", 1672567260000000, "1672567260", "A")),
            },
        ),
        (
            {"forwarded_from": None, "saved_from": "Ann Example", "via_bot": "@gif"},
            {"flags": ("forwarded",), "extra": (("saved_from", "Ann Example"), ("via_bot", "@gif"))},
        ),
        (
            {
                "file": "voice_messages/audio_1.ogg", "media_type": "voice_message", "mime_type": "audio/ogg",
                "duration_seconds": 4, "file_size": 900, "file_name": "audio.ogg",
            },
            {
                "attachments": (
                    Attachment("audio.ogg", "ChatExport/voice_messages/audio_1.ogg", "audio/ogg", 900),
                ),
                "flags": ("voice message",), "extra": (("media_type", "voice_message"), ("duration_seconds", 4)),
            },
        ),
        (
            {
                "file": "(File exceeds maximum size. Change data exporting settings to download.)",
                "thumbnail": "stickers/s.webp_thumb.jpg", "media_type": "sticker", "sticker_emoji": "👍",
            },
            {
                "attachments": (
                    Attachment("file", state="omitted"),
                    Attachment("s.webp_thumb.jpg", "ChatExport/stickers/s.webp_thumb.jpg"),
                ),
                "flags": ("sticker",), "extra": (("media_type", "sticker"), ("sticker_emoji", "👍")),
            },
        ),
        (
            {"photo": "(File unavailable, please try again later)", "self_destruct_period_seconds": 5},
            {
                "attachments": (Attachment("photo", state="not downloaded"),), "flags": ("disappearing",),
                "extra": (("self_destruct_period_seconds", 5),),
            },
        ),
        (
            {
                "contact_information": {"first_name": "Ann", "last_name": "Example", "phone_number": "+447700900101"},
                "contact_vcard": "contacts/contact_1.vcard",
            },
            {
                "text": "Ann Example, +447700900101", "flags": ("contact card",),
                "attachments": (Attachment("contact_1.vcard", "ChatExport/contacts/contact_1.vcard"),),
            },
        ),
        (
            {
                "location_information": {"latitude": 51.5, "longitude": -0.12}, "place_name": "Café",
                "address": "1 High Street",
            },
            {
                "lat": 51.5, "lon": -0.12, "text": "Café, 1 High Street", "flags": ("location",),
                "extra": (("place_name", "Café"), ("address", "1 High Street")),
            },
        ),
        (
            {"location_information": {"latitude": 51.5, "longitude": 0}, "live_location_period_seconds": 900},
            {
                "lat": 51.5, "lon": 0.0, "flags": ("live location",),
                "extra": (("live_location_period_seconds", 900),),
            },
        ),
        (
            {
                "poll": {
                    "question": "When?", "closed": True, "total_voters": 3,
                    "answers": [
                        {"text": "Monday", "voters": 2, "chosen": True},
                        {"text": "Tuesday", "voters": 1, "chosen": False},
                    ],
                }
            },
            {
                "text": "When?", "flags": ("poll",),
                "extra": (
                    ("poll option", "Monday: 2 votes, chosen by this account"), ("poll option", "Tuesday: 1 votes"),
                    ("poll closed", "true"), ("poll total_voters", 3),
                ),
            },
        ),
        (
            {
                "text": "Hi",
                "reactions": [
                    {
                        "type": "emoji", "count": 3, "emoji": "👍",
                        "recent": [
                            {"from": "Ann Example", "from_id": "user700000001", "date": "2023-01-01T10:01:00"},
                        ],
                    },
                    {"type": "custom_emoji", "count": 1, "document_id": "stickers/x.webp"},
                ],
            },
            {
                "text": "Hi", "extra": (("reactions", "👍: 3"),),
                "reactions": (
                    Reaction(
                        "👍", ANN, Moment("reacted", None, "2023-01-01T10:01:00", "C", "", "local time, zone not known")
                    ),
                    Reaction("stickers/x.webp"),
                ),
            },
        ),
        ({"from_id": 700000002, "text": "An older export"}, {"text": "An older export"}),
        ({"from": None, "text": "Gone"}, {"sender": Party("user700000002", "telegram"), "text": "Gone"}),
        (
            {"from_id": "user700000001", "from": "Ann Example"},
            {"sender": ANN, "direction": "out", "recipients": (BEN,)},
        ),
        ({"type": "unsupported"}, {"flags": ("type unsupported",)}),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, expected):
    assert one(row) == (message(**expected), [])


@pytest.mark.parametrize(
    ("row", "text", "extra"),
    [
        (
            {"action": "create_group", "title": "Friends", "members": ["Ann Example", None]},
            "[create group: Friends; Ann Example, no name]",
            (("action", "create_group"), ("title", "Friends"), ("members", '["Ann Example",null]')),
        ),
        ({"action": "pin_message", "message_id": 5}, "[pin message]", (("action", "pin_message"), ("message_id", 5))),
        ({"information_text": "Ann passed the check"}, "Ann passed the check", ()),
        ({}, "[service]", ()),
    ],
)
def test_what_the_application_did_itself_is_said_in_words(row, text, extra):
    head = {"type": "service", "actor": "Ben Example", "actor_id": "user700000002", "from": None, "from_id": None}
    found, problems = one({**head, **row})
    assert (found, problems) == (message(flags=("system",), text=text, extra=extra), [])


@pytest.mark.parametrize(
    ("row", "outcome", "duration"),
    [
        ({"duration_seconds": 9, "discard_reason": "disconnect"}, "answered", 9),
        ({"discard_reason": "missed"}, "missed", None),
        ({"discard_reason": "busy"}, "rejected", None),
        ({"discard_reason": "other"}, "other", None),
        ({}, None, None),
    ],
)
def test_a_call_has_its_outcome(row, outcome, duration):
    head = {"type": "service", "actor": "Ben Example", "actor_id": "user700000002", "action": "phone_call"}
    found, _ = one({**head, **row})
    assert (found.outcome, found.duration_s, found.direction, found.sender) == (outcome, duration, "in", BEN)


ACCOUNT = {
    "about": "Here is the data you requested. Remember: Telegram is ad free.",
    "personal_information": {
        "user_id": 700000001, "first_name": "Ann", "last_name": "Example", "phone_number": "+447700900101",
        "username": "@ann", "bio": "Hello",
    },
    "profile_pictures": [{**WHEN, "photo": "profile_pictures/photo_1.jpg"}],
    "stories": [{**WHEN, "expires_unixtime": "1672653600", "pinned": False, "media": "stories/story_1.mp4"}],
    "contacts": {
        "about": "…", "list": [{"user_id": 700000002, "first_name": "Ben", "last_name": "Example", **WHEN}, 5]
    },
    "frequent_contacts": {
        "list": [{"id": 700000002, "category": "calls", "type": "user", "name": "Ben Example", "rating": 1.5}]
    },
    "sessions": {
        "list": [
            {
                "last_active": "x", "last_active_unixtime": "1672567200", "last_ip": "192.0.2.1",
                "application_name": "Telegram", "application_version": "1.0", "device_model": "Phone",
                "platform": "Android", "created": "x", "created_unixtime": "0",
            }
        ]
    },
    "other_data": {"drafts": []},
    "chats": {
        "about": "…",
        "list": [
            chat([{"id": 1, "type": "message", **WHEN, "from": "Ann Example", "from_id": "user700000001", "text": "A"}],
                 "personal_chat"),
            chat(
                [{"id": 2, "type": "message", **WHEN, "from": "Ben Example", "from_id": "user700000002", "text": "B"}],
                "private_supergroup", 12, "Friends",
            ),
        ],
    },
    "left_chats": {"list": [{"type": "saved_messages", "id": 700000001, "messages": [None]}]},
}  # fmt: skip


def test_an_account_comes_out_whole():
    found = list(export_json(file_of(ACCOUNT)))
    story = (*SENT, Moment("expires", 1672653600000000, "1672653600", "A"))
    in_group = {"conversation": "channel12", "title": "Friends"}
    assert found == [
        Account(
            locator="personal_information", service="Telegram", name="Ann Example", text="Hello",
            identifiers=(ANN, Party("+447700900101", "phone", "Ann Example"), Party("@ann", "telegram", "Ann Example")),
        ),
        Message(
            locator="profile_pictures[0]", service="Telegram", moments=SENT, flags=("profile picture",),
            attachments=(Attachment("photo_1.jpg", "ChatExport/profile_pictures/photo_1.jpg"),),
            conversation="profile picture", title="profile picture", direction="out",
        ),
        Message(
            locator="stories[0]", service="Telegram", moments=story, flags=("story",), extra=(("pinned", "false"),),
            attachments=(Attachment("story_1.mp4", "ChatExport/stories/story_1.mp4"),),
            conversation="story", title="story", direction="out",
        ),
        Contact(
            locator="contacts.list[0]", service="Telegram", name="Ben Example", identifiers=(BEN,),
            moments=(Moment("recorded", 1672567200000000, "1672567200", "A"),),
        ),
        Problem("row", "not-an-object", "5 where an entry should stand", "contacts.list[1]"),
        Contact(
            locator="frequent_contacts.list[0]", service="Telegram", flags=("frequent contact",), name="Ben Example",
            identifiers=(BEN,), extra=(("category", "calls"), ("type", "user"), ("rating", 1.5)),
        ),
        DeviceFact(
            locator="sessions.list[0]", service="Telegram", extra=(("last_ip", "192.0.2.1"),), name="session",
            moments=(Moment("last active", 1672567200000000, "1672567200", "A"),),
            value="Telegram, 1.0, Phone, Android",
        ),
        message(
            locator="chats.list[0].messages[0]", direction="out", sender=ANN, recipients=(BEN,), text="A",
        ),
        message(locator="chats.list[1].messages[0]", text="B", key="2", **in_group),
        Group(
            locator="chats.list[1]", service="Telegram", extra=(("type", "private_supergroup"),),
            identifiers=(Party("channel12", "telegram", "Friends"),), **in_group,
        ),
        Problem("row", "not-an-object", "null where a message should stand", "left_chats.list[0].messages[0]"),
        Present(11),
        Problem("note", "not-read", "not read of this account: other_data"),
    ]  # fmt: skip


def test_the_direction_of_saved_messages_and_of_groups():
    row = {"from_id": "user700000001", "from": "Ann Example"}
    saved, _ = one(row, kind="saved_messages", number=700000001, name=None)
    assert (saved.direction, saved.conversation, saved.title) == ("out", "user700000001", "saved messages")
    assert one(row, kind="private_group", number=5)[0].direction is None


def test_a_local_time_is_read_in_the_zone_that_was_stated():
    row = {"id": 1, "type": "message", "date": "2020-07-01T10:00:00", "from": "Ben Example", "text": "x"}
    found = list(export_json(file_of(chat([row]), zone="Europe/London")))
    assert found[0].moments == (Moment("sent", 1593594000000000, row["date"], "C", "Europe/London, operator"),)
    assert found[0].sender == Party("Ben Example", "name", "Ben Example")


def test_no_entry_is_lost_for_a_bad_value():
    rich = {
        "id": 1, "type": "message", **WHEN, "from": "Ben Example", "from_id": "user700000002",
        "text": ["a", {"text": "b"}],
        "edited": "2023-01-01T10:00:00", "photo": "photos/a.jpg", "media_type": "sticker", "reply_to_message_id": 3,
        "contact_information": {"first_name": "Ann"}, "location_information": {"latitude": 1, "longitude": 2},
        "poll": {"question": "?", "answers": [{"text": "a", "voters": 1}]}, "forwarded_from": "x",
        "duration_seconds": 3,
        "reactions": [{"emoji": "x", "count": 1, "recent": [{"from": "a", "date": "b"}]}], "thumbnail": "a/b",
    }  # fmt: skip
    assert_no_entry_is_lost(export_json, lambda rows: file_of(chat(rows)), rich)
    call = {"id": 1, "type": "service", "action": "phone_call", "actor": "Ben", "actor_id": "user1", **WHEN}
    assert_no_entry_is_lost(export_json, lambda rows: file_of(chat(rows)), call)


@pytest.mark.parametrize("name", ["contacts", "frequent_contacts", "sessions"])
def test_no_entry_of_an_account_is_lost_for_a_bad_value(name):
    def made(rows):
        return file_of({"about": ACCOUNT["about"], name: {"list": rows}})

    assert_no_entry_is_lost(export_json, made, ACCOUNT[name]["list"][0])


def test_equal_twins_come_out_twice():
    row = {"id": 1, "type": "message", **WHEN, "from": "Ben Example", "from_id": "user700000002", "text": "x"}
    found = list(export_json(file_of(chat([row, row]))))
    assert [record.text for record in found[:-1]] == ["x", "x"]


def test_a_bad_value_is_said():
    found, problems = one({"location_information": {"latitude": 1000, "longitude": 2}, "date_unixtime": "soon"})
    assert (found.lat, found.lon, found.moments[0].utc_us) == (None, 2.0, None)
    assert [(problem.code, problem.locator) for problem in problems] == [
        ("place", "messages[0]"),
        ("time", "messages[0]"),
    ]


def test_an_export_that_breaks_off_gives_what_was_written():
    whole = json.dumps(chat([{"id": 1, "type": "message", **WHEN, "text": "x"}] * 3)).encode()
    found = list(export_json(file_of(whole[:-30])))
    assert [type(one) for one in found] == [Message, Message, Problem, Present]
    assert found[2].code == "damaged-json"
    assert found[2].detail.endswith("; 2 entries were read")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"messages": [{"text": "x"}]}', b"\x00\xff", b"Telegram"])
def test_what_is_no_export_says_nothing(data):
    assert (looks_like(data), list(export_json(file_of(data)))) == (False, [])
