"""Signal's database on Android: the newer layout."""

from __future__ import annotations

import pytest

from evidence_store.records import (
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
)
from extractors.chats.signal.android import android
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.signal import GROUP_ID, IN, OUT, PATH, SECURE, message, signal
from tests.extractors.broken import assert_no_row_is_lost

OWEN = Party("+447700900100", "phone", "Owen Example")
ANN = Party("+447700900101", "phone", "Ann Example")
BEN = Party("33333333-3333-3333-3333-333333333333", "signal", "Ben Example")
SENT = Moment("sent", 1672567200123000, "1672567200123", "A")
RECEIVED = Moment("received", 1672567201000000, "1672567201000", "A")


def read(sql, kinds=(Message, Call, Problem), path=PATH):
    return [one for one in android(signal(sql, path)) if isinstance(one, kinds)]


def expected(**fields):
    plain = {"locator": "message:_id=1", "service": "Signal", "moments": (SENT, RECEIVED), "conversation": "10"}
    return Message(
        **{
            **plain, "title": "Ann Example", "direction": "in", "sender": ANN, "text": "Hello", "key": "1672567200123",
            **fields,
        }
    )  # fmt: skip


def test_members_whose_role_cannot_be_read_are_told():
    sql = f"""INSERT INTO groups(_id,group_id,recipient_id,title,active,revision,master_key,decrypted_group) VALUES
        (1,'{GROUP_ID}',4,'Friends',1,7,x'00ff',x'3a01ff');"""
    words = "decrypted_group: 1 members, and so their roles, cannot be read"
    assert Problem("value", "group", words, "groups:_id=1") in read(sql)


