"""The call history of iOS 7 and before, and voicemail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Call, Moment, Party, Problem
from extractors.android.threads import party as address
from extractors.base import EvidenceFile, Found, extractor, joined
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import each_record, named, rows_by_key
from extractors.matching import without_copy_mark
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

EARLY: Final = {"call": {"ROWID", "address", "date", "duration", "flags"}}
_CALL: Final = ("address", "date", "duration", "flags", "name", "country_code", "network_code", "read", "assisted")
_OUTGOING, _KNOWN, _FACETIME = 1, 4, 16  # bits of `flags`
_VOICEMAIL: Final = (
    *("sender", "callback_num", "date", "duration", "trashed_date", "expiration", "flags", "receiver", "label"),
    *("remote_uid", "uuid"),
)
_TABLES: Final = ("voicemail", "deleted")
_DELETED: Final = 75  # of `flags`: deleted, also where `trashed_date` is 0
_LINE: Final = ("label", "account")


def early_calls(db: EvidenceDatabase) -> Iterator[Found]:
    """Every row of `call`; `date` is seconds since 1970."""
    yield from each_record(db, "call", _CALL, _call, key="ROWID")


def _call(row: Row, doubts: Doubts) -> Call:
    bits = doubts.number(row["flags"], "flags")
    seconds = _duration(row, doubts)
    number = doubts.text(row["address"], "address")
    name = doubts.text(row["name"], "name") or None
    found = address(number)
    other = Party(found.identifier, found.scheme, name) if found else Party(name, "name", name) if name else None
    outgoing = bits is not None and bool(bits & _OUTGOING)
    flags = [] if number else ["no number"]
    if bits is None or bits & ~(_OUTGOING | _KNOWN | _FACETIME):
        flags.append(f"type {stored(row['flags'])}")
    if not outgoing and row["read"] == 0 and not seconds:
        flags.append("new")
    outcome = None if outgoing or bits is None or seconds is None else "answered" if seconds else "missed"
    return Call(
        locator=doubts.locator,
        service="FaceTime" if bits and bits & _FACETIME else "Phone",
        moments=(doubts.moment("started", row["date"], "s", "date"),),
        flags=tuple(flags),
        extra=named(row, ("flags", "country_code", "network_code", "assisted"), (None, "")),
        direction=None if bits is None else "out" if outgoing else "in",
        sender=None if outgoing else other,
        recipients=(other,) if outgoing and other else (),
        outcome=outcome,
        duration_s=seconds,
    )


def _duration(row: Row, doubts: Doubts) -> int | None:
    seconds = doubts.number(row["duration"], "duration")
    if seconds is not None and seconds < 0:
        doubts.add("number", f"duration is below zero: {seconds}")
        return None
    return seconds


@extractor(
    id="ios.voicemail",
    version=2,
    title="Visual voicemail",
    files=("**/voicemail.db",),
    tables=({"voicemail": {"ROWID", "sender", "date", "duration", "trashed_date"}},),
    emits=(Call,),
    privacy="communications",
    layouts="voicemail.db of iOS 3 to 17, with the table deleted where there is one",
    tested_on="iOS 16 image: no message in it",
    limits="What a message says is in its sound file; transcripts are not read.",
)
def voicemail(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `voicemail` and `deleted`: the sound is beside the database, named by the number of the row.

    `date` is seconds since 1970, `trashed_date` seconds since 2001. `map` has for each label of a line its account,
    mostly the ICCID of its SIM.

    References:
    - the layout as the file itself declares it; published notes on voicemail.db
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, {"voicemail": {"ROWID", "sender", "date", "duration"}}):
        if without_copy_mark(path).lower().endswith("library/voicemail/voicemail.db"):
            yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    lines = {row["label"]: row["account"] for row in rows_by_key(db, "map", _LINE, gaps, key="rowid").values()}

    def message(row: Row, doubts: Doubts) -> Call:
        return _message(row, path, lines, doubts)

    for table in _TABLES:
        if not lacking(db, {table: {"ROWID"}}):
            yield from each_record(db, table, _VOICEMAIL, message, key="ROWID")
    yield from gaps


def _message(row: Row, path: str, lines: dict[Any, Any], doubts: Doubts) -> Call:
    in_deleted = doubts.locator.startswith("deleted:")
    number = doubts.text(row["sender"], "sender") or doubts.text(row["callback_num"], "callback_num")
    trashed = row["trashed_date"] not in (None, 0)
    moments: tuple[Moment, ...] = (doubts.moment("started", row["date"], "s", "date"),)
    if trashed:
        moments += (doubts.moment("moved to deleted", row["trashed_date"], "cocoa s", "trashed_date"),)
    names = ("callback_num", "flags", "expiration", "receiver", "label", "remote_uid", "uuid")
    sound = f"{row['ROWID']}.amr"
    line = lines.get(row["label"]) if row["label"] is not None else None
    return Call(
        locator=doubts.locator,
        service="Phone",
        moments=moments,
        deleted=in_deleted or trashed or row["flags"] == _DELETED,
        flags=() if number else ("no number",),
        attachments=() if in_deleted else (Attachment(sound, joined(path, sound), "audio/amr"),),
        extra=(*named(row, names, (None, "", 0)), *((("account of the line", stored(line)),) if line else ())),
        direction="in",
        sender=address(number),
        outcome="voicemail",
        duration_s=_duration(row, doubts),
    )
