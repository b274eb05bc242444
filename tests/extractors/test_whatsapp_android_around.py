"""WhatsApp on Android: what happened to messages, what they answer, and what is left without one."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Present, Problem, Quoted, Reaction, replace
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import ANN, BEN, CAT, CAT_LID, GROUP, GROUP_CHAT, everything, msgstore
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


def insert(row: int = 2, chat: int = 1, from_me: int = 0, sender: int = 0, kind: int = 0, text: str = "Hi") -> str:
    return (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,timestamp,message_type,text_data)"
        f" VALUES ({row},{chat},{from_me},'3EB0A{row}',{sender},{AT},{kind},'{text}');"
    )


INCOMING = Message(
    locator="message:_id=2",
    service="WhatsApp",
    moments=(moment("sent", AT),),
    conversation=ANN,
    direction="in",
    sender=Party(ANN, "whatsapp"),
    text="Hi",
    key="3EB0A2",
)
OUTGOING = replace(INCOMING, direction="out", sender=None, recipients=(Party(ANN, "whatsapp"),))
IN_GROUP = replace(INCOMING, conversation=GROUP, title="Library Club", sender=Party(BEN, "whatsapp"))


def read(inserts: str) -> list:
    found = everything(android(msgstore(inserts)))
    assert found[0] == Present(1)
    return found[1:]


def only(inserts: str) -> Message:
    found = read(inserts)
    assert len(found) == 1, found
    return found[0]


def test_an_answer_has_the_words_that_it_answers():
    quoted = "INSERT INTO message_quoted VALUES (2,1,1,{},{},'3EB0Q',NULL,{},0,{});"
    assert only(insert() + quoted.format(0, 0, 0, "'See you?'")) == replace(
        INCOMING, quotes=Quoted("3EB0Q", Party(ANN, "whatsapp"), "See you?")
    )
    assert only(insert() + quoted.format(1, 0, 0, "'Yes'")) == replace(
        INCOMING, quotes=Quoted("3EB0Q", None, "Yes"), extra=(("quoted message", "sent from this account"),)
    )
    media = "INSERT INTO message_quoted_media VALUES (2,NULL,'image/jpeg','IMG.jpg',NULL,'Our garden');"
    assert only(insert() + quoted.format(0, 2, 1, "NULL") + media) == replace(
        INCOMING,
        quotes=Quoted("3EB0Q", Party(BEN, "whatsapp"), "Our garden"),
        extra=(("quoted type", 1), ("quoted mime_type", "image/jpeg")),
    )


@pytest.mark.parametrize(("score", "flag"), [(1, "forwarded"), (4, "forwarded"), (5, "forwarded many times")])
def test_how_often_a_message_was_forwarded(score, flag):
    message = only(
        insert() + f"UPDATE message SET origination_flags=1; INSERT INTO message_forwarded VALUES (2,{score});"
    )
    assert message == replace(INCOMING, flags=(flag,), extra=(("forward_score", score),))


@pytest.mark.parametrize(
    ("inserts", "expected"),
    [
        (
            f"INSERT INTO message_edit_info VALUES (2,'3EB0OLD',{AT + 9000},{AT + 8000});",
            {
                "flags": ("edited",),
                "moments": (moment("sent", AT), moment("edited", AT + 9000)),
                "extra": (("original_key_id", "3EB0OLD"),),
            },
        ),
        (
            f"INSERT INTO message_ephemeral VALUES (2,604800,{AT + 604800000});",
            {
                "flags": ("disappearing",),
                "moments": (moment("sent", AT), moment("expires", AT + 604800000)),
                "extra": (("disappears after seconds", 604800),),
            },
        ),
        (
            "INSERT INTO message_view_once_media VALUES (2,1);",
            {"flags": ("view once",), "extra": (("view once state", 1),)},
        ),
        (
            "INSERT INTO message_mentions(message_row_id,jid_row_id) VALUES (2,4),(2,2);",
            {"extra": (("mentions", CAT), ("mentions", BEN))},
        ),
        (
            "INSERT INTO labels(_id,label_name) VALUES (5,'Important');"
            "INSERT INTO labeled_messages(label_id,message_row_id) VALUES (5,2);",
            {"extra": (("label", "Important"),)},
        ),
        (
            "INSERT INTO message_association(child_message_row_id,parent_message_row_id,association_type)"
            " VALUES (2,1,1);",
            {"extra": (("belongs to message", 1),)},
        ),
        (
            "UPDATE message SET translated_text='Hallo';",
            {"extra": (("translated_text", "Hallo"),)},
        ),
    ],
)
def test_edits_timers_mentions_and_labels(inserts, expected):
    assert only(insert() + inserts) == replace(INCOMING, **expected)


def test_who_deleted_a_message_and_when():
    revoked = f"UPDATE message SET text_data=NULL; INSERT INTO message_revoked VALUES (2,'3EB0R',{{}},{AT + 5000});"
    gone = replace(INCOMING, text=None, deleted=True, moments=(moment("sent", AT), moment("deleted", AT + 5000)))
    assert only(insert(kind=15) + revoked.format("NULL")) == replace(
        gone, flags=("deleted by sender",), extra=(("revoked_key_id", "3EB0R"),)
    )
    assert only(insert(kind=64) + revoked.format(2)) == replace(
        gone, flags=("deleted by administrator",), extra=(("deleted by", BEN), ("revoked_key_id", "3EB0R"))
    )
    assert only(insert(kind=15) + "UPDATE message SET text_data=NULL;") == replace(
        INCOMING, text=None, deleted=True, flags=("deleted by sender",)
    )


def test_receipts_are_moments_of_a_chat_of_two_and_words_in_a_group():
    receipt = f"INSERT INTO receipt_user VALUES (1,2,{{}},{AT + 1000},{AT + 2000},-1);"
    assert only(insert(from_me=1) + receipt.format(1)) == replace(
        OUTGOING, moments=(moment("sent", AT), moment("delivered", AT + 1000), moment("read", AT + 2000))
    )
    found = read(
        GROUP_CHAT
        + insert(from_me=1, chat=2)
        + receipt.format(2)
        + f"INSERT INTO receipt_user VALUES (2,2,4,{AT + 3000},NULL,NULL),(3,2,77,NULL,NULL,NULL);"
    )
    assert found[0] == replace(
        OUTGOING,
        conversation=GROUP,
        title="Library Club",
        recipients=(),
        extra=(
            ("receipt", f"{BEN}: delivered 2023-01-01T12:00:01.123Z, read 2023-01-01T12:00:02.123Z"),
            ("receipt", f"{CAT_LID}: delivered 2023-01-01T12:00:03.123Z"),
            ("receipt", "77: none yet"),
        ),
    )


def test_reactions_stand_with_their_message():
    rows = (
        f"INSERT INTO message_add_on VALUES (7,2,0,'R1',4,2,{AT},0,56),(8,2,1,'R2',0,2,{AT},0,56),"
        f"(9,2,0,'R3',2,2,{AT},0,56),(10,2,0,'P1',2,2,{AT},0,79),(11,2,0,'K1',2,2,{AT},0,68),"
        f"(12,2,0,'E1',2,2,{AT},0,74),(13,2,0,'X1',2,2,{AT},0,999);"
        f"INSERT INTO message_add_on_reaction VALUES (7,'👍',{AT + 1}),(8,'❤️',NULL),(9,'',{AT + 2});"
    )
    found = read(GROUP_CHAT + insert(chat=2, sender=2) + rows)
    assert found[0] == replace(
        IN_GROUP,
        reactions=(
            Reaction("👍", Party(CAT, "whatsapp", "Cat Example"), moment("reacted", AT + 1)),
            Reaction("❤️", None, moment("reacted", AT)),
        ),
        extra=(
            ("reaction withdrawn", BEN),
            ("pin", f"{BEN}: state not recorded at 2023-01-01T12:00:00.123Z"),
            ("keep", f"{BEN}: state not recorded at 2023-01-01T12:00:00.123Z"),
            ("add-on type 999", f"{BEN} at 2023-01-01T12:00:00.123Z"),
        ),
    )


def test_a_reaction_without_its_message_is_one_of_its_own():
    rows = (
        f"INSERT INTO message_add_on VALUES (7,3,0,'R1',0,55,{AT},0,56),(8,1,1,'R2',0,NULL,{AT},0,67);"
        f"INSERT INTO message_add_on_reaction VALUES (7,'👍',{AT + 1});"
    )
    assert everything(android(msgstore(rows))) == [
        Present(0),
        Present(1),
        Message(
            locator="message_add_on:_id=8",
            service="WhatsApp",
            moments=(moment("recorded", AT),),
            flags=("poll vote",),
            extra=(("parent_message_row_id", None),),
            conversation=ANN,
            direction="out",
            text="none",
            key="R2",
        ),
        Present(1),
        Message(
            locator="message_add_on:_id=7",
            service="WhatsApp",
            moments=(moment("reacted", AT + 1),),
            flags=("reaction",),
            extra=(("parent_message_row_id", 55), ("lid", CAT_LID)),
            conversation=CAT_LID,
            title="Cat Example",
            direction="in",
            sender=Party(CAT, "whatsapp", "Cat Example"),
            text="👍",
            key="R1",
        ),
    ]


def test_drafts_and_what_waits_for_its_message_come_out():
    rows = (
        f"INSERT INTO composition VALUES (1,1,NULL,{AT},0,0,'I wanted to say');"
        f"INSERT INTO message_orphan VALUES (1,1,0,'O1',0,1,0,'3EB0P',0,{AT},x'00',5);"
    )
    assert everything(android(msgstore(rows))) == [
        Present(2),
        Message(
            locator="message_orphan:_id=1",
            service="WhatsApp",
            moments=(moment("recorded", AT),),
            flags=("waits for its message",),
            extra=(("parent_key_id", "3EB0P"), ("orphan_message_type", 5)),
            conversation=ANN,
            direction="in",
            sender=Party(ANN, "whatsapp"),
            key="O1",
        ),
        Message(
            locator="composition:_id=1",
            service="WhatsApp",
            moments=(moment("recorded", AT),),
            flags=("draft",),
            conversation=ANN,
            direction="out",
            recipients=(Party(ANN, "whatsapp"),),
            text="I wanted to say",
        ),
    ]


@pytest.mark.parametrize("table", ["message_orphan", "composition"])
def test_a_broken_value_costs_no_row(table):
    rows = (
        f"INSERT INTO composition VALUES (1,1,NULL,{AT},0,0,'I wanted to say');"
        f"INSERT INTO message_orphan VALUES (1,1,0,'O1',0,1,0,'3EB0P',0,{AT},x'00',5);"
    )
    file = msgstore(rows)
    assert_no_row_is_lost(android, file.path, file.open().read(), table, "_id")


def test_a_broken_value_beside_a_message_costs_neither_message_nor_reaction():
    rows = (
        insert()
        + f"INSERT INTO message_add_on VALUES (7,1,0,'R1',0,2,{AT},0,56);"
        + "INSERT INTO message_add_on_reaction VALUES (7,'👍',x'ff');"
        + "INSERT INTO message_media(message_row_id,file_path,file_size,mime_type) VALUES (2,x'00ff',-1,7);"
        + "INSERT INTO message_quoted VALUES (2,1,1,0,x'00','3EB0Q',NULL,'x',0,x'ff');"
        + f"INSERT INTO receipt_user VALUES (1,2,1,'soon',{AT},NULL);"
    )
    found = read(rows)
    assert [type(one) for one in found[:1]] == [Message]
    assert (found[0].text, [one.text for one in found[0].reactions]) == ("Hi", ["👍"])
    assert [one.code for one in found[1:]] == ["text", "text", "time", "time"]
    assert {type(one) for one in found[1:]} == {Problem}
