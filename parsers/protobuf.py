"""Protocol buffers as they stand on the wire, without a schema: fields by number, in stored order.

References:
- Protocol Buffers documentation, "Encoding" (wire types, varints, groups)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

_MOST_FIELDS: Final = 1_000_000
_LONGEST_VARINT: Final = 10
_SIGN, _WHOLE = 1 << 63, 1 << 64


class Field(NamedTuple):
    """One field: `value` is an int (varint, unsigned), or bytes (length-delimited; 8 or 4 of fixed width)."""

    number: int
    wire: int  # 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
    value: int | bytes

    def message(self) -> Fields | None:
        """What a length-delimited field holds, as a message; None where it is none."""
        return _message(self.value) if self.wire == 2 and isinstance(self.value, bytes) else None


class Fields:
    """The fields of one message by number. Missing ones are None or empty; of repeated single ones the last counts."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for what is no message, or is cut short."""
        self.all: dict[int, list[Field]] = {}
        for field in each_field(data):
            self.all.setdefault(field.number, []).append(field)

    def number(self, *path: int) -> int | None:
        """A varint, unsigned, at a path of field numbers."""
        found = self._last(path)
        return found.value if found is not None and isinstance(found.value, int) else None

    def signed(self, *path: int) -> int | None:
        """The same as int32 or int64."""
        value = self.number(*path)
        return value - _WHOLE if value is not None and value >= _SIGN else value

    def data(self, *path: int) -> bytes | None:
        """The bytes of a length-delimited field at a path of field numbers."""
        found = self._last(path)
        return found.value if found is not None and found.wire == 2 and isinstance(found.value, bytes) else None

    def text(self, *path: int) -> str | None:
        """The same as text; bytes that are no UTF-8 are replaced."""
        value = self.data(*path)
        return None if value is None else value.decode("utf-8", "replace")

    def double(self, *path: int) -> float | None:
        """A double or a float, by the width stored."""
        found = self._last(path)
        if found is None or not isinstance(found.value, bytes) or found.wire not in (1, 5):
            return None
        return float(struct.unpack("<d" if found.wire == 1 else "<f", found.value)[0])

    def fixed(self, *path: int) -> int | None:
        """A fixed64 or fixed32 as an unsigned integer."""
        found = self._last(path)
        known = found is not None and isinstance(found.value, bytes) and found.wire in (1, 5)
        return int.from_bytes(found.value, "little") if known and found and isinstance(found.value, bytes) else None

    def messages(self, *path: int) -> list[Fields]:
        """Each message of a repeated field; those that are none are left out. Parents are taken at their last."""
        return self.counted(*path)[0]

    def counted(self, *path: int) -> tuple[list[Fields], int]:
        """The same, and how many values of the field are no message."""
        stored = self._each(path)
        found = [message for field in stored if (message := field.message()) is not None]
        return found, len(stored) - len(found)

    def datas(self, *path: int) -> list[bytes]:
        """The bytes of each value of a repeated field."""
        return [field.value for field in self._each(path) if field.wire == 2 and isinstance(field.value, bytes)]

    def message(self, *path: int) -> Fields | None:
        """The message at a path of field numbers; None where there is none."""
        value = self.data(*path)
        return None if value is None else _message(value)

    def _each(self, path: tuple[int, ...]) -> list[Field]:
        holder = self.message(*path[:-1]) if len(path) > 1 else self
        return holder.all.get(path[-1], []) if holder is not None else []

    def _last(self, path: tuple[int, ...]) -> Field | None:
        found = self._each(path)
        return found[-1] if found else None


def _message(data: bytes) -> Fields | None:
    try:
        return Fields(data)
    except ValueError:
        return None


def each_field(data: bytes) -> Iterator[Field]:
    """The fields in stored order. Raises ValueError where the bytes are no message; the fields before it have come."""
    at, count = 0, 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        count += 1
        if not number or count > _MOST_FIELDS:
            raise ValueError(f"no protocol buffer: field {number} at byte {at}")
        if wire == 0:
            value, at = varint(data, at)
            yield Field(number, wire, value)
            continue
        if wire == 2:
            size, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(wire, -1)
        if size < 0 or at + size > len(data):
            raise ValueError(f"no protocol buffer: wire type {wire} or length at byte {at}")
        yield Field(number, wire, data[at : at + size])
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, where the next byte stands). Raises ValueError for one that does not end."""
    value = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value % _WHOLE, at + place + 1
    raise ValueError(f"no protocol buffer: a number that does not end at byte {at}")
