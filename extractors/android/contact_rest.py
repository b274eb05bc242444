"""What else Android's address book holds: groups, the list of deletions, values whose contact has no row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Member, Party, Present, Problem
from extractors.android.contact_values import DATA, Reader
from extractors.base import Found
from extractors.beside import strays
from extractors.database import Doubts, count_rows, each_row, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, lacking

_GROUP: Final = (
    *("_id", "account_id", "account_name", "account_type", "title", "notes", "system_id", "deleted", "sourceid"),
    *("favorites", "auto_add", "group_is_read_only"),
)
_DELETION: Final = ("contact_id", "contact_deleted_timestamp")


def contact_groups(
    db: EvidenceDatabase, accounts: dict[Any, tuple[Any, Any]], members: dict[Any, list[Party]], doubts: Doubts
) -> Iterator[Found]:
    """Every row of `groups`, with the contacts that have a membership in it."""
    if lacking(db, {"groups": {"_id"}}):
        return
    if (rows := count_rows(db, "groups")) is not None:
        yield Present(rows)
    gaps: list[Problem] = []
    for row in each_row(db, "groups", selecting(db, "groups", _GROUP), gaps):
        doubts.locator = f"groups:_id={row['_id']}"
        account = accounts.get(row["account_id"]) or (row["account_name"], row["account_type"])
        name, kind = (doubts.text(part, "account") for part in account)
        title, notes = (doubts.text(row[column], column) for column in ("title", "notes"))
        parties = members.get(row["_id"], [])
        extra = [("account", name), ("notes", notes)]
        extra += [(column, _plain(row[column])) for column in ("system_id", "sourceid")]
        flags = [flag for flag in ("favorites", "auto_add", "group_is_read_only") if row[flag] == 1]
        yield Group(
            locator=doubts.locator,
            service=kind or "",
            deleted=row["deleted"] == 1,
            flags=("group of contacts", *(flag.replace("_", " ") for flag in flags)),
            extra=tuple((column, value) for column, value in extra if value not in (None, "")),
            title=title,
            identifiers=tuple(dict.fromkeys(parties)),
            members=tuple(Member(party) for party in parties),
            text="\n".join(part for part in (title, notes) if part) or None,
        )
        yield from doubts.drain()
    yield from gaps


def member_of(contact: Contact) -> Party:
    """A contact as the member of a group: by its first number or address, else by its name."""
    if contact.identifiers:
        first = contact.identifiers[0]
        return Party(first.identifier, first.scheme, contact.name)
    return Party(contact.name or contact.locator, "name", contact.name)


def _plain(value: Any) -> str | None:
    return None if value is None else stored(value)


def deletions(db: EvidenceDatabase, doubts: Doubts) -> Iterator[Found]:
    """Every row of `deleted_contacts`: which contact is no longer there, and since when; no name stands there."""
    if lacking(db, {"deleted_contacts": set(_DELETION)}):
        return
    if (rows := count_rows(db, "deleted_contacts")) is not None:
        yield Present(rows)
    gaps: list[Problem] = []
    columns = selecting(db, "deleted_contacts", _DELETION)
    for row in each_row(db, "deleted_contacts", columns, gaps, "contact_id"):
        doubts.locator = f"deleted_contacts:contact_id={row['contact_id']}"
        yield Contact(
            locator=doubts.locator,
            moments=(doubts.moment("deleted", row["contact_deleted_timestamp"], "ms", "contact_deleted_timestamp"),),
            deleted=True,
            flags=("only the deletion is recorded",),
            extra=(("contact_id", row["contact_id"]),),
        )
        yield from doubts.drain()
    yield from gaps


def stray_values(db: EvidenceDatabase, reader: Reader, doubts: Doubts) -> Iterator[Found]:
    """Every row of `data` whose contact has no row, as a contact of that one value."""
    try:
        for row in strays(db, "data", DATA, "raw_contact_id", "raw_contacts"):
            doubts.locator = f"data:_id={row['_id']}"
            values = reader.values([row], [], doubts)
            yield Present(1)
            yield Contact(
                locator=doubts.locator,
                flags=("no row of this contact",),
                attachments=tuple(values.attachments),
                extra=(*values.extra, ("raw_contact_id", _plain(row["raw_contact_id"]))),
                name=values.names[0] if values.names else None,
                identifiers=tuple(values.identifiers),
                organisation=values.organisations[0] if values.organisations else None,
                text="\n".join(values.texts) or None,
            )
            yield from doubts.drain()
    except DatabaseDamaged as error:
        yield Problem("file", "damaged-database", f"values without a contact: {error}")
