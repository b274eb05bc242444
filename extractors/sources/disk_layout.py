"""What lies on a disk: partitions, the file systems in them, and what could not be recognised.

References: The Sleuth Kit, library documentation (volume systems, file systems, error texts); magic numbers from the
public descriptions of LUKS, BitLocker, APFS, XFS, Btrfs, F2FS, LVM2, ReFS and Linux swap.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pytsk3

from evidence_store.records import Problem

MOST_PARTITIONS: Final = 1024
FILE_SYSTEMS: Final = {
    int(pytsk3.TSK_FS_TYPE_NTFS): "NTFS",
    int(pytsk3.TSK_FS_TYPE_FAT12): "FAT12",
    int(pytsk3.TSK_FS_TYPE_FAT16): "FAT16",
    int(pytsk3.TSK_FS_TYPE_FAT32): "FAT32",
    int(pytsk3.TSK_FS_TYPE_EXFAT): "exFAT",
    int(pytsk3.TSK_FS_TYPE_EXT2): "ext2",
    int(pytsk3.TSK_FS_TYPE_EXT3): "ext3",
    int(pytsk3.TSK_FS_TYPE_EXT4): "ext4",
    int(pytsk3.TSK_FS_TYPE_HFS): "HFS+",
    int(pytsk3.TSK_FS_TYPE_ISO9660): "ISO 9660",
    int(pytsk3.TSK_FS_TYPE_FFS1): "UFS1",
    int(pytsk3.TSK_FS_TYPE_FFS1B): "UFS1b",
    int(pytsk3.TSK_FS_TYPE_FFS2): "UFS2",
    int(pytsk3.TSK_FS_TYPE_YAFFS2): "YAFFS2",
}
TABLES: Final = {
    int(pytsk3.TSK_VS_TYPE_DOS): "MBR",
    int(pytsk3.TSK_VS_TYPE_GPT): "GPT",
    int(pytsk3.TSK_VS_TYPE_MAC): "APM",
    int(pytsk3.TSK_VS_TYPE_BSD): "BSD disklabel",
    int(pytsk3.TSK_VS_TYPE_SUN): "Sun VTOC",
}
# Offset in the volume, the bytes there, what they mean: volumes that are known and not read.
SIGNS: Final = (
    (0, b"LUKS\xba\xbe", "LUKS, encrypted"),
    (3, b"-FVE-FS-", "BitLocker, encrypted"),
    (32, b"NXSB", "APFS"),
    (0, b"XFSB", "XFS"),
    (0x10040, b"_BHRfS_M", "Btrfs"),
    (1024, b"\x10\x20\xf5\xf2", "F2FS"),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS"),
    (536, b"LVM2 001", "LVM2 physical volume"),
    (512, b"LABELONE", "LVM2 physical volume"),
    (3, b"ReFS\0\0\0\0", "ReFS"),
    (4086, b"SWAPSPACE2", "Linux swap"),
    (0, b"hsqs", "SquashFS"),
)


class Image(pytsk3.Img_Info):  # type: ignore[misc]
    """Any bytes at an offset as an image for The Sleuth Kit."""

    def __init__(self, read_at: Callable[[int, int], bytes], size: int) -> None:
        self._read_at = read_at
        self._size = size
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def read(self, offset: int, size: int) -> bytes:
        return self._read_at(offset, size)

    def get_size(self) -> int:
        return self._size

    def close(self) -> None:
        # The source owns the bytes; nothing is to be closed here.
        return


@dataclass(slots=True)
class Part:
    """One volume: `key` names it in addresses ("p1"), `prefix` in paths ("p1/", or "" for a whole image)."""

    key: str
    prefix: str
    offset: int
    size: int
    label: str
    fs: pytsk3.FS_Info | None


@dataclass(slots=True)
class DiskLayout:
    """`unread` says of each part without a file system, by its key, what it is and that it is not read."""

    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, Problem] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    known: bool = False  # something was recognised, be it readable or not


def look(read_at: Callable[[int, int], bytes], size: int) -> DiskLayout:
    """The volumes of an image of `size` bytes, opened where their file system is known."""
    image = Image(read_at, size)
    layout = DiskLayout()
    fs, why = _file_system(image, 0)
    rows = list(_partitions(image, layout)) if fs is None or not _has_boot_sector(fs) else []
    if fs is not None or not rows:
        _add(layout, Part("p0", "", 0, size, "whole image", fs), why, read_at, size)
    if fs is not None and rows:
        detail = "a file system over the whole image and a partition table stand side by side: both are listed"
        layout.problems.append(Problem("note", "two-readings", detail, "p0"))
    for number, (start, length, label) in enumerate(rows, 1):
        part = Part(f"p{number}", f"p{number}/", start, length, label, None)
        if start >= size:
            _cut(layout, part, size, "nothing of it is in the image")
            continue
        if start + length > size:
            _cut(layout, part, size, f"the image ends {start + length - size} bytes before the partition does")
        if start == 0 and fs is not None:
            continue  # a hybrid disc names itself as its own partition
        part.fs, why = _file_system(image, start)
        _add(layout, part, why, read_at, size)
    return layout


def _has_boot_sector(fs: pytsk3.FS_Info) -> bool:
    """The first sector belongs to the file system, so that no partition table can stand there. Elsewhere one may: on
    hybrid discs, and on a disk that was partitioned over an older file system."""
    return FILE_SYSTEMS.get(int(fs.info.ftype), "").startswith(("FAT", "exFAT", "NTFS"))


def _partitions(image: Image, layout: DiskLayout) -> Iterator[tuple[int, int, str]]:
    """(start, length in bytes, type) of each allocated partition, in the order of the disk."""
    table = _table(image)
    if table is None:
        return
    unit = int(table.info.block_size)
    rows = []
    for row in table:
        if int(row.flags) == int(pytsk3.TSK_VS_PART_FLAG_ALLOC):
            rows.append((int(row.start) * unit, int(row.len) * unit, row.desc.decode("utf-8", "backslashreplace")))
        if len(rows) > MOST_PARTITIONS:
            layout.problems.append(
                Problem("file", "partition-table", f"more than {MOST_PARTITIONS} partitions; the rest is not read")
            )
            break
    if rows:
        kind = int(table.info.vstype)
        layout.known = True
        layout.facts["partition table"] = TABLES.get(kind, f"type {kind}")
    yield from rows


def _table(image: Image) -> pytsk3.Volume_Info | None:
    try:
        return pytsk3.Volume_Info(image)
    except OSError:
        pass
    # The Sleuth Kit refuses a table whose partitions begin beyond the end. A cut image is asked again with the size
    # it may have had, where the sector is a master boot record by its form and no boot sector of a file system.
    first = image.read(0, 512)
    if len(first) < 512 or first[510:] != b"\x55\xaa" or any(first[at] & 0x7F for at in (446, 462, 478, 494)):
        return None
    ends = [struct.unpack_from("<II", first, at + 8) for at in (446, 462, 478, 494) if first[at + 4]]
    if not ends or any(start == 0 or length == 0 for start, length in ends):
        return None
    whole = max(start + length for start, length in ends) * 512
    try:
        return pytsk3.Volume_Info(Image(image.read, whole)) if whole > image.get_size() else None
    except OSError:
        return None


def _file_system(image: Image, offset: int) -> tuple[pytsk3.FS_Info | None, str]:
    try:
        return pytsk3.FS_Info(image, offset=offset), ""
    except OSError as error:
        return None, str(error).rpartition("with error: ")[2]


def _add(layout: DiskLayout, part: Part, why: str, read_at: Callable[[int, int], bytes], size: int) -> None:
    layout.parts.append(part)
    where = f"{part.offset}+{part.size} bytes, {part.label}"
    if part.fs is not None:
        layout.known = True
        name = FILE_SYSTEMS.get(int(part.fs.info.ftype), f"type {int(part.fs.info.ftype)}")
        layout.facts[f"volume {part.key}"] = f"{name}, {where}"
        claimed = int(part.fs.info.block_size) * int(part.fs.info.block_count)
        held = min(part.size, size - part.offset)
        if claimed > held and claimed - held > int(part.fs.info.block_size):
            detail = f"the file system says {claimed} bytes and {held} are there; what lies beyond cannot be read"
            layout.problems.append(Problem("file", "image-cut", detail, part.key))
        return
    sign = _sign(read_at, part)
    # "Possible encryption" only says that the bytes look random, as those of any photo or archive do.
    certain = "Multiple" in why or ("ncrypt" in why and "Possible" not in why)
    layout.known = layout.known or bool(sign) or certain
    layout.facts[f"volume {part.key}"] = f"{sign or 'not known'}, {where}"
    reason = sign or why or "no file system recognised"
    layout.unread[part.key] = Problem("file", "unknown-volume", f"{where}: not read ({reason})", part.key)


def _sign(read_at: Callable[[int, int], bytes], part: Part) -> str:
    for at, magic, name in SIGNS:
        if at + len(magic) <= part.size and read_at(part.offset + at, len(magic)) == magic:
            return name
    return ""


def _cut(layout: DiskLayout, part: Part, size: int, detail: str) -> None:
    text = f"partition of {part.size} bytes at {part.offset} ({part.label}), image of {size}: {detail}"
    layout.problems.append(Problem("file", "image-cut", text, part.key))
    layout.facts.setdefault(f"volume {part.key}", f"cut, {part.offset}+{part.size} bytes, {part.label}")
