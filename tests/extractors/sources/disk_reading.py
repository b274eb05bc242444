"""What the tests of disk images share: lists, contents, and what must not change."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest

from evidence_store.records import Problem
from extractors.sources import disk
from extractors.sources.base import Entry, SourceRef
from extractors.sources.disk import DiskVolume
from tests.evidence_builders.images import have, run_tool

BRIAN = "sleuthkit_test_data/from_brian"


def opened(path: Path, zone: str | None = None) -> DiskVolume:
    return disk.open_volume(SourceRef(disk.KIND, str(path), zone=zone))


def listed(path: Path, zone: str | None = None) -> tuple[list[Entry], list[Problem], dict[str, str]]:
    volume = opened(path, zone)
    try:
        return list(volume.entries()), volume.problems(), volume.facts()
    finally:
        volume.close()


def contents(path: Path) -> dict[str, bytes]:
    volume = opened(path)
    found = {}
    for entry in volume.entries():
        if entry.readable:
            with volume.open(entry) as stream:
                found[entry.path] = stream.read()
    volume.close()
    return found


def state(folder: Path) -> list[tuple[str, int, int, str]]:
    """What must not change: names, sizes, times of change, bytes."""
    return [
        (str(path), path.stat().st_size, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def unpacked(corpus: Path, archive: str, member: str, folder: Path) -> Path:
    """A member of an archive of the corpus, as a file that is sparse where it holds zeros."""
    target = folder / Path(member).name
    with zipfile.ZipFile(corpus / BRIAN / archive) as box, target.open("wb") as out:
        with box.open(next(name for name in box.namelist() if name.endswith(member))) as inside:
            while block := inside.read(1 << 20):
                out.seek(len(block), 1) if not any(block) else out.write(block)
        out.truncate(out.tell())
    return target


def fls(path: Path, offset: int = 0) -> set[tuple[str, bool]]:
    """(path, deleted) of every file in The Sleuth Kit's own list; directories and its inventions left out."""
    text = run_tool("fls", "-r", "-p", "-o", offset // 512, path).decode("utf-8", "backslashreplace")
    rows = set()
    for line in text.splitlines():
        match = re.fullmatch(r"(.)/(.) (\* )?[^:]+:\t(.*)", line)
        assert match, line
        kinds = match[1] + match[2]
        if kinds[0] in "vV" or kinds in ("dd", "d-", "-d", "rd", "dr"):
            continue
        rows.add((match[4], bool(match[3])))
    return rows


def plain(rows: set[tuple[str, bool]]) -> set[tuple[str, bool]]:
    """By the counting rule of the corpus: names of file system internals left out, orphans kept."""
    return {row for row in rows if not row[0].startswith("$") or row[0].startswith("$OrphanFiles/")}


needs_ext4 = pytest.mark.skipif(not have("mkfs.ext4"), reason="mkfs.ext4 is not installed")


def made_up_tree(tmp_path: Path) -> Path:
    """Files of every sort that a small file system holds: linked, sparse, empty, oddly named."""
    folder = tmp_path / "tree"
    (folder / "photos/2026").mkdir(parents=True)
    (folder / "note.txt").write_bytes(b"made-up note\n")
    (folder / "photos/2026/big.bin").write_bytes(bytes(range(256)) * 9000)
    (folder / "empty").write_bytes(b"")
    os.link(folder / "note.txt", folder / "photos/again.txt")
    os.symlink("../note.txt", folder / "photos/link")
    with (folder / "sparse.bin").open("wb") as out:
        out.seek(5 << 20)
        out.write(b"end")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9 \x01.txt")).write_bytes(b"odd name")
    os.utime(folder / "note.txt", ns=(1_700_000_000_000_000_000, 1_700_000_001_123_456_000))
    return folder


needs_fat = pytest.mark.skipif(not have("mkfs.vfat", "mcopy", "mdel"), reason="mkfs.vfat and mtools are not installed")
