"""What WhatsApp on Android keeps of chats that were deleted, for its own checks on unwanted messages.

References:
- the schema as WhatsApp writes it (2025 on): integrity_deleted_chat_metadata(lid, chat_type, is_first_reach_out,
  chat_creation_timestamp, last_incoming_message_timestamp, lidHash), integrity_deleted_chat_message_count(lid,
  messages_receive_date, messages_count, outgoing_messages_count)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Moment, Problem
from extractors.base import Found
from extractors.chats.whatsapp.draft import Context
from extractors.database import each_held, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_CHATS: Final = "integrity_deleted_chat_metadata"
_COUNTS: Final = "integrity_deleted_chat_message_count"
_CHAT: Final = (
    *("id", "lid", "chat_type", "is_first_reach_out", "chat_creation_timestamp", "last_incoming_message_timestamp"),
    "lidHash",
)
_COUNT: Final = ("id", "lid", "messages_receive_date", "messages_count", "outgoing_messages_count")
_TIMES: Final = {
    "chat_creation_timestamp": "chat set up",
    "last_incoming_message_timestamp": "last incoming message",
}
_MILLISECONDS_FROM: Final = 100_000_000_000  # no time in seconds is as great for another 1,000 years
Counts = dict[Any, list[tuple[str, str]]]


def deleted_chats(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    """Somebody with whom a chat was deleted, for each row of the first table, with how many messages came on which day;
    then for those of whom only the second table tells."""
    gaps: list[Problem] = []
    counts = _counts(db, gaps)
    if not lacking(db, {_CHATS: {"id", "lid"}}):
        for row in each_row(db, _CHATS, selecting(db, _CHATS, _CHAT), gaps, key="id"):
            context.doubts.locator = f"{_CHATS}:id={row['id']}"
            yield _contact(row, counts.pop(row["lid"], []), context)
            yield from context.doubts.drain()
    for lid, found in counts.items():
        context.doubts.locator = found[0][0]
        yield _contact(dict.fromkeys(_CHAT) | {"lid": lid}, found, context)
        yield from context.doubts.drain()
    yield from gaps


def _counts(db: EvidenceDatabase, gaps: list[Problem]) -> Counts:
    """(locator, words) of each row, by the privacy id."""
    found: Counts = {}
    if lacking(db, {_COUNTS: {"id", "lid"}}):
        return found
    for row in each_held(db, _COUNTS, selecting(db, _COUNTS, _COUNT), gaps, key="id"):
        day = stored(row["messages_receive_date"]) or "no day"
        words = f"{day}: messages_count {stored(row['messages_count'])}"
        if row["outgoing_messages_count"] is not None:
            words += f", outgoing_messages_count {stored(row['outgoing_messages_count'])}"
        found.setdefault(row["lid"], []).append((f"{_COUNTS}:id={row['id']}", words))
    return found


def _contact(row: Row, counts: list[tuple[str, str]], context: Context) -> Contact:
    doubts = context.doubts
    lid = doubts.text(row["lid"], "lid")
    who = context.people.by_identifier(lid if "@" in lid else f"{lid}@lid") if lid else None
    extra = [
        (name, row[name]) for name in ("chat_type", "is_first_reach_out", "lidHash") if row[name] not in (None, "")
    ]
    return Contact(
        locator=doubts.locator,
        service=context.service,
        moments=tuple(_moments(row, context)),
        flags=("deleted chat",),
        extra=(
            *((name, value if type(value) in (str, int) else stored(value)) for name, value in extra),
            *(who.lid if who else ()),
            *(("messages on a day", words) for _, words in counts),
        ),
        name=who.party.name if who else None,
        identifiers=(who.party,) if who else (),
        text=who.party.identifier if who else None,
    )


def _moments(row: Row, context: Context) -> Iterator[Moment]:
    for column, meaning in _TIMES.items():
        value = row[column]
        if value not in (None, 0):
            unit = "ms" if type(value) is int and value > _MILLISECONDS_FROM else "s"
            yield context.doubts.moment(meaning, value, unit, column)
