"""What makers of phones have added to the message store: marks, spam folders, recycle bins, tables of their own."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Present, TableRow
from extractors.android.sms import messages
from tests.evidence_builders.android import MMS, SMS, THREADS, message_store
from tests.extractors.broken import assert_no_row_is_lost

AT = 1349200000000
ANN = Party("+447700900101")
XIAOMI = "".join(
    f"ALTER TABLE {table} ADD COLUMN {column};"
    for table in ("sms", "pdu")
    for column in ("deleted INTEGER DEFAULT 0", "timed INTEGER DEFAULT 0", "sim_id INTEGER DEFAULT 0", "account TEXT")
)
HMS = """CREATE TABLE hms (_id INTEGER PRIMARY KEY, thread_id INTEGER, type INTEGER DEFAULT 0, date INTEGER,
    address TEXT, read INTEGER DEFAULT 0, snippet TEXT, mx_content TEXT);"""
SAMSUNG = "".join(
    SMS.replace("TABLE sms (", f"TABLE {name} (").replace(
        "creator TEXT", "creator TEXT, bin_timestamp INTEGER DEFAULT 0"
    )
    for name in ("spam_sms", "bin_sms")
)
RCS = """CREATE TABLE im (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, date INTEGER,
    type INTEGER, body TEXT, content_type TEXT);
CREATE TABLE ft (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, date INTEGER,
    file_name TEXT, file_path TEXT, file_size INTEGER);
CREATE TABLE bin_part (_id INTEGER PRIMARY KEY, mid INTEGER, ct TEXT, text TEXT);"""


def records(inserts: str, schema: str) -> list[object]:
    found = messages(message_store(inserts, SMS + MMS + THREADS + schema))
    return [one for one in found if isinstance(one, Message | TableRow)]


def test_a_message_that_xiaomi_keeps_only_to_synchronise_is_marked_as_deleted() -> None:
    found = records(
        "INSERT INTO sms(_id,address,date,type,body,read,deleted,timed,sim_id) VALUES"
        f" (1,'+447700900101',{AT},1,'gone',1,1,0,2), (2,'+447700900101',{AT},1,'there',1,0,0,0);"
        f"INSERT INTO pdu(_id,date,msg_box,m_type,read,deleted) VALUES (1,{AT // 1000},1,132,1,1)",
        XIAOMI,
    )
    assert [(one.text, one.deleted, one.flags, one.extra) for one in found] == [
        ("gone", True, ("deleted",), (("sim_id", 2),)),
        ("there", False, (), ()),
        (None, True, ("deleted",), ()),
    ]


def test_spam_and_the_recycle_bin_of_samsung_come_out() -> None:
    found = records(
        f"INSERT INTO spam_sms(_id,address,date,type,body,read) VALUES (1,'+447700900101',{AT},1,'a prize',1);"
        "INSERT INTO bin_sms(_id,address,date,type,body,bin_timestamp) VALUES"
        f" (1,'+447700900101',{AT},2,'thrown away',{AT + 1})",
        SAMSUNG,
    )
    assert found == [
        Message(
            locator="spam_sms:_id=1",
            service="SMS",
            moments=(Moment("received", AT * 1000, str(AT), "A"),),
            flags=("spam folder",),
            direction="in",
            sender=ANN,
            text="a prize",
        ),
        Message(
            locator="bin_sms:_id=1",
            service="SMS",
            moments=(Moment("sent", AT * 1000, str(AT), "A"),),
            deleted=True,
            flags=("recycle bin",),
            extra=(("bin_timestamp", AT + 1),),
            direction="out",
            recipients=(ANN,),
            text="thrown away",
        ),
    ]


def test_tables_whose_numbers_nobody_has_published_come_out_as_rows() -> None:
    found = records(
        f"INSERT INTO im VALUES (1,3,'+447700900101',{AT},1,'chat','text/plain');"
        f"INSERT INTO ft VALUES (1,3,'+447700900101',{AT},'a.jpg','/storage/a.jpg',42);"
        f"INSERT INTO hms VALUES (7,3,0,{AT},'+447700900101',1,'short','long');"
        "INSERT INTO bin_part VALUES (5,4,'text/plain','binned words')",
        RCS + HMS,
    )
    recorded = (Moment("recorded", AT * 1000, str(AT), "A"),)
    assert found[0] == TableRow(
        locator="im:_id=1",
        service="Android messages",
        moments=recorded,
        table="im",
        columns=(
            *(("thread_id", 3), ("address", "+447700900101"), ("date", AT), ("type", 1), ("body", "chat")),
            ("content_type", "text/plain"),
        ),
        text="+447700900101\nchat",
    )
    assert [(one.locator, one.text, one.deleted, one.flags) for one in found[1:]] == [
        ("ft:_id=1", "+447700900101\na.jpg", False, ()),
        ("hms:_id=7", "+447700900101\nshort\nlong", False, ()),
        ("bin_part:_id=5", "binned words", True, ("recycle bin",)),
    ]


@pytest.mark.parametrize("table", ["spam_sms", "bin_sms", "im", "ft", "hms", "bin_part"])
def test_no_row_is_lost(table: str) -> None:
    columns = "_id,mid" if table == "bin_part" else "_id,date,address"
    values = "1,1" if table == "bin_part" else f"1,{AT},'+447700900101'"
    schema = SMS + MMS + THREADS + SAMSUNG + RCS + HMS
    file = message_store(f"INSERT INTO {table}({columns}) VALUES ({values})", schema)
    assert Present(1) in list(messages(file))
    assert_no_row_is_lost(messages, file.path, file.open().read(), table, "_id")
