"""Raw disk images in parts: name.001, name.002 …; name.000 …; name.aa, name.ab …"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Image, Place, SourceError
from extractors.sources.disk_layout import look
from extractors.sources.images.opening import one_line, plain_reads
from extractors.sources.names import shown
from parsers.joined import Joined, Piece, ReadAt

KIND: Final = "split raw image"
TITLE: Final = "Raw image in parts (.001, .002 …)"
LIMITS: Final = "Whether the last part of a split raw image is missing cannot be told by the parts alone."
MOST_PARTS: Final = 20_000
FARTHEST_AHEAD: Final = 100  # how many missing parts in a row are looked beyond
MOST_OPEN: Final = 64
SMALLEST: Final = 4096  # no file system that is read here fits into less
_NUMBERED: Final = re.compile(r"(.+\.)(0+[01])", re.DOTALL)
_LETTERED: Final = re.compile(r"(.+\.)(a{2,4})", re.DOTALL | re.IGNORECASE)
_ARCHIVES: Final = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"EVF\x09", b"LVF\x09", b"\x1f\x8b", b"MSCF")


class _Set(NamedTuple):
    names: list[str]
    missing: str  # the first name that is not there though a later one is
    later: str


def detect(place: Place, head: bytes) -> bool:
    """A name that ends as the first part's, a later part beside it, and together a known partition table or volume."""
    if head.startswith(_ARCHIVES) or not _first(place.name):
        return False
    found = _parts(place)
    if found is None:
        return False
    try:
        image = _join(place, found.names)
    except SourceError:
        return True  # parts that cannot be opened: opening says so
    try:
        return image.size >= SMALLEST and look(image.read_at, image.size).known
    finally:
        image.close()


def open_image(place: Place) -> Image:
    """The media of all parts. Raises SourceError, naming a part that is missing in the middle."""
    found = _parts(place) if _first(place.name) else None
    if found is None:
        raise one_line(place, "it is not the first part of a split image, or no other part is beside it")
    if found.missing:
        raise one_line(place, f"part {found.missing} is missing, though {found.later} is there")
    return _join(place, found.names)


def _first(name: str) -> bool:
    return len(name.rpartition(".")[2]) > 1 and bool(_NUMBERED.fullmatch(name) or _LETTERED.fullmatch(name))


def _following(name: str) -> Iterator[str]:
    """The names of the parts behind the first one."""
    if found := _NUMBERED.fullmatch(name):
        width, start = len(found[2]), int(found[2])
        yield from (f"{found[1]}{number:0{width}d}" for number in range(start + 1, start + MOST_PARTS))
    elif found := _LETTERED.fullmatch(name):
        width, base = len(found[2]), ord(found[2][0])
        for number in range(1, min(26**width, MOST_PARTS)):
            letters = (number // 26**place % 26 for place in reversed(range(width)))
            yield found[1] + "".join(chr(base + letter) for letter in letters)


def _parts(place: Place) -> _Set | None:
    """The set that begins with `place`; None where no other part is beside it, or it is not the first one."""
    beside = {name.casefold() for name in place.names()}
    numbered = _NUMBERED.fullmatch(place.name)
    if numbered and int(numbered[2]) == 1 and f"{numbered[1]}{0:0{len(numbered[2])}d}".casefold() in beside:
        return None
    names, missing, gap = [place.name], "", 0
    for name in _following(place.name):
        if name.casefold() not in beside:
            missing, gap = missing or name, gap + 1
            if gap > FARTHEST_AHEAD:
                break
        elif missing:
            return _Set(names, missing, name)
        else:
            names.append(name)
    return _Set(names, "", "") if len(names) > 1 else None


def _join(place: Place, names: list[str]) -> Image:
    found = [place if name == place.name else place.beside(name) for name in names]
    parts = [part for part in found if part is not None]
    if len(parts) < len(names):
        raise one_line(place, f"part {names[found.index(None)]} cannot be opened: it is a link, or no file")
    opened = _Opened(parts)
    joined = Joined([Piece(part.name, part.size, opened.reader(number)) for number, part in enumerate(parts)])
    problems = _odd_sizes(parts)
    return Image(
        size=joined.size,
        read_at=plain_reads(shown(place.name), joined.read_at),
        close=opened.close,
        facts={"parts": str(len(parts)), "part size": f"{parts[0].size} bytes"},
        problems=lambda: list(problems),
        parts=[part.name for part in parts],
    )


class _Opened:
    """The parts, opened when they are read: a set may have more of them than a process may hold open."""

    def __init__(self, parts: list[Place]) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._held: OrderedDict[int, Bytes] = OrderedDict()

    def reader(self, number: int) -> ReadAt:
        def read_at(offset: int, size: int) -> bytes:
            with self._lock:
                part = self._held.get(number)
                if part is None:
                    part = self._held[number] = self._parts[number].open()
                    if len(self._held) > MOST_OPEN:
                        self._held.popitem(last=False)[1].close()
                self._held.move_to_end(number)
                return part.read_at(offset, size)

        return read_at

    def close(self) -> None:
        with self._lock:
            while self._held:
                self._held.popitem()[1].close()


def _odd_sizes(parts: list[Place]) -> list[Problem]:
    """All parts but the last are as long as the first: one that is not was cut, and what follows stands too early."""
    first, last = parts[0], parts[-1]
    problems = [
        Problem(
            "file", "part-size", f"{shown(part.name)} has {part.size} bytes, the first part {first.size}: it may be cut"
        )
        for part in parts[1:-1]
        if part.size != first.size
    ]
    if last.size > first.size:
        text = f"{shown(last.name)}, the last part, has {last.size} bytes, more than the first part's {first.size}"
        problems.append(Problem("file", "part-size", text))
    return problems
