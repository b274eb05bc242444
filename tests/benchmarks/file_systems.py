"""How fast a disk image's files are listed and hashed, beside The Sleuth Kit's own library doing the same bare."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytsk3

from extractors.sources import disk
from extractors.sources.base import SourceRef
from tests.evidence_builders import f2fs as builder
from tests.evidence_builders.images import run_tool

MIB = 1 << 20
FILES = 5_000
REGULAR = int(pytsk3.TSK_FS_META_TYPE_REG)
FOLDER = int(pytsk3.TSK_FS_META_TYPE_DIR)


def file_systems(folder: Path, _large: bool) -> Iterator[tuple[str, str, str]]:
    """Rows for the table of benchmarks; needs e2fsprogs and f2fs-tools."""
    tree = _tree(folder / "tree")
    ext4, f2fs = folder / "ext4.img", builder.make(folder / "f2fs.img", tree, size=1_000 * MIB)
    with ext4.open("wb") as out:
        out.truncate(800 * MIB)
    run_tool("mkfs.ext4", "-q", "-F", "-d", tree, ext4)
    # Turn by turn, so that a busy machine is unkind to all.
    runs = [(_timed(_ours, ext4), _timed(_bare, ext4), _timed(_ours, f2fs)) for _ in range(4)]
    ours, bare, other = (min(one) for one in zip(*runs, strict=True))
    if not ours[1:] == bare[1:] == other[1:]:
        raise RuntimeError("the three do not give the same files")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) / MIB
    work = f"{ours[1]:,} files ({size:,.0f} MiB) listed and hashed"
    times = f"{ours[0]:.2f} s, {bare[0]:.2f} s"
    yield f"ext4: {work}, against bare pytsk3", f"{ours[0] / bare[0]:.2f} x its time ({times})", "1.2 x"
    times = f"{other[0]:.2f} s, {bare[0]:.2f} s"
    yield f"F2FS: {work}, against bare pytsk3 on ext4", f"{bare[0] / other[0]:.2f} x its speed ({times})", "0.5 x"


def _tree(folder: Path) -> Path:
    rng = random.Random(1)
    for number in range(FILES):
        above = folder / f"data/{number % 61}"
        above.mkdir(parents=True, exist_ok=True)
        (above / f"{number}.bin").write_bytes(rng.randbytes(rng.choice((0, 900, 5_000, 20_000, 90_000, 300_000))))
    for number in range(3):
        (folder / f"video{number}.bin").write_bytes(rng.randbytes(60 * MIB))
    return folder


def _timed(work: Callable[[Path], list[bytes]], path: Path) -> tuple[float, int, bytes]:
    began = time.perf_counter()
    digests = work(path)
    return time.perf_counter() - began, len(digests), hashlib.sha256(b"".join(sorted(digests))).digest()


def _ours(path: Path) -> list[bytes]:
    volume = disk.open_volume(SourceRef(disk.KIND, str(path)))
    digests = []
    for entry in volume.entries():
        if entry.readable and not entry.deleted:
            digest = hashlib.sha256()
            with volume.open(entry) as stream:
                while chunk := stream.read(MIB):
                    digest.update(chunk)
            digests.append(digest.digest())
    volume.close()
    return digests


def _bare(path: Path) -> list[bytes]:
    fs = pytsk3.FS_Info(pytsk3.Img_Info(str(path)))
    digests: list[bytes] = []
    waiting = [int(fs.info.root_inum)]
    while waiting:
        for file in fs.open_dir(inode=waiting.pop()):
            meta = file.info.meta
            if file.info.name.name in (b".", b"..") or meta is None:
                continue
            if int(meta.type) == FOLDER:
                waiting.append(int(meta.addr))
            elif int(meta.type) == REGULAR:
                digests.append(_hash(file, int(meta.size)))
    return digests


def _hash(file: Any, size: int) -> bytes:
    digest = hashlib.sha256()
    at = 0
    while at < size:
        data = file.read_random(at, min(MIB, size - at))
        digest.update(data)
        at += len(data)
    return digest.digest()
