"""A row of `messages` of Google Messages, with what other tables say of it, as a message."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from evidence_store.records import Message, Moment, Party, Quoted, replace
from extractors.android.google_messages_codes import (
    INCOMING,
    OUTGOING,
    PROTOCOLS,
    PUSH,
    REACTIONS,
    SYSTEM,
    Direction,
    direction_of,
    is_event,
)
from extractors.android.google_messages_content import Content, Extra, content, reactions
from extractors.android.google_messages_people import Conversation, People
from extractors.database import Doubts, stored
from parsers.sqlite_file import Row

_EXTRA: Final = (
    *("sms_message_uri", "mms_transaction_id", "mms_content_location", "mms_retrieve_text", "mms_expiry"),
    *("sms_error_code", "sms_error_desc_map_name", "raw_status", "original_rcs_message_id"),
    *("rcs_message_id_with_text_type", "rcs_remote_instance", "sender_send_destination", "receiving_network_country"),
    *("message_original_protocol", "encryption_protocol", "etouffee_status", "message_report_status", "result_code"),
)
_EXTRA_OF: Final = itemgetter(*_EXTRA)
_NOTHING: Final = ((None,) * len(_EXTRA),)
MESSAGE: Final = (
    *("_id", "conversation_id", "sender_id", "sent_timestamp", "received_timestamp", "message_protocol"),
    *("message_status", "read", "mms_subject", "self_id", "is_hidden"),
    *_EXTRA,
)
_UNSET: Final = ("", 0, -1, None)
_TELEPHONY: Final = ("SMS", "MMS")
Around = dict[str, list[Row]]


@dataclass(slots=True)
class Context:
    """What the reading of one database shares: who is who, where files lie, and what is doubtful of the row at hand."""

    people: People
    root: str
    doubts: Doubts


def message(row: Row, around: Around, context: Context) -> Message:
    """`around` has the rows beside: parts, reactions, replies, reports, edits, edited, stars, captions, scheduled."""
    doubts = context.doubts
    status = row["message_status"]
    thread = context.people.conversation(row["conversation_id"])
    direction = direction_of(status)
    made = content(around["parts"], context.root, doubts)
    made.texts += [text for one in around["captions"] if (text := doubts.text(one["caption"], "caption"))]
    found, bytes_left = reactions(around["reactions"], doubts)
    sender, recipients = _sides(row, direction, thread, context)
    text = f"[{_event(status)}]" if is_event(status) and made.text is None else made.text
    return Message(
        locator=doubts.locator,
        service=_service(row),
        moments=_moments(row, direction, around, context),
        flags=_flags(row, direction, made, around, thread, context),
        attachments=tuple(made.attachments),
        extra=(*made.extra, *bytes_left, *_extra(row, around)),
        conversation=thread.key,
        title=thread.title,
        direction=direction,
        sender=sender,
        recipients=recipients,
        subject=doubts.text(row["mms_subject"], "mms_subject") or None,
        text=text,
        key=stored(row["_id"]),
        quotes=_quoted(around),
        reactions=found,
        lat=made.lat,
        lon=made.lon,
    )


def _service(row: Row) -> str:
    return PROTOCOLS.get(row["message_protocol"], "Google Messages")


def _event(status: Any) -> str:
    return SYSTEM.get(status, f"event {stored(status)}")


def _sides(
    row: Row, direction: Direction, thread: Conversation, context: Context
) -> tuple[Party | None, tuple[Party, ...]]:
    """Sender and recipients; the phone's own number only where its participants have one."""
    who = context.people.somebody.get(row["sender_id"])
    sender = who.party if who else None
    if direction == "out":
        card = who if who and who.own else context.people.somebody.get(row["self_id"])
        return (card.party if card and card.own else None), ((thread.other,) if thread.other else ())
    if direction == "in" and sender is None:
        context.doubts.add("sender", f"the sender is not known: participant {stored(row['sender_id'])}")
        return thread.other, ()
    return sender, ()


