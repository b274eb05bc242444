"""Discord: the JSON of DiscordChatExporter, and Discord's own data package."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Attachment,
    Call,
    Group,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
)
from extractors.exports.discord.chat_exporter import chat_exporter
from extractors.exports.discord.package import package, user
from extractors.matching import Matcher
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

ANN = Party("100000000000000001", "discord", "annie")
STAMP = "2023-01-01T10:00:00.123+00:00"
SENT = Moment("sent", 1672567200123000, STAMP, "B")
AUTHOR = {"id": "100000000000000001", "name": "ann", "discriminator": "0000", "nickname": "annie", "isBot": False}


def exported(messages, kind="DirectTextChat", **fields):
    channel = {"id": "77", "type": kind, "categoryId": "0", "category": "Private", "name": "annie", "topic": None}
    document = {
        "guild": {"id": "0", "name": "Direct Messages"}, "channel": channel, "messages": messages,
        "messageCount": len(messages), **fields,
    }  # fmt: skip
    return MemoryFile("export/annie.json", json.dumps(document).encode(), mime="application/json")


def one(row):
    head = {"id": "5", "type": "Default", "timestamp": STAMP, "isPinned": False, "content": "Hello", "author": AUTHOR}
    found = list(chat_exporter(exported([{**head, **row}])))
    assert found[-1] == Present(1)
    return found[0], found[1:-1]


def message(**fields):
    plain = {"locator": "messages[0]", "service": "Discord", "moments": (SENT,), "conversation": "77", "key": "5"}
    name = (("author", "ann"),)
    return Message(**{**plain, "title": "annie", "sender": ANN, "text": "Hello", "extra": name, **fields})


def test_published_samples_come_out_and_a_wrong_count_is_said(corpus):
    direct, group = (
        list(chat_exporter(MemoryFile(f"{name}.json", (corpus / f"chat-analytics/discord/{name}.json").read_bytes())))
        for name in ("DM_2A_2M", "GC_3A_5M")
    )
    author = Party("111111111111111111", "discord", "mlomb")
    assert direct[0] == Message(
        locator="messages[0]", service="Discord", conversation="530805775262679064", title="Someones name",
        moments=(Moment("sent", 1546624359762000, "2019-01-04T17:52:39.762+00:00", "B"),), sender=author, text="blah",
        key="530805779645595660", extra=(("author", "mlomb#5506"), ("reactions", "👆: 42")),
        reactions=(Reaction("👆"),),
    )  # fmt: skip
    assert direct[2] == Call(
        locator="messages[2]", service="Discord", conversation="530805775262679064", extra=(("id", "100"),),
        moments=(
            Moment("started", 1595005394366000, "2020-07-17T17:03:14.366+00:00", "B"),
            Moment("ended", 1595020492787000, "2020-07-17T21:14:52.787+00:00", "B"),
        ),
        sender=Party("444444444444444444", "discord", "Someones nickname"), duration_s=15098,
        text="Started a call that lasted 251 minutes.",
    )  # fmt: skip
    assert direct[3:] == [Present(3)]
    assert [type(row) for row in group[:6]] == [Message] * 5 + [Call]
    assert group[6:] == [
        Problem("note", "count", "the file states 5 messages, and 6 are in it"),
        Group(
            locator="channel", service="Discord", conversation="1064990764406419508", title="a group chat",
            extra=(("type", "DirectGroupTextChat"), ("category", "Group")),
        ),
        Present(7),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({}, {}),
        (
            {"type": "Reply", "reference": {"messageId": "4", "channelId": "77"}, "timestampEdited": STAMP},
            {
                "quotes": Quoted("4"), "flags": ("edited",),
                "moments": (SENT, Moment("edited", 1672567200123000, STAMP, "B")),
            },
        ),
        (
            {
                "attachments": [
                    {"id": "1", "url": "annie.json_Files/a.png", "fileName": "a.png", "fileSizeBytes": 9},
                    {"id": "2", "url": "https://example.org/b.png?x=1", "fileName": "b.png", "fileSizeBytes": 8},
                ],
                "stickers": [{"id": "1", "name": "Wave", "sourceUrl": "https://example.org/s.json"}],
            },
            {
                "flags": ("sticker",),
                "attachments": (
                    Attachment("a.png", "export/annie.json_Files/a.png", None, 9),
                    Attachment("b.png", None, None, 8, state="omitted"), Attachment("Wave", state="omitted"),
                ),
                "extra": (("author", "ann"), ("attachment", "https://example.org/b.png?x=1")),
            },
        ),
        (
            {
                "reactions": [{"emoji": {"id": "", "name": "👍"}, "count": 3, "users": [AUTHOR]}],
                "mentions": [AUTHOR], "embeds": [{"title": "Title", "url": "https://example.org/", "description": ""}],
                "isPinned": True,
            },
            {
                "flags": ("pinned",), "reactions": (Reaction("👍", ANN),),
                "extra": (
                    ("author", "ann"), ("mention", "annie"), ("embed", "https://example.org/ | Title"),
                    ("reactions", "👍: 3"),
                ),
            },
        ),
        (
            {"type": "RecipientAdd", "content": "Added Ben."},
            {"flags": ("system",), "text": "Added Ben.", "extra": (("type", "RecipientAdd"), ("author", "ann"))},
        ),
        ({"type": "46"}, {"flags": ("type 46",)}),
        (
            {"content": "", "forwardedMessage": {"content": "Passed on"}, "reference": {"messageId": "4"}},
            {"flags": ("forwarded",), "text": "Passed on"},
        ),
        ({"author": {"name": "Gone"}}, {"sender": Party("Gone", "name", "Gone"), "extra": ()}),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, fields):
    assert one(row) == (message(**fields), [])


def test_a_channel_of_a_server_is_named_with_it():
    found = list(chat_exporter(exported([], "GuildTextChat", guild={"id": "1", "name": "Club"})))
    assert (found[0].title, found[0].conversation, found[1]) == ("Club #annie", "77", Present(1))


def test_fewer_messages_than_stated_are_missing():
    found = list(chat_exporter(exported([], messageCount=3)))
    assert found[0] == Problem("file", "count", "the file states 3 messages, and 0 are in it")


def test_no_entry_is_lost_for_a_bad_value():
    rich = {
        "id": "5", "type": "Default", "timestamp": STAMP, "timestampEdited": STAMP, "content": "x", "author": AUTHOR,
        "attachments": [{"url": "a"}], "embeds": [{}], "stickers": [{}], "reactions": [{"emoji": {"name": "x"}}],
        "mentions": [AUTHOR], "reference": {"messageId": "1"}, "forwardedMessage": {"content": "x"},
    }  # fmt: skip
    assert_no_entry_is_lost(chat_exporter, exported, rich)
    call = {"id": "5", "type": "Call", "timestamp": STAMP, "callEndedTimestamp": STAMP, "author": AUTHOR}
    assert_no_entry_is_lost(chat_exporter, exported, call)


FOLDER = "package/Messages/c77"
CHANNEL = {"channel.json": b'{"id": "77", "type": 1, "recipients": ["1", "2"]}',
           "../index.json": b'{"77": "Direct Message with annie#0"}',
           "../../Account/user.json": b'{"id": "1", "username": "ben"}'}  # fmt: skip
NUMBER = (1672567200123 - 1420070400000) << 22
IN_NUMBER = Moment(
    "sent", 1672567200123000, "2023-01-01 10:00:00", "A", note="by the time in the number of the message"
)


def packed(data, name="messages.json", others=CHANNEL):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return MemoryFile(f"{FOLDER}/{name}", data, others=others)


def own(**fields):
    plain = {"locator": "message 1", "service": "Discord", "moments": (IN_NUMBER,), "conversation": "77"}
    people = (Party("2", "discord"),)
    title = "Direct Message with annie#0"
    return Message(
        **{
            **plain,
            "title": title,
            "direction": "out",
            "recipients": people,
            "key": str(NUMBER),
            "text": "Hello",
            **fields,
        }
    )


def test_a_channel_of_the_package_comes_out_whole():
    rows = [
        {"ID": NUMBER, "Timestamp": "2023-01-01 10:00:00", "Contents": "Hello", "Attachments": ""},
        {"ID": str(NUMBER), "Timestamp": "2023-01-01 10:00:00", "Contents": "",
         "Attachments": "https://example.org/a.png?x=1 https://example.org/b.mp4"},
        7,
    ]  # fmt: skip
    files = (Attachment("a.png", state="omitted"), Attachment("b.mp4", state="omitted"))
    extra = (("attachment", "https://example.org/a.png?x=1"), ("attachment", "https://example.org/b.mp4"))
    assert list(package(packed(rows))) == [
        own(),
        own(locator="message 2", text=None, attachments=files, extra=extra),
        Problem("row", "not-an-object", "7 where a message should stand", "message 3"),
        Present(3),
    ]


def test_where_the_account_is_not_known_neither_of_a_direct_chat_is_the_recipient():
    row = {"ID": NUMBER, "Timestamp": "2023-01-01 10:00:00", "Contents": "Hello", "Attachments": ""}
    others = {name: data for name, data in CHANNEL.items() if "user.json" not in name}
    expected = own(recipients=(), extra=(("in the chat", "1"), ("in the chat", "2")))
    assert next(package(packed([row], others=others))) == expected


def test_the_older_package_is_a_table():
    data = f'ID,Timestamp,Contents,Attachments\n{NUMBER},2023-01-01 10:00:00.123000+00:00,"Hello, ""you""\nthere",\n'
    sent = Moment("sent", 1672567200123000, "2023-01-01 10:00:00.123000+00:00", "B")
    assert list(package(packed(data.encode(), "messages.csv"))) == [
        own(text='Hello, "you"\nthere', moments=(sent,)),
        Present(1),
    ]


def test_without_the_files_beside_the_folder_names_the_channel():
    row = {"ID": "no number", "Timestamp": "never", "Contents": "Hello", "Attachments": None, "More": 1}
    found = list(package(packed([row], others={"channel.json": b"broken"})))
    expected = own(
        title=None, recipients=(), key="no number", extra=(("More", 1),),
        moments=(Moment("sent", None, "never", "C", note="not a date and time"),),
    )  # fmt: skip
    assert found[0] == expected
    assert [problem.code for problem in found[1:-1]] == ["number", "time"]


def test_no_message_of_the_package_is_lost_for_a_bad_value():
    row = {"ID": NUMBER, "Timestamp": "2023-01-01 10:00:00", "Contents": "Hello", "Attachments": "https://x/y"}
    assert_no_entry_is_lost(package, lambda rows: packed([row, *rows][1:]), row)


@pytest.mark.parametrize("data", [b"\x00\x01", b"{}", b"a,b\n1,2\n"])
def test_another_layout_of_the_package_is_said(data):
    assert [one.code for one in package(packed(data))] == ["unknown-layout"]
    assert list(package(MemoryFile("x/messages/cat/messages.json", data))) == []
    assert list(chat_exporter(MemoryFile("x.json", data))) == []


def test_a_package_that_breaks_off_gives_what_was_written():
    found = list(package(packed(b'[{"ID": 1, "Timestamp": "2023-01-01 10:00:00+00:00", "Contents": "a"}, {"ID"')))
    assert [type(one) for one in found] == [Message, Problem, Present]
    assert list(package(packed(b"[]"))) == [Present(0)]


def test_the_account_comes_out_without_its_secrets():
    row = {
        "id": "1", "username": "ann", "discriminator": 0, "email": "ann@example.org", "phone": "+447700900101",
        "global_name": "Ann Example", "ip": "192.0.2.1", "mfa_token": "secret", "connections": [{"token": "secret"}],
    }  # fmt: skip
    name = "Ann Example"
    assert list(user(MemoryFile("package/account/user (1).json", json.dumps(row).encode()))) == [
        Account(
            locator="user", service="Discord", name=name, extra=(("discriminator", 0), ("ip", "192.0.2.1")),
            identifiers=(
                Party("1", "discord", name), Party("ann", "discord", name), Party("ann@example.org", "email", name),
                Party("+447700900101", "phone", name),
            ),
        ),
        Present(1),
    ]  # fmt: skip
    assert list(user(MemoryFile("x/account/user.json", b'{"id": 1}'))) == []


def test_a_package_in_another_language_is_found_by_the_folder_of_a_channel():
    match = Matcher([package, user]).match
    for path in ("Nachrichten/c100000000000000001/messages.json", "メッセージ/c1000000000000000001/messages.csv"):
        assert match(f"package/{path}") == (package,)
    assert match("extension/_locales/ca/messages.json") == ()
    row = {"ID": NUMBER, "Timestamp": "2023-01-01 10:00:00", "Contents": "Hello", "Attachments": ""}
    file = MemoryFile("package/Nachrichten/c100000000000000001/messages.json", json.dumps([row]).encode())
    assert [type(one) for one in package(file)] == [Message, Present]
    account = {"id": "1", "username": "ann", "discriminator": 0, "avatar_hash": None}
    assert match("package/Konto/user.json") == (user,)
    assert len(list(user(MemoryFile("package/Konto/user.json", json.dumps(account).encode())))) == 2
    del account["avatar_hash"]
    assert list(user(MemoryFile("bot/user.json", json.dumps(account).encode()))) == []


def test_all_words_of_a_card_come_out():
    card = {
        "title": "Order", "url": "https://example.org/1", "description": "two items", "author": {"name": "The Shop"},
        "fields": [{"name": "Rope", "value": "ten yards", "isInline": True}], "footer": {"text": "thank you"},
    }  # fmt: skip
    words = "https://example.org/1 | Order | The Shop | two items | Rope: ten yards | thank you"
    assert one({"embeds": [card]})[0] == message(extra=(("author", "ann"), ("embed", words)))


def test_files_in_a_folder_of_their_own_are_at_their_place():
    def place(url):
        return one({"attachments": [{"url": url, "fileName": "a.png"}]})[0].attachments[0]

    assert place("../media/a-1F2E3.png") == Attachment("a.png", "media/a-1F2E3.png")
    assert place("annie.json_Files\\a-1F2E3.png") == Attachment("a.png", "export/annie.json_Files/a-1F2E3.png")
    elsewhere = one({"attachments": [{"url": "D:\\media\\a-1F2E3.png", "fileName": "a.png"}]})[0]
    assert elsewhere.attachments == (Attachment("a.png"),)
    assert elsewhere.extra == (("author", "ann"), ("attachment", "D:\\media\\a-1F2E3.png"))
