"""Going back to a source after it was read: to check its bytes, or to show one of its pictures."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.cases import Case, CaseError
from app.ingest.opening import OPENED_WITH, survey
from app.ingest.pool import Pool
from app.worker.shard import FACTS, lines
from app.worker.tasks import HashSource, Listed, Render
from evidence_store import listing, schema
from evidence_store.records import plain_of
from evidence_store.rows import load
from extractors.sources import needs_spool
from extractors.sources.base import NO_SECRET, SourceRef


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """One source read again: `line` says in plain words how it compares; `same` is None where it could not be read."""

    exhibit: str
    same: bool | None
    line: str


def check_sources(case: Case, progress: Callable[[int], None] | None = None) -> list[SourceCheck]:
    """Reads every source again and compares its hashes with those in the case."""
    with case.store.read() as connection:
        rows = [row for row in listing.sources(connection) if row["sha256"]]
    found = []
    with _pool(case) as (pool, folder):
        if progress:
            pool.on_tick = lambda: progress(pool.bytes_done)
        for row in rows:
            found.append(_check(pool, folder, row))  # noqa: PERF401 - one after the other: each takes its time
    return found


def _check(pool: Pool, folder: Path, row: dict[str, Any]) -> SourceCheck:
    exhibit, path = row["exhibit"], row["path"]
    if not Path(path).exists():
        return SourceCheck(exhibit, None, f"{exhibit}: {path} is not there: not compared")
    task = HashSource(SourceRef(row["kind"], path, None, row["zone"]), str(folder / "hashes.shard"))
    ended = next(iter(pool.run([task])))
    if ended.error:
        return SourceCheck(exhibit, None, f"{exhibit}: {ended.error}")
    hashes = next(plain_of(data) for letter, data in lines(task.shard) if letter == FACTS)
    if any(hashes[name] != row[name] for name in ("sha256", "sha1", "md5")):
        return SourceCheck(exhibit, False, f"{exhibit}: {path} is not what was read into the case (SHA-256 differs)")
    # What stands beside it (a database's log, an image's segments) was read as well and has hashes of its own.
    if others := [str(one["name"]) for one in [*row["files"], *hashes["files"]] if _in_one(one, row, hashes)]:
        names = ", ".join(dict.fromkeys(others))
        return SourceCheck(exhibit, False, f"{exhibit}: {names} beside {path}: not what was read into the case")
    return SourceCheck(exhibit, True, f"{exhibit}: read again, SHA-256, SHA-1 and MD5 agree")


def _in_one(file: dict[str, Any], before: dict[str, Any], now: dict[str, Any]) -> bool:
    return (file in before["files"]) != (file in now["files"])


def render_picture(case: Case, file_id: int, max_side: int = 1024) -> bytes:
    """A small upright JPEG of one picture of a source, made in a worker. Raises CaseError with one clear line."""
    return next(iter(render_pictures(case, [file_id], max_side).values()))


def render_pictures(case: Case, file_ids: list[int], max_side: int = 1024) -> dict[int, bytes]:
    """file id -> JPEG of pictures of the case's sources. Raises CaseError when one cannot be shown."""
    found: dict[int, bytes] = {}
    opened: dict[int, SourceRef] = {}
    with _pool(case) as (pool, folder), case.store.read() as connection:
        for file_id in file_ids:
            query = (
                select(
                    schema.file,
                    schema.source.c.kind.label("source_kind"),
                    schema.source.c.path.label("host"),
                    schema.source.c.facts,
                )
                .join(schema.source, schema.file.c.source_id == schema.source.c.id)
                .where(schema.file.c.id == file_id)
            )
            row = connection.execute(query).first()
            if row is None or row.sha256 is None:
                raise CaseError("this file was not read: there is nothing to show")
            if row.source_id not in opened:
                secret = case.secrets.get(row.source_id, NO_SECRET)
                spool = str(folder / f"unpacked-{row.source_id}.tar")
                work = folder / f"inner-{row.source_id}"  # what is unpacked is named by where it stands in its source
                work.mkdir()
                ref = SourceRef(row.source_kind, row.host, spool, work=str(work), secret=secret)
                opened[row.source_id] = _open_again(pool, folder, ref, locked=OPENED_WITH in load(row.facts))
            source = opened[row.source_id]
            listed = Listed._make(getattr(row, name) for name in Listed._fields)
            task = Render(source, listed.entry(), row.sha256, max_side, str(folder / "picture.shard"))
            ended = next(iter(pool.run([task])))
            if ended.error:
                raise CaseError(f"{row.path}: {ended.error}")
            found[file_id] = ended.note
    return found


def _open_again(pool: Pool, folder: Path, source: SourceRef, *, locked: bool) -> SourceRef:
    """The source ready to be read from: unpacked where it has to be, its keys derived where it was opened with some."""
    if not Path(source.path).exists():
        raise CaseError(f"{source.path} is not there: its files can be shown only while the source is at hand")
    spooled = needs_spool(source.kind)
    if spooled or (locked and not source.secret.unlocked):
        ended, opened = survey(pool, source, str(folder / "listing.shard"), None)
        if ended.error:
            raise CaseError(f"{source.path}: {ended.error}")
        source = replace(opened, kind=source.kind)
    return source if spooled else replace(source, spool=None)


@contextmanager
def _pool(case: Case) -> Iterator[tuple[Pool, Path]]:
    """One worker and a folder of its own: in the case where it can be written, else in the system's temporary place."""
    work = case.work if case.writable and case.work.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="again-", dir=work))
    try:
        with Pool(folder, 1) as pool:
            yield pool, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
