"""The files of messages in Apple's store, and where they are in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from evidence_store.records import Attachment, Message, Present, Problem
from extractors.base import Found, joined
from extractors.beside import sorted_rows
from extractors.database import Doubts, RowsBeside, each_row, selecting, until_damage
from extractors.ios.core_data import Extra
from extractors.ios.sms_people import People, columns_of, when
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_COLUMNS: Final = (
    *("guid", "created_date", "filename", "uti", "mime_type", "transfer_state", "is_outgoing", "transfer_name"),
    *("total_bytes", "is_sticker", "hide_attachment", "is_commsafety_sensitive", "emoji_image_short_description"),
)
_JOIN: Final = {"message_attachment_join": {"message_id", "attachment_id"}}
_DAMAGE: Final = "damage"  # in place of a column: why the row of an attachment cannot be read
_MOST_TOLD: Final = 20  # places of damage
_NO_ROW: Final = "there is no row of attachment for it"
_FINISHED: Final = 5  # transfer_state
_HOME: Final = re.compile(r"~/|/?(?:private/)?var/mobile/|/Users/[^/]+/")
_STORE: Final = re.compile(r"Library/(?:SMS|Messages)/", re.IGNORECASE)
_UTI_FLAGS: Final = {"public.vlocation": "location", "public.vcard": "contact card", "com.compuserve.gif": "GIF"}


class Places:
    """Where a recorded path is in the source: the store stands beside its own folder of attachments."""

    def __init__(self, database: str) -> None:
        self._database = database
        home, found, _ = database.rpartition("Library/SMS/")
        if not found:
            home, found, _ = database.rpartition("Library/Messages/")
        self._home = home if found else None

    def of(self, recorded: str) -> str | None:
        """The path in the source; None for one that leads nowhere in it."""
        path = recorded.replace("\\", "/")
        below = _HOME.sub("", path, count=1) if _HOME.match(path) else path.lstrip("/")
        parts = [part for part in below.split("/") if part not in ("", ".", "..")]
        below = "/".join(parts)
        if store := _STORE.match(below):
            return joined(self._database, below[store.end() :])
        return f"{self._home or ''}{below}" or None


def files_beside(db: EvidenceDatabase) -> RowsBeside:
    """The attachments by message; a row of the join whose attachment is not there comes too, all NULL."""
    if lacking(db, _JOIN):
        return RowsBeside(iter(()), "message_attachment_join", "message_id")
    return RowsBeside(_joined_rows(db), "message_attachment_join", "message_id")


def _joined_rows(db: EvidenceDatabase) -> Iterator[Row]:
    """The rows of the join with what is stored of the attachment; where damage lies in these, one by one."""
    there = "" if lacking(db, {"attachment": {"ROWID"}}) else " LEFT JOIN attachment a ON a.ROWID = j.attachment_id"
    columns = f"a.ROWID AS ROWID, {selecting(db, 'attachment', _COLUMNS, 'a')}" if there else _all_null()
    sql = (
        f"SELECT j.message_id AS message_id, j.attachment_id AS attachment_id, {columns} "  # noqa: S608
        f"FROM message_attachment_join j{there} ORDER BY j.message_id, j.attachment_id"
    )
    done, reasons = 0, list[str]()
    with until_damage(reasons):
        for row in db.execute(sql):
            done += 1
            yield row
    if reasons:
        keys = ("message_id", "attachment_id")
        for row in islice(sorted_rows(db, "message_attachment_join", ", ".join(keys), keys), done, None):
            yield row | _one_attachment(db, row["attachment_id"])


def _one_attachment(db: EvidenceDatabase, key: Any) -> Row:
    """What is stored of an attachment; all None where there is no row of it, or where it lies in damage."""
    nothing: Row = dict.fromkeys(("ROWID", *_COLUMNS))
    if lacking(db, {"attachment": {"ROWID"}}):
        return nothing
    found, reasons = nothing, list[str]()
    with until_damage(reasons):
        sql = f"SELECT {columns_of(db, 'attachment', _COLUMNS)} FROM attachment WHERE ROWID = ?"  # noqa: S608
        found = next(iter(db.execute(sql, (key,))), nothing)
    return found | {_DAMAGE: reasons[0]} if reasons else found


def _all_null() -> str:
    return ", ".join(f"NULL AS {name}" for name in ("ROWID", *_COLUMNS))


def attachments_of(
    rows: list[Row], places: Places, doubts: Doubts
) -> tuple[tuple[Attachment, ...], tuple[str, ...], Extra]:
    """The files of a message, the flags that they give it, and what else is stored of them."""
    found: list[Attachment] = []
    flags: list[str] = []
    extra: list[tuple[str, Any]] = []
    for row in rows:
        if row["ROWID"] is None:
            damage = row.get(_DAMAGE)
            why = f"the row of attachment for it cannot be read: {damage}" if damage else _NO_ROW
            doubts.add("no-attachment", f"{why} (ROWID={row['attachment_id']})")
            continue
        made, flag, more = _attachment(row, places, doubts)
        found.append(made)
        flags += flag
        extra += more
    return tuple(found), tuple(dict.fromkeys(flags)), tuple(extra)


def _attachment(row: Row, places: Places, doubts: Doubts) -> tuple[Attachment, list[str], list[tuple[str, Any]]]:
    where = f"attachment:ROWID={row['ROWID']}"
    recorded = doubts.text(row["filename"], f"{where} filename")
    path = places.of(recorded) if recorded else None
    last = (recorded or "").replace("\\", "/").rpartition("/")[2]
    name = doubts.text(row["transfer_name"], f"{where} transfer_name") or last or f"attachment {row['ROWID']}"
    size = doubts.number(row["total_bytes"], f"{where} total_bytes")
    mime = doubts.text(row["mime_type"], f"{where} mime_type") or None
    made = Attachment(name, path, mime, size if size and size > 0 else None, state="" if path else "not downloaded")
    flags = ["sticker"] if row["is_sticker"] == 1 else []
    uti = row["uti"]
    if isinstance(uti, str) and uti in _UTI_FLAGS:
        flags.append(_UTI_FLAGS[uti])
    extra: list[tuple[str, Any]] = []
    if row["transfer_state"] not in (None, _FINISHED):
        extra.append(("transfer_state", _plain(row["transfer_state"])))
    if row["is_commsafety_sensitive"] == 1:
        extra.append(("is_commsafety_sensitive", 1))
    if isinstance(row["emoji_image_short_description"], str) and row["emoji_image_short_description"]:
        extra.append(("description", str(row["emoji_image_short_description"])))
    return made, flags, extra


def _plain(value: Any) -> str | int:
    return value if type(value) is int else str(value)


def lone_attachments(db: EvidenceDatabase, places: Places, people: People) -> Iterator[Found]:
    """The attachments that belong to no message that is there, each as a message without words.

    Where the thread of the message that is gone can still be told, it is.
    """
    if lacking(db, {"attachment": {"ROWID", "filename"}}):
        return
    kept, thread = "", "NULL"
    if not lacking(db, {**_JOIN, "chat_message_join": {"chat_id", "message_id"}}):
        thread = (
            "(SELECT min(c.chat_id) FROM message_attachment_join j JOIN chat_message_join c"
            " ON c.message_id = j.message_id WHERE j.attachment_id = attachment.ROWID)"
        )
    if not lacking(db, _JOIN):
        kept = (
            " WHERE ROWID NOT IN (SELECT attachment_id FROM message_attachment_join WHERE attachment_id IS NOT NULL"
            " AND message_id IN (SELECT ROWID FROM message))"
        )
    doubts = Doubts()
    try:
        for row in _lone_rows(db, thread, kept):
            doubts.locator = f"attachment:ROWID={row['ROWID']}"
            made, flags, extra = _attachment(row, places, doubts)
            created, chat = row["created_date"], people.chat(row["chat_id"])
            yield Present(1)
            yield Message(
                locator=doubts.locator,
                service=chat.service if chat else "",
                moments=() if created in (None, 0) else (when("attachment created", created, "created_date", doubts),),
                flags=("attachment of no message", *flags),
                attachments=(made,),
                extra=tuple(extra),
                conversation=chat.conversation if chat else None,
                title=chat.title if chat else None,
                direction={0: "in", 1: "out"}.get(row["is_outgoing"]),  # type: ignore[arg-type]
                key=doubts.text(row["guid"], "guid"),
            )
            yield from doubts.drain()
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"attachment: {error}")


def _lone_rows(db: EvidenceDatabase, thread: str, kept: str) -> Iterator[Row]:
    """The rows of such attachments; behind damage, of those that no row names as a message's.

    Raises DatabaseDamaged behind the last of them, where damage keeps some from being read.
    """
    last: Any = None
    columns = columns_of(db, "attachment", _COLUMNS)
    reasons = list[str]()
    with until_damage(reasons):
        for row in db.execute(f"SELECT {columns}, {thread} AS chat_id FROM attachment{kept} ORDER BY ROWID"):  # noqa: S608
            last = row["ROWID"]
            yield row
    if not reasons:
        return
    gaps: list[Problem] = []
    owned: set[Any] = set()
    if not lacking(db, _JOIN):
        for row in each_row(db, "message_attachment_join", "rowid AS rowid, attachment_id", gaps, key="rowid"):
            owned.add(row["attachment_id"])
    for row in each_row(db, "attachment", f"{columns}, NULL AS chat_id", gaps, key="ROWID"):
        if row["ROWID"] not in owned and (last is None or row["ROWID"] > last):
            yield row
    raise DatabaseDamaged("; ".join(gap.detail for gap in gaps[:_MOST_TOLD]) or reasons[0])
