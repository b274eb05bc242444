"""Android Binary XML written in code, value by value, as the platform's own writer does."""

from __future__ import annotations

import struct
from typing import Any
from xml.etree import ElementTree

_CODES = {"null": 1, "text": 2, "interned": 3, "hex": 4, "base64": 5, "int": 6, "int hex": 7, "long": 8, "long hex": 9}
_CODES |= {"float": 10, "double": 11}
_FORMS = {"int": ">i", "int hex": ">i", "long": ">q", "long hex": ">q", "float": ">f", "double": ">d"}


class Abx:
    """`start("package", name=…, it=("long hex", 0x17…))`, `end()`, `text(…)`; `done()` gives the bytes.

    A plain value is written as text, an int as "int" or "long" by its size, a bool as such.
    """

    def __init__(self) -> None:
        self.data = bytearray(b"ABX\0" + bytes([0x10]))
        self._names: dict[str, int] = {}
        self._open: list[str] = []

    def start(self, tag: str, **attributes: Any) -> Abx:
        self._open.append(tag)
        self.data += bytes([0x32]) + self._interned(tag)
        for name, value in attributes.items():
            kind, value = value if isinstance(value, tuple) else (_kind(value), value)
            if kind == "bool":
                self.data += bytes([15 | (12 if value else 13) << 4]) + self._interned(name)
                continue
            self.data += bytes([15 | _CODES[kind] << 4]) + self._interned(name) + self._stored(kind, value)
        return self

    def end(self) -> Abx:
        self.data += bytes([0x33]) + self._interned(self._open.pop())
        return self

    def one(self, tag: str, **attributes: Any) -> Abx:
        return self.start(tag, **attributes).end()

    def text(self, text: str, token: int = 4) -> Abx:
        self.data += bytes([token | 0x20]) + self._stored("text", text)
        return self

    def done(self) -> bytes:
        while self._open:
            self.end()
        return bytes(self.data + bytes([0x11]))

    def _interned(self, name: str) -> bytes:
        if name in self._names:
            return struct.pack(">H", self._names[name])
        self._names[name] = len(self._names)
        return b"\xff\xff" + self._stored("text", name)

    def _stored(self, kind: str, value: Any) -> bytes:
        if kind == "interned":
            return self._interned(value)
        if kind in _FORMS:
            return struct.pack(_FORMS[kind], value)
        if kind == "null":
            return b""
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return struct.pack(">H", len(raw)) + raw


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 else "long"
    return "text"


def abx_of(text: str, typed: dict[str, str] | None = None) -> bytes:
    """The binary form of an XML document; `typed` says which attributes are numbers: {"it": "long hex"}."""
    made = Abx()

    def write(element: ElementTree.Element) -> None:
        attributes = {name: _typed(value, (typed or {}).get(name)) for name, value in element.attrib.items()}
        made.start(element.tag, **attributes)
        if element.text:
            made.text(element.text)
        for child in element:
            write(child)
            if child.tail:
                made.text(child.tail)
        made.end()

    write(ElementTree.fromstring(text))
    return made.done()


def _typed(value: str, kind: str | None) -> Any:
    if kind is None:
        return ("text", value)
    if kind == "bool":
        return kind, value == "true"
    return kind, int(value, 16 if "hex" in kind else 10) if kind in _FORMS else value
