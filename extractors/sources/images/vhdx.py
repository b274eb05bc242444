"""VHDX disk images of Hyper-V: fixed, dynamic, and differencing with their parents.

References: see `parsers.vhdx`.
"""

from __future__ import annotations

from typing import Final

from extractors.sources.base import Image, Place
from extractors.sources.images.opening import open_chain, open_layer
from parsers.vhdx import SIGNATURE, read_vhdx

KIND: Final = "VHDX"
TITLE: Final = "Virtual Hard Disk 2 (VHDX)"
LIMITS: Final = (
    "The log of a VHDX that was not closed cleanly is not applied. "
    "A differencing VHDX opens only with its parent in the same folder."
)


def detect(place: Place, head: bytes) -> bool:
    """By signature."""
    return head[: len(SIGNATURE)] == SIGNATURE


def open_image(place: Place) -> Image:
    """The media of a VHDX. Raises SourceError."""
    return open_chain(place, lambda here, _format: open_layer(here, read_vhdx))
