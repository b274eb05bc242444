"""Hangouts as Takeout exported it, in both layouts."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import Attachment, Call, Group, Member, Message, Moment, Party, Present, Problem
from extractors.exports.google.hangouts import hangouts, looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost
from tests.extractors.test_exports_google import file

ANN, BEN = Party("1", "account", "Ann Example"), Party("2", "account", "Ben Example")
PATH = "Takeout/Hangouts/Hangouts.json"
AT = 1_400_000_000_123_456
PEOPLE = [{"id": {"gaia_id": str(number), "chat_id": str(number)}, "fallback_name": name}
          for number, name in ((1, "Ann Example"), (2, "Ben Example"))]  # fmt: skip
ABOUT = {
    "id": {"id": "C1"},
    "type": "STICKY_ONE_TO_ONE",
    "self_conversation_state": {"self_read_state": {"participant_id": {"gaia_id": "1"}}},
    "participant_data": PEOPLE,
}
CONTENT = {
    "segment": [{"type": "TEXT", "text": "Hello"}, {"type": "LINE_BREAK"}, {"type": "LINK", "text": "example.org"}],
    "attachment": [{"embed_item": {"type": ["PLUS_PHOTO"], "plus_photo": {"url": "https://example.org/p/a.jpg?x"}}}],
}
EVENT: dict[str, Any] = {
    "conversation_id": {"id": "C1"},
    "sender_id": {"gaia_id": "2", "chat_id": "2"},
    "timestamp": str(AT),
    "self_event_state": {"user_id": {"gaia_id": "1"}},
    "chat_message": {"message_content": CONTENT},
    "event_id": "E1",
    "event_type": "REGULAR_CHAT_MESSAGE",
}


def exported(events: list[Any], about: Any = None) -> MemoryFile:
    outer = {"conversation_id": {"id": "C1"}, "conversation": about or ABOUT}
    return file(PATH, {"conversations": [{"conversation": outer, "events": events}]})


def moment(meaning: str) -> tuple[Moment, ...]:
    return (Moment(meaning, AT, str(AT), "A"),)


def message(locator: str, **fields: Any) -> Message:
    plain: dict[str, Any] = {"service": "Hangouts", "moments": moment("sent"), "conversation": "C1", "sender": BEN}
    return Message(
        **{"locator": locator, "direction": "in", "text": "Hello\nexample.org", "key": "E1", **plain, **fields}
    )


def test_messages_of_both_layouts_come_out_whole() -> None:
    picture = {
        "attachments": (Attachment("a.jpg", state="omitted"),),
        "extra": (("link", "https://example.org/p/a.jpg?x"),),
    }
    assert list(hangouts(exported([EVENT]))) == [message("conversations[0].events[0]", **picture), Present(1)]
    state = {"conversation_id": {"id": "C1"}, "conversation": ABOUT, "event": [EVENT]}
    old = {"conversation_state": [{"conversation_id": {"id": "C1"}, "conversation_state": state}]}
    assert list(hangouts(file(PATH, old))) == [message("conversation_state[0].event[0]", **picture), Present(1)]


def test_calls_and_what_the_service_notes_come_out() -> None:
    shared = {"sender_id": {"gaia_id": "1"}, "timestamp": str(AT)}
    call = {"event_type": "START_HANGOUT", "media_type": "AUDIO_VIDEO"}
    ended = {"event_type": "END_HANGOUT", "hangout_duration_secs": "60"}
    left = {"membership_change": {"type": "LEAVE"}, "event_type": "REMOVE_USER", **shared}
    found = list(hangouts(exported([{"hangout_event": one, **shared} for one in (call, ended)] + [left])))
    plain: dict[str, Any] = {"service": "Hangouts", "conversation": "C1", "sender": ANN}
    assert found == [
        Call(
            locator="conversations[0].events[0]",
            moments=moment("started"),
            direction="out",
            recipients=(BEN,),
            extra=(("event_type", "START_HANGOUT"), ("media_type", "AUDIO_VIDEO")),
            **plain,
        ),
        Call(
            locator="conversations[0].events[1]",
            moments=moment("ended"),
            extra=(("event_type", "END_HANGOUT"),),
            duration_s=60,
            **plain,
        ),
        message(
            "conversations[0].events[2]",
            direction="out",
            sender=ANN,
            recipients=(BEN,),
            flags=("system", "type REMOVE_USER"),
            extra=(("membership_change", '{"type":"LEAVE"}'),),
            text=None,
            key=None,
        ),
        Present(3),
    ]


def test_a_group_has_its_members() -> None:
    found = list(hangouts(exported([], {**ABOUT, "type": "GROUP", "name": "Harbour"})))
    assert found == [
        Group(
            locator="conversations[0]",
            service="Hangouts",
            conversation="C1",
            title="Harbour",
            identifiers=(ANN, BEN),
            members=(Member(ANN), Member(BEN)),
        ),
        Present(1),
    ]


def test_no_event_is_lost_for_a_bad_value() -> None:
    assert_no_entry_is_lost(hangouts, exported, EVENT)
    assert_no_entry_is_lost(hangouts, exported, {"hangout_event": {"event_type": "x"}, **EVENT})


@pytest.mark.parametrize("data", [b"", b"[]", b'{"conversations": []}', b'{"conversations": [{"id": 1}]}', b"\xff"])
def test_what_is_none_of_these_says_nothing(data: bytes) -> None:
    assert (looks_like(data), list(hangouts(MemoryFile(PATH, data)))) == (False, [])


def test_a_file_that_breaks_off_gives_what_was_written() -> None:
    whole = exported([EVENT, EVENT])
    with whole.open() as stream:
        cut = MemoryFile(PATH, stream.read()[:-60])
    assert [type(one) for one in hangouts(cut)] == [Message, Problem, Present]
