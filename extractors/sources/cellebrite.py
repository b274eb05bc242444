"""What a .ufd or .ufdx of Cellebrite's UFED points to: the files of an extraction, beside it or in folders below it.

Only what it names is opened, and only where that lies in its own folder: each segment of a stored path is looked up by
name, and a link, a drive, an absolute path or ".." is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from evidence_store.records import Problem
from extractors.sources.base import Entry, Hashes, Place, SourceError, SourceRef, StoredHash
from extractors.sources.folder import hash_manifest
from extractors.sources.host import chunks, host_path, host_times, is_link, open_source
from extractors.sources.names import original, safe_path, shown
from extractors.sources.place import HostPlace, choose, is_plain
from extractors.sources.reading import hash_streams
from parsers.ewf_names import folder_names
from parsers.ufd import LONGEST, MOST, is_ufd, is_ufdx, read_ufd, read_ufdx

KIND_UFD: Final = "UFD"
KIND_UFDX: Final = "UFDX"
TITLE: Final = "Cellebrite UFED extraction"
LIMITS: Final = (
    "The files that the .ufd or .ufdx names, in its own folder or below it; their stored MD5, SHA-1 and SHA-256 are "
    "compared. The keyed hash (HMAC) of UFED cannot be recomputed, and a password recorded in a .ufd is not used."
)
_DEEPEST: Final = 16  # folders below that of the pointer
_MOST_FACTS: Final = 200


@dataclass(frozen=True, slots=True)
class Pointer:
    """What one pointer says. `dumps` are files as stored (UFD), `extractions` .ufd files as stored (UFDX).

    `stored_hashes` are (algorithm, lower-case hex) by file as stored; a file may be none of the dumps.
    """

    kind: str
    dumps: list[str] = field(default_factory=list)
    extractions: list[str] = field(default_factory=list)
    stored_hashes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


def detect(place: Place, head: bytes) -> bool:
    """By content: the sections of a .ufd, the root element of a .ufdx."""
    return kind_of(head) is not None


def kind_of(head: bytes) -> str | None:
    """KIND_UFD, KIND_UFDX or None."""
    if is_ufd(head):
        return KIND_UFD
    return KIND_UFDX if is_ufdx(head) else None


def read_pointer(place: Place) -> Pointer:
    """What a .ufd or .ufdx says. Raises SourceError."""
    data = place.open()
    try:
        content = data.read_at(0, LONGEST + 1)
        if is_ufdx(content):
            extractions = read_ufdx(content)
            facts = _facts(extractions.values)
            return Pointer(KIND_UFDX, extractions=[path for path, _ in extractions.extractions], facts=facts)
        ufd = read_ufd(content)
    except SourceError:
        raise
    except ValueError as error:
        raise SourceError(f"{shown(place.name)}: {error}") from error
    finally:
        data.close()
    hashes: dict[str, list[tuple[str, str]]] = {}
    for file, algorithm, value in ufd.hashes:
        hashes.setdefault(file, []).append((algorithm, value))
    return Pointer(KIND_UFD, [file for _, file in ufd.dumps if file], [], hashes, _facts(ufd.values))


def _facts(values: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    """What the pointer says of the device and the extraction, as it stands there."""
    found = {shown(f"{section}: {name}"): shown(value) for section, name, value in values if value}
    more = len(found) - _MOST_FACTS
    return dict([*list(found.items())[:_MOST_FACTS], *([("not shown", f"{more} more values")] if more > 0 else [])])


@dataclass(slots=True)
class _Set:
    """Everything a pointer leads to. `files` are by path below its folder: the pointers, dumps and what else has a
    stored hash, each once; `stored` (path, algorithm, value)."""

    kind: str
    files: dict[str, Path]
    stored: list[tuple[str, str, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _gather(path: Path) -> _Set:
    """Raises SourceError where the pointer itself cannot be read; what it names and is not there is a problem."""
    pointer = read_pointer(HostPlace(path))
    found = _Set(pointer.kind, {path.name: path})
    if pointer.kind == KIND_UFD:
        _add(found, pointer, path.parent, "")
        return found
    found.facts.update(pointer.facts)
    for stored in pointer.extractions:
        try:
            inner, where = _find(path.parent, stored)
            found.files[where] = inner
            one = read_pointer(HostPlace(inner))
        except SourceError as error:
            found.problems.append(Problem("file", "extraction-missing", str(error), shown(stored)))
            continue
        if one.kind != KIND_UFD:
            found.problems.append(Problem("file", "extraction-missing", f"{shown(where)}: is no .ufd", shown(where)))
            continue
        _add(found, one, inner.parent, where.rpartition("/")[0])
    return found


def _add(found: _Set, pointer: Pointer, folder: Path, start: str) -> None:
    """The files of one .ufd; `start` is its folder below that of the .ufdx, "" for none."""
    prefix = f"{start}/" if start else ""
    if len(found.facts) < _MOST_FACTS:
        found.facts.update({f"{shown(prefix)}{name}": text for name, text in pointer.facts.items()})
    elif pointer.facts:
        found.facts[f"{shown(prefix)}not shown"] = f"{len(pointer.facts)} values"
    for stored in dict.fromkeys([*pointer.dumps, *pointer.stored_hashes]):
        hashes = pointer.stored_hashes.get(stored, [])
        try:
            file, where = _find(folder, stored)
        except SourceError as error:
            found.problems.append(Problem("file", "dump-missing", f"{shown(prefix)}{error}", shown(stored)))
            found.stored += [(f"{prefix}{stored}", *one) for one in hashes]
            continue
        found.files[prefix + where] = file
        found.stored += [(prefix + where, *one) for one in hashes]
    if len(found.files) > MOST:
        raise SourceError(f"{shown(folder.name)}: more than {MOST} files are named, which is not plausible")


def _find(folder: Path, stored: str) -> tuple[Path, str]:
    """(file, '/'-separated path below `folder`) of a stored path. Raises SourceError where it leads elsewhere, and
    where there is no such file."""
    segments = stored.replace("\\", "/").split("/")
    if len(segments) > _DEEPEST or not all(is_plain(segment) for segment in segments):
        raise SourceError(f"{original(stored)} is no path below the folder, and is not followed")
    here = folder
    names: list[str] = []
    for number, segment in enumerate(segments, start=1):
        try:
            name = choose(segment, sorted(folder_names(here)))
            status = os.lstat(host_path(here / name)) if name is not None else None
        except OSError as error:
            raise SourceError(f"{shown(stored)}: cannot be looked at: {error.strerror or error}") from error
        if name is None or status is None:
            raise SourceError(f"{shown(stored)}: is named, and is not there")
        here, names = here / name, [*names, name]
        if is_link(status):
            raise SourceError(f"{shown(stored)}: leads through a link, which is not followed")
        if (number == len(segments)) != here.is_file():
            raise SourceError(f"{shown(stored)}: is named, and is no file")
    return here, "/".join(names)


def host_files(path: Path) -> list[Path]:
    """The pointer and every file it leads to, as far as they are there. Raises SourceError."""
    return list(_gather(path).files.values())


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Each file once, in one pass, with the stored hashes compared; a file that is not there or cannot be read is a
    problem, and its stored hashes are not checked.

    An extraction is several files: its hashes are those of the list of them that `hash_manifest` describes, with paths
    below the folder of the pointer. The algorithm of a `StoredHash` names its file. Raises SourceError.
    """
    found = _gather(Path(ref.path))
    digests: dict[str, dict[str, str]] = {}
    rows, problems = [], list(found.problems)
    files: list[dict[str, str | int]] = []
    for where, path in found.files.items():
        try:
            size, sha256, sha1, md5 = hash_streams(chunks(open_source(path), path), progress)
        except SourceError as error:
            problems.append(Problem("file", "unreadable", str(error), shown(where)))
            continue
        digests[where] = {"SHA-256": sha256, "SHA-1": sha1, "MD5": md5}
        rows.append((shown(where), sha256, size))
        files.append({"name": shown(where), "size": size, "sha256": sha256})
    hashes = hash_manifest(rows)
    hashes.files, hashes.problems = files, problems
    for where, algorithm, value in found.stored:
        own = digests.get(where)
        matches = own[algorithm] == value if own is not None else None
        hashes.stored.append(StoredHash(f"{algorithm} of {shown(where)}", shown(value), matches))
    return hashes


class UfdVolume:
    """See `Volume`: the files that a pointer leads to, each at its path below the folder of the pointer. Dumps are
    listed as the files that they are, to be opened as any container is. Addresses are those paths, percent-encoded."""

    def __init__(self, path: str | Path) -> None:
        self._set = _gather(Path(path))
        self.kind = self._set.kind

    def entries(self) -> Iterator[Entry]:
        """The pointers, the dumps, and what else has a stored hash."""
        for where, file in self._set.files.items():
            path, oddity = safe_path(where)
            address = quote_from_bytes(os.fsencode(where))
            try:
                status = os.lstat(host_path(file))
            except OSError as error:
                yield Entry(path, 0, address, readable=False, note=error.strerror or str(error))
                continue
            note = f"stored name {original(where)}" if oddity else ""
            yield Entry(path, status.st_size, address, host_times(status), note=note)

    def problems(self) -> list[Problem]:
        return list(self._set.problems)

    def facts(self) -> dict[str, str]:
        return dict(self._set.facts)

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        file = self._set.files.get(os.fsdecode(unquote_to_bytes(entry.address)))
        if file is None:
            raise SourceError(f"{entry.path}: not an address of this extraction")
        return open_source(file)

    def close(self) -> None:
        pass
