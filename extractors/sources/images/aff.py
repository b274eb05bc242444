"""AFF images of version 3: told by their signature, and not read.

References:
- AFFLIB, "AFF file format" (the eight bytes at the start)
"""

from __future__ import annotations

from typing import Final, NoReturn

from extractors.sources.base import Place, SourceError
from extractors.sources.names import shown

KIND: Final = "AFF"
TITLE: Final = "AFF image (version 3)"
LIMITS: Final = "It is named and not read: convert it to raw or E01 first."
SIGNATURE: Final = b"AFF10\r\n\0"


def detect(place: Place, head: bytes) -> bool:
    """By signature."""
    return head[:8] == SIGNATURE


def open_image(place: Place) -> NoReturn:
    """Raises SourceError, which says what to do instead."""
    raise SourceError(f"{shown(place.name)}: an AFF image of version 3 is not read: convert it to raw or E01 first")
