"""What the databases beside that of the messages know of people: names, and the numbers behind privacy ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final

from extractors.base import EvidenceFile
from extractors.database import selecting
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, lacking, open_database

ANDROID_BOOK: Final = "wa.db"
IOS_BOOK, IOS_PAIRS = "ContactsV2.sqlite", "LID.sqlite"
_WITH: Final = ("", "-wal", "-journal")


def with_logs(*names: str) -> tuple[str, ...]:
    """The names of databases and of the logs beside them, for the label of an extractor."""
    return tuple(name + ending for name in names for ending in _WITH)


def read_beside(file: EvidenceFile, name: str, read: Callable[[EvidenceDatabase], None]) -> bool:
    """Whether a database of that name stands beside the file; `read` is given it. What is damaged costs only itself."""
    with ExitStack() as opened:
        streams: list[BinaryIO | None] = []
        for ending in _WITH:
            try:
                stream = file.beside(name + ending)
            except ValueError:
                stream = None
            if stream is not None:
                opened.callback(stream.close)
            streams.append(stream)
        main, log, journal = streams
        if main is None:
            return False
        try:
            with open_database(main, log, journal) as db:
                read(db)
        except DatabaseDamaged:
            return True
    return True


def pairs(db: EvidenceDatabase, table: str, key: str, *columns: str) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """(text of the key, texts of the columns) of every row; what is no text is None."""
    if lacking(db, {table: {key}}):
        return
    for row in db.execute(f"SELECT {selecting(db, table, (key, *columns))} FROM {table}"):  # noqa: S608
        named = _text(row[key])
        if named:
            yield named, tuple(_text(row[column]) for column in columns)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):  # some stores have text as bytes
        value = value.decode("utf-8", "replace")
    return value.strip() or None if isinstance(value, str) else None


def android_names(file: EvidenceFile) -> dict[str, str]:
    """The name of each identifier in the application's address book: as saved on the phone, else as they call
    themselves."""
    found: dict[str, str] = {}

    def read(db: EvidenceDatabase) -> None:
        for table in ("wa_contacts", "wa_address_book"):
            for jid, (saved, own) in pairs(db, table, "jid", "display_name", "wa_name"):
                if name := saved or own:
                    found.setdefault(jid, name)

    read_beside(file, ANDROID_BOOK, read)
    return found
