"""Worker processes that may die at any moment: one pipe each, so that a death costs nobody else anything.

The supervisor runs in a thread of its own. A step that kills its worker three times, outruns its time or takes too much
memory is skipped and named when the task is done again; everything else of the task is read all the same.
"""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

import psutil

from app.ingest.model import STOPPED, Stopped
from app.worker.beacon import Beacon
from app.worker.main import work
from app.worker.tasks import Batch, Task

DEATHS: Final = 3  # a step that took this many workers with it is skipped
_POLL_S: Final = 0.25
_CLOSE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one step (one file and one extractor) may take, and how much memory a worker may hold."""

    step_s: float = 600.0
    resident: int = 2 << 30
    address_space: int = 8 << 30


@dataclass(frozen=True, slots=True)
class Ended:
    """A task's end: `error` is None when its shard is whole. `how` is what the worker called it ("failed"; "full": the
    disk ran out of room; "locked", "wrong password": the source is encrypted)."""

    task: Task
    note: Any = field(default=None, repr=False)  # of a survey: keys too
    error: str | None = None
    how: str = "done"


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    beacon: Beacon
    task: Task | None = None
    steps: int = 0  # where the beacon stood when it was last looked at
    since: float = field(default_factory=time.monotonic)  # when it last moved


class Pool:
    """At most `jobs` worker processes, which may write below `folder` only, each started when a task waits for it."""

    def __init__(self, folder: Path, jobs: int, limits: Limits | None = None, life: Callable[..., None] = work) -> None:
        self.limits = limits or Limits()
        self._bytes_before = 0  # read by workers that are gone
        self.on_tick: Callable[[], None] = lambda: None
        self._folder = str(folder)
        self._jobs = jobs
        self._life = life  # what a worker process runs
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            self._end(worker)

    def run(self, tasks: Iterable[Task], stop: threading.Event | None = None) -> Iterator[Ended]:
        """Does all tasks and yields each end, in the order in which they end. Raises Stopped soon after `stop` is set.

        `tasks` is read lazily, in the supervisor's thread.
        """
        ended: queue.Queue[Ended | BaseException | None] = queue.Queue()
        halt = threading.Event()
        supervisor = threading.Thread(target=self._supervise, args=(tasks, ended, halt), name="supervisor", daemon=True)
        supervisor.start()
        try:
            while True:
                if stop is not None and stop.is_set():
                    raise Stopped(STOPPED)
                self.on_tick()
                try:
                    one = ended.get(timeout=_POLL_S)
                except queue.Empty:
                    continue
                if one is None:
                    return
                if isinstance(one, BaseException):
                    raise one
                yield one
        finally:
            halt.set()
            supervisor.join()

    def _supervise(self, tasks: Iterable[Task], ended: queue.Queue[Any], halt: threading.Event) -> None:
        try:
            _Round(self, iter(tasks), ended).go_on_until(halt)
            ended.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
            ended.put(error)

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        beacon = Beacon(self._context)
        arguments = (there, self._folder, self.limits.address_space, beacon)
        process = self._context.Process(target=self._life, args=arguments, name="assay-worker", daemon=True)
        process.start()
        there.close()
        return _Worker(process, here, beacon)

    @property
    def has_room(self) -> bool:
        """Whether a worker waits for a task, or one more may be started."""
        return len(self._workers) < self._jobs or any(worker.task is None for worker in self._workers)

    def waiting(self) -> _Worker:
        """A worker that waits for a task, started where there is none."""
        for worker in self._workers:
            if worker.task is None:
                return worker
        self._workers.append(self._start())
        return self._workers[-1]

    def _end(self, worker: _Worker) -> None:
        worker.pipe.close()
        if worker.task is not None:
            worker.process.kill()
        worker.process.join(_CLOSE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_CLOSE_S)

    def restart(self, worker: _Worker) -> None:
        """A fresh process in the place of one that is dead or has to go."""
        worker.process.kill()
        worker.process.join(_CLOSE_S)
        worker.pipe.close()
        self._bytes_before += worker.beacon.bytes_read
        fresh = self._start()
        worker.process, worker.pipe, worker.beacon = fresh.process, fresh.pipe, fresh.beacon
        worker.task, worker.steps = None, 0

    @property
    def bytes_done(self) -> int:
        """Bytes that all workers have read so far."""
        return self._bytes_before + sum(worker.beacon.bytes_read for worker in self._workers)

    @property
    def files_listed(self) -> int:
        """Files that a survey at work has listed so far."""
        return sum(worker.beacon.files_listed for worker in self._workers)

    @property
    def now(self) -> str:
        """A step that is at work at this moment."""
        return next((worker.beacon.label for worker in self._workers if worker.task is not None), "")

    @property
    def workers(self) -> list[_Worker]:
        return self._workers


class _Round:
    """One run of tasks over the pool's workers."""

    def __init__(self, pool: Pool, tasks: Iterator[Task], ended: queue.Queue[Any]) -> None:
        self._pool = pool
        self._tasks = tasks
        self._again: deque[Task] = deque()
        self._ended = ended
        self._deaths: dict[tuple[str, str], int] = {}
        self._exhausted = False
        self._measured = 0.0

    def go_on_until(self, halt: threading.Event) -> None:
        workers = self._pool.workers
        while not halt.is_set():
            while self._pool.has_room and (task := self._next_task()) is not None:
                self._give(task, self._pool.waiting())
            busy = [worker for worker in workers if worker.task is not None]
            if not busy and not self._again:
                return
            by_handle = {worker.pipe: worker for worker in busy} | {worker.process.sentinel: worker for worker in busy}
            for worker in {id(by_handle[one]): by_handle[one] for one in wait(list(by_handle), _POLL_S)}.values():
                self._listen(worker)
            self._check_limits()
        for worker in workers:
            if worker.task is not None:
                self._pool.restart(worker)

    def _next_task(self) -> Task | None:
        if self._again:
            return self._again.popleft()
        if self._exhausted:
            return None
        task = next(self._tasks, None)
        self._exhausted = task is None
        return task

    def _give(self, task: Task, worker: _Worker) -> None:
        if not worker.process.is_alive():
            self._pool.restart(worker)  # it died while it was idle: no task's fault
        worker.beacon.clear()
        worker.task, worker.since = task, time.monotonic()
        try:
            worker.pipe.send(task)
        except (BrokenPipeError, ConnectionResetError, OSError):
            self._died(worker, "crashed")

    def _listen(self, worker: _Worker) -> None:
        try:
            while worker.task is not None and worker.pipe.poll():
                self._heard(worker, worker.pipe.recv())
        except (EOFError, ConnectionResetError, OSError):
            self._died(worker, "crashed")
            return
        if worker.task is not None and not worker.process.is_alive() and not worker.pipe.poll():
            self._died(worker, "crashed")

    def _heard(self, worker: _Worker, message: tuple[Any, ...]) -> None:
        kind, words = message
        task, worker.task = worker.task, None
        assert task is not None  # noqa: S101 - only a busy worker is listened to
        if kind == "done":
            self._ended.put(Ended(task, note=words))
        else:
            self._ended.put(Ended(task, error=words, how=kind))

    def _died(self, worker: _Worker, how: str) -> None:
        task, step = worker.task, worker.beacon.label
        self._pool.restart(worker)
        assert task is not None  # noqa: S101 - an idle worker's death is found when it is given work
        key = (task.shard, step)
        self._deaths[key] = self._deaths.get(key, 0) + 1
        if how == "crashed" and self._deaths[key] < DEATHS:
            self._again.append(task)
        elif isinstance(task, Batch) and step:
            self._again.append(replace(task, skip=(*task.skip, (step, how))))
        else:
            self._ended.put(Ended(task, error=f"the process that read it {how}", how=how))

    def _check_limits(self) -> None:
        now = time.monotonic()
        measure = now - self._measured > 1.0
        self._measured = now if measure else self._measured
        for worker in self._pool.workers:
            if worker.task is None:
                continue
            if worker.steps != worker.beacon.steps:
                worker.steps, worker.since = worker.beacon.steps, now
            if now - worker.since > self._pool.limits.step_s:
                self._died(worker, "timed out")
            elif measure and _resident(worker.process.pid) > self._pool.limits.resident:
                self._died(worker, "ran out of memory")


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended; the pipe will say so
