"""SMS, MMS, iMessage and RCS as iOS and macOS keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Group, Message, Present, Problem, replace
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside
from extractors.database import Doubts, RowsBeside, count_rows, each_row, read_database
from extractors.ios.sms_deleted import DELETED, RecentlyDeleted, deleted_keys, deleted_parts, entries_without_messages
from extractors.ios.sms_early import EARLY, early_messages
from extractors.ios.sms_files import Places, files_beside, lone_attachments
from extractors.ios.sms_links import Links
from extractors.ios.sms_people import People, columns_of
from extractors.ios.sms_row import COLUMNS, Reader
from extractors.matching import without_copy_mark
from extractors.recovered import IOS_MESSAGES, deleted_records, gaps, recovered_keys
from parsers.sqlite_file import EvidenceDatabase, lacking

_NEEDED: Final = {"message": {"ROWID", "guid", "text", "handle_id", "date", "is_from_me"}}
_AT_ONCE: Final = 500


@extractor(
    id="ios.sms",
    version=6,
    title="SMS and iMessage of Apple devices",
    files=("**/sms.db", "**/chat.db"),
    tables=(_NEEDED | {"handle": {"ROWID", "id"}}, EARLY | {"msg_pieces": {"ROWID", "message_id"}}),
    emits=(Message, Group),
    privacy="communications",
    layouts="sms.db of iOS 3 to 26, chat.db of macOS 10.8 to 26",
    tested_on="macOS chat.db: 10 messages, 7 conversations, 226 keys of deleted messages; iOS 14 backup: 1 message",
    limits="Who was in a group before is told by its events only. Votes of polls, handwriting and drawings are not "
    "read; of other applications the words that they show. Picture messages of iOS 5 and before name their files, not "
    "where they are. What a file of a place or contact holds stands in the file. MMS are told from SMS only by their "
    "files. The time of an incoming message can be that of its sender's device.",
)
def messages(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `message` and `chat`; what is left of deleted ones; attachments that no message has.

    Times count from 2001, in seconds to iOS 10 and in nanoseconds since. `date` of an outgoing message is when it was
    sent, or is to be sent ("Send Later", `is_sent` 0), of an incoming one what the device recorded for it (of an
    iMessage, mostly the time that came with it).
    Tapbacks are rows of their own and are put onto the message they are for; where that is not there, they stay
    messages. `text` can be empty with the words in `attributedBody` alone. Earlier texts of edited messages and what
    was taken back stand in `message_summary_info`. iOS 5 and before have another layout, see `sms_early`.

    References:
    - the layout as the files themselves declare it
    - Apple, Messages User Guide (editing, Recently Deleted, unknown senders)
    - public headers of IMCore and IMSharedUtilities
    """
    known: list[People] = []
    yield from read_database(file, lambda db: _read(db, file, known))
    doubts = Doubts()
    # The number of a handle is never given out twice, so that it says the same of a row that was deleted.
    reader = Reader(known[0] if known else People(), Links(), Places(file.path), doubts)
    yield from deleted_records(file, IOS_MESSAGES, COLUMNS, doubts, lambda row: reader.message(row, [], []))


def _read(db: EvidenceDatabase, file: EvidenceFile, known: list[People]) -> Iterator[Found]:
    if unknown := lacking(db, _NEEDED):
        if not lacking(db, EARLY):
            yield from early_messages(db, file.path)
            return
        telling = without_copy_mark(file.path).lower().endswith(("library/sms/sms.db", "library/messages/chat.db"))
        if telling or {"handle", "chat_message_join"} <= set(db.tables()):
            yield Problem("schema", "unknown-layout", unknown)
        return
    people = People(db)
    known.append(people)
    places = Places(file.path)
    yield from people.groups(db)
    yield from _messages(db, people, places)
    yield from lone_attachments(db, places, people)
    yield from deleted_parts(db, people)
    yield from deleted_keys(db)
    yield from people.gaps
    yield from gaps(db, "message", recovered_keys(file, "message"), "ROWID")


def _messages(db: EvidenceDatabase, people: People, places: Places) -> Iterator[Found]:
    doubts, links, gone = Doubts(), Links(db, people), RecentlyDeleted(db)
    if (rows := count_rows(db, "message")) is not None:
        yield Present(rows - len(links.placed))
    reader = Reader(people, links, places, doubts)
    chats, files = _chats_beside(db), files_beside(db)
    damaged: list[Problem] = []
    for row in each_row(db, "message", columns_of(db, "message", COLUMNS[1:]), damaged, key="ROWID"):
        key = row["ROWID"]
        doubts.locator = f"message:ROWID={key}"
        threads, attached = [one["chat_id"] for one in chats.of(key)], files.of(key)
        if key in links.placed:
            if not attached:
                continue
            yield Present(1)  # put onto its message, and one of its own for its file
        was_in = gone.chats(key)
        made = reader.message(row, threads or was_in, attached)
        if was_in:
            made = replace(
                made, deleted=True, flags=(*made.flags, DELETED), moments=made.moments + gone.moments(key, doubts)
            )
        yield made
        if doubts.problems:
            yield from doubts.drain()
    yield from _left_over(db, list(links.left()), reader, doubts)
    yield from damaged
    yield from links.gaps
    yield from gone.gaps
    yield from (one for one in chats.finish() if one.code != "orphans")
    yield from entries_without_messages(db, people)
    yield from files.finish()


def _left_over(db: EvidenceDatabase, keys: list[int], reader: Reader, doubts: Doubts) -> Iterator[Found]:
    """The tapbacks that were to go onto a message that damage kept from coming."""
    for at in range(0, len(keys), _AT_ONCE):
        some = ",".join(str(key) for key in keys[at : at + _AT_ONCE])
        sql = f"SELECT {columns_of(db, 'message', COLUMNS[1:])} FROM message WHERE ROWID IN ({some})"  # noqa: S608
        for row in db.execute(sql):
            doubts.locator = f"message:ROWID={row['ROWID']}"
            yield Present(1)
            yield reader.message(row, [], [])
            yield from doubts.drain()


def _chats_beside(db: EvidenceDatabase) -> RowsBeside:
    """The threads by message."""
    if lacking(db, {"chat_message_join": {"chat_id", "message_id"}}):
        return RowsBeside(iter(()), "chat_message_join", "message_id")
    return beside(db, "chat_message_join", ("message_id", "chat_id"), "message_id", "chat_id")
