"""Old cases open for ever: one function for each step from a case format to the next, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine

from evidence_store.identity import comparable
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


STEPS: Final[dict[int, Callable[[Connection], None]]] = {1: _parties_compared}


def migrate(engine: Engine, found: int, wanted: int) -> None:
    """Brings a case from format `found` to `wanted`, step by step. Raises KeyError for a step that does not exist."""
    for version in range(found, wanted):
        with engine.begin() as connection:
            STEPS[version](connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {version + 1}")
