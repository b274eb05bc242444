"""The call log of WhatsApp on Android: tables `call_log` and `call_log_participant_v2`.

References:
- Amberkeep, IPED and others (open-source readers): the numbers of `call_result`, which are said as such too, since
  they moved between versions of the application. Of 3 and 4 some say "declined", others "not available" and "missed":
  they are given as numbers
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Call, Party, Problem
from extractors.base import Found
from extractors.chats.whatsapp.android_codes import Direction
from extractors.chats.whatsapp.beside import Beside, Side, SideTables
from extractors.chats.whatsapp.chat import Extra
from extractors.chats.whatsapp.draft import Context
from extractors.database import each_row, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

TABLE: Final = "call_log"
_COLUMNS: Final = (
    *("_id", "jid_row_id", "from_me", "call_id", "timestamp", "video_call", "duration", "call_result"),
    *("bytes_transferred", "group_jid_row_id", "is_joinable_group_call", "call_type", "is_dnd_mode_on"),
    *("call_creator_device_jid_row_id", "scheduled_id", "call_link_row_id", "offer_silence_reason"),
)
_EXTRA: Final = (
    "call_id",
    "bytes_transferred",
    "is_joinable_group_call",
    "call_type",
    "is_dnd_mode_on",
    "scheduled_id",
    "offer_silence_reason",
)
_MEMBERS: Final = Side("call_log_participant_v2", ("jid_row_id", "call_result"), key="call_log_row_id", order="_id")
_MISSED, _ANSWERED = 2, 5
_SIDES: Final[dict[Any, Direction]] = {0: "in", 1: "out"}


def calls(db: EvidenceDatabase, context: Context) -> Iterator[Found]:
    """Every row of `call_log`: `timestamp` in milliseconds, `duration` in seconds."""
    if lacking(db, {TABLE: {"_id", "timestamp"}}):
        return
    sides, links = SideTables(db, (_MEMBERS,)), _links(db)
    gaps: list[Problem] = []
    for row in each_row(db, TABLE, selecting(db, TABLE, _COLUMNS), gaps):
        context.doubts.locator = f"{TABLE}:_id={row['_id']}"
        yield _call(row, sides.of(row["_id"]), links, context)
        yield from context.doubts.drain()
    yield from gaps
    yield from sides.finish()


def _links(db: EvidenceDatabase) -> dict[Any, str]:
    """The tokens of the links by which calls were joined, by row id."""
    if lacking(db, {"call_link": {"_id", "token"}}):
        return {}
    try:
        return {row["_id"]: stored(row["token"]) for row in db.execute("SELECT _id, token FROM call_link")}
    except DatabaseDamaged as error:
        db.notes.append(f"not all of call_link could be read: {error}")
        return {}


def _call(row: Row, found: Beside, links: dict[Any, str], context: Context) -> Call:
    direction = _SIDES.get(row["from_me"])
    people, doubts = context.people, context.doubts
    who = people.who(row["jid_row_id"])
    if who is None and row["jid_row_id"]:
        doubts.add("identifier", f"jid_row_id {stored(row['jid_row_id'])}: no identifier of that row id is left")
    group = people.raw(row["group_jid_row_id"])
    members = found.get("call_log_participant_v2", [])
    duration = doubts.number(row["duration"], "duration")
    if duration is not None and duration < 0:
        doubts.add("number", f"duration is below zero: {duration}")
        duration = None
    others = tuple(member.party for one in members if (member := people.who(one["jid_row_id"])))
    flags = [] if direction else [f"from_me {stored(row['from_me'])}"]
    flags += ["video"] if row["video_call"] == 1 else []
    flags += ["group call"] if group or len(members) > 1 else []
    extra = _extra(row, members, context)
    if row["call_link_row_id"]:
        extra += (("call link", links.get(row["call_link_row_id"], stored(row["call_link_row_id"]))),)
    return Call(
        locator=doubts.locator,
        service=context.service,
        moments=(doubts.moment("started", row["timestamp"], "ms", "timestamp"),),
        flags=tuple(flags),
        extra=extra + (who.lid if who else ()),
        conversation=group or people.conversation(row["jid_row_id"]),
        direction=direction,
        sender=who.party if who and direction == "in" and not _is_group(who.party) else None,
        recipients=_called(direction, who.party if who else None, others),
        outcome=_outcome(row["call_result"], duration, direction),
        duration_s=duration,
    )


def _called(direction: Direction, other: Party | None, others: tuple[Party, ...]) -> tuple[Party, ...]:
    """Whom an outgoing call was to; the members of an incoming one beside its caller. A group is nobody."""
    if direction == "out":
        everybody = ((other,) if other else ()) + others
        return tuple(one for one in dict.fromkeys(everybody) if not _is_group(one))
    return tuple(one for one in dict.fromkeys(others) if one != other and not _is_group(one))


def _is_group(party: Party) -> bool:
    return party.identifier.endswith("@g.us")


def _outcome(result: Any, duration: int | None, direction: Direction) -> str | None:
    if duration or result == _ANSWERED:
        return "answered"
    if result == _MISSED:
        return "not answered" if direction == "out" else "missed"
    return f"result {stored(result)}" if result is not None else None


def _extra(row: Row, members: list[Row], context: Context) -> Extra:
    found: list[tuple[str, str | int | float | None]] = [("call_result", _plain(row["call_result"]))]
    found += [(name, _plain(row[name])) for name in _EXTRA]
    if device := context.people.raw(row["call_creator_device_jid_row_id"]):
        found.append(("started by device", device))
    for one in members:
        someone = context.people.raw(one["jid_row_id"]) or stored(one["jid_row_id"])
        found.append(("participant", f"{someone}: result {stored(one['call_result'])}"))
    return tuple((name, value) for name, value in found if value not in (None, "", 0))


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)
