"""Documents by their content: what they say of themselves, and their words for the search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import WHOLE_FILE, Document, Moment, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.media.times import local_moment, usable_first
from extractors.shortened import shortened
from parsers.exif import exif_time
from parsers.office_ole import read_ole
from parsers.office_zip import read_office
from parsers.pdf_text import Locked, pdf_date, read_pdf
from parsers.times import from_count

MOST_TEXT: Final = 2_000_000  # characters
_MOST_PROPERTIES: Final = 100
_MOST_PDF: Final = 512 << 20  # bytes: pdfium takes them all into memory
_OPEN_XML: Final = tuple(
    f"application/vnd.openxmlformats-officedocument.{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
_OPEN_DOCUMENT: Final = tuple(
    f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")
)
_DATES: Final = {
    "created": "created (document)",
    "creation-date": "created (document)",
    "CreationDate": "created (document)",
    "modified": "saved (document)",
    "date": "saved (document)",
    "ModDate": "saved (document)",
    "lastPrinted": "printed (document)",
    "print-date": "printed (document)",
    "saved": "saved (document)",
    "printed": "printed (document)",
}
_TITLES: Final = ("title", "Title")
_AUTHORS: Final = ("initial-creator", "creator", "Author", "author")  # of OpenDocument "creator" is who saved it last


@extractor(
    id="media.documents",
    version=1,
    title="Documents: PDF and Office, with what they say of themselves and their text",
    types=(
        "application/pdf",
        *_OPEN_XML,
        *_OPEN_DOCUMENT,
        "application/x-ole-storage",
        "application/x-encrypted-office",
    ),
    emits=(Document,),
    privacy="media",
    layouts="PDF 1.0 to 2.0; docx, xlsx, pptx; odt, ods, odp; doc, xls, ppt of Office 97 to 2003",
    tested_on="PDF, Word and OpenXML samples with published titles, authors and dates",
    limits="Text is for finding: layout, pictures, scanned pages and what is embedded are not read, nor the text of "
    "xls and ppt. Of a spreadsheet the words, not the numbers. Documents with a password stay locked. Earlier states "
    "that a PDF may still hold are counted and not read. Dates are those of the program's clock.",
)
def documents(file: EvidenceFile) -> Iterator[Found]:
    """One Document a file. PDF dates carry an offset or none; OpenXML is UTC by its format; FILETIME is UTC."""
    try:
        if file.mime == "application/x-encrypted-office":
            yield Document(locator=WHOLE_FILE, mime=file.mime, flags=("locked with a password",))
        elif file.mime == "application/pdf":
            yield from _pdf(file)
        elif file.mime == "application/x-ole-storage":
            yield from _ole(file)
        else:
            yield from _zipped(file)
    except ValueError as error:
        yield Document(locator=WHOLE_FILE, mime=file.mime)
        yield Problem("file", "damaged-document", str(error), WHOLE_FILE)


def _pdf(file: EvidenceFile) -> Iterator[Found]:
    if file.size > _MOST_PDF:
        raise ValueError(f"a PDF of {file.size:,} bytes is not read")
    with file.open() as stream:
        data = stream.read()
    try:
        facts = read_pdf(data, MOST_TEXT)
    except Locked:
        yield Document(locator=WHOLE_FILE, mime=file.mime, flags=("locked with a password",))
        return
    flags = (f"saved {facts.revisions} times in one file",) if facts.revisions > 1 else ()
    yield _document(file, facts.properties, facts.text, pages=facts.pages, flags=flags)
    for detail in facts.problems:
        yield Problem("value", "document-text", detail, WHOLE_FILE)


def _zipped(file: EvidenceFile) -> Iterator[Found]:
    with file.open() as stream:
        facts = read_office(stream, MOST_TEXT)
    pages = next((text for name, text in facts.properties if name in ("Pages", "Slides") and text.isdecimal()), None)
    yield _document(file, facts.properties, facts.text, pages=int(pages[:9]) if pages else None)
    for detail in facts.problems:
        yield Problem("value", "document-part", detail, WHOLE_FILE)


def _ole(file: EvidenceFile) -> Iterator[Found]:
    with file.open() as stream:
        facts = read_ole(stream, MOST_TEXT)
    if facts is None:
        return  # a compound file of another program
    moments = []
    for word, stored in facts.times:
        utc_us, note = from_count(stored * 1_000_000, "webkit us")
        if stored:
            moments.append(Moment(_DATES[word], utc_us, f"{stored} s since 1601", "A", note=note))
    more = (("editing time in seconds", str(facts.edited_s)),) if facts.edited_s else ()
    properties = [*facts.properties, *more]
    yield _document(file, properties, facts.text, pages=facts.pages, mime=facts.mime, moments=moments)
    for detail in facts.problems:
        yield Problem("value", "document-text", detail, WHOLE_FILE)


def _document(
    file: EvidenceFile,
    properties: list[tuple[str, str]],
    text: str,
    *,
    pages: int | None,
    flags: tuple[str, ...] = (),
    mime: str = "",
    moments: list[Moment] | None = None,
) -> Document:
    first: dict[str, Any] = dict(reversed(properties))
    dated = [(name, stored) for name, stored in properties if name in _DATES]
    title, author = (next(((name, first[name]) for name in of if first.get(name)), None) for of in (_TITLES, _AUTHORS))
    others = [one for one in properties if one not in (title, author) and one[0] not in _DATES]
    return Document(
        locator=WHOLE_FILE,
        moments=usable_first([*(moments or []), *(_moment(name, stored, file) for name, stored in dated)]),
        flags=flags,
        extra=(
            *((name, shortened(stored, 2000)) for name, stored in others[:_MOST_PROPERTIES]),
            *((("properties not shown", len(others) - _MOST_PROPERTIES),) if len(others) > _MOST_PROPERTIES else ()),
        ),
        mime=mime or file.mime,
        title=title[1] if title else None,
        author=author[1] if author else None,
        pages=pages,
        text=text or None,
    )


def _moment(name: str, stored: str, file: EvidenceFile) -> Moment:
    date, offset = pdf_date(stored) if name in ("CreationDate", "ModDate") else (stored, "")
    return local_moment(_DATES[name], exif_time(stored, date or stored, "", offset), file)
