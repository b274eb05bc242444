"""VHD disk images of Virtual PC and Hyper-V: fixed, dynamic, and differencing with their parents.

References: see `parsers.vhd`.
"""

from __future__ import annotations

from typing import Final

from extractors.sources.base import Image, Place
from extractors.sources.images.opening import open_chain, open_layer, read_tail
from parsers.vhd import COOKIE, FOOTER, read_vhd

KIND: Final = "VHD"
TITLE: Final = "Virtual Hard Disk (VHD)"
LIMITS: Final = "A differencing VHD opens only with its parent in the same folder."
_NAMES: Final = (".vhd", ".avhd", ".vud")


def detect(place: Place, head: bytes) -> bool:
    """By the copy of the footer at the start; a fixed disk has none, and is told by its name and the footer."""
    if head[: len(COOKIE)] == COOKIE:
        return True
    if not place.name.lower().endswith(_NAMES) or place.size < FOOTER:
        return False
    return COOKIE in read_tail(place, FOOTER)[:9]


def open_image(place: Place) -> Image:
    """The media of a VHD. Raises SourceError."""
    return open_chain(place, lambda here, _format: open_layer(here, read_vhd))
