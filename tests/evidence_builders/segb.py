"""SEGB files, in which Apple's systems keep their Biome streams, written in code."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from tests.evidence_builders.protobuf import message, varint

AT = 794050300.5  # seconds since 2001


@dataclass(frozen=True)
class Made:
    """One entry; a `crc` other than that of the payload where it is to be wrong."""

    payload: bytes
    state: int = 1
    time: float = AT
    second_time: float = AT
    crc: int | None = None

    @property
    def sum(self) -> int:
        return zlib.crc32(self.payload) if self.crc is None else self.crc


def segb1(*entries: Made, end: int | None = None) -> bytes:
    """Version 1: entries one after another, each at a multiple of 8; `end` is where the header says that they end."""
    body = bytearray()
    for one in entries:
        body += struct.pack("<iiddIi", len(one.payload), one.state, one.time, one.second_time, one.sum, 0)
        body += one.payload + bytes(-len(one.payload) % 8)
    stop = 56 + len(body) if end is None else end
    return struct.pack("<I", stop) + bytes(48) + b"SEGB" + bytes(body)


def segb2(*entries: Made, count: int | None = None) -> bytes:
    """Version 2: entries, each at a multiple of 4, and a trailer that says where each ends."""
    body, trailer = bytearray(), b""
    for one in entries:
        body += bytes(-len(body) % 4) + struct.pack("<Ii", one.sum, 1) + one.payload
        trailer += struct.pack("<iid", len(body), one.state, one.time)
    body += bytes(-len(body) % 4)
    told = len(entries) if count is None else count
    return b"SEGB" + struct.pack("<id", told, AT) + bytes(16) + bytes(body) + trailer


def double(number: int, value: float) -> bytes:
    """A field of a protocol buffer that holds a floating point number of eight bytes."""
    return varint(number << 3 | 1) + struct.pack("<d", value)


def dk_event(stream: str, value: bytes, *more: bytes, first: float = 794050200, last: float = 794050260) -> bytes:
    """An event in the layout of knowledgeC.db: `value` is one field of its value, `more` are further fields."""
    parts = (
        message((1, message((1, stream)))),
        double(2, first),
        double(3, last),
        message((4, message((1, message((1, 0), (2, 0)))) + value), (5, "E-1")),
        *more,
        double(8, AT),
        message((10, 3600)),
    )
    return b"".join(parts)


def metadata(text: str, number: int = 12, key: str = "") -> bytes:
    """One piece of metadata of an event that is a text."""
    return message((7, message((1, key), (2, message((1, message((1, 0))), (3, text))), (3, number))))
