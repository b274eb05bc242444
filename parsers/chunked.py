"""Media stored in chunks of one size: small repeated reads from a cache, whole passes with several threads.

References:
- RFC 1950 and the zlib manual: inflating releases the interpreter, so that threads help
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

GROUP_CHUNKS: Final = 64
GROUP_BYTES: Final = 4 << 20
IN_FLIGHT: Final = 6
CACHE_BYTES: Final = 8 << 20
MOST_BAD: Final = 1 << 20  # chunks kept one by one; more are told together
WORTH_THREADS: Final = 4  # chunks; fewer are inflated faster where they are asked for


@dataclass(frozen=True, slots=True)
class BadRange:
    """Chunks `first` to `last` could not be read and stand as zeros at `offset`, `size` bytes of the media."""

    first: int
    last: int
    offset: int
    size: int
    reason: str


class ChunkedMedia:
    """`size` bytes in chunks of `chunk_size`, the last one shorter. May be read from any thread.

    `load(first, stop)` gives the chunks `first` to `stop` - 1, each at its full length (`length`), and calls `zeros`
    for one that cannot be read; it may be called from several threads at once.
    """

    def __init__(self, size: int, chunk_size: int, load: Callable[[int, int], list[bytes | memoryview]]) -> None:
        self.size = size
        self.chunk_size = chunk_size
        self._load = load
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._bad: dict[int, str] = {}
        self._more: tuple[int, int] | None = None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def measure(self, size: int) -> None:
        """Sets where the media end, where that is known only later; before anything is read."""
        self.size = size

    def length(self, chunk: int) -> int:
        return min(self.chunk_size, self.size - chunk * self.chunk_size)

    def zeros(self, chunk: int, reason: str) -> bytes:
        """What stands for a chunk that cannot be read, which is kept for `bad_ranges`."""
        if len(self._bad) < MOST_BAD or chunk in self._bad:
            self._bad[chunk] = reason
        else:
            first, last = self._more or (chunk, chunk)
            self._more = min(first, chunk), max(last, chunk)
        return bytes(self.length(chunk))

    def bad_ranges(self) -> list[BadRange]:
        """The chunks met so far that could not be read, neighbours with the same reason joined."""
        ranges: list[BadRange] = []
        for chunk, reason in sorted(self._bad.copy().items()):
            size = self.length(chunk)
            last = ranges[-1] if ranges else None
            if last is not None and (last.last, last.reason) == (chunk - 1, reason):
                ranges[-1] = BadRange(last.first, chunk, last.offset, last.size + size, reason)
            else:
                ranges.append(BadRange(chunk, chunk, chunk * self.chunk_size, size, reason))
        if self._more is not None:
            low, high = self._more
            size = (high - low) * self.chunk_size + self.length(high)
            ranges.append(BadRange(low, high, low * self.chunk_size, size, "many of these cannot be read"))
        return ranges

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes of the media at `offset`; fewer only at its end."""
        end = min(offset + size, self.size)
        if offset < 0 or offset >= end:
            return b""
        first, last = offset // self.chunk_size, (end - 1) // self.chunk_size
        chunks = self._cached(first, last + 1)
        skip = offset - first * self.chunk_size
        if first == last:
            return chunks[0][skip : skip + end - offset]
        return b"".join(chunks)[skip : skip + end - offset]

    def stream_chunks(self) -> Iterator[bytes]:
        """The whole media from front to end in pieces of some MiB, several groups being inflated at the same time."""
        per_group = max(1, min(GROUP_CHUNKS, GROUP_BYTES // self.chunk_size))
        total = -(-self.size // self.chunk_size)
        waiting: deque[Future[list[bytes | memoryview]]] = deque()
        for first in range(0, total, per_group):
            waiting.append(self._threads().submit(self._load, first, min(first + per_group, total)))
            if len(waiting) >= IN_FLIGHT:
                yield b"".join(waiting.popleft().result())
        while waiting:
            yield b"".join(waiting.popleft().result())

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2)), thread_name_prefix="chunks")
            return self._pool

    def _cached(self, first: int, stop: int) -> list[bytes]:
        with self._lock:
            found = {n: self._cache[n] for n in range(first, stop) if n in self._cache}
        missing = [n for n in range(first, stop) if n not in found]
        if missing:
            low, high = missing[0], missing[-1] + 1
            if high - low >= 2 * WORTH_THREADS:
                half = (low + high) // 2
                ahead = self._threads().submit(self._load, half, high)
                fresh = self._load(low, half) + ahead.result()
            else:
                fresh = self._load(low, high)
            # A view would keep the whole group that was read alive.
            found.update((low + place, bytes(chunk)) for place, chunk in enumerate(fresh))
        with self._lock:
            for chunk in range(max(first, stop - max(1, CACHE_BYTES // self.chunk_size)), stop):
                self._cache[chunk] = found[chunk]
                self._cache.move_to_end(chunk)
            while len(self._cache) * self.chunk_size > max(CACHE_BYTES, self.chunk_size):
                self._cache.popitem(last=False)
        return [found[n] for n in range(first, stop)]
