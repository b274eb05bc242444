"""What an item says, in words: the same for the report and the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evidence_store.derive import PEOPLE, own_words
from evidence_store.queries import Detail
from evidence_store.words import named, named_behind, side_by_side
from parsers.times import iso


def who(party: dict[str, Any]) -> str:
    """A party as recorded: "Ara Example (07700 900101)"."""
    return named(party.get("name"), str(party["identifier"]))


def content(item: Detail) -> str:
    """What stands in the column "content": the text as recorded, or the fields of a kind that has none."""
    record = item.record
    text = record.get("text") or ""
    if item.kind == "table_row":
        text = "\n".join(f"{name}: {value}" for name, value in _pairs(record) if value is not None)
    if record.get("subject"):
        text = f"Subject: {record['subject']}\n{text}"
    facts = [str(fact) for fact in _FACTS.get(item.kind, _no_facts)(record) if fact]
    if item.kind in PEOPLE:
        text = own_words(record)
    words, text = side_by_side(facts, "; "), "" if text in facts else text  # a group may say its title twice
    return "\n".join(part for part in (words, text) if part)


def _no_facts(record: dict[str, Any]) -> list[Any]:
    return []


def _said(*fields: str) -> Callable[[dict[str, Any]], list[Any]]:
    return lambda record: [record.get(name) for name in fields]


def _person(record: dict[str, Any]) -> list[Any]:
    """A contact or an account: its name once, and another name with the number or handle that it stands for."""
    name, known = record.get("name"), record.get("identifiers", ())
    shown = [one["identifier"] if one.get("name") == name else who(one) for one in known]
    return list(dict.fromkeys([name, *shown, record.get("organisation")]))


def _media(record: dict[str, Any]) -> list[Any]:
    size = f"{record['width']} × {record['height']} pixels" if record.get("width") and record.get("height") else None
    device = f"device: {record['device']}" if record.get("device") else None
    return [record.get("mime"), size, device, _seconds(record.get("duration_s"))]


def _message(record: dict[str, Any]) -> list[Any]:
    """What stands around the words of a message: what it answers, how it was answered, the place that was sent."""
    quoted, found = record.get("quotes"), []
    if quoted:
        words = "in answer to a message"
        if quoted.get("sender"):
            words = _behind(f"{words} of", quoted["sender"])
        found.append(f"{words}: “{quoted['text']}”" if quoted.get("text") else words)
    return [*found, *[_reaction(one) for one in record.get("reactions", ())], _place(record)]


def _reaction(one: dict[str, Any]) -> str:
    words = f"reaction {one['text']}"
    return _behind(f"{words} by", one["sender"]) if one.get("sender") else words


def _behind(words: str, party: dict[str, Any]) -> str:
    return named_behind(words, party.get("name"), str(party["identifier"]))


def _place(record: dict[str, Any]) -> str | None:
    known = record.get("lat") is not None and record.get("lon") is not None
    return f"place: {record['lat']}, {record['lon']}" if known else None


def _group(record: dict[str, Any]) -> list[Any]:
    return [record.get("title"), *[_member(one) for one in record.get("members", ())]]


def _member(member: dict[str, Any]) -> str:
    words = [who(member["party"]), *([member["role"]] if member.get("role") else [])]
    times = [(name, member[name]) for name in ("since", "until") if member.get(name)]
    words += [f"{name} {iso(time['utc_us']) if time['utc_us'] is not None else time['raw']}" for name, time in times]
    return side_by_side(words, ", ")


_FACTS: Final[dict[str, Callable[[dict[str, Any]], list[Any]]]] = {
    "message": _message,
    "call": lambda record: [record.get("outcome"), _seconds(record.get("duration_s"))],
    "contact": _person,
    "account": _person,
    "media_item": _media,
    "location": lambda record: [f"{record.get('lat')}, {record.get('lon')}", record.get("source")],
    "table_row": lambda record: [f"table {record.get('table') or 'not known'}"],
    "group": _group,
    "web_visit": _said("title", "url"),
    "bookmark": _said("title", "url", "folder"),
    "search": _said("text", "url"),
    "download": lambda record: [
        *_said("title", "url", "target", "mime", "outcome")(record),
        _bytes(record),
    ],
    "app_install": _said("title", "app", "version", "installer"),
    "app_use": lambda record: [*_said("title", "app", "activity")(record), _seconds(record.get("duration_s"))],
    "notification": _said("app", "title"),
    "calendar_event": lambda record: [*_said("title", "place", "calendar")(record), _place(record)],
    "note": _said("title", "folder"),
    "document": lambda record: [*_said("title", "author", "mime")(record), _pages(record.get("pages"))],
    "network": lambda record: [*_said("technology", "name", "address", "security")(record), _place(record)],
    "device_fact": lambda record: [f"{record['name']}: {record['value']}"],
}


def recovery(record: dict[str, Any]) -> str:
    """How a deleted row was recovered and how sure it is, in words; "" for what is no recovered row."""
    extra = dict(record.get("extra", ()))
    if not record.get("deleted") or "confidence" not in extra:
        return ""
    lost = f" (overwritten: {extra['lost']})" if extra.get("lost") else ""
    return f"recovered from {extra.get('origin')}, confidence {extra['confidence']}{lost}"


def _pairs(record: dict[str, Any]) -> list[list[Any]]:
    pairs: list[list[Any]] = record.get("columns", [])
    return pairs


def _bytes(record: dict[str, Any]) -> str | None:
    return None if record.get("size") is None else f"{record['size']:,} bytes"


def _pages(value: int | None) -> str | None:
    return None if value is None else f"{value:,} pages"


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:g} seconds"
