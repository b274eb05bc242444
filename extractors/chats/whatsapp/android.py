"""WhatsApp on Android: messages, calls and groups (msgstore.db)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from evidence_store.records import Call, Contact, Group, Message, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp import (
    android_add_ons,
    android_around,
    android_content,
    android_elements,
    android_legacy,
    android_newer,
    android_system,
)
from extractors.chats.whatsapp.android_calls import TABLE as CALL_LOG
from extractors.chats.whatsapp.android_calls import calls
from extractors.chats.whatsapp.android_deleted_chats import deleted_chats
from extractors.chats.whatsapp.android_groups import groups
from extractors.chats.whatsapp.android_messages import COLUMNS, NEEDED, later_messages, message, messages
from extractors.chats.whatsapp.android_people import People
from extractors.chats.whatsapp.android_rest import DRAFTS, ORPHANS, drafts, orphans, stray_add_ons
from extractors.chats.whatsapp.beside import NOTHING, SideTables
from extractors.chats.whatsapp.book import ANDROID_BOOK, android_names, with_logs
from extractors.chats.whatsapp.draft import Context
from extractors.chats.whatsapp.media_paths import NOTE, media_paths
from extractors.chats.whatsapp.parties import SERVICE, is_business
from extractors.database import Doubts, count_rows, read_database
from extractors.recovered import WHATSAPP, WHATSAPP_EARLY, deleted_records, gaps, recovered_keys
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, empty_database, lacking

_SIDES = (
    *(*android_content.SIDES, *android_elements.SIDES, *android_around.SIDES, *android_add_ons.SIDES),
    *(*android_newer.SIDES, *android_system.SIDES, *android_legacy.SIDES),
)

_ARCHIVE = b"PK\x03\x04"


@extractor(
    id="whatsapp.android",
    version=3,
    title="WhatsApp on Android",
    files=("**/msgstore.db", "**/msgstore-*.db"),
    tables=(NEEDED, android_legacy.NEEDED),
    beside=with_logs(ANDROID_BOOK),
    emits=(Message, Call, Group, Contact),
    privacy="communications",
    layouts="msgstore.db with the table messages (to 2021), both tables (2021 and 2022), message alone (from 2022 on)",
    tested_on="A published sample of 2022 with both tables: 10 messages; databases built to the published layouts",
    limits="Names are those of wa.db beside it, else what people call themselves. Paths of media are "
    "recorded without the folder that they begin in. An edited message has its last text only. Whether a chat of two "
    "is archived, hidden or locked is not said. Buttons, messages in quarantine, and what waits for its message are "
    "named and not decoded; receipts of single members in layouts to 2021 are not read. Deleted messages come "
    "without what stood beside them; deleted rows of other tables are given by sqlite.deleted_rows.",
)
def android(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `message` with what stands beside it, of `call_log`, drafts, stray reactions, the groups, and what
    is kept of deleted chats.

    References:
    - the schema as WhatsApp writes it, and what open-source readers (IPED, ALEAPP, Amberkeep) document of it
    - wa-crypt-tools (open-source tool): what an incremental backup holds
    """
    if file.head.startswith(_ARCHIVE):
        words = "an incremental backup: an archive of what changed since a full one, whose messages are not decoded"
        yield Problem("schema", "unknown-layout", words)
        return
    used: list[Context] = []
    yield from read_database(file, lambda db: _read(db, file, used))
    if not used:  # its tables are gone, or it cannot be opened: deleted rows may be left all the same
        with empty_database() as db:
            used.append(_context(db, file))
    yield from _deleted(file, used[0])


def _deleted(file: EvidenceFile, context: Context) -> Iterator[Found]:
    """The deleted rows of both tables of messages that are left; what stood beside them is not looked up."""
    yield from deleted_records(file, WHATSAPP, COLUMNS, context.doubts, lambda row: message(row, NOTHING, context))
    yield from deleted_records(
        file,
        WHATSAPP_EARLY,
        android_legacy.COLUMNS,
        context.doubts,
        lambda row: android_legacy.message(android_legacy.recovered(row), NOTHING, {}, context),
    )


