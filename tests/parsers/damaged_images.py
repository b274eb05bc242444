"""Disk images with bytes changed, cut and moved about; a parser may read them or raise ValueError."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

from parsers.block_map import Disk, ReadAt
from parsers.qcow import read_qcow
from parsers.udif import read_udif
from parsers.vdi import read_vdi
from parsers.vhd import read_vhd
from parsers.vhdx import crc32c, read_vhdx
from parsers.vmdk import embedded_descriptor, read_extent
from parsers.vmdk_descriptor import read_descriptor
from tests.evidence_builders.disk_images import convert, media, raw_file, vhd_child, vhdx_child, write_dmg, write_esx

Parser = Callable[[ReadAt, int], Disk]
NUMBERS = (
    0,
    1,
    2,
    7,
    0x7F,
    0x80,
    0xFF,
    0x1FF,
    0xFFFF,
    0x7FFF_FFFF,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
    1 << 40,
    1 << 60,
    (1 << 64) - 1,
)


def _vmdk(read: ReadAt, size: int) -> Disk:
    disk = read_extent(read, size)
    text = embedded_descriptor(read)
    if text:
        read_descriptor(text)
    return disk


def samples(folder: Path) -> dict[str, tuple[bytes, Parser]]:
    """(bytes, parser) of one small image of each sort (needs qemu-img)."""
    data = media(3 << 20)
    raw = raw_file(folder, data)
    made: dict[str, tuple[Path, Parser]] = {}
    written = [("vpc", "vhd", "", read_vhd), ("vhdx", "vhdx", "block_size=1M", read_vhdx), ("vdi", "vdi", "", read_vdi)]
    written += [
        ("qcow2", "qcow2", "cluster_size=4k", read_qcow),
        ("vmdk", "vmdk", "", _vmdk),
        ("qcow", "qcow", "", read_qcow),
    ]
    written += [("qcow2", "extended", "extended_l2=on,cluster_size=64k", read_qcow)]
    for form, name, options, parser in written:
        path = folder / f"sample.{name}"
        made[name] = (convert(raw, path, form, *(["-o", options] if options else [])), parser)
    for name, options in (("zlib", "cluster_size=4k"), ("zstd", "compression_type=zstd,cluster_size=4k")):
        made[name] = (convert(raw, folder / f"{name}.qcow2", "qcow2", "-c", "-o", options), read_qcow)
    made["stream"] = (convert(raw, folder / "s.vmdk", "vmdk", "-o", "subformat=streamOptimized"), _vmdk)
    write_esx(folder, data)
    made["esx"] = (folder / "disk-delta.vmdk", _vmdk)
    changed = set(range(100, 300)) | set(range(4500, 4700, 3))
    made["vhd child"] = (vhd_child(folder / "c.vhd", made["vhd"][0], data, changed), read_vhd)
    made["vhdx child"] = (vhdx_child(folder / "c.vhdx", made["vhdx"][0], data, changed), read_vhdx)
    made["dmg"] = (write_dmg(folder / "a.dmg", data, ["zlib", "raw", "adc", "bzip2", "lzma"]), read_udif)
    return {name: (path.read_bytes(), parser) for name, (path, parser) in made.items()}


def damaged(data: bytes, seed: int) -> bytes:
    """The image with a few things changed, mostly where its tables are."""
    rng = random.Random(seed)
    raw = bytearray(data)
    hot = [(0, 1024), (0, 600), (len(raw) - 1024, 1024), (1 << 16, 100), (3 << 16, 120), (1 << 20, 200), (2 << 20, 400)]
    hot += [(3 << 20, 300), ((3 << 20) + (1 << 16), 300), (512, 1100), (0, len(raw)), (0, len(raw))]
    for _ in range(rng.randint(1, 5)):
        start, length = rng.choice(hot)
        at = max(0, min(len(raw) - 9, start + rng.randrange(length)))
        way = rng.randrange(6)
        if way == 0:
            raw[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            raw[at] = rng.randrange(256)
        elif way == 2:
            struct.pack_into(rng.choice("<>") + "I", raw, at & ~3, rng.choice(NUMBERS) & 0xFFFF_FFFF)
        elif way == 3:
            struct.pack_into(rng.choice("<>") + "Q", raw, at & ~7, rng.choice(NUMBERS))
        elif way == 4:
            source = rng.randrange(len(raw))
            piece = raw[source : source + rng.randrange(1, 600)]
            raw[at : at + len(piece)] = piece
        elif rng.random() < 0.3:
            del raw[max(600, rng.randrange(len(raw))) :]
    if raw[:8] == b"vhdxfile" and rng.random() < 0.9:
        _true_checksums(raw)
    return bytes(raw)


def _true_checksums(raw: bytearray) -> None:
    """A VHDX whose checksums are wrong is refused at once: made right, the rest is tried too."""
    for at, size in ((1 << 16, 4096), (2 << 16, 4096)):
        if len(raw) >= at + size:
            struct.pack_into("<I", raw, at + 4, 0)
            struct.pack_into("<I", raw, at + 4, crc32c(bytes(raw[at : at + size])))


def tried(data: bytes, parser: Parser, seed: int) -> str:
    """What came of it: "read", "partly" or "refused". Anything but ValueError comes through."""
    rng = random.Random(seed)

    def read(offset: int, size: int) -> bytes:
        assert offset >= 0
        assert size >= 0
        return data[offset : offset + size]

    try:
        disk = parser(read, len(data))
    except ValueError as error:
        assert "\n" not in str(error)
        return "refused"
    if disk.put_behind is not None and disk.parent is not None:
        disk.put_behind(lambda offset, size: bytes(max(0, min(size, (1 << 20) - offset))))
    outcome = "read"
    for _ in range(6):
        at, size = (
            rng.choice([rng.randrange(disk.size), disk.size - 1, 0, rng.randrange(min(disk.size, 4 << 20))]),
            300_000,
        )
        try:
            found = disk.read_at(at, size)
            assert len(found) == min(size, disk.size - at)
        except ValueError:
            outcome = "partly"
    return outcome
