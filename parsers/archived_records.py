"""Many small archives (NSKeyedArchiver) by one program: each shape is read in full once, what is like it by comparison.

The records of a list of files differ in numbers, texts and data, and else in nothing. Where an archive was read by the
general reader, it is noted where such leaves lie: integers and data anywhere, and texts that only "$objects" holds.
Whatever bytes stand there, the archive is as sound as it was and means the same but for their values. So an archive
with the same bytes everywhere else needs no second reading, and gives just what the general reader would. One such text
may also have another length, as long as all that lies behind it is where it was, the more or less aside.

References:
- CoreFoundation, CFBinaryPList.c (the format, as its comments describe it)
- Apple, "Archives and Serializations Programming Guide"; the documentation of NSKeyedArchiver
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from plistlib import UID
from typing import Any, Final, NamedTuple

from parsers.nskeyedarchiver import NULL, PLAIN, open_archive
from parsers.plist_binary import MAGIC, TEXTS, Objects, read_objects

MAX_BYTES: Final = 4096  # of an archive whose shape is kept
MAX_SHAPES: Final = 4096
MAX_ALIKE: Final = 32  # of one size, tried one after the other
_HEADER: Final = b"\x5f\x10"  # of a text of 15 to 255 characters; its length follows in one byte


class _Leaf(NamedTuple):
    """A field whose value may differ: where it lies, and its form: "int", "signed", "bytes" or the code of a text."""

    name: str
    start: int
    end: int
    form: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """`mask` has ones where the bytes, as one number, must be `fixed`, and `step` more for each character of the text
    that was cut out, of `longest` at most. Each field is a leaf or among the constants."""

    mask: int
    fixed: int
    step: int
    longest: int
    leaves: tuple[_Leaf, ...]
    constants: dict[str, Any]

    def fields(self, rest: bytes) -> dict[str, Any]:
        found = dict(self.constants)
        for name, start, end, form in self.leaves:
            stored = rest[start:end]
            if form == "int":
                found[name] = int.from_bytes(stored, "big")
            elif form == "signed":
                found[name] = int.from_bytes(stored, "big", signed=True)
            elif form == "bytes":
                found[name] = stored
            else:
                text = stored.decode(form, "surrogatepass" if form == "utf-16-be" else "surrogateescape")
                found[name] = None if text == NULL else text
        return found


class RecordReader:
    """Reads the fields of that name of the root objects of archives."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._shapes: dict[tuple[int, int], list[_Shape]] = {}
        self._room = MAX_SHAPES

    def fields(self, data: bytes, text: bytes = b"") -> dict[str, Any]:
        """Those wanted of `open_archive(data).fields()`. Raises ValueError where that does.

        `text` is one that the archive probably holds, and that is not wanted; with it, fewer archives are new.
        """
        if len(data) > MAX_BYTES:
            return self._chosen(open_archive(data).fields())
        rest, at = _cut(data, text)
        number, length = int.from_bytes(rest, "big"), len(data) - len(rest)
        alike = self._shapes.get((len(rest), at), ())
        for shape in alike:
            if number & shape.mask == shape.fixed + shape.step * length and length <= shape.longest:
                return shape.fields(rest)
        fields = self._chosen(open_archive(data).fields())
        if self._room and len(alike) < MAX_ALIKE and data.startswith(MAGIC):
            self._room -= 1
            if found := _shape(read_objects(data), self._wanted, at, length):
                self._shapes.setdefault((len(rest), at), []).append(found)
        return fields

    def _chosen(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: fields[name] for name in self._wanted if name in fields}


def _cut(data: bytes, text: bytes) -> tuple[bytes, int]:
    """(the bytes without the text, where it was); all of them and 0 where it is not there in the usual form."""
    at = data.find(text) if 15 <= len(text) < 256 else -1
    if at < 3 or data[at - 3 : at - 1] != _HEADER or data[at - 1] != len(text):
        return data, 0
    return data[:at] + data[at + len(text) :], at


