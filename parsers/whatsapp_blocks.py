"""The text of a chat export as blocks of whole lines, with memory bounded whatever the file holds."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

BLOCK_BYTES = 1 << 20
LINE_LIMIT = 16 * 1024 * 1024  # characters: a message of 10 MB passes, a "line" of 100 MB is cut


class Block(NamedTuple):
    """Whole lines, without the last line's end. `cut` characters were dropped from the end of the first line;
    `invalid` says that bytes of this block were no valid text and stand as \\xNN."""

    text: str
    cut: int
    invalid: bool


def encoding_of(head: bytes) -> str:
    """The codec by the byte order mark; UTF-8 where there is none, which is what the app writes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def text_blocks(stream: BinaryIO) -> Iterator[Block]:
    """Reads `stream` to its end. Lines end at LF only; a CR before it stays for the caller."""
    parts: list[str] = []
    held = cut = 0
    bad = False
    for text, invalid in _decoded(stream):
        bad = bad or invalid
        first, newline, rest = text.partition("\n")
        fits = max(0, LINE_LIMIT - held)
        parts.append(first[:fits])
        held += min(len(first), fits)
        cut += max(0, len(first) - fits)
        if not newline:
            continue
        whole, newline, tail = rest.rpartition("\n")
        lines = "".join(parts) + newline + whole
        yield Block(lines, cut, bad)
        parts, held, cut, bad = [tail], len(tail), 0, invalid
    if held:
        yield Block("".join(parts), cut, bad)


def _decoded(stream: BinaryIO) -> Iterator[tuple[str, bool]]:
    """(text, whether bytes had to be written as \\xNN) of each block read."""
    block = stream.read(BLOCK_BYTES)
    codec = codecs.getincrementaldecoder(encoding_of(block))
    strict, lenient = codec("strict"), codec("backslashreplace")
    while True:
        state = strict.getstate()
        try:
            text, invalid = strict.decode(block, final=not block), False
        except UnicodeDecodeError:
            lenient.setstate(state)
            text, invalid = lenient.decode(block, final=not block), True
            strict.setstate(lenient.getstate())
        if text:
            yield text, invalid
        if not block:
            return
        block = stream.read(BLOCK_BYTES)
