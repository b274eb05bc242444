"""Text with attributes (NSAttributedString) and the plain classes around it, out of a typed stream.

Known are text, text with attributes, numbers, data, dates, addresses, lists, sets and dictionaries.

References:
- Apple, documentation of NSAttributedString, NSArchiver and the Foundation classes named below
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from parsers.typedstream import MAX_DEPTH, MAX_VALUES, Thing, read_bytes, read_first

_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
# How nearly every text of Apple's messages begins: what follows is the length of the text and then its bytes.
_START: Final = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84"
_CLASS: Final = b"\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84"
_BEGINNINGS: Final = tuple(
    _START + root + _CLASS + text + b"\x08NSString\x01" + above + b"\x84\x01+"
    for root, above in ((b"\x19NSMutableAttributedString\x00\x84\x84", b"\x95"), (b"", b"\x94"))
    for text in (b"\x0fNSMutableString\x01\x84\x84", b"")
)


class Run(NamedTuple):
    """A stretch of text that has the same attributes; `text` is the stretch itself."""

    text: str
    attributes: dict[str, Any]


class AttributedText(NamedTuple):
    """Text and the stretches that it consists of, one after the other."""

    text: str
    runs: tuple[Run, ...]


def read_text(data: bytes) -> str:
    """The text of a stream whose first object is text, with or without attributes. Raises ValueError."""
    for beginning in _BEGINNINGS:
        if data.startswith(beginning):
            return _decoded(read_bytes(data, len(beginning)))
    return _words(read_first(data))


def read_attributed(data: bytes) -> AttributedText:
    """The same with its attributes: str, int, float, bytes, aware datetime, list, dict, or None. Raises ValueError."""
    first = read_first(data)
    if not first.is_a("NSAttributedString"):
        text = _words(first)
        return AttributedText(text, (Run(text, {}),))
    values = first.values
    if not values or not isinstance(values[0], Thing):
        raise ValueError("text with attributes that has no text")
    text = _words(values[0])
    return AttributedText(text, tuple(_runs(text, values[1:])))


def plain(found: Any) -> Any:
    """A value of a stream as plain values; an object of an unknown class becomes None. Raises ValueError for a stream
    that spells out to more than MAX_VALUES values or MAX_DEPTH levels, and for a key that is no text or number.
    """
    return _Plain().value(found, 0)


class _Plain:
    """Spells out the values of one stream: its bounds are for all that it is asked for together."""

    def __init__(self) -> None:
        self._left = MAX_VALUES
        self._texts: dict[int, str] = {}  # by the identity of the bytes: many objects may name the same

    def value(self, found: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise ValueError("a typed stream that spells out to too many values or levels")
        if isinstance(found, list):
            return [self.value(one, depth + 1) for one in found]
        if not isinstance(found, Thing):
            return None if isinstance(found, tuple) else found
        values = found.values
        if found.is_a("NSString") or found.is_a("NSAttributedString"):
            return self._text(_bytes_of(found))
        if found.is_a("NSDictionary"):
            pairs = zip(values[1::2], values[2::2], strict=False)
            return {self._key(key, depth + 1): self.value(value, depth + 1) for key, value in pairs}
        if found.is_a("NSArray") or found.is_a("NSSet"):
            return [self.value(one, depth + 1) for one in values[1:]]
        if found.is_a("NSURL") or found.is_a("NSValue"):
            return self.value(values[-1], depth + 1) if values else None
        if found.is_a("NSDate"):
            return _date(values)
        return values[-1] if found.is_a("NSData") and values and isinstance(values[-1], bytes) else None

    def _text(self, stored: bytes) -> str:
        if id(stored) not in self._texts:
            self._texts[id(stored)] = _decoded(stored)
        return self._texts[id(stored)]

    def _key(self, found: Any, depth: int) -> str:
        key = self.value(found, depth)
        if isinstance(key, list | dict | bytes):  # written out, it would be longer with each level that it is named on
            raise ValueError(f"a key that is {type(key).__name__}")  # noqa: TRY004 - the stream is at fault
        return str(key)


def _date(values: list[Any]) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=float(values[0]))
    except (IndexError, TypeError, ValueError, OverflowError):
        return None


def _words(found: Thing) -> str:
    """The text of an object that is text; of one with attributes, its text alone. Raises ValueError."""
    return _decoded(_bytes_of(found))


def _bytes_of(found: Thing) -> bytes:
    """The text as it is stored. Raises ValueError."""
    for _ in range(MAX_DEPTH):
        if found.is_a("NSString") and found.values and isinstance(found.values[0], bytes):
            return found.values[0]
        if not found.values or not isinstance(found.values[0], Thing):
            break
        found = found.values[0]
    raise ValueError(f"an object of the class {found.kind or 'without a name'} that is no text")


def _decoded(stored: bytes) -> str:
    return stored.decode("utf-8", "backslashreplace")


def _runs(text: str, values: list[Any]) -> list[Run]:
    """The stretches: (number of a set of attributes, length in UTF-16), and the set where it is first named."""
    units = text.encode("utf-16-le", "surrogatepass")
    sets: dict[int, dict[str, Any]] = {}
    found: list[Run] = []
    spelled = _Plain()
    at = place = 0
    while place + 1 < len(values) and type(values[place]) is int and type(values[place + 1]) is int:
        number, length = values[place], max(0, values[place + 1])
        place += 2
        if place < len(values) and isinstance(values[place], Thing):
            named = spelled.value(values[place], 0)
            sets[number] = named if isinstance(named, dict) else {}
            place += 1
        stretch = units[at : at + 2 * length].decode("utf-16-le", "surrogatepass")
        found.append(Run(stretch, sets.get(number, {})))
        at += 2 * length
    return found
