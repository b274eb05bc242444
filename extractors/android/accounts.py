"""The accounts that an Android device is set up with, and what it noted of adding and removing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import Account, Moment, Party, Present, Problem
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking
from parsers.times import from_local

# Never `password`, nor a token.
_ACCOUNT: Final = ("_id", "name", "type", "previous_name", "last_password_entry_time_millis_epoch")
_LOG: Final = ("_id", "action_type", "time", "caller_uid", "table_name", "primary_key")
_NEEDED: Final = {
    "accounts": {"_id", "name", "type"},
    "shared_accounts": {"_id", "name", "type"},
    "debug_table": {"_id", "action_type", "time"},
}
# The tables that an account store has beside `accounts`: one of them tells it from any other program's accounts.db.
_BESIDE: Final = ("authtokens", "grants", "extras", "debug_table", "shared_accounts")
_TELLING: Final = ("accounts_ce.db", "accounts_de.db")
# The extras of an account that say who it is; the others may be secrets of its application.
_TOLD: Final = frozenset(("googleuserid", "given_name", "family_name", "firstname", "lastname", "display_name"))
_ACTIONS: Final = {
    "action_set_password": "password set",
    "action_clear_password": "password cleared",
    "action_account_add": "account added",
    "action_account_remove": "account removed",
    "action_account_remove_de": "account removed",
    "action_authenticator_remove": "account removed with its application",
    "action_account_rename": "account renamed",
    "action_called_account_add": "adding an account asked for",
    "action_called_account_remove": "removing an account asked for",
    "action_called_start_account_add": "adding an account begun",
    "action_called_account_session_finish": "adding an account finished",
    "action_sync_de_ce_accounts": "accounts compared between the two stores",
}
_TIME: Final = "%Y-%m-%d %H:%M:%S"


@extractor(
    id="android.accounts",
    version=1,
    title="Android accounts",
    files=("**/accounts_ce.db", "**/accounts_de.db", "**/accounts.db"),
    tables=tuple({"accounts": {"_id", "name", "type"}, one: {"accounts_id"}} for one in ("extras", "grants")),
    emits=(Account,),
    privacy="device",
    layouts="accounts.db (to Android 6), accounts_de.db and accounts_ce.db (from Android 7 on)",
    tested_on="documented schema, no device data",
    limits="Passwords and tokens are not read: how many tokens are stored is told. Of the further values of an account "
    "only names and user numbers are given. The log keeps the last 64 actions, in the device's local time.",
)
def accounts(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `accounts` and `shared_accounts`, and of the log of actions (`debug_table`).

    `last_password_entry_time_millis_epoch` is milliseconds; `time` of the log is local time without a zone.

    References:
    - Android Open Source Project: com.android.server.accounts, AccountsDb, AccountManagerService
    """
    yield from read_database(file, lambda db: _read(db, file))


def _read(db: EvidenceDatabase, file: EvidenceFile) -> Iterator[Found]:
    telling = file.path.lower().endswith(_TELLING)
    if unknown := lacking(db, {"accounts": {"_id", "name", "type"}}):
        if telling:
            yield Problem("schema", "unknown-layout", unknown)
        return
    tables = db.tables()
    if not telling and not any(table in tables for table in _BESIDE):
        return  # another program's file of that name
    readable = [table for table, needed in _NEEDED.items() if not lacking(db, {table: needed})]
    if (rows := count_rows(db, *readable)) is not None:
        yield Present(rows)
    names: dict[Any, str] = {}
    yield from _accounts(db, names)
    doubts, gaps = Doubts(), list[Problem]()
    for table in readable[1:]:
        columns = _LOG if table == "debug_table" else _ACCOUNT
        for row in each_row(db, table, selecting(db, table, columns), gaps):
            doubts.locator = f"{table}:_id={row['_id']}"
            yield _action(row, names, file, doubts) if columns is _LOG else _account(row, (), False, doubts)
            yield from doubts.drain()
    yield from gaps


