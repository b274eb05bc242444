"""Unpacking one zip member from front to back.

References: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification" 6.3.10, sections 4.4.5 (methods), 5.8 (LZMA);
RFC 1951 (deflate).
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Final, NamedTuple, Protocol

from extractors.sources.zip_directory import ReadAt

METHODS: Final = {0: "stored", 8: "deflate", 12: "bzip2", 14: "lzma"}
_LZMA_MEMORY: Final = 256 << 20


class Address(NamedTuple):
    """Where a member's local header is in the file, and what the directory says of its bytes."""

    header: int
    packed: int
    method: int
    crc: int
    size: int
    flags: int

    def text(self) -> str:
        return f"{self.header},{self.packed},{self.method},{self.crc},{self.size},{self.flags}"

    @classmethod
    def of(cls, text: str) -> Address:
        """Raises ValueError."""
        parts = [int(part) for part in text.split(",")]
        if len(parts) != 6 or min(parts) < 0:
            raise ValueError(f"not an address of a zip member: {text[:80]!r}")
        return cls(*parts)


class _Engine(Protocol):
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Unpacker:
    """Unpacks from front to back. `copy` remembers a place to go on from (None where the method cannot)."""

    def __init__(self, read_at: ReadAt, start: int, address: Address) -> None:
        self._read_at = read_at
        self._start = start
        self._address = address
        self._tail = b""
        self.taken = 0  # packed bytes handed to the engine
        self._engine: _Engine
        if address.method == 8:
            self._engine = zlib.decompressobj(-15)
        elif address.method == 12:
            self._engine = bz2.BZ2Decompressor()
        else:
            self._engine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
            self._tail = self._lzma_header()

    def _lzma_header(self) -> bytes:
        """Zip's LZMA properties as the head of a stand-alone LZMA stream."""
        head = self._read_at(self._start, 9)
        if len(head) < 9 or head[2:4] != b"\x05\x00":
            raise ValueError("unknown LZMA properties")
        self.taken = 9
        size = b"\xff" * 8 if self._address.flags & 2 else self._address.size.to_bytes(8, "little")
        return head[4:9] + size

    @property
    def ended(self) -> bool:
        return self._engine.eof

    @property
    def unused(self) -> int:
        """Packed bytes that were handed over and lie behind the end of the stream."""
        return len(getattr(self._engine, "unused_data", b""))

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes; none only at the end. Raises ValueError for damaged or missing data."""
        while not self._engine.eof:
            data = self._tail
            hungry = getattr(self._engine, "needs_input", True)
            if not data and hungry:
                data = self._read_at(self._start + self.taken, min(1 << 18, self._address.packed - self.taken))
                self.taken += len(data)
            try:
                out = self._engine.decompress(data, limit)
            except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
                raise ValueError(f"damaged {METHODS[self._address.method]} data") from error
            self._tail = getattr(self._engine, "unconsumed_tail", b"")
            if out:
                return out
            if not data and hungry and not self._engine.eof:
                raise ValueError("the compressed data end too early")
        return b""

    def copy(self) -> Unpacker | None:
        copier = getattr(self._engine, "copy", None)
        if copier is None:
            return None
        other = object.__new__(Unpacker)
        other.__dict__.update(self.__dict__)
        other._engine = copier()
        return other


def take(unpacker: Unpacker, wanted: int) -> bytes:
    """Exactly `wanted` bytes, or fewer at the end."""
    parts, missing = [], wanted
    while missing and (part := unpacker.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
