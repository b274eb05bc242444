"""What a volume is that no file system was opened in: encrypted, part of something larger, of a kind that is not read,
empty, or of bytes that look random. Nothing is decrypted, and no password is asked for or tried.

References: "LUKS On-Disk Format Specification"; libbde, "BitLocker Drive Encryption (BDE) format"; libfvde, "FileVault
Drive Encryption (FVDE)"; Android Open Source Project, "Full-Disk Encryption" (footer); Linux, "RAID superblock formats"
and "mkswap"; LVM2, "on-disk label"; the public descriptions of the other formats' magic numbers.
"""

from __future__ import annotations

import struct
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from extractors.sources.bitlocker import is_bitlocker
from extractors.sources.bitlocker import said as bitlocker_said
from extractors.sources.names import shown
from parsers import luks

ReadAt = Callable[[int, int], bytes]

# Offset in the volume, the bytes there, what they mean.
SIGNS: Final = (
    (32, b"NXSB", "APFS"),
    (0, b"XFSB", "XFS"),
    (0x10040, b"_BHRfS_M", "Btrfs"),
    (1024, b"\x10\x20\xf5\xf2", "F2FS"),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS"),
    (3, b"ReFS\0\0\0\0", "ReFS"),
    (0, b"hsqs", "SquashFS"),
    (0x10034, b"ReIsEr", "ReiserFS"),
    (0x8000, b"JFS1", "JFS"),
    (1030, b"\x34\x34", "NILFS2"),
    (1024, b"BD", "HFS (before HFS+)"),
    (0, b"\x45\x3d\xcd\x28", "cramfs"),
    (0, b"UBI#", "UBI"),
    (0, b"\x31\x18\x10\x06", "UBIFS"),
    (0, b"\x85\x19", "JFFS2"),
    (4096, b"gDla", "Android dynamic partitions (super)"),
    (0, b"ANDROID!", "Android boot image, no file system"),
    (0, b"VNDRBOOT", "Android vendor boot image, no file system"),
    (0, b"AVB0", "Android verified boot metadata, no file system"),
)
SHORT: Final = 3  # a sign of fewer bytes than this turns up by chance: it is told, and no image is known by it
NO_VOLUME: Final = frozenset((b"ANDROID!", b"VNDRBOOT", b"AVB0", b"gDla"))  # nor by these: alone they are plain files
CRYPTO_FOOTER, CRYPTO_MAGIC = 16 << 10, 0xD0B5B1C4
RAID_MAGIC: Final = 0xA92B4EFC
PAGES: Final = (4096, 8192, 16384, 65536)
ALL_READ: Final = 64 << 20  # of a larger volume, places spread over it are looked at
SAMPLES, SAMPLE = 128, 4096
# The sum of squared deviations that evenly spread bytes give is 255 on average, and outside of this once in 10^9.
EVEN: Final = (140, 420)


@dataclass(frozen=True, slots=True)
class Known:
    """`name` in one word or two, `said` what else is known of it. `certain`: an image can be known by it."""

    name: str
    said: str = ""
    encrypted: bool = False
    certain: bool = True

    def words(self) -> str:
        return f"{self.name}, {self.said}" if self.said else self.name


def identify(read_at: ReadAt, offset: int, size: int) -> Known | None:
    """What the volume of `size` bytes at `offset` carries the marks of, or None. A few small reads."""

    def part_at(at: int, wanted: int) -> bytes:
        return read_at(offset + at, max(0, min(wanted, size - at))) if at >= 0 else b""

    for look in (_luks, _bitlocker, _core_storage, _crypto_footer, _lvm, _raid, _swap):
        if (known := look(part_at, size)) is not None:
            return known
    for at, magic, name in SIGNS:
        if part_at(at, len(magic)) == magic:
            return Known(name, _label(part_at, name), certain=len(magic) >= SHORT and magic not in NO_VOLUME)
    return None


def _luks(part_at: ReadAt, _size: int) -> Known | None:
    try:
        found = luks.find(part_at)
    except ValueError as error:
        return Known("LUKS", f"encrypted; {error}", encrypted=True)
    if found is None:
        return None
    said = [
        "encrypted",
        f"version {found.version}" + (" (only its second header is left)" if found.second else ""),
        found.uuid,
        f"label {found.label!r}" if found.label else "",
        found.cipher,
        f"hash {found.hash}" if found.hash else "",
        f"key slots in use: {'; '.join(found.slots) or 'none'}",
    ]
    return Known("LUKS", shown(", ".join(word for word in said if word)), encrypted=True)


def _bitlocker(part_at: ReadAt, size: int) -> Known | None:
    if not is_bitlocker(part_at(0, 512)):
        return None
    return Known("BitLocker", f"encrypted; {bitlocker_said(part_at, size)}", encrypted=True)


