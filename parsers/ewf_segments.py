"""The files of an EWF set and the sections in them: where the chunk tables are, what the set says of itself.

References: "Expert Witness Compression Format (EWF)", libyal/libewf documentation: file header, section descriptors,
volume (E01 and SMART), table, hash, digest and error2 sections, and the naming of segment files.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from parsers.ewf_header import acquisition_notes

SIGNATURE: Final = b"EVF\x09\x0d\x0a\xff\x00"
LOGICAL: Final = b"LVF\x09\x0d\x0a\xff\x00"  # L01: the same sections, and a list of single files
DESCRIPTOR: Final = 76
MOST_CHUNK: Final = 32 << 20
MOST_SECTION: Final = 1 << 20
MOST_SECTIONS: Final = 1 << 20
MOST_ERRORS: Final = 100_000
MOST_ENTRIES: Final = 1 << 22


class Segment(NamedTuple):
    """One opened file of a set. `read_at` may be called from any thread and gives fewer bytes only at the end."""

    name: str
    size: int
    read_at: Callable[[int, int], bytes]
    close: Callable[[], None]


def part_of(segment: Segment, start: int, size: int) -> tuple[Callable[[int, int], bytes], int]:
    """(read_at, size) of a range of a segment."""

    def read_at(offset: int, count: int) -> bytes:
        wanted = min(count, size - offset)
        return segment.read_at(start + offset, wanted) if offset >= 0 and wanted > 0 else b""

    return read_at, max(0, size)


@dataclass(slots=True)
class Table:
    """`count` 32-bit entries at each of `places` (table, its copy; none: lost); the chunks end at `data_end`."""

    segment: int
    first: int
    count: int
    base: int
    places: list[int]
    data_end: int
    checked: bool = True  # a checksum follows the entries


@dataclass(slots=True)
class Layout:
    """What all segments together say. `hashes` are (algorithm, hex) as stored, `errors` (first sector, sectors)."""

    chunk_size: int = 0
    bytes_per_sector: int = 512
    media_size: int = 0
    declared_chunks: int = 0
    tables: list[Table] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    hashes: list[tuple[str, str]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    trees: list[tuple[int, int, int]] = field(default_factory=list)  # lists of files: segment, start, end
    done: bool = False
    ended: bool = False  # the last segment read says where it goes on, or that it is the last

    @property
    def chunks(self) -> int:
        return self.tables[-1].first + self.tables[-1].count if self.tables else 0


def read_layout(segments: list[Segment]) -> Layout:
    """The layout of a set from its opened segments. Raises ValueError when no chunk can be read from it."""
    layout = Layout()
    broken: list[int] = []
    for number, segment in enumerate(segments):
        _check_head(segment, number + 1, layout)
        _read_segment(segment, number, layout)
        if not layout.ended:
            broken.append(number)
    if layout.chunk_size == 0:
        raise ValueError(f"{segments[0].name}: no volume section, so the size of the image is not known")
    _close_gap(layout, broken, segments)
    return layout


def _check_head(segment: Segment, number: int, layout: Layout) -> None:
    name = segment.name
    if segment.size == 0:
        raise ValueError(f"{name} is empty (0 bytes)")
    head = segment.read_at(0, 13)
    if len(head) < 13 or head[:8] not in (SIGNATURE, LOGICAL):
        raise ValueError(f"{name} is not an EWF segment: its signature is wrong")
    stored = struct.unpack_from("<H", head, 9)[0]
    if stored != number:
        layout.problems.append(f"{name} calls itself segment {stored} and is read as segment {number}")


def _read_segment(segment: Segment, number: int, layout: Layout) -> None:
    data_end = 0
    layout.ended = False
    for kind, start, end in _sections(segment, layout):
        if kind == "sectors":
            data_end = end
        elif kind in ("table", "table2"):
            _add_table(segment, number, (kind, start, end), data_end, layout)
        elif kind in ("done", "next"):
            layout.ended = True
            layout.done = kind == "done"
        elif kind == "ltree":
            layout.trees.append((number, start, end))
        elif kind in _READERS:
            data = segment.read_at(start, min(end - start, MOST_SECTION))
            _READERS[kind](data, f"{segment.name}: section {kind}", layout)


def _sections(segment: Segment, layout: Layout) -> Iterator[tuple[str, int, int]]:
    """(type, start of its data, end) of each section; a chain that is cut or runs backwards ends with a problem."""
    name, size = segment.name, segment.size
    at = 13
    for _ in range(MOST_SECTIONS):
        raw = segment.read_at(at, DESCRIPTOR)
        if len(raw) < DESCRIPTOR:
            layout.problems.append(f"{name} is cut short: no section follows at byte {at}")
            return
        kind = raw[:16].split(b"\0")[0].decode("ascii", "replace")
        following, length = struct.unpack_from("<QQ", raw, 16)
        if zlib.adler32(raw[:72]) != struct.unpack_from("<I", raw, 72)[0]:
            layout.problems.append(
                f"{name}: the section descriptor at byte {at} fails its checksum; reading stops there"
            )
            return
        last = kind in ("done", "next")
        end = at + length if length >= DESCRIPTOR else following
        if end > size:
            layout.problems.append(f"{name} is cut short in the section {kind!r} at byte {at}")
            end = size
        yield kind, at + DESCRIPTOR, max(end, at + DESCRIPTOR)
        if last:
            return
        if following < at + DESCRIPTOR:
            layout.problems.append(f"{name}: the section at byte {at} points back to byte {following}")
            return
        at = following
    layout.problems.append(f"{name}: more than {MOST_SECTIONS} sections; reading stops")


def _add_table(file: Segment, segment: int, section: tuple[str, int, int], data_end: int, layout: Layout) -> None:
    """Adds a table, or its copy to it. A damaged one keeps its place, for later chunks are numbered after it."""
    kind, start, end = section
    raw = file.read_at(start, 24).ljust(24, b"\0")
    count, base = struct.unpack_from("<I4xQ", raw)
    room = max(0, end - start - 24) // 4
    sound = zlib.adler32(raw[:20]) == struct.unpack_from("<I", raw, 20)[0] and count <= min(room, MOST_ENTRIES)
    last = layout.tables[-1] if layout.tables else None
    copy = kind == "table2" and last is not None and (last.segment, last.data_end) == (segment, data_end)
    if not sound:
        layout.problems.append(f"{file.name}: the head of the section {kind!r} at byte {start} is damaged")
        if not copy and data_end:
            layout.tables.append(Table(segment, layout.chunks, min(max(0, room - 1), MOST_ENTRIES), 0, [], data_end))
    elif copy and last is not None:
        if not last.places:
            last.count, last.base = count, base
        last.places.append(start + 24)
    elif count:
        # Where the chunks stand in the table's own section (SMART, EnCase 1) not every tool writes a checksum.
        checked = bool(data_end) and count < room
        layout.tables.append(Table(segment, layout.chunks, count, base, [start + 24], data_end or end, checked))


def _close_gap(layout: Layout, broken: list[int], segments: list[Segment]) -> None:
    """Chunks are numbered through all segments: what a damaged one lost must not shift those that follow.

    With one damaged segment the number of lost chunks is known from the total; with more it is not, and the rest is
    left out.
    """
    if not broken or broken[0] == len(segments) - 1:
        return
    lost = layout.declared_chunks - layout.chunks
    at = sum(1 for table in layout.tables if table.segment <= broken[0])
    first = layout.tables[at - 1].first + layout.tables[at - 1].count if at else 0
    # No chunk takes fewer than 12 bytes: more lost chunks than would fit into a segment are not believed.
    if len(broken) > 1 or not 0 <= lost <= max(segment.size for segment in segments) // 12:
        layout.problems.append(f"{segments[broken[0]].name} is damaged so that the place of what follows is not known")
        layout.tables = layout.tables[:at]
    elif lost:
        for table in layout.tables[at:]:
            table.first += lost
        layout.tables.insert(at, Table(broken[0], first, lost, 0, [], 0))


def _read_volume(data: bytes, where: str, layout: Layout) -> None:
    if layout.chunk_size:
        return
    if len(data) < 94:
        raise ValueError(f"{where} is cut short")
    declared, sectors_per_chunk, bytes_per_sector = struct.unpack_from("<III", data, 4)
    # SMART's own volume section is 94 bytes long and counts sectors in 32 bits.
    smart = len(data) < 1052
    sectors = struct.unpack_from("<I" if smart else "<Q", data, 16)[0]
    sum_at = 90 if smart else 1048
    if zlib.adler32(data[:sum_at]) != struct.unpack_from("<I", data, sum_at)[0]:
        layout.problems.append(f"{where} fails its checksum")
    chunk_size = sectors_per_chunk * bytes_per_sector
    if not 0 < chunk_size <= MOST_CHUNK:
        raise ValueError(f"{where}: a chunk of {chunk_size} bytes is not plausible")
    layout.chunk_size, layout.bytes_per_sector = chunk_size, bytes_per_sector
    layout.media_size, layout.declared_chunks = sectors * bytes_per_sector, declared


def _read_header(data: bytes, where: str, layout: Layout) -> None:
    try:
        found = acquisition_notes(data)
    except ValueError as error:
        layout.problems.append(f"{where}: {error}")
        return
    # header2 comes first and holds Unicode; the older header only fills what it lacks.
    for key, value in found.items():
        layout.notes.setdefault(key, value)


def _read_digests(data: bytes, where: str, layout: Layout) -> None:
    # `hash` holds an MD5 and ends at 36 bytes, `digest` an MD5 and a SHA-1 and ends at 80.
    parts, sum_at = ([("md5", 0, 16)], 32) if len(data) < 80 else ([("md5", 0, 16), ("sha1", 16, 36)], 76)
    if len(data) < sum_at + 4:
        layout.problems.append(f"{where} is cut short")
        return
    if zlib.adler32(data[:sum_at]) != struct.unpack_from("<I", data, sum_at)[0]:
        layout.problems.append(f"{where} fails its checksum")
    for algorithm, start, stop in parts:
        stored = (algorithm, data[start:stop].hex())
        if any(data[start:stop]) and stored not in layout.hashes:
            layout.hashes.append(stored)


def _read_errors(data: bytes, where: str, layout: Layout) -> None:
    if len(data) < 520:
        layout.problems.append(f"{where} is cut short")
        return
    count = struct.unpack_from("<I", data)[0]
    if count > MOST_ERRORS or 520 + 8 * count > len(data):
        layout.problems.append(f"{where}: {count} entries do not fit into it")
        return
    layout.errors.extend(struct.iter_unpack("<II", data[520 : 520 + 8 * count]))


_READERS: Final = {
    "volume": _read_volume,
    "disk": _read_volume,
    "header": _read_header,
    "header2": _read_header,
    "hash": _read_digests,
    "digest": _read_digests,
    "error2": _read_errors,
}
