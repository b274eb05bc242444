"""What a reviewer chose: one value that the command line, the window and the report share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text

from evidence_store import schema

_MARKS: Final = (
    " -().+/\u00a0\u2011\u200e\u200f\u202a\u202b\u202c\u2066\u2069"  # what people and phones put into numbers
)
# Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese
_NO_SPACES: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
NO_CONVERSATION: Final = -1  # as `Selection.conversation`: the items that belong to none


@dataclass(frozen=True, slots=True)
class Selection:
    """All conditions must hold; within one, any value will do. Empty means no condition.

    `since` (inclusive) and `until` (exclusive) are microseconds of the principal moment. `party` is part of a name or
    identifier; digits are compared without spaces and punctuation. `search` is words (all must occur; a trailing *
    finds beginnings; "…" finds a phrase). `items` are item ids picked by hand.
    """

    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # exhibits
    since: int | None = None
    until: int | None = None
    party: str = ""
    search: str = ""
    tags: tuple[str, ...] = ()
    conversation: int | None = None
    deleted: bool | None = None
    items: tuple[int, ...] = field(default=())

    @property
    def is_everything(self) -> bool:
        return self == Selection()

    def in_words(self) -> str:
        """The selection as a report prints it; times are left to the caller's zone and given in UTC here."""
        from_us = "" if self.since is None else f"from {_utc(self.since)}"
        to_us = "" if self.until is None else f"before {_utc(self.until)}"
        parts = [
            _listed("kind", self.kinds),
            _listed("service", self.services),
            _listed("source", self.sources),
            " ".join(part for part in (from_us, to_us) if part),
            f"party contains “{self.party}”" if self.party else "",
            f"text search “{self.search}”" if self.search else "",
            _listed("tag", self.tags),
            {None: "", NO_CONVERSATION: "items of no conversation"}.get(self.conversation, "one conversation"),
            {True: "deleted items only", False: "no deleted items", None: ""}[self.deleted],
            f"{len(self.items)} item{'s' if len(self.items) > 1 else ''} picked by hand" if self.items else "",
        ]
        return "; ".join(part for part in parts if part) or "all items"


def _listed(name: str, values: tuple[str, ...]) -> str:
    return f"{name}: {', '.join(values)}" if values else ""


def _utc(utc_us: int) -> str:
    return datetime.fromtimestamp(utc_us / 1_000_000, UTC).strftime("%d %b %Y %H:%M:%S UTC")


def conditions(chosen: Selection) -> list[ColumnElement[bool]]:
    """The selection as conditions on `item`; every value is bound."""
    item = schema.item
    found: list[ColumnElement[bool]] = []
    if chosen.kinds:
        found.append(item.c.kind.in_(chosen.kinds))
    if chosen.services:
        found.append(item.c.service.in_(chosen.services))
    if chosen.sources:
        wanted = select(schema.source.c.id).where(schema.source.c.exhibit.in_(chosen.sources))
        found.append(item.c.source_id.in_(wanted))
    if chosen.since is not None:
        found.append(item.c.when_us >= chosen.since)
    if chosen.until is not None:
        found.append(item.c.when_us < chosen.until)
    if chosen.party:
        found.append(_with_party(chosen.party))
    if chosen.search:
        found += _hits(chosen.search)
    if chosen.tags:
        tagged = select(schema.item_tag.c.item_id).join(schema.tag).where(schema.tag.c.name.in_(chosen.tags))
        found.append(item.c.id.in_(tagged))
    if chosen.conversation == NO_CONVERSATION:
        found.append(item.c.conversation_id.is_(None))
    elif chosen.conversation is not None:
        found.append(item.c.conversation_id == chosen.conversation)
    if chosen.deleted is not None:
        found.append(item.c.deleted == int(chosen.deleted))
    if chosen.items:
        found.append(item.c.id.in_(chosen.items))
    return found


def _with_party(words: str) -> ColumnElement[bool]:
    party, link = schema.party, schema.item_party
    like = _like(words)
    matches = or_(party.c.identifier.like(like, escape="\\"), party.c.name.like(like, escape="\\"))
    digits = re.sub(rf"[\s{re.escape(_MARKS)}]", "", words)
    if digits.isdigit() and len(digits) >= 3:
        bare: Any = party.c.identifier
        for mark in _MARKS:
            bare = func.replace(bare, mark, "")
        like = _like(_significant(digits))
        matches = or_(matches, bare.like(like, escape="\\"), party.c.comparable.like(like, escape="\\"))
    wanted = select(party.c.id).where(matches)
    return exists().where(and_(link.c.item_id == schema.item.c.id, link.c.party_id.in_(wanted)))


def _significant(digits: str) -> str:
    """A UK number without its trunk zero or country code, so that 07700 900123 and +44 7700 900123 find each other."""
    for prefix in ("0044", "44", "0"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 9:
            return digits.removeprefix(prefix)
    return digits


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def match_words(search: str) -> str:
    """What a person typed as an FTS5 query that cannot be a syntax error: every word quoted, phrases kept."""
    return " ".join(f'"{word}"{star}' for word, star in typed_words(search))


def typed_words(search: str) -> list[tuple[str, str]]:
    """(word or phrase, "*" or "") of what a person typed."""
    found = []
    for phrase, word in re.findall(r'"([^"]*)"|(\S+)', search):
        star = "*" if word.endswith("*") and len(word) > 1 else ""
        bare = (phrase or word.removesuffix("*")).replace('"', "").replace("\x00", "")
        if bare.strip():
            found.append((bare, star))
    return found


def words_inside(search: str) -> list[str]:
    """The words of a search that the index does not know by themselves: those of scripts without spaces."""
    return [word for word, _ in typed_words(search) if _NO_SPACES.search(word)]


def _hits(search: str) -> list[ColumnElement[bool]]:
    """Conditions for items in whose text or attachment names all words occur.

    Scripts without spaces between words stand in the index as one long run: a word of theirs is looked for in the text.
    """
    item = schema.item
    inside = words_inside(search)
    indexed = " ".join(f'"{word}"{star}' for word, star in typed_words(search) if word not in inside)
    columns = item.c.text, item.c.names
    found: list[ColumnElement[bool]] = [
        or_(*(column.like(_like(word), escape="\\") for column in columns)) for word in inside
    ]
    if indexed or not inside:
        query = text("SELECT rowid FROM item_fts WHERE item_fts MATCH :assay_words")
        found.append(item.c.id.in_(query.bindparams(assay_words=indexed or '""')))
    return found
