"""What can be opened: one file per container, and the list of all of them in the order in which they are asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

from evidence_store.records import Problem
from extractors.sources import disk, e01, folder, single_file, tar_archive, zip_archive
from extractors.sources.base import Hashes, SourceError, SourceRef, Volume
from extractors.sources.folder import hash_manifest
from extractors.sources.host import host_path, open_source
from extractors.sources.names import shown
from extractors.sources.tar_unpack import unpack_spool as _unpack
from parsers.ewf_names import segment_paths

__all__ = [
    "SOURCES", "detect", "hash_manifest", "hash_source", "host_files", "needs_spool", "open_volume", "unpack_spool"
]  # fmt: skip

HEAD: Final = 64 << 10


class Source(NamedTuple):
    """One kind of container: what it is called, what is not read of it, and how it is opened and hashed."""

    kind: str
    title: str
    limits: str
    open_volume: Callable[[SourceRef], Volume]
    hash_source: Callable[[SourceRef, Callable[[int], None] | None], Hashes]


def _source(module: ModuleType, kind: str, title: str, limits: str) -> Source:
    return Source(kind, title, limits, module.open_volume, module.hash_source)


_VOLUMES: Final = (
    "FAT, exFAT, NTFS, ext2/3/4, HFS+ and ISO 9660 are read, deleted files where their clusters still stand. Encrypted "
    "volumes and other file systems are named and not read."
)
SOURCES: Final = (
    _source(folder, folder.KIND, folder.TITLE, folder.LIMITS),
    _source(e01, e01.KIND, "EWF image (E01)", _VOLUMES + " EWF version 2 and logical sets are not read."),
    _source(zip_archive, zip_archive.KIND, zip_archive.TITLE, zip_archive.LIMITS),
    *(_source(tar_archive, kind, f"{tar_archive.TITLE} (.{kind})", tar_archive.LIMITS) for kind in tar_archive.KINDS),
    _source(disk, disk.KIND, "Raw disk image", _VOLUMES),
    _source(single_file, single_file.KIND, single_file.TITLE, single_file.LIMITS),
)
_BY_KIND: Final = {source.kind: source for source in SOURCES}

# What a name claims to be, and the kinds that would bear it out.
_CLAIMS: Final = {
    ".e01": (e01.KIND,),
    ".zip": (zip_archive.KIND,),
    ".tar": (tar_archive.KIND,),
    **{f".tar.{ending}": (f"tar.{ending}",) for ending in ("gz", "bz2", "xz")},
    **{f".{short}": (kind,) for short, kind in (("tgz", "tar.gz"), ("tbz2", "tar.bz2"), ("txz", "tar.xz"))},
    **{f".{ending}": (disk.KIND,) for ending in ("dd", "img", "raw", "iso", "001")},
}


def detect(path: Path) -> str:
    """The kind of a source, by its content. Raises SourceError with one clear line where it can be none."""
    name = shown(str(path))
    try:
        status = os.stat(host_path(path))  # noqa: PTH116 - the long form of a Windows path
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        raise SourceError(f"{name}: {'does not exist' if missing else f'cannot be looked at: {error}'}") from error
    if stat.S_ISDIR(status.st_mode):
        return folder.KIND
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{name}: is a device, pipe or socket, not a file or folder")
    if status.st_size == 0:
        raise SourceError(f"{name}: is empty (0 bytes)")
    with open_source(path) as stream:
        try:
            head = stream.read(HEAD)
        except OSError as error:
            raise SourceError(f"{name}: cannot be read: {error.strerror or error}") from error
    kind = _kind(path, head)
    if kind == single_file.KIND and path.suffix.lower() == ".e01":
        raise SourceError(f"{name}: is named as an E01 image, but its first bytes are not those of one")
    return kind


def _kind(path: Path, head: bytes) -> str:
    if e01.detect(str(path), head):
        return e01.KIND
    if zip_archive.detect(path, head):
        return zip_archive.KIND
    if tar := tar_archive.detect_kind(path, head):
        return tar
    return disk.KIND if disk.detect(str(path), head) else single_file.KIND


def name_note(path: Path, kind: str) -> str:
    """What to tell where a name claims a container that the content is not, or ""."""
    if kind == folder.KIND:
        return ""
    lower = path.name.lower()
    for ending, kinds in _CLAIMS.items():
        if lower.endswith(ending) and kind not in kinds:
            return f"{shown(path.name)} is named {ending}, but its content is: {_BY_KIND[kind].title}"
    return ""


def needs_spool(kind: str) -> bool:
    """Whether a source can only be read from front to end, and is unpacked into the case's work folder first."""
    return kind in tar_archive.KINDS and kind != tar_archive.KIND


def unpack_spool(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Unpacks a compressed tar to `ref.spool` and hashes the compressed file in the same pass. Raises SourceError."""
    if ref.spool is None:
        raise SourceError(f"{shown(ref.path)}: no place was given to unpack it to")
    return _named(_unpack(ref, Path(ref.spool), progress), ref)


def open_volume(ref: SourceRef) -> Volume:
    """Opens a source of the kind that `detect` found. Raises SourceError."""
    return _of(ref).open_volume(ref)


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of a source in one pass over it; a name that claims another kind is among the problems.

    `progress` gets the number of bytes read since its last call. Raises SourceError.
    """
    return _named(_of(ref).hash_source(ref, progress), ref)


def _named(hashes: Hashes, ref: SourceRef) -> Hashes:
    if note := name_note(Path(ref.path), ref.kind):
        hashes.problems.append(Problem("note", "name-and-content", note))
    return hashes


def host_files(path: Path) -> list[Path]:
    """The host's files that belong to a source: segments of an E01, a database with its log. Raises SourceError."""
    kind = detect(path)
    if kind == e01.KIND:
        try:
            return segment_paths(path)
        except (OSError, ValueError) as error:
            raise SourceError(shown(str(error))) from error
    return single_file.host_files(path) if kind == single_file.KIND else [path]


def _of(ref: SourceRef) -> Source:
    if ref.kind not in _BY_KIND:
        raise SourceError(f"{shown(ref.path)}: {ref.kind!r} is no kind of source that is known")
    return _BY_KIND[ref.kind]
