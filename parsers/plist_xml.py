"""XML property lists, as expat meets them: no entities, no deep nesting, no recursion.

References:
- Apple, PropertyList-1.0.dtd
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from plistlib import UID
from typing import Any, Final
from xml.parsers import expat

from parsers.plist_binary import MAX_DEPTH, MAX_OBJECTS

_DATE: Final = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\s*", re.ASCII)
_WHOLE: Final = re.compile(r"\s*[+-]?(?:\d{1,40}|0[xX][0-9a-fA-F]{1,32})\s*", re.ASCII)
_REAL: Final = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf(?:inity)?)\s*", re.ASCII | re.I)
_CONTAINERS: Final = frozenset(("dict", "array"))
_LEAVES: Final = frozenset(("string", "key", "integer", "real", "true", "false", "date", "data"))


def read_xml(data: bytes) -> Any:
    """See `plist.read_plist`. Raises ValueError."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _refuse_entity
    parser.SkippedEntityHandler = _refuse_entity
    builder.parser = parser
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"an XML property list that is not well formed: {error}") from error
    except LookupError as error:  # an encoding that nobody knows
        raise ValueError(f"an XML property list that cannot be decoded: {error}") from error
    # Apple's own programs write lists that hold nothing.
    return builder.found[0] if builder.found else None


def _refuse_entity(*_: object) -> None:
    raise ValueError("an XML property list that declares or uses entities")


class _Builder:
    def __init__(self) -> None:
        self.found: list[Any] = []
        self.parser: Any = None
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []  # the key that waits for its value, for each open container
        self._path: list[str] = []
        self._text: list[str] = []
        self._count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_OBJECTS or len(self._path) > MAX_DEPTH:
            raise ValueError("an XML property list of too many values or levels")
        if not self._path and name != "plist":
            raise ValueError(f"an XML file that starts with <{name[:40]}> and is no property list")
        if self._path and (name not in _CONTAINERS | _LEAVES or self._path[-1] in _LEAVES):
            raise self._bad(f"<{name[:40]}> where none belongs")
        self._path.append(name)
        self._text = []
        if name in _CONTAINERS:
            value: dict[str, Any] | list[Any] = {} if name == "dict" else []
            self._add(value)
            self._open.append(value)
            self._keys.append(None)

    def text(self, data: str) -> None:
        if self._path and self._path[-1] in _LEAVES:
            self._text.append(data)
        elif not data.isspace():
            raise self._bad("text where none belongs")

    def end(self, name: str) -> None:
        self._path.pop()
        if name == "key":
            if not self._open or not isinstance(self._open[-1], dict) or self._keys[-1] is not None:
                raise self._bad("a key where none belongs")
            self._keys[-1] = "".join(self._text)
        elif name in _CONTAINERS:
            if self._keys.pop() is not None:
                raise self._bad("a key without a value")
            self._close(self._open.pop())
        elif name in _LEAVES:
            self._add(self._leaf(name, "".join(self._text)))

    def _close(self, value: dict[str, Any] | list[Any]) -> None:
        """An archive's reference stands in XML as a dict of one number."""
        if not (isinstance(value, dict) and value.keys() == {"CF$UID"} and type(value["CF$UID"]) is int):
            return
        if not 0 <= value["CF$UID"] < 1 << 64:
            raise self._bad("a reference out of range")
        reference = UID(value["CF$UID"])
        parent = self._open[-1] if self._open else self.found
        if isinstance(parent, list):
            parent[-1] = reference
        else:
            parent[next(reversed(parent))] = reference

    def _add(self, value: Any) -> None:
        if not self._open:
            if self.found:
                raise self._bad("a second value beside the first")
            self.found.append(value)
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, list):
            parent.append(value)
            return
        if key is None:
            raise self._bad("a value without a key")
        parent.pop(key, None)  # of two the later one holds, and stands last
        parent[key] = value
        self._keys[-1] = None

    def _leaf(self, name: str, text: str) -> Any:
        if name == "string":
            return text
        if name in ("true", "false"):
            return name == "true"
        if name == "integer" and _WHOLE.fullmatch(text):
            return int(text, 16 if "x" in text.lower() else 10)
        if name == "real" and _REAL.fullmatch(text):
            return float(text)
        if name == "date" and (found := _DATE.fullmatch(text)):
            try:
                year, month, day, hour, minute, second = map(int, found.groups())
                return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            except ValueError as error:
                raise self._bad(f"a date that no calendar holds: {text.strip()}") from error
        if name == "data":
            try:
                return binascii.a2b_base64(text)
            except ValueError as error:  # binascii.Error, or a character that is not ASCII
                raise self._bad("data that are not base64") from error
        raise self._bad(f"<{name}> that holds no such value: {text[:40]!r}")

    def _bad(self, what: str) -> ValueError:
        return ValueError(f"line {self.parser.CurrentLineNumber} of the XML property list: {what}")
