"""The hashes of a disk image: of the media inside where that is what is quoted, else of the file as it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from evidence_store.records import Problem
from extractors.sources.base import Hashes, Image, SourceError, StoredHash
from extractors.sources.host import hash_file
from extractors.sources.names import shown
from extractors.sources.place import HostPlace
from extractors.sources.reading import BUFFER, hash_streams

_KNOWN: Final = ("sha256", "sha1", "md5")


def hash_image(module: ModuleType, place: HostPlace, progress: Callable[[int], None] | None = None) -> Hashes:
    """Of the media where it stands in several files or the image carries hashes of it, which are compared; else of the
    file. `files` are those of the host that it is made of. Raises SourceError."""
    image: Image = module.open_image(place)
    try:
        if not image.stored and len(image.parts) < 2:
            return hash_file(place.path, progress)
        try:
            size, sha256, sha1, md5 = hash_streams(image.chunks() if image.chunks else _pieces(image), progress)
        except OSError as error:
            raise SourceError(f"{shown(place.name)}: cannot be read: {error.strerror or error}") from error
        problems = image.problems()
        parts = [place.path.with_name(name) for name in image.parts]
        stored_hashes = list(image.stored)
    finally:
        image.close()
    own = {"md5": md5, "sha1": sha1, "sha256": sha256}
    stored = [StoredHash(name, value, own[name] == value if name in own else None) for name, value in stored_hashes]
    hashes = Hashes(size, sha256, sha1, md5, stored=stored, problems=problems)
    for part in parts:
        hashes.files += hash_file(part).files
    hashes.problems += [
        Problem(
            "file",
            "stored-hash",
            f"the {each.algorithm} stored in the set is {each.value}; the media gives {own[each.algorithm]}",
        )
        for each in stored
        if each.matches is False
    ]
    return hashes


def _pieces(image: Image) -> Iterator[bytes]:
    at = 0
    while piece := image.read_at(at, BUFFER):
        yield piece
        at += len(piece)


def image_files(module: ModuleType, place: HostPlace) -> list[Path]:
    """The files of the host that an image is made of; the one that was named first. Raises SourceError."""
    image: Image = module.open_image(place)
    image.close()
    return [place.path.with_name(name) for name in image.parts] or [place.path]
