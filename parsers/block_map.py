"""Media kept in blocks of one size, each somewhere in the image file, all zeros, packed, or in a parent."""

from __future__ import annotations

import struct
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

ReadAt: TypeAlias = Callable[[int, int], bytes]

ZEROS: Final = -1
BEHIND: Final = -2  # what the parent holds there; zeros where there is none
FARTHEST: Final = 1 << 60
LARGEST_BLOCK: Final = 256 << 20
LARGEST_TABLE: Final = 64 << 20
KEPT_UNPACKED: Final = 16 << 20
KEPT_TABLES: Final = 16 << 20
MOST_LOOKED_AT: Final = 1 << 18


class Packed(NamedTuple):
    """Where a compressed block stands in the file; `size` is the most that it may take there. `part`: of several
    blocks that are packed together, which."""

    offset: int
    size: int
    part: int = 0


class Parent(NamedTuple):
    """The image that holds what this one does not. `identity` is "" where the format has none to compare."""

    name: str
    identity: str = ""
    format: str = ""


@dataclass(slots=True)
class Disk:
    """What a disk image holds. `read_at` raises ValueError naming the byte where the bytes cannot be had.

    `identity` is what a child names its parent by. `put_behind` gives a child the media of its parent; it is to be
    called before the first read where there is a `parent`. `problems` say what is lost, `notes` what the reader
    should know: whole sentences, known once it is opened.
    """

    size: int
    read_at: ReadAt
    facts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    identity: str = ""
    parent: Parent | None = None
    put_behind: Callable[[ReadAt], None] | None = None


