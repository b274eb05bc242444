"""The volumes of an APFS container as entries and bytes, through libfsapfs.

References: "Apple File System Reference", Apple, 2020 (inodes, directory records, extended attributes, what was removed
while in use); libfsapfs, "Apple File System (APFS)" (compressed files).
"""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, Literal, NamedTuple

from evidence_store.records import Moment
from extractors.sources.base import Entry, SourceError
from extractors.sources.disk_layout import Part
from extractors.sources.disk_times import ACCESSED, CHANGED, CREATED, MODIFIED, utc_moment
from extractors.sources.disk_walk import DEEPEST, LONGEST_PATH
from extractors.sources.filesystems.apfs_container import FAILURES, Container, telling
from extractors.sources.names import Findings, shown
from extractors.sources.reading import RangeReader, buffered
from parsers.apfs import MAGIC

NAME: Final = "APFS"
ADDED: Final = "added to its folder (file system)"
BLOCK: Final = 1 << 20
ROOT_FOLDER, UNLINKED_FOLDER = 2, 3  # the format gives these to the root and to what was removed while in use
UNLINKED: Final = "$Unlinked"
SMALLEST_RECORD: Final = 32  # no name of a file takes less of the container
FORK: Final = "com.apple.ResourceFork"
COMPRESSED: Final = "com.apple.decmpfs"
NO_STREAMS: Final = frozenset((COMPRESSED, "com.apple.fs.symlink"))  # how a file is stored, not what it holds


def is_here(read_at: Callable[[int, int], bytes], offset: int, size: int) -> bool:
    """Whether an APFS container begins at `offset`."""
    return size >= 4096 and read_at(offset + 32, 4) == MAGIC


class _Folder(NamedTuple):
    path: str
    identifier: int
    depth: int
    unlinked: bool


