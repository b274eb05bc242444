"""The evidential report: what was chosen from the evidence, as a court needs it, from plain values to PDF/A."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from report_templates.back import draw_back
from report_templates.binding import bind
from report_templates.data import ReportData
from report_templates.flow import Flow
from report_templates.fonts import Fonts
from report_templates.front import Known, draw_front
from report_templates.paper import Furniture, Paper
from report_templates.schedule import Notes, write_schedule
from report_templates.text import Typesetter
from report_templates.wording import profile


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What was written: pages, items shown, and the SHA-256 of the file."""

    pages: int
    items: int
    sha256: str


def write_report(
    data: ReportData, out: BinaryIO | Path, progress: Callable[[int, int], None] | None = None
) -> ReportResult:
    """Writes the report to a path or a binary stream. `progress(done, total)` counts items.

    The same data gives the same bytes. While it works, parts of the report lie in a folder beside `out` (or in the
    system's temporary folder for a stream) and are removed at the end. An existing file is replaced only by a finished
    one. Raises ValueError where the result is not PDF/A-2b, OSError where it cannot be written.
    """
    beside = out.parent if isinstance(out, Path) else None
    with TemporaryDirectory(prefix=".assay-report-", dir=beside) as name:
        folder = Path(name)
        pages, items = _write(data, folder, folder / "report.pdf", progress)
        finished = folder / "report.pdf"
        with finished.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        if isinstance(out, Path):
            finished.replace(out)
        else:
            with finished.open("rb") as stream:
                shutil.copyfileobj(stream, out)
    return ReportResult(pages, items, digest)


def _write(
    data: ReportData, folder: Path, finished: Path, progress: Callable[[int, int], None] | None
) -> tuple[int, int]:
    wording = profile()
    typesetter = Typesetter(Fonts())
    furniture = _furniture(data, wording["words"]["not_recorded"])
    counted = Paper(None, "count", typesetter, furniture)
    with _notes(folder) as notes:
        draw_front(data, Flow(counted), wording, Known({}, {}, notes.counts, 0))
        body = Paper(folder, "body", typesetter, furniture, first=counted.page + 1)
        flow = Flow(body)
        flow.heading(wording["headings"]["schedule"])
        write_schedule(data, flow, notes, wording["words"], progress)
    draw_back(data, flow, notes, wording)
    body.finish()
    sections = {mark.title: mark.page for mark in (*counted.bookmarks, *body.bookmarks) if mark.level == 0}
    front = Paper(folder, "front", typesetter, furniture)
    draw_front(data, Flow(front), wording, Known(sections, notes.conversation_pages, notes.counts, body.page))
    front.finish()
    if front.page != counted.page:
        raise ValueError(f"the pages before the schedule came to {front.page} instead of {counted.page}")
    pages = bind((front, body), data.case, finished)
    if progress:
        progress(notes.counts["items"], notes.counts["items"])
    return pages, notes.counts["items"]


@contextmanager
def _notes(folder: Path) -> Iterator[Notes]:
    notes = Notes(folder)
    try:
        yield notes
    finally:
        notes.close()


def _furniture(data: ReportData, none: str) -> Furniture:
    case = data.case
    source = "no source"
    if data.sources:
        more = f" +{len(data.sources) - 1}" if len(data.sources) > 1 else ""
        source = f"Source SHA-256 {data.sources[0].sha256[:16]}…{more}"
    return Furniture(
        marking=case.marking.upper(),
        reference=f"Exhibit {case.report_exhibit or none} · URN {case.urn or none}",
        title=case.title,
        source=source,
        made=f"{case.tool} · {case.generated or none}",
    )
