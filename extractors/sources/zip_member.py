"""The bytes of one zip member, seekable, without the directory: its address holds all that is needed.

References: PKWARE, "APPNOTE.TXT – .ZIP File Format Specification" 6.3.10, section 4.3.7 (local header).
"""

from __future__ import annotations

import io
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import BinaryIO, Final, TypeVar

from extractors.sources.base import SourceError
from extractors.sources.reading import RangeReader, buffered
from extractors.sources.zip_directory import LOCAL, ReadAt
from extractors.sources.zip_unpack import METHODS, Address, Unpacker, take

T = TypeVar("T")

SMALL: Final = 1 << 20  # stored members up to this size are read at once: a stream costs more than the bytes
WHOLE: Final = 32 << 20  # members up to this size are inflated at once and kept
_STEP: Final = 1 << 20
_BLOCKS_KEPT: Final = 16
_PLACES_KEPT: Final = 512  # states of the inflater to go on from: some 50 KB each


class _Large:
    """Random access to a member that is too large to keep: blocks of 1 MiB, and places to go on from."""

    def __init__(self, begin: Callable[[], Unpacker], address: Address) -> None:
        self._begin = begin
        self._size = address.size
        self._crc = address.crc
        self._running = 0
        self._seen = 0  # blocks whose bytes are in the running checksum
        self._every = max(1, address.size // (_STEP * _PLACES_KEPT) + 1)
        self._places: dict[int, Unpacker] = {}
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._now, self._next = begin(), 0

    def read_at(self, offset: int, size: int) -> bytes:
        number, within = divmod(offset, _STEP)
        block = self._blocks.get(number)
        if block is None:
            block = self._fetch(number)
        self._blocks.move_to_end(number)
        return block[within : within + size]

    def _fetch(self, number: int) -> bytes:
        place = max((known for known in self._places if known <= number), default=0)
        if number < self._next or place > self._next:
            kept = self._places.get(place)
            self._now = (kept and kept.copy()) or self._begin()
            self._next = place if kept else 0
        while self._next <= number:
            block = self._unpack()
        self._blocks[number] = block
        if len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return block

    def _unpack(self) -> bytes:
        """The next block; the first time over, it enters the checksum and may leave a place to go on from."""
        if self._next == self._seen and self._next % self._every == 0 and (place := self._now.copy()):
            self._places[self._next] = place
        wanted = min(_STEP, self._size - self._next * _STEP)
        block = take(self._now, wanted)
        if len(block) < wanted:
            raise ValueError(f"{self._size} bytes are declared and fewer come out")
        if self._next == self._seen:
            self._running = zlib.crc32(block, self._running)
            self._seen += 1
            if self._seen * _STEP >= self._size:
                _check(self._now, self._running, self._crc, self._size)
        self._next += 1
        return block


def _check(unpacker: Unpacker, crc: int, expected: int, size: int) -> None:
    if unpacker.read(1):
        raise ValueError(f"{size} bytes are declared and more come out")
    if crc != expected:
        raise ValueError(f"the checksum (CRC-32) is {crc:08x} and {expected:08x} is recorded")


def data_start(read_at: ReadAt, header: int) -> int:
    """Where a member's bytes start. Raises ValueError where there is no local header."""
    local = read_at(header, 30)
    if len(local) < 30 or local[:4] != LOCAL:
        raise ValueError(f"no local header at byte {header}")
    return header + 30 + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")


def open_member(read_at: ReadAt, total: int, address: Address, path: str) -> BinaryIO:
    """A seekable stream of the member's bytes. Raises SourceError, here or when the damaged place is read.

    The checksum is compared once the member has been unpacked to its end (a stored one: read from start to end).
    """
    start = _named(path, lambda: data_start(read_at, address.header))
    if address.method not in METHODS:
        raise SourceError(f"{path}: compression method {address.method} is not read")
    if start + address.packed > total:
        raise SourceError(f"{path}: cut short, {max(0, total - start)} of {address.packed} packed bytes are there")
    if address.method == 0 and address.size <= SMALL:
        return io.BytesIO(_named(path, lambda: _stored(read_at, start, address)(0, address.size)))
    if address.method == 0:
        reader = _named(path, lambda: _stored(read_at, start, address))
        return buffered(RangeReader(lambda at, size: _named(path, lambda: reader(at, size)), address.size))

    def begin() -> Unpacker:
        return Unpacker(read_at, start, address)

    if address.size > WHOLE:
        large = _named(path, lambda: _Large(begin, address))
        return buffered(RangeReader(lambda at, size: _named(path, lambda: large.read_at(at, size)), address.size))
    return io.BytesIO(_named(path, lambda: _whole(begin(), address)))


def _whole(unpacker: Unpacker, address: Address) -> bytes:
    data = take(unpacker, address.size)
    if len(data) < address.size:
        raise ValueError(f"{address.size} bytes are declared and {len(data)} come out")
    _check(unpacker, zlib.crc32(data), address.crc, address.size)
    return data


def _stored(read_at: ReadAt, start: int, address: Address) -> ReadAt:
    """Reads the bytes as they lie; whoever reads them in order has their checksum compared at the end."""
    if address.packed != address.size:
        raise ValueError(f"stored without compression, but {address.packed} bytes packed are {address.size} unpacked")
    at, crc = 0, 0

    def read(offset: int, size: int) -> bytes:
        nonlocal at, crc
        data = read_at(start + offset, size)
        if offset == at and at < address.size:
            crc = zlib.crc32(data, crc)
            at += len(data)
            if at == address.size and crc != address.crc:
                raise ValueError(f"the checksum (CRC-32) is {crc:08x} and {address.crc:08x} is recorded")
        return data

    return read


def _named(path: str, step: Callable[[], T]) -> T:
    """Runs a step so that what it raises names the member."""
    try:
        return step()
    except SourceError:
        raise
    except ValueError as error:
        raise SourceError(f"{path}: {error}") from error
