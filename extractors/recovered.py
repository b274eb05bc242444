"""Deleted rows of databases, for the extractors: which is whose, how it becomes a record, which row ids are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from evidence_store.records import Present, Problem, Record, replace
from extractors.base import EvidenceFile, Found
from extractors.database import Doubts
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row
from parsers.sqlite_recovery import RecoveredRow

EARLIER: Final = "earlier state of a row that is there"
_MOST_GAPS: Final = 200
_GREATEST: Final = 2**63 - 1


@dataclass(frozen=True)
class Typed:
    """A table whose deleted rows the extractor of this id turns into records of its own."""

    extractor: str
    table: str
    columns: frozenset[str]

    def takes(self, row: RecoveredRow) -> bool:
        """Whether a row of a file that the extractor reads is one of these. Every other is a `TableRow`
        (files.deleted_rows)."""
        named = (row.table or "").lower() == self.table
        return named and self.columns <= {column.lower() for column in row.columns}


SMS: Final = Typed("android.sms", "sms", frozenset({"_id", "address", "date", "type", "body"}))
CALLS: Final = Typed("android.calls", "calls", frozenset({"_id", "number", "date", "duration", "type"}))
CONTACTS: Final = Typed("android.contacts", "raw_contacts", frozenset({"_id", "display_name"}))
IOS_MESSAGES: Final = Typed(
    "ios.sms", "message", frozenset({"rowid", "guid", "text", "handle_id", "date", "is_from_me"})
)
IOS_CALLS: Final = Typed(
    "ios.calls",
    "zcallrecord",
    frozenset({"z_pk", "zaddress", "zdate", "zduration", "zoriginated"}),
)
WHATSAPP: Final = Typed(
    "whatsapp.android", "message", frozenset({"_id", "chat_row_id", "from_me", "key_id", "timestamp", "text_data"})
)
WHATSAPP_EARLY: Final = Typed(
    "whatsapp.android", "messages", frozenset({"_id", "key_remote_jid", "key_from_me", "key_id", "data", "timestamp"})
)
WHATSAPP_IOS: Final = Typed(
    "whatsapp.ios",
    "zwamessage",
    frozenset({"z_pk", "zchatsession", "zisfromme", "zmessagedate", "ztext"}),
)
TYPED: Final = (SMS, CALLS, CONTACTS, IOS_MESSAGES, IOS_CALLS, WHATSAPP, WHATSAPP_EARLY, WHATSAPP_IOS)


def deleted_records(
    file: EvidenceFile, wanted: Typed, columns: Collection[str], doubts: Doubts, make: Callable[[Row], Record]
) -> Iterator[Found]:
    """A record for each recovered row, made as the live ones are: `make` is given a row that has all `columns`.

    A file that is no database gives nothing here: reading its live rows has said so. `doubts` is drained.
    """
    try:
        rows = [row for row in file.deleted_rows().rows if wanted.takes(row)]
    except ValueError:
        return
    if rows:
        yield Present(len(rows))
    for found in rows:
        stored = {name.lower(): value for name, value in zip(found.columns, found.values, strict=True)}
        doubts.locator = locator(found)
        record = make({name: stored.get(name.lower()) for name in columns})
        yield replace(
            record,
            deleted=True,
            flags=(*record.flags, EARLIER) if found.replaced else record.flags,
            extra=(*record.extra, *provenance(found)),
        )
        yield from doubts.drain()


def locator(found: RecoveredRow) -> str:
    """ "deleted:page=12,byte=49152+310": where the row's bytes begin in the file, and how many of them are there."""
    place = "" if found.where == "database" else "log,"
    return f"deleted:{place}page={found.page},byte={found.offset}+{found.length}"


def provenance(found: RecoveredRow) -> tuple[tuple[str, str | int], ...]:
    """What is to be known of how a row was recovered, as fields of `extra`."""
    fields: list[tuple[str, str | int]] = [("origin", found.origin), ("confidence", found.confidence)]
    if found.rowid is not None:
        fields.append(("row id", found.rowid))
    if found.lost:
        fields.append(("lost", ", ".join(found.lost)))
    if found.also:
        fields.append(("other places", found.also))
    return tuple(fields)


