"""The address book of Android."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, RowsBeside, count_rows, each_row, read_database, selecting, stored
from extractors.recovered import CONTACTS, deleted_records
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_RAW: Final = (
    "_id",
    "account_id",
    "account_name",
    "account_type",
    "contact_id",
    "deleted",
    "display_name",
    "starred",
    "times_contacted",
    "x_times_contacted",
    "last_time_contacted",
    "x_last_time_contacted",
    "sourceid",
)
_DATA: Final = ("_id", "raw_contact_id", "mimetype_id", *(f"data{number}" for number in range(1, 11)))
_ITEM: Final = "vnd.android.cursor.item/"
# mimetype: (word, scheme of the identifier in data1 or "")
_KINDS: Final = {
    _ITEM + "phone_v2": ("phone", "phone"),
    _ITEM + "email_v2": ("email", "email"),
    _ITEM + "im": ("im", "account"),
    _ITEM + "sip_address": ("sip", "sip"),
    _ITEM + "name": ("name", ""),
    _ITEM + "nickname": ("nickname", ""),
    _ITEM + "organization": ("organisation", ""),
    _ITEM + "note": ("note", ""),
    _ITEM + "website": ("website", ""),
    _ITEM + "postal-address_v2": ("address", ""),
    _ITEM + "contact_event": ("event", ""),
    _ITEM + "relation": ("relation", ""),
    _ITEM + "identity": ("identity", ""),
}
_WORDS: Final = {word for word, _ in _KINDS.values()}
# Values made of several columns: the name where only its parts are stored; company, title, department. A kind that an
# application has made up itself shows its text in the first columns.
_JOINED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "name": (" ", ("data2", "data5", "data3")),
    "organisation": (", ", ("data4", "data5")),
}
_SILENT: Final = {_ITEM + "photo", _ITEM + "group_membership"}
_PLACES: Final = {1: "home", 2: "work", 3: "other"}
_PHONE_TYPES: Final = (
    *("home", "mobile", "work", "work fax", "home fax", "pager", "other", "callback", "car", "company", "ISDN", "main"),
    *("other fax", "radio", "telex", "TTY/TDD", "work mobile", "work pager", "assistant", "MMS"),
)
_TYPES: Final = {
    "phone": dict(enumerate(_PHONE_TYPES, start=1)),
    "email": _PLACES | {4: "mobile"},
    "im": _PLACES,
    "sip": _PLACES,
    "address": _PLACES,
    "event": {1: "anniversary", 2: "other", 3: "birthday"},
}


@extractor(
    id="android.contacts",
    version=2,
    title="Android address book",
    files=("**/contacts2.db",),
    emits=(Contact,),
    privacy="contacts",
    layouts="contacts2.db of Android 2 to 15, with and without the table of accounts",
    tested_on="documented schema, no device data",
    limits="Photos, groups and the list of deleted contacts (deleted_contacts) are not read. Of a contact whose "
    "row was deleted, what the row itself says is given: its numbers are recovered as rows of the table data.",
)
def contacts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `raw_contacts`: one contact of one account, with the rows of `data` that belong to it.

    What the phone shows as one person may be several raw contacts; they are not joined here. One that was deleted and
    not yet synchronised is marked as deleted. `extra` has every value with its label.

    References:
    - Android Open Source Project: android.provider.ContactsContract (RawContacts, Data, CommonDataKinds),
      ContactsDatabaseHelper
    """
    yield from read_database(file, _read)
    doubts = Doubts()
    yield from deleted_records(file, CONTACTS, _RAW, doubts, lambda row: _contact(row, [], {}, {}, doubts))


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"raw_contacts": {"_id"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "raw_contacts")) is not None:
        yield Present(rows)
    doubts = Doubts()
    accounts = _accounts(db)
    kinds = _mimetypes(db)
    data = RowsBeside(iter(()), "data", "raw_contact_id")
    if missing := lacking(db, {"data": {"_id", "raw_contact_id", "mimetype_id", "data1"}, "mimetypes": {"_id"}}):
        yield Problem("schema", "unknown-layout", f"contacts without their values: {missing}")
    else:
        sql = f"SELECT {selecting(db, 'data', _DATA)} FROM data ORDER BY raw_contact_id, _id"  # noqa: S608
        data = RowsBeside(db.execute(sql), "data", "raw_contact_id")
    gaps: list[Problem] = []
    for row in each_row(db, "raw_contacts", selecting(db, "raw_contacts", _RAW), gaps):
        doubts.locator = f"raw_contacts:_id={row['_id']}"
        yield _contact(row, data.of(row["_id"]), kinds, accounts, doubts)
        yield from doubts.drain()
    yield from gaps
    yield from data.finish()


