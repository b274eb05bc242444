"""SEGB files, versions 1 and 2: the containers in which the system of Apple's devices keeps its Biome streams.

All numbers are little-endian. Version 1 has "SEGB" at byte 52 of a header of 56 bytes, whose first four bytes say where
the entries end. Each entry is a header of 32 bytes (length, state, two times, CRC-32 of the payload, four bytes of
unknown meaning) and its payload; the next one stands at the next multiple of 8.

Version 2 has "SEGB" at byte 0 of a header of 32 bytes, with the number of entries and a time. Behind it stand the
entries (CRC-32, four bytes of unknown meaning, payload), each at a multiple of 4; the end of the file is a trailer of
16 bytes for each entry: where it ends as seen from the header's end, its state, its time.

Times are seconds since 2001 as float64.

References:
- CCL Solutions Group, ccl-segb (both versions); Cellebrite, "Understanding and Decoding the Newest iOS SEGB Format"
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

MAGIC: Final = b"SEGB"
MOST_BYTES: Final = 64 << 20
MOST_ENTRIES: Final = 1_000_000
WRITTEN, DELETED, UNKNOWN = 1, 3, 4

_HEADER_1, _ENTRY_1, _ALIGN_1 = 56, struct.Struct("<iiddIi"), 8
_HEADER_2, _ENTRY_2, _ALIGN_2 = 32, struct.Struct("<Ii"), 4
_TRAILER: Final = struct.Struct("<iid")
_LATEST: Final = 3_124_224_000.0  # 2100: behind it a number is no time
# How often the bytes of a file may be summed once more to find where the next entry stands.
_SUMMED_AGAIN: Final = 8


class Entry(NamedTuple):
    """One entry as stored. `payload` is what is left of it, for a deleted one often only zeros."""

    offset: int  # where the payload starts
    state: int  # WRITTEN, DELETED, UNKNOWN, or what else stands there
    time: float
    second_time: float | None  # None in version 2
    payload: bytes
    intact: bool  # whether the CRC-32 is that of the payload

    @property
    def erased(self) -> bool:
        """Whether nothing is left of the payload."""
        return not self.payload.strip(b"\0")


class Damage(NamedTuple):
    """What could not be read at a byte: one entry where `lost`, else what the reader should know of the whole file."""

    offset: int
    reason: str
    lost: bool


class _Budget:
    """How many bytes may still be summed in looking for entries: hostile files could make it endless."""

    def __init__(self, size: int) -> None:
        self.left = _SUMMED_AGAIN * size + 65536

    def fits(self, payload: bytes | memoryview, crc: int) -> bool:
        """Whether the payload has the CRC; False too where too much was summed."""
        self.left -= len(payload) + 64
        return self.left > 0 and zlib.crc32(payload) == crc


def segb_version(head: bytes) -> int:
    """1 or 2 by the first bytes of a file, 0 where it is none."""
    if head[:4] == MAGIC:
        return 2
    return 1 if head[_HEADER_1 - 4 : _HEADER_1] == MAGIC else 0


def read_segb(stream: BinaryIO) -> Iterator[Entry | Damage]:
    """Every entry in the order of the file, and what is wrong with it. A bad one costs itself.

    Raises ValueError for what is no SEGB file, is larger than 64 MiB, or ends in its header.
    """
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"a SEGB file of more than {MOST_BYTES:,} bytes is not read")
    version = segb_version(data)
    if not version:
        raise ValueError("no SEGB file")
    if len(data) < _HEADER_2:
        raise ValueError("the file ends in its header")
    yield from _version_2(data) if version == 2 else _version_1(data)


def _version_1(data: bytes) -> Iterator[Entry | Damage]:
    end = int.from_bytes(data[:4], "little")
    if end > len(data):
        yield Damage(len(data), f"cut: its entries should go on to byte {end:,}", lost=False)
    stop, budget = min(end, len(data)), _Budget(len(data))
    at = _HEADER_1
    while at < stop:
        if budget.left <= 0:
            yield Damage(at, f"damaged in too many places: nothing is read from byte {at:,} on", lost=False)
            return
        found, after = _entry_1(data, at, stop, budget)
        if found is None or (found.state == WRITTEN and not found.intact and not _likely_1(data, after, stop)):
            # Its length cannot be right, so that the next one has to be looked for.
            next_one = _next_1(data, at + 1 + (-at - 1) % _ALIGN_1, stop, budget)
            if found is None or next_one < stop:
                yield Damage(at, "an entry whose header or length cannot be right", lost=True)
                at = next_one
                continue
        yield found
        at = after
    behind = max(_HEADER_1, end + -end % _ALIGN_1)
    if data[behind:].strip(b"\0") and (further := _next_1(data, behind, len(data), budget)) < len(data):
        yield Damage(further, f"entries go on behind byte {end:,}, where its header says that they end", lost=False)


def _entry_1(data: bytes, at: int, stop: int, budget: _Budget) -> tuple[Entry | None, int]:
    """The entry at a byte and where the next one should stand; None where none can stand there."""
    if at + _ENTRY_1.size > stop:
        return None, stop
    size, state, time, second, crc, _ = _ENTRY_1.unpack_from(data, at)
    start = at + _ENTRY_1.size
    if not 0 <= size <= stop - start or not (size or state):
        return None, stop
    payload = data[start : start + size]
    after = start + size + -(start + size) % _ALIGN_1
    return Entry(start, state, time, second, payload, budget.fits(payload, crc)), after


def _likely_1(data: bytes, at: int, stop: int) -> bool:
    """Whether the header of an entry may stand at a byte, or the entries end there."""
    if at >= stop:
        return True
    if at + _ENTRY_1.size > stop:
        return False
    size, state, time, second, _, _ = _ENTRY_1.unpack_from(data, at)
    return state in (WRITTEN, DELETED, UNKNOWN) and 0 <= size <= stop - at - _ENTRY_1.size and _times(time, second)


def _next_1(data: bytes, at: int, stop: int, budget: _Budget) -> int:
    """Where the next entry stands whose CRC fits; `stop` where there is none."""
    view = memoryview(data)
    while at + _ENTRY_1.size <= stop and budget.left > 0:
        if _likely_1(data, at, stop):
            size, _, _, _, crc, _ = _ENTRY_1.unpack_from(data, at)
            start = at + _ENTRY_1.size
            if size and budget.fits(view[start : start + size], crc):
                return at
        budget.left -= 1
        at += _ALIGN_1
    return stop


def _times(*times: float) -> bool:
    return all(0 < time < _LATEST for time in times)


def _version_2(data: bytes) -> Iterator[Entry | Damage]:
    count = int.from_bytes(data[4:8], "little", signed=True)
    trailer = len(data) - count * _TRAILER.size
    if not 0 <= count <= MOST_ENTRIES or trailer < _HEADER_2:
        yield Damage(4, f"its header tells of {count:,} entries, which the file cannot hold", lost=False)
        return
    listed = sorted(
        (end, state, time, place) for place, (end, state, time) in enumerate(_TRAILER.iter_unpack(data[trailer:]))
    )
    states = (WRITTEN, DELETED, UNKNOWN)
    if count and not any(state in states and 0 < end <= trailer - _HEADER_2 for end, state, _, _ in listed):
        yield Damage(trailer, f"cut: where its {count:,} entries stand cannot be told", lost=False)
        return
    yield from _entries_2(data, listed, trailer)


def _entries_2(data: bytes, listed: list[tuple[int, int, float, int]], trailer: int) -> Iterator[Entry | Damage]:
    budget = _Budget(len(data))
    at = _HEADER_2
    for end, state, time, place in listed:
        stop = _HEADER_2 + end
        if not at + _ENTRY_2.size <= stop <= trailer:
            offset = trailer + place * _TRAILER.size
            yield Damage(offset, f"an entry that is said to end at byte {stop:,}, where none can", lost=True)
            continue
        start = _start_2(data, at, stop, budget)
        yield from _unclaimed(data, at, start)
        (crc, _), payload = _ENTRY_2.unpack_from(data, start), data[start + _ENTRY_2.size : stop]
        yield Entry(start + _ENTRY_2.size, state, time, None, payload, zlib.crc32(payload) == crc)
        at = stop + -stop % _ALIGN_2
    yield from _unclaimed(data, at, trailer)


def _unclaimed(data: bytes, start: int, stop: int) -> Iterator[Damage]:
    """Says that bytes which are not zeros belong to no entry that is listed."""
    if data[start:stop].strip(b"\0"):
        yield Damage(
            start, f"{stop - start:,} bytes from byte {start:,} on belong to no entry that is listed", lost=False
        )


def _start_2(data: bytes, at: int, stop: int, budget: _Budget) -> int:
    """Where the entry starts that ends at `stop`: at `at`, or behind it where only there its CRC fits.

    One stands before it then whose end is not known.
    """
    view = memoryview(data)[:stop]
    start = at
    while start + _ENTRY_2.size < stop and budget.left > 0:
        (crc, _) = _ENTRY_2.unpack_from(view, start)
        if crc and budget.fits(view[start + _ENTRY_2.size :], crc):
            return start
        budget.left -= 1
        start += _ALIGN_2
    return at
