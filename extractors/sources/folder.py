"""A folder on this machine: an extraction that somebody unpacked, or a mounted, write-protected medium."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from evidence_store.records import Problem
from extractors.sources.base import Entry, Hashes, SourceError, SourceRef
from extractors.sources.host import chunks, host_path, host_times, is_link, open_descriptor, open_file
from extractors.sources.names import Findings, original, safe_path, shown

KIND: Final = "folder"
TITLE: Final = "Folder"
LIMITS: Final = (
    "Links are listed and not followed. Alternate data streams, extended attributes and deleted files are not seen."
)
_KINDS: Final = {
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}


def detect(path: Path, head: bytes) -> bool:
    return path.is_dir()


class FolderVolume:
    """See `Volume`. The address of an entry is its path as bytes, percent-encoded, relative to the root."""

    kind = KIND

    def __init__(self, root: str) -> None:
        self._root = root
        self._real_root = os.path.realpath(root)
        self._findings = Findings()
        self._inside = lru_cache(maxsize=4096)(self._is_inside)

    def entries(self) -> Iterator[Entry]:
        """Files, links and special files, folder by folder in the order of their names."""
        self._findings = Findings()
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            below = []
            for name, status in self._listing(folder):
                inner = f"{folder}/{name}" if folder else name
                if stat.S_ISDIR(status.st_mode) and not is_link(status):
                    below.append(inner)
                else:
                    yield self._entry(inner, status)
            waiting.extend(reversed(below))

    def _listing(self, folder: str) -> list[tuple[str, os.stat_result]]:
        """(name, status) of what a folder holds, sorted by name; what cannot be seen becomes a problem."""
        where = self._host(folder)
        found = []
        try:
            with _scan(where) as items:
                for item in items:
                    try:
                        # On Windows the listing's own copy lacks what a fresh look gives (reparse tags, true sizes).
                        status = os.lstat(self._host(f"{folder}/{item.name}" if folder else item.name))
                        found.append((item.name, status))
                    except OSError as error:
                        self._unreadable(f"{folder}/{item.name}", error)
        except OSError as error:
            self._unreadable(folder, error)
        return sorted(found, key=lambda pair: pair[0])

    def _unreadable(self, inner: str, error: OSError) -> None:
        path = safe_path(inner)[0] if inner else "."
        self._findings.add("file", "unreadable", f"{path}: {error.strerror or error}", path)

    def _entry(self, inner: str, status: os.stat_result) -> Entry:
        path, oddity = safe_path(inner)
        if oddity:
            self._findings.add_name(path, oddity, original(inner))
        note = f"stored name {original(inner)}" if oddity else ""
        address = quote_from_bytes(os.fsencode(inner))
        times = host_times(status)
        if is_link(status):
            return Entry(path, 0, address, times, kind="link", readable=False, note=self._link_note(inner))
        if not stat.S_ISREG(status.st_mode):
            special = _KINDS.get(stat.S_IFMT(status.st_mode), "special file")
            return Entry(path, 0, address, times, kind="special", readable=False, note=special)
        # The cheap question first; where it may be wrong (root, access lists), opening gives the last word.
        if not os.access(self._host(inner), os.R_OK):
            return Entry(path, status.st_size, address, times, readable=False, note="permission denied")
        return Entry(path, status.st_size, address, times, note=note)

    def _link_note(self, inner: str) -> str:
        try:
            return f"link to {shown(str(Path(self._host(inner)).readlink()))}"
        except OSError as error:
            return f"link that cannot be read: {error.strerror or error}"

    def problems(self) -> list[Problem]:
        return self._findings.problems()

    def facts(self) -> dict[str, str]:
        return {}

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of a regular file below the root. Raises SourceError, also where a link stands in the way."""
        inner = os.fsdecode(unquote_to_bytes(entry.address))
        segments = inner.replace("\\", "/").split("/") if os.name == "nt" else inner.split("/")
        if not inner or "\0" in inner or any(part in ("", ".", "..") for part in segments):
            raise SourceError(f"{entry.path}: not an address inside this folder")
        host = self._host(inner)
        try:
            parent = os.path.dirname(host)  # noqa: PTH120 - a path of 50,000 files: pathlib is too slow
            if self._inside(parent) and not is_link(os.lstat(host)):
                return open_file(host, follow=False)
        except SourceError as error:
            raise SourceError(f"{entry.path}: not a regular file") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SourceError(f"{entry.path}: cannot be opened: {reason}") from error
        raise SourceError(f"{entry.path}: leads through a link, which is not followed")

    def _is_inside(self, parent: str) -> bool:
        relative = os.path.relpath(parent, self._root)
        expected = self._real_root if relative == "." else os.path.join(self._real_root, relative)  # noqa: PTH118
        return os.path.normcase(os.path.realpath(parent)) == os.path.normcase(expected)

    def _host(self, inner: str) -> str:
        if not inner:
            return self._root
        return self._root.rstrip(os.sep) + os.sep + inner.replace("/", os.sep)

    def close(self) -> None:
        self._inside.cache_clear()


