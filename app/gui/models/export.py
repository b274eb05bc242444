"""What an export is made of: which items, and which pictures could be printed with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from evidence_store import queries, schema
from evidence_store.selection import Selection, conditions

MOST_PICTURES: Final = 500


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """One picture that may be printed, where somebody ticks it."""

    file_id: int
    number: str
    name: str
    size: int


def pictures_of(connection: Connection, chosen: Selection) -> list[PictureChoice]:
    """The first 500 pictures of a selection: attached ones, and photos themselves."""
    item, file, source, held = schema.item, schema.file, schema.source, schema.attachment
    columns = (
        item.c.seq,
        source.c.exhibit,
        file.c.id,
        file.c.path,
        file.c.size,
        item.c.when_us,
        item.c.id.label("item"),
    )
    is_picture = (file.c.mime.like("image/%"), file.c.readable == 1, *conditions(chosen))
    attached = (
        select(*columns)
        .select_from(item.join(held, held.c.item_id == item.c.id).join(file, held.c.file_id == file.c.id))
        .join(source, item.c.source_id == source.c.id)
        .where(*is_picture)
    )
    own = (
        select(*columns)
        .select_from(item.join(schema.outcome, item.c.outcome_id == schema.outcome.c.id))
        .join(file, schema.outcome.c.file_id == file.c.id)
        .join(source, item.c.source_id == source.c.id)
        .where(item.c.kind == "media_item", *is_picture)
    )
    found: dict[int, PictureChoice] = {}
    for query in (attached, own):
        for row in connection.execute(query.order_by(item.c.when_us, item.c.id).limit(MOST_PICTURES)):
            name = row.path.rsplit("/", 1)[-1]
            found.setdefault(row.id, PictureChoice(row.id, queries.number(row.exhibit, row.seq), name, row.size))
    return list(found.values())[:MOST_PICTURES]
