"""Direct messages of Instagram in the layout of 2018 to 2020."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Reaction
from extractors.exports.meta.early_direct import early_direct, looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost
from tests.extractors.test_exports_google import file

WHEN = "2019-01-01T10:00:00.123456+00:00"
AT = 1_546_336_800_123_456
ANN, BEN = Party("ann_ex", "instagram"), Party("ben_ex", "instagram")
ROW = {"sender": "ben_ex", "created_at": WHEN, "text": "Hello"}


def exported(rows: list[Any], people: tuple[str, ...] = ("ann_ex", "ben_ex")) -> MemoryFile:
    return file("messages.json", [{"participants": list(people), "conversation": rows}])


def message(number: int = 0, **fields: Any) -> Message:
    plain: dict[str, Any] = {"service": "Instagram", "moments": (Moment("sent", AT, WHEN, "B"),), "sender": BEN}
    both = {"conversation": "ann_ex, ben_ex", "title": "ann_ex, ben_ex", "text": "Hello"}
    return Message(**{**plain, **both, "locator": f"[0].conversation[{number}]", **fields})


def test_messages_come_out_whole() -> None:
    like = {"likes": [{"username": "ann_ex", "date": WHEN}]}
    shared = {"text": None, "media_owner": "cleo_ex", "media_share_url": "https://example.org/a.jpg"}
    sent = {"text": None, "media": "https://example.org/p/b.jpg?x=1"}
    voice = {"text": None, "voice_media": "direct/201901/c.mp4"}
    gone = {"text": None, "voice_media": "Media unavailable."}
    rows = [{**ROW, **one} for one in (like, shared, sent, voice, gone)]
    assert list(early_direct(exported(rows))) == [
        message(reactions=(Reaction("like", ANN, Moment("reacted", AT, WHEN, "B")),)),
        message(1, text=None, extra=(("media_owner", "cleo_ex"), ("media_share_url", "https://example.org/a.jpg"))),
        message(
            2,
            text=None,
            extra=(("media", sent["media"]),),
            attachments=(Attachment("b.jpg", state="not downloaded"),),
        ),
        message(
            3,
            text=None,
            extra=(("voice_media", voice["voice_media"]),),
            attachments=(Attachment("c.mp4", "direct/201901/c.mp4"),),
        ),
        message(
            4,
            text=None,
            extra=(("voice_media", gone["voice_media"]),),
            attachments=(Attachment("", state="not downloaded"),),
        ),
        Present(5),
    ]


def test_several_are_a_group() -> None:
    three = (ANN, BEN, Party("cleo_ex", "instagram"))
    assert list(early_direct(exported([], ("ann_ex", "ben_ex", "cleo_ex")))) == [
        Group(
            locator="[0]",
            service="Instagram",
            conversation="ann_ex, ben_ex, cleo_ex",
            identifiers=three,
            members=tuple(Member(one) for one in three),
        ),
        Present(1),
    ]


def test_no_message_is_lost_for_a_bad_value() -> None:
    assert_no_entry_is_lost(early_direct, exported, {**ROW, "likes": [{"username": "x"}], "media": "x"})


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'[{"participants": [], "messages": []}]', b"\xff"])
def test_what_is_none_of_these_says_nothing(data: bytes) -> None:
    assert (looks_like(data), list(early_direct(MemoryFile("messages.json", data)))) == (False, [])


def test_a_file_that_breaks_off_gives_what_was_written() -> None:
    with exported([ROW, ROW]).open() as stream:
        cut = MemoryFile("messages.json", stream.read()[:-40])
    assert [type(one) for one in early_direct(cut)] == [Message, Problem, Present]
