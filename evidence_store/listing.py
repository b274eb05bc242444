"""Sources, files and coverage as stored: what `info`, `files` and `coverage` print and the report's appendices show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from evidence_store import schema
from evidence_store.rows import load
from evidence_store.writer import COUNTS


def sources(connection: Connection) -> list[dict[str, Any]]:
    """Every source in order of exhibit, JSON columns opened."""
    found = connection.execute(select(schema.source).order_by(schema.source.c.exhibit)).mappings()
    return [{**row, **{name: load(row[name]) for name in ("files", "stored", "facts", "authority")}} for row in found]


def counts(connection: Connection) -> dict[str, int]:
    """Items by kind."""
    query = select(schema.item.c.kind, func.count()).group_by(schema.item.c.kind).order_by(schema.item.c.kind)
    return {row[0]: row[1] for row in connection.execute(query)}


def files(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every file of every source in natural order."""
    file, source = schema.file, schema.source
    query = (
        select(file, source.c.exhibit)
        .join(source, file.c.source_id == source.c.id)
        .order_by(source.c.exhibit, file.c.ordinal)
    )
    for row in connection.execution_options(yield_per=5_000).execute(query).mappings():
        yield {**row, "times": load(row["times"])}


def coverage(connection: Connection) -> Iterator[dict[str, Any]]:
    """What became of each file and extractor, in natural order, with the problems that were met."""
    outcome, file, source = schema.outcome, schema.file, schema.source
    query = (
        select(outcome, source.c.exhibit, file.c.path)
        .join(file, outcome.c.file_id == file.c.id)
        .join(source, outcome.c.source_id == source.c.id)
        .order_by(source.c.exhibit, outcome.c.id)
    )
    for row in connection.execute(query).mappings().all():
        yield {
            "source": row["exhibit"],
            "file": row["path"],
            "extractor": row["extractor"],
            "outcome": row["outcome"],
            **{name: row[name] for name in COUNTS},
            "problems": list(problems(connection, outcome_id=row["id"])) if row["problems"] else [],
        }


def problems(connection: Connection, *, outcome_id: int | None = None) -> Iterator[dict[str, Any]]:
    """The problems of one outcome, or all that belong to no extractor (files and sources)."""
    problem, file, source = schema.problem, schema.file, schema.source
    query = (
        select(problem, file.c.path, source.c.exhibit)
        .join(source, problem.c.source_id == source.c.id)
        .join(file, problem.c.file_id == file.c.id, isouter=True)
        .where(problem.c.outcome_id == outcome_id if outcome_id else problem.c.outcome_id.is_(None))
        .order_by(source.c.exhibit, file.c.ordinal, problem.c.id)
    )
    for row in connection.execute(query):
        yield {
            "source": row.exhibit,
            "file": row.path,
            "kind": row.kind,
            "code": row.code,
            "detail": row.detail,
            "locator": row.locator,
        }
