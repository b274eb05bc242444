"""Shared helpers of the sources: a seekable stream over "bytes at an offset", and three hashes in one pass."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER: Final = 2 << 20  # hashlib releases the interpreter for each buffer; smaller ones cost up to a quarter more

DIRECT: Final = 1 << 16


class RangeReader(io.RawIOBase):
    """A seekable, read-only stream over `read_at(offset, size) -> bytes` of something `size` bytes long.

    `read_at` may give fewer bytes than asked for (the stream goes on after them), and none only at the end. Wrap it in
    `buffered` for small reads. `on_close` is called once when the stream is closed.
    """

    def __init__(
        self, read_at: Callable[[int, int], bytes], size: int, on_close: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._read_at = read_at
        self._size = size
        self._at = 0
        self._on_close = on_close

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}.get(whence)
        if start is None:
            raise ValueError(f"whence must be 0, 1 or 2, not {whence}")
        if start + offset < 0:
            raise ValueError("a position before the start of the stream")
        self._at = start + offset
        return self._at

    def readall(self) -> bytes:
        """All that is left, in as few reads as the source allows."""
        parts = []
        while self._at < self._size and (data := self._read_at(self._at, self._size - self._at)):
            parts.append(data[: self._size - self._at])
            self._at += len(parts[-1])
        return b"".join(parts)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._at))
        if wanted == 0:
            return 0
        data = self._read_at(self._at, wanted)[:wanted]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def read_range(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes at `offset` (-1: all that follow) without moving; fewer only at the end."""
        wanted = max(0, self._size - offset)
        if size >= 0:
            wanted = min(wanted, size)
        parts: list[bytes] = []
        while wanted and (data := self._read_at(offset, wanted)[:wanted]):
            parts.append(data)
            offset += len(data)
            wanted -= len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        if not self.closed and self._on_close is not None:
            self._on_close()
        super().close()


class _LargeReadsPass(io.BufferedReader):
    """A buffer for small reads; a large one hands on the bytes as they come, without copying them twice."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and 0 <= size < DIRECT:
            return super().read(size)
        at = self.tell()
        data = cast(RangeReader, self.raw).read_range(at, -1 if size is None else size)
        self.seek(at + len(data))
        return data


def buffered(raw: RangeReader, buffer_size: int = 1 << 16) -> BinaryIO:
    """A RangeReader behind a buffer; large reads pass through it."""
    return cast(BinaryIO, _LargeReadsPass(raw, buffer_size))


def file_chunks(path: str | Path, size: int = BUFFER) -> Iterator[bytes]:
    """The bytes of a host file in chunks. Raises OSError."""
    with Path(path).open("rb", buffering=0) as stream:
        while chunk := stream.read(size):
            yield chunk


def joined(chunks: Iterator[bytes], size: int = BUFFER) -> Iterator[bytes]:
    """The same bytes with small chunks gathered to at least `size` bytes; the last may be smaller."""
    parts: list[bytes] = []
    gathered = 0
    for chunk in chunks:
        parts.append(chunk)
        gathered += len(chunk)
        if gathered >= size:
            yield parts[0] if len(parts) == 1 else b"".join(parts)
            parts, gathered = [], 0
    if gathered:
        yield b"".join(parts)


def hash_streams(chunks: Iterator[bytes], progress: Callable[[int], None] | None = None) -> tuple[int, str, str, str]:
    """(size, sha256, sha1, md5) of all chunks in order, in lower-case hex.

    One thread for each algorithm works on a buffer while the next is read. `progress` is called in the caller's
    thread with the number of bytes read since its last call. What `chunks` raises comes through.
    """
    digests = [hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)]
    size = 0
    with ThreadPoolExecutor(len(digests), thread_name_prefix="hash") as pool:
        running: list[Future[None]] = []
        for buffer in joined(chunks):
            for earlier in running:
                earlier.result()
            running = [pool.submit(digest.update, buffer) for digest in digests]
            size += len(buffer)
            if progress is not None:
                progress(len(buffer))
        for last in running:
            last.result()
    sha256, sha1, md5 = (digest.hexdigest() for digest in digests)
    return size, sha256, sha1, md5