def _read(db: EvidenceDatabase, file: EvidenceFile, used: list[Context]) -> Iterator[Found]:
    unknown, no_early = lacking(db, NEEDED), lacking(db, android_legacy.NEEDED)
    if unknown and no_early:
        yield Problem("schema", "unknown-layout", no_early if android_legacy.TABLE in db.tables() else unknown)
        return
    there = [] if unknown else ["message"]
    there += [table for table in (CALL_LOG, *ORPHANS, DRAFTS) if not lacking(db, {table: {"_id"}})]
    if there and (rows := count_rows(db, *there)) is not None:
        yield Present(rows)
    names = android_names(file)
    context = _context(db, file, names, early=bool(unknown))
    used.append(context)
    sides = SideTables(db, _SIDES, keep=(android_add_ons.ADD_ON,))
    yield from messages(db, context, sides) if no_early else _both(db, context, sides, later=not unknown)
    yield from sides.finish()
    yield from _counted(stray_add_ons(sides.left[android_add_ons.ADD_ON], context))
    for table in ORPHANS:
        yield from orphans(db, table, context)
    yield from drafts(db, context)
    yield from calls(db, context)
    yield from _counted(groups(db, context))
    yield from _counted(deleted_chats(db, context))
    for table in ("message", android_legacy.TABLE):
        if not lacking(db, {table: {"_id"}}):
            yield from gaps(db, table, recovered_keys(file, table))
    if names:
        words = f"names of people are those of {ANDROID_BOOK} beside it, which its own extractor gives in full"
        yield Problem("note", "names", words)
    if context.relative:
        yield Problem("note", "media-folder", NOTE.format(context.paths.base))


def _context(
    db: EvidenceDatabase, file: EvidenceFile, names: dict[str, str] | None = None, *, early: bool = False
) -> Context:
    business = is_business(file.path)
    people = People(db, names)
    return Context(
        people,
        Doubts(),
        f"{SERVICE} Business" if business else SERVICE,
        media_paths(file.path, business, early=early),
        _named(db, "labels", "label_name"),
        _votes(db),
        android_add_ons.details(db),
        people.devices(),
    )


def _both(db: EvidenceDatabase, context: Context, sides: SideTables, later: bool) -> Iterator[Found]:
    """The rows of the early table, and of the later one where there is one, in the order of their ids.

    A message that was moved stands in both under the same id and key, and comes out once, from the later table.
    """
    unread: list[Problem] = []
    previews = android_legacy.thumbnails(db)
    early_rows = ((row["_id"], 1, row) for row in android_legacy.rows(db, unread))
    later_rows = ((row["_id"], 0, row) for row in later_messages(db, unread)) if later else iter(())
    doubts = context.doubts
    present = moved = 0
    for row_id, early, row in heapq.merge(later_rows, early_rows, key=lambda one: one[:2]):
        if early:
            present += 1
            if row["later_key"] is not None and row["later_key"] == row["key_id"]:
                moved += 1
                continue
            doubts.locator = f"{android_legacy.TABLE}:_id={row_id}"
            yield android_legacy.message(row, sides.of(row_id), previews, context)
        else:
            doubts.locator = f"message:_id={row_id}"
            yield message(row, sides.of(row_id), context)
        if doubts.problems:
            yield from doubts.drain()
    yield from unread
    yield Present(present - moved)
    if moved:
        yield Problem(
            "note", "moved", f"{moved} rows of {android_legacy.TABLE} stand in message too, and come out once"
        )


def _counted(found: Iterator[Found]) -> Iterator[Found]:
    """What is made of many rows counts itself: each record is one that is present."""
    for one in found:
        if not isinstance(one, Problem | Present):
            yield Present(1)
        yield one


def _named(db: EvidenceDatabase, table: str, column: str) -> dict[Any, str]:
    """The names of a small table by row id."""
    if lacking(db, {table: {"_id", column}}):
        return {}
    try:
        rows = db.execute(f"SELECT _id, {column} AS name FROM {table}")  # noqa: S608
        return {row["_id"]: row["name"] for row in rows if isinstance(row["name"], str)}
    except DatabaseDamaged as error:
        db.notes.append(f"not all of {table} could be read: {error}")
        return {}


def _votes(db: EvidenceDatabase) -> dict[Any, list[str]]:
    """Which options each vote in a poll is for."""
    table = "message_add_on_poll_vote_selected_option"
    found: dict[Any, list[str]] = {}
    if lacking(db, {table: {"message_add_on_row_id", "message_poll_option_id"}}):
        return found
    options = _named(db, "message_poll_option", "option_name")
    try:
        for row in db.execute(f"SELECT message_add_on_row_id, message_poll_option_id FROM {table} ORDER BY rowid"):  # noqa: S608
            option = row["message_poll_option_id"]
            found.setdefault(row["message_add_on_row_id"], []).append(options.get(option, f"option {option}"))
    except DatabaseDamaged as error:
        db.notes.append(f"not all of {table} could be read: {error}")
    return found
