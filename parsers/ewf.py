"""EWF disk images: E01 and SMART, in one or many segment files, read at full speed.

References: "Expert Witness Compression Format (EWF)", libyal/libewf documentation (chunks, tables, 31-bit offsets and
their overflow beyond 2 GiB); RFC 1950 for zlib and Adler-32.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
import zlib
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

from parsers.ewf_names import segment_name, segment_paths
from parsers.ewf_segments import OTHER_SIGNATURES, SIGNATURE, Layout, Table, read_layout

GROUP_CHUNKS: Final = 64
GROUP_BYTES: Final = 4 << 20
IN_FLIGHT: Final = 6
CACHE_BYTES: Final = 8 << 20
TABLES_KEPT: Final = 4
WORTH_THREADS: Final = 4  # chunks; fewer are inflated faster where they are asked for
TOP: Final = 0x8000_0000


@dataclass(frozen=True, slots=True)
class BadRange:
    """Chunks `first` to `last` could not be read and stand as zeros at `offset`, `size` bytes of the media."""

    first: int
    last: int
    offset: int
    size: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Chunks:
    """A loaded table: file offsets (one more than chunks: each ends where the next begins) and the stored entries."""

    offsets: list[int]
    entries: array[int]
    plain_from: int  # from here on the top bit belongs to the offset


def is_ewf(head: bytes) -> bool:
    """Whether a file begins as an EWF image or logical set of any version, readable here or not."""
    return head[:8] == SIGNATURE or head[:8] in OTHER_SIGNATURES


class EwfImage:
    """The media inside an EWF set, as bytes at an offset. `size` is what can be read of it.

    A chunk that cannot be inflated or fails its checksum reads as zeros and is told by `bad_ranges`, which is complete
    after everything was read. `problems` are the sentences about the set itself. Raises ValueError when it is no EWF
    set or a segment is missing in the middle, and OSError.
    """

    def __init__(self, path: str | Path, opener: Callable[[Path], BinaryIO] | None = None) -> None:
        """`opener` opens a segment for reading, unbuffered; None: as any file is opened."""
        self.paths = segment_paths(Path(path))
        self._streams: list[BinaryIO] = []
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._loaded: OrderedDict[int, _Chunks | None] = OrderedDict()
        self._bad: dict[int, str] = {}
        try:
            self._streams.extend(opener(p) if opener else p.open("rb", buffering=0) for p in self.paths)
            sizes = [segment.stat().st_size for segment in self.paths]
            self._layout = read_layout(self._streams, [segment.name for segment in self.paths], sizes)
        except BaseException:
            self.close()
            raise
        self.problems = self._layout.problems
        self.chunk_size = self._layout.chunk_size
        self.size = min(self._layout.media_size, self._layout.chunks * self.chunk_size)
        self._say_what_is_missing()

    @property
    def layout(self) -> Layout:
        """What the sections say: notes, stored hashes, sectors that could not be read when it was taken."""
        return self._layout

    def _say_what_is_missing(self) -> None:
        layout = self._layout
        if layout.ended and not layout.done:
            missing = segment_name(len(self.paths) + 1, self.paths[0].suffix[1])
            layout.problems.append(
                f"segment {self.paths[0].stem}.{missing} is missing: the set goes on after this file"
            )
        if self.size < layout.media_size:
            layout.problems.append(
                f"the set is incomplete: {self.size} of {layout.media_size} bytes of the media have chunk tables"
            )

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        for stream in self._streams:
            stream.close()

    def bad_ranges(self) -> list[BadRange]:
        """The chunks met so far that could not be read, neighbours with the same reason joined."""
        ranges: list[BadRange] = []
        for chunk, reason in sorted(self._bad.items()):
            size = self._length(chunk)
            last = ranges[-1] if ranges else None
            if last is not None and (last.last, last.reason) == (chunk - 1, reason):
                ranges[-1] = BadRange(last.first, chunk, last.offset, last.size + size, reason)
            else:
                ranges.append(BadRange(chunk, chunk, chunk * self.chunk_size, size, reason))
        return ranges

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes of the media at `offset`; fewer only at its end. Small repeated reads come from a cache."""
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
            waiting.append(self._threads().submit(self._inflate, first, min(first + per_group, total)))
            if len(waiting) >= IN_FLIGHT:
                yield b"".join(waiting.popleft().result())
        while waiting:
            yield b"".join(waiting.popleft().result())

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2)), thread_name_prefix="ewf")
        return self._pool

    def _cached(self, first: int, stop: int) -> list[bytes]:
        with self._lock:
            found = {n: self._cache[n] for n in range(first, stop) if n in self._cache}
        missing = [n for n in range(first, stop) if n not in found]
        if missing:
            low, high = missing[0], missing[-1] + 1
            if high - low >= 2 * WORTH_THREADS:
                half = (low + high) // 2
                ahead = self._threads().submit(self._inflate, half, high)
                fresh = self._inflate(low, half) + ahead.result()
            else:
                fresh = self._inflate(low, high)
            # A view would keep the whole group that was read alive.
            found.update((low + place, bytes(chunk)) for place, chunk in enumerate(fresh))
        with self._lock:
            for chunk in range(max(first, stop - max(1, CACHE_BYTES // self.chunk_size)), stop):
                self._cache[chunk] = found[chunk]
                self._cache.move_to_end(chunk)
            while len(self._cache) * self.chunk_size > max(CACHE_BYTES, self.chunk_size):
                self._cache.popitem(last=False)
        return [found[n] for n in range(first, stop)]

    def _length(self, chunk: int) -> int:
        return min(self.chunk_size, self._layout.media_size - chunk * self.chunk_size)

    def _inflate(self, first: int, stop: int) -> list[bytes | memoryview]:
        """Chunks `first` to `stop` - 1, each at its full length, bad ones as zeros."""
        result: list[bytes | memoryview] = []
        while first < stop:
            index = self._table_of(first)
            table = self._layout.tables[index]
            upto = min(stop, table.first + table.count)
            result += self._from_table(index, table, first, upto)
            first = upto
        return result

    def _table_of(self, chunk: int) -> int:
        tables = self._layout.tables
        low, high = 0, len(tables) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if tables[middle].first <= chunk else (low, middle - 1)
        return low

    def _from_table(self, index: int, table: Table, first: int, stop: int) -> list[bytes | memoryview]:
        with self._lock:
            loaded = self._load(index, table)
            if loaded is None:
                return [self._zeros(chunk, "its chunk table is lost") for chunk in range(first, stop)]
            low, high = first - table.first, stop - table.first
            start, end = loaded.offsets[low], loaded.offsets[high]
            limit = self.chunk_size * 2 + 4096  # a chunk that is stored in more is not believed
            together = loaded.offsets[low : high + 1] == sorted(loaded.offsets[low : high + 1])
            if together and end - start <= limit * (high - low):
                data = memoryview(self._read(table.segment, start, end - start))
                parts = [data[a - start : b - start] for a, b in pairwise(loaded.offsets[low : high + 1])]
            else:
                parts = [
                    memoryview(self._read(table.segment, a, min(b - a, limit)))
                    for a, b in pairwise(loaded.offsets[low : high + 1])
                ]
        chunks: list[bytes | memoryview] = []
        for place, stored in enumerate(parts, low):
            packed = bool(loaded.entries[place] & TOP) if place < loaded.plain_from else None
            chunks.append(self._one(table.first + place, stored, packed))
        return chunks

    def _read(self, segment: int, start: int, size: int) -> bytes:
        if size <= 0:
            return b""
        stream = self._streams[segment]
        stream.seek(start)
        data = stream.read(size)
        while data and len(data) < size and (more := stream.read(size - len(data))):
            data += more
        return data

    def _one(self, chunk: int, stored: memoryview, packed: bool | None) -> bytes | memoryview:
        """One chunk from its stored bytes. `packed` None: the table does not say, so the stored length decides."""
        length = self._length(chunk)
        if packed is None:
            packed = len(stored) not in (length + 4, self.chunk_size + 4)
        if not packed:
            full = length if len(stored) < self.chunk_size + 4 else self.chunk_size
            if len(stored) < full + 4:
                return self._zeros(chunk, "stored bytes are missing")
            if zlib.adler32(stored[:full]) != struct.unpack_from("<I", stored, full)[0]:
                return self._zeros(chunk, "checksum does not match")
            return stored[:length]
        inflater = zlib.decompressobj()
        try:
            data = inflater.decompress(stored, self.chunk_size)
            # The end of the stream carries its checksum and is looked at only when more is asked for.
            if not inflater.eof and inflater.decompress(inflater.unconsumed_tail, 1):
                return self._zeros(chunk, "inflates to more than a chunk")
        except zlib.error:
            return self._zeros(chunk, "cannot be inflated")
        if not inflater.eof or len(data) < length:
            return self._zeros(chunk, "stored bytes are missing")
        return data[:length]

    def _zeros(self, chunk: int, reason: str) -> bytes:
        self._bad[chunk] = reason
        return bytes(self._length(chunk))

    def _load(self, index: int, table: Table) -> _Chunks | None:
        """A table's offsets, from its copy when its checksum fails. The caller holds the lock."""
        if index in self._loaded:
            self._loaded.move_to_end(index)
            return self._loaded[index]
        loaded = None
        for which, place in enumerate(table.places):
            raw = self._read(table.segment, place, 4 * table.count + 4 * table.checked)
            sound = len(raw) >= 4 * table.count and (
                not table.checked
                or zlib.adler32(raw[: 4 * table.count]).to_bytes(4, "little") == raw[4 * table.count :]
            )
            if sound:
                loaded = _offsets(raw[: 4 * table.count], table)
                break
            name = self.paths[table.segment].name
            self.problems.append(
                f"{name}: the chunk table at byte {place} fails its checksum"
                + (": its copy is used" if which + 1 < len(table.places) else "")
            )
        self._loaded[index] = loaded
        while len(self._loaded) > TABLES_KEPT:
            self._loaded.popitem(last=False)
        return loaded


def _offsets(raw: bytes, table: Table) -> _Chunks:
    entries = array("I", raw)
    if sys.byteorder == "big":
        entries.byteswap()
    plain_from = len(entries)
    for place in range(1, len(entries)):
        # EnCase lets offsets run on beyond 31 bits; seen where an offset without its top bit falls behind the last.
        if entries[place] & TOP and (entries[place] ^ TOP) < (entries[place - 1] & ~TOP):
            plain_from = place
            break
    offsets = [table.base + (entry & ~TOP) for entry in entries[:plain_from]]
    offsets += [table.base + entry for entry in entries[plain_from:]]
    offsets.append(table.data_end)
    return _Chunks(offsets, entries, plain_from)
