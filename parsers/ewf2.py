"""EWF version 2 (Ex01, Lx01): the media in a set of segments, chunks packed with zlib or bzip2 or filled by a pattern.

References:
- libewf, "Expert Witness Compression Format 2 (EWF2)": sector tables, flags of chunks
- RFC 1950 for zlib and Adler-32
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from parsers.ewf2_sections import HEAD, SIGNATURES, read_layout, unpack_bzip2
from parsers.ewf_segments import Segment, Table, part_of
from parsers.ewf_set import EwfSet
from parsers.inflating import inflate_chunk

TABLES_KEPT: Final = 4
_PACKED, _CHECKED, _PATTERN = 1, 2, 4


class _Stored(NamedTuple):
    """Where a chunk is stored; for a pattern `at` holds its eight bytes as a number."""

    at: int
    size: int
    flags: int


class Ewf2Image(EwfSet):
    """The media of a set of EWF version 2; used as `EwfImage` is.

    A chunk that cannot be unpacked or fails its checksum reads as zeros and is told by `bad_ranges`. Raises
    ValueError when it is no such set or encrypted. The segments are its own: it closes them, also where it refuses.
    """

    def __init__(self, segments: list[Segment]) -> None:
        self._lock = threading.Lock()
        self._loaded: OrderedDict[int, bytes | None] = OrderedDict()
        try:
            layout, self._files = read_layout(segments)
            head = segments[0].read_at(0, HEAD)
            self._method = struct.unpack_from("<H", head, 10)[0]
        except BaseException:
            for segment in segments:
                segment.close()
            raise
        super().__init__(segments, layout, self._load, logical=head[:8] == SIGNATURES[1])

    def list_of_files(self) -> tuple[Callable[[int, int], bytes], int]:
        """(read_at, size) of the section that lists single files. Raises ValueError where there is none."""
        if not self._files:
            raise ValueError("the set has no list of files")
        segment, section = self._files[-1]
        return part_of(self._segments[segment], section.start, section.size - section.padding)

    def _load(self, first: int, stop: int) -> list[bytes | memoryview]:
        result: list[bytes | memoryview] = []
        while first < stop:
            index = _table_of(self.layout.tables, first)
            table = self.layout.tables[index]
            upto = min(stop, table.first + table.count)
            with self._lock:
                raw = self._entries(index, table)
            if raw is None:
                result += [self._media.zeros(chunk, "its chunk table is lost") for chunk in range(first, upto)]
            else:
                rows = raw[16 * (first - table.first) : 16 * (upto - table.first)]
                wanted = [_Stored(*row) for row in struct.iter_unpack("<QII", rows)]
                stored = self._stored(self._segments[table.segment], wanted)
                result += [
                    self._one(chunk, entry, data)
                    for chunk, entry, data in zip(range(first, upto), wanted, stored, strict=True)
                ]
            first = upto
        return result

    def _stored(self, segment: Segment, entries: list[_Stored]) -> list[memoryview]:
        """The stored bytes of each chunk, in one read where they stand together."""
        limit = self.chunk_size * 2 + 4096  # a chunk that is stored in more is not believed
        places = [(entry.at, min(entry.size, limit)) if not entry.flags & _PATTERN else (0, 0) for entry in entries]
        real = [(at, size) for at, size in places if size]
        low, high = min((at for at, _ in real), default=0), max((at + size for at, size in real), default=0)
        if high - low <= sum(size for _, size in real) + 64 * len(real):
            together = memoryview(segment.read_at(low, high - low)) if real else memoryview(b"")
            return [together[at - low : at - low + size] if size else together[:0] for at, size in places]
        return [memoryview(segment.read_at(at, size)) if size else memoryview(b"") for at, size in places]

    def _one(self, chunk: int, entry: _Stored, stored: memoryview) -> bytes | memoryview:
        length = self._media.length(chunk)
        packed = entry.flags & _PACKED
        if packed and entry.flags & _PATTERN:
            return (struct.pack("<Q", entry.at) * (length // 8 + 1))[:length]
        if packed:
            return self._unpacked(chunk, stored, length)
        full = len(stored) - 4 if entry.flags & _CHECKED else len(stored)
        if full < length:
            return self._media.zeros(chunk, "stored bytes are missing")
        if entry.flags & _CHECKED and zlib.adler32(stored[:full]) != struct.unpack_from("<I", stored, full)[0]:
            return self._media.zeros(chunk, "checksum does not match")
        return stored[:length]

    def _unpacked(self, chunk: int, stored: memoryview, length: int) -> bytes | memoryview:
        try:
            if self._method != 2:
                return inflate_chunk(stored, self.chunk_size, length)
            data = unpack_bzip2(bytes(stored), self.chunk_size)  # each block carries a checksum
        except OSError:
            return self._media.zeros(chunk, "cannot be inflated")
        except ValueError as error:
            return self._media.zeros(chunk, str(error))
        return data[:length] if len(data) >= length else self._media.zeros(chunk, "stored bytes are missing")

    def _entries(self, index: int, table: Table) -> bytes | None:
        """A table's entries; None where it is lost. The caller holds the lock."""
        if index in self._loaded:
            self._loaded.move_to_end(index)
            return self._loaded[index]
        entries = None
        for place in table.places:
            size = 16 * table.count
            raw = self._segments[table.segment].read_at(place, size + 4)
            if len(raw) == size + 4 and zlib.adler32(raw[:size]) == struct.unpack_from("<I", raw, size)[0]:
                entries = raw[:size]
            else:
                self.problems.append(f"{self.names[table.segment]}: the chunk table at byte {place} fails its checksum")
        self._loaded[index] = entries
        while len(self._loaded) > TABLES_KEPT:
            self._loaded.popitem(last=False)
        return entries


def _table_of(tables: list[Table], chunk: int) -> int:
    low, high = 0, len(tables) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tables[middle].first <= chunk else (low, middle - 1)
    return low
