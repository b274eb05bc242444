"""The address book of Android."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Moment, Party, Present, Problem
from extractors.android.contact_rest import contact_groups, deletions, member_of, stray_values
from extractors.android.contact_values import DATA, PHOTO, Reader, Values
from extractors.base import EvidenceFile, Found, extractor
from extractors.beside import beside
from extractors.database import Doubts, RowsBeside, count_rows, each_row, read_database, selecting, stored
from extractors.recovered import CONTACTS, deleted_records
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_RAW: Final = (
    *("_id", "account_id", "account_name", "account_type", "data_set", "contact_id", "deleted", "display_name"),
    *("starred", "times_contacted", "x_times_contacted", "last_time_contacted", "x_last_time_contacted", "sourceid"),
    *("send_to_voicemail", "custom_ringtone", "pinned", "raw_contact_is_user_profile"),
)
_WHOLE: Final = ("_id", "contact_last_updated_timestamp", "send_to_voicemail")
_USE: Final = ("data_id", "usage_type", "times_used", "last_time_used")
_EXTRA: Final = ("times_contacted", "x_times_contacted", "contact_id", "sourceid", "data_set", "custom_ringtone")


@extractor(
    id="android.contacts",
    version=5,
    title="Android address book",
    files=("**/contacts2.db", "**/*.providers.contacts/databases/profile.db"),
    tables=(
        {"raw_contacts": {"_id"}, "data": {"_id", "raw_contact_id", "mimetype_id", "data1"}, "mimetypes": {"_id"}},
    ),
    emits=(Contact, Group),
    privacy="contacts",
    layouts="contacts2.db and profile.db of Android 2 to 15, with and without the table of accounts",
    tested_on="documented schema, no device data",
    limits="Contacts that the phone shows as one person are not joined. Of a contact whose row was deleted, what the "
    "row itself says is given: its numbers are recovered as rows of the table data. Social stream items and "
    "directories are not read.",
)
def contacts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `raw_contacts`: one contact of one account, with the rows of `data` that belong to it.

    What the phone shows as one person may be several raw contacts; they are not joined here. One that was deleted and
    not yet synchronised is marked as deleted. `extra` has every value with its label. Thumbnails stand in the row
    itself, larger photos in files/photos beside the folder of the database. Then the groups with their members, the
    list of deletions (contact and time, no name), and values whose contact has no row. Times are milliseconds.

    References:
    - Android Open Source Project: android.provider.ContactsContract (RawContacts, Data, CommonDataKinds, Groups,
      DeletedContacts, DataUsageFeedback), ContactsDatabaseHelper, PhotoStore
    """
    yield from read_database(file, lambda db: _read(db, file.path))
    doubts = Doubts()
    yield from deleted_records(file, CONTACTS, _RAW, doubts, lambda row: _contact(row, Values(), [], {}, {}, doubts))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, {"raw_contacts": {"_id"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "raw_contacts")) is not None:
        yield Present(rows)
    doubts, gaps = Doubts(), list[Problem]()
    accounts = _accounts(db)
    titles = dict(_titles(db))
    kinds = _mimetypes(db)
    whole = {row["_id"]: row for row in _side(db, "contacts", _WHOLE, "_id")}
    reader = Reader(kinds, _uses(db), _photos(path))
    data, pictures = RowsBeside(iter(()), "data", ""), RowsBeside(iter(()), "data", "")
    missing = lacking(db, {"data": {"_id", "raw_contact_id", "mimetype_id", "data1"}, "mimetypes": {"_id"}})
    if missing:
        yield Problem("schema", "unknown-layout", f"contacts without their values: {missing}")
    else:
        data = beside(db, "data", DATA, "raw_contact_id", "_id")
        pictures = _pictures(db, kinds)
    members: dict[Any, list[Party]] = {}
    for row in each_row(db, "raw_contacts", selecting(db, "raw_contacts", _RAW), gaps):
        doubts.locator = f"raw_contacts:_id={row['_id']}"
        values = reader.values(data.of(row["_id"]), pictures.of(row["_id"]), doubts)
        names = [titles.get(one) or f"group {stored(one)}" for one in values.groups]
        contact = _contact(row, values, names, accounts, whole, doubts)
        for one in values.groups:
            members.setdefault(one, []).append(member_of(contact))
        yield contact
        yield from doubts.drain()
    yield from gaps
    for side in (data, pictures):
        yield from (problem for problem in side.finish() if problem.code != "orphans")  # those come out below
    if not missing:
        yield from stray_values(db, reader, doubts)
    yield from contact_groups(db, accounts, members, doubts)
    yield from deletions(db, doubts)


