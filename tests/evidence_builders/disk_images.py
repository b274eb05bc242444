"""Disk images that no tool here writes: DMG, differencing VHD and VHDX, ESX extents. All by the published layouts."""

from __future__ import annotations

import bz2
import lzma
import plistlib
import random
import struct
import uuid
import zlib
from pathlib import Path

from parsers.vhdx import crc32c
from tests.evidence_builders.images import run_tool

SECTOR = 512
KINDS = {"zero": 0, "raw": 1, "ignored": 2, "adc": 0x8000_0004, "zlib": 0x8000_0005, "bzip2": 0x8000_0006}
KINDS |= {"lzfse": 0x8000_0007, "lzma": 0x8000_0008}


def media(size: int = 4 << 20, seed: int = 1) -> bytes:
    """Noise, text and zeros in turn, so that blocks are stored, packed and left out."""
    rng = random.Random(seed)
    data = bytearray()
    while len(data) < size:
        data += rng.randbytes(150_000) + b"a made-up line of text\n" * 20_000 + bytes(300_000)
    return bytes(data[:size])


def raw_file(folder: Path, data: bytes, name: str = "media.raw") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def convert(source: Path, target: Path, kind: str, *options: str) -> Path:
    """`target` written by qemu-img from a raw file."""
    run_tool("qemu-img", "convert", "-f", "raw", "-O", kind, *options, source, target)
    return target


def adc(data: bytes) -> bytes:
    """Packed with every sort of run: plain ones, and short and long copies where the last bytes repeat."""
    out, at = bytearray(), 0
    while at < len(data):
        run = 0
        while at and at + run < len(data) and run < 67 and data[at + run] == data[at - 1 + run]:
            run += 1
        if run >= 20:
            out += bytes([0x40 | run - 4, 0, 0])
        elif run >= 3:
            run = min(run, 18)
            out += bytes([run - 3 << 2, 0])
        else:
            run = min(128, len(data) - at)
            out += bytes([0x80 | run - 1]) + data[at : at + run]
        at += run
    return bytes(out)


def packed(kind: str, data: bytes) -> bytes:
    ways = {"zlib": zlib.compress, "bzip2": bz2.compress, "lzma": lzma.compress, "adc": adc, "raw": bytes}
    return ways[kind](data) if kind in ways else b"bvx2 made up" if kind == "lzfse" else b""


