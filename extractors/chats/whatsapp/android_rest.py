"""What stands in WhatsApp's database on Android and belongs to no message that is left: drafts, stray reactions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Message, Moment, Problem
from extractors.base import Found
from extractors.chats.whatsapp.android_add_ons import ADD_ON, EDIT, REACTION, add_on_sender, reaction, said
from extractors.chats.whatsapp.android_codes import Direction
from extractors.chats.whatsapp.draft import Context
from extractors.database import each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ORPHAN: Final = (
    *("_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "parent_key_id", "timestamp"),
    *("orphan_message_type", "orphan_message_reason", "message_type", "revoked_key_id"),
)
_WAITING: Final = ("parent_key_id", *_ORPHAN[7:])
_DRAFT: Final = ("_id", "chat_row_id", "timestamp", "message_type", "composition_type", "text")
ORPHANS: Final = ("message_add_on_orphan", "message_orphan", "message_orphaned_edit")
DRAFTS: Final = "composition"
_SIDES: Final[dict[Any, Direction]] = {0: "in", 1: "out"}


def stray_add_ons(rows: list[Row], context: Context) -> Iterator[Found]:
    """Reactions, votes and the like whose message is not left, each as a message of its own."""
    for row in rows:
        context.doubts.locator = f"{ADD_ON}:_id={row['_id']}"
        chat = context.people.chat(row["chat_row_id"])
        who = add_on_sender(row, chat.other, context)
        kind = row["message_add_on_type"]
        text, moment = None, None
        if row["reaction"] is not None:
            made = reaction(row, who, context)
            text, moment = made.text or None, made.moment
        name = "reaction"
        if kind not in (REACTION, EDIT) and text is None:
            name, words = said(row, context)
            text = words or None
        elif kind == EDIT:
            name = f"add-on type {kind}"
        yield Message(
            locator=context.doubts.locator,
            service=context.service,
            moments=(moment or context.doubts.moment("recorded", row["timestamp"], "ms", "timestamp"),),
            flags=(name,),
            extra=(("parent_message_row_id", _plain(row["belongs_to"])), *(who.lid if who else ())),
            conversation=chat.key,
            title=chat.title,
            direction=_SIDES.get(row["from_me"]),
            sender=who.party if who else None,
            text=text,
            key=context.doubts.text(row["key_id"], "key_id"),
        )
        yield from context.doubts.drain()


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)


def orphans(db: EvidenceDatabase, table: str, context: Context) -> Iterator[Found]:
    """Rows that wait for the message they belong to; what they say is not decoded."""
    if lacking(db, {table: {"_id"}}):
        return
    gaps: list[Problem] = []
    for row in each_row(db, table, selecting(db, table, _ORPHAN), gaps):
        context.doubts.locator = f"{table}:_id={row['_id']}"
        chat = context.people.chat(row["chat_row_id"])
        who = add_on_sender(row, chat.other, context)
        extra = [(name, _plain(row[name])) for name in _WAITING if row[name] is not None]
        yield Message(
            locator=context.doubts.locator,
            service=context.service,
            moments=_when(row, context),
            flags=("waits for its message",),
            extra=(*extra, *(who.lid if who else ())),
            conversation=chat.key,
            title=chat.title,
            direction=_SIDES.get(row["from_me"]),
            sender=who.party if who else None,
            key=context.doubts.text(row["key_id"], "key_id"),
        )
        yield from context.doubts.drain()
    yield from gaps


def drafts(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    """What was written and not sent."""
    if lacking(db, {DRAFTS: {"_id", "text"}}):
        return
    gaps: list[Problem] = []
    for row in each_row(db, DRAFTS, selecting(db, DRAFTS, _DRAFT), gaps):
        context.doubts.locator = f"{DRAFTS}:_id={row['_id']}"
        chat = context.people.chat(row["chat_row_id"])
        yield Message(
            locator=context.doubts.locator,
            service=context.service,
            moments=_when(row, context),
            flags=("draft",),
            extra=chat.other.lid if chat.other else (),
            conversation=chat.key,
            title=chat.title,
            direction="out",
            recipients=(chat.other.party,) if chat.other else (),
            text=context.doubts.text(row["text"], "text"),
        )
        yield from context.doubts.drain()
    yield from gaps


def _when(row: Row, context: Context) -> tuple[Moment, ...]:
    return (context.doubts.moment("recorded", row["timestamp"], "ms", "timestamp"),)
