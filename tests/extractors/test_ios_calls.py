"""The call history of Apple devices, old and new, and voicemail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Attachment, Call, DeviceFact, Moment, Party, Present, Problem
from extractors.ios.calls import calls
from extractors.ios.calls_early import voicemail
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_calls import CALLS, EARLY_CALLS, IOS_7, IOS_8, MESSAGES, SCHEMA, VOICEMAIL
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

ANN, BEN = Party("+447700900101", "phone", "Ann Example"), Party("ben@example.org", "email")
# 2026-03-01T09:30:00.125Z
STARTED = Moment("started", 1_772_357_400_125_000, "794050200.125", "A")
FIRST = Moment("started", 1_772_357_400_000_000, "1772357400", "A")


def history(rows: str, schema: str = SCHEMA, path: str = CALLS) -> MemoryFile:
    return MemoryFile(path, database(schema, rows))


def record(**values: Any) -> str:
    """A row of ZCALLRECORD: an incoming call of Ann by telephone, with these values in place of its own."""
    row = {
        "Z_PK": "1",
        "ZADDRESS": "'+447700900101'",
        "ZNAME": "'Ann Example'",
        "ZDATE": "794050200.125",
        "ZDURATION": "61.0",
        "ZORIGINATED": "0",
        "ZANSWERED": "1",
        "ZCALLTYPE": "1",
        "ZREAD": "1",
        **{name: str(value) for name, value in values.items()},
    }
    return f"INSERT INTO ZCALLRECORD({','.join(row)}) VALUES ({','.join(row.values())});"


def call(number: int, **more: Any) -> Call:
    plain: dict[str, Any] = {
        "locator": f"ZCALLRECORD:Z_PK={number}",
        "service": "Phone",
        "moments": (STARTED,),
        "direction": "in",
        "sender": ANN,
        "outcome": "answered",
        "duration_s": 61,
    }
    return Call(**{**plain, **more})


def test_calls_come_out_whole() -> None:
    rows = (
        record(ZISO_COUNTRY_CODE="'gb'", ZLOCATION="'London'", ZSERVICE_PROVIDER="'com.apple.Telephony'"),
        record(Z_PK=2, ZADDRESS="x'62656e406578616d706c652e6f7267'", ZNAME="NULL", ZCALLTYPE=8, ZORIGINATED=1)
        .replace("61.0", "3.5"),
        record(Z_PK=3, ZANSWERED=0, ZDURATION=0, ZREAD=0, ZDISCONNECTED_CAUSE=6),
        record(Z_PK=4, ZSERVICE_PROVIDER="'net.whatsapp.WhatsApp'", ZCALLTYPE=0, ZCALL_CATEGORY=2,
               ZADDRESS="'447700900101@s.whatsapp.net'"),
        record(Z_PK=5, ZSERVICE_PROVIDER="'org.example.calls'", ZADDRESS="'ann.example'", ZCALLTYPE=99),
        record(Z_PK=6, ZADDRESS="NULL", ZNAME="NULL", ZORIGINATED=7, ZANSWERED="NULL", ZFILTERED_OUT_REASON=2),
        record(Z_PK=7, ZADDRESS="NULL", ZJUNKCONFIDENCE=2, ZBLOCKEDBYEXTENSION="'org.example.block'",
               ZWASEMERGENCYCALL=1, ZCALLTYPE=16),
        "INSERT INTO ZCALLDBPROPERTIES(Z_PK,ZTIMER_ALL,ZTIMER_INCOMING,ZTIMER_LAST_RESET) VALUES(1,65.0,64.0,7.5)",
    )  # fmt: skip
    assert list(calls(history("".join(rows)))) == [
        Present(7),
        call(
            1,
            extra=(("ZISO_COUNTRY_CODE", "gb"), ("ZLOCATION", "London"), ("ZSERVICE_PROVIDER", "com.apple.Telephony")),
        ),
        call(
            2,
            service="FaceTime",
            flags=("video",),
            extra=(("ZDURATION", 3.5),),
            direction="out",
            sender=None,
            recipients=(BEN,),
            duration_s=3,
        ),
        call(3, flags=("new",), extra=(("ZDISCONNECTED_CAUSE", 6),), outcome="missed", duration_s=0),
        call(
            4,
            service="WhatsApp",
            flags=("video",),
            extra=(("ZSERVICE_PROVIDER", "net.whatsapp.WhatsApp"),),
            sender=Party("447700900101@s.whatsapp.net", "whatsapp", "Ann Example"),
        ),
        call(
            5,
            service="org.example.calls",
            flags=("type 99",),
            extra=(("ZSERVICE_PROVIDER", "org.example.calls"),),
            sender=Party("ann.example", "account", "Ann Example"),
        ),
        call(
            6,
            flags=("no number", "ZORIGINATED 7", "filtered out"),
            extra=(("ZFILTERED_OUT_REASON", 2),),
            direction=None,
            sender=None,
            outcome=None,
        ),
        call(
            7,
            service="FaceTime",
            flags=("no number", "emergency", "blocked by an extension", "junk"),
            extra=(("ZBLOCKEDBYEXTENSION", "org.example.block"), ("ZJUNKCONFIDENCE", 2)),
            sender=Party("Ann Example", "name", "Ann Example"),
        ),
        Present(1),
        DeviceFact(
            locator="ZCALLDBPROPERTIES:Z_PK=1",
            service="Phone",
            moments=(Moment("last reset", 978_307_207_500_000, "7.5", "A"),),
            extra=(("ZTIMER_INCOMING", 64.0),),
            name="duration of all calls, seconds",
            value="65.0",
        ),
    ]


def test_those_who_take_part_in_a_call_of_several_are_told() -> None:
    handles = "INSERT INTO ZHANDLE(Z_PK,ZVALUE) VALUES(1,'+447700900101'),(2,'ben@example.org');"
    joined = "INSERT INTO Z_2REMOTEPARTICIPANTHANDLES VALUES(1,1),(1,2),(1,9),(2,1),(2,2),(3,1);"
    rows = (
        record(ZADDRESS="NULL", ZNAME="NULL", ZINITIATOR=2)
        + record(Z_PK=2, ZORIGINATED=1, ZADDRESS="NULL", ZNAME="NULL")
        + record(Z_PK=3)
    )
    ann = Party("+447700900101")
    assert list(calls(history(handles + joined + rows)))[1:5] == [
        call(
            1,
            flags=("no number",),
            extra=(("participant", "+447700900101"), ("participant", "ben@example.org")),
            sender=BEN,
        ),
        Problem("value", "no-handle", "there is no row of ZHANDLE for a participant (Z_PK=9)", "ZCALLRECORD:Z_PK=1"),
        call(
            2,
            flags=("no number",),
            extra=(("participant", "+447700900101"), ("participant", "ben@example.org")),
            direction="out",
            sender=None,
            recipients=(ann, BEN),
        ),
        call(3),
    ]


def test_calls_of_ios_8_have_their_address_in_bytes() -> None:
    row = record(ZADDRESS="x'2b343437373030393030313031'")
    assert list(calls(history(row, IOS_8))) == [Present(1), call(1)]


def test_calls_of_ios_7_and_before() -> None:
    rows = """INSERT INTO call(ROWID,address,date,duration,flags,name,country_code,read) VALUES
     (1,'+447700900101',1772357400,61,4,'Ann Example','234',1),
     (2,'ben@example.org',1772357400,0,17,NULL,NULL,0),
     (3,NULL,1772357400,0,4,NULL,NULL,0),
     (4,'+447700900101',1772357400,-3,1048577,'Ann Example',NULL,1)"""
    early: dict[str, Any] = {"moments": (FIRST,)}
    assert list(calls(history(rows, IOS_7, EARLY_CALLS))) == [
        Present(4),
        call(1, **early | {"locator": "call:ROWID=1"}, extra=(("flags", 4), ("country_code", "234"))),
        call(
            2,
            **early | {"locator": "call:ROWID=2"},
            service="FaceTime",
            extra=(("flags", 17),),
            direction="out",
            sender=None,
            recipients=(BEN,),
            outcome=None,
            duration_s=0,
        ),
        call(
            3,
            **early | {"locator": "call:ROWID=3"},
            flags=("no number", "new"),
            extra=(("flags", 4),),
            sender=None,
            outcome="missed",
            duration_s=0,
        ),
        call(
            4,
            **early | {"locator": "call:ROWID=4"},
            flags=("type 1048577",),
            extra=(("flags", 1048577),),
            direction="out",
            sender=None,
            recipients=(ANN,),
            outcome=None,
            duration_s=None,
        ),
        Problem("value", "number", "duration is below zero: -3", "call:ROWID=4"),
    ]


def test_voicemail_is_a_call_with_its_sound_beside_the_database() -> None:
    rows = """INSERT INTO voicemail(ROWID,remote_uid,date,token,sender,callback_num,duration,trashed_date,flags,uuid)
     VALUES (3,1,1772357400,'never given','+447700900101','+447700900102',12,0,11,'U-3'),
     (4,2,1772357400,NULL,NULL,NULL,2,794050200,75,NULL);
     INSERT INTO deleted(ROWID,date,sender,duration) VALUES (5,1772357400,'+447700900101',9)"""
    ann = Party("+447700900101")
    folder = "private/var/mobile/Library/Voicemail"
    plain: dict[str, Any] = {"moments": (FIRST,), "outcome": "voicemail"}
    found = list(voicemail(history(rows, MESSAGES, VOICEMAIL)))
    assert found == [
        Present(2),
        call(
            3,
            **plain | {"locator": "voicemail:ROWID=3"},
            attachments=(Attachment("3.amr", f"{folder}/3.amr", "audio/amr"),),
            extra=(("callback_num", "+447700900102"), ("flags", 11), ("remote_uid", 1), ("uuid", "U-3")),
            sender=ann,
            duration_s=12,
        ),
        call(
            4,
            **plain
            | {
                "locator": "voicemail:ROWID=4",
                "moments": (FIRST, Moment("moved to deleted", 1_772_357_400_000_000, "794050200", "A")),
            },
            deleted=True,
            flags=("no number",),
            attachments=(Attachment("4.amr", f"{folder}/4.amr", "audio/amr"),),
            extra=(("flags", 75), ("remote_uid", 2)),
            sender=None,
            duration_s=2,
        ),
        Present(1),
        call(5, **plain | {"locator": "deleted:ROWID=5"}, deleted=True, sender=ann, duration_s=9),
    ]
    assert "never given" not in repr(found)


def test_voicemail_names_its_line_and_is_deleted_by_its_flags_too() -> None:
    rows = """CREATE TABLE map (label TEXT, account TEXT);
     INSERT INTO map VALUES ('L-1','8944000000000000001');
     INSERT INTO voicemail(ROWID,date,sender,duration,trashed_date,flags,label) VALUES
     (3,1772357400,'+447700900101',12,0,75,'L-1')"""
    found = list(voicemail(history(rows, MESSAGES, VOICEMAIL)))[1]
    assert found.deleted
    assert found.extra == (("flags", 75), ("label", "L-1"), ("account of the line", "8944000000000000001"))


def test_a_call_names_the_line_of_the_device_and_its_conversation() -> None:
    line, group = bytes(range(16)).hex(), bytes(range(1, 17)).hex()
    row = record(ZLOCALPARTICIPANTUUID=f"x'{line}'", ZPARTICIPANTGROUPUUID=f"x'{group}'")
    found = list(calls(history(row)))[1]
    assert found == call(1, extra=(("ZLOCALPARTICIPANTUUID", line), ("ZPARTICIPANTGROUPUUID", group)))


def test_equal_twins_and_calls_of_the_write_ahead_log_come_out() -> None:
    data, log = with_log(database(SCHEMA, record()), record(Z_PK=2))
    assert list(calls(MemoryFile(CALLS, data, {"-wal": log})))[:3] == [Present(2), call(1), call(2)]


def test_a_deleted_call_that_is_left_in_the_file_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "CallHistory.storedata"
    path.write_bytes(database(SCHEMA, record(), record(Z_PK=2, ZDURATION=77), record(Z_PK=3)))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete=0")
        db.execute("DELETE FROM ZCALLRECORD WHERE Z_PK=2")
        db.commit()
    (found,) = [one for one in calls(MemoryFile(CALLS, path.read_bytes())) if isinstance(one, Call) and one.deleted]
    assert (found.sender, found.duration_s, found.moments) == (ANN, 77, (STARTED,))


def test_a_deleted_call_names_who_stands_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "CallHistory.storedata"
    beside = "INSERT INTO ZHANDLE(Z_PK,ZTYPE,ZVALUE) VALUES(2,2,'+447700900102')"
    path.write_bytes(database(SCHEMA, record(), record(Z_PK=2, ZINITIATOR=2), record(Z_PK=3), beside))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete=0")
        db.execute("DELETE FROM ZCALLRECORD WHERE Z_PK=2")
        db.commit()
    found = list(calls(MemoryFile(CALLS, path.read_bytes())))
    assert [one.deleted for one in found if isinstance(one, Call)].count(True) == 1
    assert not [one for one in found if isinstance(one, Problem) and "ZHANDLE" in one.detail]


TIMERS = "INSERT INTO ZCALLDBPROPERTIES VALUES(1,1,1,2.0,2.0,2.0,3.0,4.0,5.0)"
EARLY = "INSERT INTO call(ROWID,address,date,duration,flags) VALUES(1,'1',1,1,4)"


@pytest.mark.parametrize(
    ("schema", "path", "rows", "table", "key"),
    [
        (SCHEMA, CALLS, record(), "ZCALLRECORD", "Z_PK"),
        (SCHEMA, CALLS, TIMERS, "ZCALLDBPROPERTIES", "Z_PK"),
        (IOS_7, EARLY_CALLS, EARLY, "call", "ROWID"),
    ],
)
def test_a_broken_value_costs_no_row(schema: str, path: str, rows: str, table: str, key: str) -> None:
    assert_no_row_is_lost(calls, path, database(schema, rows), table, key)


@pytest.mark.parametrize("table", ["voicemail", "deleted"])
def test_a_broken_value_costs_no_voicemail(table: str) -> None:
    data = database(MESSAGES, f"INSERT INTO {table}(ROWID,date,sender,duration) VALUES(1,1772357400,'+447700900101',2)")
    assert_no_row_is_lost(voicemail, VOICEMAIL, data, table, "ROWID")


def test_a_broken_handle_costs_no_call() -> None:
    joined = "INSERT INTO Z_2REMOTEPARTICIPANTHANDLES VALUES(1,1); INSERT INTO ZHANDLE(Z_PK,ZVALUE) VALUES(1,'x');"
    for table, key in (("ZHANDLE", "Z_PK"), ("Z_2REMOTEPARTICIPANTHANDLES", "rowid")):
        broken, _ = with_broken_values(database(SCHEMA, record(), joined), table, key)
        found = [one for one in calls(MemoryFile(CALLS, broken)) if isinstance(one, Call)]
        assert [one.locator for one in found] == ["ZCALLRECORD:Z_PK=1"]


def test_unknown_layouts_are_said_to_be_unknown() -> None:
    other = "CREATE TABLE thing(x)"
    assert list(calls(history("", other))) == [Problem("schema", "unknown-layout", "no table ZCALLRECORD")]
    assert list(calls(history("", other, EARLY_CALLS))) == [Problem("schema", "unknown-layout", "no table call")]
    assert list(voicemail(history("", other, VOICEMAIL))) == [Problem("schema", "unknown-layout", "no table voicemail")]
    assert list(voicemail(history("", other, "data/voicemail.db"))) == []
    assert [one.kind for one in calls(MemoryFile(CALLS, b"no database")) if isinstance(one, Problem)] == ["file"]


def test_bad_values_are_said() -> None:
    rows = record(ZADDRESS="x'ff00'", ZDURATION="'long'", ZDATE="'soon'", ZNAME="NULL")
    assert list(calls(history(rows)))[1:5] == [
        call(
            1,
            moments=(Moment("started", None, "soon", "A", note="not a number"),),
            flags=("no number",),
            sender=None,
            duration_s=None,
        ),
        Problem("value", "text", "ZADDRESS holds bytes, not text: ff00", "ZCALLRECORD:Z_PK=1"),
        Problem("value", "time", "ZDATE: not a number: soon", "ZCALLRECORD:Z_PK=1"),
        Problem("value", "number", "ZDURATION is no duration: long", "ZCALLRECORD:Z_PK=1"),
    ]
