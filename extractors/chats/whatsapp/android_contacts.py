"""WhatsApp's own address book on Android (wa.db)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.parties import SERVICE, is_business, party, sort_of
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_BOOK: Final = ("wa_contacts", "wa_address_book")
_COLUMNS: Final = (
    *("_id", "jid", "number", "display_name", "wa_name", "given_name", "family_name", "nickname", "company", "title"),
    *("status", "status_timestamp", "is_whatsapp_user", "is_starred", "phone_type", "phone_label", "raw_contact_id"),
    *("is_spam_reported", "is_business_synced", "username"),
)
_EXTRA: Final = (
    *("wa_name", "given_name", "family_name", "nickname", "title", "status", "phone_type", "phone_label"),
    *("raw_contact_id", "username"),
)
_FLAGS: Final = {"is_starred": "starred", "is_spam_reported": "reported as spam", "is_business_synced": "business"}
_BLOCKED: Final = "wa_block_list"
_NAMED: Final = ("wa_vnames", ("jid", "verified_name", "issuer", "expires"))
_PROFILE: Final = (
    "wa_biz_profiles",
    ("jid", "address", "business_description", "email", "vertical", "latitude", "longitude"),
)
_DESCRIPTION: Final = "wa_group_descriptions"
_MILLISECONDS_FROM: Final = 100_000_000_000  # no time in seconds is as great for another 1,000 years


@extractor(
    id="whatsapp.android_contacts",
    version=1,
    title="WhatsApp contacts on Android",
    files=("**/com.whatsapp/databases/wa.db", "**/com.whatsapp.w4b/databases/wa.db", "**/wa.db"),
    tables=({"wa_contacts": {"_id", "jid"}},),
    emits=(Contact, Group),
    privacy="communications",
    layouts="wa.db with wa_contacts (2012 on); blocked contacts, businesses, descriptions of groups",
    tested_on="documented schema, no device data",
    limits="Pictures of contacts are files of their own. In a backup the tables of contacts are empty: WhatsApp fills "
    "them from the phone's address book again. Opening hours and catalogues of businesses are not read.",
)
def android_contacts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of the address book, of blocked contacts, of business names and profiles, of group descriptions.

    `display_name` is what the phone's address book said, `wa_name` what somebody calls themselves; `status` is the
    text about oneself, with the time at which it was set.

    References:
    - the schema as WhatsApp writes it (wa_contacts, wa_vnames, wa_biz_profiles, wa_block_list, wa_group_descriptions)
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    books = [table for table in _BOOK if not lacking(db, {table: {"_id", "jid"}})]
    if not books:
        if "whatsapp" in file.path.lower():
            yield Problem("schema", "unknown-layout", lacking(db, {"wa_contacts": {"_id", "jid"}}))
        return
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    others = [
        (_BLOCKED, {"jid"}, ("jid",), _blocked),
        (_NAMED[0], {"jid"}, _NAMED[1], _business_name),
        (_PROFILE[0], {"jid"}, _PROFILE[1], _profile),
        (_DESCRIPTION, {"jid"}, ("jid", "description", "description_time", "description_setter_jid"), _description),
    ]
    there = [table for table, needed, _, _ in others if not lacking(db, {table: needed})]
    if (rows := count_rows(db, *books, *there)) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    blocked = _jids(db, _BLOCKED)
    for table in books:
        for row in each_row(db, table, selecting(db, table, _COLUMNS), gaps):
            doubts.locator = f"{table}:_id={row['_id']}"
            yield _contact(row, blocked, service, doubts)
            yield from doubts.drain()
    for table, _, columns, make in others:
        if table in there:
            key = "_id" if "_id" in db.tables()[table] else "rowid"
            for row in each_row(db, table, f"{key} AS {key}, {selecting(db, table, columns)}", gaps, key=key):
                doubts.locator = f"{table}:{key}={row[key]}"
                yield make(row, service, doubts)
                yield from doubts.drain()
    yield from gaps


def _jids(db: EvidenceDatabase, table: str) -> frozenset[str]:
    if lacking(db, {table: {"jid"}}):
        return frozenset()
    try:
        return frozenset(row["jid"] for row in db.execute(f"SELECT jid FROM {table}") if isinstance(row["jid"], str))  # noqa: S608
    except DatabaseDamaged as error:
        db.notes.append(f"not all of {table} could be read: {error}")
        return frozenset()


def _contact(row: Row, blocked: frozenset[str], service: str, doubts: Doubts) -> Contact:
    jid, number = doubts.text(row["jid"], "jid"), doubts.text(row["number"], "number")
    name = doubts.text(row["display_name"], "display_name") or doubts.text(row["wa_name"], "wa_name")
    identifiers = [party(jid, name)] if jid else []
    if number:
        identifiers.append(Party(number, "phone", name or None))
    flags = [flag for column, flag in _FLAGS.items() if row[column] == 1]
    flags += ["not on WhatsApp"] if row["is_whatsapp_user"] == 0 else []
    flags += ["blocked"] if jid in blocked else []
    sort = sort_of(jid) if jid else "unknown"
    flags += [sort] if sort in ("group", "broadcast list", "channel", "status") else []
    moments = (_moment("status set", row["status_timestamp"], "status_timestamp", doubts),)
    words = [name, *(doubts.text(row[column], column) for column in ("wa_name", "nickname", "company", "status"))]
    return Contact(
        locator=doubts.locator,
        service=service,
        moments=moments if row["status_timestamp"] else (),
        flags=tuple(flags),
        extra=_extra(row, _EXTRA, name),
        name=name or None,
        identifiers=tuple(identifiers),
        organisation=doubts.text(row["company"], "company") or None,
        text=_lines(*words, number, jid),
    )


def _moment(meaning: str, value: Any, column: str, doubts: Doubts) -> Moment:
    """A time in seconds or milliseconds, told apart by its size; none where there is none."""
    if not value:
        return Moment(meaning, None, stored(value), "A", note="not recorded")
    unit = "ms" if type(value) is int and value > _MILLISECONDS_FROM else "s"
    return doubts.moment(meaning, value, unit, column)


def _extra(row: Row, columns: tuple[str, ...], name: str | None = None) -> tuple[tuple[str, str | int | float], ...]:
    return tuple(
        (column, row[column] if type(row[column]) in (str, int, float) else stored(row[column]))
        for column in columns
        if row[column] not in (None, "") and row[column] != name
    )


def _lines(*words: str | None) -> str | None:
    return "\n".join(dict.fromkeys(word for word in words if word)) or None


def _blocked(row: Row, service: str, doubts: Doubts) -> Contact:
    jid = doubts.text(row["jid"], "jid")
    return Contact(
        locator=doubts.locator,
        service=service,
        flags=("blocked",),
        identifiers=(party(jid),) if jid else (),
        text=jid or None,
    )


def _business_name(row: Row, service: str, doubts: Doubts) -> Contact:
    jid, name = doubts.text(row["jid"], "jid"), doubts.text(row["verified_name"], "verified_name")
    return Contact(
        locator=doubts.locator,
        service=service,
        flags=("verified name of a business",),
        extra=_extra(row, ("issuer", "expires")),
        name=name or None,
        identifiers=(party(jid, name),) if jid else (),
        text=_lines(name, jid),
    )


def _profile(row: Row, service: str, doubts: Doubts) -> Contact:
    jid = doubts.text(row["jid"], "jid")
    words = [doubts.text(row[column], column) for column in ("business_description", "address", "email", "vertical")]
    return Contact(
        locator=doubts.locator,
        service=service,
        flags=("business profile",),
        extra=_extra(row, _PROFILE[1][1:]),
        identifiers=(party(jid),) if jid else (),
        text=_lines(*words, jid),
    )


def _description(row: Row, service: str, doubts: Doubts) -> Group:
    jid, text = doubts.text(row["jid"], "jid"), doubts.text(row["description"], "description")
    moment = _moment("description set", row["description_time"], "description_time", doubts)
    return Group(
        locator=doubts.locator,
        service=service,
        moments=(moment,) if row["description_time"] else (),
        flags=("description",),
        extra=_extra(row, ("description_setter_jid",)),
        conversation=jid,
        text=text,
    )
