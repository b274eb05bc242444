"""Which files of a listing may be containers themselves: by their names, or, where there are few, all of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from extractors.sources.base import Entry, SourceError
from parsers.signatures import mime_of

FEW: Final = 16  # in a listing of no more files than this, each is looked at, whatever its name
SMALLEST: Final = 22  # bytes of an empty zip archive
_HEAD: Final = 64 << 10
_TICK: Final = 500  # entries
_NO_CONTAINER: Final = frozenset({"application/vnd.sqlite3", "application/pdf", "application/json", "application/xml"})
# One file, or the first of several.
_CONTAINER: Final = re.compile(
    r"\.(7z|rar|cab|zst|lz4|zip|tar|tgz|tbz2?|txz|gz|bz2|xz|ab|ufdr|aff4|e01|ex01|s01|l01|lx01|dd|img|raw|iso|dmg|vdi|vhdx?|vmdk|qcow2?"
    r"|crypt1[245]|backup|0{1,4}[01]|aa)$",
    re.IGNORECASE,
)
# Their media may stand in more files than one.
_MAY_GO_ON: Final = re.compile(r"\.(aff4|e01|ex01|s01|l01|lx01|vdi|vhdx?|vmdk|qcow2?|0{1,4}[01]|aa)$", re.IGNORECASE)
# Zip archives by content, and documents or programs to everybody.
_DOCUMENT: Final = re.compile(
    r"\.(apk|apks|xapk|aab|jar|war|ipa|docx|docm|xlsx|xlsm|pptx|odt|ods|odp|epub|kmz|pages|numbers|key|xpi|crx|nupkg"
    r"|whl|sketch|idml|thmx|vsdx|cbz|aar|3mf|usdz|sticker|wastickers)$",
    re.IGNORECASE,
)


def is_named(entry: Entry) -> bool:
    """Whether the file has the name of a container."""
    return bool(_CONTAINER.search(entry.path[-8:]))


# What is an archive and is not opened, by the type of its content.
NOT_OPENED: Final = {
    "application/x-7z-compressed": "a 7-Zip archive",
    "application/vnd.rar": "a RAR archive",
    "application/vnd.ms-cab-compressed": "a cabinet archive",
    "application/zstd": "compressed with zstd",
    "application/x-lz4": "compressed with LZ4",
}


class Listing:
    """The entries of a volume or layout, again and again; `broken` says what ended them early. `tick` is called now and
    then: many entries may go by of which none is handed on yet."""

    def __init__(self, entries: Callable[[], Iterator[Entry]], tick: Callable[[], None] = lambda: None) -> None:
        self._entries = entries
        self._tick = tick
        self.broken: Exception | None = None

    def __call__(self) -> Iterator[Entry]:
        try:
            for count, entry in enumerate(self._entries()):
                if count % _TICK == 0:
                    self._tick()
                yield entry
        except Exception as error:  # noqa: BLE001 - kept: what was listed before is there all the same
            self.broken = error


class Candidates:
    """Sees the entries of one listing; `found` gives those that may be containers, in listed order."""

    def __init__(self, *, look_at_few: bool) -> None:
        self._named: list[Entry] = []
        self._others: list[Entry] = []
        self._seen = 0
        self._look_at_few = look_at_few

    def see(self, entry: Entry) -> None:
        self._seen += 1
        if entry.kind != "file" or not entry.readable or entry.size < SMALLEST:
            return
        if is_named(entry):
            self._named.append(entry)
        elif self._seen <= FEW and not _DOCUMENT.search(entry.path):
            self._others.append(entry)

    def found(self) -> list[Entry]:
        if not self._look_at_few or self._seen > FEW:
            return self._named
        return [*self._named, *self._others]


def neighbours(found: list[Entry], listing: Callable[[], Iterator[Entry]]) -> Mapping[str, dict[str, Entry]]:
    """Folder -> name -> entry, for the folders of containers that may go on in further files; `listing` is read a
    second time for that, where there is such a container at all."""
    around: dict[str, dict[str, Entry]] = {
        entry.path.rpartition("/")[0]: {} for entry in found if _MAY_GO_ON.search(entry.path[-6:])
    }
    for entry in listing() if around else ():
        folder, _, name = entry.path.rpartition("/")
        if folder in around and entry.kind == "file" and entry.readable:
            known = around[folder].setdefault(name, entry)
            if known.deleted and not entry.deleted:  # what is there has the word, before what was there
                around[folder][name] = entry
    return around


def is_media(open_entry: Callable[[Entry], BinaryIO], entry: Entry) -> bool:
    """Whether the first bytes are those of a photo, a text, a database … which need not be looked at as a container."""
    try:
        with open_entry(entry) as stream:
            mime = mime_of(stream.read(_HEAD), size=entry.size)
    except OSError as error:
        raise SourceError(f"{entry.path}: cannot be read: {error.strerror or error}") from error
    return mime.startswith(("image/", "video/", "audio/", "text/", "font/")) or mime in _NO_CONTAINER


def by_root(roots: list[str], files: Mapping[str, Entry]) -> dict[str, dict[str, Entry]]:
    """For the beginning of the paths below each root, the files there by the rest of their paths. No root lies in
    another."""
    found: dict[str, dict[str, Entry]] = {f"{root}/" if root else "": {} for root in roots}
    starts = sorted(found)
    for path, entry in files.items():
        at = bisect_right(starts, path) - 1
        if at >= 0 and path.startswith(starts[at]):
            found[starts[at]][path[len(starts[at]) :]] = entry
    return found
