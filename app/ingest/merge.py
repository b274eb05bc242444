"""Shards into the store: by one writer, in the planned order, one transaction a batch."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from app.worker.shard import BEGIN, FILE, OUTCOME, PROBLEM, RECORD, lines, parse
from app.worker.tasks import Batch
from evidence_store import schema
from evidence_store.rows import row_digest
from evidence_store.writer import SourceWriter

_FILE_COLUMNS: Final = tuple(column.name for column in schema.file.columns)  # the digest is the last
_STORE_RESULT: Final = "UPDATE file SET readable = ?, note = ?, sha256 = ?, mime = ?, size = ?, digest = ? WHERE id = ?"


def merge_batch(connection: Connection, writer: SourceWriter, batch: Batch) -> tuple[int, int]:
    """Stores what one shard holds and gives (files, problems). Raises ShardDamaged, with nothing stored, when the shard
    is not whole: the caller rolls back."""
    writer.begin(connection)
    rows = _file_rows(connection, writer.first_file, batch)
    row: dict[str, Any] = {}
    results: list[tuple[Any, ...]] = []
    problems = 0
    for letter, data in lines(batch.shard):
        if letter == RECORD:
            writer.add(data)
        elif letter == FILE:
            found = parse(data)
            row = rows[found["ordinal"]]
            results.append(_result(row, found))
        elif letter == PROBLEM:
            problem = parse(data)
            writer.problem(problem, row["id"], of_outcome=problem.pop("of") == "outcome")
            problems += 1
        elif letter == BEGIN:
            writer.begin_outcome(row["id"], parse(data), file_deleted=bool(row["deleted"]))
        elif letter == OUTCOME:
            counts = parse(data)
            writer.end_outcome(counts.pop("outcome"), counts)
    connection.connection.cursor().executemany(_STORE_RESULT, results)
    writer.end()
    return len(results), problems


def _file_rows(connection: Connection, first_file: int, batch: Batch) -> dict[int, dict[str, Any]]:
    file = schema.file
    # The listing was stored in one go, so ids run with ordinals: a range of the primary key, whatever the size.
    first, last = first_file + batch.steps[0].ordinal, first_file + batch.steps[-1].ordinal
    rows = connection.execute(select(file).where(file.c.id.between(first, last))).all()
    return {row.ordinal: dict(zip(_FILE_COLUMNS, row, strict=True)) for row in rows}


def _result(row: dict[str, Any], found: dict[str, Any]) -> tuple[Any, ...]:
    row["readable"], row["note"] = int(found["readable"]), found["note"]
    row["sha256"], row["mime"] = found.get("sha256"), found.get("mime")
    row["size"] = found.get("size", row["size"])
    values = [row[name] for name in _FILE_COLUMNS[:-1]]
    return (
        *(row["readable"], row["note"], row["sha256"], row["mime"], row["size"]),
        *(row_digest("file", values), row["id"]),
    )
