"""Image streams of AFF4: chunks of one size, packed, many of them to a bevy.

References:
- "AFF4 Standard v1.0a", section "Image Stream"
- Cohen, Garfinkel, Schatz, "Extending the advanced forensic format …" (2009), for streams before version 1.0
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from parsers.aff4_chunks import unpacker
from parsers.chunked import BadRange, ChunkedMedia

MOST_CHUNK: Final = 32 << 20
MOST_PER_BEVY: Final = 1 << 16
LEAST_CHUNK: Final = 512
MOST_SIZE: Final = 1 << 50

ReadAt = Callable[[int, int], bytes]


class Bevy(NamedTuple):
    """A run of chunks: its bytes, its index, and `check`, which says what is wrong with the bytes as a whole or ""."""

    size: int
    read_at: ReadAt
    index_size: int
    read_index: ReadAt
    check: Callable[[], str]


class Chunk(NamedTuple):
    """Where a chunk is stored in its bevy."""

    at: int
    size: int


class ImageStream:
    """Chunks of one size, packed by `method` (the URI of it), in bevies of `per_bevy` chunks.

    `bevy(number)` gives a bevy, None where it is missing, and may raise ValueError. A chunk that cannot be read reads
    as zeros and is told by `bad_ranges`. With `checking`, each bevy is checked as a whole when it is first come to,
    and what is wrong is added to `problems`. Raises ValueError where the figures are not plausible.
    """

    def __init__(
        self, size: int, chunk_size: int, per_bevy: int, method: str, bevy: Callable[[int], Bevy | None]
    ) -> None:
        if (
            not LEAST_CHUNK <= chunk_size <= MOST_CHUNK
            or not 0 < per_bevy <= MOST_PER_BEVY
            or not 0 <= size <= MOST_SIZE
        ):
            raise ValueError(f"{size} bytes in chunks of {chunk_size}, {per_bevy} to a bevy, are not plausible")
        self.size = size
        self.checking = False
        self.problems: list[str] = []
        self._chunk_size, self._per_bevy = chunk_size, per_bevy
        self._unpack = unpacker(method)
        self._bevy = bevy
        self._checked: set[int] = set()
        self._lock = threading.Lock()
        self._media = ChunkedMedia(size, chunk_size, self._load)

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes of the stream at `offset`; fewer only at its end."""
        return self._media.read_at(offset, size)

    def stream_chunks(self) -> Iterator[bytes]:
        """The whole stream from front to end, several groups of chunks being unpacked at the same time."""
        return self._media.stream_chunks()

    def close(self) -> None:
        self._media.close()

    def bad_ranges(self) -> list[BadRange]:
        """The chunks met so far that could not be read."""
        return self._media.bad_ranges()

    def _load(self, first: int, stop: int) -> list[bytes | memoryview]:
        result: list[bytes | memoryview] = []
        while first < stop:
            number = first // self._per_bevy
            upto = min(stop, (number + 1) * self._per_bevy)
            result += self._from_bevy(number, first, upto)
            first = upto
        return result

    def _from_bevy(self, number: int, first: int, stop: int) -> list[bytes | memoryview]:
        try:
            bevy = self._bevy(number)
            if bevy is None:
                return [self._media.zeros(chunk, f"bevy {number} is missing") for chunk in range(first, stop)]
            self._check(number, bevy)
            low = number * self._per_bevy
            places = _places(bevy, first - low, stop - low, self._in_bevy(number))
        except ValueError as error:
            return [self._media.zeros(chunk, str(error)) for chunk in range(first, stop)]
        result: list[bytes | memoryview] = []
        for chunk, data in zip(range(first, stop), self._stored(bevy, places), strict=True):
            result.append(self._one(chunk, data))
        return result

    def _in_bevy(self, number: int) -> int:
        return min(self._per_bevy, -(-self.size // self._chunk_size) - number * self._per_bevy)

    def _check(self, number: int, bevy: Bevy) -> None:
        with self._lock:
            if not self.checking or number in self._checked:
                return
            self._checked.add(number)
        if wrong := bevy.check():
            at = number * self._per_bevy * self._chunk_size
            size = min(self._per_bevy * self._chunk_size, self.size - at)
            self.problems.append(f"bevy {number} ({size} bytes of the stream from byte {at}): {wrong}")

    def _stored(self, bevy: Bevy, places: list[Chunk | None]) -> list[bytes | memoryview | None]:
        """What is stored of each chunk, in one read where the chunks stand together; None where it cannot be had."""
        limit = 2 * self._chunk_size + 4096  # a chunk that is stored in more is not believed
        sound = [p for p in places if p is not None and p.size <= limit and p.at + p.size <= bevy.size]
        if not sound:
            return [None] * len(places)
        low, high = min(p.at for p in sound), max(p.at + p.size for p in sound)
        together: memoryview | None = None
        if high - low <= sum(p.size for p in sound) + 64 * len(sound):
            together = memoryview(bevy.read_at(low, high - low))
        allowed = set(sound)
        result: list[bytes | memoryview | None] = []
        for place in places:
            if place is None or place not in allowed:
                result.append(None)
            elif together is not None:
                result.append(together[place.at - low : place.at - low + place.size])
            else:
                result.append(bevy.read_at(place.at, place.size))
        return result

    def _one(self, chunk: int, stored: bytes | memoryview | None) -> bytes | memoryview:
        length = self._media.length(chunk)
        if stored is None:
            return self._media.zeros(chunk, "its place in the bevy is not known")
        if len(stored) == self._chunk_size:
            return stored[:length]
        try:
            data = self._unpack(bytes(stored), self._chunk_size)
        except ValueError as error:
            return self._media.zeros(chunk, str(error))
        if len(data) < length:
            return self._media.zeros(chunk, "stored bytes are missing")
        return data[:length]


def _places(bevy: Bevy, first: int, stop: int, count: int) -> list[Chunk | None]:
    """The chunks `first` to `stop` - 1 of a bevy of `count`; None where the index does not reach.

    The index holds offset and size, 12 bytes; before version 1.0 it held offsets only, 4 bytes each.
    """
    if bevy.index_size >= 12 * count or (bevy.index_size < 4 * count and bevy.index_size % 12 == 0):
        raw = bevy.read_index(12 * first, 12 * (stop - first))
        rows = struct.iter_unpack("<QI", raw[: len(raw) // 12 * 12])
        found: list[Chunk | None] = [Chunk(at, size) for at, size in rows]
    else:
        raw = bevy.read_index(4 * first, 4 * (stop - first + 1))
        starts = [at for (at,) in struct.iter_unpack("<I", raw[: len(raw) // 4 * 4])]
        if len(starts) == stop - first:
            starts.append(bevy.size)
        found = [Chunk(a, b - a) if b >= a else None for a, b in pairwise(starts)]
    return found + [None] * (stop - first - len(found))
