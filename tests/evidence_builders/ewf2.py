"""EWF version 2 sets in code (Ex01, Lx01), every field under the test's control."""

from __future__ import annotations

import bz2
import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.evidence_builders.images import adler

DEVICE, CASE, SECTORS, TABLE, ERRORS, MD5, SHA1, KEYS, NEXT, DONE, FILES = 1, 2, 3, 4, 5, 8, 9, 11, 13, 15, 32
PACK: dict[int, Callable[[bytes], bytes]] = {1: zlib.compress, 2: bz2.compress}


def listing(names: dict[str, str]) -> str:
    return "1\nmain\n" + "\t".join(names) + "\n" + "\t".join(names.values()) + "\n\n"


class Segment:
    """One file as it is written: sections one behind the other, each descriptor pointing at the one before."""

    def __init__(self, signature: bytes, number: int, method: int) -> None:
        self.raw = bytearray(signature + struct.pack("<BBHI", 2, 1, method, number) + bytes(range(16)))
        self.last = 0

    def add(self, kind: int, data: bytes = b"", flags: int = 1) -> int:
        """Adds a section and returns where its data begins."""
        at = len(self.raw)
        padding = -len(data) % 16
        data += bytes(padding)
        self.raw += data
        digest = hashlib.md5(data).digest() if flags & 1 else bytes(16)
        head = struct.pack("<IIQQII", kind, flags, self.last, len(data), 64, padding) + digest + bytes(12)
        self.last = len(self.raw)
        self.raw += head + adler(head)
        return at


def table_of(first: int, entries: list[tuple[int, int, int]]) -> bytes:
    head = struct.pack("<QII", first, len(entries), 0)
    rows = b"".join(struct.pack("<QII", *entry) for entry in entries)
    return head + adler(head) + bytes(12) + rows + adler(rows) + bytes(12)


def write_ex01(
    first: Path,
    data: bytes,
    *,
    method: int = 1,
    sectors_per_chunk: int = 16,
    chunks_per_segment: int | None = None,
    bare_bzip2: bool = False,
    packed: bool = True,
    errors: tuple[tuple[int, int], ...] = (),
    encrypted: bool = False,
    files: bytes | None = None,
) -> list[Path]:
    """Writes `data` as a set and returns its files; with `files`, a Lx01 that holds that list of single files.

    `bare_bzip2` leaves out the head and the end of each bzip2 stream, as EnCase does.
    """
    size = sectors_per_chunk * 512
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    per_segment = chunks_per_segment or max(1, len(chunks))
    groups = [chunks[at : at + per_segment] for at in range(0, len(chunks), per_segment)] or [[]]
    device = {"sn": "", "md": "Example", "ts": str(len(data) // 512), "dt": "l" if files else "f", "bp": "512"}
    case = {"nm": "made-up disk", "cn": "CASE-1", "ex": "Ann Example", "nt": "two\1lines", "tb": str(len(chunks))}
    paths = []
    for number, group in enumerate(groups, 1):
        segment = Segment(b"LEF2\r\n\x81\x00" if files is not None else b"EVF2\r\n\x81\x00", number, method)
        flags = 3 if encrypted else 1
        pack = PACK[method]
        segment.add(DEVICE, pack(listing(device).encode("utf-16")), flags)
        segment.add(CASE, pack(listing(case | {"cp": str(method), "sb": str(sectors_per_chunk)}).encode("utf-16")))
        _add_chunks(segment, group, (number - 1) * per_segment, pack if packed else None, bare_bzip2)
        last = number == len(groups)
        if last:
            _add_end(segment, data, errors, files)
        segment.add(DONE if last else NEXT, flags=0)
        path = first.with_suffix(f"{first.suffix[:3]}{number:02d}")
        path.write_bytes(segment.raw)
        paths.append(path)
    return paths


def _add_end(segment: Segment, data: bytes, errors: tuple[tuple[int, int], ...], files: bytes | None) -> None:
    if files is not None:
        segment.add(FILES, files)
    if errors:
        head = struct.pack("<I12x", len(errors))
        rows = b"".join(struct.pack("<QII", start, count, 0) for start, count in errors)
        segment.add(ERRORS, head + adler(head) + bytes(12) + rows + adler(rows) + bytes(12))
    for kind, digest in ((MD5, hashlib.md5(data).digest()), (SHA1, hashlib.sha1(data).digest())):
        segment.add(kind, digest + adler(digest))


def _add_chunks(
    segment: Segment, group: list[bytes], first: int, pack: Callable[[bytes], bytes] | None, bare: bool
) -> None:
    start = len(segment.raw)
    stored = bytearray()
    entries = []
    for chunk in group:
        if chunk == chunk[:8] * (len(chunk) // 8):
            entries.append((struct.unpack("<Q", chunk[:8])[0], 0, 5))
            continue
        body = pack(chunk) if pack else chunk + adler(chunk)
        if bare:
            body = body[4:-10]  # the end need not stand on a byte's edge: what is cut is never needed
        entries.append((start + len(stored), len(body), 1 if pack else 2))
        stored += body + bytes(-len(body) % 16)
    segment.add(SECTORS, bytes(stored), flags=0)
    segment.add(TABLE, table_of(first, entries))
