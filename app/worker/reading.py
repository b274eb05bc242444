"""A batch: each file is read once, hashed, typed, and handed to the extractors that want it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache, partial
from itertools import compress
from typing import Final

from app.worker.evidence import OpenedFile
from app.worker.shard import FILE, PROBLEM, ShardWriter
from app.worker.tally import Tally
from app.worker.tasks import Batch, Listed, Step
from evidence_store.derive import OfFile
from evidence_store.records import Present, Problem, Record, to_plain
from evidence_store.scope import Scope
from extractors.base import Extractor, Found
from extractors.catalog import EXTRACTORS
from extractors.recognising import DATABASE, recognised
from extractors.sources.base import SourceError, Volume
from parsers.signatures import mime_of

KEEP: Final = 16 << 20  # a file up to this size is read once and kept while its extractors run
_CHUNK: Final = 1 << 20
_HEAD: Final = 4096
_BLOCK: Final = 32  # records
OnStep = Callable[[str, int], None]  # label of the step that begins, bytes read since the last call


def label_of(ordinal: int, extractor: str) -> str:
    """What names a step when it kills its worker: "412:read", "412:android.sms"."""
    return f"{ordinal}:{extractor}"


def read_batch(batch: Batch, volume: Volume, shard: ShardWriter, on_step: OnStep) -> None:
    """Reads every file of the batch in order; whatever happens to one file is stored as its own outcome."""
    skip = dict(batch.skip)
    for step in batch.steps:
        label = label_of(step.listed.ordinal, "read")
        on_step(label, 0)
        zone, by = (batch.source.zone, "operator") if batch.source.zone else (batch.device_zone, "set on the device")
        file = OpenedFile(volume, step.listed, step.companions, zone, batch.date_order, by, step.others)
        if label in skip:
            _unreadable(shard, step, Problem("file", skip[label].replace(" ", "-"), f"reading it: {skip[label]}"))
            continue
        if not _read(step, file, volume, batch.only, shard, partial(on_step, label)):
            continue
        wanted = list(_wanted(step, file, batch.only, _by_tables(step, file, shard, skip, on_step)))
        file.readers = frozenset(extractor.id for extractor in wanted)
        for extractor in wanted:
            label = label_of(step.listed.ordinal, extractor.id)
            on_step(label, 0)
            of_file = OfFile(bool(step.listed.deleted), step.listed.times, batch.region)
            _extract(extractor, file, of_file, shard, batch.scope, skip.get(label))


def _read(
    step: Step, file: OpenedFile, volume: Volume, only: tuple[str, ...], shard: ShardWriter, tell: Callable[[int], None]
) -> bool:
    """Hashes and types a file, and keeps a small one: whether the extractors are to read it.

    `tell` is for bytes read: it also says that reading goes on."""
    entry = step.listed
    if entry.kind != "file":
        shard.add(FILE, {"ordinal": step.listed.ordinal, "readable": bool(entry.readable), "note": entry.note})
        return False
    if not entry.readable:
        _unreadable(shard, step, Problem("file", "unreadable", entry.note or "its bytes cannot be had"))
        return False
    digest, size = hashlib.sha256(), 0
    try:
        with file.open() as stream:
            if entry.size <= KEEP:
                kept = stream.read(KEEP + 1)
                file.kept = kept if len(kept) <= KEEP else None
                file.head, size = kept[:_HEAD], len(kept)
                digest.update(kept)
                tell(size)
            while chunk := stream.read(_CHUNK):
                file.head = file.head or chunk[:_HEAD]
                digest.update(chunk)
                size += len(chunk)
                tell(len(chunk))
    except (SourceError, OSError, ValueError, EOFError, MemoryError) as error:
        what = f"{_words(error)}; {size:,} of {entry.size:,} bytes were read"
        _unreadable(shard, step, Problem("file", "unreadable", what))
        return False
    file.mime = mime_of(file.head, size=size)
    file.size = size
    twin = bool(step.twin) and any(_wanted(step, file, only)) and _same(step, digest.digest(), volume, tell)
    note = f"the same file as {step.twin[0].path}, under which it is read" if twin else ""
    note = "; ".join(part for part in (entry.note, note) if part)
    found = {"ordinal": step.listed.ordinal, "readable": True, "note": note, "mime": file.mime}
    shard.add(FILE, {**found, "sha256": digest.hexdigest(), "size": size})
    if size != entry.size:
        short = Problem("file", "size-differs", f"the source states {entry.size:,} bytes and {size:,} are there")
        _tell_of_file(shard, short)
    return not twin


def _same(step: Step, sha256: bytes, volume: Volume, tell: Callable[[int], None]) -> bool:
    """Whether the file and its companions hold the same bytes as those under their first names."""
    mine = {one.path[len(step.listed.path) :]: one for one in step.companions}
    first = {one.path[len(step.twin[0].path) :]: one for one in step.twin[1:]}
    if {name: one.size for name, one in mine.items()} != {name: one.size for name, one in first.items()}:
        return False
    try:
        return sha256 == _sha256(step.twin[0], volume, tell) and all(
            _sha256(mine[name], volume, tell) == _sha256(first[name], volume, tell) for name in mine
        )
    except (SourceError, OSError, ValueError, EOFError, MemoryError):
        return False  # one that cannot be read is no reason not to read the other


def _sha256(listed: Listed, volume: Volume, tell: Callable[[int], None]) -> bytes:
    digest = hashlib.sha256()
    with volume.open(listed.entry()) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            tell(len(chunk))
    return digest.digest()


def _unreadable(shard: ShardWriter, step: Step, problem: Problem) -> None:
    shard.add(FILE, {"ordinal": step.listed.ordinal, "readable": False, "note": step.listed.note})
    _tell_of_file(shard, problem)


def _by_tables(
    step: Step, file: OpenedFile, shard: ShardWriter, skip: dict[str, str], on_step: OnStep
) -> tuple[Extractor, ...]:
    """The extractors of a database that none asks for by its path. To look into it is a step of its own: a hostile one
    that takes the worker with it is not asked again."""
    if step.extractors or file.mime != DATABASE:
        return ()
    label = label_of(step.listed.ordinal, "recognising")
    on_step(label, 0)
    if label in skip:
        _tell_of_file(shard, Problem("file", skip[label].replace(" ", "-"), f"looking for its tables: {skip[label]}"))
        return ()
    found: tuple[Extractor, ...] = ()
    faults: list[str] = []
    try:
        found = recognised(file, faults)
    except Exception as error:  # noqa: BLE001 - as where an extractor fails: it costs this file and not its batch
        faults.append(_words(error))
    for fault in faults:
        _tell_of_file(shard, Problem("file", "not-recognised", f"what it is cannot be told by its tables: {fault}"))
    return found


def _tell_of_file(shard: ShardWriter, problem: Problem) -> None:
    shard.add(PROBLEM, {**to_plain(problem), "of": "file"})


def _wanted(
    step: Step, file: OpenedFile, only: tuple[str, ...], by_tables: tuple[Extractor, ...] = ()
) -> Iterator[Extractor]:
    of_type = _of_type(file.mime)
    if not of_type and not step.extractors:
        return
    told = {one.id: one for one in by_tables}
    for extractor in EXTRACTORS:
        if only and not any(fnmatchcase(extractor.id, glob) for glob in only):
            continue
        by_type = extractor in of_type and (extractor.claims is None or extractor.claims(file.head))
        if by_type or extractor.id in step.extractors:
            yield extractor
        elif extractor.id in told:
            yield told[extractor.id]


@cache
def _of_type(mime: str) -> tuple[Extractor, ...]:
    """The extractors that ask for this type, or for its family ("image/")."""

    def asked(types: tuple[str, ...]) -> bool:
        return any(mime == kind or (kind[-1] == "/" and mime.startswith(kind)) for kind in types)

    return tuple(extractor for extractor in EXTRACTORS if asked(extractor.types))


def _extract(
    extractor: Extractor, file: OpenedFile, of_file: OfFile, shard: ShardWriter, scope: Scope, lost: str | None
) -> None:
    tally = Tally()
    begun = False

    def begin() -> None:
        nonlocal begun
        if not begun:
            shard.begin(extractor.label, of_file)
            begun = True

    def note(problem: Problem) -> None:
        begin()
        shard.add(PROBLEM, {**to_plain(problem), "of": "outcome"})
        tally.count(problem)

    if lost is not None:
        note(Problem("file", lost.replace(" ", "-"), f"the extractor {lost}: nothing of this file was kept"))
    else:
        try:
            for found in _in_blocks(extractor(file)):
                begin()
                if isinstance(found, list):
                    _admit(found, shard, scope, tally)
                elif isinstance(found, Present):
                    tally.counted = (tally.counted or 0) + found.rows
                else:
                    note(found)
        except Exception as error:
            if shard.broken:  # the disk's failure, and none of the evidence
                raise
            note(Problem("file", "extractor-failed", _words(error), tally.last or ""))
    if begun:
        if missing := tally.missing():
            note(missing)
        shard.end({"outcome": tally.outcome(lost), **tally.counts()})


def _in_blocks(found: Iterator[Found]) -> Iterator[list[Record] | Problem | Present]:
    """Records in blocks, the last one also where the extractor fails: one step for many records takes two thirds of the
    time of many steps for one, since what it runs and what it reads stays in the processor's caches."""
    block: list[Record] = []
    try:
        for one in found:
            if not isinstance(one, Record):
                yield one
                continue
            block.append(one)
            if len(block) == _BLOCK:
                yield block
                block = []
    except Exception:
        if block:
            yield block
        raise
    if block:
        yield block


def _admit(block: list[Record], shard: ShardWriter, scope: Scope, tally: Tally) -> None:
    """Writes the records that may be written and counts them. Those before one that cannot be written are kept."""
    admitted = [scope.admits(record) for record in block]
    all_of_it = all(admitted)
    before = shard.records_written
    try:
        shard.records(block if all_of_it else list(compress(block, admitted)))
    finally:
        written = shard.records_written - before
        if all_of_it and written == len(block):
            tally.parsed += tally.rows_of(block)
        else:
            _count_each(block, admitted, written, tally)


def _count_each(block: list[Record], admitted: list[bool], written: int, tally: Tally) -> None:
    for record, is_admitted in zip(block, admitted, strict=True):
        new = tally.rows_of([record])
        if not is_admitted:
            tally.out_of_scope += new
        elif written:
            written -= 1
            tally.parsed += new
        else:
            return  # it could not be written


def _words(error: BaseException) -> str:
    """One clear line for an error: our own words where it is ours, else its kind and message."""
    # An address in memory would make two runs differ.
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(str(error).split()))[:500]
    if isinstance(error, SourceError) and text:
        return text
    if isinstance(error, MemoryError):
        return "it needs more memory than a worker may take"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
