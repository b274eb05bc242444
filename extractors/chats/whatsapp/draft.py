"""A message that is being put together from several tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from evidence_store.records import Attachment, Message, Moment, Party, Quoted, Reaction
from extractors.chats.whatsapp.android_people import People
from extractors.chats.whatsapp.chat import Chat
from extractors.chats.whatsapp.media_paths import MediaPaths
from extractors.database import Doubts, stored
from parsers.sqlite_file import Row
from parsers.times import iso

_SURE_FROM, _SURE_TO = 946_684_800_000, 3_786_912_000_000  # 2000 to 2090


@dataclass(slots=True)
class Context:
    """What is the same for all messages of a database. `labels` and `votes` are small tables, by row id.

    `add_ons` are the details of what was added to messages (see `android_add_ons`), `devices` the linked devices that
    messages were written on, by the row id of the message.
    """

    people: People
    doubts: Doubts
    service: str
    paths: MediaPaths
    labels: dict[Any, str] = field(default_factory=dict)
    votes: dict[Any, list[str]] = field(default_factory=dict)
    add_ons: dict[Any, Row] = field(default_factory=dict)
    devices: dict[Any, str] = field(default_factory=dict)
    relative: bool = False  # whether a path was met whose folder had to be chosen
    alike: Callable[..., Any] | None = None  # what messages have in common, remembered (see `android_messages`)


@dataclass(slots=True)
class Draft:
    """A message before it is one; what stands beside it fills in the rest."""

    row: Row
    chat: Chat
    direction: Any
    sender: Party | None
    recipients: tuple[Party, ...]
    flags: list[str]
    moments: list[Moment]
    extra: list[tuple[str, str | int | float | None]]
    text: str | None
    attachments: list[Attachment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    quotes: Quoted | None = None
    lat: float | None = None
    lon: float | None = None
    deleted: bool = False

    def flag(self, *names: str) -> None:
        """Adds flags, each once."""
        self.flags.extend(name for name in names if name not in self.flags)

    def keep(self, name: str, value: Any) -> None:
        """Adds a stored value to `extra`; NULL and the empty text are none."""
        if value is not None and value != "":
            self.extra.append((name, value if type(value) in (str, int) or _finite(value) else stored(value)))

    def say(self, words: str | None) -> None:
        """The text of the message, where it has none yet."""
        if words and not self.text:
            self.text = words

    def message(self, locator: str, service: str, key: str | None) -> Message:
        """The message as it stands now."""
        return Message(
            locator=locator,
            service=service,
            moments=tuple(self.moments),
            deleted=self.deleted,
            flags=tuple(self.flags),
            attachments=tuple(self.attachments),
            extra=tuple(self.extra),
            conversation=self.chat.key,
            title=self.chat.title,
            direction=self.direction,
            sender=self.sender,
            recipients=self.recipients,
            text=self.text,
            key=key,
            quotes=self.quotes,
            reactions=tuple(self.reactions),
            lat=self.lat,
            lon=self.lon,
        )


def _finite(value: Any) -> bool:
    return type(value) is float and math.isfinite(value)


def at_ms(meaning: str, value: Any, column: str, doubts: Doubts) -> Moment:
    """A time in milliseconds, as `doubts.moment` reads it; what nearly every value is, without asking it."""
    if type(value) is int and _SURE_FROM < value < _SURE_TO:
        return Moment(meaning, value * 1000, str(value), "A")
    return doubts.moment(meaning, value, "ms", column)


def iso_ms(value: Any, column: str, doubts: Doubts) -> str:
    """The same in words: ISO 8601, or as stored where it is no time."""
    if type(value) is int and _SURE_FROM < value < _SURE_TO:
        return iso(value * 1000)
    moment = doubts.moment("", value, "ms", column)
    return moment.raw if moment.utc_us is None else iso(moment.utc_us)


def who_words(people: People, row_id: Any, doubts: Doubts, column: str) -> str | None:
    """The identifier of somebody who is named beside a message, with the privacy id where both are known."""
    who = people.who(row_id)
    if who is None:
        if row_id not in (None, 0, -1):
            doubts.add("identifier", f"{column} {stored(row_id)}: no identifier of that row id is left")
        return None
    return who.party.identifier
