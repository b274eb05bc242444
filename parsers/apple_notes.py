"""The bodies and tables of Apple Notes: gzip around a protocol buffer that keeps how a text came about.

Deleted stretches of a body stand in it by their length alone; their letters are not kept.

References:
- J. Baron's published description of the messages (notestore.proto): which field is what
- the layout as bodies of iOS 13 to 15 show it
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from parsers.protobuf import Fields

MAX_BYTES: Final = 64 << 20
MAX_CELLS: Final = 100_000
OBJECT: Final = "\ufffc"  # stands in the text where something is embedded
_GZIP: Final = b"\x1f\x8b"
_CHECKLIST: Final = 103  # of the style of a paragraph
_TABLE: Final = "com.apple.notes.ICTable"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a body: `done` of an item of a checklist, else None; `identifier` and `kind` of what is embedded."""

    text: str
    done: bool | None = None
    identifier: str | None = None
    kind: str | None = None
    link: str | None = None


def read_body(data: bytes, faults: list[str] | None = None) -> tuple[Run, ...]:
    """The runs of a body (ZICNOTEDATA.ZDATA); their texts together are the whole text.

    `faults` gets a line where a run cannot be read: as its length is not known, none after it is.
    Raises ValueError for what is no body: that of a locked note is encrypted and is none.
    """
    note = Fields(_unpacked(data)).message(2, 3)
    if note is None:
        raise ValueError("no body of a note")
    return _runs(note, [] if faults is None else faults)


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        raise ValueError("not compressed with gzip: encrypted, or of a layout that is not known")
    inflater = zlib.decompressobj(31)
    try:
        found = inflater.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"cannot be inflated: {error}") from error
    if inflater.unconsumed_tail:
        raise ValueError(f"inflates to more than {MAX_BYTES} bytes")
    return found


def _runs(note: Fields, faults: list[str]) -> tuple[Run, ...]:
    """Lengths count UTF-16 units. What no run covers is a run of its own."""
    whole = (note.text(2) or "").encode("utf-16-le", "surrogatepass")
    found, at = [], 0
    for number, stored in enumerate(note.all.get(5, []), 1):
        run = stored.message()
        if run is None:
            faults.append(f"links, marks and what is embedded are not told from stretch {number} on: it cannot be read")
            break
        length = 2 * (run.number(1) or 0)
        text = whole[at : at + length].decode("utf-16-le", "surrogatepass")
        at += length
        done = None
        if run.number(2, 1) == _CHECKLIST:
            done = run.number(2, 5, 2) == 1
        found.append(Run(text, done, run.text(12, 1), run.text(12, 2), run.text(9)))
    if at < len(whole):
        found.append(Run(whole[at:].decode("utf-16-le", "surrogatepass")))
    return tuple(found)


def read_table(data: bytes) -> list[list[str]]:
    """The cells of a table, row by row. Raises ValueError for what is none."""
    stored = Fields(_unpacked(data)).message(2, 3)
    if stored is None:
        raise ValueError("no table")
    objects = _Objects(stored)
    table = objects.table()
    rows = objects.places(table.get("crRows"))
    columns = objects.places(table.get("crColumns"))
    height, width = max(rows.values(), default=-1) + 1, max(columns.values(), default=-1) + 1
    if height * width > MAX_CELLS:
        raise ValueError(f"a table of {height} rows and {width} columns")
    cells = [[""] * width for _ in range(height)]
    left = MAX_CELLS
    for column_key, column in objects.pairs(table.get("cellColumns")):
        below = objects.pairs(column)
        if (left := left - len(below) - 1) < 0:
            raise ValueError(f"a table of more than {MAX_CELLS} cells")
        for row_key, cell in below:
            row, place = rows.get(objects.uuid(row_key)), columns.get(objects.uuid(column_key))
            if row is not None and place is not None:
                cells[row][place] = objects.cell(cell)
    return cells


def _each(entry: Fields, *path: int) -> list[Fields]:
    """Each message of a repeated field. Raises ValueError where a value is none: a cell would be lost or misplaced."""
    found, left_out = entry.counted(*path)
    if left_out:
        raise ValueError(f"a table of which {left_out} parts cannot be read")
    return found


class _Objects:
    """The objects of a table, which name each other by number; rows and columns go by the number of their UUID."""

    def __init__(self, stored: Fields) -> None:
        self._entries = stored.datas(3)
        self._keys = [key.decode("utf-8", "replace") for key in stored.datas(4)]
        self._kinds = [kind.decode("utf-8", "replace") for kind in stored.datas(5)]
        self._uuids = {uuid: place for place, uuid in reversed(list(enumerate(stored.datas(6))))}
        self._opened: dict[int, Fields | None] = {}

    def entry(self, place: int | None) -> Fields | None:
        """An object by its number, opened once."""
        if place is None or place >= len(self._entries):
            return None
        if place not in self._opened:
            self._opened[place] = Fields(self._entries[place])
        return self._opened[place]

    def table(self) -> dict[str, int | None]:
        """The fields of the object that is the table, by name."""
        for place in range(len(self._entries)):
            entry = self.entry(place)
            custom = entry.message(13) if entry else None
            kind = custom.number(1) if custom else None
            if custom and kind is not None and kind < len(self._kinds) and self._kinds[kind] == _TABLE:
                named = ((one.number(1), one.number(2, 6)) for one in _each(custom, 3))
                return {self._keys[key]: value for key, value in named if key is not None and key < len(self._keys)}
        raise ValueError("no table among its objects")

    def pairs(self, place: int | None) -> list[tuple[int | None, int | None]]:
        """The elements of a dictionary as numbers of objects."""
        entry = self.entry(place)
        return [(one.number(1, 6), one.number(2, 6)) for one in _each(entry, 6, 1)] if entry else []

    def uuid(self, place: int | None) -> int | None:
        """Which UUID an object stands for."""
        entry = self.entry(place)
        first = _each(entry, 13, 3)[:1] if entry else []
        return first[0].number(2, 2) if first else None

    def places(self, place: int | None) -> dict[int | None, int]:
        """Number of a UUID -> which row or column that is; later names of a row lead to its first one."""
        entry = self.entry(place)
        if entry is None:
            return {}
        found: dict[int | None, int] = {}
        for one in _each(entry, 16, 1, 1, 2):
            number = self._uuids.get(one.data(2) or b"")
            if number is not None:
                found[number] = len(found)
        for one in _each(entry, 16, 1, 2, 1):
            first, second = self.uuid(one.number(1, 6)), self.uuid(one.number(2, 6))
            if first in found:
                found[second] = found[first]
        return found

    def cell(self, place: int | None) -> str:
        """The text of a cell."""
        entry = self.entry(place)
        return (entry.text(10, 2) or "") if entry else ""
