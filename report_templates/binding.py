"""The parts of a report bound into one PDF/A-2b: fonts, page total, links, bookmarks, title and language.

References: ISO 32000-1, 12.3 (destinations, outlines), 12.5.6.5 (links); ISO 19005-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Pdf
from pikepdf.pdfa import PdfaError, prepare, resolve_save_kwargs, save

from report_templates.data import CaseFacts
from report_templates.embedding import embed
from report_templates.paper import Bookmark, Paper, page_count_form

CHECKED: Final = 1500
_DATES: Final = ("%Y-%m-%dT%H:%M:%SZ", "%d %b %Y %H:%M:%S UTC", "%d %b %Y %H:%M:%S GMT", "%Y-%m-%d %H:%M:%S UTC")
_EPOCH: Final = "2000-01-01T00:00:00+00:00"


def bind(papers: Sequence[Paper], case: CaseFacts, out: Path) -> int:
    """Writes the papers in their order as one document and returns the number of its pages.

    Up to CHECKED pages the whole file is validated as PDF/A-2b. Of a longer one as many pages are, evenly spread, with
    all fonts: the validator's time and its limits grow with the pages, and these are all made alike. Raises ValueError
    where the validator refuses.
    """
    with ExitStack() as opened, Pdf.new() as pdf:
        for part in (path for paper in papers for path in paper.parts):
            pdf.pages.extend(opened.enter_context(Pdf.open(part)).pages)
        pages = [page.obj for page in pdf.pages]
        _share_resources(pdf, pages, papers[-1])
        if len(pages) > CHECKED:
            _check_sample(pdf, case, out.with_suffix(".sample"))
        for paper in papers:
            _add_links(paper, pages)
        _add_outline(pdf, [mark for paper in papers for mark in paper.bookmarks])
        _describe(pdf, case)
        prepare(pdf, "2b")
        _fix_dates(pdf, case)
        if len(pages) > CHECKED:
            pdf.save(out, **resolve_save_kwargs("2b", deterministic_id=True))
        else:
            _save_checked(pdf, out)
        return len(pages)


def _save_checked(pdf: Pdf, out: Path) -> None:
    try:
        save(pdf, out, "2b", repair=False, deterministic_id=True)
    except PdfaError as refused:
        raise ValueError(f"the report is not PDF/A-2b: {refused}") from refused


def _check_sample(pdf: Pdf, case: CaseFacts, out: Path) -> None:
    step = -(-len(pdf.pages) // CHECKED)
    with Pdf.new() as sample:
        sample.pages.extend(pdf.pages[::step])
        _describe(sample, case)
        prepare(sample, "2b")
        _save_checked(sample, out)
    out.unlink()


def _share_resources(pdf: Pdf, pages: Sequence[Object], paper: Paper) -> None:
    """One font dictionary and one page total for all pages, in place of what each part brought along."""
    content = page_count_form(paper.type, len(pages))
    fonts = Dictionary()
    for font in paper.type.fonts.used():
        fonts[f"/{font.resource}"] = embed(pdf, font)
    shared = pdf.make_indirect(fonts)
    total = pdf.make_stream(
        content.encode("ascii"),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, -3, 60, 10]),
        Resources=Dictionary(Font=shared),
    )
    for page in pages:
        resources = page.Resources
        resources.Font = shared
        if "/XObject" not in resources:
            resources.XObject = Dictionary()
        resources.XObject.PageCount = total
        if "/Trans" in page:
            del page.Trans


def _add_links(paper: Paper, pages: Sequence[Object]) -> None:
    links = paper.links
    for at in range(0, len(links), 6):
        page, target = int(links[at]), int(links[at + 5])
        if not 0 < target <= len(pages):
            continue
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([round(value, 2) for value in links[at + 1 : at + 5]]),
            Border=Array([0, 0, 0]),
            F=4,
            Dest=Array([pages[target - 1], Name.XYZ, None, None, None]),
        )
        holder = pages[page - 1]
        if "/Annots" not in holder:
            holder.Annots = Array()
        holder.Annots.append(link)


def _add_outline(pdf: Pdf, marks: Sequence[Bookmark]) -> None:
    with pdf.open_outline() as outline:
        section: OutlineItem | None = None
        for mark in marks:
            title = f"{_one_line(mark.title)} (page {mark.page})"
            item = OutlineItem(title, mark.page - 1, "XYZ", top=mark.y)
            item.is_closed = True
            if mark.level == 0 or section is None:
                section = item
                outline.root.append(item)
            else:
                section.children.append(item)


def _one_line(text: str) -> str:
    """A bookmark's title: evidence must not reorder or hide anything there either."""
    shown = (char if char.isprintable() else " " if char in "\r\n\t" else f"[U+{ord(char):04X}]" for char in text[:120])
    return "".join(shown)


def _describe(pdf: Pdf, case: CaseFacts) -> None:
    title = _one_line(" ".join(part for part in (case.report_exhibit, case.title) if part)) or "Evidential report"
    root = pdf.Root
    root.Lang = "en-GB"
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.PageMode = Name.UseOutlines
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Creator"] = case.tool or "Assay"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:language"] = {"en-GB"}
        metadata["xmp:CreatorTool"] = case.tool or "Assay"
        if made := _made(case.generated):
            metadata["xmp:CreateDate"] = made.isoformat()


def _made(generated: str) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(generated, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _fix_dates(pdf: Pdf, case: CaseFacts) -> None:
    """The clock of the print would make two prints of one case differ."""
    made = _made(case.generated)
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["xmp:MetadataDate"] = made.isoformat() if made else _EPOCH
