"""Everything that is shown about one item, read in one go."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from app.gui.models.timeline import TimelineLine, fetch_lines
from evidence_store import overview, queries, review, schema
from evidence_store.queries import Detail

_MOST_RAW: Final = 200_000  # characters of raw record on the screen; `assay items --json` prints the whole
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that could be shown as a picture, once somebody asks for it."""

    file_id: int
    name: str
    mime: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One item with its notes, the items around it in its conversation, and where the search hit it."""

    detail: Detail
    notes: list[tuple[int, str, str]]
    around: list[TimelineLine]
    hit: list[tuple[bool, str]]
    pictures: list[Picture]


def read_item(connection: Connection, item_id: int, search: str) -> ItemDetail | None:
    """One item with all that is shown of it, or None where it is not there."""
    found = queries.details(connection, [item_id])
    if not found:
        return None
    around = [line for _, line in fetch_lines(connection, overview.neighbours(connection, item_id))]
    hit = overview.snippet(connection, item_id, search) if search else []
    return ItemDetail(found[0], review.notes(connection, item_id), around, hit, _pictures(connection, found[0]))


def _pictures(connection: Connection, detail: Detail) -> list[Picture]:
    """Its attachments, and for a photo the file itself."""
    held = [
        Picture(found["file_id"], found["name"], found["mime"], found["size"], found["sha256"] or "")
        for found in detail.attachments
        if found["file_id"] and found["state"] == "present" and str(found["mime"]).startswith("image/")
    ]
    if detail.kind == "media_item" and not held:
        file = schema.file
        row = connection.execute(select(file).where(file.c.id == detail.file_id)).one()
        if str(row.mime).startswith("image/") and row.readable:
            held = [Picture(row.id, row.path.rsplit("/", 1)[-1], row.mime, row.size, row.sha256 or "")]
    return held


def raw_json(record: dict[str, Any]) -> str:
    """The record as stored, laid out for reading; what is cut is said."""
    words = json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True)
    words = _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", words)
    if len(words) > _MOST_RAW:
        words = f"{words[:_MOST_RAW]}\n… {len(words) - _MOST_RAW:,} more characters; `assay items --json` prints all"
    return words
