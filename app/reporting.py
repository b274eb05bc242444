"""From a selection to a printed report: plain values for `report_templates`, which never sees the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from app import PROGRAM
from app.cases import Case, CaseError
from app.local_time import LocalTime
from app.output_place import refuse_evidence
from app.report_facts import (
    coverage_rows,
    coverage_summary,
    method,
    readers,
    sealed_at,
    sources,
    time_statement,
    unread,
    verification,
)
from app.report_rows import ReportRows
from evidence_store import listing, queries, threads
from evidence_store.queries import Detail
from evidence_store.scope import Authority
from evidence_store.selection import Selection
from report_templates.data import (
    CaseFacts,
    ConversationFacts,
    ReportData,
)
from report_templates.evidential import write_report

_PAGE = 500


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the producer states on the cover, and how the schedule is set. `pictures`: ids of files to be printed."""

    title: str = ""
    report_exhibit: str = ""
    operation: str = ""
    urn: str = ""
    producer: str = ""
    officer_in_case: str = ""
    marking: str = "OFFICIAL-SENSITIVE"
    zone: str = "Europe/London"
    order: Literal["time", "conversation"] = "time"
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseReport:
    """A report that was written; `intact` says whether the case was found as it was sealed."""

    pages: int
    items: int
    sha256: str
    intact: bool


def write_case_report(
    case: Case,
    chosen: Selection,
    out: Path,
    options: ReportOptions,
    progress: Callable[[int, int], None] | None = None,
) -> CaseReport:
    """Writes the evidential report of a selection to `out` and enters it in the ledger.

    The file appears whole or not at all. Raises CaseError with one clear line.
    """
    if not out.parent.is_dir():
        raise CaseError(f"{out.parent} is not a folder: the report was not written")
    part = out.with_name(out.name + ".part")
    for path in (out, part):
        refuse_evidence(case, path)
    pictures = _pictures(case, options.pictures)
    try:
        with case.store.read() as connection:
            data = report_data(connection, chosen, options, pictures)
            result = write_report(data, part, progress)
        part.replace(out)
    except OSError as error:
        raise CaseError(f"{out}: {error.strerror or error}: the report was not written") from error
    finally:
        part.unlink(missing_ok=True)
    detail = {"selection": chosen.in_words(), "items": result.items, "pages": result.pages, "sha256": result.sha256}
    case.log("report exported", out.name, **detail)
    return CaseReport(result.pages, result.items, result.sha256, data.verification.is_intact)


def _pictures(case: Case, files: tuple[int, ...]) -> dict[int, bytes]:
    if not files:
        return {}
    from app.sources_again import render_pictures

    return render_pictures(case, list(files))


def picture_files(case: Case, numbers: list[str]) -> tuple[int, ...]:
    """The files of the pictures of these items: what is attached to them, or the picture itself.

    Raises CaseError for an unknown number or an item without a picture.
    """
    found: list[int] = []
    with case.store.read() as connection:
        for number in numbers:
            item_id = queries.find_item(connection, number)
            if item_id is None:
                raise CaseError(f"no such item: {number}")
            mine = [file_id for file_id, _ in _picture_ids(queries.details(connection, [item_id])[0])]
            if not mine:
                raise CaseError(f"item {number} has no picture that was read")
            found += mine
    return tuple(dict.fromkeys(found))


def _picture_ids(item: Detail) -> Iterator[tuple[int, str]]:
    if item.kind == "media_item" and str(item.record.get("mime", "")).startswith("image/"):
        yield item.file_id, item.file
    for one in item.attachments:
        if one["file_id"] and str(one["mime"]).startswith("image/"):
            yield one["file_id"], one["path"]


def report_data(
    connection: Connection, chosen: Selection, options: ReportOptions, pictures: dict[int, bytes]
) -> ReportData:
    """The report's values. `rows` reads the store anew at each call: one report at a time on one connection."""
    clock = LocalTime(options.zone)
    total = queries.count(connection, chosen)
    shown = threads.shown_counts(connection, chosen)
    facts = threads.totals(connection, list(shown))
    members = threads.members(connection, list(shown))
    order = sorted(shown, key=lambda one: (facts[one].first_us or 0, one))
    place = {one: index for index, one in enumerate(order)}
    partly = frozenset(one for one in shown if shown[one] < facts[one].total)
    rows = ReportRows(connection, chosen, options.order, clock, place, partly, pictures)
    found = sources(connection, clock)
    proof = verification(connection)
    return ReportData(
        case=_cover(connection, options, chosen, proof.ledger_entries, clock),
        sources=found,
        method=method(connection, clock),
        time_statement=time_statement(connection, options.zone),
        extractors=readers(connection),
        conversations=tuple(_conversation(facts[one], members.get(one, ""), shown[one], clock) for one in order),
        item_count=total,
        rows=rows,
        coverage=coverage_rows(connection),
        coverage_summary=coverage_summary(connection),
        unread=unread(connection),
        verification=proof,
        selection=_selection(connection, chosen),
        order=options.order,
    )


def _selection(connection: Connection, chosen: Selection) -> str:
    undated = queries.left_without_time(connection, chosen)
    words = f"; {undated:,} more items fit but for the dates: they have no time in UTC and are not shown"
    return chosen.in_words() + (words if undated else "")


def _cover(
    connection: Connection, options: ReportOptions, chosen: Selection, entries: int, clock: LocalTime
) -> CaseFacts:
    authorities = dict.fromkeys(
        Authority.from_plain(row["authority"]).in_words() for row in listing.sources(connection)
    )
    sealed = sealed_at(connection)
    count = len(options.pictures)
    shown_media = f"{count} {'picture' if count == 1 else 'pictures'}, chosen by the producer, printed in this report."
    return CaseFacts(
        title=options.title or "Extract of digital evidence",
        report_exhibit=options.report_exhibit,
        marking=options.marking,
        operation=options.operation,
        urn=options.urn,
        producer=options.producer,
        officer_in_case=options.officer_in_case,
        scope_line=chosen.in_words(),
        authority=" / ".join(authorities),
        # The state of the case is dated, not the print: the same case gives the same bytes.
        generated=f"case sealed {clock.words(sealed - sealed % 1_000_000)}" if sealed else "case not sealed",
        tool=PROGRAM,
        zone=options.zone,
        media_statement=shown_media if options.pictures else "No picture or video is printed in this report.",
    )


def _conversation(facts: Any, members: str, shown: int, clock: LocalTime) -> ConversationFacts:
    return ConversationFacts(
        title=facts.title or f"Thread {facts.key}",
        service=facts.service,
        members=members,
        total=facts.total,
        shown=shown,
        first=clock.words(facts.first_us),
        last=clock.words(facts.last_us),
    )
