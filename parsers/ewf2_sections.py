"""What stands in the segments of an EWF version 2 set (Ex01, Lx01): file head, sections, texts, tables and hashes.

References:
- libewf, "Expert Witness Compression Format 2 (EWF2)": section descriptors stand behind their data and point back
"""

from __future__ import annotations

import bz2
import hashlib
import struct
import zlib
from typing import Final, NamedTuple

from parsers.ewf_header import worded
from parsers.ewf_segments import MOST_CHUNK, MOST_ENTRIES, MOST_ERRORS, MOST_SECTION, Layout, Segment, Table

SIGNATURES: Final = (b"EVF2\r\n\x81\x00", b"LEF2\r\n\x81\x00")
HEAD: Final = 32
DESCRIPTOR: Final = 64
MOST_SECTIONS: Final = 1 << 20
MOST_TEXT: Final = 1 << 20
SEARCHED: Final = 64 << 20  # bytes at the end of a cut segment in which its last whole section is looked for
DEVICE, CASE, TABLE, ERRORS, MD5, SHA1, KEYS, NEXT, DONE, FILES = 1, 2, 4, 5, 8, 9, 11, 13, 15, 32
_HASHED, _ENCRYPTED = 1, 2
_CHECKED: Final = (DEVICE, CASE, MD5, SHA1, ERRORS)
_NAMES: Final = {
    "cn": "case number",
    "en": "evidence number",
    "nm": "description",
    "ex": "examiner",
    "nt": "notes",
    "av": "acquisition tool version",
    "os": "acquisition system",
    "tt": "acquired (as recorded)",
    "at": "system time at acquisition (as recorded)",
    "md": "drive model",
    "sn": "drive serial number",
    "lb": "drive label",
    "pid": "process",
}


class Section(NamedTuple):
    """One section: its number, the range of its data with `padding` bytes of filling, and the MD5 stored of them."""

    kind: int
    flags: int
    start: int
    size: int
    padding: int
    digest: bytes


def read_layout(segments: list[Segment]) -> tuple[Layout, list[tuple[int, Section]]]:
    """The layout of a set, and its sections that list single files with their segment. Raises ValueError."""
    layout = Layout()
    texts: dict[str, str] = {}
    files: list[tuple[int, Section]] = []
    for number, segment in enumerate(segments):
        method = _check_head(segment, number + 1, layout)
        layout.ended = False
        for section in _sections(segment, layout):
            if section.flags & _ENCRYPTED or section.kind == KEYS:
                raise ValueError(f"{segment.name} is encrypted by the tool that made it, and is not read")
            if section.kind == FILES:
                files.append((number, section))
            _take(segment, number, section, method, (layout, texts))
    _set_sizes(layout, texts, segments[0].name)
    layout.tables = _in_order(layout, segments)
    return layout, files


def _check_head(segment: Segment, number: int, layout: Layout) -> int:
    """The compression method of a segment."""
    if segment.size == 0:
        raise ValueError(f"{segment.name} is empty (0 bytes)")
    head = segment.read_at(0, HEAD)
    if len(head) < HEAD or head[:8] not in SIGNATURES:
        raise ValueError(f"{segment.name} is not a segment of EWF version 2: its signature is wrong")
    method, stored = struct.unpack_from("<HI", head, 10)
    if stored != number:
        layout.problems.append(f"{segment.name} calls itself segment {stored} and is read as segment {number}")
    return int(method)


def _descriptor(raw: bytes) -> tuple[int, ...] | None:
    if len(raw) < DESCRIPTOR or zlib.adler32(raw[:60]) != struct.unpack_from("<I", raw, 60)[0]:
        return None
    fields = struct.unpack_from("<IIQQII", raw)
    return fields if fields[4] == DESCRIPTOR else None


def _sections(segment: Segment, layout: Layout) -> list[Section]:
    """From front to back; where the end of a segment was cut off, from the last whole section before."""
    at = segment.size - DESCRIPTOR
    if _descriptor(segment.read_at(max(0, at), DESCRIPTOR)) is None:
        at = _last_descriptor(segment)
        layout.problems.append(f"{segment.name} is cut short or damaged: no section ends where the file ends")
    found: list[Section] = []
    while at >= HEAD and len(found) < MOST_SECTIONS:
        raw = segment.read_at(at, DESCRIPTOR)
        fields = _descriptor(raw)
        if fields is None:
            layout.problems.append(
                f"{segment.name}: the section descriptor at byte {at} fails its checksum; what stands before is lost"
            )
            break
        kind, flags, before, size, _, padding = fields
        if size > at - HEAD or padding > size:
            layout.problems.append(f"{segment.name}: the section before byte {at} does not fit into the file")
        else:
            found.append(Section(kind, flags, at - size, size, padding, raw[32:48]))
        if before == 0:
            break
        if before >= at:
            layout.problems.append(f"{segment.name}: the section before byte {at} points on to byte {before}")
            break
        at = before
    return found[::-1]


def _last_descriptor(segment: Segment) -> int:
    """Where the last sound descriptor stands; 0 where there is none."""
    step = 1 << 20
    end = segment.size
    while end > HEAD and segment.size - end < SEARCHED:
        start = max(0, end - step)
        block = segment.read_at(start, end - start + DESCRIPTOR)
        at = block.rfind(struct.pack("<I", DESCRIPTOR))
        while at >= 24:
            if _descriptor(block[at - 24 : at - 24 + DESCRIPTOR]) is not None:
                return start + at - 24
            at = block.rfind(struct.pack("<I", DESCRIPTOR), 0, at + 3)
        end = start
    return 0


