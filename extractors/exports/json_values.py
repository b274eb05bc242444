"""Values of the JSON that services hand out with an account: what a field holds, and what else stands beside it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from evidence_store.records import Moment, Problem
from extractors.base import EvidenceFile
from extractors.database import Doubts
from extractors.shortened import shortened
from parsers.times import from_local, from_unix, to_us

Row = dict[str, Any]
Extra = tuple[str, str | int | float | None]
_SHOWN: Final = 4096  # characters of a nested value that are kept beside a record
_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:[/\\]|data:")
_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")
# "2023-01-01 10:00:00 UTC", "2023-01-01T10:00:00.123Z", "… +0100", "… +01:00", or without any zone
_TIME: Final = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})[T ]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?"
    r"(?P<zone>UTC|GMT|Z|[+-]\d{2}:?\d{2})?"
)


class Values(Doubts):
    """Reads fields of JSON objects; see `Doubts`. A field that is missing, null or "" is None."""

    def __init__(self, file: EvidenceFile) -> None:
        super().__init__()
        self._zone, self._zone_by = file.zone, file.zone_by

    def words(self, row: Row, key: str) -> str | None:
        """Text; a number stands as its digits, what is neither is said."""
        value = row.get(key)
        if type(value) is str:
            return value or None
        if value is None:
            return None
        if isinstance(value, dict | list):
            self.add("text", f"{key} is not text: {shown(value)}")
            return None
        return shown(value)

    def part(self, row: Row, key: str) -> Row:
        """An object; an empty one where there is none, which is said where something else stands there."""
        value = row.get(key)
        if isinstance(value, dict):
            return value
        if value not in (None, "", []):
            self.add("object", f"{key} is not an object: {shown(value)}")
        return {}

    def rows(self, row: Row, key: str) -> list[Row]:
        """A list of objects; what is none is said and left out."""
        value = row.get(key)
        if value is None or value == "":
            return []
        listed = value if isinstance(value, list) else [value]
        found = [one for one in listed if isinstance(one, dict)]
        if len(found) < len(listed):
            self.add("list", f"{key} holds what is no object: {shown(value)}")
        return found

    def whole(self, row: Row, key: str) -> int | None:
        """A whole number, also one that is written as text."""
        value = row.get(key)
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            return int(value.strip())
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return self.number(None if value == "" else value, key)

    def degrees(self, row: Row, key: str, most: float) -> float | None:
        """A coordinate, also one that is written as text; None, and said, for what none can be."""
        value = row.get(key)
        if value is None or value == "":
            return None
        try:
            found = float(value)
        except (TypeError, ValueError, OverflowError):
            found = float("nan")
        if not -most <= found <= most:
            self.add("place", f"{key} is no coordinate: {shown(value)}")
            return None
        return found

    def epoch(self, meaning: str, row: Row, key: str, unit: str) -> Moment:
        """A Unix time as a number, or as the same in text; its raw form as stored."""
        value = row.get(key)
        number = int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
        return self.moment(meaning, number if not isinstance(number, dict | list) else shown(number), unit, key)

    def written(self, meaning: str, row: Row, key: str) -> Moment:
        """A time in words of ISO 8601, with "UTC" or an offset; without either it is local, and its zone assumed."""
        value = row.get(key)
        text = value if isinstance(value, str) else shown(value)
        found = _written(text.strip(), self._zone)
        if found.note == _NO_TIME:
            self.add("time", f"{key}: {found.note}: {text}")
        local = found.clock == "C" and found.utc_us is not None
        zone = f"{self._zone}, {self._zone_by}" if local else ""
        return Moment(meaning, found.utc_us, text, found.clock, zone, found.note)


_NO_TIME: Final = "not a date and time"


@lru_cache(maxsize=4096)
def _written(text: str, zone: str | None) -> Moment:
    match = _TIME.fullmatch(text)
    if match is None:
        return Moment("", None, text, "C", "", _NO_TIME)
    try:
        year, month, day = match["day"].split("-")
        clock, _, fraction = match["clock"].partition(".")
        local = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2} {clock:0>5}").replace(
            microsecond=int(fraction[:6].ljust(6, "0")) if fraction else 0
        )
        if match["zone"] is None:
            utc_us, note = from_local(local, zone)
            return Moment("", utc_us, text, "C", "", note)
        offset = "+00:00" if match["zone"] in ("UTC", "GMT", "Z") else match["zone"]
        utc_us, note = from_unix(to_us(datetime.fromisoformat(f"{local.isoformat()}{offset}")), "us")
    except (ValueError, OverflowError):
        return Moment("", None, text, "C", "", _NO_TIME)
    return Moment("", utc_us, text, "B", "", note)


def shown(value: Any) -> str:
    """A value of JSON in one piece of text, cut where it is very long."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "…"
    return shortened(text, _SHOWN)


def rest(row: Row, known: frozenset[str]) -> tuple[Extra, ...]:
    """What else stands in an object, under its own names: all but `known` and what is empty."""
    return tuple(
        (key, value if type(value) in (str, int, float) else shown(value))
        for key, value in row.items()
        if key not in known and value not in (None, "", [], {})
    )


def place_below(folder: str, recorded: str) -> str | None:
    """A recorded relative path below a folder of the source; None for what is none (an address of the web, or "")."""
    if "://" in recorded or recorded.startswith("data:"):
        return None
    parts = [part for part in recorded.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or "\x00" in recorded:
        return None
    return "/".join([folder, *parts] if folder else parts)


def place_beside(folder: str, recorded: str) -> str | None:
    """The file that a page or list in `folder` points to, ".." being the folder above; None for an address of the web
    or of another machine, and for what would lie outside of the source."""
    if "://" in recorded or _ABSOLUTE.match(recorded) or "\x00" in recorded:
        return None
    parts = folder.split("/") if folder else []
    for part in recorded.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    place = "/".join(parts)
    return place if place and place != folder else None


def not_an_object(value: Any, locator: str, what: str = "a message") -> Problem:
    """What to say where something else stands in place of an object."""
    return Problem("row", "not-an-object", f"{shortened(shown(value), 200)} where {what} should stand", locator)
