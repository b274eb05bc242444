"""The members of a tar archive, header by header; a damaged header costs its member and not the rest.

The standard library is not used: its walk takes a damaged header for the end of the archive without a word, and a
chain of extended headers for recursion.

References: POSIX.1-2017, pax "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from extractors.sources.names import Findings
from extractors.sources.tar_sparse import BLOCK, ReadAt, Sparse, number, octal, old_sparse, pax_sparse

LONGEST: Final = 1 << 20  # of a long name or an extended header
_MOST_HEADERS: Final = 64  # before one member
_CHUNK: Final = 1 << 20
_EXTENDED: Final = (b"x", b"X", b"g", b"L", b"K")
_HAVE_BYTES: Final = (b"0", b"\0", b"7", b"S")
_NO_BYTES: Final = (b"1", b"2", b"3", b"4", b"5", b"6")
_TIMES: Final = {"accessed": "atime", "changed": "ctime", "created": "LIBARCHIVE.creationtime"}


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member: its first header (extended or not) is at `chain`, its bytes start at `data`, the next is at `end`.

    `type` is the letter of its header ("5" for every folder). `times` are (meaning, seconds as text).
    """

    name: str
    type: bytes
    size: int
    chain: int
    data: int
    end: int
    link: str
    times: tuple[tuple[str, str], ...]
    sparse: Sparse | None = None


class Header(NamedTuple):
    """What one header block says; `mtime` in seconds since 1970 in UTC."""

    name: str
    type: bytes
    size: int
    mtime: int
    link: str


def walk(read_at: ReadAt, total: int, findings: Findings) -> Iterator[TarMember]:
    """Every member in stored order; damage, and members behind an end mark, go into `findings`."""
    at, ended = 0, False
    while at < total:
        block = read_at(at, BLOCK)
        if not block.strip(b"\0"):
            ended, at = True, next_header(read_at, total, at)
            if at < total:
                findings.add("note", "tar-after-end", f"more members behind an end mark, from byte {at}", f"byte {at}")
            continue
        try:
            member = read_member(read_at, total, at)
        except ValueError as error:
            after = next_header(read_at, total, at + BLOCK)
            rest = f"reading goes on at byte {after}" if after < total else "nothing more was found"
            findings.add("file", "tar-damaged", f"{error} at byte {at}; {rest}", f"byte {at}")
            at = after
            continue
        ended = False
        yield member
        at = member.end
    if not ended:
        findings.add("note", "tar-no-end", "the archive has no end mark: it may be cut short")


def next_header(read_at: ReadAt, total: int, at: int) -> int:
    """The offset of the next sound header at or after `at`, or `total`."""
    mark, here = b"ustar", at + 257
    while here < total:
        chunk = read_at(here, _CHUNK)
        place = chunk.find(mark)
        while place >= 0:
            try:
                header(read_at(here + place - 257, BLOCK))
                return here + place - 257
            except ValueError:
                place = chunk.find(mark, place + 1)
        if len(chunk) <= len(mark):
            break
        here += len(chunk) - len(mark) + 1
    return total


def header(block: bytes) -> Header:
    """One header block. Raises ValueError."""
    if len(block) != BLOCK:
        raise ValueError("damaged header (cut short)")
    field = block[148:156]
    recorded, total = octal(field), sum(block) - sum(field) + 8 * 0x20
    if recorded != total:  # some early writers summed signed bytes
        total -= 256 * sum(byte > 127 for byte in block[:148] + block[156:])
    if recorded != total:
        raise ValueError("damaged header (bad checksum)")
    name = block[:100].split(b"\0", 1)[0]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].split(b"\0", 1)[0]):
        name = prefix + b"/" + name
    size, mtime = octal(block[124:136]), block[136:148]
    seconds = int.from_bytes(mtime, "big", signed=True) if mtime[0] == 0xFF else octal(mtime)
    return Header(_text(name), block[156:157], size, seconds, _text(block[157:257].split(b"\0", 1)[0]))


def read_member(read_at: ReadAt, total: int, chain: int) -> TarMember:
    """The member whose first header is at `chain`. Raises ValueError."""
    at, pax, long = chain, dict[str, str](), dict[bytes, str]()
    for _ in range(_MOST_HEADERS):
        block = read_at(at, BLOCK)
        info = header(block)
        at += BLOCK
        if info.type not in _EXTENDED:
            return _member(read_at, block, info, chain, at, pax, long)
        if info.size > LONGEST or at + info.size > total:
            raise ValueError(f"an extended header of {info.size} bytes")
        data = read_at(at, info.size)
        at += _padded(info.size)
        if info.type in (b"L", b"K"):
            long[info.type] = _text(data.split(b"\0", 1)[0])
        elif info.type != b"g":  # a global header carries comments; a path for all members would make no sense
            pax.update(_pax(data))
    raise ValueError("extended headers without end")


def _member(
    read_at: ReadAt,
    block: bytes,
    info: Header,
    chain: int,
    at: int,
    pax: dict[str, str],
    long: dict[bytes, str],
) -> TarMember:
    size = stored = number(pax["size"]) if "size" in pax else info.size
    data, sparse = at, None
    if info.type == b"S":
        sparse = old_sparse(read_at, block, at)
        at = sparse.data
    elif info.type in _HAVE_BYTES and any(key.startswith("GNU.sparse.") for key in pax):
        sparse = pax_sparse(read_at, pax, at, stored)
    elif info.type in _NO_BYTES:
        size = stored = 0  # whatever the size field says
    if sparse is not None:
        size, data = sparse.size, sparse.data
    name = pax.get("GNU.sparse.name") or pax.get("path") or long.get(b"L") or info.name
    link = pax.get("linkpath") or long.get(b"K") or info.link
    kind = b"5" if info.type in (b"\0", b"0") and name.endswith("/") else info.type
    times = [("modified", pax.get("mtime") or str(info.mtime))]
    times += [(meaning, pax[key]) for meaning, key in _TIMES.items() if key in pax]
    return TarMember(name, kind, size, chain, data, at + _padded(stored), link, tuple(times), sparse)


def _pax(data: bytes) -> dict[str, str]:
    """The records "<length> <key>=<value>\\n" of an extended header, as far as they are sound."""
    found, pieces, at = dict[str, str](), list[str](), 0
    while 0 < (space := data.find(b" ", at)) - at <= 20 and data[at:space].isdigit():
        end = at + int(data[at:space])
        key, separator, value = data[space + 1 : end - 1].partition(b"=")
        if end > len(data) or not separator:
            break
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):  # form 0.0 repeats them for each piece
            pieces.append(_text(value))
        found[_text(key)] = _text(value)
        at = end
    if pieces:
        found["GNU.sparse.map"] = ",".join(pieces)
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
