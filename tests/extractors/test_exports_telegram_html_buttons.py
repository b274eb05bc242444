"""Telegram's HTML export where messages have buttons: up to version 5.8 they are not closed."""

from __future__ import annotations

from evidence_store.records import Message, Present
from extractors.exports.telegram.export_html import export_html
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.telegram_html import message, page, service, text

BUTTONS = (
    '<table class="bot_buttons_table"><tbody><tr><td class="bot_button_row"><div class="bot_button">'
    '<a href="https://example.org/x"><div>Open</div></a></div><div class="bot_button"><div>Stop</div></div>'
    "</td></tr></tbody></table>"
)


def read(*parts: str) -> tuple[list[Message], list[object]]:
    found = list(export_html(MemoryFile("ChatExport/messages.html", page(*parts), mime="text/html")))
    return [one for one in found if isinstance(one, Message)], [one for one in found if not isinstance(one, Message)]


def test_buttons_stand_beside_the_text() -> None:
    (found,), others = read(message(7, text("choose") + BUTTONS))
    assert (found.text, found.extra) == (
        "choose",
        (("link", "button -> https://example.org/x"), ("button", "Open"), ("button", "Stop")),
    )
    assert others == [Present(1)]


def test_a_message_that_begins_in_one_that_was_not_closed_comes_out() -> None:
    parts: list[str] = []
    for number in range(1, 101):
        parts += [message(number, text(f"choose {number}") + BUTTONS).removesuffix("</div>\n</div>\n")]
    found, others = read(*parts, service(-1, "2 March 2026"), message(101, text("and so on"), sender=""))
    assert [one.text for one in found] == [f"choose {number}" for number in range(1, 101)] + [
        "2 March 2026",
        "and so on",
    ]
    assert {one.sender.name for one in found if one.sender} == {"Ann Example"}
    assert others == [Present(102)]
