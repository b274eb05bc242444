"""What newer versions of Telegram Desktop export: both forms at once, lists of tasks, gifts, things to pay."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import Message
from extractors.exports.telegram.export_json import export_json
from tests.evidence_builders.files import MemoryFile

CHAT = {"name": "Harbour", "type": "private_supergroup", "id": 1200000000}
ACCOUNT = {"about": "The data you requested from Telegram", "chats": {"list": []}}


@pytest.mark.parametrize(
    ("row", "words", "flags"),
    [
        (
            {"todo_list": {"title": ["Before ", {"type": "bold", "text": "Friday"}], "answers": [{"text": "rope"}, 5]}},
            "Before Friday\nrope",
            ("checklist",),
        ),
        ({"todo_list": {}}, None, ("checklist",)),
        ({"game_title": "Ludo", "game_description": "for four"}, "Ludo, for four", ()),
        ({"invoice_information": {"title": "Boat", "description": "a day", "amount": 9}}, "Boat, a day", ()),
        ({"type": "service", "action": "send_star_gift", "gift_text": "for you"}, "[send star gift: for you]", None),
        (
            {"type": "service", "action": "todo_append_tasks", "items": [{"text": "tape", "id": 2}]},
            "[todo append tasks: tape]",
            None,
        ),
        (
            {"type": "service", "action": "process_suggested_post", "rejected": True, "comment": "too long"},
            "[process suggested post: too long]",
            None,
        ),
    ],
)
def test_the_words_of_what_is_no_plain_message_are_its_text(
    row: dict[str, object], words: str | None, flags: tuple[str, ...] | None
) -> None:
    rows = [{"id": 1, "type": "message", "date_unixtime": "1672567200", "text": "", "text_entities": [], **row}]
    data = json.dumps({**CHAT, "messages": rows}).encode()
    found = next(iter(export_json(MemoryFile("Export/result.json", data, mime="application/json"))))
    assert isinstance(found, Message)
    assert (found.text, found.flags) == (words, ("system",) if flags is None else flags)
