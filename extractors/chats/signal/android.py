"""Signal on Android: the database as a decrypted backup or a decrypted copy has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Call, Contact, Group, Message, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.signal.codes import CALL_EVENTS, CALL_TYPES, Direction
from extractors.chats.signal.layouts import layouts
from extractors.chats.signal.messages import Reader
from extractors.chats.signal.people import SERVICE, People
from extractors.chats.signal.side import Places, Sides
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.matching import without_copy_mark
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_SQLITE: Final = b"SQLite format 3\x00"
_CALL: Final = (
    *("_id", "call_id", "message_id", "peer", "type", "direction", "event", "timestamp", "ringer", "read"),
    *("deletion_timestamp", "local_joined"),
)
_DELETED: Final = 10  # `event` of a call that was removed from the list of calls
_DRAFT: Final = ("_id", "thread_id", "type", "value")


@extractor(
    id="signal.android",
    version=4,
    title="Signal on Android: messages, calls, groups, recipients",
    files=("**/signal.db", "**/database.sqlite"),
    tables=tuple({"thread": {"_id"}, "recipient": {"_id"}, one: {"_id", "thread_id"}} for one in ("message", "mms")),
    emits=(Message, Call, Group, Contact),
    privacy="communications",
    layouts="sms and mms (until 2022), mms alone, message (since 2023); reactions, mentions, polls, edits, calls, "
    "pins and who deleted a message (2026)",
    tested_on="documented schema, no device data",
    limits="The database of a phone is encrypted, with a key that its key store keeps: only that of a decrypted backup "
    "or a decrypted copy can be read; files of attachments on a phone are encrypted too. What changed in a group or "
    "profile is named and its details are kept encoded. Receipts for each member of a group, story views and "
    "distribution lists are not read.",
)
def android(file: EvidenceFile) -> Iterator[Found]:
    """Every row of the tables of messages, calls, drafts, groups and recipients. Times are milliseconds.

    References:
    - Signal for Android (public source): org.thoughtcrime.securesms.database (MessageTable, MmsDatabase, SmsDatabase,
      AttachmentTable, RecipientTable, GroupTable, CallTable, ReactionTable, PollTables, MessageTypes)
    """
    ours = without_copy_mark(file.path).lower().endswith("signal.db")
    if not file.head.startswith(_SQLITE):
        if ours and file.size:
            yield Problem(
                "file", "encrypted", "not a plain database: on a phone it is encrypted, and its key store has the key"
            )
        return
    yield from read_database(file, lambda db: _read(db, Places(file.path), ours))


def _read(db: EvidenceDatabase, places: Places, ours: bool) -> Iterator[Found]:
    found = layouts(db)
    if not found or lacking(db, {"thread": {"_id"}}):
        if ours and db.tables().keys() & {"message", "mms", "sms"}:
            yield Problem("schema", "unknown-layout", "none of the tables of messages that are known is there")
        return
    calls = not lacking(db, {"call": {"_id", "timestamp", "peer"}})
    drafts = not lacking(db, {"drafts": {"_id", "value"}})
    others = [name for name in ("recipient", "groups") if not lacking(db, {name: {"_id"}})]
    tables = [*(one.table for one in found), *(["call"] if calls else []), *(["drafts"] if drafts else []), *others]
    if (rows := count_rows(db, *tables)) is not None:
        yield Present(rows)
    people = People(db)
    for layout in found:
        yield from Reader(db, layout, people, Sides(db, layout.table, places), calls).read()
    if calls:
        yield from _calls(db, people)
    if drafts:
        yield from _drafts(db, people)
    yield from people.groups(Doubts())
    yield from people.contacts(Doubts())
    yield from dict.fromkeys(people.gaps)


def _calls(db: EvidenceDatabase, people: People) -> Iterator[Found]:
    doubts, gaps = Doubts(), list[Problem]()
    for row in each_row(db, "call", selecting(db, "call", _CALL), gaps):
        doubts.locator = f"call:_id={row['_id']}"
        yield _call(row, people, doubts)
        yield from doubts.drain()
    yield from gaps


def _call(row: Row, people: People, doubts: Doubts) -> Call:
    direction: Direction = {0: "in", 1: "out"}.get(row["direction"])  # type: ignore[assignment]
    peer = people.party(row["peer"])
    caller: Party | None = people.party(row["ringer"]) or (None if people.is_group(row["peer"]) else peer)
    kind, event = row["type"], row["event"]
    moments = [doubts.moment("started", row["timestamp"], "ms", "timestamp")]
    deleted = event == _DELETED or row["deletion_timestamp"] not in (None, 0)
    if row["deletion_timestamp"] not in (None, 0):
        moments.append(doubts.moment("deleted", row["deletion_timestamp"], "ms", "deletion_timestamp"))
    return Call(
        locator=doubts.locator,
        service=SERVICE,
        moments=tuple(moments),
        deleted=deleted,
        flags=(*(() if kind in CALL_TYPES else (f"type {stored(kind)}",)), *(("deleted",) if deleted else ())),
        extra=tuple(
            (name, row[name] if type(row[name]) in (str, int) else stored(row[name]))
            for name in ("call_id", "message_id", "event", "local_joined")
            if row[name] is not None
        ),
        conversation=people.conversation_with(row["peer"]),
        direction=direction,
        sender=caller if direction == "in" else None,
        recipients=(peer,) if direction == "out" and peer is not None else (),
        outcome=CALL_EVENTS.get(event, f"event {stored(event)}"),
        text=CALL_TYPES.get(kind),
    )


def _drafts(db: EvidenceDatabase, people: People) -> Iterator[Found]:
    doubts, gaps = Doubts(), list[Problem]()
    for row in each_row(db, "drafts", selecting(db, "drafts", _DRAFT), gaps):
        doubts.locator = f"drafts:_id={row['_id']}"
        yield Message(
            locator=doubts.locator,
            service=SERVICE,
            flags=("draft",),
            extra=() if row["type"] is None else (("type", stored(row["type"])),),
            conversation=None if row["thread_id"] is None else stored(row["thread_id"]),
            title=people.title(row["thread_id"]),
            direction="out",
            text=doubts.text(row["value"], "value"),
        )
        yield from doubts.drain()
    yield from gaps
