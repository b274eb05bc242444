"""The identifiers that an iPhone's camera puts into the maker's note of a picture's Exif block.

The note begins with "Apple iOS", a version and "MM"; behind it stands a directory as in TIFF, big-endian, whose places
count from the start of the note.

References: ExifTool (public source): lib/Image/ExifTool/Apple.pm (numbers and meanings of the tags)
"""

from __future__ import annotations

from typing import Final

_START: Final = b"Apple iOS\x00\x00\x01MM"
_MOST_ENTRIES: Final = 256
_LONGEST: Final = 200
_TEXT, _LONG, _SIGNED = 2, 4, 9
# The identifier of the content is the same in the film of a live photo; that of the burst in all of its pictures.
_TEXTS: Final = {
    0x000B: "burst identifier",
    0x0011: "content identifier",
    0x0015: "picture identifier",
    0x002B: "photo identifier",
}
_NUMBERS: Final = {0x0014: "capture type", 0x002E: "camera type"}


def apple_note(block: bytes) -> tuple[tuple[str, str], ...]:
    """(name, value as stored) of the tags that are known, in stored order; none where there is no such note."""
    start = block.find(_START)
    if start < 0:
        return ()
    note = block[start:]
    count = min(int.from_bytes(note[14:16], "big"), _MOST_ENTRIES)
    entries = (note[16 + 12 * number : 28 + 12 * number] for number in range(count))
    return tuple(found for entry in entries if len(entry) == 12 and (found := _value(note, entry)) is not None)


def _value(note: bytes, entry: bytes) -> tuple[str, str] | None:
    tag, kind = int.from_bytes(entry[:2], "big"), int.from_bytes(entry[2:4], "big")
    length, stored = int.from_bytes(entry[4:8], "big"), entry[8:]
    if tag in _NUMBERS and kind in (_LONG, _SIGNED) and length == 1:
        return _NUMBERS[tag], str(int.from_bytes(stored, "big", signed=kind == _SIGNED))
    if tag not in _TEXTS or kind != _TEXT or not 1 < length <= _LONGEST:
        return None
    place = int.from_bytes(stored, "big")
    data = stored[:length] if length <= 4 else note[place : place + length]
    text = data.rstrip(b"\x00").decode("ascii", "replace").strip()
    return (_TEXTS[tag], text) if text and text.isprintable() and "\ufffd" not in text else None
