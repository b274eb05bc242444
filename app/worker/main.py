"""The worker process: takes a task from its pipe, does it, answers in one small message.

Messages to the parent, one for each task: ("done", note), ("failed", one clear line), ("full", line), and for a source
that is encrypted ("locked", line) or ("wrong password", line). What the worker is at in the meantime, its beacon says.
"""

from __future__ import annotations

import errno
import gc
import hashlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from app.worker import guard
from app.worker.beacon import Beacon
from app.worker.shard import ENTRY, FACTS, PROBLEM, ShardWriter
from app.worker.tasks import Batch, HashSource, Render, Survey, Task
from evidence_store.records import to_plain
from extractors import sources
from extractors.sources.base import Entry, Hashes, Locked, SourceError, SourceRef, Volume

_LISTED_AT_ONCE: Final = 1_000


def work(pipe: Connection, folder: str, memory_limit: int, beacon: Beacon) -> None:
    """The worker's life: until the parent closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    from app.worker import reading  # noqa: F401 - all that is needed is loaded before writing is forbidden

    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    # Records hold no cycles: the collector would only walk them again and again.
    gc.freeze()
    gc.disable()
    guard.install(folder, memory_limit)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the process's life
    opened: dict[SourceRef, Volume] = {}
    while True:
        try:
            task = pipe.recv()
            _answer(task, pipe, beacon, opened)
            gc.collect()
        except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
            return


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers, and one of them may hang in a file."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(task: Task, pipe: Connection, beacon: Beacon, opened: dict[SourceRef, Volume]) -> None:
    try:
        pipe.send(("done", _do(task, beacon, opened)))
    except Locked as error:
        pipe.send(("wrong password" if error.wrong else "locked", str(error)))
    except SourceError as error:
        pipe.send(("failed", str(error)))
    except OSError as error:
        if isinstance(error, BrokenPipeError | ConnectionResetError):
            raise
        kind = "full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "failed"
        pipe.send((kind, f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")))
    except (ValueError, MemoryError) as error:
        pipe.send(("failed", f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"))


def _do(task: Task, beacon: Beacon, opened: dict[SourceRef, Volume]) -> Any:
    shard = ShardWriter(task.shard)
    try:
        if isinstance(task, Survey):
            note: Any = _survey(task, beacon, shard)
        elif isinstance(task, HashSource):
            hashes = sources.hash_source(task.source, beacon.read)
            shard.add(FACTS, _plain_hashes(hashes))
            note = None
        elif isinstance(task, Batch):
            _batch(task, beacon, opened, shard)
            note = None
        else:
            note = _render(task, opened)
    except BaseException:
        shard.discard()
        raise
    shard.finish()
    return note


def _volume(
    source: SourceRef, opened: dict[SourceRef, Volume], on_work: Callable[[int], None] = lambda _: None
) -> Volume:
    if source not in opened:
        for volume in opened.values():
            volume.close()
        opened.clear()
        opened[source] = sources.open_volume(source, on_work)
    return opened[source]


def _batch(task: Batch, beacon: Beacon, opened: dict[SourceRef, Volume], shard: ShardWriter) -> None:
    from app.worker.reading import read_batch

    read_batch(task, _volume(task.source, opened, beacon.read), shard, beacon.step)


def _survey(task: Survey, beacon: Beacon, shard: ShardWriter) -> dict[str, Any]:
    beacon.step("survey")
    kind = sources.detect(Path(task.source.path))
    source = replace(task.source, kind=kind, spool=task.source.spool if sources.needs_spool(kind) else None)
    hashes = sources.unpack_spool(source, beacon.read) if source.spool else None
    volume = sources.open_volume(source, beacon.read)
    try:
        for count, entry in enumerate(volume.entries(), 1):
            shard.add(ENTRY, entry_row(entry))
            if count % _LISTED_AT_ONCE == 0:
                beacon.listed(_LISTED_AT_ONCE)
        for problem in volume.problems():  # those of the hashing go with the hashes
            shard.add(PROBLEM, to_plain(problem))
        shard.add(FACTS, {"kind": kind, "facts": volume.facts()})
        told = {"locked": volume.locked, "unlocked": volume.unlocked}  # keys go through the pipe and never to a file
    finally:
        volume.close()
    return {"kind": kind, "hashes": _plain_hashes(hashes) if hashes else None, **told}


def entry_row(entry: Entry) -> list[Any]:
    """An entry as the listing stores it (see `evidence_store.writer.add_files`)."""
    flags = [int(entry.deleted), int(entry.allocated), int(entry.readable)]
    times = [to_plain(moment) for moment in entry.times]
    return [entry.path, entry.size, entry.kind, *flags, entry.note, times, entry.address]


def _plain_hashes(hashes: Hashes) -> dict[str, Any]:
    return {
        "size": hashes.size,
        "sha256": hashes.sha256,
        "sha1": hashes.sha1,
        "md5": hashes.md5,
        "files": hashes.files,
        "stored": [{"algorithm": one.algorithm, "value": one.value, "matches": one.matches} for one in hashes.stored],
        "problems": [to_plain(problem) for problem in hashes.problems],
    }


def _render(task: Render, opened: dict[SourceRef, Volume]) -> bytes:
    from parsers.picture import render_jpeg

    with _volume(task.source, opened).open(task.entry) as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != task.sha256:  # type: ignore[arg-type]
            raise SourceError(f"{task.entry.path}: its bytes are not those that were read into the case")
        stream.seek(0)
        return render_jpeg(stream, task.max_side)
