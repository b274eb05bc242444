"""How the store is read. The window, the command line and the report all ask here, so they cannot disagree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from evidence_store import schema
from evidence_store.derive import all_moments
from evidence_store.selection import Selection, conditions
from evidence_store.words import named, named_behind, side_by_side

NO_TIME_LAST = 1 << 62  # where items without a time sort: after all that have one


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the timeline: enough to show it without reading the record."""

    id: int
    number: str
    kind: str
    service: str
    when_us: int | None
    direction: str | None
    parties: str
    text: str
    deleted: bool
    attachments: int
    conversation: int | None
    tags: tuple[str, ...]


def count(connection: Connection, chosen: Selection, *further: ColumnElement[bool]) -> int:
    """How many items the selection holds (of those that meet the further conditions)."""
    wanted = select(func.count()).select_from(schema.item).where(*conditions(chosen), *further)
    return int(connection.execute(wanted).scalar_one())


def left_without_time(connection: Connection, chosen: Selection) -> int:
    """How many items only `since` and `until` leave out, because no moment of theirs is known in UTC."""
    if chosen.since is None and chosen.until is None:
        return 0
    return count(connection, replace(chosen, since=None, until=None), schema.item.c.when_us.is_(None))


def ids(connection: Connection, chosen: Selection) -> Iterator[tuple[int, int | None]]:
    """(item id, when_us) of the whole selection in timeline order; items without a time come last."""
    item = schema.item
    wanted = conditions(chosen)
    dated = select(item.c.id, item.c.when_us).where(*wanted, item.c.when_us.is_not(None))
    undated = select(item.c.id, item.c.when_us).where(*wanted, item.c.when_us.is_(None))
    for query in (dated.order_by(item.c.when_us, item.c.id), undated.order_by(item.c.id)):
        # The driver's own tuples: millions of rows cost five times as much as SQLAlchemy's.
        cursor = connection.execute(query).cursor
        while cursor is not None and (rows := cursor.fetchmany(10_000)):
            yield from rows


def page(
    connection: Connection, chosen: Selection, after: tuple[int | None, int] | None = None, limit: int = 256
) -> list[tuple[int, int | None]]:
    """The next `limit` (item id, when_us) behind the key (when_us, id) in timeline order, found by the index."""
    item = schema.item
    found: list[tuple[int, int | None]] = []
    wanted = conditions(chosen)
    if after is None or after[0] is not None:
        dated = [*wanted, item.c.when_us.is_not(None)]
        if after is not None:
            dated.append(_behind(after))
        query = select(item.c.id, item.c.when_us).where(*dated).order_by(item.c.when_us, item.c.id).limit(limit)
        found = [(row.id, row.when_us) for row in connection.execute(query)]
    if len(found) < limit:
        undated = [*wanted, item.c.when_us.is_(None)]
        if after is not None and after[0] is None:
            undated.append(item.c.id > after[1])
        query = select(item.c.id, item.c.when_us).where(*undated).order_by(item.c.id).limit(limit - len(found))
        found += [(row.id, None) for row in connection.execute(query)]
    return found


def _behind(after: tuple[int | None, int]) -> ColumnElement[bool]:
    item = schema.item
    # A comparison of rows is looked up in the index; the same in words with OR walks it from its beginning.
    return tuple_(item.c.when_us, item.c.id) > tuple_(after[0], after[1])


def rows(connection: Connection, wanted: Sequence[int]) -> list[Row]:
    """The timeline lines of these item ids, in the order asked for; unknown ids are left out."""
    item, source = schema.item, schema.source
    query = select(item, source.c.exhibit).join(source, item.c.source_id == source.c.id).where(item.c.id.in_(wanted))
    found = {row.id: row for row in connection.execute(query)}
    parties = _party_words(connection, wanted)
    counted = (
        select(schema.attachment.c.item_id, func.count())
        .where(schema.attachment.c.item_id.in_(wanted))
        .group_by(schema.attachment.c.item_id)
    )
    attached = {row[0]: row[1] for row in connection.execute(counted)}
    tags = tags_of(connection, wanted)
    return [
        Row(
            id=row.id,
            number=number(row.exhibit, row.seq),
            kind=row.kind,
            service=row.service,
            when_us=row.when_us,
            direction=row.direction,
            parties=parties.get(row.id, ""),
            text=row.text or row.names or "",
            deleted=bool(row.deleted),
            attachments=attached.get(row.id, 0),
            conversation=row.conversation_id,
            tags=tags.get(row.id, ()),
        )
        for row in (found[one] for one in wanted if one in found)
    ]


def number(exhibit: str, seq: int) -> str:
    """The item's number as printed everywhere: "ABC/1-000123"."""
    return f"{exhibit}-{seq:06d}"


