"""What the tables hold besides the record, derived from it: the merge fills them, `verify` derives them again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from evidence_store.identity import comparable
from evidence_store.records import WHOLE_FILE

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_LARGEST: Final = 2**63 - 1  # what a column of SQLite holds

# scheme, identifier, name, and what it is compared by (see `identity.comparable`)
PartyKey = tuple[str, str, str | None, str | None]
MomentRow = tuple[str, int | None, str, str]  # meaning, utc_us, raw, clock


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
    return [*own, *json.loads(times)] if record["locator"] == WHOLE_FILE else own


def principal(moments: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The moment by which an item sorts: the first that is known in UTC, else the first, else None."""
    return next((one for one in moments if one["utc_us"] is not None), moments[0] if moments else None)


def derive(record: dict[str, Any], file: OfFile) -> Derived:
    """The derived values of one record as plain JSON values (see `records.to_plain`)."""
    get = record.get
    found = all_moments(record, file.times)
    moments = [(m["meaning"], fitting(m["utc_us"]), clean(m["raw"]) or "", m["clock"]) for m in found]
    key = get("conversation")
    text = _searched(record)
    attachments = get("attachments", ())
    return Derived(
        record["kind"],
        clean(get("service")) or "",
        (clean(key) or "", clean(get("title"))) if key is not None else None,
        get("direction"),
        principal_us(moments),
        clean(text),
        clean(" ".join([a["name"] for a in attachments])) if attachments else None,
        bool(get("deleted")) or file.deleted,
        moments,
        [(role, _key(party, file.region)) for role, party in _parties(record)],
        attachments,
        (record["lat"], record["lon"]) if record.get("lat") is not None and record.get("lon") is not None else None,
    )


# Kinds whose words stand in more fields than `text` -> those fields, in the order in which they are shown.
_WORDS: Final = {
    "message": ("subject", "text"),
    "email": ("subject", "text"),
    "group": ("title", "text"),
    "account": ("name", "text"),
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


def _searched(record: dict[str, Any]) -> str | None:
    """The words by which an item is found, each once."""
    text: str | None = record.get("text")
    fields = _WORDS.get(record["kind"])
    if fields is None:
        return text
    found = [str(record[name]) for name in fields if record.get(name)]
    return "\n".join(dict.fromkeys(found)) if found else text


def principal_us(moments: Sequence[MomentRow]) -> int | None:
    """The moment by which an item sorts: the first that is known in UTC."""
    for moment in moments:
        if moment[1] is not None:
            return moment[1]
    return None


def _parties(record: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    get = record.get
    found = [("from", record["sender"])] if "sender" in record else []
    found += [("to", other) for other in get("recipients", ())]
    if "cc" in record or "bcc" in record:
        found += [(role, other) for role in ("cc", "bcc") for other in get(role, ())]
    found += [("about", other) for other in get("identifiers", ())]
    return found


def _key(party: dict[str, Any], region: str | None) -> PartyKey:
    scheme, identifier = party.get("scheme", "phone"), clean(party["identifier"]) or ""
    return scheme, identifier, clean(party.get("name")), comparable(scheme, identifier, region)
