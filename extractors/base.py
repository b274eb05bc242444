"""The contract of an extractor: a labelled generator function, and nothing else.

    @extractor(id="android.calls", version=1, title="Android call log", files=("**/calllog.db",), emits=(Call,), …)
    def calls(file: EvidenceFile) -> Iterator[Found]:
        ...

An extractor yields in a fixed order; never writes; never guesses; a bad value costs the value and not the row; needed
tables and columns are checked before the query, and a layout nobody knows is said to be unknown (`Problem("schema",
…)`). Its version goes up when its output could change. Its docstring says where the knowledge of the format comes from.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from evidence_store.records import Moment, Present, Problem, Record
from parsers.sqlite_file import EvidenceDatabase
from parsers.sqlite_recovery import Recovered

Found = Record | Problem | Present
Layout = dict[str, set[str]]  # tables, and columns that each of them has


class EvidenceFile(Protocol):
    """One file of a source, as an extractor sees it: it cannot tell a zip from a disk image, and cannot write."""

    path: str  # '/'-separated, relative to the source's root
    size: int
    mime: str  # by content, never by name
    head: bytes  # the first 4096 bytes
    deleted: bool
    zone: str | None  # IANA name that is assumed for local times, or None: then utc_us stays None
    zone_by: str  # whose word that is: "operator", or "set on the device"
    date_order: str | None  # "dmy", "mdy", "ymd" as the operator stated, or None

    @property
    def readers(self) -> frozenset[str]:
        """The ids of the extractors that read it, this one among them."""

    @property
    def times(self) -> tuple[Moment, ...]:
        """The moments of the file system."""

    def open(self) -> BinaryIO:
        """A fresh, seekable, read-only stream from the start of the file."""

    def beside(self, name: str) -> BinaryIO | None:
        """A stream of another file of the source, by its path from this one's folder ("../mappings").

        None where there is none, or where the extractor's label does not list the name. Raises ValueError where its
        bytes cannot be had.
        """

    def sqlite(self) -> AbstractContextManager[EvidenceDatabase]:
        """The file as a database, with the write-ahead log or journal beside it applied and nothing changed."""

    def deleted_rows(self) -> Recovered:
        """The deleted rows of the file as a database, its write-ahead log included. Raises ValueError for what is none.

        Found once, however many extractors ask.
        """


@dataclass(frozen=True, slots=True)
class Extractor:
    """An extractor's label and its generator. See `extractor` for the fields."""

    id: str
    version: int
    title: str
    emits: tuple[type[Record], ...]
    privacy: str
    layouts: str
    tested_on: str
    limits: str
    read: Callable[[EvidenceFile], Iterator[Found]]
    files: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    claims: Callable[[bytes], bool] | None = None
    beside: tuple[str, ...] = ()
    tables: tuple[Layout, ...] = ()

    def __call__(self, file: EvidenceFile) -> Iterator[Found]:
        return self.read(file)

    @property
    def label(self) -> str:
        """ "android.sms@1": what provenance names."""
        return f"{self.id}@{self.version}"


def extractor(
    *,
    id: str,  # noqa: A002 - the word of the contract
    version: int,
    title: str,
    emits: tuple[type[Record], ...],
    privacy: str,
    layouts: str,
    tested_on: str,
    limits: str,
    files: tuple[str, ...] = (),
    types: tuple[str, ...] = (),
    claims: Callable[[bytes], bool] | None = None,
    beside: tuple[str, ...] = (),
    tables: tuple[Layout, ...] = (),
) -> Callable[[Callable[[EvidenceFile], Iterator[Found]]], Extractor]:
    """Labels a generator function as an extractor.

    `files` are path patterns ("**/databases/calllog.db"; `*` does not cross a '/'; matched without regard to case on
    every system). `types` are MIME types or prefixes ("image/") found by content. `claims` looks at the first 4096
    bytes and may decline a file that only its type brought here; a declined file gets no coverage row. `beside` names
    further files that are looked up while one is read, by their path from its folder ("../mappings"). `tables` are what
    a database has that is the application's under any name, one entry for each generation that differs in it: of all
    the databases that nobody asks for by their path, those that have them are read (see `extractors.recognising`). It
    is left out where other applications may have the same tables.

    `layouts` says which generations of the layout are known. `tested_on` names what a test reads: evidence of a device
    or service that is listed in `tests/extractors/truths`, or "documented schema, no device data". `limits` says what
    is not read. `privacy` is a word for what it holds: "communications", "media", "location", "web", "device" …
    """

    def label(read: Callable[[EvidenceFile], Iterator[Found]]) -> Extractor:
        return Extractor(
            id, version, title, emits, privacy, layouts, tested_on, limits, read, files, types, claims, beside, tables
        )

    return label


def joined(path: str, name: str) -> str:
    """The path of what stands at `name` as seen from the folder of the file `path`: "a/b/c", "../d" -> "a/d"."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
