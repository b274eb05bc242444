"""The parts of a report that do not depend on the selection: sources, method, times, coverage, verification."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, select

from app import PROGRAM
from app.local_time import LocalTime
from evidence_store import listing, schema, verify
from evidence_store.records import CLOCKS
from evidence_store.scope import Authority
from extractors.catalog import BY_ID
from extractors.sources.phone import ZONE as DEVICE_ZONE
from report_templates.data import CoverageRow, SourceFacts, Unread, Verification

# Of a backup: the domain of a file, and the name under which it is kept.
_KEPT_AS: Final = re.compile("^[^;]*, file [0-9a-f]{32,}; ")
_CLEAN: Final = frozenset({"parsed", "empty"})


def sources(connection: Connection, clock: LocalTime) -> tuple[SourceFacts, ...]:
    """Every source with all its hashes and what its container says of itself."""
    return tuple(_source(row, clock) for row in listing.sources(connection))


def _source(row: dict[str, Any], clock: LocalTime) -> SourceFacts:
    agrees = {True: "agrees", False: "DOES NOT AGREE", None: "was not compared"}
    authority = Authority.from_plain(row["authority"]).in_words()
    read = "read to its end" if row["state"] == "read" else "NOT read to its end"
    zone = row["zone"] or "none: local times without a zone are not placed in UTC"
    rows = [("State", read), ("Zone assumed for local times", zone), ("Authority", authority)]
    rows += [(name, str(value)) for name, value in row["facts"].items()]
    return SourceFacts(
        exhibit=row["exhibit"],
        description=row["kind"],
        kind=row["kind"],
        path=row["path"],
        size=row["size"] or 0,
        sha256=row["sha256"] or "not computed",
        sha1=row["sha1"] or "not computed",
        md5=row["md5"] or "not computed",
        stored=tuple(f"{one['algorithm']} {one['value']}: {agrees[one['matches']]}" for one in row["stored"]),
        files=tuple((str(one["name"]), int(one["size"]), str(one["sha256"])) for one in row["files"]),
        rows=tuple(rows),
    )


def sealed_at(connection: Connection) -> int | None:
    """When the newest seal was made, in microseconds, or None: a report's own date, so that it depends on the case."""
    query = (
        select(schema.ledger.c.at_us)
        .join(schema.seal, schema.seal.c.ledger_seq == schema.ledger.c.seq)
        .order_by(schema.seal.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def method(connection: Connection, clock: LocalTime) -> tuple[str, ...]:
    """What was done, by whom and when, from the ledger; and how."""
    steps = []
    wanted = ("source added", "source listed", "sealed")
    for row in connection.execute(select(schema.ledger).where(schema.ledger.c.action.in_(wanted))):
        words = (
            f"{clock.words(row.at_us)}: {row.action} ({row.object}) by {row.actor} on {row.workstation}, {row.program}"
        )
        steps.append(words)
    return (
        f"The sources were opened with {PROGRAM} for reading only, hashed, listed and read. Each file was hashed "
        "(SHA-256) and its type found by its content. Extractors, each in a separate process without network access, "
        "read what they know; what they could not read is listed under “What could not be read”. No text was "
        "generated, translated or classified by a machine.",
        f"{len(readers(connection))} extractors took up files. What each was tested on, and its limits, stands below.",
        *steps,
    )


def readers(connection: Connection) -> tuple[tuple[str, str, str], ...]:
    """(label and title, tested on, limits) of each extractor that took up a file of the case."""
    return tuple(map(_reader, sorted(connection.scalars(select(schema.outcome.c.extractor).distinct()))))


def _reader(label: str) -> tuple[str, str, str]:
    known = BY_ID.get(label.partition("@")[0])
    if known is None:
        return label, "not known to this version of the program", ""
    of = "" if known.label == label else f"of {known.label}, by which the file was not read: "
    return f"{label}: {known.title}", of + known.tested_on, of + known.limits


def time_statement(connection: Connection, zone: str) -> tuple[str, ...]:
    """How times are shown in this report, which zones were assumed, and how many times of each class there are."""
    moment = schema.moment
    counts = Counter(connection.scalars(select(moment.c.clock).execution_options(yield_per=10_000)))
    named = ", ".join(f"{letter} {counts.get(letter, 0):,}" for letter in CLOCKS)
    sources = listing.sources(connection)
    assumed = sorted({row["zone"] for row in sources if row["zone"]})
    devices = sorted({row["facts"][DEVICE_ZONE] for row in sources if not row["zone"] and DEVICE_ZONE in row["facts"]})
    basis = (
        f"Where a local time has no zone, {', '.join(assumed)} was assumed because the operator stated it; if that is "
        "wrong those times shift by whole hours, and their order relative to other sources may change."
        if assumed
        else "No zone was assumed: local times without a zone are printed as stored and not placed in UTC."
    )
    if devices:
        basis += (
            f" Where nothing was stated for a phone, the zone that it was set to when it was extracted was assumed: "
            f"{', '.join(devices)}."
        )
    return (
        f"Times are shown in {zone}. The first time of an item is the one by which it is ordered. "
        "Items without a time in UTC stand at the end.",
        basis,
        f"Times of each class in this case: {named}.",
    )


def coverage_rows(connection: Connection) -> tuple[CoverageRow, ...]:
    """Files whose reading was not clean, first; clean ones are in the summary, by extractor."""
    rows = [_coverage(row) for row in listing.coverage(connection) if row["outcome"] not in _CLEAN or row["problems"]]
    return tuple(sorted(rows, key=lambda row: row.outcome in _CLEAN))


def _coverage(row: dict[str, Any]) -> CoverageRow:
    problems = tuple(
        f"{'Note' if one['kind'] == 'note' else 'Problem'}: {one['code']}: {one['detail']}"
        + (f" (at {one['locator']})" if one["locator"] else "")
        for one in row["problems"]
    )
    counts = {name: row[name] for name in ("present", "parsed", "out_of_scope", "unsupported", "failed")}
    return CoverageRow(row["source"], row["file"], row["extractor"], row["outcome"], **counts, problems=problems)


def coverage_summary(connection: Connection) -> tuple[str, ...]:
    """One line for each extractor: files by outcome, and rows that add up."""
    outcomes: dict[str, Counter[str]] = {}
    rows: dict[str, Counter[str]] = {}
    for row in connection.execute(select(schema.outcome)):
        outcomes.setdefault(row.extractor, Counter())[row.outcome] += 1
        total = rows.setdefault(row.extractor, Counter())
        for name in ("present", "parsed", "out_of_scope", "unsupported", "failed"):
            total[name] += getattr(row, name)
    lines = []
    for extractor in sorted(outcomes):
        files = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes[extractor].items()))
        total = rows[extractor]
        lines.append(
            f"{extractor}: files: {files}. Rows: {total['present']:,} present = {total['parsed']:,} parsed + "
            f"{total['out_of_scope']:,} out of scope + {total['unsupported']:,} unsupported + "
            f"{total['failed']:,} failed."
        )
    return tuple(lines)


