"""Coverage and files: what became of each file, and every file of the sources, in pages as the timeline is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from sqlalchemy import Connection, case, func, select

from app.gui import wording
from app.gui.case_controller import CaseController
from app.gui.models.paged import PagedModel
from evidence_store import schema

Cells = tuple[str, ...]
# What could not be read comes first; an outcome that is not named here is one of those.
_WELL: Final = ("partial", "out of scope", "empty", "parsed")
_MOST_PROBLEMS: Final = 500


class Listing(NamedTuple):
    """One kind of table: headings, ids in order, the cells of a page, and the words below it for one line."""

    title: str
    headings: tuple[str, ...]
    ids: Callable[[Connection], array[int]]
    fetch: Callable[[Connection, Sequence[int]], list[tuple[int, Cells]]]
    words: Callable[[Connection, int], str]


class ListingModel(PagedModel[Cells]):
    """The lines of a listing as plain text."""

    filled = Signal(int)

    def __init__(self, controller: CaseController, listing: Listing, parent: QObject | None = None) -> None:
        super().__init__(controller, listing.headings, listing.fetch, parent)
        self.listing = listing

    def reload(self) -> None:
        self.controller.read(self.listing.ids, self._fill)

    def _fill(self, ids: array[int]) -> None:
        self.replace_ids(ids)
        self.filled.emit(len(ids))

    def cell(self, line: Cells, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return line[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headings[column]}: {line[column] or 'none'}"
        return None


def _coverage_ids(connection: Connection) -> array[int]:
    """Problems of files and sources that no extractor took up (as negative ids), then outcomes, the worst first."""
    outcome, problem = schema.outcome, schema.problem
    loose = select(problem.c.id).where(problem.c.outcome_id.is_(None), problem.c.kind != "note").order_by(problem.c.id)
    rank = case(*((outcome.c.outcome == name, place) for place, name in enumerate(_WELL, 1)), else_=0)
    ids = array("q", [-found for found in connection.scalars(loose)])
    ids.extend(connection.scalars(select(outcome.c.id).order_by(rank, outcome.c.id)))
    return ids


def _coverage_page(connection: Connection, wanted: Sequence[int]) -> list[tuple[int, Cells]]:
    outcome, file, source = schema.outcome, schema.file, schema.source
    query = (
        select(outcome, file.c.path, source.c.exhibit)
        .join(file, outcome.c.file_id == file.c.id)
        .join(source, outcome.c.source_id == source.c.id)
        .where(outcome.c.id.in_([one for one in wanted if one > 0]))
    )
    found: dict[int, Cells] = {}
    first = _first_problems(connection, [one for one in wanted if one > 0])
    for row in connection.execute(query):
        numbers = (row.present, row.parsed, row.out_of_scope, row.unsupported, row.failed)
        said = f"{row.problems:,}: {first.get(row.id, '')}" if row.problems else ""
        path = wording.visible(row.path)
        counts = (f"{one:,}" for one in numbers)
        found[row.id] = (row.outcome, row.exhibit, path, said, row.extractor, *counts)
    found |= _loose_problems(connection, [-one for one in wanted if one < 0])
    return list(found.items())


def _first_problems(connection: Connection, outcomes: list[int]) -> dict[int, str]:
    problem = schema.problem
    first = select(func.min(problem.c.id)).where(problem.c.outcome_id.in_(outcomes)).group_by(problem.c.outcome_id)
    query = select(problem.c.outcome_id, problem.c.detail).where(problem.c.id.in_(first))
    return {row.outcome_id: wording.visible(row.detail[:300]) for row in connection.execute(query)}


def _loose_problems(connection: Connection, wanted: list[int]) -> dict[int, Cells]:
    problem, file, source = schema.problem, schema.file, schema.source
    query = (
        select(problem, file.c.path, source.c.exhibit)
        .join(source, problem.c.source_id == source.c.id)
        .join(file, problem.c.file_id == file.c.id, isouter=True)
        .where(problem.c.id.in_(wanted))
    )
    found: dict[int, Cells] = {}
    for row in connection.execute(query):
        path = wording.visible(row.path) if row.path else "the source itself"
        said = wording.visible(row.detail[:300])
        found[-row.id] = ("not read", row.exhibit, path, said, "", "", "", "", "", "")
    return found


def _coverage_words(connection: Connection, wanted: int) -> str:
    """All problems of one line, up to a limit that is said."""
    problem = schema.problem
    of_line = problem.c.outcome_id == wanted if wanted > 0 else problem.c.id == -wanted
    query = select(problem).where(of_line).order_by(problem.c.id).limit(_MOST_PROBLEMS)
    lines = [
        f"{row.kind}, {row.code}: {wording.visible(row.detail)}" + (f" (at {row.locator})" if row.locator else "")
        for row in connection.execute(query)
    ]
    if len(lines) == _MOST_PROBLEMS:
        lines.append(f"… the first {_MOST_PROBLEMS} are shown; `assay coverage --json` lists all")
    return "\n".join(lines) or "No problem was met."


COVERAGE: Final = Listing(
    "What became of each file, what could not be read first",
    (
        *("Outcome", "Source", "File", "Problems", "Read by"),
        *("Present", "Parsed", "Out of scope", "Unsupported", "Failed"),
    ),
    _coverage_ids,
    _coverage_page,
    _coverage_words,
)


def _file_ids(connection: Connection) -> array[int]:
    file = schema.file
    return array("q", connection.scalars(select(file.c.id).order_by(file.c.source_id, file.c.ordinal)))


def _file_page(connection: Connection, wanted: Sequence[int]) -> list[tuple[int, Cells]]:
    file, source = schema.file, schema.source
    query = select(file, source.c.exhibit).join(source, file.c.source_id == source.c.id).where(file.c.id.in_(wanted))
    return [
        (
            row.id,
            (
                *(row.exhibit, wording.visible(row.path), f"{row.size:,}", row.mime or ""),
                *("DELETED" if row.deleted else "", row.sha256 or "not read", wording.visible(row.note)),
            ),
        )
        for row in connection.execute(query)
    ]


def _file_words(connection: Connection, wanted: int) -> str:
    row = connection.execute(select(schema.file).where(schema.file.c.id == wanted)).one()
    return f"{wording.visible(row.path)}\n{wording.size(row.size)}\nSHA-256 {row.sha256 or 'not read'}\n{row.note}"


FILES: Final = Listing(
    "Every file of the sources",
    ("Source", "Path", "Size in bytes", "Type by content", "Deleted", "SHA-256", "Note"),
    _file_ids,
    _file_page,
    _file_words,
)
