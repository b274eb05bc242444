"""How many deleted rows of the SQLite Forensic Corpus are recovered: `python -m tests.benchmarks.sqlite_recovery DIR`.

The corpus states for each database which rows it holds and which were deleted. `measured` gives the figures by
category; the command prints them as the table of the README.

References:
- Sebastian Nemetz, Sven Schmitt, Felix Freiling: A standardized corpus for SQLite database forensics (2018)
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml import ElementTree

from parsers.sqlite_recovery import RecoveredRow, recover_rows

FOLDER = "sqlite-forensic-corpus/sqlite_forensic_corpus_v1.0"
SUBJECTS = {
    "01": "weird table names",
    "04": "character sets",
    "06": "virtual and temporary tables",
    "07": "fragmented contents",
    "0A": "deleted tables",
    "0C": "deleted records",
}
Truth = Counter[tuple[str, tuple[str, ...]]]


@dataclass
class Figures:
    """Of one category: rows that were deleted; of these found whole and in part; found rows that never were."""

    category: str
    deleted: int = 0
    complete: int = 0
    partly: int = 0
    false: int = 0
    live: int = 0  # live rows that were reported as deleted


def measured(corpus: Path) -> list[Figures]:
    """The figures of each category; `corpus` is the folder that holds the corpora."""
    found = []
    for category in SUBJECTS:
        figures = Figures(category)
        for path in sorted((corpus / FOLDER / category).glob("*.db")):
            compare(path, figures)
        found.append(figures)
    return found


def compare(path: Path, figures: Figures) -> list[RecoveredRow]:
    """Adds the figures of one database; returns the rows that are in no truth."""
    gone, live = truth_of(path.with_suffix(".xml"))
    with path.open("rb") as stream:
        rows = [row for row in recover_rows(stream).rows if row.table != "sqlite_master"]
    figures.deleted += gone.total()
    false = []
    for row in sorted(rows, key=lambda one: len(one.lost)):
        twin = next((one for one in gone if gone[one] and same(row, one)), None)
        if twin is not None:
            gone[twin] -= 1
            figures.complete += not row.lost
            figures.partly += bool(row.lost)
        elif any(same(row, one) for one in live):
            figures.live += 1
            false.append(row)
        else:
            figures.false += 1
            false.append(row)
    return false


def truth_of(path: Path) -> tuple[Truth, Truth]:
    """(deleted rows, live rows) of a database: its table and its values as text, as often as they stand there."""
    gone: Truth = Counter()
    live: Truth = Counter()
    for element in ElementTree.parse(path).getroot().iter("element"):
        meta = element.find("meta")
        dropped = meta.findtext("deleted") == "True"
        for row in element.iter("row"):
            values = tuple(column.findtext("content") or "" for column in row.iter("column"))
            kept = gone if dropped or row.get("deleted") == "1" else live
            kept[meta.findtext("name") or "", values] += 1
    return gone, live


def same(row: RecoveredRow, stated: tuple[str, tuple[str, ...]]) -> bool:
    """Whether the values that were not lost are those of the truth, in a table of that name (or of no known name)."""
    table, values = stated
    if row.table not in (table, None) or len(values) != len(row.values):
        return False
    pairs = zip(row.columns, row.values, values, strict=True)
    return all(name in row.lost or equal(value, text) for name, value, text in pairs)


def equal(value: Any, text: str) -> bool:
    """Whether a value is what the truth writes as text."""
    if value is None:
        return text in ("", "NULL", "None")
    if isinstance(value, int | float):
        try:
            return abs(float(text) - value) <= 1e-9 * abs(value)
        except ValueError:
            return False
    return (value.hex() if isinstance(value, bytes) else str(value)) == text


def main() -> None:
    print("| category | deleted rows | recovered whole | in part | never there | live |")
    print("|---|---:|---:|---:|---:|---:|")
    for one in measured(Path(sys.argv[1])):
        name = f"{one.category} {SUBJECTS[one.category]}"
        print(f"| {name} | {one.deleted} | {one.complete} | {one.partly} | {one.false} | {one.live} |")


if __name__ == "__main__":
    main()
