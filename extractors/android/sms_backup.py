"""The text and picture messages in Android's own backup: files of deflated JSON, up to a thousand messages each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.android.mms import _recoded
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts
from extractors.matching import without_copy_mark

LONGEST: Final = 16 << 20  # of one file, unpacked; a thousand long messages have about a tenth of it
_PIECE: Final = 1 << 20
_SPACE: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()
Direction = Literal["in", "out"] | None
# type of a text message, box of a picture message: (direction, what `date` means, flag)
_SMS_BOXES: Final[dict[str, tuple[Direction, str, str]]] = {
    "1": ("in", "received", ""),
    "2": ("out", "sent", ""),
    "3": ("out", "recorded", "draft"),
    "4": ("out", "recorded", "outbox"),
    "5": ("out", "recorded", "failed"),
    "6": ("out", "recorded", "queued"),
}
_MMS_BOXES: Final = {box: meaning for box, meaning in _SMS_BOXES.items() if box != "6"}
_NOTIFICATION: Final = "130"  # the network offers a message that was not fetched
_FROM, _TO, _CC, _BCC = 137, 151, 130, 129
_SHOWN: Final = ("body", "date", "subject", "recipients", "read", "mms_body", "mms_addresses", "sub")
_UNSET: Final = {"status": "-1", "date_sent": "0", "archived": "0"}


@extractor(
    id="android.sms_backup",
    version=2,
    title="Android backup of text and picture messages",
    files=(
        "**/com.android.providers.telephony/**/*_sms_backup",
        "**/com.android.providers.telephony/**/*_mms_backup",
    ),
    emits=(Message,),
    privacy="communications",
    layouts="JSON of com.android.providers.telephony in adb backups of Android 6 to 12",
    tested_on="published adb backups of versions 1 and 5: 2 text messages and 1 picture message; made-up backups",
    limits="The backup has no attachments of picture messages and no numbers of threads: messages with the same "
    "recipients are one conversation.",
)
def sms_backup(file: EvidenceFile) -> Iterator[Found]:
    """Every element of the array, in stored order.

    Values are text whatever their column was. `date` is milliseconds for a text message and seconds for a picture
    message; `recipients` are the members of its thread without the phone's own number.

    References:
    - Android Open Source Project: com.android.providers.telephony.TelephonyBackupAgent
    """
    mms = without_copy_mark(file.path).lower().endswith("_mms_backup")
    text, damage = _unpacked(file)
    count = 0
    at = _after(text, 0, "[")
    if at is None:
        yield Problem("schema", "unknown-layout", damage or "no array of messages")
        return
    while (start := _next(text, at)) is not None:
        try:
            element, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            damage = damage or f"the JSON is damaged at character {start}"
            break
        yield from _found(element, f"element {count}", mms)
        count += 1
    else:
        damage = damage or ("" if _after(text, at, "]") is not None else "the array has no end")
    if damage:
        yield Problem("file", "damaged-backup", f"{damage}; {count} messages were read")
    yield Present(count)


def _unpacked(file: EvidenceFile) -> tuple[str, str]:
    """(text, what is wrong): as much as came out. Bytes that are no UTF-8 are kept as surrogates."""
    engine, out, damage = zlib.decompressobj(), b"", ""
    with file.open() as stream:
        while (piece := stream.read(_PIECE)) and not engine.eof and not damage:
            try:
                out += engine.decompress(piece, LONGEST + 1 - len(out))
            except zlib.error:
                damage = f"damaged compressed data after {len(out)} bytes"
            if len(out) > LONGEST:
                damage = f"more than {LONGEST} bytes come out: only these were read"
    if not damage and not engine.eof:
        damage = "the compressed data end too early"
    return out[:LONGEST].decode("utf-8", "surrogateescape"), damage


def _after(text: str, at: int, mark: str) -> int | None:
    """The place after `mark`, where it is the next character that is no space."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at + 1 if text[at : at + 1] == mark else None


def _next(text: str, at: int) -> int | None:
    """Where the next element begins; None at the end of the array, or of the text."""
    while at < len(text) and (text[at] in _SPACE or text[at] == ","):
        at += 1
    return at if at < len(text) and text[at] != "]" else None


def _found(element: Any, locator: str, mms: bool) -> Iterator[Found]:
    if not isinstance(element, dict):
        yield Problem("row", "not-a-message", f"{type(element).__name__} where a message should stand", locator)
        return
    doubts = Doubts()
    doubts.locator = locator
    yield _picture_message(element, doubts) if mms else _text_message(element, doubts)
    yield from doubts.drain()


