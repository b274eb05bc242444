"""Samsung's messages application: its own copy of SMS and MMS, and the chats of RCS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Group, Message, Present, Problem
from extractors.android.samsung_messages_people import People, group
from extractors.android.samsung_messages_row import MESSAGE, PART, Context, left_over, message
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside, strays
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, lacking

_NEEDED: Final = {"messages": {"_id", "conversation_id", "message_type", "message_box_type", "message_status"}}


@extractor(
    id="android.samsung_messages",
    version=1,
    title="Samsung messages: SMS, MMS and RCS",
    files=("**/message_content.db",),
    tables=(_NEEDED | {"conversation_recipients": {"conversation_id", "recipient_id"}},),
    emits=(Message, Group),
    privacy="communications",
    layouts="message_content.db of Android 7 to 15 (to version 452)",
    tested_on="documented schema, no device data",
    limits="SMS and MMS are the application's own copy and flagged so: the telephony provider (mmssms.db) holds them "
    "too, and remote_message_uri names the row there; a row that is gone there may still stand here. What the numbers "
    "of events and of reactions (information_message_type, re_type) mean is not published. Bots, suggestions, "
    "categories and announcements are not read.",
)
def samsung_messages(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `messages` with its parts; parts whose message is gone; and conversations. Times are milliseconds.

    References:
    - the application itself: names of its tables, columns, types, boxes and states; published queries on its database
    """
    own = "com.samsung.android.messaging" in file.path.lower()
    yield from read_database(file, lambda db: _read(db, file.path, own))


def _read(db: EvidenceDatabase, path: str, own: bool) -> Iterator[Found]:
    if unknown := lacking(db, _NEEDED):
        if own:
            yield Problem("schema", "unknown-layout", unknown)
        return  # other programs have files of this name
    if (rows := count_rows(db, "messages")) is not None:
        yield Present(rows)
    context = Context(People(db), path, Doubts())
    seen: dict[Any, str] = {}
    yield from _messages(db, context, seen)
    yield from _parts_alone(db, context)
    yield from _conversations(context, seen)
    yield from context.people.problems


def _messages(db: EvidenceDatabase, context: Context, seen: dict[Any, str]) -> Iterator[Found]:
    """`seen` gets the conversations of the messages, each with the service of its last one."""
    parts = beside(db, "parts", PART, "message_id", "_id")
    gaps: list[Problem] = []
    for row in each_row(db, "messages", selecting(db, "messages", MESSAGE), gaps):
        context.doubts.locator = f"messages:_id={row['_id']}"
        made = message(row, parts.of(row["_id"]), context)
        seen[row["conversation_id"]] = made.service
        yield made
        yield from context.doubts.drain()
    yield from gaps
    yield from (one for one in parts.finish() if one.code != "orphans")  # they come out by themselves


def _parts_alone(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    if lacking(db, {"parts": {"_id", "message_id"}}):
        return
    try:
        for row in strays(db, "parts", PART, "message_id", "messages"):
            context.doubts.locator = f"parts:_id={stored(row['_id'])}"
            yield Present(1)
            yield left_over(row, context)
            yield from context.doubts.drain()
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"parts without a message: {error}")


def _conversations(context: Context, seen: dict[Any, str]) -> Iterator[Found]:
    for row_id, conversation in context.people.conversations.items():
        if len(conversation.others) == 1 and row_id in seen:
            continue  # with one person: its messages say all of it
        if conversation.row is None and (type(row_id) is not int or row_id == 0):
            continue  # a message of no conversation, or a broken value where one should be named
        context.doubts.locator = f"conversations:_id={stored(row_id)}"
        yield Present(1)
        yield group(conversation, seen.get(row_id), context.doubts)
        yield from context.doubts.drain()
