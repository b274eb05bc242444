"""Conversations of Messenger and Instagram as web pages (message_1.html …), from "Download your information"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem, Reaction
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.meta.places import UNKNOWN, place_of, service_of
from parsers.html_pieces import Node, elements
from parsers.times import from_local

# The classes that the services give to a message and to its parts: those of 2021 and later, and those before.
_SENDER: Final = ("_a6-h", "_2lel")
_BODY: Final = ("_a6-p", "_2let")
_DATE: Final = ("_a6-o", "_2lem")
_REACTIONS: Final = "_a6-q"
_LINKS: Final = {"a": "href", "img": "src", "video": "src", "audio": "src", "source": "src"}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[ap]\.?m\.?)?"
_DATES: Final = tuple(
    re.compile(day + r",?\s+" + _CLOCK, re.IGNORECASE)
    for day in (
        r"(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2}),\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\s+(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<year>\d{4})",
    )
)


def looks_like(head: bytes) -> bool:
    """A page of these services: their style sheet stands in it, before anything else."""
    start = head.lstrip()[:15].lower()
    return start.startswith((b"<html", b"<!doctype html")) and b"<base href=" in head.lower()[:2000]


@extractor(
    id="meta.pages",
    version=1,
    title="Facebook Messenger and Instagram: conversations of an export (HTML)",
    files=("**/message_*.html",),
    emits=(Message,),
    privacy="communications",
    layouts="message_1.html and on, with the classes of pages before and since 2021",
    tested_on="documented schema, no device data",
    limits="Pages that can be edited; the account was not examined. They have names and no identifiers, and no "
    "direction. Times are local, of an unstated zone, and read where they are written in English; others stand as "
    "written. The JSON form of the same export says more.",
)
def pages(file: EvidenceFile) -> Iterator[Found]:
    """Every message, in stored order.

    References:
    - Facebook Help Centre, "Download a copy of your information"; public readers of these pages
    """
    service = service_of(file.path, file.head)
    rows, title, foreign = 0, None, 0
    try:
        with file.open() as stream:
            for node in elements(stream, _wanted):
                if node.tag == "title":
                    title = node.text() or None
                    continue
                parts = [_part(node, classes) for classes in (_SENDER, _BODY, _DATE)]
                if parts[1] is None and parts[2] is None:
                    continue  # the box that lists who takes part
                rows += 1
                found = _message(file, node, parts, service, title)
                foreign += any(one.note == _UNREAD for one in found.moments)
                yield found
                if not found.moments:
                    yield Problem("value", "time", "the message has no date", found.locator)
    except ValueError as error:
        yield Problem("file", "damaged-page", f"{error}; {rows} messages were read")
    if not rows and not looks_like(file.head):
        return
    yield Present(rows)
    if not rows and file.size:
        yield Problem("schema", "unknown-layout", "a page without a message that is known")
    if foreign:
        yield Problem("note", "time", f"times that are not written in English stand as written: {foreign}")
    if rows and service == UNKNOWN:
        yield Problem("note", "service", "neither the path nor the page tells Messenger from Instagram")


_UNREAD: Final = "not a date and time that is known"


def _wanted(tag: str, classes: frozenset[str]) -> bool:
    return tag == "title" or "_a6-g" in classes or {"pam", "uiBoxWhite"} <= classes


def _part(node: Node, classes: tuple[str, ...]) -> Node | None:
    return next((found for one in classes if (found := node.first(one)) is not None), None)


def _message(file: EvidenceFile, node: Node, parts: list[Node | None], service: str, title: str | None) -> Message:
    sender, body, date = parts
    name = sender.text() if sender is not None else ""
    reactions = tuple(Reaction(one.text()) for one in node.all(_REACTIONS) for one in one.each() if one.tag == "li")
    files, links = _files(file, body)
    return Message(
        locator=f"line {node.line}",
        service=service,
        moments=(_moment(file, date.text()),) if date is not None else (),
        attachments=files,
        extra=tuple(("link", link) for link in links),
        conversation="/".join(file.path.split("/")[-3:-1]) or file.path,
        title=title,
        sender=Party(name, "name", name) if name else None,
        text=_words(body),
        reactions=reactions,
    )


def _words(body: Node | None) -> str | None:
    """The text of the body, without the reactions under it."""
    if body is None:
        return None
    for one in (body, *body.each()):
        one.inside = [part for part in one.inside if isinstance(part, str) or _REACTIONS not in part.classes]
    return re.sub(r"\n{2,}", "\n", body.text()) or None


def _files(file: EvidenceFile, body: Node | None) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """(files of the export, addresses of the web) that the body refers to, each once."""
    recorded = [
        node.attributes.get(_LINKS[node.tag], "") for node in (body.each() if body else ()) if node.tag in _LINKS
    ]
    unique = dict.fromkeys(one for one in recorded if one and not one.startswith(("#", "data:")))
    files = tuple(
        Attachment(one.rpartition("/")[2], place) for one in unique if (place := place_of(file.path, one)) is not None
    )
    return files, tuple(one for one in unique if "://" in one)


def _moment(file: EvidenceFile, text: str) -> Moment:
    match = next((found for pattern in _DATES if (found := pattern.fullmatch(text.strip()))), None)
    month = match["month"][:3].lower() if match else ""
    if match is None or month not in _MONTHS:
        return Moment("sent", None, text, "C", note=_UNREAD)
    hour, half = int(match["hour"]), (match["half"] or "").lower().replace(".", "")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        local = datetime(  # noqa: DTZ001 - the page states no zone
            int(match["year"]), _MONTHS.index(month) + 1, int(match["day"]), hour, int(match["minute"]),
            int(match["second"] or 0),
        )  # fmt: skip
    except ValueError:
        return Moment("sent", None, text, "C", note=_UNREAD)
    utc_us, note = from_local(local, file.zone)
    return Moment("sent", utc_us, text, "C", f"{file.zone}, {file.zone_by}" if file.zone else "", note)
