"""Made-up folders, zips and tars, sound and hostile, written byte by byte where the standard library refuses to lie."""

from __future__ import annotations

import io
import os
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

TREE = {
    "readme.txt": b"made up\n",
    "data/user/0/com.example.chat/databases/chat.db": bytes(range(256)) * 400,
    "data/user/0/com.example.chat/databases/chat.db-wal": b"",
    "sdcard/DCIM/IMG_0001.jpg": b"\xff\xd8\xff" + b"made up" * 999,
    "sdcard/Überschrift/καλημέρα/日本 🙂.txt": "grüße".encode(),
    "sdcard/a b/back\\slash ~ $ %41.txt": b"odd but legal",
}
STAMP_NS = 1_792_888_200_123_456_789  # 2026-10-25T00:30:00 and a bit: inside the doubled hour of Europe/London


def write_folder(root: Path, tree: dict[str, bytes] = TREE) -> Path:
    for path, data in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, ns=(STAMP_NS, STAMP_NS))
    return root


def write_zip(path: Path, tree: dict[str, bytes] = TREE, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.mkdir("sdcard")
        for name, data in tree.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 25, 1, 30, 0)), data, method)
    return path


def write_tar(path: Path, tree: dict[str, bytes] = TREE, mode: str = "w", form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, mode, format=form) as archive:
        folder = tarfile.TarInfo("./sdcard")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in tree.items():
            info = tarfile.TarInfo("./" + name)
            info.size, info.mtime = len(data), STAMP_NS // 10**9
            archive.addfile(info, io.BytesIO(data))
    return path


@dataclass
class Raw:
    """One zip member with every field free to lie; what is None is computed from `data`."""

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    local_size: int | None = None
    packed_size: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    system: int = 3
    mode: int = 0
    dos: tuple[int, int] = (0x0BC0, 0x5D59)  # 01:30:00, 25 October 2026
    header: int | None = None
    after: bytes = b""  # a data descriptor

    def __post_init__(self) -> None:
        if self.packed is None:
            self.packed = raw_deflate(self.data) if self.method == 8 else self.data
        self.crc = zlib.crc32(self.data) if self.crc is None else self.crc
        self.size = len(self.data) if self.size is None else self.size
        self.packed_size = len(self.packed) if self.packed_size is None else self.packed_size


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def raw_zip(members: list[Raw], prefix: bytes = b"", shift: int = 0, comment: bytes = b"", count: int = -1) -> bytes:
    """A zip of these members. `shift` is added to the recorded offsets; `prefix` is not counted in them."""
    body, directory = b"", b""
    for one in members:
        where = len(body) if one.header is None else one.header
        late = one.flags & 8
        body += struct.pack(
            "<4sHHHHHIIIHH", b"PK\x03\x04", 20, one.flags, one.method, *one.dos, 0 if late else one.crc,
            0 if late else one.packed_size, 0 if late else one.size, len(one.name), len(one.local_extra),
        )  # fmt: skip
        body += one.name + one.local_extra + (one.packed or b"") + one.after
        directory += struct.pack(
            "<4sBBHHHHHIIIHHHHHII", b"PK\x01\x02", 20, one.system, 20, one.flags, one.method, *one.dos, one.crc,
            one.packed_size, one.size, len(one.name), len(one.extra), 0, 0, 0, one.mode << 16, where + shift,
        )  # fmt: skip
        directory += one.name + one.extra
    count = len(members) if count < 0 else count
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body) + shift, len(comment))
    return prefix + body + directory + end + comment


def descriptor(data: bytes, packed: bytes, signed: bool = True) -> bytes:
    """What a streaming zip writer puts behind a member's bytes."""
    fields = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
    return (b"PK\x07\x08" if signed else b"") + fields


def snapshot(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Bytes, modification and access time of a folder and all below: what opening must not change. Looking changes
    access times too, so they are put back."""
    found = {}
    status = folder.lstat()
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            found.update({f"{path.name}/{name}": seen for name, seen in snapshot(path).items()})
            continue
        inner = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK) else b""
        if not path.is_symlink():
            os.utime(path, ns=(inner.st_atime_ns, inner.st_mtime_ns))
        found[path.name] = (data, inner.st_mtime_ns, inner.st_atime_ns)
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))
    found["."] = (b"", status.st_mtime_ns, status.st_atime_ns)
    return found
