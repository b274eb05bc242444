"""What a worker can be asked: small, picklable values that say everything needed to do the work in another process."""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence_store.scope import Scope
from extractors.sources.base import Entry, SourceRef


@dataclass(frozen=True, slots=True)
class Survey:
    """Find out what the source is and list it. The shard holds the entries; a compressed tar is unpacked on the way."""

    path: str
    zone: str | None
    shard: str
    spool: str  # where a compressed tar may be unpacked to


@dataclass(frozen=True, slots=True)
class HashSource:
    """Hash the source's own bytes (not of a folder: its files are hashed one by one)."""

    source: SourceRef
    shard: str


@dataclass(frozen=True, slots=True)
class Step:
    """One file: what it is, which extractors its path calls for, and the files beside it that belong to it."""

    ordinal: int
    entry: Entry
    extractors: tuple[str, ...]  # ids
    companions: tuple[Entry, ...] = ()  # "-wal", "-journal"


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
