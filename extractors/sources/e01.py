"""E01 and SMART disk images (EWF): the media inside, its stored hashes checked, and the segment files' own hashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Hashes, SourceError, SourceRef, StoredHash
from extractors.sources.disk import DiskVolume
from extractors.sources.host import hash_file, open_source
from extractors.sources.names import shown
from extractors.sources.reading import hash_streams
from parsers.ewf import EwfImage, is_ewf

KIND: Final = "E01"
MOST_LISTED: Final = 200


def detect(path: str, head: bytes) -> bool:
    """By signature; EWF version 2 and logical sets are claimed too, so that opening can say why they are not read."""
    return is_ewf(head)


def _open(path: str) -> EwfImage:
    def opener(segment: Path) -> BinaryIO:
        return open_source(segment)

    try:
        return EwfImage(path, opener)
    except SourceError:
        raise
    except (ValueError, OSError) as error:
        raise SourceError(shown(str(error))) from error


def _damage(image: EwfImage) -> list[Problem]:
    problems = [Problem("file", "ewf", shown(text)) for text in image.problems]
    bad = image.bad_ranges()
    for span in bad[:MOST_LISTED]:
        which = f"chunk {span.first}" if span.first == span.last else f"chunks {span.first} to {span.last}"
        detail = f"{which} read as zeros: {span.reason}"
        problems.append(Problem("file", "bad-chunk", detail, f"byte {span.offset}+{span.size}"))
    if len(bad) > MOST_LISTED:
        problems.append(Problem("file", "bad-chunk", f"{len(bad) - MOST_LISTED} more ranges of chunks read as zeros"))
    errors = image.layout.errors
    sector = image.layout.bytes_per_sector
    for first, count in errors[:MOST_LISTED]:
        detail = f"{count} sectors from {first} could not be read when the image was taken"
        problems.append(Problem("note", "acquisition-error", detail, f"byte {first * sector}+{count * sector}"))
    if len(errors) > MOST_LISTED:
        text = f"{len(errors) - MOST_LISTED} more ranges could not be read when the image was taken"
        problems.append(Problem("note", "acquisition-error", text))
    return problems


def _facts(image: EwfImage) -> dict[str, str]:
    facts = {name: shown(value) for name, value in image.layout.notes.items()}
    facts["segments"] = str(len(image.paths))
    facts["chunk size"] = f"{image.chunk_size} bytes"
    for algorithm, value in image.layout.hashes:
        facts[f"stored {algorithm}"] = value
    return facts


def open_volume(ref: SourceRef) -> DiskVolume:
    """The files of the media inside. Raises SourceError."""
    image = _open(ref.path)
    try:
        return DiskVolume(KIND, image.read_at, image.size, ref.zone, image.close, _facts(image), lambda: _damage(image))
    except SourceError:
        image.close()
        raise


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Size and hashes are of the media bytes, compared with those that the set stores; `files` are the segments' own.

    `progress` counts the bytes of the media. Raises SourceError.
    """
    image = _open(ref.path)
    try:
        size, sha256, sha1, md5 = hash_streams(image.stream_chunks(), progress)
    except OSError as error:
        raise SourceError(f"{shown(ref.path)}: cannot be read: {error.strerror or error}") from error
    finally:
        image.close()
    own = {"md5": md5, "sha1": sha1, "sha256": sha256}
    stored = [StoredHash(name, value, own[name] == value) for name, value in image.layout.hashes]
    hashes = Hashes(size, sha256, sha1, md5, stored=stored, problems=_damage(image))
    for segment in image.paths:
        hashes.files += hash_file(segment).files
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
