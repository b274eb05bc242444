"""A zip archive: a phone extraction, an exported chat with its attachments."""

from __future__ import annotations

import stat
from array import array
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Entry, Hashes, Place, SourceError, SourceRef
from extractors.sources.host import hash_file
from extractors.sources.names import Findings, original, safe_path, shown
from extractors.sources.place import HostPlace
from extractors.sources.zip_directory import (
    END,
    LOCAL,
    Directory,
    Member,
    find_directory,
    member_name,
    member_times,
    records,
)
from extractors.sources.zip_member import open_member
from extractors.sources.zip_recovery import MAX_RATIO, MAX_SIZE, scan
from extractors.sources.zip_unpack import METHODS, Address

KIND: Final = "zip"
TITLE: Final = "Zip archive"
LIMITS: Final = (
    "Stored, deflated, bzip2 and LZMA members are read. Encrypted members, other methods (deflate64, zstandard), parts "
    "of split archives, and members that unpack to more than 1 GiB and 200 times their size are listed and not read."
)
_STUBS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_SMALL_PREFIX: Final = 1024


def begins(head: bytes) -> bool:
    """A local header or an end record at the start."""
    return head[:4] in (LOCAL, END, b"PK\x07\x08")


def detect(place: Place, head: bytes) -> bool:
    """As `begins`; or, behind a program or a few bytes, a directory at the end."""
    if begins(head):
        return True
    data = place.open()
    try:
        directory = find_directory(data.read_at, data.size)
    finally:
        data.close()
    # A disk image may end in a zip file by chance: only a program may have more than a few bytes before its archive.
    if directory is None or not directory.count:
        return False
    return directory.prefix <= _SMALL_PREFIX or head.startswith(_STUBS)


