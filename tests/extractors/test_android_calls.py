"""The call log, in calllog.db and in the contacts2.db of older phones."""

from __future__ import annotations

import pytest

from evidence_store.records import Call, Moment, Party, Present, Problem
from extractors.android.calls import calls
from tests.evidence_builders.android import CALLS, CONTACTS, call_log
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

ANNA = Party("+447700900101", "phone", "Anna Example")


def started(raw: str, utc_us: int) -> tuple[Moment, ...]:
    return (Moment("started", utc_us, raw, "A"),)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_calls_of_a_real_phone_come_out_whole(corpus, zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    found = list(calls(MemoryFile("contacts2.db", (corpus / "plaso/android/contacts2.db").read_bytes())))
    assert found[0] == Present(3)
    barney = Party("5404561685", "phone", "Barney")
    extra = (
        ("normalized_number", "+15404561685"),
        ("formatted_number", "(540) 456-1685"),
        ("matched_number", "1-540-456-1685"),
        ("numbertype", 2),
        ("countryiso", "US"),
        ("geocoded_location", "Bedrock"),
    )
    assert found[1:3] == [
        Call(
            locator="calls:_id=714",
            service="Phone",
            moments=started("1383772636690", 1383772636690000),
            extra=extra,
            direction="in",
            sender=barney,
            outcome="missed",
            duration_s=0,
        ),
        Call(
            locator="calls:_id=715",
            service="Phone",
            moments=started("1383772733283", 1383772733283000),
            extra=extra,
            direction="out",
            recipients=(barney,),
            duration_s=126,
        ),
    ]
    assert (found[3].outcome, found[3].duration_s, found[3].direction) == ("answered", 639, "in")
    assert len(found) == 4


def test_every_type_has_its_direction_and_outcome():
    rows = ",".join(f"({kind},'+447700900101',1349200000000,{kind},{kind},'Anna Example')" for kind in range(1, 9))
    found = list(calls(call_log(f"INSERT INTO calls(_id,number,date,duration,type,name) VALUES {rows}")))
    assert found[0] == Present(8)
    assert [(call.direction, call.outcome, call.sender, call.recipients, call.flags) for call in found[1:]] == [
        ("in", "answered", ANNA, (), ()),
        ("out", None, None, (ANNA,), ()),
        ("in", "missed", ANNA, (), ()),
        ("in", "voicemail", ANNA, (), ()),
        ("in", "rejected", ANNA, (), ()),
        ("in", "blocked", ANNA, (), ()),
        ("in", "answered externally", ANNA, (), ()),
        (None, None, None, (), ("type 8",)),
    ]
    assert found[8].extra == (("number", "+447700900101"),)


@pytest.mark.parametrize(
    ("number", "presentation", "flag", "extra"),
    [
        ("''", 2, "number withheld", ()),
        ("NULL", 3, "number unknown", ()),
        ("''", 4, "payphone", ()),
        ("''", 5, "number unavailable", ()),
        ("'-1'", 1, "number unknown", (("number", "-1"),)),
        ("'-2'", 1, "number withheld", (("number", "-2"),)),
        ("'-3'", 1, "payphone", (("number", "-3"),)),
    ],
)
def test_a_call_without_a_number_says_why_there_is_none(number, presentation, flag, extra):
    found = list(
        calls(
            call_log(
                "INSERT INTO calls(_id,number,presentation,date,duration,type,features)"
                f" VALUES (1,{number},{presentation},1349200000000,0,3,0)"
            )
        )
    )
    assert found == [
        Present(1),
        Call(
            locator="calls:_id=1",
            service="Phone",
            moments=started("1349200000000", 1349200000000000),
            flags=(flag,),
            extra=extra,
            direction="in",
            outcome="missed",
            duration_s=0,
        ),
    ]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("date", "'soon'", Problem("value", "time", "date: not a number: soon", "calls:_id=1")),
        ("duration", "'long'", Problem("value", "number", "duration is not a whole number: long", "calls:_id=1")),
        ("duration", "-5", Problem("value", "number", "duration is below zero: -5", "calls:_id=1")),
        ("number", "x'0701'", Problem("value", "text", "number holds bytes, not text: 0701", "calls:_id=1")),
        ("name", "x'ff'", Problem("value", "text", "name holds bytes, not text: ff", "calls:_id=1")),
    ],
)
def test_a_bad_value_costs_the_value_and_not_the_call(column, value, problem):
    good = {"number": "'+447700900101'", "date": "1349200000000", "duration": "60", "name": "'Anna Example'"}
    values = ",".join((good | {column: value}).values())
    found = list(
        calls(
            call_log(
                f"INSERT INTO calls(_id,type,number,date,duration,name) VALUES (1,1,{values}),"
                "(2,1,'+447700900101',1349200000000,60,NULL)"
            )
        )
    )
    assert [type(one) for one in found] == [Present, Call, Problem, Call]
    assert found[2] == problem
    left = (found[1].moments[0].utc_us, found[1].duration_s, found[1].sender)
    expected = {
        "date": (None, 60, ANNA),
        "duration": (1349200000000000, None, ANNA),
        "number": (1349200000000000, 60, Party("Anna Example", "name", "Anna Example")),
        "name": (1349200000000000, 60, Party("+447700900101")),
    }
    assert left == expected[column]


