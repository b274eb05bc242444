"""Who is in a thread of Android's message store, and what kind of address an address is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from evidence_store.records import Party, Problem
from extractors.database import each_held, selecting
from parsers.sqlite_file import EvidenceDatabase, lacking

_NUMBER: Final = re.compile(r"[+*#(]?[0-9][0-9 ()./*#,;+-]*")
_MOST_TOLD: Final = 20  # places of damage
# What the phone writes where its own number belongs, before the network fills it in.
_OWN_PLACE: Final = "insert-address-token"


@lru_cache(maxsize=8192)  # a phone has few addresses and many messages
def party(address: str | None) -> Party | None:
    """An address as recorded: a number, an e-mail address, or the name that a sender without a number shows."""
    if not address or address == _OWN_PLACE:
        return None
    if _NUMBER.fullmatch(address):
        return Party(address)
    return Party(address, "email" if "@" in address else "sender-id")


def is_marked(deleted: Any) -> bool:
    """Whether Xiaomi's column `deleted` says that a message was deleted, and is kept until that is synchronised."""
    return type(deleted) is int and deleted != 0


class Threads:
    """The members of each thread, from `threads.recipient_ids` and `canonical_addresses`, where both are there.

    References:
    - Android Open Source Project: android.provider.Telephony.ThreadsColumns, CanonicalAddressesColumns
    """

    def __init__(self, db: EvidenceDatabase | None = None) -> None:
        self._members: dict[Any, tuple[Party, ...]] = {}
        self._archived: set[Any] = set()
        needed = {"threads": {"_id", "recipient_ids"}, "canonical_addresses": {"_id", "address"}}
        if db and not lacking(db, needed):
            gaps: list[Problem] = []
            self._load(db, gaps)
            db.notes.extend(f"the members of threads are not complete: {gap.detail}" for gap in gaps[:_MOST_TOLD])

    def _load(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        addresses: dict[str, Party] = {}
        for row in each_held(db, "canonical_addresses", "_id, address", gaps):
            if isinstance(row["address"], str) and (member := party(str(row["address"]))):
                addresses[str(row["_id"])] = member
        for row in each_held(db, "threads", selecting(db, "threads", ("_id", "recipient_ids", "archived")), gaps):
            if row["archived"] == 1:
                self._archived.add(row["_id"])
            ids = str(row["recipient_ids"] or "").split()
            self._members[row["_id"]] = tuple(addresses[one] for one in ids if one in addresses)

    def members(self, thread: Any) -> tuple[Party, ...]:
        """Those the thread is with, in the order stored; empty where nothing is known of it."""
        return self._members.get(thread, ())

    def is_archived(self, thread: Any) -> bool:
        """Whether the thread is put away from the list of conversations."""
        return thread in self._archived
