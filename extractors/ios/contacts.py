"""The address book of iOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Member, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside
from extractors.database import Doubts, each_row, read_database, selecting, stored
from extractors.ios.contact_values import VALUE, Labels, Values, birthday
from extractors.ios.core_data import Rows, each_record, named, rows_by_key, set_times
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_NAMES: Final = ("Prefix", "First", "Middle", "Last", "Suffix")
_MORE: Final = (
    *("Nickname", "PreviousFamilyName", "FirstPhonetic", "MiddlePhonetic", "LastPhonetic", "OrganizationPhonetic"),
    *("Department", "JobTitle", "Note"),
)
_KEPT: Final = ("PersonLink", "guid", "ExternalUUID", "ImageURI", "DowntimeWhitelist", "PreferredChannel", "ImageType")
_PERSON: Final = (
    *_NAMES,
    *("Organization", "DisplayName", "Kind", "Birthday", "AlternateBirthday", "CreationDate", "ModificationDate"),
    *("StoreID", *_MORE, *_KEPT),
)
_TIMES: Final = (("created", "CreationDate"), ("modified", "ModificationDate"))
_STORE: Final = ("Name", "Type", "AccountID", "MeIdentifier", "Enabled", "StoreInternalIdentifier")
_ACCOUNT: Final = ("AccountIdentifier",)
_GROUP: Final = ("Name", "ExternalIdentifier", "StoreID", "guid")
_RECENT: Final = ("date", "name", "property", "value")
_ORGANISATION: Final = 1  # Kind
_PERSON_MEMBER: Final = 0  # member_type
SERVICE: Final = "Contacts"


@extractor(
    id="ios.contacts",
    version=1,
    title="Address book of Apple devices",
    files=("**/AddressBook.sqlitedb",),
    tables=({"ABPerson": {"ROWID", "First", "Last"}, "ABMultiValue": {"UID", "record_id", "value"}},),
    emits=(Contact, Group),
    privacy="contacts",
    layouts="AddressBook.sqlitedb of iOS 3 to 26",
    tested_on="iOS 16 images: 1 contact, and none",
    limits="Contacts that the device shows as one person are not joined. Which contacts were removed is not told. "
    "Pictures stand in AddressBookImages.sqlitedb, under the number of the contact.",
)
def contacts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `ABPerson` with its values, every group with its members, and values whose contact has no row.

    Times are seconds since 2001. `extra` has each value with its label. The pictures' `record_id` is the ROWID here.

    References:
    - the layout as the file itself declares it; Apple, documentation of the AddressBook framework (ABPerson)
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ABPerson": {"ROWID", "First", "Last"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    labels = Labels(db, gaps)
    stores = _Stores(db, gaps)
    values = beside(db, "ABMultiValue", VALUE, "record_id", "UID")
    entries = _entries(db, gaps)
    people: dict[Any, Party] = {}

    def person(row: Row, doubts: Doubts) -> Contact:
        read = labels.values(values.of(row["ROWID"]), entries, doubts)
        made = _contact(row, read, stores, doubts)
        people[row["ROWID"]] = _member(made)
        return made

    yield from each_record(db, "ABPerson", _PERSON, person, key="ROWID")
    yield from (one for one in values.finish() if one.code != "orphans")  # those come out below
    yield from _stray_values(db, labels, entries)
    if not lacking(db, {"ABGroup": {"ROWID"}}):
        members = _members(db, gaps)
        yield from each_record(
            db, "ABGroup", _GROUP, lambda row, doubts: _group(row, members, people, stores, doubts), key="ROWID"
        )
    if not lacking(db, {"ABRecent": {"value"}}):
        yield from each_record(db, "ABRecent", _RECENT, lambda row, doubts: _recent(row, labels, doubts), key="rowid")
    yield from gaps


def _entries(db: EvidenceDatabase, gaps: list[Problem]) -> dict[Any, list[Row]]:
    """The parts of addresses and profiles, by the value that they belong to."""
    found: dict[Any, list[Row]] = {}
    for row in rows_by_key(db, "ABMultiValueEntry", ("parent_id", "key", "value"), gaps, key="rowid").values():
        found.setdefault(row["parent_id"], []).append(row)
    return found


class _Stores:
    """Where contacts come from: the stores, their accounts, and whose own card is in each."""

    def __init__(self, db: EvidenceDatabase, gaps: list[Problem]) -> None:
        self._stores: Rows = rows_by_key(db, "ABStore", _STORE, gaps, key="ROWID")
        self._accounts: Rows = rows_by_key(db, "ABAccount", _ACCOUNT, gaps, key="ROWID")
        self._own = {row["MeIdentifier"] for row in self._stores.values() if row["MeIdentifier"] not in (None, -1)}

    def name(self, key: Any) -> str | None:
        """The account or the store that a contact is of; None where that is not there or has no name."""
        store = self._stores.get(key) if type(key) is int else None
        if store is None:
            return None
        account = self._accounts.get(store["AccountID"]) if type(store["AccountID"]) is int else None
        for row, column in ((store, "Name"), (account, "AccountIdentifier"), (store, "StoreInternalIdentifier")):
            if row is not None and isinstance(row[column], str) and row[column]:
                return str(row[column])
        return None

    def is_own(self, key: Any) -> bool:
        """Whether a store names this contact as the card of the device's owner."""
        return type(key) is int and key in self._own


