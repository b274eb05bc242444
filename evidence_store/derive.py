"""What the tables hold besides the record, derived from it: the merge fills them, `verify` derives them again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from evidence_store.identity import comparable
from evidence_store.records import WHOLE_FILE

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
    attachments: Sequence[dict[str, Any]]
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


def plain_of(record: bytes) -> dict[str, Any]:
    """The plain values of a record in canonical JSON."""
    try:
        found: dict[str, Any] = orjson.loads(record)
    except orjson.JSONDecodeError:
        # Escaped lone surrogates: valid JSON, but not for every reader.
        found = json.loads(record)
    return found


class OfFile(NamedTuple):
    """What a record takes from its file: whether that was deleted, the moments of the file system, and the region
    under which its source's national numbers are read."""

    deleted: bool = False
    times: str = "[]"  # JSON, as the column holds it
    region: str | None = None


def all_moments(record: dict[str, Any], times: str) -> Sequence[dict[str, Any]]:
    """The record's own moments, and behind them those of its file where the record is about the file as a whole."""
    own: Sequence[dict[str, Any]] = record.get("moments", ())
    return own if record["locator"] != WHOLE_FILE else [*own, *json.loads(times)]


def principal(moments: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The moment by which an item sorts: the first that is known in UTC, else the first, else None."""
    return next((one for one in moments if one["utc_us"] is not None), moments[0] if moments else None)


def derive(record: dict[str, Any], file: OfFile, number: int = 0) -> Derived:
    """The derived values of one record as plain JSON values (see `records.to_plain`); `number` stands in its moments.

    Runs once for each record when it is read, and once when it is verified.
    """
    get = record.get
    moments: list[MomentRow] = []
    when_us: int | None = None  # the first moment that is known in UTC: by it an item sorts
    for moment in all_moments(record, file.times):
        utc_us, raw, meaning = moment["utc_us"], moment["raw"], moment["meaning"]
        if utc_us is not None:
            if not -_LARGEST <= utc_us <= _LARGEST:
                utc_us = None
            elif when_us is None:
                when_us = utc_us
        if not raw.isascii() or "\x00" in raw:
            raw = clean(raw) or ""
        if not meaning.isascii():
            meaning = clean(meaning)
        moments.append((number, len(moments), meaning, utc_us, raw, moment["clock"]))
    key = get("conversation")
    text = get("text") if record["kind"] == "message" and "subject" not in record else _searched(record)
    attachments = get("attachments", ())
    return Derived(
        record["kind"],
        clean(get("service")) or "",
        None if key is None else _conversation(key, get("title")),
        get("direction"),
        when_us,
        text if text is None or (text.isascii() and "\x00" not in text) else clean(text),
        clean(" ".join([a["name"] for a in attachments])) if attachments else None,
        file.deleted or bool(get("deleted")),
        moments,
        _parties(record, file.region),
        attachments,
        _place(record["lat"], get("lon")) if "lat" in record else None,
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


def _searched(record: dict[str, Any]) -> str | None:
    """The words by which an item is found, each once."""
    text: str | None = record.get("text")
    if record["kind"] in PEOPLE:
        return "\n".join(filter(None, (*_names_of(record), own_words(record)))) or text
    fields = _WORDS.get(record["kind"])
    if fields is None:
        return text
    found = [str(record[name]) for name in fields if record.get(name)]
    return "\n".join(dict.fromkeys(found)) if found else text


def _names_of(person: dict[str, Any]) -> list[str]:
    """What a contact or an account is known by, each once: its name, where it works, its numbers and handles."""
    parties = [word for one in person.get("identifiers", ()) for word in (one.get("name"), one["identifier"])]
    return list(dict.fromkeys(word for word in (person.get("name"), *parties, person.get("organisation")) if word))


def own_words(person: dict[str, Any]) -> str:
    """The text of a contact or an account without its names, numbers and handles; "" where there is no more."""
    names = set(_names_of(person))
    return "\n".join(line for line in (person.get("text") or "").split("\n") if line not in names).strip("\n")


def _parties(record: dict[str, Any], region: str | None) -> list[tuple[str, PartyKey]]:
    found = [("from", _key(record["sender"], region))] if "sender" in record else []
    for role, name in _ROLES:
        if name in record:
            found += [(role, _key(other, region)) for other in record[name]]
    return found


def _key(party: dict[str, Any], region: str | None) -> PartyKey:
    return _party(party.get("scheme", "phone"), party["identifier"], party.get("name"), region)


@lru_cache(maxsize=65536)  # the same few for nearly every message of a phone
def _party(scheme: str, identifier: str, name: str | None, region: str | None) -> PartyKey:
    scheme, identifier = clean(scheme) or "", clean(identifier) or ""
    return scheme, identifier, clean(name), comparable(scheme, identifier, region)


def attachment_values(found: dict[str, Any]) -> tuple[Any, ...]:
    """(name, path, mime, size, sha256, state) of an attachment as recorded; state "" where it is to be looked up."""
    return (
        clean(found["name"]),
        clean(found.get("path")),
        clean(found.get("mime")),
        fitting(found.get("size")),
        clean(found.get("sha256")),
        clean(found.get("state", "")),
    )


def attachment_row(found: dict[str, Any], find: Callable[[str], tuple[int, bool] | None]) -> tuple[Any, ...]:
    """(name, path, mime, size, sha256, state, file_id) of an attachment; `find` looks a path up in the source and gives
    (file id, readable) or None."""
    *values, state = attachment_values(found)
    if state:
        return (*values, state, None)
    where = find(values[1]) if values[1] is not None else None
    if where is None:
        return (*values, "missing", None)
    return (*values, "present" if where[1] else "unreadable", where[0])
