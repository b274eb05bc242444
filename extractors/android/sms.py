"""Text and picture messages of Android's own message store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Literal

from evidence_store.records import Message, Moment, Party, Present, Problem, TableRow, replace
from extractors.android.message_rest import SMS as PROTOCOL
from extractors.android.message_rest import Pending, unjoined_parts
from extractors.android.message_vendors import vendor_rows
from extractors.android.mms import multimedia_messages
from extractors.android.threads import Threads, is_marked, party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.recovered import SMS, deleted_records, gaps, recovered_keys
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

# What makers of phones have added: which card, when it is to be sent, who kept it out, when it went to the bin.
_VENDORS: Final = (
    *("sim_id", "sim_slot", "sim_imsi", "timed", "block_type", "account", "delivery_date", "group_id", "hidden"),
    *("favorite", "bin_timestamp"),
)
_COLUMNS: Final = (
    "_id",
    "thread_id",
    "address",
    "date",
    "date_sent",
    "read",
    "type",
    "body",
    "subject",
    "service_center",
    "status",
    "error_code",
    "creator",
    "sub_id",
    "locked",
    "protocol",
    "reply_path_present",
    "deleted",
    *_VENDORS,
)
_EXTRA: Final = (
    *("service_center", "creator", "sub_id", "error_code", "status", "protocol", "reply_path_present", *_VENDORS),
)
_EXTRA_OF: Final = itemgetter(*_EXTRA)
_UNSET: dict[str, Any] = {"error_code": 0, "status": -1, "sub_id": -1, "protocol": 0, "reply_path_present": 0}
_UNSET |= dict.fromkeys(("sim_id", "sim_slot", "timed", "block_type", "delivery_date", "group_id", "hidden"), 0)
_UNSET |= {"favorite": 0, "bin_timestamp": 0, "account": ""}
# Tables of Samsung's that are built as `sms` is: (the flag of their messages, whether the user had deleted them).
_BESIDE: Final = (("spam_sms", "spam folder", False), ("bin_sms", "recycle bin", True))
# type: (direction, what `date` means, flag)
_BOXES: Final[dict[Any, tuple[Literal["in", "out"], str, str]]] = {
    1: ("in", "received", ""),
    2: ("out", "sent", ""),
    3: ("out", "recorded", "draft"),
    4: ("out", "recorded", "outbox"),
    5: ("out", "recorded", "failed"),
    6: ("out", "recorded", "queued"),
}

# What the network reported of a message that was sent (TP-Status, as Android groups it).
_REPORTS: Final = ((0, 32, "delivery reported"), (32, 64, "delivery pending"), (64, 128, "delivery failed"))


@extractor(
    id="android.sms",
    version=5,
    title="Android text and picture messages",
    files=("**/mmssms.db",),
    tables=({"sms": {"_id", "address", "date", "type", "body"}, "threads": {"_id"}},),
    emits=(Message, TableRow),
    privacy="communications",
    layouts="mmssms.db of Android 4 to 15",
    tested_on="Android 4 emulator: 9 text messages; picture messages in databases built to the published layout",
    limits="RCS chats and files in Samsung's and Xiaomi's own tables (im, ft, hms), and picture messages in the spam "
    "folder and recycle bin of Samsung, come out as the rows they are. The full-text index and the RCS tables of "
    "Android 10 (rcs_message and its kin) are not read. A part of a long message from before Android 7 has its words "
    "in its bytes only. Deleted rows are recovered of sms only, and who else was in their thread is not said.",
)
def messages(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `sms`, `pdu` and `raw`, the deleted rows of `sms` that are left, and which row ids hold no row.

    Xiaomi marks a message that was deleted and not yet synchronised (`deleted`); Samsung has the spam folder and the
    recycle bin in tables of their own.

    `date` is milliseconds in `sms` and seconds in `pdu`: when the phone stored the message, for an incoming one when it
    was received. `date_sent` of an incoming message is the time stamp of the service centre.

    References:
    - Android Open Source Project: android.provider.Telephony (Sms, Mms, Threads, CanonicalAddressesColumns) and
      MmsSmsDatabaseHelper
    - TelephonyProvider of Xiaomi (2015) and Samsung (2022) as published, decompiled: names of tables and columns
    - 3GPP TS 23.040 (TP-Status)
    - OMA Multimedia Messaging Service Encapsulation Protocol 1.2 (message types, address types)
    """
    yield from read_database(file, lambda db: _read(db, file))
    doubts, nobody, nothing = Doubts(), Threads(), Pending()
    yield from deleted_records(file, SMS, _COLUMNS, doubts, lambda row: _message(row, doubts, nobody, nothing))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    unknown = lacking(db, {"sms": {"_id", "address", "date", "type", "body"}})
    no_mms = lacking(db, {"pdu": {"_id", "date", "msg_box"}}) if "pdu" in db.tables() else "no table pdu"
    readable = [table for table, words in (("sms", unknown), ("pdu", no_mms)) if not words]
    if readable and (rows := count_rows(db, *readable)) is not None:
        yield Present(rows)
    if unknown:
        yield Problem("schema", "unknown-layout", unknown)
    if no_mms and "pdu" in db.tables():
        yield Problem("schema", "unknown-layout", no_mms)
    threads, pending = Threads(db), Pending(db)
    if not unknown:
        yield from _text_messages(db, threads, pending)
    if not no_mms:
        yield from multimedia_messages(db, threads, pending, file.path)
    yield from pending.finish()
    yield from unjoined_parts(db)
    yield from _messages_beside(db, threads)
    yield from vendor_rows(db)
    for table in readable:
        yield from gaps(db, table, recovered_keys(file, table))


