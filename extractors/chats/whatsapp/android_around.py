"""What happened to a message on Android, and what it answers: receipts, edits, deletions, forwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evidence_store.records import Quoted
from extractors.chats.whatsapp.android_codes import forwarded
from extractors.chats.whatsapp.beside import Side
from extractors.chats.whatsapp.draft import Context, Draft, at_ms, iso_ms, who_words
from extractors.database import stored
from parsers.sqlite_file import Row

SIDES: Final = (
    Side("message_quoted", ("key_id", "from_me", "sender_jid_row_id", "text_data", "message_type")),
    Side("message_quoted_media", ("media_caption", "media_name", "mime_type")),
    Side("message_forwarded", ("forward_score",)),
    Side("message_mentions", ("jid_row_id", "display_name", "mention_type"), order="_id"),
    Side("message_view_once_media", ("state",)),
    Side("message_ephemeral", ("duration", "expire_timestamp", "keep_in_chat", "after_read_duration")),
    Side("message_edit_info", ("original_key_id", "edited_timestamp", "sender_timestamp")),
    Side("message_revoked", ("revoked_key_id", "admin_jid_row_id", "revoke_timestamp")),
    Side("message_call_log", ("call_log_row_id",)),
    Side("missed_call_logs", ("video_call",), order="_id"),
    Side("labeled_messages", ("label_id",), order="_id"),
    Side("message_association", ("parent_message_row_id",), key="child_message_row_id", order="_id"),
    Side("receipt_user", ("receipt_user_jid_row_id", "receipt_timestamp", "read_timestamp", "played_timestamp")),
)
_RECEIPTS: Final = (("receipt_timestamp", "delivered"), ("read_timestamp", "read"), ("played_timestamp", "played"))


def _quoted(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        who = context.people.who(row["sender_jid_row_id"])
        if who is None and row["from_me"] == 0:
            who = draft.chat.other
        draft.quotes = Quoted(
            context.doubts.text(row["key_id"], "quoted key_id"),
            who.party if who and row["from_me"] != 1 else None,
            context.doubts.text(row["text_data"], "quoted text_data"),
        )
        if row["from_me"] == 1:
            draft.keep("quoted message", "sent from this account")
        if row["message_type"]:
            draft.keep("quoted type", row["message_type"])


def _quoted_media(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        quotes = draft.quotes or Quoted()
        words = row["media_caption"] or row["media_name"]
        if not quotes.text and words:
            quotes = Quoted(quotes.key, quotes.sender, context.doubts.text(words, "quoted media_caption"))
        draft.quotes = quotes
        draft.keep("quoted mime_type", row["mime_type"])


def _forwarded(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.flags[:] = forwarded(tuple(draft.flags), row["forward_score"])
        draft.keep("forward_score", row["forward_score"])


def _mentions(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        someone = who_words(context.people, row["jid_row_id"], context.doubts, "mentioned jid_row_id")
        everybody = f"mention_type {stored(row['mention_type'])}" if row["mention_type"] else None
        draft.keep("mentions", someone or row["display_name"] or everybody)


def _view_once(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.flag("view once")
        draft.keep("view once state", row["state"])


def _ephemeral(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("disappearing")
        draft.keep("disappears after seconds", row["duration"])
        for name in ("keep_in_chat", "after_read_duration"):
            draft.keep(name, row[name] or None)
        if row["expire_timestamp"]:
            moment = context.doubts.moment("expires", row["expire_timestamp"], "ms", "expire_timestamp")
            draft.moments.append(moment)


def _edited(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.flag("edited")
        column = "edited_timestamp" if row["edited_timestamp"] else "sender_timestamp"
        draft.moments.append(context.doubts.moment("edited", row[column], "ms", column))
        draft.keep("original_key_id", row["original_key_id"])


def _revoked(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        admin = who_words(context.people, row["admin_jid_row_id"], context.doubts, "admin_jid_row_id")
        if "deleted by administrator" not in draft.flags:
            draft.flag("deleted by administrator" if admin else "deleted by sender")
        draft.deleted = True
        draft.keep("deleted by", admin)
        draft.keep("revoked_key_id", row["revoked_key_id"])
        if row["revoke_timestamp"]:
            moment = context.doubts.moment("deleted", row["revoke_timestamp"], "ms", "revoke_timestamp")
            draft.moments.append(moment)


def _call(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("call_log_row_id", row["call_log_row_id"])


def _missed(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.flag("call", "missed", *(("video",) if row["video_call"] == 1 else ()))


def _labels(draft: Draft, rows: list[Row], context: Context) -> None:
    for row in rows:
        draft.keep("label", context.labels.get(row["label_id"], row["label_id"]))


def _album(draft: Draft, rows: list[Row], _context: Context) -> None:
    for row in rows:
        draft.keep("belongs to message", row["parent_message_row_id"])


def _receipts(draft: Draft, rows: list[Row], context: Context) -> None:
    """Of a one-to-one chat as moments; of several members as what each of them is recorded with."""
    doubts = context.doubts
    if len(rows) == 1 and draft.chat.sort == "person":
        draft.moments += [at_ms(meaning, value, column, doubts) for meaning, value, column in _dated(rows[0])]
        return
    raw = context.people.raw
    for row in rows:
        member = row["receipt_user_jid_row_id"]
        words = ", ".join([f"{meaning} {iso_ms(value, column, doubts)}" for meaning, value, column in _dated(row)])
        draft.extra.append(("receipt", f"{raw(member) or stored(member)}: {words or 'none yet'}"))


def _dated(row: Row) -> list[tuple[str, Any, str]]:
    """(meaning, stored time, column) of each time that a receipt has: 0 stands for none."""
    return [
        (meaning, value, column)
        for column, meaning in _RECEIPTS
        if (value := row[column]) is not None and (type(value) is not int or value > 0)
    ]


PARTS: Final[dict[str, Callable[[Draft, list[Row], Context], None]]] = {
    "message_quoted": _quoted,
    "message_quoted_media": _quoted_media,
    "message_forwarded": _forwarded,
    "message_mentions": _mentions,
    "message_view_once_media": _view_once,
    "message_ephemeral": _ephemeral,
    "message_edit_info": _edited,
    "message_revoked": _revoked,
    "message_call_log": _call,
    "missed_call_logs": _missed,
    "labeled_messages": _labels,
    "message_association": _album,
    "receipt_user": _receipts,
}
