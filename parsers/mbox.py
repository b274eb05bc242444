"""A mailbox as one file: letters one behind the other, each begun by a line "From ….", of any size.

References:
- RFC 4155 (the application/mbox media type)
- Public descriptions of mboxo and mboxrd (">From " within a letter), and of what Thunderbird and Gmail write
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

LARGEST: Final = 128 << 20  # bytes of one letter; what follows is passed over, and `cut` says so
_PIECE: Final = 1 << 20
_AHEAD: Final = 4096  # what is looked at behind a line that may begin a letter
_LINE: Final = re.compile(rb"From (?P<rest>[^\r\n]*)(?:\r?\n|\Z)")
_DATED: Final = re.compile(rb"(?=.*\d:\d\d)(?=.*\d{4})")
_BARE: Final = re.compile(rb"-?[ \t]*\Z")
_HEADER: Final = re.compile(rb"(?:[!-9;-~]{1,80}[ \t]*:|>From )")
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


class Readable(Protocol):
    """What letters are read from."""

    def read(self, size: int, /) -> bytes:
        """That many bytes, fewer at the end."""


class Letter(NamedTuple):
    """`envelope` is the line "From …" without its first word, `data` the letter, `at` and `size` its bytes in all."""

    envelope: bytes
    data: bytes
    at: int
    size: int
    cut: bool


def looks_like(head: bytes) -> bool:
    """Whether the first bytes of a file begin a mailbox."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return _begins(start, 0) is not None


def letters(stream: Readable) -> Iterator[Letter]:
    """The letters, in stored order, with ">From " unquoted. Raises ValueError where no letter begins.

    What stands before the first of them is no letter.
    """
    window = _Window(stream)
    start = window.next_letter(0, 0)
    if start is None:
        raise ValueError("no line in it begins a letter")
    while start is not None:
        start = window.drop(start)
        following = window.next_letter(start, 5)
        yield window.letter(start, following)
        start = following


def _begins(data: bytes, at: int) -> int | None:
    """Where the letter goes on behind the line at `at` that begins one; None where it does not.

    A line counts that has a date and either stands behind a blank line or before a field; one that has none must stand
    between both, as Thunderbird writes it.
    """
    match = _LINE.match(data, at, at + _AHEAD)
    if match is None:
        return None
    blank = at == 0 or data[max(at - 2, 0) : at] == b"\n\n" or data[max(at - 3, 0) : at] == b"\n\r\n"
    field = _HEADER.match(data, match.end()) is not None
    if _DATED.match(match["rest"]):
        return match.end() if blank or field else None
    return match.end() if blank and field and _BARE.match(match["rest"]) else None


class _Window:
    """The bytes at hand, from the beginning of a letter on."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._data = b""
        self._before = 0  # bytes that have left the window
        self._passed_over = 0  # bytes within the letter that are not kept
        self._ended = False

    def _more(self) -> None:
        piece = self._stream.read(max(_PIECE, len(self._data)))
        self._ended = not piece
        self._data += piece

    def next_letter(self, start: int, skip: int) -> int | None:
        """Where the next letter begins, from `skip` bytes behind `start` on."""
        at = start + skip
        while True:
            found = self._data.find(b"From ", at)
            if found < 0 or found + _AHEAD > len(self._data):
                if not self._ended:
                    at = max(at, (len(self._data) if found < 0 else found) - 4)
                    at = self._shorten(start, at)
                    self._more()
                    continue
                if found < 0:
                    return None
            if (found == 0 or self._data[found - 1 : found] == b"\n") and _begins(self._data, found) is not None:
                return found
            at = found + 5

    def _shorten(self, start: int, at: int) -> int:
        """Lets go of what a letter has beyond LARGEST; a little before `at` is kept, to see what stands before it."""
        if at - start <= LARGEST + _AHEAD:
            return at
        gone = at - _AHEAD - start - LARGEST
        self._data = self._data[: start + LARGEST] + self._data[at - _AHEAD :]
        self._passed_over += gone
        return at - gone

    def drop(self, start: int) -> int:
        """Lets go of what stands before `start`, where that is much, and gives its new place."""
        self._before += self._passed_over
        self._passed_over = 0
        if start * 2 < len(self._data):
            return start
        self._before += start
        self._data = self._data[start:]
        return 0

    def letter(self, start: int, end: int | None) -> Letter:
        """The letter that begins at `start`."""
        whole = self._data[start:end]
        size = len(whole) + self._passed_over
        cut = len(whole) > LARGEST
        whole = whole[:LARGEST]
        match = _LINE.match(whole)
        envelope, body = (match["rest"], whole[match.end() :]) if match else (b"", whole)
        if b">From " in body:
            body = _QUOTED.sub(rb"\1", body)
        return Letter(envelope, body, self._before + start, size, cut)