def recovered_keys(file: EvidenceFile, table: str) -> set[int]:
    """The row ids of a table's recovered rows."""
    try:
        rows = file.deleted_rows().rows
    except ValueError:
        return set()
    return {row.rowid for row in rows if row.rowid is not None and (row.table or "").lower() == table}


def gaps(db: EvidenceDatabase, table: str, recovered: Collection[int], key: str = "_id") -> Iterator[Problem]:
    """A note for each range of row ids that hold no row, the first 200 and then the sum; no word of why.

    Looked at are the ids below the highest row and, where the table counts them (AUTOINCREMENT), those given out since.
    `recovered` are the ids of which a deleted row was found. `key` is the integer primary key of the table.
    """
    found: list[tuple[int, int]] = []
    last = 0
    total = 0
    ranges = 0
    try:
        for first, following in _jumps(db, table, key):
            last = max(last, following)
            if following - first > 1:
                ranges += 1
                total += following - first - 1
                if ranges <= _MOST_GAPS:
                    found.append((first + 1, following - 1))
    except DatabaseDamaged:
        return  # reading the rows themselves has said so
    for first, end in found:
        count = end - first + 1
        there = sum(first <= key <= end for key in recovered)
        more = f"; deleted rows with {there} of them were recovered" if there else ""
        words = f"{first} to {end}: {count:,} row ids hold no row" if count > 1 else f"{first}: no row has this row id"
        yield Problem("note", "gap", words + more, table)
    if ranges > _MOST_GAPS:
        words = f"{total:,} row ids in {ranges:,} ranges hold no row; the first {_MOST_GAPS} are named"
        yield Problem("note", "gap", words, table)


def _jumps(db: EvidenceDatabase, table: str, key: str) -> Iterator[tuple[int, int]]:
    """(row id, the next one) wherever one is left out; 0 stands before the first."""
    top = 0
    steps = _BY_LOOKING_UP if _is_primary(db, table, key) else _BY_ORDERING
    for row in db.execute(steps.format(table=table, key=key)):
        if row["following"] is not None:
            yield row["before"], row["following"]
    for row in db.execute(f"SELECT max({key}) AS top FROM {table}"):  # noqa: S608
        top = row["top"] if type(row["top"]) is int and row["top"] > 0 else 0
    for name in db.execute("SELECT 1 FROM sqlite_master WHERE name='sqlite_sequence'"):
        del name
        for row in db.execute("SELECT seq FROM sqlite_sequence WHERE name=?", (table,)):
            if type(row["seq"]) is int and top < row["seq"] < _GREATEST:
                yield top, row["seq"] + 1


# In the tree of a key each is found from the one before, in a quarter of the time of a window over all of them; without
# a tree that would mean to read the table for each row.
_BY_LOOKING_UP: Final = """
SELECT 0 AS before, min({key}) AS following FROM {table} WHERE typeof({key}) = 'integer' AND {key} > 0
HAVING min({key}) > 1
UNION ALL
SELECT {key}, (SELECT min({key}) FROM {table} WHERE {key} > a.{key} AND typeof({key}) = 'integer') FROM {table} a
WHERE typeof({key}) = 'integer' AND {key} > 0 AND NOT EXISTS (SELECT 1 FROM {table} b WHERE b.{key} = a.{key} + 1)
"""
_BY_ORDERING: Final = """
SELECT before, {key} AS following FROM
(SELECT {key}, lag({key}, 1, 0) OVER (ORDER BY {key}) AS before FROM {table}
WHERE typeof({key}) = 'integer' AND {key} > 0)
WHERE {key} > before + 1
"""


def _is_primary(db: EvidenceDatabase, table: str, key: str) -> bool:
    """Whether the key alone is the primary key of the table."""
    primary = [row["name"] for row in db.execute(f'PRAGMA table_xinfo("{table}")') if row["pk"]]
    return [name.lower() for name in primary if isinstance(name, str)] == [key.lower()] and len(primary) == 1
