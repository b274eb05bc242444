"""What makers of phones have added to Android's message store as tables of their own: rows as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence_store.records import Moment, Present, Problem, TableRow
from extractors.android.tables import extra_of
from extractors.base import Found
from extractors.database import Doubts, count_rows, each_row, selecting
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

# Chats and files of RCS (im, ft), WAP push (wpm), Xiaomi's own messages (hms), and picture messages that are spam or
# in the recycle bin. What their numbers mean is not published: nothing is made of them.
_TABLES: Final = (
    *("im", "ft", "wpm", "hms", "bin_im", "bin_ft", "bin_wpm"),
    *("spam_pdu", "spam_addr", "spam_part", "bin_pdu", "bin_addr", "bin_part"),
)
_MILLISECONDS: Final = ("im", "ft", "hms", "bin_im", "bin_ft")  # in which `date` is that, and not seconds
_SHOWN: Final = (
    *("thread_id", "address", "remote_uri", "recipients", "user_alias", "date", "date_sent", "delivered_timestamp"),
    *("type", "status", "read", "msg_box", "m_type", "m_id", "sub", "body", "snippet", "mx_content", "content_type"),
    *("message_type", "session_id", "file_name", "file_path", "file_size", "thumbnail_path", "href", "si_id"),
    *("msg_id", "mid", "seq", "ct", "name", "fn", "cl", "_data", "text", "original_pdu_id", "sim_slot", "sim_imsi"),
    *("imdn_message_id", "hidden", "favorite", "bin_timestamp", "re_original_body", "re_body", "re_recipient_address"),
)
_WORDS: Final = (
    *("address", "remote_uri", "recipients", "user_alias", "sub", "body", "snippet", "mx_content", "text"),
    *("file_name", "href", "re_body", "re_original_body"),
)


def vendor_rows(db: EvidenceDatabase) -> Iterator[Found]:
    """Every row of these tables, where the store has them."""
    doubts, gaps = Doubts(), list[Problem]()
    there = db.tables()
    for table in _TABLES:
        if table not in there or lacking(db, {table: {"_id"}}):
            continue
        if rows := count_rows(db, table):
            yield Present(rows)
        for row in each_row(db, table, selecting(db, table, ("_id", *_SHOWN)), gaps):
            doubts.locator = f"{table}:_id={row['_id']}"
            yield _row(table, row, doubts)
            yield from doubts.drain()
    yield from gaps


def _row(table: str, row: Row, doubts: Doubts) -> TableRow:
    moments: tuple[Moment, ...] = ()
    if table in _MILLISECONDS and row["date"] not in (None, 0):
        moments = (doubts.moment("recorded", row["date"], "ms", "date"),)
    words = (doubts.text(row[name], name) for name in _WORDS)
    binned = table.startswith("bin_")
    flags = ("recycle bin",) if binned else ("spam folder",) if table.startswith("spam_") else ()
    return TableRow(
        locator=doubts.locator,
        service="Android messages",
        moments=moments,
        deleted=binned,
        flags=flags,
        table=table,
        columns=extra_of(row, _SHOWN),
        text="\n".join(dict.fromkeys(word for word in words if word)) or None,
    )
