"""WhatsApp on iOS: messages and groups (ChatStorage.sqlite)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Group, Member, Message, Moment, Present, Problem, Record
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.beside import NOTHING, SideTables
from extractors.chats.whatsapp.book import IOS_BOOK, IOS_PAIRS, with_logs
from extractors.chats.whatsapp.chat import Chat
from extractors.chats.whatsapp.ios_messages import COLUMNS, NEEDED, SIDES, TABLE, Reader, shared_folder
from extractors.chats.whatsapp.ios_people import IosPeople
from extractors.chats.whatsapp.ios_rest import CHANGES, drafts, member_changes
from extractors.chats.whatsapp.parties import SERVICE, is_business
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.recovered import WHATSAPP_IOS, deleted_records
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, empty_database, lacking

_INFO: Final = (
    *("Z_PK", "ZCHATSESSION", "ZCREATIONDATE", "ZCREATORJID", "ZOWNERJID", "ZSUBJECTOWNERJID", "ZSUBJECTTIMESTAMP"),
    *("ZDESCRIPTION", "ZSTATE"),
)
_BLOCKED: Final = "ZWABLACKLISTITEM"
_SHOWN: Final = ("ZSESSIONTYPE", "ZARCHIVED", "ZHIDDEN", "ZUNREADCOUNT", "ZISLOCKED")


@extractor(
    id="whatsapp.ios",
    version=3,
    title="WhatsApp on iOS",
    files=("**/ChatStorage.sqlite",),
    tables=(NEEDED,),
    beside=with_logs(IOS_BOOK, IOS_PAIRS),
    emits=(Message, Group, Contact),
    privacy="communications",
    layouts="ChatStorage.sqlite of the shared folder (2014 on) and of the Documents folder before",
    tested_on="A published test backup with made-up chats: 3 messages, 1 group; databases built to that layout",
    limits="Of receipts (ZRECEIPTINFO) the reactions and polls are read; when single members received or read a "
    "message is not. Whether a message was forwarded or edited, and earlier texts, stand in no column that is "
    "documented. Names are those of the chat, of ContactsV2.sqlite beside it, else what people call themselves.",
)
def ios(file: EvidenceFile) -> Iterator[Found]:
    """Every row of ZWAMESSAGE with what stands beside it, what was not sent, changes of
    members, the groups with their members, and blocked contacts.

    Times are seconds since 2001. A privacy id is resolved by ZWAPHONENUMBERLIDPAIR (in LID.sqlite, or here), the
    identifier of the chat, or ContactsV2.sqlite.

    References:
    - what open-source readers (IPED, iLEAPP, Amberkeep) document of the schema
    """
    used: list[Reader] = []
    yield from read_database(file, lambda db: _read(db, file, used))
    if not used:  # its tables are gone, or it cannot be opened: deleted rows may be left all the same
        with empty_database() as db:
            used.append(_reader(db, file))
    yield from _deleted(file, used[0])


def _deleted(file: EvidenceFile, reader: Reader) -> Iterator[Found]:
    """The deleted rows of ZWAMESSAGE that are left; what stood beside them is not looked up."""

    def make(row: Row) -> Record:
        return reader.message({name: row[name.lower()] for name in COLUMNS}, NOTHING)

    yield from deleted_records(file, WHATSAPP_IOS, [name.lower() for name in COLUMNS], reader.doubts, make)


def _read(db: EvidenceDatabase, file: EvidenceFile, used: list[Reader]) -> Iterator[Found]:
    if unknown := lacking(db, NEEDED):
        yield Problem("schema", "unknown-layout", unknown)
        return
    there = [table for table in (TABLE, _BLOCKED, CHANGES) if not lacking(db, {table: {"Z_PK"}})]
    if (rows := count_rows(db, *there)) is not None:
        yield Present(rows)
    reader = _reader(db, file)
    people, doubts, service = reader.people, reader.doubts, reader.service
    used.append(reader)
    sides = SideTables(db, SIDES)
    gaps: list[Problem] = []
    for row in each_row(db, TABLE, selecting(db, TABLE, COLUMNS), gaps, key="Z_PK"):
        doubts.locator = f"{TABLE}:Z_PK={row['Z_PK']}"
        yield reader.message(row, sides.of(row["Z_PK"]))
        if doubts.problems:
            yield from doubts.drain()
    yield from gaps
    yield from sides.finish()
    yield from drafts(people, service, doubts)
    yield from member_changes(db, people, service, doubts)
    yield from _groups(db, people, service, doubts)
    yield from _blocked(db, people, service, doubts)
    if people.beside:
        words = f"names and the numbers behind privacy ids are also those of {', '.join(people.beside)} beside it"
        yield Problem("note", "names", words)


def _reader(db: EvidenceDatabase, file: EvidenceFile) -> Reader:
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    return Reader(IosPeople(db, file), Doubts(), service, shared_folder(file.path))


def _groups(db: EvidenceDatabase, people: IosPeople, service: str, doubts: Doubts) -> Iterator[Found]:
    infos = _group_infos(db)
    members: dict[Any, list[Row]] = {}
    for row in people.members.values():
        members.setdefault(row["ZCHATSESSION"], []).append(row)
    for key, chat in people.chats.items():
        if chat.row is None or chat.sort not in ("group", "broadcast list", "channel"):
            continue
        doubts.locator = chat.locator
        yield Present(1)
        yield _group(chat, infos.get(key), members.pop(key, []), people, service, doubts)
        yield from doubts.drain()
    for key, rows in members.items():
        yield Present(1)
        yield _without_chat(key, rows, people, service, doubts)
        yield from doubts.drain()


def _without_chat(key: Any, rows: list[Row], people: IosPeople, service: str, doubts: Doubts) -> Group:
    """Members whose group has no chat that is left; those that name none stand together, in no conversation."""
    doubts.locator = f"ZWAGROUPMEMBER:Z_PK={rows[0]['Z_PK']}"
    members = _members(rows, people, doubts)
    return Group(
        locator=doubts.locator,
        service=service,
        flags=("no chat",),
        extra=() if key is None else (("ZCHATSESSION", _plain(key)),),
        conversation=None if key is None else people.chat(key).key,
        identifiers=tuple(dict.fromkeys(member.party for member in members)),
        members=tuple(members),
    )


def _group_infos(db: EvidenceDatabase) -> dict[Any, Row]:
    if lacking(db, {"ZWAGROUPINFO": {"Z_PK", "ZCHATSESSION"}}):
        return {}
    try:
        rows = db.execute(f"SELECT {selecting(db, 'ZWAGROUPINFO', _INFO)} FROM ZWAGROUPINFO")  # noqa: S608
        return {row["ZCHATSESSION"]: row for row in rows}
    except DatabaseDamaged as error:
        db.notes.append(f"not all of ZWAGROUPINFO could be read: {error}")
        return {}


def _members(rows: list[Row], people: IosPeople, doubts: Doubts) -> list[Member]:
    members = []
    for row in rows:
        who = people.member(row["Z_PK"])
        if who is None:
            doubts.add("member", f"ZWAGROUPMEMBER:Z_PK={row['Z_PK']} has no identifier")
            continue
        role = "administrator" if row["ZISADMIN"] == 1 else ""
        # Not necessarily somebody who left: who is known by a privacy id now keeps an old row by number.
        members.append(Member(who.party, "not active" if row["ZISACTIVE"] == 0 else role))
    return members


def _group(chat: Chat, info: Row | None, rows: list[Row], people: IosPeople, service: str, doubts: Doubts) -> Group:
    members = _members(rows, people, doubts)
    session = chat.row or {}
    doubts.text(session["ZPARTNERNAME"], "ZPARTNERNAME")
    extra = [(name, _plain(session[name])) for name in _SHOWN if session[name] not in (None, "", 0)]
    named = ("ZCREATORJID", "ZOWNERJID", "ZSUBJECTOWNERJID", "ZSTATE") if info else ()
    extra += [(name, _plain(info[name])) for name in named if info and info[name] not in (None, "", 0)]
    return Group(
        locator=doubts.locator,
        service=service,
        moments=_group_moments(info, doubts),
        flags=((chat.sort,) if chat.sort != "group" else ()) + (("removed",) if session["ZREMOVED"] == 1 else ()),
        extra=tuple(extra),
        conversation=chat.key,
        title=chat.title,
        identifiers=tuple(dict.fromkeys(member.party for member in members)),
        members=tuple(members),
        text="\n".join(filter(None, (chat.title, doubts.text(info["ZDESCRIPTION"], "ZDESCRIPTION") if info else None)))
        or None,
    )


def _group_moments(info: Row | None, doubts: Doubts) -> tuple[Moment, ...]:
    if info is None:
        return ()
    columns = (("set up", "ZCREATIONDATE"), ("subject set", "ZSUBJECTTIMESTAMP"))
    return tuple(doubts.moment(meaning, info[name], "cocoa s", name) for meaning, name in columns if info[name])


def _plain(value: Any) -> str | int:
    return value if type(value) in (str, int) else stored(value)


def _blocked(db: EvidenceDatabase, people: IosPeople, service: str, doubts: Doubts) -> Iterator[Found]:
    if lacking(db, {_BLOCKED: {"Z_PK"}}):
        return
    gaps: list[Problem] = []
    for row in each_row(db, _BLOCKED, selecting(db, _BLOCKED, ("Z_PK", "ZJID")), gaps, key="Z_PK"):
        doubts.locator = f"{_BLOCKED}:Z_PK={row['Z_PK']}"
        jid = doubts.text(row["ZJID"], "ZJID")
        who = people.who(jid) if jid else None
        yield Contact(
            locator=doubts.locator,
            service=service,
            flags=("blocked",),
            extra=who.lid if who else (),
            name=who.party.name if who else None,
            identifiers=(who.party,) if who else (),
            text=jid or None,
        )
        yield from doubts.drain()
    yield from gaps
