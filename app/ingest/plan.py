"""From the stored listing to tasks: which extractor wants which file, in batches of a size a worker can lose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, or_, select

from app import VERSION
from app.worker.tasks import Batch, Listed, Step
from evidence_store import schema
from evidence_store.records import canonical
from evidence_store.scope import Scope
from extractors.base import Extractor, joined
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher
from extractors.sources.base import SourceRef
from extractors.sources.phone import other_name

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
    region: str | None = None,
    device_zone: str | None = None,
    start: int = 0,
) -> Iterator[Batch]:
    """The batches of a source from number `start` on. The same listing gives the same batches, run after run.

    A shard's name carries a digest of its batch's plan, so that one left by another version or setting is not used.
    """
    labels = [extractor.label for extractor in EXTRACTORS]
    settings = [VERSION, labels, source.zone, device_zone, region, date_order, list(only)]
    base = hashlib.sha256(canonical([*settings, scope.authority.plain()]))
    for ordinal, steps in enumerate(_grouped(_steps(connection, source_id))):
        if ordinal < start:
            continue
        digest = base.copy()
        digest.update(canonical([[step.listed.ordinal, step.listed.path, list(step.extractors)] for step in steps]))
        shard = folder / f"{ordinal:07d}-{digest.hexdigest()[:16]}.shard"
        yield Batch(source, ordinal, tuple(steps), str(shard), date_order, only, scope, region, device_zone)


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
    with_log = _with_log(connection, source_id)
    query = select(*_COLUMNS).where(schema.file.c.source_id == source_id).order_by(schema.file.c.ordinal)
    for rows in connection.execution_options(yield_per=2_000).execute(query).partitions():
        for row in rows:
            listed = Listed._make(row)
            twin = _twin(connection, source_id, listed)
            found = matcher.match(listed.path) if listed.kind == "file" else ()
            if found or listed.path in with_log:
                beside = tuple(_beside(connection, source_id, listed))
                others = tuple(_others(connection, source_id, listed, found))
                yield Step(listed, tuple(extractor.id for extractor in found), beside, twin, others)
            else:
                yield Step(listed, (), twin=twin)


def _twin(connection: Connection, source_id: int, listed: Listed) -> tuple[Listed, ...]:
    """The file under its first name, and what is beside it, where a file may stand in the source under two names of the
    system (a user's data, and its mirror), this is the second of them and the sizes agree; else nothing."""
    first = other_name(listed.path) if listed.kind == "file" and not listed.deleted else None
    if first is None:
        return ()
    file = schema.file
    same = (file.c.source_id == source_id, file.c.path == first, file.c.size == listed.size, file.c.readable == 1)
    there = (file.c.kind == "file", file.c.deleted == 0)
    row = connection.execute(select(*_COLUMNS).where(*same, *there).order_by(file.c.ordinal).limit(1)).first()
    if row is None:
        return ()
    found = Listed._make(row)
    return (found, *_beside(connection, source_id, found))


def _with_log(connection: Connection, source_id: int) -> frozenset[str]:
    """The paths beside which a log or journal stands: what they are is seen only when they are read."""
    path = schema.file.c.path
    query = select(path).where(schema.file.c.source_id == source_id, or_(*(path.endswith(one) for one in BESIDE)))
    return frozenset(name.rpartition("-")[0] for name in connection.execute(query).scalars())


def _others(connection: Connection, source_id: int, listed: Listed, found: tuple[Extractor, ...]) -> Iterator[Listed]:
    names = sorted({joined(listed.path, name) for extractor in found for name in extractor.beside})
    return _named(connection, source_id, listed, names) if names else iter(())


def _beside(connection: Connection, source_id: int, listed: Listed) -> Iterator[Listed]:
    return _named(connection, source_id, listed, [listed.path + ending for ending in BESIDE])


def _named(connection: Connection, source_id: int, listed: Listed, names: list[str]) -> Iterator[Listed]:
    """The files of these paths, as the one of them that can be read; deleted ones for a deleted file."""
    file = schema.file
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
