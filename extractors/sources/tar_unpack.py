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
from typing import Any, BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Hashes, SourceError, SourceRef
from extractors.sources.host import chunks, open_source
from extractors.sources.names import shown
from extractors.sources.reading import hash_streams

MAGICS: Final = {"gz": b"\x1f\x8b\x08", "bz2": b"BZh", "xz": b"\xfd7zXZ\x00"}
COMPRESSIONS: Final = tuple(MAGICS)
MAX_RATIO: Final = 200
MAX_SIZE: Final = 1 << 30  # below it no ratio is too high
KEEP_FREE: Final = 1 << 30  # bytes of the disk that unpacking leaves
_PIECE: Final = 4 << 20
_MEMORY: Final = 512 << 20
_LOOK: Final = 2 << 20  # a block of bzip2 can be 900 kB long before it gives its first byte


def compression(head: bytes) -> str | None:
    """ "gz", "bz2", "xz" by signature, or None."""
    return next((method for method, magic in MAGICS.items() if head.startswith(magic)), None)


class Inflater:
    """Front-to-back unpacking of one or more streams in a row, with bounded output at a time."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._engine = self._fresh()
        self._between = False  # a stream has ended, and another may follow
        self.streams = 0
        self.junk = False

    def _fresh(self) -> Any:
        if self._method == "gz":
            return zlib.decompressobj(31)
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
                if not MAGICS[self._method].startswith(data[: len(MAGICS[self._method])]):
                    self.junk = True
                    return
                self._engine, self._between = self._fresh(), False
            yield from self._drain(data)
            data = b""
            if self._engine.eof:
                self._between, data = True, self._engine.unused_data
                self.streams += 1

    def _drain(self, data: bytes) -> Iterator[bytes]:
        try:
            while not self._engine.eof:
                out = self._engine.decompress(data, _PIECE)
                if out:
                    yield out
                data = getattr(self._engine, "unconsumed_tail", b"")
                hungry = not data if self._method == "gz" else self._engine.needs_input
                if hungry and len(out) < _PIECE:
                    return
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise ValueError(f"damaged {self._method} data") from error


def first_bytes(path: Path, method: str, wanted: int) -> bytes:
    """The first unpacked bytes, fewer where the stream is damaged or ends. Raises SourceError."""
    inflater, found = Inflater(method), b""
    with open_source(path) as stream:
        data = stream.read(_LOOK)
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
    """Unpacks a compressed tar to `to` (overwritten) and hashes the compressed file, both in one pass.

    Damage and a missing end become problems of the result; what was unpacked up to there stays. Raises SourceError,
    and removes `to`, where more comes out than `cap` bytes, than 1 GiB and 200 times what went in, or than the disk
    holds (1 GiB stays free). `progress` gets compressed bytes.
    """
    method = ref.kind.rpartition(".")[2]
    problems: list[Problem] = []
    name = Path(ref.path).name
    try:
        with to.open("wb") as out:
            source = _Spooling(method, out, to, shown(name), cap, problems)
            digests = hash_streams(source.through(chunks(open_source(ref.path), ref.path)), progress)
    except OSError as error:
        to.unlink(missing_ok=True)
        raise SourceError(f"{shown(name)}: cannot be unpacked: {error.strerror or error}") from error
    except SourceError:
        to.unlink(missing_ok=True)
        raise
    size, sha256, sha1, md5 = digests
    return Hashes(size, sha256, sha1, md5, [{"name": shown(name), "size": size, "sha256": sha256}], problems=problems)


class _Spooling:
    """Passes compressed bytes through and writes what they unpack to."""

    def __init__(
        self, method: str, out: BinaryIO, to: Path, name: str, cap: int | None, problems: list[Problem]
    ) -> None:
        self._inflater = Inflater(method)
        self._out = out
        self._folder = to.parent
        self._name = name
        self._cap = cap
        self._problems = problems
        self._taken = self._written = self._checked = 0

    def through(self, source: Iterator[bytes]) -> Iterator[bytes]:
        sound = True
        for chunk in source:
            self._taken += len(chunk)
            if sound:
                sound = self._write(chunk)
            yield chunk
        if sound and not self._inflater.ended:
            self._problem("the compressed data end too early")
        elif sound and self._inflater.junk:
            self._problem("what follows the compressed data is something else and was not read")

    def _write(self, chunk: bytes) -> bool:
        try:
            for piece in self._inflater.feed(chunk):
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
            if shutil.disk_usage(self._folder).free < KEEP_FREE:
                raise SourceError(f"{self._name}: not enough free space in {self._folder} to unpack it")

    def _problem(self, text: str) -> None:
        detail = f"{text}: about byte {self._taken} of the file, {self._written} bytes unpacked"
        self._problems.append(Problem("file", "compressed-damaged", detail))
