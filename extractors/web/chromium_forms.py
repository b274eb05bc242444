"""Words entered into forms, as Chromium's browsers keep them ("Web Data")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Moment, Party, Present, Problem, TableRow
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_held, each_row, read_database, selecting, stored
from extractors.web.browsers import browser_of
from extractors.web.chromium_addresses import saved_addresses
from extractors.web.pages import entered, has
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_ENTRY: Final = ("name", "value", "count", "date_created", "date_last_used", "pair_id")
_PROFILE: Final = (
    *("guid", "company_name", "street_address", "address_line_1", "address_line_2", "dependent_locality", "city"),
    *("state", "zipcode", "country_code", "date_modified", "use_count", "use_date", "origin"),
)
_ADDRESS: Final = (
    *("company_name", "street_address", "address_line_1", "address_line_2", "dependent_locality", "city", "state"),
    *("zipcode", "country_code"),
)


@extractor(
    id="web.chromium_forms",
    version=3,
    title="Chrome and its kin: words entered into forms, and saved addresses, as recorded",
    files=("**/Web Data",),
    tables=({"autofill": {"name", "value", "count"}},),
    emits=(TableRow, Contact),
    privacy="web",
    layouts="Web Data of Chromium 8 to 130: autofill with and without its table of dates, autofill_profiles, "
    "local_addresses and contact_info, addresses",
    tested_on="Chrome on macOS: 3 entries",
    limits="The browser keeps a word with the name of its field, and not on which page that stood. Cards, bank "
    "accounts and passwords are never read. Of a saved address, values whose kind is not named here stand under its "
    "number.",
)
def chromium_forms(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `autofill`, and of the tables of saved addresses with the names, numbers and addresses beside it.

    Times are seconds since 1970.

    References:
    - Chromium source: components/autofill/core/browser/webdata/autofill_table.cc
    """
    yield from read_database(file, lambda db: _read(db, browser_of(file.path, "Chromium")))


def _read(db: EvidenceDatabase, service: str) -> Iterator[Found]:
    if unknown := lacking(db, {"autofill": {"name", "value"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    profiles = has(db, "autofill_profiles", "guid")
    if (rows := count_rows(db, "autofill", *(["autofill_profiles"] if profiles else []))) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    dates = _dates(db, gaps)
    columns = f"rowid AS rowid, {selecting(db, 'autofill', _ENTRY)}"
    for row in each_row(db, "autofill", columns, gaps, key="rowid"):
        doubts.locator = f"autofill:rowid={row['rowid']}"
        yield _entry(row, service, dates, doubts)
        yield from doubts.drain()
    if profiles:
        yield from _profiles(db, service, doubts, gaps)
    yield from gaps
    yield from saved_addresses(db, service)


def _dates(db: EvidenceDatabase, gaps: list[Problem]) -> dict[Any, list[Any]]:
    """pair_id -> when the entry was used, in older versions."""
    dates: dict[Any, list[Any]] = {}
    if has(db, "autofill_dates", "pair_id", "date_created"):
        columns = "rowid AS rowid, pair_id, date_created"
        for one in each_held(db, "autofill_dates", columns, gaps, key="rowid"):
            dates.setdefault(one["pair_id"], []).append(one["date_created"])
    for found in dates.values():
        found.sort(key=lambda one: one if type(one) is int else 0)
    return dates


def _entry(row: Row, service: str, dates: dict[Any, list[Any]], doubts: Doubts) -> TableRow:
    name = doubts.text(row["name"], "name")
    value = entered(name, doubts.text(row["value"], "value"))
    times = (("last used", "date_last_used"), ("first used", "date_created"))
    moments = [doubts.moment(word, row[key], "s", key) for word, key in times if row[key] not in (None, 0)]
    if not moments:
        moments = [doubts.moment("used", one, "s", "date_created") for one in dates.get(row["pair_id"], [])]
    return TableRow(
        locator=doubts.locator,
        service=service,
        moments=tuple(moments),
        table="autofill",
        columns=(("name", name), ("value", value), ("count", stored(row["count"]))),
        text="\n".join(one for one in (name, value) if one) or None,
    )


def _profiles(db: EvidenceDatabase, service: str, doubts: Doubts, gaps: list[Problem]) -> Iterator[Found]:
    names = _beside(db, "autofill_profile_names", ("full_name", "first_name", "middle_name", "last_name"), gaps)
    emails = _beside(db, "autofill_profile_emails", ("email",), gaps)
    phones = _beside(db, "autofill_profile_phones", ("number",), gaps)
    columns = f"rowid AS rowid, {selecting(db, 'autofill_profiles', _PROFILE)}"
    for row in each_row(db, "autofill_profiles", columns, gaps, key="rowid"):
        doubts.locator = f"autofill_profiles:rowid={row['rowid']}"
        guid = row["guid"]
        name = next((_name(one) for one in names.get(guid, []) if _name(one)), None)
        people = [Party(one["email"], "email", name) for one in emails.get(guid, []) if one["email"]]
        people += [Party(one["number"], "phone", name) for one in phones.get(guid, []) if one["number"]]
        address = [(key, text) for key in _ADDRESS if (text := doubts.text(row[key], key))]
        yield Contact(
            locator=doubts.locator,
            service=service,
            moments=_changed(row, doubts),
            flags=("saved address",),
            extra=tuple(address),
            name=name,
            identifiers=tuple(people),
            text="\n".join([*([name] if name else []), *(text for _, text in address)]) or None,
        )
        yield from doubts.drain()


def _changed(row: Row, doubts: Doubts) -> tuple[Moment, ...]:
    times = (("modified", "date_modified"), ("last used", "use_date"))
    return tuple(doubts.moment(word, row[key], "s", key) for word, key in times if row[key] not in (None, 0))


def _beside(
    db: EvidenceDatabase, table: str, columns: tuple[str, ...], gaps: list[Problem]
) -> dict[Any, list[dict[str, str]]]:
    """guid -> the rows of a small table beside, their values as text."""
    found: dict[Any, list[dict[str, str]]] = {}
    if has(db, table, "guid"):
        wanted = f"rowid AS rowid, guid, {selecting(db, table, columns)}"
        for row in each_held(db, table, wanted, gaps, key="rowid"):
            found.setdefault(row["guid"], []).append({name: stored(row[name]) for name in columns})
    return found


def _name(row: dict[str, str]) -> str:
    return row["full_name"] or " ".join(row[part] for part in ("first_name", "middle_name", "last_name") if row[part])
