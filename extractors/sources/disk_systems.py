"""The file systems that The Sleuth Kit does not read, each in a module of its own, and the one that a volume holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple, Protocol

from extractors.sources.base import Entry
from extractors.sources.disk_layout import Part
from extractors.sources.filesystems import apfs, f2fs
from extractors.sources.names import Findings

ReadAt = Callable[[int, int], bytes]


class Files(Protocol):
    """The files of one volume. An entry's address is "key:" and what `open` takes."""

    def entries(self) -> Iterator[Entry]:
        """Every file below `part.prefix`, live ones first."""

    def open(self, address: str, size: int) -> BinaryIO:
        """The bytes at an address without its "key:". Raises SourceError."""

    def facts(self) -> dict[str, str]:
        """What the volume says of itself."""


class System(NamedTuple):
    name: str
    is_here: Callable[[ReadAt, int, int], bool]
    files: Callable[[Part, ReadAt, str | None, Findings], Files]


SYSTEMS: Final = (System(f2fs.NAME, f2fs.is_here, f2fs.F2fsFiles), System(apfs.NAME, apfs.is_here, apfs.ApfsFiles))


def system_of(read_at: ReadAt, part: Part) -> System | None:
    """Which of these file systems a volume that The Sleuth Kit could not open begins as."""
    return next((system for system in SYSTEMS if system.is_here(read_at, part.offset, part.size)), None)