def test_people_and_groups_come_out_whole():
    roles = bytes.fromhex("3a14 0a10") + b"\x22" * 16 + b"\x10\x02"
    sql = f"""INSERT INTO groups(_id,group_id,recipient_id,title,active,revision,master_key,decrypted_group) VALUES
        (1,'{GROUP_ID}',4,'Friends',1,7,x'00ff',x'{roles.hex()}');
        INSERT INTO group_membership VALUES (1,'{GROUP_ID}',1),(2,'{GROUP_ID}',2),(3,'{GROUP_ID}',99);"""
    stranger = Party("99", "signal")
    assert list(android(signal(sql))) == [
        Present(5),
        Group(
            locator="groups:_id=1", service="Signal", conversation="11", title="Friends",
            extra=(("group_id", GROUP_ID), ("active", 1), ("revision", 7)), identifiers=(OWEN, ANN, stranger),
            members=(Member(OWEN), Member(ANN, "admin"), Member(stranger)),
        ),
        Contact(
            locator="recipient:_id=1", service="Signal", name="Owen Example",
            extra=(("profile_joined_name", "Owen Example"),),
            identifiers=(OWEN, Party("11111111-1111-1111-1111-111111111111", "signal", "Owen Example")),
        ),
        Contact(
            locator="recipient:_id=2", service="Signal", name="Ann Example",
            extra=(("system_joined_name", "Ann Example"), ("profile_joined_name", "annie")),
            identifiers=(ANN, Party("22222222-2222-2222-2222-222222222222", "signal", "Ann Example")),
        ),
        Contact(
            locator="recipient:_id=3", service="Signal", name="Ben Example", identifiers=(BEN,),
            extra=(("profile_joined_name", "Ben Example"),),
        ),
        Contact(
            locator="recipient:_id=4", service="Signal", flags=("group",), name="Friends",
            extra=(("group_id", GROUP_ID),), identifiers=(Party(GROUP_ID, "signal", "Friends"),),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {}),
        ({"read": 0}, {"flags": ("unread",)}),
        (
            {"type": OUT, "from_recipient_id": 1, "to_recipient_id": 2, "receipt_timestamp": 1672567300000,
             "has_delivery_receipt": 1, "has_read_receipt": 1},
            {
                "direction": "out", "sender": OWEN, "recipients": (ANN,),
                "moments": (SENT, Moment("read", 1672567300000000, "1672567300000", "A")),
            },
        ),
        (
            {"thread_id": 11, "from_recipient_id": 3, "date_server": 1672567200500},
            {
                "conversation": "11", "title": GROUP_ID, "sender": BEN,
                "moments": (SENT, RECEIVED, Moment("received by the server", 1672567200500000, "1672567200500", "A")),
            },
        ),
        (
            {"quote_id": 1672567100000, "quote_author": 3, "quote_body": "What?"},
            {"quotes": Quoted("1672567100000", BEN, "What?")},
        ),
        ({"remote_deleted": 1, "body": None}, {"deleted": True, "flags": ("deleted by sender",), "text": None}),
        ({"view_once": 1, "body": ""}, {"flags": ("view once",), "text": None}),
        (
            {"expires_in": 60000, "expire_started": 1672567202000},
            {"flags": ("disappearing",), "extra": (("expires_in", 60000), ("expire_started", 1672567202000))},
        ),
        ({"story_type": 1, "parent_story_id": -7}, {"flags": ("story",), "extra": (("parent_story_id", -7),)}),
        (
            {"scheduled_date": 1672570000000, "type": OUT, "from_recipient_id": 1},
            {
                "direction": "out", "sender": OWEN, "recipients": (ANN,), "flags": ("scheduled",),
                "moments": (SENT, Moment("scheduled", 1672570000000000, "1672570000000", "A")),
            },
        ),
        ({"type": 20}, {"flags": ("SMS",)}),
        (
            {"type": 24 | SECURE, "from_recipient_id": 1},
            {"direction": "out", "flags": ("failed",), "sender": OWEN, "recipients": (ANN,), "moments": (SENT,)},
        ),
        ({"type": 30, "body": "?"}, {"direction": None, "flags": ("type 30",), "text": "?"}),
        (
            {"type": IN | 0x10000 | 0x80000, "body": "CgA="},
            {"flags": ("system",), "text": "[group changed]", "extra": (("body", "CgA="),)},
        ),
        ({"type": 4, "body": None}, {"direction": None, "flags": ("system",), "text": "[joined Signal]"}),
        ({"type": 3, "body": None}, {"flags": ("system", "call"), "text": "[missed audio call]"}),
        ({"type": IN | 0x200}, {
            "flags": ("system",), "text": "[safety number changed]", "extra": (("body", "Hello"),),
        }),
        ({"type": IN | 0xA00000000, "body": None}, {"flags": ("system",), "text": "[blocked]"}),
        ({"type": IN | 0x100000000, "body": "❤"}, {"flags": ("reaction to a story",), "text": "❤"}),
        (
            {"body": "Café\nhttps://maps.google.com/maps?q=51.5%2C-0.12"},
            {
                "text": "Café\nhttps://maps.google.com/maps?q=51.5%2C-0.12", "flags": ("location",), "lat": 51.5,
                "lon": -0.12,
            },
        ),
        (
            {
                "body": None, "shared_contacts":
                '[{"name":{"displayName":"Cleo Example"},"phoneNumbers":[{"number":"+447700900103"}]}]',
            },
            {"text": "Cleo Example, +447700900103", "flags": ("contact card",)},
        ),
        (
            {"link_previews": '[{"url":"https://example.org/","title":"An example"}]'},
            {"extra": (("link preview", "https://example.org/ | An example"),)},
        ),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(values, fields):
    assert read(message(**values)) == [expected(**fields)]


def test_what_stands_beside_a_message_is_with_it():
    sql = message() + """INSERT INTO reaction VALUES (1,1,3,'👍',1672567205000,1672567206000);
        INSERT INTO mention VALUES (1,10,1,3,0,1);
        INSERT INTO attachment(_id,message_id,content_type,transfer_state,data_file,data_size,file_name,voice_note,
            caption) VALUES (5,1,'audio/aac',0,'/data/user/0/x/app_parts/part1.mms',900,NULL,1,'A caption'),
                   (6,1,'image/webp',2,NULL,0,'s.webp',0,NULL);
        UPDATE attachment SET sticker_pack_id='ab', video_gif=1 WHERE _id=6;
        INSERT INTO poll(_id,author_id,message_id,question) VALUES (1,2,1,'When?');
        INSERT INTO poll_option VALUES (1,1,'Monday',0),(2,1,'Tuesday',1);
        INSERT INTO poll_vote(poll_id,poll_option_id,voter_id) VALUES (1,1,2),(1,1,3);"""  # fmt: skip
    assert read(sql) == [
        expected(
            flags=("voice message", "GIF", "sticker", "poll"),
            attachments=(
                Attachment("attachment 5", "backup/attachments/5", "audio/aac", 900),
                Attachment("s.webp", None, "image/webp", None, state="not downloaded"),
            ),
            reactions=(Reaction("👍", BEN, Moment("reacted", 1672567205000000, "1672567205000", "A")),),
            extra=(
                ("mention", "Ben Example"), ("poll option", "Monday: 2 votes (Ann Example, Ben Example)"),
                ("poll option", "Tuesday: 0 votes"), ("caption", "A caption"),
            ),
        )
    ]  # fmt: skip
    without_text = read(sql + "UPDATE message SET body=NULL;")
    assert without_text[0].text == "When?"


def test_on_a_phone_files_are_in_the_folder_of_the_application():
    sql = message() + "INSERT INTO attachment(_id,message_id,data_file) VALUES (5,1,'/data/user/0/x/app_parts/p1.mms');"
    home = "data/data/org.thoughtcrime.securesms"
    found = read(sql, Message, f"{home}/databases/signal.db")
    assert found[0].attachments == (Attachment("attachment 5", f"{home}/app_parts/p1.mms"),)


def test_an_edited_message_has_its_earlier_texts_and_they_come_out_too():
    sql = message(1, body="First", latest_revision_id=3) + message(
        2, body="Second", date_sent=1672567210000, latest_revision_id=3, original_message_id=1, revision_number=1
    ) + message(3, body="Third", date_sent=1672567220000, original_message_id=1, revision_number=2)  # fmt: skip
    edited = Moment("edited", 1672567220000000, "1672567220000", "A")
    assert read(sql) == [
        expected(text="First", flags=("earlier version",)),
        expected(
            locator="message:_id=2", text="Second", flags=("earlier version",), extra=(("revision_number", 1),),
            key="1672567210000",
            moments=(Moment("sent", 1672567210000000, "1672567210000", "A"), RECEIVED),
        ),
        expected(
            locator="message:_id=3", text="Third", flags=("edited",), key="1672567220000",
            moments=(SENT, edited, RECEIVED),
            extra=(("earlier text", "First"), ("earlier text", "Second"), ("revision_number", 2)),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (
            "(1,77,5,2,0,0,1,1672567200123,NULL,0,1)",
            {"direction": "in", "sender": ANN, "outcome": "answered", "text": "audio call", "conversation": "10"},
        ),
        (
            "(1,77,5,2,1,1,2,1672567200123,NULL,0,1)",
            {
                "direction": "out", "recipients": (ANN,), "outcome": "not answered", "text": "video call",
                "conversation": "10",
            },
        ),
        (
            "(1,77,5,4,3,0,9,1672567200123,3,0,1)",
            {"direction": "in", "sender": BEN, "outcome": "missed", "text": "group call", "conversation": "11"},
        ),
        ("(1,77,5,98,9,7,99,1672567200123,NULL,0,1)", {"outcome": "event 99", "flags": ("type 9",)}),
    ],
)  # fmt: skip
def test_each_call_comes_out_whole(row, fields):
    event = int(row.split(",")[6])
    extra = (("call_id", 77), ("message_id", 5), ("event", event))
    moments = (Moment("started", 1672567200123000, "1672567200123", "A"),)
    assert read(f"INSERT INTO call VALUES {row};") == [
        Call(locator="call:_id=1", service="Signal", moments=moments, extra=extra, **fields)
    ]


def test_without_a_table_of_calls_the_messages_tell_of_them():
    sql = "DROP TABLE call;" + message(type=2, body=None)
    assert read(sql) == [
        Call(
            locator="message:_id=1", service="Signal", conversation="10", direction="out", recipients=(ANN,),
            moments=(Moment("started", 1672567200123000, "1672567200123", "A"),), text="outgoing audio call",
        )
    ]  # fmt: skip


def test_a_draft_comes_out():
    assert read("INSERT INTO drafts VALUES (1,10,'text','Not sent');") == [
        Message(
            locator="drafts:_id=1", service="Signal", flags=("draft",), extra=(("type", "text"),), conversation="10",
            title="Ann Example", direction="out", text="Not sent",
        )
    ]  # fmt: skip


def test_a_reaction_to_nothing_comes_out_by_itself():
    assert read("INSERT INTO reaction VALUES (1,55,3,'👍',1672567205000,0);") == [
        Message(
            locator="reaction:_id=1", service="Signal", flags=("reaction",), extra=(("message_id", "55"),),
            moments=(Moment("reacted", 1672567205000000, "1672567205000", "A"),), sender=BEN, text="👍",
        )
    ]  # fmt: skip


def test_equal_twins_and_messages_of_nobody_come_out():
    found = read(message(1) + message(2) + message(3, from_recipient_id=98, thread_id=97, type=-5))
    assert [one.text for one in found if isinstance(one, Message)] == ["Hello"] * 3
    assert (found[2].sender, found[2].title, found[2].flags) == (Party("98", "signal"), None, ("type -5",))
    assert found[3] == Problem("value", "recipient", "recipient 98 is not in the database", "message:_id=3")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("message", ""),
        ("call", "INSERT INTO call VALUES (1,77,5,2,0,0,1,1672567200123,NULL,0,1);"),
        ("drafts", "INSERT INTO drafts VALUES (1,10,'text','x');"),
        ("recipient", ""),
        ("groups", f"INSERT INTO groups(_id,group_id,recipient_id,title) VALUES (1,'{GROUP_ID}',4,'Friends');"),
    ],
)
def test_no_row_is_lost_for_a_bad_value(table, row):
    file = signal(
        message(shared_contacts="[{}]", link_previews="[{}]", quote_id=5, latest_revision_id=9) + row, unique=False
    )
    with file.open() as stream:
        assert_no_row_is_lost(android, PATH, stream.read(), table, "_id")


