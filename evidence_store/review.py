"""The reviewer's words: tags and notes. They are no evidence, stand outside the seal, and every change is logged."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from evidence_store import ledger, schema
from evidence_store.rows import load


def add_tag(connection: Connection, items: Sequence[int], name: str, program: str) -> int:
    """Tags items and gives the number of items that did not have the tag yet. Raises ValueError for an empty name."""
    name = name.strip()
    if not name:
        raise ValueError("a tag needs a name")
    connection.execute(upsert(schema.tag).values(name=name).on_conflict_do_nothing())
    tag_id = connection.execute(select(schema.tag.c.id).where(schema.tag.c.name == name)).scalar_one()
    now = time.time_ns() // 1000
    added = 0
    actor = ledger.actor()
    for item_id in items:
        values = {"item_id": item_id, "tag_id": tag_id, "at_us": now, "actor": actor}
        added += connection.execute(upsert(schema.item_tag).values(values).on_conflict_do_nothing()).rowcount
    if added:
        ledger.append(connection, "tagged", name, {"items": list(items)}, program)
    return added


def remove_tag(connection: Connection, items: Sequence[int], name: str, program: str) -> int:
    """Takes a tag off items and gives the number of items that had it."""
    name = name.strip()
    tag_id = connection.execute(select(schema.tag.c.id).where(schema.tag.c.name == name)).scalar()
    if tag_id is None:
        return 0
    held = schema.item_tag
    gone = connection.execute(delete(held).where(held.c.tag_id == tag_id, held.c.item_id.in_(items))).rowcount
    if gone:
        ledger.append(connection, "untagged", name, {"items": list(items)}, program)
    return gone


def add_note(connection: Connection, item_id: int, words: str, program: str) -> None:
    """Adds a note. The ledger says that a note was written, not what it says."""
    now = time.time_ns() // 1000
    connection.execute(insert(schema.note).values(item_id=item_id, at_us=now, actor=ledger.actor(), text=words))
    ledger.append(connection, "noted", f"item {item_id}", {"characters": len(words)}, program)


def as_logged(connection: Connection) -> tuple[set[tuple[int, str]], Counter[tuple[int, int]]]:
    """What the ledger says there has to be: (item id, tag) and (item id, characters) of each note."""
    tagged: set[tuple[int, str]] = set()
    noted: Counter[tuple[int, int]] = Counter()
    for entry in ledger.entries(connection):
        detail = load(entry.detail)
        if entry.action == "tagged":
            tagged |= {(item_id, entry.object) for item_id in detail["items"]}
        elif entry.action == "untagged":
            tagged -= {(item_id, entry.object) for item_id in detail["items"]}
        elif entry.action == "noted":
            noted[(int(entry.object.removeprefix("item ")), detail["characters"])] += 1
    return tagged, noted


def notes(connection: Connection, item_id: int) -> list[tuple[int, str, str]]:
    """(at_us, actor, text) of an item's notes, oldest first."""
    query = select(schema.note).where(schema.note.c.item_id == item_id).order_by(schema.note.c.at_us)
    return [(row.at_us, row.actor, row.text) for row in connection.execute(query)]
