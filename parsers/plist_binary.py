"""Binary property lists ("bplist00"): objects by number, found through a table of offsets at the end.

A container lists the numbers of what it holds, so objects can be shared, and a hostile file can make them overlap or
hold themselves. Every object is read once, without recursion; what all objects together hold can be no more than a
few times the file; and a list that is no plain tree is measured before it is given out.

References:
- CoreFoundation, CFBinaryPList.c (the format, as its comments describe it)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from plistlib import UID
from typing import Any, Final

MAGIC: Final = b"bplist"
MAX_OBJECTS: Final = 2_000_000
MAX_VALUES: Final = 4_000_000  # of the list written out in full, shared objects counted each time
MAX_DEPTH: Final = 128
_TRAILER: Final = struct.Struct(">5xBBBQQQ")
TEXTS: Final = {0x50: "ascii", 0x60: "utf-16-be", 0x70: "utf-8"}
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
_WIDTHS: Final = {2: "H", 4: "I", 8: "Q"}
_CONSTANTS: Final[dict[int, bool | bytes | None]] = {0x00: None, 0x08: False, 0x09: True, 0x0F: b""}


def read_binary(data: bytes) -> Any:
    """See `plist.read_plist`. Raises ValueError."""
    return _Reader(data).read()


@dataclass(frozen=True, slots=True)
class Objects:
    """A binary property list that was read, by the numbers of its objects: those that `top` leads to.

    `held` are the numbers that a container holds (of a dict first the keys, then the values); `spans` where an object
    starts, and where its own bytes behind the marker and length start and end. At `table`, the places of `count`
    objects follow, each in `offset_size` bytes.
    """

    data: bytes
    top: int
    values: dict[int, Any]
    held: dict[int, list[int]]
    spans: dict[int, tuple[int, int, int]]
    table: int
    count: int
    offset_size: int

    def member(self, number: int, name: str) -> int | None:
        """The number of what a dict has under a key; None where it has none, or is none."""
        held = self.held.get(number, [])
        if not isinstance(self.values[number], dict):
            return None
        keys, values = held[: len(held) // 2], held[len(held) // 2 :]
        return next(
            (value for key, value in zip(keys[::-1], values[::-1], strict=True) if self.values[key] == name), None
        )

    def apart(self) -> bool:
        """Whether no byte belongs to two objects."""
        spans = sorted(self.spans.values())
        return all(before[2] <= after[0] for before, after in pairwise(spans))


def read_objects(data: bytes) -> Objects:
    """Raises ValueError where `read_binary` does."""
    reader = _Reader(data)
    reader.read()
    return reader.objects()


class _Reader:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"bplist00") or len(data) < 8 + _TRAILER.size:
            raise ValueError("a binary property list of another version, or cut short")
        self._data = data
        _, offset_size, self._ref_size, count, self._top, table = _TRAILER.unpack_from(data, len(data) - _TRAILER.size)
        self._end = len(data) - _TRAILER.size
        if not (1 <= offset_size <= 8 and 1 <= self._ref_size <= 8):
            raise ValueError(f"offsets of {offset_size} and references of {self._ref_size} bytes")
        if not 0 < count <= MAX_OBJECTS:
            raise ValueError(f"a property list of {count} objects")
        if self._top >= count or table < 8 or table + count * offset_size > self._end:
            raise ValueError("the table of the property list's objects lies outside the file")
        self._table, self._offset_size, self._count = table, offset_size, count
        self._values: dict[int, Any] = {}
        self._held: dict[int, list[int]] = {}  # what each container holds, keys and values
        # Honest objects do not overlap, so together they hold no more than the file; writers that share bytes
        # between equal objects are left some room.
        self._budget = 4 * len(data) + 4096

    def read(self) -> Any:
        levels = self._read_reachable()
        self._fill()
        references = sum(map(len, self._held.values()))
        inner = [number for held in self._held.values() for number in held if number in self._held]
        # Every container but the top is held exactly once, and the top by none: a tree, whose depth is known.
        if len(inner) != len(self._held) - (self._top in self._held) or self._top in inner:
            self._measure()
        elif levels > MAX_DEPTH or references >= MAX_VALUES:
            raise ValueError(f"a property list {levels} levels deep, of {references} values")
        return self._values[self._top]

    def _read_reachable(self) -> int:
        """Reads every object that the top one leads to; the number of levels below it, by the shortest ways."""
        offsets, data, table = self._offsets(), self._data, self._table
        levels = [0] * self._count
        levels[self._top] = 1
        queue: list[int] = [self._top]
        for number in queue:  # which grows meanwhile
            at = offsets[number]
            if not 8 <= at < table:
                raise ValueError(f"object {number} of the property list lies at byte {at}, outside its objects")
            size = data[at] - 0x50
            if 0 <= size < 0x0F and size < table - at:  # a short text: most objects of most lists
                self._budget -= size
                self._values[number] = data[at + 1 : at + 1 + size].decode("ascii", "surrogateescape")
                continue
            below = levels[number] + 1
            for other in self._read_object(number, at):
                if not levels[other]:
                    levels[other] = below
                    queue.append(other)
        return levels[queue[-1]]

    def _offsets(self) -> Sequence[int]:
        """Where each object starts, as the table says."""
        size, end = self._offset_size, self._table + self._count * self._offset_size
        table = self._data[self._table : end]
        if size == 1:
            return table
        if size in _WIDTHS:
            return struct.unpack(f">{self._count}{_WIDTHS[size]}", table)
        return [int.from_bytes(table[at : at + size], "big") for at in range(0, len(table), size)]

    def _read_object(self, number: int, at: int) -> Sequence[int]:
        """Reads one object; the numbers of those that it holds."""
        marker = self._data[at]
        kind, low = marker & 0xF0, marker & 0x0F
        if kind == 0x10 and low <= 4:
            self._values[number] = int.from_bytes(self._take(at + 1, 1 << low), "big", signed=low >= 3)
        elif kind in (0xA0, 0xC0, 0xD0):
            return self._read_container(number, kind, at + 1, low)
        elif kind in (0x40, 0x50, 0x60, 0x70):
            self._values[number] = self._text_or_bytes(kind, at + 1, low)
        elif kind == 0x80:
            self._values[number] = UID(int.from_bytes(self._take(at + 1, low + 1), "big"))
        else:
            self._values[number] = self._scalar(marker, at)
        return ()

    def _scalar(self, marker: int, at: int) -> Any:
        if marker in (0x22, 0x23):
            return struct.unpack(">f" if marker == 0x22 else ">d", self._take(at + 1, 1 << (marker & 0x0F)))[0]
        if marker == 0x33:
            return _date(struct.unpack(">d", self._take(at + 1, 8))[0])
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        raise ValueError(f"an object of unknown type 0x{marker:02x} at byte {at} of the property list")

    def _take(self, at: int, size: int) -> bytes:
        self._budget -= size
        if self._budget < 0:
            raise ValueError("the objects of the property list overlap: together they hold more than the file")
        if size > self._table - at:
            raise ValueError(f"an object of {size} bytes at byte {at} goes beyond the property list's objects")
        return self._data[at : at + size]

    def _length(self, at: int, low: int) -> tuple[int, int]:
        """(number of elements, where they start)."""
        if low != 0x0F:
            return low, at
        marker = self._take(at, 1)[0]
        if marker & 0xF0 != 0x10 or marker & 0x0F > 3:
            raise ValueError(f"a length of unknown form at byte {at} of the property list")
        size = 1 << (marker & 0x0F)
        return int.from_bytes(self._take(at + 1, size), "big"), at + 1 + size

    def _text_or_bytes(self, kind: int, at: int, low: int) -> str | bytes:
        length, at = self._length(at, low)
        stored = self._take(at, length * 2 if kind == 0x60 else length)
        if kind == 0x40:
            return stored
        if kind == 0x60:
            # A lone half of a surrogate pair is damage of one text, not of the list.
            return stored.decode("utf-16-be", "surrogatepass")
        return stored.decode(TEXTS[kind], "surrogateescape")

    def _read_container(self, number: int, kind: int, at: int, low: int) -> Sequence[int]:
        length, at = self._length(at, low)
        wide = self._ref_size
        stored = self._take(at, length * wide * (2 if kind == 0xD0 else 1))
        if wide == 1:
            held = list(stored)
        else:
            held = [int.from_bytes(stored[i : i + wide], "big") for i in range(0, len(stored), wide)]
        if held and max(held) >= self._count:
            raise ValueError(f"object {number} of the property list holds one that is not there")
        self._held[number] = held
        self._values[number] = {} if kind == 0xD0 else []
        return held

    def _fill(self) -> None:
        values = self._values
        for number, held in self._held.items():
            target = values[number]
            if isinstance(target, list):
                target.extend([values[other] for other in held])
                continue
            half = len(held) // 2
            for key, value in zip(held[:half], held[half:], strict=True):
                name = values[key]
                if not isinstance(name, str):
                    raise ValueError(f"object {number} of the property list has a key that is no text")  # noqa: TRY004
                target[name] = values[value]

    def objects(self) -> Objects:
        """What was read, and where it lies."""
        offsets = self._offsets()
        self._budget = 4 * len(self._data) + 4096
        spans = {number: (offsets[number], *self._span(offsets[number])) for number in self._values}
        shape = self._table, self._count, self._offset_size
        return Objects(self._data, self._top, self._values, self._held, spans, *shape)

    def _span(self, at: int) -> tuple[int, int]:
        """Where the object's own bytes start and end."""
        kind, low = self._data[at] & 0xF0, self._data[at] & 0x0F
        if kind in (0x00, 0x80):
            return at + 1, at + 1 + (low + 1 if kind else 0)
        if kind in (0x10, 0x20, 0x30):
            return at + 1, at + 1 + (1 << low)
        length, start = self._length(at + 1, low)
        width = {0x60: 2, 0xA0: self._ref_size, 0xC0: self._ref_size, 0xD0: 2 * self._ref_size}.get(kind, 1)
        return start, start + length * width

    def _measure(self) -> None:
        """Depth and size of the list written out in full, from the leaves up; raises ValueError for loops too."""
        sizes: dict[int, tuple[int, int]] = {}
        waiting = [(self._top, False)]
        open_now: set[int] = set()
        while waiting:
            number, done = waiting.pop()
            if done:
                open_now.discard(number)
                inner = [sizes[other] for other in self._held[number] if other in sizes]
                size = 1 + len(self._held[number]) + sum(part[0] for part in inner)
                depth = 1 + max((part[1] for part in inner), default=0)
                if size > MAX_VALUES or depth > MAX_DEPTH:
                    raise ValueError("a property list that spells out to too many values or levels")
                sizes[number] = size, depth
            elif number in open_now:
                raise ValueError(f"object {number} of the property list holds itself")
            elif number not in sizes:
                open_now.add(number)
                waiting.append((number, True))
                waiting.extend((other, False) for other in set(self._held[number]) if other in self._held)


def _date(seconds: float) -> datetime | float:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return seconds
