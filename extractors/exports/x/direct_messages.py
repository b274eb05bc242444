"""Direct messages in an archive of X: of two, and of groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Reaction
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, not_an_object, place_below, rest, shown
from extractors.exports.x.reading import ACCOUNT, SERVICE, list_of, owner_of, party, rows_of
from parsers.json_pieces import JsonDamaged

_LISTS: Final = {
    "direct_messages": "direct_messages_media",
    "direct_message": "direct_message_media",
    "direct_messages_group": "direct_messages_group_media",
    "direct_message_group": "direct_message_group_media",
}
_MESSAGES: Final = ("messageCreate", "welcomeMessageCreate")
_EVENTS: Final = {
    "joinConversation": "conversation joined",
    "participantsJoin": "participants added",
    "participantsLeave": "participants left",
    "conversationNameUpdate": "name of the conversation changed",
}
_READ: Final = frozenset(
    {"senderId", "recipientId", "text", "id", "createdAt", "mediaUrls", "reactions", "urls", "editHistory"}
    | {"initiatingUserId", "userIds", "participantsSnapshot", "name"}
)


@extractor(
    id="x.export",
    version=2,
    title="X (Twitter): direct messages of an archive",
    files=("**/direct-message*.js",),
    beside=(ACCOUNT,),
    emits=(Message, Group),
    privacy="communications",
    layouts="window.YTD.direct_messages and direct_messages_group, also under their names until 2020",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. People are numbers of accounts. Which side is the "
    "account is known where account.js is beside. Deleted messages are not in an archive.",
)
def direct_messages(file: EvidenceFile) -> Iterator[Found]:
    """Every event of every conversation, in stored order; times are ISO 8601 in UTC.

    References:
    - X Help Centre, "How to download your X archive"; the README.txt of an archive
    """
    name = list_of(file.head) or ""
    media = _LISTS.get(name)
    if media is None:
        return
    folder = file.path.rpartition("/")[0]
    owner, problem = owner_of(file)
    if problem is not None:
        yield problem
    reading = _Reading(Values(file), f"{folder}/{media}" if folder else media, owner)
    try:
        for number, row in rows_of(file):
            yield from reading.conversation(f"{name}[{number}]", row)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {reading.rows} events were read")
    yield Present(reading.rows)


class _Reading:
    """What is known while the file is read."""

    def __init__(self, values: Values, media: str, owner: str | None) -> None:
        self.rows = 0
        self._values = values
        self._media = media
        self._owner = owner

    def conversation(self, place: str, value: Any) -> Iterator[Found]:
        values = self._values
        values.locator = place
        inside = value.get("dmConversation") if isinstance(value, dict) else None
        if not isinstance(inside, dict):
            self.rows += 1
            yield not_an_object(value, place, "a conversation")
            return
        key = values.words(inside, "conversationId")
        events = inside.get("messages")
        listed = events if isinstance(events, list) else [] if events is None else [events]
        group = self._group(place, key, listed)
        title = group.title if group is not None else None
        yield from values.drain()
        for number, event in enumerate(listed):
            self.rows += 1
            values.locator = f"{place}.messages[{number}]"
            yield from self._event(event, key, title, group is not None)
        if group is not None:
            self.rows += 1
            yield group

    def _group(self, place: str, key: str | None, events: list[Any]) -> Group | None:
        """What the events say of a conversation of several: its last name, and who joined and left when."""
        kinds = [(name, row) for event in events if isinstance(event, dict) for name, row in event.items()]
        told = [(name, row) for name, row in kinds if name in _EVENTS and isinstance(row, dict)]
        if not told and (key is None or "-" in key):
            return None
        names = [(row.get("createdAt"), row.get("name")) for name, row in told if name == "conversationNameUpdate"]
        names = [(str(when), str(name)) for when, name in names if name]
        members: dict[str, Member] = {}
        for name, row in sorted(told, key=lambda one: str(one[1].get("createdAt"))):
            when = self._moment(row, "joined" if name != "participantsLeave" else "left")
            for number in self._numbers(row, name):
                known = members.get(number)
                if name == "participantsLeave":
                    since = known.since if known else None
                    members[number] = Member(Party(number, "x"), since=since, until=when)
                elif name != "conversationNameUpdate" and (known is None or known.until is not None):
                    since = when if name == "participantsJoin" else None
                    members[number] = Member(Party(number, "x"), since=since)
        return Group(
            locator=place,
            service=SERVICE,
            conversation=key,
            title=max(names)[1] if names else None,
            identifiers=tuple(one.party for one in members.values()),
            members=tuple(members.values()),
        )

    def _moment(self, row: Row, meaning: str) -> Moment:
        return self._values.written(meaning, row, "createdAt")

    def _numbers(self, row: Row, event: str) -> list[str]:
        listed = row.get("participantsSnapshot" if event == "joinConversation" else "userIds")
        return [str(one) for one in listed if isinstance(one, str | int)] if isinstance(listed, list) else []

    def _event(self, event: Any, key: str | None, title: str | None, group: bool) -> Iterator[Found]:
        values = self._values
        if not isinstance(event, dict) or len(event) != 1 or not isinstance(next(iter(event.values())), dict):
            yield not_an_object(event, values.locator)
            return
        name, row = next(iter(event.items()))
        if name in _MESSAGES:
            yield self._message(row, key, title, group)
        else:
            yield self._noted(name, row, key, title)
        yield from values.drain()

    def _direction(self, sender: str | None) -> Any:
        if self._owner is None or sender is None:
            return None
        return "out" if sender == self._owner else "in"

    def _message(self, row: Row, key: str | None, title: str | None, group: bool) -> Message:
        values = self._values
        sender, receiver = values.words(row, "senderId"), values.words(row, "recipientId")
        direction = self._direction(sender)
        to = party(receiver)
        number = values.words(row, "id")
        edits = values.rows(row, "editHistory")
        return Message(
            locator=values.locator,
            service=SERVICE,
            moments=(self._moment(row, "sent"),),
            flags=("edited",) if edits else (),
            attachments=self._files(row, number),
            extra=(*rest(row, _READ), *self._links(row), *self._earlier(edits)),
            conversation=key,
            title=title,
            direction=direction,
            sender=party(sender),
            recipients=(to,) if to is not None and not group else (),
            text=values.words(row, "text"),
            key=number,
            reactions=tuple(
                Reaction(
                    values.words(one, "reactionKey") or "",
                    party(values.words(one, "senderId")),
                    values.written("reacted", one, "createdAt") if one.get("createdAt") else None,
                )
                for one in values.rows(row, "reactions")
            ),
        )

    def _files(self, row: Row, number: str | None) -> tuple[Attachment, ...]:
        """Media are kept in a folder beside, under the number of the message and the last part of their address."""
        listed = row.get("mediaUrls")
        found = []
        for address in listed if isinstance(listed, list) else []:
            name = shown(address).partition("?")[0].rpartition("/")[2]
            place = place_below(self._media, f"{number}-{name}") if number and name else None
            found.append(Attachment(name, place, state="" if place else "omitted"))
        return tuple(found)

    def _links(self, row: Row) -> tuple[Extra, ...]:
        values = self._values
        return tuple(
            ("link", " -> ".join(part for name in ("url", "expanded") if (part := values.words(one, name))))
            for one in values.rows(row, "urls")
        )

    def _earlier(self, edits: list[Row]) -> tuple[Extra, ...]:
        return tuple(("earlier text", self._values.words(one, "editText") or shown(one)) for one in edits)

    def _noted(self, name: str, row: Row, key: str | None, title: str | None) -> Message:
        values = self._values
        words = _EVENTS.get(name, name)
        people = ", ".join(self._numbers(row, name))
        details = [part for part in (values.words(row, "name"), people) if part]
        sender = values.words(row, "initiatingUserId")
        return Message(
            locator=values.locator,
            service=SERVICE,
            moments=(self._moment(row, "sent"),),
            flags=("system",) if name in _EVENTS else ("system", f"type {name}"),
            extra=rest(row, _READ),
            conversation=key,
            title=title,
            direction=self._direction(sender),
            sender=party(sender),
            text=f"[{words}: {'; '.join(details)}]" if details else f"[{words}]",
        )
