"""The case at a glance: what can be filtered by, how items lie in time, and a hit in its context."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select, text

from evidence_store import schema
from evidence_store.queries import NO_TIME_LAST
from evidence_store.selection import Selection, conditions, match_words, typed_words, words_inside

_AROUND: Final = 60  # characters before and behind a hit


def facets(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """What can be filtered by, with counts: kind, service, source, tag."""
    item = schema.item
    found = {
        name: [(row[0], row[1]) for row in connection.execute(select(column, func.count()).group_by(column))]
        for name, column in (("kind", item.c.kind), ("service", item.c.service))
    }
    by_source = select(schema.source.c.exhibit, func.count()).join(item, item.c.source_id == schema.source.c.id)
    found["source"] = [(row[0], row[1]) for row in connection.execute(by_source.group_by(schema.source.c.exhibit))]
    by_tag = select(schema.tag.c.name, func.count(schema.item_tag.c.item_id)).join(schema.item_tag, isouter=True)
    found["tag"] = [(row[0], row[1]) for row in connection.execute(by_tag.group_by(schema.tag.c.name))]
    return found


def histogram(connection: Connection, chosen: Selection, bin_us: int) -> list[tuple[int, int]]:
    """(start of bin in microseconds, items) for each bin of `bin_us` that holds any, in order of time."""
    item = schema.item
    # SQLite divides towards zero: before 1970 that would be the bin behind the one that holds the time.
    start = item.c.when_us - (item.c.when_us % bin_us + bin_us) % bin_us
    query = (
        select(start, func.count())
        .where(*conditions(chosen), item.c.when_us.is_not(None))
        .group_by(start)
        .order_by(start)
    )
    return [(int(row[0]), int(row[1])) for row in connection.execute(query)]


def span(connection: Connection) -> tuple[int, int] | None:
    """The first and last principal moment of the case, or None."""
    item = schema.item
    row = connection.execute(select(func.min(item.c.when_us), func.max(item.c.when_us))).one()
    return None if row[0] is None else (int(row[0]), int(row[1]))


def snippet(connection: Connection, item_id: int, search: str) -> list[tuple[bool, str]]:
    """The place of the hit in an item's text as (is the hit, text) parts; none where nothing of the text matches."""
    if words_inside(search):
        return _marked(connection, item_id, search)
    query = text(
        "SELECT snippet(item_fts, 0, char(2), char(3), '…', 40) FROM item_fts "
        "WHERE item_fts MATCH :words AND rowid = :id"
    )
    found = connection.execute(query, {"words": match_words(search) or '""', "id": item_id}).scalar()
    if not found:
        return []
    parts: list[tuple[bool, str]] = []
    for piece in found.split("\x02"):
        hit, closed, rest = piece.rpartition("\x03") if "\x03" in piece else ("", "", piece)
        if closed:
            parts.append((True, hit))
        if rest:
            parts.append((False, rest))
    return parts


def _marked(connection: Connection, item_id: int, search: str) -> list[tuple[bool, str]]:
    """The same for words that the index does not know: found in the text itself, with what stands around the first."""
    words = [re.escape(word) for word, _ in typed_words(search)]
    whole = connection.execute(select(schema.item.c.text).where(schema.item.c.id == item_id)).scalar() or ""
    first = re.search("|".join(words), whole, re.IGNORECASE)
    if first is None:
        return []
    start, end = max(first.start() - _AROUND, 0), first.end() + _AROUND
    shown = ("…" if start else "") + whole[start:end] + ("…" if end < len(whole) else "")
    parts = re.split(f"({'|'.join(words)})", shown, flags=re.IGNORECASE)
    return [(place % 2 == 1, part) for place, part in enumerate(parts) if part]


def neighbours(connection: Connection, item_id: int, before: int = 10, after: int = 10) -> list[int]:
    """Ids of the items around one in its conversation, in order: the hit in its context. Only itself without one."""
    item = schema.item
    one = connection.execute(select(item.c.conversation_id, item.c.when_us).where(item.c.id == item_id)).first()
    if one is None or one.conversation_id is None:
        return [item_id] if one is not None else []
    same = item.c.conversation_id == one.conversation_id
    when = func.coalesce(item.c.when_us, NO_TIME_LAST)
    key = (NO_TIME_LAST if one.when_us is None else one.when_us, item_id)
    later = or_(when > key[0], and_(when == key[0], item.c.id > key[1]))
    earlier = or_(when < key[0], and_(when == key[0], item.c.id < key[1]))
    first = connection.scalars(
        select(item.c.id).where(same, earlier).order_by(when.desc(), item.c.id.desc()).limit(before)
    ).all()
    last = connection.scalars(select(item.c.id).where(same, later).order_by(when, item.c.id).limit(after)).all()
    return [*reversed(first), item_id, *last]
