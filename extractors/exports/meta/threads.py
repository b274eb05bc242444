"""A conversation as its file describes it, and its messages, in the layouts that Meta has used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from evidence_store.records import Attachment, Call, Group, Member, Message, Moment, Party, Reaction, Record
from extractors.exports.json_values import Extra, Row, rest, shown
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.places import place_of

Direction = Literal["in", "out"] | None
_READ: Final = frozenset(
    {"sender_name", "timestamp_ms", "content", "photos", "videos", "audio_files", "gifs", "files", "sticker"}
    | {"call_duration", "missed", "reactions", "is_unsent", "share", "type"}
    | {"senderName", "timestamp", "text", "media", "isUnsent"}
)
_FILES: Final = ("photos", "videos", "audio_files", "gifs", "files", "sticker", "media")
_SYSTEM: Final = ("Subscribe", "Unsubscribe", "placeholder")
_PLAIN: Final = (None, "", "Generic", "Share", "Call", "text", "media", "link")
_LATEST_S: Final = 100_000_000_000  # as seconds in the year 5138, as milliseconds in 1973
_GONE: Final = "User unsent a message"
_FAILED: Final = "Failed to download media"


@dataclass(slots=True)
class Thread:
    """What the file says of its conversation. `owner` is the name of the account where it follows from the title."""

    service: str
    path: str  # of the file
    key: str | None = None
    title: str | None = None
    people: tuple[str, ...] = ()
    extra: tuple[Extra, ...] = ()
    owner: str | None = None
    parties: dict[str, Party] = field(default_factory=dict)

    def party(self, name: str | None) -> Party | None:
        """Somebody by the name shown; exports have no other identifier."""
        if name is None:
            return None
        return self.parties.setdefault(name, Party(name, "name", name))

    def direction(self, name: str | None) -> Direction:
        if name is None or self.owner is None:
            return None
        return "out" if name == self.owner else "in"

    def recipients(self, direction: Direction) -> tuple[Party, ...]:
        if direction != "out":
            return ()
        return tuple(
            self.parties.setdefault(name, Party(name, "name", name)) for name in self.people if name != self.owner
        )

    def group(self) -> Group | None:
        """The conversation itself, where more than two are in it."""
        if len(self.people) < 3:
            return None
        members = tuple(Party(name, "name", name) for name in self.people)
        return Group(
            locator="thread",
            service=self.service,
            extra=self.extra,
            conversation=self.key,
            title=self.title,
            identifiers=members,
            members=tuple(Member(one) for one in members),
        )


def thread_of(values: Mended, row: Row, service: str, path: str) -> Thread:
    """From the fields that stand before and behind the messages.

    Between two, the title is the name of the other one: who is not the title is the account that was exported.
    """
    stem = path.rpartition(".")[0] or path
    listed = row.get("participants")
    names = [
        values.mend(name)
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(name := one.get("name") if isinstance(one, dict) else one, str)
    ]
    encrypted = values.words(row, "threadName")
    title = values.words(row, "title") or _without_number(encrypted)
    people = tuple(dict.fromkeys(names))
    return Thread(
        service=service,
        path=path,
        key=values.words(row, "thread_path") or encrypted or stem,
        title=title,
        people=people,
        extra=rest(row, frozenset({"participants", "title", "threadName", "thread_path", "messages"})),
        owner=next(name for name in people if name != title) if len(people) == 2 and title in people else None,
    )


def _without_number(name: str | None) -> str | None:
    """The name of an encrypted chat is followed by a number of the export's own: "Ben Example_12"."""
    start, line, number = (name or "").rpartition("_")
    return start if line and number.isdigit() else name


