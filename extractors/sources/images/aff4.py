"""AFF4 disk images: a zip with the image in packed chunks, a map over them, and statements about both.

References:
- "AFF4 Standard v1.0a"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from evidence_store.records import Problem
from extractors.shortened import shortened
from extractors.sources.aff4_container import Container, Streams, is_container, types, values
from extractors.sources.base import Image, Place, SourceError
from extractors.sources.names import shown
from parsers.aff4_map import Map, Stream
from parsers.aff4_streams import ImageStream
from parsers.aff4_turtle import Term, local_name

KIND: Final = "AFF4"
TITLE: Final = "AFF4 image"
LIMITS: Final = (
    "One image of a container is read, a disk before a memory image. Encrypted containers are named and not read; "
    "block hashes are not checked."
)
MOST_LISTED: Final = 200
MOST_PARTS: Final = 64
PIECE: Final = 4 << 20
KINDS: Final = ("DiskImage", "ContiguousImage", "DiscontiguousImage", "Image")
_HASHES: Final = {"md5": 32, "sha1": 40, "sha256": 64}
_NOTED: Final = ("CaseDetails", "CaseNotes", "ImagingTool", "TimeStamps", "StorageDevice", "ComputeResource")


def detect(place: Place, head: bytes) -> bool:
    """Whether a zip is an AFF4 container that holds an image, and not only single files."""
    if not is_container(place, head):
        return False
    container = Container(place)
    try:
        return not is_logical(container)
    finally:
        container.close()


def is_logical(container: Container) -> bool:
    """Whether a container lists single files and holds no disk image."""
    found = set().union(*(types(about) for about in container.graph.values()))
    return "FileImage" in found and "DiskImage" not in found


def open_image(place: Place) -> Image:
    """The image inside a container, its other stripes found beside it. Raises SourceError."""
    streams = Streams([Container(place)])
    try:
        uri, target, others = _choose(streams.containers[0])
        _find_stripes(streams, place, uri, target)
        media = _media(streams, target)
    except SourceError:
        streams.close()
        raise
    except ValueError as error:
        streams.close()
        raise SourceError(f"{shown(place.name)}: {shown(str(error))}") from error
    return _image(streams, (uri, target), media, others)


def _media(streams: Streams, target: str) -> Stream:
    media = streams.open(target)
    if media is None:
        raise ValueError("the stream of its image is not in the container")
    if streams.missing:
        raise ValueError(f"its stream {streams.missing[0]} is in another container, which is not beside it")
    return media


def _image(streams: Streams, names: tuple[str, str], media: Stream, others: int) -> Image:
    uri, target = names
    read_at = _reader(media)

    def chunks() -> Iterator[bytes]:
        for stream in streams.images:
            stream.checking = True
        if isinstance(media, ImageStream):
            yield from media.stream_chunks()
            return
        for at in range(0, media.size, PIECE):
            yield read_at(at, PIECE)

    facts, stored = _facts(streams, uri, target)
    return Image(
        size=media.size,
        read_at=read_at,
        close=streams.close,
        facts=facts,
        problems=lambda: _problems(streams, media, others),
        stored=stored,
        parts=[container.name for container in streams.containers],
        chunks=chunks,
    )


def _reader(media: Stream) -> Callable[[int, int], bytes]:
    def read_at(offset: int, size: int) -> bytes:
        try:
            return media.read_at(offset, size)
        except SourceError:
            raise
        except ValueError as error:
            raise SourceError(shown(str(error))) from error

    return read_at


def _choose(container: Container) -> tuple[str, str, int]:
    """(URI of the image, URI of its bytes, how many other images there are). Raises ValueError."""
    found: list[tuple[int, str, str]] = []
    for uri, about in container.graph.items():
        kinds = types(about)
        rank = next((place for place, kind in enumerate(KINDS) if kind in kinds), None)
        if rank is not None and "FileImage" not in kinds:
            found += [(rank, uri, term.value) for term in values(about, "datastream")[:1]]
    if not found:
        # Before version 1.0, or from tools that leave the image out: the map, else the stream itself.
        for rank, kind in enumerate(("Map", "map", "ImageStream", "image", "Image")):
            found += [(rank, uri, uri) for uri, about in container.graph.items() if kind in types(about)]
    if not found:
        raise ValueError("the container holds no image")
    found.sort(key=lambda one: one[0])
    return found[0][1], found[0][2], sum(1 for one in found if one[0] == found[0][0]) - 1


def _find_stripes(streams: Streams, place: Place, uri: str, target: str) -> None:
    """Adds the containers beside this one that hold streams of the same image, where some are not in this one."""
    first = streams.containers[0]
    wanted = {term.value for term in values(first.graph.get(target, {}), "dependentstream")}
    lacking = {name for name in wanted if not first.bevies(name) and not first.has(first.where(name))}
    names = [name for name in place.names() if name.lower().endswith((".aff4", ".af4")) and name != place.name]
    for name in names[:MOST_PARTS] if lacking else ():
        beside = place.beside(name)
        if beside is None:
            continue
        data = beside.open()
        try:
            head = data.read_at(0, 64)
        finally:
            data.close()
        if not is_container(beside, head):
            continue
        other = Container(beside)
        if uri in other.graph and any(other.bevies(one) for one in lacking):
            streams.containers.append(other)
        else:
            other.close()


def _facts(streams: Streams, uri: str, target: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What the container says of the image, and the hashes that it stores of the media."""
    first = streams.containers[0]
    facts: dict[str, str] = {"image": uri}
    stored: list[tuple[str, str]] = []
    for term in [*values(first.graph.get(uri, {}), "hash"), *values(first.graph.get(target, {}), "hash")]:
        name, value = local_name(term.datatype).lower(), term.value.lower()
        if len(value) == _HASHES.get(name) and (name, value) not in stored:
            stored.append((name, value))
        facts[f"stored {name or 'hash'}"] = value
    for about in [first.graph.get(uri, {}), *(one for one in first.graph.values() if types(one) & set(_NOTED))]:
        for name, terms in list(about.items())[:50]:
            if not terms[0].is_uri and name != "hash":
                facts.setdefault(name, _short(terms[0]))
    if version := first.version():
        facts["container version"] = version
    return {shown(name): shown(value) for name, value in facts.items()}, stored


