"""The log of calls and messages on older phones of Samsung, which they kept in place of Android's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Call, Message, Moment, Record, TableRow, replace
from extractors.android.calls import COLUMNS, call_record
from extractors.android.tables import Table, extra_of, read_tables
from extractors.android.threads import party
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import Row

# What is a call by `logtype`, and the flags that this gives. Of those below without a name, versions differ.
_CALLS: Final[dict[Any, tuple[str, ...]]] = {
    100: (),
    500: ("video",),
    800: ("over the internet",),
    120: ("ChatON",),
    510: ("ChatON", "video"),
    **{kind: (f"log type {kind}",) for kind in (900, 950, 1000)},
}
_MESSAGES: Final[dict[Any, str]] = {200: "MMS", 300: "SMS"}
_WAYS: Final[dict[Any, Literal["in", "out"]]] = {1: "in", 2: "out"}
_MORE: Final = (
    *("logtype", "messageid", "cnap_name", "cdnip_number", "service_type", "sim_id", "account_name", "sp_type"),
)
_WORDS: Final = ("m_subject", "m_content", "address")


@extractor(
    id="android.samsung_logs",
    version=2,
    title="Samsung: call log of older phones",
    files=("**/com.sec.android.provider.logsprovider/databases/logs.db", "**/logs.db"),
    tables=({"logs": {"_id", "number", "date", "duration", "type", "logtype"}},),
    emits=(Call, Message, TableRow),
    privacy="communications",
    layouts="logs.db with the table logs, as of Android 2.3 to 5",
    tested_on="documented schema, no device data",
    limits="Messages in it are the log's own entries, cut off after their first words, and flagged so: mmssms.db holds "
    "the messages. Entries of e-mail, of networks and of kinds that nobody has named come out as the rows they are.",
)
def samsung_logs(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `logs`. `date` is milliseconds, `duration` seconds; `logtype` says what the entry is of.

    The table `calls` of contacts2.db may stay empty on these phones.

    References:
    - Samsung's LogsProvider as published, disassembled (DatabaseHelper, LogsColumn), of 2011 and 2012
    - ALEAPP: calllogs
    """
    telling = "com.sec.android.provider.logsprovider" in file.path.lower()
    yield from read_database(file, lambda db: read_tables(db, (_LOGS,), telling))


def _entry(row: Row, doubts: Doubts) -> Record:
    kind = row["logtype"] if type(row["logtype"]) is int else None
    if kind in _CALLS:
        call = call_record(row, doubts)
        return replace(
            call,
            flags=(*call.flags, *_CALLS[kind]),
            extra=(*call.extra, *extra_of(row, _MORE), *extra_of(row, _WORDS)),
        )
    return _message(row, _MESSAGES[kind], doubts) if kind in _MESSAGES else _other(row, doubts)


def _message(row: Row, service: str, doubts: Doubts) -> Message:
    direction = _WAYS.get(row["type"]) if type(row["type"]) is int else None
    other = party(doubts.text(row["number"], "number"))
    name = doubts.text(row["name"], "name") or None
    if other is not None:
        other = replace(other, name=name)
    loose = (("number", stored(row["number"])),) if direction is None and other is not None else ()
    return Message(
        locator=doubts.locator,
        service=service,
        moments=_recorded(row, doubts),
        flags=("entry of the log", *(() if direction else (f"type {stored(row['type'])}",))),
        extra=(*loose, *extra_of(row, _MORE)),
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=(other,) if other and direction == "out" else (),
        subject=doubts.text(row["m_subject"], "m_subject") or None,
        text=doubts.text(row["m_content"], "m_content"),
    )


def _other(row: Row, doubts: Doubts) -> TableRow:
    names = ("number", "name", "type", "date", "duration", *_MORE, *_WORDS)
    words = (doubts.text(row[name], name) for name in ("number", "name", *_WORDS))
    return TableRow(
        locator=doubts.locator,
        service="Samsung",
        moments=_recorded(row, doubts),
        flags=(f"log type {stored(row['logtype'])}",),
        table="logs",
        columns=extra_of(row, names),
        text="\n".join(dict.fromkeys(word for word in words if word)) or None,
    )


def _recorded(row: Row, doubts: Doubts) -> tuple[Moment, ...]:
    return (doubts.moment("recorded", row["date"], "ms", "date"),)


_LOGS: Final = Table(
    "logs",
    frozenset(("_id", "number", "date", "duration", "type", "logtype")),
    (*COLUMNS, *_MORE, *_WORDS),
    _entry,
)
