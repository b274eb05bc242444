"""WhatsApp on Android: the messages, and who they are from and to."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_android import (
    ANN,
    BEN,
    CAT,
    CAT_LID,
    DAN_LID,
    GROUP,
    GROUP_CHAT,
    HOME,
    MESSAGE,
    PEOPLE,
    SCENE,
    everything,
    msgstore,
)
from tests.extractors.broken import assert_no_row_is_lost

INSERT = (
    "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,status,origin,origination_flags,timestamp,"
    "received_timestamp,receipt_server_timestamp,message_type,text_data,starred) VALUES "
)
SMALL = PEOPLE + MESSAGE + SCENE
AT = "1672574400123"  # 2023-01-01T12:00:00.123Z


def moment(meaning: str, raw: str) -> Moment:
    return Moment(meaning, int(raw) * 1000, raw, "A")


def only_message(values: str) -> Message:
    found = everything(android(msgstore(INSERT + values)))
    assert found[0] == Present(1)
    assert len(found) == 2, found
    return found[1]


def test_an_incoming_and_an_outgoing_text():
    found = everything(
        android(
            msgstore(
                INSERT + f"(2,1,0,'3EB0A1',0,0,0,0,{AT},1672574401456,-1,0,'Are you there?',0),"
                f"(3,1,1,'3EB0A2',0,13,0,0,{AT},0,1672574402789,0,'Yes',1)"
            )
        )
    )
    assert found == [
        Present(2),
        Message(
            locator="message:_id=2",
            service="WhatsApp",
            moments=(moment("sent", AT), moment("received", "1672574401456")),
            conversation=ANN,
            direction="in",
            sender=Party(ANN, "whatsapp"),
            text="Are you there?",
            key="3EB0A1",
        ),
        Message(
            locator="message:_id=3",
            service="WhatsApp",
            moments=(moment("sent", AT), moment("reached the server", "1672574402789")),
            flags=("starred",),
            extra=(("status", "13 (read)"),),
            conversation=ANN,
            direction="out",
            recipients=(Party(ANN, "whatsapp"),),
            text="Yes",
            key="3EB0A2",
        ),
    ]


def test_in_a_group_the_sender_is_the_member_and_nobody_is_named_as_recipient():
    found = everything(
        android(msgstore(GROUP_CHAT + INSERT + f"(2,2,0,'3EB0B1',2,0,0,0,{AT},0,-1,0,'Hello all',0)", SMALL))
    )
    assert found[1] == Message(
        locator="message:_id=2",
        service="WhatsApp",
        moments=(moment("sent", AT),),
        conversation=GROUP,
        title="Library Club",
        direction="in",
        sender=Party(BEN, "whatsapp"),
        text="Hello all",
        key="3EB0B1",
    )


def test_a_privacy_id_is_the_number_only_where_the_phone_knows_it():
    known = only_message(f"(2,3,0,'3EB0C1',0,0,0,0,{AT},0,-1,0,'Hi',0)")
    assert (known.conversation, known.title) == (CAT_LID, "Cat Example")
    assert (known.sender, known.extra) == (Party(CAT, "whatsapp", "Cat Example"), (("lid", CAT_LID),))
    unknown = only_message(f"(2,4,1,'3EB0C2',0,5,0,0,{AT},0,-1,0,'Hi',0)")
    assert (unknown.recipients, unknown.extra) == (
        (Party(DAN_LID, "whatsapp", "Dan Example"),),
        (("status", "5 (delivered)"),),
    )


def test_twins_come_out_twice_and_a_message_needs_neither_chat_nor_identifier():
    row = f"0,'3EB0D1',99,0,0,0,{AT},0,-1,0,'Same',0)"
    found = everything(android(msgstore(INSERT + f"(2,77,{row},(3,77,{row}")))
    expected = []
    for number in (2, 3):
        expected += [
            Message(
                locator=f"message:_id={number}",
                service="WhatsApp",
                moments=(moment("sent", AT),),
                conversation="chat 77",
                direction="in",
                text="Same",
                key="3EB0D1",
            ),
            Problem(
                "value",
                "chat",
                "chat_row_id 77: no chat or identifier of that row id is left",
                f"message:_id={number}",
            ),
            Problem(
                "value",
                "sender",
                "sender_jid_row_id 99: no identifier of that row id is left",
                f"message:_id={number}",
            ),
        ]
    assert found == [Present(2), *expected]


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ("0,0,0,0,777", ("type 777",)),
        ("0,0,0,0,15", ("deleted by sender",)),
        ("0,0,1,0,2", ("voice message",)),
        ("0,0,0,0,2", ()),
        ("0,0,0,1,0", ("forwarded",)),
        ("0,0,0,0,64", ("deleted by administrator",)),
        ("0,0,0,0,43", ("view once",)),
        ("0,0,0,0,81", ("video note",)),
        ("5,0,0,0,0", ("from_me 5",)),
    ],
)
def test_kinds_of_messages_are_flags_and_an_unknown_one_keeps_its_number(values, flags):
    from_me, status, origin, origination, kind = values.split(",")
    message = only_message(f"(2,1,{from_me},'3EB0E1',0,{status},{origin},{origination},{AT},0,-1,{kind},'Words',0)")
    assert (message.flags, message.text) == (flags, "Words")


def test_what_is_unread_and_what_is_about_to_be_deleted_is_said():
    found = everything(
        android(
            msgstore(
                "UPDATE chat SET unseen_message_count=1, last_read_message_row_id=2 WHERE _id=1;"
                "INSERT INTO deleted_chat_job(chat_row_id,deleted_message_row_id,deleted_starred_message_row_id)"
                " VALUES (1,3,1);"
                + INSERT
                + f"(2,1,0,'3EB0F1',0,0,0,0,{AT},0,-1,0,'One',1),(3,1,0,'3EB0F2',0,0,0,0,{AT},0,-1,0,'Two',0),"
                f"(4,1,0,'3EB0F3',0,0,0,0,{AT},0,-1,0,'Three',0)"
            )
        )
    )
    assert [one.flags for one in found[1:]] == [("starred",), ("unread", "deleted on this device"), ("unread",)]


def test_deletions_that_had_begun_cover_types_and_single_messages_and_add_up():
    jobs = """INSERT INTO deleted_chat_job(chat_row_id,deleted_categories_message_row_id,deleted_message_categories)
        VALUES (1,2,'["1","0"]'),(1,1,'["0"]'),(1,9,'["3"]');
        ALTER TABLE deleted_chat_job ADD singular_message_delete_rows_id TEXT;
        INSERT INTO deleted_chat_job(chat_row_id,singular_message_delete_rows_id) VALUES (1,'["4"]'),(1,NULL);"""
    rows = ",".join(f"({number},1,0,'3EB0F{number}',0,0,0,0,{AT},0,-1,0,'x',0)" for number in range(2, 6))
    found = everything(android(msgstore(jobs + INSERT + rows)))
    assert [one.deleted for one in found if isinstance(one, Message)] == [True, False, True, False]


def test_the_applications_own_first_row_is_no_message():
    assert everything(
        android(msgstore("INSERT INTO message(_id,chat_row_id,from_me,key_id) VALUES (1,-1,0,'-1')"))
    ) == [
        Present(1),
        Message(locator="message:_id=1", service="WhatsApp", flags=("placeholder",), key="-1"),
    ]


def test_the_application_for_businesses_is_told_by_its_path():
    file = msgstore(INSERT + f"(2,1,0,'3EB0A1',0,0,0,0,{AT},0,-1,0,'Open?',0)", home=HOME.replace("app", "app.w4b"))
    assert next(one for one in android(file) if isinstance(one, Message)).service == "WhatsApp Business"


def test_another_layout_is_said_to_be_unknown_and_what_is_no_database_too():
    assert everything(android(msgstore("", PEOPLE))) == [Problem("schema", "unknown-layout", "no table message")]
    assert everything(android(MemoryFile("msgstore.db", b"nothing of the kind"))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]


def test_a_broken_value_costs_no_row():
    file = msgstore(INSERT + f"(2,1,0,'3EB0A1',0,0,0,0,{AT},1,-1,0,'Hi',0)", SMALL)
    assert_no_row_is_lost(android, file.path, file.open().read(), "message", "_id")


def test_names_come_from_the_address_book_beside_it():
    book = (
        "INSERT INTO wa_contacts(jid,is_whatsapp_user,display_name,wa_name) VALUES "
        f"('{ANN}',1,'Ann Example','annie'),('{CAT}',1,NULL,'Cat of the book');"
    )
    rows = f"(2,1,0,'3EB0A1',0,0,0,0,{AT},0,-1,0,'Hi',0),(3,3,0,'3EB0A2',0,0,0,0,{AT},0,-1,0,'Hi',0)"
    found = everything(android(msgstore(INSERT + rows, book=book)))
    assert [(one.title, one.sender) for one in found[1:3]] == [
        ("Ann Example", Party(ANN, "whatsapp", "Ann Example")),
        ("Cat of the book", Party(CAT, "whatsapp", "Cat of the book")),
    ]
    words = "names of people are those of wa.db beside it, which its own extractor gives in full"
    assert found[3:] == [Problem("note", "names", words)]


def test_an_address_book_that_is_none_costs_only_its_names():
    file = msgstore(INSERT + f"(2,1,0,'3EB0A1',0,0,0,0,{AT},0,-1,0,'Hi',0)")
    file = MemoryFile(file.path, file.open().read(), others={"wa.db": b"nothing of the kind"})
    assert [one.sender for one in android(file) if isinstance(one, Message)] == [Party(ANN, "whatsapp")]


def test_an_incremental_backup_is_said_to_be_one():
    words = "an incremental backup: an archive of what changed since a full one, whose messages are not decoded"
    file = MemoryFile("WhatsApp/Databases/msgstore-increment-1.db", b"PK\x03\x04" + bytes(100))
    assert list(android(file)) == [Problem("schema", "unknown-layout", words)]
