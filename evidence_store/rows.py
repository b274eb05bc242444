"""Rows that carry their own digest, so that a change is named by table and row, not only by section."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table

from evidence_store.records import canonical


def row_digest(table: str, values: Iterable[Any]) -> bytes:
    """SHA-256 over the table's name and the row's values in column order, without the digest itself."""
    return hashlib.sha256(canonical([table, *values])).digest()


def sealed_row(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a whole row with its digest added. Every column but `digest` must be given."""
    return {
        **values,
        "digest": row_digest(
            table.name, [_plain(values[column.name]) for column in table.columns if column.name != "digest"]
        ),
    }


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def check_row(table: str, names: list[str], values: Iterable[Any]) -> bool:
    """Whether a stored row (its columns in declared order) still has its digest."""
    row = dict(zip(names, values, strict=True))
    stored = row.pop("digest")
    try:
        return bool(row_digest(table, [_plain(value) for value in row.values()]) == stored)
    except (TypeError, ValueError):
        return False


def dump(plain: Any) -> str:
    """Canonical JSON as text, for JSON columns."""
    return canonical(plain).decode()


def load(text: str) -> Any:
    return json.loads(text)
