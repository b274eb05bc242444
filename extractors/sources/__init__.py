"""What can be opened: detection by content, opening, hashing, and what of the host's files belongs to a source."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from evidence_store.records import Problem
from extractors.sources import (
    android_backup,
    cellebrite,
    disk,
    folder,
    single_file,
    tar_archive,
    whatsapp_backup,
    zip_archive,
)
from extractors.sources.base import Hashes, SourceError, SourceRef, Volume
from extractors.sources.chain import INNER
from extractors.sources.folder import hash_manifest
from extractors.sources.host import hash_file, host_path, open_source
from extractors.sources.image_hashes import hash_image, image_files
from extractors.sources.images import split_raw
from extractors.sources.kinds import HEAD, KINDS, SPOOLED, TITLES, Kind, image_module, kind_of, open_kind, unpack_kind
from extractors.sources.layouts import LAYOUTS
from extractors.sources.names import shown
from extractors.sources.nesting import LAYOUT_OF, Stack
from extractors.sources.place import HostPlace

__all__ = [
    "INNER",
    "KINDS",
    "LAYOUT_OF",
    "OPENS",
    "detect",
    "hash_manifest",
    "hash_source",
    "host_files",
    "needs_spool",
    "open_volume",
    "unpack_spool",
]

# What a name claims to be, and the kinds that would bear it out.
_CLAIMS: Final = {
    **{f".{kind.lower()}": (kind,) for kind in ("E01", "L01", "VHD", "VHDX", "VMDK", "VDI", "DMG", "UFD", "UFDX")},
    ".aff4": ("AFF4", "AFF4-L"),
    ".ex01": ("E01",),
    ".lx01": ("L01",),
    ".qcow2": ("QCOW",),
    ".ab": (android_backup.KIND,),
    **{f".crypt{number}": (whatsapp_backup.KIND,) for number in (12, 14, 15)},
    ".zip": (zip_archive.KIND,),
    ".tar": (tar_archive.KIND,),
    **{f".tar.{ending}": (f"tar.{ending}",) for ending in ("gz", "bz2", "xz")},
    **{f".{short}": (kind,) for short, kind in (("tgz", "tar.gz"), ("tbz2", "tar.bz2"), ("txz", "tar.xz"))},
    **{f".{ending}": (disk.KIND, split_raw.KIND) for ending in ("dd", "img", "raw", "iso", "001")},
}

# Everything that opens, for people: what a layout shows stands in a folder or archive that opens by itself.
OPENS: Final = (*KINDS, *(Kind(one.KIND, one.TITLE, one.LIMITS) for one in LAYOUTS.values()))
_POINTERS: Final = (cellebrite.KIND_UFD, cellebrite.KIND_UFDX)


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
    kind = cellebrite.kind_of(head) or kind_of(HostPlace(path), head)
    if kind == single_file.KIND and path.suffix.lower() == ".e01":
        raise SourceError(f"{name}: is named as an E01 image, but its first bytes are not those of one")
    return kind


def name_note(path: Path, kind: str) -> str:
    """What to tell where a name claims a container that the content is not, or ""."""
    if kind == folder.KIND:
        return ""
    lower = path.name.lower()
    for ending, kinds in _CLAIMS.items():
        if lower.endswith(ending) and kind not in kinds:
            return f"{shown(path.name)} is named {ending}, but its content is: {TITLES[kind]}"
    return ""


def needs_spool(kind: str) -> bool:
    """Whether a source can only be read from front to end, and is unpacked into the case's work folder first."""
    return kind in SPOOLED


def unpack_spool(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Unpacks a source of such a kind to `ref.spool`, hashing it in the same pass. Raises SourceError."""
    if ref.spool is None:
        raise SourceError(f"{shown(ref.path)}: no place was given to unpack it to")
    own = replace(ref, secret=replace(ref.secret, unlocked=b""))  # what was derived is for what is inside
    return _named(unpack_kind(ref.kind, HostPlace(ref.path), own, Path(ref.spool), progress), ref)


def open_volume(ref: SourceRef, on_work: Callable[[int], None] = lambda _: None) -> Stack:
    """Opens a source of the kind that `detect` found, and all that can be opened inside it.

    `on_work` gets the number of bytes unpacked since its last call. Raises SourceError, and Locked where a password or
    key is needed.
    """
    return Stack(_open_volume(ref), ref, on_work)


def _open_volume(ref: SourceRef) -> Volume:
    if ref.kind == folder.KIND:
        return folder.open_volume(ref)
    if ref.kind == single_file.KIND:
        return single_file.open_volume(ref)
    if ref.kind in _POINTERS:
        return cellebrite.UfdVolume(ref.path)
    if ref.kind not in TITLES:
        raise SourceError(f"{shown(ref.path)}: {ref.kind!r} is no kind of source that is known")
    return open_kind(ref.kind, HostPlace(ref.path), ref, Path(ref.spool) if ref.spool else None)


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of a source in one pass over it; a name that claims another kind is among the problems.

    They are of the file as it lies; of a folder, of a manifest of its files (`folder.hash_manifest`); of a disk image
    that stands in several files or carries hashes of its own, of the media inside; of a pointer file, of the list of
    the files that it names. `progress` gets the number of bytes
    read since its last call. Raises SourceError.
    """
    if ref.kind == folder.KIND:
        return folder.hash_source(ref, progress)
    if ref.kind == single_file.KIND:
        return _named(single_file.hash_source(ref, progress), ref)
    if ref.kind in _POINTERS:
        return _named(cellebrite.hash_source(ref, progress), ref)
    if module := image_module(ref.kind):
        return _named(hash_image(module, HostPlace(ref.path), progress), ref)
    return _named(hash_file(ref.path, progress), ref)


def _named(hashes: Hashes, ref: SourceRef) -> Hashes:
    if note := name_note(Path(ref.path), ref.kind):
        return replace(hashes, problems=[*hashes.problems, Problem("note", "name-and-content", note)])
    return hashes


def host_files(path: Path) -> list[Path]:
    """The host's files that belong to a source: those of a disk image, a database with its log. Raises SourceError."""
    kind = detect(path)
    if kind in _POINTERS:
        return cellebrite.host_files(path)
    if module := image_module(kind):
        return image_files(module, HostPlace(path))
    return single_file.host_files(path) if kind == single_file.KIND else [path]
