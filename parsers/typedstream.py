"""Typed streams: object graphs as NSArchiver wrote them on NeXTSTEP and macOS, and as Apple's messages still keep text.

A stream is a list of groups: a type ("@", "iI", "[12c]") and a value for each of its letters. Strings of types and
names of classes are written once and then referred to by number; objects, classes and C strings share a second
numbering. Of an object, what its class wrote is kept in order; what that means is for the reader of the classes to say
(`parsers.attributed_text`).

References:
- Apple, documentation of NSArchiver and NSCoder; OPENSTEP specification (NXTypedStream)
- GNUstep Base, NSArchiver documentation
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Final, Literal

MAX_BYTES: Final = 64 << 20
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 1_000_000
_INT16, _INT32, _REAL, _NEW, _NIL, _END = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
_FIRST_REFERENCE: Final = 0x92
_WHOLE: Final = frozenset("sSiIlLqQ")


@dataclass(slots=True)
class Thing:
    """An object: the name of its class, the names of those above it, and its values in the order written."""

    kind: str
    above: tuple[str, ...]
    values: list[Any] = field(default_factory=list)

    def is_a(self, kind: str) -> bool:
        """Whether it is of a class, or of one below it."""
        return kind == self.kind or kind in self.above


def read_stream(data: bytes) -> list[Any]:
    """The values of a stream: int, float, bytes (strings too), None, Thing, or a list for arrays and structures.

    Raises ValueError for what is no stream, is cut short, or goes beyond MAX_BYTES, MAX_DEPTH or MAX_VALUES.
    """
    reader = _opened(data)
    values: list[Any] = []
    while reader.at < len(data):
        values += reader.group(0)
    return values


def read_first(data: bytes) -> Thing:
    """The object that a stream begins with; what follows it is not looked at. Raises ValueError as `read_stream`."""
    found = _opened(data).group(0)
    if not found or not isinstance(found[0], Thing):
        raise ValueError("a typed stream that does not begin with an object")
    return found[0]


def read_bytes(data: bytes, at: int) -> bytes:
    """The bytes of a "+" at a place of a little-endian stream: their number and then themselves. Raises ValueError."""
    reader = _Reader(data, at, "little")
    return reader.take(reader.length())


def _opened(data: bytes) -> _Reader:
    if len(data) > MAX_BYTES:
        raise ValueError(f"a typed stream of {len(data)} bytes, more than {MAX_BYTES}")
    name = data[2:13]
    if len(data) < 13 or data[1] != 11 or name not in (b"streamtyped", b"typedstream"):
        raise ValueError("not a typed stream")
    reader = _Reader(data, 13, "little" if name == b"streamtyped" else "big")
    reader.whole()  # the version of the system that wrote it
    return reader


class _Reader:
    """Reads on from `at`. Raises ValueError for what cannot be read, with the byte where."""

    def __init__(self, data: bytes, at: int, order: Literal["little", "big"]) -> None:
        self.at = at
        self._data = data
        self._order = order
        self._strings: list[bytes] = []
        self._objects: list[Any] = []
        self._left = MAX_VALUES

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self._data):
            raise ValueError(f"a typed stream that ends too soon: {size} bytes at {self.at} of {len(self._data)}")
        found = self._data[self.at : end]
        self.at = end
        return found

    def _peek(self) -> int:
        if self.at >= len(self._data):
            raise ValueError(f"a typed stream that ends too soon, at {self.at}")
        return self._data[self.at]

    def whole(self) -> int:
        """A whole number; those that a byte can hold beside the marks stand in one."""
        head = self.take(1)[0]
        if head == _INT16:
            return int.from_bytes(self.take(2), self._order, signed=True)
        if head == _INT32:
            return int.from_bytes(self.take(4), self._order, signed=True)
        if _REAL <= head < _FIRST_REFERENCE or head == 0x80:
            raise ValueError(f"mark {head:#x} in place of a number at {self.at - 1}")
        return head - 256 if head > 0x7F else head

    def length(self) -> int:
        """A whole number that is never below zero."""
        size = {_INT16: 2, _INT32: 4}.get(self._peek())
        if size is None:
            return self.whole()
        self.at += 1
        return int.from_bytes(self.take(size), self._order)

    def _real(self, size: int) -> float:
        if self._peek() != _REAL:
            return float(self.whole())
        self.at += 1
        letters = ("<" if self._order == "little" else ">") + ("f" if size == 4 else "d")
        return float(struct.unpack(letters, self.take(size))[0])

    def _reference(self, table: list[Any]) -> Any:
        number = self.whole_reference()
        if not 0 <= number < len(table):
            raise ValueError(f"a reference to number {number} of {len(table)} at {self.at}")
        return table[number]

    def whole_reference(self) -> int:
        """The number of a reference: small ones stand in the byte itself."""
        head = self._peek()
        if head in (_INT16, _INT32):
            return self.length() - _FIRST_REFERENCE + 256
        self.at += 1
        if head < _FIRST_REFERENCE and head > 0x7F:
            raise ValueError(f"mark {head:#x} in place of a reference at {self.at - 1}")
        return head - _FIRST_REFERENCE if head >= _FIRST_REFERENCE else head - _FIRST_REFERENCE + 256

    def _string(self) -> bytes | None:
        """A string that is written once: its bytes, or a reference to where they were."""
        head = self._peek()
        if head == _NIL:
            self.at += 1
            return None
        if head != _NEW:
            found: bytes = self._reference(self._strings)
            return found
        self.at += 1
        new = self.take(self.length())
        self._strings.append(new)
        return new

    def group(self, depth: int) -> list[Any]:
        """The values of one group."""
        letters = self._string()
        if not letters:
            raise ValueError(f"a group without a type at {self.at}")
        text = letters.decode("ascii", "replace")
        values: list[Any] = []
        at = 0
        while at < len(text):
            at, value = self._value(text, at, depth)
            values.append(value)
        return values

    def _value(self, text: str, at: int, depth: int) -> tuple[int, Any]:
        """The value of the type at a place in a string of types, and the place behind it."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise ValueError("a typed stream of too many values or levels")
        letter = text[at]
        if letter in _WHOLE:
            return at + 1, self.whole()
        if letter == "@":
            return at + 1, self._object(depth + 1)
        if letter in "cCB":
            byte = self.take(1)[0]
            return at + 1, byte - 256 if letter == "c" and byte > 0x7F else byte
        if letter in "fd":
            return at + 1, self._real(4 if letter == "f" else 8)
        if letter == "+":
            return at + 1, self.take(self.length())
        if letter in "*%:":
            return at + 1, self._c_string() if letter == "*" else self._string()
        if letter == "#":
            return at + 1, self._class(depth + 1)
        if letter == "[":
            return self._array(text, at + 1, depth + 1)
        if letter == "{":
            return self._structure(text, at + 1, depth + 1)
        raise ValueError(f"type {letter!r} is not known, at {self.at}")

    def _array(self, text: str, at: int, depth: int) -> tuple[int, Any]:
        digits = at
        while at < len(text) and text[at].isascii() and text[at].isdigit():
            at += 1
        if not 0 < at - digits < 10 or at >= len(text):
            raise ValueError(f"an array without a size at {self.at}")
        count = int(text[digits:at])
        if text[at] in "cC":
            end, found = at + 1, self.take(count)
        else:
            end, found = self._items(text, at, count, depth)
        if text[end : end + 1] != "]":
            raise ValueError(f"an array that does not end at {self.at}")
        return end + 1, found

    def _items(self, text: str, at: int, count: int, depth: int) -> tuple[int, Any]:
        if not count:
            raise ValueError(f"an array of nothing at {self.at}")
        values = []
        end = at
        for _ in range(count):
            end, value = self._value(text, at, depth)
            values.append(value)
        return end, values

    def _structure(self, text: str, at: int, depth: int) -> tuple[int, Any]:
        equals = text.find("=", at)
        if equals < 0:
            raise ValueError(f"a structure without members at {self.at}")
        at, values = equals + 1, []
        while at < len(text) and text[at] != "}":
            at, value = self._value(text, at, depth)
            values.append(value)
        if at >= len(text):
            raise ValueError(f"a structure that does not end at {self.at}")
        return at + 1, values

    def _c_string(self) -> bytes | None:
        head = self._peek()
        if head == _NEW:
            self.at += 1
            place = len(self._objects)
            self._objects.append(None)
            self._objects[place] = self._string()
            found = self._objects[place]
        elif head == _NIL:
            self.at += 1
            found = None
        else:
            found = self._reference(self._objects)
        return found if isinstance(found, bytes) else None

    def _class(self, depth: int) -> tuple[str, ...]:
        """The name of a class and of those above it."""
        names: list[str] = []
        while True:
            head = self._peek()
            if head != _NEW:
                break
            self.at += 1
            name = (self._string() or b"").decode("utf-8", "replace")
            self.whole()  # its version
            names.append(name)
            self._objects.append(names)
            if len(names) + depth > MAX_DEPTH:
                raise ValueError("a typed stream of too many levels")
        if head == _NIL:
            self.at += 1
            above: tuple[str, ...] = ()
        else:
            found = self._reference(self._objects)
            if not isinstance(found, tuple):
                raise ValueError(f"an object in place of a class at {self.at}")
            above = found
        # Each class of the chain is what stands from it on upwards.
        first = len(self._objects) - len(names)
        for number in range(len(names)):
            self._objects[first + number] = (*names[number:], *above)
        return (*names, *above)

    def _object(self, depth: int) -> Any:
        head = self._peek()
        if head == _NIL:
            self.at += 1
            return None
        if head != _NEW:
            return self._reference(self._objects)
        self.at += 1
        made = Thing("", ())
        self._objects.append(made)
        names = self._class(depth)
        made.kind, made.above = (names[0], names[1:]) if names else ("", ())
        while self._peek() != _END:
            made.values += self.group(depth)
        self.at += 1
        return made
