"""Disk images in code: E01 sets with every field under the test's control, and small file systems by system tools."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import zlib
from datetime import UTC, datetime
from pathlib import Path

SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
MADE_UP_HEADER = (
    b"1\nmain\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\n"
    b"CASE-1\tABC/1\tmade-up disk\tAnn Example\tnothing real\t1.0\tTest\t2026 1 31 10 20 30\t2026 1 31 10 20 31\t0\n\n"
)


def adler(data: bytes) -> bytes:
    return struct.pack("<I", zlib.adler32(data))


def section(kind: bytes, at: int, size: int, following: int) -> bytes:
    """A section descriptor: `size` includes it."""
    raw = kind.ljust(16, b"\0") + struct.pack("<QQ", following, size) + bytes(40)
    return raw + adler(raw)


def volume_data(chunks: int, sectors_per_chunk: int, sectors: int) -> bytes:
    raw = struct.pack("<B3xIIIQ", 1, chunks, sectors_per_chunk, 512, sectors).ljust(1048, b"\0")
    return raw + adler(raw)


def table_data(offsets: list[int], base: int = 0) -> bytes:
    head = struct.pack("<I4xQ4x", len(offsets), base)
    entries = struct.pack(f"<{len(offsets)}I", *offsets)
    return head + adler(head) + entries + adler(entries)


def write_e01(
    first: Path,
    data: bytes,
    *,
    sectors_per_chunk: int = 64,
    packed: bool = True,
    chunks_per_segment: int | None = None,
    md5: str | None = None,
    errors: tuple[tuple[int, int], ...] = (),
    last_at: int | None = None,
) -> list[Path]:
    """Writes `data` as an E01 set and returns its files. The last chunk of a segment stands at byte `last_at`.

    `packed`: every second chunk is stored plain otherwise. `md5` replaces the true stored hash.
    """
    size = sectors_per_chunk * 512
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    per_segment = chunks_per_segment or max(1, len(chunks))
    groups = [chunks[at : at + per_segment] for at in range(0, len(chunks), per_segment)] or [[]]
    paths = []
    for number, group in enumerate(groups, 1):
        path = first.with_suffix(f"{first.suffix[:2]}{number:02d}")
        with path.open("wb") as out:
            out.write(SIGNATURE + struct.pack("<BHH", 1, number, 0))
            if number == 1:
                _put(out, b"header", zlib.compress(MADE_UP_HEADER))
                _put(out, b"volume", volume_data(len(chunks), sectors_per_chunk, -(-len(data) // 512)))
            _put_chunks(out, group, packed, last_at)
            last = number == len(groups)
            if last and errors:
                head = struct.pack("<I", len(errors)).ljust(516, b"\0")
                entries = b"".join(struct.pack("<II", *error) for error in errors)
                _put(out, b"error2", head + adler(head) + entries + adler(entries))
            if last:
                stored = bytes.fromhex(md5 or hashlib.md5(data).hexdigest()) + bytes(16)
                _put(out, b"hash", stored + adler(stored))
            at = out.tell()
            out.write(section(b"done" if last else b"next", at, 76, at))
        paths.append(path)
    return paths


def _put(out, kind: bytes, data: bytes) -> None:
    at = out.tell()
    out.write(section(kind, at, 76 + len(data), at + 76 + len(data)) + data)


def _put_chunks(out, group: list[bytes], packed: bool, last_at: int | None) -> None:
    at = out.tell()
    position, offsets, bodies = at + 76, [], []
    for number, chunk in enumerate(group):
        squeeze = packed or number % 2 == 1
        body = zlib.compress(chunk) if squeeze else chunk + adler(chunk)
        if number == len(group) - 1:
            position = last_at or position
        offsets.append(position | (0x8000_0000 if squeeze and position < 0x8000_0000 else 0))
        bodies.append((position, body))
        position += len(body)
    out.write(section(b"sectors", at, position - at, position))
    for place, body in bodies:
        out.seek(place)
        out.write(body)
    table = table_data(offsets)
    _put(out, b"table", table)
    _put(out, b"table2", table)


def have(*tools: str) -> bool:
    """Whether all of these programs are installed."""
    return all(tool_path(tool) for tool in tools)


def tool_path(tool: str) -> str | None:
    return shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def run_tool(*words: object, stdin: bytes = b"", zone: str = "UTC") -> bytes:
    """The standard output of a program; fails the test when it fails."""
    program = tool_path(str(words[0]))
    assert program is not None
    done = subprocess.run(
        [program, *map(str, words[1:])], input=stdin, env={**os.environ, "TZ": zone}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def ext4_image(path: Path, tree: Path, mib: int = 16) -> Path:
    """An ext4 file system holding a copy of `tree` (needs mkfs.ext4)."""
    path.write_bytes(b"")
    os.truncate(path, mib << 20)
    run_tool("mkfs.ext4", "-q", "-F", "-d", tree, path)
    return path


def mbr_with(partitions: list[tuple[int, int, int]], size: int) -> bytearray:
    """A blank disk of `size` bytes with a master boot record; a partition is (type, first sector, sectors)."""
    disk = bytearray(size)
    for number, (kind, start, count) in enumerate(partitions):
        struct.pack_into("<4xB3xII", disk, 446 + 16 * number, kind, start, count)
        disk[446 + 16 * number + 1] = 1
    disk[510:512] = b"\x55\xaa"
    return disk


def fat_image(path: Path, files: dict[str, bytes], *, bits: int = 16, stamp: str = "2026-01-31 10:20:30") -> Path:
    """A FAT file system with these files in its root, all of one local time (needs mkfs.vfat and mtools)."""
    mib = {12: 2, 16: 16, 32: 40}[bits]
    path.write_bytes(b"")
    os.truncate(path, mib << 20)
    run_tool("mkfs.vfat", "-F", bits, *(["-s", 1] if bits == 32 else []), path)
    moment = datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()
    for name, data in files.items():
        source = path.with_name(f"{path.name}.part")
        source.write_bytes(data)
        os.utime(source, (moment, moment))
        run_tool("mcopy", "-m", "-i", path, source, f"::{name}")
        source.unlink()
    return path
