"""The rows of side tables, for Android's databases: read beside the first table, so that no row hangs on a join."""

from __future__ import annotations

from extractors.database import RowsBeside, selecting
from parsers.sqlite_file import EvidenceDatabase, lacking


def beside(db: EvidenceDatabase, table: str, columns: tuple[str, ...], key: str, order: str = "rowid") -> RowsBeside:
    """The rows of `table` by `key`, within one key in the given order; none where this generation has no such table.

    `columns` has the key; those that the generation lacks are NULL.
    """
    if lacking(db, {table: {key}}):
        return RowsBeside(iter(()), table, key)
    sql = f"SELECT {selecting(db, table, columns)} FROM {table} ORDER BY {key}, {order}"  # noqa: S608
    return RowsBeside(db.execute(sql), table, key)