class ZipVolume:
    """See `Volume`. The address of an entry holds what its directory record says: opening needs no directory."""

    kind = KIND

    def __init__(self, data: Bytes, zone: str | None) -> None:
        self._zone = zone
        self._total, self._read_at, self._close = data.size, data.read_at, data.close
        self._findings = Findings()
        self._paths: set[int] = set()

    def entries(self) -> Iterator[Entry]:
        """Files and links in directory order, then what only local headers know. Folders are not listed."""
        self._findings, self._paths = Findings(), set()
        directory = find_directory(self._read_at, self._total)
        if directory is None:
            self._findings.add("file", "zip-no-directory", "the end of the archive with its directory is missing")
            yield from self._recovered(set())
            return
        if directory.trailing:
            text = f"{directory.trailing} bytes after the end of the archive are not read"
            self._findings.add("note", "zip-trailing", text)
        overlapping = self._overlapping(directory)
        listed = 0
        headers = array("Q")
        for member in records(self._read_at, directory):
            listed += 1
            headers.append(member.header & 0xFFFFFFFFFFFFFFFF)
            yield from self._entry(member, overlapping.get(member.header, "") or self._reason(member))
        if listed != directory.count and (directory.wide or (listed & 0xFFFF) != directory.count):
            text = f"{listed} of {directory.count} directory records could be read"
            self._findings.add("file", "zip-directory-damaged", text)
            yield from self._recovered(set(headers))

    def _recovered(self, known: set[int]) -> Iterator[Entry]:
        for member, reason in scan(self._read_at, self._total, known):
            if reason:
                path = safe_path(member_name(member)[0], drives=True)[0]
                self._findings.add("note", "zip-member-lost", f"{path}: {reason}", f"byte {member.header}")
            yield from self._entry(member, reason or self._reason(member), "found by its own header, not the directory")

    def _overlapping(self, directory: Directory) -> dict[int, str]:
        """Headers of members that share their bytes with others and together promise too much: a flat zip bomb."""
        starts, ends, sizes = array("Q"), array("Q"), array("Q")
        for member in records(self._read_at, directory):
            if member.header < self._total:
                starts.append(member.header)
                ends.append(min(member.header + 30 + len(member.name) + member.packed, self._total))
                sizes.append(member.size)
        bad: dict[int, str] = {}
        group: list[int] = []
        end = 0
        for place in sorted(range(len(starts)), key=starts.__getitem__):
            if starts[place] >= end:
                self._judge(group, starts, end, sizes, bad)
                group, end = [], 0
            group.append(place)
            end = max(end, ends[place])
        self._judge(group, starts, end, sizes, bad)
        return bad

    def _judge(self, group: list[int], starts: array[int], end: int, sizes: array[int], bad: dict[int, str]) -> None:
        if len(group) < 2:
            return
        promised, held = sum(sizes[place] for place in group), end - starts[group[0]]
        text = f"{len(group)} members share the bytes {starts[group[0]]} to {end}"
        self._findings.add("note", "zip-overlap", text, f"byte {starts[group[0]]}")
        if promised > MAX_SIZE and promised > MAX_RATIO * held:
            reason = f"shares its bytes with {len(group) - 1} others that promise {promised} bytes (zip bomb)"
            bad.update((starts[place], reason) for place in group)

    def _reason(self, member: Member) -> str:
        """Why the bytes cannot be had, or ""."""
        if member.flags & 0x2041 or member.method == 99:
            return "encrypted"
        if member.method not in METHODS:
            return f"compression method {member.method} is not read"
        if member.disk:
            return f"in part {member.disk + 1} of a split archive"
        start = member.header + 30 + len(member.name)
        if start + member.packed > self._total:
            return f"cut short, {max(0, self._total - start)} of {member.packed} packed bytes are there"
        if member.size > MAX_SIZE and member.size > MAX_RATIO * max(1, member.packed):
            return f"promises {member.size} bytes from {member.packed} (zip bomb)"
        return ""

    def _entry(self, member: Member, reason: str, how: str = "") -> Iterator[Entry]:
        name, remark = member_name(member)
        if name.endswith("/") and not member.size:
            return
        path, oddity = safe_path(name, drives=True)
        if oddity:
            stored = original(member.name)
            self._findings.add_name(path, oddity, stored)
            remark = f"stored name {stored}"
        elif remark:
            self._findings.add("note", "name-encoding", f"{path}: {remark}", path)
        if hash(path) in self._paths:
            self._findings.add("note", "name-twice", f"{path}: the archive holds this name more than once", path)
        self._paths.add(hash(path))
        address = Address(member.header, member.packed, member.method, member.crc, member.size, member.flags)
        is_link = stat.S_ISLNK(member.mode)
        if is_link and not reason:
            how = self._link_target(address, path)
        note = "; ".join(part for part in (reason, remark, how) if part)
        yield Entry(
            path,
            member.size,
            address.text(),
            member_times(member, self._zone),
            kind="link" if is_link else "file",
            readable=not reason and not is_link,
            note=note,
        )

    def _link_target(self, address: Address, path: str) -> str:
        if address.size > 4096:
            return "link whose target is too long to be one"
        try:
            with open_member(self._read_at, self._total, address, path) as stream:
                return f"link to {shown(stream.read().decode('utf-8', 'surrogateescape'))}"
        except SourceError as error:
            return f"link that cannot be read: {error}"

    def problems(self) -> list[Problem]:
        return self._findings.problems()

    def facts(self) -> dict[str, str]:
        directory = find_directory(self._read_at, self._total)
        found = {}
        if directory and directory.comment:
            found["zip comment"] = shown(directory.comment.decode("utf-8", "surrogateescape"))
        if directory and directory.prefix:
            found["bytes before the archive"] = str(directory.prefix)
        return found

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of a member. Raises SourceError where they cannot be had."""
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'cannot be read'}")
        try:
            address = Address.of(entry.address)
        except ValueError as error:
            raise SourceError(f"{entry.path}: {error}") from error
        return open_member(self._read_at, self._total, address, entry.path)

    def close(self) -> None:
        self._close()


def is_packed(address: str) -> bool:
    """Whether a member's bytes come out only from front to back: going to a place in them means unpacking up to it."""
    return Address.of(address).method != 0


def open_place(place: Place, zone: str | None) -> ZipVolume:
    """Raises SourceError where the place cannot be opened or holds no trace of a zip archive."""
    data = place.open()
    if data.read_at(0, 4) not in (LOCAL, END, b"PK\x07\x08") and not find_directory(data.read_at, data.size):
        data.close()
        raise SourceError(f"{shown(place.name)}: not a zip archive")
    return ZipVolume(data, zone)


def open_volume(ref: SourceRef) -> ZipVolume:
    """As `open_place`, of a file of the host."""
    return open_place(HostPlace(ref.path), ref.zone)


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of the archive file, in one pass. Raises SourceError."""
    return hash_file(ref.path, progress)