def _accounts(db: EvidenceDatabase, names: dict[Any, str]) -> Iterator[Found]:
    """Every row of `accounts`; `names` gets their names by row id."""
    doubts, gaps = Doubts(), list[Problem]()
    extras, tokens = _extras(db), _tokens(db)
    for row in each_row(db, "accounts", selecting(db, "accounts", _ACCOUNT), gaps):
        doubts.locator = f"accounts:_id={row['_id']}"
        if isinstance(row["name"], str):
            names[row["_id"]] = str(row["name"])
        yield _account(row, (*extras.get(row["_id"], ()), *tokens.get(row["_id"], ())), True, doubts)
        yield from doubts.drain()
    yield from gaps


def _extras(db: EvidenceDatabase) -> dict[Any, list[tuple[str, str]]]:
    """By account: the further values that say who it is."""
    found: dict[Any, list[tuple[str, str]]] = {}
    for row in _side(db, "extras", ("accounts_id", "key", "value")):
        key, value = row["key"], row["value"]
        if isinstance(key, str) and key.lower() in _TOLD and isinstance(value, str) and value:
            found.setdefault(row["accounts_id"], []).append((str(key), str(value)))
    return found


def _tokens(db: EvidenceDatabase) -> dict[Any, list[tuple[str, int]]]:
    """By account: how many tokens are stored, and nothing of them."""
    counts = Counter(row["accounts_id"] for row in _side(db, "authtokens", ("accounts_id",)))
    return {account: [("stored tokens", count)] for account, count in counts.items()}


def _side(db: EvidenceDatabase, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
    if lacking(db, {table: {"accounts_id"}}):
        return
    try:
        yield from db.execute(f"SELECT {selecting(db, table, columns)} FROM {table} ORDER BY rowid")  # noqa: S608
    except DatabaseDamaged as error:
        db.notes.append(f"{table} is not complete: {error}")


def _who(name: str | None) -> Party | None:
    """An account by its name: an address or a number, or what else its application calls it."""
    found = party(name)
    return Party(found.identifier, "account") if found and found.scheme == "sender-id" else found


def _account(row: Row, beside: tuple[tuple[str, str | int], ...], own: bool, doubts: Doubts) -> Account:
    name, kind, before = (doubts.text(row[column], column) for column in ("name", "type", "previous_name"))
    who = _who(name)
    entered = row["last_password_entry_time_millis_epoch"]
    column = "last_password_entry_time_millis_epoch"
    return Account(
        locator=doubts.locator,
        service=kind or "",
        moments=(doubts.moment("last password entry", entered, "ms", column),) if entered not in (None, 0) else (),
        flags=() if own else ("shared with another profile",),
        extra=((("previous_name", before),) if before else ()) + beside,
        name=name,
        identifiers=(who,) if who else (),
        text=name,
    )


def _action(row: Row, names: dict[Any, str], file: EvidenceFile, doubts: Doubts) -> Account:
    """A row of the log; which account it is about only where that is still there under the same row id."""
    action = doubts.text(row["action_type"], "action_type") or ""
    extra: list[tuple[str, str | int | None]] = [("action_type", action)]
    extra += [(column, _plain(row[column])) for column in ("table_name", "primary_key", "caller_uid")]
    name = names.get(row["primary_key"]) if row["table_name"] == "accounts" else None
    who = _who(name)
    return Account(
        locator=doubts.locator,
        moments=(_local(row["time"], file, doubts),),
        flags=("entry of a log", _ACTIONS.get(action, action or "no action")),
        extra=tuple((column, value) for column, value in extra if value not in (None, "")),
        name=name,
        identifiers=(who,) if who else (),
        text=name,
    )


def _local(value: Any, file: EvidenceFile, doubts: Doubts) -> Moment:
    """A time of the log under the zone that is assumed, if any."""
    text = doubts.text(value, "time") or ""
    try:
        local = datetime.strptime(text, _TIME)  # noqa: DTZ007 - it has no zone, and gets none but the one assumed
    except ValueError:
        doubts.add("time", f"time: not a date and time: {stored(value)}")
        return Moment("recorded", None, stored(value), "C", "", "not a date and time")
    utc_us, note = from_local(local, file.zone)
    return Moment("recorded", utc_us, text, "C", f"{file.zone}, {file.zone_by}" if file.zone else "", note)


def _plain(value: Any) -> str | int | None:
    return value if value is None or type(value) in (str, int) else stored(value)
