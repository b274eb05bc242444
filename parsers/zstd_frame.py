"""One zstd frame with something behind it, where only the size that it unpacks to is known.

References: RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type", sections 3.1.1.1 and 3.1.1.2.
"""

from __future__ import annotations

from typing import Final

import cramjam

MAGIC: Final = b"\x28\xb5\x2f\xfd"


def frame_size(data: bytes) -> int:
    """How many bytes the frame at the start of `data` takes. Raises ValueError where it does not end in it."""
    if data[:4] != MAGIC or len(data) < 6:
        raise ValueError("a compressed cluster is no zstd frame")
    descriptor = data[4]
    single = descriptor >> 5 & 1
    content = (single, 2, 4, 8)[descriptor >> 6]
    at = 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + content
    last = False
    while not last:
        head = int.from_bytes(data[at : at + 3], "little")
        kind, size = head >> 1 & 3, head >> 3
        at += 3 + (1 if kind == 1 else size)
        if kind == 3 or at > len(data):
            raise ValueError("a compressed cluster is damaged (its zstd frame does not end)")
        last = bool(head & 1)
    return at + 4 * (descriptor >> 2 & 1)


def unpack_frame(data: bytes, size: int) -> bytes:
    """Exactly `size` bytes out of the frame at the start of `data`. Raises ValueError."""
    found = bytearray(size)
    try:
        count = cramjam.zstd.decompress_into(data[: frame_size(data)], found)
    except cramjam.DecompressionError as error:
        raise ValueError(f"a compressed cluster is damaged ({str(error)[:80]})") from error
    if count != size:
        raise ValueError(f"a compressed cluster gives {count} of {size} bytes")
    return bytes(found)
