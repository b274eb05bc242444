"""Chats of a Telegram export, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from evidence_store.records import Group, Party
from extractors.exports.json_values import Row, Values

SERVICE: Final = "Telegram"
Direction = Literal["in", "out"] | None
# The kinds of chats that an export names, by what their number is of: ids of people, groups and channels may be equal.
_OF_PEOPLE: Final = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verify_codes"})
_GROUPS: Final = {
    "private_group": "chat",
    "private_supergroup": "channel",
    "public_supergroup": "channel",
    "private_channel": "channel",
    "public_channel": "channel",
}


@dataclass(slots=True)
class Chat:
    """What stands before the messages of a chat. `place` is its path in the JSON, "" where it is the whole file."""

    place: str
    name: str | None = None
    kind: str = ""
    number: str | None = None
    otherwise: str | None = None  # the key of a chat that has no id
    owner: str | None = None  # "user700000000", where the export names the account

    def know(self, name: str, value: Any) -> None:
        """One of its fields. Values of another type than expected say nothing."""
        if name == "name" and isinstance(value, str):
            self.name = value
        elif name == "type" and isinstance(value, str):
            self.kind = value
        elif name == "id" and type(value) in (int, str):
            self.number = str(value)

    @property
    def key(self) -> str | None:
        """The same key in every export of the chat: as the export itself writes ids of senders."""
        if self.number is None:
            return self.otherwise
        return f"{'user' if self.kind in _OF_PEOPLE else _GROUPS.get(self.kind, '')}{self.number}"

    @property
    def title(self) -> str | None:
        """Its name; chats without one are named for what they are."""
        return self.name or self.kind.replace("_", " ") or None

    @property
    def other(self) -> Party | None:
        """The other side of a chat between two."""
        one_to_one = self.kind in ("personal_chat", "bot_chat") and self.number
        return party(f"user{self.number}", self.name) if one_to_one else None

    def direction(self, sender: str | None) -> Direction:
        """By the id of the sender: "out" where it is the account's own, or not the other side of a chat between two."""
        if sender is None:
            return None
        if self.owner is not None:
            return "out" if sender == self.owner else "in"
        if self.number is not None and self.kind in ("personal_chat", "bot_chat"):
            return "in" if sender == f"user{self.number}" else "out"
        if self.number is not None and self.kind == "saved_messages":
            return "out" if sender == f"user{self.number}" else None
        return None

    def group(self) -> Group | None:
        """The chat as the export describes it, where it is a group or a channel. Exports have no list of members."""
        if self.kind not in _GROUPS or self.key is None:
            return None
        return Group(
            locator=self.place.rstrip(".") or "chat",
            service=SERVICE,
            extra=(("type", self.kind),),
            conversation=self.key,
            title=self.title,
            identifiers=(Party(self.key, "telegram", self.name),),
        )


@lru_cache(maxsize=8192)
def party(identifier: str, name: str | None) -> Party:
    """Somebody by the id that Telegram gives ("user700000000", "channel1200000000")."""
    return Party(identifier, "telegram", name)


def sender_id(value: Any) -> str | None:
    """The id as newer exports write it; older ones have the number of the user alone."""
    if type(value) is int:
        return f"user{value}"
    return value if isinstance(value, str) and value else None


def is_set(row: Row, name: str) -> bool:
    """Whether a time is there. Versions 1 of the application wrote the second 0, as local time, where there is none:
    messages that were never edited, contacts without a date."""
    written = row.get(name)
    if row.get(f"{name}_unixtime") is not None:
        return True
    return written is not None and not str(written).startswith(("1970-01-01T", "1969-12-31T"))


def someone(values: Values, row: Row, name: str) -> Party | None:
    """Who stands in "from" and "from_id" (or "actor" …); None where neither is recorded."""
    called = values.words(row, name)
    number = sender_id(row.get(f"{name}_id"))
    if number is not None:
        return party(number, called)
    return Party(called, "name", called) if called else None
