"""EWF logical evidence (L01, Lx01): the files that a tool took, listed in the set, their bytes in its media.

References:
- libewf, "Expert Witness Compression Format (EWF)" and "Expert Witness Compression Format 2 (EWF2)"
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import BinaryIO, Final

from evidence_store.records import Moment, Problem
from extractors.shortened import shortened
from extractors.sources.base import Entry, Place, SourceError
from extractors.sources.images.ewf import open_set, set_facts, set_problems
from extractors.sources.names import Findings, original, safe_path
from extractors.sources.reading import RangeReader, buffered
from parsers.ewf import EwfImage, is_logical
from parsers.ewf2 import Ewf2Image
from parsers.ewf_ltree import HEAD, LogicalFile, check_head, list_is_sound, media_bytes, read_tree
from parsers.times import from_unix

KIND: Final = "L01"
TITLE: Final = "EWF logical evidence (L01, Lx01)"
LIMITS: Final = "Encrypted sets are named and not read. Permissions are not taken over; the MD5 of a file is shown."
LONGEST_LINE: Final = 1 << 20
PIECE: Final = 1 << 20
_NO_DATA: Final = "the set holds no data of this file"
_OUTSIDE: Final = "its bytes lie outside of what the set holds"


def detect(place: Place, head: bytes) -> bool:
    """By signature."""
    return is_logical(head)


def open_place(place: Place, zone: str | None = None) -> LogicalVolume:
    """The files of the set that begins at `place`. Raises SourceError."""
    return LogicalVolume(open_set(place, logical=True))


class LogicalVolume:
    """See `Volume`. The address of an entry is the list of the ranges that its bytes take in the media."""

    kind = KIND

    def __init__(self, found: EwfImage | Ewf2Image) -> None:
        self._set = found
        self._opening = Findings()
        self._findings = Findings()
        self._list = _list_of(found, self._opening)
        # The last chunk ends where the media end, which only the list of files says.
        found.measure(media_bytes(_lines(self._list)) if self._list is not None else None)

    def entries(self) -> Iterator[Entry]:
        self._findings = Findings()
        if self._list is None:
            return
        try:
            for file in read_tree(_lines(self._list)):
                if not file.folder or file.extents:
                    yield self._entry(file)
        except ValueError as error:
            self._findings.add("file", "list-of-files", f"{error}; what follows is not listed")

    def problems(self) -> list[Problem]:
        return [*set_problems(self._set), *self._opening.problems(), *self._findings.problems()]

    def facts(self) -> dict[str, str]:
        return set_facts(self._set)

    def open(self, entry: Entry) -> BinaryIO:
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'its bytes cannot be had'}")
        ranges = _ranges(entry)
        if any(at is not None and at + size > self._set.size for at, size in ranges):
            raise SourceError(f"{entry.path}: {_OUTSIDE}")
        return buffered(RangeReader(_joined(ranges, self._set.read_at), sum(size for _, size in ranges)))

    def close(self) -> None:
        self._set.close()

    def _entry(self, file: LogicalFile) -> Entry:
        stored = "/".join(file.names)
        # A name with a slash of its own would make a folder that is not there.
        path, oddity = safe_path("/".join(name.replace("/", "_") for name in file.names))
        if any("/" in name for name in file.names):
            oddity = f"{oddity}, a slash".removeprefix(", ")
        if oddity:
            self._findings.add_name(path, oddity, original(stored))
        notes = [f"stored {name} {value}" for name, value in (("MD5", file.md5), ("SHA-1", file.sha1)) if value]
        extents = file.extents or ()
        held = sum(size for _, size in extents)
        size = held if file.size is None else min(held, file.size)
        readable = True
        if file.size and not held:
            readable, size = False, file.size
            notes.insert(0, _NO_DATA)
        elif any(at is not None and at + length > self._set.size for at, length in extents):
            readable = False
            notes.insert(0, _OUTSIDE)
        elif file.size is not None and held < file.size:
            notes.insert(0, f"the list says {file.size} bytes, the set holds {held} of them")
        address = ",".join(f"{'z' if at is None else at}+{length}" for at, length in extents)
        times = tuple(_moment(meaning, seconds) for meaning, seconds in file.times)
        return Entry(path, size, address, times, readable=readable, note="; ".join(notes))


def _lines(open_list: Callable[[], BinaryIO]) -> Iterator[str]:
    text = io.TextIOWrapper(open_list(), encoding="utf-16-le", errors="replace", newline="\n")
    while line := text.readline(LONGEST_LINE):
        yield line


def _moment(meaning: str, seconds: str) -> Moment:
    utc_us, note = from_unix(seconds, "s")
    return Moment(f"{meaning} (file system)", utc_us, shortened(seconds, 40), "D", note=note)


def _list_of(found: EwfImage | Ewf2Image, findings: Findings) -> Callable[[], BinaryIO] | None:
    """What opens the text of the list of files; None where the set has none."""
    try:
        if isinstance(found, Ewf2Image):
            read_at, size = found.list_of_files()
        else:
            read_at, size = found.list_of_files()
            head = read_at(0, HEAD)
            length = check_head(head, size)
            whole = (read_at(at, min(PIECE, HEAD + length - at)) for at in range(HEAD, HEAD + length, PIECE))
            if not list_is_sound(head, whole):
                findings.add("file", "list-of-files", "the list of files no longer has the MD5 that is stored of it")
            behind = read_at
            return lambda: buffered(RangeReader(lambda at, count: behind(HEAD + at, count), length))
    except ValueError as error:
        findings.add("file", "list-of-files", f"{error}: no file can be listed")
        return None
    return lambda: buffered(RangeReader(read_at, size))


def _ranges(entry: Entry) -> list[tuple[int | None, int]]:
    """The ranges of an address, cut to the size of the entry. Raises SourceError."""
    ranges: list[tuple[int | None, int]] = []
    left = entry.size
    for part in filter(None, entry.address.split(",")):
        at, _, size = part.partition("+")
        if not (size.isdecimal() and (at == "z" or at.isdecimal())):
            raise SourceError(f"{entry.path}: {part[:50]!r} is no range of bytes")
        taken = min(left, int(size))
        ranges.append((None if at == "z" else int(at), taken))
        left -= taken
    return ranges


def _joined(
    ranges: list[tuple[int | None, int]], read_media: Callable[[int, int], bytes]
) -> Callable[[int, int], bytes]:
    starts = [0, *accumulate(size for _, size in ranges)]

    def read_at(offset: int, size: int) -> bytes:
        index = bisect_right(starts, offset) - 1
        if index >= len(ranges) or size <= 0:
            return b""
        at, length = ranges[index]
        skip = offset - starts[index]
        wanted = min(size, length - skip, PIECE)
        return bytes(wanted) if at is None else read_media(at + skip, wanted)

    return read_at
