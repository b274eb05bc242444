"""Parts of long messages, what waits to be sent or fetched, and what the network and the other side reported."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Present, Problem
from extractors.android.sms import messages
from tests.evidence_builders.android import ARCHIVED, MMS, MMS_HEADERS, PENDING, RAW, SMS, THREADS, message_store
from tests.extractors.broken import assert_no_row_is_lost

ANN = Party("+447700900101")
WHOLE = SMS + MMS + THREADS + RAW + PENDING + MMS_HEADERS + ARCHIVED


def at(meaning: str, seconds: int, unit: int = 1000) -> Moment:
    return Moment(meaning, seconds * 1_000_000, str(seconds * unit), "A")


def test_parts_of_long_messages_come_out_one_by_one() -> None:
    insert = (
        "INSERT INTO raw VALUES (4,1349200000000,77,3,2,65536,'+447700900101',1,'07911326',0,'second part',NULL),"
        "(5,1349200000000,77,3,3,65536,'+447700900101',1,'07911326',1,NULL,'01632 960101')"
    )
    common = (("reference_number", 77), ("sequence", 2), ("count", 3), ("destination_port", 65536))
    assert list(messages(message_store(insert, WHOLE))) == [
        Present(0),
        Present(2),
        Message(
            locator="raw:_id=4",
            service="SMS",
            moments=(at("sent", 1349200000),),
            flags=("part of a long message",),
            extra=(*common, ("sub_id", 1), ("pdu", "07911326")),
            direction="in",
            sender=ANN,
            text="second part",
        ),
        Message(
            locator="raw:_id=5",
            service="SMS",
            moments=(at("sent", 1349200000),),
            deleted=True,
            flags=("part of a long message",),
            extra=(common[0], ("sequence", 3), *common[2:], ("sub_id", 1), ("pdu", "07911326")),
            direction="in",
            sender=Party("01632 960101"),
        ),
    ]


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        (-1, ()),
        (0, ("delivery reported",)),
        (32, ("delivery pending",)),
        (64, ("delivery failed",)),
        (200, ()),
        ("'?'", ()),
    ],
)
def test_what_the_network_reported_of_a_sent_text_is_a_flag(status, flags) -> None:
    insert = (
        "INSERT INTO sms(_id,address,date,type,body,read,status,locked,protocol)"
        f" VALUES (1,'+447700900101',1349200000000,2,'x',1,{status},1,57)"
    )
    found = list(messages(message_store(insert, WHOLE)))[1]
    assert found.flags == (*flags, "locked against deletion")
    stored = () if status == -1 else (("status", "?" if status == "'?'" else status),)
    assert found.extra == (*stored, ("protocol", 57))


def test_a_thread_that_is_put_away_is_said_to_be_so() -> None:
    insert = (
        "INSERT INTO threads(_id,recipient_ids,archived) VALUES (3,'',1);"
        "INSERT INTO sms(_id,thread_id,address,date,type,body,read) VALUES (1,3,'+447700900101',1349200000000,1,'x',0);"
        "INSERT INTO pdu(_id,thread_id,date,msg_box,read,m_type,locked) VALUES (1,3,1349200000,1,1,132,1)"
    )
    found = list(messages(message_store(insert, WHOLE)))
    assert found[1].flags == ("unread", "conversation: archived")
    assert found[2].flags == ("locked against deletion", "conversation: archived")


def test_messages_that_wait_say_when_they_were_tried_and_with_what_error() -> None:
    insert = (
        "INSERT INTO sms(_id,address,date,type,body,read) VALUES (1,'+447700900101',1349200000000,6,'x',1);"
        "INSERT INTO pdu(_id,date,msg_box,read,m_type) VALUES (1,1349200000,4,1,128);"
        "INSERT INTO addr(msg_id,address,type) VALUES (1,'+447700900101',151);"
        "INSERT INTO pending_msgs VALUES (1,1,1,128,3,19,2,1349200600000,1,1349200300000),"
        "(2,0,1,0,0,NULL,0,1349200700000,1,0),(3,1,50,128,0,0,0,0,1,0)"
    )
    assert list(messages(message_store(insert, WHOLE))) == [
        Present(2),
        Message(
            locator="sms:_id=1",
            service="SMS",
            moments=(at("recorded", 1349200000), at("next try", 1349200700)),
            flags=("queued",),
            extra=(("err_type", 0), ("retry_index", 0)),
            direction="out",
            recipients=(ANN,),
            text="x",
        ),
        Message(
            locator="pdu:_id=1",
            service="MMS",
            moments=(at("recorded", 1349200000, 1), at("last try", 1349200300), at("next try", 1349200600)),
            flags=("outbox",),
            extra=(("err_type", 3), ("err_code", 19), ("retry_index", 2)),
            direction="out",
            recipients=(ANN,),
        ),
        Problem("note", "orphans", "1 rows of pending_msgs belong to nothing that is left"),
    ]


def test_reports_on_picture_messages_say_what_they_report() -> None:
    insert = (
        "INSERT INTO pdu(_id,date,msg_box,read,m_type,m_id,st,read_status,m_cls,pri,rr,d_rpt) VALUES"
        " (1,1349200000,1,1,134,'m-1',129,NULL,'personal',129,129,129),"
        " (2,1349200000,1,1,136,'m-1',NULL,128,'advertisement',130,128,128)"
    )
    found = list(messages(message_store(insert, WHOLE)))[1:]
    assert [(one.flags, one.extra) for one in found] == [
        (("delivery report", "retrieved"), (("m_id", "m-1"), ("st", 129))),
        (
            ("read report", "read"),
            (
                *(("m_id", "m-1"), ("m_cls", "advertisement"), ("pri", 130)),
                *(("rr", 128), ("d_rpt", 128), ("read_status", 128)),
            ),
        ),
    ]


EACH = (
    "INSERT INTO sms(_id,address,date,type,body,read) VALUES (1,'+447700900101',1349200000000,2,'x',1);"
    "INSERT INTO pdu(_id,date,msg_box,read,m_type,st) VALUES (1,1349200000,1,1,132,0);"
    "INSERT INTO raw VALUES (1,1349200000000,77,3,2,65536,'+447700900101',1,'07911326',0,'second part',NULL);"
    "INSERT INTO pending_msgs VALUES (1,1,1,128,3,19,2,1349200600000,1,1349200300000)"
)


@pytest.mark.parametrize("table", ["sms", "pdu", "raw"])
def test_a_broken_value_costs_no_row(table) -> None:
    file = message_store(EACH, WHOLE)
    assert_no_row_is_lost(messages, file.path, file.open().read(), table, "_id")
