"""Views over a listing: what a backup or an extraction tool laid out is shown as the device had it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final, Protocol

from evidence_store.records import Problem
from extractors.sources.base import Entry
from extractors.sources.layouts import ios_backup, ufdr


class Layout(Protocol):
    """A layout that stands somewhere in a listing.

    `unlocked` are the keys that were derived from a password (b"" where nothing is locked). `entries` takes the place
    of all the files that the layout is made of; paths are relative to its root.
    """

    unlocked: bytes

    def entries(self) -> Iterator[Entry]: ...
    def problems(self) -> list[Problem]: ...
    def facts(self) -> dict[str, str]: ...


# In the order in which they are asked: a report of a tool may hold a backup among its files.
LAYOUTS: Final[dict[str, ModuleType]] = {module.KIND: module for module in (ufdr, ios_backup)}
