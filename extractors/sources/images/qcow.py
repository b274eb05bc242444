"""QCOW disk images of QEMU, versions 1 to 3; a backing file only where it is named plainly and stands beside.

References: see `parsers.qcow`.
"""

from __future__ import annotations

from typing import Final

from extractors.sources.base import Image, Place
from extractors.sources.images.opening import Layer, named_parent, one_line, open_chain, open_layer
from extractors.sources.place import is_plain
from parsers.block_map import Disk, Parent
from parsers.qcow import MAGIC, read_qcow

KIND: Final = "QCOW"
TITLE: Final = "QEMU disk image (QCOW, QCOW2)"
LIMITS: Final = (
    "Snapshots inside a QCOW2 are named and not read. Encrypted images, and those that keep their data in another "
    "file, are not read. A backing file must be raw or QCOW and stand in the same folder."
)


def detect(place: Place, head: bytes) -> bool:
    """By signature."""
    return head[: len(MAGIC)] == MAGIC


def open_image(place: Place) -> Image:
    """The media of a QCOW image. Raises SourceError."""
    return open_chain(place, _open, _backing)


def _open(place: Place, form: str) -> Layer:
    """`form` is what a child says of its backing file; where it says nothing, the signature decides."""
    if form in ("", "qcow", "qcow2"):
        opened = place.open()
        known = opened.read_at(0, len(MAGIC)) == MAGIC
        opened.close()
        if known or form:
            return open_layer(place, read_qcow)
    elif form != "raw":
        raise one_line(place, f"a backing file of the format {form!r} is not read")
    return open_layer(place, lambda read, size: Disk(size, read))


def _backing(place: Place, parent: Parent) -> Place:
    if not is_plain(parent.name):
        raise one_line(place, f"refused: its backing file is named outside its folder, {parent.name!r}")
    return named_parent(place, parent)
