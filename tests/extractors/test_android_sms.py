"""Text messages of mmssms.db."""

from __future__ import annotations

import os
import time

import pytest

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.android.sms import messages
from tests.evidence_builders.android import EARLY_SMS, MMS, SMS, THREADS, message_store
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

ANNA = Party("+447700900101")
BEN = Party("07700 900102")


@pytest.fixture(params=["UTC", "America/Los_Angeles"])
def examiners_zone(request, monkeypatch):
    """The zone of the machine that examines, which must never matter."""
    monkeypatch.setenv("TZ", request.param)
    if hasattr(time, "tzset"):
        time.tzset()
    yield request.param
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


def received(raw: str, utc_us: int) -> Moment:
    return Moment("received", utc_us, raw, "A")


def test_the_messages_of_a_real_phone_come_out_whole(corpus, examiners_zone):
    assert os.environ["TZ"] == examiners_zone
    found = list(messages(MemoryFile("mmssms.db", (corpus / "plaso/android/mmssms.db").read_bytes())))
    assert found[0] == Present(9)
    assert found[3] == Message(
        locator="sms:_id=3",
        service="SMS",
        moments=(
            received("1383066341303", 1383066341303000),
            Moment("sent", 1383066340000000, "1383066340000", "A"),
        ),
        flags=("unread",),
        conversation="1",
        direction="in",
        sender=Party("15555215554"),
        text="What message?",
    )
    assert found[2] == Message(
        locator="sms:_id=2",
        service="SMS",
        moments=(Moment("sent", 1383066235964000, "1383066235964", "A"),),
        conversation="1",
        direction="out",
        recipients=(Party("1 555-521-5554"),),
        text="Did you get my message?",
    )
    assert [record.direction for record in found[1:]] == ["out", "out", "in", "in", "out", "in", "out", "in", "out"]


def test_every_kind_of_message_comes_out_with_its_direction(examiners_zone):
    rows = ",".join(f"({kind},7,'+447700900101',{1349200000000 + kind},{kind},'text {kind}',1)" for kind in range(1, 8))
    found = list(messages(message_store(f"INSERT INTO sms(_id,thread_id,address,date,type,body,read) VALUES {rows}")))
    assert found[0] == Present(7)
    assert [(m.direction, m.moments[0].meaning, m.flags, m.sender, m.recipients) for m in found[1:]] == [
        ("in", "received", (), ANNA, ()),
        ("out", "sent", (), None, (ANNA,)),
        ("out", "recorded", ("draft",), None, (ANNA,)),
        ("out", "recorded", ("outbox",), None, (ANNA,)),
        ("out", "recorded", ("failed",), None, (ANNA,)),
        ("out", "recorded", ("queued",), None, (ANNA,)),
        (None, "recorded", ("type 7",), None, ()),
    ]
    assert found[1].moments == (received("1349200000001", 1349200000001000),)
    assert ("address", "+447700900101") in found[7].extra


def test_what_the_phone_says_beside_the_text_is_kept():
    found = list(
        messages(
            message_store(
                "INSERT INTO sms(_id,address,date,type,body,read,service_center,creator,sub_id,error_code,status)"
                " VALUES (412,'BANK',1349200000000,1,'Your code',1,'+447700900999','com.example.messages',1,5,64)"
            )
        )
    )
    assert found == [
        Present(1),
        Message(
            locator="sms:_id=412",
            service="SMS",
            moments=(received("1349200000000", 1349200000000000),),
            direction="in",
            sender=Party("BANK", "sender-id"),
            text="Your code",
            extra=(
                ("service_center", "+447700900999"),
                ("creator", "com.example.messages"),
                ("sub_id", 1),
                ("error_code", 5),
                ("status", 64),
            ),
        ),
        Problem("note", "gap", "1 to 411: 411 row ids hold no row", "sms"),
    ]


def test_a_draft_without_an_address_is_for_those_of_its_thread():
    found = list(
        messages(
            message_store(
                "INSERT INTO canonical_addresses VALUES (4,'+447700900101'),(5,'07700 900102');"
                "INSERT INTO threads VALUES (9,0,'4 5 77');"
                "INSERT INTO sms(_id,thread_id,date,type,body) VALUES (1,9,1349200000000,3,'not yet')"
            )
        )
    )
    assert found[1:] == [
        Message(
            locator="sms:_id=1",
            service="SMS",
            moments=(Moment("recorded", 1349200000000000, "1349200000000", "A"),),
            flags=("draft",),
            conversation="9",
            direction="out",
            recipients=(ANNA, BEN),
            text="not yet",
            extra=(("members", "+447700900101, 07700 900102"),),
        )
    ]


def test_the_fewest_columns_are_enough():
    found = list(messages(message_store("INSERT INTO sms VALUES (1,'+447700900101',1349200000000,1,'hi')", EARLY_SMS)))
    assert found == [
        Present(1),
        Message(
            locator="sms:_id=1",
            service="SMS",
            moments=(received("1349200000000", 1349200000000000),),
            direction="in",
            sender=ANNA,
            text="hi",
        ),
    ]


BROKEN = [
    ("date", "'soon'", "time", "date: not a number: soon"),
    ("date", "NULL", "time", "date: not recorded: "),
    ("date", "0", "time", "date: zero: 0"),
    ("date", "9999999999999999", "time", "date: not a plausible time: 9999999999999999"),
    ("date_sent", "x'00ff'", "time", "date_sent: not a number: 00ff"),
    ("address", "NULL", "address", "no address is recorded"),
    ("body", "x'ff00'", "text", "body holds bytes, not text: ff00"),
    ("body", "CAST(x'41ff' AS TEXT)", "text", "body is not valid text: stored as 41ff"),
]


