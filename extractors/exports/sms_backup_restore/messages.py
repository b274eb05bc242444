"""Text messages, picture messages and calls of a backup of "SMS Backup & Restore"."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final, Literal

from evidence_store.records import Attachment, Call, Message, Moment, Party
from extractors.android.calls import _NO_NUMBER, _PRESENTATIONS
from extractors.android.calls import _TYPES as _CALL_TYPES
from extractors.android.mms import _BOXES as _MMS_BOXES
from extractors.android.mms import _MESSAGE_TYPES, _recoded
from extractors.android.sms import _BOXES as _SMS_BOXES
from extractors.android.threads import party
from extractors.exports.sms_backup_restore.values import Extra, Row

Direction = Literal["in", "out"] | None
_FROM, _TO, _CC, _BCC = 137, 151, 130, 129
_NOTIFICATION: Final = 130
_SMIL: Final = "application/smil"
_WHO: Final = ("address", "contact_name", "read", "date")
_SMS_KNOWN: Final = frozenset({*_WHO, "body", "subject"})
# How the message went over the network: nothing of it tells about who wrote what to whom.
_TRANSPORT: Final = ("ct_t", "ct_cls", "m_cls", "rr", "v", "pri", "d_rpt", "rpt_a", "exp", "sub_cs", "text_only")
_MMS_KNOWN: Final = frozenset({*_WHO, *_TRANSPORT, "sub", "m_type"})
_CALL_KNOWN: Final = frozenset({"number", "contact_name", "date", "duration"})
_UNSET: Final = {"status": "-1", "date_sent": "0", "locked": "0", "sub_id": "-1", "protocol": "0"}
_CALL_UNSET: Final = {"presentation": "1", "features": "0", "new": "0", "is_read": "1"}


def text_message(row: Row) -> Message:
    """An `sms` element. Its body stands as recorded, also where that is "null"."""
    direction, meaning, flag = _SMS_BOXES.get(row.code("type")) or (None, "recorded", f"type {row.values.get('type')}")
    moments: tuple[Moment, ...] = (row.moment(meaning, "date", "ms"),)
    if direction == "in" and row.text("date_sent") not in (None, "0"):
        moments += (row.moment("sent", "date_sent", "ms"),)
    people = row.people()
    return Message(
        locator=row.doubts.locator,
        service="SMS",
        moments=moments,
        flags=_flags(row, direction, flag),
        extra=row.rest(_known(_SMS_KNOWN, "type", direction), _UNSET),
        conversation=row.text("address"),
        title=row.name,
        direction=direction,
        sender=people[0] if direction == "in" and len(people) == 1 else None,
        recipients=people if direction != "in" else people if len(people) > 1 else (),
        subject=row.text("subject"),
        text=row.values.get("body"),
    )


class PictureMessage:
    """An `mms` element whose parts and addresses follow."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._texts: list[str] = []
        self._files: list[Attachment] = []
        self._people: list[tuple[int | None, Party]] = []

    def add(self, row: Row, kind: str, *, cut: bool) -> None:
        """One `part` or `addr` of it."""
        if kind == "addr":
            address = _recoded(row.text("address"), row.code("charset"))
            if someone := party(address):
                self._people.append((row.code("type"), self._named(someone)))
            return
        text, mime = row.values.get("text"), row.text("ct")
        if mime == _SMIL:
            return  # the layout of the page
        if text is not None and (text != "null" or (mime or "").startswith("text/")) and (text or row.data is None):
            self._texts.append(text)  # of plain text, web pages, cards: these words stand in no file
        if row.data is not None or text in (None, "null"):
            self._files.append(_attachment(row, mime, len(self._files) + 1, cut=cut))

    def _named(self, someone: Party) -> Party:
        """With the name of the contact, where the message is with this one alone."""
        people = self._row.people()
        return people[0] if len(people) == 1 and people[0].identifier == someone.identifier else someone

    def message(self) -> Message:
        """The message with what has been added to it."""
        row = self._row
        box = row.code("msg_box")
        direction, meaning, flag = _MMS_BOXES.get(box) or (None, "recorded", f"box {row.values.get('msg_box')}")
        moments: tuple[Moment, ...] = (row.moment(meaning, "date", _unit(row, "date", "ms")),)
        if direction == "in" and row.text("date_sent") not in (None, "0"):
            moments += (row.moment("sent", "date_sent", _unit(row, "date_sent", "s")),)
        people = row.people()
        sender = next((someone for role, someone in self._people if role == _FROM), None)
        if sender is None and direction == "in" and len(people) == 1:
            sender = people[0]
        recipients = tuple(someone for role, someone in self._people if role in (_TO, _CC, _BCC))
        if sender is not None:  # a message of a group names all of its members
            recipients = tuple(one for one in recipients if one.identifier != sender.identifier)
        return Message(
            locator=row.doubts.locator,
            service="MMS",
            moments=moments,
            flags=_flags(row, direction, flag) + _message_type(row),
            attachments=tuple(self._files),
            extra=row.rest(_known(_MMS_KNOWN, "msg_box", direction), _UNSET) + self._roles(),
            conversation=row.text("address"),
            title=row.name,
            direction=direction,
            sender=sender,
            recipients=recipients or (people if direction != "in" else ()),
            subject=_recoded(row.text("sub"), row.code("sub_cs")),
            text="\n".join(self._texts) if self._texts else None,
        )

    def _roles(self) -> tuple[Extra, ...]:
        """Who was not addressed in the plain way."""
        names = {_CC: "cc", _BCC: "bcc"}
        return tuple(
            (names.get(role or 0, f"address type {role}"), someone.identifier)
            for role, someone in self._people
            if role not in (_FROM, _TO)
        )


