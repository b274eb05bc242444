"""E01 and SMART disk images (EWF) as a source: the files inside, and the hashes of the media and of each segment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from evidence_store.records import Problem
from extractors.sources.base import Hashes, SourceError, SourceRef, StoredHash
from extractors.sources.disk import DiskVolume
from extractors.sources.host import hash_file
from extractors.sources.images import ewf
from extractors.sources.names import shown
from extractors.sources.place import HostPlace
from extractors.sources.reading import hash_streams
from parsers.ewf import is_ewf

KIND: Final = ewf.KIND


def detect(path: str, head: bytes) -> bool:
    """By signature; what opening refuses is claimed too, so that it can say why."""
    return is_ewf(head)


def open_volume(ref: SourceRef) -> DiskVolume:
    """The files of the media inside. Raises SourceError."""
    image = ewf.open_image(HostPlace(ref.path))
    try:
        return DiskVolume(KIND, image.read_at, image.size, ref.zone, image.close, image.facts, image.problems)
    except SourceError:
        image.close()
        raise


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Size and hashes are of the media bytes, compared with those that the set stores; `files` are the segments' own.

    `progress` counts the bytes of the media. Raises SourceError.
    """
    image = ewf.open_set(HostPlace(ref.path))
    try:
        size, sha256, sha1, md5 = hash_streams(image.stream_chunks(), progress)
    except OSError as error:
        raise SourceError(f"{shown(ref.path)}: cannot be read: {error.strerror or error}") from error
    finally:
        image.close()
    own = {"md5": md5, "sha1": sha1, "sha256": sha256}
    stored = [StoredHash(name, value, own[name] == value) for name, value in image.layout.hashes]
    hashes = Hashes(size, sha256, sha1, md5, stored=stored, problems=ewf.set_problems(image))
    for name in image.names:
        hashes.files += hash_file(Path(ref.path).with_name(name)).files
    hashes.problems += [
        Problem(
            "file",
            "stored-hash",
            f"the {each.algorithm} stored in the set is {each.value}; the media gives {own[each.algorithm]}",
        )
        for each in stored
        if not each.matches
    ]
    return hashes