def _photos(path: str) -> str:
    """The folder of the larger photos, from the path of the database."""
    folder, _, _ = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    root = above if last.lower() == "databases" else folder
    return f"{root}/files/photos/" if root else "files/photos/"


def _side(db: EvidenceDatabase, table: str, columns: tuple[str, ...], key: str) -> Iterator[Row]:
    """The rows of a small table; what damage leaves of it."""
    if lacking(db, {table: {key}}):
        return
    try:
        yield from db.execute(f"SELECT {selecting(db, table, columns)} FROM {table} ORDER BY {key}")  # noqa: S608
    except DatabaseDamaged as error:
        db.notes.append(f"{table} is not complete: {error}")


def _mimetypes(db: EvidenceDatabase) -> dict[Any, str]:
    return {row["_id"]: stored(row["mimetype"]) for row in _side(db, "mimetypes", ("_id", "mimetype"), "_id")}


def _accounts(db: EvidenceDatabase) -> dict[Any, tuple[Any, Any]]:
    rows = _side(db, "accounts", ("_id", "account_name", "account_type"), "_id")
    return {row["_id"]: (row["account_name"], row["account_type"]) for row in rows}


def _titles(db: EvidenceDatabase) -> Iterator[tuple[Any, str]]:
    for row in _side(db, "groups", ("_id", "title"), "_id"):
        if isinstance(row["title"], str) and row["title"]:
            yield row["_id"], str(row["title"])


def _uses(db: EvidenceDatabase) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in _side(db, "data_usage_stat", _USE, "data_id"):
        found.setdefault(row["data_id"], []).append(row)
    return found


def _pictures(db: EvidenceDatabase, kinds: dict[Any, str]) -> RowsBeside:
    """The rows of `data` that are photos, with their bytes; read apart, for a blob may be large."""
    photo = [key for key, name in kinds.items() if name == PHOTO and type(key) is int]
    if not photo:
        return RowsBeside(iter(()), "data", "raw_contact_id")
    return beside(db, "data", ("_id", "raw_contact_id", "data15"), "raw_contact_id", "_id", ("mimetype_id", photo[0]))


def _contact(
    row: Row,
    values: Values,
    groups: list[str],
    accounts: dict[Any, tuple[Any, Any]],
    whole: dict[Any, Row],
    doubts: Doubts,
) -> Contact:
    name = doubts.text(row["display_name"], "display_name")
    names = [*values.names, *([name] if name else [])]
    account = accounts.get(row["account_id"]) or (row["account_name"], row["account_type"])
    account_name, account_type = (doubts.text(part, "account") for part in account)
    together = whole.get(row["contact_id"]) or dict.fromkeys(_WHOLE)
    return Contact(
        locator=doubts.locator,
        service=account_type or "",
        moments=(*_moments(row, together, doubts), *values.moments),
        deleted=row["deleted"] == 1,
        flags=_flags(row, together),
        attachments=tuple(values.attachments),
        extra=(*values.extra, *(("group", one) for one in groups), *_counts(row)),
        name=names[0] if names else None,
        identifiers=tuple(dict.fromkeys(values.identifiers)),
        organisation=values.organisations[0] if values.organisations else None,
        account=account_name,
        text="\n".join(dict.fromkeys([*names[:1], *values.texts])) or None,
    )


def _flags(row: Row, together: Row) -> tuple[str, ...]:
    said = (
        ("starred", row["starred"]),
        ("own profile", row["raw_contact_is_user_profile"]),
        ("calls go to voicemail", 1 if 1 in (row["send_to_voicemail"], together["send_to_voicemail"]) else 0),
    )
    return tuple(flag for flag, value in said if value == 1)


def _moments(row: Row, together: Row, doubts: Doubts) -> tuple[Moment, ...]:
    found = []
    for column in ("last_time_contacted", "x_last_time_contacted"):
        if row[column]:
            found.append(doubts.moment("last contacted", row[column], "ms", column))
            break
    if together["contact_last_updated_timestamp"]:
        column = "contact_last_updated_timestamp"
        found.append(doubts.moment("modified", together[column], "ms", f"contacts {column}"))
    return tuple(found)


def _counts(row: Row) -> tuple[tuple[str, str | int], ...]:
    found: list[tuple[str, str | int]] = []
    for column in _EXTRA:
        value = row[column]
        if value not in (None, "") and not (value == 0 and column.endswith("contacted")):
            found.append((column, value if type(value) in (str, int) else stored(value)))
    return tuple(found)
