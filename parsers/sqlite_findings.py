"""Deleted rows as they are found: which of them are live rows after all, and which are the same row again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parsers.sqlite_cells import Cell, first_overflow
from parsers.sqlite_layouts import Layout
from parsers.sqlite_owners import Owners
from parsers.sqlite_records import class_of

_MOST_BYTES: Final = 64 << 20
_RANK: Final = {"high": 2, "medium": 1, "low": 0}
_HEAD_OF_BLOCK: Final = 4
_KEY: Final = 12  # bytes by which rows without a row id are looked up


@dataclass(slots=True)
class Finding:
    """A cell and where it stands: `page` is the whole page until the finding is kept, then only its cell."""

    cell: Cell
    page: bytes
    number: int
    offset: int
    in_log: bool
    origin: str
    confidence: str
    also: int = 0
    replaced: bool = False
    dropped: bool = False

    @property
    def raw(self) -> bytes:
        """The bytes of the row that are in place."""
        return self.page[self.cell.start : self.cell.kept]


class Findings:
    """Takes findings one by one; `settled` gives what is left of them. `full`: no more is taken."""

    def __init__(self, owners: Owners, most_rows: int) -> None:
        self.most_rows = most_rows
        self.full = False
        self.notes: list[str] = []
        self._owners = owners
        self._numbers: dict[int, int] = {}
        self._whole: dict[tuple[str, bytes], Finding] = {}
        self._headless: dict[tuple[str, bytes], Finding] = {}
        self._bytes = 0

    def add(self, finding: Finding) -> None:
        """Keeps a row, unless it is a live one or was found before."""
        cell = finding.cell
        headless = cell.rowid is None
        name = _name(cell.layout)
        raw = finding.raw[_HEAD_OF_BLOCK:] if headless else finding.raw
        kept = self._headless if headless else self._whole
        if (before := kept.get((name, raw))) is not None:
            self._again(before, finding)
            return
        if not headless and self._is_live(finding):
            return
        self._bytes += len(finding.page) if first_overflow(cell, finding.page) else len(raw) + 400
        if len(self._whole) + len(self._headless) >= self.most_rows or self._bytes > _MOST_BYTES:
            if not self.full:
                self.notes.append(f"more deleted rows than are kept: only the first {self.most_rows:,} or 64 MiB")
            self.full = True
            return
        kept[name, raw] = finding

    def _again(self, before: Finding, finding: Finding) -> None:
        also = before.also + 1 + finding.also
        if _RANK[finding.confidence] > _RANK[before.confidence]:
            for field in ("cell", "page", "number", "offset", "in_log", "origin", "confidence"):
                setattr(before, field, getattr(finding, field))
        before.also = also

    def _is_live(self, finding: Finding) -> bool:
        """Whether the row stands in its table unchanged; tells too where only its row id does."""
        rowid, layout = finding.cell.rowid, finding.cell.layout
        if rowid is None:
            return False
        raw = finding.raw
        for table in self._tables(finding.cell, layout):
            live = self._owners.live(table, rowid)
            if live is not None and (live == raw or (finding.cell.how == "unsure" and live.startswith(raw))):
                return True
            finding.replaced |= live is not None and layout is not None
        return False

    def _tables(self, cell: Cell, layout: Layout | None) -> list[int]:
        if layout is None:
            classes = [class_of(one or 0) for one in cell.types]
            return self._owners.layouts_that_fit(classes, with_rowid=True)
        return [number for number, one in enumerate(self._owners.tables) if one is layout and not one.dropped]

    def settled(self) -> list[Finding]:
        """What was found; rows without a row id are compared here, with those found whole and with the live ones."""
        headless = list(self._headless.values())
        by_key: dict[tuple[str, bytes], list[Finding]] = {}
        for one in headless:
            one.dropped = False
            by_key.setdefault((_name(one.cell.layout), one.raw[_HEAD_OF_BLOCK:][:_KEY]), []).append(one)
        for whole in self._whole.values():
            if twin := _twin(by_key, _name(whole.cell.layout), whole.raw):
                whole.also += 1 + twin.also
        names = {name for name, _ in by_key}
        for number, layout in enumerate(self._owners.tables):
            if layout.dropped or layout.name not in names:
                continue
            for cell, page in self._owners.rows(number):
                _twin(by_key, layout.name, page[cell.start : cell.kept])
        return [*self._whole.values(), *(one for one in headless if not one.dropped)]


def _twin(by_key: dict[tuple[str, bytes], list[Finding]], name: str, raw: bytes) -> Finding | None:
    """The row without a row id that is the same as this one, now marked as no finding of its own."""
    tail = raw[_HEAD_OF_BLOCK:]
    for one in by_key.get((name, tail[:_KEY]), ()):
        mine = one.raw[_HEAD_OF_BLOCK:]
        if not one.dropped and (tail == mine or (one.cell.how == "unsure" and tail.startswith(mine))):
            one.dropped = True
            return one
    return None


def _name(layout: Layout | None) -> str:
    return "\0" if layout is None else layout.name
