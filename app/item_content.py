"""What an item says, in words: the same for the report and the command line."""

from __future__ import annotations

from typing import Any

from evidence_store.queries import Detail


def who(party: dict[str, Any]) -> str:
    """A party as recorded: "Ara Example (07700 900101)"."""
    name, identifier = party.get("name"), party["identifier"]
    return f"{name} ({identifier})" if name and name != identifier else str(identifier)


def content(item: Detail) -> str:
    """What stands in the column "content": the text as recorded, or the fields of a kind that has none."""
    record = item.record
    text = record.get("text") or ""
    if item.kind == "table_row":
        text = "\n".join(f"{name}: {value}" for name, value in _pairs(record) if value is not None)
    if record.get("subject"):
        text = f"Subject: {record['subject']}\n{text}"
    facts = {
        "call": [record.get("outcome"), _seconds(record.get("duration_s"))],
        "contact": [
            record.get("name"),
            *[who(one) for one in record.get("identifiers", ())],
            record.get("organisation"),
        ],
        "media_item": [
            record.get("mime"),
            f"{record['width']} × {record['height']} pixels" if record.get("width") and record.get("height") else None,
            f"device: {record['device']}" if record.get("device") else None,
            _seconds(record.get("duration_s")),
        ],
        "location": [f"{record.get('lat')}, {record.get('lon')}", record.get("source")],
        "table_row": [f"table {record.get('table') or 'not known'}", None],
    }.get(item.kind, [])
    words = "; ".join(str(fact) for fact in facts if fact)
    return "\n".join(part for part in (words, text) if part)


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


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:g} seconds"