def _contact(row: Row, values: Values, stores: _Stores, doubts: Doubts) -> Contact:
    texts = {name: doubts.text(row[name], name) or None for name in (*_NAMES, "Organization", "DisplayName", *_MORE)}
    name = " ".join(part for one in _NAMES if (part := texts[one])) or texts["DisplayName"] or texts["Nickname"]
    more = tuple((one, part) for one in _MORE if (part := texts[one]))
    born = tuple(birthday(one, row[one], doubts) for one in ("Birthday", "AlternateBirthday") if row[one] is not None)
    link = ("PersonLink",) if row["PersonLink"] not in (None, -1) else ()
    flags = ["own card"] if stores.is_own(row["ROWID"]) else []
    if row["Kind"] == _ORGANISATION:
        flags.append("organisation")
    lines = (name, texts["Organization"], *(part for _, part in more), *values.lines)
    return Contact(
        locator=doubts.locator,
        service=SERVICE,
        moments=set_times(row, _TIMES, doubts),
        flags=tuple(flags),
        extra=(*values.extra, *more, *born, *named(row, (*link, *_KEPT[1:]))),
        name=name or texts["Organization"],
        identifiers=tuple(dict.fromkeys(values.identifiers)),
        organisation=texts["Organization"],
        account=stores.name(row["StoreID"]),
        text="\n".join(dict.fromkeys(line for line in lines if line)) or None,
    )


def _member(contact: Contact) -> Party:
    if contact.identifiers:
        first = contact.identifiers[0]
        return Party(first.identifier, first.scheme, contact.name)
    return Party(contact.name or contact.locator, "name", contact.name)


def _stray_values(db: EvidenceDatabase, labels: Labels, entries: dict[Any, list[Row]]) -> Iterator[Found]:
    """The values whose contact has no row: each a contact of which nothing else is known."""
    if lacking(db, {"ABMultiValue": {"UID", "record_id", "value"}}):
        return
    doubts = Doubts()
    sql = (
        f"SELECT {selecting(db, 'ABMultiValue', VALUE)} FROM ABMultiValue"  # noqa: S608
        " WHERE record_id IS NULL OR record_id NOT IN (SELECT ROWID FROM ABPerson) ORDER BY UID"
    )
    try:
        for row in db.execute(sql):
            doubts.locator = f"ABMultiValue:UID={row['UID']}"
            values = labels.values([row], entries, doubts)
            yield Present(1)
            yield Contact(
                locator=doubts.locator,
                service=SERVICE,
                flags=("value of a contact that is not there",),
                extra=(*values.extra, ("record_id", stored(row["record_id"]))),
                identifiers=tuple(values.identifiers),
                text="\n".join(values.lines) or None,
            )
            yield from doubts.drain()
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"ABMultiValue: {error}")


def _members(db: EvidenceDatabase, gaps: list[Problem]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    if lacking(db, {"ABGroupMembers": {"UID", "group_id", "member_id"}}):
        return found
    columns = selecting(db, "ABGroupMembers", ("UID", "group_id", "member_type", "member_id"))
    for row in each_row(db, "ABGroupMembers", columns, gaps, key="UID"):
        found.setdefault(row["group_id"], []).append(row)
    return found


def _group(row: Row, members: dict[Any, list[Row]], people: dict[Any, Party], stores: _Stores, doubts: Doubts) -> Group:
    found: list[Party] = []
    for member in members.get(row["ROWID"], ()):
        party = people.get(member["member_id"]) if member["member_type"] in (None, _PERSON_MEMBER) else None
        if party is None:
            kind = f"member_type {stored(member['member_type'])}, member_id {stored(member['member_id'])}"
            doubts.add("no-member", f"ABGroupMembers:UID={member['UID']}: there is no contact for it ({kind})")
        else:
            found.append(party)
    title = doubts.text(row["Name"], "Name") or None
    account = stores.name(row["StoreID"])
    return Group(
        locator=doubts.locator,
        service=SERVICE,
        flags=("group of contacts",),
        extra=(*((("account", account),) if account else ()), *named(row, ("ExternalIdentifier", "guid"))),
        title=title,
        identifiers=tuple(dict.fromkeys(found)),
        members=tuple(Member(one) for one in found),
        text=title,
    )


def _recent(row: Row, labels: Labels, doubts: Doubts) -> Contact:
    """An address that was lately written to, in early generations."""
    value = doubts.text(row["value"], "value")
    party = labels.party(row["property"], value) if value else None
    name = doubts.text(row["name"], "name") or None
    return Contact(
        locator=doubts.locator,
        service=SERVICE,
        moments=set_times(row, (("last used", "date"),), doubts),
        flags=("recent",),
        name=name,
        identifiers=(party,) if party else (),
        text="\n".join(one for one in (name, value) if one) or None,
    )
