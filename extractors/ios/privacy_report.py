"""The App Privacy Report that iOS saves when asked: which application got at what, and which domains it asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import AppUse, Moment, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.ios.plists import words
from parsers.times import to_us

_LONGEST: Final = 1 << 20
_TOLD: Final = ("kind", "identifier", "hits", "initiatedType", "context", "domainOwner", "domainType", "broadcaster")
_OUTCOMES: Final = {"intervalBegin": "began", "intervalEnd": "ended"}


@extractor(
    id="ios.app_privacy_report",
    version=1,
    title="App Privacy Report",
    files=("**/App_Privacy_Report*.ndjson",),
    emits=(AppUse,),
    privacy="device",
    layouts="App_Privacy_Report_v4_….ndjson of iOS 15 to 18",
    tested_on="iOS 15 sample: 72 entries",
    limits="It covers the seven days before it was saved, and only if it was switched on.",
)
def app_privacy_report(file: EvidenceFile) -> Iterator[Found]:
    """A record for each line: an access to data or a sensor, or a domain that was asked. Times have their offset.

    References:
    - Apple, documentation of the App Privacy Report ("Inspecting app activity data")
    """
    with file.open() as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            if line.strip():
                yield Present(1)
                yield _entry(line, f"line {number}")


def _entry(line: bytes, locator: str) -> AppUse | Problem:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem("row", "damaged-line", f"no JSON: {error}", locator)
    if not isinstance(found, dict):
        return Problem("row", "no-entry", f"not an entry but {type(found).__name__}", locator)
    kind, accessor = found.get("type"), found.get("accessor")
    accessor = accessor if isinstance(accessor, dict) else {}
    network = kind == "networkActivity"
    times = [("last request", "timeStamp"), ("first request", "firstTimeStamp")]
    if not network:
        times = [(f"access {_OUTCOMES.get(str(found.get('kind')), 'recorded')}", "timeStamp")]
    moments = (_moment(meaning, found.get(key)) for meaning, key in times)
    return AppUse(
        locator=locator,
        moments=tuple(one for one in moments if one is not None),
        flags=() if kind in ("networkActivity", "access") else (f"type {words(kind)}",),
        extra=tuple((key, _plain(found[key])) for key in _TOLD if found.get(key) not in (None, "")),
        app=_text(found.get("bundleID")) or _text(accessor.get("identifier")) or "",
        title=_text(found.get("domain")) or _text(found.get("category")),
        activity="domain asked" if network else "access to data" if kind == "access" else words(kind),
    )


def _plain(value: Any) -> str | int | float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else words(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(meaning: str, value: Any) -> Moment | None:
    if value is None:
        return None
    raw = words(value)
    try:
        when = datetime.fromisoformat(raw)
        return Moment(meaning, to_us(when), raw, "B")
    except (ValueError, OverflowError):
        return Moment(meaning, None, raw, "B", "", "not a date with its offset")
