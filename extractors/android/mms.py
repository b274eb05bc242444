"""The picture messages (MMS) of Android's message store: tables `pdu`, `addr` and `part`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Message, Moment, Party, Problem
from extractors.android.message_rest import MMS as PROTOCOL
from extractors.android.message_rest import Extra, Pending
from extractors.android.threads import Threads, is_marked, party
from extractors.base import Found
from extractors.beside import beside
from extractors.database import Doubts, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row

_VENDORS: Final = ("sim_id", "sim_slot", "sim_imsi", "timed", "block_type", "account")  # added by makers of phones
_PDU: Final = (
    "_id",
    "thread_id",
    "date",
    "date_sent",
    "msg_box",
    "read",
    "sub",
    "sub_cs",
    "m_type",
    "m_id",
    "ct_l",
    "exp",
    "m_size",
    "tr_id",
    "creator",
    "locked",
    "m_cls",
    "pri",
    "rr",
    "d_rpt",
    "resp_st",
    "st",
    "retr_st",
    "retr_txt",
    "read_status",
    "d_tm",
    "sub_id",
    "deleted",
    *_VENDORS,
)
_EXTRA: Final = (
    *("m_id", "ct_l", "exp", "m_size", "tr_id", "creator", "m_cls", "pri", "rr", "d_rpt", "resp_st", "st", "retr_st"),
    *("retr_txt", "read_status", "d_tm", "sub_id", *_VENDORS),
)
# What a header says that asks for nothing: personal, of normal priority, no report wanted.
_UNSET: dict[str, Any] = {"m_cls": "personal", "pri": 129, "rr": 129, "d_rpt": 129, "sub_id": -1}
_UNSET |= {"sim_id": 0, "sim_slot": 0, "timed": 0, "block_type": 0, "account": ""}
_ADDRESS: Final = ("_id", "msg_id", "address", "type", "charset")
_PART: Final = ("_id", "mid", "seq", "ct", "name", "fn", "cl", "_data", "text")
_BOXES: Final[dict[Any, tuple[Literal["in", "out"], str, str]]] = {
    1: ("in", "received", ""),
    2: ("out", "sent", ""),
    3: ("out", "recorded", "draft"),
    4: ("out", "recorded", "outbox"),
    5: ("out", "recorded", "failed"),
}
_NOTIFICATION: Final = 130  # the network offers a message; 132 is that message, 128 one that this phone sends
_MESSAGE_TYPES: Final = (128, _NOTIFICATION, 132)
_REPORTS: Final = {134: "delivery report", 135: "read report", 136: "read report"}
_STATES: Final[dict[Any, str]] = {
    128: "expired",
    129: "retrieved",
    130: "rejected",
    131: "deferred",
    132: "not recognised",
    133: "indeterminate",
    134: "forwarded",
    135: "unreachable",
}
_READ_STATES: Final[dict[Any, str]] = {128: "read", 129: "deleted without being read"}
_FROM, _TO, _CC, _BCC = 137, 151, 130, 129
# IANA MIBenum numbers of the character sets that the store may have passed through ISO 8859-1.
_CHARSETS: Final = {17: "shift_jis", 106: "utf-8", 1015: "utf-16", 2026: "big5"}


def multimedia_messages(db: EvidenceDatabase, threads: Threads, pending: Pending, path: str) -> Iterator[Found]:
    """Every row of `pdu` as a message, with whatever addresses and parts are there; `path` is that of the database.

    Files of parts stand in "app_parts" beside the folder of the database, wherever the extraction put that.

    References:
    - Android Open Source Project: android.provider.Telephony.Mms, com.google.android.mms.pdu.PduPersister, PduHeaders
    - IANA character set registry (MIBenum)
    """
    addresses = beside(db, "addr", _ADDRESS, "msg_id", "_id")
    parts = beside(db, "part", _PART, "mid", "seq, _id")
    folder, _, _ = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    store = above if last.lower() == "databases" else folder
    app_parts = f"{store}/app_parts/" if store else "app_parts/"
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "pdu", selecting(db, "pdu", _PDU), gaps):
        doubts.locator = f"pdu:_id={row['_id']}"
        tries = pending.of(PROTOCOL, row["_id"], doubts)
        yield _message(row, addresses.of(row["_id"]), parts.of(row["_id"]), tries, threads, app_parts, doubts)
        yield from doubts.drain()
    yield from gaps
    yield from addresses.finish()
    yield from parts.finish()


def _message(
    row: Row,
    addresses: list[Row],
    parts: list[Row],
    tries: tuple[tuple[Moment, ...], Extra],
    threads: Threads,
    app_parts: str,
    doubts: Doubts,
) -> Message:
    """`tries` is what is recorded of trying to send or to fetch it."""
    direction, meaning, flag = _BOXES.get(row["msg_box"]) or (None, "recorded", f"box {stored(row['msg_box'])}")
    moments: tuple[Moment, ...] = (doubts.moment(meaning, row["date"], "s", "date"),)
    if direction == "in" and row["date_sent"]:
        moments += (doubts.moment("sent", row["date_sent"], "s", "date_sent"),)
    members = threads.members(row["thread_id"])
    people = [(entry["type"], someone) for entry in addresses if (someone := _someone(entry, doubts))]
    recipients = tuple(someone for role, someone in people if role in (_TO, _CC, _BCC))
    if direction == "out" and not recipients:
        recipients = members
    text, attachments = _content(parts, app_parts, doubts)
    return Message(
        locator=doubts.locator,
        service="MMS",
        moments=moments + tries[0],
        deleted=is_marked(row["deleted"]),
        flags=_flags(row, direction, flag, threads.is_archived(row["thread_id"])),
        attachments=attachments,
        extra=_extra(row, people, members) + tries[1],
        conversation=None if row["thread_id"] is None else str(row["thread_id"]),
        direction=direction,
        sender=next((someone for role, someone in people if role == _FROM), None),
        recipients=recipients,
        subject=_recoded(doubts.text(row["sub"], "sub"), row["sub_cs"]),
        text=text,
    )


def _someone(entry: Row, doubts: Doubts) -> Party | None:
    address = doubts.text(entry["address"], f"addr:_id={entry['_id']} address")
    return party(_recoded(address, entry["charset"]))


def _recoded(text: str | None, charset: Any) -> str | None:
    """The store writes the bytes of a header as if they were ISO 8859-1, and their real character set beside them.

    Text that cannot have come about in that way stands as it is.
    """
    codec = _CHARSETS.get(charset)
    if text is None or codec is None or text.isascii():
        return text
    try:
        return text.encode("latin-1").decode(codec)
    except UnicodeError:
        return text


def _content(parts: list[Row], app_parts: str, doubts: Doubts) -> tuple[str | None, tuple[Attachment, ...]]:
    """The text of the message, and its parts that are files; the page layout (SMIL) is neither."""
    texts: list[str] = []
    attachments = []
    for part in parts:
        where = f"part:_id={part['_id']}"
        mime = doubts.text(part["ct"], f"{where} ct")
        file_name = (doubts.text(part["_data"], f"{where} _data") or "").replace("\\", "/").rpartition("/")[2]
        text = doubts.text(part["text"], f"{where} text")
        if mime == "application/smil":
            continue
        if text is not None and (text or not file_name):
            texts.append(text)  # of plain text, web pages, cards: these words stand in no file
        if text is not None and not file_name:
            continue
        names = (doubts.text(part[column], f"{where} {column}") for column in ("cl", "name", "fn"))
        name = next((name for name in names if name), file_name or f"part {part['_id']}")
        path = None if file_name in ("", ".", "..") else app_parts + file_name
        attachments.append(Attachment(name, path, mime))
    return "\n".join(texts) if texts else None, tuple(attachments)


def _flags(row: Row, direction: str | None, flag: str, archived: bool) -> tuple[str, ...]:
    flags = [flag] if flag else []
    if row["m_type"] == _NOTIFICATION:
        flags.append("not downloaded")
    elif row["m_type"] in _REPORTS:
        states = (_STATES.get(row["st"]), _READ_STATES.get(row["read_status"]))
        flags += [_REPORTS[row["m_type"]], *(state for state in states if state)]
    elif row["m_type"] is not None and row["m_type"] not in _MESSAGE_TYPES:
        flags.append(f"message type {stored(row['m_type'])}")
    if direction == "in" and row["read"] == 0:
        flags.append("unread")
    if row["locked"] == 1:
        flags.append("locked against deletion")
    if archived:
        flags.append("conversation: archived")
    if is_marked(row["deleted"]):
        flags.append("deleted")
    return tuple(flags)


def _extra(row: Row, people: list[tuple[Any, Party]], members: tuple[Party, ...]) -> tuple[tuple[str, str | int], ...]:
    found = [(name, row[name]) for name in _EXTRA if row[name] is not None and row[name] != _UNSET.get(name)]
    found += [("cc", someone.identifier) for role, someone in people if role == _CC]
    found += [("bcc", someone.identifier) for role, someone in people if role == _BCC]
    found += [
        (f"address type {stored(role)}", someone.identifier)
        for role, someone in people
        if role not in (_FROM, _TO, _CC, _BCC)
    ]
    if len(members) > 1:
        found.append(("members", ", ".join(member.identifier for member in members)))
    return tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in found)
