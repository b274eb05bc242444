"""Files of this machine, opened so that nothing about them changes: no write, no new access time, no link followed."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from evidence_store.records import Moment
from extractors.sources.base import Hashes, SourceError
from extractors.sources.names import shown
from extractors.sources.reading import BUFFER, hash_streams
from parsers.times import from_unix

_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_NO_ATIME: Final[int] = getattr(os, "O_NOATIME", 0)
_NO_FOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final[int] = getattr(os, "O_NONBLOCK", 0)  # else opening a named pipe waits for ever
_FARTHEST: Final = 1 << 62
_LINK_TAGS: Final = (0xA000000C, 0xA0000003)  # Windows: symbolic link, junction


def long_path(path: str) -> str:
    """A Windows path in the form that may be longer than 260 characters; the path must be absolute.

    References: Microsoft, "Naming Files, Paths, and Namespaces".
    """
    path = path.replace("/", "\\")
    if path.startswith("\\\\?\\"):
        return path
    return "\\\\?\\UNC\\" + path[2:] if path.startswith("\\\\") else "\\\\?\\" + path


def host_path(path: str | Path) -> str:
    """The absolute host path, in the form that the operating system takes at any length."""
    absolute = str(Path(path).absolute())
    return long_path(absolute) if sys.platform == "win32" else absolute


def is_link(status: os.stat_result) -> bool:
    """A symbolic link, or on Windows a junction; other reparse points (cloud files, deduplication) are files."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


def open_descriptor(path: str, flags: int = 0, follow: bool = True) -> int:
    """A read-only descriptor; the access time stays where the system and the file's owner allow it. Raises OSError."""
    flags |= _READ | _NO_WAIT | (0 if follow else _NO_FOLLOW)
    if not _NO_ATIME:
        return os.open(path, flags)
    try:
        return os.open(path, flags | _NO_ATIME)
    except PermissionError:  # only the owner may ask for it
        return os.open(path, flags)


def open_file(path: str, follow: bool = True) -> BinaryIO:
    """A regular file, unbuffered and read-only. Raises OSError, and SourceError where it is none."""
    descriptor = open_descriptor(path, follow=follow)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError(f"{shown(path)}: not a regular file")
    return cast(BinaryIO, io.FileIO(descriptor, "rb"))


def open_source(path: str | Path) -> BinaryIO:
    """A file that the operator named, read-only. Raises SourceError with one line."""
    try:
        return open_file(host_path(path))
    except OSError as error:
        raise SourceError(f"{shown(str(path))}: cannot be opened: {error.strerror or error}") from error


def chunks(stream: BinaryIO, path: str | Path) -> Iterator[bytes]:
    """The rest of a stream in large pieces; closes it at the end. Raises SourceError naming the place."""
    with stream:
        at = 0
        try:
            while chunk := stream.read(BUFFER):
                yield chunk
                at += len(chunk)
        except OSError as error:
            raise SourceError(f"{shown(str(path))}: cannot be read at byte {at}: {error.strerror or error}") from error


def reader_of(stream: BinaryIO) -> Callable[[int, int], bytes]:
    """`read_at(offset, size)` of an open file, safe between threads; nothing beyond its end. Raises SourceError."""
    lock = threading.Lock()

    def read_at(offset: int, size: int) -> bytes:
        if not 0 <= offset < _FARTHEST:
            return b""
        with lock:
            try:
                stream.seek(offset)
                data = stream.read(size)
                while len(data) < size and (more := stream.read(size - len(data))):
                    data += more
            except OSError as error:
                raise SourceError(f"cannot be read at byte {offset}: {error.strerror or error}") from error
            return data

    return read_at


def hash_file(path: str | Path, progress: Callable[[int], None] | None = None) -> Hashes:
    """One file of the host in one pass. Raises SourceError."""
    size, sha256, sha1, md5 = hash_streams(chunks(open_source(path), path), progress)
    return Hashes(size, sha256, sha1, md5, [{"name": shown(Path(path).name), "size": size, "sha256": sha256}])


def host_times(status: os.stat_result) -> tuple[Moment, ...]:
    """What the host's file system says of a file; `raw` is nanoseconds since 1970 in UTC."""
    found = [("modified", status.st_mtime_ns), ("accessed", status.st_atime_ns)]
    if sys.platform == "win32":
        found.append(("created", getattr(status, "st_birthtime_ns", None) or status.st_ctime_ns))
    else:
        found.append(("changed", status.st_ctime_ns))
        if born := getattr(status, "st_birthtime", None):  # a float on macOS: good to about a microsecond
            found.append(("created", round(born * 1e6) * 1000))
    return tuple(_moment(f"{what} (file system)", nanoseconds) for what, nanoseconds in found)


def _moment(meaning: str, nanoseconds: int) -> Moment:
    utc_us, note = from_unix(nanoseconds // 1000, "us")
    return Moment(meaning, utc_us, str(nanoseconds), "D", note=note)
