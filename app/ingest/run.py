"""Evidence in: register, list, read, merge, seal. Killed at any moment, the next run goes on from what is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app import PROGRAM
from app.cases import Case
from app.ingest.merge import merge_batch
from app.ingest.model import IngestError, IngestResult, OnProgress, SourceRequest
from app.ingest.plan import batches
from app.ingest.pool import Ended, Pool
from app.ingest.tracking import Tracker
from app.worker.shard import ENTRY, FACTS, PROBLEM, ShardDamaged, lines, parse
from app.worker.tasks import Batch, HashSource, Survey, Task
from evidence_store import ledger, schema, seal
from evidence_store.rows import dump, load, sealed_row
from evidence_store.scope import Authority, Scope
from evidence_store.store import StoreError
from evidence_store.writer import SourceWriter, add_files
from extractors.sources import hash_manifest, needs_spool
from extractors.sources.base import SourceRef


def add_source(
    case: Case,
    request: SourceRequest,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
    jobs: int | None = None,
) -> IngestResult:
    """Reads one source into the case, from the start or from where it was stopped.

    Raises IngestError (Stopped when `stop` was set) with one clear line; what was stored stays stored.
    """
    with case.changing():
        _refuse_overlap(case, request.path)
        source_id = _register(case, request)
        return _Ingest(case, source_id, request.only, on_progress, stop, jobs).go()


def resume(
    case: Case,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
    jobs: int | None = None,
) -> list[IngestResult]:
    """Goes on with every source that was not read to its end."""
    with case.changing():
        with case.store.read() as connection:
            query = select(schema.source.c.id).where(schema.source.c.state != "read").order_by(schema.source.c.id)
            unfinished = list(connection.scalars(query))
        return [_Ingest(case, source_id, (), on_progress, stop, jobs).go() for source_id in unfinished]


def _refuse_overlap(case: Case, path: Path) -> None:
    """The case may not lie inside its evidence: writing it would change the evidence."""
    source = Path(os.path.realpath(path))
    folder = Path(os.path.realpath(case.folder))
    if source.is_dir() and (folder == source or source in folder.parents):
        raise IngestError(f"{path}: the case folder lies inside this source; put the case elsewhere")
    if folder in source.parents or folder == source:
        raise IngestError(f"{path} lies inside the case folder: it cannot be a source of the same case")


def _register(case: Case, request: SourceRequest) -> int:
    path = os.path.abspath(request.path)  # noqa: PTH100 - links stay as given
    if not os.path.lexists(path):
        raise IngestError(f"{request.path} does not exist")
    source = schema.source
    with case.store.write() as connection:
        same = connection.execute(select(source).where(source.c.path == path)).mappings().all()
        for row in same:
            if request.exhibit in (None, row["exhibit"]):
                return int(row["id"])
        exhibit = request.exhibit or _next_exhibit(connection)
        taken = connection.execute(select(source.c.path).where(source.c.exhibit == exhibit)).scalar()
        if taken:
            raise IngestError(f"exhibit {exhibit} is {taken} already: give another reference with --exhibit")
        source_id = (connection.execute(select(func.max(source.c.id))).scalar() or 0) + 1
        values: dict[str, Any] = {"id": source_id, "exhibit": exhibit, "kind": "", "path": path, "state": "registered"}
        values |= dict.fromkeys(("size", "sha256", "sha1", "md5"))
        values |= {"files": "[]", "stored": "[]", "facts": "{}", "authority": dump(request.authority.plain())}
        values |= {"zone": request.zone, "date_order": request.date_order}
        ordered = {column.name: values[column.name] for column in source.columns if column.name != "digest"}
        connection.execute(insert(source).values(sealed_row(source, ordered)))
        connection.execute(insert(schema.pending).values(source_id=source_id, next_batch=0, next_seq=1))
        detail = {"path": path, "zone": request.zone, "authority": request.authority.in_words()}
        ledger.append(connection, "source added", exhibit, detail, PROGRAM)
    return source_id


def _next_exhibit(connection: Connection) -> str:
    taken = set(connection.scalars(select(schema.source.c.exhibit)))
    return next(name for count in range(1, 10**6) if (name := f"EX/{count}") not in taken)


class _Ingest:
    """One source on its way in."""

    def __init__(
        self,
        case: Case,
        source_id: int,
        only: tuple[str, ...],
        on_progress: OnProgress | None,
        stop: threading.Event | None,
        jobs: int | None,
    ) -> None:
        self._case = case
        self._id = source_id
        self._only = only
        self._stop = stop
        self._jobs = jobs or os.cpu_count() or 1
        self._row = self._load()
        self._folder = case.work / f"source-{source_id}"
        self._progress = Tracker(self._row["exhibit"], on_progress)
        self._scope = Scope(Authority.from_plain(load(self._row["authority"])))

    def _load(self) -> dict[str, Any]:
        with self._case.store.read() as connection:
            return dict(
                connection.execute(select(schema.source).where(schema.source.c.id == self._id)).mappings().one()
            )

    def go(self) -> IngestResult:
        if self._row["state"] == "read":
            return self._result(already=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._case.store.bulk()
        try:
            with Pool(self._folder, self._jobs) as pool:
                self._progress.follow(pool)
                if self._row["state"] == "registered":
                    self._list(pool)
                self._read(pool)
            self._finish()
        except StoreError as error:
            raise IngestError(str(error)) from error
        finally:
            self._progress.end()
        self._clear()
        return self._result()

    # listing

    def _list(self, pool: Pool) -> None:
        self._progress.stage("listing", 0)
        spool = str(self._folder / "unpacked.tar")
        task = Survey(self._row["path"], self._row["zone"], str(self._folder / "listing.shard"), spool)
        ended = next(iter(pool.run([task], self._stop)))
        if ended.error:
            self._forget()
            raise IngestError(_line(self._row["path"], ended))
        with self._case.store.write() as connection:
            facts: dict[str, Any] = {}
            problems: list[dict[str, Any]] = []

            def entries() -> Iterator[tuple[Any, ...]]:
                for letter, data in lines(task.shard):
                    if letter == ENTRY:
                        *row, times, address = parse(data)
                        yield (*row, dump(times), address)
                    elif letter == PROBLEM:
                        problems.append(parse(data))
                    elif letter == FACTS:
                        facts.update(parse(data))

            count = add_files(connection, self._id, entries())
            self._add_problems(connection, problems)
            hashes = ended.note["hashes"]
            self._change(connection, kind=facts["kind"], facts=dump(facts["facts"]), state="listed")
            if hashes:
                self._store_hashes(connection, hashes)
            ledger.append(connection, "source listed", self._row["exhibit"], {"files": count}, PROGRAM)

    def _forget(self) -> None:
        """A source that could not be opened at all leaves no trace but its ledger entries."""
        with self._case.store.write() as connection:
            connection.execute(delete(schema.pending).where(schema.pending.c.source_id == self._id))
            connection.execute(delete(schema.source).where(schema.source.c.id == self._id))
            ledger.append(connection, "source refused", self._row["exhibit"], {"path": self._row["path"]}, PROGRAM)
        self._clear()

    # reading

    def _ref(self, pool: Pool) -> SourceRef:
        source = SourceRef(self._row["kind"], self._row["path"], None, self._row["zone"])
        if not needs_spool(source.kind):
            return source
        spool = self._folder / "unpacked.tar"
        if not spool.exists():  # an earlier run was stopped, and its work folder emptied since
            again = Survey(source.path, source.zone, str(self._folder / "listing.shard"), str(spool))
            for ended in pool.run([again], self._stop):
                if ended.error:
                    raise IngestError(_line(source.path, ended))
        return replace(source, spool=str(spool))

    def _read(self, pool: Pool) -> None:
        source = self._ref(pool)
        with self._case.store.read() as connection:
            start = connection.execute(
                select(schema.pending.c.next_batch, schema.pending.c.next_seq).where(
                    schema.pending.c.source_id == self._id
                )
            ).one()
            total = connection.execute(
                select(func.sum(schema.file.c.size), func.count()).where(schema.file.c.source_id == self._id)
            ).one()
        self._progress.stage("reading", int(total[0] or 0))
        merger = _Merger(self._case, self._id, start.next_batch, start.next_seq, self._progress)
        self._run_tasks(pool, self._tasks(source, start.next_batch), merger)

    def _tasks(self, source: SourceRef, start: int) -> Iterator[Task]:
        if self._row["sha256"] is None and self._row["kind"] != "folder":
            yield HashSource(source, str(self._folder / "hashes.shard"))
        with self._case.store.read() as connection:
            yield from batches(
                connection,
                self._id,
                source,
                self._folder,
                date_order=self._row["date_order"],
                only=self._only,
                scope=self._scope,
                start=start,
            )

    def _run_tasks(self, pool: Pool, tasks: Iterator[Task], merger: _Merger) -> None:
        """Everything that has to be done is done, shards of an earlier run are used, damaged ones are made again."""
        todo: Iterator[Task] = self._not_yet(tasks, merger)
        while True:
            for ended in pool.run(todo, self._stop):
                if ended.error:
                    raise IngestError(_line(self._row["path"], ended))
                if isinstance(ended.task, Batch):
                    merger.ready(ended.task)
                else:
                    self._take_hashes(ended.task)
            merger.store()
            if not merger.damaged:
                return
            todo = iter(merger.damaged)
            merger.damaged = []

    def _not_yet(self, tasks: Iterator[Task], merger: _Merger) -> Iterator[Task]:
        for task in tasks:
            if isinstance(task, Batch) and Path(task.shard).exists():
                merger.found(task)
            else:
                yield task

    def _take_hashes(self, task: Task) -> None:
        for letter, data in lines(task.shard):
            if letter == FACTS:
                with self._case.store.write() as connection:
                    self._store_hashes(connection, parse(data))

    # ending

    def _finish(self) -> None:
        self._progress.stage("sealing", 0)
        with self._case.store.write() as connection:
            if self._row["kind"] == "folder":
                self._store_hashes(connection, _manifest(connection, self._id))
            self._change(connection, state="read")
            connection.execute(delete(schema.pending).where(schema.pending.c.source_id == self._id))
            for statement in schema.LATE_INDEXES:
                connection.exec_driver_sql(statement)
        with self._case.store.write() as connection:
            found = seal.sections(connection)
            digest = seal.seal_digest(found)
            detail = {"seal": digest, "items": found["items"]}
            seq = ledger.append(connection, "sealed", self._row["exhibit"], detail, PROGRAM)
            seal.add_seal(connection, found, seq)

    def _store_hashes(self, connection: Connection, hashes: dict[str, Any]) -> None:
        self._add_problems(connection, hashes["problems"])
        figures = {name: hashes[name] for name in ("size", "sha256", "sha1", "md5")}
        self._change(connection, **figures, files=dump(hashes["files"]), stored=dump(hashes["stored"]))

    def _add_problems(self, connection: Connection, problems: list[dict[str, Any]]) -> None:
        if problems:
            writer = SourceWriter(connection, self._id, 1)
            writer.begin(connection)
            for problem in problems:
                writer.problem(problem, None, of_outcome=False)
            writer.flush()

    def _change(self, connection: Connection, **values: Any) -> None:
        self._row.update(values)
        row = {column.name: self._row[column.name] for column in schema.source.columns if column.name != "digest"}
        self._row = sealed_row(schema.source, row)
        connection.execute(update(schema.source).where(schema.source.c.id == self._id).values(self._row))

    def _clear(self) -> None:
        for entry in self._folder.iterdir():
            entry.unlink()
        self._folder.rmdir()

    def _result(self, *, already: bool = False) -> IngestResult:
        with self._case.store.read() as connection:

            def total(query: Any) -> int:
                return int(connection.execute(query).scalar() or 0)

            mine = schema.item.c.source_id == self._id
            problem = schema.problem
            newest = seal.latest(connection)
            return IngestResult(
                exhibit=self._row["exhibit"],
                files=total(select(func.count()).where(schema.file.c.source_id == self._id)),
                items=total(select(func.count()).select_from(schema.item).where(mine)),
                unread=total(
                    select(func.count()).where(
                        problem.c.source_id == self._id, problem.c.kind.not_in(("note", "value"))
                    )
                ),
                seal=newest.digest if newest else "",
                already=already,
            )


class _Merger:
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
            with self._lock:
                batch = self._ready.pop(self._next, None)
            if batch is None:
                return
            try:
                self._store(batch)
            except ShardDamaged:
                self._writer = None
                Path(batch.shard).unlink(missing_ok=True)
                self.damaged.append(replace(batch, skip=()))
                return
            Path(batch.shard).unlink(missing_ok=True)
            self._next += 1

    def _store(self, batch: Batch) -> None:
        with self._case.store.write() as connection:
            if self._writer is None:
                self._writer = SourceWriter(connection, self._source_id, self._seq)
            files, _ = merge_batch(connection, self._writer, batch)
        items = self._writer.next_seq - self._seq
        self._seq = self._writer.next_seq
        self._progress.merged(files, items)


def _manifest(connection: Connection, source_id: int) -> dict[str, Any]:
    file = schema.file
    query = (
        select(file.c.path, file.c.size, file.c.sha256)
        .where(file.c.source_id == source_id, file.c.sha256.is_not(None))
        .order_by(file.c.ordinal)
    )
    rows = [(row.path, row.size, row.sha256) for row in connection.execute(query)]
    hashes = hash_manifest((path, sha256, size) for path, size, sha256 in rows)
    return {
        "size": hashes.size,
        "sha256": hashes.sha256,
        "sha1": hashes.sha1,
        "md5": hashes.md5,
        "files": [],
        "stored": [],
        "problems": [],
    }


def _line(path: str, ended: Ended) -> str:
    if ended.full:
        return f"{path}: the disk is full; nothing that was stored is lost: make room and run the same command again"
    error = ended.error or ""
    return error if path in error else f"{path}: {error}"
