"""An encrypted iOS backup: opened, listed, decrypted and hashed, against bare AES and SHA-256 over the same bytes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from extractors.sources import folder
from extractors.sources.base import Secret, SourceRef
from extractors.sources.layouts import ios_backup
from tests.evidence_builders.ios_backup import PASSWORD, Lock, Made, archived, write_backup, write_manifest

MIB = 1 << 20
Row = tuple[str, str, str]  # work, measured, aim


def made_up(total: int, small: int = 2_000) -> list[Made]:
    """Files of `total` bytes together: many small ones, and six large ones that hold most of it."""
    chance = random.Random(7)
    sizes = [int(chance.lognormvariate(9, 1.2)) for _ in range(small)]
    left = total - sum(sizes)
    sizes += [left * part // 100 for part in (40, 25, 15, 10, 6, 4)]
    return [
        Made(
            "CameraRollDomain",
            f"Media/DCIM/1{n % 10}0APPLE/{n}",
            os.urandom(size),
            key_class=n % 11 + 1,
            modified=10**9 + n,
        )
        for n, size in enumerate(sizes)
    ]


def bare(root: Path) -> float:
    """Seconds to read, decrypt (one key for all) and hash the stored files in one process, the better of two.

    Through two buffers: fresh memory for each piece can take twice as long, as the C library happens to hand it out.
    """
    paths = [path for path in root.rglob("*") if len(path.name) == 40]
    return min(_bare(paths) for _ in range(2))


def _bare(paths: list[Path]) -> float:
    began = time.perf_counter()
    stored, plain = bytearray(MIB), bytearray(MIB + 16)
    for path in paths:
        digest = hashlib.sha256()
        worker = Cipher(algorithms.AES(b"k" * 32), modes.CBC(bytes(16))).decryptor()
        with path.open("rb", buffering=0) as stream:
            while size := stream.readinto(stored):
                worker.update_into(memoryview(stored)[:size], plain)
                digest.update(memoryview(plain)[:size])
    return time.perf_counter() - began


def ours(root: Path) -> tuple[float, float, int]:
    """(seconds to open and list, seconds to decrypt and hash every file, number of files), the better of two."""
    return min((_ours(root) for _ in range(2)), key=lambda found: found[0] + found[1])


def _ours(root: Path) -> tuple[float, float, int]:
    began = time.perf_counter()
    volume = folder.open_volume(SourceRef("folder", str(root)))
    held = {entry.path: entry for entry in volume.entries() if ios_backup.holds_back(entry.path)}
    view = ios_backup.open_layout(ios_backup.roots(held)[0], held, volume.open, Secret(PASSWORD))
    entries = [entry for entry in view.entries() if entry.path.startswith("private/")]
    listed = time.perf_counter() - began
    secret = Secret(unlocked=view.unlocked)
    for entry in entries:
        digest = hashlib.sha256()
        with ios_backup.open_in(entry.address, entry.path, volume.open, secret) as stream:
            while chunk := stream.read(MIB):  # as the worker reads large files
                digest.update(chunk)
    volume.close()
    return listed, time.perf_counter() - began - listed, len(entries)


def listing(folder_: Path, rows: int) -> float:
    """Seconds to list a manifest of so many rows whose files are not there."""
    folder_.mkdir()
    label = Lock().label(3, b"k" * 32)
    made = (Made("CameraRollDomain", f"Media/DCIM/{n}", size=n, modified=10**9 + n) for n in range(rows))
    write_backup(folder_, [])
    (folder_ / "Manifest.db").unlink()
    write_manifest(
        folder_ / "Manifest.db", [(one.file_id, one.domain, one.path, 1, archived(one, label)) for one in made]
    )
    return _ours_listing(folder_, rows)


def _ours_listing(root: Path, rows: int) -> float:
    began = time.perf_counter()
    volume = folder.open_volume(SourceRef("folder", str(root)))
    held = {entry.path: entry for entry in volume.entries()}
    view = ios_backup.open_layout("", held, volume.open, Secret())
    count = sum(1 for _ in view.entries())
    volume.close()
    assert count == rows + len(held)
    return time.perf_counter() - began


def backup(folder_: Path, _large: bool) -> Iterator[Row]:
    """The rows of the table; the password's own work (10 million rounds in a real backup) is left out."""
    for mib in (300, 1024):
        root = write_backup(folder_ / f"backup of {mib}", made_up(mib * MIB), Lock())
        least = bare(root)
        listed, read, count = ours(root)
        work = f"encrypted iOS backup of {mib:,} MiB, {count:,} files: opened, listed, decrypted, hashed (keys at hand)"
        yield work, f"{(listed + read) / least:.2f} x ({listed + read:.2f} s, listing {listed:.2f} s)", "1.5 x"
        shutil.rmtree(root)
    yield "manifest of an iOS backup, 50,000 rows, listed", f"{listing(folder_ / 'rows', 50_000):.1f} s", "10 s"
