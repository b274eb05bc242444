"""Progress with an estimate, told a few times a second however fast the work is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from app.ingest.model import OnProgress, Progress

if TYPE_CHECKING:
    from app.ingest.pool import Pool

_EVERY_S: Final = 0.2


class Tracker:
    """Gathers what is done and tells it. The estimate is the pace since the stage began, in bytes."""

    def __init__(self, source: str, on_progress: OnProgress | None) -> None:
        self._source = source
        self._tell = on_progress
        self._stage = ""
        self._total = 0
        self._files = 0
        self._items = 0
        self._pool: Pool | None = None
        self._start_bytes = 0
        self._began = time.monotonic()
        self._last = 0.0

    def follow(self, pool: Pool) -> None:
        """Takes the count of bytes from this pool, and is told by it that time has passed."""
        self._pool = pool
        pool.on_tick = self.tick

    def stage(self, name: str, total: int) -> None:
        """A new stage begins, with so many bytes to do (0: not known)."""
        self._stage, self._total = name, total
        self._began = time.monotonic()
        self._start_bytes = self._pool.bytes_done if self._pool else 0
        self._say()

    def merged(self, files: int, items: int) -> None:
        self._files += files
        self._items += items
        self.tick()

    def tick(self) -> None:
        """Tells where the work stands, if it was not told just now."""
        if time.monotonic() - self._last >= _EVERY_S:
            self._say()

    def end(self) -> None:
        self._say()

    def _say(self) -> None:
        self._last = time.monotonic()
        if self._tell is None:
            return
        done = (self._pool.bytes_done if self._pool else 0) - self._start_bytes
        done = min(done, self._total) if self._total else done
        taken = self._last - self._began
        left = None
        if self._total and done and taken > 1.0:
            left = taken * (self._total - done) / done
        now, files = (self._pool.now, self._pool.files_listed) if self._pool else ("", 0)
        files = files if self._stage == "listing" else self._files
        self._tell(Progress(self._stage, self._source, done, self._total, files, self._items, left, now))
