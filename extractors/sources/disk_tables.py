"""Partition tables: which partitions a disk has, by whatever of the table is left, and what lies between them.

References: The Sleuth Kit, library documentation (volume systems); "Unified Extensible Firmware Interface
Specification" (protective master boot record, backup header of the GUID partition table).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pytsk3

from evidence_store.records import Problem
from extractors.sources.base import SourceError

MOST_PARTITIONS: Final = 1024
GAPS_NAMED: Final = 50
PROTECTIVE: Final = b"\xee"  # the type of the one entry by which a GUID table hides from older programs
TABLES: Final = {
    int(pytsk3.TSK_VS_TYPE_DOS): "MBR",
    int(pytsk3.TSK_VS_TYPE_GPT): "GPT",
    int(pytsk3.TSK_VS_TYPE_MAC): "APM",
    int(pytsk3.TSK_VS_TYPE_BSD): "BSD disklabel",
    int(pytsk3.TSK_VS_TYPE_SUN): "Sun VTOC",
}
# An Apple partition map has rows for itself and for what is free.
NO_PARTITIONS: Final = frozenset(("Apple_partition_map", "Apple_Free"))
USED, FREE = int(pytsk3.TSK_VS_PART_FLAG_ALLOC), int(pytsk3.TSK_VS_PART_FLAG_UNALLOC)


class Image(pytsk3.Img_Info):  # type: ignore[misc]
    """Any bytes at an offset as an image for The Sleuth Kit."""

    def __init__(self, read_at: Callable[[int, int], bytes], size: int) -> None:
        self._read_at = read_at
        self._size = size
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def read(self, offset: int, size: int) -> bytes:
        try:
            return self._read_at(offset, size)
        except SourceError:
            return b""  # The Sleuth Kit then tells of a read error; what is raised here would leave it as another

    def get_size(self) -> int:
        return self._size

    def close(self) -> None:
        # The source owns the bytes; nothing is to be closed here.
        return


@dataclass(slots=True)
class Table:
    """`rows` are (start, length in bytes, type or name) of the partitions in the order of the disk."""

    name: str = ""
    rows: list[tuple[int, int, str]] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def gaps_in_words(self) -> str:
        """Where no partition is, for the report."""
        named = [f"{start}+{length} bytes" for start, length in self.gaps[:GAPS_NAMED]]
        left = len(self.gaps) - len(named)
        return "; ".join([*named, f"{left} more"] if left else named)


def read_table(image: Image) -> Table:
    """The partition table of an image; one without a name where there is none."""
    table = Table()
    found = _open(image, table)
    if found is None:
        return table
    unit = int(found.info.block_size)
    for row in found:
        flags, start, length = int(row.flags), int(row.start) * unit, int(row.len) * unit
        label = row.desc.decode("utf-8", "backslashreplace")
        if flags == USED and label in NO_PARTITIONS:
            table.gaps.append((start, length))
        elif flags == USED:
            table.rows.append((start, length, label))
        elif flags == FREE:  # before the first partition the table itself is in it
            table.gaps.append((start, length))
        if len(table.rows) > MOST_PARTITIONS:
            text = f"more than {MOST_PARTITIONS} partitions; the rest is not read"
            table.problems.append(Problem("file", "partition-table", text))
            break
    if table.rows:
        kind = int(found.info.vstype)
        table.name = TABLES.get(kind, f"type {kind}")
    return table


def _open(image: Image, table: Table) -> pytsk3.Volume_Info | None:
    first = image.read(0, 512)
    try:
        found = pytsk3.Volume_Info(image)
    except OSError:
        return _cut(image, first)
    if int(found.info.vstype) == int(pytsk3.TSK_VS_TYPE_DOS) and PROTECTIVE in first[450:512:16]:
        try:
            found = pytsk3.Volume_Info(image, type=pytsk3.TSK_VS_TYPE_GPT)
        except OSError:
            text = "the master boot record says that a GUID partition table is there; neither copy of it can be read"
            table.problems.append(Problem("file", "partition-table", text))
            return found
    if int(found.info.vstype) == int(pytsk3.TSK_VS_TYPE_GPT) and not _has_primary(image):
        text = "the GUID partition table at the front is damaged; its backup at the end is used"
        table.problems.append(Problem("note", "partition-table", text))
    return found


def _has_primary(image: Image) -> bool:
    return any(image.read(sector, 8) == b"EFI PART" for sector in (512, 1024, 2048, 4096, 8192))


def _cut(image: Image, first: bytes) -> pytsk3.Volume_Info | None:
    """The Sleuth Kit refuses a table whose partitions begin beyond the end. A cut image is asked again with the size it
    may have had, where the sector is a master boot record by its form and no boot sector of a file system."""
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
