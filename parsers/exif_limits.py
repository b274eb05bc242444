"""How much work a TIFF block asks of whoever reads it, found by walking its directories without reading their values.

A hostile block of a few kilobytes can make a library read the same bytes for hours: directories that overlap, thousands
of pointers to one directory, texts of gigabytes. What asks for more than any camera writes is refused.

References: TIFF 6.0 section 2; CIPA DC-008 section 4.6.3 (the pointers to the Exif, GPS and interoperability tags).
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, Final, NamedTuple

POINTERS: Final = {0x8769: "EXIF", 0x8825: "GPS", 0xA005: "Interoperability"}
_MOST_VISITS: Final = 2048
_MOST_ENTRIES: Final = 20_000
_MOST_VALUES: Final = 100_000
_MOST_BYTES: Final = 16 << 20
_TYPE_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_WHOLE_NUMBERS: Final = frozenset((1, 3, 4, 6, 7, 8, 9, 13))
# exifread leaves out longer lists, Pillow does not; texts are read in full by both.
_LONG_LIST: Final = 1000


class _Directory(NamedTuple):
    claimed: int
    values: int
    bytes_: int
    targets: tuple[int, ...]
    after: int


def measure(block: BinaryIO) -> int:
    """How many entries the block claims to have, over all directories and as often as a reader would come by.

    Raises ValueError where there is no TIFF header, and where reading the block would take too long or too much memory.
    """
    block.seek(0)
    head = block.read(8)
    if head[:4] not in (b"II*\x00", b"MM\x00*") or len(head) < 8:
        raise ValueError("the Exif block has no TIFF header")
    order = "<" if head[:1] == b"I" else ">"
    end = block.seek(0, io.SEEK_END)
    waiting, known = [struct.unpack(order + "I", head[4:])[0]], {0: _Directory(0, 0, 0, (), 0)}
    visits = entries = values = size = 0
    while waiting:
        place = waiting.pop()
        if place + 2 > end:
            continue
        if place not in known:
            known[place] = _walk(block, place, order, end)
            waiting += (*known[place].targets, known[place].after)
        here = known[place]
        visits, entries = visits + 1, entries + here.claimed
        values, size = values + here.values, size + here.bytes_
        if visits > _MOST_VISITS or entries > _MOST_ENTRIES or values > _MOST_VALUES or size > _MOST_BYTES:
            raise ValueError("the Exif block claims more than any camera writes; it was not read")
    return entries


def _walk(block: BinaryIO, place: int, order: str, end: int) -> _Directory:
    block.seek(place)
    claimed: int = struct.unpack(order + "H", block.read(2))[0]
    data = block.read(12 * claimed + 4)
    values = size = 0
    targets = []
    for number in range(min(claimed, len(data) // 12)):
        tag, kind, count = struct.unpack_from(order + "HHI", data, 12 * number)
        if kind not in _TYPE_BYTES:
            continue
        values += count if count < _LONG_LIST and kind != 2 else 0
        size += min(count * _TYPE_BYTES[kind], end)
        if tag in POINTERS:
            targets.append(_target(block, data[12 * number + 8 : 12 * number + 12], kind, count, order))
    complete = len(data) == 12 * claimed + 4
    after: int = struct.unpack(order + "I", data[-4:])[0] if complete else 0
    return _Directory(claimed, values, size, tuple(targets), after)


def _target(block: BinaryIO, inline: bytes, kind: int, count: int, order: str) -> int:
    """Where a pointer leads: its first value, which stands elsewhere where there are several. 0 for nowhere."""
    width = _TYPE_BYTES[kind]
    if kind not in _WHOLE_NUMBERS or count == 0:
        return 0
    stored = inline
    if count * width > 4:
        block.seek(struct.unpack(order + "I", inline)[0])
        stored = block.read(width)
    return int.from_bytes(stored[:width], "little" if order == "<" else "big")