class ApfsFiles:
    """All volumes of a container. An address is "volume-inode" or "volume-inode-name of an extended attribute"."""

    def __init__(self, part: Part, read_at: Callable[[int, int], bytes], zone: str | None, findings: Findings) -> None:
        self._part = part
        self._findings = findings
        self._lock = threading.RLock()  # libfsapfs reads through one stream

        def part_at(offset: int, size: int) -> bytes:
            return read_at(part.offset + offset, max(0, min(size, part.size - offset)))

        self._container = Container(part_at, part.size, findings, part.key)
        self._volumes: dict[int, Any] = {}
        self._names: dict[int, str] = {}
        for index in range(self._container.count):
            self._open_volume(index)

    def _open_volume(self, index: int) -> None:
        known = self._container.known[index] if index < len(self._container.known) else None
        name = shown(known.name) if known else ""
        where = f"APFS volume {index + 1} {name!r}"
        if known is not None and known.kept:
            text = f"{where}: {known.kept} snapshots are kept; they are named among the facts and not read"
            self._findings.add("note", "snapshots", text, self._part.key)
        try:
            volume = self._container.media.get_volume(index)
            if volume.is_locked():
                text = f"{where}: encrypted (FileVault), not read; it takes a password or recovery key"
                self._findings.add("file", "encrypted-volume", text, self._part.key)
                return
            name = (name or shown(volume.name or "")).replace("/", "\\x2f").strip() or f"v{index + 1}"
        except FAILURES as error:
            self._findings.add("file", "unknown-volume", f"{where}: not read ({telling(error)})", self._part.key)
            return
        if name in (".", "..") or name in self._names.values():
            name = f"{name} ({index + 1})"
        self._volumes[index] = volume
        self._names[index] = name

    def facts(self) -> dict[str, str]:
        return dict(self._container.facts)

    def entries(self) -> Iterator[Entry]:
        for index in self._volumes:
            yield from self._volume(index)

    def _volume(self, index: int) -> Iterator[Entry]:
        name = self._names[index]
        waiting = [_Folder(f"{name}/{UNLINKED}", UNLINKED_FOLDER, 1, True), _Folder(name, ROOT_FOLDER, 1, False)]
        seen = {ROOT_FOLDER, UNLINKED_FOLDER}
        files: set[int] = set()
        left = self._part.size // SMALLEST_RECORD
        while waiting and left > 0:
            folder = waiting.pop()
            for path, file in self._inside(index, folder):
                left -= 1
                if left <= 0:
                    self._findings.add("file", "too-many", f"{path}: more names than there is room for", self._part.key)
                    break
                try:
                    with self._lock:
                        mode, number = int(file.file_mode), int(file.identifier)
                        rows = list(self._entries_of(index, file, path, mode, folder.unlinked))
                except FAILURES as error:
                    self._findings.add("file", "inode", f"{path}: cannot be read: {telling(error)}", self._part.key)
                    yield self._entry(path, 0, "", readable=False, note="its inode cannot be read")
                    continue
                if stat.S_ISREG(mode):
                    files.add(number)
                elif stat.S_ISDIR(mode) and self._goes_into(path, number, folder.depth, seen):
                    waiting.append(_Folder(path, number, folder.depth + 1, folder.unlinked))
                yield from rows
        self._compare(index, len(files))

    def _goes_into(self, path: str, number: int, depth: int, seen: set[int]) -> bool:
        if number in seen:
            self._findings.add("note", "loop", f"{path}: folder {number} was listed before", self._part.key)
            return False
        if depth >= DEEPEST or len(path) > LONGEST_PATH:
            self._findings.add("file", "too-deep", f"{path[:200]}…: not descended into", self._part.key)
            return False
        seen.add(number)
        return True

    def _compare(self, index: int, listed: int) -> None:
        known = self._container.known
        if index < len(known) and known[index].files != listed:
            text = f"{self._names[index]}: the volume counts {known[index].files} files and {listed} were found"
            self._findings.add("file" if listed < known[index].files else "note", "count", text, self._part.key)

    def _inside(self, index: int, folder: _Folder) -> Iterator[tuple[str, Any]]:
        """(path, libfsapfs's file entry) of what is in a folder."""
        try:
            with self._lock:
                entry = self._volumes[index].get_file_entry_by_identifier(folder.identifier)
                count = int(entry.number_of_sub_file_entries)
        except FAILURES as error:
            if folder.identifier != UNLINKED_FOLDER:  # that one need not be there
                text = f"{folder.path}: cannot be listed: {telling(error)}"
                self._findings.add("file", "directory", text, self._part.key)
            return
        for number in range(count):
            try:
                with self._lock:
                    file = entry.get_sub_file_entry(number)
                    name = shown(file.name or "").replace("/", "\\x2f")
            except FAILURES as error:
                text = f"{folder.path}: entry {number + 1} of {count} cannot be read: {telling(error)}"
                self._findings.add("file", "directory", text, self._part.key)
                continue
            yield f"{folder.path}/{name if name not in ('', '.', '..') else f'_{file.identifier}_'}", file

    def _entries_of(self, index: int, file: Any, path: str, mode: int, unlinked: bool) -> Iterator[Entry]:
        address = f"{index}-{int(file.identifier)}"
        times = _times(file)
        streams = self._streams(file, path)
        note = "deleted, sure: removed while in use, its inode still holds it" if unlinked else ""
        if stat.S_ISREG(mode):
            yield self._entry(path, int(file.size), address, times, deleted=unlinked, note=note)
        elif stat.S_ISLNK(mode):
            target = shown(file.symbolic_link_target or "")
            yield self._entry(path, 0, address, times, "link", unlinked, readable=False, note=f"link to {target}")
        elif not stat.S_ISDIR(mode):
            yield self._entry(path, 0, address, times, "special", unlinked, readable=False, note="device or pipe")
        for name, size in streams.items():
            if name in NO_STREAMS or (name == FORK and COMPRESSED in streams):
                continue
            stream = "rsrc" if name == FORK else shown(name).replace("/", "\\x2f")
            yield self._entry(f"{path}:{stream}", size, f"{address}-{name}", times, deleted=unlinked, note=note)

    def _streams(self, file: Any, path: str) -> dict[str, int]:
        """The extended attributes of a file: name and size."""
        try:
            return {one.name or "": int(one.size) for one in file.extended_attributes}
        except FAILURES as error:
            self._findings.add("file", "streams", f"{path}: attributes not read: {telling(error)}", self._part.key)
            return {}

    def _entry(
        self,
        path: str,
        size: int,
        address: str,
        times: tuple[Moment, ...] = (),
        kind: Literal["file", "link", "special"] = "file",
        deleted: bool = False,
        *,
        readable: bool = True,
        note: str = "",
    ) -> Entry:
        return Entry(
            path=self._part.prefix + path,
            size=size,
            address=f"{self._part.key}:{address}",
            times=times,
            kind=kind,
            deleted=deleted,
            readable=readable,
            note=note,
        )

    def open(self, address: str, size: int) -> BinaryIO:
        """The bytes at an address given by `entries`, `size` long. Raises SourceError."""
        index, _, rest = address.partition("-")
        number, _, attribute = rest.partition("-")
        try:
            with self._lock:
                source = self._volumes[int(index)].get_file_entry_by_identifier(int(number))
                if attribute:
                    source = source.get_extended_attribute_by_name(attribute)
        except (*FAILURES, KeyError, TypeError) as error:
            raise SourceError(f"{self._part.key}:{address}: cannot be opened: {telling(error)}") from error
        if source is None:
            raise SourceError(f"{self._part.key}:{address}: there is no such extended attribute")
        return buffered(RangeReader(lambda at, wanted: self._read(source, at, wanted, address), size))

    def _read(self, source: Any, at: int, wanted: int, address: str) -> bytes:
        try:
            with self._lock:
                data: bytes = source.read_buffer_at_offset(min(wanted, BLOCK), at)
        except FAILURES as error:
            raise SourceError(f"{self._part.key}:{address}: cannot be read at byte {at}: {telling(error)}") from error
        if not data:
            raise SourceError(f"{self._part.key}:{address}: ends at byte {at}, before its recorded size")
        return data


def _times(file: Any) -> tuple[Moment, ...]:
    """libfsapfs takes the first two of an inode's times, creation and modification, for each other."""
    stored = (
        (MODIFIED, file.get_creation_time_as_integer()),
        (ACCESSED, file.get_access_time_as_integer()),
        (CHANGED, file.get_inode_change_time_as_integer()),
        (CREATED, file.get_modification_time_as_integer()),
        (ADDED, file.get_added_time_as_integer()),
    )
    return tuple(utc_moment(meaning, *divmod(int(ns), 10**9)) for meaning, ns in stored if ns)
