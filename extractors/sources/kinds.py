"""The kinds of container: each is detected by content, and opens the same on the host and inside another container."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

from evidence_store.records import Problem
from extractors.sources import (
    aff4_logical,
    android_backup,
    cellebrite,
    compressed,
    disk,
    folder,
    logical_evidence,
    signal_backup,
    single_file,
    tar_archive,
    whatsapp_backup,
    zip_archive,
)
from extractors.sources.base import Bytes, Hashes, Place, Secret, SourceError, SourceRef, Volume
from extractors.sources.compressed import CompressedFile
from extractors.sources.disk import DiskVolume
from extractors.sources.images import aff, aff4, dmg, ewf, qcow, split_raw, vdi, vhd, vhdx, vmdk
from extractors.sources.names import shown
from extractors.sources.place import HostPlace
from extractors.sources.tar_unpack import COMPRESSIONS, unpack

HEAD: Final = 64 << 10
MOST: Final = 64 << 30  # bytes that one container may unpack to in the work folder
_VOLUMES: Final = (
    "FAT, exFAT, NTFS, ext2/3/4, HFS+, APFS, F2FS, YAFFS2, UFS and ISO 9660 are read, deleted files where their "
    "clusters still stand; each says how sure that is. Encrypted volumes, snapshots, shadow copies and other file "
    "systems are named and not read; so are files that ext4 or F2FS encrypts."
)
# Disk images of every format, in the order in which they are asked: those with a signature of their own first.
IMAGES: Final[tuple[ModuleType, ...]] = (ewf, aff4, aff, split_raw, qcow, vdi, vhdx, vmdk, dmg, vhd)
_IMAGE: Final = {module.KIND: module for module in IMAGES}
COMPRESSED: Final = frozenset(COMPRESSIONS)
# Read from front to back only: unpacked into the work folder before anything is listed.
SPOOLED: Final = frozenset(
    {
        *COMPRESSED,
        android_backup.KIND,
        whatsapp_backup.KIND,
        signal_backup.KIND,
        *(kind for kind in tar_archive.KINDS if kind != tar_archive.KIND),
    }
)

# What is unpacked first and may be encrypted, and what gives the key to it.
UNLOCKS: Final[dict[str, Callable[[Place, Secret], bytes]]] = {
    android_backup.KIND: android_backup.unlock,
    whatsapp_backup.KIND: whatsapp_backup.unlock,
    signal_backup.KIND: signal_backup.unlock,
}


class Kind(NamedTuple):
    """What a container is called, and what is not read of it."""

    kind: str
    title: str
    limits: str


KINDS: Final = (
    Kind(folder.KIND, folder.TITLE, folder.LIMITS),
    *(Kind(module.KIND, module.TITLE, f"{_VOLUMES} {module.LIMITS}".strip()) for module in IMAGES),
    Kind(logical_evidence.KIND, logical_evidence.TITLE, logical_evidence.LIMITS),
    Kind(aff4_logical.KIND, aff4_logical.TITLE, aff4_logical.LIMITS),
    Kind(zip_archive.KIND, zip_archive.TITLE, zip_archive.LIMITS),
    *(Kind(kind, f"{tar_archive.TITLE} (.{kind})", tar_archive.LIMITS) for kind in tar_archive.KINDS),
    *(Kind(kind, f"{compressed.TITLE} (.{kind})", compressed.LIMITS) for kind in COMPRESSIONS),
    Kind(android_backup.KIND, android_backup.TITLE, android_backup.LIMITS),
    Kind(whatsapp_backup.KIND, whatsapp_backup.TITLE, whatsapp_backup.LIMITS),
    Kind(signal_backup.KIND, signal_backup.TITLE, signal_backup.LIMITS),
    Kind(cellebrite.KIND_UFD, f"{cellebrite.TITLE} (.ufd)", cellebrite.LIMITS),
    Kind(cellebrite.KIND_UFDX, f"{cellebrite.TITLE} (.ufdx)", cellebrite.LIMITS),
    Kind(disk.KIND, "Raw disk image", _VOLUMES),
    Kind(single_file.KIND, single_file.TITLE, single_file.LIMITS),
)
TITLES: Final = {one.kind: one.title for one in KINDS}


def image_module(kind: str) -> ModuleType | None:
    """The module that opens disk images of this kind; None for what is no image."""
    return _IMAGE.get(kind)


def kind_of(place: Place, head: bytes) -> str:
    """The kind of what stands at a place; that of a single file where it is no container. May take a while on a
    hostile file: to be called in a worker. Raises SourceError."""
    if logical_evidence.detect(place, head):
        return logical_evidence.KIND
    if aff4_logical.detect(place, head):
        return aff4_logical.KIND
    if android_backup.detect(head):
        return android_backup.KIND
    if whatsapp_backup.detect(place, head):
        return whatsapp_backup.KIND
    if signal_backup.detect(head):
        return signal_backup.KIND
    for module in IMAGES:
        if module.detect(place, head):
            return str(module.KIND)
    # What ends as a zip archive may be a tar or compressed file that holds one: their own beginning has the word.
    if not zip_archive.begins(head) and (kind := tar_archive.detect_kind(place, head)):
        return kind
    if zip_archive.detect(place, head):
        return zip_archive.KIND
    data = place.open()
    try:
        return disk.KIND if disk.detect_bytes(data.read_at, data.size, head) else single_file.KIND
    finally:
        data.close()


def unpack_kind(
    kind: str, place: Place, ref: SourceRef, to: Path, progress: Callable[[int], None] | None = None, cap: int = MOST
) -> Hashes:
    """Writes the plain form of a kind that is unpacked first to `to`, hashing what is unpacked in the same pass.

    `progress` gets the bytes read since its last call. Raises SourceError, and Locked.
    """
    if kind == android_backup.KIND:
        with to.open("wb") as out:
            return android_backup.unpack(place, out, ref.secret, progress, cap)[1]
    if kind == whatsapp_backup.KIND:
        return whatsapp_backup.unpack(place, to, ref.secret, progress, cap)
    if kind == signal_backup.KIND:
        return signal_backup.unpack(place, to, ref.secret, progress, cap)
    return unpack(place, kind.rpartition(".")[2], to, progress, cap)


def open_kind(kind: str, place: Place, ref: SourceRef, unpacked: Path | None = None) -> Volume:
    """Opens a container of a kind that `kind_of` found. `unpacked` is the plain form of one that is unpacked first.

    Raises SourceError, and Locked where it needs a password.
    """
    if kind in SPOOLED:
        if unpacked is None:
            raise SourceError(f"{shown(place.name)}: has to be unpacked into the work folder first")
        if kind in COMPRESSED:
            return CompressedFile(kind, place.name, unpacked)
        if kind == android_backup.KIND:
            return android_backup.open_volume(place, unpacked)
        if kind == whatsapp_backup.KIND:
            return whatsapp_backup.open_volume(place, unpacked)
        if kind == signal_backup.KIND:
            return signal_backup.open_volume(place, unpacked)
        return tar_archive.TarVolume(kind, HostPlace(unpacked).open())
    if kind == zip_archive.KIND:
        return zip_archive.open_place(place, ref.zone)
    if kind == tar_archive.KIND:
        return tar_archive.TarVolume(kind, place.open())
    if kind == logical_evidence.KIND:
        return logical_evidence.open_place(place, ref.zone)
    if kind == aff4_logical.KIND:
        return aff4_logical.open_place(place, ref.zone)
    if module := _IMAGE.get(kind):
        image = module.open_image(place)
        return _disk(kind, Bytes(image.size, image.read_at, image.close), ref, image.facts, image.problems)
    if kind == disk.KIND:
        return _disk(kind, place.open(), ref)
    raise SourceError(f"{shown(place.name)}: {kind!r} is no kind of source that is known")


def _disk(
    kind: str,
    media: Bytes,
    ref: SourceRef,
    facts: dict[str, str] | None = None,
    damage: Callable[[], list[Problem]] = list,
) -> DiskVolume:
    try:
        return DiskVolume(kind, media.read_at, media.size, ref.zone, media.close, facts, damage)
    except SourceError:
        media.close()
        raise
