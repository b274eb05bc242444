"""Files that Android sent or was offered over Bluetooth (btopp.db)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Attachment, Message, Party
from extractors.android.shared_storage import file_name, place
from extractors.android.tables import Table, extra_of, moments_of, read_tables
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from parsers.sqlite_file import Row

_WAYS: Final[dict[Any, Literal["out", "in"]]] = {0: "out", 1: "in"}
_ANSWERS: Final[dict[Any, str]] = {0: "not answered yet", 3: "declined", 4: "not answered in time"}
# The other answers say that it was accepted: by the user (1), without asking (2), or by touching the devices (5).
_ACCEPTED: Final = (1, 2, 5)
_STATUS: Final[dict[Any, str]] = {
    190: "pending",
    192: "in progress",
    200: "complete",
    400: "bad request",
    403: "refused",
    406: "type not acceptable",
    411: "length not known",
    412: "interrupted",
    490: "cancelled",
    491: "unknown error",
    492: "file error",
    493: "no storage",
    494: "connection error",
    495: "storage full",
    496: "answer not handled",
}
_EXTRA: Final = ("uri", "hint", "mimetype", "total_bytes", "current_bytes", "status", "confirm")
_NEEDED: Final = ("_id", "direction", "destination", "status", "timestamp")
_COLUMNS: Final = (*_NEEDED, "_data", "visibility", "scanned", *_EXTRA)


@extractor(
    id="android.bluetooth_files",
    version=1,
    title="Android: files sent and received over Bluetooth, as recorded",
    files=("**/btopp.db",),
    tables=({"btopp": {*_NEEDED, "hint", "confirm"}},),
    emits=(Message,),
    privacy="communications",
    layouts="btopp.db with the table btopp (Android 2 to 15)",
    tested_on="documented schema, no device data",
    limits="A row is an attempt: its state says what became of it. The time is the device's clock when the transfer "
    "was set up. Rows go when the list of transfers is cleared. Other uses of Bluetooth, and the sharing of files "
    "nearby by other ways, leave no row.",
)
def bluetooth_files(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `btopp`; `timestamp` is milliseconds, `destination` the address of the other device, either way.

    References:
    - Android Open Source Project: com.android.bluetooth.opp (BluetoothShare, BluetoothOppProvider)
    """

    def transfer(row: Row, doubts: Doubts) -> Message:
        return _transfer(row, file.path, doubts)

    tables = (Table("btopp", frozenset(_NEEDED), _COLUMNS, transfer),)
    yield from read_database(file, lambda db: read_tables(db, tables, "bluetooth" in file.path.lower()))


def _transfer(row: Row, path: str, doubts: Doubts) -> Message:
    direction = _WAYS.get(row["direction"])
    flags = ["file transfer", *(() if direction else (f"direction {stored(row['direction'])}",))]
    flags.append(_STATUS.get(row["status"], f"status {stored(row['status'])}"))
    if direction == "in" and row["confirm"] not in (None, *_ACCEPTED):
        flags.append(_ANSWERS.get(row["confirm"], f"answer {stored(row['confirm'])}"))
    if row["visibility"] == 1:
        flags.append("not shown in the list of transfers")
    address = doubts.text(row["destination"], "destination")
    other = Party(address, "bluetooth") if address else None
    name, recorded = (doubts.text(row[column], column) or "" for column in ("hint", "_data"))
    name = name or file_name(recorded)
    size = row["total_bytes"] if type(row["total_bytes"]) is int and row["total_bytes"] > 0 else None
    where = place(recorded, path) if recorded else None
    return Message(
        locator=doubts.locator,
        service="Bluetooth",
        moments=moments_of(row, (("recorded", "timestamp"),), doubts),
        flags=tuple(dict.fromkeys(flags)),
        attachments=(Attachment(name, where, doubts.text(row["mimetype"], "mimetype"), size),) if name else (),
        extra=(*extra_of(row, ("_data",)), *extra_of(row, _EXTRA)),
        conversation=address,
        direction=direction,
        sender=other if direction == "in" else None,
        recipients=(other,) if other and direction != "in" else (),
        text=name or None,
    )
