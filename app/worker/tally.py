"""What an extractor's run on a file adds up to: its counts, and in one word how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import ne

from evidence_store.records import Problem, Record


@dataclass
class Tally:
    """Rows by what became of them. `counted` is the extractor's own count, `last` the locator of the record before."""

    counted: int | None = None
    parsed: int = 0
    out_of_scope: int = 0
    unsupported: int = 0
    failed: int = 0
    problems: int = 0
    unknown: bool = False
    broken: bool = False
    last: str | None = field(default=None, repr=False)

    @property
    def seen(self) -> int:
        """Rows that came out, in whatever way."""
        return self.parsed + self.out_of_scope + self.unsupported + self.failed

    def rows_of(self, records: Sequence[Record]) -> int:
        """How many rows these came from: what follows each other from one place is of one row."""
        locators = [record.locator for record in records]
        before, self.last = self.last, locators[-1]
        return sum(map(ne, locators, [before, *locators]))

    def count(self, problem: Problem) -> None:
        """Counts a problem by its kind."""
        self.problems += 1
        self.failed += problem.kind == "row"
        self.unsupported += problem.kind == "unsupported"
        self.unknown |= problem.kind == "schema"
        self.broken |= problem.kind == "file"

    def missing(self) -> Problem | None:
        """Makes the counts add up: rows that were counted and did not come out are failures, and are said to be so."""
        if self.counted is None or self.counted <= self.seen:
            return None
        missing = self.counted - self.seen
        self.failed += missing
        return Problem("file", "rows-missing", f"{missing:,} of {self.counted:,} rows did not come out")

    def counts(self) -> dict[str, int]:
        """As an outcome states them (`evidence_store.writer.COUNTS`)."""
        return {
            "present": self.seen,
            "parsed": self.parsed,
            "out_of_scope": self.out_of_scope,
            "unsupported": self.unsupported,
            "failed": self.failed,
            "problems": self.problems,
        }

    def outcome(self, lost: str | None) -> str:
        """How the extractor ended; `lost` is how its worker did, where that ended first."""
        if lost is not None:
            return lost
        if self.unknown and not self.parsed:
            return "unknown layout"
        if self.broken or self.failed or self.unsupported or self.unknown:
            return "partial" if self.parsed else "failed"
        if self.parsed:
            return "parsed"
        return "out of scope" if self.out_of_scope else "empty"
