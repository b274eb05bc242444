"""How fast an F2FS volume is listed and hashed, beside The Sleuth Kit on an ext4 volume of the same files."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytsk3

from extractors.sources.disk import RawDisk
from extractors.sources.disk_layout import Image, Part
from extractors.sources.filesystems.f2fs import F2fsFiles
from extractors.sources.names import Findings
from tests.evidence_builders import f2fs as builder
from tests.evidence_builders.images import run_tool

MIB = 1 << 20


def f2fs(folder: Path, _large: bool) -> Iterator[tuple[str, str, str]]:
    """A row for the table of benchmarks; needs f2fs-tools and e2fsprogs."""
    tree = _tree(folder / "tree")
    ours = builder.make(folder / "f2fs.img", tree, size=800 * MIB)
    theirs = folder / "ext4.img"
    with theirs.open("wb") as out:
        out.truncate(800 * MIB)
    run_tool("mkfs.ext4", "-q", "-F", "-d", tree, theirs)
    fast, count, digest = min(_timed(_hash_f2fs, ours) for _ in range(3))
    other, other_count, other_digest = min(_timed(_hash_ext4, theirs) for _ in range(3))
    if (count, digest) != (other_count, other_digest):
        raise RuntimeError("the two volumes do not give the same files")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) / MIB
    yield (
        f"F2FS: {count:,} files ({size:,.0f} MiB) listed and hashed, against pytsk3 on ext4",
        (f"{other / fast:.2f} x its speed ({fast:.2f} s, {other:.2f} s)"),
        "0.5 x",
    )


def _tree(folder: Path) -> Path:
    rng = random.Random(1)
    for number in range(5_000):
        above = folder / f"data/{number % 61}"
        above.mkdir(parents=True, exist_ok=True)
        (above / f"{number}.bin").write_bytes(rng.randbytes(rng.choice((0, 900, 5_000, 20_000, 90_000))))
    for number in range(3):
        (folder / f"video{number}.bin").write_bytes(rng.randbytes(60 * MIB))
    return folder


def _timed(work: Callable[[Path], list[bytes]], path: Path) -> tuple[float, int, bytes]:
    began = time.perf_counter()
    digests = work(path)
    return time.perf_counter() - began, len(digests), hashlib.sha256(b"".join(sorted(digests))).digest()


def _hash_f2fs(path: Path) -> list[bytes]:
    disk, digests = RawDisk(str(path)), []
    files = F2fsFiles(Part("p0", "", 0, disk.size, "", None), disk.read_at, None, Findings())
    for entry in files.entries():
        if entry.readable and not entry.deleted:
            digest = hashlib.sha256()
            with files.open(entry.address.partition(":")[2], entry.size) as stream:
                while chunk := stream.read(MIB):
                    digest.update(chunk)
            digests.append(digest.digest())
    disk.close()
    return digests


def _hash_ext4(path: Path) -> list[bytes]:
    disk, digests = RawDisk(str(path)), []
    volume = pytsk3.FS_Info(Image(disk.read_at, disk.size))
    waiting: list[Any] = [volume.open_dir("/")]
    while waiting:
        for file in waiting.pop():
            meta = file.info.meta
            if meta is None or file.info.name.name in (b".", b"..", b"lost+found"):
                continue
            if int(meta.type) == int(pytsk3.TSK_FS_META_TYPE_DIR):
                waiting.append(file.as_directory())
            elif int(meta.type) == int(pytsk3.TSK_FS_META_TYPE_REG):
                digests.append(_read(file, int(meta.size)))
    return digests


def _read(file: Any, size: int) -> bytes:
    digest, at = hashlib.sha256(), 0
    while at < size:
        chunk = file.read_random(at, min(MIB, size - at))
        digest.update(chunk)
        at += len(chunk)
    return digest.digest()