def test_a_voicemail_has_its_words():
    found = list(
        calls(
            call_log(
                "INSERT INTO calls(_id,number,date,duration,type,transcription,new,features) VALUES"
                " (1,'+447700900101',1349200000000,7,4,'Please ring back',1,1)"
            )
        )
    )
    assert found[1] == Call(
        locator="calls:_id=1",
        service="Phone",
        moments=started("1349200000000", 1349200000000000),
        flags=("video", "new"),
        extra=(("features", 1),),
        direction="in",
        sender=Party("+447700900101"),
        outcome="voicemail",
        duration_s=7,
        text="Please ring back",
    )


def test_a_voicemail_that_was_deleted_and_what_newer_versions_record_come_out():
    texts = ("_data", "mime_type", "source_package", "location", "asserted_display_name")
    numbers = ("deleted", "archived", "priority", "is_business_call")
    newer = "".join(f"ALTER TABLE calls ADD {name} TEXT;" for name in texts)
    newer += "".join(f"ALTER TABLE calls ADD {name} INTEGER NOT NULL DEFAULT 0;" for name in numbers)
    rows = """INSERT INTO calls(_id,number,date,duration,type,deleted,_data,mime_type,source_package) VALUES
        (1,'+447700900101',1349200000000,7,4,1,'/data/user/0/com.example/app_voicemail/a.amr','audio/amr','com.example');
        INSERT INTO calls(_id,number,date,duration,type,priority,is_business_call,asserted_display_name) VALUES
        (2,'+447700900102',1349200000000,9,1,1,1,'Example Bank')"""
    assert list(calls(call_log(newer + rows))) == [
        Present(2),
        Call(
            locator="calls:_id=1",
            service="Phone",
            moments=started("1349200000000", 1349200000000000),
            deleted=True,
            flags=("deleted",),
            extra=(
                ("_data", "/data/user/0/com.example/app_voicemail/a.amr"),
                ("mime_type", "audio/amr"),
                ("source_package", "com.example"),
            ),
            direction="in",
            sender=Party("+447700900101"),
            outcome="voicemail",
            duration_s=7,
        ),
        Call(
            locator="calls:_id=2",
            service="Phone",
            moments=started("1349200000000", 1349200000000000),
            extra=(("priority", 1), ("is_business_call", 1), ("asserted_display_name", "Example Bank")),
            direction="in",
            sender=Party("+447700900102"),
            outcome="answered",
            duration_s=9,
        ),
    ]


def test_contacts_without_calls_are_none_of_this_extractors_business():
    assert list(calls(call_log("", CONTACTS, "contacts2.db"))) == []


def test_a_call_log_of_an_unknown_layout_is_said_to_be_unknown():
    assert list(calls(call_log("", CONTACTS))) == [Problem("schema", "unknown-layout", "no table calls")]
    renamed = CALLS.replace("duration INTEGER", "seconds INTEGER")
    assert list(calls(call_log("", renamed))) == [
        Problem("schema", "unknown-layout", "table calls has no column duration")
    ]


def test_a_broken_value_costs_no_row():
    file = call_log("INSERT INTO calls(_id,number,date,duration,type) VALUES(1,'+447700900101',1349200000000,9,1)")
    assert_no_row_is_lost(calls, file.path, file.open().read(), "calls", "_id")
