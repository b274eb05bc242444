"""How the chunks of AFF4 streams are packed: zlib, bare deflate, snappy, LZ4 or not at all.

References:
- "AFF4 Standard v1.0a", section "Compression"
- Google, "Snappy compressed format description"; LZ4, "Block format description"; RFC 1950, RFC 1951
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import cramjam

from parsers.inflating import inflate_chunk


def unpacker(method: str) -> Callable[[bytes, int], bytes | memoryview]:
    """What unpacks a chunk of a method named by its URI; it raises ValueError. Raises ValueError where none does."""
    name = method.lower()
    if "rfc1951" in name or "deflate" in name:
        return lambda data, most: _inflate(data, most, (-15, 15))
    if "rfc1950" in name or "zlib" in name:
        return _unzlib
    if "snappy" in name:
        return _unsnappy
    if "lz4" in name:
        return _unlz4
    if not method or "nullcompressor" in name or "stored" in name:
        return _stored_only
    raise ValueError(f"chunks packed by {method[:80]} are not read")


def _stored_only(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise ValueError("more than a chunk is stored")
    return data


def _unzlib(data: bytes, most: int) -> bytes | memoryview:
    try:
        return inflate_chunk(data, most, 0)
    except ValueError:
        return _inflate(data, most, (-15, 15))


def _inflate(data: bytes, most: int, windows: tuple[int, int]) -> bytes:
    """Writers differ on whether a zlib head belongs to it: the first that works is right."""
    for window in windows:
        inflater = zlib.decompressobj(window)
        try:
            found = inflater.decompress(data, most)
            # The end carries the checksum of zlib, and is looked at only when more is asked for.
            more = b"" if inflater.eof else inflater.decompress(inflater.unconsumed_tail, 1)
        except zlib.error:
            continue
        if inflater.eof and not more:
            return found
    raise ValueError("cannot be inflated")


def _unsnappy(data: bytes, most: int) -> bytes:
    size, shift = 0, 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > most:
        raise ValueError("unpacks to more than a chunk")
    try:
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError as error:
        raise ValueError("cannot be unpacked (snappy)") from error


def _unlz4(data: bytes, most: int) -> bytes:
    """A bare block, or one behind four bytes with its size."""
    sized = len(data) > 4 and 0 < int.from_bytes(data[:4], "little") <= most
    for block in (data[4:], data) if sized else (data,):
        room = bytearray(most)
        try:
            written = cramjam.lz4.decompress_block_into(block, room, most)
        except cramjam.DecompressionError:
            continue
        if block is data or written == int.from_bytes(data[:4], "little"):
            return bytes(room[:written])
    raise ValueError("cannot be unpacked (LZ4)")
