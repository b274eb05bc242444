"""Protocol buffers written in code, field by field."""

from __future__ import annotations


def message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """`message((1, 150), (2, "text"), (3, message(…)))`: numbers as varints (negative in ten bytes), else as is."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    """A number as it stands on the wire."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
