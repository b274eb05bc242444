"""Chats and snaps of a Snapchat export: chat_history.json and snap_history.json, older and newer layouts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, rest
from parsers.json_pieces import END, JsonDamaged, Path, pieces

SERVICE: Final = "Snapchat"
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:(?:Received|Sent) (?:(?:Saved |Unsaved )?Chat|Snap) History"\s*:|'
    rb'(?:[^"\x00-\x1f]{1,200}"\s*:\s*\[\s*\]\s*,\s*")*(?!Saved Media")[^"\x00-\x1f]{1,200}"\s*:\s*\[\s*\{[^}]*"'
    rb'(?:Media Type|IsSender|Created\(microseconds\))"\s*:)'
)
_BOX: Final = re.compile(r"(Received|Sent) (?:(?:Saved |Unsaved )?Chat|Snap) History")
_READ: Final = frozenset({"From", "To", "Media Type", "Created", "Created(microseconds)", "Content", "Text"}) | {
    "IsSender",
    "Conversation Title",
    "Media IDs",
}
_MEDIA_FLAGS: Final = {
    "STICKER": "sticker",
    "NOTE": "voice message",
    "LOCATION": "location",
    "SHARE": "forwarded",
    "SHARESAVEDSTORY": "forwarded",
}
# Beginnings of the types that the application writes by itself, the longer ones first.
_STATUS_FLAGS: Final = {"STATUSERASED": "deleted by sender", "STATUSCALL": "call", "STATUS": "system"}
_PLAIN: Final = ("TEXT", "MEDIA", "IMAGE", "VIDEO", "")


def looks_like(head: bytes) -> bool:
    """By the name of a list, or by the fields of the first message in a list that is named for somebody."""
    return _STARTS.match(head) is not None


@extractor(
    id="snapchat.export",
    version=3,
    title="Snapchat: chats and snaps of an export (JSON)",
    files=("**/chat_history.json", "**/snap_history.json"),
    types=("application/json",),
    claims=looks_like,
    emits=(Message,),
    privacy="communications",
    layouts="lists of what was received and sent (until 2022; saved and unsaved apart since 2020); a list for each "
    "conversation (since 2022)",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Of chats an export has what was saved, of snaps "
    "no pictures. Media are named by an id and not linked: where the export has them, their files in chat_media carry "
    "it in their names.",
)
def export(file: EvidenceFile) -> Iterator[Found]:
    """Every message and snap, in stored order.

    `Created` is in words with "UTC"; `Created(microseconds)` counts milliseconds, whatever its name says.
    "Text", which is the older one, is written as pages write it ("&#39;"), "Content" as it is.

    References:
    - Snapchat Support, "How do I download my data"; public readers of chat_history.json
    """
    if not looks_like(file.head):
        return
    snaps = "snap_history" in file.path.lower()
    values, rows = Values(file), 0
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if len(path) < 2:
                    if value is not END:
                        yield Problem("note", "not-read", f"not read: {path[0] if path else 'a value'}")
                    continue
                rows += 1
                values.locator = f"{path[0]}[{path[1]}]"
                if isinstance(value, dict):
                    yield message(values, value, str(path[0]), snaps)
                    yield from values.drain()
                else:
                    yield not_an_object(value, values.locator)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} messages were read")
    yield Present(rows)


def _entered(path: Path) -> bool:
    return len(path) < 2


def message(values: Values, row: Row, listed: str, snaps: bool) -> Message:
    """A message as the JSON form has it; `listed` is the name of the list that it stands in."""
    box = _BOX.fullmatch(listed)
    snap = snaps or (box is not None and "Snap" in listed)
    sender, receiver = values.words(row, "From"), values.words(row, "To")
    if box is not None:
        out = box[1] == "Sent"
        conversation = receiver if out else sender
    else:
        out = row.get("IsSender") is True
        conversation = listed
    direct = not row.get("Conversation Title")  # a group has one
    media, kind = values.words(row, "Media IDs"), values.words(row, "Media Type") or ""
    flag = _flag(kind)
    flags = (*(("snap",) if snap else ()), *((flag,) if flag else ()))
    other = _party(receiver or (conversation if direct else None))
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=(_moment(values, row),),
        deleted=flag == "deleted by sender",
        flags=flags,
        attachments=_media(media, kind, snap),
        extra=(*((("Media Type", kind),) if kind else ()), *rest(row, _READ)),
        conversation=conversation,
        title=values.words(row, "Conversation Title") or conversation,
        direction="out" if out else "in" if box is not None or row.get("IsSender") is False else None,
        sender=_party(sender),
        recipients=(other,) if out and other is not None else (),
        text=values.words(row, "Content") or unescape(values.words(row, "Text") or "") or None,
    )


def _flag(kind: str) -> str:
    """What kind of message it is; "" for a plain one."""
    if kind.upper() in _PLAIN:
        return ""
    status = next((flag for start, flag in _STATUS_FLAGS.items() if kind.upper().startswith(start)), f"type {kind}")
    return _MEDIA_FLAGS.get(kind.upper(), status)


def _party(name: str | None) -> Party | None:
    return Party(name, "snapchat") if name else None


def _moment(values: Values, row: Row) -> Moment:
    return values.epoch("sent", row, "Created(microseconds)", "ms") if _counted(row) else _written(values, row)


def _counted(row: Row) -> bool:
    count = row.get("Created(microseconds)")
    return type(count) is int and count > 0


def _written(values: Values, row: Row) -> Moment:
    return values.written("sent", row, "Created")


def _media(ids: str | None, kind: str, snap: bool) -> tuple[Attachment, ...]:
    """One for each id of a medium; snaps are not in an export."""
    if ids:
        return tuple(Attachment(one.strip(), state="not linked") for one in ids.split("|") if one.strip())
    return (Attachment(kind.lower(), state="omitted"),) if snap and kind else ()
