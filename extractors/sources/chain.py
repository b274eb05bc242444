"""Opens what lies inside what lies inside a source, again and again, from an address alone.

The address of an entry inside is JSON: [links, address in the last of them]. A link to a container is its kind and the
files it is made of, [kind, [[name, size, address], …]]; a link to a layout is [kind, root].
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, Final

from evidence_store.records import Problem, to_plain
from extractors.sources import zip_archive
from extractors.sources.base import Entry, Secret, SourceError, SourceRef, Volume
from extractors.sources.host import chunks
from extractors.sources.kinds import MOST, SPOOLED, UNLOCKS, open_kind, unpack_kind
from extractors.sources.layouts import LAYOUTS
from extractors.sources.place import InnerPlace
from extractors.sources.tar_unpack import KEEP_FREE
from extractors.sources.zip_archive import ZipVolume
from extractors.sources.zip_member import WHOLE

Links = tuple[Any, ...]
KEPT_OPEN: Final = 64
_PIECE: Final = 4 << 20


def address_of(links: Links, address: str) -> str:
    """The address of an entry behind `links`; as it is where there are none."""
    return json.dumps([links, address], ensure_ascii=False, separators=(",", ":")) if links else address


INNER: Final = "[["  # begins the address of what lies inside, and no other address


def is_inner(address: str) -> bool:
    return address.startswith(INNER)


def _link(kind: str, parts: list[Entry]) -> Any:
    return [kind, [[part.path.rpartition("/")[2], part.size, part.address] for part in parts]]


class _Layout:
    """The entries of a layout, opened in what lies below it."""

    def __init__(self, module: ModuleType, below: Opener, secret: Secret) -> None:
        self._open_in = module.open_in
        self._below = below
        self._secret = secret

    def open(self, entry: Entry) -> BinaryIO:
        stream: BinaryIO = self._open_in(entry.address, entry.path, self._below.open, self._secret)
        return stream


Opener = Volume | _Layout


class _Near:
    """Opens entries of a volume; a large one that comes out only from front to back is unpacked once, to the work
    folder, where there is room, and read from there."""

    def __init__(self, below: Opener, key: str, work: str | None, on_work: Callable[[int], None]) -> None:
        self._below = below
        self._key = key
        self._work = work
        self._on_work = on_work

    def open(self, entry: Entry) -> BinaryIO:
        if self._work is None or not isinstance(self._below, ZipVolume) or entry.size <= WHOLE:
            return self._below.open(entry)
        if not zip_archive.is_packed(entry.address):
            return self._below.open(entry)
        place = Path(self._work) / f"inner-{key_of([self._key, entry.address])}"
        if not place.exists():
            free = shutil.disk_usage(self._work).free
            if entry.size > MOST or free - entry.size < KEEP_FREE:
                return self._below.open(entry)
            write_whole(place, lambda out: self._copy(entry, out))
        return place.open("rb")

    def _copy(self, entry: Entry, out: Path) -> None:
        with out.open("wb") as to:
            for piece in chunks(self._below.open(entry), entry.path):
                to.write(piece)
                self._on_work(len(piece))


def key_of(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def write_whole(place: Path, write: Callable[[Path], object]) -> None:
    """Writes a file of the work folder so that it is there only when it is whole, whoever else writes it too."""
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(place)
    except OSError:
        if not place.exists():  # else another worker was faster, and has it open: its copy is as good
            raise
    finally:
        part.unlink(missing_ok=True)


class Chain:
    """The opened source, and what was opened inside it so far."""

    def __init__(self, volume: Volume, ref: SourceRef, on_work: Callable[[int], None] = lambda _: None) -> None:
        self._volume = volume
        self._ref = ref
        self._on_work = on_work
        self._opened: dict[str, Opener] = {}
        self._met: dict[str, list[Problem]] = {}  # by what was unpacked, while unpacking it
        self._unlocked: dict[str, str] = json.loads(ref.secret.unlocked) if ref.secret.unlocked else {}

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of an entry, inside or not. Raises SourceError."""
        if not is_inner(entry.address):
            return self._volume.open(entry)
        if not entry.readable:
            raise SourceError(f"{entry.path}: {entry.note or 'its bytes cannot be had'}")
        try:
            links, address = json.loads(entry.address)
            opener = self.at(tuple(links))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"{entry.path}: not an address of this source") from error
        return opener.open(Entry(entry.path, entry.size, address, kind=entry.kind))

    def at(self, links: Links) -> Opener:
        """What the links lead to. Raises SourceError, and ValueError for links that nothing here made."""
        if not links:
            return self._volume
        key = json.dumps(links)
        if key not in self._opened:
            below = self.at(links[:-1])
            if len(self._opened) >= KEPT_OPEN:
                self._close_others(links[:-1])
            self._opened[key] = self._open_link(links[-1], key, below)
        return self._opened[key]

    def _open_link(self, link: Any, key: str, below: Opener) -> Opener:
        kind, what = link
        if isinstance(what, str):
            return _Layout(LAYOUTS[kind], below, self._secret(key))
        parts = [Entry(str(name), int(size), str(address)) for name, size, address in what]
        near = self._near(below, json.dumps(json.loads(key)[:-1]))
        place = InnerPlace(parts[0], {part.path: part for part in parts}, near.open)
        return self._open_kind(kind, place, key)

    def _near(self, below: Opener, key: str) -> _Near:
        return _Near(below, key, self._ref.work, self._on_work)

    def place(self, entry: Entry, beside: Mapping[str, Entry], links: Links, *, near: bool = True) -> InnerPlace:
        """The place of an entry behind `links`; `beside` are the entries of its folder that may belong to it.

        `near`: what is large and packed is unpacked into the work folder first.
        """
        around = {**beside, entry.path.rpartition("/")[2]: entry}
        below = self.at(links)
        return InnerPlace(entry, around, self._near(below, json.dumps(links)).open if near else below.open)

    def enter(self, kind: str, place: InnerPlace, links: Links) -> tuple[Links, Volume]:
        """Opens a container at a place that `place` gave: (the links to it, the volume). Raises SourceError, Locked."""
        if len(self._opened) >= KEPT_OPEN:
            self._close_others(links)
        key = json.dumps((*links, _link(kind, [place.entry])))
        volume = self._open_kind(kind, place, key)
        here = (*links, _link(kind, place.used))
        self._opened[json.dumps(here)] = volume
        return here, volume

    def _open_kind(self, kind: str, place: InnerPlace, key: str) -> Volume:
        return open_kind(kind, place, self._ref, self._unpacked(kind, place, key) if kind in SPOOLED else None)

    def secret_of(self, links: Links) -> Secret:
        """What opens the layout that `links` lead to: what the operator gave, and what was derived from it before."""
        return self._secret(json.dumps(links))

    def _secret(self, key: str) -> Secret:
        return replace(self._ref.secret, unlocked=bytes.fromhex(self._unlocked.get(key, "")))

    def unlock(self, links: Links, keys: bytes) -> None:
        """Keeps the keys that were derived for a layout."""
        self._keep(json.dumps(links), keys)

    def _keep(self, key: str, keys: bytes) -> None:
        if keys:
            self._unlocked[key] = keys.hex()

    @property
    def unlocked(self) -> bytes:
        """All that was derived, for `Secret.unlocked` of the source."""
        return json.dumps(self._unlocked).encode() if self._unlocked else b""

    def _unpacked(self, kind: str, place: InnerPlace, key: str) -> Path:
        if self._ref.work is None:
            raise SourceError(f"{place.name}: has to be unpacked, and no place was given for that")
        to = Path(self._ref.work) / f"plain-{key_of(key)}"
        told = to.with_name(f"{to.name}.problems")  # for those who find it unpacked
        ref = self._ref
        if kind in UNLOCKS:  # its password is asked for, unpacked or not
            self._keep(key, UNLOCKS[kind](place, self._secret(key)))
            ref = replace(ref, secret=self._secret(key))

        def unpack(part: Path) -> None:
            problems = unpack_kind(kind, place, ref, part, self._on_work).problems
            plain = json.dumps([to_plain(one) for one in problems])
            write_whole(told, lambda out: out.write_text(plain, encoding="utf-8"))

        if not to.exists():
            write_whole(to, unpack)
        found = json.loads(told.read_text(encoding="utf-8"))
        self._met[key] = [Problem(**{**one, "detail": f"{place.entry.path}: {one['detail']}"}) for one in found]
        return to

    @property
    def problems(self) -> list[Problem]:
        """What was met while unpacking what is inside."""
        return [problem for problems in self._met.values() for problem in problems]

    def _close_others(self, links: Links) -> None:
        """Closes what was opened inside and is not on the way to `links`."""
        way = {json.dumps(links[:length]) for length in range(1, len(links) + 1)}
        for key in [key for key in self._opened if key not in way]:
            self._close(self._opened.pop(key))

    def _close(self, opener: Opener) -> None:
        if not isinstance(opener, _Layout):
            opener.close()

    def leave(self, links: Links) -> None:
        """Closes what `links` lead to; `at` opens it again."""
        if opener := self._opened.pop(json.dumps(links), None):
            self._close(opener)

    def close(self) -> None:
        """Closes what was opened inside, the innermost first, and the source."""
        for opener in reversed(list(self._opened.values())):
            self._close(opener)
        self._opened.clear()
        self._volume.close()
