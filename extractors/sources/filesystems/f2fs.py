"""An F2FS volume as entries and bytes: names, times, what is encrypted, and what is left of deleted files.

References: see `parsers.f2fs` and `parsers.f2fs_deleted`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from extractors.sources.base import Entry, SourceError
from extractors.sources.disk_layout import Part
from extractors.sources.disk_times import utc_times
from extractors.sources.filesystems.f2fs_pieces import Kind, Pieces, kind_of_name, orphan_path
from extractors.sources.filesystems.f2fs_walk import A_DIRECTORY, Found, Met, joined, walk
from extractors.sources.names import Findings, shown
from extractors.sources.reading import RangeReader, buffered
from parsers.f2fs import F2fs
from parsers.f2fs_data import FileData, unreadable
from parsers.f2fs_deleted import OldNodes, inode_at
from parsers.f2fs_layout import BLOCK, MAGIC, SUPERBLOCKS
from parsers.f2fs_nodes import DIRECTORY, LINK, REGULAR, FileBlocks, Inode

NAME: Final = "F2FS"
ENCRYPTED: Final = "encrypted (file-based encryption)"
MOST_PIECES: Final = 2000
LONGEST_TARGET: Final = 4096


def is_here(read_at: Callable[[int, int], bytes], offset: int, size: int) -> bool:
    """Whether one of the two superblocks of an F2FS volume stands at `offset` of an image."""
    magic = MAGIC.to_bytes(4, "little")
    return any(at + 4 <= size and read_at(offset + at, 4) == magic for at in SUPERBLOCKS)


class F2fsFiles:
    """The files of one volume. An address is "inode", "inode@block" (inside an old inode block) or
    "inode#block+blocks,…" (recovered; block 0 is a hole)."""

    def __init__(self, part: Part, read_at: Callable[[int, int], bytes], zone: str | None, findings: Findings) -> None:
        """Raises SourceError when the volume cannot be opened. Times are UTC on F2FS: `zone` is not used."""
        self._part = part
        self._findings = findings

        def of_volume(offset: int, size: int) -> bytes:
            return read_at(part.offset + offset, max(0, min(size, part.size - offset)))

        try:
            self._volume = F2fs(of_volume, part.size)
        except ValueError as error:
            raise SourceError(f"{part.key}: the F2FS volume cannot be opened: {error}") from error
        self._report_opening()

    def _report_opening(self) -> None:
        volume, key = self._volume, self._part.key
        for problem in volume.problems:
            self._findings.add("note", "f2fs", f"{problem}; the other copy is used", key)
        if not volume.checkpoint.clean:
            text = "not unmounted cleanly: files are listed as the last checkpoint has them, without what came later"
            self._findings.add("note", "f2fs-unclean", text, key)
        if volume.sb.devices:
            names = ", ".join(map(shown, volume.sb.devices))
            text = f"the volume spans several devices ({names}): only the first is read"
            self._findings.add("file", "f2fs-devices", text, key)
        claimed = volume.sb.block_count * BLOCK
        if claimed > self._part.size:
            text = f"the file system says {claimed} bytes and {self._part.size} are there; the rest cannot be read"
            self._findings.add("file", "image-cut", text, key)

    def facts(self) -> dict[str, str]:
        """What the volume says of itself."""
        sb, pack = self._volume.sb, self._volume.checkpoint
        state = "clean" if pack.clean else "not unmounted cleanly"
        found = {
            "volume label": shown(sb.label),
            "volume identifier": str(uuid.UUID(bytes=sb.uuid)),
            "format version": sb.version,
            "made with": shown(sb.kernel),
            "features": ", ".join(sb.feature_names),
            "checkpoint": f"version {pack.version}, {state}",
            "inodes": str(pack.valid_inodes),
        }
        return {name: value for name, value in found.items() if value}

    def entries(self) -> Iterator[Entry]:
        """Live files first, then what is left of deleted ones."""
        met = Met()
        for found in walk(self._volume, met, self._findings, self._part.key):
            yield self._live(found)
        if met.encrypted:
            text = "directories with file-based encryption: their names are shown as stored, encrypted and in base 64"
            self._findings.add("note", "encrypted", text, self._part.key)
        yield from self._nameless()
        old = OldNodes(self._volume)
        if not old.complete:
            text = "old nodes were searched for in a part of the volume only: deleted files may be missing"
            self._findings.add("note", "f2fs-deleted", text, self._part.key)
        for problem in old.problems:
            text = f"deleted files are not searched for in {problem}"
            self._findings.add("note", "f2fs-deleted", text, self._part.key)
        yield from self._deleted(met, old)

    def _live(self, found: Found) -> Entry:
        inode = found.inode
        if inode is None:
            note = f"its inode cannot be read: {found.why}"
            return self._entry(found.path, found.name.inode, None, kind=kind_of_name(found.name.kind), note=note)
        if inode.kind == LINK:
            note = f"link to {self._target(inode)}"
            return self._entry(found.path, inode.number, inode, kind="link", note=note)
        if inode.kind != REGULAR:
            return self._entry(found.path, inode.number, inode, kind="special", note="device or pipe")
        why = unreadable(inode)
        notes = [why] if why else []
        if found.names_encrypted and not inode.encrypted:
            notes.append("its name is encrypted")
        if not inode.checksum_ok:
            notes.append("the checksum of its inode does not match")
        return self._entry(found.path, inode.number, inode, readable=not why, note="; ".join(notes))

    def _target(self, inode: Inode) -> str:
        if inode.encrypted:
            return f"a target that is {ENCRYPTED}"
        try:
            target = self._volume.data(inode).read_at(0, LONGEST_TARGET)
        except ValueError as error:
            return f"a target that cannot be read ({error})"
        return shown(target.decode("utf-8", "surrogateescape"))

    def _nameless(self) -> Iterator[Entry]:
        """Files that were deleted while a program still had them open: the checkpoint keeps them whole."""
        try:
            numbers = self._volume.orphans()
        except ValueError as error:
            self._findings.add("note", "f2fs", str(error), self._part.key)
            return
        for number in dict.fromkeys(numbers):
            try:
                inode = self._volume.inode(number)
            except ValueError as error:
                self._findings.add("note", "f2fs-deleted", f"orphan {number}: {error}", self._part.key)
                continue
            if inode.kind != REGULAR:
                continue
            why = unreadable(inode)
            note = "deleted, sure: it had no name left while a program still had it open" + (f"; {why}" if why else "")
            path = orphan_path(inode)
            yield self._entry(path, number, inode, readable=not why, deleted=True, allocated=True, note=note)

    def _deleted(self, met: Met, old: OldNodes) -> Iterator[Entry]:
        claimed: set[int] = set()
        for (path, number), kind in met.cleared.items():
            if kind == A_DIRECTORY:
                continue
            found = old.inode(number)
            if found is None:
                yield self._name_only(path, number, kind)
            elif found[1].kind == DIRECTORY or number in claimed:
                note = f"deleted, name only: inode {number} was since used for something else"
                yield self._entry(path, number, None, kind=kind_of_name(kind), deleted=True, note=note)
            else:
                claimed.add(number)
                yield self._recovered(path, found[0], found[1], old)
        for block, inode in old.inodes():
            if inode.number in claimed or inode.kind == DIRECTORY:
                continue
            above = met.folders.get(inode.parent)
            plain = above is not None and inode.name and not inode.encrypted
            path = joined(above or "", inode.name) if plain else orphan_path(inode)
            yield self._recovered(path, block, inode, old)

    def _name_only(self, path: str, number: int, kind: int) -> Entry:
        try:
            reused = self._volume.exists(number)
        except ValueError:
            reused = False
        why = f"inode {number} is in use, by another name or another file" if reused else "no copy of its inode is left"
        note = f"deleted, name only: {why}"
        return self._entry(path, number, None, kind=kind_of_name(kind), deleted=True, allocated=reused, note=note)

    def _recovered(self, path: str, block: int, inode: Inode, old: OldNodes) -> Entry:
        """A deleted file whose inode is left."""
        where = f"its inode is left in block {block}"
        if inode.kind != REGULAR:
            kind: Kind = "link" if inode.kind == LINK else "special"
            note = f"deleted: a link or special file; {where}"
            return self._entry(path, inode.number, inode, kind=kind, deleted=True, note=note)
        if inode.encrypted:
            return self._entry(path, inode.number, inode, deleted=True, note=f"deleted: {ENCRYPTED}; {where}")
        try:
            kept = old.kept(inode, MOST_PIECES)
        except ValueError as error:
            note = f"deleted, content not believed: {where}, but {error}"
            return self._entry(path, inode.number, inode, deleted=True, note=note)
        if not kept.runs:
            note, address = f"deleted, sure: {where} and holds the content itself", f"@{block}"
        else:
            blocks = "its blocks are not in use"
            told = " and were last written for it" if kept.told else "; for what they were last written is not told"
            note = f"deleted, {'sure' if kept.told else 'likely'}: {where}, {blocks}{told}"
            address = "#" + ",".join(f"{start}+{count}" for start, count in kept.runs)
        if not inode.checksum_ok:
            note += "; the checksum of its inode does not match"
        return self._entry(path, inode.number, inode, readable=True, deleted=True, address=address, note=note)

    def _entry(
        self,
        path: str,
        number: int,
        inode: Inode | None,
        *,
        kind: Kind = "file",
        readable: bool = False,
        deleted: bool = False,
        allocated: bool | None = None,
        address: str = "",
        note: str = "",
    ) -> Entry:
        return Entry(
            path=self._part.prefix + path,
            size=inode.size if inode is not None and kind != "special" else 0,
            address=f"{self._part.key}:{number}{address}",
            times=utc_times(inode) if inode is not None else (),
            kind=kind,
            deleted=deleted,
            allocated=not deleted if allocated is None else allocated,
            readable=readable,
            note=note,
        )

    def open(self, address: str, size: int) -> BinaryIO:
        """The bytes at an address given by `entries`, `size` long. Raises SourceError."""
        where = f"{self._part.key}:{address}"
        number, _, pieces = address.partition("#")
        number, _, block = number.partition("@")
        try:
            if pieces:
                return buffered(RangeReader(Pieces(self._volume, pieces, where).read_at, size))
            data = self._data(int(number), int(block) if block else None)
        except ValueError as error:
            raise SourceError(f"{where}: cannot be opened: {error}") from error

        def read_at(offset: int, wanted: int) -> bytes:
            try:
                found = data.read_at(offset, wanted)
            except ValueError as error:
                raise SourceError(f"{where}: cannot be read at byte {offset}: {error}") from error
            if not found:
                raise SourceError(f"{where}: ends at byte {offset}, before its recorded size")
            return found

        return buffered(RangeReader(read_at, size))

    def _data(self, number: int, block: int | None) -> FileData:
        volume = self._volume
        inode = volume.inode(number) if block is None else inode_at(volume, number, block)
        if inode.kind != REGULAR or (why := unreadable(inode)):
            raise ValueError(f"inode {number} is {'no file' if inode.kind != REGULAR else why}")
        return FileData(volume.blocks, volume.sb, inode, FileBlocks(inode, volume.node))
