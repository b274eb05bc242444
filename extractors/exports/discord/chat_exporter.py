"""Channels of Discord as the tool DiscordChatExporter writes them (JSON, a file for each channel)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from evidence_store.records import (
    Attachment,
    Call,
    Group,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
    Record,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Extra, Row, Values, not_an_object, place_beside, rest, shown
from parsers.json_pieces import END, JsonDamaged, Path, pieces

SERVICE: Final = "Discord"
_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"guild"\s*:\s*\{')
_CHANNEL: Final = re.compile(rb'"channel"\s*:\s*\{')
_ORDINARY: Final = frozenset({"Default", "Reply"})
_READ: Final = frozenset(
    {"id", "type", "timestamp", "timestampEdited", "callEndedTimestamp", "isPinned", "content", "author", "attachments"}
    | {"embeds", "stickers", "reactions", "mentions", "reference", "inlineEmojis", "forwardedMessage"}
)
_DIRECT: Final = "DirectTextChat"


@dataclass(slots=True)
class _Channel:
    """What stands before the messages."""

    folder: str
    guild: str | None = None
    key: str | None = None
    kind: str = ""
    name: str | None = None
    extra: tuple[Extra, ...] = ()

    @property
    def title(self) -> str | None:
        """As the application shows it: the name of the other, or of the server and the channel."""
        if self.guild and not self.kind.startswith("Direct"):
            return f"{self.guild} #{self.name}"
        return self.name


def looks_like(head: bytes) -> bool:
    """By the server and the channel at the beginning of the file."""
    return _STARTS.match(head) is not None and _CHANNEL.search(head) is not None


@extractor(
    id="discord.chat_exporter",
    version=2,
    title="Discord: channels exported by DiscordChatExporter (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Call, Group),
    privacy="communications",
    layouts="JSON of versions 2 to 2.44: guild, channel, messages, messageCount",
    tested_on="published sample exports: a direct chat with 2 messages and a call, a group with 5 messages and a call; "
    "made-up exports",
    limits="A file that another tool made of what an account could see, and that can be edited. Which account that was "
    "is not in it: there is no direction. Messages deleted before are not there. Attachments that the tool did not "
    "fetch are addresses of the web.",
)
def chat_exporter(file: EvidenceFile) -> Iterator[Found]:
    """Every message, in stored order; times are ISO 8601 with their offset.

    The file states how many messages it has; what is found is compared with that, and a difference said.

    References:
    - DiscordChatExporter (public source): JsonMessageWriter
    """
    if not looks_like(file.head):
        return
    values = Values(file)
    channel = _Channel(file.path.rpartition("/")[0])
    rows, declared = 0, None
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if len(path) == 2:
                    rows += 1
                    yield from _one(values, value, channel, f"messages[{path[1]}]")
                elif path == ("messageCount",):
                    declared = value
                elif value is not END:
                    _know(values, channel, str(path[0]), value)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield from _count(rows, declared)
    if (group := _group(channel)) is not None:
        rows += 1
        yield group
    yield Present(rows)


def _entered(path: Path) -> bool:
    return path in ((), ("messages",))


def _count(rows: int, declared: Any) -> Iterator[Problem]:
    if type(declared) is int and declared != rows:
        detail = f"the file states {declared} messages, and {rows} are in it"
        yield Problem("file" if declared > rows else "note", "count", detail)


def _know(values: Values, channel: _Channel, name: str, value: Any) -> None:
    row = value if isinstance(value, dict) else {}
    if name == "guild":
        channel.guild = values.words(row, "name")
    elif name == "channel":
        channel.key, channel.name = values.words(row, "id"), values.words(row, "name")
        channel.kind = values.words(row, "type") or ""
        channel.extra = rest(row, frozenset({"id", "name", "categoryId"}))
    values.drain()


def _group(channel: _Channel) -> Group | None:
    """The channel, where more than two may be in it. The file has no list of members."""
    if channel.key is None or channel.kind == _DIRECT:
        return None
    return Group(locator="channel", service=SERVICE, extra=channel.extra, conversation=channel.key, title=channel.title)


def _one(values: Values, value: Any, channel: _Channel, locator: str) -> Iterator[Found]:
    values.locator = locator
    if not isinstance(value, dict):
        yield not_an_object(value, locator)
        return
    yield _record(values, value, channel)
    yield from values.drain()


def _record(values: Values, row: Row, channel: _Channel) -> Record:
    author = _someone(values, values.part(row, "author"))
    if row.get("type") == "Call":
        return _call(values, row, channel, author)
    forwarded = values.part(row, "forwardedMessage")
    text = values.words(row, "content") or values.words(forwarded, "content")
    reference = values.part(row, "reference")
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "sent"),
        flags=_flags(values, row, bool(forwarded)),
        attachments=(*_attachments(values, row, channel.folder), *_attachments(values, forwarded, channel.folder)),
        extra=(
            *rest({key: value for key, value in row.items() if value is not False}, _READ),
            *_beside(values, row, channel),
        ),
        conversation=channel.key,
        title=channel.title,
        sender=author,
        text=text,
        key=values.words(row, "id"),
        quotes=Quoted(values.words(reference, "messageId")) if reference and not forwarded else None,
        reactions=_reactions(values, row),
    )


def _call(values: Values, row: Row, channel: _Channel, author: Party | None) -> Call:
    moments = _moments(values, row, "started")
    ended = values.written("ended", row, "callEndedTimestamp") if row.get("callEndedTimestamp") else None
    start = moments[0].utc_us
    seconds = (ended.utc_us - start) // 1_000_000 if ended and ended.utc_us is not None and start is not None else None
    return Call(
        locator=values.locator,
        service=SERVICE,
        moments=(*moments, ended) if ended else moments,
        extra=(("id", values.words(row, "id")), *rest({key: row[key] for key in row if row[key] is not False}, _READ)),
        conversation=channel.key,
        sender=author,
        duration_s=seconds if seconds is not None and seconds >= 0 else None,
        text=values.words(row, "content"),
    )


def _moments(values: Values, row: Row, meaning: str) -> tuple[Moment, ...]:
    found = (values.written(meaning, row, "timestamp"),)
    return (*found, values.written("edited", row, "timestampEdited")) if row.get("timestampEdited") else found


def _someone(values: Values, row: Row) -> Party | None:
    """By the number of the account, under the name shown in the channel."""
    number, name = values.words(row, "id"), values.words(row, "nickname") or values.words(row, "name")
    return _party(number, name) if number or name else None


@lru_cache(maxsize=8192)
def _party(number: str | None, name: str | None) -> Party:
    return Party(number, "discord", name) if number else Party(name or "", "name", name)


def _flags(values: Values, row: Row, forwarded: bool) -> tuple[str, ...]:
    kind = values.words(row, "type") or "not recorded"
    found = []
    if kind.isdigit() or kind == "not recorded":
        found.append(f"type {kind}")
    elif kind not in _ORDINARY:
        found.append("system")
    if row.get("timestampEdited"):
        found.append("edited")
    if forwarded:
        found.append("forwarded")
    if row.get("isPinned") is True:
        found.append("pinned")
    if row.get("stickers"):
        found.append("sticker")
    return tuple(found)


def _attachments(values: Values, row: Row, folder: str) -> tuple[Attachment, ...]:
    found = []
    for one in values.rows(row, "attachments"):
        address = values.words(one, "url") or ""
        place = place_beside(folder, address)
        name = values.words(one, "fileName") or address.rpartition("/")[2]
        size = values.whole(one, "fileSizeBytes")
        found.append(Attachment(name, place, None, size, state="" if place or _is_local(address) else "omitted"))
    for one in values.rows(row, "stickers"):
        address = values.words(one, "sourceUrl") or ""
        place = place_beside(folder, address)
        found.append(Attachment(values.words(one, "name") or "sticker", place, state="" if place else "omitted"))
    return tuple(found)


def _is_local(address: str) -> bool:
    """A file that was fetched, though it may lie outside of what was read."""
    return bool(address) and "://" not in address


def _beside(values: Values, row: Row, channel: _Channel) -> tuple[Extra, ...]:
    found: list[Extra] = []
    kind = values.words(row, "type") or ""
    if kind and kind not in _ORDINARY and not kind.isdigit():
        found.append(("type", kind))
    author = values.part(row, "author")
    name, tag = values.words(author, "name"), values.words(author, "discriminator")
    if name and (name != (values.words(author, "nickname") or name) or tag not in (None, "0000")):
        found.append(("author", f"{name}#{tag}" if tag not in (None, "0000") else name))
    if author.get("isBot") is True:
        found.append(("author", "bot"))
    for one in values.rows(row, "mentions"):
        party = _someone(values, one)
        found.append(("mention", (party.name or party.identifier) if party else "nobody"))
    found += [("embed", _embed(values, one)) for one in values.rows(row, "embeds")]
    for one in values.rows(row, "attachments"):
        address = values.words(one, "url") or ""
        found += [("attachment", address)] if address and place_beside(channel.folder, address) is None else []
    found += [
        ("reactions", f"{_emoji(values, one)}: {count}")
        for one in values.rows(row, "reactions")
        if (count := values.whole(one, "count") or 0) > max(len(values.rows(one, "users")), 1)
    ]
    return tuple(found)


def _embed(values: Values, row: Row) -> str:
    """All words of a card: whose it is, what it says, its fields and its foot."""
    parts = [values.words(row, name) for name in ("url", "title")]
    parts += [values.words(values.part(row, "author"), "name"), values.words(row, "description")]
    for one in values.rows(row, "fields"):
        parts.append(": ".join(part for name in ("name", "value") if (part := values.words(one, name))))
    parts.append(values.words(values.part(row, "footer"), "text"))
    return " | ".join(part for part in parts if part) or shown(row)


def _emoji(values: Values, row: Row) -> str:
    emoji = values.part(row, "emoji")
    return values.words(emoji, "name") or values.words(emoji, "code") or ""


def _reactions(values: Values, row: Row) -> tuple[Reaction, ...]:
    """Each with who set it, where the file names them; else one without a name."""
    found = []
    for one in values.rows(row, "reactions"):
        users = values.rows(one, "users")
        found += [Reaction(_emoji(values, one), _someone(values, user)) for user in users or [{}]]
    return tuple(found)
