"""The values of a Biome entry: the fields of its protocol buffer under the names that the system gives them."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

from evidence_store.records import Moment
from extractors.database import Doubts
from extractors.ios.core_data import Extra
from extractors.shortened import shortened_hex
from parsers.protobuf import Field, Fields

_SHOWN: Final = 2048
_SIGN, _WHOLE = 1 << 63, 1 << 64
# A name in reverse order of domains: "com.example.chat".
_BUNDLE: Final = re.compile(r"[A-Za-z]{2,12}(?:\.[A-Za-z0-9_-]{1,60}){2,8}", re.ASCII)
Single = str | int | float


class Unread(NamedTuple):
    """A field that is not read, such as an archive: only its size is given."""

    name: str


class Nested(NamedTuple):
    """A field that is a message, and the names of its fields."""

    name: str
    names: Names


Name = str | Unread | Nested
Names = dict[int, Name]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry, for what makes a record of it. `take…` gives a value and leaves it out of `rest`."""

    stream: str
    values: list[tuple[str, Single]]
    moments: tuple[Moment, ...]
    deleted: bool
    flags: tuple[str, ...]
    extra: Extra
    doubts: Doubts

    def take(self, *names: str) -> Single | None:
        """The value of the first of the names that is set; of repeated ones the last counts."""
        for name in names:
            found = [pair for pair in self.values if pair[0] == name and pair[1] != ""]
            if found:
                self.values.remove(found[-1])
                return found[-1][1]
        return None

    def text(self, *names: str) -> str | None:
        """The same as text; a number is said."""
        found = self.take(*names)
        if found is None or isinstance(found, str):
            return found
        self.doubts.add("text", f"{' or '.join(names)} holds a number, not text: {found}")
        return None

    def texts(self, name: str) -> list[str]:
        """All texts of a repeated field."""
        found = [value for one, value in self.values if one == name and isinstance(value, str)]
        self.values[:] = [pair for pair in self.values if pair[0] != name or not isinstance(pair[1], str)]
        return found

    def handles(self, name: str) -> list[tuple[str | None, str | None]]:
        """(handle, name) of each nested message of the field; what else such a message holds stays among the rest."""
        found: dict[str, dict[str, str]] = {}
        rest: list[tuple[str, Single]] = []
        for label, value in self.values:
            head, _, tail = label.partition(".")
            if (head == name or head.startswith(f"{name} ")) and tail in ("handle", "name") and isinstance(value, str):
                found.setdefault(head, {})[tail] = value
            else:
                rest.append((label, value))
        self.values[:] = rest
        return [(one.get("handle") or None, one.get("name") or None) for one in found.values()]

    def number(self, *names: str) -> int | float | None:
        """The same as a number; text is said."""
        found = self.take(*names)
        if found is None or not isinstance(found, str):
            return found
        self.doubts.add("number", f"{' or '.join(names)} holds text, not a number: {found}")
        return None

    def rest(self) -> Extra:
        """What is the same for all entries of the file, then what nobody has taken."""
        return (*self.extra, *self.values)


def named_values(message: Fields, names: Names, doubts: Doubts) -> list[tuple[str, Single]]:
    """Each value of the message in the order of the numbers; of fields without a name only what is safe.

    Those of a nested message stand behind its own name: "fileIdentity.itemURL", of the second one "toHandles 2.name".
    """
    found: list[tuple[str, Single]] = []
    for number in sorted(message.all):
        name = names.get(number)
        for place, field in enumerate(message.all[number], start=1):
            if isinstance(name, str):
                found.append((name, value_of(field, name, doubts)))
            elif isinstance(name, Nested) and (inner := field.message()) is not None:
                head = name.name if place == 1 else f"{name.name} {place}"
                found += [(f"{head}.{one}", value) for one, value in named_values(inner, name.names, doubts)]
            else:
                found.append((f"field {number}" if name is None else name.name, safe(field)))
    return found


def value_of(field: Field, name: str, doubts: Doubts) -> Single:
    """A number or text as stored; text that is none is said."""
    if field.wire != 2 or not isinstance(field.value, bytes):
        return number_of(field)
    try:
        return field.value.decode("utf-8")
    except UnicodeDecodeError:
        doubts.add("text", f"{name} is not valid text: stored as {shortened_hex(field.value, _SHOWN)}")
        return field.value.decode("utf-8", "replace")


def number_of(field: Field) -> int | float:
    """A varint with its sign, or a number of eight or four bytes as floating point."""
    if isinstance(field.value, int):
        return field.value - _WHOLE if field.value >= _SIGN else field.value
    return float(struct.unpack("<d" if field.wire == 1 else "<f", field.value)[0])


def is_name(text: str) -> bool:
    """Whether a text is the name of an application: "com.example.chat"."""
    return bool(_BUNDLE.fullmatch(text))


def safe(field: Field) -> Single:
    """What may be given of a field whose meaning nobody has published: numbers, names of applications, else its size.

    Any text could be a password or a token.
    """
    if field.wire != 2 or not isinstance(field.value, bytes):
        return number_of(field)
    text = field.value.decode("ascii", "replace")
    return text if is_name(text) else f"{len(field.value):,} bytes, not read"
