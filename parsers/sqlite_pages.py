"""The pages of an SQLite database as bytes: header, b-tree pages with their free space, the list of free pages.

Nothing read from the file is trusted: a page number, an offset or a count out of range ends what hangs on it.

References:
- https://www.sqlite.org/fileformat2.html (database header, b-tree pages, freeblocks, freelist, pointer map, lock page)
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from parsers.sqlite_wal import Log, read_log

LEAF_TABLE: Final = 0x0D
INTERIOR_TABLE: Final = 0x05
LEAF_INDEX: Final = 0x0A
INTERIOR_INDEX: Final = 0x02
_MAGIC: Final = b"SQLite format 3\0"
_LOCK_BYTE: Final = 1 << 30
_KEPT: Final = 4 << 20  # bytes of pages that are kept for the next question
_MOST_PAGES: Final = 1 << 26  # more than 256 GiB of 4 KiB pages
_READ_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Node:
    """A b-tree page by its own header. Offsets are counted from the start of the page.

    `cells` are where cells begin, in key order; `freeblocks` are (start, length) in rising order; the unallocated space
    runs from `gap` to `content`; `right` is the last child of an interior page.
    """

    kind: int
    cells: tuple[int, ...]
    freeblocks: tuple[tuple[int, int], ...]
    gap: int
    content: int
    right: int


class Pages:
    """The database as SQLite sees it: its own pages, those of the write-ahead log in their place.

    `size` and `usable` are bytes of a page, `encoding` 1 to 3 (UTF-8, UTF-16 little and big endian), `count` how many
    pages there are. Raises ValueError for what is no database.
    """

    def __init__(self, main: BinaryIO, wal: BinaryIO | None) -> None:
        self._main, self._wal = main, wal
        main.seek(0)
        head = main.read(100)
        if len(head) < 100 or not head.startswith(_MAGIC):
            raise ValueError("not a database (or encrypted)")
        (size,) = struct.unpack_from(">H", head, 16)
        self.size = 65536 if size == 1 else size
        if not 512 <= self.size <= 65536 or self.size & (self.size - 1):
            raise ValueError(f"not a database: pages of {self.size} bytes")
        self.usable = self.size - head[20]
        if self.usable < 480:
            raise ValueError(f"not a database: {head[20]} bytes of each page are reserved")
        self.log: Log | None = read_log(wal, self.size) if wal is not None else None
        self.in_file = min(main.seek(0, 2) // self.size, _MOST_PAGES)
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        first = self.page(1) or head
        self.encoding = first[59] if first[59] in (1, 2, 3) else 1
        self.auto_vacuum = first[52:56] != bytes(4)
        self.first_free = int.from_bytes(first[32:36], "big")
        stated = int.from_bytes(first[28:32], "big")
        trusted = first[24:28] == first[92:96] and 0 < stated <= self.in_file
        self.count = min(self.log.pages, _MOST_PAGES) if self.log and self.log.pages else self.in_file
        if not (self.log and self.log.pages) and trusted:
            self.count = stated

    def page(self, number: int) -> bytes:
        """A page as SQLite would read it; b"" where there is none."""
        if (kept := self._cache.get(number)) is not None:
            self._cache.move_to_end(number)
            return kept
        if self.log and number in self.log.current:
            data = self.at(self.log.current[number], True)
        else:
            data = self.in_main(number)
        self._cache[number] = data
        while len(self._cache) * self.size > _KEPT:
            self._cache.popitem(last=False)
        return data

    def in_main(self, number: int) -> bytes:
        """A page as it stands in the database file, whatever the log says; b"" where there is none."""
        return self.at((number - 1) * self.size, False) if 0 < number <= self.in_file else b""

    def at(self, offset: int, in_log: bool) -> bytes:
        """The page at a byte offset of the database or of the log; b"" where it is not there to its end."""
        stream = self._wal if in_log else self._main
        if stream is None:
            return b""
        stream.seek(offset)
        data = stream.read(self.size)
        return data if len(data) == self.size else b""

    def each(self) -> Iterator[tuple[int, bytes]]:
        """All pages in order, as SQLite would read them, and those of the file that lie behind its end."""
        at_once = max(1, _READ_AT_ONCE // self.size)
        current = self.log.current if self.log else {}
        last = max(self.count, self.in_file)
        for start in range(1, last + 1, at_once):
            self._main.seek((start - 1) * self.size)
            block = self._main.read(at_once * self.size)
            for number in range(start, min(start + at_once, last + 1)):
                if number in current:
                    yield number, self.page(number)
                    continue
                place = (number - start) * self.size
                data = block[place : place + self.size]
                if len(data) == self.size:
                    yield number, data
            if not block and not current:
                return

    def is_special(self, number: int) -> bool:
        """Whether a page is the one that locks stand on, or (auto-vacuum) one that says what the others are."""
        if number == _LOCK_BYTE // self.size + 1:
            return True
        return self.auto_vacuum and number >= 2 and (number - 2) % (self.usable // 5 + 1) == 0

    def free_pages(self) -> Iterator[tuple[int, bool]]:
        """(page, whether it is one that lists others) of the list of free pages, each once."""
        seen: set[int] = set()
        trunk = self.first_free
        while 0 < trunk <= self.count and trunk not in seen:
            seen.add(trunk)
            yield trunk, True
            data = self.page(trunk)
            if not data:
                return
            following, many = struct.unpack_from(">2I", data)
            if many > self.usable // 4 - 2:
                return
            for leaf in struct.unpack_from(f">{many}I", data, 8):
                if 0 < leaf <= self.count and leaf not in seen:
                    seen.add(leaf)
                    yield leaf, False
            trunk = following


def node_of(page: bytes, usable: int, number: int) -> Node | None:
    """What a page says of itself as a b-tree page, or None where it cannot be one. `number` counts from 1."""
    head = 100 if number == 1 else 0
    if len(page) < usable or page[head] not in (LEAF_TABLE, INTERIOR_TABLE, LEAF_INDEX, INTERIOR_INDEX):
        return None
    kind, block, many, content, _ = struct.unpack_from(">B3HB", page, head)
    content = content or 65536
    leaf = kind >= LEAF_INDEX
    pointers = head + (8 if leaf else 12)
    gap = pointers + 2 * many
    if gap > usable or not gap <= content <= usable:
        return None
    cells = struct.unpack_from(f">{many}H", page, pointers)
    if many and (min(cells) < content or max(cells) > usable - 4):
        return None
    right = 0 if leaf else int.from_bytes(page[head + 8 : head + 12], "big")
    return Node(kind, cells, _freeblocks(page, block, content, usable), gap, content, right)


def _freeblocks(page: bytes, block: int, content: int, usable: int) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    end = content
    while end <= block <= usable - 4:
        following, length = struct.unpack_from(">2H", page, block)
        if length < 4 or block + length > usable:
            break
        found.append((block, length))
        end = block + length
        block = following
    return tuple(found)


def children(page: bytes, node: Node) -> list[tuple[int, int]]:
    """(child page, where the rest of its cell begins) of an interior page, the last child with 0."""
    found = [(int.from_bytes(page[cell : cell + 4], "big"), cell + 4) for cell in node.cells]
    return [*found, (node.right, 0)]
