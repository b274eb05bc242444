"""Signal's database on Android as the versions of 2025 and 2026 write it: who deleted, pins, votes taken back."""

from __future__ import annotations

import pytest

from evidence_store.records import Call, Message, Moment, Party, Problem
from extractors.chats.signal.android import android
from tests.evidence_builders.signal import OF_2026, OUT, message, signal

OWEN = Party("+447700900100", "phone", "Owen Example")
ANN = Party("+447700900101", "phone", "Ann Example")
BEN = Party("33333333-3333-3333-3333-333333333333", "signal", "Ben Example")
SENT = Moment("sent", 1672567200123000, "1672567200123", "A")
RECEIVED = Moment("received", 1672567201000000, "1672567201000", "A")


def read(sql):
    return [one for one in android(signal(OF_2026 + sql)) if isinstance(one, Message | Call | Problem)]


def expected(**fields):
    plain = {"locator": "message:_id=1", "service": "Signal", "moments": (SENT, RECEIVED), "conversation": "10"}
    return Message(
        **{
            **plain, "title": "Ann Example", "direction": "in", "sender": ANN, "text": "Hello", "key": "1672567200123",
            **fields,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {}),
        (
            {"deleted_by": 2, "body": None},
            {
                "deleted": True, "flags": ("deleted by sender",), "text": None,
                "extra": (("deleted by", "Ann Example"),),
            },
        ),
        (
            {"deleted_by": 3, "body": None, "thread_id": 11},
            {
                "deleted": True, "flags": ("deleted by another",), "text": None, "conversation": "11",
                "title": "__signal_group__v2__!00ff", "extra": (("deleted by", "Ben Example"),),
            },
        ),
        (
            {"deleted_by": 1, "type": OUT, "from_recipient_id": 1, "to_recipient_id": 2, "body": None},
            {
                "deleted": True, "flags": ("deleted by sender",), "text": None, "direction": "out", "sender": OWEN,
                "recipients": (ANN,), "moments": (SENT,), "extra": (("deleted by", "Owen Example"),),
            },
        ),
        ({"viewed": 1, "view_once": 1}, {"flags": ("view once",), "extra": (("viewed", 1),)}),
        (
            {"pinned_at": 1672567300000, "pinned_until": 1675159300000},
            {
                "moments": (SENT, RECEIVED, Moment("pinned", 1672567300000000, "1672567300000", "A")),
                "extra": (("pinned_until", 1675159300000),),
            },
        ),
    ],
)  # fmt: skip
def test_what_newer_columns_say_of_a_message(values, fields):
    assert read(message(**values)) == [expected(**fields)]


def test_a_message_deleted_by_somebody_who_is_gone_says_so():
    found = read(message(deleted_by=98))
    assert found[0] == expected(deleted=True, flags=("deleted by another",), extra=(("deleted by", "98"),))
    assert found[1:] == [Problem("value", "recipient", "recipient 98 is not in the database", "message:_id=1")]


def test_a_vote_that_was_taken_back_is_no_vote():
    sql = message() + """INSERT INTO poll(_id,author_id,message_id,question,end_message_id) VALUES (1,2,1,'When?',9);
        INSERT INTO poll_option VALUES (1,1,'Monday',0),(2,1,'Tuesday',1);
        INSERT INTO poll_vote(poll_id,poll_option_id,voter_id,vote_state) VALUES
            (1,1,2,4),(1,1,1,3),(1,2,1,2),(1,2,2,1),(1,2,3,0),(1,2,3,7);"""  # fmt: skip
    tuesday = "Owen Example (not sent yet), Ann Example (not taken back yet), Ben Example, Ben Example (vote_state 7)"
    assert read(sql) == [
        expected(
            flags=("poll",),
            extra=(
                ("poll option", "Monday: 1 votes (Ann Example)"),
                ("poll vote taken back", "Monday: Owen Example"),
                ("poll option", f"Tuesday: 4 votes ({tuesday})"),
                ("poll ended by message", "9"),
            ),
        )
    ]


@pytest.mark.parametrize(("event", "at"), [(10, 1672567300000), (1, 1672567300000), (10, 0)])
def test_a_call_that_was_deleted_is_said_to_be(event, at):
    deletion = (Moment("deleted", at * 1000, str(at), "A"),) if at else ()
    assert read(f"INSERT INTO call VALUES (1,77,5,2,0,0,{event},1672567200123,NULL,{at},1,1);") == [
        Call(
            locator="call:_id=1", service="Signal", conversation="10", direction="in", sender=ANN, deleted=True,
            moments=(Moment("started", 1672567200123000, "1672567200123", "A"), *deletion), flags=("deleted",),
            extra=(("call_id", 77), ("message_id", 5), ("event", event), ("local_joined", 1)),
            outcome="deleted" if event == 10 else "answered", text="audio call",
        )
    ]  # fmt: skip
