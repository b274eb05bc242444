"""Tags of XML that holds its values in attributes, piece by piece, with what a strict reader stops at.

Programs write character references that XML forbids (halves of surrogate pairs, control characters), and files break
off in the middle of a tag. Both are read here: a reference gives the character it names, and a tag that breaks off
comes out as far as it goes. Entities are never declared or expanded; text between tags is not read.

References:
- W3C, Extensible Markup Language (XML) 1.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final, Literal, NamedTuple

_PIECE: Final = 1 << 18
_LONGEST: Final = 256 << 20  # bytes of one tag
_NAME: Final = rb"[A-Za-z_\x80-\xff][\w:.\x80-\xff-]*+"
_VALUE: Final = rb"""(?:"[^"]*+"|'[^']*+')"""
# "(?>(?:...)*)" where "(?:...)*+" would say the same: of that, Python up to 3.11.4 finds the wrong end.
_PAIRS: Final = rb"((?>(?:\s*+%s\s*+=\s*+%s)*))" % (_NAME, _VALUE)
_TAG: Final = re.compile(rb"<(/?)(%s)%s\s*+(/?)>" % (_NAME, _PAIRS))
_BEGUN: Final = re.compile(rb"<(/?)(%s)%s\s*+" % (_NAME, _PAIRS))
_PAIR: Final = re.compile(rb"""(%s)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""" % _NAME)
# How a tag may end where the bytes end, so that more of them could complete it.
_OPEN_END: Final = re.compile(rb"""(?:/|(?:%s)?\s*+(?:=\s*+(?:"[^"]*+|'[^']*+)?)?)\Z""" % _NAME)
_CUT_PAIR: Final = re.compile(rb"""(%s)\s*+=\s*+["']([^"']*+)\Z""" % _NAME)
_SKIPPED: Final = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<![CDATA[", b"]]>"), (b"<!", b">"))
_REFERENCE: Final = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));")
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_LAST: Final = 0x10FFFF
_SHORT: Final = 40

Form = Literal["start", "end", "empty", "cut"]


class Tag(NamedTuple):
    """A tag: `values` in their stored form (see `unescaped`), `at` its first byte, `size` its bytes.

    A tag of the form "cut" broke off, or is no XML from some byte on: what stands before that byte is given.
    """

    name: str
    values: dict[str, bytes]
    form: Form
    at: int
    size: int


def tags(stream: BinaryIO) -> Iterator[Tag]:
    """Every tag in the stream, in stored order. Never raises for what the bytes are."""
    window = _Window(stream)
    while window.find(b"<"):
        if (ending := window.skipped()) is not None:
            window.pass_over(ending)
        elif (tag := window.tag()) is not None:
            yield tag


def unescaped(stored: bytes) -> str:
    """The text that a stored value stands for. Bytes that are no UTF-8 become surrogates (U+DC80 to U+DCFF)."""
    if len(stored) <= _SHORT:
        return _short(stored)
    return _unescaped(stored)


def _unescaped(stored: bytes) -> str:
    text = _decoded(stored)
    if "&" in text:
        text = _REFERENCE.sub(_character, text)
    # Two halves that were written one by one are one character.
    return text if text.isascii() else _HALVES.sub(_whole, text)


_short: Final = lru_cache(maxsize=8192)(_unescaped)  # numbers, names and codes come again and again


def _decoded(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        try:
            return stored.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return stored.decode("utf-8", "surrogateescape")


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if code <= _LAST else match[0]


def _whole(match: re.Match[str]) -> str:
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16")


class _Window:
    """The bytes at hand: `_at` is the place in them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self._before = 0  # bytes that have left the window
        self._ended = False

    def _more(self) -> bool:
        """Reads on, at least as much as is there from `_at`, so that long tags are looked at seldom."""
        if self._ended:
            return False
        data = self._stream.read(max(_PIECE, len(self._data) - self._at))
        self._ended = not data
        self._before += self._at
        self._data, self._at = self._data[self._at :] + data, 0
        return bool(data)

    def find(self, mark: bytes) -> bool:
        """Goes to the next `mark`; whether there is one."""
        while (found := self._data.find(mark, self._at)) < 0:
            # Its beginning may be the end of the window.
            self._at = max(self._at, len(self._data) - len(mark) + 1)
            if not self._more():
                self._at = len(self._data)
                return False
        self._at = found
        return True

    def skipped(self) -> bytes | None:
        """The end of what is no tag: a comment, an instruction, a declaration."""
        while len(self._data) - self._at < 9 and self._more():
            pass
        return next((end for start, end in _SKIPPED if self._data.startswith(start, self._at)), None)

    def pass_over(self, ending: bytes) -> None:
        """Goes behind the next `ending`, or to the end where there is none."""
        begun = self._data[self._at : self._at + 2]
        self._at += len(begun)
        if self.find(ending):
            self._at += len(ending)

    def tag(self) -> Tag | None:
        """The tag that begins here; None for a "<" that begins none."""
        while (match := _TAG.match(self._data, self._at)) is None:
            begun = _BEGUN.match(self._data, self._at)
            rest = begun.end() if begun else self._at + 1
            # `pos` instead of a slice: the rest may be very long.
            incomplete = _OPEN_END.match(self._data, rest) is not None
            if not incomplete or len(self._data) - self._at > _LONGEST or not self._more():
                return self._cut()
        form: Form = "end" if match[1] else "empty" if match[4] else "start"
        at, self._at = self._before + match.start(), match.end()
        return Tag(_name(match[2]), _values(match[3]), form, at, match.end() - match.start())

    def _cut(self) -> Tag | None:
        """A tag that is none to its end. Reading goes on at the next "<", which has no place within a tag."""
        start = self._at
        stop = self._data.find(b"<", start + 1)
        stop = len(self._data) if stop < 0 else stop
        begun = _BEGUN.match(self._data, start, stop)
        self._at = stop
        if begun is None or begun[1]:
            self._at = start + 1
            return None
        values = _values(begun[3])
        if last := _CUT_PAIR.match(self._data, begun.end(), stop):
            values[_name(last[1])] = last[2]
        return Tag(_name(begun[2]), values, "cut", self._before + start, stop - start)


@lru_cache(maxsize=1024)
def _name(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


def _values(stored: bytes) -> dict[str, bytes]:
    """Names and values, in whichever quotes those stand; one of them is always empty."""
    return {_name(name): double or single for name, double, single in _PAIR.findall(stored)}
