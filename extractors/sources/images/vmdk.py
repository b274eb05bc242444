"""VMDK disk images of VMware: one file or many, sparse, flat or compressed, and deltas with their parents.

The descriptor of such an image names files. Only files of its own folder are ever opened; a name that leads elsewhere
(a path, a device) is refused.

References: see `parsers.vmdk` and `parsers.vmdk_descriptor`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from extractors.sources.base import Bytes, Image, Place, SourceError
from extractors.sources.images.opening import Layer, one_line, open_chain, within
from extractors.sources.place import is_plain
from parsers.block_map import Disk, Parent, ReadAt
from parsers.joined import Joined, Piece
from parsers.vmdk import embedded_descriptor, is_sparse, read_extent
from parsers.vmdk_descriptor import LARGEST, Descriptor, Extent, is_descriptor, read_descriptor

KIND: Final = "VMDK"
TITLE: Final = "VMware disk image (VMDK)"
LIMITS: Final = (
    "Encrypted VMDKs, space-efficient sparse extents (seSparse) and those on a device are not read. "
    "Files that a descriptor names outside its folder are refused. "
    "A delta opens only with its parent in the same folder."
)
FLAT: Final = ("FLAT", "VMFS")
SPARSE: Final = ("SPARSE", "VMFSSPARSE")
_PART: Final = re.compile(r"(.+)-(?:s\d{3,}|delta)\.vmdk", re.IGNORECASE)


def detect(place: Place, head: bytes) -> bool:
    """By signature or the first line of a descriptor. An extent beside the descriptor that names it is no image."""
    if is_descriptor(head):
        return True
    if not is_sparse(head):
        return False
    part = _PART.fullmatch(place.name)
    return part is None or place.beside(f"{part[1]}.vmdk") is None


def open_image(place: Place) -> Image:
    """The media of a VMDK. Raises SourceError."""
    return open_chain(place, lambda here, _format: _open(here))


def _open(place: Place) -> Layer:
    opened = [place.open()]
    try:
        first = opened[0]
        if is_descriptor(first.read_at(0, 512)):
            described = read_descriptor(first.read_at(0, LARGEST))
            disk, parts = _described(place, described, opened)
        else:
            disk, parts = _single(first), [place.name]
    except ValueError as error:
        _close(opened)()
        raise error if isinstance(error, SourceError) else one_line(place, error) from error
    except BaseException:
        _close(opened)()
        raise
    return Layer(disk, _close(opened), parts)


def _close(opened: list[Bytes]) -> Callable[[], None]:
    def close() -> None:
        for each in opened:
            each.close()

    return close


def _single(file: Bytes) -> Disk:
    """A file that holds everything; the name that its descriptor gives itself does not count."""
    disk = read_extent(within(file), file.size)
    text = embedded_descriptor(within(file))
    if is_descriptor(text):
        _tell(disk, read_descriptor(text))
    else:
        disk.notes.append("it has no descriptor: it is taken as a whole disk")
    return disk


def _tell(disk: Disk, described: Descriptor) -> None:
    disk.identity = described.identity
    if described.create_type:
        disk.facts["disk type"] = described.create_type
    if described.parent_identity:
        disk.parent = Parent(described.parent, described.parent_identity)


def _described(place: Place, described: Descriptor, opened: list[Bytes]) -> tuple[Disk, list[str]]:
    if not described.extents:
        raise ValueError("its descriptor lists no extents")
    for extent in described.extents:
        _check(extent)
    problems: list[str] = []
    notes: list[str] = []
    pieces: list[Piece] = []
    children: list[tuple[int, Disk]] = []
    at = 0
    for extent in described.extents:
        read_at: ReadAt | None = None
        if extent.kind != "ZERO":
            file = _beside(place, extent.name)
            opened.append(file)
            disk = _extent(extent, file)
            problems += [f"{extent.name}: {text}" for text in disk.problems]
            notes += [f"{extent.name}: {text}" for text in disk.notes]
            children.append((at, disk))
            read_at = disk.read_at
        pieces.append(Piece(extent.name, extent.size, read_at))
        at += extent.size
    joined = Joined(pieces)
    if not joined.size:
        raise ValueError("its descriptor lists only empty extents")

    def put_behind(behind: ReadAt) -> None:
        for start, child in children:
            if child.put_behind is not None:
                child.put_behind(lambda offset, size, start=start: behind(start + offset, size))  # type: ignore[misc]

    whole = Disk(joined.size, joined.read_at, {"extents": str(len(pieces))}, problems, notes, put_behind=put_behind)
    _tell(whole, described)
    return whole, list(dict.fromkeys([place.name, *(extent.name for extent in described.extents if extent.name)]))


def _check(extent: Extent) -> None:
    if extent.kind not in ("ZERO", *FLAT, *SPARSE):
        raise ValueError(f"an extent of type {extent.kind} ({extent.name!r}) is not read")
    if extent.kind != "ZERO" and not is_plain(extent.name):
        raise ValueError(f"refused: its descriptor names a file outside its folder, {extent.name!r}")


def _beside(place: Place, name: str) -> Bytes:
    found = place.beside(name)
    if found is None:
        raise ValueError(f"its extent {name!r} is not beside it")
    return found.open()


def _extent(extent: Extent, file: Bytes) -> Disk:
    if extent.kind in FLAT:
        there = max(0, file.size - extent.start)
        lacking = "" if there >= extent.size else f"it holds {there} of {extent.size} bytes: the rest cannot be read"
        read = within(file)
        disk = Disk(extent.size, lambda offset, size: read(extent.start + offset, size))
    else:
        try:
            disk = read_extent(within(file), file.size)
        except SourceError:
            raise
        except ValueError as error:
            raise ValueError(f"{extent.name}: {error}") from error
        lacking = "" if disk.size >= extent.size else f"it holds {disk.size} of {extent.size} bytes"
    if lacking:
        disk.problems.append(lacking)
    return disk
