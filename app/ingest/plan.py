"""From the stored listing to tasks: which extractor wants which file, in batches of a size a worker can lose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from app import VERSION
from app.worker.tasks import Batch, Step
from evidence_store import schema
from evidence_store.records import Moment, canonical
from evidence_store.rows import load
from evidence_store.scope import Scope
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher
from extractors.sources.base import Entry, SourceRef

FILES: Final = 200  # files in a batch at most
BYTES: Final = 48 << 20  # bytes in a batch, but for a single larger file
BESIDE: Final = ("-wal", "-journal")
_COLUMNS: Final = ("ordinal", "path", "size", "kind", "deleted", "allocated", "readable", "note", "times", "address")


def entry_of(row: Any) -> Entry:
    """The entry of a stored file row."""
    return Entry(
        path=row.path,
        size=row.size,
        address=row.address,
        times=tuple(Moment(**moment) for moment in load(row.times)),
        kind=row.kind,
        deleted=bool(row.deleted),
        allocated=bool(row.allocated),
        readable=bool(row.readable),
        note=row.note,
    )


def batches(
    connection: Connection,
    source_id: int,
    source: SourceRef,
    folder: Path,
    *,
    date_order: str | None,
    only: tuple[str, ...],
    scope: Scope,
    start: int = 0,
) -> Iterator[Batch]:
    """The batches of a source from number `start` on. The same listing gives the same batches, run after run.

    A shard's name carries a digest of its batch's plan, so that one left by another version or setting is not used.
    """
    settings = [VERSION, [extractor.label for extractor in EXTRACTORS], source.zone, date_order, list(only)]
    base = hashlib.sha256(canonical([*settings, scope.authority.plain()]))
    for ordinal, steps in enumerate(_grouped(_steps(connection, source_id))):
        if ordinal < start:
            continue
        digest = base.copy()
        digest.update(canonical([[step.ordinal, step.entry.path, list(step.extractors)] for step in steps]))
        shard = folder / f"{ordinal:07d}-{digest.hexdigest()[:16]}.shard"
        yield Batch(source, ordinal, tuple(steps), str(shard), date_order, only, scope)


def _grouped(steps: Iterator[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    size = 0
    for step in steps:
        if group and (len(group) >= FILES or size + step.entry.size > BYTES):
            yield group
            group, size = [], 0
        group.append(step)
        size += step.entry.size
    if group:
        yield group


def _steps(connection: Connection, source_id: int) -> Iterator[Step]:
    matcher = Matcher(EXTRACTORS)
    file = schema.file
    query = select(*(file.c[name] for name in _COLUMNS)).where(file.c.source_id == source_id).order_by(file.c.ordinal)
    for row in connection.execution_options(yield_per=2_000).execute(query):
        entry = entry_of(row)
        wanted = tuple(extractor.id for extractor in matcher.match(entry.path)) if entry.kind == "file" else ()
        beside = tuple(_beside(connection, source_id, entry)) if wanted else ()
        yield Step(row.ordinal, entry, wanted, beside)


def _beside(connection: Connection, source_id: int, entry: Entry) -> Iterator[Entry]:
    file = schema.file
    names = [entry.path + ending for ending in BESIDE]
    query = (
        select(*(file.c[name] for name in _COLUMNS))
        .where(file.c.source_id == source_id, file.c.path.in_(names), file.c.deleted == int(entry.deleted))
        .order_by(file.c.path, file.c.ordinal)
    )
    seen = set()
    for row in connection.execute(query).all():
        if row.path not in seen and row.readable:
            seen.add(row.path)
            yield entry_of(row)
