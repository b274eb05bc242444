"""How the command line says things: JSON of the contract, and text for people."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, Final

from app.item_content import content, recovery
from evidence_store.people import Person
from evidence_store.queries import Detail
from parsers.times import iso

_HARMFUL: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_OWN: Final = frozenset(
    {"kind", "service", "conversation", "direction", "sender", "recipients", "text", "attachments", "moments"}
    | {"deleted", "locator"}
)


def print_json(plain: Any) -> None:
    """One JSON value on one line. What could end a line or move a terminal's cursor, and lone surrogates, which no
    output can carry, go out as JSON's own escapes: a reader of JSON gets back exactly what is stored."""
    text = json.dumps(plain, ensure_ascii=False)
    sys.stdout.write(_HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n")


def print_text(line: str) -> None:
    """One line for a terminal: characters from evidence must not move its cursor, turn its text round or end a line."""
    sys.stdout.write(harmless(line) + "\n")


def say(line: str) -> None:
    """A line about work that goes on, and keeps its exit status, when nobody reads its output any more."""
    try:
        print_text(line)
        sys.stdout.flush()
    except OSError:
        close_output()


def say_aside(line: str) -> None:
    """One line for the user on standard error, as all errors are told."""
    with contextlib.suppress(OSError):
        print(f"assay: {harmless(line)}", file=sys.stderr, flush=True)


def close_output() -> None:
    """From here on, what is printed goes nowhere: the reader of our output has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def harmless(text: str) -> str:
    """Text on one line in which control characters and direction overrides stand as marks: [U+202E]."""
    return _HARMFUL.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


def moment_plain(moment: dict[str, Any]) -> dict[str, Any]:
    """A stored moment as the contract prints it."""
    utc_us = moment.get("utc_us")
    plain = {
        "meaning": moment["meaning"],
        "utc": iso(utc_us) if utc_us is not None else None,
        "raw": moment["raw"],
        "clock": moment["clock"],
    }
    return plain | {name: moment[name] for name in ("zone", "note") if moment.get(name)}


def item_plain(item: Detail) -> dict[str, Any]:
    """An item as the contract prints it; what its kind has besides stands under `data`."""
    record = item.record
    return {
        "number": item.number,
        "kind": item.kind,
        "service": item.service,
        "conversation": item.conversation,
        "direction": item.direction,
        "from": _party(record["sender"]) if record.get("sender") else None,
        "to": [_party(other) for other in record.get("recipients", ())],
        "text": record.get("text"),
        "attachments": [
            {name: one[name] for name in ("name", "path", "mime", "size", "sha256", "state")}
            for one in item.attachments
        ],
        "moments": [moment_plain(moment) for moment in item.moments],
        "deleted": item.deleted,
        "source": item.source,
        "file": item.file,
        "file_sha256": item.file_sha256,
        "locator": record["locator"],
        "extractor": item.extractor,
        "sha256": item.sha256,
        "tags": list(item.tags),
        "data": {name: _data(value) for name, value in record.items() if name not in _OWN},
    }


def _party(party: dict[str, Any]) -> dict[str, Any]:
    return {"id": party["identifier"], "name": party.get("name"), "scheme": party.get("scheme", "phone")}


def _data(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(one, list) and len(one) == 2 for one in value):
        return _named(value)
    if isinstance(value, list):
        return [_data(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "utc_us" in value:
        return moment_plain(value)
    return _party(value) if "identifier" in value else {name: _data(one) for name, one in value.items()}


def _named(pairs: list[list[Any]]) -> dict[str, Any]:
    """(name, value) pairs as an object; a name that comes several times has the list of its values."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(str(name), []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def item_line(item: Detail) -> str:
    """An item on one line for people."""
    plain = item_plain(item)
    when = plain["moments"][0]["utc"] or f"? ({plain['moments'][0]['raw']})" if plain["moments"] else "no time"
    sender = plain["from"]["name"] or plain["from"]["id"] if plain["from"] else ""
    receivers = ", ".join(other["name"] or other["id"] for other in plain["to"])
    who = f"{sender} -> {receivers}" if sender and receivers else sender or (f"-> {receivers}" if receivers else "")
    names = " ".join(f"[{one['name']}: {one['state']}]" for one in plain["attachments"])
    words = " ".join(content(item).split())
    how = recovery(item.record)
    deleted = f"DELETED ({how})" if how else "DELETED" if item.deleted else ""
    parts = [item.number, when, item.kind, item.service, who, words, names, deleted]
    return "  ".join(part for part in parts if part)


def person_plain(one: Person) -> dict[str, Any]:
    """Somebody who occurs in a case, as `people --json` prints it."""
    return {
        "compared_as": one.compared_as,
        "recorded": [{"id": form[1], "name": form[2], "scheme": form[0]} for form in one.recorded],
        "services": list(one.services),
        "sources": list(one.sources),
        "items": one.items,
        "first": iso(one.first_us) if one.first_us is not None else None,
        "last": iso(one.last_us) if one.last_us is not None else None,
    }


def person_line(one: Person) -> str:
    """The same on one line for people."""
    forms = dict.fromkeys(f"{name} ({form})" if name and name != form else form for _, form, name in one.recorded)
    key = one.compared_as or "compares with no other"
    times = f"{iso(one.first_us)} to {iso(one.last_us)}" if one.first_us is not None and one.last_us is not None else ""
    where = f"{', '.join(one.services)} in {', '.join(one.sources)}"
    return "  ".join(part for part in (key, f"{one.items:,} items", where, times, "; ".join(forms)) if part)


def file_plain(row: dict[str, Any]) -> dict[str, Any]:
    """A file of a source as the contract prints it."""
    times: dict[str, Any] = {}
    for moment in row["times"]:
        word = moment["meaning"].split(" (")[0]
        times[word] = moment_plain(moment)["utc"] or moment["raw"]
    return {
        "path": row["path"],
        "size": row["size"],
        "sha256": row["sha256"],
        "mime": row["mime"],
        "deleted": bool(row["deleted"]),
        "allocated": bool(row["allocated"]),
        "readable": bool(row["readable"]),
        "kind": row["kind"],
        "note": row["note"],
        "times": times,
        "source": row["exhibit"],
    }


def file_line(plain: dict[str, Any]) -> str:
    """A file of a source, as `file_plain` gives it, on one line for people."""
    mark = "deleted" if plain["deleted"] else "" if plain["readable"] else "not readable"
    known = plain["sha256"] or "-" * 64
    parts = (plain["source"], known, f"{plain['size']:>12,}", plain["path"], mark, plain["note"])
    return "  ".join(part for part in parts if part)


def print_table(rows: Iterable[tuple[Any, ...]], heads: tuple[str, ...]) -> None:
    """A table for a terminal, columns as wide as they need to be."""
    cells = [heads, *[tuple(harmless(str(cell)) for cell in row) for row in rows]]
    widths = [min(60, max(len(row[column]) for row in cells)) for column in range(len(heads))]
    for row in cells:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
