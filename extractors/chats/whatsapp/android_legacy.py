"""The messages of WhatsApp on Android before 2021, and those not yet moved by then: table `messages`.

References:
- the view `available_message_view` of the application's own schema of 2022, which says what columns of the early table
  are called in the later one, and that type 0 with status 6 is what the later one calls type 7
- the application's own query for those whom broadcasts went to, which asks for `needs_push = 2`
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Message, Moment, Party, Problem, Quoted
from extractors.chats.whatsapp.android_codes import REVOKED, SYSTEM, TEXT, Direction, looks
from extractors.chats.whatsapp.android_content import place
from extractors.chats.whatsapp.android_messages import beside
from extractors.chats.whatsapp.android_system import system
from extractors.chats.whatsapp.beside import Beside, Side
from extractors.chats.whatsapp.chat import Chat
from extractors.chats.whatsapp.draft import Context, Draft
from extractors.chats.whatsapp.media_paths import file_name
from extractors.chats.whatsapp.vcards import card_text, card_words
from extractors.database import each_row, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

TABLE: Final = "messages"
NEEDED: Final = {TABLE: {"_id", "key_remote_jid", "key_from_me", "key_id", "data", "timestamp"}}
COLUMNS: Final = (
    *("_id", "key_remote_jid", "key_from_me", "key_id", "status", "needs_push", "data", "timestamp", "media_url"),
    *("media_mime_type", "media_wa_type", "media_size", "media_name", "media_caption", "media_hash", "media_duration"),
    *("origin", "latitude", "longitude", "thumb_image", "remote_resource", "received_timestamp", "raw_data"),
    *("receipt_server_timestamp", "receipt_device_timestamp", "read_device_timestamp", "played_device_timestamp"),
    *("starred", "quoted_row_id", "mentioned_jids", "forwarded", "edit_version"),
)
_QUOTED: Final = (
    "key_id",
    "key_from_me",
    "key_remote_jid",
    "remote_resource",
    "data",
    "media_caption",
    "media_wa_type",
)
SIDES: Final = (
    Side("messages_vcards", ("vcard",), order="_id"),
    Side("messages_vcards_jids", ("vcard_jid",), order="_id"),
)
_SYSTEM_STATUS: Final = 6
_BROADCAST: Final = 2  # `needs_push` of a message that went to a broadcast list
_CONTACT, _LOCATION, _CALL = 4, 5, 8
# A path among the values of a Java object that was written as it stands: a marker, two bytes of length, the text.
_JAVA_TEXT: Final = re.compile(rb"t([\x00-\x03][\x00-\xff])(?=/|Media/|WhatsApp/)")
_RECEIPTS: Final = (
    ("receipt_device_timestamp", "delivered"),
    ("read_device_timestamp", "read"),
    ("played_device_timestamp", "played"),
)
Thumbnails = dict[tuple[Any, Any, Any], tuple[int, str]]


def rows(db: EvidenceDatabase, gaps: list[Problem]) -> Iterator[Row]:
    """The rows of `messages`, each with what it answers ("quoted …") and the key of the later row of the same id."""
    columns = selecting(db, TABLE, COLUMNS)
    quotes = not lacking(db, {"messages_quotes": {"_id"}}) and "quoted_row_id" in db.tables()[TABLE]
    there = db.tables().get("messages_quotes", set())
    for name in _QUOTED:
        looked_up = f"(SELECT q.{name} FROM messages_quotes q WHERE q._id = {TABLE}.quoted_row_id)"  # noqa: S608
        columns += f", {looked_up if quotes and name in there else 'NULL'} AS quoted_{name}"
    later = not lacking(db, {"message": {"_id", "key_id"}})
    looked_up = f"(SELECT n.key_id FROM message n WHERE n._id = {TABLE}._id)"  # noqa: S608
    columns += f", {looked_up if later else 'NULL'} AS later_key"
    yield from each_row(db, TABLE, columns, gaps)


def recovered(row: Row) -> Row:
    """A deleted row with the columns that `rows` adds; what it answered is not looked up."""
    return row | {f"quoted_{name}": None for name in _QUOTED} | {"later_key": None}


def thumbnails(db: EvidenceDatabase) -> Thumbnails:
    """(size, SHA-256) of the previews that stand in a table of their own, by the key of their message."""
    found: Thumbnails = {}
    columns = ("key_remote_jid", "key_from_me", "key_id", "thumbnail")
    if lacking(db, {"message_thumbnails": set(columns)}):
        return found
    try:
        for row in db.execute(f"SELECT {', '.join(columns)} FROM message_thumbnails"):  # noqa: S608
            picture = row["thumbnail"]
            if isinstance(picture, bytes) and picture:
                key = (row["key_remote_jid"], row["key_from_me"], row["key_id"])
                found[key] = (len(picture), hashlib.sha256(picture).hexdigest())
    except DatabaseDamaged as error:
        db.notes.append(f"not all of message_thumbnails could be read: {error}")
    return found


def message(row: Row, found: Beside, previews: Thumbnails, context: Context) -> Message:
    """A row of `messages`; `found` is what later tables hold beside it."""
    doubts = context.doubts
    key, jid = doubts.text(row["key_id"], "key_id"), doubts.text(row["key_remote_jid"], "key_remote_jid")
    kind = _kind(row)
    if key == "-1" and jid == "-1":
        return Message(
            locator=doubts.locator,
            service=context.service,
            flags=("placeholder",),
            text=doubts.text(row["data"], "data"),
            key=key,
        )
    direction, flags, extra = looks(
        kind,
        row["key_from_me"],
        None if kind == SYSTEM else row["status"],
        row["origin"],
        row["forwarded"],
        row["starred"],
        1 if row["needs_push"] == _BROADCAST else 0,
    )
    chat = context.people.chat_of(jid) if jid else Chat("", "unknown")
    sender, recipients, more = _sides(row, direction, chat, context)
    moments = _moments(row, direction, chat, context)
    draft = Draft(row, chat, direction, sender, recipients, [*flags], moments, [*extra, *more], None)
    if kind == TEXT or kind not in (_CONTACT, _LOCATION):
        draft.text = doubts.text(row["data"], "data")
    beside(draft, found, context)
    _own_content(draft, kind, found, previews, context)
    if kind == SYSTEM:
        system(draft, found, context, row["media_size"])
    draft.deleted = draft.deleted or kind in REVOKED
    return draft.message(doubts.locator, context.service, key)


def _kind(row: Row) -> Any:
    """The type as a number; it is stored as text."""
    kind = row["media_wa_type"]
    if isinstance(kind, str) and kind.strip().lstrip("-").isdecimal() and len(kind) < 10:
        kind = int(kind)
    return SYSTEM if kind in (TEXT, None) and row["status"] == _SYSTEM_STATUS else TEXT if kind is None else kind


def _sides(
    row: Row, direction: Direction, chat: Chat, context: Context
) -> tuple[Party | None, tuple[Party, ...], list[tuple[str, str | int | float | None]]]:
    resource = context.doubts.text(row["remote_resource"], "remote_resource")
    other = chat.other.party if chat.other else None
    if direction == "out":
        more = [("remote_resource", resource)] if resource else []
        return None, (other,) if other else (), list(more)
    if resource and "," not in resource:
        return context.people.named(resource), (), []
    return other if direction == "in" else None, (), [("remote_resource", resource)] if resource else []


def _moments(row: Row, direction: Direction, chat: Chat, context: Context) -> list[Moment]:
    doubts = context.doubts
    found = [doubts.moment("sent" if direction else "recorded", row["timestamp"], "ms", "timestamp")]
    if direction == "in" and _is_time(row["received_timestamp"]):
        found.append(doubts.moment("received", row["received_timestamp"], "ms", "received_timestamp"))
    if direction == "out":
        if _is_time(row["receipt_server_timestamp"]):
            column = "receipt_server_timestamp"
            found.append(doubts.moment("reached the server", row[column], "ms", column))
        found += [
            doubts.moment(meaning, row[column], "ms", column) for column, meaning in _RECEIPTS if _is_time(row[column])
        ]
    return found


def _is_time(value: Any) -> bool:
    return value is not None and not (type(value) is int and value <= 0)


def _own_content(draft: Draft, kind: Any, found: Beside, previews: Thumbnails, context: Context) -> None:
    """What the early table keeps in its own columns, where no later table has given it yet."""
    row, doubts = draft.row, context.doubts
    draft.say(doubts.text(row["media_caption"], "media_caption") if kind != _CALL else None)
    if kind == _CALL:
        draft.keep("media_caption", row["media_caption"])
    if kind == _LOCATION or row["latitude"] or row["longitude"]:
        _location(draft, found, context)
    if kind == _CONTACT:
        _card(draft, row["data"], context)
    for table, column in (("messages_vcards", "vcard"), ("messages_vcards_jids", "vcard_jid")):
        for one in found.get(table, []):
            if column == "vcard":
                _card(draft, one[column], context)
            else:
                draft.keep("card of", one[column])
    if "message_media" not in found and kind not in (TEXT, SYSTEM, _CONTACT, _LOCATION, _CALL):
        _media(draft, context)
    size_and_hash = previews.get((row["key_remote_jid"], row["key_from_me"], row["key_id"]))
    raw = row["raw_data"]
    if size_and_hash is None and isinstance(raw, bytes) and raw:
        size_and_hash = (len(raw), hashlib.sha256(raw).hexdigest())
    if size_and_hash is not None and "message_thumbnail" not in found:
        draft.attachments.append(Attachment("preview", None, "image/jpeg", *size_and_hash, "embedded"))
    if draft.quotes is None and row["quoted_key_id"] is not None:
        _quoted(draft, context)
    if isinstance(row["mentioned_jids"], str):
        for jid in filter(None, row["mentioned_jids"].split(",")):
            draft.keep("mentions", jid.strip())


def _location(draft: Draft, found: Beside, context: Context) -> None:
    row = draft.row
    if "message_location" not in found:
        place(draft, row["latitude"], row["longitude"], context)
    draft.say(context.doubts.text(row["media_name"], "media_name"))


def _card(draft: Draft, card: Any, context: Context) -> None:
    text = context.doubts.text(card, "vcard")
    if text and ("vcard", card_text(text)) not in draft.extra:
        draft.text = "\n".join(part for part in (draft.text, card_words(text)) if part)
        draft.keep("vcard", card_text(text))


def _media(draft: Draft, context: Context) -> None:
    row, doubts = draft.row, context.doubts
    mime = doubts.text(row["media_mime_type"], "media_mime_type")
    given = doubts.text(row["media_name"], "media_name")
    recorded = _path_of(row["thumb_image"])
    if not (mime or given or recorded or row["media_url"]):
        return
    path = context.paths.place(recorded)
    context.relative |= bool(path) and not context.paths.sure and not recorded.startswith("/")
    size = row["media_size"]
    draft.attachments.append(
        Attachment(
            given or file_name(recorded) or mime or "media",
            path,
            mime,
            size if type(size) is int and size > 0 else None,
            state="" if path else "not downloaded",
        )
    )
    draft.keep("file_hash", row["media_hash"])
    if row["media_duration"]:
        draft.keep("media_duration", row["media_duration"])


def _path_of(thumb_image: Any) -> str:
    """The path of the file in a serialised MediaData; "" where there is none that can be told."""
    if not isinstance(thumb_image, bytes):
        return ""
    for match in _JAVA_TEXT.finditer(thumb_image):
        size = int.from_bytes(match[1], "big")
        text = thumb_image[match.end() : match.end() + size]
        if len(text) == size and b"/" in text and not any(byte < 0x20 for byte in text):
            return text.decode("utf-8", "replace")
    return ""


def _quoted(draft: Draft, context: Context) -> None:
    row, doubts = draft.row, context.doubts
    own = row["quoted_key_from_me"] == 1
    jid = doubts.text(row["quoted_remote_resource"] or row["quoted_key_remote_jid"], "quoted sender")
    draft.quotes = Quoted(
        doubts.text(row["quoted_key_id"], "quoted key_id"),
        context.people.named(jid) if jid and not own else None,
        doubts.text(row["quoted_data"] or row["quoted_media_caption"], "quoted data"),
    )
    if own:
        draft.keep("quoted message", "sent from this account")
    if row["quoted_media_wa_type"] not in (None, "0", 0):
        draft.keep("quoted type", stored(row["quoted_media_wa_type"]))
