"""The calls of WhatsApp on iOS (CallHistory.sqlite)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Call, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.chats.whatsapp.beside import Beside, Side, SideTables
from extractors.chats.whatsapp.book import IOS_BOOK, IOS_PAIRS, with_logs
from extractors.chats.whatsapp.chat import Extra, Who
from extractors.chats.whatsapp.ios_people import IosPeople
from extractors.chats.whatsapp.parties import SERVICE, is_business, sort_of
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_TABLE: Final = "ZWACDCALLEVENT"
_COLUMNS: Final = (
    *("Z_PK", "Z1CALLEVENTS", "ZOUTCOME", "ZDATE", "ZDURATION", "ZCALLIDSTRING", "ZGROUPJIDSTRING"),
    *("ZGROUPCALLCREATORUSERJIDSTRING", "ZBYTESRECEIVED", "ZBYTESSENT", "ZINCOMING", "ZMISSED", "ZVIDEO"),
    *("ZCONTACTJID", "ZOUTGOING"),
)
_AGGREGATE: Final = ("Z_PK", "ZINCOMING", "ZMISSED", "ZVIDEO", "ZFIRSTDATE", "ZMISSEDREASON")
_MEMBERS: Final = Side("ZWACDCALLEVENTPARTICIPANT", ("ZJIDSTRING", "ZOUTCOME"), key="Z1PARTICIPANTS", order="Z_PK")


@extractor(
    id="whatsapp.ios_calls",
    version=2,
    title="WhatsApp calls on iOS",
    files=("**/CallHistory.sqlite",),
    tables=({"ZWACDCALLEVENT": {"Z_PK", "ZDATE"}},),
    beside=with_logs(IOS_BOOK, IOS_PAIRS),
    emits=(Call,),
    privacy="communications",
    layouts="CallHistory.sqlite with ZWACDCALLEVENT (2018 on)",
    tested_on="documented schema, no device data",
    limits="Scheduled calls and links to calls are not read.",
)
def ios_calls(file: EvidenceFile) -> Iterator[Found]:
    """Every row of ZWACDCALLEVENT, with the aggregate event that it belongs to and those who took part.

    `ZDATE` is seconds since 2001, `ZDURATION` seconds. Direction, video and "missed" stand with the aggregate event.

    References:
    - what open-source readers (iLEAPP and others) document of the schema
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    if _TABLE not in db.tables() and "whatsapp" not in file.path.lower():
        return  # other applications have a file of that name
    if unknown := lacking(db, {_TABLE: {"Z_PK", "ZDATE"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, _TABLE)) is not None:
        yield Present(rows)
    service = f"{SERVICE} Business" if is_business(file.path) else SERVICE
    doubts = Doubts()
    gaps: list[Problem] = []
    sides, aggregates, people = SideTables(db, (_MEMBERS,)), _aggregates(db), IosPeople(db, file)
    for row in each_row(db, _TABLE, selecting(db, _TABLE, _COLUMNS), gaps, key="Z_PK"):
        doubts.locator = f"{_TABLE}:Z_PK={row['Z_PK']}"
        yield _call(row, aggregates.get(row["Z1CALLEVENTS"]), sides.of(row["Z_PK"]), people, service, doubts)
        yield from doubts.drain()
    yield from gaps
    yield from sides.finish()
    if people.beside:
        words = f"names and the numbers behind privacy ids are those of {', '.join(people.beside)} beside it"
        yield Problem("note", "names", words)


def _aggregates(db: EvidenceDatabase) -> dict[Any, Row]:
    table = "ZWAAGGREGATECALLEVENT"
    if lacking(db, {table: {"Z_PK"}}):
        return {}
    try:
        return {row["Z_PK"]: row for row in db.execute(f"SELECT {selecting(db, table, _AGGREGATE)} FROM {table}")}  # noqa: S608
    except DatabaseDamaged as error:
        db.notes.append(f"not all of {table} could be read: {error}")
        return {}


def _call(row: Row, aggregate: Row | None, found: Beside, people: IosPeople, service: str, doubts: Doubts) -> Call:
    def either(name: str) -> Any:
        return row[name] if row[name] is not None else aggregate[name] if aggregate else None

    incoming = either("ZINCOMING")
    if incoming is None and row["ZOUTGOING"] in (0, 1):
        incoming = 1 - row["ZOUTGOING"]
    direction: Any = {0: "out", 1: "in"}.get(incoming)
    members = found.get("ZWACDCALLEVENTPARTICIPANT", [])
    listed = [jid for one in members if (jid := doubts.text(one["ZJIDSTRING"], "ZJIDSTRING"))]
    contact = doubts.text(row["ZCONTACTJID"], "ZCONTACTJID")
    listed = listed or ([contact] if contact else [])
    met = [people.who(jid) for jid in listed]
    others = [one.party for one in met]
    group = doubts.text(row["ZGROUPJIDSTRING"], "ZGROUPJIDSTRING") or None
    caller = doubts.text(row["ZGROUPCALLCREATORUSERJIDSTRING"], "ZGROUPCALLCREATORUSERJIDSTRING")
    began = people.who(caller) if caller and sort_of(caller) == "person" else None
    sender = _sender(direction, began, others)
    flags = [] if direction else ["direction not recorded"]
    flags += ["video"] if either("ZVIDEO") == 1 else []
    flags += ["group call"] if group or len(others) > 1 else []
    duration = row["ZDURATION"]
    if duration is not None and not (type(duration) in (int, float) and 0 <= duration < 10**9):
        doubts.add("number", f"ZDURATION is no duration: {stored(duration)}")
        duration = None
    return Call(
        locator=doubts.locator,
        service=service,
        moments=(doubts.moment("started", row["ZDATE"], "cocoa s", "ZDATE"),),
        flags=tuple(flags),
        extra=_extra(row, aggregate, members) + _lids([*met, *([began] if began and direction == "in" else [])]),
        conversation=group or (listed[0] if len(listed) == 1 else None),
        direction=direction,
        sender=sender,
        recipients=tuple(one for one in dict.fromkeys(others) if one != sender),
        outcome=_outcome(either("ZMISSED"), row["ZOUTCOME"], duration),
        duration_s=None if duration is None else round(duration),
    )


def _sender(direction: Any, caller: Who | None, others: list[Party]) -> Party | None:
    if direction != "in":
        return None
    if caller is not None:
        return caller.party
    return others[0] if len(others) == 1 else None


def _lids(people: list[Who]) -> Extra:
    return tuple(dict.fromkeys(lid for one in people for lid in one.lid))


def _outcome(missed: Any, outcome: Any, duration: Any) -> str | None:
    if missed == 1:
        return "missed"
    if duration:
        return "answered"
    return f"outcome {stored(outcome)}" if outcome is not None else None


def _extra(row: Row, aggregate: Row | None, members: list[Row]) -> tuple[tuple[str, str | int | float | None], ...]:
    found = [(name, row[name]) for name in ("ZCALLIDSTRING", "ZOUTCOME", "ZBYTESRECEIVED", "ZBYTESSENT", "ZDURATION")]
    found += [("ZMISSEDREASON", aggregate["ZMISSEDREASON"])] if aggregate else []
    for one in members:
        if one["ZOUTCOME"] is not None:
            found.append(("participant", f"{stored(one['ZJIDSTRING'])}: outcome {stored(one['ZOUTCOME'])}"))
    kept = ((name, value) for name, value in found if value not in (None, ""))
    return tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in kept)
