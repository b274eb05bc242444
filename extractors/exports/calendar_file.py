"""Calendars that people hand over: iCalendar and vCalendar files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import icalendar
from icalendar.timezone import tzp

from evidence_store.records import Attachment, CalendarEvent, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.shortened import shortened
from parsers.calendar_text import Block, as_text, as_written, blocks, without_inner
from parsers.mail_header import base64_bytes, mailboxes
from parsers.signatures import mime_of
from parsers.times import from_local, to_us

_TIMES: Final = (
    ("DTSTART", "starts"),
    ("DTEND", "ends"),
    ("DUE", "due"),
    ("COMPLETED", "completed"),
    ("CREATED", "created"),
    ("LAST-MODIFIED", "modified"),
    ("DTSTAMP", "entry made"),
    ("RECURRENCE-ID", "in place of"),
)
_SHOWN: Final = (
    *("UID", "STATUS", "RRULE", "RDATE", "EXDATE", "EXRULE", "SEQUENCE", "CATEGORIES", "CLASS", "TRANSP", "PRIORITY"),
    *("URL", "CONTACT", "DURATION", "PERCENT-COMPLETE"),
)
_TOLD: Final = frozenset(  # by the fields of the record
    (*dict(_TIMES), *_SHOWN, "SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "GEO", "ATTENDEE", "ORGANIZER", "ATTACH")
)
_FILE_NAMES: Final = ("FILENAME", "X-FILENAME", "X-APPLE-FILENAME", "X-LABEL")
_ESCAPED: Final = re.compile(r"\\([,;\\])")
_LONGEST: Final = 100_000


@extractor(
    id="calendar.ics",
    version=2,
    title="Calendar entries of iCalendar files",
    files=("**/*.ics", "**/*.ical", "**/*.vcs"),
    types=("text/calendar",),
    emits=(CalendarEvent,),
    privacy="communications",
    layouts="iCalendar 2.0 (RFC 5545), vCalendar 1.0",
    tested_on="published samples of a festival and of Apple Calendar: 1 and 2 entries",
    limits="An entry that repeats stands once, with its rule. What was exported need not be what the calendar held.",
)
def calendar(file: EvidenceFile) -> Iterator[Found]:
    """Every VEVENT, VTODO and VJOURNAL. Times are UTC, or local in the zone that stands beside them; a date alone has
    no time of day, and a local time without a zone is under the zone that is assumed.

    References: RFC 5545, RFC 7986 (calendar name)
    """
    name = method = None
    found = False
    yield from _zones(file)
    with file.open() as stream:
        for block in blocks(stream):
            if block.name == "":
                key, _, stored = as_text(block.data).partition(":")
                key, value = key.upper().partition(";")[0].strip(), _ESCAPED.sub(r"\1", stored).strip()
                if key == "BEGIN" and value.upper() == "VCALENDAR":
                    found, name, method = True, None, None
                elif key == "BEGIN":
                    yield Problem("note", "not-read", f"a {shortened(value, 60)} is not read", f"line {block.line}")
                elif key in ("X-WR-CALNAME", "NAME"):
                    name = value or name
                elif key == "METHOD":
                    method = value
            elif block.name != "VTIMEZONE":
                yield Present(1)
                yield from _entry(block, _Around(name, method), file)
    if not found:
        yield Problem("schema", "unknown-layout", "no calendar begins in it")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _zones(file: EvidenceFile) -> Iterator[Problem]:
    """The file's own descriptions of zones, wherever they stand in it.

    The library keeps those that it has met for as long as the process lives: another file's are let go of first.
    """
    tzp.use_zoneinfo()
    with file.open() as stream:
        for block in blocks(stream):
            if block.name == "VTIMEZONE":
                yield from _zone(block)


def _zone(block: Block) -> Iterator[Problem]:
    """One description of a zone: the entries of the file are read by it."""
    try:
        icalendar.Timezone.from_ical(as_text(block.data))
    except Exception as error:  # noqa: BLE001 - the library raises whatever its parts raise on damaged text
        yield Problem("note", "zone", f"a description of a zone was not read: {_words(error)}", f"line {block.line}")


def _words(error: Exception) -> str:
    return shortened(" ".join(str(error).split()), 200) or type(error).__name__


class _Around(NamedTuple):
    """What the calendar says of its entries: its name, and what they are sent for ("CANCEL", "REPLY")."""

    name: str | None
    method: str | None


def _entry(block: Block, around: _Around, file: EvidenceFile) -> Iterator[Found]:
    locator = f"line {block.line}"
    text = as_text(block.data)
    entry, wrong = _component(text)
    if wrong and (less := without_inner(text)) != text:  # the library gives up an entry for one of its alarms
        entry, still = _component(less)
        if not still:
            yield Problem("value", "bad-alarm", f"the alarms of the entry were not read: {wrong}", locator)
        wrong = still
    if wrong:
        yield Problem("row", "bad-entry", f"the entry cannot be read: {wrong}", locator)
        return
    yield _record(entry, block, around, file)
    for key, why in entry.errors:
        yield Problem("value", "bad-property", f"{key}: {shortened(' '.join(str(why).split()), 200)}", locator)
    if block.problem:
        yield Problem("value", "cut-entry", block.problem, locator)


def _component(text: str) -> tuple[Any, str]:
    """(what the library makes of an entry, "") or (None, why it cannot be read)."""
    try:
        return icalendar.Component.from_ical(text), ""
    except Exception as error:  # noqa: BLE001 - as above
        return None, _words(error)


def _record(entry: Any, block: Block, around: _Around, file: EvidenceFile) -> CalendarEvent:
    places = _numbers(entry.get("GEO"))
    invited = [party for one in _listed(entry.get("ATTENDEE")) if (party := _party(one))]
    answers = [
        ("attendee status", f"{_address(one)}: {one.params['PARTSTAT']}")
        for one in _listed(entry.get("ATTENDEE"))
        if "PARTSTAT" in getattr(one, "params", {})
    ]
    extra = [(key, _stored(one) or as_written(block.data, key)) for key in _SHOWN for one in _listed(entry.get(key))]
    alarms = [("alarm", _alarm(alarm)) for alarm in entry.walk("VALARM") if "TRIGGER" in alarm]
    linked = [("ATTACH", _stored(one)) for one in _listed(entry.get("ATTACH")) if not _is_embedded(one)]
    rest = [(str(key), _titled(one)) for key in entry if key not in _TOLD for one in _listed(entry[key])]
    method = [("METHOD", around.method)] if around.method and around.method.upper() != "PUBLISH" else []
    organiser = next(iter(_listed(entry.get("ORGANIZER"))), None)
    flags = {"VTODO": ("task",), "VJOURNAL": ("journal",)}.get(block.name, ())
    status = str(entry.get("STATUS", "")).upper()
    return CalendarEvent(
        locator=f"line {block.line}",
        service="Calendar",
        moments=tuple(
            _moment(meaning, one, file) for key, meaning in _TIMES for one in _listed(entry.get(key)) if one is not None
        ),
        flags=(*flags, "cancelled") if status == "CANCELLED" else flags,
        attachments=tuple(_files(_listed(entry.get("ATTACH")))),
        extra=(*extra, *answers, *alarms, *linked, *rest, *method),
        title=_text(entry, "SUMMARY"),
        place=_text(entry, "LOCATION"),
        sender=_party(organiser) if organiser is not None else None,
        recipients=tuple(invited),
        calendar=around.name,
        lat=places[0],
        lon=places[1],
        text="\n".join(text for key in ("DESCRIPTION", "COMMENT") if (text := _text(entry, key))) or None,
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(entry: Any, key: str) -> str | None:
    return shortened("\n".join(str(one) for one in _listed(entry.get(key))), _LONGEST) or None


def _stored(value: Any) -> str:
    """A property as the file has it."""
    try:
        stored = value.to_ical()
    except Exception:  # noqa: BLE001 - a value that cannot be written back stands as it prints
        return shortened(str(value), _LONGEST)
    return shortened(_decoded(stored), _LONGEST) if isinstance(stored, bytes) else shortened(str(stored), _LONGEST)


def _titled(value: Any) -> str:
    """A property as the file has it, with the title that Apple writes beside a place."""
    title = _parameter(value, "X-TITLE")
    return f"{_stored(value)} ({title})" if title else _stored(value)


def _alarm(alarm: Any) -> str:
    """When it rings; the time of one that rings at a place is a made-up one."""
    near = next((_stored(alarm[key]) for key in ("X-APPLE-PROXIMITY", "PROXIMITY") if key in alarm), "")
    places = [_titled(one) for one in _listed(alarm.get("X-APPLE-STRUCTURED-LOCATION"))]
    return " ".join((near, *places)) if near else _stored(alarm["TRIGGER"])


def _is_embedded(value: Any) -> bool:
    return _parameter(value, "ENCODING").upper() in ("BASE64", "B")


def _files(values: list[Any]) -> Iterator[Attachment]:
    """What stands in the entry itself, with its hash; what it only names is no file of it."""
    for number, one in enumerate(values, start=1):
        if not _is_embedded(one):
            continue
        name = next((text for key in _FILE_NAMES if (text := _parameter(one, key))), f"attachment {number}")
        data = base64_bytes(one.to_ical())
        mime = _parameter(one, "FMTTYPE") or mime_of(data[:4096], size=len(data))
        yield Attachment(name, None, mime, len(data), hashlib.sha256(data).hexdigest(), "embedded")


def _address(value: Any) -> str:
    text = str(value)
    return text[7:] if text.lower().startswith("mailto:") else text


def _parameter(value: Any, key: str) -> str:
    """One whose signs are not in quotes may have been read as several: a comma stands between them."""
    found = getattr(value, "params", {}).get(key, "")
    return ",".join(str(one) for one in found) if isinstance(found, list) else str(found)


def _party(value: Any) -> Party | None:
    address = _address(value).strip()
    name = _parameter(value, "CN") or None
    if address.endswith(">") and (known := mailboxes(address)):  # vCalendar 1.0: "Ann Example <ann@example.org>"
        name, address = name or known[0].name, known[0].address
    beside = _parameter(value, "EMAIL")  # Apple writes "urn:uuid:…" where others have the address
    address = beside if "@" in beside and "@" not in address else address
    if "@" in address:
        return Party(address, "email", name)
    words = name or address
    return Party(words, "name", name) if words else None


def _numbers(value: Any) -> tuple[float | None, float | None]:
    if value is None or isinstance(value, list):
        return None, None
    try:
        lat, lon = getattr(value, "latitude", None), getattr(value, "longitude", None)
    except ValueError:  # text where two numbers should stand; the entry's errors say so
        return None, None
    fits = isinstance(lat, float) and isinstance(lon, float) and abs(lat) <= 90 and abs(lon) <= 180
    return (lat, lon) if fits else (None, None)


def _moment(meaning: str, value: Any, file: EvidenceFile) -> Moment:
    try:
        found = value.dt
    except (AttributeError, ValueError):  # text where a date should stand; the entry's errors say so
        found = None
    zone = getattr(value, "params", {}).get("TZID")
    raw = f"{zone}:{_stored(value)}" if zone else _stored(value)
    if isinstance(found, datetime):
        try:
            if found.tzinfo is not None:
                return Moment(meaning, to_us(found), raw, "B")
            if zone:  # neither the file nor the library says what zone that is
                return Moment(meaning, None, raw, "C", note="local time, of a zone that is not known")
            utc_us, note = from_local(found, file.zone)
        except (ValueError, OverflowError):
            return Moment(meaning, None, raw, "C", note="not a plausible time")
        assumed = f"{file.zone}, {file.zone_by}" if file.zone else ""
        return Moment(meaning, utc_us, raw, "C", assumed, note)
    if isinstance(found, date):
        return Moment(meaning, None, raw, "C", note="a date without a time of day")
    return Moment(meaning, None, raw, "C", note="not a date")
