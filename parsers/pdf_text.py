"""PDF files: what they say of themselves, and their words, read with pdfium.

References: ISO 32000-2 (document information, dates, incremental updates), the pypdfium2 documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import pypdfium2
from pypdfium2 import raw

_MOST_PAGES: Final = 5000
_HEAD: Final = 2048
_DATE: Final = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([Zz]|[+-]\d\d'?(?:\d\d)?'?)?")


class Locked(ValueError):
    """The document asks for a password."""


@dataclass(slots=True)
class PdfFacts:
    """`properties`: (name, text) of the document information, those that are set. `revisions`: how many times the file
    was saved, by its end marks: earlier states may still stand in it."""

    properties: list[tuple[str, str]] = field(default_factory=list)
    pages: int = 0
    text: str = ""
    revisions: int = 1
    problems: list[str] = field(default_factory=list)


def read_pdf(data: bytes, most_text: int) -> PdfFacts:
    """The facts of a PDF; `most_text` is how many characters of its text are kept.

    Raises Locked for one that asks for a password, and ValueError for what pdfium cannot open. It reads hostile bytes
    in C: call it in a worker.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Locked("the document asks for a password") from None
        raise ValueError(f"the document cannot be opened: {str(error)[:200]}") from None
    try:
        # What is laid out for the web has one end mark more, behind its first page.
        ends = data.count(b"%%EOF") - (b"/Linearized" in data[:_HEAD])
        facts = PdfFacts(revisions=max(ends, 1))
        facts.properties = [(name, text) for name, text in document.get_metadata_dict(skip_empty=True).items()]
        facts.pages = len(document)
        facts.text = _text(document, facts, most_text)
        return facts
    finally:
        document.close()


def _text(document: pypdfium2.PdfDocument, facts: PdfFacts, most: int) -> str:
    texts: list[str] = []
    length = 0
    for number in range(min(facts.pages, _MOST_PAGES)):
        try:
            found = _page(document, number)
        except pypdfium2.PdfiumError as error:
            facts.problems.append(f"page {number + 1} cannot be read: {str(error)[:120]}")
            continue
        texts.append(found)
        length += len(found)
        if length > most:
            facts.problems.append(f"of the text the first {most:,} characters are kept (to page {number + 1})")
            break
    if facts.pages > _MOST_PAGES:
        facts.problems.append(f"text is read of the first {_MOST_PAGES:,} of {facts.pages:,} pages")
    return "\n".join(texts)[:most]


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        text = page.get_textpage()
        try:
            found: str = text.get_text_range(errors="replace")
        finally:
            text.close()
    finally:
        page.close()
    return found.replace("\r\n", "\n").replace("\ufffe", "-").strip()


def pdf_date(text: str) -> tuple[str, str]:
    """ "D:20070915110231+02'00'" as ("2007:09:15 11:02:31", "+02:00"), as Exif writes them; ("", "") for no date."""
    found = _DATE.match(text.strip())
    if found is None:
        return "", ""
    zone = found[7] or ""
    digits = re.sub(r"[^0-9]", "", zone)
    offset = "Z" if zone in ("Z", "z") else f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}" if zone else ""
    return f"{found[1]}:{found[2]}:{found[3]} {found[4]}:{found[5]}:{found[6] or '00'}", offset