class _scan:  # noqa: N801 - used as a function
    """`os.scandir` that leaves the folder's access time alone where a folder can be opened as a file."""

    def __init__(self, folder: str) -> None:
        self._descriptor = None
        if os.scandir in os.supports_fd:
            self._descriptor = open_descriptor(folder, getattr(os, "O_DIRECTORY", 0))
        try:
            self._items = os.scandir(folder if self._descriptor is None else self._descriptor)
        except OSError:
            self._release()
            raise

    def __enter__(self) -> Iterator[os.DirEntry[str]]:
        return self._items

    def __exit__(self, *_: object) -> None:
        self._items.close()
        self._release()

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


def open_volume(ref: SourceRef) -> FolderVolume:
    """Raises SourceError where there is no such folder."""
    root = host_path(ref.path)
    if not os.path.isdir(root):  # noqa: PTH112 - the long form of a Windows path
        raise SourceError(f"{shown(ref.path)}: no such folder")
    return FolderVolume(root)


def hash_manifest(rows: Iterable[tuple[str, str, int]]) -> Hashes:
    """The hashes of a folder from (path, sha256, size) of each readable file, in any order.

    They are those of a text with one line for each file, `<sha256>  <path>` and a line feed, in the byte order of the
    paths as UTF-8: what `LC_ALL=C sort` and `sha256sum` print, so that anybody can recompute it:

        cd FOLDER && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum

    As `sha256sum` does, a name with a backslash, a line feed or a carriage return is escaped and its line starts with a
    backslash. Names that hold bytes which are no text enter as Assay shows them (\\xNN), unlike in that command.
    `size` is the total of the files' bytes.
    """
    digests = [hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)]
    total = 0
    for path, sha256, size in sorted(rows):
        escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        mark = "" if escaped == path else "\\"
        line = f"{mark}{sha256}  {escaped}\n".encode()
        for digest in digests:
            digest.update(line)
        total += size
    return Hashes(total, digests[0].hexdigest(), digests[1].hexdigest(), digests[2].hexdigest())


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """Reads every file once; see `hash_manifest` for what the hashes are of. Unreadable files become problems."""
    volume = open_volume(ref)
    rows, problems = [], []
    for entry in volume.entries():
        if not entry.readable:
            if entry.kind == "file":
                problems.append(Problem("file", "unreadable", f"{entry.path}: {entry.note}", entry.path))
            continue
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in chunks(volume.open(entry), entry.path):
                digest.update(chunk)
                size += len(chunk)
                if progress is not None:
                    progress(len(chunk))
        except SourceError as error:
            problems.append(Problem("file", "unreadable", str(error), entry.path))
            continue
        rows.append((entry.path, digest.hexdigest(), size))
    hashes = hash_manifest(rows)
    hashes.problems = [*volume.problems(), *problems]
    return hashes


def host_files(path: Path) -> list[Path]:
    """The folder itself: its files are listed as entries."""
    return [path]
