"""What newer versions of Telegram Desktop export: both forms at once, lists of tasks, gifts, things to pay."""

from __future__ import annotations

import io
import json
import time

import pytest

from evidence_store.records import Message, Present, Problem
from extractors.exports.telegram.export_html import export_html
from extractors.exports.telegram.export_json import export_json
from parsers.telegram_html import Page, messages
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.telegram_html import message, page, text

CHAT = {"name": "Harbour", "type": "private_supergroup", "id": 1200000000}
ACCOUNT = {"about": "The data you requested from Telegram", "chats": {"list": []}}


@pytest.mark.parametrize(
    ("name", "document", "is_told"),
    [
        ("result.json", {**CHAT, "messages": []}, True),
        ("../../result.json", ACCOUNT, True),
        ("result.json", {"score": 3}, False),
        ("other.json", {**CHAT, "messages": []}, False),
    ],
)
def test_an_export_in_both_forms_says_that_each_message_comes_out_of_both(
    name: str, document: object, is_told: bool
) -> None:
    file = MemoryFile(
        "Export/chats/chat_001/messages.html",
        page(message(7, text("ten"))),
        mime="text/html",
        others={name: json.dumps(document).encode()},
    )
    words = f"{name} is an export as JSON: where it is of the same chat, each message comes out of both"
    found = list(export_html(file))
    assert [type(one) for one in found[:2]] == [Message, Present]
    assert found[2:] == ([Problem("note", "twice", words)] if is_told else [])


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


def test_a_message_of_very_many_pieces_costs_no_more_than_they_do() -> None:
    many = page(message(7, '<div class="text">a</div>' * 60_000))
    started = time.process_time()
    (found,) = messages(io.BytesIO(many), Page())
    assert len(found.texts["text"]) == 60_001
    assert time.process_time() - started < 10  # by the square it was half a minute
