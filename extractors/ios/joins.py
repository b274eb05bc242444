"""The tables of Core Data that join two others: their names carry numbers, which differ by version of the model."""

from __future__ import annotations

import re
from typing import Any

from evidence_store.records import Problem
from extractors.beside import sorted_rows
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase

Joined = dict[Any, list[Any]]


def joined_keys(db: EvidenceDatabase, table: str, left: str, right: str, gaps: list[Problem]) -> Joined:
    """The keys of the `right` column for each of the `left`, in the order stored; empty where there is no such table.

    The three names are given without their numbers: "REMOTEPARTICIPANTHANDLES" stands for Z_2REMOTEPARTICIPANTHANDLES.
    What could not be read is put into `gaps`.
    """
    found: Joined = {}
    for name, columns in sorted(db.tables().items()):
        if not _is(name, table):
            continue
        here = [one for one in sorted(columns) if _is(one, left)], [one for one in sorted(columns) if _is(one, right)]
        if len(here[0]) != 1 or len(here[1]) != 1:
            continue
        one, other = here[0][0], here[1][0]
        try:
            for row in sorted_rows(db, name, f"{one} AS {one}, {other} AS {other}", (one, other)):
                found.setdefault(row[one], []).append(row[other])
        except DatabaseDamaged as error:
            gaps.append(Problem("file", "damaged-database", f"{name}: {error}"))
    return found


def _is(name: str, wanted: str) -> bool:
    return re.fullmatch(rf"Z_[0-9]+{re.escape(wanted)}[0-9]*", name) is not None
