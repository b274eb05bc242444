"""Apple disk images (DMG). Encrypted and sparse ones are claimed too, so that opening can say why they are not read.

References: see `parsers.udif`.
"""

from __future__ import annotations

from typing import Final

from extractors.sources.base import Image, Place
from extractors.sources.images.opening import open_chain, open_layer, read_tail
from parsers.block_map import Disk, ReadAt
from parsers.udif import ENCRYPTED_HEAD, ENCRYPTED_TAIL, SIGNATURE, SPARSE_IMAGE, TRAILER, is_encrypted, read_udif

KIND: Final = "DMG"
TITLE: Final = "Apple disk image (DMG)"
LIMITS: Final = (
    "Encrypted, segmented and sparse disk images, sparse bundles, and old ones with their tables in a resource fork "
    "are not read, nor are ranges that are compressed with LZFSE."
)
_NAMES: Final = (".dmg", ".smi", ".cdr", ".img")
# How the first compressed range of a disk image begins; a file of another name is looked at only then.
_PACKED: Final = (b"x\x01", b"x\x9c", b"x\xda", b"BZh", b"\xfd7zXZ", b"bvx")


def detect(place: Place, head: bytes) -> bool:
    """By the trailer at the end."""
    if head.startswith((ENCRYPTED_HEAD, SPARSE_IMAGE)):
        return True
    if place.size < TRAILER or not (place.name.lower().endswith(_NAMES) or head.startswith(_PACKED)):
        return False
    tail = read_tail(place, TRAILER)
    return tail.startswith(SIGNATURE) or tail.endswith(ENCRYPTED_TAIL)


def open_image(place: Place) -> Image:
    """The media of a disk image. Raises SourceError."""
    return open_chain(place, lambda here, _format: open_layer(here, _read))


def _read(read: ReadAt, file_size: int) -> Disk:
    if is_encrypted(read, file_size):
        raise ValueError("it is an encrypted disk image: not read")
    if read(0, len(SPARSE_IMAGE)) == SPARSE_IMAGE:
        raise ValueError("it is a sparse image (sparseimage): not read")
    return read_udif(read, file_size)
