"""A row of `messages` of Samsung's messages application, with its parts, as a message."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Final

from evidence_store.records import Attachment, Message, Moment, Party, Quoted
from extractors.android.samsung_messages_codes import DIRECTIONS, EVENT, STATES, TYPES, Direction
from extractors.android.samsung_messages_people import Conversation, People
from extractors.android.shared_storage import place
from extractors.android.tables import Extra, extra_of, moments_of
from extractors.database import Doubts, stored
from parsers.sqlite_file import Row

_SHOWN: Final = (
    *("remote_message_uri", "imdn_message_id", "session_id", "sim_slot", "creator", "remote_creator", "req_app_id"),
    *("device_name", "user_alias", "error_code", "information_message_type", "display_notification_status"),
    *("delivery_report_status", "read_report_status", "re_type", "re_body", "re_count_info", "reply_body"),
    *("maap_info", "link_url", "sim_imsi", "reason_code", "from_address", "callback_number", "mms_content_location"),
    *("spam_type", "block_filtered_status", "re_recipient_address", "reply_recipient_address"),
)
_UNSHOWN: Final = {"error_code": -1, "sim_slot": -1} | dict.fromkeys(
    (
        *("information_message_type", "display_notification_status", "delivery_report_status", "read_report_status"),
        *("reason_code", "spam_type", "block_filtered_status", "re_type"),
    ),
    0,
)
MESSAGE: Final = (
    *("_id", "conversation_id", "message_type", "recipients", "message_box_type", "message_status", "subject"),
    *("created_timestamp", "sent_timestamp", "delivered_timestamp", "scheduled_timestamp", "updated_timestamp"),
    *("bin_timestamp", "is_read", "is_locked", "is_hidden", "is_spam", "is_bin", "is_favorite", "is_broadcast_msg"),
    *("is_secret", "is_bot", "reply_original_body", "reply_original_key", "re_original_body", "re_original_key"),
    *_SHOWN,
)
PART: Final = (
    *(
        "_id",
        "conversation_id",
        "message_id",
        "text",
        "content_type",
        "content_uri",
        "file_name",
        "size",
        "_data",
        "sticker_id",
    ),
    *("webpreview_url", "webpreview_title", "webpreview_description"),
)
_STATES_OF_ROW: Final = (
    ("is_locked", "locked against deletion"),
    ("is_hidden", "hidden in the application"),
    ("is_spam", "spam folder"),
    ("is_bin", "recycle bin"),
    ("is_favorite", "starred"),
    ("is_broadcast_msg", "broadcast"),
    ("is_secret", "secret"),
    ("is_bot", "chatbot"),
)
_TELEPHONY: Final = ("SMS", "MMS")  # which the telephony provider holds too
_LAYOUT: Final = "application/smil"  # how a picture message is to be laid out, and no part of what it says
_PLACE: Final = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)")
_BETWEEN: Final = re.compile(r"[;|]")


@dataclass(slots=True)
class Context:
    """What the reading of one database shares: who is who, its path, and what is doubtful of the row at hand."""

    people: People
    path: str
    doubts: Doubts


@dataclass(slots=True)
class Content:
    """The parts of a message together."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    extra: list[tuple[str, str | int | float | None]] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        return "\n".join(self.texts) or None


def message(row: Row, parts: list[Row], context: Context) -> Message:
    """`parts` are the rows of table `parts` that name the message."""
    doubts = context.doubts
    event = row["message_type"] == EVENT
    direction = None if event else DIRECTIONS.get(row["message_box_type"])
    service, kind = TYPES.get(
        row["message_type"], ("Samsung messages", (f"message_type {stored(row['message_type'])}",))
    )
    thread = context.people.conversation(row["conversation_id"])
    made = content(parts, context)
    sender, recipients, left = _sides(row, direction, thread, context)
    text = made.text
    if text is None and event:
        text = f"[event {stored(row['information_message_type'])}]"
    lat, lon = _place(text)
    return Message(
        locator=doubts.locator,
        service=service,
        moments=_moments(row, direction, doubts),
        deleted=row["is_bin"] == 1,
        flags=(*kind, *_flags(row, direction), *(("application's own copy",) if service in _TELEPHONY else ())),
        attachments=tuple(made.attachments),
        extra=(*left, *extra_of(row, _SHOWN, _UNSHOWN), *made.extra),
        conversation=thread.key,
        title=thread.title,
        direction=direction,
        sender=sender,
        recipients=recipients,
        subject=doubts.text(row["subject"], "subject") or None,
        text=text,
        key=stored(row["_id"]),
        quotes=_quoted(row, doubts),
        lat=lat,
        lon=lon,
    )


