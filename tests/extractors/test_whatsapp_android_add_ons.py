"""WhatsApp on Android: what was added to a message after it was sent, and taken back."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import ADD_ONS, ANN, BEN, GROUP, GROUP_CHAT, everything, msgstore

AT = 1672574400123
NOON, LATER = "2023-01-01T12:00:00.123Z", "2023-01-01T12:00:09.123Z"
MESSAGE = (
    "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,timestamp,message_type,text_data)"
    f" VALUES (2,2,0,'3EB0A2',1,{AT},0,'Hi');"
)


def add_on(kind: int, parent: int = 2, expires: str = "NULL") -> str:
    return f"INSERT INTO message_add_on VALUES (7,2,0,'V1',2,{parent},{AT},0,{kind},{expires});"


def read(inserts: str) -> list:
    found = everything(android(msgstore(ADD_ONS + GROUP_CHAT + inserts)))
    return [one for one in found if isinstance(one, Message | Problem)]


def expected(**fields: object) -> Message:
    plain = {
        "locator": "message:_id=2", "service": "WhatsApp", "conversation": GROUP, "title": "Library Club",
        "moments": (Moment("sent", AT * 1000, str(AT), "A"),), "direction": "in", "sender": Party(ANN, "whatsapp"),
        "text": "Hi", "key": "3EB0A2",
    }  # fmt: skip
    return Message(**{**plain, **fields})


@pytest.mark.parametrize(
    ("kind", "detail", "flags", "extra"),
    [
        (67, f"poll_vote VALUES (7,{AT + 9000})", (), ("poll vote", f"{BEN}: none at {LATER}")),
        (79, f"pin_in_chat VALUES (7,1,{AT + 9000})", ("pinned",), ("pinned by", f"{BEN} at {LATER}")),
        (79, f"pin_in_chat VALUES (7,2,{AT + 9000})", (), ("pin taken back by", f"{BEN} at {LATER}")),
        (79, "pin_in_chat VALUES (7,0,NULL)", (), ("pin taken back by", f"{BEN} at {NOON}")),
        (79, "pin_in_chat VALUES (7,9,0)", (), ("pin", f"{BEN}: state 9 at {NOON}")),
        (68, f"keep_in_chat VALUES (7,1,{AT + 9000},1,NULL)", (), ("kept in chat by", f"{BEN} at {LATER}")),
        (68, f"keep_in_chat VALUES (7,0,{AT + 9000},0,NULL)", (), ("kept no more by", f"{BEN} at {LATER}")),
        (
            93, f"event_response VALUES (7,1,{AT + 9000},2)", (),
            ("event response", f"{BEN}: 1 (going), extra guests 2 at {LATER}"),
        ),
        (93, f"event_response VALUES (7,2,{AT + 9000},0)", (), ("event response", f"{BEN}: 2 (not going) at {LATER}")),
        (93, f"event_response VALUES (7,9,{AT + 9000},0)", (), ("event response", f"{BEN}: 9 at {LATER}")),
        (86, "scheduled_call_edit VALUES (7,1,0)", (), ("scheduled call changed by", f"{BEN}: edit_type 1 at {NOON}")),
        (121, "status_question_answer VALUES (7,'At six')", (), ("answer", f"{BEN}: At six at {NOON}")),
        (122, "question_response VALUES (7,'Tomorrow')", (), ("answer", f"{BEN}: Tomorrow at {NOON}")),
        (67, "poll_vote VALUES (99,5)", (), ("poll vote", f"{BEN}: none at {NOON}")),
    ],
)  # fmt: skip
def test_what_was_added_and_taken_back(kind, detail, flags, extra):
    found = read(MESSAGE + add_on(kind) + f"INSERT INTO message_add_on_{detail};")
    assert found == [expected(flags=flags, extra=(extra,))]


def test_a_pin_says_until_when():
    sql = MESSAGE + add_on(79, expires=str(AT + 9000)) + f"INSERT INTO message_add_on_pin_in_chat VALUES (7,1,{AT});"
    assert read(sql) == [expected(flags=("pinned",), extra=(("pinned by", f"{BEN} at {NOON}, until {LATER}"),))]


@pytest.mark.parametrize(
    ("kind", "detail", "flag", "text"),
    [
        (121, "status_question_answer VALUES (7,'At six')", "answer", "At six"),
        (79, "pin_in_chat VALUES (7,1,0)", "pinned by", None),
        (93, "event_response VALUES (7,3,5,0)", "event response", "3 (maybe)"),
        (74, "poll_vote VALUES (99,5)", "add-on type 74", None),
    ],
)
def test_what_was_added_to_a_message_that_is_gone_keeps_its_words(kind, detail, flag, text):
    assert read(add_on(kind, parent=55) + f"INSERT INTO message_add_on_{detail};") == [
        expected(
            locator="message_add_on:_id=7", moments=(Moment("recorded", AT * 1000, str(AT), "A"),), flags=(flag,),
            extra=(("parent_message_row_id", 55),), sender=Party(BEN, "whatsapp"), text=text, key="V1",
        )
    ]  # fmt: skip


def test_broken_details_cost_themselves_only():
    found = read(
        MESSAGE
        + add_on(121, expires="'soon'")
        + "INSERT INTO message_add_on_status_question_answer VALUES (7,x'ff');"
        + "INSERT INTO message_add_on VALUES (8,2,0,'V2',2,2,'x',0,79,NULL);"
        + "INSERT INTO message_add_on_pin_in_chat VALUES (8,x'00','y');"
    )
    assert found[0] == expected(
        extra=(("answer", f"{BEN} at {NOON}, until soon"), ("pin", f"{BEN}: state 00 at y")),
    )
    assert [(one.code, one.locator) for one in found[1:]] == [
        ("text", "message:_id=2"), ("time", "message:_id=2"), ("time", "message:_id=2"),
    ]  # fmt: skip
    assert Present(1) in list(android(msgstore(ADD_ONS + MESSAGE)))
