"""Unpacking a compressed tar into the case's work folder, hashing the compressed file in the same pass.

References: RFC 1952 (gzip), the .xz file format 1.1.0, bzip2 manual.
"""

from __future__ import annotations

import bz2
import lzma
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Hashes, Place, SourceError, SourceRef
from extractors.sources.names import shown
from extractors.sources.place import HostPlace
from extractors.sources.reading import BUFFER, hash_streams

MAGICS: Final = {"gz": b"\x1f\x8b\x08", "bz2": b"BZh", "xz": b"\xfd7zXZ\x00"}
COMPRESSIONS: Final = tuple(MAGICS)
MAX_RATIO: Final = 200
MAX_SIZE: Final = 1 << 30  # below it no ratio is too high
KEEP_FREE: Final = 1 << 30  # bytes of the disk that unpacking leaves
_ZLIB: Final = {"gz": 31, "zlib": 15}  # the window's size as zlib wants it, with the sort of header
_PIECE: Final = 4 << 20
_MEMORY: Final = 512 << 20
_LOOK: Final = 2 << 20  # a block of bzip2 can be 900 kB long before it gives its first byte


def compression(head: bytes) -> str | None:
    """ "gz", "bz2", "xz" by signature, or None."""
    return next((method for method, magic in MAGICS.items() if head.startswith(magic)), None)


class Unpacker(Protocol):
    """What turns the bytes of a file into those that are kept, front to back and a bounded piece at a time."""

    @property
    def junk(self) -> bool:
        """What follows the packed data is something else."""

    @property
    def ended(self) -> bool:
        """At the proper end of the data."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out for these bytes. Raises ValueError for damage."""

    def finish(self) -> Iterator[bytes]:
        """What is left when there are no more. Raises ValueError for damage."""


class Inflater:
    """Front-to-back unpacking of one or more streams in a row, with bounded output at a time."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._engine = self._fresh()
        self._between = False  # a stream has ended, and another may follow
        self.streams = 0
        self.junk = False

    def _fresh(self) -> Any:
        if self._method in _ZLIB:
            return zlib.decompressobj(_ZLIB[self._method])
        return bz2.BZ2Decompressor() if self._method == "bz2" else lzma.LZMADecompressor(memlimit=_MEMORY)

    @property
    def ended(self) -> bool:
        """At the proper end of a stream."""
        return self._between

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out for these bytes, in pieces. Raises ValueError for damage; what is no stream is skipped."""
        while data and not self.junk:
            if self._between:
                data = data.lstrip(b"\0")
                if not data:
                    return
                magic = MAGICS.get(self._method)
                if magic is None or not magic.startswith(data[: len(magic)]):
                    self.junk = True
                    return
                self._engine, self._between = self._fresh(), False
            yield from self._drain(data)
            data = b""
            if self._engine.eof:
                self._between, data = True, self._engine.unused_data
                self.streams += 1

    def finish(self) -> Iterator[bytes]:
        yield from ()

    def _drain(self, data: bytes) -> Iterator[bytes]:
        try:
            while not self._engine.eof:
                out = self._engine.decompress(data, _PIECE)
                if out:
                    yield out
                data = getattr(self._engine, "unconsumed_tail", b"")
                hungry = not data if self._method in _ZLIB else self._engine.needs_input
                if hungry and len(out) < _PIECE:
                    return
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise ValueError(f"damaged {self._method} data") from error


def first_bytes(place: Place, method: str, wanted: int) -> bytes:
    """The first unpacked bytes, fewer where the stream is damaged or ends. Raises SourceError."""
    inflater, found = Inflater(method), b""
    packed = place.open()
    try:
        data = packed.read_at(0, _LOOK)
    finally:
        packed.close()
    try:
        for piece in inflater.feed(data):
            found += piece[:wanted]
            if len(found) >= wanted:
                break
    except ValueError:
        pass
    return found[:wanted]


def unpack_spool(
    ref: SourceRef, to: Path, progress: Callable[[int], None] | None = None, cap: int | None = None
) -> Hashes:
    """As `unpack`, of a compressed file of the host. Raises SourceError."""
    return unpack(HostPlace(ref.path), ref.kind.rpartition(".")[2], to, progress, cap)


