"""How a row of the table `message` of Apple's store becomes a message."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Message, Moment, Party, Quoted
from extractors.database import Doubts, stored
from extractors.ios.core_data import Extra, plain
from extractors.ios.sms_body import TAKEN_BACK, Words, app_of, edits, text_of
from extractors.ios.sms_codes import POLL_VOTE, STICKER, effect, event, tapback
from extractors.ios.sms_files import Places, attachments_of
from extractors.ios.sms_links import Links, target_of
from extractors.ios.sms_people import Chat, People, own, when
from parsers.sqlite_file import Row

_FLAGS: Final = (
    ("voice message", "is_audio_message"),
    ("forwarded", "is_forward"),
    ("junk", "is_spam"),
    ("automatic reply", "is_auto_reply"),
    ("sent as text message instead", "was_downgraded"),
    ("damaged", "is_corrupt"),
    ("emergency", "is_sos"),
    ("satellite", "sent_or_received_off_grid"),
    ("waiting for a satellite", "is_pending_satellite_send"),
)
_FLAG_WORDS: Final = tuple(word for word, _ in _FLAGS)
_EXTRA: Final = (
    *("account", "destination_caller_id", "service_center", "country", "error", "cache_roomnames", "expire_state"),
    *("is_expirable", "share_direction", "was_detonated", "schedule_state", "type"),
)
_TIMES: Final = (
    ("delivered", "date_delivered"),
    ("read", "date_read"),
    ("played", "date_played"),
    ("edited", "date_edited"),
    ("deleted", "date_retracted"),
    ("recovered", "date_recovered"),
)
COLUMNS: Final = (
    *("ROWID", "guid", "text", "attributedBody", "subject", "handle_id", "service", "date", "is_from_me", "is_read"),
    *("item_type", "group_action_type", "group_title", "other_handle", "share_status", "associated_message_guid"),
    *("associated_message_type", "associated_message_emoji", "balloon_bundle_id", "payload_data"),
    *("expressive_send_style_id", "message_summary_info", "thread_originator_guid", "schedule_type", "is_sent"),
    "is_delivered",
    *(name for _, name in _FLAGS),
    *(name for _, name in _TIMES),
    *_EXTRA,
)
_FLAGS_OF: Final = itemgetter(*(name for _, name in _FLAGS))
_EXTRA_OF: Final = itemgetter(*_EXTRA)
_TIMES_OF: Final = itemgetter(*(name for _, name in _TIMES))
_CHANGED: Final = "edited or unsent"  # what `date_edited` tells where a part was taken back
_SCHEDULED: Final = 2
_DIRECTIONS: Final[dict[Any, tuple[Literal["in", "out"], str]]] = {0: ("in", "received"), 1: ("out", "sent")}
_SHARED: Final = ("share_direction", "is_from_me")
_LOCATION: Final = 4  # of `item_type`: sharing of a location began or ended


class Reader:
    """Makes messages of rows, with whatever stands beside them."""

    def __init__(self, people: People, links: Links, places: Places, doubts: Doubts) -> None:
        self._people = people
        self._links = links
        self._places = places
        self._doubts = doubts

    def message(self, row: Row, chats: list[Any], files: list[Row]) -> Message:
        """`chats` are the numbers of the threads that the message is in, `files` its rows of attachments."""
        doubts, guid = self._doubts, row["guid"]
        found = [self._chat(number) for number in chats]
        chat = found[0] if found else None
        direction, meaning = _DIRECTIONS.get(1 if _shares_own(row) else row["is_from_me"], (None, "recorded"))
        unsent = direction == "out" and _is_unsent(row)
        if unsent:
            meaning = "scheduled for" if row["schedule_type"] == _SCHEDULED else "recorded"
        other = self._people.handle(row["handle_id"], doubts)
        text, extra = text_of(row, doubts)
        attachments, file_flags, file_extra = self._files(files)
        earlier = edits(row, doubts) if row["message_summary_info"] is not None else Words()
        moments = (when(meaning, row["date"], "date", doubts), *self._times(row, TAKEN_BACK in earlier.flags))
        has_app = row["balloon_bundle_id"] is not None or row["payload_data"] is not None
        app = app_of(row, doubts) if has_app else Words()
        text, event_flags, event_extra = self._special(row, text or app.text, direction, other)
        reactions, reaction_extra = self._links.reactions(guid, doubts)
        is_edited = bool(earlier.extra) or (text is not None and TAKEN_BACK not in earlier.flags)
        flags = _flags(row, direction, _FLAGS_OF(row), is_edited)
        if unsent:
            flags = ("not marked as sent", *flags)
        if more := event_flags + app.flags + earlier.flags + file_flags:
            flags = tuple(dict.fromkeys(flags + more))
        extra += app.extra + earlier.extra + event_extra + file_extra + reaction_extra
        return Message(
            locator=doubts.locator,
            service=self._service(row, chat),
            moments=moments + earlier.moments,
            flags=flags if chat is None else flags + chat.flags,
            attachments=attachments,
            extra=extra + self._extra(row, found),
            conversation=None if chat is None else chat.conversation,
            title=None if chat is None else chat.title,
            direction=direction,
            sender=other if direction == "in" else own(row) if direction == "out" else None,
            recipients=_recipients(direction, other, chat),
            subject=None if row["subject"] is None else doubts.text(row["subject"], "subject"),
            text=text,
            key=guid if type(guid) is str else doubts.text(guid, "guid"),
            quotes=self._quotes(row),
            reactions=reactions,
        )

    def _chat(self, number: Any) -> Chat:
        chat = self._people.chat(number)
        if chat is not None:
            return chat
        self._doubts.add("no-chat", f"there is no row of chat for it (ROWID={stored(number)})")
        return Chat(f"chat:ROWID={stored(number)}", None, "", (), False, ())

    def _service(self, row: Row, chat: Chat | None) -> str:
        service = row["service"]
        if type(service) is str and service:
            return service
        named = self._doubts.text(service, "service")
        return named or self._people.service(row["handle_id"]) or (chat.service if chat else "")

    def _times(self, row: Row, taken_back: bool) -> tuple[Moment, ...]:
        values = _TIMES_OF(row)
        if not any(values):
            return ()
        return tuple(
            when(_CHANGED if taken_back and name == "date_edited" else meaning, value, name, self._doubts)
            for (meaning, name), value in zip(_TIMES, values, strict=True)
            if value not in (None, 0)
        )

    def _files(self, rows: list[Row]) -> tuple[tuple[Attachment, ...], tuple[str, ...], Extra]:
        return attachments_of(rows, self._places, self._doubts) if rows else ((), (), ())

    def _special(
        self, row: Row, text: str | None, direction: str | None, who: Party | None
    ) -> tuple[str | None, tuple[str, ...], Extra]:
        """What is no plain message: events of the conversation, and tapbacks whose message is not there."""
        item, kind = row["item_type"], row["associated_message_type"]
        if item not in (None, 0):
            actor = (who.identifier if who else "") if direction != "out" else "own side"
            about = self._people.handle(row["other_handle"], self._doubts, "other_handle")
            title = self._doubts.text(row["group_title"], "group_title")
            other = about.identifier if about else "somebody"
            words = event(item, row["group_action_type"], row["share_status"], title, actor, other)
            names = ("item_type", "group_action_type", "share_status", *(_SHARED if _shares_own(row) else ()))
            codes = tuple((name, plain(row[name])) for name in names if row[name] is not None)
            codes += (("other_handle", about.identifier),) if about else ()
            return text or words, ("system",), codes
        if kind in (None, 0):
            return text, (), ()
        emoji = self._doubts.text(row["associated_message_emoji"], "associated_message_emoji")
        words_of = tapback(kind, emoji)
        if words_of is not None:
            return text or f"[{words_of}]", ("reaction",), (("reaction", words_of),)
        flag = {STICKER: "sticker", POLL_VOTE: "poll vote"}.get(kind) if type(kind) is int else None
        # 2 and 3 are what an application sent before and after: its own flag says what that is.
        odd = () if flag or kind in (2, 3) else (f"type {stored(kind)}",)
        return text, (flag,) if flag else odd, (("associated_message_type", plain(kind)),)

    def _quotes(self, row: Row) -> Quoted | None:
        if row["thread_originator_guid"] is not None:
            return self._links.quoted(row["thread_originator_guid"])
        if row["associated_message_guid"] is None:
            return None
        target = target_of(row["associated_message_guid"])
        return Quoted(target) if target else None

    def _extra(self, row: Row, chats: list[Chat]) -> Extra:
        extra = _carried(*_EXTRA_OF(row))
        style = row["expressive_send_style_id"]
        if isinstance(style, str) and style:
            extra += (("effect", effect(style)),)
        if mark := self._people.filter_mark(row["handle_id"]):
            extra += (("filter of the address", mark),)
        if row["is_from_me"] not in (0, 1):
            extra += (("is_from_me", plain(row["is_from_me"])), ("handle_id", plain(row["handle_id"])))
        return extra + tuple(("also in", chat.conversation) for chat in chats[1:]) if len(chats) > 1 else extra


def _shares_own(row: Row) -> bool:
    """Whether it is the device's own location whose sharing began or ended: `is_from_me` is 0 there nevertheless."""
    return row["item_type"] == _LOCATION and row["other_handle"] not in (None, 0) and row["share_direction"] == 0


