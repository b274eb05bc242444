"""WhatsApp "Export chat" text files: _chat.txt (iOS) and "WhatsApp Chat with ….txt" (Android), in any language.

An export is a text file that anybody can edit; the device that wrote it is not examined. It holds local times of an
unstated zone (that of the phone, as far as is known at the moment of the export), display names instead of identifiers,
and no direction. It cannot tell an edited text from the first one, nor a pasted line that is dated like its own from a
message.

References:
- WhatsApp Help Centre, "How to export your chat history".
- Unicode CLDR, gregorian calendar: short date and time patterns by language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.shortened import shortened
from parsers.times import from_local
from parsers.whatsapp_chat import ChatEntry, Survey, entries, looks_like, survey

# The name of the file in the languages in which the title follows plain words.
_TITLE = re.compile(
    r"(?:WhatsApp[ _-](?:Chat|chatt)[ _](?:with|mit|met|med|con|-)|Chat[ _]de[ _]WhatsApp[ _]con|"
    r"Chat[ _]WhatsApp[ _](?:con|dengan)|Discussion[ _]WhatsApp[ _]avec|Conversa[ _][dn]o[ _]WhatsApp[ _]com|"
    r"Чат[ _]WhatsApp[ _]с(?:[ _]контактом)?|Czat[ _]WhatsApp[ _]z|"
    r"Chat[ _]WhatsApp[ _]s[ _]uživatelem)[ _](?P<title>.+)",
    re.IGNORECASE,
)
# The address of a map that stands for a place that was sent, with its coordinates.
_PLACE = re.compile(r"[?&](?:q|ll)=(-?\d{1,2}(?:\.\d+)?)(?:,|%2C)(-?\d{1,3}(?:\.\d+)?)", re.IGNORECASE)
_PHONE = re.compile(r"\+?\(?\d[\d ()\u00a0\u2011.-]{5,30}")


@dataclass(frozen=True, slots=True)
class _Place:
    """What the path of the file gives to each of its messages."""

    folder: str
    conversation: str
    title: str | None


@dataclass(slots=True)
class _Course:
    """What is told once for the whole file, with its first place."""

    before: tuple[int, ...] | None = None
    back: int = 0
    first_back: int = 0
    dated_text: int = 0
    first_dated_text: int = 0

    def follow(self, entry: ChatEntry) -> None:
        if entry.dated_text:
            self.first_dated_text = self.first_dated_text or entry.line
            self.dated_text += 1
        if entry.when is None:
            return
        if self.before is not None and entry.when < self.before:
            self.first_back = self.first_back or entry.line
            self.back += 1
        self.before = entry.when


@extractor(
    id="whatsapp.chat_export",
    version=4,
    title="WhatsApp exported chat (text)",
    files=("**/_chat.txt", "**/WhatsApp*.txt"),
    types=("text/plain",),
    claims=looks_like,
    emits=(Message,),
    privacy="communications",
    layouts="Android with dash, iOS with brackets (at first without), day, month, year or time first, 12 and 24 hours",
    tested_on="10 published sample exports of Android and iOS (day, month or year first, 12 and 24 hours); made-up "
    "exports in further languages and scripts",
    limits="A text file that can be edited; the device was not examined. No time zone, direction or identifier of a "
    "person is in it. A pasted line that is dated in the file's own layout reads as a message; a sender's name ends at "
    "the first colon and space. Words that somebody typed and that are the app's own (for a deleted message, for media "
    "left out) read as the app's. Month names and calendars other than the Gregorian and the Buddhist with four digits "
    "are not read; exports without brackets or dash only under the app's own file name.",
)
def chat_export(file: EvidenceFile) -> Iterator[Found]:
    """One Message for each dated entry, in the order of the file; the title only where the file's name carries it."""
    if not file.size:
        yield Present(0)
        return
    try:
        with file.open() as stream:
            known = survey(stream, file.date_order)
    except ValueError as error:
        yield Problem("schema", "unknown-layout", str(error))
        return
    yield from _about(known)
    course, place = _Course(), _place(file.path)
    present = known.dated
    with file.open() as stream:
        for entry in entries(stream, known):
            if entry.stamp:
                course.follow(entry)
                yield from _message(file, place, entry)
            else:
                present += 1
                yield _preamble(entry)
    yield from _afterwards(course)
    yield Present(present)


