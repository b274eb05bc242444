"""What the tables hold besides the record, derived from it: the merge fills them, `verify` derives them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from evidence_store.identity import comparable
from evidence_store.records import (
    WHOLE_FILE,
    Attachment,
    Member,
    Message,
    Moment,
    Party,
    Reaction,
    Record,
    plain_of,
    to_plain,
)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_LARGEST: Final = 2**63 - 1  # what a column of SQLite holds
_FAR: Final = 1e300

# scheme, identifier, name, and what it is compared by (see `identity.comparable`)
PartyKey = tuple[str, str, str | None, str | None]
MomentRow = tuple[int, int, str, int | None, str, str]  # the item's number, place, meaning, utc_us, raw, clock


class Derived(NamedTuple):
    """The searchable side of one record."""

    kind: str
    service: str
    conversation: tuple[str, str | None] | None  # key, title
    direction: str | None
    when_us: int | None
    text: str | None
    names: str | None
    deleted: bool
    moments: list[MomentRow]
    parties: list[tuple[str, PartyKey]]  # role, party
    attachments: Sequence[Attachment]
    location: tuple[float, float] | None


def clean(text: str | None) -> str | None:
    """Text for the search column: SQLite cannot hold lone surrogates, and many of its functions stop at NUL.

    The record keeps the text as it was; this is for finding and showing it."""
    if text is None or text.isascii():
        return text.replace("\x00", "\u2400") if text and "\x00" in text else text
    if "\x00" in text:
        text = text.replace("\x00", "\u2400")
    return _LONE_SURROGATE.sub("\ufffd", text)


def fitting(number: int | None) -> int | None:
    """A number as a column can hold it, or None; the record keeps it whole."""
    return number if number is None or -_LARGEST <= number <= _LARGEST else None


class OfFile(NamedTuple):
    """What a record takes from its file: whether that was deleted, the moments of the file system, and the region
    under which its source's national numbers are read."""

    deleted: bool = False
    times: str = "[]"  # JSON, as the column holds it
    region: str | None = None


_MOMENTS: Final = msgspec.json.Decoder(tuple[Moment, ...])


def all_moments(record: dict[str, Any], times: str) -> Sequence[dict[str, Any]]:
    """The record's own moments, and behind them those of its file where the record is about the file as a whole."""
    own: Sequence[dict[str, Any]] = record.get("moments", ())
    return own if record["locator"] != WHOLE_FILE else [*own, *plain_of(times.encode())]


