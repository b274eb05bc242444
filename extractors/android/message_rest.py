"""What Android's message store has beside its messages: parts not yet joined, and what waits to be sent or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Message, Moment, Present, Problem
from extractors.android.threads import party
from extractors.base import Found
from extractors.database import Doubts, count_rows, each_row, selecting, stored
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, Row, lacking

_RAW: Final = (
    *("_id", "date", "reference_number", "count", "sequence", "destination_port", "address", "pdu", "sub_id"),
    *("deleted", "message_body", "display_originating_addr"),
)
_RAW_EXTRA: Final = ("reference_number", "sequence", "count", "destination_port", "sub_id", "pdu")
_PENDING: Final = (
    *("_id", "proto_type", "msg_id", "msg_type", "err_type", "err_code", "retry_index", "due_time", "last_try"),
)
SMS, MMS = 0, 1  # what proto_type says
Extra = tuple[tuple[str, str | int], ...]


class Pending:
    """The rows of `pending_msgs` by the message they are about; `finish` says how many are about none that is left."""

    def __init__(self, db: EvidenceDatabase | None = None) -> None:
        self._rows: dict[tuple[Any, Any], list[Row]] = {}
        if db is None or lacking(db, {"pending_msgs": {"_id", "proto_type", "msg_id"}}):
            return
        try:
            for row in db.execute(f"SELECT {selecting(db, 'pending_msgs', _PENDING)} FROM pending_msgs ORDER BY _id"):  # noqa: S608
                self._rows.setdefault((row["proto_type"], row["msg_id"]), []).append(row)
        except DatabaseDamaged as error:
            db.notes.append(f"pending_msgs is not complete: {error}")

    def of(self, protocol: int, key: Any, doubts: Doubts) -> tuple[tuple[Moment, ...], Extra]:
        """When a message was last tried and is to be tried again, and with which error. Nothing for nearly all."""
        moments: list[Moment] = []
        extra: list[tuple[str, str | int]] = []
        for row in self._rows.pop((protocol, key), ()):
            for column, meaning in (("last_try", "last try"), ("due_time", "next try")):
                if row[column]:
                    moments.append(doubts.moment(meaning, row[column], "ms", f"pending_msgs {column}"))
            errors = [(name, row[name]) for name in ("err_type", "err_code", "retry_index") if row[name] is not None]
            extra += [(name, value if type(value) is int else stored(value)) for name, value in errors]
        return tuple(moments), tuple(extra)

    def finish(self) -> Iterator[Problem]:
        """What is to be said when all messages have been asked for."""
        if left := sum(len(rows) for rows in self._rows.values()):
            yield Problem("note", "orphans", f"{left} rows of pending_msgs belong to nothing that is left")

    def __bool__(self) -> bool:
        return bool(self._rows)


def unjoined_parts(db: EvidenceDatabase) -> Iterator[Found]:
    """Every row of `raw`: a part of a long message. Some stay, marked as deleted, after the message was put together.

    `date` is the time stamp of the service centre in milliseconds; the words stand in `message_body` since Android 7,
    before that in the bytes of `pdu` only.

    References:
    - Android Open Source Project: com.android.internal.telephony, InboundSmsHandler, InboundSmsTracker
    """
    if lacking(db, {"raw": {"_id", "pdu"}}):
        return
    if rows := count_rows(db, "raw"):
        yield Present(rows)
    doubts = Doubts()
    gaps: list[Problem] = []
    for row in each_row(db, "raw", selecting(db, "raw", _RAW), gaps):
        doubts.locator = f"raw:_id={row['_id']}"
        yield _part(row, doubts)
        yield from doubts.drain()
    yield from gaps


def _part(row: Row, doubts: Doubts) -> Message:
    shown, address = (doubts.text(row[name], name) for name in ("display_originating_addr", "address"))
    extra = [(name, row[name]) for name in _RAW_EXTRA if row[name] is not None]
    return Message(
        locator=doubts.locator,
        service="SMS",
        moments=(doubts.moment("sent", row["date"], "ms", "date"),),
        deleted=row["deleted"] == 1,
        flags=("part of a long message",),
        extra=tuple((name, value if type(value) in (str, int) else stored(value)) for name, value in extra),
        direction="in",
        sender=party(shown or address),
        text=doubts.text(row["message_body"], "message_body"),
    )
