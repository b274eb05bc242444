"""Rows of JSON with one broken value of each kind: no row may be lost for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evidence_store.records import Present, Problem, Record
from extractors.base import EvidenceFile, Extractor, Found

# What an export holds where something else was expected.
BROKEN = (
    *(None, True, "", "broken \ud800 value", -1, 2**70, 1e300, float("nan"), [], [None, 7, "x", {}], {}, {"x": [1]}),
    *("../../../x", "\x00", [[[]]], "9" * 30),
)


def broken_rows(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The row as it is, once for each field and broken value, and once without each field."""
    found = [row]
    for name in row:
        found += [{**row, name: value} for value in BROKEN]
        found.append({key: value for key, value in row.items() if key != name})
    return found


def assert_no_entry_is_lost(
    extractor: Extractor, file_of: Callable[[list[Any]], EvidenceFile], row: dict[str, Any]
) -> list[Found]:
    """Breaks the fields of `row` one by one and asserts that each entry comes out, as a record or as a said problem."""
    rows = [*broken_rows(row), None, 7, "text", [], {}]
    found = list(extractor(file_of(rows)))
    told = {
        one.locator
        for one in found
        if isinstance(one, Record) or (isinstance(one, Problem) and one.kind in ("row", "unsupported"))
    }
    present = sum(one.rows for one in found if isinstance(one, Present))
    assert len(told) >= len(rows), f"{len(rows) - len(told)} of {len(rows)} entries did not come out"
    assert present == len(told)
    return found
