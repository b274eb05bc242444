"""Writes the image of a small disk: a master boot record and one FAT16 partition, with long names and deleted files.

References: "Microsoft Extensible Firmware Initiative FAT32 File System Specification" 1.03 (boot sector, FAT12/16/32
directory entries, long names and their checksum); "Master boot record", the generic MBR's partition entry.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

SECTOR: Final = 512
CLUSTER: Final = 1024
PARTITION_START: Final = 2048
_CLUSTERS: Final = 5000  # from 4085 on it is FAT16, below it would be read as FAT12
_FAT_SECTORS: Final = -(-(_CLUSTERS + 2) * 2 // SECTOR)
_ROOT_ENTRIES: Final = 512
_ROOT_SECTORS: Final = _ROOT_ENTRIES * 32 // SECTOR
_SECTORS: Final = 1 + 2 * _FAT_SECTORS + _ROOT_SECTORS + _CLUSTERS * CLUSTER // SECTOR
_SERIAL: Final = 0x20261026
_DIRECTORY, _ARCHIVE, _VOLUME, _LONG_NAME = 0x10, 0x20, 0x08, 0x0F
_END_OF_CHAIN: Final = 0xFFFF
_DELETED: Final = 0xE5
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class StickFile:
    """`when` is local time, as FAT stores it. A deleted file's clusters are freed and its bytes left standing, unless
    a later file says that it lies `over` it. Folders are made as paths name them."""

    path: str
    data: bytes
    when: datetime
    deleted: bool = False
    over: str = ""


@dataclass(slots=True)
class _Folder:
    when: datetime
    cluster: int = 0
    entries: list[bytes] = field(default_factory=list)
    short_names: set[bytes] = field(default_factory=set)


class _Disk:
    """The allocation table and the clusters while the image is made."""

    def __init__(self) -> None:
        self.fat = [0] * (_CLUSTERS + 2)
        self.fat[0:2] = [0xFFF8, _END_OF_CHAIN]
        self.clusters = bytearray(_CLUSTERS * CLUSTER)
        self.next_free = 2

    def write(self, data: bytes, at: int = 0, *, deleted: bool = False) -> int:
        """Stores bytes in clusters in a row, from `at` or the next free one on, and gives the first."""
        count = -(-len(data) // CLUSTER)
        first = at or self.next_free
        if first + count > _CLUSTERS + 2:
            raise ValueError("the made-up disk is full")
        self.next_free = max(self.next_free, first + count)
        self.clusters[(first - 2) * CLUSTER : (first - 2) * CLUSTER + len(data)] = data
        for number in range(first, first + count):
            self.fat[number] = 0 if deleted else number + 1
        if not deleted:
            self.fat[first + count - 1] = _END_OF_CHAIN
        return first


def image(label: str, files: list[StickFile]) -> bytes:
    """The whole disk, 6 MB. Files are laid out in the order given. Raises ValueError when they do not fit."""
    disk = _Disk()
    folders = {"": _Folder(files[0].when)}
    folders[""].entries.append(_entry(_padded(label), _VOLUME, 0, 0, files[0].when))
    first_cluster: dict[str, int] = {}
    for file in files:
        parent = _make_folders(disk, folders, file)
        first = disk.write(file.data, first_cluster.get(file.over, 0), deleted=file.deleted)
        first_cluster[file.path] = first
        name = file.path.rpartition("/")[2]
        _add(parent, name, _ARCHIVE, first, len(file.data), file.when, deleted=file.deleted)
    for folder in folders.values():
        if folder.cluster:
            at = (folder.cluster - 2) * CLUSTER
            disk.clusters[at : at + CLUSTER] = _filled(folder, CLUSTER)
    table = b"".join(struct.pack("<H", value) for value in disk.fat).ljust(_FAT_SECTORS * SECTOR, b"\0")
    root = _filled(folders[""], _ROOT_ENTRIES * 32)
    return _master_boot_record() + _boot_sector(label) + table * 2 + root + bytes(disk.clusters)


def _make_folders(disk: _Disk, folders: dict[str, _Folder], file: StickFile) -> _Folder:
    path = ""
    for name in file.path.split("/")[:-1]:
        parent, path = folders[path], f"{path}/{name}"
        if path not in folders:
            cluster = disk.write(bytes(CLUSTER))
            folders[path] = _Folder(file.when, cluster)
            _add(parent, name, _DIRECTORY, cluster, 0, file.when)
            dots = ((b".", cluster), (b"..", parent.cluster))
            folders[path].entries = [_entry(dot.ljust(11), _DIRECTORY, at, 0, file.when) for dot, at in dots]
    return folders[path]


def _filled(folder: _Folder, size: int) -> bytes:
    entries = b"".join(folder.entries)
    if len(entries) > size:
        raise ValueError("too many names for one folder of the made-up disk")
    return entries.ljust(size, b"\0")


def _add(
    folder: _Folder, name: str, attributes: int, cluster: int, size: int, when: datetime, *, deleted: bool = False
) -> None:
    short = _short_name(name, folder.short_names)
    folder.short_names.add(short)
    entries = [] if _dotted(short) == name else _long_name_entries(name, short)
    entries.append(_entry(short, attributes, cluster, size, when))
    folder.entries += [bytes([_DELETED]) + entry[1:] for entry in entries] if deleted else entries


def _short_name(name: str, taken: set[bytes]) -> bytes:
    stem, _, suffix = name.upper().rpartition(".") if "." in name else (name.upper(), "", "")
    plain = "".join(char for char in stem if char in _PLAIN)
    suffix = "".join(char for char in suffix if char in _PLAIN)[:3]
    if plain == stem and len(stem) <= 8:
        return f"{stem:8}{suffix:3}".encode("ascii")
    for number in range(1, 10):
        short = f"{plain[:6]}~{number}".ljust(8).encode("ascii") + suffix.ljust(3).encode("ascii")
        if short not in taken:
            return short
    raise ValueError(f"no short name left for {name}")


def _dotted(short: bytes) -> str:
    return f"{short[:8].decode('ascii').strip()}.{short[8:].decode('ascii').strip()}".rstrip(".")


def _long_name_entries(name: str, short: bytes) -> list[bytes]:
    """The pieces of 13 UTF-16 units that stand before the short entry, last piece first."""
    checksum = 0
    for byte in short:
        checksum = ((checksum >> 1) + ((checksum & 1) << 7) + byte) & 0xFF
    units = name.encode("utf-16-le")
    units = units if len(units) % 26 == 0 else (units + b"\0\0").ljust(-(-(len(units) + 2) // 26) * 26, b"\xff")
    pieces = [units[at : at + 26] for at in range(0, len(units), 26)]
    entries = []
    for number in range(len(pieces), 0, -1):
        piece, order = pieces[number - 1], number | (0x40 if number == len(pieces) else 0)
        start = struct.pack("<B10sBBB", order, piece[:10], _LONG_NAME, 0, checksum)
        entries.append(start + piece[10:22] + b"\0\0" + piece[22:26])
    return entries


def _entry(short: bytes, attributes: int, cluster: int, size: int, when: datetime) -> bytes:
    date = (when.year - 1980) << 9 | when.month << 5 | when.day
    time = when.hour << 11 | when.minute << 5 | when.second // 2
    created = (when.second % 2) * 100
    return struct.pack("<11sBBBHHHHHHHI", short, attributes, 0, created, time, date, date, 0, time, date, cluster, size)


def _padded(label: str) -> bytes:
    return label.upper().encode("ascii").ljust(11)[:11]


def _boot_sector(label: str) -> bytes:
    fields = struct.pack(
        "<3s8sHBHBHHBHHHIIBBBI11s8s",
        *(b"\xeb\x3c\x90", b"MSDOS5.0", SECTOR, CLUSTER // SECTOR, 1, 2, _ROOT_ENTRIES, _SECTORS, 0xF8, _FAT_SECTORS),
        *(63, 255, PARTITION_START, 0, 0x80, 0, 0x29, _SERIAL, _padded(label), b"FAT16   "),
    )
    return fields.ljust(510, b"\0") + b"\x55\xaa"


def _master_boot_record() -> bytes:
    # No cylinder, head or sector that any disk has today: FE FF FF says that only the sector numbers count.
    entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", 0x06, b"\xfe\xff\xff", PARTITION_START, _SECTORS)
    record = struct.pack("<440sIH", b"", _SERIAL, 0) + entry.ljust(64, b"\0") + b"\x55\xaa"
    return record.ljust(PARTITION_START * SECTOR, b"\0")