def unpack(
    place: Place, method: str, to: Path, progress: Callable[[int], None] | None = None, cap: int | None = None
) -> Hashes:
    """Unpacks compressed data to `to` (overwritten) and hashes the compressed file, both in one pass.

    Damage and a missing end become problems of the result; what was unpacked up to there stays. Raises SourceError,
    and removes `to`, where more comes out than `cap` bytes, than 1 GiB and 200 times what went in, or than the disk
    holds (1 GiB stays free). `progress` gets compressed bytes.
    """
    try:
        with to.open("wb") as out:
            return spool(place, Inflater(method), out, to.parent, progress, cap)
    except OSError as error:
        to.unlink(missing_ok=True)
        raise SourceError(f"{shown(place.name)}: cannot be unpacked: {error.strerror or error}") from error
    except SourceError:
        to.unlink(missing_ok=True)
        raise


def spool(
    place: Place,
    unpacker: Unpacker,
    out: BinaryIO,
    folder: Path | None,
    progress: Callable[[int], None] | None = None,
    cap: int | None = None,
) -> Hashes:
    """Writes what comes out of a file to `out` and hashes the file itself, both in one pass; see `unpack` for limits.

    `folder` is where `out` lies, for the space that has to stay free; None where that is not known. Raises SourceError,
    and OSError where `out` cannot be written.
    """
    problems: list[Problem] = []
    name = shown(place.name)
    packed = place.open()
    try:
        source = _Spooling(unpacker, out, folder, name, cap, problems)
        size, sha256, sha1, md5 = hash_streams(source.through(_pieces(packed)), progress)
    finally:
        packed.close()
    return Hashes(size, sha256, sha1, md5, [{"name": name, "size": size, "sha256": sha256}], problems=problems)


def _pieces(data: Bytes) -> Iterator[bytes]:
    at = 0
    while piece := data.read_at(at, BUFFER):
        yield piece
        at += len(piece)


class _Spooling:
    """Passes compressed bytes through and writes what they unpack to."""

    def __init__(
        self,
        unpacker: Unpacker,
        out: BinaryIO,
        folder: Path | None,
        name: str,
        cap: int | None,
        problems: list[Problem],
    ) -> None:
        self._unpacker = unpacker
        self._out = out
        self._folder = folder
        self._name = name
        self._cap = cap
        self._problems = problems
        self._taken = self._written = self._checked = 0

    def through(self, source: Iterator[bytes]) -> Iterator[bytes]:
        sound = True
        for chunk in source:
            self._taken += len(chunk)
            if sound:
                sound = self._write(self._unpacker.feed(chunk))
            yield chunk
        sound = sound and self._write(self._unpacker.finish())
        if sound and not self._unpacker.ended:
            self._problem("the compressed data end too early")
        elif sound and self._unpacker.junk:
            self._problem("what follows the compressed data is something else and was not read")

    def _write(self, pieces: Iterator[bytes]) -> bool:
        try:
            for piece in pieces:
                self._check(len(piece))
                self._out.write(piece)
                self._written += len(piece)
        except SourceError:
            raise
        except ValueError as error:
            self._problem(str(error))
            return False
        return True

    def _check(self, more: int) -> None:
        size = self._written + more
        if self._cap is not None and size > self._cap:
            raise SourceError(f"{self._name}: unpacks to more than {self._cap} bytes")
        if size > MAX_SIZE and size > MAX_RATIO * self._taken:
            raise SourceError(f"{self._name}: {size} bytes come out of {self._taken}: a decompression bomb")
        if size - self._checked >= KEEP_FREE // 16 or not self._checked:
            self._checked = size
            if self._folder is not None and shutil.disk_usage(self._folder).free < KEEP_FREE:
                raise SourceError(f"{self._name}: not enough free space in {self._folder} to unpack it")

    def _problem(self, text: str) -> None:
        detail = f"{text}: about byte {self._taken} of the file, {self._written} bytes unpacked"
        self._problems.append(Problem("file", "compressed-damaged", detail))
