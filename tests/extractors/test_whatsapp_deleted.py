"""Deleted messages of WhatsApp, and row ids that hold none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence_store.records import Message, Moment, Party, Problem
from extractors.chats.whatsapp.android import android
from extractors.chats.whatsapp.ios import ios
from tests.evidence_builders import whatsapp_android, whatsapp_ios
from tests.evidence_builders.files import MemoryFile

AT = 1672574400123
MESSAGE = "INSERT INTO message(_id,chat_row_id,from_me,key_id,timestamp,message_type,text_data) VALUES (?,1,?,?,?,0,?)"
EARLY = (
    "INSERT INTO messages(_id,key_remote_jid,key_from_me,key_id,timestamp,media_wa_type,data)"
    f" VALUES (?,'{whatsapp_android.ANN}',?,?,?,'0',?)"
)
IOS = (
    "INSERT INTO ZWAMESSAGE(Z_PK,ZCHATSESSION,ZISFROMME,ZSTANZAID,ZMESSAGEDATE,ZMESSAGETYPE,ZTEXT)"
    " VALUES (?,1,?,?,?,0,?)"
)


def with_deleted(
    folder: Path, name: str, schema: str, insert: str, delete: str, times: tuple[float, float]
) -> MemoryFile:
    """Six messages, of which the fourth was deleted."""
    path = folder / name
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA secure_delete=0;" + schema)
        first, step = times
        rows = [
            (number, number % 2, f"3EB0A{number}", first + number * step, f"Message number {number} of the thread")
            for number in range(1, 7)
        ]
        db.executemany(insert, rows)
        db.commit()
        db.execute(delete)
        db.commit()
    return MemoryFile(name, path.read_bytes())


@pytest.mark.parametrize(
    ("schema", "insert", "table"),
    [(whatsapp_android.ALL, MESSAGE, "message"), (whatsapp_android.EARLY, EARLY, "messages")],
)
def test_a_deleted_message_is_one_with_its_sides_and_its_place(tmp_path, schema, insert, table):
    delete = f"DELETE FROM {table} WHERE _id=4"
    file = with_deleted(tmp_path, "msgstore.db", schema, insert, delete, (AT, 1000))
    (row,) = [one for one in file.deleted_rows().rows if one.table == table]
    found = list(android(file))
    (gone,) = [one for one in found if isinstance(one, Message) and one.deleted]
    assert gone == Message(
        locator=f"deleted:page={row.page},byte={row.offset}+{row.length}",
        service="WhatsApp",
        moments=(Moment("sent", (AT + 4000) * 1000, str(AT + 4000), "A"),),
        deleted=True,
        extra=gone.extra,
        conversation=whatsapp_android.ANN,
        direction="in",
        sender=Party(whatsapp_android.ANN, "whatsapp"),
        text="Message number 4 of the thread",
        key="3EB0A4",
    )
    assert {"origin", "confidence"} <= {name for name, _ in gone.extra}
    assert sum(isinstance(one, Message) for one in found) == 6
    (gap,) = [one for one in found if isinstance(one, Problem) and one.code == "gap"]
    assert gap.detail.startswith("4: no row has this row id")
    assert gap.locator == table


def test_a_deleted_message_of_ios(tmp_path):
    delete = "DELETE FROM ZWAMESSAGE WHERE Z_PK=4"
    file = with_deleted(tmp_path, "ChatStorage.sqlite", whatsapp_ios.ALL, IOS, delete, (694267200.5, 1))
    (gone,) = [one for one in ios(file) if isinstance(one, Message) and one.deleted]
    assert (gone.text, gone.direction, gone.sender, gone.title) == (
        "Message number 4 of the thread",
        "in",
        Party(whatsapp_ios.ANN, "whatsapp", "Ann Example"),
        "Ann Example",
    )
    assert gone.moments == (Moment("sent", 1672574404500000, "694267204.5", "A"),)
