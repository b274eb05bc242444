"""What Apple's message store keeps of deleted messages: parts that can still be brought back, and bare keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Group, Message, Moment, Problem, Record
from extractors.base import Found
from extractors.beside import sorted_rows
from extractors.database import Doubts, stored
from extractors.ios.core_data import each_record
from extractors.ios.sms_people import People, when
from parsers.attributed_text import read_text
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

DELETED: Final = "deleted on this device"
_KEYS: Final = ("deleted_messages", "sync_deleted_messages", "unsynced_removed_recoverable_messages")
_COLUMNS: Final = ("guid", "message_guid", "chat_guid", "recordID", "part_index", "timestamp")
_PART: Final = ("chat_id", "message_id", "part_index", "delete_date", "part_text")


class RecentlyDeleted:
    """The messages under "Recently Deleted" (from iOS 16 on): in which thread they were, when they were put there."""

    def __init__(self, db: EvidenceDatabase) -> None:
        self._rows: dict[Any, list[Row]] = {}
        self.gaps: list[Problem] = []
        if lacking(db, {"chat_recoverable_message_join": {"chat_id", "message_id", "delete_date"}}):
            return
        table = "chat_recoverable_message_join"
        try:
            for row in sorted_rows(db, table, "chat_id, message_id, delete_date", ("message_id", "chat_id")):
                self._rows.setdefault(row["message_id"], []).append(row)
        except DatabaseDamaged as error:
            self.gaps.append(Problem("file", "damaged-database", f"{table}: {error}"))

    def chats(self, number: Any) -> list[Any]:
        """The threads that a message was in; none where it is not deleted."""
        return [row["chat_id"] for row in self._rows.get(number, ())]

    def moments(self, number: Any, doubts: Doubts) -> tuple[Moment, ...]:
        """When it was put there."""
        return tuple(when("deleted", row["delete_date"], "delete_date", doubts) for row in self._rows.get(number, ()))


def deleted_parts(db: EvidenceDatabase, people: People) -> Iterator[Found]:
    """The parts of messages that were deleted by themselves and can still be brought back."""
    if lacking(db, {"recoverable_message_part": {"message_id", "part_text"}}):
        return
    yield from each_record(
        db, "recoverable_message_part", _PART, lambda row, doubts: _part(row, people, doubts), key="rowid"
    )


def _part(row: Row, people: People, doubts: Doubts) -> Message:
    text = None
    if isinstance(row["part_text"], bytes):
        try:
            text = read_text(row["part_text"])
        except ValueError as error:
            doubts.add("part_text", f"part_text: {error}")
    else:
        text = doubts.text(row["part_text"], "part_text")
    chat = people.chat(row["chat_id"])
    gone = row["delete_date"]
    names = ("message_id", "part_index")
    return Message(
        locator=doubts.locator,
        service=chat.service if chat else "",
        moments=() if gone in (None, 0) else (when("deleted", gone, "delete_date", doubts),),
        deleted=True,
        flags=(DELETED, "part of a message"),
        extra=tuple((name, row[name]) for name in names if type(row[name]) is int),
        conversation=chat.conversation if chat else None,
        title=chat.title if chat else None,
        text=text,
    )


def entries_without_messages(db: EvidenceDatabase, people: People) -> Iterator[Problem]:
    """A note for each thread that has entries of messages whose rows are not there."""
    if lacking(db, {"chat_message_join": {"chat_id", "message_id"}}):
        return
    sql = (
        "SELECT chat_id, count(*) AS n, min(message_id) AS low, max(message_id) AS high FROM chat_message_join"
        " WHERE message_id NOT IN (SELECT ROWID FROM message) GROUP BY chat_id ORDER BY chat_id"
    )
    try:
        for row in db.execute(sql):
            chat = people.chat(row["chat_id"])
            name = chat.conversation if chat else f"chat:ROWID={stored(row['chat_id'])}"
            ids = f"row ids {stored(row['low'])} to {stored(row['high'])}" if row["n"] > 1 else f"row id {row['low']}"
            words = f"{name}: {row['n']} entries of messages whose rows are not there ({ids})"
            yield Problem("note", "orphans", words, "chat_message_join")
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"chat_message_join: {error}")


def deleted_keys(db: EvidenceDatabase) -> Iterator[Found]:
    """The keys that are left of messages and threads after their rows were deleted: no text, no party."""
    for table in _KEYS:
        name = "message_guid" if table.startswith("unsynced") else "guid"
        if not lacking(db, {table: {"ROWID", name}}):
            yield from each_record(db, table, _COLUMNS, lambda row, doubts: _key(row, doubts), key="ROWID")
    if not lacking(db, {"sync_deleted_chats": {"ROWID", "guid"}}):
        yield from each_record(db, "sync_deleted_chats", _COLUMNS, _thread, key="ROWID")


def _key(row: Row, doubts: Doubts) -> Record:
    guid = row["message_guid"] if row["guid"] is None else row["guid"]
    return Message(
        locator=doubts.locator,
        deleted=True,
        flags=(DELETED,),
        extra=(("part_index", row["part_index"]),) if type(row["part_index"]) is int else (),
        conversation=doubts.text(row["chat_guid"], "chat_guid"),
        key=doubts.text(guid, "guid"),
    )


def _thread(row: Row, doubts: Doubts) -> Record:
    at = row["timestamp"]
    return Group(
        locator=doubts.locator,
        moments=() if at in (None, 0) else (when("deleted", at, "timestamp", doubts),),
        deleted=True,
        flags=(DELETED,),
        conversation=doubts.text(row["guid"], "guid"),
    )
