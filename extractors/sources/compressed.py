"""One file that was compressed by itself (gzip, bzip2, xz): unpacked into the case's work folder, then read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Entry, SourceError
from extractors.sources.host import host_path, open_file
from extractors.sources.names import safe_path

TITLE: Final = "Compressed file"
LIMITS: Final = "The one file inside, under its name without the ending. What unpacks to 200 times its size is refused."


class CompressedFile:
    """See `Volume`. It holds one entry, whose bytes stand in `unpacked` (a file of the work folder)."""

    def __init__(self, kind: str, name: str, unpacked: Path) -> None:
        self.kind = kind
        self._name = safe_path(name.rpartition(".")[0] or name)[0]
        self._unpacked = unpacked

    def entries(self) -> Iterator[Entry]:
        yield Entry(self._name, self._unpacked.stat().st_size, "")

    def problems(self) -> list[Problem]:
        return []

    def facts(self) -> dict[str, str]:
        return {}

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        try:
            return open_file(host_path(self._unpacked))
        except OSError as error:
            raise SourceError(f"{entry.path}: cannot be opened: {error.strerror or error}") from error

    def close(self) -> None:
        pass
