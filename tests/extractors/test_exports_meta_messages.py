"""Conversations of Messenger and Instagram: layouts, the mended encoding, files beside them, and what is broken."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Attachment,
    Call,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Reaction,
)
from extractors.exports.meta.messages import instagram, looks_like, messenger
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

ANN, BEN, CLEO = (Party(name, "name", name) for name in ("Ann Example", "Ben Example", "Cleo Example"))
INBOX = "export/your_facebook_activity/messages/inbox/ben_1"
STAMP = 1672567200123
SENT = (Moment("sent", STAMP * 1000, str(STAMP), "A"),)


def thread(messages, **fields):
    about = {
        "participants": [{"name": "Ben Example"}, {"name": "Ann Example"}],
        "messages": messages,
        "title": "Ben Example",
        "is_still_participant": True,
        "thread_path": "inbox/ben_1",
        "magic_words": [],
    }
    return {**about, **fields}


def file_of(document, path=f"{INBOX}/message_1.json"):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MemoryFile(path, data, mime="application/json")


def broken(text):
    """As the services write it: each byte of UTF-8 as a character."""
    return text.encode().decode("latin-1")


def one(row):
    """The record of one message of Ben, and what was said beside it."""
    head = {"sender_name": "Ben Example", "timestamp_ms": STAMP, "is_geoblocked_for_viewer": False}
    found = list(messenger(file_of(thread([{**head, **row}]))))
    assert found[1:] and isinstance(found[0], Message | Call)
    return found[0], [other for other in found[1:] if other != Present(1)]


def message(**fields):
    plain = {"locator": "messages[0]", "service": "Facebook Messenger", "moments": SENT, "direction": "in"}
    return Message(**{**plain, "conversation": "inbox/ben_1", "title": "Ben Example", "sender": BEN, **fields})


def test_a_published_sample_comes_out_whole(corpus):
    data = (corpus / "chat-analytics/messenger/2A_7M.json").read_bytes()
    found = list(messenger(file_of(data, "2A_7M.json")))
    alice, bob = Party("Alice", "name", "Alice"), Party("Bob", "name", "Bob")
    both = {"service": "Facebook Messenger", "conversation": "inbox/alice_aaaaaaaaaa", "title": "Alice"}
    assert (found[7:], len(found)) == ([Present(7)], 8)
    assert found[0] == Message(
        locator="messages[0]", moments=(Moment("sent", 1415147732056000, "1415147732056", "A"),),
        extra=(("sender_id_INTERNAL", 0),), direction="in", sender=alice, text="Hello", **both,
    )  # fmt: skip
    assert found[3] == Message(
        locator="messages[3]", moments=(Moment("sent", 1415147308604000, "1415147308604", "A"),),
        attachments=(Attachment("blabla.docx", "messages/inbox/alice_aaaaaaaaaa/files/blabla.docx"),),
        extra=(("sender_id_INTERNAL", 0), ("ip", "1.1.1.1")), direction="out", sender=bob, recipients=(alice,), **both,
    )  # fmt: skip


def test_a_published_sample_of_instagram_comes_out_whole(corpus):
    data = (corpus / "chat-miner/instagram/test_export.json").read_bytes()
    path = "instagram-john/messages/inbox/x/message_1.json"
    assert list(messenger(file_of(data, path))) == []
    both = {"service": "Instagram", "conversation": path.removesuffix(".json")}
    assert list(instagram(file_of(data, path))) == [
        Message(
            locator="messages[0]", moments=(Moment("sent", 1579294140000000, "1579294140000", "A"),),
            sender=Party("John Doe", "name", "John Doe"), text="Hello Jane!", **both,
        ),
        Message(
            locator="messages[1]", moments=(Moment("sent", 1577186580000000, "1577186580000", "A"),),
            sender=Party("Jane Doe", "name", "Jane Doe"), text="Hello John!", **both,
        ),
        Present(2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"content": "Hello", "type": "Generic"}, {"text": "Hello"}),
        (
            {"sender_name": "Ann Example", "content": "Mine"},
            {"sender": ANN, "direction": "out", "recipients": (BEN,), "text": "Mine"},
        ),
        (
            {
                "photos": [{"uri": "your_facebook_activity/messages/inbox/ben_1/photos/1.jpg"}],
                "videos": [{"uri": "your_facebook_activity/messages/v.mp4", "thumbnail": {"uri": "x/inbox/t.jpg"}}],
                "audio_files": [{"uri": "ben_1/audio/a.mp4"}],
                "gifs": [{"uri": "https://example.org/g.gif"}],
                "files": [{}],
                "sticker": {"uri": "../stickers_used/s.png", "ai_stickers": []},
            },
            {
                "attachments": (
                    Attachment("1.jpg", f"{INBOX}/photos/1.jpg"),
                    Attachment("v.mp4", "export/your_facebook_activity/messages/v.mp4"),
                    Attachment("t.jpg", f"{INBOX}/x/inbox/t.jpg"),
                    Attachment("a.mp4", f"{INBOX}/audio/a.mp4"),
                    Attachment("https://example.org/g.gif", state="not downloaded"),
                    Attachment("", state="not downloaded"),
                    Attachment("s.png", f"{INBOX}/stickers_used/s.png"),
                ),
                "flags": ("sticker", "GIF"),
            },
        ),
        (
            {"share": {"link": "https://example.org/", "share_text": "Look"}, "type": "Share"},
            {"text": "Look", "extra": (("share link", "https://example.org/"), ("share share_text", "Look"))},
        ),
        ({"share": {"link": "https://example.org/"}}, {
            "text": "https://example.org/", "extra": (("share link", "https://example.org/"),),
        }),
        ({"is_unsent": True}, {"deleted": True, "flags": ("deleted by sender",)}),
        (
            {"content": "Ben added Cleo", "type": "Subscribe", "users": [{"name": "Cleo Example"}]},
            {"text": "Ben added Cleo", "flags": ("system",), "extra": (("users", '[{"name":"Cleo Example"}]'),)},
        ),
        ({"type": "Plan"}, {"flags": ("type Plan",)}),
        (
            {
                "content": "Hi",
                "reactions": [
                    {"reaction": broken("❤"), "actor": "Ann Example", "timestamp": 1672567300},
                    {"reaction": broken("👍"), "actor": "Ben Example"},
                ],
            },
            {
                "text": "Hi",
                "reactions": (
                    Reaction("❤", ANN, Moment("reacted", 1672567300000000, "1672567300", "A")), Reaction("👍", BEN)
                ),
            },
        ),
        ({"is_taken_down": True, "ip": "192.0.2.1"}, {"extra": (("is_taken_down", "true"), ("ip", "192.0.2.1"))}),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, expected):
    found, said = one(row)
    assert found == message(**expected)
    assert [problem.code for problem in said] == (["encoding-mended"] if "reactions" in row else [])


@pytest.mark.parametrize(
    ("row", "outcome", "duration"),
    [
        ({"call_duration": 61, "content": "x"}, "answered", 61),
        ({"call_duration": 0, "missed": True}, "missed", 0),
        ({"type": "Call", "call_duration": 0}, None, 0),
        ({"type": "Call"}, None, None),
    ],
)
def test_a_call_has_its_outcome(row, outcome, duration):
    assert one(row)[0] == Call(
        locator="messages[0]", service="Facebook Messenger", conversation="inbox/ben_1", direction="in", sender=BEN,
        moments=(Moment("started", STAMP * 1000, str(STAMP), "A"),), outcome=outcome, duration_s=duration,
        text=row.get("content"),
    )  # fmt: skip


def test_broken_text_is_mended_and_what_cannot_be_is_kept_and_both_are_said():
    rows = [
        {"sender_name": broken("Zoë"), "timestamp_ms": STAMP, "content": text}
        for text in (broken("naïve 😀"), "plain", "café", "日本")
    ]
    found = list(messenger(file_of(thread(rows))))
    assert [row.text for row in found[:4]] == ["naïve 😀", "plain", "café", "日本"]
    assert {row.sender.name for row in found[:4]} == {"Zoë"}
    assert found[4:] == [
        Present(4),
        Problem(
            "note", "encoding-mended",
            "texts written byte by byte, as this service does, and read as the UTF-8 they are: 5",
        ),
        Problem(
            "note", "encoding-kept",
            "texts with characters that are not of that encoding, shown as stored: 2", "messages[2]",
        ),
    ]  # fmt: skip


def test_a_group_is_described_once_and_has_no_direction():
    people = [{"name": name} for name in ("Ann Example", "Ben Example", "Cleo Example", "Cleo Example")]
    document = thread([{"sender_name": "Ben Example", "timestamp_ms": STAMP}], participants=people, title="Friends")
    group = Group(
        locator="thread", service="Facebook Messenger", conversation="inbox/ben_1", title="Friends",
        extra=(("is_still_participant", "true"),), identifiers=(ANN, BEN, CLEO),
        members=(Member(ANN), Member(BEN), Member(CLEO)),
    )  # fmt: skip
    row = message(title="Friends", direction=None)
    assert list(messenger(file_of(document))) == [group, row, Present(2)]
    assert list(messenger(file_of(document, f"{INBOX}/message_2.json"))) == [row, Present(1)]


def test_an_encrypted_chat_comes_out_whole():
    plain = {"reactions": [], "isUnsent": False, "media": [], "timestamp": STAMP, "senderName": "Ben Example"}
    document = {
        "participants": ["Ann Example", "Ben Example"],
        "threadName": "Ben Example_12",
        "messages": [
            {**plain, "text": "café", "type": "text", "reactions": [{"actor": "Ann Example", "reaction": "❤"}]},
            {**plain, "text": "", "type": "media", "media": [{"uri": "./media/1.jpeg"}]},
            {**plain, "text": "", "type": "media", "media": [{"uri": "Failed to download media"}]},
            {**plain, "text": "User unsent a message", "isUnsent": True, "type": "placeholder"},
        ],
    }
    both = {"conversation": "Ben Example_12", "title": "Ben Example"}
    assert list(messenger(file_of(document, "dl/messages/Ben Example_12.json"))) == [
        message(text="café", reactions=(Reaction("❤", ANN),), **both),
        message(locator="messages[1]", attachments=(Attachment("1.jpeg", "dl/media/1.jpeg"),), **both),
        message(locator="messages[2]", attachments=(Attachment("", state="not downloaded"),), **both),
        message(locator="messages[3]", deleted=True, flags=("deleted by sender",), **both),
        Present(4),
    ]


@pytest.mark.parametrize(
    ("path", "fields", "service"),
    [
        ("instagram-ann-2024/messages/inbox/x/message_1.json", {}, "Instagram"),
        ("x/your_instagram_activity/messages/inbox/x/message_1.json", {}, "Instagram"),
        ("x/messages/inbox/x/message_1.json", {"thread_type": "Regular"}, "Facebook Messenger"),
        ("facebook-ann/messages/inbox/x/message_1.json", {}, "Facebook Messenger"),
        ("message_1.json", {}, "Facebook Messenger or Instagram"),
        ("instagram/facebook/message_1.json", {}, "Facebook Messenger"),
        ("facebook/messages/inbox/instagram_1/message_1.json", {}, "Facebook Messenger"),
        ("message_1.json", {"image": "https://instagram.com/x"}, "Instagram"),
    ],
)
def test_whose_export_it_is_follows_from_the_path_or_the_file(path, fields, service):
    row = {"sender_name": "Ben Example", "timestamp_ms": STAMP}
    found = [list(one(file_of(thread([row], **fields), path))) for one in (messenger, instagram)]
    assert [[row.service for row in some if isinstance(row, Message)] for some in found] == (
        [[], [service]] if service == "Instagram" else [[service], []]
    )
    assert any(getattr(row, "code", "") == "service" for row in found[0]) == ("or" in service.split())


def test_no_entry_is_lost_for_a_bad_value():
    rich = {
        "sender_name": "Ben Example", "timestamp_ms": STAMP, "content": broken("é"), "photos": [{"uri": "a/b.jpg"}],
        "sticker": {"uri": "x"}, "share": {"link": "x"}, "reactions": [{"reaction": "x", "actor": "y", "timestamp": 1}],
        "type": "Generic", "is_unsent": False, "videos": [{"uri": "x", "thumbnail": {"uri": "y"}}],
    }  # fmt: skip
    assert_no_entry_is_lost(messenger, lambda rows: file_of(thread(rows)), rich)
    call = {"sender_name": "Ben Example", "timestamp_ms": STAMP, "call_duration": 3, "missed": False}
    assert_no_entry_is_lost(messenger, lambda rows: file_of(thread(rows)), call)
    encrypted = {"senderName": "Ben Example", "timestamp": STAMP, "text": "x", "media": [{"uri": "./media/a"}]}
    assert_no_entry_is_lost(messenger, lambda rows: file_of({"threadName": "x", "messages": rows}), encrypted)


@pytest.mark.parametrize("field", ["participants", "title", "thread_path", "image", "is_still_participant"])
@pytest.mark.parametrize("value", [None, 7, "x", [], [None, 5, {}], {"a": 1}])
def test_no_message_is_lost_for_a_bad_conversation(field, value):
    row = {"sender_name": "Ben Example", "timestamp_ms": STAMP, "content": "x"}
    found = list(messenger(file_of(thread([row, row], **{field: value}))))
    assert [row.text for row in found if isinstance(row, Message)] == ["x", "x"]


def test_an_export_that_breaks_off_gives_what_was_written():
    data = json.dumps({"participants": [{"name": "Ben Example"}], "messages": [
        {"sender_name": "Ben Example", "timestamp_ms": STAMP, "content": "x"}
    ] * 3}).encode()[:-20]  # fmt: skip
    found = list(messenger(file_of(data)))
    assert [type(row) for row in found] == [Message, Message, Problem, Present]
    assert (found[2].kind, found[2].code) == ("file", "damaged-json")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b'{"messages": [{"text": "sender_name"}]}', b'{"participants": [{"name": "x"}], "x": 1}', b"\xff"],
)
def test_what_is_no_conversation_says_nothing(data):
    assert [list(one(file_of(data))) for one in (messenger, instagram)] == [[], []]
    assert not looks_like(b'{"messages": [{"text": "sender_name"}]}')


@pytest.mark.parametrize(("stored", "utc_us"), [(1519900000, 1519900000000000), (1519900000123, 1519900000123000)])
def test_exports_of_2018_count_seconds(stored, utc_us):
    row = {"sender_name": "Ben Example", "timestamp": stored, "content": "Hello"}
    found = list(messenger(file_of(thread([row]), "messages/ben_1/message.json")))
    assert found[0].moments == (Moment("sent", utc_us, str(stored), "A"),)