def _unit(row: Row, name: str, usual: str) -> str:
    """Some programs leave the seconds of the phone's store in `date`, or write milliseconds in `date_sent`.

    Ten digits of milliseconds end in April 1970 and twelve of seconds begin in 5138: no message has such a time.
    """
    value = row.text(name) or ""
    if not (value.isascii() and value.isdecimal() and len(value) in (10, 12, 13)):
        return usual
    return "s" if len(value) == 10 else "ms"


def _attachment(row: Row, mime: str | None, number: int, *, cut: bool) -> Attachment:
    names = (row.text(column) for column in ("cl", "name", "fn"))
    name = next((name for name in names if name), f"part {number}")
    if row.data is None:
        return Attachment(name, mime=mime, state="omitted")
    try:
        content = base64.b64decode(b"".join(row.data.split()), validate=True)
    except binascii.Error as error:
        row.doubts.add("base64", f"the data of {name} are not what base64 can be: {error}")
        return Attachment(name, mime=mime, state="embedded")
    if cut:
        return Attachment(name, mime=mime, state="embedded")
    return Attachment(name, None, mime, len(content), hashlib.sha256(content).hexdigest(), "embedded")


def _flags(row: Row, direction: Direction, flag: str) -> tuple[str, ...]:
    flags = (flag,) if flag else ()
    return (*flags, "unread") if direction == "in" and row.values.get("read") == "0" else flags


def _message_type(row: Row) -> tuple[str, ...]:
    kind = row.text("m_type")
    if kind == str(_NOTIFICATION):
        return ("not downloaded",)
    known = tuple(str(one) for one in _MESSAGE_TYPES)
    return () if kind is None or kind in known else (f"message type {kind}",)


def _known(names: frozenset[str], box: str, direction: Direction) -> frozenset[str]:
    """The names of what a field of the message already says."""
    return names | ({box} if direction else set()) | ({"date_sent"} if direction == "in" else set())


def call(row: Row) -> Call:
    """A `call` element; `contact_name` is what the address book said when the backup was made."""
    direction, outcome = _CALL_TYPES.get(row.code("type"), (None, None))
    number = row.text("number")
    why = _PRESENTATIONS.get(row.code("presentation") or 0) or _NO_NUMBER.get(number or "")
    other = None
    if number and number not in _NO_NUMBER:
        other = Party(number, "phone", row.name)
    elif row.name:
        other = Party(row.name, "name", row.name)
    kept = {"number"} if direction is None or other is None or other.scheme == "name" else set()
    flags = ((why,) if why else ()) + ((f"type {row.values.get('type')}",) if direction is None else ())
    duration = row.number("duration")
    if duration is not None and duration < 0:
        row.doubts.add("number", f"duration is below zero: {duration}")
        duration = None
    return Call(
        locator=row.doubts.locator,
        service="Phone",
        moments=(row.moment("started", "date", "ms"),),
        flags=flags,
        extra=row.rest((_CALL_KNOWN - kept) | ({"type"} if direction else set()), _CALL_UNSET),
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=(other,) if other and direction == "out" else (),
        outcome=outcome,
        duration_s=duration,
    )
