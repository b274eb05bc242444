"""VDI disk images of VirtualBox; the parent of a differencing one is found by its identifier.

References: see `parsers.vdi`.
"""

from __future__ import annotations

from typing import Final

from extractors.sources.base import Image, Place, SourceError
from extractors.sources.images.opening import one_line, open_chain, open_layer
from parsers.block_map import Parent
from parsers.vdi import is_vdi, read_vdi

KIND: Final = "VDI"
TITLE: Final = "VirtualBox disk image (VDI)"
LIMITS: Final = "A differencing VDI opens only with its parent in the same folder."
MOST_ASKED: Final = 200


def detect(place: Place, head: bytes) -> bool:
    """By signature."""
    return is_vdi(head)


def open_image(place: Place) -> Image:
    """The media of a VDI. Raises SourceError."""
    return open_chain(place, lambda here, _format: open_layer(here, read_vdi), _parent)


def _parent(place: Place, parent: Parent) -> Place:
    names = [name for name in place.names() if name.lower().endswith(".vdi") and name != place.name]
    for name in names[:MOST_ASKED]:
        found = place.beside(name)
        if found is not None and _identity(found) == parent.identity:
            return found
    raise one_line(
        place, f"its parent, the VDI with the identifier {parent.identity}, is not beside it: it is incomplete without"
    )


def _identity(place: Place) -> str:
    try:
        layer = open_layer(place, read_vdi)
    except SourceError:
        return ""  # another file that cannot be the parent
    layer.close()
    return layer.disk.identity