def _take(segment: Segment, number: int, section: Section, method: int, into: tuple[Layout, dict[str, str]]) -> None:
    layout, texts = into
    kind = section.kind
    if kind in (NEXT, DONE):
        layout.ended = True
        layout.done = kind == DONE
    elif kind == TABLE:
        _add_table(segment, number, section, layout)
    elif kind in _CHECKED:
        data = segment.read_at(section.start, min(section.size, MOST_SECTION))
        where = f"{segment.name}: section {kind}"
        if section.flags & _HASHED and hashlib.md5(data, usedforsecurity=False).digest() != section.digest:
            layout.problems.append(f"{where} fails its checksum")
        if kind == ERRORS:
            _read_errors(data, where, layout)
        elif kind in (MD5, SHA1):
            _read_hash(data, kind, where, layout)
        else:
            _read_text(data, method, where, (layout, texts))


def _read_text(data: bytes, method: int, where: str, into: tuple[Layout, dict[str, str]]) -> None:
    layout, texts = into
    try:
        text = unpack(data, method, MOST_TEXT).decode("utf-16", "replace")
    except ValueError as error:
        layout.problems.append(f"{where}: {error}")
        return
    lines = text.split("\n")
    if len(lines) < 4 or lines[1] != "main":
        layout.problems.append(f"{where} holds no list of values")
        return
    for tag, value in zip(lines[2].split("\t"), lines[3].split("\t"), strict=False):
        if value:
            texts.setdefault(tag, value.translate(ESCAPED))


ESCAPED: Final = {1: "\n", 2: "\r", 3: "\t"}


def unpack(data: bytes, method: int, most: int) -> bytes:
    """The plain bytes of a text section, at most `most` of them. Raises ValueError."""
    try:
        if method == 1:
            return zlib.decompressobj().decompress(data, most)
        if method == 2:
            return unpack_bzip2(data, most)
    except (zlib.error, OSError) as error:
        raise ValueError("its text cannot be unpacked") from error
    return data[:most]


def unpack_bzip2(data: bytes, most: int) -> bytes:
    """Bzip2, of which the tool that made the format leaves out the head and the end. Raises OSError, ValueError."""
    return bz2.BZ2Decompressor().decompress(data if data[:3] == b"BZh" else b"BZh9" + data, most)


def _add_table(segment: Segment, number: int, section: Section, layout: Layout) -> None:
    raw = segment.read_at(section.start, 20).ljust(20, b"\0")
    first, count = struct.unpack_from("<QI", raw)
    sound = zlib.adler32(raw[:16]) == struct.unpack_from("<I", raw, 16)[0]
    if not sound or count > MOST_ENTRIES or 32 + 16 * count + 4 > section.size:
        layout.problems.append(f"{segment.name}: the head of the table at byte {section.start} is damaged")
    elif count:
        layout.tables.append(Table(number, first, count, 0, [section.start + 32], 0))


def _in_order(layout: Layout, segments: list[Segment]) -> list[Table]:
    """The tables by their first chunk, gaps filled with tables that are lost. Overlapping ones are left out."""
    ordered: list[Table] = []
    following = 0
    # Each chunk takes 16 bytes of a table: more lost ones than would fit into the set are not believed.
    room = sum(segment.size for segment in segments) // 16
    for table in sorted(layout.tables, key=lambda table: table.first):
        if table.first < following or table.first - following > room:
            name = segments[table.segment].name
            layout.problems.append(f"{name}: the table for chunk {table.first} does not follow the others")
            continue
        if table.first > following:
            ordered.append(Table(table.segment, following, table.first - following, 0, [], 0))
        ordered.append(table)
        following = table.first + table.count
    return ordered


def _set_sizes(layout: Layout, texts: dict[str, str], name: str) -> None:
    numbers = {tag: int(texts[tag]) for tag in ("ts", "bp", "sb", "tb") if _is_number(texts.get(tag, ""))}
    if "bp" not in numbers or "sb" not in numbers or "ts" not in numbers:
        raise ValueError(f"{name}: no device and case section, so the size of the image is not known")
    chunk = numbers["bp"] * numbers["sb"]
    if not 0 < chunk <= MOST_CHUNK:
        raise ValueError(f"{name}: a chunk of {chunk} bytes is not plausible")
    layout.chunk_size, layout.bytes_per_sector = chunk, numbers["bp"]
    layout.media_size, layout.declared_chunks = numbers["ts"] * numbers["bp"], numbers.get("tb", 0)
    said = ((_NAMES[tag], value.strip()) for tag, value in texts.items() if tag in _NAMES)
    layout.notes = {name: worded(name, value) for name, value in said if value}


def _is_number(text: str) -> bool:
    return len(text) <= 20 and text.isascii() and text.isdigit()


def _read_errors(data: bytes, where: str, layout: Layout) -> None:
    count = struct.unpack_from("<I", data)[0] if len(data) >= 32 else MOST_ERRORS + 1
    if count > MOST_ERRORS or 32 + 16 * count > len(data):
        layout.problems.append(f"{where} is damaged")
        return
    layout.errors.extend(
        (first, sectors) for first, sectors, _ in struct.iter_unpack("<QII", data[32 : 32 + 16 * count])
    )


def _read_hash(data: bytes, kind: int, where: str, layout: Layout) -> None:
    algorithm, size = ("md5", 16) if kind == MD5 else ("sha1", 20)
    if len(data) < size + 4:
        layout.problems.append(f"{where} is cut short")
        return
    if zlib.adler32(data[:size]) != struct.unpack_from("<I", data, size)[0]:
        layout.problems.append(f"{where} fails its checksum")
    stored = (algorithm, data[:size].hex())
    if any(data[:size]) and stored not in layout.hashes:
        layout.hashes.append(stored)