def _is_unsent(row: Row) -> bool:
    """Whether no column says that a message of the device's own side left it: it waits, failed, or is for later."""
    went = row["is_delivered"] == 1 or any(row[name] not in (None, 0) for name in ("date_delivered", "date_read"))
    return row["is_sent"] == 0 and not went and not row["item_type"]


def _recipients(direction: str | None, other: Party | None, chat: Chat | None) -> tuple[Party, ...]:
    """The other side of an outgoing message; of a group, its record says who is in it."""
    if direction != "out" or (chat is not None and chat.is_group):
        return ()
    if other is not None:
        return (other,)
    return chat.members if chat is not None else ()


def _flags(row: Row, direction: str | None, marks: tuple[Any, ...], is_edited: bool) -> tuple[str, ...]:
    flags = tuple(word for word, value in zip(_FLAG_WORDS, marks, strict=True) if value == 1) if any(marks) else ()
    if direction is None:
        flags += (f"is_from_me {stored(row['is_from_me'])}",)
    if direction == "in" and row["is_read"] == 0 and not row["date_read"] and not row["item_type"]:
        flags += ("unread",)
    if direction == "out" and row["error"] not in (None, 0):
        flags += ("failed",)
    if row["schedule_type"] == _SCHEDULED:
        flags += ("scheduled",)
    if row["date_retracted"]:
        flags += ("deleted by sender",)
    if row["date_edited"] and is_edited:
        flags += ("edited",)
    return flags


@lru_cache(maxsize=4096, typed=True)  # the same for nearly every message of a device
def _carried(*values: Any) -> Extra:
    return tuple((name, plain(value)) for name, value in zip(_EXTRA, values, strict=True) if value not in (None, 0, ""))
