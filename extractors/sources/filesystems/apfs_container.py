"""An APFS container opened by libfsapfs, without what that library stumbles over, and what its volumes say.

A damaged copy of the container superblock is replaced by that of the last checkpoint that holds together; the trees of
snapshots, of which libfsapfs opens only small ones, are read by `parsers.apfs` and kept from it. Only what the library
sees is changed so, in memory.

References: "Apple File System Reference", Apple, 2020 (mounting a container, volume flags and roles).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pyfsapfs

from extractors.sources.base import SourceError
from extractors.sources.names import Findings, shown
from extractors.sources.reading import RangeReader, buffered
from parsers.apfs import ApfsVolume, Superblock, superblocks, volumes, without_snapshots

SNAPSHOTS_NAMED: Final = 20
# libyal gives what it finds out of bounds, and memory that it cannot have, as these.
FAILURES: Final = (OSError, ValueError, OverflowError, MemoryError)
_FUNCTION: Final = re.compile(r"(?:^|(?<=\. ))\s*\w+: ")

ReadAt = Callable[[int, int], bytes]


def telling(error: BaseException) -> str:
    """The cause in a libyal error, which names each of its functions on the way."""
    parts = [part.strip(" .") for part in _FUNCTION.split(str(error)) if part.strip()]
    return shown(parts[min(1, len(parts) - 1)]) if parts else "out of memory"


class Container:
    """`media` is libfsapfs's container; `known` and `facts` are what its superblocks say, where they can be read."""

    def __init__(self, read_at: ReadAt, size: int, findings: Findings, where: str) -> None:
        self.known: list[ApfsVolume] = []
        self.facts: dict[str, str] = {}
        self._stream = buffered(RangeReader(self._view(read_at, findings, where), size))
        self.media: Any = pyfsapfs.container()
        try:
            self.media.open_file_object(self._stream)
            self.count = int(self.media.number_of_volumes)
        except FAILURES as error:
            raise SourceError(f"the container cannot be opened: {telling(error)}") from error

    def _view(self, read_at: ReadAt, findings: Findings, where: str) -> ReadAt:
        try:
            found = superblocks(read_at)
        except ValueError as error:
            raise SourceError(str(error)) from error
        for one in found:
            try:
                self.known = volumes(read_at, one)
            except ValueError as error:
                text = f"the container superblock in block {one.block} (transaction {one.transaction}) is passed over"
                findings.add("file", "apfs-checkpoint", f"{text}: {error}", where)
                continue
            self.facts = {"container": one.uuid, "transaction": str(one.transaction)}
            for index, volume in enumerate(self.known, 1):
                self.facts |= {f"volume {index}{what}": text for what, text in described(volume).items()}
            covers = _covers(found, one, self.known)
            return lambda offset, wanted: _covered(read_at(offset, wanted), offset, covers)
        return read_at


def _covers(found: list[Superblock], chosen: Superblock, known: list[ApfsVolume]) -> dict[int, bytes]:
    """The blocks that libfsapfs sees otherwise than they are, by their first byte."""
    size = chosen.block_size
    covers = {volume.block * size: without_snapshots(volume) for volume in known if volume.kept}
    passed = [one for one in found if one.block and (one.transaction > chosen.transaction or not one.sound)]
    covers |= {one.block * size: bytes(size) for one in passed}
    if passed or next((one.raw for one in found if one.block == 0), b"") != chosen.raw:
        covers[0] = chosen.raw
    return covers


def _covered(data: bytes, offset: int, covers: dict[int, bytes]) -> bytes:
    touched = [at for at, block in covers.items() if at < offset + len(data) and offset < at + len(block)]
    if not touched:
        return data
    seen = bytearray(data)
    for at in touched:
        first, end = max(at, offset), min(at + len(covers[at]), offset + len(data))
        seen[first - offset : end - offset] = covers[at][first - at : end - at]
    return bytes(seen)


def described(volume: ApfsVolume) -> dict[str, str]:
    """What a volume says of itself, by what it is about ("" for the volume itself)."""
    traits = [
        f"role {volume.role}" if volume.role else "",
        "encrypted" if volume.encrypted else "",
        "sealed" if volume.sealed else "",
        f"{volume.files} files, {volume.folders} folders, {volume.links} links by its own count",
        f"made by {shown(volume.made_by)}" if volume.made_by else "",
        f"last changed {_when(volume.changed)}",
    ]
    said = {"": f"{shown(volume.name)!r}, {volume.uuid}, " + ", ".join(trait for trait in traits if trait)}
    if volume.kept:
        named = [f"{shown(one.name)!r} of {_when(one.created)}" for one in volume.snapshots]
        left = volume.kept - min(len(named), SNAPSHOTS_NAMED)
        more = [f"{left} more"] if left > 0 else []
        said[", snapshots"] = f"{volume.kept}: " + "; ".join(named[:SNAPSHOTS_NAMED] + more)
    return said


def _when(nanoseconds: int) -> str:
    if not nanoseconds:
        return "never"
    try:
        return datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{nanoseconds} ns after 1970"
