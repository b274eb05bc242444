"""Disk images against the raw bytes inside: walking all files of an ext4 volume with SHA-256 (needs qemu-img)."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from extractors.sources.base import Image
from extractors.sources.disk import DiskVolume, RawDisk
from extractors.sources.images import dmg, qcow, split_raw, vdi, vhd, vhdx, vmdk
from extractors.sources.place import HostPlace
from tests.evidence_builders.disk_images import convert, write_dmg
from tests.evidence_builders.images import ext4_image

Row = tuple[str, float, float]  # what, times the raw image, seconds
Opener = Callable[[Path], Image]
CONVERTED = [
    ("VHD, fixed", "vpc", "fixed.vhd", ("-o", "subformat=fixed,force_size=on"), vhd),
    ("VHD, dynamic", "vpc", "dynamic.vhd", ("-o", "force_size=on"), vhd),
    ("VHDX", "vhdx", "a.vhdx", (), vhdx),
    ("VDI", "vdi", "a.vdi", (), vdi),
    ("QCOW2", "qcow2", "a.qcow2", (), qcow),
    ("QCOW2, compressed", "qcow2", "c.qcow2", ("-c",), qcow),
    ("VMDK, sparse", "vmdk", "a.vmdk", (), vmdk),
    ("VMDK, stream-optimised", "vmdk", "s.vmdk", ("-o", "subformat=streamOptimized"), vmdk),
]


def tree(folder: Path, mib: int) -> Path:
    """Files of 1 KiB to 8 MiB, together about `mib` MiB; half of the bytes can be compressed."""
    rng = random.Random(1)
    left, number = mib << 20, 0
    while left > 0:
        size = min(left, rng.choice([1 << 10, 10 << 10, 100 << 10, 1 << 20, 8 << 20]))
        path = folder / f"folder {number % 50}" / f"file {number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        half = rng.randbytes(size // 2)
        path.write_bytes(half + b"made-up text\n" * (size // 26))
        left, number = left - size, number + 1
    return folder


def walk(image: Image) -> tuple[float, str]:
    """(seconds, digest over all files): every file is listed, opened, read to its end and hashed."""
    began = time.perf_counter()
    volume = DiskVolume("image", image.read_at, image.size, None, image.close)
    digests = []
    for entry in volume.entries():
        if entry.kind == "file" and entry.readable:
            digest = hashlib.sha256()
            with volume.open(entry) as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
            digests.append(f"{entry.path} {digest.hexdigest()}")
    volume.close()
    return time.perf_counter() - began, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _best(open_it: Opener, path: Path, turns: int = 3) -> tuple[float, str]:
    return min(walk(open_it(path)) for _ in range(turns))


def _raw(path: Path) -> Image:
    disk = RawDisk(str(path))
    return Image(disk.size, disk.read_at, disk.close)


def _split(raw: Path, folder: Path) -> Path:
    with raw.open("rb") as stream:
        for number in range(1, 1000):
            if not (part := stream.read(64 << 20)):
                break
            (folder / f"split.{number:03d}").write_bytes(part)
    return folder / "split.001"


def ratios(folder: Path, mib: int = 300) -> Iterator[Row]:
    """Each image's time as a multiple of the time that the raw image takes, which comes first."""
    tree(folder / "tree", mib)
    raw = ext4_image(folder / "media.raw", folder / "tree", mib * 5 // 4 + 32)
    base, digest = _best(_raw, raw)
    yield "raw image", 1.0, base
    made = [(label, convert(raw, folder / name, form, *more), kind) for label, form, name, more, kind in CONVERTED]
    made.append(("split raw, 64 MiB parts", _split(raw, folder), split_raw))
    made.append(("DMG, zlib", write_dmg(folder / "a.dmg", raw.read_bytes(), ["zlib"], per_range=512), dmg))
    for label, path, kind in made:
        taken, found = _best(lambda path, kind=kind: kind.open_image(HostPlace(path)), path)
        if found != digest:
            raise ValueError(f"{label}: other files than in the raw image")
        yield label, taken / base, taken


def images(folder: Path, _large: bool) -> Iterator[tuple[str, str, str]]:
    """Rows for the table of benchmarks."""
    aims = {"VHD, fixed": "1.3 x", "VHD, dynamic": "1.3 x"}
    for label, ratio, taken in ratios(folder):
        yield f"ext4 in an image, listed and hashed: {label}", f"{ratio:.2f} x ({taken:.2f} s)", aims.get(label, "–")


def libvhdi_ratio(folder: Path) -> Row:
    """The dynamic VHD that `ratios` left, through libvhdi instead."""
    import pyvhdi

    def opener(path: Path) -> Image:
        handle = pyvhdi.file()
        handle.open(str(path))
        return Image(handle.get_media_size(), lambda at, size: handle.read_buffer_at_offset(size, at), handle.close)

    base, _ = _best(_raw, folder / "media.raw")
    taken, _ = _best(opener, folder / "dynamic.vhd", 1)
    return "VHD, dynamic, through libvhdi", taken / base, taken