def unread(connection: Connection) -> tuple[Unread, ...]:
    """What no extractor took up because it could not be read at all: files, volumes, parts of sources. Files of one
    reason stand together, in their order: a backup without most of its files has thousands."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in listing.problems(connection):
        reason = _KEPT_AS.sub("", one["detail"]) if one["file"] else one["detail"]
        groups.setdefault((one["source"], one["code"], reason, "" if one["file"] else "source"), []).append(one)
    return tuple(_unread(key, found) for key, found in groups.items())


def _unread(key: tuple[str, ...], found: list[dict[str, Any]]) -> Unread:
    source, code, reason, _ = key
    if len(found) == 1 or not found[0]["file"]:
        file, count = found[0]["file"], f" ({len(found):,} times)" if len(found) > 1 else ""
        return Unread(f"{source}{': ' + file if file else ''}: {code}: {found[0]['detail']}{count}")
    folders = groupby((one["file"].rpartition("/") for one in found), key=itemgetter(0, 1))
    files = tuple(f"{''.join(folder)} {' · '.join(name for *_, name in names)}".strip() for folder, names in folders)
    return Unread(f"{source}: {code}: {reason}: {len(found):,} files", files)


def verification(connection: Connection) -> Verification:
    """Everything recomputed for the report's own page."""
    verdict = verify.verify(connection)
    complete, intact, limits = verdict.sentences
    sealed = connection.execute(
        select(schema.ledger.c.seq, schema.ledger.c.digest)
        .join(schema.seal, schema.seal.c.ledger_seq == schema.ledger.c.seq)
        .order_by(schema.seal.c.id.desc())
        .limit(1)
    ).first()
    return Verification(
        seal=verdict.seal or "none",
        items_digest=verdict.items_digest,
        # The head at the seal, not now: exporting adds to the ledger, and the same case has to give the same bytes.
        ledger_head=sealed.digest.hex() if sealed else "none",
        ledger_entries=sealed.seq if sealed else 0,
        checks=verdict.checked,
        complete=complete,
        intact=intact,
        limits=limits,
        is_intact=verdict.intact,
    )
