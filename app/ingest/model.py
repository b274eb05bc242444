"""What the ingest is asked, what it tells while it works, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from evidence_store.scope import Authority
from extractors.sources.base import Secret


class IngestError(Exception):
    """The source cannot be used, or reading had to stop. One clear line; what was stored before stays stored."""


STOPPED: Final = "stopped: what is done is kept, and the same command goes on from there"


class Stopped(IngestError):
    """The user stopped it. What is done is kept; the same command goes on from there."""


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """One source as the operator hands it over. `exhibit` None takes the next free reference of the case.

    `zone`: IANA name assumed for local times, None for none. `region`: two letters, under which national numbers are
    read for comparison, None for that of the device. `only`: globs of extractor ids, empty for all.
    """

    path: Path
    exhibit: str | None = None
    zone: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    only: tuple[str, ...] = ()
    region: str | None = None
    authority: Authority = field(default_factory=Authority)
    secret: Secret = field(default_factory=Secret, repr=False)  # never stored, not even that there is one


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of progress. `stage`: "listing", "hashing", "reading", "sealing". `done` and `total` are bytes
    (`total` 0 while not known); `eta_s` the estimated seconds left, or None."""

    stage: str
    source: str
    done: int
    total: int
    files: int
    items: int
    eta_s: float | None
    now: str = ""  # the file at work


@dataclass(frozen=True, slots=True)
class IngestResult:
    """How a source ended. `unread` counts files, volumes and rows that could not be read: see the coverage."""

    exhibit: str
    files: int
    items: int
    unread: int
    seal: str
    already: bool = False  # it had been read before: nothing was done


OnProgress = Callable[[Progress], None]
