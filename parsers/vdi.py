"""VDI disk images of VirtualBox: dynamic, fixed and differencing.

References: "VDI: VirtualBox disk image", description of the version 1.1 header in the VirtualBox user forum; the header
of images that qemu-img writes.
"""

from __future__ import annotations

import struct
import uuid
from typing import Final

from parsers.block_map import BEHIND, ZEROS, BlockMedia, Disk, Parent, ReadAt, beyond, check_geometry, numbers

SIGNATURE: Final = b"\x7f\x10\xda\xbe"
TYPES: Final = {1: "dynamic", 2: "fixed", 3: "undo", 4: "differencing"}
FREE, ZERO = 0xFFFF_FFFF, 0xFFFF_FFFE
HEADER: Final = 456


def is_vdi(head: bytes) -> bool:
    """Whether a file begins as a VDI of any version."""
    return head[64:68] == SIGNATURE


def read_vdi(read: ReadAt, file_size: int) -> Disk:
    """The media of a VDI file; a differencing one names its parent by identifier only. Raises ValueError."""
    raw = read(0, HEADER)
    if len(raw) < HEADER or not is_vdi(raw):
        raise ValueError("it has no VDI header")
    minor, major = struct.unpack_from("<HH", raw, 68)
    if major != 1:
        raise ValueError(f"VDI version {major}.{minor} is not read")
    (kind,) = struct.unpack_from("<I", raw, 76)
    table_at, data_at = struct.unpack_from("<II", raw, 340)
    size, block, extra, blocks = struct.unpack_from("<QIII", raw, 368)
    if kind not in TYPES:
        raise ValueError(f"a VDI of type {kind} is not known")
    check_geometry(size, block)
    if extra % 512 or extra > block:
        raise ValueError(f"{extra} bytes before each block cannot be")
    needed = -(-size // block)
    if blocks < needed:
        raise ValueError(f"its table has {blocks} entries, and the media of {size} bytes need {needed}")
    table = numbers(read, table_at, needed, "I", big=False)
    created, _modified, linked, _linked_modified = (
        str(uuid.UUID(bytes_le=raw[at : at + 16])) for at in range(392, 456, 16)
    )
    child = linked != str(uuid.UUID(int=0))
    step = block + extra

    def locate(number: int) -> int:
        place = table[number]
        if place >= ZERO:
            return BEHIND if place == FREE and child else ZEROS
        return int(data_at + place * step + extra)

    media = BlockMedia(size, block, locate, read)
    facts = {"disk type": TYPES[kind], "block size": f"{block} bytes", "identifier": created}
    text = beyond(table, step, step, file_size, (FREE, ZERO), data_at)
    parent = Parent("", linked) if child else None
    return Disk(size, media.read_at, facts, [text] if text else [], [], created, parent, media.put_behind)
