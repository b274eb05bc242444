"""The log of calls and messages on older phones of Samsung."""

from __future__ import annotations

from evidence_store.records import Call, Message, Moment, Party, Present, Problem, TableRow
from extractors.android.samsung_logs import samsung_logs
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.whole_tables import assert_a_table_is_read_whole

PATH = "data/data/com.sec.android.provider.logsprovider/databases/logs.db"
LOGS = """CREATE TABLE logs (_id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, address TEXT, date INTEGER,
    duration INTEGER, type INTEGER, new INTEGER, name TEXT, name_reversed TEXT, numbertype INTEGER, numberlabel TEXT,
    messageid TEXT, logtype INTEGER NOT NULL, frequent INTEGER, contactid INTEGER NOT NULL, raw_contact_id INTEGER,
    m_subject TEXT, m_content TEXT, account_name TEXT, sp_type TEXT, cnap_name TEXT, cdnip_number TEXT,
    service_type INTEGER, cityid TEXT);"""
INSERT = "INSERT INTO logs(_id,number,date,duration,type,name,logtype,contactid,m_content,messageid) VALUES"
ANNA = Party("+447700900101", "phone", "Anna Example")
AT = 1349200000000


def logs(rows: str, path: str = PATH) -> MemoryFile:
    return MemoryFile(path, database(LOGS, f"{INSERT} {rows}"))


def test_calls_come_out_as_those_of_any_call_log() -> None:
    found = list(
        samsung_logs(
            logs(
                f"(1,'+447700900101',{AT},61,2,'Anna Example',100,4,NULL,NULL),"
                f"(2,'+447700900101',{AT},0,3,'Anna Example',500,4,NULL,NULL),"
                f"(3,'-2',{AT},5,1,NULL,900,0,NULL,NULL)"
            )
        )
    )
    started = (Moment("started", AT * 1000, str(AT), "A"),)
    common = {"service": "Phone", "moments": started}
    assert found == [
        Present(3),
        Call(
            locator="logs:_id=1",
            extra=(("logtype", 100),),
            direction="out",
            recipients=(ANNA,),
            duration_s=61,
            **common,
        ),
        Call(
            locator="logs:_id=2",
            flags=("video",),
            extra=(("logtype", 500),),
            direction="in",
            sender=ANNA,
            outcome="missed",
            duration_s=0,
            **common,
        ),
        Call(
            locator="logs:_id=3",
            flags=("number withheld", "log type 900"),
            extra=(("number", "-2"), ("logtype", 900)),
            direction="in",
            outcome="answered",
            duration_s=5,
            **common,
        ),
    ]


def test_messages_are_entries_of_the_log_and_not_calls() -> None:
    found = list(
        samsung_logs(
            logs(
                f"(1,'+447700900101',{AT},0,1,'Anna Example',300,4,'the first words','77'),"
                f"(2,'+447700900101',{AT},0,5,'Anna Example',200,4,'the first words','78')"
            )
        )
    )
    recorded = (Moment("recorded", AT * 1000, str(AT), "A"),)
    assert found[1:] == [
        Message(
            locator="logs:_id=1",
            service="SMS",
            moments=recorded,
            flags=("entry of the log",),
            extra=(("logtype", 300), ("messageid", "77")),
            direction="in",
            sender=ANNA,
            text="the first words",
        ),
        Message(
            locator="logs:_id=2",
            service="MMS",
            moments=recorded,
            flags=("entry of the log", "type 5"),
            extra=(("number", "+447700900101"), ("logtype", 200), ("messageid", "78")),
            text="the first words",
        ),
    ]


def test_what_is_neither_comes_out_as_the_row_it_is() -> None:
    _, row = samsung_logs(logs(f"(1,'ben@example.org',{AT},0,1,NULL,400,0,'about tea',NULL)"))
    assert row == TableRow(
        locator="logs:_id=1",
        service="Samsung",
        moments=(Moment("recorded", AT * 1000, str(AT), "A"),),
        flags=("log type 400",),
        table="logs",
        columns=(
            *(("number", "ben@example.org"), ("type", 1), ("date", AT), ("duration", 0), ("logtype", 400)),
            ("m_content", "about tea"),
        ),
        text="ben@example.org\nabout tea",
    )


def test_an_unknown_layout_is_said_and_another_programs_file_is_not() -> None:
    other = database("CREATE TABLE logs (_id INTEGER PRIMARY KEY, message TEXT, date INTEGER)")
    words = "table logs has no column duration, logtype, number, type"
    assert list(samsung_logs(MemoryFile(PATH, other))) == [Problem("schema", "unknown-layout", words)]
    assert list(samsung_logs(MemoryFile("data/data/com.example/databases/logs.db", other))) == []


def test_no_row_is_lost() -> None:
    for kind in (100, 300, 400):
        data = database(LOGS, f"{INSERT} (1,'+447700900101',{AT},61,1,'Anna Example',{kind},4,'x','7')")
        assert_a_table_is_read_whole(samsung_logs, PATH, data, "logs", "_id")
