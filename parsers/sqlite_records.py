"""One record of an SQLite database: variable-length integers, serial types, values.

Nothing here reads a file: bytes in, plain values out. See `sqlite_pages` for the pages that records stand in.

References:
- https://www.sqlite.org/fileformat2.html (record format, b-tree cells, overflow pages)
"""

from __future__ import annotations

import re
import struct
from typing import Any, Final
from unicodedata import category

_MOST_COLUMNS: Final = 32767
_LOOKED_AT: Final = 500
_CODECS: Final = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_FIXED: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
_CLASSES: Final = ("n", "i", "i", "i", "i", "i", "i", "r", "i", "i")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, where the next byte stands). Raises ValueError where the bytes end before the integer does."""
    value = 0
    for place in range(at, min(at + 8, len(data))):
        byte = data[place]
        value = value << 7 | (byte & 0x7F)
        if byte < 0x80:
            return value, place + 1
    if at + 9 > len(data):
        raise ValueError("an integer runs over the end of its bytes")
    value = value << 8 | data[at + 8]
    return (value - (1 << 64) if value >> 63 else value), at + 9


def varint_bytes(value: int) -> bytes:
    """A value from 0 to 2**56 - 1 as SQLite writes it."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def length_of(serial: int) -> int:
    """How many bytes the value of a serial type takes. Raises ValueError for the two types that do not exist."""
    if serial >= 12:
        return (serial - 12) // 2
    if serial > 9 or serial < 0:
        raise ValueError(f"no serial type: {serial}")
    return _FIXED[serial]


def class_of(serial: int) -> str:
    """ "n", "i", "r", "t" or "b": NULL, whole number, real number, text, bytes."""
    if serial >= 12:
        return "t" if serial & 1 else "b"
    return _CLASSES[serial]


def serials(data: bytes, at: int, end: int, most: int = _MOST_COLUMNS) -> list[int]:
    """The serial types from `at` to exactly `end`. Raises ValueError where they do not end there or do not exist."""
    found: list[int] = []
    while at < end:
        serial = data[at] if at < len(data) else 0x80
        if serial < 0x80:
            at += 1
        else:
            serial, at = varint(data, at)
        if serial in (10, 11) or serial < 0 or len(found) >= most:
            raise ValueError("no record: a serial type does not exist")
        found.append(serial)
    if at != end:
        raise ValueError("no record: its header has another length than it says")
    return found


def some_serials(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Exactly `count` serial types from `at` on, and where the byte after them stands. Raises ValueError."""
    found: list[int] = []
    for _ in range(count):
        serial, at = varint(data, at)
        if serial in (10, 11) or serial < 0:
            raise ValueError("no record: a serial type does not exist")
        found.append(serial)
    return found, at


def local_size(payload: int, usable: int, in_table: bool) -> int:
    """How much of a payload stands in the cell itself; what is more stands in overflow pages."""
    most = usable - 35 if in_table else (usable - 12) * 64 // 255 - 23
    if payload <= most:
        return payload
    least = (usable - 12) * 32 // 255 - 23
    kept = least + (payload - least) % (usable - 4)
    return kept if kept <= most else least


def value_of(serial: int, data: bytes, encoding: int) -> Any:
    """The value of a serial type; `data` is exactly its bytes. Text that cannot be decoded shows its bytes as \\xNN."""
    if serial >= 12:
        if not serial & 1:
            return data
        try:
            return data.decode(_CODECS[encoding])
        except UnicodeDecodeError:
            return data.decode(_CODECS[encoding], "backslashreplace")
    if serial == 7:
        return struct.unpack(">d", data)[0]
    if serial in (0, 8, 9):
        return (None, 0, 1)[max(0, serial - 7)]
    return int.from_bytes(data, "big", signed=True)


def readable_text(data: bytes, encoding: int) -> bool:
    """Whether bytes are text as people write it: valid in the encoding and without control characters."""
    try:
        text = data.decode(_CODECS[encoding])
    except UnicodeDecodeError:
        return False
    if _CONTROL.search(text):
        return False
    # Beyond U+FFFF characters are still being assigned; what is open below stays so.
    return text.isascii() or not any(one < "\U00010000" and category(one) in ("Cn", "Co") for one in text[:_LOOKED_AT])
