"""Direct messages of Instagram in the exports of 2018 to 2020: messages.json, one list of all conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Group, Member, Message, Party, Present, Problem, Reaction
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, place_below, rest, shown
from parsers.json_pieces import END, JsonDamaged, Path, pieces

_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"(?:participants"\s*:\s*\[[^\]{}]*\]\s*,\s*"conversation|conversation)"\s*:\s*\['
    rb'(?=\s*\]|[\s\S]*"created_at"\s*:)'
)
_READ: Final = frozenset({"sender", "created_at", "text", "likes", "heart"})


def looks_like(head: bytes) -> bool:
    """By the fields of the first conversation."""
    return _STARTS.match(head) is not None


@extractor(
    id="instagram.early_direct",
    version=1,
    title="Instagram: direct messages of an export of 2018 to 2020 (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Message, Group),
    privacy="communications",
    layouts="messages.json: a list of participants and conversation",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Whose account it is does not stand in the file: "
    "directions stay open. What was shared is told by its address.",
)
def early_direct(file: EvidenceFile) -> Iterator[Found]:
    """Every message of every conversation, in stored order (the last first); times are ISO 8601 with an offset.

    References:
    - public readers of messages.json
    """
    if not looks_like(file.head):
        return
    values, rows = Values(file), 0
    people: tuple[Party, ...] = ()
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if value is END:
                    continue
                values.locator = f"[{path[0]}]" if len(path) < 3 else f"[{path[0]}].conversation[{path[2]}]"
                if path[1:] == ("participants",):
                    people = _people(value)
                    if len(people) > 2:
                        rows += 1
                        yield _group(values, people)
                elif path[1:] == ("conversation",):
                    rows += 1
                    yield not_an_object(value, values.locator, "a list of messages")
                elif len(path) != 2:
                    rows += 1
                    yield from _one(values, value, people, file.path.rpartition("/")[0])
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)


def _entered(path: Path) -> bool:
    return len(path) < 2 or path[1:] == ("conversation",)


def _people(value: Any) -> tuple[Party, ...]:
    names = [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []
    return tuple(Party(name, "instagram") for name in dict.fromkeys(names))


def _key(people: tuple[Party, ...]) -> str:
    """A conversation has no key of its own: who is in it stands for one."""
    return ", ".join(sorted(one.identifier for one in people))


def _group(values: Values, people: tuple[Party, ...]) -> Group:
    return Group(
        locator=values.locator,
        service="Instagram",
        conversation=_key(people),
        identifiers=people,
        members=tuple(Member(one) for one in people),
    )


def _one(values: Values, row: Any, people: tuple[Party, ...], folder: str) -> Iterator[Found]:
    if not isinstance(row, dict):
        yield not_an_object(row, values.locator)
        return
    sender = values.words(row, "sender")
    moments = (values.written("sent", row, "created_at"),) if row.get("created_at") else ()
    if not moments:
        values.add("time", "the message has no date")
    yield Message(
        locator=values.locator,
        service="Instagram",
        moments=moments,
        attachments=tuple(_file(row[name], folder) for name in ("media", "voice_media") if row.get(name)),
        extra=rest(row, _READ),
        conversation=_key(people),
        title=_key(people),
        sender=Party(sender, "instagram") if sender else None,
        text=values.words(row, "text") or values.words(row, "heart"),
        reactions=tuple(_like(values, one) for one in values.rows(row, "likes")),
    )
    yield from values.drain()


def _like(values: Values, row: Row) -> Reaction:
    name = values.words(row, "username")
    when = values.written("reacted", row, "date") if row.get("date") else None
    return Reaction("like", Party(name, "instagram") if name else None, when)


def _file(value: Any, folder: str) -> Attachment:
    """What was sent: an address of the web, a place beside the file, or "Media unavailable." where it is gone."""
    text = shown(value)
    name = text.partition("?")[0].rpartition("/")[2]
    if "://" in text or "/" not in text:
        return Attachment(name if "://" in text else "", state="not downloaded")
    place = place_below(folder, text)
    return Attachment(name, place) if place else Attachment(text, state="not downloaded")
