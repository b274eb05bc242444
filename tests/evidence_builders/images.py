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


def exfat_image(path: Path, files: list[tuple[str, bytes, bool, tuple[int, int, int]]]) -> Path:
    """A small exFAT volume; a file is (name, bytes, deleted, (DOS time and date, hundredths, UTC offset byte)).

    References: "exFAT file system specification", Microsoft.
    """
    sectors, heap, cluster = 8192, 128, 4096
    count = (sectors - heap) // 8
    boot = bytearray(512)
    boot[:11] = b"\xeb\x76\x90EXFAT   "
    struct.pack_into("<QIIIIIIHHBBBB", boot, 72, sectors, 24, 32, heap, count, 4, 0x1234, 0x100, 0, 9, 3, 1, 0x80)
    boot[510:] = b"\x55\xaa"
    image = bytearray(sectors * 512)
    image[:512] = image[12 * 512 : 13 * 512] = boot

    def place(number: int, data: bytes) -> None:
        start = heap * 512 + (number - 2) * cluster
        image[start : start + len(data)] = data

    fat = [0xFFFFFFF8, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF]
    used = bytearray(-(-count // 8))
    used[0] = 0b111
    upcase = b"".join(struct.pack("<H", ord(chr(n).upper())) for n in range(128))
    root = b"\x81\0" + bytes(18) + struct.pack("<IQ", 2, len(used))
    root += b"\x82\0\0\0" + struct.pack("<I", 0) + bytes(12) + struct.pack("<IQ", 3, len(upcase))
    following = 5
    for name, data, deleted, (stamp, hundredths, offset) in files:
        text = name.encode("utf-16-le")
        parts = [text[at : at + 30].ljust(30, b"\0") for at in range(0, len(text), 30)]
        times = struct.pack("<III5B", stamp, stamp, stamp, hundredths, hundredths, offset, offset, offset)
        entry = bytearray(b"\x85" + bytes([1 + len(parts)]) + bytes(2) + struct.pack("<H2x", 0x20) + times + bytes(7))
        stream = bytearray(struct.pack("<BBxBH2xQ4xIQ", 0xC0, 3, len(name), 0, len(data), following, len(data)))
        names = [bytearray(b"\xc1\0" + part) for part in parts]
        total = 0
        for at, byte in enumerate(entry + stream + b"".join(names)):
            if at not in (2, 3):
                total = ((total << 15 | total >> 1) + byte) & 0xFFFF
        struct.pack_into("<H", entry, 2, total)
        for part in (entry, stream, *names):
            part[0] &= 0x7F if deleted else 0xFF
            root += part
        place(following, data)
        for number in range(following, following + -(-len(data) // cluster)):
            if not deleted:
                used[(number - 2) // 8] |= 1 << (number - 2) % 8
        following += -(-len(data) // cluster)
    place(2, used)
    place(3, upcase)
    place(4, root)
    image[24 * 512 : 24 * 512 + 20] = struct.pack("<5I", *fat)
    path.write_bytes(image)
    return path
