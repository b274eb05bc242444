"""What Samsung's camera and gallery put behind a picture: named blocks, and a directory that ends the file.

Each block is two zero bytes, its type, the length of its name, the name, its data. The directory "SEFH" has a version,
a count, and for each block its type, its distance before the directory, and its length; behind it stand the length of
the directory and "SEFT". All numbers are little-endian. In HEIC the same lies in the box sefd at the end of the file.

References: ExifTool (public source): lib/Image/ExifTool/Samsung.pm (the trailer)
"""

from __future__ import annotations

from typing import BinaryIO, Final, NamedTuple

from parsers.boxes import size_of

_END: Final = b"SEFT"
_START: Final = b"SEFH"
_MOST_BLOCKS: Final = 256
_LONGEST_NAME: Final = 256
_LONGEST_VALUE: Final = 64  # bytes; longer ones are pictures, films and settings


class SamsungBlock(NamedTuple):
    """`name` as stored; `value` its text where it is short and printable, else ""."""

    name: str
    value: str


def samsung_blocks(stream: BinaryIO) -> tuple[SamsungBlock, ...]:
    """The blocks in the order of the directory; none of a file that does not end with it. Never raises for damage."""
    end = size_of(stream)
    if end < 20:
        return ()
    stream.seek(end - 8)
    tail = stream.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _END or not 12 <= length <= 12 + 12 * _MOST_BLOCKS or length + 8 > end:
        return ()
    start = end - 8 - length
    stream.seek(start)
    directory = stream.read(length)
    if directory[:4] != _START:
        return ()
    count = min(int.from_bytes(directory[8:12], "little"), (length - 12) // 12)
    entries = (directory[12 + 12 * number : 24 + 12 * number] for number in range(count))
    found = (_block(stream, start, entry) for entry in entries)
    return tuple(block for block in found if block is not None)


def _block(stream: BinaryIO, start: int, entry: bytes) -> SamsungBlock | None:
    before, size = int.from_bytes(entry[4:8], "little"), int.from_bytes(entry[8:12], "little")
    if not 8 <= size <= before <= start:
        return None
    stream.seek(start - before)
    head = stream.read(min(size, 8 + _LONGEST_NAME + _LONGEST_VALUE))
    named = 8 + int.from_bytes(head[4:8], "little")
    if not 8 < named <= min(size, 8 + _LONGEST_NAME):
        return None
    name = head[8:named].rstrip(b"\x00").decode("utf-8", "replace")
    stored = head[named:size].rstrip(b"\x00") if size - named <= _LONGEST_VALUE else b""
    text = stored.decode("ascii", "replace").strip()
    return SamsungBlock(name, text if text.isprintable() and "\ufffd" not in text else "")
