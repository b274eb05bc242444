"""Android Binary XML: the events of an XML document, one byte each, with typed values. Android 12 and later.

References:
- Android Open Source Project: com.android.internal.util.BinaryXmlSerializer and BinaryXmlPullParser (tokens, types,
  interned names, how typed values read as text)
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

MAGIC: Final = b"ABX\0"
DEEPEST: Final = 200  # elements in one another
_START_DOCUMENT, _END_DOCUMENT, _START, _END, _TEXT, _CDATA, _ENTITY, _ATTRIBUTE = 0, 1, 2, 3, 4, 5, 6, 15
_SILENT: Final = range(7, 11)  # white space, processing instructions, comments, document types
_NULL, _STRING, _INTERNED, _HEX, _BASE64, _INT, _INT_HEX, _LONG, _LONG_HEX, _FLOAT, _DOUBLE, _TRUE, _FALSE = range(
    1, 14
)
_NEW: Final = 0xFFFF  # in place of the number of an interned string: a string follows, and has the next number
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}


class Event(NamedTuple):
    """What an XML document says next. `place` is where it stands: "line 12, byte 340" or "byte 340".

    "start" has the `name` and `attributes` of an element, "end" its `name`, "text" the `text` between.
    """

    kind: Literal["start", "end", "text"]
    name: str
    attributes: dict[str, str]
    text: str
    place: str


def events(data: bytes) -> Iterator[Event]:
    """The events of a document, in stored order; values as Android's own text form writes them ("-1", "ff", "true").

    Raises ValueError where the bytes are no such document or break off; the events before it have come.
    """
    return _Reader(data).events()


class _Reader:
    def __init__(self, data: bytes) -> None:
        if data[:4] != MAGIC:
            raise ValueError("no Android binary XML")
        self._data = data
        self._at = 4
        self._interned: list[str] = []
        self._open: list[str] = []

    def events(self) -> Iterator[Event]:
        started: Event | None = None  # an element, until the attributes that follow it are complete
        while self._at < len(self._data):
            at = self._at
            token = self._data[at]
            self._at += 1
            event, kind = token & 15, token >> 4
            if event == _ATTRIBUTE:
                if started is None:
                    raise ValueError(f"an attribute of no element at byte {at}")
                name = self._name()
                if (value := self._value(kind)) is not None:
                    started.attributes[name] = value
                continue
            if started is not None:
                yield started
                started = None
            if event == _END_DOCUMENT:
                break
            if event == _START:
                started = self._start(at)
            elif event != _START_DOCUMENT and (found := self._other(event, kind, at)):
                yield found
        if started is not None:
            yield started
        if self._open:
            raise ValueError(f"the binary XML breaks off at byte {self._at}: <{self._open[-1][:40]}> is not closed")

    def _start(self, at: int) -> Event:
        self._open.append(self._name())
        if len(self._open) > DEEPEST:
            raise ValueError(f"elements more than {DEEPEST} deep at byte {at}")
        return Event("start", self._open[-1], {}, "", f"byte {at}")

    def _other(self, event: int, kind: int, at: int) -> Event | None:
        if event == _END:
            name = self._name()
            if not self._open or self._open.pop() != name:
                raise ValueError(f"the end of <{name[:40]}>, which is not open, at byte {at}")
            return Event("end", name, {}, "", f"byte {at}")
        if event not in (_TEXT, _CDATA, _ENTITY, *_SILENT):
            raise ValueError(f"unknown token {event} at byte {at}")
        text = self._value(kind) or ""
        if event == _ENTITY:
            text = _entity(text)
        return Event("text", "", {}, text, f"byte {at}") if text and event not in _SILENT else None

    def _take(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) < size:
            raise ValueError(f"the binary XML breaks off at byte {self._at}")
        self._at += size
        return found

    def _short(self) -> int:
        return int.from_bytes(self._take(2), "big")

    def _name(self) -> str:
        number = self._short()
        if number == _NEW:
            self._interned.append(_text(self._take(self._short())))
            return self._interned[-1]
        if number >= len(self._interned):
            raise ValueError(f"name {number} at byte {self._at - 2} was never written")
        return self._interned[number]

    def _value(self, kind: int) -> str | None:
        """A typed value as text; None for null."""
        if kind in (_INT, _INT_HEX, _LONG, _LONG_HEX):
            number = int.from_bytes(self._take(4 if kind in (_INT, _INT_HEX) else 8), "big", signed=True)
            return format(number, "x") if kind in (_INT_HEX, _LONG_HEX) else str(number)
        if kind == _STRING:
            return _text(self._take(self._short()))
        if kind == _INTERNED:
            return self._name()
        if kind in (_HEX, _BASE64):
            stored = self._take(self._short())
            return stored.hex() if kind == _HEX else base64.b64encode(stored).decode()
        if kind in (_FLOAT, _DOUBLE):
            return repr(struct.unpack(">f" if kind == _FLOAT else ">d", self._take(4 if kind == _FLOAT else 8))[0])
        if kind in (_TRUE, _FALSE):
            return "true" if kind == _TRUE else "false"
        if kind == _NULL:
            return None
        raise ValueError(f"unknown type {kind} at byte {self._at}")


def _text(stored: bytes) -> str:
    """UTF-8, or the form of it that Java writes: NUL as two bytes, what is beyond U+FFFF as two halves."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        pass
    try:
        halves = stored.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return stored.decode("utf-8", "replace")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _entity(name: str) -> str:
    if name.startswith("#") and name[1:].isascii() and name[1:].isdecimal() and len(name) < 7:
        return chr(int(name[1:]))
    if name not in _ENTITIES:
        raise ValueError(f"an entity that XML does not know: {name[:40]!r}")
    return _ENTITIES[name]
