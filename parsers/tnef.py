"""A letter of Outlook in the form in which it travels within another letter (winmail.dat).

References:
- Microsoft, [MS-OXTNEF] (Transport Neutral Encapsulation Format)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from parsers.mapi import Attached, Item, Name, Properties, file_facts, properties_of

MAGIC: Final = b"\x78\x9f\x3e\x22"
_MOST: Final = 100_000  # values in one list
_DEEPEST: Final = 8
_MESSAGE, _ATTACHMENT = 1, 2
_PROPERTIES, _PART, _RECIPIENTS, _BEGINS, _CODE_PAGE = 0x9003, 0x9005, 0x9004, 0x9002, 0x9007
_DATA, _TITLE = 0x800F, 0x8010
# What older programs write outside of the list of properties: attribute -> property, as text.
_OLDER: Final = {0x8004: 0x0037, 0x800C: 0x1000, 0x8008: 0x001A}
_OLDER_CLASSES: Final = {
    "IPM.Microsoft Mail.Note": "IPM.Note", "IPM.Microsoft Mail.Read Receipt": "REPORT.IPM.NOTE.IPNRN",
    "IPM.Microsoft Mail.Non-Delivery": "REPORT.IPM.NOTE.NDR",
}  # fmt: skip
_CONTENT, _OBJECT = 0x3701, 0x000D
_SIZES: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OF_LENGTH: Final = (0x1E, 0x1F, 0x102, _OBJECT)
_SEVERAL: Final = 0x1000
Stored = tuple[int, int, bytes]


def read_tnef(data: bytes) -> Item:
    """The letter with its files. Raises ValueError for what is none; what breaks off is read as far as it goes."""
    return _Reader().item(data, 0)


class _Reader:
    def __init__(self) -> None:
        self._names: dict[int, Name] = {}

    def item(self, data: bytes, depth: int) -> Item:
        if not data.startswith(MAGIC):
            raise ValueError("it does not begin as a letter in this form does")
        made = Item("", Properties())
        stored: list[Stored] = []
        parts: list[list[Stored]] = []
        contents: list[bytes | None] = []
        codec = "cp1252"
        for level, number, value in _attributes(data, made.faults):
            if number == _CODE_PAGE and len(value) >= 4:
                codec = f"cp{struct.unpack_from('<I', value)[0] % 65536}"
            elif level == _MESSAGE and number == _PROPERTIES:
                stored += self._listed(value, made.faults)
            elif level == _MESSAGE and number == _RECIPIENTS:
                made.recipients += self._recipients(value, codec, made.faults)
            elif level == _MESSAGE and number in _OLDER:
                stored.append((_OLDER[number], 0x1E, value))
            elif number == _BEGINS:
                parts.append([])
                contents.append(None)
            elif level == _ATTACHMENT and parts:
                if number == _PART:
                    parts[-1] += self._listed(value, made.faults)
                elif number == _DATA:
                    contents[-1] = value
                elif number == _TITLE:
                    parts[-1].append((0x3704, 0x1E, value))
        made.properties = properties_of(iter(stored), self._names, codec)
        kind = made.properties.text(0x001A) or ""
        made.properties.ids[0x001A] = _OLDER_CLASSES.get(kind, kind)
        for part, content in zip(parts, contents, strict=True):
            made.attached.append(self._attached(part, content, codec, made, depth))
        return made

    def _attached(self, part: list[Stored], content: bytes | None, codec: str, holder: Item, depth: int) -> Attached:
        made = Attached(properties_of((one for one in part if one[0] != _CONTENT), self._names, codec))
        inner = next(((kind, data) for number, kind, data in part if number == _CONTENT), None)
        if inner is not None and inner[0] == _OBJECT and inner[1][16:20] == MAGIC and depth < _DEEPEST:
            made.item = _Reader().item(inner[1][16:], depth + 1)
            holder.faults += made.item.faults
            return made
        if content is None and inner is not None:
            content = inner[1][16:] if inner[0] == _OBJECT else inner[1]
        if content is not None:
            made.size, made.sha256 = file_facts(content)
        return made

    def _listed(self, data: bytes, faults: list[str]) -> list[Stored]:
        found: list[Stored] = []
        try:
            self._row(data, 0, found)
        except (struct.error, ValueError):
            faults.append("a list of properties breaks off")
        return found

    def _recipients(self, data: bytes, codec: str, faults: list[str]) -> list[Properties]:
        found: list[Properties] = []
        try:
            count, at = _count(data, 0), 4
            for _ in range(count):
                row: list[Stored] = []
                at = self._row(data, at, row)
                found.append(properties_of(iter(row), self._names, codec))
        except (struct.error, ValueError):
            faults.append("the list of recipients breaks off")
        return found

    def _row(self, data: bytes, at: int, found: list[Stored]) -> int:
        """Reads a list of properties from `at`, and gives where it ends."""
        count = _count(data, at)
        at += 4
        for _ in range(count):
            kind, number = struct.unpack_from("<HH", data, at)
            at += 4
            if number >= 0x8000:
                at = self._named(data, at + 16, number)
            several = bool(kind & _SEVERAL)
            values, at = _values(data, at, kind & ~_SEVERAL, several)
            if values and not several:
                found.append((number, kind, values[0]))
        return at

    def _named(self, data: bytes, at: int, number: int) -> int:
        kind, value = _count(data, at), int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == 0:
            self._names[number] = value
            return at + 8
        self._names[number] = data[at + 8 : at + 8 + value].decode("utf-16-le", "replace").rstrip("\x00")
        return at + 8 + (value + 3) // 4 * 4


def _count(data: bytes, at: int) -> int:
    count: int = struct.unpack_from("<I", data, at)[0]
    if count > _MOST:
        raise ValueError("more values than there can be")
    return count


def _values(data: bytes, at: int, kind: int, several: bool) -> tuple[list[bytes], int]:
    if kind in _OF_LENGTH:
        count, at = _count(data, at), at + 4
        found = []
        for _ in range(count):
            size = struct.unpack_from("<I", data, at)[0]
            if at + 4 + size > len(data):
                raise ValueError("a value is longer than what there is")
            found.append(data[at + 4 : at + 4 + size])
            at += 4 + -(-size // 4) * 4
        return found, at
    size = _SIZES.get(kind)
    if size is None:
        raise ValueError(f"a value of type {kind:#x}, which is not known")
    count = 1
    if several:
        count, at = _count(data, at), at + 4
    if at + count * size > len(data):
        raise ValueError("a value is longer than what there is")
    return [data[at + place * size : at + (place + 1) * size] for place in range(count)], at + count * size


def _attributes(data: bytes, faults: list[str]) -> Iterator[tuple[int, int, bytes]]:
    """(level, number, bytes); each has a sum of its bytes behind it."""
    at = 6
    while at < len(data):
        if at + 9 > len(data):
            faults.append("it breaks off within an attribute")
            return
        level, number, size = struct.unpack_from("<BI", data, at) + struct.unpack_from("<I", data, at + 5)
        if level not in (_MESSAGE, _ATTACHMENT) or at + 9 + size + 2 > len(data):
            faults.append("it breaks off within an attribute")
            return
        value = data[at + 9 : at + 9 + size]
        if sum(value) & 0xFFFF != struct.unpack_from("<H", data, at + 9 + size)[0]:
            faults.append(f"the sum of attribute {number & 0xFFFF:04X} is not that of its bytes")
        yield level, number & 0xFFFF, value
        at += 9 + size + 2
