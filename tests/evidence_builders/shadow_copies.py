"""The headers and catalog of made-up volume shadow copies, put where a volume keeps them; no copied block is in them.

References: libvshadow, "Volume Shadow Snapshot (VSS) format".
"""

from __future__ import annotations

import struct
import uuid

IDENTIFIER = uuid.UUID("3808876b-c176-4e48-b7ae-04046e6cc752").bytes_le
BLOCK = 16 << 10


def _block(kind: int, at: int, following: int = 0) -> bytes:
    return IDENTIFIER + struct.pack("<IIQQQ", 1, kind, at, at, following) + bytes(80)


def with_shadow_copies(image: bytearray, copies: list[tuple[uuid.UUID, int]], at: int) -> bytearray:
    """The same volume with (identifier, FILETIME) of each copy; the catalog is written over what stands at `at`."""
    head = IDENTIFIER + struct.pack("<IIQQQQQ", 1, 1, 0x1E00, 0, 0, at, 0) + bytes(32)
    image[0x1E00 : 0x1E00 + len(head)] = head
    catalog = bytearray(_block(2, at))
    for number, (name, made) in enumerate(copies, 1):
        store = at + number * 8 * BLOCK
        catalog += struct.pack("<QQ16sQQQ", 2, len(image), name.bytes_le, number, 0x440, made).ljust(128, b"\0")
        places = (store + BLOCK, store, store + 2 * BLOCK, store + 3 * BLOCK, 0, BLOCK, 0)
        catalog += struct.pack("<QQ16s6Q", 3, places[0], name.bytes_le, *places[1:]).ljust(128, b"\0")
        about = uuid.uuid5(name, "made up").bytes_le * 3 + struct.pack("<IIII", 9, 1, 0x420009, 0)
        machine = "EXAMPLE".encode("utf-16-le")
        about += (struct.pack("<H", len(machine)) + machine) * 2
        image[store : store + BLOCK] = (_block(4, store) + about).ljust(BLOCK, b"\0")
        for kind, place in ((3, store + BLOCK), (5, store + 2 * BLOCK), (6, store + 3 * BLOCK)):
            image[place : place + BLOCK] = _block(kind, place).ljust(BLOCK, b"\0")
    image[at : at + BLOCK] = bytes(catalog).ljust(BLOCK, b"\0")
    return image
