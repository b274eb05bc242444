"""Conversations: who is in them, how much of one a selection shows, and what stands between two shown items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from evidence_store import schema
from evidence_store.queries import NO_TIME_LAST, number
from evidence_store.selection import Selection, conditions
from evidence_store.words import named, side_by_side

Place = tuple[int, int]  # time (undated items last) and item id: the order within a conversation


def shown_counts(connection: Connection, chosen: Selection) -> dict[int, int]:
    """conversation id -> number of its items in the selection."""
    item = schema.item
    query = (
        select(item.c.conversation_id, func.count())
        .where(*conditions(chosen), item.c.conversation_id.is_not(None))
        .group_by(item.c.conversation_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def totals(connection: Connection, wanted: Sequence[int]) -> dict[int, Any]:
    """conversation id -> row(service, key, title, exhibit, total, first_us, last_us)."""
    item, conversation = schema.item, schema.conversation
    query = (
        select(
            conversation,
            schema.source.c.exhibit,
            func.count().label("total"),
            func.min(item.c.when_us).label("first_us"),
            func.max(item.c.when_us).label("last_us"),
        )
        .join(item, item.c.conversation_id == conversation.c.id)
        .join(schema.source, conversation.c.source_id == schema.source.c.id)
        .where(conversation.c.id.in_(wanted))
        .group_by(conversation.c.id)
    )
    return {row.id: row for row in connection.execute(query)}


def members(connection: Connection, wanted: Sequence[int]) -> dict[int, str]:
    """conversation id -> everybody who is recorded as sender or receiver in it, in words."""
    item, link, party = schema.item, schema.item_party, schema.party
    query = (
        select(item.c.conversation_id, party.c.identifier, party.c.name)
        .join(link, link.c.item_id == item.c.id)
        .join(party, party.c.id == link.c.party_id)
        .where(item.c.conversation_id.in_(wanted))
        .distinct()
        .order_by(item.c.conversation_id, party.c.identifier, party.c.name)
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.conversation_id, []).append(named(row.name, row.identifier))
    return {one: side_by_side(names, ", ") for one, names in found.items()}


def place(when_us: int | None, item_id: int) -> Place:
    """Where an item stands in its conversation."""
    return (NO_TIME_LAST if when_us is None else when_us, item_id)


def between(connection: Connection, conversation: int, after: Place, before: Place) -> tuple[int, str, str] | None:
    """(count, first number, last number) of the items of a conversation strictly between two places, or None."""
    item = schema.item
    when = func.coalesce(item.c.when_us, NO_TIME_LAST)
    inside = (
        item.c.conversation_id == conversation,
        or_(when > after[0], and_(when == after[0], item.c.id > after[1])),
        or_(when < before[0], and_(when == before[0], item.c.id < before[1])),
    )
    query = (
        select(func.count(), func.min(item.c.seq), func.max(item.c.seq), schema.source.c.exhibit)
        .join(schema.source, item.c.source_id == schema.source.c.id)
        .where(*inside)
    )
    row = connection.execute(query).one()
    return (row[0], number(row[3], row[1]), number(row[3], row[2])) if row[0] else None
