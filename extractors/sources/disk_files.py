"""One file system as entries and bytes: names, times, what became of deleted files, and where their content stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, Literal

import pytsk3

from evidence_store.records import Moment
from extractors.sources.base import Entry, SourceError
from extractors.sources.disk_content import DEFAULT, WORTH_IT, Pieces, plain_pieces, through_tsk, whole
from extractors.sources.disk_ext import ExtVolume
from extractors.sources.disk_fat import Deleted, FatVolume, Recovered
from extractors.sources.disk_layout import Part
from extractors.sources.disk_runs import LiveRuns, runs_of
from extractors.sources.disk_times import exfat_times, fat_times, iso_times, utc_times
from extractors.sources.disk_walk import Found, reason, walk
from extractors.sources.names import Findings, shown
from extractors.sources.reading import RangeReader, buffered

MOST_PIECES: Final = 2000
LONGEST_TARGET: Final = 4096
FAT_BITS: Final = {
    int(pytsk3.TSK_FS_TYPE_FAT12): 12,
    int(pytsk3.TSK_FS_TYPE_FAT16): 16,
    int(pytsk3.TSK_FS_TYPE_FAT32): 32,
    int(pytsk3.TSK_FS_TYPE_EXFAT): 64,
}
NTFS, HFS, ISO = (int(t) for t in (pytsk3.TSK_FS_TYPE_NTFS, pytsk3.TSK_FS_TYPE_HFS, pytsk3.TSK_FS_TYPE_ISO9660))
EXT = frozenset(int(t) for t in (pytsk3.TSK_FS_TYPE_EXT2, pytsk3.TSK_FS_TYPE_EXT3, pytsk3.TSK_FS_TYPE_EXT4))
ENCRYPTED: Final = "encrypted (file-based encryption)"
YAFFS = int(pytsk3.TSK_FS_TYPE_YAFFS2)
STREAMED: Final = frozenset((NTFS, HFS))  # a file may have more than one stream
REGULAR_FILE = int(pytsk3.TSK_FS_META_TYPE_REG)
NTFS_DATA = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
HFS_FORK = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC)
REGULAR: Final = frozenset((0, int(pytsk3.TSK_FS_META_TYPE_REG), DIRECTORY := int(pytsk3.TSK_FS_META_TYPE_DIR)))
LINK = int(pytsk3.TSK_FS_META_TYPE_LNK)


class FileSystem:
    """The files of one volume. An address is "inode", "inode:type-id" or "inode#sector+sectors,…" (recovered FAT)."""

    def __init__(self, part: Part, read_at: Callable[[int, int], bytes], zone: str | None, findings: Findings) -> None:
        fs: Any = part.fs
        self._part = part
        self._fs = fs
        self._read_at = read_at
        self._zone = zone
        self._findings = findings
        self._kind = int(fs.info.ftype)
        self._fat = self._open_fat()
        self._ext = ExtVolume(read_at, part.offset) if self._kind in EXT else None
        if self._ext is not None and self._ext.encrypts:
            text = "the volume encrypts by file: names and contents of encrypted folders are listed as stored, not read"
            findings.add("note", "encrypted-files", text, part.key)
        self._iso: dict[int, tuple[Moment, ...]] | None = None

    def _open_fat(self) -> FatVolume | None:
        if self._kind not in FAT_BITS:
            return None
        try:
            return FatVolume(self._read_at, self._part.offset, FAT_BITS[self._kind])
        except ValueError as error:
            self._findings.add("file", "fat", f"times and deleted files are not read: {error}", self._part.key)
            return None

    def facts(self) -> dict[str, str]:
        return self._ext.facts() if self._ext is not None else {}

    def entries(self) -> Iterator[Entry]:
        """Live files first, then deleted ones, for whose blocks the live ones have to be known."""
        deleted = 0
        for found in walk(self._fs, self._findings, self._part.key):
            if found.deleted:
                deleted += 1
            else:
                yield from self._live(found)
        if not deleted:
            return
        live, recovered = self._gather()
        for found in walk(self._fs, Findings(), self._part.key):
            if found.deleted:
                yield from self._deleted(found, live, recovered)

    def _live(self, found: Found) -> Iterator[Entry]:
        if found.meta is None:
            if not found.is_directory:
                yield self._entry(found, found.path, 0, (), "", readable=False, note="only the name is left")
            return
        if found.is_directory and self._kind not in STREAMED:
            return
        times = self._times(found)
        kind = int(found.meta.type)
        if kind == REGULAR_FILE and self._kind not in STREAMED and (self._ext is None or not self._ext.encrypts):
            address = f"{self._part.key}:{found.number}"  # by far the most: straight to the point
            yield Entry(self._part.prefix + found.path, int(found.meta.size), address, times)
        elif kind == LINK:
            yield self._entry(found, found.path, int(found.meta.size), times, "", kind="link", readable=False,
                              note=f"link to {self._target(found)}")  # fmt: skip
        elif kind not in REGULAR:
            yield self._entry(found, found.path, 0, times, "", kind="special", readable=False, note="device or pipe")
        else:
            for path, size, address in self._streams(found):
                # The list of bad clusters is as long as the volume and holds nothing.
                hollow = self._kind == NTFS and path == "$BadClus:$Bad"
                note = "volume-sized list of bad clusters, not read" if hollow else ""
                if self._ext is not None and self._ext.is_encrypted(found.number):
                    note = ENCRYPTED
                yield self._entry(found, path, size, times, address, readable=not note, note=note)

    def _streams(self, found: Found) -> Iterator[tuple[str, int, str]]:
        """(path, size, ":type-id" or "") of each stream of a file; a directory has only named ones."""
        if self._kind not in STREAMED:
            if not found.is_directory:
                yield found.path, int(found.meta.size), ""
            return
        plain = found.is_directory
        try:
            attributes = [attribute.info for attribute in found.file]
        except OSError as error:
            self._findings.add("file", "streams", f"{found.path}: {reason(error)}", self._part.key)
            attributes = []
        for info in attributes:
            kind, name = int(info.type), info.name or b""
            address = f":{kind}-{int(info.id)}"
            if self._kind == NTFS and kind == NTFS_DATA:
                stream = shown(name.decode("utf-8", "surrogateescape")).replace("/", "\\x2f")
                if stream or not found.is_directory:
                    plain = plain or not stream
                    yield f"{found.path}:{stream}" if stream else found.path, int(info.size), address
            elif self._kind == HFS and kind == HFS_FORK and int(info.size):
                yield f"{found.path}:rsrc", int(info.size), address
        if not plain:
            yield found.path, int(found.meta.size), ""

    def _deleted(self, found: Found, live: LiveRuns, recovered: dict[int, Recovered]) -> Iterator[Entry]:
        if found.is_directory and (found.meta is None or found.reused or self._kind != NTFS):
            return
        if found.meta is None:
            yield self._entry(
                found, found.path, 0, (), "", readable=False, note="deleted, name only: nothing else is left"
            )
            return
        if found.reused:
            note = f"deleted, name only: its metadata entry {found.number} now belongs to another file"
            yield self._entry(found, found.path, 0, (), "", readable=False, allocated=True, note=note)
            return
        times = self._times(found)
        if found.number in recovered:
            yield self._from_fat(found, times, recovered[found.number], live)
            return
        note, readable = self._standing(found, live)
        for path, size, address in self._streams(found):
            yield self._entry(found, path, size, times, address, readable=readable, note=note)

    def _standing(self, found: Found, live: LiveRuns) -> tuple[str, bool]:
        """(how sure the content of a deleted file is and why, whether it can be read)."""
        deleted = "deleted, no name left" if found.path.startswith("$OrphanFiles/") else "deleted"
        lost = f"{deleted}, name only:" if deleted == "deleted" else f"{deleted}, content lost:"
        if int(found.meta.type) not in REGULAR:
            return f"{lost} a link or special file", False
        try:
            runs = runs_of(found.file)
        except OSError as error:
            return f"{lost} {reason(error)}", False
        if not runs and int(found.meta.size) == 0:
            return f"{lost} no size and no blocks are left, so nothing can be read", False
        if not runs and self._kind != NTFS:
            return f"{lost} its size is left, its blocks are not recorded", False
        if owner := live.owner_of(runs):
            if self._kind == YAFFS:  # whose log keeps what a file was before
                return f"an earlier version, not read: it shares its blocks with {owner}", False
            return f"{deleted}, content lost: clusters since reused by {owner}", False
        if not runs:
            return f"{deleted}, sure: content inside its own metadata entry", True
        # Nothing says whether a file that has itself been deleted since had these blocks in between.
        where = f"metadata entry {found.number} still lists its blocks"
        if self._kind in FAT_BITS:
            where = "its first cluster is recorded, the others are assumed to follow it"
        return f"{deleted}, likely: {where}, none in use by a live file", True

    def _gather(self) -> tuple[LiveRuns, dict[int, Recovered]]:
        """Who has which blocks, and what of a FAT volume's deleted files can be had, by their directory entries."""
        live = LiveRuns()
        entries: dict[int, Deleted] = {}
        fat = self._fat if self._fat is not None and self._fat.bits != 64 else None
        for found in walk(self._fs, Findings(), self._part.key):
            if not found.deleted and found.meta is not None:
                live.add(found.file, found.number, found.path)
            elif fat is not None and found.deleted and not found.reused and (entry := fat.deleted(found.number)):
                entries[found.number] = entry
        live.finish()
        try:
            return live, fat.recover(list(entries.values())) if fat is not None else {}
        except ValueError as error:
            text = f"deleted files are read as The Sleuth Kit finds them: {error}"
            self._findings.add("note", "fat", text, self._part.key)
            return live, {}

    def _from_fat(self, found: Found, times: tuple[Moment, ...], got: Recovered, live: LiveRuns) -> Entry:
        size = int(found.meta.size)
        readable = bool(got.pieces) and len(got.pieces) <= MOST_PIECES
        note = f"deleted, {got.degree if readable else 'content lost'}: {got.why}"
        if got.blocked_at is not None and (owner := live.owner_of([(got.blocked_at, 1)])):
            note = f"deleted, content lost: clusters since reused by {owner}"
        pieces = ",".join(f"{start}+{count}" for start, count in got.pieces) if readable else ""
        return self._entry(found, found.path, size, times, f"#{pieces}", readable=readable, note=note)

    def _entry(
        self,
        found: Found,
        path: str,
        size: int,
        times: tuple[Moment, ...],
        address: str,
        *,
        kind: Literal["file", "link", "special"] = "file",
        readable: bool = True,
        allocated: bool | None = None,
        note: str = "",
    ) -> Entry:
        return Entry(
            path=self._part.prefix + path,
            size=size,
            address=f"{self._part.key}:{found.number}{address}",
            times=times,
            kind=kind,
            deleted=found.deleted,
            allocated=not found.deleted if allocated is None else allocated,
            readable=readable,
            note=note,
        )

    def _times(self, found: Found) -> tuple[Moment, ...]:
        if self._fat is not None:
            raw = self._fat.entry(found.number)
            if not raw:
                return ()
            return exfat_times(raw, self._zone) if self._fat.bits == 64 else fat_times(raw, self._zone)
        if self._kind in FAT_BITS:
            return ()
        if self._kind != ISO:
            return utc_times(found.meta)
        if self._iso is None:
            self._iso = iso_times(self._read_at, self._part.offset)
        runs = runs_of(found.file)
        return self._iso.get(runs[0][0], ()) if runs else ()

    def _target(self, found: Found) -> str:
        target = found.meta.link
        if target is None:
            try:
                target = found.file.read_random(0, min(LONGEST_TARGET + 1, int(found.meta.size)))
            except OSError as error:
                return f"a target that cannot be read ({reason(error)})"
        text = target[:LONGEST_TARGET].decode("utf-8", "surrogateescape")
        return shown(text) + ("…" if len(target) > LONGEST_TARGET else "")

    def open(self, address: str, size: int) -> BinaryIO:
        """The bytes at an address given by `entries`, `size` long. Raises SourceError."""
        where = f"{self._part.key}:{address}"
        number, _, pieces = address.partition("#")
        number, _, attribute = number.partition(":")
        try:
            inode = int(number)
            if pieces:
                found = Pieces(self._pieces(pieces), self._read_at, where)
                return buffered(RangeReader(found.read, min(size, found.size)))
            kind, _, which = attribute.partition("-")
            chosen = (int(kind), int(which)) if attribute else (DEFAULT, -1)
            file = self._fs.open_meta(inode=inode)
        except OSError as error:
            raise SourceError(f"{where}: cannot be opened: {reason(error)}") from error
        except (ValueError, OverflowError) as error:
            raise SourceError(f"{where}: not an address of this volume") from error
        if self._ext is not None and not attribute and size >= WORTH_IT:
            plain = plain_pieces(file, int(self._fs.info.block_size), self._part.offset, size)
            if plain is not None:
                return buffered(RangeReader(Pieces(plain, self._read_at, where).read, size))
        return whole(file, chosen, size) or buffered(RangeReader(through_tsk(file, chosen, where), size))

    def _pieces(self, text: str) -> list[tuple[int, int, int]]:
        """The pieces of a recovered FAT file. Raises ValueError."""
        if self._fat is None:
            raise ValueError("not a FAT volume")
        sector = self._fat.sector
        pieces: list[tuple[int, int, int]] = []
        at = 0
        for piece in text.split(","):
            start, _, count = piece.partition("+")
            if int(start) < 0 or int(count) < 1:
                raise ValueError("a piece that cannot be")
            pieces.append((at, int(count) * sector, self._part.offset + int(start) * sector))
            at += int(count) * sector
        return pieces
