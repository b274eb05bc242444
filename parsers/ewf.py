"""EWF disk images: E01 and SMART, in one or many segment files, read at full speed.

References: "Expert Witness Compression Format (EWF)", libyal/libewf documentation (chunks, tables, 31-bit offsets and
their overflow beyond 2 GiB); RFC 1950 for zlib and Adler-32.
"""

from __future__ import annotations

import struct
import sys
import threading
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from parsers.chunked import BadRange
from parsers.ewf2_sections import SIGNATURES
from parsers.ewf_segments import LOGICAL, SIGNATURE, Segment, Table, part_of, read_layout
from parsers.ewf_set import EwfSet
from parsers.inflating import inflate_chunk

__all__ = ["BadRange", "EwfImage", "is_ewf", "is_image", "is_logical"]

TABLES_KEPT: Final = 4
TOP: Final = 0x8000_0000


@dataclass(frozen=True, slots=True)
class _Chunks:
    """A loaded table: file offsets (one more than chunks: each ends where the next begins) and the stored entries."""

    offsets: list[int]
    entries: array[int]
    plain_from: int  # from here on the top bit belongs to the offset


def is_ewf(head: bytes) -> bool:
    """Whether a file begins as an EWF image or logical set of any version."""
    return is_image(head) or is_logical(head)


def is_image(head: bytes) -> bool:
    """Whether a file begins as a disk image: E01, SMART, Ex01."""
    return head[:8] in (SIGNATURE, SIGNATURES[0])


def is_logical(head: bytes) -> bool:
    """Whether a file begins as a set of logical files: L01, Lx01."""
    return head[:8] in (LOGICAL, SIGNATURES[1])


class EwfImage(EwfSet):
    """The media inside an EWF set, as bytes at an offset. `size` is what can be read of it.

    A chunk that cannot be inflated or fails its checksum reads as zeros and is told by `bad_ranges`, which is complete
    after everything was read. `problems` are the sentences about the set itself. Raises ValueError when it is no EWF
    set, and what reading a segment raises. The segments are its own: it closes them, also where it refuses them.
    """

    def __init__(self, segments: list[Segment]) -> None:
        self._lock = threading.Lock()
        self._loaded: OrderedDict[int, _Chunks | None] = OrderedDict()
        try:
            layout = read_layout(segments)
            logical = is_logical(segments[0].read_at(0, 8))
        except BaseException:
            for segment in segments:
                segment.close()
            raise
        super().__init__(segments, layout, self._inflate, logical=logical)

    def list_of_files(self) -> tuple[Callable[[int, int], bytes], int]:
        """(read_at, size) of the section that lists single files. Raises ValueError where there is none."""
        if not self.layout.trees:
            raise ValueError("the set has no list of files")
        segment, start, end = self.layout.trees[-1]
        return part_of(self._segments[segment], start, end - start)

    def _inflate(self, first: int, stop: int) -> list[bytes | memoryview]:
        """Chunks `first` to `stop` - 1, each at its full length, bad ones as zeros."""
        result: list[bytes | memoryview] = []
        while first < stop:
            index = self._table_of(first)
            table = self.layout.tables[index]
            upto = min(stop, table.first + table.count)
            result += self._from_table(index, table, first, upto)
            first = upto
        return result

    def _table_of(self, chunk: int) -> int:
        tables = self.layout.tables
        low, high = 0, len(tables) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if tables[middle].first <= chunk else (low, middle - 1)
        return low

    def _from_table(self, index: int, table: Table, first: int, stop: int) -> list[bytes | memoryview]:
        with self._lock:
            loaded = self._load(index, table)
        if loaded is None:
            return [self._media.zeros(chunk, "its chunk table is lost") for chunk in range(first, stop)]
        low = first - table.first
        offsets = loaded.offsets[low : stop - table.first + 1]
        limit = self.chunk_size * 2 + 4096  # a chunk that is stored in more is not believed
        if offsets == sorted(offsets) and offsets[-1] - offsets[0] <= limit * (stop - first):
            data = memoryview(self._read(table.segment, offsets[0], offsets[-1] - offsets[0]))
            parts = [data[a - offsets[0] : b - offsets[0]] for a, b in pairwise(offsets)]
        else:
            parts = [memoryview(self._read(table.segment, a, min(b - a, limit))) for a, b in pairwise(offsets)]
        chunks: list[bytes | memoryview] = []
        for place, stored in enumerate(parts, low):
            packed = bool(loaded.entries[place] & TOP) if place < loaded.plain_from else None
            chunks.append(self._one(table.first + place, stored, packed))
        return chunks

    def _read(self, segment: int, start: int, size: int) -> bytes:
        return self._segments[segment].read_at(start, size) if size > 0 else b""

    def _one(self, chunk: int, stored: memoryview, packed: bool | None) -> bytes | memoryview:
        """One chunk from its stored bytes. `packed` None: the table does not say, so the stored length decides."""
        length = self._media.length(chunk)
        if packed is None:
            packed = len(stored) not in (length + 4, self.chunk_size + 4)
        if not packed:
            full = length if len(stored) < self.chunk_size + 4 else self.chunk_size
            if len(stored) < full + 4:
                return self._media.zeros(chunk, "stored bytes are missing")
            if zlib.adler32(stored[:full]) != struct.unpack_from("<I", stored, full)[0]:
                return self._media.zeros(chunk, "checksum does not match")
            return stored[:length]
        try:
            return inflate_chunk(stored, self.chunk_size, length)
        except ValueError as error:
            return self._media.zeros(chunk, str(error))

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
            name = self.names[table.segment]
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