def _party_words(connection: Connection, wanted: Sequence[int]) -> dict[int, str]:
    link, party = schema.item_party, schema.party
    query = (
        select(link.c.item_id, link.c.role, party.c.identifier, party.c.name)
        .join(party, link.c.party_id == party.c.id)
        .where(link.c.item_id.in_(wanted))
        .order_by(link.c.item_id, link.c.ord)
    )
    words: dict[int, list[str]] = {}
    for row in connection.execute(query):
        who = row.name, row.identifier
        words.setdefault(row.item_id, []).append(named(*who) if row.role == "about" else named_behind(row.role, *who))
    return {one: side_by_side(parts[:6], ", ") + (" …" if len(parts) > 6 else "") for one, parts in words.items()}


def tags_of(connection: Connection, wanted: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The tags of each item that has any."""
    query = (
        select(schema.item_tag.c.item_id, schema.tag.c.name)
        .join(schema.tag)
        .where(schema.item_tag.c.item_id.in_(wanted))
        .order_by(schema.tag.c.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(query):
        found[row.item_id] = (*found.get(row.item_id, ()), row.name)
    return found


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one item: the record as stored, its attachments as found, and where it comes from."""

    id: int
    number: str
    kind: str
    service: str
    conversation: str | None  # its key
    conversation_id: int | None
    direction: str | None
    when_us: int | None
    text: str | None
    deleted: bool
    record: dict[str, Any]
    moments: Sequence[dict[str, Any]]  # the record's, and those of the file where the record is about the whole file
    attachments: list[dict[str, Any]]
    source: str
    source_id: int
    file: str
    file_id: int
    file_sha256: str | None
    extractor: str
    sha256: str
    tags: tuple[str, ...]


def details(connection: Connection, wanted: Sequence[int]) -> list[Detail]:
    """The whole items of these ids, in the order asked for."""
    item, source, outcome, file = schema.item, schema.source, schema.outcome, schema.file
    query = (
        select(
            item,
            source.c.exhibit,
            outcome.c.extractor,
            file.c.path,
            file.c.id.label("file_id"),
            file.c.sha256.label("file_sha256"),
            file.c.times.label("file_times"),
            schema.conversation.c.key,
        )
        .join(source, item.c.source_id == source.c.id)
        .join(outcome, item.c.outcome_id == outcome.c.id)
        .join(file, outcome.c.file_id == file.c.id)
        .join(schema.conversation, item.c.conversation_id == schema.conversation.c.id, isouter=True)
        .where(item.c.id.in_(wanted))
    )
    found = {row.id: row for row in connection.execute(query)}
    attached = attachments(connection, wanted)
    tags = tags_of(connection, wanted)
    return [_detail(found[one], attached.get(one, []), tags.get(one, ())) for one in wanted if one in found]


def _detail(row: Any, attached: list[dict[str, Any]], tags: tuple[str, ...]) -> Detail:
    record = json.loads(row.record)
    return Detail(
        id=row.id,
        number=number(row.exhibit, row.seq),
        kind=row.kind,
        service=row.service,
        conversation=row.key,
        conversation_id=row.conversation_id,
        direction=row.direction,
        when_us=row.when_us,
        text=row.text,
        deleted=bool(row.deleted),
        record=record,
        moments=all_moments(record, row.file_times),
        attachments=attached,
        source=row.exhibit,
        source_id=row.source_id,
        file=row.path,
        file_id=row.file_id,
        file_sha256=row.file_sha256,
        extractor=row.extractor,
        sha256=row.sha256.hex(),
        tags=tags,
    )


def attachments(connection: Connection, wanted: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """name, path, mime, size, sha256, state and file_id of each attachment: what the source's file holds where it is
    present, else what was recorded."""
    held, file = schema.attachment, schema.file
    query = (
        select(
            held,
            file.c.mime.label("file_mime"),
            file.c.size.label("file_size"),
            file.c.sha256.label("file_sha256"),
            file.c.path.label("file_path"),
        )
        .join(file, held.c.file_id == file.c.id, isouter=True)
        .where(held.c.item_id.in_(wanted))
        .order_by(held.c.item_id, held.c.ord)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.item_id, []).append(
            {
                "name": row.name,
                "path": row.file_path or row.path,
                "mime": row.file_mime or row.mime,
                "size": row.file_size if row.file_id else row.size,
                "sha256": row.file_sha256 or row.sha256,
                "state": row.state,
                "file_id": row.file_id,
            }
        )
    return found


def find_item(connection: Connection, wanted: str) -> int | None:
    """The id of the item with this printed number, or None."""
    exhibit, _, seq = wanted.rpartition("-")
    if not (seq.isascii() and seq.isdigit() and len(seq) <= 18):
        return None
    query = (
        select(schema.item.c.id)
        .join(schema.source, schema.item.c.source_id == schema.source.c.id)
        .where(schema.source.c.exhibit == exhibit, schema.item.c.seq == int(seq))
    )
    return connection.execute(query).scalar()