@pytest.mark.parametrize(("column", "value", "code", "detail"), BROKEN, ids=[f"{c}={v}" for c, v, *_ in BROKEN])
def test_a_bad_value_costs_the_value_and_not_the_message(column, value, code, detail):
    good = {"address": "'+447700900101'", "date": "1349200000000", "date_sent": "0", "body": "'text'"}
    values = ",".join((good | {column: value}).values())
    file = message_store(
        f"INSERT INTO sms(_id,type,read,address,date,date_sent,body) VALUES (1,1,1,{values}),"
        "(2,1,1,'07700 900102',1349200000000,0,'after')"
    )
    found = [one for one in messages(file) if not (isinstance(one, Problem) and one.kind == "note")]
    assert [type(one) for one in found] == [Present, Message, Problem, Message]
    assert found[2] == Problem("value", code, detail, "sms:_id=1")
    assert found[1].text == {"x'ff00'": None, "CAST(x'41ff' AS TEXT)": "A\\xff"}.get(value, "text")
    assert found[1].sender == (None if column == "address" else ANNA)
    assert found[3].text == "after"


def test_a_bad_time_keeps_its_stored_form():
    file = message_store("INSERT INTO sms(_id,type,address,date,body,read) VALUES (1,2,'07700 900102','soon','x',1)")
    assert list(messages(file))[1].moments == (Moment("sent", None, "soon", "A", "", "not a number"),)


def test_a_layout_nobody_knows_is_said_to_be_unknown():
    file = message_store("", "CREATE TABLE sms (_id INTEGER PRIMARY KEY, address TEXT, type INTEGER);")
    assert list(messages(file)) == [Problem("schema", "unknown-layout", "table sms has no column body, date")]


def test_a_file_that_is_no_database_is_a_problem_of_the_file():
    found = list(messages(MemoryFile("mmssms.db", b"nothing of the kind")))
    assert found == [Problem("file", "damaged-database", "not a database (or encrypted)")]


def test_a_file_cut_short_gives_its_first_messages_and_says_so():
    rows = ",".join(f"({i},'07700 900102',1349200000000,1,'{'.' * 200}',1)" for i in range(1, 1001))
    whole = database(f"{SMS}{MMS}{THREADS} INSERT INTO sms(_id,address,date,type,body,read) VALUES {rows}")
    found = list(messages(MemoryFile("mmssms.db", whole[: len(whole) // 2])))
    read = [one for one in found if isinstance(one, Message)]
    assert 100 < len(read) < 900
    assert [one.locator for one in read] == [f"sms:_id={i}" for i in range(1, len(read) + 1)]
    problems = found[len(read) :]
    assert [(problem.kind, problem.code) for problem in problems] == [
        ("file", "damaged-database"),
        ("note", "database"),
    ]
    assert problems[0].detail.startswith(f"sms: reading stopped after {len(read)} rows: ")
    assert problems[0].detail.endswith("; nothing more could be read")


def page_of(data: bytes, text: bytes) -> int:
    """Where the page of 4,096 bytes that holds a text starts."""
    return data.index(text) // 4096 * 4096


def test_a_damaged_page_costs_the_messages_on_it_and_no_others():
    rows = ",".join(f"({i},'07700 900102',1349200000000,1,'m{i} {'.' * 200}',1)" for i in range(1, 1001))
    pictures = "INSERT INTO pdu(_id,date,msg_box,read) VALUES (1,1349200000,1,1)"
    data = bytearray(database(f"{SMS}{MMS} INSERT INTO sms(_id,address,date,type,body,read) VALUES {rows};{pictures}"))
    for lost in (b"m300 ", b"m700 "):
        start = page_of(data, lost)
        data[start : start + 4096] = b"\xff" * 4096
    found = list(messages(MemoryFile("mmssms.db", bytes(data))))
    read = [int(one.locator.rpartition("=")[2]) for one in found if isinstance(one, Message) and one.service == "SMS"]
    gone = sorted(set(range(1, 1001)) - set(read))
    problems = [one for one in found if isinstance(one, Problem)]
    assert read == sorted(read)
    assert {300, 700} <= set(gone)
    assert len(gone) < 50
    after = [gap + 1 for gap in gone if gap + 1 not in gone]
    assert [problem.detail.rpartition("; ")[2] for problem in problems] == [
        f"reading went on at _id={start}" for start in after
    ]
    assert {(problem.kind, problem.code) for problem in problems} == {("file", "damaged-database")}
    assert found[-1].locator == "pdu:_id=1"


def test_a_message_whose_text_is_lost_costs_itself_only():
    long = "x" * 9000
    data = bytearray(
        database(
            f"{SMS} INSERT INTO sms(_id,address,date,type,body,read) VALUES (1,'07700 900102',1349200000000,2,'one',1),"
            f"(2,'07700 900102',1349200000000,2,'{long}',1),(3,'07700 900102',1349200000000,2,'three',1)"
        )
    )
    overflow = page_of(data, b"x" * 4000)
    data[overflow : overflow + 4] = b"\xff" * 4  # the number of the page that the text goes on at
    found = list(messages(MemoryFile("mmssms.db", bytes(data))))
    assert [type(one) for one in found] == [Present, Message, Message, Problem]
    assert [one.locator for one in found[1:]] == ["sms:_id=1", "sms:_id=3", "sms:_id=2"]
    assert (found[3].kind, found[3].code) == ("row", "damaged-row")