def _text_message(row: dict[str, Any], doubts: Doubts) -> Message:
    direction, meaning, flag = _SMS_BOXES.get(_text(row, "type")) or (None, "recorded", f"type {_text(row, 'type')}")
    moments: tuple[Moment, ...] = (_moment(meaning, row.get("date"), "ms", "date", doubts),)
    if direction == "in" and _text(row, "date_sent") not in ("", "0"):
        moments += (_moment("sent", row["date_sent"], "ms", "date_sent", doubts),)
    members = _members(row)
    other = party(_text(row, "address") or None)
    recipients = ((other,) if other else members) if direction == "out" else ()
    if other is None and not members:
        doubts.add("address", "no address is recorded")
    return Message(
        locator=doubts.locator,
        service="SMS",
        moments=moments,
        flags=_flags(row, direction, flag),
        extra=_extra(row, _known(direction, "type", "address")),
        conversation=_conversation(members, other),
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=recipients,
        subject=_text(row, "subject") or None,
        text=_words(row, "body"),
    )


def _picture_message(row: dict[str, Any], doubts: Doubts) -> Message:
    direction, meaning, flag = _MMS_BOXES.get(_text(row, "msg_box")) or (
        None, "recorded", f"box {_text(row, 'msg_box')}"
    )  # fmt: skip
    moments: tuple[Moment, ...] = (_moment(meaning, row.get("date"), "s", "date", doubts),)
    if direction == "in" and _text(row, "date_sent") not in ("", "0"):
        moments += (_moment("sent", row["date_sent"], "s", "date_sent", doubts),)
    members, people = _members(row), _people(row)
    recipients = tuple(someone for role, someone in people if role in (_TO, _CC, _BCC))
    if _text(row, "m_type") == _NOTIFICATION:
        flag = f"{flag}; not downloaded" if flag else "not downloaded"
    copies = tuple(
        (name, one.identifier) for name, code in (("cc", _CC), ("bcc", _BCC)) for role, one in people if role == code
    )
    return Message(
        locator=doubts.locator,
        service="MMS",
        moments=moments,
        flags=_flags(row, direction, flag),
        extra=_extra(row, _known(direction, "msg_box", "")) + copies,
        conversation=_conversation(members, None),
        direction=direction,
        sender=next((someone for role, someone in people if role == _FROM), None),
        recipients=recipients or (members if direction == "out" else ()),
        subject=_recoded(_text(row, "sub") or None, _number(row, "sub_cs")),
        text=_words(row, "mms_body"),
    )


def _text(row: dict[str, Any], name: str) -> str:
    """A value as text, "" where there is none; the backup writes every value as text, older ones wrote numbers."""
    value = row.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _number(row: dict[str, Any], name: str) -> int | None:
    text = _text(row, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _words(row: dict[str, Any], name: str) -> str | None:
    return _text(row, name) if row.get(name) is not None else None


def _moment(meaning: str, value: Any, unit: str, column: str, doubts: Doubts) -> Moment:
    text = value.strip() if isinstance(value, str) else value
    number = int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 19 else value
    return doubts.moment(meaning, number, unit, column)


def _members(row: dict[str, Any]) -> tuple[Party, ...]:
    names = row.get("recipients")
    found = [party(name) for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _people(row: dict[str, Any]) -> list[tuple[int | None, Party]]:
    """(role, who) of a picture message, in stored order."""
    found = []
    addresses = row.get("mms_addresses")
    for entry in addresses if isinstance(addresses, list) else []:
        if not isinstance(entry, dict):
            continue
        if someone := party(_recoded(_text(entry, "address") or None, _number(entry, "charset"))):
            found.append((_number(entry, "type"), someone))
    return found


def _conversation(members: tuple[Party, ...], other: Party | None) -> str | None:
    """There are no numbers of threads in a backup: who a thread is with stands for it."""
    who = sorted(member.identifier for member in members) or ([other.identifier] if other else [])
    return ", ".join(who) or None


def _flags(row: dict[str, Any], direction: Direction, flag: str) -> tuple[str, ...]:
    flags = tuple(part for part in flag.split("; ") if part)
    if direction == "in" and _text(row, "read") == "0":
        flags += ("unread",)
    return flags


def _known(direction: Direction, box: str, address: str) -> tuple[str, ...]:
    """The names of what a field of the message already says."""
    return (*((box, address) if direction else ()), *(("date_sent",) if direction == "in" else ()))


def _extra(row: dict[str, Any], known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What else is stored with a message, under its own names."""
    return tuple(
        (str(name), _text(row, name))
        for name in row
        if name not in _SHOWN and name not in known and _text(row, name) not in ("", _UNSET.get(name))
    )