def _short(term: Term) -> str:
    return shortened(term.value, 1000)


def _problems(streams: Streams, media: Stream, others: int) -> list[Problem]:
    lines = [line for container in streams.containers for line in container.problems]
    lines += streams.problems + [line for stream in streams.images for line in stream.problems]
    if others:
        lines.append(f"the container holds {others} more images of this sort, which are not read")
    problems = [Problem("file", "aff4", shown(line)) for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        problems.append(Problem("file", "aff4", f"{len(lines) - MOST_LISTED} more problems are not listed"))
    whole = len(streams.images) == 1 and not isinstance(media, Map)
    for stream in streams.images:
        bad = stream.bad_ranges()
        for span in bad[:MOST_LISTED]:
            which = f"chunk {span.first}" if span.first == span.last else f"chunks {span.first} to {span.last}"
            of = "" if whole else " of a stream"
            detail = f"{which}{of} read as zeros: {span.reason}"
            problems.append(Problem("file", "bad-chunk", shown(detail), f"byte {span.offset}+{span.size}"))
        if len(bad) > MOST_LISTED:
            more = f"{len(bad) - MOST_LISTED} more ranges of chunks read as zeros"
            problems.append(Problem("file", "bad-chunk", more))
    return problems + _not_acquired(media)


def _not_acquired(media: Stream) -> list[Problem]:
    """The ranges of the media that the tool could not read, or left out."""
    if not isinstance(media, Map):
        return []
    told = {
        "UnreadableData": "could not be read when the image was taken",
        "UnknownData": "were not taken, and what they held is not known",
    }
    problems: list[Problem] = []
    for start, size, name in media.patterns():
        if name in told:
            problems.append(Problem("note", "acquisition-error", f"{size} bytes {told[name]}", f"byte {start}+{size}"))
            if len(problems) == MOST_LISTED:
                problems.append(Problem("note", "acquisition-error", "more ranges of the same sort are not listed"))
                break
    return problems
