"""From the stored listing to tasks: which extractor wants which file, in batches of a size a worker can lose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from app import VERSION
from app.worker.tasks import Batch, Listed, Step
from evidence_store import schema
from evidence_store.records import canonical
from evidence_store.scope import Scope
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher
from extractors.sources.base import SourceRef

FILES: Final = 200  # files in a batch at most
BYTES: Final = 48 << 20  # bytes in a batch, but for a single larger file
BESIDE: Final = ("-wal", "-journal")
_COLUMNS: Final = tuple(schema.file.c[name] for name in Listed._fields)


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
        digest.update(canonical([[step.listed.ordinal, step.listed.path, list(step.extractors)] for step in steps]))
        shard = folder / f"{ordinal:07d}-{digest.hexdigest()[:16]}.shard"
        yield Batch(source, ordinal, tuple(steps), str(shard), date_order, only, scope)


def _grouped(steps: Iterator[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    size = 0
    for step in steps:
        if group and (len(group) >= FILES or size + step.listed.size > BYTES):
            yield group
            group, size = [], 0
        group.append(step)
        size += step.listed.size
    if group:
        yield group


def _steps(connection: Connection, source_id: int) -> Iterator[Step]:
    matcher = Matcher(EXTRACTORS)
    query = select(*_COLUMNS).where(schema.file.c.source_id == source_id).order_by(schema.file.c.ordinal)
    for rows in connection.execution_options(yield_per=2_000).execute(query).partitions():
        for row in rows:
            listed = Listed._make(row)
            found = matcher.match(listed.path) if listed.kind == "file" else ()
            if found:
                beside = tuple(_beside(connection, source_id, listed))
                yield Step(listed, tuple(extractor.id for extractor in found), beside)
            else:
                yield Step(listed, ())


def _beside(connection: Connection, source_id: int, listed: Listed) -> Iterator[Listed]:
    file = schema.file
    names = [listed.path + ending for ending in BESIDE]
    query = (
        select(*_COLUMNS)
        .where(file.c.source_id == source_id, file.c.path.in_(names), file.c.deleted == listed.deleted)
        .order_by(file.c.path, file.c.readable.desc(), file.c.ordinal)
    )
    seen = set()
    for row in connection.execute(query).all():
        if row.path not in seen:  # one that cannot be read goes too: the database then says what it was read without
            seen.add(row.path)
            yield Listed._make(row)