def principal(moments: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The moment by which an item sorts: the first that is known in UTC, else the first, else None."""
    return next((one for one in moments if one["utc_us"] is not None), moments[0] if moments else None)


def derive(record: Record, file: OfFile, number: int = 0) -> Derived:
    """The derived values of one record; `number` stands in its moments. Raises TypeError for one of which nothing can
    be derived.

    Runs once for each record when it is read, and once when it is verified.
    """
    kind = record.kind
    has = _fields(type(record))
    for name in has.parts:
        if parts := getattr(record, name):
            _refuse_time(*(moment for part in parts for moment in _times_of(part)))
    when_us, moments = _moment_rows(record, file, number)
    text = record.text if isinstance(record, Message) and record.subject is None else _searched(record)
    key = record.conversation if has.conversation else None  # type: ignore[attr-defined]
    attachments = record.attachments
    return Derived(
        kind,
        clean(record.service) or "",
        None if key is None else _conversation(key, record.title if has.title else None),  # type: ignore[attr-defined]
        record.direction if has.direction else None,  # type: ignore[attr-defined]
        when_us,
        text if text is None or (text.isascii() and "\x00" not in text) else clean(text),
        clean(" ".join([one.name for one in attachments])) if attachments else None,
        file.deleted or bool(record.deleted),
        moments,
        _parties(record, has, file.region),
        attachments,
        _place(record.lat, record.lon) if has.place else None,  # type: ignore[attr-defined]
    )


def _moment_rows(record: Record, file: OfFile, number: int) -> tuple[int | None, list[MomentRow]]:
    """The first moment that is known in UTC, by which an item sorts; and the row of each."""
    when_us: int | None = None
    rows: list[MomentRow] = []
    moments = record.moments
    if record.locator == WHOLE_FILE:
        moments += _MOMENTS.decode(file.times)
    for moment in moments:
        utc_us, raw, meaning = moment.utc_us, moment.raw, moment.meaning
        if utc_us is not None:
            if type(utc_us) is not int:
                _refuse_time(moment)
            if not -_LARGEST <= utc_us <= _LARGEST:
                utc_us = None
            elif when_us is None:
                when_us = utc_us
        if not raw.isascii() or "\x00" in raw:
            raw = clean(raw) or ""
        if not meaning.isascii():
            meaning = clean(meaning) or ""
        rows.append((number, len(rows), meaning, utc_us, raw, moment.clock))
    return when_us, rows


def _refuse_time(*moments: Moment | None) -> None:
    """A float would lose microseconds, and a date has a zone of its own: slips of an extractor, not of the evidence."""
    for moment in moments:
        if moment is not None and moment.utc_us is not None and type(moment.utc_us) is not int:
            raise TypeError(f"utc_us must be an int of microseconds, not {type(moment.utc_us).__name__}")


class _Fields(NamedTuple):
    """What there is to derive from in the fields of a kind."""

    conversation: bool
    title: bool
    direction: bool
    sender: bool
    place: bool
    parts: tuple[str, ...]  # that have times of their own
    others: tuple[tuple[str, str], ...]  # role, the field of those who have it


@cache
def _fields(kind: type[Record]) -> _Fields:
    names = frozenset(kind.__struct_fields__)
    return _Fields(
        conversation="conversation" in names,
        title="title" in names,
        direction="direction" in names,
        sender="sender" in names,
        place="lat" in names,
        parts=tuple(name for name in ("reactions", "members") if name in names),
        others=tuple((role, name) for role, name in _ROLES if name in names),
    )


@lru_cache(maxsize=65536)
def _conversation(key: str, title: str | None) -> tuple[str, str | None]:
    return clean(key) or "", clean(title)


def _place(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    if lat is None or lon is None:
        return None
    # NaN and infinity become null in JSON, and so are no place here.
    return (lat, lon) if -_FAR < lat < _FAR and -_FAR < lon < _FAR else None


_ROLES: Final = (("to", "recipients"), ("cc", "cc"), ("bcc", "bcc"), ("about", "identifiers"))
# Kinds whose words stand in more fields than `text` -> those fields, in the order in which they are shown.
_WORDS: Final = {
    "message": ("subject", "text"),
    "email": ("subject", "text"),
    "group": ("title", "text"),
    "web_visit": ("title", "url", "text"),
    "bookmark": ("title", "url", "folder", "text"),
    "search": ("text", "url"),
    "download": ("title", "target", "url", "text"),
    "app_install": ("title", "app", "text"),
    "app_use": ("title", "app", "activity", "text"),
    "notification": ("title", "text", "app"),
    "calendar_event": ("title", "place", "text"),
    "note": ("title", "text"),
    "document": ("title", "author", "text"),
    "network": ("name", "address", "text"),
    "device_fact": ("name", "value", "text"),
}
PEOPLE: Final = frozenset(("contact", "account"))


def _searched(record: Record) -> str | None:
    """The words by which an item is found, each once."""
    text: str | None = getattr(record, "text", None)
    if record.kind in PEOPLE:
        person = to_plain(record)
        return "\n".join(filter(None, (*_names_of(person), own_words(person)))) or text
    found = [_word(word) for name in _WORDS.get(record.kind, ()) if (word := getattr(record, name))]
    return "\n".join(dict.fromkeys(found)) if found else text


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        raise TypeError("bytes are to be given in words")
    return str(value)


def _names_of(person: dict[str, Any]) -> list[str]:
    """What a contact or an account is known by, each once: its name, where it works, its numbers and handles."""
    parties = [word for one in person.get("identifiers", ()) for word in (one.get("name"), one["identifier"])]
    return list(dict.fromkeys(word for word in (person.get("name"), *parties, person.get("organisation")) if word))


def own_words(person: dict[str, Any]) -> str:
    """The text of a contact or an account without its names, numbers and handles; "" where there is no more."""
    names = set(_names_of(person))
    return "\n".join(line for line in (person.get("text") or "").split("\n") if line not in names).strip("\n")


def _times_of(part: Reaction | Member) -> tuple[Moment | None, ...]:
    return (part.moment,) if isinstance(part, Reaction) else (part.since, part.until)


def _parties(record: Record, has: _Fields, region: str | None) -> list[tuple[str, PartyKey]]:
    sender = record.sender if has.sender else None  # type: ignore[attr-defined]
    found = [("from", _party(sender, region))] if sender is not None else []
    for role, name in has.others:
        if others := getattr(record, name):
            found += [(role, _party(other, region)) for other in others]
    return found


@lru_cache(maxsize=65536)  # the same few for nearly every message of a phone
def _party(party: Party, region: str | None) -> PartyKey:
    scheme, identifier = clean(party.scheme) or "", clean(party.identifier) or ""
    return scheme, identifier, clean(party.name), comparable(scheme, identifier, region)


def attachment_values(found: Attachment) -> tuple[Any, ...]:
    """(name, path, mime, size, sha256, state) of an attachment as recorded; state "" where it is to be looked up."""
    return (
        clean(found.name),
        clean(found.path),
        clean(found.mime),
        fitting(found.size),
        clean(found.sha256),
        clean(found.state),
    )


def attachment_row(found: Attachment, find: Callable[[str], tuple[int, bool] | None]) -> tuple[Any, ...]:
    """(name, path, mime, size, sha256, state, file_id) of an attachment; `find` looks a path up in the source and gives
    (file id, readable) or None."""
    *values, state = attachment_values(found)
    if state:
        return (*values, state, None)
    where = find(values[1]) if values[1] is not None else None
    if where is None:
        return (*values, "missing", None)
    return (*values, "present" if where[1] else "unreadable", where[0])
