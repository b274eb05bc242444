"""What The Sleuth Kit does not tell of ext2/3/4: the volume's own label and features, and which files are encrypted.

References: Linux kernel documentation, "ext4 Data Structures and Algorithms" (superblock, group descriptors, inodes).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from extractors.sources.names import shown

SUPERBLOCK: Final = 1024
ENCRYPTS, CASEFOLDS, WIDE, META_GROUPS = 0x10000, 0x20000, 0x80, 0x10
VERITY: Final = 0x8000  # of the features that only bar writing
ENCRYPTED_INODE: Final = 0x800
FEATURES: Final = ((ENCRYPTS, "encrypted files"), (CASEFOLDS, "case-insensitive folders"))


class ExtVolume:
    """An ext2, 3 or 4 volume at `start` of an image. Where its superblock makes no sense it says nothing."""

    def __init__(self, read_at: Callable[[int, int], bytes], start: int) -> None:
        self._read_at = read_at
        self._start = start
        raw = read_at(start + SUPERBLOCK, 1024)
        self._raw = raw if len(raw) == 1024 and raw[56:58] == b"\x53\xef" else bytes(1024)
        self._incompatible, self._read_only = struct.unpack_from("<II", self._raw, 96)
        self._tables: dict[int, int] = {}
        self.encrypts = bool(self._incompatible & ENCRYPTS)

    def facts(self) -> dict[str, str]:
        raw = self._raw
        said = {
            "label": _text(raw[120:136]),
            "identifier": str(uuid.UUID(bytes=raw[104:120])) if any(raw[104:120]) else "",
            "last mounted at": _text(raw[136:200]),
            "last written": _when(struct.unpack_from("<I", raw, 48)[0]),
            "features": ", ".join(name for bit, name in FEATURES if self._incompatible & bit),
        }
        if self._read_only & VERITY:
            said["features"] = ", ".join(filter(None, (said["features"], "verity")))
        return {name: text for name, text in said.items() if text}

    def is_encrypted(self, inode: int) -> bool:
        """Whether the name's bytes and the content of this inode are ciphertext. Two small reads at most."""
        if not self.encrypts or self._incompatible & META_GROUPS or inode < 1:
            return False
        first, log, per_group = struct.unpack_from("<II12xI", self._raw, 20)
        size = struct.unpack_from("<H", self._raw, 88)[0] or 128
        if log > 6 or not per_group:
            return False
        block = 1024 << log
        group, place = divmod(inode - 1, per_group)
        if group not in self._tables:
            wide = struct.unpack_from("<H", self._raw, 254)[0] if self._incompatible & WIDE else 32
            at = self._start + (first + 1) * block + group * max(32, wide)
            entry = self._read_at(at, 64).ljust(64, b"\0")
            high = struct.unpack_from("<I", entry, 40)[0] if wide >= 64 else 0
            self._tables[group] = self._start + (high << 32 | struct.unpack_from("<I", entry, 8)[0]) * block
        flags = self._read_at(self._tables[group] + place * size + 32, 4)
        return len(flags) == 4 and bool(struct.unpack("<I", flags)[0] & ENCRYPTED_INODE)


def _text(raw: bytes) -> str:
    return shown(raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape"))


def _when(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if seconds else ""
