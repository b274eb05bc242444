"""The messages of WhatsApp on Android since 2021: table `message` and the tables beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from evidence_store.records import Message, Moment, Party, Problem
from extractors.base import Found
from extractors.chats.whatsapp import android_add_ons, android_around, android_content, android_elements, android_newer
from extractors.chats.whatsapp.android_codes import REVOKED, SYSTEM, TIMER, Direction, looks
from extractors.chats.whatsapp.android_system import system
from extractors.chats.whatsapp.beside import Beside, SideTables
from extractors.chats.whatsapp.chat import Chat, Extra, Who
from extractors.chats.whatsapp.draft import Context, Draft, at_ms
from extractors.database import Doubts, each_row, selecting
from parsers.sqlite_file import EvidenceDatabase, Row

NEEDED: Final = {"message": {"_id", "chat_row_id", "from_me", "key_id", "timestamp", "text_data"}}
COLUMNS: Final = (
    *("_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "status", "broadcast", "origination_flags"),
    *("origin", "timestamp", "received_timestamp", "receipt_server_timestamp", "message_type", "text_data", "starred"),
    *("sort_id", "translated_text"),
)
_PARTS: Final = {
    **android_content.PARTS,
    **android_elements.PARTS,
    **android_around.PARTS,
    **android_add_ons.PARTS,
    **android_newer.PARTS,
}
# What many messages have in common follows from these.
_SHARED: Final = itemgetter(
    *("chat_row_id", "sender_jid_row_id", "message_type"),
    *("from_me", "status", "origin", "origination_flags", "starred", "broadcast"),
)
_ALWAYS_DRAFTED: Final = frozenset({SYSTEM, TIMER, *REVOKED, 56, 112})


def messages(db: EvidenceDatabase, context: Context, sides: SideTables) -> Iterator[Found]:
    """Every row of `message` as a message, with what stands beside it.

    `timestamp` is when the message was sent, `received_timestamp` when the phone got it, `receipt_server_timestamp`
    when the server had it; all in milliseconds.
    """
    doubts = context.doubts
    gaps: list[Problem] = []
    for row in later_messages(db, gaps):
        doubts.locator = f"message:_id={row['_id']}"
        yield message(row, sides.of(row["_id"]), context)
        if doubts.problems:
            yield from doubts.drain()
    yield from gaps


def later_messages(db: EvidenceDatabase, gaps: list[Problem]) -> Iterator[Row]:
    """The rows of `message`, passing over what is damaged."""
    return each_row(db, "message", selecting(db, "message", COLUMNS), gaps)


def message(row: Row, found: Beside, context: Context) -> Message:
    """A row of `message` with what stands beside it."""
    doubts = context.doubts
    text, key = row["text_data"], row["key_id"]
    if key == "-1" and row["chat_row_id"] == -1:
        return _placeholder(row, context)
    chat, direction, flags, extra, sender, recipients, missing = (context.alike or _remember(context))(*_SHARED(row))
    for code, detail in missing:
        doubts.add(code, detail)
    if chat.unread_above is not None and direction == "in" and _unread(row, chat):
        flags += ("unread",)
    deleted = chat.deletions is not None and chat.deletions.cover(row)
    if type(text) is not str:
        text = doubts.text(text, "text_data")
    if type(key) is not str:
        key = doubts.text(key, "key_id")
    moments = _moments(row, direction, doubts)
    device = context.devices.get(row["_id"]) if context.devices else None
    if found or deleted or device or row["message_type"] in _ALWAYS_DRAFTED or row["translated_text"]:
        draft = Draft(row, chat, direction, sender, recipients, [*flags], [*moments], [*extra], text)
        draft.keep("author_device_jid", device)
        _complete(draft, found, deleted, context)
        return draft.message(doubts.locator, context.service, key)
    return Message(
        locator=doubts.locator,
        service=context.service,
        moments=moments,
        flags=flags,
        extra=extra,
        conversation=chat.key,
        title=chat.title,
        direction=direction,
        sender=sender,
        recipients=recipients,
        text=text,
        key=key,
    )


def beside(draft: Draft, found: Beside, context: Context) -> None:
    """Adds what the tables beside the message hold, in the order in which they were asked for."""
    for table, rows in found.items():
        part = _PARTS.get(table)
        if part is not None:
            part(draft, rows, context)


def _complete(draft: Draft, found: Beside, deleted: bool, context: Context) -> None:
    """Adds what is not in the row of the message itself."""
    draft.keep("translated_text", draft.row["translated_text"])
    beside(draft, found, context)
    if "system" in draft.flags or "message_system" in found:
        system(draft, found, context)
    if draft.row["message_type"] in REVOKED:
        draft.deleted = True
    if deleted:
        draft.flag("deleted on this device")
        draft.deleted = True


def _placeholder(row: Row, context: Context) -> Message:
    """The row that the application itself writes first into its table; it is no message."""
    doubts = context.doubts
    moments = (doubts.moment("sent", row["timestamp"], "ms", "timestamp"),) if row["timestamp"] else ()
    return Message(
        locator=doubts.locator,
        service=context.service,
        moments=moments,
        flags=("placeholder",),
        text=doubts.text(row["text_data"], "text_data"),
        key="-1",
    )


class _Alike(NamedTuple):
    """What many messages have in common. `missing`: what is to be said of each, of what is not left of it."""

    chat: Chat
    direction: Direction
    flags: tuple[str, ...]
    extra: Extra
    sender: Party | None
    recipients: tuple[Party, ...]
    missing: tuple[tuple[str, str], ...]


def _remember(context: Context) -> Callable[..., _Alike]:
    people = context.people

    @lru_cache(maxsize=1 << 14, typed=True)  # the same few hundred for nearly every message of a phone
    def alike(chat_row: Any, sender_row: Any, *numbers: Any) -> _Alike:
        missing = []
        direction, flags, extra = looks(*numbers)
        chat = people.chat(chat_row)
        if not chat.known:
            missing.append(("chat", f"chat_row_id {chat_row}: no chat or identifier of that row id is left"))
        named = people.who(sender_row) if sender_row else None
        if named is None and sender_row and sender_row != -1:
            missing.append(("sender", f"sender_jid_row_id {sender_row}: no identifier of that row id is left"))
        sender, recipients, lid = _sides(direction, named, chat.other)
        return _Alike(chat, direction, flags, extra + lid, sender, recipients, tuple(missing))

    context.alike = alike
    return alike


def _sides(direction: Direction, named: Who | None, other: Who | None) -> tuple[Party | None, tuple[Party, ...], Extra]:
    """(sender, recipients, privacy ids) of a message; those of a group are told by its own record."""
    if direction == "in":
        who = named or other
        return (who.party, (), who.lid) if who else (None, (), ())
    recipients = (other.party,) if other and direction == "out" else ()
    lid = other.lid if other and direction == "out" else ()
    if named is None:
        return None, recipients, lid
    if other is not None and direction == "out" and named.party == other.party:
        return None, recipients, (*lid, ("sender_jid", named.party.identifier))
    return named.party, recipients, _both(lid, named)


def _both(lid: Extra, named: Who) -> Extra:
    return lid + tuple(one for one in named.lid if one not in lid)


def _moments(row: Row, direction: Direction, doubts: Doubts) -> tuple[Moment, ...]:
    sent = at_ms("sent" if direction else "recorded", row["timestamp"], "timestamp", doubts)
    received, server = row["received_timestamp"], row["receipt_server_timestamp"]
    if direction == "in":
        if received and received != -1:
            return (sent, at_ms("received", received, "received_timestamp", doubts))
    elif direction == "out" and server and server != -1:
        return (sent, at_ms("reached the server", server, "receipt_server_timestamp", doubts))
    return (sent,)


def _unread(row: Row, chat: Chat) -> bool:
    place = row["sort_id"] if chat.unread_by_sort else row["_id"]
    return type(place) is int and chat.unread_above is not None and place > chat.unread_above
