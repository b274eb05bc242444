"""The deletions of messages that WhatsApp on Android had begun in a chat and not ended (`deleted_chat_job`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from parsers.sqlite_file import Row

_QUOTED: Final = re.compile(r'"([^"]*)"')
_NONE: Final = -(2**63)


@dataclass(slots=True)
class Deletions:
    """Those of one chat taken together: up to which message all are covered, or those of a type; and single ones.

    Each of the limits is kept for messages without a star (False) and with one (True).
    """

    all: dict[bool, int] = field(default_factory=dict)
    of_type: dict[tuple[str, bool], int] = field(default_factory=dict)
    single: set[str] = field(default_factory=set)

    def add(self, job: Row) -> None:
        """One more row of the table."""
        if isinstance(job["singular_message_delete_rows_id"], str):
            self.single.update(_QUOTED.findall(job["singular_message_delete_rows_id"]))
        kinds = job["deleted_message_categories"]
        listed = _QUOTED.findall(kinds) if isinstance(kinds, str) else []
        for starred, word in ((False, ""), (True, "starred_")):
            limit = job[f"deleted_{word}message_row_id"]
            if type(limit) is int:
                self.all[starred] = max(limit, self.all.get(starred, _NONE))
            limit = job[f"deleted_categories_{word}message_row_id"]
            for kind in listed if type(limit) is int else ():
                self.of_type[kind, starred] = max(limit, self.of_type.get((kind, starred), _NONE))

    def cover(self, row: Row) -> bool:
        """Whether a row of `message` is among them: the application's own screens show it no more."""
        starred = row["starred"] == 1
        place: Any = row["sort_id"] if type(row["sort_id"]) is int and row["sort_id"] > 0 else row["_id"]
        if type(place) is not int:
            return False
        if str(row["_id"]) in self.single or place <= self.all.get(starred, _NONE):
            return True
        return place <= self.of_type.get((str(row["message_type"]), starred), _NONE)
