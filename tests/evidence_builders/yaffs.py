"""Small YAFFS2 images in code, as they are read off a flash chip: pages of 2048 bytes, each with 64 spare bytes.

References: YAFFS, "How YAFFS Works" (objects, chunks, tags); The Sleuth Kit, "YAFFS2" (layout of the spare area).
"""

from __future__ import annotations

import struct

PAGE, SPARE, PAGES = 2048, 64, 64
FIRST_SEQUENCE = 0x1000
ROOT, FOLDER, FILE = 1, 3, 1


def _head(kind: int, parent: int, name: str, size: int) -> bytes:
    raw = struct.pack("<IIH", kind, parent, 0xFFFF) + name.encode().ljust(258, b"\0")
    mode = 0o40755 if kind == FOLDER else 0o100644
    times = (1_700_000_000, 1_700_000_001, 1_700_000_002)
    return raw + struct.pack("<IIIIIIIi", mode, 0, 0, *times, size, -1) + bytes(160)


def yaffs_image(files: dict[str, bytes], folder: str = "photos") -> bytes:
    """An image of these files in one folder below the root."""
    chunks: list[tuple[bytes, int, int, int]] = [
        (_head(FOLDER, ROOT, "", 0), ROOT, 0, 0xFFFF),
        (_head(FOLDER, ROOT, folder, 0), 257, 0, 0xFFFF),
    ]
    for number, (name, data) in enumerate(files.items(), 258):
        chunks.append((_head(FILE, 257, name, len(data)), number, 0, 0xFFFF))
        pieces = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
        chunks += [(piece, number, place, len(piece)) for place, piece in enumerate(pieces, 1)]
    pages = []
    for place, (data, number, chunk, size) in enumerate(chunks):
        tags = struct.pack("<IIII", FIRST_SEQUENCE + 1 + place // PAGES, number, chunk, size)
        pages.append(data.ljust(PAGE, b"\xff") + tags.ljust(SPARE, b"\xff"))
    erased = b"\xff" * (PAGE + SPARE)
    return b"".join(pages) + erased * (-len(pages) % PAGES + PAGES)