def _text_messages(db: EvidenceDatabase, threads: Threads, pending: Pending) -> Iterator[Found]:
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "sms", selecting(db, "sms", _COLUMNS), gaps):
        doubts.locator = f"sms:_id={row['_id']}"
        yield _message(row, doubts, threads, pending)
        if doubts.problems:
            yield from doubts.drain()
    yield from gaps


def _messages_beside(db: EvidenceDatabase, threads: Threads) -> Iterator[Found]:
    """The text messages that phones of Samsung keep apart."""
    nothing, doubts, gaps = Pending(), Doubts(), list[Problem]()
    for table, flag, deleted in _BESIDE:
        if lacking(db, {table: {"_id", "address", "date", "type", "body"}}):
            continue
        if rows := count_rows(db, table):
            yield Present(rows)
        for row in each_row(db, table, selecting(db, table, _COLUMNS), gaps):
            doubts.locator = f"{table}:_id={row['_id']}"
            message = _message(row, doubts, threads, nothing)
            yield replace(message, deleted=deleted or message.deleted, flags=(*message.flags, flag))
            yield from doubts.drain()
    yield from gaps


def _message(row: Row, doubts: Doubts, threads: Threads, pending: Pending) -> Message:
    address, body, thread = row["address"], row["body"], row["thread_id"]
    direction, meaning, flag = _BOXES.get(row["type"]) or (None, "recorded", f"type {stored(row['type'])}")
    other = party(address if type(address) is str else doubts.text(address, "address"))
    moments: tuple[Moment, ...] = (doubts.moment(meaning, row["date"], "ms", "date"),)
    if direction == "in" and row["date_sent"]:
        moments += (doubts.moment("sent", row["date_sent"], "ms", "date_sent"),)
    members = threads.members(thread)
    recipients: tuple[Party, ...] = ()
    if direction == "out":
        # A draft may have no address of its own: the thread has those it is for.
        recipients = (other,) if other else members
    if other is None and not recipients:
        doubts.add("address", "no address is recorded")
    extra = _extra(row, direction, members)
    if pending:
        tries, errors = pending.of(PROTOCOL, row["_id"], doubts)
        moments, extra = moments + tries, extra + errors
    return Message(
        locator=doubts.locator,
        service="SMS",
        moments=moments,
        deleted=is_marked(row["deleted"]),
        flags=_flags(
            flag, direction, row["read"], row["status"], row["locked"], threads.is_archived(thread), row["deleted"]
        ),
        extra=extra,
        conversation=None if thread is None else str(thread),
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=recipients,
        subject=None if row["subject"] is None else doubts.text(row["subject"], "subject"),
        text=body if type(body) is str else doubts.text(body, "body"),
    )


@lru_cache(maxsize=4096, typed=True)  # the same for nearly every message of a phone
def _flags(
    flag: str, direction: str | None, read: Any, status: Any, locked: Any, archived: bool, deleted: Any
) -> tuple[str, ...]:
    flags = [flag] if flag else []
    if direction == "in" and read == 0:
        flags.append("unread")
    if direction == "out" and type(status) is int:
        flags += [word for start, end, word in _REPORTS if start <= status < end]
    if locked == 1:
        flags.append("locked against deletion")
    if archived:
        flags.append("conversation: archived")
    if is_marked(deleted):
        flags.append("deleted")
    return tuple(flags)


def _extra(row: Row, direction: str | None, members: tuple[Party, ...]) -> tuple[tuple[str, Any], ...]:
    """What the message carries beyond its text; who is in the thread, where that is more than one."""
    extra = _carried(*_EXTRA_OF(row))
    if direction == "out" and row["date_sent"]:
        extra += (("date_sent", stored(row["date_sent"])),)
    if direction is None and row["address"] is not None:
        extra += (("address", stored(row["address"])),)
    if len(members) > 1:
        extra += (("members", ", ".join(member.identifier for member in members)),)
    return extra


@lru_cache(maxsize=4096, typed=True)  # the same for nearly every message of a phone
def _carried(*values: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, value if type(value) in (str, int) else stored(value))
        for name, value in zip(_EXTRA, values, strict=True)
        if value is not None and value != _UNSET.get(name)
    )
