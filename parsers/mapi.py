"""Items of Outlook as their properties: what a single message file and a whole store have in common.

References:
- Microsoft, [MS-OXPROPS] (property identifiers), [MS-OXCDATA] (types of values), [MS-OXMSG] 2.2.3 and [MS-PST] 2.4.7
  (names of properties from 0x8000 on)
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from parsers.mail_header import decoded

Value = str | bytes | int | float | bool
_FIXED: Final = {
    0x0002: "<h", 0x0003: "<i", 0x0004: "<f", 0x0005: "<d", 0x0006: "<q", 0x0007: "<d", 0x000A: "<I", 0x0014: "<q",
    0x0040: "<Q",
}  # fmt: skip
_BOOLEAN, _TEXT_8, _TEXT, _BINARY, _BINARIES = 0x000B, 0x001E, 0x001F, 0x0102, 0x1102
_ONE_OFF: Final = bytes.fromhex("812b1fa4bea310199d6e00dd010f5402")  # whose entries carry name and address themselves
_CODE_PAGE, _OF_THE_WAY = 0x3FFD, 0x3FDE  # of its own 8-bit text; of the letter as it went over the internet
# Code pages that Windows has under a number that Python does not know.
_CODECS: Final = {
    20127: "ascii", 20866: "koi8-r", 20932: "euc_jp", 20936: "gb2312", 21866: "koi8-u", 50220: "iso2022_jp",
    50221: "iso2022_jp", 50222: "iso2022_jp", 50225: "iso2022_kr", 51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr",
    52936: "hz", 54936: "gb18030", 65000: "utf-7", 65001: "utf-8", **{28590 + n: f"iso-8859-{n}" for n in range(1, 17)},
}  # fmt: skip
_MOST_NAMES: Final = 1 << 15
_LONGEST_NAME: Final = 1024  # bytes
Name = int | str


@dataclass(slots=True)
class Properties:
    """`ids` are values by the number of their property, `named` by the number or the words that name it."""

    ids: dict[int, Value] = field(default_factory=dict)
    named: dict[Name, Value] = field(default_factory=dict)

    def text(self, number: Name, named: bool = False) -> str | None:
        """Text; None for what is none, and for ""."""
        value = self.named.get(number) if named else self.ids.get(int(number))
        return value if isinstance(value, str) and value else None

    def whole(self, number: Name, named: bool = False) -> int | None:
        """A whole number, as which times also stand (in 100 ns since 1601)."""
        value = self.named.get(number) if named else self.ids.get(int(number))
        return value if type(value) is int else None

    def data(self, number: int) -> bytes | None:
        """Bytes; None for what is none, and for no bytes."""
        value = self.ids.get(number)
        return value if isinstance(value, bytes) and value else None


@dataclass(slots=True)
class Attached:
    """A file or an item that an item holds; `sha256` and `size` are those of the file."""

    properties: Properties
    size: int | None = None
    sha256: str | None = None
    item: Item | None = None


@dataclass(slots=True)
class Item:
    """`place` tells it apart within its file."""

    place: str
    properties: Properties
    recipients: list[Properties] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def stands_in_place(kind: int) -> bool:
    """Whether values of the type are so short that they stand in the table of properties itself."""
    return kind in _FIXED or kind == _BOOLEAN


def value_of(kind: int, data: bytes, codec: str) -> Value | None:
    """A single value from its bytes; None for types that are not read, or too few bytes. `codec` is for 8-bit text."""
    if kind == _TEXT:
        return data.decode("utf-16-le", "replace").rstrip("\x00")
    if kind == _TEXT_8:
        return decoded(data, codec)[0].rstrip("\x00")
    if kind in (_BINARY, _BINARIES):  # several of them stay in one piece
        return data
    if kind == _BOOLEAN:
        return data[:1] not in (b"\x00", b"")
    form = _FIXED.get(kind)
    if form is None or len(data) < struct.calcsize(form):
        return None
    number: int | float = struct.unpack_from(form, data)[0]
    return number


def properties_of(stored: Iterator[tuple[int, int, bytes]], names: dict[int, Name], codec: str = "") -> Properties:
    """Properties from (number, type, bytes); 8-bit text is in the code page that they name themselves, or `codec`."""
    listed = list(stored)
    pages = {
        number: struct.unpack_from("<i", data)[0]
        for number, kind, data in reversed(listed)
        if number in (_CODE_PAGE, _OF_THE_WAY) and kind == 3 and len(data) >= 4
    }
    if named := pages.get(_CODE_PAGE) or (0 if codec else pages.get(_OF_THE_WAY)):
        codec = codec_of(named) or codec
    found = Properties()
    for number, kind, data in listed:
        value = value_of(kind, data, codec or "cp1252")
        if value is None:
            continue
        if number < 0x8000:
            found.ids.setdefault(number, value)
        elif number in names:
            found.named.setdefault(names[number], value)
    return found


def codec_of(page: int) -> str:
    """The character set that Windows has under a number; "" for one that is none."""
    return _CODECS.get(page) or (f"cp{page}" if 0 < page < 20000 else "")


def names_of(entries: bytes, strings: bytes, faults: list[str] | None = None) -> dict[int, Name]:
    """What the properties from 0x8000 on are called: a number, or words; `faults` gets a line for what is left out."""
    found: dict[int, Name] = {}
    cut = missing = 0
    for at in range(0, min(len(entries) - 7, 8 * _MOST_NAMES), 8):
        number, kind, place = struct.unpack_from("<IHH", entries, at)
        if kind & 1:
            if number + 4 > len(strings):
                missing += 1
                continue
            size = struct.unpack_from("<I", strings, number)[0]
            cut += size > _LONGEST_NAME
            words = strings[number + 4 : number + 4 + min(size, _LONGEST_NAME)].decode("utf-16-le", "replace")
            found.setdefault(0x8000 + place, words.rstrip("\x00"))
        else:
            found.setdefault(0x8000 + place, number)
    beyond = max(len(entries) // 8 - _MOST_NAMES, 0)
    for count, words in (
        (beyond, f"beyond the first {_MOST_NAMES:,} are not read: values under them may be missing"),
        (missing, "cannot be read: values under them are missing"),
        (cut, f"are longer than {_LONGEST_NAME:,} bytes and cut there"),
    ):
        if count and faults is not None:
            faults.append(f"{count:,} names of properties {words}")
    return found


def one_offs(data: bytes) -> list[tuple[str, str, str]]:
    """(name, type of address, address) of those who stand in a list of members in full."""
    found: list[tuple[str, str, str]] = []
    at = data.find(_ONE_OFF)
    while at >= 0:
        start = at + len(_ONE_OFF) + 4
        following = data.find(_ONE_OFF, start)
        piece = data[start : len(data) if following < 0 else following]
        wide = data[start - 1 : start] == b"\x80"
        text = piece[: len(piece) & ~1].decode("utf-16-le", "replace") if wide else decoded(piece, "")[0]
        words = text.split("\x00")
        if len(words) >= 3:
            found.append((words[0], words[1], words[2]))
        at = following
    return found


def file_facts(data: bytes) -> tuple[int, str]:
    """(size, SHA-256) of an attached file."""
    return len(data), hashlib.sha256(data).hexdigest()
