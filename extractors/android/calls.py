"""The call log of Android."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Call, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, count_rows, each_row, read_database, selecting, stored
from extractors.matching import without_copy_mark
from extractors.recovered import CALLS, deleted_records
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_EXTRA: Final = (
    "normalized_number",
    "formatted_number",
    "matched_number",
    "numbertype",
    "numberlabel",
    "countryiso",
    "geocoded_location",
    "via_number",
    "post_dial_digits",
    "features",
    "data_usage",
    "subscription_component_name",
    "subscription_id",
    "phone_account_address",
    "block_reason",
    "call_screening_app_name",
    "missed_reason",
    "voicemail_uri",
    "last_modified",
    "subject",
    "priority",
    "location",
    "composer_photo_uri",
    "is_business_call",
    "asserted_display_name",
    "call_screening_component_name",
    "_data",
    "mime_type",
    "source_package",
    "archived",
)
COLUMNS: Final = (
    *("_id", "number", "date", "duration", "type", "name", "presentation", "new", "is_read", "transcription"),
    *("deleted", *_EXTRA),
)
_UNSET: Final = dict.fromkeys(
    ("features", "block_reason", "missed_reason", "priority", "is_business_call", "archived"), 0
)
_VIDEO: Final = 1  # the lowest bit of `features`
_TYPES: Final[dict[Any, tuple[Literal["in", "out"], str | None]]] = {
    1: ("in", "answered"),
    2: ("out", None),  # whether anybody answered is not recorded
    3: ("in", "missed"),
    4: ("in", "voicemail"),
    5: ("in", "rejected"),
    6: ("in", "blocked"),
    7: ("in", "answered externally"),
}
_PRESENTATIONS: Final = {2: "number withheld", 3: "number unknown", 4: "payphone", 5: "number unavailable"}
# Before there was a column for it, the number itself said why there is none.
_NO_NUMBER: Final = {"-1": "number unknown", "-2": "number withheld", "-3": "payphone"}


@extractor(
    id="android.calls",
    version=3,
    title="Android call log",
    files=("**/calllog.db", "**/contacts2.db"),
    tables=({"calls": {"_id", "number", "date", "duration", "type", "new", "numbertype"}},),
    emits=(Call,),
    privacy="communications",
    layouts="calls in contacts2.db (to Android 6) and calllog.db (from Android 7 on)",
    tested_on="Android 4 contacts2.db: 3 calls; calllog.db built to the published layout",
    limits="Recordings, voicemail sounds and the history of blocked numbers are not read.",
)
def calls(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `calls`, and the deleted ones that are left.

    They stand in calllog.db since Android 7, before that in contacts2.db beside the contacts.

    `date` is milliseconds, `duration` seconds. `name` is what the phone's address book said at the time of the call,
    as cached in the log: it is given as the name of the party, and is no finding of who that was. A voicemail that was
    deleted stays with a mark (`deleted`) until its source has been told; `_data` names the file of its sound.

    References:
    - Android Open Source Project: android.provider.CallLog.Calls, CallLogDatabaseHelper
    """
    yield from read_database(file, lambda db: _read(db, file.path))
    doubts = Doubts()
    yield from deleted_records(file, CALLS, COLUMNS, doubts, lambda row: call_record(row, doubts))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if "calls" not in db.tables() and without_copy_mark(path).lower().endswith("contacts2.db"):
        return  # a generation that keeps its calls elsewhere
    if unknown := lacking(db, {"calls": {"_id", "number", "date", "duration", "type"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    if (rows := count_rows(db, "calls")) is not None:
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "calls", selecting(db, "calls", COLUMNS), gaps):
        doubts.locator = f"calls:_id={row['_id']}"
        yield call_record(row, doubts)
        yield from doubts.drain()
    yield from gaps


def call_record(row: Row, doubts: Doubts) -> Call:
    """A call, of a row that has all `COLUMNS`."""
    direction, outcome = _TYPES.get(row["type"], (None, None))
    number = doubts.text(row["number"], "number")
    why = _PRESENTATIONS.get(row["presentation"]) or _NO_NUMBER.get(number or "")
    name = doubts.text(row["name"], "name")
    other = None
    if number and number not in _NO_NUMBER:
        other = Party(number, "phone", name or None)
    elif name:
        other = Party(name, "name", name)
    flags = [why] if why else []
    if direction is None:
        flags.append(f"type {stored(row['type'])}")
    if isinstance(row["features"], int) and row["features"] & _VIDEO:
        flags.append("video")
    if row["new"] == 1 and direction == "in":
        flags.append("new")
    deleted = row["deleted"] == 1
    if deleted:
        flags.append("deleted")
    return Call(
        locator=doubts.locator,
        service="Phone",
        moments=(doubts.moment("started", row["date"], "ms", "date"),),
        deleted=deleted,
        flags=tuple(flags),
        extra=_extra(row, number if direction is None or number in _NO_NUMBER else None),
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=(other,) if other and direction == "out" else (),
        outcome=outcome,
        duration_s=_duration(row["duration"], doubts),
        text=doubts.text(row["transcription"], "transcription"),
    )


def _duration(value: object, doubts: Doubts) -> int | None:
    seconds = doubts.number(value, "duration")
    if seconds is not None and seconds < 0:
        doubts.add("number", f"duration is below zero: {seconds}")
        return None
    return seconds


def _extra(row: Row, number: str | None) -> tuple[tuple[str, str | int | float | None], ...]:
    """What else the log says; the number too, where it is that of no party."""
    found: list[tuple[str, str | int | float | None]] = [("number", number)] if number else []
    for name in _EXTRA:
        value = row[name]
        if value is not None and value != "" and value != _UNSET.get(name):
            found.append((name, value if type(value) in (str, int) else stored(value)))
    return tuple(found)
