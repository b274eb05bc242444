"""Which blocks live files use, so that a deleted file can be told from what has since been written over it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Any, Final

import pytsk3

NAMES_KEPT: Final = 200_000
NON_RESIDENT: Final = int(pytsk3.TSK_FS_ATTR_NONRES)


def runs_of(file: Any) -> list[tuple[int, int]]:
    """(first block, blocks) of everything that a file has outside its metadata; holes left out. Raises OSError."""
    return [
        (int(run.addr), int(run.len))
        for attribute in file
        if int(attribute.info.flags) & NON_RESIDENT
        for run in attribute
        if int(run.flags) == 0 and int(run.len)
    ]


class LiveRuns:
    """The blocks of all live files of a volume, and who has them."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._ends = array("Q")
        self._owners = array("Q")
        self._names: dict[int, str] = {}
        self._order: list[int] = []
        self._sorted_starts = array("Q")

    def add(self, file: Any, number: int, path: str) -> None:
        try:
            runs = runs_of(file)
        except OSError:
            return  # reading the file will say so
        for start, length in runs:
            self._starts.append(start)
            self._ends.append(start + length)
            self._owners.append(number)
        if runs and len(self._names) < NAMES_KEPT:
            self._names[number] = path

    def finish(self) -> None:
        """To be called once, after the last `add`."""
        self._order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        self._sorted_starts = array("Q", (self._starts[place] for place in self._order))

    def owner_of(self, runs: list[tuple[int, int]]) -> str:
        """The first live file that uses any of these blocks, in words, or "" when none does."""
        for start, length in runs:
            place = bisect_right(self._sorted_starts, start + length - 1) - 1
            # Live files do not share blocks, so the last that begins before the end is the only one to ask.
            if place >= 0 and self._ends[self._order[place]] > start:
                owner = self._owners[self._order[place]]
                return self._names.get(owner, f"the live file with metadata entry {owner}")
        return ""
