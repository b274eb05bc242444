"""AFF4 containers: the zip around them, what they say of themselves, and their streams by name.

References:
- "AFF4 Standard v1.0a", sections "Storage layer" and "Multi-ZIP containers"
"""

from __future__ import annotations

import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from extractors.shortened import shortened
from extractors.sources.base import Bytes, Place, SourceError
from extractors.sources.host import reader_of
from extractors.sources.names import shown
from extractors.sources.zip_directory import Member, find_directory, member_name, records
from extractors.sources.zip_member import data_start, open_member
from extractors.sources.zip_unpack import Address
from parsers.aff4_map import Map, Stream, pattern_of, read_ranges
from parsers.aff4_streams import Bevy, ImageStream, ReadAt
from parsers.aff4_turtle import MOST_TEXT, TYPE, Graph, Term, local_name, read_turtle

SCHEMAS: Final = ("http://aff4.org/Schema#", "http://afflib.org/2009/aff4#")
MOST_MEMBERS: Final = 1 << 21
MOST_MAP: Final = 64 << 20
MOST_DEPTH: Final = 4
OPEN_MEMBERS: Final = 16
DESCRIPTION: Final = "container.description"
INFORMATION: Final = "information.turtle"
_BEVY: Final = re.compile(r"(.*)/(\d{8})")


class Segment:
    """A member of the zip as a stream of its own."""

    def __init__(self, size: int, read_at: ReadAt) -> None:
        self.size, self.read_at = size, read_at


def is_container(place: Place, head: bytes) -> bool:
    """Whether a zip says that it is an AFF4 volume: in its comment, or in its first member."""
    if head[:4] != b"PK\x03\x04":
        return False
    if head[30 : 30 + len(DESCRIPTION)] == DESCRIPTION.encode():
        return True
    data = place.open()
    try:
        directory = find_directory(data.read_at, data.size)
        return directory is not None and directory.comment.startswith(b"aff4://")
    finally:
        data.close()


