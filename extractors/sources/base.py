"""What every source looks like from inside, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal, Protocol

from evidence_store.records import Moment, Problem


class SourceError(ValueError):
    """The source cannot be opened or not read to its end. The message is one clear line for the user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that a source lists.

    `path`: '/'-separated, relative to the root, no leading '/', never '..' segments; bytes that are no UTF-8 appear as
    \\xNN. Two entries may share a path (a zip may hold a name twice). `address` is how the volume finds the bytes again
    in another process. `note` says why the bytes cannot be had or what is odd about the name; `readable` is False when
    they cannot (encrypted, a link, clusters overwritten).
    """

    path: str
    size: int
    address: str
    times: tuple[Moment, ...] = ()
    kind: Literal["file", "link", "special"] = "file"
    deleted: bool = False
    allocated: bool = True
    readable: bool = True
    note: str = ""


class Locked(SourceError):
    """The source is encrypted, and opens only with a password or key. `wrong`: one was given, and it is not the one."""

    def __init__(self, message: str, wrong: bool = False) -> None:
        super().__init__(message)
        self.wrong = wrong


class SomethingElse(SourceError):
    """What the names of files looked like is not there: nothing is wrong, and nobody need be told."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens an encrypted source. It is held in memory only, and no representation shows it.

    `password` as it was typed, `key` the bytes of a key file. `unlocked` is what a volume made of them (derived keys,
    see `Volume.unlocked`), so that another process need not derive them again.
    """

    password: str | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    unlocked: bytes = field(default=b"", repr=False)


NO_SECRET: Final = Secret()


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Enough to open a source again in another process; small and picklable.

    `path` is the host path the operator gave. `spool` is its plain form inside the case's work folder, for containers
    that can only be read from front to end; `work` a folder there, in which containers inside it are unpacked. `zone`
    is the operator's assumption for file systems that store local time.
    """

    kind: str
    path: str
    spool: str | None = None
    zone: str | None = None
    work: str | None = None
    secret: Secret = NO_SECRET


@dataclass(slots=True)
class Bytes:
    """Bytes at an offset: a file of the host, a member of an archive. `read_at` may be called from any thread, gives
    fewer bytes than asked for only at the end, and raises SourceError."""

    size: int
    read_at: Callable[[int, int], bytes]
    close: Callable[[], None]


class Place(Protocol):
    """Where a container stands: on the host, or inside another container. What is beside it is found by name only."""

    name: str  # the last segment of its path, as stored
    size: int

    def open(self) -> Bytes:
        """Raises SourceError."""

    def names(self) -> list[str]:
        """The names of the files in the same folder, its own too; sorted."""

    def beside(self, name: str) -> Place | None:
        """A file in the same folder, the case of letters aside where no name fits exactly; None where there is none.

        A name with a separator, "..", a drive or a link behind it is never found: nothing outside the folder is."""


@dataclass(slots=True)
class Image:
    """The media inside a disk image. `facts` is what the image says of itself, for the report. `problems` is complete
    once everything was read. `stored` holds (algorithm, lower-case hex) of hashes of the media that the image carries.
    `parts` are the names of the files it is made of, the one that was opened first. `chunks` gives the media front to
    back at full speed, where the format can do that faster than by `read_at`."""

    size: int
    read_at: Callable[[int, int], bytes]
    close: Callable[[], None]
    facts: dict[str, str] = field(default_factory=dict)
    problems: Callable[[], list[Problem]] = list
    stored: list[tuple[str, str]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    chunks: Callable[[], Iterator[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class StoredHash:
    """A hash that the container itself carries, and whether the bytes still give it (None: not checked)."""

    algorithm: str
    value: str
    matches: bool | None


@dataclass(slots=True)
class Hashes:
    """What one pass over a source gives. `files` lists each file on the host: name, size, sha256."""

    size: int
    sha256: str
    sha1: str
    md5: str
    files: list[dict[str, str | int]] = field(default_factory=list)
    stored: list[StoredHash] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Volume(Protocol):
    """An opened source. `entries` may be long: it is a generator. Opening and listing never write."""

    kind: str

    def entries(self) -> Iterator[Entry]:
        """Every file, deleted ones marked; in no promised order."""

    def problems(self) -> list[Problem]:
        """What opening and listing met: unknown volumes, unsafe names, damage. Complete once `entries` is exhausted.

        A listed file whose bytes cannot be had is none of them: its entry says so, and it would be counted twice."""

    def facts(self) -> dict[str, str]:
        """What the container says of itself (partitions, acquisition notes), as plain text for the report."""

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of one entry, seekable and read-only. Raises SourceError when they cannot be had."""

    def close(self) -> None: ...
