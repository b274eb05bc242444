"""What newer versions on Android carry beside words: scheduled calls, invitations to channels, elements, comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from extractors.chats.whatsapp.beside import Side
from extractors.chats.whatsapp.draft import Context, Draft
from parsers.sqlite_file import Row

SIDES: Final = (
    Side("message_scheduled_call", ("title", "call_type", "scheduled_timestamp_ms")),
    Side("message_newsletter_admin_invite", ("newsletter_name", "expiration")),
    Side("message_ui_elements", ("element_type", "element_content"), order="_id"),
    Side("message_ui_elements_reply", ("element_type", "reply_values")),
    Side("message_comment", ("parent_message_row_id",), order="_id"),
)


def _scheduled_call(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("scheduled call")
        draft.say(context.doubts.text(row["title"], "title"))
        draft.keep("scheduled call title", row["title"])
        draft.keep("scheduled call type", row["call_type"])
        column = "scheduled_timestamp_ms"
        if row[column]:
            draft.moments.append(context.doubts.moment("call scheduled for", row[column], "ms", column))


def _channel_invite(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("invitation to manage a channel")
        draft.say(context.doubts.text(row["newsletter_name"], "newsletter_name"))
        draft.keep("channel", row["newsletter_name"])


def _elements(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("element", row["element_content"])


def _element_reply(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("chosen element", row["reply_values"])


def _comment(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.flag("comment")
        draft.keep("comment on message", row["parent_message_row_id"])


PARTS: Final[dict[str, Callable[[Draft, list[Row], Context], None]]] = {
    "message_scheduled_call": _scheduled_call,
    "message_newsletter_admin_invite": _channel_invite,
    "message_ui_elements": _elements,
    "message_ui_elements_reply": _element_reply,
    "message_comment": _comment,
}
