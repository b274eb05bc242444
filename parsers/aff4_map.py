"""Maps of AFF4, which lay ranges of other streams side by side, and streams of one pattern without end.

References:
- "AFF4 Standard v1.0a", sections "Map" and "Symbolic Streams"
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from parsers.aff4_streams import MOST_SIZE

MOST_RANGES: Final = 1 << 21
PATTERNS: Final = {"UnknownData": b"UNKNOWN", "UnreadableData": b"UNREADABLEDATA"}
_REPEATED: Final = 1 << 20
_HEX: Final = frozenset("0123456789ABCDEFabcdef")


class Stream(Protocol):
    """Bytes at an offset; fewer than asked for only at the end."""

    size: int

    def read_at(self, offset: int, size: int) -> bytes: ...


class Pattern:
    """A stream without end that repeats some bytes in each MiB anew."""

    def __init__(self, repeated: bytes, name: str = "") -> None:
        self.size = MOST_SIZE
        self.name = name
        self._block = (repeated * (_REPEATED // len(repeated) + 1))[:_REPEATED]

    def read_at(self, offset: int, size: int) -> bytes:
        skip = offset % _REPEATED
        return (self._block * ((skip + size) // _REPEATED + 1))[skip : skip + size]


def pattern_of(name: str) -> Pattern | None:
    """The stream of a symbolic name ("Zero", "SymbolicStreamFF", "UnknownData" …); None where it is none."""
    if name == "Zero":
        return Pattern(b"\0")
    if name in PATTERNS:
        return Pattern(PATTERNS[name], name)
    digits = name.removeprefix("SymbolicStream")
    if name.startswith("SymbolicStream") and len(digits) == 2 and set(digits) <= _HEX:
        return Pattern(bytes.fromhex(digits))
    return None


class Range(NamedTuple):
    """`size` bytes of a map from `start` on are those of target `target` from `at` on."""

    start: int
    size: int
    at: int
    target: int


def read_ranges(raw: bytes) -> tuple[list[Range], list[str]]:
    """The ranges of a map in order, cut where they overlap, and what is wrong with them. Raises ValueError."""
    if len(raw) // 28 > MOST_RANGES:
        raise ValueError(f"a map of {len(raw) // 28} ranges is more than is read")
    problems = [] if len(raw) % 28 == 0 else ["its last range is cut short"]
    ranges: list[Range] = []
    end = 0
    for start, size, at, target in sorted(struct.iter_unpack("<QQQI", raw[: len(raw) // 28 * 28])):
        if start < end:
            problems.append(f"two of its ranges hold byte {start}: the first is read")
            cut = min(end - start, size)
            start, size, at = start + cut, size - cut, at + cut
        if start + size > MOST_SIZE or at + size > MOST_SIZE:
            problems.append(f"the range from byte {start} reaches beyond what is plausible, and is left out")
        elif size:
            ranges.append(Range(start, size, at, target))
            end = start + size
    return ranges, problems[:50]


class Map:
    """A stream made of ranges of others; what no range holds is read from `gap`. Targets that are None raise."""

    def __init__(self, size: int, ranges: list[Range], targets: list[Stream | None], gap: Stream) -> None:
        if not 0 <= size <= MOST_SIZE:
            raise ValueError(f"a map of {size} bytes is not plausible")
        self.size = size
        self._ranges, self._targets, self._gap = ranges, targets, gap
        self._starts = [one.start for one in ranges]

    def read_at(self, offset: int, size: int) -> bytes:
        end = min(offset + size, self.size)
        parts: list[bytes] = []
        while 0 <= offset < end:
            index = bisect_right(self._starts, offset) - 1
            one = self._ranges[index] if index >= 0 else None
            if one is not None and offset < one.start + one.size:
                upto = min(end, one.start + one.size)
                parts.append(self._target(one, offset - one.start, upto - offset))
            else:
                upto = min(end, self._starts[index + 1]) if index + 1 < len(self._starts) else end
                parts.append(self._gap.read_at(offset, upto - offset))
            offset = upto
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def patterns(self) -> Iterator[tuple[int, int, str]]:
        """(start, size, name) of each range that is of a stream with a name of its own ("UnknownData" …)."""
        for one in self._ranges:
            target = self._targets[one.target] if one.target < len(self._targets) else None
            if isinstance(target, Pattern) and target.name:
                yield one.start, one.size, target.name

    def _target(self, one: Range, skip: int, size: int) -> bytes:
        target = self._targets[one.target] if one.target < len(self._targets) else None
        if target is None:
            raise ValueError(f"byte {one.start + skip} of the media is in a stream that is not there")
        data = target.read_at(one.at + skip, size)
        if len(data) < size:
            raise ValueError(f"byte {one.start + skip + len(data)} of the media lies behind the end of its stream")
        return data
