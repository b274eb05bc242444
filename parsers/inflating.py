"""Chunks of zlib data, each at most as long as a chunk is, unpacked at the best speed to be had.

References:
- RFC 1950; the documentation of cramjam (`decompress_into`: as long as its room at most, checksum compared)
"""

from __future__ import annotations

import zlib

import cramjam


def inflate_chunk(stored: bytes | memoryview, most: int, length: int) -> bytes | memoryview:
    """The first `length` bytes of a chunk, which unpacks to `length` at least and `most` at most (0: all of it).

    Raises ValueError with what is wrong, in a few words.
    """
    room = bytearray(most)
    try:
        written = cramjam.zlib.decompress_into(stored, room)
    except cramjam.DecompressionError:
        return _slowly(stored, most, length)
    if written < length:
        raise ValueError("stored bytes are missing")
    return memoryview(room)[: length or written]


def _slowly(stored: bytes | memoryview, most: int, length: int) -> bytes:
    """With the standard library, which says what is wrong, and reads what the other is too strict for."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(stored, most)
        # The end of the stream carries its checksum and is looked at only when more is asked for.
        more = b"" if inflater.eof else inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise ValueError("cannot be inflated") from error
    if more:
        raise ValueError("inflates to more than a chunk")
    if not inflater.eof or len(data) < length:
        raise ValueError("stored bytes are missing")
    return data[:length] if length else data
