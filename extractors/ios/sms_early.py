"""The message store of iOS 5 and before: `message` with an address in each row, parts in `msg_pieces`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Problem
from extractors.base import Found
from extractors.beside import beside
from extractors.database import Doubts, RowsBeside, stored
from extractors.ios.core_data import each_record, named
from extractors.ios.sms_files import Places
from extractors.ios.sms_people import party
from parsers.attributed_text import read_text
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

EARLY: Final = {"message": {"ROWID", "address", "date", "text", "flags"}}
_EXTRA: Final = ("flags", "svc_center", "country", "association_id", "madrid_flags", "madrid_error", "madrid_account")
_MESSAGE: Final = (
    *("address", "date", "text", "group_id", "subject", "read", "is_madrid", "madrid_guid", "madrid_handle"),
    *("madrid_attributedBody", "madrid_roomname", "madrid_date_read", "madrid_date_delivered"),
    *_EXTRA,
)
_PIECE: Final = ("ROWID", "message_id", "data", "content_type", "content_loc", "preview_part")
_FILE: Final = ("ROWID", "message_id", "filename", "mime_type")
_OUTGOING, _FAILED, _DELETED = 1, 32, 128  # bits of `flags`
_FROM_ME: Final = 4  # of `madrid_flags`


def early_messages(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    """Every row of `message` and of `msg_group`. `date` is seconds since 1970, of an iMessage since 2001."""
    reader = _Reader(db, Places(path))
    if not lacking(db, {"msg_group": {"ROWID"}}):
        yield from each_record(db, "msg_group", ("type",), reader.group, key="ROWID")
    yield from each_record(db, "message", _MESSAGE, reader.message, key="ROWID")
    yield from reader.finish()


class _Reader:
    """Makes messages of rows, with the parts and the members that stand beside them."""

    def __init__(self, db: EvidenceDatabase, places: Places) -> None:
        self._places = places
        self._members: dict[Any, list[Party]] = {}
        self._gaps: list[Problem] = []
        self._pieces: RowsBeside = beside(db, "msg_pieces", _PIECE, "message_id", "ROWID")
        self._files: RowsBeside = beside(db, "madrid_attachment", _FILE, "message_id", "ROWID")
        if not lacking(db, {"group_member": {"group_id", "address"}}):
            try:
                for row in db.execute("SELECT group_id, address FROM group_member ORDER BY group_id, rowid"):
                    if isinstance(row["address"], str) and (who := party(str(row["address"]))):
                        self._members.setdefault(row["group_id"], []).append(who)
            except DatabaseDamaged as error:
                self._gaps.append(Problem("file", "damaged-database", f"group_member: {error}"))

    def group(self, row: Row, doubts: Doubts) -> Group:
        members = tuple(self._members.get(row["ROWID"], ()))
        return Group(
            locator=doubts.locator,
            service="SMS",
            flags=("group",) if len(members) > 1 else ("one to one",),
            extra=named(row, ("type",)),
            conversation=str(row["ROWID"]),
            identifiers=members,
            members=tuple(Member(one) for one in members),
        )

    def message(self, row: Row, doubts: Doubts) -> Message:
        modern = row["is_madrid"] == 1
        direction, flags = _direction(row, modern, doubts)
        other = party(doubts.text(row["madrid_handle"] if modern else row["address"], "address"))
        group = row["group_id"] if row["group_id"] not in (None, 0) else None
        members = self._members.get(group, [])
        room = doubts.text(row["madrid_roomname"], "madrid_roomname")
        text, attachments = self._content(row, doubts)
        if direction == "in" and row["read"] == 0:
            flags.append("unread")
        recipients = (other,) if other and len(members) < 2 else ()
        return Message(
            locator=doubts.locator,
            service="iMessage" if modern else "SMS",
            moments=_moments(row, direction, modern, doubts),
            deleted="deleted on this device" in flags,
            flags=tuple(flags),
            attachments=attachments,
            extra=named(row, _EXTRA, (None, "", 0)),
            conversation=room or (None if group is None else stored(group)),
            direction=direction,
            sender=other if direction == "in" else None,
            recipients=recipients if direction == "out" else (),
            subject=doubts.text(row["subject"], "subject") or None,
            text=text,
            key=doubts.text(row["madrid_guid"], "madrid_guid"),
        )

    def _content(self, row: Row, doubts: Doubts) -> tuple[str | None, tuple[Attachment, ...]]:
        text = doubts.text(row["text"], "text")
        body = row["madrid_attributedBody"]
        if text is None and isinstance(body, bytes):
            try:
                text = read_text(body).replace("￼", "") or None
            except ValueError as error:
                doubts.add("attributedBody", f"madrid_attributedBody: {error}")
        found = []
        words = []
        for piece in self._pieces.of(row["ROWID"]):
            where = f"msg_pieces:ROWID={piece['ROWID']}"
            mime = doubts.text(piece["content_type"], f"{where} content_type")
            data = piece["data"]
            if mime == "text/plain" and data is not None:
                words.append(data.decode("utf-8", "backslashreplace") if isinstance(data, bytes) else stored(data))
            elif mime != "application/smil":
                name = doubts.text(piece["content_loc"], f"{where} content_loc") or f"part {piece['ROWID']}"
                found.append(Attachment(name, None, mime))
        for one in self._files.of(row["ROWID"]):
            where = f"madrid_attachment:ROWID={one['ROWID']}"
            recorded = doubts.text(one["filename"], f"{where} filename") or ""
            name = recorded.replace("\\", "/").rpartition("/")[2] or f"attachment {one['ROWID']}"
            path = self._places.of(recorded) if recorded else None
            found.append(Attachment(name, path, doubts.text(one["mime_type"], f"{where} mime_type")))
        return "\n".join(part for part in (text, *words) if part) or text, tuple(found)

    def finish(self) -> Iterator[Found]:
        """What belonged to no message, and what could not be read."""
        yield from self._gaps
        yield from self._pieces.finish()
        yield from self._files.finish()


def _direction(row: Row, modern: bool, doubts: Doubts) -> tuple[Literal["in", "out"] | None, list[str]]:
    column = "madrid_flags" if modern else "flags"
    bits = doubts.number(row[column], column)
    if bits is None:
        return None, [f"{column} {stored(row[column])}".strip()]
    if modern:
        return ("out" if bits & _FROM_ME else "in"), []
    flags = ["failed"] if bits & _FAILED else []
    return ("out" if bits & _OUTGOING else "in"), flags + (["deleted on this device"] if bits & _DELETED else [])


def _moments(row: Row, direction: str | None, modern: bool, doubts: Doubts) -> tuple[Moment, ...]:
    unit = "cocoa s" if modern else "s"
    meaning = {"in": "received", "out": "sent"}.get(direction or "", "recorded")
    found = [doubts.moment(meaning, row["date"], unit, "date")]
    for word, column in (("delivered", "madrid_date_delivered"), ("read", "madrid_date_read")):
        if row[column] not in (None, 0):
            found.append(doubts.moment(word, row[column], "cocoa s", column))
    return tuple(found)