def _core_storage(part_at: ReadAt, _size: int) -> Known | None:
    head = part_at(0, 512)
    # The signature stands behind the block's own header; block type 0x10 is that of the volume header.
    if head[88:90] != b"CS" or head[10:12] != b"\x10\0":
        return None
    name = uuid.UUID(bytes=head[304:320])
    return Known("CoreStorage", f"physical volume {name}, most often FileVault 2: encrypted", encrypted=True)


def _crypto_footer(part_at: ReadAt, size: int) -> Known | None:
    footer = part_at(size - CRYPTO_FOOTER, 100)
    if len(footer) < 100 or struct.unpack_from("<I", footer)[0] != CRYPTO_MAGIC:
        return None
    major, minor = struct.unpack_from("<HH", footer, 4)
    cipher = shown(footer[36:100].split(b"\0", 1)[0].decode("ascii", "replace"))
    said = f"encrypted; footer version {major}.{minor}, {cipher}"
    return Known("Android full-disk encryption", said, encrypted=True)


def _lvm(part_at: ReadAt, _size: int) -> Known | None:
    for at in range(0, 2048, 512):
        label = part_at(at, 512)
        if label[:8] == b"LABELONE" and label[24:32] == b"LVM2 001":
            start = struct.unpack_from("<I", label, 20)[0]
            name = label[start : start + 32].decode("ascii", "replace") if start <= 480 else ""
            return Known("LVM2 physical volume", shown(name))
        if label[:8] == b"LABELONE" or label[24:32] == b"LVM2 001":
            return Known("LVM2 physical volume")
    return None


def _raid(part_at: ReadAt, size: int) -> Known | None:
    for at in (4096, 0, (size - 8192) // 4096 * 4096):
        head = part_at(at, 256)
        if len(head) == 256 and struct.unpack_from("<I", head)[0] == RAID_MAGIC:
            level, disks = struct.unpack_from("<i", head, 72)[0], struct.unpack_from("<I", head, 92)[0]
            name = shown(head[32:64].split(b"\0", 1)[0].decode("utf-8", "backslashreplace"))
            said = f"level {level}, {disks} devices, set {uuid.UUID(bytes=head[16:32])} {name!r}"
            return Known("Linux RAID member", said)
    head = part_at(size // 65536 * 65536 - 65536, 64)
    if len(head) == 64 and struct.unpack_from("<I", head)[0] == RAID_MAGIC:
        return Known("Linux RAID member", "superblock version 0.90")
    return None


def _swap(part_at: ReadAt, _size: int) -> Known | None:
    for page in PAGES:
        if part_at(page - 10, 10) in (b"SWAPSPACE2", b"SWAP-SPACE"):
            head = part_at(1024, 44)
            return Known("Linux swap", f"{uuid.UUID(bytes=head[12:28])}; it may hold pieces of memory")
    return None


def _label(part_at: ReadAt, name: str) -> str:
    """Label and identifier, for the formats whose superblock has them at a known place."""
    if name == "XFS":
        head = part_at(0, 120)
        return _named(head[32:48], head[108:120])
    if name == "Btrfs":
        head = part_at(0x10000, 0x22B)
        return _named(head[32:48], head[0x12B:0x22B])
    return ""


def _named(identifier: bytes, label: bytes) -> str:
    if len(identifier) < 16:
        return ""
    return f"{uuid.UUID(bytes=identifier)} {shown(label.split(bytes(1), 1)[0].decode('utf-8', 'backslashreplace'))!r}"


def looks(read_at: ReadAt, offset: int, size: int) -> tuple[str, bool]:
    """(what the bytes of an unmarked volume look like, "" where like nothing much; whether it is certainly empty)."""
    if size <= ALL_READ:
        block = 1 << 20
        if not any(any(read_at(offset + at, min(block, size - at))) for at in range(0, size, block)):
            return "empty: every byte is zero", True
    step = max(SAMPLE, size // SAMPLES // SAMPLE * SAMPLE)
    counts: Counter[int] = Counter()
    for at in range(0, size - SAMPLE + 1, step)[:SAMPLES]:
        counts.update(read_at(offset + at, SAMPLE))
    total = counts.total()
    if not total:
        return "", False
    if counts[0] == total:
        return f"zeros in all {total // SAMPLE} places that were looked at", False
    even = total / 256
    spread = sum((counts[byte] - even) ** 2 / even for byte in range(256))
    if total >= 8 * SAMPLE and EVEN[0] <= spread <= EVEN[1]:
        return "looks random: may be encrypted (as VeraCrypt does) or wiped, which cannot be told", False
    return "", False