def write_dmg(path: Path, data: bytes, kinds: list[str], *, per_range: int = 256, tables: int = 2) -> Path:
    """A DMG whose ranges of `per_range` sectors are of these kinds in turn; one that is all zeros is "zero"."""
    sectors = len(data) // SECTOR
    body, listed = bytearray(), []
    share = -(-sectors // tables)
    turn = 0
    for number in range(tables):
        first, count = number * share, min(share, sectors - number * share)
        rows = []
        for start in range(first, first + count, per_range):
            length = min(per_range, first + count - start)
            piece = data[start * SECTOR : (start + length) * SECTOR]
            kind = kinds[turn % len(kinds)] if any(piece) else "zero"
            turn += any(piece)
            stored = packed(kind, piece)
            rows.append(struct.pack(">IIQQQQ", KINDS[kind], 0, start - first, length, len(body), len(stored)))
            body += stored
        rows.append(struct.pack(">IIQQQQ", 0xFFFF_FFFF, 0, count, 0, len(body), 0))
        head = b"mish" + struct.pack(">IQQQII", 1, first, count, 0, per_range + 8, number) + bytes(24)
        checksum = zlib.crc32(data[first * SECTOR : (first + count) * SECTOR])
        head += struct.pack(">III124xI", 2, 32, checksum, len(rows))
        listed.append(
            {"Attributes": "0x0050", "Name": f"part {number}", "ID": str(number), "Data": head + b"".join(rows)}
        )
    table = plistlib.dumps({"resource-fork": {"blkx": listed, "plst": []}})
    trailer = bytearray(512)
    struct.pack_into(">4sIIIQQQQQII", trailer, 0, b"koly", 4, 512, 1, 0, 0, len(body), 0, 0, 1, 1)
    struct.pack_into(">QQ", trailer, 216, len(body), len(table))
    struct.pack_into(">IQ", trailer, 488, 1, sectors)
    path.write_bytes(bytes(body) + table + trailer)
    return path


def vhd_child(path: Path, parent: Path, data: bytes, changed: set[int]) -> Path:
    """A differencing VHD of a dynamic one: the sectors in `changed` are its own, with the bytes of `data`."""
    footer = bytearray(parent.read_bytes()[-512:])
    identity = bytes(footer[68:84])
    struct.pack_into(">I", footer, 60, 4)
    footer[68:84] = uuid.UUID(int=7).bytes
    _sum(footer, 64)
    block, sectors = 2 << 20, len(data) // SECTOR
    blocks = -(-len(data) // block)
    header = bytearray(b"cxsparse" + struct.pack(">QQIII", 0xFFFF_FFFF_FFFF_FFFF, 1536, 0x10000, blocks, block)).ljust(
        1024, b"\0"
    )
    header[40:56] = identity
    name = parent.name.encode("utf-16-be")
    header[64 : 64 + len(name)] = name
    _sum(header, 36)
    table_size = -(-blocks * 4 // 512) * 512
    table, body, at = [], bytearray(), 1536 + table_size
    for number in range(blocks):
        mine = [sector for sector in range(number * 4096, min((number + 1) * 4096, sectors)) if sector in changed]
        if not mine:
            table.append(0xFFFF_FFFF)
            continue
        table.append((at + len(body)) // 512)
        bitmap, content = bytearray(512), bytearray(block)
        for sector in mine:
            within = sector % 4096
            bitmap[within // 8] |= 0x80 >> within % 8
            content[within * 512 : within * 512 + 512] = data[sector * 512 : sector * 512 + 512]
        body += bitmap + content
    listed = struct.pack(f">{blocks}I", *table).ljust(table_size, b"\xff")
    path.write_bytes(bytes(footer + header) + listed + bytes(body) + bytes(footer))
    return path


def _sum(raw: bytearray, at: int) -> None:
    struct.pack_into(">I", raw, at, 0)
    struct.pack_into(">I", raw, at, ~sum(raw) & 0xFFFF_FFFF)


def vhdx_child(path: Path, parent: Path, data: bytes, changed: set[int], *, log: bytes = bytes(16)) -> Path:
    """A differencing VHDX with blocks of 1 MiB; the sectors in `changed` are its own. `log`: a log's identifier."""
    mib, sector = 1 << 20, SECTOR
    linked = uuid.UUID(bytes_le=_current_header(parent)[32:48])
    blocks, ratio = -(-len(data) // mib), 4096
    pairs = [("parent_linkage", f"{{{linked}}}"), ("relative_path", f".\\{parent.name}")]
    locator, text = bytearray(uuid.UUID("b04aefb7-d19e-4a81-b789-25b8e9445913").bytes_le), bytearray()
    locator += struct.pack("<HH", 0, len(pairs))
    for key, value in pairs:
        words = key.encode("utf-16-le"), value.encode("utf-16-le")
        start = 20 + 12 * len(pairs) + len(text)
        locator += struct.pack("<IIHH", start, start + len(words[0]), len(words[0]), len(words[1]))
        text += b"".join(words)
    items = [
        ("caa16737-fa36-4d43-b3b6-33f0aa44e76b", struct.pack("<II", mib, 2), 4),
        ("2fa54224-cd1b-4876-b211-5dbed83bf4b8", struct.pack("<Q", len(data)), 6),
        ("beca12ab-b2e6-4523-93ef-c309e000c746", uuid.UUID(int=9).bytes_le, 6),
        ("8141bf1d-a96f-4709-ba47-f233a8faab5f", struct.pack("<I", sector), 6),
        ("cda348c7-445d-4471-9cc9-e9885251c556", struct.pack("<I", 4096), 6),
        ("a8d35f2d-b30b-454d-abf7-d3d84834ab0c", bytes(locator + text), 4),
    ]
    metadata = bytearray(b"metadata" + struct.pack("<HH20x", 0, len(items)))
    values = bytearray()
    for name, value, flags in items:
        metadata += uuid.UUID(name).bytes_le + struct.pack("<IIII", (1 << 16) + len(values), len(value), flags, 0)
        values += value
    metadata = metadata.ljust(1 << 16, b"\0") + values
    bitmap, body, bat = bytearray(mib), bytearray(), [0] * (ratio + 1)
    for number in range(blocks):
        mine = [at for at in range(number * 2048, min((number + 1) * 2048, len(data) // sector)) if at in changed]
        if not mine:
            continue
        bat[number] = (5 + len(body) // mib << 20) | (6 if len(mine) == 2048 else 7)
        content = bytearray(mib)
        for each in mine:
            bitmap[each // 8] |= 1 << each % 8
            within = each % 2048 * sector
            content[within : within + sector] = data[each * sector : (each + 1) * sector]
        body += content
    bat[ratio] = (4 << 20) | 6
    head = bytearray(b"vhdxfile").ljust(1 << 16, b"\0")
    for sequence in (1, 2):
        one = bytearray(b"head" + bytes(4) + struct.pack("<Q", sequence) + uuid.UUID(int=3).bytes_le).ljust(4096, b"\0")
        one[32:48], one[48:64] = uuid.UUID(int=4).bytes_le, log
        struct.pack_into("<HHIQ", one, 64, 0, 1, mib, mib)
        struct.pack_into("<I", one, 4, crc32c(bytes(one)))
        head += one.ljust(1 << 16, b"\0")
    regions = bytearray(b"regi" + bytes(4) + struct.pack("<II", 2, 0))
    for name, at in (("2dc27766-f623-4200-9d64-115e9bfd4a08", 2), ("8b7ca206-4790-4b9a-b8fe-575f050f886e", 3)):
        regions += uuid.UUID(name).bytes_le + struct.pack("<QII", at * mib, mib, 1)
    regions = regions.ljust(1 << 16, b"\0")
    struct.pack_into("<I", regions, 4, crc32c(bytes(regions)))
    head = (head + regions + regions).ljust(2 * mib, b"\0")
    listed = struct.pack(f"<{len(bat)}Q", *bat).ljust(mib, b"\0")
    path.write_bytes(bytes(head) + listed + bytes(metadata.ljust(mib, b"\0")) + bytes(bitmap + body))
    return path


def _current_header(path: Path) -> bytes:
    raw = path.read_bytes()
    heads = [raw[at : at + 4096] for at in (1 << 16, 2 << 16)]
    return max(heads, key=lambda head: struct.unpack_from("<Q", head, 8)[0])


def write_esx(folder: Path, data: bytes, name: str = "disk") -> Path:
    """A descriptor and the sparse extent of ESX beside it; grains of one sector that are all zeros are left out."""
    sectors = len(data) // SECTOR
    tables = -(-sectors // 4096)
    at = 4 + -(-tables * 4 // SECTOR)
    start = at + tables * 32
    directory, entries, body = [at + number * 32 for number in range(tables)], [0] * (tables * 4096), bytearray()
    for sector in range(sectors):
        piece = data[sector * SECTOR : (sector + 1) * SECTOR]
        if any(piece):
            entries[sector] = start + len(body) // SECTOR
            body += piece
    head = struct.pack("<4sIIIIIII", b"COWD", 1, 3, sectors, 1, 4, tables, start).ljust(2048, b"\0")
    head += struct.pack(f"<{tables}I", *directory).ljust((at - 4) * SECTOR, b"\0")
    (folder / f"{name}-delta.vmdk").write_bytes(head + struct.pack(f"<{len(entries)}I", *entries) + bytes(body))
    return write_descriptor(
        folder / f"{name}.vmdk", [f'RW {sectors} VMFSSPARSE "{name}-delta.vmdk"'], kind="vmfsSparse"
    )


def write_descriptor(path: Path, extents: list[str], kind: str = "monolithicFlat", more: str = "") -> Path:
    """A VMDK descriptor with these extent lines."""
    lines = ["# Disk DescriptorFile", "version=1", "CID=12345678", "parentCID=ffffffff", f'createType="{kind}"', more]
    path.write_text("\n".join([*lines, "# Extent description", *extents, 'ddb.adapterType = "ide"', ""]))
    return path
