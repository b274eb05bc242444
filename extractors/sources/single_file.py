"""One file handed over alone: a chat export, a photo, a database with its write-ahead log beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Entry, Hashes, SourceError, SourceRef
from extractors.sources.host import hash_file, host_path, host_times, open_file
from extractors.sources.names import original, safe_path, shown

KIND: Final = "file"
TITLE: Final = "Single file"
LIMITS: Final = "The file itself and, beside a database, its -wal, -journal and -shm. Compressed files stay compressed."
BESIDE: Final = ("-wal", "-journal", "-shm")


def detect(path: Path, head: bytes) -> bool:
    """Any regular file: it comes last."""
    return path.is_file()


def host_files(path: Path) -> list[Path]:
    """The file, and what SQLite keeps beside a database of that name."""
    beside = [path.with_name(path.name + ending) for ending in BESIDE]
    return [path, *(one for one in beside if one.is_file() and not one.is_symlink())]


class SingleFileVolume:
    """See `Volume`. The address of an entry is "" for the file itself, else the ending of its neighbour."""

    kind = KIND

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._problems: list[Problem] = []

    def entries(self) -> Iterator[Entry]:
        self._problems = []
        for file in host_files(self._path):
            path, oddity = safe_path(file.name)
            address = file.name[len(self._path.name) :]
            try:
                status = os.stat(host_path(file))  # noqa: PTH116 - the long form of a Windows path
            except OSError as error:
                self._problems.append(Problem("file", "unreadable", f"{path}: {error.strerror or error}", path))
                continue
            note = f"stored name {original(file.name)}" if oddity else ""
            yield Entry(path, status.st_size, address, host_times(status), note=note)

    def problems(self) -> list[Problem]:
        return self._problems

    def facts(self) -> dict[str, str]:
        return {}

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        if entry.address not in ("", *BESIDE):
            raise SourceError(f"{entry.path}: not an address of this file")
        try:
            return open_file(host_path(self._path.with_name(self._path.name + entry.address)))
        except OSError as error:
            raise SourceError(f"{entry.path}: cannot be opened: {error.strerror or error}") from error

    def close(self) -> None:
        pass


def open_volume(ref: SourceRef) -> SingleFileVolume:
    """Raises SourceError where there is no such file."""
    try:
        status = os.stat(host_path(ref.path))  # noqa: PTH116 - the long form of a Windows path
    except OSError as error:
        raise SourceError(f"{shown(ref.path)}: cannot be opened: {error.strerror or error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{shown(ref.path)}: not a regular file")
    return SingleFileVolume(str(Path(ref.path).absolute()))


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of the file itself; `files` also lists its neighbours. Raises SourceError."""
    first, *beside = host_files(Path(ref.path))
    hashes = hash_file(first, progress)
    for file in beside:
        hashes.files.extend(hash_file(file).files)
    return hashes
