"""What lies on a disk: partitions, the file systems in them, and what could not be recognised.

References: The Sleuth Kit, library documentation (file systems, error texts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytsk3

from evidence_store.records import Problem
from extractors.sources.bitlocker import is_bitlocker
from extractors.sources.disk_claims import claimants, holds_up
from extractors.sources.disk_tables import Image, read_table
from extractors.sources.volumes_known import Known, identify, looks

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


@dataclass(slots=True)
class Part:
    """One volume: `key` names it in addresses ("p1"), `prefix` in paths ("p1/", or "" for a whole image).

    `why` is The Sleuth Kit's reason for not opening it; `known` what its marks say it is.
    """

    key: str
    prefix: str
    offset: int
    size: int
    label: str
    fs: pytsk3.FS_Info | None
    why: str = ""
    known: Known | None = None

    @property
    def where(self) -> str:
        return f"{self.offset}+{self.size} bytes, {self.label}"


@dataclass(slots=True)
class DiskLayout:
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    known: bool = False  # something was recognised, be it readable or not


def look(read_at: Callable[[int, int], bytes], size: int) -> DiskLayout:
    """The volumes of an image of `size` bytes, opened where their file system is known."""
    image = Image(read_at, size)
    layout = DiskLayout()
    fs, why = _file_system(image, 0)
    table = read_table(image) if fs is None or not _has_boot_sector(fs) else None
    rows = table.rows if table is not None else []
    if table is not None and rows:
        layout.known = True
        layout.facts["partition table"] = table.name
        if table.gaps:
            layout.facts["not in any partition"] = table.gaps_in_words()
        layout.problems += table.problems
    if fs is not None or not rows:
        _add(layout, Part("p0", "", 0, size, "whole image", fs, why), image)
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
        part.fs, part.why = _file_system(image, start)
        _add(layout, part, image)
    return layout


def _has_boot_sector(fs: pytsk3.FS_Info) -> bool:
    """The first sector belongs to the file system, so that no partition table can stand there. Elsewhere one may: on
    hybrid discs, and on a disk that was partitioned over an older file system."""
    return name_of(fs).startswith(("FAT", "exFAT", "NTFS"))


def name_of(fs: pytsk3.FS_Info) -> str:
    """What a file system that The Sleuth Kit opened is called."""
    return FILE_SYSTEMS.get(int(fs.info.ftype), f"type {int(fs.info.ftype)}")


def _file_system(image: Image, offset: int) -> tuple[pytsk3.FS_Info | None, str]:
    try:
        return pytsk3.FS_Info(image, offset=offset), ""
    except OSError as error:
        return None, str(error).rpartition("with error: ")[2]


def _add(layout: DiskLayout, part: Part, image: Image) -> None:
    """Adds a part, or one for each of the file systems that lay claim to it."""
    if part.fs is None and "Multiple" in part.why:
        layout.known = True
        for one in _claimed(layout, part, image):
            _add_one(layout, one, image)
        return
    _add_one(layout, part, image)


def _claimed(layout: DiskLayout, part: Part, image: Image) -> list[Part]:
    found = claimants(image, part.offset)
    sound = [fs for fs in found if holds_up(fs, min(part.size, image.get_size() - part.offset))]
    names, kept = " and ".join(map(name_of, found)), " and ".join(map(name_of, sound))
    said = f"{part.where}: {names or part.why} lay claim to it; "
    if not sound:
        part.why = f"{said}none holds up: its root cannot be listed, or it does not fit"
        return [part]
    if len(sound) == 1:
        layout.problems.append(Problem("note", "two-claims", f"{said}only {kept} holds up and is read", part.key))
        part.fs = sound[0]
        return [part]
    text = f"{said}{kept} hold up, sizes and root folders: each is listed by its own account"
    layout.problems.append(Problem("note", "two-claims", text, part.key))
    return [
        Part(f"{part.key}.{n}", f"{part.prefix}as {name_of(fs)}/", part.offset, part.size, part.label, fs)
        for n, fs in enumerate(sound, 1)
    ]


def _add_one(layout: DiskLayout, part: Part, image: Image) -> None:
    layout.parts.append(part)
    if part.fs is None:
        part.known = identify(image.read, part.offset, min(part.size, image.get_size() - part.offset))
        # "Possible encryption" only says that the bytes look random, as those of any photo or archive do.
        certain = "ncrypt" in part.why and "Possible" not in part.why
        layout.known = layout.known or certain or (part.known is not None and part.known.certain)
        return
    layout.known = True
    layout.facts[f"volume {part.key}"] = f"{name_of(part.fs)}, {part.where}"
    claimed = int(part.fs.info.block_size) * int(part.fs.info.block_count)
    held = min(part.size, image.get_size() - part.offset)
    if claimed > held and claimed - held > int(part.fs.info.block_size):
        detail = f"the file system says {claimed} bytes and {held} are there; what lies beyond cannot be read"
        layout.problems.append(Problem("file", "image-cut", detail, part.key))
    if is_bitlocker(image.read(part.offset, 512)):
        detail = f"{part.where}: the files of the {name_of(part.fs)} volume that stands before BitLocker To Go are "
        detail += "listed; what it encrypts is not read"
        layout.problems.append(Problem("file", "encrypted-volume", detail, part.key))


def unread(read_at: Callable[[int, int], bytes], part: Part, size: int) -> tuple[str, Problem]:
    """(what it is, in words; the problem) of a part of an image of `size` bytes that nothing opens."""
    if part.known is not None:
        code = "encrypted-volume" if part.known.encrypted else "unknown-volume"
        words = part.known.words()
        return words, Problem("file", code, f"{part.where}: not read ({words})", part.key)
    seems, empty = looks(read_at, part.offset, min(part.size, size - part.offset))
    # The Sleuth Kit's guess at encryption rests on less than ours.
    words = seems or ("" if "ncrypt" in part.why else part.why) or "no file system recognised"
    problem = Problem("note" if empty else "file", "unknown-volume", f"{part.where}: not read ({words})", part.key)
    return seems or "not known", problem


def _cut(layout: DiskLayout, part: Part, size: int, detail: str) -> None:
    text = f"partition of {part.size} bytes at {part.offset} ({part.label}), image of {size}: {detail}"
    layout.problems.append(Problem("file", "image-cut", text, part.key))
    layout.facts.setdefault(f"volume {part.key}", f"cut, {part.where}")