def _mimetypes(db: EvidenceDatabase) -> dict[Any, str]:
    if lacking(db, {"mimetypes": {"_id", "mimetype"}}):
        return {}
    return {row["_id"]: stored(row["mimetype"]) for row in db.execute("SELECT _id, mimetype FROM mimetypes")}


def _accounts(db: EvidenceDatabase) -> dict[Any, tuple[Any, Any]]:
    if lacking(db, {"accounts": {"_id", "account_name", "account_type"}}):
        return {}
    rows = db.execute("SELECT _id, account_name, account_type FROM accounts")
    return {row["_id"]: (row["account_name"], row["account_type"]) for row in rows}


def _contact(
    row: Row, data: list[Row], kinds: dict[Any, str], accounts: dict[Any, tuple[Any, Any]], doubts: Doubts
) -> Contact:
    values = [value for entry in data if (value := _value(entry, kinds, doubts))]
    name = doubts.text(row["display_name"], "display_name")
    names = [text for word, _, _, text in values if word == "name"] + ([name] if name else [])
    identifiers = tuple(dict.fromkeys(Party(text, scheme) for _, scheme, _, text in values if scheme))
    organisations = [text for word, _, _, text in values if word == "organisation"]
    account = accounts.get(row["account_id"]) or (row["account_name"], row["account_type"])
    account_name, account_type = (doubts.text(part, "account") for part in account)
    return Contact(
        locator=doubts.locator,
        service=account_type or "",
        moments=_last_contacted(row, doubts),
        deleted=row["deleted"] == 1,
        flags=("starred",) if row["starred"] == 1 else (),
        extra=tuple((label, text) for _, _, label, text in values) + _counts(row),
        name=names[0] if names else None,
        identifiers=identifiers,
        organisation=organisations[0] if organisations else None,
        account=account_name,
        text="\n".join(dict.fromkeys([*names[:1], *(text for _, _, _, text in values)])) or None,
    )


def _value(entry: Row, kinds: dict[Any, str], doubts: Doubts) -> tuple[str, str, str, str] | None:
    """(word, scheme, label, text) of a row of `data`; None where it holds nothing to read."""
    mimetype = kinds.get(entry["mimetype_id"], f"mimetype {stored(entry['mimetype_id'])}")
    if mimetype in _SILENT:
        return None
    word, scheme = _KINDS.get(mimetype, (mimetype, ""))
    where = f"data:_id={entry['_id']}"
    text = doubts.text(entry["data1"], f"{where} data1")
    joint, more = _JOINED.get(word, ("", ()) if word in _WORDS else (" | ", ("data2", "data3")))
    if more and not (text and word == "name"):
        parts = (text, *(doubts.text(entry[column], f"{where} {column}") for column in more))
        text = joint.join(part for part in parts if part)
    if not text:
        return None
    return word, scheme, _label(word, entry), text


def _label(word: str, entry: Row) -> str:
    """ "phone (mobile)": the type is stored as a number, in a text column; 0 means that the owner chose the words."""
    if word not in _TYPES or entry["data2"] is None:
        return word
    kind = stored(entry["data2"])
    if kind == "0" and entry["data3"] is not None:
        return f"{word} ({stored(entry['data3'])})"
    known = _TYPES[word].get(int(kind)) if kind.isdecimal() and len(kind) < 4 else None
    return f"{word} ({known or f'type {kind}'})"


def _last_contacted(row: Row, doubts: Doubts) -> tuple[Moment, ...]:
    for column in ("last_time_contacted", "x_last_time_contacted"):
        if row[column]:
            return (doubts.moment("last contacted", row[column], "ms", column),)
    return ()


def _counts(row: Row) -> tuple[tuple[str, str | int], ...]:
    found: list[tuple[str, str | int]] = []
    for column in ("times_contacted", "x_times_contacted", "contact_id", "sourceid"):
        value = row[column]
        if value is not None and not (value == 0 and column.endswith("contacted")):
            found.append((column, value if type(value) in (str, int) else stored(value)))
    return tuple(found)
