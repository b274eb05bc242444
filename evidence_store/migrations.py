"""Old cases open for ever: one function for each step from a case format to the next, each in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from evidence_store.derive import OfFile, clean, derive
from evidence_store.identity import comparable
from evidence_store.records import record_of
from evidence_store.structure import add_views

# version -> what brings a case of that version to the next one. Format 1 is the first.


def _parties_compared(connection: Connection) -> None:
    """Format 2: parties have a form in which they are compared, and there are views of further kinds."""
    connection.exec_driver_sql("ALTER TABLE party ADD COLUMN comparable TEXT")
    rows = connection.exec_driver_sql("SELECT id, scheme, identifier FROM party").all()
    found = [(comparable(row.scheme, row.identifier, None), row.id) for row in rows]
    if found:
        connection.exec_driver_sql("UPDATE party SET comparable = ? WHERE id = ?", found)
    add_views(connection)


def _people_found_by_name(connection: Connection) -> None:
    """Format 3: a search finds contacts and accounts by each of their names, numbers and handles.

    Only what stands as it was stored is changed, or the change would hide what `verify` is to tell: a case that was
    altered or is damaged stays as it is. An index that nobody asks any more goes."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS item_outcome")
    people = connection.exec_driver_sql(
        "SELECT id, CAST(record AS BLOB) AS record, sha256, text FROM item WHERE kind IN ('contact', 'account')"
    ).all()
    found = [(words, row.id) for row in people if (words := _found_by(row)) is not None]
    try:
        with connection.begin_nested():
            for words, item in found:
                connection.exec_driver_sql(_UNINDEX, (item,))
                connection.exec_driver_sql("UPDATE item SET text = ? WHERE id = ?", (words, item))
                connection.exec_driver_sql(_INDEX, (item,))
    except DatabaseError:
        return  # the index is damaged: nothing was changed


def _found_by(row: Any) -> str | None:
    """The words by which somebody is found from format 3 on; None where these are no others, or the row was altered."""
    if hashlib.sha256(row.record).digest() != row.sha256:
        return None
    try:
        record = record_of(row.record)
        words = derive(record, OfFile()).text
    except (ValueError, TypeError, AttributeError):
        return None
    if record.kind not in _WORDS_BEFORE:  # the column says another kind than the record
        return None
    before = [str(word) for word in (getattr(record, name) for name in _WORDS_BEFORE[record.kind]) if word]
    stored = clean("\n".join(dict.fromkeys(before))) if before else getattr(record, "text", None)
    return words if row.text == stored and words != stored else None


_WORDS_BEFORE: Final = {"contact": ("text",), "account": ("name", "text")}  # what the column held in format 2
_UNINDEX: Final = (
    "INSERT INTO item_fts(item_fts, rowid, text, names) SELECT 'delete', id, text, names FROM item WHERE id = ?"
)
_INDEX: Final = "INSERT INTO item_fts(rowid, text, names) SELECT id, text, names FROM item WHERE id = ?"
STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _parties_compared, 2: _people_found_by_name}


def migrate(engine: Engine, found: int, wanted: int) -> None:
    """Brings a case from format `found` to `wanted`, step by step. Raises KeyError for a step that does not exist."""
    for version in range(found, wanted):
        with engine.begin() as connection:
            STEPS[version](connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {version + 1}")
