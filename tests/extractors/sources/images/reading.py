"""What the tests of images and logical sets share: opening by detection, as the program does, and what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import pytest

from evidence_store.records import Problem
from extractors.sources.base import Image, Volume
from extractors.sources.disk import DiskVolume
from extractors.sources.images import dmg, qcow, split_raw, vdi, vhd, vhdx, vmdk
from extractors.sources.place import HostPlace
from tests.evidence_builders.images import have

FORMATS: tuple[ModuleType, ...] = (vhd, vhdx, vdi, qcow, vmdk, dmg, split_raw)
needs_qemu = pytest.mark.skipif(not have("qemu-img"), reason="qemu-img is not installed")


def kinds(path: Path) -> list[str]:
    """The formats that claim a file."""
    place = HostPlace(path)
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    return [each.KIND for each in FORMATS if each.detect(place, head)]


def opened(path: Path) -> Image:
    [kind] = kinds(path)
    return next(each for each in FORMATS if kind == each.KIND).open_image(HostPlace(path))


def everything(path: Path) -> tuple[bytes, list[Problem]]:
    """The whole media, read in pieces that fit no block, and what was said."""
    image = opened(path)
    try:
        parts = [image.read_at(at, 777_777) for at in range(0, image.size, 777_777)]
        return b"".join(parts), image.problems()
    finally:
        image.close()


def contents(volume: Volume) -> dict[str, bytes | None]:
    """Path -> bytes of every entry, None where they cannot be had."""
    found: dict[str, bytes | None] = {}
    for entry in volume.entries():
        found[entry.path] = None
        if entry.readable:
            with volume.open(entry) as stream:
                found[entry.path] = stream.read()
    return found


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def counts(path: Path) -> tuple[int, int]:
    """(live, deleted) files of the media, by the counting rule of the corpus."""
    image = opened(path)
    volume = DiskVolume("image", image.read_at, image.size, None, image.close, image.facts, image.problems)
    entries = [e for e in volume.entries() if not e.path.startswith("$") or e.path.startswith("$OrphanFiles/")]
    volume.close()
    return sum(not entry.deleted for entry in entries), sum(entry.deleted for entry in entries)
