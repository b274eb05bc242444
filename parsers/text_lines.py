"""Lines of cards and calendars, whatever their ends and whether they are written in one byte a sign or in two."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

_HEAD: Final = 4096


def lines(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """The lines without their ends and the mark before the first; of UTF-16 as UTF-8. A line of more than `longest`
    bytes comes in pieces."""
    head = stream.read(_HEAD)
    stream.seek(0)
    if coding := _utf16(head):
        with io.TextIOWrapper(stream, coding, "replace", newline="\n") as text:
            while words := text.readline(longest):
                yield words.removeprefix("\ufeff").rstrip("\r\n").encode("utf-8", "surrogatepass")
    elif b"\r" in head and b"\n" not in head:  # as the Mac wrote until its tenth system
        with io.TextIOWrapper(stream, "latin-1", newline="\r") as text:
            for number, words in enumerate(iter(lambda: text.readline(longest), "")):
                line = words.encode("latin-1").rstrip(b"\r\n")
                yield line if number else line.removeprefix(codecs.BOM_UTF8)
    else:
        stream.seek(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0)
        while line := stream.readline(longest):
            yield line.rstrip(b"\r\n")


def _utf16(head: bytes) -> str:
    """The codec of UTF-16, with its mark or, as the first sign is a letter, without; "" for none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first, second = head[:1], head[1:2]
    return "utf-16-be" if first == b"\x00" and second else "utf-16-le" if first and second == b"\x00" else ""
