"""Google Messages: the conversations, messages and reactions of its own database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Group, Message, Present, Problem
from extractors.android.google_messages_content import PART, REACTION, content, reactions, root_of
from extractors.android.google_messages_people import People, group
from extractors.android.google_messages_row import MESSAGE, Around, Context, message
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside, strays
from extractors.database import Doubts, RowsBeside, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_EDIT: Final = ("message_id", "latest_message_id", "edited_at_timestamp_ms")
# word: (table, columns, the column that names the message)
_SIDES: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "parts": ("parts", PART, "message_id"),
    "reactions": ("message_reactions", REACTION, "message_id"),
    "replies": (
        "message_replies",
        ("message_id", "replied_to_message_id", "replied_to_rcs_message_id"),
        "message_id",
    ),
    "reports": ("read_reports", ("message_id", "participant_id", "receive_time", "read_time"), "message_id"),
    "edits": ("message_edits", _EDIT, "message_id"),
    "edited": ("message_edits", _EDIT, "latest_message_id"),
    "stars": ("message_star", ("message_id",), "message_id"),
    "captions": ("message_captions", ("message_id", "caption"), "message_id"),
    "scheduled": ("scheduled_send", ("message_id", "scheduled_time"), "message_id"),
}
_OWN_RECORDS: Final = ("parts", "reactions")  # whose rows come out even where their message does not


@extractor(
    id="android.google_messages",
    version=3,
    title="Google Messages: SMS, MMS and RCS",
    files=("**/bugle_db",),
    tables=({"messages": {"_id", "conversation_id", "message_status", "message_protocol"}, "participants": {"_id"}},),
    emits=(Message, Group),
    privacy="communications",
    layouts="bugle_db from 2015 (as in com.android.messaging) to 2025 (version 61010), with conversation_participants "
    "or conversation_to_participants",
    tested_on="documented schema, no device data",
    limits="SMS and MMS are the application's own copy and flagged so: the telephony provider (mmssms.db) holds them "
    "too, and sms_message_uri names the row there. A conversation that used several protocols stands under each of "
    "them. Link previews, annotations, reminders and participants of no conversation are not read. Who gave a "
    "reaction is told only where a number or an address is stored with it.",
)
def google_messages(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `messages` with its parts; parts and reactions whose message is gone; and conversations.

    Times are milliseconds. `received_timestamp` of an incoming message is when the phone stored it, `sent_timestamp`
    what the network or the other side states. The status says the direction, and which rows are events of the thread.
    A conversation comes out where it is with more or fewer than one person, and where no message of it is left.

    References:
    - Android Open Source Project: com.android.messaging, DatabaseHelper, MessageData, MediaScratchFileProvider
    - Google Messages itself: names of its tables, columns and states, and the fields of `reactions_data`
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, {"messages": {"_id", "conversation_id", "message_status", "message_protocol"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "messages")) is not None:
        yield Present(rows)
    context = Context(People(db), root_of(path), Doubts())
    seen: dict[Any, str] = {}
    yield from _messages(db, context, seen)
    yield from _left_over(db, context)
    yield from _conversations(context, seen)
    yield from context.people.problems


def _messages(db: EvidenceDatabase, context: Context, seen: dict[Any, str]) -> Iterator[Found]:
    """`seen` gets the conversations of the messages, each with the service of its last one."""
    sides = {word: beside(db, *side) for word, side in _SIDES.items() if _has_rows(db, side[0])}
    nothing: Around = {word: [] for word in _SIDES}
    gaps: list[Problem] = []
    for row in each_row(db, "messages", selecting(db, "messages", MESSAGE), gaps):
        context.doubts.locator = f"messages:_id={row['_id']}"
        around = nothing | {word: side.of(row["_id"]) for word, side in sides.items()}
        made = message(row, around, context)
        seen[row["conversation_id"]] = made.service
        yield made
        if context.doubts.problems:
            yield from context.doubts.drain()
    yield from gaps
    for word, side in sides.items():
        yield from _finish(side, word)


def _has_rows(db: EvidenceDatabase, table: str) -> bool:
    """Whether a side table is worth asking for each message; one that is damaged is, and says so."""
    if table not in db.tables():
        return False
    try:
        return any(True for _ in db.execute(f"SELECT 1 AS one FROM {table} LIMIT 1"))  # noqa: S608
    except DatabaseDamaged:
        return True


def _finish(side: RowsBeside, word: str) -> Iterator[Problem]:
    """What is to be said of a side table; the rows without a message are not, where they come out by themselves."""
    for problem in side.finish():
        # A message that was never edited has no latest version: that is nothing to be said.
        if problem.code != "orphans" or word not in (*_OWN_RECORDS, "edited"):
            yield problem


def _left_over(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    """Parts and reactions whose message has no row, each as a message of its own."""
    for word in _OWN_RECORDS:
        table, columns, key = _SIDES[word]
        if lacking(db, {table: {"_id", key}}):
            continue
        try:
            for row in strays(db, table, columns, key, "messages"):
                context.doubts.locator = f"{table}:_id={stored(row['_id'])}"
                yield Present(1)
                yield _part(row, context) if word == "parts" else _reaction(row, context)
                yield from context.doubts.drain()
        except DatabaseDamaged as error:
            yield Problem("file", "damaged-database", f"{table} without a message: {error}")


def _part(row: Row, context: Context) -> Message:
    made = content([row], context.root, context.doubts)
    thread = context.people.conversation(row["conversation_id"])
    moments = (context.doubts.moment("recorded", row["timestamp"], "ms", "timestamp"),) if row["timestamp"] else ()
    return Message(
        locator=context.doubts.locator,
        service="Google Messages",
        moments=moments,
        flags=("no row of this message", *made.flags),
        attachments=tuple(made.attachments),
        extra=(("message_id", stored(row["message_id"])), *made.extra),
        conversation=thread.key,
        title=thread.title,
        text=made.text,
        lat=made.lat,
        lon=made.lon,
    )


def _reaction(row: Row, context: Context) -> Message:
    found, bytes_left = reactions([row], context.doubts)
    return Message(
        locator=context.doubts.locator,
        service="Google Messages",
        flags=("reaction", "no row of this message"),
        extra=(("message_id", stored(row["message_id"])), *bytes_left),
        text="".join(one.text for one in found) or None,
        reactions=found,
    )


def _conversations(context: Context, seen: dict[Any, str]) -> Iterator[Found]:
    for row_id, conversation in context.people.conversations.items():
        if len(conversation.others) == 1 and row_id in seen:
            continue  # with one person: its messages say all of it
        if conversation.row is None and type(row_id) is not int:
            continue  # a broken value where a conversation should be named
        context.doubts.locator = f"conversations:_id={stored(row_id)}"
        yield Present(1)
        yield group(conversation, seen.get(row_id), context.doubts)
        yield from context.doubts.drain()
