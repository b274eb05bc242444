"""Attributes of an element of a backup: text that "null" stands for nothing in, numbers, times, parties."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from evidence_store.records import Moment, Party
from extractors.android.threads import party
from extractors.database import Doubts
from extractors.shortened import shortened
from parsers.xml_tags import Tag, unescaped

_NONE: Final = ("", "null")
_NOBODY: Final = ("(Unknown)", "null", "")
_BETWEEN: Final = "~"  # of the numbers of a conversation between several
Extra = tuple[str, str | int | float | None]


@lru_cache(maxsize=4096)
def _people(address: str, name: str | None) -> tuple[Party, ...]:
    found = tuple(dict.fromkeys(one for one in map(party, address.split(_BETWEEN)) if one is not None))
    if name and len(found) == 1:
        return (Party(found[0].identifier, found[0].scheme, name),)
    if not found and name:
        return (Party(name, "name", name),)
    return found


class Row:
    """One element: its attributes as text; what is doubtful goes to `doubts`."""

    def __init__(self, tag: Tag, doubts: Doubts) -> None:
        self.values = {name: unescaped(value) for name, value in tag.values.items() if name != "data"}
        self.data = tag.values.get("data")
        self.doubts = doubts

    def text(self, name: str) -> str | None:
        """The value; None where there is none, which the application writes as "null"."""
        value = self.values.get(name)
        return None if value is None or value in _NONE else value

    def number(self, name: str) -> int | None:
        """A whole number; what is none is said."""
        value = self.text(name)
        if value is None:
            return None
        if value.removeprefix("-").isascii() and value.removeprefix("-").isdecimal() and len(value) < 19:
            return int(value)
        self.doubts.add("number", f"{name} is not a whole number: {shortened(value, 200)}")
        return None

    def code(self, name: str) -> int | None:
        """A number that stands for something, where it is one; nothing is said of what is none."""
        value = self.text(name) or ""
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None

    def moment(self, meaning: str, name: str, unit: str) -> Moment:
        """A Unix time that is written in digits."""
        value = self.text(name)
        digits = value is not None and value.isascii() and value.isdecimal() and len(value) < 19
        return self.doubts.moment(meaning, int(value) if digits and value else value, unit, name)

    def people(self) -> tuple[Party, ...]:
        """Who the conversation is with: one number with its name, or several, whose names cannot be told apart."""
        return _people(self.text("address") or "", self.name)

    @property
    def name(self) -> str | None:
        """What the address book of the phone said when the backup was made."""
        value = self.values.get("contact_name")
        return None if value is None or value in _NOBODY else value

    def rest(self, known: frozenset[str], unset: dict[str, str]) -> tuple[Extra, ...]:
        """What else is recorded, under its own names."""
        return tuple(
            (name, value)
            for name, value in self.values.items()
            if name not in known and value not in _NONE and value != unset.get(name)
        )
