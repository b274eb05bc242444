"""Worker processes that crash, hang, eat memory or are killed cost their own step, and nothing is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.ingest.model import Stopped
from app.ingest.pool import Limits, Pool
from app.worker.shard import FILE, OUTCOME, PROBLEM, is_whole, lines
from app.worker.tasks import Batch, Listed, Step
from evidence_store.records import plain_of
from evidence_store.writer import NO_ITEMS
from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from tests.app.dangerous_worker import ID, life

DangerousPool = partial(Pool, life=life)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    (tmp_path / "source").mkdir()
    return tmp_path / "work"


def batch(work: Path, ordinal: int, orders: list[str]) -> Batch:
    """One batch of files that say what is to be done."""
    source = work.parent / "source" / f"{ordinal:04d}"
    source.mkdir()
    for place, words in enumerate(orders):
        (source / f"{place}.order").write_text(words)
    reference = SourceRef("folder", str(source))
    entries = sorted(open_volume(reference).entries(), key=lambda entry: entry.path)
    steps = [
        Step(Listed(ordinal * 100 + place, one.path, one.size, "file", 0, 1, 1, "", "[]", one.address), (ID,))
        for place, one in enumerate(entries)
    ]
    return Batch(reference, ordinal, tuple(steps), str(work / f"{ordinal:04d}.shard"))


def found_in(shard: str) -> dict[str, list[Any]]:
    """What a shard says: files by ordinal, (outcome, records) of each run of the extractor, problems."""
    found: dict[str, list[Any]] = {"files": [], "outcomes": [], "problems": []}
    assert is_whole(shard)
    for letter, data in lines(shard):
        if letter == FILE:
            found["files"].append(plain_of(data)["ordinal"])
        elif letter == PROBLEM:
            found["problems"].append(plain_of(data)["code"])
        elif letter == OUTCOME:
            outcome = plain_of(data)
            found["outcomes"].append((outcome["outcome"], outcome.get("items", NO_ITEMS)[0]))
    return found


def children() -> list[psutil.Process]:
    """Worker processes of ours that live."""
    return [one for one in psutil.Process().children() if is_worker(one)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False  # it has just ended


def run_all(pool: Pool, tasks: Iterable[Batch], stop: threading.Event | None = None) -> list[tuple[str, str | None]]:
    return [(ended.task.shard, ended.error) for ended in pool.run(tasks, stop)]


DANGERS = [
    ("hang", Limits(step_s=3.0), "timed out", "timed-out"),
    ("eat", Limits(resident=400 << 20), "ran out of memory", "ran-out-of-memory"),
    ("crash", Limits(), "crashed", "crashed"),
]


@pytest.mark.parametrize(("order", "limits", "outcome", "code"), DANGERS, ids=[row[0] for row in DANGERS])
def test_a_dangerous_step_is_named_and_the_rest_of_its_batch_is_read(
    work: Path, order: str, limits: Limits, outcome: str, code: str
) -> None:
    task = batch(work, 0, ["say one", order, "say two"])
    with DangerousPool(work, 1, limits) as pool:
        assert run_all(pool, [task]) == [(task.shard, None)]
    assert found_in(task.shard) == {
        "files": [0, 1, 2],
        "outcomes": [("parsed", 2), (outcome, 0), ("parsed", 2)],
        "problems": [code],
    }


@pytest.mark.parametrize("order", ["raise", "slip"])
def test_an_extractor_that_raises_or_gives_no_record_keeps_what_it_gave_before(work: Path, order: str) -> None:
    task = batch(work, 0, [order, "say two"])
    with DangerousPool(work, 1) as pool:
        run_all(pool, [task])
    assert found_in(task.shard) == {
        "files": [0, 1],
        "outcomes": [("partial", 1), ("parsed", 2)],
        "problems": ["extractor-failed"],
    }


def check_many_deaths(work: Path, tasks: int, deaths: int) -> None:
    chance = random.Random(7)
    dying = set(chance.sample(range(tasks), deaths))
    planned = [
        batch(work, n, [f"die {work / f'{n}.died'}" if n in dying else f"say {n}", "say more"]) for n in range(tasks)
    ]
    with DangerousPool(work, 2) as pool:
        ended = run_all(pool, iter(planned))
    assert sorted(ended) == [(task.shard, None) for task in planned]
    assert len(list(work.glob("*.died"))) == deaths
    assert {str(found_in(task.shard)["outcomes"]) for task in planned} == {"[('parsed', 2), ('parsed', 2)]"}


def test_of_120_tasks_of_which_12_kill_their_worker_none_is_lost(work: Path) -> None:
    check_many_deaths(work, 120, 12)


@pytest.mark.slow
def test_of_1000_tasks_of_which_100_kill_their_worker_none_is_lost(work: Path) -> None:
    check_many_deaths(work, 1000, 100)


def test_workers_that_are_killed_from_outside_at_any_moment_lose_nothing(work: Path) -> None:
    planned = [batch(work, n, [f"say {n}"] * 3) for n in range(100)]
    killed = []
    done = threading.Event()

    def killer() -> None:
        chance = random.Random(11)
        while not done.is_set() and len(killed) < 5:
            time.sleep(1 + chance.random())  # one that lives for less than its start gets nothing done
            for child in chance.sample(children(), min(1, len(children()))):
                killed.append(child.pid)
                child.kill()

    thread = threading.Thread(target=killer)
    with DangerousPool(work, 2) as pool:
        thread.start()
        ended = run_all(pool, slowly(planned))
        done.set()
        thread.join()
    assert killed
    assert sorted(ended) == [(task.shard, None) for task in planned]
    assert {str(found_in(task.shard)["outcomes"]) for task in planned} == {str([("parsed", 2)] * 3)}


def slowly(tasks: list[Batch]) -> Iterable[Batch]:
    for task in tasks:
        time.sleep(0.05)
        yield task


def test_idle_workers_that_die_are_replaced(work: Path) -> None:
    with DangerousPool(work, 2) as pool:
        run_all(pool, [batch(work, 0, ["say one"])])
        dead = children()
        for child in dead:
            child.kill()
        psutil.wait_procs(dead, 10)
        tasks = [batch(work, n, ["say two"]) for n in (1, 2, 3)]
        assert sorted(run_all(pool, tasks)) == [(task.shard, None) for task in tasks]


def test_no_more_workers_are_started_than_tasks_wait_for_one(work: Path) -> None:
    with DangerousPool(work, 4) as pool:
        assert children() == []
        for number in range(3):  # one after the other
            run_all(pool, [batch(work, number, ["say one"])])
        assert len(children()) == 1
        tasks = [batch(work, number, [f"wait {work / 'go'}"]) for number in (3, 4, 5)]
        pool.on_tick = lambda: (work / "go").touch() if len(children()) == 3 else None
        assert sorted(run_all(pool, tasks)) == [(task.shard, None) for task in tasks]
        assert len(children()) == 3


def test_a_stop_ends_the_work_soon_and_leaves_no_process(work: Path) -> None:
    stop = threading.Event()
    threading.Timer(2.0, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped), DangerousPool(work, 2) as pool:
        run_all(pool, [batch(work, n, ["hang"]) for n in range(4)], stop)
    assert time.monotonic() - began < 20
    assert children() == []


def test_an_interruption_leaves_no_process(work: Path) -> None:
    def interrupt() -> None:
        if time.monotonic() > began + 1.0:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), DangerousPool(work, 2) as pool:
        pool.on_tick = interrupt
        run_all(pool, [batch(work, n, ["hang"]) for n in range(4)])
    assert children() == []


def test_an_error_in_the_list_of_tasks_is_raised_where_the_ends_are_read(work: Path) -> None:
    def broken() -> Iterable[Batch]:
        yield batch(work, 0, ["say one"])
        raise LookupError("made up")

    with DangerousPool(work, 1) as pool, pytest.raises(LookupError, match="made up"):
        run_all(pool, broken())


PARENT = """
import sys, time
from pathlib import Path
from tests.app.test_pool import DangerousPool, batch
if __name__ == "__main__":
    work = Path(sys.argv[1])
    with DangerousPool(work, 2) as pool:
        tasks = [batch(work, n, ["hang"]) for n in range(2)]
        pool.on_tick = lambda: print("going on", flush=True)
        list(pool.run(tasks))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="looks at children of a process that is gone")
def test_workers_end_when_their_parent_was_killed(work: Path) -> None:
    script = work.parent / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, str(script), str(work)], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "going on\n"
        deadline = time.monotonic() + 20
        while len(list((work.parent / "work").glob("*.part"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        workers = [one for one in psutil.Process(parent.pid).children() if is_worker(one)]
        parent.kill()
        parent.wait()
        assert len(workers) == 2
        assert psutil.wait_procs(workers, 15)[1] == []
