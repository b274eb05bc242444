"""The small picture that a camera puts into the Exif block, beside the picture itself.

References: CIPA DC-008 (4.5.8, thumbnail data), TIFF 6.0 (JPEGInterchangeFormat).
"""

from __future__ import annotations

from typing import Final, Literal

_PLACE, _LENGTH = 0x0201, 0x0202
_MOST: Final = 1 << 20
_MOST_ENTRIES: Final = 512


def thumbnail_of(block: bytes) -> bytes | None:
    """The JPEG thumbnail of an Exif block (from its TIFF header on); None where it has none that can be had."""
    if block[:2] not in (b"II", b"MM"):
        return None
    order: Literal["little", "big"] = "little" if block[:2] == b"II" else "big"

    def number(at: int, width: int) -> int:
        return int.from_bytes(block[at : at + width], order)

    first = number(4, 4)
    second = number(first + 2 + 12 * number(first, 2), 4)
    if not 8 <= second < len(block):
        return None
    found: dict[int, int] = {}
    for entry in range(min(number(second, 2), _MOST_ENTRIES)):
        at = second + 2 + 12 * entry
        found[number(at, 2)] = number(at + 8, 4)
    place, length = found.get(_PLACE, 0), found.get(_LENGTH, 0)
    data = block[place : place + length]
    return data if place and 0 < length <= _MOST and data.startswith(b"\xff\xd8") else None
