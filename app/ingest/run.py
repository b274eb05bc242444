"""Evidence in: register, list, read, merge, seal. Killed at any moment, the next run goes on from what is done."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from app import PROGRAM
from app.cases import Case
from app.ingest.again import hash_again
from app.ingest.merge import Merger
from app.ingest.model import IngestError, IngestResult, OnProgress, SourceRequest, Stopped
from app.ingest.opening import OPENED_WITH, Ask, all_facts, line_of, open_again, survey
from app.ingest.plan import batches
from app.ingest.pool import Pool
from app.ingest.register import only_of, refuse_overlap, register
from app.ingest.sealing import manifest, not_told, result_of, seal_case
from app.ingest.tracking import Tracker
from app.worker.shard import ENTRY, FACTS, PROBLEM, is_whole, lines
from app.worker.tasks import Batch, HashSource, Task
from evidence_store import ledger, schema
from evidence_store.identity import region_of
from evidence_store.records import plain_of
from evidence_store.rows import dump, load, sealed_row
from evidence_store.scope import Authority, Scope
from evidence_store.store import StoreError
from evidence_store.writer import SourceWriter, add_files
from extractors.sources import LAYOUT_OF, needs_spool
from extractors.sources.base import NO_SECRET, Secret, SourceRef
from extractors.sources.phone import ZONE as DEVICE_ZONE

JOBS = 30  # workers at most: Windows waits for 63 handles at once, and each worker has two


def add_source(
    case: Case,
    request: SourceRequest,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
    jobs: int | None = None,
    ask: Ask | None = None,
) -> IngestResult:
    """Reads one source into the case, from the start or from where it was stopped; `ask` is asked for passwords.

    Raises IngestError (Stopped when `stop` was set) with one clear line; what was stored stays stored.
    """
    with case.changing():
        refuse_overlap(case.folder, request.path)
        source_id = register(case, request)
        return _Ingest(case, source_id, on_progress, stop, jobs, ask, request.secret).go()


def resume(
    case: Case,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
    jobs: int | None = None,
    ask: Ask | None = None,
) -> list[IngestResult]:
    """Goes on with every source that was not read to its end. One that cannot be read costs the others nothing; its
    IngestError is raised after them."""
    with case.changing():
        with case.store.read() as connection:
            query = select(schema.source.c.id).where(schema.source.c.state != "read").order_by(schema.source.c.id)
            unfinished = list(connection.scalars(query))
        results, refused = [], None
        for source_id in unfinished:
            try:
                results.append(_Ingest(case, source_id, on_progress, stop, jobs, ask).go())
            except Stopped:
                raise
            except IngestError as error:
                refused = refused or error
        if refused:
            raise refused
        return results


class _Ingest:
    """One source on its way in."""

    def __init__(
        self,
        case: Case,
        source_id: int,
        on_progress: OnProgress | None,
        stop: threading.Event | None,
        jobs: int | None,
        ask: Ask | None,
        secret: Secret = NO_SECRET,
    ) -> None:
        self._case = case
        self._ask = ask
        self._id = source_id
        self._stop = stop
        self._jobs = min(jobs or os.cpu_count() or 1, JOBS)
        self._row = self._load()
        self._folder = case.work / f"source-{source_id}"
        self._progress = Tracker(self._row["exhibit"], on_progress)
        self._scope = Scope(Authority.from_plain(load(self._row["authority"])))
        given = case.secrets.get(source_id, secret) if secret == NO_SECRET else secret
        spool, inner = str(self._folder / "unpacked.tar"), str(self._folder / "inner")
        self._source = SourceRef(self._row["kind"], self._row["path"], spool, self._row["zone"], inner, given)

    def _load(self) -> dict[str, Any]:
        query = select(schema.source).where(schema.source.c.id == self._id)
        with self._case.store.read() as connection:
            return dict(connection.execute(query).mappings().one())

    def go(self) -> IngestResult:
        if self._row["state"] == "read":
            return self._result(already=True)
        try:
            Path(self._source.work or "").mkdir(parents=True, exist_ok=True)
            self._case.store.bulk()
            with Pool(self._folder, self._jobs) as pool:
                self._progress.follow(pool)
                if self._row["state"] == "registered":
                    self._list(pool)
                self._read(pool)
            self._finish()
        except StoreError as error:
            raise IngestError(str(error)) from error
        except OSError as error:
            raise IngestError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        finally:
            self._progress.end()
        self._clear()
        return self._result()

    # listing

    def _list(self, pool: Pool) -> None:
        self._progress.stage("listing", 0)
        shard = str(self._folder / "listing.shard")
        ended, self._source = survey(pool, self._source, shard, self._ask, self._stop)
        if ended.error:
            if ended.how != "full":  # a full disk says nothing of the source: it stays under way
                self._forget()
            raise IngestError(line_of(self._row["path"], ended))
        self._case.secrets[self._id] = self._source.secret
        with self._case.store.write() as connection:
            facts: dict[str, Any] = {}
            problems: list[dict[str, Any]] = []

            def entries() -> Iterator[tuple[Any, ...]]:
                for letter, data in lines(shard):
                    if letter == ENTRY:
                        *row, times, address = plain_of(data)
                        yield (*row, dump(times), address)
                    elif letter == PROBLEM:
                        problems.append(plain_of(data))
                    elif letter == FACTS:
                        facts.update(plain_of(data))

            count = add_files(connection, self._id, entries())
            self._add_problems(connection, problems)
            hashes = ended.note["hashes"]
            told = all_facts(self._row, facts["facts"], opened=bool(self._source.secret.unlocked))
            self._change(connection, kind=facts["kind"], facts=dump(told), state="listed")
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
        source, spool = self._source, Path(self._source.spool or "")
        spooled, sha256, shard = needs_spool(source.kind), self._row["sha256"], str(self._folder / "listing.shard")
        if not spooled and sha256 and source.kind != "folder":
            self._progress.stage("hashing", self._row["size"] or 0)
            hash_again(pool, HashSource(source, str(self._folder / "again.shard")), sha256, self._stop)
        locked = OPENED_WITH in load(self._row["facts"]) and not source.secret.unlocked
        if locked or (spooled and not spool.exists()):
            source = open_again(pool, source, sha256 if spooled else None, shard, self._ask, self._stop)
            if locked and not source.secret.unlocked:
                raise IngestError(f"{source.path}: was opened with a password, which is needed again to go on")
        return replace(source, spool=str(spool) if spooled else None)

    def _read(self, pool: Pool) -> None:
        source = self._ref(pool)
        with self._case.store.read() as connection:
            start = connection.execute(select(schema.pending).where(schema.pending.c.source_id == self._id)).one()
            only = only_of(connection, self._row["exhibit"])
            total = connection.execute(
                # Sizes are as the evidence states them: as whole numbers their sum may have no room.
                select(func.total(schema.file.c.size)).where(schema.file.c.source_id == self._id)
            ).scalar_one()
        self._progress.stage("reading", int(total))
        merger = Merger(self._case, self._id, start.next_batch, start.next_seq, self._progress)
        self._run_tasks(pool, self._tasks(source, start.next_batch, only), merger)

    def _tasks(self, source: SourceRef, start: int, only: tuple[str, ...]) -> Iterator[Task]:
        if self._row["sha256"] is None and not self._by_manifest():
            yield HashSource(source, str(self._folder / "hashes.shard"))
        facts = load(self._row["facts"])
        with self._case.store.read() as connection:
            yield from batches(
                connection,
                self._id,
                source,
                self._folder,
                date_order=self._row["date_order"],
                only=only,
                scope=self._scope,
                region=region_of(facts),
                device_zone=facts.get(DEVICE_ZONE),
                start=start,
            )

    def _run_tasks(self, pool: Pool, tasks: Iterator[Task], merger: Merger) -> None:
        """Everything that has to be done is done, shards of an earlier run are used, damaged ones are made again."""
        todo: Iterator[Task] = self._not_yet(tasks, merger)
        while True:
            for ended in pool.run(todo, self._stop):
                if ended.error:
                    raise IngestError(line_of(self._row["path"], ended))
                if isinstance(ended.task, Batch):
                    merger.ready(ended.task)
                else:
                    self._take_hashes(ended.task)
            merger.store()
            if not merger.damaged:
                return
            todo = iter(merger.damaged)
            merger.damaged = []

    def _not_yet(self, tasks: Iterator[Task], merger: Merger) -> Iterator[Task]:
        for task in tasks:
            if isinstance(task, Batch) and is_whole(task.shard):
                merger.found(task)
            else:
                yield task

    def _take_hashes(self, task: Task) -> None:
        for letter, data in lines(task.shard):
            if letter == FACTS:
                with self._case.store.write() as connection:
                    self._store_hashes(connection, plain_of(data))

    # ending

    def _finish(self) -> None:
        self._progress.stage("sealing", 0)
        with self._case.store.write() as connection:
            if self._by_manifest():
                self._store_hashes(connection, manifest(connection, self._id))
            self._change(connection, state="read")
            connection.execute(delete(schema.pending).where(schema.pending.c.source_id == self._id))
            for statement in schema.LATE_INDEXES:
                connection.exec_driver_sql(statement)
            # In the same transaction: a source that was read is sealed, whenever the power fails.
            seal_case(connection, self._row["exhibit"])

    def _by_manifest(self) -> bool:
        """A folder's hashes come from those of its files; not where a layout took their place in the listing."""
        return self._row["kind"] == "folder" and not any(
            name.startswith(LAYOUT_OF) for name in load(self._row["facts"])
        )

    def _store_hashes(self, connection: Connection, hashes: dict[str, Any]) -> None:
        self._add_problems(connection, not_told(connection, self._id, hashes["problems"]))
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
        shutil.rmtree(self._folder)

    def _result(self, *, already: bool = False) -> IngestResult:
        with self._case.store.read() as connection:
            return result_of(connection, self._id, self._row["exhibit"], already=already)
