"""Recovers deleted rows of an SQLite database: from free pages, free space inside pages, and its write-ahead log.

What is found is compared with the live rows: a row that stands there still, unchanged, is not reported. A row of which
the row id is lost is compared by the rest of its bytes, so a deleted one whose twin lives is not reported either.
Entries of indexes are no rows; tables WITHOUT ROWID, whose rows stand in index pages, are compared by their bytes.

References:
- https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

from parsers.sqlite_carving import carve
from parsers.sqlite_cells import Cell, row_of
from parsers.sqlite_findings import Finding, Findings
from parsers.sqlite_layouts import MASTER, Layout, layout_of
from parsers.sqlite_owners import FREE, INNER, LEAF, TRUNK, UNKNOWN, Owners, cells_of
from parsers.sqlite_pages import INTERIOR_TABLE, LEAF_TABLE, Node, Pages, node_of
from parsers.sqlite_rebuilding import Area
from parsers.sqlite_records import class_of, varint_bytes
from parsers.sqlite_wal import CURRENT

FREE_PAGE: Final = "free page"
FREEBLOCK: Final = "freeblock"
UNALLOCATED: Final = "unallocated space"
REPLACED: Final = "page replaced by the log"
BEHIND: Final = "page behind the end of the database"
ORPHAN: Final = "page that belongs to no table"
_FEW_COLUMNS: Final = 2  # what looks like a row of so few may be one by chance
_MOST_OVERFLOW: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class RecoveredRow:
    """A row that is in none of the live tables, as far as its bytes are there.

    `table` is None where several tables, or none that is known, can have had it; its columns are then "column 1" ….
    `rowid` is None where it is lost or the table has none. `offset` counts bytes in the database or the log (`where`);
    `length` is how many of its bytes stand there.
    `lost` names the columns whose bytes are gone: their value is None. `also` is in how many other places the same row
    stands. `replaced`: a live row has the same row id, so that this is an earlier state of it.
    """

    table: str | None
    columns: tuple[str, ...]
    values: tuple[Any, ...]
    rowid: int | None
    page: int
    offset: int
    length: int
    where: str
    origin: str
    confidence: str
    lost: tuple[str, ...] = ()
    also: int = 0
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Recovered:
    """The rows in the order of their place, database before log; `notes`: what the reader should know."""

    rows: tuple[RecoveredRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Image:
    """One state of a page. `offset` is where it begins in the database or the log; `old`: SQLite does not read it."""

    number: int
    data: bytes
    offset: int
    in_log: bool
    old: str = ""


def recover_rows(main: BinaryIO, wal: BinaryIO | None = None, *, most_rows: int = 200_000) -> Recovered:
    """The deleted rows of a database; `wal` is what stands beside it as "-wal". Both are only read.

    Stops, and says so, at `most_rows` rows or 64 MiB of them. Raises ValueError for what is no database (or encrypted).
    """
    pages = Pages(main, wal)
    search = _Search(pages, most_rows)
    search.schema()
    for image in search.images():
        search.look(image)
        if search.found.full:
            break
    return search.result()


class _Search:
    def __init__(self, pages: Pages, most_rows: int) -> None:
        self.pages = pages
        self.owners = Owners(pages)
        self.found = Findings(self.owners, most_rows)
        self._overflow_left = _MOST_OVERFLOW
        self._current: tuple[int, set[bytes]] = (0, set())

    def schema(self) -> None:
        """Learns the tables that were dropped, from the deleted lines of the schema."""
        for image in self.images(frozenset(page for page, owner in enumerate(self.owners.owner) if owner == 1)):
            self.look(image)
        known = {(one.name, one.columns) for one in self.owners.tables}
        dropped = [row for row in self.result().rows if row.table == MASTER and row.values[0] == "table"]
        for row in sorted(dropped, key=lambda one: one.replaced):
            _, name, _, root, sql = row.values
            if not (isinstance(name, str) and isinstance(root, int) and isinstance(sql, str)):
                continue
            try:
                layout = layout_of(name, sql, root, dropped=True)
            except ValueError:
                continue
            if (name, layout.columns) not in known and not self._older(layout):
                known.add((name, layout.columns))
                self.owners.add_dropped(layout)
        self.found = Findings(self.owners, self.found.most_rows)

    def _older(self, layout: Layout) -> bool:
        """Whether it is a live table before columns were added to it: its shorter rows are then admitted."""
        for number, live in enumerate(self.owners.tables):
            if live.name == layout.name and live.columns[: len(layout.columns)] == layout.columns:
                self.owners.tables[number] = live.seen([], {len(layout.columns)})
                return True
        return False

    def images(self, only: frozenset[int] = frozenset()) -> Iterator[_Image]:
        """Every state of every page, or of `only` some: as SQLite reads it, then as it stood before."""
        pages = self.pages
        current = pages.log.current if pages.log else {}
        for number, data in ((one, pages.page(one)) for one in sorted(only)) if only else pages.each():
            place = current.get(number)
            offset = (number - 1) * pages.size if place is None else place
            yield _Image(number, data, offset, place is not None, "" if number <= pages.count else BEHIND)
        for number in sorted(only & current.keys() if only else current):
            if data := pages.in_main(number):
                yield _Image(number, data, (number - 1) * pages.size, False, REPLACED)
        frames = [frame for frame in pages.log.frames if frame.state != CURRENT] if pages.log else []
        for frame in sorted(frames, key=lambda one: (one.page, one.offset)):
            if only and frame.page not in only:
                continue
            if data := pages.at(frame.offset, True):
                yield _Image(frame.page, data, frame.offset, True, frame.state)

    def _owner(self, number: int) -> int:
        return self.owners.owner[number] if number < len(self.owners.owner) else 0

    def look(self, image: _Image) -> None:
        """Takes the deleted rows out of one state of a page."""
        if image.number < 1 or self.pages.is_special(image.number):
            return
        node = node_of(image.data, self.pages.usable, image.number)
        kind = self.owners.kind[image.number] if image.number < len(self.owners.kind) else UNKNOWN
        number = self._owner(image.number)
        if not image.old and kind in (LEAF, INNER):
            self._free_space(image, node, [number - 1], "")
        elif image.old or kind in (FREE, TRUNK) or (node is not None and node.kind == LEAF_TABLE):
            self._not_read(image, node, number, image.old or (FREE_PAGE if kind in (FREE, TRUNK) else ORPHAN))

    def _not_read(self, image: _Image, node: Node | None, owner: int, origin: str) -> None:
        """A page of which SQLite reads nothing: the rows it lists itself, and its free space."""
        if image.old not in ("", BEHIND) and node is None:
            return  # an overflow page, or damage: what it holds belongs to a row of another page
        likely = {owner - 1: 1} if owner else {}
        in_table = node is None or node.kind in (LEAF_TABLE, INTERIOR_TABLE)
        for cell in self._listed(image, in_table=in_table):
            table = self._table_of(cell, owner, with_rowid=in_table)
            if table is None and not in_table:
                continue  # an entry of an index
            if table is not None:
                likely[table] = likely.get(table, 0) + 1
                cell = replace(cell, layout=self.owners.tables[table])
            sure = table is not None and table == owner - 1
            self._add(image, cell, origin, "high" if sure else "medium")
        if not in_table and not any(not one.with_rowid for one in self.owners.tables):
            return  # a page of an index
        chosen = [max(likely, key=lambda one: likely[one])] if likely else list(range(len(self.owners.tables)))
        self._free_space(image, node, chosen, origin)

    def _listed(self, image: _Image, *, in_table: bool) -> list[Cell]:
        cells = cells_of(image.data, self.pages.usable, image.number, in_table)
        if not image.old or not cells:
            return cells
        if self._current[0] != image.number:
            data = self.pages.page(image.number) if image.number <= self.pages.count else b""
            live = cells_of(data, self.pages.usable, image.number, in_table)
            still = {data[one.start : one.end] for one in live} if self._owner(image.number) else set()
            self._current = (image.number, still)
        return [one for one in cells if image.data[one.start : one.end] not in self._current[1]]

    def _table_of(self, cell: Cell, owner: int, *, with_rowid: bool) -> int | None:
        """The number of the table that a whole row belongs to; None where that cannot be told."""
        classes = [class_of(one or 0) for one in cell.types]
        layout = self.owners.tables[owner - 1] if owner else None
        if layout and layout.with_rowid == with_rowid and layout.fits(classes):
            return owner - 1
        fitting = self.owners.layouts_that_fit(classes, with_rowid=with_rowid)
        if fitting or not layout:
            return fitting[0] if len(fitting) == 1 else None
        # Older than its last columns, or of values that none of the rows that were looked at has.
        keyed = layout.alias is None or layout.alias >= len(classes) or classes[layout.alias] == "n"
        fits = keyed and layout.with_rowid == with_rowid and len(classes) <= len(layout.columns)
        return owner - 1 if fits else None

    def _free_space(self, image: _Image, node: Node | None, tables: list[int], origin: str) -> None:
        data, usable = image.data, self.pages.usable
        if node is None:
            start = 0
            if image.number < len(self.owners.kind) and self.owners.kind[image.number] == TRUNK and not image.old:
                start = 8 + 4 * min(int.from_bytes(data[4:8], "big"), usable)
            places = [(start, usable, False)]
        else:
            places = [(start, start + length, True) for start, length in node.freeblocks]
            places.append((node.gap, node.content, False))
        layouts = [self.owners.tables[one] for one in tables]
        row_ids: frozenset[int] | None = None
        for start, end, block in places:
            held = data[start + 4 : end] if block else data[start:end]
            if not held.strip(b"\0"):
                continue
            if row_ids is None:
                cells = cells_of(data, usable, image.number, True)
                row_ids = frozenset(len(varint_bytes(abs(one.rowid or 0))) for one in cells[:50])
            area = Area(data, start, end, usable, self.pages.encoding, block, row_ids, len(tables) > 1)
            for cell in carve(area, layouts):
                confidence = {"whole": "high" if len(tables) == 1 else "medium", "rebuilt": "medium"}
                if len(cell.types) <= _FEW_COLUMNS:
                    confidence = {"whole": "medium"}
                what = origin or (FREEBLOCK if block else UNALLOCATED)
                self._add(image, cell, what, "low" if cell.layout is None else confidence.get(cell.how, "low"))

    def _add(self, image: _Image, cell: Cell, origin: str, confidence: str) -> None:
        self.found.add(
            Finding(
                cell=cell,
                page=image.data,
                number=image.number,
                offset=image.offset + cell.start,
                in_log=image.in_log,
                origin=origin,
                confidence=confidence,
            )
        )

    def result(self) -> Recovered:
        """What was found so far, compared with the live rows and put in order."""
        rows = []
        for finding in self.found.settled():
            old = finding.in_log or finding.origin == REPLACED
            rest = self._rest(only_free=not old)
            columns, values, lost = row_of(finding.cell, finding.page, self.pages.encoding, rest)
            layout = finding.cell.layout
            rows.append(
                RecoveredRow(
                    table=layout.name if layout else None,
                    columns=columns,
                    values=values,
                    rowid=finding.cell.rowid,
                    page=finding.number,
                    offset=finding.offset,
                    length=finding.cell.kept - finding.cell.start,
                    where="log" if finding.in_log else "database",
                    origin=finding.origin,
                    confidence="low" if lost and finding.confidence == "high" else finding.confidence,
                    lost=lost,
                    also=finding.also,
                    replaced=finding.replaced,
                )
            )
        rows.sort(key=lambda one: (one.where, one.offset))
        return Recovered(tuple(rows), tuple(self.found.notes))

    def _rest(self, *, only_free: bool) -> Any:
        def rest(first: int, length: int) -> bytes:
            if length > self._overflow_left:
                return b""
            self._overflow_left -= length
            return self.owners.overflow(first, length, only_free=only_free)

        return rest
