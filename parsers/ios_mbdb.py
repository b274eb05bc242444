"""Manifest.mbdb: the list of files of an iOS backup up to iOS 9.

Six bytes "mbdb", version 5, 0, then records without an index. Numbers are big-endian; a text is a 16-bit length and so
many bytes, FFFF for none. A record: domain, path, link target, digest, wrapped key (texts), mode (16 bits), inode (64),
user, group, modified, changed and born (32 each, seconds since 1970 in UTC), size (64), protection class, number of
properties (8 each), and the properties (two texts each). The file itself is named by the SHA-1 of "domain-path".

References:
- The iPhone Wiki, "MBDB" (archived)
- iphonebackupbrowser wiki, "MbdbMbdxFormat" (archived)
- J. Bédrune and J. Sigwald, iphone-dataprotection (the meaning of the three times)
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MAGIC: Final = b"mbdb\x05\x00"
_FIXED: Final = struct.Struct(">HQIIIIIQBB")
_NONE: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class MbdbRecord:
    """One record; texts that are no UTF-8 keep their bytes as lone surrogates. `key` is class and wrapped key."""

    domain: str
    path: str
    target: str
    key: bytes
    mode: int
    inode: int
    modified: int
    changed: int
    born: int
    size: int

    @property
    def file_id(self) -> str:
        """The name of the stored file: 40 hexadecimal digits."""
        name = f"{self.domain}-{self.path}".encode("utf-8", "surrogateescape")
        return hashlib.sha1(name, usedforsecurity=False).hexdigest()


def read_mbdb(stream: BinaryIO) -> Iterator[MbdbRecord]:
    """The records in order. Raises ValueError for another format, and where a record is cut short."""
    stream.seek(0)
    if stream.read(len(MAGIC)) != MAGIC:
        raise ValueError("not a Manifest.mbdb of version 5")
    while (start := stream.read(1)) != b"":
        where = stream.tell() - 1
        try:
            yield _record(stream, start)
        except EOFError:
            raise ValueError(f"the record at byte {where} is cut short") from None


def _record(stream: BinaryIO, start: bytes) -> MbdbRecord:
    domain = _text(stream, start)
    path, target = _text(stream), _text(stream)
    _text(stream)  # the digest
    key = _text(stream)
    mode, inode, _user, _group, modified, changed, born, size, _class, properties = _FIXED.unpack(
        _exactly(stream, _FIXED.size)
    )
    for _ in range(2 * properties):
        _text(stream)
    return MbdbRecord(
        _decoded(domain), _decoded(path), _decoded(target), key, mode, inode, modified, changed, born, size
    )


def _text(stream: BinaryIO, start: bytes = b"") -> bytes:
    length = int.from_bytes(start + _exactly(stream, 2 - len(start)), "big")
    return b"" if length == _NONE else _exactly(stream, length)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _decoded(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")
