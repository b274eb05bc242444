"""What stands after the schedule: attachments, what could not be read, provenance, index of pages, verification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from report_templates.data import CoverageRow, ReportData, Unread
from report_templates.flow import HASH, SMALL, SMALL_STRONG, TEXT, Column, Flow, Table
from report_templates.paper import BOTTOM, LEFT, RIGHT, TOP
from report_templates.schedule import Notes

_WIDE: Final = RIGHT - LEFT
_HASH_WIDTH: Final = 348.0


def draw_back(data: ReportData, flow: Flow, notes: Notes, wording: dict[str, Any]) -> None:
    titles = wording["headings"]
    flow.heading(titles["attachments"])
    _attachments(flow, notes)
    flow.heading(titles["coverage"])
    _coverage(data, flow)
    flow.heading(titles["provenance"])
    flow.paragraph(wording["provenance"]["statement"])
    _provenance(flow, notes)
    flow.heading(titles["index"])
    _index(flow, notes)
    flow.heading(titles["verification"])
    _verification(data, flow, wording["verification"])


def _attachments(flow: Flow, notes: Notes) -> None:
    if not notes.counts["attachments"]:
        flow.paragraph("No item shown refers to an attachment.")
        return
    columns = (
        Column("Attachment", 100, SMALL_STRONG),
        Column("Name\npath in the source", _WIDE - 100 - 96 - 62 - 66 - 4 * 6),
        Column("Type by content", 96),
        Column("State", 66),
        Column("Bytes", 62, right=True),
    )
    table = Table(flow, columns)
    for reference, page, name, mime, size, digest, path, state in notes.read("attachments"):
        shown_size = "not recorded" if size is None else f"{size:,}"
        named = "\n".join(part for part in (name or "no name recorded", path) if part)
        table.row((reference, named, mime or "not known", state, shown_size), page=page, below=1)
        table.under(flow.type.lines(f"SHA-256 {digest}" if digest else "SHA-256: not available", HASH, _WIDE - 106))
    table.end()


def _coverage(data: ReportData, flow: Flow) -> None:
    for paragraph in data.coverage_summary:
        flow.paragraph(paragraph)
    flow.paragraph(
        "For each file and extractor: rows present = parsed + out of scope + unsupported + failed.", SMALL, after=4
    )
    numbers = 50.0
    columns = (
        Column("Source, file\nextractor", _WIDE - 70 - 5 * numbers - 6 * 6),
        Column("Outcome", 70),
        *(Column(t, numbers, right=True) for t in ("Present", "Parsed", "Out of scope", "Un-\nsupported", "Failed")),
    )
    table = Table(flow, columns)
    for row in data.coverage:
        figures = _figures(row)
        what = f"{row.source} · {row.file}\n{row.extractor}"
        problems = list(row.problems)
        table.row((what, row.outcome, *(f"{figure:,}" for figure in figures)), below=len(problems))
        if figures[0] != sum(figures[1:]):
            problems.append("These counts do not add up; this is itself a finding.")
        for problem in problems:
            table.under(flow.type.lines(problem, SMALL, RIGHT - table.lefts[1]))
    totals = [sum(column) for column in zip(*map(_figures, data.coverage), strict=True)] or [0] * 5
    table.row(("Files listed here", "", *(f"{total:,}" for total in totals)))
    table.end()
    flow.heading("Not taken up by any extractor, or not readable", 1)
    for one in data.unread or (Unread("None recorded."),):
        flow.paragraph(one.what, SMALL_STRONG if one.files else SMALL, after=2)
        for line in one.files:
            flow.paragraph(line, SMALL, after=1, indent=12)


def _figures(row: CoverageRow) -> tuple[int, int, int, int, int]:
    return row.present, row.parsed, row.out_of_scope, row.unsupported, row.failed


def _provenance(flow: Flow, notes: Notes) -> None:
    flow.heading("Files", 1)
    columns = (
        Column("Ref.", 36, SMALL_STRONG),
        Column("Source", 70),
        Column("Extractor", 100),
        Column("File", _WIDE - 36 - 70 - 100 - 18),
    )
    table = Table(flow, columns)
    for reference, source, file, digest, extractor in notes.read("files"):
        table.row((f"P{reference}", source, extractor, file), below=1)
        table.under(flow.type.lines(f"SHA-256 {digest}" if digest else "SHA-256: not available", HASH, _WIDE - 42))
    table.end()
    flow.heading("Items", 1)
    items = Table(
        flow,
        (
            Column("Item", 82),
            Column("Place in the file", _WIDE - 82 - _HASH_WIDTH - 12),
            Column("SHA-256 of the record", _HASH_WIDTH, HASH),
        ),
    )
    for number, reference, locator, digest in notes.read("items"):
        items.row((number, f"P{reference} {locator}", digest or "not available"))
    items.end()


def _entries(notes: Notes) -> Iterator[tuple[str, int]]:
    """("ABC/1-000123 to 000150", page): items that follow each other on one page are one entry."""
    for (prefix, digits), nth in sorted(notes.prefixes.items()):
        found = notes.index[nth]
        pairs = sorted(zip(found[::2], found[1::2], strict=True))
        start = 0
        for at in range(1, len(pairs) + 1):
            if at < len(pairs) and pairs[at] == (pairs[at - 1][0] + 1, pairs[start][1]):
                continue
            first, last = pairs[start][0], pairs[at - 1][0]
            span = f"{prefix}{first:0{digits}d}" if digits else prefix
            yield span + (f" to {last:0{digits}d}" if last != first else ""), pairs[start][1]
            start = at


def _index(flow: Flow, notes: Notes) -> None:
    """Three columns of entries, each a link to its page."""
    flow.paragraph("Items that follow each other and begin on the same page stand together.", SMALL)
    width, gap = (_WIDE - 24) / 3, 12.0
    top, column = flow.y, 0
    for text, page in _entries(notes):
        number = next(flow.type.lines(str(page), SMALL, 60))
        lines = list(flow.type.lines(text, SMALL, width - 40))
        if flow.y - len(lines) * SMALL.leading < BOTTOM:
            column += 1
            if column == 3:
                flow.new_page()
                top, column = TOP, 0
            flow.y = top
        left = LEFT + column * (width + gap)
        upper = flow.y
        for line in lines:
            flow.y -= SMALL.leading
            flow.paper.draw(f"BT 1 0 0 1 {left:.2f} {flow.y + 2.6:.2f} Tm {line.ops} ET")
        right = left + width - number.width
        flow.paper.draw(f"BT 1 0 0 1 {right:.2f} {flow.y + 2.6:.2f} Tm {number.ops} ET")
        flow.paper.link(left, flow.y, left + width, upper, page)


def _verification(data: ReportData, flow: Flow, words: dict[str, Any]) -> None:
    facts = data.verification
    flow.facts(
        (("Seal", facts.seal), ("Items digest", facts.items_digest), ("Ledger head", facts.ledger_head)), style=HASH
    )
    flow.facts(
        [("Ledger entries", f"{facts.ledger_entries:,}"), ("Complete", facts.complete), ("Intact", facts.intact)]
    )
    flow.heading("Checks", 1)
    table = Table(flow, (Column("What was checked", _WIDE - 206, TEXT), Column("Finding", 200, TEXT)))
    for check in facts.checks:
        table.row(check)
    table.end()
    flow.heading("What this cannot show", 1)
    for paragraph in dict.fromkeys((facts.limits, words["cannot_show"], words["not_shown"])):
        flow.paragraph(paragraph)
    flow.heading("How anybody can check, without this program", 1)
    nth = 0
    for step in words["check"]:
        if step.startswith("sql: "):
            flow.paragraph(step.removeprefix("sql: "), HASH, indent=16)
            continue
        nth += 1
        flow.paragraph(f"{nth}. {step}")
