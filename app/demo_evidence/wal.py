"""A write-ahead log with given contents. SQLite itself would put random salts into it, and no two would be equal.

References: "WAL-mode File Format", sqlite.org/walformat.html; "Database File Format", sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from typing import Final

_MAGIC_BIG_ENDIAN: Final = 0x377F0683
_VERSION: Final = 3007000
_SALTS: Final = (0x41535341, 0x59444D4F)


def in_wal_mode(database: bytes) -> bytes:
    """The same database with both format numbers set to 2, so that SQLite looks for a log beside it."""
    return database[:18] + b"\x02\x02" + database[20:]


def write_ahead_log(before: bytes, after: bytes, page_size: int) -> bytes:
    """The log that turns the database `before` into `after`: one transaction of the pages that differ."""
    header = struct.pack(">6I", _MAGIC_BIG_ENDIAN, _VERSION, page_size, 0, *_SALTS)
    sums = _checksum(header, (0, 0))
    parts = [header, struct.pack(">2I", *sums)]
    count = len(after) // page_size
    changed = [
        number
        for number in range(count)
        if before[number * page_size : (number + 1) * page_size] != after[number * page_size : (number + 1) * page_size]
    ]
    for number in changed:
        page = after[number * page_size : (number + 1) * page_size]
        start = struct.pack(">2I", number + 1, count if number == changed[-1] else 0)
        sums = _checksum(start + page, sums)
        parts += [start, struct.pack(">4I", *_SALTS, *sums), page]
    return b"".join(parts)


def _checksum(data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    for even, odd in struct.iter_unpack(">2I", data):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
