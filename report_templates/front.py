"""What stands before the schedule: cover, contents, sources, method, time, how to read, index of conversations.

Drawn twice: once to count its pages, and again when the pages of everything else are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from report_templates.data import AttachmentRow, GapRow, ItemRow, ReportData, SourceFacts
from report_templates.flow import HASH, SMALL, SMALL_STRONG, STRONG, TEXT, Column, Flow, Table
from report_templates.fonts import BODY, BOLD
from report_templates.paper import LEFT, RIGHT
from report_templates.schedule import Schedule
from report_templates.text import Style

_WIDE: Final = RIGHT - LEFT


class Known(NamedTuple):
    """What is only known once the rest is drawn: the page of each section, of each conversation, and the totals."""

    sections: Mapping[str, int]
    conversations: Mapping[int, tuple[int, int]]
    counts: Mapping[str, int]
    pages: int


def draw_front(data: ReportData, flow: Flow, wording: dict[str, Any], known: Known) -> None:
    titles = wording["headings"]
    _cover(data, flow, wording, known)
    flow.heading(titles["contents"])
    _contents(flow, titles, known)
    flow.heading(titles["sources"])
    for source in data.sources:
        _source(source, flow)
    flow.heading(titles["method"])
    _prose(flow, data.method)
    _extractors(data, flow)
    _prose(flow, data.notes)
    flow.heading(titles["time"], fresh=False)
    _prose(flow, (*wording["time"]["statement"], *data.time_statement))
    _reading(flow, wording)
    flow.heading(titles["conversations"])
    _conversations(data, flow, known)


def _cover(data: ReportData, flow: Flow, wording: dict[str, Any], known: Known) -> None:
    case, none = data.case, wording["words"]["not_recorded"]
    flow.new_page()
    flow.paper.bookmark("Cover", 0, flow.y)
    flow.y -= 30
    flow.paragraph(f"Exhibit {case.report_exhibit or none}", Style(BOLD, 13, 18), after=10)
    flow.paragraph(case.title or none, Style(BOLD, 22, 28), after=4)
    flow.paragraph("Evidential report: schedule of items", Style(BODY, 13, 18), after=18)
    counts = known.counts
    whose = "\n".join(f"{s.exhibit or none}: {s.description or none}" for s in data.sources) or none
    rows = [
        ("Marking", case.marking),
        ("Status", case.status),
        ("Operation", case.operation),
        ("URN", case.urn),
        ("Source exhibits, as supplied", whose),
        ("Officer in the case", case.officer_in_case),
        ("Producer", case.producer),
        ("Scope", case.scope_line),
        ("Authority", case.authority),
        ("Selection", data.selection),
        ("Items shown", f"{counts['items']:,}"),
        ("Items not reproduced", f"{counts['not_shown']:,}; rows that mark such a gap: {counts['gaps']:,}"),
        ("Attachments listed", f"{counts['attachments']:,}, of which {counts['pictures']:,} are shown as pictures"),
        ("Pages", f"{known.pages:,}"),
        ("Made", case.generated),
        ("Made with", case.tool),
        ("Times shown in", case.zone),
        ("Media", case.media_statement),
    ]
    flow.facts(((label, value or none) for label, value in rows), 160)
    flow.paragraph(wording["words"]["declaration"], STRONG)
    flow.paragraph(
        "Referred to in the statement of ______________________  Signature ______________________  Date ____"
    )


def _contents(flow: Flow, titles: Mapping[str, str], known: Known) -> None:
    table = Table(flow, (Column("Section", _WIDE - 66, TEXT), Column("Page", 60, TEXT, right=True)))
    for key, title in titles.items():
        page = known.sections.get(title, 0)
        if key != "contents":
            table.row((title, str(page)), page=page)
    table.end()


def _source(source: SourceFacts, flow: Flow) -> None:
    flow.heading(f"{source.exhibit or 'Source'} — {source.description or source.kind}", 1)
    flow.facts((("Kind", source.kind), ("Path", source.path), ("Size", f"{source.size:,} bytes"), *source.rows))
    flow.facts((("SHA-256", source.sha256), ("SHA-1", source.sha1), ("MD5", source.md5)), style=HASH)
    stored = source.stored or ("none in the source",)
    flow.facts([("Hashes stored in the source", "\n".join(stored))])
    if source.files:
        _hashed_files(flow, source.files)


def _hashed_files(flow: Flow, files: Sequence[tuple[str, int, str]]) -> None:
    table = Table(flow, (Column("File", _WIDE - 96), Column("Bytes", 90, right=True)))
    for name, size, digest in files:
        table.row((name, f"{size:,}"), below=1)
        table.under(flow.type.lines(f"SHA-256 {digest}", HASH, _WIDE), LEFT)
    table.end()


def _prose(flow: Flow, paragraphs: Sequence[str]) -> None:
    for paragraph in paragraphs:
        flow.paragraph(paragraph)


def _extractors(data: ReportData, flow: Flow) -> None:
    if not data.extractors:
        return
    flow.heading("What read the source, what it was tested on, and its limits", 1)
    third = (_WIDE - 12) / 3
    table = Table(
        flow, (Column("Extractor", third - 40), Column("Tested on", third + 10), Column("Limits", third + 30))
    )
    for extractor in data.extractors:
        table.row(extractor)
    table.end()


def _reading(flow: Flow, wording: dict[str, Any]) -> None:
    reading = wording["reading"]
    flow.heading(wording["headings"]["reading"])
    flow.paragraph(reading["sample"], STRONG)
    schedule = Schedule(flow, wording["words"])
    schedule.item(_SAMPLE, "P1")
    schedule.gap(GapRow(0, 14, "ABC/1-000124", "ABC/1-000137"), labelled=True)
    schedule.table.end()
    flow.facts(((label, text) for label, text in reading["points"]), 90)


def _conversations(data: ReportData, flow: Flow, known: Known) -> None:
    if not data.conversations:
        flow.paragraph("No conversation holds an item of this report.")
        return
    flow.paragraph("Total is what was read from the source; shown and not shown add up to it.", SMALL)
    numbers = 46.0
    rest = _WIDE - 30 - 3 * numbers - 66 - 108 - 6 * 6
    columns = (
        Column("No.", 30, SMALL_STRONG),
        Column("Conversation, service, members", rest),
        Column("First\nlast", 108),
        *(Column(title, numbers, right=True) for title in ("Total", "Shown", "Not shown")),
        Column("Pages", 66, right=True),
    )
    table = Table(flow, columns)
    for nth, talk in enumerate(data.conversations):
        first, last = known.conversations.get(nth, (0, 0))
        figures = (f"{figure:,}" for figure in (talk.total, talk.shown, talk.total - talk.shown))
        pages = str(first) if first == last else f"{first}\u2013{last}"
        what = "\n".join(part for part in (talk.title or "no title recorded", talk.service, talk.members) if part)
        row = (f"C{nth + 1}", what, f"{talk.first}\n{talk.last}", *figures, pages)
        table.row(row, page=first or None)
    table.end()


_SAMPLE: Final = ItemRow(
    number="ABC/1-000123",
    kind="Message",
    service="SMS",
    when="25 Oct 2026\n01:30:00 BST",
    when_utc="25 Oct 2026 00:30:00",
    clock="A",
    sender="+447700900123",
    recipients="the device",
    direction="in",
    text="Train is late, see you at the library",
    flags=("edited",),
    moments=("delivered 25 Oct 2026 01:30:04 BST (A)",),
    attachments=(AttachmentRow("map.jpg", "present", "image/jpeg"),),
    conversation=0,
    locator="sms:_id=412",
)