def _shape(found: Objects, wanted: tuple[str, ...], at: int, length: int) -> _Shape | None:
    """The shape of an archive that the general reader accepts, without the text that was cut out; None for odd ones."""
    if not found.apart():
        return None  # bytes of a leaf may be those of another object too
    objects, tops = found.member(found.top, "$objects"), found.member(found.top, "$top")
    start = None if tops is None else found.member(tops, "root")
    if objects is None or start is None or type(found.values[start]) is not UID:
        return None
    free = _free(found, objects)
    fields = _places(found, objects, found.held[objects][found.values[start].data], free, wanted)
    cut = [number for number in free if found.spans[number] == (at - 3, at, at + length)] if length else []
    if fields is None or len(cut) != (length > 0) or (cut and cut[0] in fields[0].values()):
        return None
    mask = bytearray(b"\xff" * len(found.data))
    for number in free:
        _, begin, end = found.spans[number]
        mask[begin:end] = bytes(end - begin)
    del mask[at : at + length]
    leaves = []
    for name, number in fields[0].items():
        _, begin, end = found.spans[number]
        shift = length if begin > at else 0
        leaves.append(_Leaf(name, begin - shift, end - shift, free[number]))
    step, longest = _step(found, at, length)
    bits = int.from_bytes(mask, "big")
    fixed = (int.from_bytes(found.data[:at] + found.data[at + length :], "big") & bits) - step * length
    return _Shape(bits, fixed, step, longest, tuple(leaves), fields[1])


def _places(
    found: Objects, objects: int, root: int, free: Container[int], wanted: tuple[str, ...]
) -> tuple[dict[str, int], dict[str, Any]] | None:
    """(numbers of the wanted fields that may differ, values of the others); None where one is no plain value."""
    leaves, constants = {}, {}
    for name in wanted:
        if (held := found.member(root, name)) is None:
            continue
        number = _followed(found, objects, held, free)
        if number is not None and number in free:
            leaves[name] = number
            continue
        constants[name] = None if number is None else found.values[number]
        if isinstance(constants[name], dict | list):
            return None
    return leaves, constants


def _step(found: Objects, at: int, length: int) -> tuple[int, int]:
    """(what each character of the text at `at` adds to the bytes as a number, the most characters it may have).

    It adds 1 to the length of the text, to the place of each object behind it, and to that of the table of places. No
    place may grow out of its bytes, since it would run over into the one before it.
    """
    if not length:
        return 0, 0
    data, size, table = found.data, found.offset_size, found.table
    adds = bytearray(len(data))
    adds[at - 1] = adds[-1] = 1
    longest = 255
    for entry in range(table, table + found.count * size, size):
        place = int.from_bytes(data[entry : entry + size], "big")
        if place > at:
            adds[entry + size - 1] = 1
            longest = min(longest, 256**size - 1 - (place - length))
    del adds[at : at + length]
    return int.from_bytes(adds, "big"), longest


def _free(found: Objects, objects: int) -> dict[int, str]:
    """The leaves that may have other bytes, and their forms (see `_Leaf`), by number."""
    times_held = Counter(number for held in found.held.values() for number in held)
    listed = set(found.held[objects])
    free = {}
    for number, (at, _, _) in found.spans.items():
        kind, low = found.data[at] & 0xF0, found.data[at] & 0x0F
        if kind == 0x10:
            free[number] = "signed" if low >= 3 else "int"
        elif kind == 0x40:
            free[number] = "bytes"
        elif kind in TEXTS and number in listed and times_held[number] == 1:
            free[number] = TEXTS[kind]
    return free


def _followed(found: Objects, objects: int, number: int, free: Container[int]) -> int | None:
    """The object that `Archive.value` would give for this one; None for "$null"."""
    reference = found.values[number]
    if type(reference) is not UID:
        return number
    if not reference.data:
        return None
    number = found.held[objects][reference.data]
    if isinstance(found.values[number], dict):
        for plain in PLAIN:
            inner = found.member(number, plain)
            if inner is not None and isinstance(found.values[inner], bytes | str):
                return inner
    return None if found.values[number] == NULL and number not in free else number
