"""Office documents of the older, compound kind (.doc, .xls, .ppt): what they say of themselves, and the words of .doc.

References: [MS-OLEPS] (property sets), [MS-DOC] 2.5.1, 2.8.35, 2.4.1 (FIB, Clx, piece table), [MS-CFB].
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import olefile

_MOST_STREAM: Final = 64 << 20
_KINDS: Final = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_SUMMARY: Final = {
    2: "title",
    3: "subject",
    4: "author",
    5: "keywords",
    6: "comments",
    7: "template",
    8: "last author",
    9: "revision",
    18: "application",
}
_SUMMARY_TIMES: Final = {11: "printed", 12: "created", 13: "saved"}
_DOCUMENT: Final = {2: "category", 14: "manager", 15: "company"}
_PAGES, _EDITED = 14, 10
_LIST: Final = 0x1000  # of types: several values
# Ends of paragraphs, cells, lines and pages; the other control characters are marks of fields and notes.
_SPECIAL: Final[dict[int, str | None]] = {
    **dict.fromkeys(range(32)),
    7: "\t",
    9: "\t",
    10: "\n",
    11: "\n",
    12: "\n",
    13: "\n",
}


@dataclass(slots=True)
class OleFacts:
    """`times`: (meaning, whole seconds since 1601, UTC); `edited_s` the seconds of editing that the program counted."""

    mime: str
    properties: list[tuple[str, str]] = field(default_factory=list)
    times: list[tuple[str, int]] = field(default_factory=list)
    pages: int | None = None
    edited_s: int | None = None
    text: str = ""
    problems: list[str] = field(default_factory=list)


def read_ole(stream: BinaryIO, most_text: int) -> OleFacts | None:
    """The facts of a .doc, .xls or .ppt file; None for another compound file. Raises ValueError for a damaged one."""
    try:
        with olefile.OleFileIO(stream) as ole:
            kind = next((mime for name, mime in _KINDS.items() if ole.exists(name)), None)
            if kind is None:
                return None
            facts = OleFacts(kind)
            _properties(ole, facts)
            if kind == "application/msword":
                _words(ole, facts, most_text)
            return facts
    except Exception as error:  # noqa: BLE001 - olefile raises whatever it meets in damaged files
        raise ValueError(f"the document cannot be read: {type(error).__name__}: {str(error)[:200]}") from None


def _without_lists(ole: Any) -> None:
    """Properties that are lists are passed over: none is asked for, and olefile believes whatever length they state."""
    single = ole._parse_property

    def parse(stored: bytes, offset: int, number: int, kind: int, *more: Any) -> Any:
        return None if kind & _LIST else single(stored, offset, number, kind, *more)

    ole._parse_property = parse


def _properties(ole: Any, facts: OleFacts) -> None:
    _without_lists(ole)
    for name, labels in (("\x05SummaryInformation", _SUMMARY), ("\x05DocumentSummaryInformation", _DOCUMENT)):
        if not ole.exists(name):
            continue
        found = ole.getproperties(name, convert_time=False)
        codec = f"cp{found.get(1, 1252) % 65536}"
        for number, label in labels.items():
            if text := _plain(found.get(number), codec):
                facts.properties.append((label, text))
        if labels is _SUMMARY:
            stored = {word: found.get(key) for key, word in _SUMMARY_TIMES.items()}
            facts.times = [(word, value) for word, value in stored.items() if isinstance(value, int)]
            facts.pages = found[_PAGES] if isinstance(found.get(_PAGES), int) else None
            facts.edited_s = found[_EDITED] if isinstance(found.get(_EDITED), int) else None


def _plain(value: Any, codec: str) -> str:
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8" if codec == "cp65001" else codec)
        except (UnicodeDecodeError, LookupError):
            value = value.decode("latin-1")
    return "" if value is None else str(value).replace("\x00", "").strip()


def _words(ole: Any, facts: OleFacts, most: int) -> None:
    """The text by the piece table, which says for each stretch where it stands and in which encoding."""
    with ole.openstream("WordDocument") as main:
        head = main.read(0x01AA)
        if len(head) < 0x01AA:
            facts.problems.append("the text is not read: the header is cut short")
            return
        flags = int.from_bytes(head[0x0A:0x0C], "little")
        if flags & 0x0100:
            facts.problems.append("the text is encrypted")
            return
        table = "1Table" if flags & 0x0200 else "0Table"
        at, length = struct.unpack_from("<II", head, 0x01A2)
        if not ole.exists(table) or not 0 < length < _MOST_STREAM:
            facts.problems.append("the text is not read: it has no table of pieces")
            return
        with ole.openstream(table) as pieces:
            pieces.seek(at)
            clx = pieces.read(length)
        parts: list[str] = []
        kept = 0
        for start, count, narrow in _pieces(clx):
            if kept > most:
                facts.problems.append(f"of the text the first {most:,} characters are kept")
                break
            main.seek(start)
            stored = main.read(min(count * (1 if narrow else 2), _MOST_STREAM))
            parts.append(stored.decode("cp1252" if narrow else "utf-16-le", "replace"))
            kept += len(parts[-1])
    text = "".join(parts)[:most].translate(_SPECIAL)
    facts.text = "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _pieces(clx: bytes) -> list[tuple[int, int, bool]]:
    """(byte in the main stream, characters, one byte each) of every piece, in the order of the text."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:  # formatting of pieces
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if at + 5 > len(clx) or clx[at] != 2:
        raise ValueError("the table of pieces is not where it should be")
    size = int.from_bytes(clx[at + 1 : at + 5], "little")
    body = clx[at + 5 : at + 5 + size]
    count = (len(body) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", body, 0)
    found = []
    for number in range(count):
        stored = int.from_bytes(body[4 * (count + 1) + 8 * number + 2 :][:4], "little")
        narrow, place = bool(stored & 0x40000000), stored & 0x3FFFFFFF
        length = places[number + 1] - places[number]
        if length > 0:
            found.append((place // 2 if narrow else place, length, narrow))
    return found