def _about(known: Survey) -> Iterator[Problem]:
    """How the dates of the file were read, and on what ground."""
    order = known.order
    names = " or ".join(order.orders)
    if order.ambiguous:
        detail = f"{order.basis}: {names}; times are left open, pass --date-order dmy or mdy if it is known"
        yield Problem("note", "date-order-ambiguous", detail)
    elif known.layout.year != "first":
        yield Problem("note", "date-order", f"dates read as {names}: {order.basis}")
    if order.contradiction:
        yield Problem("note", "date-order-contradicted", order.contradiction)
    if known.invalid_bytes:
        yield Problem("note", "invalid-bytes", "bytes that are no text in the file's encoding are shown as \\xNN")
    if known.buddhist:
        yield Problem(
            "note", "calendar", "years above 2551 are taken for years of the Buddhist calendar, 543 years ahead"
        )
    for name in sorted(known.compound):
        yield Problem("note", "sender-with-colon", f"{name!r} is taken as one sender: all its lines go on the same way")


def _afterwards(course: _Course) -> Iterator[Problem]:
    if course.back:
        detail = f"entries dated before the one above them: {course.back}; the first is on line {course.first_back}"
        yield Problem("note", "steps-back-in-time", detail, f"line {course.first_back}")
    if course.dated_text:
        detail = f"messages with lines that are dated in another layout and were kept as text: {course.dated_text}"
        yield Problem("note", "dated-text", detail, f"line {course.first_dated_text}")


def _preamble(entry: ChatEntry) -> Problem:
    detail = f"{entry.text.count(chr(10)) + 1} line(s) before the first dated line: {shortened(entry.text, 500)}"
    return Problem("row", "not-dated", detail, f"line {entry.line}")


def _message(file: EvidenceFile, place: _Place, entry: ChatEntry) -> Iterator[Found]:
    locator = f"line {entry.line}"
    if not entry.readings:
        yield Problem("value", "bad-time", f"no date and time in the order of this file: {entry.stamp}", locator)
    if entry.cut:
        yield Problem("value", "text-cut", f"{entry.cut} characters of a very long text were not kept", locator)
    lat, lon = _coordinates(entry)
    yield Message(
        locator=locator,
        service="WhatsApp",
        moments=(_moment(file, entry),),
        deleted="deleted by sender" in entry.flags or "deleted by administrator" in entry.flags,
        flags=entry.flags,
        attachments=_attachments(entry, place.folder),
        conversation=place.conversation,
        title=place.title,
        # Anybody can type the words that stand for a message taken back: they give a direction to no message.
        direction="out" if entry.by_exporter and entry.sender is None else None,
        sender=_party(entry.sender),
        text=entry.text,
        lat=lat,
        lon=lon,
    )


def _coordinates(entry: ChatEntry) -> tuple[float | None, float | None]:
    """(latitude, longitude) of a place that was sent; None where there is none, or numbers that are none."""
    match = _PLACE.search(entry.text) if "location" in entry.flags else None
    if match is None or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return None, None
    return float(match[1]), float(match[2])


def _moment(file: EvidenceFile, entry: ChatEntry) -> Moment:
    if entry.when is None:
        several = " or ".join(_local(reading).isoformat(" ") for reading in entry.readings)
        note = f"day and month not told apart: {several}" if several else "not a date and time"
        return Moment("sent", None, entry.stamp, "C", note=note)
    utc_us, note = _utc(entry.when, file.zone)
    return Moment("sent", utc_us, entry.stamp, "C", f"{file.zone}, {file.zone_by}" if file.zone else "", note)


@lru_cache(maxsize=4096)  # many messages share a minute
def _utc(parts: tuple[int, ...], zone: str | None) -> tuple[int | None, str]:
    return from_local(_local(parts), zone)


def _local(parts: tuple[int, ...]) -> datetime:
    """The time on the phone's clock; without a zone, because the file states none."""
    year, month, day, hour, minute, second = parts
    return datetime.combine(date(year, month, day), time(hour, minute, second))


def _attachments(entry: ChatEntry, folder: str) -> tuple[Attachment, ...]:
    if entry.attachment_state:
        return (Attachment(entry.attachment or "", state=entry.attachment_state),)
    if entry.attachment is None:
        return ()
    return (Attachment(entry.attachment, f"{folder}/{entry.attachment}" if folder else entry.attachment),)


def _place(path: str) -> _Place:
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    match = _TITLE.fullmatch(stem)
    if stem == "_chat":  # of iOS: the archive, or the folder it was unpacked to, has the name
        match = _TITLE.fullmatch(folder.rpartition("/")[2].removesuffix(".zip"))
    return _Place(folder, f"{folder}/{stem}" if folder else stem, match["title"] if match else None)


@lru_cache(maxsize=4096)
def _party(sender: str | None) -> Party | None:
    if sender is None:
        return None
    if _PHONE.fullmatch(sender):
        return Party(sender, "phone")
    return Party(sender, "name", sender)
