"""A chat and the people in it, as both systems know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from evidence_store.records import Party
from extractors.chats.whatsapp.deletions import Deletions
from extractors.chats.whatsapp.parties import Sort
from parsers.sqlite_file import Row

Extra = tuple[tuple[str, str | int | float | None], ...]


class Who(NamedTuple):
    """Somebody: `lid` has the privacy id, where the number is what the phone's own map gives for it."""

    party: Party
    lid: Extra = ()


@dataclass(slots=True)
class Chat:
    """A thread. `other` is the other side of a one-to-one chat; `unread_above` the last row that was read in it.

    `deletions` are those of messages that the application had begun and not ended.
    """

    key: str
    sort: Sort
    locator: str = ""
    title: str | None = None
    other: Who | None = None
    known: bool = True
    unread_above: int | None = None
    unread_by_sort: bool = False
    deletions: Deletions | None = None
    row: Row | None = None
