"""The values of contacts of iOS: numbers, addresses, profiles, and what their labels say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from evidence_store.records import Party, Problem
from extractors.database import Doubts, stored
from extractors.ios.core_data import Rows, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row

VALUE: Final = ("UID", "record_id", "property", "identifier", "label", "value")
_PHONE, _MAIL, _ADDRESS, _DATE, _MESSENGER, _URL, _RELATED, _PROFILE = 3, 4, 5, 12, 13, 22, 23, 46
_WORDS: Final = {
    _PHONE: "phone",
    _MAIL: "email",
    _ADDRESS: "address",
    _DATE: "date",
    _MESSENGER: "messenger",
    16: "ringtone",
    17: "text tone",
    _URL: "web page",
    _RELATED: "related name",
    _PROFILE: "profile",
}
_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_")
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
# How a messenger or a network names its account, of the parts of a value.
_USER: Final = "username"
_SERVICES: Final = {"facebook": "facebook", "instagram": "instagram", "twitter": "x", "snapchat": "snapchat"}


@dataclass(slots=True)
class Values:
    """What the values of one contact come to."""

    identifiers: list[Party] = field(default_factory=list)
    extra: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class Labels:
    """The words that labels and parts of values stand for by number."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        self._labels: Rows = rows_by_key(db, "ABMultiValueLabel", ("value",), gaps, key="rowid")
        self._keys: Rows = rows_by_key(db, "ABMultiValueEntryKey", ("value",), gaps, key="rowid")

    def values(self, rows: list[Row], entries: dict[Any, list[Row]], doubts: Doubts) -> Values:
        """The values of one contact, with the parts of those that have several."""
        made = Values()
        for row in rows:
            where = f"ABMultiValue:UID={row['UID']}"
            parts = [self._part(one, where, doubts) for one in entries.get(row["UID"], ())]
            value = self._value(row, where, doubts)
            party = self._party(row["property"], value, dict(parts))
            if party is not None:
                made.identifiers.append(party)
            shown = value or ", ".join(text for _, text in parts)
            made.extra.append((self._label(row, where, doubts), shown))
            if shown:
                made.lines.append(shown)
        return made

    def party(self, kind: Any, value: str) -> Party | None:
        """The party of a number or an address that stands alone."""
        return self._party(kind, value, {})

    def _value(self, row: Row, where: str, doubts: Doubts) -> str | None:
        value = row["value"]
        if row["property"] == _DATE and value is not None:
            return birthday("date", value, doubts)[1]
        return doubts.text(value, f"{where} value")

    def _part(self, row: Row, where: str, doubts: Doubts) -> tuple[str, str]:
        key = self._keys.get(row["key"]) if type(row["key"]) is int else None
        name = doubts.text(key["value"], f"{where} key") if key is not None else None
        text = doubts.text(row["value"], f"{where} {name or 'part'}") or ""
        return name or f"key {stored(row['key'])}", text

    def _label(self, row: Row, where: str, doubts: Doubts) -> str:
        """ "phone (mobile)": what the value is, and what its label says."""
        kind = row["property"]
        word = _WORDS.get(kind) if type(kind) is int else None
        word = word or f"property {stored(kind)}"
        label = self._labels.get(row["label"]) if type(row["label"]) is int else None
        text = doubts.text(label["value"], f"{where} label") if label is not None else None
        if not text:
            return word
        found = _LABEL.fullmatch(text)
        return f"{word} ({found[1].lower() if found else text})"

    def _party(self, kind: Any, value: str | None, parts: dict[str, str]) -> Party | None:
        if kind == _PHONE and value:
            return Party(value)
        if kind == _MAIL and value:
            return Party(value, "email")
        if kind in (_MESSENGER, _PROFILE) and parts.get(_USER):
            return Party(parts[_USER], _SERVICES.get(parts.get("service", "").lower(), "account"))
        return None


def birthday(name: str, value: Any, doubts: Doubts) -> tuple[str, str]:
    """A day that is stored as seconds since 2001, at noon in UTC; 1604 stands for a year that is not known."""
    raw = stored(value)
    try:
        day = _EPOCH + timedelta(seconds=float(value))
    except (TypeError, ValueError, OverflowError):
        doubts.add("date", f"{name} is no date: {raw}")
        return name, raw
    shown = f"{day:%m-%d}" if day.year == 1604 else f"{day.date().isoformat()}"
    return name, f"{shown} (stored as {raw})"
