"""What may be read: the one place where a record is admitted to the store, or counted as out of scope.

A worker asks here before a record is written anywhere. Today an authority is recorded and printed, and sets no limits;
what it will limit is decided in this module and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evidence_store.records import Record


@dataclass(frozen=True, slots=True)
class Authority:
    """Why the source may be read: the fields of the authority file as given, or the stated reason for having none."""

    fields: tuple[tuple[str, str], ...] = ()
    none_because: str = ""

    def in_words(self) -> str:
        """One line for screens and the report."""
        if self.fields:
            return "; ".join(f"{name}: {value}" for name, value in self.fields)
        if self.none_because:
            return f"No authority recorded. Reason given: {self.none_because}"
        return "No authority recorded, and no reason given"

    def plain(self) -> dict[str, Any]:
        return {"fields": [list(pair) for pair in self.fields], "none_because": self.none_because}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Authority:
        return cls(tuple((name, value) for name, value in plain["fields"]), plain["none_because"])


@dataclass(frozen=True, slots=True)
class Scope:
    """The limits a worker applies. No limit is expressed yet, so everything is admitted."""

    authority: Authority = Authority()

    def admits(self, record: Record) -> bool:
        """Whether the record may be written. Called once for each record, in the worker."""
        del record  # no limit can be expressed yet
        return True
