"""What disk images share: one clear line for an error, and the parents of a differencing image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Image, Place, SourceError
from extractors.sources.names import shown
from extractors.sources.place import is_plain
from parsers.block_map import Disk, Parent, ReadAt

MOST_PARENTS: Final = 64


@dataclass(slots=True)
class Layer:
    """One image of a chain: its own blocks, and the names of the files that it is made of."""

    disk: Disk
    close: Callable[[], None]
    parts: list[str]


def one_line(place: Place, error: Exception | str) -> SourceError:
    """An error of the image at `place` for the user."""
    return SourceError(f"{shown(place.name)}: {shown(str(error))}")


def read_tail(place: Place, size: int) -> bytes:
    """The last bytes of a file. Raises SourceError."""
    opened = place.open()
    try:
        return opened.read_at(max(0, opened.size - size), size)
    finally:
        opened.close()


def open_layer(place: Place, read: Callable[[ReadAt, int], Disk]) -> Layer:
    """An image of one file, by the parser of its format. Raises SourceError."""
    opened = place.open()
    return Layer(_checked(place, opened, lambda: read(within(opened), opened.size)), opened.close, [place.name])


def within(opened: Bytes) -> ReadAt:
    """Its bytes, and none beyond its end: offsets in evidence may be what no operating system takes."""

    def read(offset: int, size: int) -> bytes:
        wanted = min(size, opened.size - offset)
        return opened.read_at(offset, wanted) if offset >= 0 and wanted > 0 else b""

    return read


def _checked(place: Place, opened: Bytes, work: Callable[[], Disk]) -> Disk:
    """What `work` gives; closes `opened` and raises SourceError with one line where it fails."""
    try:
        return work()
    except ValueError as error:
        opened.close()
        raise error if isinstance(error, SourceError) else one_line(place, error) from error
    except BaseException:
        opened.close()
        raise


def open_chain(
    place: Place, open_one: Callable[[Place, str], Layer], find: Callable[[Place, Parent], Place] | None = None
) -> Image:
    """The media of an image and, where it says so, of the parents behind it. Raises SourceError.

    `open_one` opens the image at a place; its second argument is the format that the child names, or "". `find` gives
    the place of a parent; None: as `named_parent` does.
    """
    layers: list[Layer] = []
    wanted: Parent | None = None
    here: Place | None = place
    try:
        while here is not None:
            _check_place(place, here, layers)
            layers.append(open_one(here, wanted.format if wanted else ""))
            _check_identity(place, here, layers[-1].disk, wanted)
            wanted = layers[-1].disk.parent
            here = (find or named_parent)(here, wanted) if wanted else None
        return _image(place, layers)
    except BaseException:
        for layer in layers:
            layer.close()
        raise


def _check_place(place: Place, here: Place, layers: list[Layer]) -> None:
    if any(here.name == layer.parts[0] for layer in layers):
        raise one_line(place, f"its parents go in a circle: {here.name} comes twice")
    if len(layers) > MOST_PARENTS:
        raise one_line(place, f"it has more than {MOST_PARENTS} parents, one behind the other")


def _check_identity(place: Place, here: Place, disk: Disk, wanted: Parent | None) -> None:
    if wanted is not None and wanted.identity and disk.identity != wanted.identity:
        found = f"identifiers {disk.identity or 'none'} and {wanted.identity}"
        raise one_line(place, f"its parent {here.name} is not in the state that it was made from ({found})")


def named_parent(place: Place, parent: Parent) -> Place:
    """The parent by the last part of its stored name: on the disk of whoever made it, folders were others."""
    name = parent.name.replace("\\", "/").rpartition("/")[2]
    found = place.beside(name) if is_plain(name) else None
    if found is None:
        what = f"its parent {name!r}" if name else "its parent, which it does not name,"
        raise one_line(place, f"{what} is not beside it: without it the image is incomplete")
    return found


def plain_reads(name: str, read_at: ReadAt) -> ReadAt:
    """The same bytes; what a parser cannot read becomes a SourceError that names the image."""

    def read(offset: int, size: int) -> bytes:
        try:
            return read_at(offset, size)
        except SourceError:
            raise
        except ValueError as error:
            raise SourceError(f"{name}: {shown(str(error))}") from error

    return read


def _image(place: Place, layers: list[Layer]) -> Image:
    for child, behind in pairwise(layers):
        if child.disk.put_behind is None:
            raise one_line(place, "an image of its sort cannot have a parent")
        child.disk.put_behind(behind.disk.read_at)

    def close() -> None:
        for layer in layers:
            layer.close()

    top = layers[0].disk
    facts = {name: shown(value) for name, value in top.facts.items()}
    if len(layers) > 1:
        facts["parents"] = ", ".join(shown(layer.parts[0]) for layer in layers[1:])
    problems = [problem for layer in layers for problem in _problems(layer)]
    return Image(
        size=top.size,
        read_at=plain_reads(shown(place.name), top.read_at),
        close=close,
        facts=facts,
        problems=lambda: list(problems),
        parts=list(dict.fromkeys(name for layer in layers for name in layer.parts)),
    )


def _problems(layer: Layer) -> list[Problem]:
    name = shown(layer.parts[0])
    lost = [Problem("file", "image-damaged", f"{name}: {shown(text)}") for text in layer.disk.problems]
    return lost + [Problem("note", "image-note", f"{name}: {shown(text)}") for text in layer.disk.notes]
