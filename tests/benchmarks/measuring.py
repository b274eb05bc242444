"""What the benchmarks share: the time one process takes to read and hash, CPU of all processes, memory of all."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_ALL = ("user", "system", "children_user", "children_system")


@dataclass
class Measured:
    """Wall seconds, CPU seconds of this process and its children, and the most memory they held together (bytes)."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0


@contextlib.contextmanager
def measured(*, children_only: bool = False) -> Iterator[Measured]:
    """Fills a Measured while the block runs. Memory is sampled: proportional share where the system tells it.

    Sampling takes CPU time of this process, up to a tenth of a second a second: `children_only` counts none of it."""
    found = Measured()
    me = psutil.Process()
    stop = threading.Event()
    sampler = threading.Thread(target=_sample, args=(me, found, stop, children_only))
    before = me.cpu_times()
    began = time.perf_counter()
    sampler.start()
    try:
        yield found
    finally:
        found.wall = time.perf_counter() - began
        stop.set()
        sampler.join()
        after = me.cpu_times()
        fields = ("children_user", "children_system") if children_only else _ALL
        found.cpu = sum(getattr(after, name) - getattr(before, name) for name in fields)


def _sample(me: psutil.Process, found: Measured, stop: threading.Event, children_only: bool) -> None:
    while not stop.wait(0.1):
        total = 0
        for process in me.children(recursive=True) if children_only else (me, *me.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                memory = process.memory_full_info()
                total += getattr(memory, "pss", memory.uss)
        found.memory = max(found.memory, total)


def read_and_hash(path: Path) -> float:
    """Wall seconds in which one process reads and SHA-256s every member of a zip, the better of two."""
    return min(_read_and_hash(path) for _ in range(2))


def _read_and_hash(path: Path) -> float:
    began = time.perf_counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            digest = hashlib.sha256()
            with archive.open(member) as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    return time.perf_counter() - began
