"""Apple Data Compression, as old disk images use it.

References: "Modi (Mac OS disk image types)", libyal/libmodi documentation; the format's three sorts of runs.
"""

from __future__ import annotations


def unpack_adc(data: bytes, size: int) -> bytes:
    """Up to `size` bytes. Raises ValueError where a run reaches before the start."""
    found = bytearray()
    at = 0
    while at < len(data) and len(found) < size:
        code = data[at]
        if code & 0x80:
            length = (code & 0x7F) + 1
            found += data[at + 1 : at + 1 + length]
            at += 1 + length
            continue
        long = bool(code & 0x40)
        head = data[at : at + (3 if long else 2)]
        if len(head) < (3 if long else 2):
            raise ValueError("a run of ADC is cut")
        length = (code & 0x3F) + 4 if long else (code >> 2 & 0xF) + 3
        back = (head[1] << 8 | head[2] if long else (code & 3) << 8 | head[1]) + 1
        if back > len(found):
            raise ValueError("a run of ADC reaches before its start")
        for _ in range(-(-length // back)):  # a run may overlap what it writes: it repeats then
            piece = found[len(found) - back :][: min(back, length)]
            found += piece
            length -= len(piece)
        at += len(head)
    return bytes(found[:size])
