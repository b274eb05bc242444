"""JSON of any size, piece by piece: the containers that a caller asks for are entered, everything else comes whole.

It keeps what other streaming readers lose or refuse: halves of surrogate pairs, bytes that are no UTF-8 (as surrogates,
U+DC80 to U+DCFF), a byte order mark, UTF-16, control characters inside text, the `\\x1F` that some writers put where
JSON has `\\u001F`, and a JavaScript assignment before the value ("window.name = [").

References:
- RFC 8259 (JSON)
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, NamedTuple

Path = tuple[str | int, ...]
END: Final = object()  # the value of the piece that closes a container which was entered

_PIECE: Final = 1 << 20
_LONGEST: Final = 64 << 20  # characters of one value that comes whole
_DEEPEST: Final = 64  # containers entered, one in another
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_HEX_ESCAPE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
_OPEN_ESCAPE: Final = re.compile(r"\\+(?:x[0-9A-Fa-f]?)?\Z")
_ASSIGNMENT: Final = re.compile(r"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.\[\]\"']*\s*=\s*")
_DECODE: Final = json.JSONDecoder(strict=False).raw_decode


class Piece(NamedTuple):
    """A value and where it stands: ("chats", "list", 0, "name"). Its value is END where an entered container ends."""

    path: Path
    value: Any


class JsonDamaged(ValueError):
    """The text is no JSON from some character on; what came before it stays."""


def pieces(stream: BinaryIO, enter: Callable[[Path], bool]) -> Iterator[Piece]:
    """The values of the JSON in the stream, in stored order.

    A container for whose path `enter` says yes is not loaded: what it holds comes one by one, and then its END.
    The rest comes whole. Raises JsonDamaged where the text breaks off, is no JSON, or holds a value of more than 64
    million characters; the pieces before it have come.
    """
    text = _Text(stream)
    path: Path = ()
    stack: list[tuple[Path, str]] = []
    counts: list[int] = []
    while True:
        mark = text.mark()
        if mark in ("{", "[") and len(stack) < _DEEPEST and enter(path):
            text.at += 1
            stack.append((path, "}" if mark == "{" else "]"))
            counts.append(0)
        else:
            yield Piece(path, text.value())
        while stack:
            holder, close = stack[-1]
            mark = text.mark()
            if mark == "," and counts[-1]:
                text.at += 1
                mark = text.mark()
            elif counts[-1] and mark != close:
                raise text.damaged("a comma or the end of its container is missing")
            if mark != close:
                break
            text.at += 1
            stack.pop()
            counts.pop()
            yield Piece(holder, END)
        if not stack:
            if text.mark() not in ("", ";"):
                raise text.damaged("something follows the end of the JSON")
            return
        path = (*holder, _name(text) if close == "}" else counts[-1])
        counts[-1] += 1


def _name(text: _Text) -> str:
    name = text.value()
    if not isinstance(name, str) or text.mark() != ":":
        raise text.damaged("a name and a colon are missing")
    text.at += 1
    return name


def _reason(error: ValueError, size: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        cut = error.pos >= size or error.msg.startswith("Unterminated string")
        return "it breaks off within the value" if cut else error.msg[:1].lower() + error.msg[1:]
    return str(error)


class _Text:
    """A window on the text: `at` is the place in it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.at = 0
        self._stream = stream
        self._text = ""
        self._held = ""
        self._before = 0  # characters that have left the window
        self._ended = False
        start = stream.read(_PIECE)
        codec = "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
        self._decoder = codecs.getincrementaldecoder(codec)("surrogateescape" if codec == "utf-8" else "replace")
        self._take(start.removeprefix(codecs.BOM_UTF8))
        if match := _ASSIGNMENT.match(self._text):
            self.at = match.end()

    def _take(self, data: bytes) -> None:
        try:
            text = self._held + self._decoder.decode(data, final=not data)
        except UnicodeError:  # UTF-16 that breaks off within a character
            text = self._held
        self._held, self._ended = "", not data
        if data and "\\" in text[-3:] and (match := _OPEN_ESCAPE.search(text)):
            text, self._held = text[: match.start()], match[0]
        if "\\x" in text:
            text = _HEX_ESCAPE.sub(r"\1\\u00\2", text)
        self._before += self.at
        self._text, self.at = self._text[self.at :] + text, 0

    def _more(self, wanted: int) -> bool:
        """Reads on until `wanted` more characters are there; whether anything came."""
        size = len(self._text) - self.at
        while not self._ended and len(self._text) - self.at < size + wanted:
            self._take(self._stream.read(_PIECE))
        return len(self._text) - self.at > size

    def mark(self) -> str:
        """The next character that is no space, where `at` then stands; "" at the end."""
        while True:
            match = _SPACE.match(self._text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self._text):
                return self._text[self.at]
            if not self._more(1):
                return ""

    def value(self) -> Any:
        """The value that begins at `at`, which then stands behind it. Raises JsonDamaged."""
        while True:
            try:
                value, end = _DECODE(self._text, self.at)
            except RecursionError:
                raise self.damaged("it is nested too deeply") from None
            except ValueError as error:
                problem = _reason(error, len(self._text))
            else:
                # At the end of the window a number may be cut: 12 of 1234.
                if end < len(self._text) or self._ended:
                    self.at = end
                    return value
                problem = ""
            there = len(self._text) - self.at
            if there > _LONGEST:
                raise self.damaged(problem or "a value is too long")
            if not self._more(max(there, 1)) and problem:
                raise self.damaged(problem)

    def damaged(self, problem: str) -> JsonDamaged:
        """The error that says where it happened."""
        end = self._ended and self.at >= len(self._text)
        where = "it breaks off at" if end else f"{problem} at"
        return JsonDamaged(f"the JSON cannot be read on: {where} character {self._before + self.at}")
