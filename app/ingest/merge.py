"""Shards into the store: by one writer, in the planned order, one transaction a batch."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import Connection, update

from app.cases import Case
from app.ingest.tracking import Tracker
from app.worker.shard import BEGIN, FILE, OUTCOME, PROBLEM, ShardDamaged, is_whole, lines, remove, rows_of
from app.worker.tasks import Batch, Listed
from evidence_store import schema
from evidence_store.prepared import NotPrepared
from evidence_store.records import plain_of
from evidence_store.rows import row_digest
from evidence_store.store import name_beside
from evidence_store.writer import NO_ITEMS, SourceWriter

_GROUP: Final = 8  # batches in one transaction at most: a commit costs as much as a few hundred files
_STORE_RESULT: Final = "UPDATE file SET readable = ?, note = ?, sha256 = ?, mime = ?, size = ?, digest = ? WHERE id = ?"


def merge_batch(connection: Connection, writer: SourceWriter, batch: Batch, rows: str | None) -> int:
    """Stores what one shard holds and gives the number of its files. `rows` is the name under which its rows are open.

    Raises ShardDamaged when the shard is not whole: the caller rolls back. The digest of the rows is not looked at:
    they are of this run, or were compared when it was decided to use what an earlier one left (see `is_whole`).
    """
    writer.begin(connection)
    listed = {step.listed.ordinal: step.listed for step in batch.steps}
    file_id = 0
    results: list[tuple[Any, ...]] = []
    for letter, data in lines(batch.shard):
        if letter == FILE:
            found = plain_of(data)
            file = listed[found["ordinal"]]
            file_id = writer.first_file + file.ordinal  # the listing was stored in one go, so ids run with ordinals
            results.append(_result(file, file_id, writer.source_id, found))
        elif letter == PROBLEM:
            problem = plain_of(data)
            writer.problem(problem, file_id, of_outcome=problem.pop("of") == "outcome")
        elif letter == BEGIN:
            writer.begin_outcome(file_id, plain_of(data))
        elif letter == OUTCOME:
            counts = plain_of(data)
            writer.end_outcome(counts.pop("outcome"), counts, counts.pop("items", NO_ITEMS))
    connection.connection.cursor().executemany(_STORE_RESULT, results)
    try:
        writer.end(rows)
    except NotPrepared as error:
        raise ShardDamaged(f"{batch.shard}: {error}") from error
    _attachments_lost(connection, [row[-1] for row in results if not row[0]])
    return len(results)


def _attachments_lost(connection: Connection, unreadable: list[int]) -> None:
    """Attachments that were found before it was known that their file cannot be read."""
    held = schema.attachment
    if unreadable:
        found = update(held).where(held.c.state == "present", held.c.file_id.in_(unreadable))
        connection.execute(found.values(state="unreadable"))


def _result(file: Listed, file_id: int, source_id: int, found: dict[str, Any]) -> tuple[Any, ...]:
    """The values for _STORE_RESULT; the digest is over the row as it will be, in the order of its columns."""
    readable, note, size = int(found["readable"]), found["note"], found.get("size", file.size)
    sha256, mime = found.get("sha256"), found.get("mime")
    values = [
        *(file_id, source_id, file.ordinal, file.path, size, file.kind, file.deleted, file.allocated),
        *(readable, note, file.times, file.address, sha256, mime),
    ]
    return (readable, note, sha256, mime, size, row_digest("file", values), file_id)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows hold no cycles: the collector would walk them again and again, for a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Merger:
    """Takes shards as they get ready and stores them in the planned order."""

    def __init__(self, case: Case, source_id: int, next_batch: int, next_seq: int, progress: Tracker) -> None:
        self._case = case
        self._source_id = source_id
        self._next = next_batch
        self._seq = next_seq
        self._ready: dict[int, Batch] = {}
        self._lock = threading.Lock()
        self._writer: SourceWriter | None = None
        self._progress = progress
        self.damaged: list[Batch] = []

    def found(self, batch: Batch) -> None:
        """A shard of an earlier run; called from the supervisor's thread."""
        with self._lock:
            self._ready[batch.ordinal] = batch

    def ready(self, batch: Batch) -> None:
        """A shard that was made just now: stores it, and all that waited for it."""
        self.found(batch)
        self.store()

    def store(self) -> None:
        while True:
            group = self._next_group()
            if not group:
                return
            try:
                self._store(group)
            except ShardDamaged:
                # All of the group is rolled back: what is whole of it is stored again once the rest is made anew.
                self._writer = None
                self._take_back(group)
                return
            for batch in group:
                remove(batch.shard)
            self._next += len(group)

    def _next_group(self) -> list[Batch]:
        with self._lock:
            following = takewhile(self._ready.__contains__, range(self._next, self._next + _GROUP))
            return [self._ready.pop(ordinal) for ordinal in list(following)]

    def _take_back(self, group: list[Batch]) -> None:
        for batch in group:
            if is_whole(batch.shard):
                self.found(batch)
            else:
                remove(batch.shard)
                self.damaged.append(replace(batch, skip=()))

    def _store(self, group: list[Batch]) -> None:
        files = 0
        beside = [rows for batch in group if (rows := rows_of(batch.shard)).exists()]
        with _no_collector(), self._case.store.write(beside) as connection:
            if self._writer is None:
                self._writer = SourceWriter(connection, self._source_id, self._seq)
            for batch in group:
                rows = rows_of(batch.shard)
                name = name_beside(beside.index(rows)) if rows in beside else None
                files += merge_batch(connection, self._writer, batch, name)
        items = self._writer.next_seq - self._seq
        self._seq = self._writer.next_seq
        self._progress.merged(files, items)