def _sides(
    row: Row, direction: Direction, thread: Conversation, context: Context
) -> tuple[Party | None, tuple[Party, ...], Extra]:
    """(sender, recipients, what the column `recipients` says beyond them): it has the other side, either way."""
    stated = context.doubts.text(row["recipients"], "recipients") or ""
    addresses = [one for one in map(str.strip, _BETWEEN.split(stated)) if one]
    named = tuple(dict.fromkeys(who for one in addresses if (who := context.people.named(one))))
    if direction == "in":
        if len(named) == 1:
            return named[0], (), ()
        if thread.other is None:
            context.doubts.add("sender", f"the sender is not known: {stated or 'none recorded'}")
        return thread.other, (), (("recipients", stated),) if named else ()
    if direction == "out":
        return None, named or tuple(dict.fromkeys(thread.others)), ()
    return None, (), (("recipients", stated),) if stated else ()


def _moments(row: Row, direction: Direction, doubts: Doubts) -> tuple[Moment, ...]:
    """`created_timestamp` is when the phone stored the message; `sent_timestamp` what the network states."""
    reached = STATES.get(row["message_status"], (False, ()))[0]
    stored_as = "received" if direction == "in" else "sent" if direction == "out" and reached else "recorded"
    found = moments_of(row, ((stored_as, "created_timestamp"),), doubts)
    if row["sent_timestamp"] != row["created_timestamp"]:
        found += moments_of(row, (("sent", "sent_timestamp"),), doubts)
    return found + moments_of(
        row,
        (
            ("delivered", "delivered_timestamp"),
            ("scheduled for", "scheduled_timestamp"),
            ("modified", "updated_timestamp"),
            ("moved to the recycle bin", "bin_timestamp"),
        ),
        doubts,
    )


def _flags(row: Row, direction: Direction) -> tuple[str, ...]:
    status = row["message_status"]
    flags = list(STATES[status][1] if status in STATES else (f"message_status {stored(status)}",))
    if row["message_box_type"] not in DIRECTIONS:
        flags.append(f"message_box_type {stored(row['message_box_type'])}")
    elif direction == "in" and row["is_read"] == 0:
        flags.append("unread")
    flags += [word for column, word in _STATES_OF_ROW if row[column] == 1]
    return tuple(dict.fromkeys(flags))


def _quoted(row: Row, doubts: Doubts) -> Quoted | None:
    """What the message answers or reacts to."""
    for start in ("reply_original", "re_original"):
        key, text = (doubts.text(row[f"{start}_{end}"], f"{start}_{end}") for end in ("key", "body"))
        if key or text:
            return Quoted(key or None, None, text or None)
    return None


def content(parts: list[Row], context: Context) -> Content:
    """The texts in stored order, and whatever is a file."""
    doubts, found = context.doubts, Content()
    for part in parts:
        where = f"parts:_id={stored(part['_id'])}"
        mime = doubts.text(part["content_type"], f"{where} content_type")
        if mime == _LAYOUT:
            continue
        text = doubts.text(part["text"], f"{where} text")
        if text:
            found.texts.append(text)
        held = [doubts.text(part[name], f"{where} {name}") for name in ("_data", "content_uri", "file_name")]
        if any(held) or not (text or mime in (None, "text/plain")):
            found.attachments.append(_attachment(part, mime, held, context, found))
        for name in ("webpreview_url", "webpreview_title", "webpreview_description", "sticker_id"):
            if words := doubts.text(part[name], f"{where} {name}"):
                found.extra.append((name, words))
    return found


def _attachment(part: Row, mime: str | None, held: list[str | None], context: Context, found: Content) -> Attachment:
    """The file of a part: by its path where one is recorded, else by its address in the telephony provider."""
    path, address, name = held
    plain = [one.removeprefix("file://") for one in (path, address) if one]
    where = next((there for one in plain if (there := place(one, context.path))), None)
    if where is None:
        found.extra += [(word, one) for word, one in (("_data", path), ("content_uri", address)) if one]
    size = part["size"] if type(part["size"]) is int and part["size"] > 0 else None
    name = name or (posixpath.basename(where) if where else f"part {stored(part['_id'])}")
    return Attachment(name, where, mime, size, state="" if where or path or address else "not downloaded")


def _place(text: str | None) -> tuple[float | None, float | None]:
    found = _PLACE.search(text) if text else None
    if found is None:
        return None, None
    lat, lon = float(found[1]), float(found[2])
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else (None, None)


def left_over(part: Row, context: Context) -> Message:
    """A part whose message has no row."""
    made = content([part], context)
    thread = context.people.conversation(part["conversation_id"])
    return Message(
        locator=context.doubts.locator,
        service="Samsung messages",
        flags=("no row of this message",),
        attachments=tuple(made.attachments),
        extra=(("message_id", stored(part["message_id"])), *made.extra),
        conversation=thread.key,
        title=thread.title,
        text=made.text,
    )
