"""What a worker can be asked: small, picklable values that say everything needed to do the work in another process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from evidence_store.records import Moment
from evidence_store.scope import Scope
from extractors.sources.base import Entry, SourceRef


@dataclass(frozen=True, slots=True)
class Survey:
    """Find out what the source is and list it. The shard holds the entries.

    `source` has no kind yet. A compressed source is unpacked to its `spool` on the way, what is inside to its `work`.
    """

    source: SourceRef
    shard: str


@dataclass(frozen=True, slots=True)
class HashSource:
    """Hash the source's own bytes (not of a folder: its files are hashed one by one)."""

    source: SourceRef
    shard: str


class Listed(NamedTuple):
    """A file as the listing stores it (see the table `file`): what an Entry is, in a form that costs little to send."""

    ordinal: int
    path: str
    size: int
    kind: Literal["file", "link", "special"]
    deleted: int
    allocated: int
    readable: int
    note: str
    times: str  # JSON list of moments
    address: str

    def entry(self) -> Entry:
        """The Entry without its times, which most readers of a file do not ask for (see `moments`)."""
        flags = (bool(self.deleted), bool(self.allocated), bool(self.readable))
        return Entry(self.path, self.size, self.address, (), self.kind, *flags, self.note)

    def moments(self) -> tuple[Moment, ...]:
        """The moments of the file system."""
        return tuple(Moment(**moment) for moment in json.loads(self.times))


class Step(NamedTuple):
    """One file, the extractors that its path calls for, and the files beside it that belong to it."""

    listed: Listed
    extractors: tuple[str, ...]  # ids
    companions: tuple[Listed, ...] = ()  # "-wal", "-journal"
    # what may be the same file and its companions under their first names: if so, read there
    twin: tuple[Listed, ...] = ()
    others: tuple[Listed, ...] = ()  # what the extractors may look up while they read it (`Extractor.beside`)


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to hash, to type and to extract from. `skip` names steps that killed or outran a worker, and how."""

    source: SourceRef
    ordinal: int
    steps: tuple[Step, ...]
    shard: str
    date_order: str | None = None
    only: tuple[str, ...] = ()  # globs of extractor ids
    scope: Scope = field(default_factory=Scope)
    region: str | None = None  # under which national numbers are read for comparison
    device_zone: str | None = None  # as the phone was set, for local times where the operator states none
    skip: tuple[tuple[str, str], ...] = ()  # (step label, "crashed" or "timed out" or "ran out of memory")


@dataclass(frozen=True, slots=True)
class Render:
    """Make one small upright JPEG of a picture in the source, if its bytes are still those of `sha256`."""

    source: SourceRef
    entry: Entry
    sha256: str
    max_side: int
    shard: str


Task = Survey | HashSource | Batch | Render
