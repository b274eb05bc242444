"""The volume shadow copies that an NTFS volume keeps, through libvshadow: how many and of when. They are not read.

References: libvshadow, "Volume Shadow Snapshot (VSS) format" (volume header, catalog).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

import pyvshadow

from extractors.sources.disk_layout import Part
from extractors.sources.names import Findings
from extractors.sources.reading import RangeReader, buffered

HEADER_AT: Final = 0x1E00
IDENTIFIER: Final = uuid.UUID("3808876b-c176-4e48-b7ae-04046e6cc752").bytes_le
MOST_STORES: Final = 512  # Windows keeps 64 at most
FAILURES: Final = (OSError, ValueError, OverflowError, MemoryError)


def list_shadow_copies(part: Part, read_at: Callable[[int, int], bytes], findings: Findings) -> dict[str, str]:
    """Facts on the shadow copies of an NTFS volume; each is a note, since what only it holds is not listed."""

    def part_at(offset: int, size: int) -> bytes:
        return read_at(part.offset + offset, max(0, min(size, part.size - offset)))

    head = part_at(HEADER_AT, 64)
    # An offset of zero: shadow copies were once switched on and none is kept.
    if head[:16] != IDENTIFIER or not any(head[48:56]):
        return {}
    volume: Any = pyvshadow.volume()
    try:
        volume.open_file_object(buffered(RangeReader(part_at, part.size)))
    except FAILURES:
        findings.add("file", "shadow-copy", "shadow copies are kept, and their catalog cannot be read", part.key)
        return {"shadow copies": "their catalog cannot be read"}
    try:
        count = int(volume.number_of_stores)
        said = [_said(volume, number) for number in range(min(count, MOST_STORES))]
    finally:
        volume.close()
    for number, text in enumerate(said, 1):
        findings.add("note", "shadow-copy", f"shadow copy {number} of {count}, {text}: listed, not read", part.key)
    return {"shadow copies": "; ".join(said)} if said else {}


def _said(volume: Any, number: int) -> str:
    try:
        store = volume.get_store(number)
        made = store.get_creation_time()
        return f"made {made:%Y-%m-%d %H:%M:%S} UTC, {store.get_identifier()}, of {int(store.get_volume_size())} bytes"
    except FAILURES:
        return "whose entry cannot be read"
