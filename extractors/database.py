"""How an extractor reads a database: what was read stays, and what the door has to say is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evidence_store.records import Problem
from extractors.base import EvidenceFile, Found
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase


def read_database(file: EvidenceFile, read: Callable[[EvidenceDatabase], Iterator[Found]]) -> Iterator[Found]:
    """What `read` finds in the file; then a note for each thing the reader should know of how it was opened.

    A file that is no database, or cannot be read to its end, costs what lies behind the damage: the rows before it have
    been yielded by then, and a Problem "file" says where it stopped.
    """
    try:
        with file.sqlite() as db:
            try:
                yield from read(db)
            except DatabaseDamaged as error:
                yield Problem("file", "damaged-database", str(error))
            yield from _notes(db)
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", str(error))


def _notes(db: EvidenceDatabase) -> Iterator[Problem]:
    for note in db.notes:
        yield Problem("note", "database", note)
    if db.supplied_collations:
        yield Problem("note", "collation", f"sorted by code point in place of {', '.join(db.supplied_collations)}")
    if db.damaged_text:
        yield Problem("note", "text", f"{db.damaged_text} text values are not valid in the database's encoding")
