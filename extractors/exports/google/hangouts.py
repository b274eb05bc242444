"""Google Hangouts, as Takeout exported it until 2022: one file with all conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Call, Group, Member, Message, Party, Present, Problem, Record
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, rest
from parsers.json_pieces import END, JsonDamaged, Path, pieces

SERVICE: Final = "Hangouts"
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{[^\[]{0,400}"(?:conversations|conversation_state)"\s*:\s*\[[\s\S]*"conversation_id"\s*:'
)
_LISTS: Final = ("conversations", "conversation_state")
_KNOWN: Final = frozenset(
    {"conversation_id", "sender_id", "timestamp", "self_event_state", "chat_message", "event_id", "event_type"}
    | {"advances_sort_timestamp", "event_version", "hangout_event", "delivery_medium"}
)


def looks_like(head: bytes) -> bool:
    """By the name of the list of conversations, and what stands in the first."""
    return _STARTS.match(head) is not None


@extractor(
    id="google.hangouts",
    version=1,
    title="Google Hangouts messages, as exported",
    files=("**/Hangouts/Hangouts*.json", "**/Hangouts.json"),
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group),
    privacy="communications",
    layouts="Takeout Hangouts.json: conversation_state (2013 to 2017) and conversations (until 2022)",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. People are numbers of accounts, with the name "
    "that the conversation has for them. Files are named by their address; those beside the export are not linked.",
)
def hangouts(file: EvidenceFile) -> Iterator[Found]:
    """Every event of every conversation, in stored order; `timestamp` is microseconds since 1970.

    References:
    - public readers of Hangouts.json
    """
    if not looks_like(file.head):
        return
    reading = _Reading(Values(file))
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                yield from reading.piece(path, value)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {reading.rows} entries were read")
    yield Present(reading.rows)


def _entered(path: Path) -> bool:
    """The list of conversations, each of them, and its list of events."""
    inner = path[2:]
    if len(path) < 3:
        return not path or path[0] in _LISTS
    return inner in (("events",), ("conversation_state",), ("conversation_state", "event"))


class _Reading:
    """What is known of the conversation that is being read."""

    def __init__(self, values: Values) -> None:
        self.rows = 0
        self._values = values
        self._key: str | None = None
        self._title: str | None = None
        self._owner: str | None = None
        self._people: dict[str, Party] = {}

    def piece(self, path: Path, value: Any) -> Iterator[Found]:
        if len(path) < 2 or path[0] not in _LISTS or value is END:
            return
        if len(path) == 2:  # no object, for that would have been entered
            self.rows += 1
            yield not_an_object(value, f"{path[0]}[{path[1]}]", "a conversation")
        elif path[-1] == "conversation" and isinstance(value, dict):
            self._values.locator = f"{path[0]}[{path[1]}]"
            yield from self._conversation(value)
        elif path[-1] in ("events", "event", "conversation"):
            self.rows += 1
            yield not_an_object(value, ".".join(map(str, path)), "a conversation and its events")
        elif isinstance(path[-1], int):
            self.rows += 1
            self._values.locator = f"{path[0]}[{path[1]}].{path[-2]}[{path[-1]}]"
            if isinstance(value, dict):
                yield self._event(value)
                yield from self._values.drain()
            else:
                yield not_an_object(value, self._values.locator)

    def _conversation(self, row: Row) -> Iterator[Found]:
        values = self._values
        about = values.part(row, "conversation") or row
        self._key = values.words(values.part(row, "conversation_id") or values.part(about, "id"), "id")
        self._title = values.words(about, "name")
        state = values.part(values.part(about, "self_conversation_state"), "self_read_state")
        self._owner = values.words(values.part(state, "participant_id"), "gaia_id")
        self._people = {}
        for one in values.rows(about, "participant_data"):
            number = _number(values, values.part(one, "id"))
            if number is not None:
                self._people[number] = Party(number, "account", values.words(one, "fallback_name"))
        if len(self._people) > 2 or values.words(about, "type") == "GROUP":
            self.rows += 1
            members = tuple(self._people.values())
            yield Group(
                locator=values.locator,
                service=SERVICE,
                conversation=self._key,
                title=self._title,
                identifiers=members,
                members=tuple(Member(one) for one in members),
            )
        yield from values.drain()

    def _party(self, row: Row) -> Party | None:
        number = _number(self._values, row)
        return None if number is None else self._people.get(number, Party(number, "account"))

    def _event(self, row: Row) -> Record:
        values = self._values
        owner = values.words(values.part(values.part(row, "self_event_state"), "user_id"), "gaia_id") or self._owner
        sender = self._party(values.part(row, "sender_id"))
        out = sender.identifier == owner if owner is not None and sender is not None else None
        extra = [*rest(row, _KNOWN)]
        medium = values.words(values.part(row, "delivery_medium"), "medium_type")
        extra += [("medium", medium)] if medium not in (None, "BABEL_MEDIUM") else []
        shared: dict[str, Any] = {
            "locator": values.locator,
            "service": SERVICE,
            "conversation": self._key,
            "direction": None if out is None else "out" if out else "in",
            "sender": sender,
            "recipients": tuple(one for one in self._people.values() if one.identifier != owner) if out else (),
        }
        if call := values.part(row, "hangout_event"):
            return self._call(row, call, shared, extra)
        content = values.part(values.part(row, "chat_message"), "message_content")
        kind = values.words(row, "event_type")
        plain = kind in (None, "REGULAR_CHAT_MESSAGE", "SMS")
        addresses = [_address(values, one) for one in values.rows(content, "attachment")]
        files = [Attachment(_name(one), state="omitted") for one in addresses]
        return Message(
            **shared,
            moments=(values.epoch("sent", row, "timestamp", "us"),),
            flags=() if plain else ("system", f"type {kind}"),
            attachments=tuple(files),
            extra=(*extra, *(("link", address) for address in addresses if address)),
            title=self._title,
            text=_text(values, content),
            key=values.words(row, "event_id"),
        )

    def _call(self, row: Row, call: Row, shared: dict[str, Any], extra: list[Any]) -> Call:
        values = self._values
        kind = values.words(call, "event_type")
        if kind != "START_HANGOUT":  # who ended it need not have begun it
            shared = {**shared, "direction": None, "recipients": ()}
        meaning = {"START_HANGOUT": "started", "END_HANGOUT": "ended"}.get(kind or "", "recorded")
        return Call(
            **shared,
            moments=(values.epoch(meaning, row, "timestamp", "us"),),
            extra=(*extra, *rest(call, frozenset({"participant_id", "hangout_duration_secs"}))),
            duration_s=values.whole(call, "hangout_duration_secs"),
        )


def _number(values: Values, row: Row) -> str | None:
    return values.words(row, "gaia_id") or values.words(row, "chat_id")


def _text(values: Values, content: Row) -> str | None:
    parts = [
        "\n" if one.get("type") == "LINE_BREAK" else values.words(one, "text") or ""
        for one in values.rows(content, "segment")
    ]
    return "".join(parts) or None


def _address(values: Values, row: Row) -> str:
    """Where a picture was kept; "" for what has no address."""
    item = values.part(row, "embed_item")
    photo = next((one for name, one in item.items() if name.endswith("plus_photo") and isinstance(one, dict)), {})
    return values.words(photo, "url") or values.words(values.part(photo, "thumbnail"), "image_url") or ""


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2] or address or "without a name"
