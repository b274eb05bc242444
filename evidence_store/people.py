"""Who occurs in a case, across applications and sources: what compares as the same number or address, together.

That two records have the same number says that the number is the same, and nothing about who used it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from evidence_store import schema

_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Person:
    """`compared_as` is None for what compares with no other. `recorded` are (scheme, identifier, name) as stored.

    `first_us` and `last_us` are the earliest and latest principal moments of the items.
    """

    compared_as: str | None
    recorded: tuple[tuple[str, str, str | None], ...]
    services: tuple[str, ...]
    sources: tuple[str, ...]
    items: int
    first_us: int | None
    last_us: int | None


def people(connection: Connection) -> list[Person]:
    """Everybody whom items name, those with most items first."""
    party, link, item, source = schema.party, schema.item_party, schema.item, schema.source
    key = func.coalesce(party.c.comparable, party.c.scheme + _SEPARATOR + party.c.identifier).label("key")
    forms: dict[str, list[tuple[str, str, str | None]]] = {}
    compared: dict[str, str | None] = {}
    for row in connection.execute(select(party, key).order_by(party.c.id)):
        forms.setdefault(row.key, []).append((row.scheme, row.identifier, row.name))
        compared[row.key] = row.comparable
    counted = (
        select(
            key,
            func.count(item.c.id.distinct()).label("items"),
            func.min(item.c.when_us).label("first"),
            func.max(item.c.when_us).label("last"),
            func.group_concat(item.c.service.distinct()).label("services"),
            func.group_concat(source.c.exhibit.distinct()).label("sources"),
        )
        .select_from(link)
        .join(party, party.c.id == link.c.party_id)
        .join(item, item.c.id == link.c.item_id)
        .join(source, source.c.id == item.c.source_id)
        .group_by(key)
    )
    found = [
        Person(
            compared_as=compared[row.key],
            recorded=tuple(dict.fromkeys(forms[row.key])),
            services=tuple(sorted(filter(None, (row.services or "").split(",")))),
            sources=tuple(sorted(row.sources.split(","))),
            items=row.items,
            first_us=row.first,
            last_us=row.last,
        )
        for row in connection.execute(counted)
    ]
    return sorted(found, key=lambda one: (-one.items, one.compared_as or "", one.recorded))
