"""Which table a page of a database belongs to, and what its live rows are.

References:
- https://www.sqlite.org/fileformat2.html (the schema table, b-tree pages, freelist)
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from parsers.sqlite_cells import Cell, cell_at, row_of
from parsers.sqlite_layouts import Layout, layout_of, master_layout
from parsers.sqlite_pages import INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE, Pages, children, node_of
from parsers.sqlite_records import class_of, varint

UNKNOWN: Final = 0
LEAF: Final = 1
INNER: Final = 2
FREE: Final = 3
TRUNK: Final = 4
SPECIAL: Final = 5
_MOST_TABLES: Final = 5000
_SAMPLED_LEAVES: Final = 3
_KEPT_LEAVES: Final = 128
_NO_BOUND: Final = 1 << 63
_MOST_DEPTH: Final = 40


class Owners:
    """The tables of a database and what each page is.

    `tables` holds the schema's own table first. `kind` has one of the words of this module for each page, `owner` the
    number of its table in `tables` plus 1, or 0. Pages that the list of free pages names are free, whatever points to
    them.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.tables: list[Layout] = []
        self.kind = bytearray(pages.count + 1)
        self.owner = array("H", bytes(2 * (pages.count + 1)))
        self._bounds: list[list[int]] = []
        self._leaves: list[array[int]] = []
        self._cache: OrderedDict[int, dict[int, bytes]] = OrderedDict()
        for page, is_trunk in pages.free_pages():
            self.kind[page] = TRUNK if is_trunk else FREE
        self._claim(master_layout())
        for name, root, sql in self._schema():
            try:
                self._claim(layout_of(name, sql, root))
            except ValueError:
                continue  # a virtual table, an index, or words that nobody understands
            if len(self.tables) >= _MOST_TABLES:
                return

    def _schema(self) -> list[tuple[str, int, str]]:
        found = []
        for cell, page in self.rows(0):
            _, values, lost = row_of(cell, page, self.pages.encoding, self.overflow)
            if not lost and len(values) == 5 and values[0] == "table":
                _, name, _, root, sql = values
                if isinstance(name, str) and isinstance(root, int) and isinstance(sql, str):
                    found.append((name, root, sql))
        return found

    def overflow(self, first: int, length: int, *, only_free: bool = False) -> bytes:
        """What stands in a chain of overflow pages of which none is a page of a table; b"" where it is broken."""
        refused = (LEAF, INNER, TRUNK, SPECIAL, UNKNOWN) if only_free else (LEAF, INNER, TRUNK, SPECIAL)
        parts: list[bytes] = []
        seen: set[int] = set()
        page = first
        while length > 0:
            if not 0 < page <= self.pages.count or page in seen or self.kind[page] in refused:
                return b""
            seen.add(page)
            data = self.pages.page(page)
            if not data:
                return b""
            page = int.from_bytes(data[:4], "big")
            parts.append(data[4 : min(self.pages.usable, 4 + length)])
            length -= len(parts[-1])
        return b"" if page else b"".join(parts)

    def add_dropped(self, layout: Layout) -> None:
        """A table that is known from a deleted line of the schema: it owns the free pages that hang on its root."""
        if len(self.tables) < _MOST_TABLES:
            self._claim(layout)

    def _claim(self, layout: Layout) -> None:
        """Walks the tree of a table and writes its name on the pages."""
        self.tables.append(layout)
        self._bounds.append([])
        self._leaves.append(array("I"))
        number = len(self.tables)
        stack = [(layout.root, _NO_BOUND, 0)]
        while stack:
            page, bound, depth = stack.pop()
            if not 0 < page <= self.pages.count or self.owner[page] or depth > _MOST_DEPTH:
                continue
            free = self.kind[page] in (FREE, TRUNK)
            if layout.dropped != free or self.pages.is_special(page):
                continue
            self.owner[page] = number
            data = self.pages.page(page)
            node = node_of(data, self.pages.usable, page)
            if node is None or (node.kind in (LEAF_TABLE, INTERIOR_TABLE)) != layout.with_rowid:
                self.owner[page] = number if free else 0
                continue
            inner = node.kind in (INTERIOR_TABLE, INTERIOR_INDEX)
            if not free:
                self.kind[page] = INNER if inner else LEAF
                if not inner or not layout.with_rowid:
                    self._bounds[-1].append(bound)
                    self._leaves[-1].append(page)
            if inner:
                stack += [(child, key, depth + 1) for child, key in _below(data, layout, bound, page, self)][::-1]
        if not layout.dropped:
            self.tables[-1] = self._sampled(number - 1, layout)

    def _sampled(self, table: int, layout: Layout) -> Layout:
        """The layout, with what the first and the last of its live rows hold admitted."""
        classes: list[set[str]] = [set() for _ in layout.columns]
        counts: set[int] = set()
        leaves = self._leaves[table]
        chosen = dict.fromkeys([*leaves[:_SAMPLED_LEAVES], *leaves[-_SAMPLED_LEAVES:]])
        for page in chosen:
            for cell in self._cells(page, layout.with_rowid)[0]:
                if len(cell.types) > len(classes):
                    continue
                counts.add(len(cell.types))
                for serial, held in zip(cell.types, classes, strict=False):
                    held.add(class_of(serial or 0))
        return layout.seen(classes, counts)

    def _cells(self, number: int, in_table: bool) -> tuple[list[Cell], bytes]:
        data = self.pages.page(number)
        return cells_of(data, self.pages.usable, number, in_table), data

    def rows(self, table: int) -> Iterator[tuple[Cell, bytes]]:
        """Every live row of a table and the page that it stands in."""
        for number in self._leaves[table]:
            cells, data = self._cells(number, self.tables[table].with_rowid)
            for cell in cells:
                yield cell, data

    def live(self, table: int, rowid: int) -> bytes | None:
        """The cell of a live row, as far as it stands in its page, from its first byte to the last of its values."""
        place = bisect_left(self._bounds[table], rowid)
        if place >= len(self._leaves[table]):
            return None
        number = self._leaves[table][place]
        if (kept := self._cache.get(number)) is None:
            cells, data = self._cells(number, in_table=True)
            kept = {cell.rowid: data[cell.start : cell.kept] for cell in cells if cell.rowid is not None}
            self._cache[number] = kept
            if len(self._cache) > _KEPT_LEAVES:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(number)
        return kept.get(rowid)

    def layouts_that_fit(self, classes: list[str], *, with_rowid: bool) -> list[int]:
        """The tables that a record of these classes can belong to."""
        return [
            number
            for number, layout in enumerate(self.tables)
            if layout.with_rowid == with_rowid and layout.fits(classes)
        ]


def cells_of(data: bytes, usable: int, number: int, in_table: bool) -> list[Cell]:
    """The rows that a page lists itself; those that are damaged are left out."""
    node = node_of(data, usable, number)
    kinds = (LEAF_TABLE,) if in_table else (LEAF_INDEX, INTERIOR_INDEX)
    if node is None or node.kind not in kinds:
        return []
    found = []
    for at in node.cells:
        try:
            found.append(cell_at(data, at + (4 if node.kind == INTERIOR_INDEX else 0), usable, in_table=in_table))
        except ValueError:
            continue
    return found


def _below(data: bytes, layout: Layout, bound: int, number: int, owners: Owners) -> list[tuple[int, int]]:
    """(child, greatest row id in it) in order; a table without row ids has no use for the second."""
    node = node_of(data, owners.pages.usable, number)
    found: list[tuple[int, int]] = []
    for child, rest in children(data, node) if node else []:
        key = bound
        if rest and layout.with_rowid:
            try:
                key, _ = varint(data, rest)
            except ValueError:
                continue
        found.append((child, key))
    return found
