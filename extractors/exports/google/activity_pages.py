"""My Activity as web pages (MyActivity.html, watch-history.html), which is what Takeout hands out unless asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import AppUse, Moment, Present, Problem, Search, WebVisit
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.google.activity import entry
from extractors.exports.json_values import Extra, Row, Values
from extractors.exports.mail.values import LetterDoubts
from extractors.shortened import shortened
from parsers.html_pieces import Node, elements

_CELL: Final = "outer-cell"
_TITLE: Final = b"My Activity History"
_KNOWN: Final = re.compile(rb"My Activity History|outer-cell|\.mdl-|mdl-typography|material-design-lite")
_CLOCK: Final = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
# "01.03.2026, 10:00:00 MEZ" and "2026/03/01 10:00:00 JST": orders that no language uses otherwise.
_DOTTED: Final = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}),? (?P<rest>\d{1,2}:.*)")
_YEAR_FIRST: Final = re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2}),? (?P<rest>\d{1,2}:.*)")
_SHOWN: Final = 4096
_AHEAD: Final = 1 << 20


def looks_like(head: bytes) -> bool:
    """A page with the title or the classes that these pages have."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower()
    return start.startswith((b"<html", b"<!doctype html")) and _KNOWN.search(head) is not None


@extractor(
    id="google.activity_pages",
    version=1,
    title="Google My Activity, as exported (HTML)",
    files=(
        *("**/My Activity/**/*.html", "**/MyActivity.html", "**/My Activity.html", "**/watch-history.html"),
        *("**/search-history.html", "**/Takeout/**/*.html"),
    ),
    types=("text/html",),
    claims=looks_like,
    emits=(Search, WebVisit, AppUse),
    privacy="web",
    layouts="Takeout My Activity and history of YouTube as pages, since 2016",
    tested_on="documented schema, no device data",
    limits="An entry says what a service recorded for the account, on any device that was signed in. Entries in other "
    "languages than English come out as a search where their address has the words, and else as use of the service. "
    "Dates in words of other languages stay as they are written. The JSON form of the same export says more.",
)
def activity_pages(file: EvidenceFile) -> Iterator[Found]:
    """Every entry, in stored order: its words, its first address, its date with the zone that stands there.

    References:
    - google_takeout_parser (a public reader of these pages)
    """
    if not looks_like(file.head) and not _has_entries(file):
        return
    values, dates, rows = Values(file), LetterDoubts(file), 0
    try:
        with file.open() as stream:
            for node in elements(stream, lambda tag, classes: _CELL in classes):
                rows += 1
                values.locator = dates.locator = f"entry {rows}, line {node.line}"
                row, moments, extra = _read(node, dates)
                yield entry(values, row, moments, extra)
                yield from values.drain()
                yield from dates.drain()
    except ValueError as error:
        yield Problem("file", "damaged-page", f"{error}; {rows} entries were read")
    if rows or _TITLE in file.head:
        yield Present(rows)


def _has_entries(file: EvidenceFile) -> bool:
    """Whether an entry stands behind the style sheet, which may fill what is looked at first."""
    with file.open() as stream:
        return _CELL.encode() in stream.read(_AHEAD)


def _read(node: Node, dates: LetterDoubts) -> tuple[Row, tuple[Moment, ...], tuple[Extra, ...]]:
    """(what an entry of the JSON form has, its time, what else stands in it)."""
    header = node.first("header-cell")
    cells = [one for one in node.all("content-cell") if "mdl-typography--text-right" not in one.classes]
    body = next((one for one in cells if "mdl-typography--caption" not in one.classes), None)
    caption = next((one for one in cells if "mdl-typography--caption" in one.classes), None)
    lines = [line for line in (body.text() if body else "").split("\n") if line]
    links = [href for one in (body.each() if body else ()) if (href := one.attributes.get("href"))]
    place = _dated(lines)
    moments = (_moment(dates, lines[place]),) if place is not None else ()
    if place is None:
        dates.add("time", "the entry has no date")
    others = [line for number, line in enumerate(lines) if number not in (0, place)]
    extra: list[Extra] = [("further words", shortened("\n".join(others), _SHOWN))] if others else []
    extra += [("link", href) for href in links[1:]]
    if caption is not None and (words := " ".join(caption.text().split())):
        extra.append(("caption", shortened(words, _SHOWN)))
        extra += [("link", href) for one in caption.each() if "/maps/" in (href := one.attributes.get("href", ""))]
    row: Row = {"header": header.text() if header else "", "title": lines[0] if lines else None}
    return {**row, "titleUrl": links[0] if links else None}, moments, tuple(extra)


def _dated(lines: list[str]) -> int | None:
    """Which line is the date: the first behind the title that has a year and a time of day."""
    found = (number for number, line in enumerate(lines[1:], 1) if len(line) < 80)
    return next((number for number in found if _CLOCK.search(lines[number]) and _YEAR.search(lines[number])), None)


def _moment(dates: LetterDoubts, line: str) -> Moment:
    match = _DOTTED.fullmatch(line) or _YEAR_FIRST.fullmatch(line)
    if match is None:
        return dates.date("recorded", line)
    text = f"{match['y']}-{match['m']:0>2}-{match['d']:0>2} {match['rest']}"
    found = dates.date("recorded", text)
    return Moment(found.meaning, found.utc_us, line, found.clock, found.zone, found.note)
