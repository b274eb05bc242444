"""WhatsApp on Android: what newer versions carry beside words."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import Message, Moment, Problem
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import ALL, everything, msgstore

AT = 1672574400123
NEWER = """CREATE TABLE message_scheduled_call(message_row_id INTEGER PRIMARY KEY, scheduled_timestamp_ms INTEGER,
    call_type INTEGER, title TEXT);
CREATE TABLE message_newsletter_admin_invite(message_row_id INTEGER PRIMARY KEY, newsletter_jid_row_id INTEGER,
    newsletter_name TEXT, expiration INTEGER);
CREATE TABLE message_ui_elements(_id INTEGER PRIMARY KEY AUTOINCREMENT, message_row_id INTEGER, element_type INTEGER,
    element_content TEXT);
CREATE TABLE message_ui_elements_reply(message_row_id INTEGER PRIMARY KEY, element_type INTEGER, reply_values TEXT);
CREATE TABLE message_comment(_id INTEGER PRIMARY KEY AUTOINCREMENT, parent_message_row_id INTEGER,
    message_row_id INTEGER);"""


def message_with(words: str, beside: str) -> Message:
    file = msgstore(
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,status,origin,timestamp,message_type,"
        f"text_data) VALUES (2,1,0,'3EB0A1',0,0,0,{AT},0,{words});{beside}",
        ALL + NEWER,
    )
    found = everything(android(file))
    assert not [one for one in found if isinstance(one, Problem)]
    return next(one for one in found if isinstance(one, Message))


@pytest.mark.parametrize(
    ("words", "beside", "expected"),
    [
        (
            "NULL",
            f"INSERT INTO message_scheduled_call VALUES (2,{AT + 1000},1,'Call on the club');",
            {
                "text": "Call on the club",
                "flags": ("scheduled call",),
                "moments": (Moment("call scheduled for", (AT + 1000) * 1000, str(AT + 1000), "A"),),
                "extra": (("scheduled call title", "Call on the club"), ("scheduled call type", 1)),
            },
        ),
        (
            "NULL",
            "INSERT INTO message_newsletter_admin_invite VALUES (2,3,'Library news',1672660800);",
            {
                "text": "Library news",
                "flags": ("invitation to manage a channel",),
                "extra": (("channel", "Library news"),),
            },
        ),
        (
            "'Choose'",
            "INSERT INTO message_ui_elements VALUES (1,2,1,'[1]'),(2,2,1,'[2]');"
            "INSERT INTO message_ui_elements_reply VALUES (2,1,'second');",
            {"text": "Choose", "extra": (("element", "[1]"), ("element", "[2]"), ("chosen element", "second"))},
        ),
        (
            "'Well said'",
            "INSERT INTO message_comment(parent_message_row_id,message_row_id) VALUES (1,2);",
            {"text": "Well said", "flags": ("comment",), "extra": (("comment on message", 1),)},
        ),
    ],
)
def test_what_newer_versions_store_beside_a_message_is_with_it(
    words: str, beside: str, expected: dict[str, Any]
) -> None:
    made, plain = message_with(words, beside), message_with(words, "")
    assert made.text == expected["text"]
    assert made.flags[len(plain.flags) :] == expected.get("flags", ())
    assert made.moments[len(plain.moments) :] == expected.get("moments", ())
    assert made.extra[len(plain.extra) :] == expected["extra"]