def _moments(row: Row, direction: Direction, around: Around, context: Context) -> tuple[Moment, ...]:
    doubts = context.doubts
    sent, received = row["sent_timestamp"], row["received_timestamp"]
    out = direction == "out" and OUTGOING.get(row["message_status"], (False,))[0]
    if out and sent not in _UNSET:
        found = [doubts.moment("sent", sent, "ms", "sent_timestamp")]
        if received not in (*_UNSET, sent):
            found.append(doubts.moment("recorded", received, "ms", "received_timestamp"))
    else:
        meaning = "received" if direction == "in" else "sent" if out else "recorded"
        found = [doubts.moment(meaning, received, "ms", "received_timestamp")]
        if direction == "in" and sent not in _UNSET:
            found.append(doubts.moment("sent", sent, "ms", "sent_timestamp"))
    for report in around["reports"]:
        for column, meaning in (("receive_time", "delivered"), ("read_time", "read")):
            if report[column] not in _UNSET:
                moment = doubts.moment(meaning, report[column], "ms", f"read_reports {column}")
                found.append(replace(moment, note=_by(report["participant_id"], context) or moment.note))
    for table, column, meaning in (
        ("edits", "edited_at_timestamp_ms", "edited"),
        ("scheduled", "scheduled_time", "scheduled for"),
    ):
        found += [
            doubts.moment(meaning, one[column], "ms", column) for one in around[table] if one[column] not in _UNSET
        ]
    return tuple(found)


def _by(participant: Any, context: Context) -> str:
    who = context.people.somebody.get(participant)
    name = who.party.identifier if who and who.party else f"participant {stored(participant)}"
    return f"reported for {name}"


def _flags(
    row: Row, direction: Direction, made: Content, around: Around, thread: Conversation, context: Context
) -> tuple[str, ...]:
    who = context.people.somebody.get(row["sender_id"])
    own = _own_flags(row["message_status"], row["message_protocol"], direction, row["read"], row["is_hidden"])
    flags = [*own, *made.flags]
    if around["edits"] or around["edited"]:
        flags.append("earlier version" if _is_earlier(row, around) else "edited")
    if any(one["reacted_message_id"] is not None for one in around["reactions"]):
        flags.append("reaction")
    if around["stars"]:
        flags.append("starred")
    if who and who.flags and not who.own:
        flags += [f"sender {flag}" for flag in who.flags]
    if thread.flags:
        flags += [f"conversation: {flag}" for flag in thread.flags]
    return own if len(flags) == len(own) else tuple(dict.fromkeys(flags))


@lru_cache(maxsize=4096, typed=True)  # the same for nearly every message of a phone
def _own_flags(status: Any, protocol: Any, direction: Direction, read: Any, hidden: Any) -> tuple[str, ...]:
    """What the row of the message says by itself."""
    if direction == "out":
        flags = list(OUTGOING[status][1] if status in OUTGOING else (f"status {status}",))
    elif direction == "in":
        flags = list(INCOMING.get(status, (f"status {status}",)))
        flags += ["unread"] if read == 0 else []
    else:
        flags = ["system"] if is_event(status) else [f"status {stored(status)}"]
    if protocol == PUSH:
        flags.append("not downloaded")
    elif protocol not in PROTOCOLS:
        flags.append(f"protocol {stored(protocol)}")
    flags += ["hidden in the application"] if hidden == 1 else []
    flags += ["application's own copy"] if PROTOCOLS.get(protocol) in _TELEPHONY else []
    return tuple(dict.fromkeys(flags))


def _is_earlier(row: Row, around: Around) -> bool:
    """Whether an edit has put another row in the place of this one."""
    return any(one["latest_message_id"] not in (None, row["_id"]) for one in around["edits"])


def _quoted(around: Around) -> Quoted | None:
    """The message that is answered, by its row id where the application found it, else by its id in RCS."""
    for reply in around["replies"]:
        key = reply["replied_to_message_id"]
        key = reply["replied_to_rcs_message_id"] if key is None else key
        return Quoted(None if key is None else stored(key))
    return None


def _extra(row: Row, around: Around) -> tuple[Extra, ...]:
    found: list[Extra] = []
    if is_event(row["message_status"]):
        found.append(("message_status", row["message_status"]))
    for reaction in around["reactions"]:
        if reaction["reacted_message_id"] is not None:
            found.append(("reacted_message_id", _plain(reaction["reacted_message_id"])))
        if reaction["reaction"] not in _UNSET:
            found.append(("reaction", REACTIONS.get(reaction["reaction"], stored(reaction["reaction"]))))
    if _is_earlier(row, around):
        found += [("latest_message_id", _plain(one["latest_message_id"])) for one in around["edits"]]
    earlier = [one["message_id"] for one in around["edited"] if one["message_id"] != row["_id"]]
    found += [("earlier version", _plain(key)) for key in earlier]
    carried = _EXTRA_OF(row)
    if carried not in _NOTHING:
        found += [(name, _plain(value)) for name, value in zip(_EXTRA, carried, strict=True) if value not in _UNSET]
    return tuple(found)


def _plain(value: Any) -> str | int | float | None:
    return value if value is None or type(value) in (str, int) else stored(value)
