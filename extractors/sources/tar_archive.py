"""A tar archive, plain or compressed; a compressed one is unpacked into the case's work folder before it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Literal

from evidence_store.records import Moment, Problem
from extractors.shortened import shortened
from extractors.sources.base import Bytes, Entry, Hashes, Place, SourceError, SourceRef
from extractors.sources.host import hash_file
from extractors.sources.names import Findings, original, safe_path, shown
from extractors.sources.place import HostPlace
from extractors.sources.reading import RangeReader, buffered
from extractors.sources.tar_headers import TarMember, header, read_member, walk
from extractors.sources.tar_sparse import BLOCK, sparse_reader
from extractors.sources.tar_unpack import COMPRESSIONS, MAX_RATIO, MAX_SIZE, compression, first_bytes
from parsers.times import from_unix

KIND: Final = "tar"
KINDS: Final = (KIND, *(f"tar.{ending}" for ending in COMPRESSIONS))
TITLE: Final = "Tar archive"
LIMITS: Final = (
    "Plain, gzip, bzip2 and xz. Links and devices are listed; a hard link gives the bytes of its target. Sparse files "
    "of more than 1 GiB and 200 times what is stored are not read."
)
Kind = Literal["file", "link", "special"]
_HARD, _SOFT = b"1", b"2"
_SPECIAL: Final = {b"3": "character device", b"4": "block device", b"6": "named pipe"}
_BYTES: Final = (b"0", b"\0", b"7", b"S")


def detect_kind(place: Place, head: bytes) -> str | None:
    """ "tar", "tar.gz", "tar.bz2" or "tar.xz" by content; "gz", "bz2" or "xz" for one compressed file; or None."""
    method = compression(head)
    start = first_bytes(place, method, BLOCK) if method else head[:BLOCK]
    try:
        header(start)
    except ValueError:
        return method if start else None
    return f"{KIND}.{method}" if method else KIND


class TarVolume:
    """See `Volume`. Addresses: "offset,size" of bytes that lie in one piece, "sparse,offset of the header" else."""

    def __init__(self, kind: str, data: Bytes) -> None:
        self.kind = kind
        self._total, self._read_at, self._close = data.size, data.read_at, data.close
        self._findings = Findings()

    def entries(self) -> Iterator[Entry]:
        """Files, links and special files in stored order, then the hard links. Folders are not listed."""
        self._findings = Findings()
        targets: set[str] = set()
        for member in walk(self._read_at, self._total, self._findings):
            if member.type == _HARD:
                targets.add(member.link)
            elif member.type != b"5":
                yield self._entry(member)
        if targets:
            yield from self._hard_links(targets)

    def _hard_links(self, targets: set[str]) -> Iterator[Entry]:
        """A second walk: each hard link with the bytes that its target's name had at that point of the archive."""
        known: dict[str, TarMember] = {}
        for member in walk(self._read_at, self._total, Findings()):
            target = member
            if member.type == _HARD:
                target = known.get(member.link, member)
                yield self._entry(member, target)
            if member.name in targets:
                known[member.name] = target

    def _entry(self, member: TarMember, target: TarMember | None = None) -> Entry:
        path, oddity = safe_path(member.name)
        notes = []
        if oddity:
            stored = original(member.name)
            self._findings.add_name(path, oddity, stored)
            notes.append(f"stored name {stored}")
        held = target or member
        if target is not None and target is not member:
            notes.append(f"hard link to {shown(member.link)}")
        kind, reason = self._kind(held)
        if reason:
            notes.insert(0, reason)
        return Entry(
            path,
            held.size,
            f"sparse,{held.chain}" if held.sparse else f"{held.data},{held.size}",
            tuple(_moment(meaning, seconds) for meaning, seconds in member.times),
            kind=kind,
            readable=not reason,
            note="; ".join(notes),
        )

    def _kind(self, member: TarMember) -> tuple[Kind, str]:
        """(kind, why the bytes cannot be had) of what an entry stands for."""
        if member.type == _SOFT:
            return "link", f"link to {shown(member.link)}"
        if member.type == _HARD:
            return "link", f"hard link to {shown(member.link)}, which the archive does not hold"
        if member.type in _SPECIAL:
            return "special", _SPECIAL[member.type]
        if member.type not in _BYTES:
            return "special", f"member of the unknown type {member.type!r}"
        held = member.sparse.held if member.sparse else member.size
        if member.data + held > self._total:
            return "file", f"cut short, {max(0, self._total - member.data)} of {held} bytes are there"
        if member.size > MAX_SIZE and member.size > MAX_RATIO * max(1, held):
            return "file", f"promises {member.size} bytes from {held} (sparse bomb)"
        return "file", ""

    def problems(self) -> list[Problem]:
        return self._findings.problems()

    def facts(self) -> dict[str, str]:
        return {}

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of a member. Raises SourceError where they cannot be had."""
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'cannot be read'}")
        try:
            return buffered(self._bytes_at(entry.address))
        except ValueError as error:
            raise SourceError(f"{entry.path}: not an address of this archive ({error})") from error

    def _bytes_at(self, address: str) -> RangeReader:
        first, _, second = address.partition(",")
        if first == "sparse":
            member = read_member(self._read_at, self._total, int(second))
            if member.sparse is None:
                raise ValueError("no sparse file")
            return sparse_reader(self._read_at, member.sparse)
        start, size = int(first), int(second)
        if start < 0 or size < 0 or start + size > self._total:
            raise ValueError("beyond the archive")
        return RangeReader(lambda at, count: self._read_at(start + at, count), size)

    def close(self) -> None:
        self._close()


def _moment(meaning: str, seconds: str) -> Moment:
    """Seconds since 1970 in UTC, with or without a fraction."""
    whole, _, fraction = seconds.partition(".")
    try:
        utc_us, note = from_unix(int(whole[:20]) * 1_000_000 + int(f"{fraction:0<6}"[:6]), "us")
    except ValueError:
        utc_us, note = None, "not a number"
    return Moment(f"{meaning} (file system)", utc_us, shown(shortened(seconds, 80)), "D", note=note)


def open_volume(ref: SourceRef) -> TarVolume:
    """A plain tar, or the unpacked form of a compressed one (`ref.spool`). Raises SourceError."""
    if ref.kind != KIND and ref.spool is None:
        raise SourceError(f"{shown(ref.path)}: a compressed archive has to be unpacked into the work folder first")
    return TarVolume(ref.kind, HostPlace(ref.spool or ref.path).open())


def hash_source(ref: SourceRef, progress: Callable[[int], None] | None = None) -> Hashes:
    """The hashes of the archive file as it is (compressed). `unpack_spool` gives the same while it unpacks."""
    return hash_file(ref.path, progress)
