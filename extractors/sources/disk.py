"""Raw disk images, and the volume that every kind of disk image becomes: partitions, file systems, files."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evidence_store.records import Problem
from extractors.sources.base import Entry, Hashes, SourceError, SourceRef
from extractors.sources.disk_files import FileSystem
from extractors.sources.disk_layout import Part, look, unread
from extractors.sources.disk_systems import Files, system_of
from extractors.sources.host import hash_file, open_source
from extractors.sources.names import Findings
from extractors.sources.shadow_copies import list_shadow_copies

KIND: Final = "raw image"
SMALLEST: Final = 4096  # no file system that is read here fits into less
# Windows has none.
_READ_AT: Final[Callable[[int, int, int], bytes] | None] = getattr(os, "pread", None)


class RawDisk:
    """A file of the host as bytes at an offset, for any thread."""

    def __init__(self, path: str) -> None:
        self._stream = open_source(path)
        self._lock = threading.Lock()
        self.size = self._stream.seek(0, 2)

    def read_at(self, offset: int, size: int) -> bytes:
        if _READ_AT is not None:  # no position to share, so no lock
            return _READ_AT(self._stream.fileno(), size, offset)
        with self._lock:
            self._stream.seek(offset)
            return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()


class DiskVolume:
    """All files of all volumes of a disk. Paths begin with "p1/", "p2/" … where there is a partition table."""

    def __init__(
        self,
        kind: str,
        read_at: Callable[[int, int], bytes],
        size: int,
        zone: str | None,
        close: Callable[[], None],
        facts: dict[str, str] | None = None,
        damage: Callable[[], list[Problem]] = list,
    ) -> None:
        self.kind = kind
        self._close = close
        self._damage = damage
        self._findings = Findings()
        if zone is not None:
            _check_zone(zone)
        self._layout = look(read_at, size)
        self._facts = {**(facts or {}), "media size": f"{size} bytes", **self._layout.facts}
        self._systems: dict[str, Files] = {}
        for part in self._layout.parts:
            if part.fs is not None:
                self._systems[part.key] = FileSystem(part, read_at, zone, self._findings)
                for name, text in list_shadow_copies(part, read_at, self._findings).items():
                    self._facts[f"volume {part.key}, {name}"] = text
            else:
                self._open_other(part, read_at, size, zone)
        for key, system in self._systems.items():
            self._facts |= {f"volume {key}, {name}": text for name, text in system.facts().items()}
        self._opening = self._findings.mark()

    def _open_other(self, part: Part, read_at: Callable[[int, int], bytes], size: int, zone: str | None) -> None:
        """A part that The Sleuth Kit could not open: by another reader where there is one, else told as not read."""
        if (system := system_of(read_at, part)) is not None:
            self._facts[f"volume {part.key}"] = f"{system.name}, {part.where}"
            try:
                files = system.files(part, read_at, zone, self._findings)
            except SourceError as error:
                text = f"{part.where}: {system.name}, not read: {error}"
                self._findings.add("file", "unknown-volume", text, part.key)
                return
            self._systems[part.key] = files
            return
        words, problem = unread(read_at, part, size)
        self._facts[f"volume {part.key}"] = f"{words}, {part.where}"
        self._layout.problems.append(problem)

    def entries(self) -> Iterator[Entry]:
        self._findings.back_to(self._opening)
        for system in self._systems.values():
            yield from system.entries()

    def problems(self) -> list[Problem]:
        return [*self._damage(), *self._layout.problems, *self._findings.problems()]

    def facts(self) -> dict[str, str]:
        return dict(self._facts)

    def open(self, entry: Entry) -> BinaryIO:
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'its bytes cannot be had'}")
        key, _, address = entry.address.partition(":")
        system = self._systems.get(key)
        if system is None:
            raise SourceError(f"{entry.path}: there is no volume {key!r} in this image")
        return system.open(address, entry.size)

    def close(self) -> None:
        # The Sleuth Kit's objects read through `read_at`: they have to go before what is behind it.
        self._systems.clear()
        self._layout.parts.clear()
        self._close()


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SourceError(f"{zone!r} is no known time zone") from error


def detect(path: str, head: bytes) -> bool:
    """Whether a file holds a partition table or a volume that is known, be it readable or encrypted. May take a while
    on a hostile file: to be called in a worker."""
    if len(head) < SMALLEST // 8:
        return False
    disk = RawDisk(path)
    try:
        return detect_bytes(disk.read_at, disk.size, head)
    finally:
        disk.close()


def detect_bytes(read_at: Callable[[int, int], bytes], size: int, head: bytes) -> bool:
    """The same of `size` bytes that are read by `read_at`; `head` are the first of them. They stay open."""
    return len(head) >= SMALLEST // 8 and size >= SMALLEST and look(read_at, size).known


def open_volume(ref: SourceRef) -> DiskVolume:
    """The files of a raw image. Raises SourceError."""
    disk = RawDisk(ref.path)
    try:
        return DiskVolume(KIND, disk.read_at, disk.size, ref.zone, disk.close)
    except SourceError:
        disk.close()
        raise


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of the image file in one pass. Raises SourceError."""
    return hash_file(ref.path, progress)
