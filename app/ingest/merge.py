"""Shards into the store: by one writer, in the planned order, one transaction a batch."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from app.worker.shard import BEGIN, FILE, OUTCOME, PROBLEM, RECORD, lines, parse
from app.worker.tasks import Batch
from evidence_store import schema
from evidence_store.rows import row_digest
from evidence_store.writer import SourceWriter

_FILE_COLUMNS: Final = tuple(column.name for column in schema.file.columns)


def merge_batch(connection: Connection, writer: SourceWriter, batch: Batch) -> tuple[int, int]:
    """Stores what one shard holds and gives (files, problems). Raises ShardDamaged, with nothing stored, when the shard
    is not whole: the caller rolls back."""
    writer.begin(connection)
    rows = _file_rows(connection, writer.source_id, batch)
    row: dict[str, Any] = {}
    files = problems = 0
    for letter, data in lines(batch.shard):
        if letter == RECORD:
            writer.add(data)
        elif letter == FILE:
            found = parse(data)
            row = rows[found["ordinal"]]
            _store_file(connection, row, found)
            files += 1
        elif letter == PROBLEM:
            problem = parse(data)
            writer.problem(problem, row["id"], of_outcome=problem.pop("of") == "outcome")
            problems += 1
        elif letter == BEGIN:
            writer.begin_outcome(row["id"], parse(data), file_deleted=bool(row["deleted"]))
        elif letter == OUTCOME:
            counts = parse(data)
            writer.end_outcome(counts.pop("outcome"), counts)
    writer.end()
    return files, problems


def _file_rows(connection: Connection, source_id: int, batch: Batch) -> dict[int, dict[str, Any]]:
    file = schema.file
    first, last = batch.steps[0].ordinal, batch.steps[-1].ordinal
    query = select(file).where(file.c.source_id == source_id, file.c.ordinal.between(first, last))
    return {row["ordinal"]: dict(row) for row in connection.execute(query).mappings()}


def _store_file(connection: Connection, row: dict[str, Any], found: dict[str, Any]) -> None:
    row.update(
        readable=int(found["readable"]),
        note=found["note"],
        sha256=found.get("sha256"),
        mime=found.get("mime"),
        size=found.get("size", row["size"]),
    )
    values = [row[name] for name in _FILE_COLUMNS if name != "digest"]
    connection.connection.cursor().execute(
        "UPDATE file SET readable = ?, note = ?, sha256 = ?, mime = ?, size = ?, digest = ? WHERE id = ?",
        (
            *(row["readable"], row["note"], row["sha256"], row["mime"], row["size"]),
            *(row_digest("file", values), row["id"]),
        ),
    )
