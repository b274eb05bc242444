"""AFF4 containers of single files (AFF4-L): the files with their names and times, their bytes in the container.

References:
- "AFF4 Standard v1.0a"
- Schatz, "AFF4-L: A Scalable Open Logical Evidence Container" (2019)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final
from urllib.parse import unquote

from evidence_store.records import Moment, Problem
from extractors.shortened import shortened
from extractors.sources.aff4_container import Container, Streams, is_container, number, types, values
from extractors.sources.base import Entry, Place, SourceError
from extractors.sources.images.aff4 import MOST_LISTED, is_logical
from extractors.sources.names import Findings, original, safe_path, shown
from extractors.sources.reading import RangeReader, buffered
from parsers.aff4_turtle import Term, local_name

KIND: Final = "AFF4-L"
TITLE: Final = "AFF4 logical evidence"
LIMITS: Final = (
    "Files that a tool stored by the hash of their parts are read where a map names the parts. Encrypted containers "
    "are named and not read; the hashes of a file are shown."
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES: Final = (
    ("lastwritten", "modified"),
    ("lastaccessed", "accessed"),
    ("recordchanged", "changed"),
    ("birthtime", "created"),
)
_BYTES: Final = re.compile(r"b(['\"]).*\1", re.DOTALL)  # a slip of one writer: the name as its language shows bytes
_DRIVE: Final = re.compile(r"^/?[A-Za-z]:[\\/]")


def detect(place: Place, head: bytes) -> bool:
    """Whether a zip is an AFF4 container that lists single files and holds no disk image."""
    if not is_container(place, head):
        return False
    container = Container(place)
    try:
        return is_logical(container)
    finally:
        container.close()


def open_place(place: Place, zone: str | None = None) -> Aff4Files:
    """The files of a container. Raises SourceError."""
    return Aff4Files(Container(place))


class Aff4Files:
    """See `Volume`. The address of an entry is the URI of its stream."""

    kind = KIND

    def __init__(self, container: Container) -> None:
        self._container = container
        self._findings = Findings()
        self._damage = Findings()

    def entries(self) -> Iterator[Entry]:
        self._findings = Findings()
        for uri, about in self._container.graph.items():
            if "FileImage" in types(about):
                yield self._entry(uri, about)

    def problems(self) -> list[Problem]:
        stored = self._container.problems
        lines = [Problem("file", "aff4", shown(line)) for line in stored[:MOST_LISTED]]
        if len(stored) > MOST_LISTED:
            lines.append(Problem("file", "aff4", f"{len(stored) - MOST_LISTED} more problems are not listed"))
        return [*lines, *self._findings.problems(), *self._damage.problems()]

    def facts(self) -> dict[str, str]:
        facts = {"volume": shown(self._container.volume), "container version": self._container.version()}
        return {name: value for name, value in facts.items() if value}

    def open(self, entry: Entry) -> BinaryIO:
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'its bytes cannot be had'}")
        streams = Streams([self._container])
        try:
            stream = streams.open(entry.address)
            missing = "its bytes are not in the container" if stream is None or streams.missing else ""
        except SourceError:
            raise
        except ValueError as error:
            raise SourceError(f"{entry.path}: {shown(str(error))}") from error
        if missing or stream is None:
            raise SourceError(f"{entry.path}: {missing}")

        def read_at(offset: int, size: int) -> bytes:
            try:
                return stream.read_at(offset, size)
            except SourceError:
                raise
            except ValueError as error:
                raise SourceError(f"{entry.path}: {shown(str(error))}") from error

        return buffered(RangeReader(read_at, stream.size, lambda: self._closed(entry.path, streams)))

    def close(self) -> None:
        self._container.close()

    def _closed(self, path: str, streams: Streams) -> None:
        """Keeps what was wrong with a file that was read."""
        for line in streams.problems:
            self._damage.add("file", "aff4", f"{path}: {shown(line)}")
        for stream in streams.images:
            for span in stream.bad_ranges():
                detail = f"{path}: {span.size} bytes from byte {span.offset} read as zeros: {shown(span.reason)}"
                self._damage.add("file", "bad-chunk", detail)
            stream.close()

    def _entry(self, uri: str, about: dict[str, list[Term]]) -> Entry:
        stored = self._name(uri, about)
        path, oddity = safe_path(stored, drives=True)
        if oddity:
            self._findings.add_name(path, oddity, original(stored))
        notes = [
            f"stored {local_name(term.datatype)} {shown(shortened(term.value, 200).lower())}"
            for term in values(about, "hash")
            if term.datatype
        ]
        where = self._container.where(uri)
        there = self._container.has(where) or self._container.has(f"{where}/map") or self._container.bevies(uri)
        size = number(about, "size")
        if size is None and self._container.has(where):
            size = self._container.size(where)
        readable = bool(there) or size == 0
        if not readable:
            notes.insert(0, "its bytes are not in the container")
        times = tuple(
            _moment(meaning, term.value) for tag, meaning in _TIMES for term in values(about, tag)[:1] if term.value
        )
        return Entry(path, size or 0, uri, times, readable=readable, note="; ".join(notes))

    def _name(self, uri: str, about: dict[str, list[Term]]) -> str:
        name = next((term.value for term in values(about, "originalfilename", "filename")), "")
        if not name or _BYTES.fullmatch(name):
            name = unquote(uri.removeprefix(self._container.volume).lstrip("/")) or uri
        # Names from Windows are divided by backslashes; elsewhere one is part of a name.
        return name.replace("\\", "/").lstrip("/") if _DRIVE.match(name) or name.startswith("\\\\") else name


def _moment(meaning: str, text: str) -> Moment:
    raw = shown(shortened(text, 80))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return Moment(f"{meaning} (file system)", None, raw, "D", note="not a possible date")
    if found.tzinfo is None:
        return Moment(f"{meaning} (file system)", None, raw, "D", note="no time zone is recorded")
    return Moment(f"{meaning} (file system)", (found - _EPOCH) // timedelta(microseconds=1), raw, "D")