class BlockMedia:
    """Bytes at an offset of the media, for any thread.

    `locate(number)` says where block `number` stands: an offset in the file, ZEROS, BEHIND or a Packed, which `unpack`
    turns into the block's bytes. It raises ValueError where the table cannot be read. `file_size` bounds every offset.
    """

    def __init__(
        self,
        size: int,
        block: int,
        locate: Callable[[int], int | Packed],
        read: ReadAt,
        unpack: Callable[[Packed], bytes] | None = None,
    ) -> None:
        self.size = size
        self._block = block
        self._locate = locate
        self._read = read
        self._unpack = unpack
        self._behind: ReadAt | None = None
        self._lock = threading.Lock()
        self._unpacked: OrderedDict[Packed, bytes] = OrderedDict()

    def put_behind(self, read_at: ReadAt) -> None:
        self._behind = read_at

    def strays(self, file_size: int) -> str:
        """See `stray`."""
        return stray(self._locate, self.size, self._block, file_size)

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes at `offset`, fewer only at the end. Raises ValueError naming the byte of the media."""
        end = min(offset + size, self.size)
        parts: list[bytes] = []
        at = offset
        while 0 <= at < end:
            number, skip = divmod(at, self._block)
            place = self._located(number, at)
            length = min(self._block - skip, end - at)
            if isinstance(place, Packed):
                parts.append(self._opened(place, at)[skip : skip + length])
            else:
                length = self._run(number, place, length, end - at)
                parts.append(self._plain(place + skip if place >= 0 else place, at, length))
            at += length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _located(self, number: int, at: int) -> int | Packed:
        try:
            return self._locate(number)
        except ValueError as error:
            raise ValueError(f"byte {at} of the media cannot be read: {error}") from error

    def _run(self, number: int, place: int, length: int, wanted: int) -> int:
        """How many bytes can be read in one go: neighbouring blocks that stand side by side are taken together."""
        step = self._block if place >= 0 else 0
        while length < wanted:
            number += 1
            place += step
            try:
                if self._locate(number) != place:
                    return length
            except ValueError:
                return length  # told when it is that block's turn
            length += min(self._block, wanted - length)
        return length

    def _plain(self, place: int, at: int, length: int) -> bytes:
        if place == ZEROS or (place == BEHIND and self._behind is None):
            return bytes(length)
        if place == BEHIND and self._behind is not None:
            data = self._behind(at, length)
            return data if len(data) == length else data + bytes(length - len(data))  # a parent may be smaller
        data = self._read(place, length) if place < FARTHEST else b""
        if len(data) != length:
            raise ValueError(
                f"byte {at + len(data)} of the media cannot be read: its place, byte {place + len(data)} of the image "
                "file, is beyond the end of the file"
            )
        return data

    def _opened(self, place: Packed, at: int) -> bytes:
        with self._lock:
            found = self._unpacked.get(place)
            if found is not None:
                self._unpacked.move_to_end(place)
                return found
        if self._unpack is None:
            raise ValueError(f"byte {at} of the media cannot be read: it is compressed")
        try:
            data = self._unpack(place)
        except ValueError as error:
            raise ValueError(f"byte {at} of the media cannot be read: {error}") from error
        data = data[: self._block] + bytes(max(0, self._block - len(data)))
        with self._lock:
            self._unpacked[place] = data
            while len(self._unpacked) > max(1, KEPT_UNPACKED // self._block):
                self._unpacked.popitem(last=False)
        return data


class Tables:
    """Tables of numbers, read when they are first asked for; those used last are kept. For any thread."""

    def __init__(self, read: ReadAt, count: int, code: str, big: bool) -> None:
        """Each table has `count` numbers of the `array` type `code` ("I" 4 bytes, "Q" 8), `big`-endian or not."""
        self._read = read
        self._count = count
        self._code = code
        self._big = big
        self._kept: OrderedDict[int, array[int]] = OrderedDict()
        self._most = max(2, KEPT_TABLES // (count * array(code).itemsize))
        self._lock = threading.Lock()

    def at(self, offset: int) -> array[int]:
        """The table at a byte of the file. Raises ValueError."""
        with self._lock:
            found = self._kept.get(offset)
            if found is None:
                found = numbers(self._read, offset, self._count, self._code, self._big)
                self._kept[offset] = found
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(offset)
            return found


def numbers(read: ReadAt, offset: int, count: int, code: str, big: bool) -> array[int]:
    """`count` numbers at a byte of the file. Raises ValueError where they are not all there or are too many."""
    found = array(code)
    size = count * found.itemsize
    if size > LARGEST_TABLE:
        raise ValueError(f"a table of {count} entries is too large to be believed")
    data = read(offset, size) if 0 <= offset < FARTHEST else b""
    if len(data) != size:
        raise ValueError(f"the table at byte {offset} of the image file goes beyond its end")
    found.frombytes(data)
    if big != (struct.pack("=H", 1) == b"\0\1"):
        found.byteswap()
    return found


def check_geometry(size: int, block: int, smallest: int = 512) -> None:
    """Raises ValueError where the media or the blocks have no size that can be."""
    if not 0 < size < FARTHEST:
        raise ValueError(f"a media size of {size} bytes cannot be")
    if not smallest <= block <= LARGEST_BLOCK or block & (block - 1):
        raise ValueError(f"a block size of {block} bytes cannot be")


def beyond(places: array[int], unit: int, block: int, file_size: int, unused: tuple[int, ...], base: int = 0) -> str:
    """A sentence where blocks of a table (in units of `unit` bytes) are not wholly in the file, else ""."""
    last = (file_size - block - base) // unit if file_size >= block + base else -1
    missing = sum(place > last and place not in unused for place in places)
    if not missing:
        return ""
    return (
        f"{missing} of {len(places)} blocks stand beyond the end of the file ({file_size} bytes): they cannot be read"
    )


def stray(locate: Callable[[int], int | Packed], size: int, block: int, file_size: int) -> str:
    """A sentence where blocks or tables are not in the file, else "". Looks at the first MOST_LOOKED_AT only."""
    missing = 0
    for number in range(min(-(-size // block), MOST_LOOKED_AT)):
        try:
            place = locate(number)
        except ValueError:
            missing += 1
            continue
        if isinstance(place, Packed):
            missing += place.offset >= file_size
        elif place >= 0:
            missing += place + min(block, size - number * block) > file_size
    if not missing:
        return ""
    return f"{missing} blocks of {block} bytes or their tables stand beyond the end of the file ({file_size} bytes)"
