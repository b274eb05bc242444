"""A source is opened and listed by a worker; where it is encrypted, the password is asked for until it fits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from app.ingest.again import require_same
from app.ingest.model import STOPPED, IngestError, Stopped
from app.ingest.pool import Ended, Pool
from app.worker.tasks import Survey
from evidence_store.identity import COMPARED_BY, library
from evidence_store.rows import load
from extractors.sources.base import NO_SECRET, SourceRef

# (what is locked, whether a password was given and is wrong) -> the password, or None to do without.
Ask = Callable[[str, bool], str | None]
WRONG: Final = "wrong password"
OPENED_WITH: Final = "opened with"  # among the facts of a source: what has to be given again to go on with it


def survey(
    pool: Pool, source: SourceRef, shard: str, ask: Ask | None, stop: threading.Event | None = None
) -> tuple[Ended, SourceRef]:
    """(how the survey ended, the source with its kind and with the keys that opened it).

    What is locked inside an open source is asked for once and may be left locked; a password that is wrong is asked
    for again; where that is given up, it stays locked. Nothing is tried that was not given.
    """
    opens_without = False
    while True:
        ended = next(iter(pool.run([Survey(source, shard)], stop)))
        opens_without |= not ended.error and source.secret == NO_SECRET
        given = None
        if ask is not None and _waits(ended, source):
            given = ask(_locked(ended), ended.how == WRONG)
            if stop is not None and stop.is_set():  # no answer is none
                raise Stopped(STOPPED)
        if given is None and ended.how == WRONG and opens_without:
            source, ask = replace(source, secret=NO_SECRET), None
            continue
        if given is None:
            break
        source = replace(source, secret=replace(source.secret, password=given, unlocked=b""))
    if ended.error:
        return ended, source
    secret = replace(source.secret, unlocked=ended.note["unlocked"])
    return ended, replace(source, kind=ended.note["kind"], secret=secret)


def open_again(
    pool: Pool, source: SourceRef, sha256: str | None, shard: str, ask: Ask | None, stop: threading.Event | None
) -> SourceRef:
    """Opens a source again after an earlier run was stopped, and its work folder emptied or its keys forgotten since.

    `sha256` is that of a source that is unpacked first, which must be the same. Raises IngestError.
    """
    spool = Path(source.spool or "")
    part = spool.with_suffix(".part")  # a spool is whole, or not there
    ended, opened = survey(pool, replace(source, spool=str(part)), shard, ask, stop)
    if ended.error:
        raise IngestError(line_of(source.path, ended))
    if sha256 is not None:
        require_same(source.path, sha256, ended.note["hashes"])
        part.replace(spool)
    return replace(opened, spool=str(spool))


def _waits(ended: Ended, source: SourceRef) -> bool:
    if ended.how in ("locked", WRONG):
        return True
    return not ended.error and bool(ended.note["locked"]) and source.secret == NO_SECRET


def _locked(ended: Ended) -> str:
    return ended.error or ", ".join(ended.note["locked"])


def all_facts(row: Any, told: dict[str, str], *, opened: bool) -> dict[str, str]:
    """What a source says of itself, beside what the operator stated of it and what it was read with."""
    key = {OPENED_WITH: "a password or key, which is not stored"} if opened else {}
    return {**load(row["facts"]), **told, **key, COMPARED_BY: library()}


def line_of(path: str, ended: Ended) -> str:
    """One line for a task that failed."""
    if ended.how == "full":
        return f"{path}: the disk is full; nothing that was stored is lost: make room and run the same command again"
    error = ended.error or ""
    return error if path in error else f"{path}: {error}"
