"""Lets SQLite read a database that is only a stream, with a journal beside it, and write nothing but memory.

SQLite must be allowed to write in order to roll a hot journal back or to open a database in WAL mode. What it writes
lands in an overlay of blocks over the evidence stream, and SQLite sees the overlay first.

References:
- https://www.sqlite.org/vfs.html, https://www.sqlite.org/c3ref/io_methods.html
- https://www.sqlite.org/lockingv3.html (hot journals), https://rogerbinns.github.io/apsw/vfs.html
"""

from __future__ import annotations

import itertools
from typing import BinaryIO, Final

import apsw

MAIN: Final = "/evidence"
_BLOCK: Final = 4096
_OVERLAY_LIMIT: Final = 256 * 1024 * 1024
_NOT_OFFERED: Final = {
    "xDlOpen",
    "xDlError",
    "xDlSym",
    "xDlClose",
    "xGetLastError",
    "xSetSystemCall",
    "xGetSystemCall",
    "xNextSystemCall",
}
_numbers = itertools.count(1)


def declared_size(head: bytes) -> tuple[int, int]:
    """(page size, pages) as the header says; (0, 0) where it says nothing that holds."""
    if len(head) < 100 or head[24:28] != head[92:96]:
        return 0, 0
    page_size = int.from_bytes(head[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    if page_size < 512 or page_size & (page_size - 1):
        return 0, 0
    return page_size, int.from_bytes(head[28:32], "big")


class _Budget:
    """What all overlays of one database may take together."""

    def __init__(self) -> None:
        self.left = _OVERLAY_LIMIT // _BLOCK

    def take(self) -> None:
        if self.left <= 0:
            raise apsw.FullError(f"the changes held in memory exceed {_OVERLAY_LIMIT >> 20} MiB")
        self.left -= 1


class OverlayFile:
    """One file as SQLite sees it: the evidence (or nothing), overlaid by what SQLite has written.

    `declared` is the size that a database's own header gives. A file that was cut short is shown at that size, or
    SQLite would refuse all of it; but what is missing is never read as zeros, it is an error to ask for it.
    """

    def __init__(self, evidence: BinaryIO | None, budget: _Budget, declared: int = 0) -> None:
        self._evidence = evidence
        self._budget = budget
        self.stored = evidence.seek(0, 2) if evidence is not None else 0
        self._kept = self.stored  # how much of the evidence has not been cut off by a truncate
        self._declared = declared
        self._size = max(self.stored, declared)
        self._blocks: dict[int, bytearray] = {}
        self.writes = 0

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - the name SQLite calls
        """The bytes, fewer only at the end of the file. Raises apsw.IOError for what was cut off."""
        if offset >= self._size:
            return b""
        amount = min(amount, self._size - offset)
        if not self._blocks:
            return self._from_evidence(amount, offset)
        first, last = offset // _BLOCK, (offset + amount - 1) // _BLOCK
        if not any(number in self._blocks for number in range(first, last + 1)):
            return self._from_evidence(amount, offset)
        whole = b"".join(self._block(number) for number in range(first, last + 1))
        start = offset - first * _BLOCK
        return whole[start : start + amount]

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            return bytes(self._blocks[number])
        start = number * _BLOCK
        length = max(0, min(_BLOCK, self._size - start))
        return self._from_evidence(length, start).ljust(_BLOCK, b"\0")

    def _from_evidence(self, amount: int, offset: int) -> bytes:
        there = min(amount, max(0, self._kept - offset))
        if there < amount and offset + there < self._declared and self._kept == self.stored:
            raise apsw.IOError(f"byte {offset} lies beyond the {self.stored} bytes that are left of the file")
        data = self._stream_read(there, offset) if there else b""
        return data.ljust(amount, b"\0")

    def _stream_read(self, amount: int, offset: int) -> bytes:
        if self._evidence is None:
            return b""
        try:
            self._evidence.seek(offset)
            data = self._evidence.read(amount)
            while len(data) < amount and (more := self._evidence.read(amount - len(data))):
                data += more
        except (OSError, ValueError) as error:
            raise apsw.IOError(f"byte {offset}: {error}") from error
        if len(data) < amount:
            raise apsw.IOError(f"byte {offset}: the stream ended early")
        return data

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Into the overlay. Raises apsw.FullError when it would grow too large."""
        self.writes += 1
        done = 0
        while done < len(data):
            number, start = divmod(offset + done, _BLOCK)
            part = data[done : done + _BLOCK - start]
            if number not in self._blocks:
                self._budget.take()
                whole = start == 0 and len(part) == _BLOCK
                self._blocks[number] = bytearray(_BLOCK if whole else self._block(number))
            self._blocks[number][start : start + len(part)] = part
            done += len(part)
        self._size = max(self._size, offset + len(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """The overlay's length; the evidence beyond it is not seen again."""
        self.writes += 1
        self._declared = min(self._declared, newsize)
        self._kept = min(self._kept, newsize)
        self._size = newsize
        for number in [number for number in self._blocks if number * _BLOCK >= newsize]:
            del self._blocks[number]
            self._budget.left += 1
        edge = self._blocks.get(newsize // _BLOCK)
        if edge is not None:
            edge[newsize % _BLOCK :] = bytes(_BLOCK - newsize % _BLOCK)

    def xFileSize(self) -> int:  # noqa: N802
        """In bytes, as SQLite is to see it."""
        return self._size

    def xClose(self) -> None:  # noqa: N802
        """Nothing: the streams belong to whoever opened the database."""

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Nothing is stored, so nothing is flushed."""

    def xLock(self, level: int) -> None:  # noqa: N802
        """Nobody else can write to the overlay."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """As xLock."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        """No other process is at work, so a journal that is there is a hot one."""
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        """Nothing special is offered."""
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        """The least there is: a journal's header is searched at multiples of what it says itself."""
        return 512

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        """No promises."""
        return 0


class OverlayVFS(apsw.VFS):
    """The neighbourhood of one database: itself, its "-wal" and its "-journal", and whatever SQLite makes in memory."""

    def __init__(self, main: BinaryIO, wal: BinaryIO | None, journal: BinaryIO | None, declared: int) -> None:
        self.name = f"evidence-{next(_numbers)}"
        # What is named here SQLite can do without: the machine's own clock, libraries and error numbers are none of it.
        super().__init__(self.name, base=None, exclude=_NOT_OFFERED)
        self._budget = _Budget()
        self.main = OverlayFile(main, self._budget, declared)
        self._files = {MAIN: self.main}
        for suffix, stream in (("-wal", wal), ("-journal", journal)):
            if stream is not None:
                self._files[MAIN + suffix] = OverlayFile(stream, self._budget)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        """Only the neighbours of this database exist."""
        return pathname in self._files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        """Names are not those of this machine."""
        return name

    def xOpen(  # type: ignore[override] # noqa: N802 - SQLite asks for methods, not for a class
        self, name: apsw.URIFilename | str | None, flags: list[int]
    ) -> OverlayFile:
        """A file of the evidence, or a new one in memory."""
        flags[1] = flags[0]
        if name is None:
            return OverlayFile(None, self._budget)
        path = name if isinstance(name, str) else name.filename()
        if path not in self._files:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(f"{path} is not in the evidence")
            self._files[path] = OverlayFile(None, self._budget)
        return self._files[path]

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Forgets a name; the evidence keeps its file."""
        self._files.pop(filename, None)