def record(values: Mended, row: Row, thread: Thread) -> Record:
    """A message, or a call."""
    if "call_duration" in row or row.get("type") == "Call":
        return _call(values, row, thread)
    sender = values.words(row, "sender_name") or values.words(row, "senderName")
    direction = thread.direction(sender)
    gone = row.get("is_unsent") is True or row.get("isUnsent") is True
    share = values.part(row, "share")
    text = values.words(row, "content") or values.words(row, "text")
    if gone and text == _GONE:
        text = None
    return Message(
        locator=values.locator,
        service=thread.service,
        moments=_moments(values, row, "sent"),
        deleted=gone,
        flags=_flags(row, gone),
        attachments=_attachments(values, row, thread.path),
        extra=(*_others(values, row), *((f"share {key}", value) for key, value in rest(values.mend_all(share), _NONE))),
        conversation=thread.key,
        title=thread.title,
        direction=direction,
        sender=thread.party(sender),
        recipients=thread.recipients(direction),
        text=text or values.words(share, "share_text") or values.words(share, "link"),
        reactions=_reactions(values, row, thread),
    )


_NONE: Final[frozenset[str]] = frozenset()


def _call(values: Mended, row: Row, thread: Thread) -> Call:
    sender = values.words(row, "sender_name")
    direction = thread.direction(sender)
    duration = values.whole(row, "call_duration")
    missed = row.get("missed") is True
    return Call(
        locator=values.locator,
        service=thread.service,
        moments=_moments(values, row, "started"),
        extra=_others(values, row),
        conversation=thread.key,
        direction=direction,
        sender=thread.party(sender),
        recipients=thread.recipients(direction),
        outcome="missed" if missed else "answered" if duration else None,
        duration_s=duration,
        text=values.words(row, "content"),
    )


def _moments(values: Mended, row: Row, meaning: str) -> tuple[Moment, ...]:
    """Milliseconds; seconds in the exports of 2018, whose messages have "sender_name" and "timestamp"."""
    if "timestamp_ms" in row or "sender_name" not in row:
        return (values.epoch(meaning, row, "timestamp_ms" if "timestamp_ms" in row else "timestamp", "ms"),)
    count = values.whole(row, "timestamp")
    return (values.epoch(meaning, row, "timestamp", "ms" if count is not None and count > _LATEST_S else "s"),)


def _flags(row: Row, gone: bool) -> tuple[str, ...]:
    flags = ["deleted by sender"] if gone else []
    kind = row.get("type")
    if kind in _SYSTEM and not gone:
        flags.append("system")
    elif kind not in (*_PLAIN, *_SYSTEM):
        flags.append(f"type {shown(kind)}")
    if row.get("sticker"):
        flags.append("sticker")
    if row.get("gifs"):
        flags.append("GIF")
    return tuple(flags)


def _others(values: Mended, row: Row) -> tuple[Extra, ...]:
    """What else stands in a message; switches that are off say nothing."""
    found = rest({key: value for key, value in row.items() if value is not False}, _READ)
    return tuple((name, values.mend(value) if isinstance(value, str) else value) for name, value in found)


def _attachments(values: Mended, row: Row, path: str) -> tuple[Attachment, ...]:
    found = []
    for name in _FILES:
        if not row.get(name):
            continue
        for one in values.rows(row, name):
            found += [_attachment(values, one, path)]
            if thumbnail := values.part(one, "thumbnail"):
                found.append(_attachment(values, thumbnail, path))
    return tuple(found)


def _attachment(values: Mended, row: Row, path: str) -> Attachment:
    recorded = values.words(row, "uri") or ""
    if recorded in ("", _FAILED):
        return Attachment("", state="not downloaded")
    name = recorded.replace("\\", "/").rpartition("/")[2]
    where = place_of(path, recorded)
    return Attachment(name, where) if where else Attachment(recorded, state="not downloaded")


def _reactions(values: Mended, row: Row, thread: Thread) -> tuple[Reaction, ...]:
    if not row.get("reactions"):
        return ()
    return tuple(
        Reaction(
            values.words(one, "reaction") or "",
            thread.party(values.words(one, "actor")),
            values.epoch("reacted", one, "timestamp", "s") if one.get("timestamp") else None,
        )
        for one in values.rows(row, "reactions")
    )