class Container:
    """An opened container. `graph` is what it says, `problems` what is wrong with it. Raises SourceError."""

    def __init__(self, place: Place) -> None:
        self.name = place.name
        self.problems: list[str] = []
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, ReadAt] = OrderedDict()
        self._data: Bytes = place.open()
        try:
            self._members = self._list()
            self.volume = self._volume()
            text = self.read(INFORMATION, MOST_TEXT)
            self.graph: Graph = read_turtle(text.decode("utf-8", "replace"))
        except ValueError as error:
            self._data.close()
            raise SourceError(f"{shown(self.name)}: {shown(str(error))}") from error
        except BaseException:
            self._data.close()
            raise
        self._bevies = self._list_bevies()

    def close(self) -> None:
        self._data.close()

    def _list(self) -> dict[str, Member]:
        directory = find_directory(self._data.read_at, self._data.size)
        if directory is None:
            raise ValueError("the end of the container with its directory is missing")
        self._comment = directory.comment
        found: dict[str, Member] = {}
        for member in records(self._data.read_at, directory):
            if len(found) >= MOST_MEMBERS:
                raise ValueError(f"a container of more than {MOST_MEMBERS} members is not read")
            found.setdefault(plain_name(member_name(member)[0]), member)
        return found

    def _volume(self) -> str:
        text = self._comment or (self.read(DESCRIPTION, 1000) if DESCRIPTION in self._members else b"")
        return text.decode("utf-8", "replace").split("\0")[0].strip()

    def _list_bevies(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for name in self._members:
            if match := _BEVY.fullmatch(name):
                found.setdefault(match[1], set()).add(int(match[2]))
        return found

    def read(self, name: str, most: int) -> bytes:
        """A whole member of at most `most` bytes. Raises ValueError."""
        size, read_at, _ = self.member(name)
        if size > most:
            raise ValueError(f"{name} of {size} bytes is too long to be read")
        data = read_at(0, size)
        if zlib.crc32(data) != self._members[name].crc:
            self.problems.append(f"{name}: the checksum (CRC-32) does not match")
        return data

    def version(self) -> str:
        """What the container says of the tool that wrote it, on one line; "" where it does not, or cannot be read."""
        if not self.has("version.txt"):
            return ""
        try:
            text = self.read("version.txt", 1 << 16).decode("utf-8", "replace")
        except ValueError as error:
            self.problems.append(f"version.txt: {error}")
            return ""
        return shown(shortened(" ".join(text.split()), 1000))

    def has(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """How long a member is, by the directory."""
        return self._members[name].size

    def member(self, name: str) -> tuple[int, ReadAt, Callable[[], str]]:
        """(size, read_at, check) of a member; `check` says what is wrong with its bytes or "". Raises ValueError."""
        member = self._members.get(name)
        if member is None:
            raise ValueError(f"{name} is missing from the container")
        if member.flags & 0x2041:
            raise ValueError(f"{name} is encrypted, and is not read")
        address = Address(member.header, member.packed, member.method, member.crc, member.size, member.flags)
        if member.method != 0:
            return member.size, self._unpacked(name, address), str
        start = data_start(self._data.read_at, member.header)
        if member.packed != member.size or start + member.size > self._data.size:
            raise ValueError(f"{name} is cut short")

        def read_at(offset: int, size: int) -> bytes:
            wanted = min(size, member.size - offset)
            return self._data.read_at(start + offset, wanted) if offset >= 0 and wanted > 0 else b""

        return member.size, read_at, lambda: _check(read_at, member.size, member.crc)

    def _unpacked(self, name: str, address: Address) -> ReadAt:
        """Reads a packed member; the last few stay open, for each is unpacked from its start."""
        with self._lock:
            if name not in self._opened:
                self._opened[name] = reader_of(open_member(self._data.read_at, self._data.size, address, shown(name)))
            self._opened.move_to_end(name)
            while len(self._opened) > OPEN_MEMBERS:
                self._opened.popitem(last=False)
            return self._opened[name]

    def where(self, uri: str) -> str:
        """The name under which what belongs to a URI stands in the zip."""
        plain = plain_name(uri)
        volume = plain_name(self.volume)
        inside = plain.removeprefix(volume + "/") if volume and plain.startswith(volume + "/") else plain
        return plain if plain in self._bevies or self.has(plain) or self.has(f"{plain}/map") else inside

    def bevies(self, uri: str) -> set[int]:
        """The numbers of the bevies of an image stream that stand in this container."""
        return self._bevies.get(self.where(uri), set())

    def bevy(self, uri: str, number: int) -> Bevy | None:
        """A bevy, or None where it is missing. Raises ValueError."""
        name = f"{self.where(uri)}/{number:08d}"
        if not self.has(name):
            return None
        index = f"{name}.index" if self.has(f"{name}.index") else f"{name}/index"
        size, read_at, check = self.member(name)
        index_size, read_index, _ = self.member(index)
        return Bevy(size, read_at, index_size, read_index, check)


def _check(read_at: ReadAt, size: int, expected: int) -> str:
    crc = 0
    for at in range(0, size, 1 << 20):
        crc = zlib.crc32(read_at(at, min(1 << 20, size - at)), crc)
    return "" if crc == expected else f"the checksum (CRC-32) is {crc:08x} and {expected:08x} is recorded"


def plain_name(name: str) -> str:
    """A name or URI without what it is escaped with: writers escape once, twice, or only in part."""
    return unquote(unquote(name, errors="surrogateescape"), errors="surrogateescape")


def values(about: dict[str, list[Term]], *names: str) -> list[Term]:
    """What is said with any of these properties."""
    return [term for name in names for term in about.get(name, ())]


def types(about: dict[str, list[Term]]) -> set[str]:
    return {local_name(term.value) for term in about.get(TYPE, ())}


def number(about: dict[str, list[Term]], *names: str) -> int | None:
    """A whole number that is said with one of these properties; None where there is none that can be one."""
    for term in values(about, *names):
        if term.value.isascii() and term.value.isdigit() and len(term.value) <= 18:
            return int(term.value)
    return None


class Streams:
    """The streams of one or more containers that belong together, found by their URI. `missing` are those not found."""

    def __init__(self, containers: list[Container]) -> None:
        self.containers = containers
        self.missing: list[str] = []
        self.problems: list[str] = []
        self.images: list[ImageStream] = []

    def close(self) -> None:
        for stream in self.images:
            stream.close()
        for container in self.containers:
            container.close()

    def about(self, uri: str) -> dict[str, list[Term]]:
        for container in self.containers:
            if uri in container.graph:
                return container.graph[uri]
        return {}

    def open(self, uri: str, depth: int = 0) -> Stream | None:
        """A stream; None where it stands in none of the containers. Raises ValueError."""
        if depth > MOST_DEPTH:
            raise ValueError(f"maps lie more than {MOST_DEPTH} deep in each other")
        if uri.startswith(SCHEMAS) and (pattern := pattern_of(local_name(uri))):
            return pattern
        for container in self.containers:
            name = container.where(uri)
            if container.has(f"{name}/map"):
                return self._map(container, uri, depth)
            if container.bevies(uri):
                return self._image(container, uri)
            if container.has(name):
                size, read_at, _ = container.member(name)
                return Segment(size, read_at)
        if self.about(uri) and number(self.about(uri), "size") == 0:
            return Segment(0, lambda offset, size: b"")
        return None

    def _image(self, container: Container, uri: str) -> ImageStream:
        about = container.graph.get(uri) or self.about(uri)
        kinds = types(about)
        if any("Encrypted" in kind for kind in kinds):
            raise ValueError(f"{shown(container.name)} is encrypted, and is not read")
        chunk = number(about, "chunksize") or 32 << 10
        per_bevy = number(about, "chunksinsegment", "chunkspersegment") or 1024
        there = container.bevies(uri)
        # A small container may claim any number of bevies: more that are missing than are there are not believed.
        most = min(max(there) + 1, 2 * len(there) + 16) * per_bevy * chunk
        size = number(about, "size")
        if size is None or size > most:
            if size is not None:
                self.problems.append(f"{uri}: {most} of {size} bytes of the stream can be there")
            size = most
        method = next((term.value for term in values(about, "compressionmethod", "compression")), "")
        stream = ImageStream(size, chunk, per_bevy, method, lambda which: container.bevy(uri, which))
        self.images.append(stream)
        return stream

    def _map(self, container: Container, uri: str, depth: int) -> Map:
        name = container.where(uri)
        about = container.graph.get(uri) or self.about(uri)
        ranges, problems = read_ranges(container.read(f"{name}/map", MOST_MAP))
        self.problems += [f"the map {uri}: {problem}" for problem in problems]
        lines = container.read(f"{name}/idx", MOST_MAP).decode("utf-8", "replace").splitlines()
        used = {one.target for one in ranges}
        targets: list[Stream | None] = []
        for place, target in enumerate(line.strip() for line in lines):
            stream = self.open(target, depth + 1) if place in used and target != uri else None
            if stream is None and place in used:
                self.missing.append(target)
            targets.append(stream)
        gap_uri = next((term.value for term in values(about, "mapgapdefaultstream")), f"{SCHEMAS[0]}Zero")
        gap = self.open(gap_uri, depth + 1) or pattern_of("Zero")
        if gap is None:
            raise ValueError(f"{gap_uri} is no stream")
        size = number(about, "size")
        end = ranges[-1].start + ranges[-1].size if ranges else 0
        return Map(end if size is None else size, ranges, targets, gap)
