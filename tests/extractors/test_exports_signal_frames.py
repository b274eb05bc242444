"""Signal backups of version 2 that are not encrypted: the published test cases, and each kind of frame."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import (
    Account,
    Attachment,
    Call,
    Contact,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
    Record,
)
from extractors.exports.signal.frames import looks_like, signal_frames
from parsers.signal_frames import decode, frames
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.signal_backup import field, varint
from tests.extractors.broken_json import broken_rows

INFO = {"version": "1", "backupTimeMs": "1672567200000"}
ACI = base64.b64encode(b"\x22" * 16).decode()
UUID = "22222222-2222-2222-2222-222222222222"
PEOPLE = [
    {"recipient": {"id": "1", "self": {}}},
    {"recipient": {"id": "2", "contact": {"aci": ACI, "e164": "447700900101", "systemGivenName": "Ann"}}},
    {"recipient": {"id": "3", "group": {"snapshot": {"title": {"title": "Friends"}, "members": [{"userId": ACI}]}}}},
    {"chat": {"id": "7", "recipientId": "2"}},
    {"chat": {"id": "8", "recipientId": "3"}},
]
SELF, ANN = Party("1", "signal"), Party("+447700900101", "phone", "Ann")
SENT = Moment("sent", 1672567200123000, "1672567200123", "A")
RECEIVED = Moment("received", 1672567201000000, "1672567201000", "A")
INCOMING = {"incoming": {"dateReceived": "1672567201000", "read": True}}
BOTH = {"service": "Signal", "conversation": "x/main.jsonl chat 7", "title": "Ann"}


def lines(listed, path="x/main.jsonl"):
    data = b"\n".join(json.dumps(one).encode() for one in [INFO, *listed]) + b"\n"
    return MemoryFile(path, data, mime="application/json")


def item(**fields):
    return {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1672567200123", **fields}}


def read(*listed):
    """What comes of frames that follow those of the people."""
    found = list(signal_frames(lines([*PEOPLE, *listed])))
    return [one for one in found if isinstance(one, Message | Call | Problem)]


def message(**fields):
    plain = {
        "locator": "frame 6",
        "moments": (SENT, RECEIVED),
        "direction": "in",
        "sender": ANN,
        "key": "1672567200123",
    }
    return Message(**{**plain, **BOTH, **fields})


def relaxed(text):
    """JSON with comments and commas at the end of lists, as test cases are written."""
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda match: match[1] or "", text)
    return json.loads(re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', lambda match: match[1] or "", text))


def test_the_canonical_backup_comes_out_the_same_in_both_forms(corpus):
    found = []
    for name in ("canonical-backup.binproto", "canonical-backup.takeout-export.expected.jsonl"):
        found.append(list(signal_frames(MemoryFile(name, (corpus / "libsignal" / name).read_bytes()))))
    extra = (("distributionId", "AAAAAAAAAAAAAAAAAAAAAA=="), ("allowReplies", "true"), ("privacyMode", "ALL"))
    name = "Boba Fett"
    assert found[0][:3] == found[1][:3] == [
        Account(
            locator="frame 1", service="Signal", name=name, identifiers=(Party("boba_fett.66", "signal", name),)
        ),
        Contact(
            locator="frame 2", service="Signal", flags=("self",), name=name, identifiers=(Party(name, "name", name),)
        ),
        Contact(
            locator="frame 4", service="Signal", flags=("distribution list",), name="My Story", extra=extra,
            identifiers=(Party("My Story", "name", "My Story"),),
        ),
    ]  # fmt: skip
    assert found[0][4:] == found[1][4:] == [Present(4)]
    for listed, stamp in zip(found, (1725926400000, "1725926400000"), strict=True):
        assert listed[3].extra == (("restrictions", "ADMIN_APPROVAL"), ("expirationMs", stamp))


@pytest.mark.parametrize(
    ("name", "kinds", "texts"),
    [
        ("account-data", {"account": 1, "contact": 2}, []),
        ("expiration-timer-chat-update-message", {"account": 1, "contact": 3, "message": 2}, None),
        (
            "incoming-message-with-edits",
            {"account": 1, "contact": 4, "group": 1, "message": 1},
            ["Latest revision: \ufffc"],
        ),
        ("learned-profile-chat-update-message", {"account": 1, "contact": 3, "message": 2}, None),
        ("outgoing-message-with-edits", {"account": 1, "contact": 3, "message": 1}, None),
        (
            "profile-change-chat-update-message",
            {"account": 1, "contact": 3, "message": 1},
            None,
        ),
        ("registered-blocked-contact", {"account": 1, "contact": 3}, []),
        (
            "session-switchover-chat-update-message",
            {"account": 1, "contact": 3, "message": 1},
            ["[session switchover: e164 17735550199]"],
        ),
        ("simple-chat-update-message", {"account": 1, "contact": 3, "group": 1, "message": 18}, None),
        (
            "simple-chat-update-release-notes-donation-request",
            {"account": 1, "contact": 2, "message": 1},
            ["[release channel donation request]"],
        ),
        ("story-distribution-list", {"account": 1, "contact": 9}, []),
        (
            "thread-merge-chat-update-message",
            {"account": 1, "contact": 3, "message": 1},
            ["[thread merge: previous e164 17735550199]"],
        ),
        ("unregistered-contact", {"account": 1, "contact": 3}, []),
    ],
)
def test_every_published_test_case_comes_out(corpus, name, kinds, texts):
    info, *listed = relaxed((corpus / f"libsignal/test-cases/valid/{name}.jsonproto").read_text(encoding="utf-8"))
    data = b"\n".join(json.dumps(one).encode() for one in (info, *listed)) + b"\n"
    found = list(signal_frames(MemoryFile("main.jsonl", data)))
    records = [one for one in found if isinstance(one, Record)]
    counted = {kind: sum(one.kind == kind for one in records) for kind in {one.kind for one in records}}
    assert (counted, [one for one in found if isinstance(one, Problem) and one.kind != "note"]) == (kinds, [])
    if texts is not None:
        assert [one.text for one in records if isinstance(one, Message)] == texts


def test_recipients_come_out_whole():
    rich = {
        "aci": ACI, "pni": base64.b64encode(b"\x33" * 16).decode(), "username": "ann.01", "e164": 447700900101,
        "blocked": True, "profileGivenName": "annie", "nickname": {"given": "Ann", "family": "Example"}, "note": "x",
        "notRegistered": {"unregisteredTimestamp": "1672567200123"}, "visibility": "HIDDEN",
    }  # fmt: skip
    ann = Party("+447700900101", "phone", "Ann Example")
    group = {
        "blocked": True,
        "snapshot": {
            "title": {"title": "Friends"}, "description": {"descriptionText": "About us"},
            "members": [{"userId": ACI, "role": "ADMINISTRATOR"}],
            "membersPendingProfileKey": [{"member": {"userId": ACI}, "timestamp": "1672567200123"}],
            "membersBanned": [{"userId": base64.b64encode(b"\x44" * 16).decode()}],
        },
    }  # fmt: skip
    stranger = Party("44444444-4444-4444-4444-444444444444", "signal")
    since = Moment("added", 1672567200123000, "1672567200123", "A")
    found = list(
        signal_frames(lines([{"recipient": {"id": 5, "contact": rich}}, {"recipient": {"id": 6, "group": group}}]))
    )
    assert found == [
        Contact(
            locator="frame 1", service="Signal", flags=("blocked",), name="Ann Example", text="x",
            moments=(Moment("unregistered", 1672567200123000, "1672567200123", "A"),),
            extra=(("profile name", "annie"), ("visibility", "HIDDEN")),
            identifiers=(
                ann, Party(UUID, "signal", "Ann Example"),
                Party("33333333-3333-3333-3333-333333333333", "signal", "Ann Example"),
                Party("ann.01", "signal", "Ann Example"),
            ),
        ),
        Group(
            locator="frame 2", service="Signal", extra=(("blocked", "true"),), title="Friends", text="About us",
            identifiers=(ann, ann, stranger),
            members=(Member(ann, "admin"), Member(ann, "invited", since), Member(stranger, "banned")),
        ),
        Present(2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({**INCOMING, "standardMessage": {"text": {"body": "Hello"}}}, {"text": "Hello"}),
        (
            {"outgoing": {"sendStatus": [{"recipientId": "2", "timestamp": "1672567300000", "read": {}}]},
             "authorId": "1", "standardMessage": {"text": {"body": "Mine"}}},
            {
                "text": "Mine", "direction": "out", "sender": SELF, "recipients": (ANN,),
                "moments": (SENT, Moment("read", 1672567300000000, "1672567300000", "A")),
            },
        ),
        (
            {
                **INCOMING,
                "standardMessage": {
                    "text": {"body": "Look \ufffc", "bodyRanges": [{"start": 5, "length": 1, "mentionAci": ACI}]},
                    "quote": {"targetSentTimestamp": "1672567100000", "authorId": "1", "text": {"body": "What?"}},
                    "linkPreview": [{"url": "https://example.org/", "title": "Title"}],
                    "attachments": [
                        {"pointer": {"contentType": "audio/aac", "fileName": "a.aac", "locatorInfo": {"size": 5}},
                         "flag": "VOICE_MESSAGE", "wasDownloaded": True},
                        {"pointer": {}},
                    ],
                    "longText": {"contentType": "text/x-signal-plain"},
                    "reactions": [{"emoji": "👍", "authorId": "1", "sentTimestamp": "1672567205000", "sortOrder": 1}],
                },
            },
            {
                "text": "Look \ufffc", "quotes": Quoted("1672567100000", SELF, "What?"), "flags": ("voice message",),
                "attachments": (
                    Attachment("a.aac", None, "audio/aac", 5, state="omitted"),
                    Attachment("attachment", state="not downloaded"),
                    Attachment("long text", None, "text/x-signal-plain", state="omitted"),
                ),
                "extra": (("mention", "Ann"), ("link preview", "https://example.org/ | Title")),
                "reactions": (
                    Reaction("👍", SELF, Moment("reacted", 1672567205000000, "1672567205000", "A")),
                ),
            },
        ),
        (
            {**INCOMING, "contactMessage": {"contact": {
                "name": {"givenName": "Cleo"}, "number": [{"value": "+447700900103"}], "organization": "Example Ltd",
            }}},
            {"text": "Cleo, Example Ltd, +447700900103", "flags": ("contact card",)},
        ),
        (
            {**INCOMING, "stickerMessage": {"sticker": {"emoji": "🎉", "data": {"contentType": "image/webp"}}}},
            {
                "flags": ("sticker",), "extra": (("sticker", "🎉"),),
                "attachments": (Attachment("sticker", None, "image/webp", state="omitted"),),
            },
        ),
        ({**INCOMING, "remoteDeletedMessage": {}}, {"deleted": True, "flags": ("deleted by sender",)}),
        (
            {**INCOMING, "adminDeletedMessage": {"adminId": "2"}},
            {"deleted": True, "flags": ("deleted by an admin",), "extra": (("deleted by", "Ann"),)},
        ),
        (
            {**INCOMING, "viewOnceMessage": {"attachment": {"pointer": {"contentType": "image/jpeg"}}}},
            {
                "flags": ("view once",),
                "attachments": (Attachment("attachment", None, "image/jpeg", state="not downloaded"),),
            },
        ),
        ({**INCOMING, "directStoryReplyMessage": {"emoji": "❤"}}, {"text": "❤", "flags": ("reply to a story",)}),
        (
            {**INCOMING, "poll": {"question": "When?", "options": [
                {"option": "Monday", "votes": [{"voterId": "2", "voteCount": 1}]}, {"option": "Tuesday"},
            ]}},
            {
                "text": "When?", "flags": ("poll",),
                "extra": (("poll option", "Monday: 1 votes (Ann)"), ("poll option", "Tuesday: 0 votes")),
            },
        ),
        (
            {**INCOMING, "paymentNotification": {"amountMob": "1.5", "note": "Rent"}},
            {
                "text": "[payment notification]", "flags": ("system",),
                "extra": (("amountMob", "1.5"), ("note", "Rent")),
            },
        ),
        (
            {"directionless": {}, "updateMessage": {"groupChange": {"updates": [
                {"groupNameUpdate": {"updaterAci": ACI, "newGroupName": "Us"}}, {"groupV2MigrationUpdate": {}},
            ]}}},
            {
                "direction": None, "moments": (SENT,), "flags": ("system",),
                "text": "[group name: updater Ann, new group name Us; group v2 migration]",
            },
        ),
        (
            {"incoming": {"read": False}, "expiresInMs": "60000", "sms": True, "standardMessage": {}},
            {
                "flags": ("disappearing", "SMS", "unread"), "extra": (("expiresInMs", "60000"),),
                "moments": (SENT,),
            },
        ),
        ({**INCOMING}, {"flags": ("type unknown",)}),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, fields):
    assert read(item(**row)) == [message(**fields)]


@pytest.mark.parametrize(
    ("update", "fields"),
    [
        (
            {"individualCall": {"callId": "5", "type": "AUDIO_CALL", "direction": "INCOMING", "state": "MISSED",
                                "startedCallTimestamp": "1672567200123"}},
            {
                "direction": "in", "sender": ANN, "outcome": "missed", "text": "audio call",
                "extra": (("callId", "5"), ("state", "MISSED")),
            },
        ),
        (
            {"individualCall": {"type": "VIDEO_CALL", "direction": "OUTGOING", "state": "ACCEPTED"}},
            {
                "direction": "out", "recipients": (ANN,), "outcome": "answered", "text": "video call",
                "extra": (("state", "ACCEPTED"),),
            },
        ),
        (
            {"groupCall": {"state": "JOINED", "startedCallRecipientId": "2", "startedCallTimestamp": "1672567200123"}},
            {
                "sender": ANN, "outcome": "answered", "text": "group call",
                "extra": (("state", "JOINED"), ("startedCallRecipientId", "2")),
            },
        ),
    ],
)  # fmt: skip
def test_each_call_comes_out_whole(update, fields):
    started = (Moment("started", 1672567200123000, "1672567200123", "A"),)
    assert read(item(directionless={}, updateMessage=update)) == [
        Call(locator="frame 6", service="Signal", conversation=BOTH["conversation"], moments=started, **fields)
    ]


def test_frames_that_are_none_or_not_known_are_said():
    odd = b'[]\n{"x": {}}\n{"newThing": {}}\n{"stickerPack": {}}\n{"stickerPack": {}}\n{broken\n'
    data = lines([]).open().read() + odd
    found = list(signal_frames(MemoryFile("main.jsonl", data)))
    assert [(one.kind, one.locator) for one in found if isinstance(one, Problem)] == [
        ("row", "frame 1"), ("unsupported", "frame 2"), ("unsupported", "frame 3"), ("row", "frame 6"), ("note", ""),
    ]  # fmt: skip
    assert found[-1].detail == "not read: 2 sticker packs"
    assert found[-2] == Present(4)


def test_no_message_is_lost_for_a_bad_value():
    rich = {
        "chatId": "7", "authorId": "2", "dateSent": "1672567200123", **INCOMING, "revisions": [{"dateSent": "1"}],
        "outgoing": {"sendStatus": [{"recipientId": "2"}, {}]}, "expiresInMs": "5",
        "standardMessage": {"text": {"body": "x"}, "attachments": [{"pointer": {}}], "reactions": [{"emoji": "x"}]},
    }  # fmt: skip
    for row in (rich, {**rich, "standardMessage": None, "poll": {"question": "x", "options": [{"votes": [{}]}]}}):
        rows = broken_rows(row)
        found = read(*({"chatItem": one} for one in rows))
        assert sum(isinstance(one, Message) for one in found) == len(rows)


def test_a_backup_that_breaks_off_gives_what_was_written(corpus):
    data = (corpus / "libsignal/canonical-backup.binproto").read_bytes()
    found = list(signal_frames(MemoryFile("x.binproto", data[:-5])))
    assert [type(one) for one in found] == [Account, Contact, Contact, Problem, Present]
    assert found[3].detail == "frame 5 breaks off; 3 entries were read"


def test_frames_of_protocol_buffers_have_every_type():
    status = field(1, 2) + field(2, 1672567300000) + field(6, b"")
    made = field(1, 7) + field(2, 2) + field(9, field(1, status)) + field(11, field(2, field(1, "é".encode())))
    assert decode(field(4, made), "Frame") == {
        "chatItem": {
            "chatId": 7, "authorId": 2, "standardMessage": {"text": {"body": "é"}},
            "outgoing": {"sendStatus": [{"recipientId": 2, "timestamp": 1672567300000, "read": {}}]},
        }
    }  # fmt: skip
    assert decode(field(4, varint(1) + varint(300)), "DistributionList") == {"memberRecipientIds": [1, 300]}
    assert decode(field(3, 99), "DistributionList") == {"privacyMode": 99}
    with pytest.raises(ValueError, match="nested"):
        nested = b""
        for _ in range(40):
            nested = field(6, nested)
        decode(nested, "ChatItem")


@pytest.mark.parametrize("data", [b"", b"{}", b"\x02\x08\x01", b'{"version": 1}\n', b"\xff" * 20])
def test_what_is_none_says_nothing_or_that(data):
    assert not looks_like(data)
    assert list(signal_frames(MemoryFile("main.jsonl", data))) == []
    assert [one.code for one in signal_frames(MemoryFile("a.binproto", data))] == (["unknown-layout"] if data else [])


@given(st.binary(max_size=400))
def test_any_bytes_give_frames_or_value_error(data):
    info = field(1, 1) + field(2, 1672567200000)
    try:
        for _, frame in frames(MemoryFile("x", varint(len(info)) + info + data).open()):
            assert isinstance(frame, dict | str)
    except ValueError:
        pass
