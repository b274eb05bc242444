"""What the tables of pages and visits of different browsers have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import Present, Problem, WebVisit
from extractors.base import Found
from extractors.database import Doubts, each_held, each_row, selecting, stored
from extractors.web.addresses import searched
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

NOT_SHOWN: Final = "(a secret, not shown)"
_SECRET: Final = re.compile(
    r"pass(?:word|wd|code|phrase|wort)|kennwort|contrase|senha|mot.?de.?passe|token|secret|cvv|cvc|"
    r"(?:card|cc).?(?:no$|num|csc)|(?:^|[^a-z])(?:pwd|pin|otp|csc|iban)(?:$|[^a-z])",
    re.IGNORECASE,
)
Folders = dict[Any, tuple[str | None, Any]]  # key -> name, key of the folder around it
Pages = dict[Any, tuple[str | None, str | None]]  # key -> url, title


def pages_of(db: EvidenceDatabase, table: str, gaps: list[Problem], key: str = "id") -> Pages:
    """key -> (url, title) of a table of pages; what is damaged in it is put into `gaps`."""
    rows = each_held(db, table, selecting(db, table, (key, "url", "title")), gaps, key=key)
    return {row[key]: (_text(row["url"]), _text(row["title"])) for row in rows}


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) else None


def pages_alone(
    db: EvidenceDatabase,
    table: str,
    columns: tuple[str, ...],
    seen: set[Any],
    make: Callable[[Row, Doubts], WebVisit | None],
) -> Iterator[Found]:
    """The rows of a table of pages that no visit names: `make` gives a record, or None for what is no visited page."""
    doubts = Doubts()
    told: list[Problem] = []  # said already, when the table was read first
    for row in each_row(db, table, selecting(db, table, columns), told, key="id"):
        if row["id"] in seen:
            continue
        doubts.locator = f"{table}:id={row['id']}"
        record = make(row, doubts)
        if record is not None:
            yield Present(1)
            yield record
        yield from doubts.drain()


def folder_path(parent: Any, folders: Folders) -> str | None:
    """The names of a bookmark's folders from the outermost one; a circle ends where it closes."""
    names: list[str] = []
    passed: set[Any] = set()
    while parent in folders and parent not in passed:
        passed.add(parent)
        name, parent = folders[parent]
        if name:
            names.append(name)
    return " / ".join(reversed(names)) or None


def extras(row: Row, names: tuple[str, ...], url: str | None = None) -> tuple[tuple[str, Any], ...]:
    """Further columns as stored, those that are set; and the words that the address carries."""
    found = [(name, row[name]) for name in names if row[name] not in (None, "", 0)]
    plain = [(name, value if type(value) in (str, int, float) else stored(value)) for name, value in found]
    return (*plain, *searched(url))


def has(db: EvidenceDatabase, table: str, *columns: str) -> bool:
    """Whether the database has the table with these columns."""
    return not lacking(db, {table: set(columns)})


def entered(name: str | None, value: str | None) -> str | None:
    """What was entered into a field of a form; whether there is a secret is told, and not what it is."""
    return NOT_SHOWN if value and name and _SECRET.search(name) else value
