"""Bodies and tables of Apple Notes, made in code."""

from __future__ import annotations

import gzip


def field(number: int, value: int | bytes | str) -> bytes:
    """One field on the wire: numbers as varints, the rest by length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode("utf-8") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def run(text: str, *, done: bool | None = None, embedded: tuple[str, str] | None = None, link: str = "") -> bytes:
    """A run of a body, as long as `text`."""
    data = field(1, len(text.encode("utf-16-le")) // 2)
    if done is not None:
        data += field(2, field(1, 103) + field(5, field(1, b"u" * 16) + field(2, int(done))))
    if link:
        data += field(9, link)
    if embedded:
        data += field(12, field(1, embedded[0]) + field(2, embedded[1]))
    return field(5, data)


def body(text: str, *runs: bytes) -> bytes:
    """ZICNOTEDATA.ZDATA."""
    note = field(2, text) + b"".join(runs)
    return gzip.compress(field(1, 0) + field(2, field(1, 0) + field(2, 0) + field(3, note)), mtime=0)


def table(cells: list[list[str]]) -> bytes:
    """ZMERGEABLEDATA1 of a table."""
    keys = ["crRows", "crColumns", "cellColumns", "UUIDIndex"]
    height, width = len(cells), len(cells[0])
    uuids = [bytes([number]) * 16 for number in range(1, 1 + height + width)]
    entries: list[bytes] = []

    def add(entry: bytes) -> int:
        entries.append(entry)
        return len(entries) - 1

    def obj(place: int) -> bytes:
        return field(6, place)

    def pair(first: int, second: int) -> bytes:
        return field(1, field(1, obj(first)) + field(2, obj(second)))

    add(b"")  # the table itself, below
    names = [add(field(13, field(1, 1) + field(3, field(1, 3) + field(2, field(2, n))))) for n in range(len(uuids))]

    def ordered(first: int, last: int) -> int:
        array = field(1, field(2, "")) + b"".join(
            field(2, field(1, n - first) + field(2, uuids[n])) for n in range(first, last)
        )
        contents = b"".join(pair(names[n], names[n]) for n in range(first, last))
        return add(field(16, field(1, field(1, array) + field(2, contents)) + field(2, b"")))

    rows, columns = ordered(0, height), ordered(height, height + width)
    by_column = []
    for x in range(width):
        notes = [add(field(10, field(2, cells[y][x]))) for y in range(height)]
        below = add(field(6, b"".join(pair(names[y], notes[y]) for y in range(height))))
        by_column.append(pair(names[height + x], below))
    places = [rows, columns, add(field(6, b"".join(by_column)))]
    entries[0] = field(
        13, field(1, 0) + b"".join(field(3, field(1, n) + field(2, obj(place))) for n, place in enumerate(places))
    )
    stored = b"".join(
        [
            *(field(3, entry) for entry in entries),
            *(field(4, key) for key in keys),
            *(field(5, kind) for kind in ("com.apple.notes.ICTable", "com.apple.CRDT.NSUUID")),
            *(field(6, uuid) for uuid in uuids),
        ]
    )
    return gzip.compress(field(2, field(2, 1) + field(3, stored)), mtime=0)
