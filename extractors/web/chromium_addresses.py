"""Saved addresses of Chromium's browsers since version 109: a row for each, and one for each of its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Moment, Party, Present, Problem
from extractors.base import Found
from extractors.database import Doubts, count_rows, each_held, each_row, selecting, stored
from extractors.web.pages import has
from parsers.sqlite_file import EvidenceDatabase, Row

# (table, the table of its values): of the device and of the account, and since version 130 of both together.
_TABLES: Final = (
    ("local_addresses", "local_addresses_type_tokens"),
    ("contact_info", "contact_info_type_tokens"),
    ("addresses", "address_type_tokens"),
)
_ADDRESS: Final = ("guid", "label", "record_type", "language_code", "use_count", "use_date", "date_modified")
_FIRST, _MIDDLE, _LAST, _FULL, _EMAIL, _PHONE = 3, 4, 5, 7, 9, 14
_SAID: Final = frozenset((_FIRST, _MIDDLE, _LAST, _FULL, _EMAIL, _PHONE))  # as the name and how to reach them
_TYPES: Final = {
    30: "address_line_1",
    31: "address_line_2",
    33: "city",
    34: "state",
    35: "zipcode",
    36: "country_code",
    60: "company_name",
    77: "street_address",
    81: "dependent_locality",
}
Tokens = list[tuple[Any, str]]  # type, value


def saved_addresses(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    """Every row of these tables with its values; a type of value that has no name here comes out under its number.

    Times are seconds since 1970.

    References:
    - Chromium source: components/autofill/core/browser/webdata/addresses/address_autofill_table.cc, field_types.h
    """
    doubts, gaps = Doubts(), list[Problem]()
    for table, beside in _TABLES:
        if not has(db, table, "guid"):
            continue
        if rows := count_rows(db, table):
            yield Present(rows)
        tokens = _tokens(db, beside, doubts, gaps)
        yield from doubts.drain()
        seen: set[Any] = set()
        columns = f"rowid AS rowid, {selecting(db, table, _ADDRESS)}"
        for row in each_row(db, table, columns, gaps, key="rowid"):
            doubts.locator = f"{table}:rowid={row['rowid']}"
            yield _contact(row, service, tokens.get(row["guid"], []), doubts)
            seen.add(row["guid"])
            yield from doubts.drain()
        if left := len(tokens.keys() - seen):
            yield Problem("note", "orphans", f"addresses of which only values are left, in {beside}: {left}")
    yield from gaps


def _tokens(db: EvidenceDatabase, table: str, doubts: Doubts, gaps: list[Problem]) -> dict[Any, Tokens]:
    """The values of each address by its guid, in the order of their types."""
    found: dict[Any, Tokens] = {}
    if has(db, table, "guid", "type", "value"):
        for row in each_held(db, table, "rowid AS rowid, guid, type, value", gaps, key="rowid"):
            doubts.locator = f"{table}:guid={stored(row['guid'])}"
            if value := doubts.text(row["value"], f"value of type {stored(row['type'])}"):
                found.setdefault(row["guid"], []).append((row["type"], value))
    for tokens in found.values():
        tokens.sort(key=lambda one: one[0] if type(one[0]) is int else 0)
    return found


def _contact(row: Row, service: str, tokens: Tokens, doubts: Doubts) -> Contact:
    known = dict(tokens)
    name = known.get(_FULL) or " ".join(known[part] for part in (_FIRST, _MIDDLE, _LAST) if part in known) or None
    address = [(_TYPES.get(kind, f"type {stored(kind)}"), value) for kind, value in tokens if kind not in _SAID]
    told = [(column, text) for column in ("label", "record_type") if (text := stored(row[column]))]
    people = [
        Party(known[kind], scheme, name) for kind, scheme in ((_EMAIL, "email"), (_PHONE, "phone")) if kind in known
    ]
    times = (("modified", "date_modified"), ("last used", "use_date"))
    moments: tuple[Moment, ...] = tuple(
        doubts.moment(word, row[key], "s", key) for word, key in times if row[key] not in (None, 0)
    )
    return Contact(
        locator=doubts.locator,
        service=service,
        moments=moments,
        flags=("saved address",),
        extra=(*address, *told),
        name=name,
        identifiers=tuple(people),
        text="\n".join([*([name] if name else []), *(value for _, value in address)]) or None,
    )
