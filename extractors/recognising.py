"""Databases under a name that is not their application's: a renamed copy, a file that a backup keeps under a digest, an
orphan of a disk. What they are is told by their tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from evidence_store.records import Problem
from extractors.base import EvidenceFile, Extractor, Found
from extractors.catalog import EXTRACTORS
from parsers.sqlite_file import lacking

DATABASE: Final = "application/vnd.sqlite3"
NOTE: Final = Problem(
    "note", "recognised", "told by its tables to be of this kind: the application gives such a file another name"
)


def recognised(file: EvidenceFile, faults: list[str] | None = None) -> tuple[Extractor, ...]:
    """The extractors for a database by its tables (`Extractor.tables`), in the order of the catalog; each says first
    that the name did not tell. None for a database whose tables cannot be listed: `faults` gets why."""
    try:
        with file.sqlite() as db:
            fitting = [one for one in EXTRACTORS if any(not lacking(db, layout) for layout in one.tables)]
    except ValueError as error:
        if faults is not None:
            faults.append(str(error))
        return ()
    return tuple(map(_saying_so, fitting))


def _saying_so(extractor: Extractor) -> Extractor:
    def read(file: EvidenceFile) -> Iterator[Found]:
        yield NOTE
        yield from extractor(file)

    return replace(extractor, read=read)
