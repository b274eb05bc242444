"""Burner on Android: second telephone numbers, with their messages and calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Account, Attachment, Call, Contact, Message, Moment, Party, Present, Problem
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_MESSAGE: Final = (
    *("_id", "message_id", "state", "message", "contact_phone_number", "connected", "message_type", "voice_url"),
    *("date_created", "last_updated_date", "read", "user_id", "sid", "burner_id", "duration", "direction"),
    *("asset_url", "send_status"),
)
_CONTACT: Final = (
    *("_id", "contact_id", "name", "phone_number", "burner_id", "date_created", "last_updated_date", "blocked"),
    *("muted", "notes"),
)
_NUMBER: Final = (
    *("_id", "burner_id", "phone_number_id", "name", "alias", "user_id", "expiration_date", "date_created"),
    *("last_updated_date", "disabled", "total_minutes", "remaining_minutes", "total_texts", "remaining_texts"),
    *("auto_reply_active", "auto_reply_text", "call_forward_status"),
)
_NEEDED: Final = {
    "messages": {"_id", "message", "contact_phone_number", "message_type", "date_created", "direction", "burner_id"},
    "burners": {"_id", "burner_id", "phone_number_id"},
    "contacts": {"_id", "contact_id", "phone_number"},
}
_SIDES: Final[dict[Any, Literal["in", "out"]]] = {1: "in", 2: "out"}
_CALL, _TEXT = 1, 2
_EXTRA: Final = ("message_type", "state", "send_status", "connected", "voice_url", "asset_url", "burner_id", "sid")
_UNSET: Final = {"send_status": 0, "connected": 0}
_SHOWN: Final = (
    *("user_id", "alias", "total_minutes", "remaining_minutes", "total_texts", "remaining_texts"),
    *("auto_reply_active", "auto_reply_text", "call_forward_status"),
)


@extractor(
    id="android.burner",
    version=1,
    title="Burner: messages, calls and contacts of second numbers",
    files=("**/com.adhoclabs.burner/databases/*.db", "**/burnerDatabase.db", "**/burners.sqlite"),
    tables=({"messages": _NEEDED["messages"], "burners": _NEEDED["burners"]},),
    emits=(Message, Call, Contact, Account),
    privacy="communications",
    layouts="the tables burners, messages and contacts as of 2022 (schema version 16)",
    tested_on="Research database of 2022: 14 messages, 2 calls, 4 contacts, 1 number",
    limits="Pictures and voicemails stand with the service: only their addresses are stored. The states of a message "
    "are given as the numbers stored. Subscriptions and connected services are not read.",
)
def burner(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `burners` (a second number), `contacts` and `messages`; a message of type 1 is a call.

    Times are milliseconds. Direction 1 came in, 2 went out.

    References:
    - the database itself; log2timeline plaso, documentation of the Burner plugin
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, {table: _NEEDED[table] for table in ("messages", "burners")}):
        if path.lower().endswith(("burnerdatabase.db", "burners.sqlite")):
            yield Problem("schema", "unknown-layout", unknown)
        return
    readable = [table for table, needed in _NEEDED.items() if not lacking(db, {table: needed})]
    if (rows := count_rows(db, *readable)) is not None:
        yield Present(rows)
    doubts, gaps = Doubts(), list[Problem]()
    own: dict[Any, Party] = {}
    names: dict[str, str] = {}
    for row in each_row(db, "burners", selecting(db, "burners", _NUMBER), gaps):
        doubts.locator = f"burners:_id={row['_id']}"
        yield _number(row, own, doubts)
        yield from doubts.drain()
    if "contacts" in readable:
        for row in each_row(db, "contacts", selecting(db, "contacts", _CONTACT), gaps):
            doubts.locator = f"contacts:_id={row['_id']}"
            yield _contact(row, names, doubts)
            yield from doubts.drain()
    for row in each_row(db, "messages", selecting(db, "messages", _MESSAGE), gaps):
        doubts.locator = f"messages:_id={row['_id']}"
        yield _call(row, own, names, doubts) if row["message_type"] == _CALL else _message(row, own, names, doubts)
        yield from doubts.drain()
    yield from gaps


def _dates(row: Row, meaning: str, doubts: Doubts) -> tuple[Moment, ...]:
    first = doubts.moment(meaning, row["date_created"], "ms", "date_created")
    changed = row["last_updated_date"]
    if changed in (None, 0, row["date_created"]):
        return (first,)
    return (first, doubts.moment("modified", changed, "ms", "last_updated_date"))


def _number(row: Row, own: dict[Any, Party], doubts: Doubts) -> Account:
    name = doubts.text(row["name"], "name")
    number = party(doubts.text(row["phone_number_id"], "phone_number_id"))
    if number:
        own[row["burner_id"]] = number
    moments = _dates(row, "recorded", doubts)
    if row["expiration_date"]:
        moments += (doubts.moment("expires", row["expiration_date"], "ms", "expiration_date"),)
    extra = [(column, row[column]) for column in ("burner_id", *_SHOWN) if row[column] not in (None, "")]
    return Account(
        locator=doubts.locator,
        service="Burner",
        moments=moments,
        flags=("disabled",) if row["disabled"] == 1 else (),
        extra=tuple((column, _plain(value)) for column, value in extra),
        name=name,
        identifiers=(number,) if number else (),
        text="\n".join(one for one in (name, number.identifier if number else None) if one) or None,
    )


def _contact(row: Row, names: dict[str, str], doubts: Doubts) -> Contact:
    name, notes, number = (doubts.text(row[column], column) for column in ("name", "notes", "phone_number"))
    who = party(number)
    if name and number and name != number:
        names.setdefault(number, name)
    flags = [flag for flag in ("blocked", "muted") if row[flag] == 1]
    return Contact(
        locator=doubts.locator,
        service="Burner",
        moments=_dates(row, "recorded", doubts),
        flags=tuple(flags),
        extra=tuple((column, _plain(row[column])) for column in ("contact_id", "burner_id", "notes") if row[column]),
        name=name,
        identifiers=(who,) if who else (),
        text="\n".join(dict.fromkeys(one for one in (name, number, notes) if one)) or None,
    )


def _sides(
    row: Row, own: dict[Any, Party], names: dict[str, str], doubts: Doubts
) -> tuple[Literal["in", "out"] | None, Party | None, tuple[Party, ...]]:
    """(direction, sender, recipients): the second number on one side, the other number on the other."""
    direction = _SIDES.get(row["direction"])
    number = doubts.text(row["contact_phone_number"], "contact_phone_number")
    other = party(number)
    if other and (name := names.get(number or "")):
        other = Party(other.identifier, other.scheme, name)
    mine = own.get(row["burner_id"])
    if direction == "out":
        return direction, mine, (other,) if other else ()
    return direction, other, (mine,) if mine and direction == "in" else ()


def _extra(row: Row, known: tuple[str, ...]) -> tuple[tuple[str, str | int | None], ...]:
    names = [name for name in _EXTRA if name not in known and row[name] not in (None, "", _UNSET.get(name))]
    found = [(name, row[name]) for name in names]
    return tuple((name, _plain(value)) for name, value in found)


def _message(row: Row, own: dict[Any, Party], names: dict[str, str], doubts: Doubts) -> Message:
    direction, sender, recipients = _sides(row, own, names, doubts)
    flags = [] if direction else [f"direction {stored(row['direction'])}"]
    if row["message_type"] != _TEXT:
        flags.append(f"type {stored(row['message_type'])}")
    if direction == "in" and row["read"] == 0:
        flags.append("unread")
    files = [(column, doubts.text(row[column], column)) for column in ("asset_url", "voice_url")]
    attachments = [
        Attachment(address.rpartition("/")[2] or column, state="not downloaded") for column, address in files if address
    ]
    number = doubts.text(row["contact_phone_number"], "contact_phone_number")
    return Message(
        locator=doubts.locator,
        service="Burner",
        moments=_dates(row, "sent" if direction == "out" else "recorded", doubts),
        flags=tuple(flags),
        attachments=tuple(attachments),
        extra=_extra(row, () if row["message_type"] != _TEXT else ("message_type",)),
        conversation=f"{stored(row['burner_id'])} {number or ''}".strip() or None,
        title=names.get(number or ""),
        direction=direction,
        sender=sender,
        recipients=recipients,
        text=doubts.text(row["message"], "message") or None,
        key=doubts.text(row["message_id"], "message_id"),
    )


def _call(row: Row, own: dict[Any, Party], names: dict[str, str], doubts: Doubts) -> Call:
    direction, sender, recipients = _sides(row, own, names, doubts)
    duration = doubts.number(row["duration"], "duration")
    return Call(
        locator=doubts.locator,
        service="Burner",
        moments=_dates(row, "started", doubts),
        flags=() if direction else (f"direction {stored(row['direction'])}",),
        extra=_extra(row, ("message_type",)),
        conversation=f"{stored(row['burner_id'])} {stored(row['contact_phone_number'])}".strip() or None,
        direction=direction,
        sender=sender,
        recipients=recipients,
        outcome="connected" if row["connected"] == 1 else None,
        duration_s=duration if duration is not None and duration >= 0 else None,
        text=doubts.text(row["message"], "message") or None,
    )


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)