@pytest.mark.parametrize(
    "table", ["attachment", "reaction", "mention", "poll", "poll_vote", "thread", "group_membership"]
)
def test_no_message_is_lost_for_a_table_beside_it(table):
    missing = signal(message() + f"DROP TABLE {table};")
    found = list(android(missing))
    if table == "thread":
        assert found == []
    else:
        assert [one.text for one in found if isinstance(one, Message)] == ["Hello"]


@pytest.mark.parametrize("path", ["x/signal.db", "data/data/org.thoughtcrime.securesms/databases/signal.db"])
def test_what_is_encrypted_or_of_another_layout_is_said(path):
    assert [one.code for one in android(MemoryFile(path, b"\x07" * 4096))] == ["encrypted"]
    odd = MemoryFile(
        path, signal("DROP TABLE message; CREATE TABLE message(_id INTEGER PRIMARY KEY, x);").open().read()
    )
    assert [(one.kind, one.code) for one in android(odd)] == [("schema", "unknown-layout")]


@pytest.mark.parametrize("data", [b"", b"\x07" * 4096, b"SQLite format 3\x00"])
def test_another_database_of_that_name_says_nothing_of_signal(data):
    assert [one for one in android(MemoryFile("x/database.sqlite", data)) if not isinstance(one, Problem)] == []
