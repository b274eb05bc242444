"""The list of files in an EWF logical set (L01, Lx01): a tree in lines of text, read from front to back.

References:
- libewf, "Expert Witness Compression Format (EWF)", section "Ltree section"
- libewf, "Expert Witness Compression Format 2 (EWF2)", sections "Serialized file object data" and "Single files data"
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

HEAD: Final = 48
MOST_DEPTH: Final = 1000
MOST_PATH: Final = 32_768
MOST_EXTENTS: Final = 100_000
MOST_BYTES: Final = 1 << 62
TIMES: Final = {"wr": "modified", "ac": "accessed", "cr": "created", "mo": "changed", "dl": "deleted"}
_ESCAPED: Final = {1: "\n", 2: "\r", 3: "\t"}
_NUMBER: Final = re.compile(r"\d{1,20}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{1,16}")


@dataclass(frozen=True, slots=True)
class LogicalFile:
    """A file or folder of the list. `names` lead to it from the root.

    `size` as the list says; None where it does not. `extents` are (offset in the media, bytes), the offset None where
    zeros stand for data that is not stored; None where the list names no data, or what cannot be data. `times` are
    (meaning, seconds since 1970 in UTC as stored). Hashes are lower-case hex, "" where none is stored.
    """

    names: tuple[str, ...]
    folder: bool
    size: int | None
    extents: tuple[tuple[int | None, int], ...] | None
    times: tuple[tuple[str, str], ...]
    md5: str
    sha1: str


def check_head(head: bytes, size: int) -> int:
    """The length in bytes of the list behind the 48 bytes that stand before it in a L01. Raises ValueError."""
    if len(head) < HEAD or size < HEAD:
        raise ValueError("the list of files is cut short")
    if zlib.adler32(head[:24] + bytes(4) + head[28:HEAD]) != struct.unpack_from("<I", head, 24)[0]:
        raise ValueError("the head of the list of files fails its checksum")
    return int(min(struct.unpack_from("<Q", head, 16)[0], size - HEAD))


def list_is_sound(head: bytes, data: Iterable[bytes]) -> bool:
    """Whether the list, given in pieces, still has the MD5 that its head stores."""
    digest = hashlib.md5(usedforsecurity=False)
    for piece in data:
        digest.update(piece)
    return digest.digest() == head[:16]


def media_bytes(lines: Iterable[str]) -> int | None:
    """How many bytes of media the list says the set holds; None where it does not."""
    rows = iter(lines)
    for line in rows:
        if _plain(line) == "rec":
            tags, values = _plain(next(rows, "")).split("\t"), _plain(next(rows, "")).split("\t")
            return _number(dict(zip(tags, values, strict=False)).get("tb", ""))
        if _plain(line) == "entry":
            break
    return None


def read_tree(lines: Iterable[str]) -> Iterator[LogicalFile]:
    """All files and folders, parents before children. Raises ValueError where the list breaks off or is none."""
    rows = iter(lines)
    blank = True
    for line in rows:
        plain = _plain(line)
        if blank and plain == "entry":
            break
        blank = plain == ""
    else:
        raise ValueError("the list of files has no part that names them")
    next(rows, "")  # how many there are at the top
    tags = _plain(next(rows, "")).split("\t")
    if "n" not in tags:
        raise ValueError("the list of files does not say how its rows are made up")
    yield from _walk(rows, tags)


def _walk(rows: Iterator[str], tags: list[str]) -> Iterator[LogicalFile]:
    """Each row follows one with the number of its children, which come next."""
    above: list[tuple[str, int]] = []  # names on the way down, and how many children of each are still to come
    long = 0
    while True:
        counts = _plain(next(rows, "")).split("\t")
        values = _plain(next(rows, "")).split("\t")
        children = _number(counts[1]) if len(counts) == 2 else None
        if children is None:
            raise ValueError("the list of files breaks off")
        row = dict(zip(tags, values, strict=False))
        name = row.get("n", "").translate(_ESCAPED)
        long += len(name)
        if len(above) > MOST_DEPTH or long > MOST_PATH:
            raise ValueError(f"the list of files is nested more than {MOST_DEPTH} deep, or its paths are too long")
        # The root has a name only where the tool gave it one.
        yield _file(row, (*(part for part, _ in above if part), name))
        above.append((name, children))
        while above and above[-1][1] == 0:
            long -= len(above.pop()[0])
        if not above:
            return
        above[-1] = (above[-1][0], above[-1][1] - 1)


def _file(row: dict[str, str], names: tuple[str, ...]) -> LogicalFile:
    size = _number(row.get("ls", ""))
    extents = _extents(row.get("be", ""))
    duplicate = _number(row.get("du", ""))
    if not row.get("be") and duplicate is not None and size is not None:
        extents = ((duplicate, size),)
    return LogicalFile(
        names=tuple(part for part in names if part),
        folder=row.get("p", "") == "1",
        size=size,
        extents=extents,
        times=tuple((TIMES[tag], row[tag]) for tag in TIMES if row.get(tag, "0") not in ("", "0")),
        md5=_digest(row.get("ha", ""), 32),
        sha1=_digest(row.get("sha", ""), 40),
    )


def _extents(text: str) -> tuple[tuple[int | None, int], ...] | None:
    """How many there are, then offset and size of each, in hexadecimal; "S" stands before one that holds no data."""
    words = text.split(" ", 3 * MOST_EXTENTS + 1)
    if not _HEX.fullmatch(words[0]) or len(words) > 3 * MOST_EXTENTS:
        return None
    found: list[tuple[int | None, int]] = []
    at = 1
    while at < len(words):
        hole = words[at] == "S"
        pair = words[at + hole : at + hole + 2]
        if len(pair) < 2 or not all(_HEX.fullmatch(word) for word in pair):
            return None
        found.append((None if hole else int(pair[0], 16), int(pair[1], 16)))
        at += 2 + hole
    total = sum(size for _, size in found)
    return tuple(found) if len(found) == int(words[0], 16) and total < MOST_BYTES else None


def _plain(line: str) -> str:
    return line.rstrip("\r\n").removeprefix("\ufeff")


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and text.isascii() else None


def _digest(text: str, length: int) -> str:
    return text.lower() if len(text) == length and re.fullmatch(r"[0-9A-Fa-f]+", text) and text.strip("0") else ""
