"""The frames of a Signal backup of version 2 that is not encrypted: in protocol buffers, or as JSON a line each.

Both come out in the form of JSON: names of fields as keys, numbers as int (or as digits, in JSON), bytes in base64,
enumerations by name, what is unset not there.

References:
- libsignal (public source): rust/message-backup (frames are preceded by their length); Protocol Buffers, "ProtoJSON"
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from parsers.protobuf import each_field, varint
from parsers.signal_schema import SCHEMA

Frame = dict[str, Any]
_LONGEST: Final = 64 << 20
_PIECE: Final = 1 << 20
_DEEPEST: Final = 24
_LONGEST_VARINT: Final = 10


def read_info(head: bytes) -> Frame:
    """What the backup says of itself, from its first bytes. Raises ValueError for what is none."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"{":
        line = start.partition(b"\n")[0]
        info = json.loads(line) if len(line) < len(head) else None
    else:
        size, at = varint(head, 0)
        if not 2 <= size <= 2048 or at + size > len(head):
            raise ValueError("not a backup of Signal")
        info = decode(head[at : at + size], "BackupInfo")
    if not isinstance(info, dict) or "version" not in info or "backupTimeMs" not in info:
        raise ValueError("not a backup of Signal")
    return info


def frames(stream: BinaryIO) -> Iterator[tuple[int, Frame | str]]:
    """(number from 1 on, frame), the info at the beginning left out; in place of one that is none, what is wrong.

    Raises ValueError where the frames break off.
    """
    start = stream.read(64)
    stream.seek(0)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        yield from _lines(stream)
    else:
        yield from _delimited(stream)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, Frame | str]]:
    number = -1
    while line := stream.readline(_LONGEST + 1):
        if len(line) > _LONGEST:
            raise ValueError(f"line {number + 2} is too long")
        if not line.strip():
            continue
        number += 1
        if number == 0:
            continue
        try:
            found = json.loads(line.decode("utf-8-sig", "surrogateescape"), strict=False)
        except (ValueError, RecursionError) as error:
            yield number, f"no JSON: {error}"
            continue
        yield number, found if isinstance(found, dict) else "no object"


def _delimited(stream: BinaryIO) -> Iterator[tuple[int, Frame | str]]:
    buffer, number = b"", -1
    while True:
        if len(buffer) < _LONGEST_VARINT:
            buffer += stream.read(_PIECE)
        if not buffer:
            return
        size, at = varint(buffer, 0)
        if size > _LONGEST:
            raise ValueError(f"frame {number + 1} is too long")
        while len(buffer) < at + size and (more := stream.read(max(_PIECE, at + size - len(buffer)))):
            buffer += more
        if len(buffer) < at + size:
            raise ValueError(f"frame {number + 1} breaks off")
        number += 1
        if number:
            try:
                yield number, decode(buffer[at : at + size], "Frame")
            except ValueError as error:
                yield number, str(error)
        buffer = buffer[at + size :]


def decode(data: bytes, message: str, depth: int = 0) -> Frame:
    """A message in the form of JSON; fields that the schema does not have are left out. Raises ValueError."""
    if depth > _DEEPEST:
        raise ValueError("messages are nested too deeply")
    schema = SCHEMA[message]
    found: Frame = {}
    for number, wire, value in each_field(data):
        kind = schema.get(number)
        if kind is None:
            continue
        values = _values(kind.kind, wire, value)
        for one in values:
            made = _value(kind.kind, kind.names, one, depth)
            if made is None:
                continue
            if kind.many:
                found.setdefault(kind.name, []).append(made)
            else:
                found[kind.name] = made
    return found


def _values(kind: str, wire: int, value: int | bytes) -> list[int | bytes]:
    """The values of a field: numbers that come several times may be packed into one."""
    if kind != "u" or wire != 2 or not isinstance(value, bytes):
        return [value]
    found: list[int | bytes] = []
    at = 0
    while at < len(value):
        number, at = varint(value, at)
        found.append(number)
    return found


def _value(kind: str, names: tuple[str, ...], value: int | bytes, depth: int) -> Any:
    if isinstance(value, int):
        if names:
            return names[value] if value < len(names) else value
        return bool(value) if kind == "b" else value if kind == "u" else None
    if kind == "s":
        return value.decode("utf-8", "surrogateescape")
    if kind == "x":
        return base64.b64encode(value).decode()
    return decode(value, kind, depth + 1) if kind in SCHEMA else None
