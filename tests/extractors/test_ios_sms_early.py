"""The message store of iOS 5 and before."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem
from extractors.ios.sms import messages
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_messages import PATH
from tests.evidence_builders.ios_stores import hexed
from tests.evidence_builders.typed_streams import body
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

IOS_4 = """
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT, date INTEGER, text TEXT, flags INTEGER,
 replace INTEGER, svc_center TEXT, group_id INTEGER, association_id INTEGER, height INTEGER, UIFlags INTEGER,
 version INTEGER, subject TEXT, country TEXT, headers BLOB, recipients BLOB, read INTEGER);
CREATE TABLE msg_group (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER, newest_message INTEGER,
 unread_count INTEGER, hash INTEGER);
CREATE TABLE group_member (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER, address TEXT, country TEXT);
CREATE TABLE msg_pieces (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER, data BLOB, part_id INTEGER,
 preview_part INTEGER, content_type TEXT, height INTEGER, version INTEGER, flags INTEGER, content_id TEXT,
 content_loc TEXT, headers BLOB);
"""
IOS_5 = (
    IOS_4.replace(
        "read INTEGER);",
        """read INTEGER, madrid_attributedBody BLOB, madrid_handle TEXT, madrid_version INTEGER, madrid_guid TEXT,
 madrid_type INTEGER, madrid_roomname TEXT, madrid_service TEXT, madrid_account TEXT, madrid_flags INTEGER,
 madrid_attachmentInfo BLOB, madrid_url TEXT, madrid_error INTEGER, is_madrid INTEGER, madrid_date_read INTEGER,
 madrid_date_delivered INTEGER, madrid_account_guid TEXT);""",
    )
    + """CREATE TABLE madrid_attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, attachment_guid TEXT,
 created_date INTEGER, start_date INTEGER, filename TEXT, uti_type TEXT, mime_type TEXT, transfer_state INTEGER,
 is_incoming INTEGER, message_id INTEGER);"""
)
ANN, BEN = Party("+447700900101"), Party("+447700900102")
GROUPS = """INSERT INTO msg_group(ROWID,type) VALUES (1,0),(2,0);
INSERT INTO group_member(group_id,address) VALUES (1,'+447700900101'),(2,'+447700900101'),(2,'+447700900102');"""
TEXTS = """INSERT INTO message(ROWID,address,date,text,flags,group_id,read,svc_center) VALUES
 (1,'+447700900101',1772357400,'Hello',2,1,0,'+447700900999'),(2,'+447700900101',1772357400,'Hi',3,1,1,NULL),
 (3,NULL,1772357400,'All',3,2,1,NULL),(4,'+447700900101',1772357400,'No',33,1,1,NULL),
 (5,'+447700900101',1772357400,NULL,129,0,1,NULL),(6,'+447700900101',1772357400,'?',NULL,NULL,1,NULL);
INSERT INTO msg_pieces(ROWID,message_id,data,content_type,content_loc) VALUES
 (1,3,x'746865726521','text/plain','a.txt'),(2,3,NULL,'image/jpeg','photo.jpg'),(3,3,NULL,'application/smil','0.smil'),
 (4,77,NULL,'image/jpeg',NULL);"""


def early(number: int, **more: Any) -> Message:
    plain: dict[str, Any] = {
        "locator": f"message:ROWID={number}",
        "service": "SMS",
        "moments": (Moment("received", 1_772_357_400_000_000, "1772357400", "A"),),
        "conversation": "1",
        "direction": "in",
        "sender": ANN,
    }
    return Message(**{**plain, **more})


def test_messages_of_ios_4_come_out_with_their_threads_and_parts() -> None:
    sent: dict[str, Any] = {
        "moments": (Moment("sent", 1_772_357_400_000_000, "1772357400", "A"),),
        "direction": "out",
        "sender": None,
    }
    assert list(messages(MemoryFile(PATH, database(IOS_4, GROUPS, TEXTS)))) == [
        Present(2),
        Group(
            locator="msg_group:ROWID=1",
            service="SMS",
            flags=("one to one",),
            extra=(("type", 0),),
            conversation="1",
            identifiers=(ANN,),
            members=(Member(ANN),),
        ),
        Group(
            locator="msg_group:ROWID=2",
            service="SMS",
            flags=("group",),
            extra=(("type", 0),),
            conversation="2",
            identifiers=(ANN, BEN),
            members=(Member(ANN), Member(BEN)),
        ),
        Present(6),
        early(1, flags=("unread",), extra=(("flags", 2), ("svc_center", "+447700900999")), text="Hello"),
        early(2, **sent, extra=(("flags", 3),), recipients=(ANN,), text="Hi"),
        early(
            3,
            **sent,
            attachments=(Attachment("photo.jpg", None, "image/jpeg"),),
            extra=(("flags", 3),),
            conversation="2",
            text="All\nthere!",
        ),
        early(4, **sent, flags=("failed",), extra=(("flags", 33),), recipients=(ANN,), text="No"),
        early(
            5,
            **sent,
            deleted=True,
            flags=("deleted on this device",),
            extra=(("flags", 129),),
            conversation=None,
            recipients=(ANN,),
        ),
        early(
            6,
            moments=(Moment("recorded", 1_772_357_400_000_000, "1772357400", "A"),),
            flags=("flags",),
            conversation=None,
            direction=None,
            sender=None,
            text="?",
        ),
        Problem("note", "orphans", "1 rows of msg_pieces belong to nothing that is left"),
    ]


def test_imessages_of_ios_5_count_from_2001() -> None:
    rows = f"""INSERT INTO message(ROWID,date,is_madrid,madrid_flags,madrid_handle,madrid_guid,madrid_attributedBody,
     madrid_date_read,read) VALUES (1,794050200,1,12289,'+447700900101','G-1',{hexed(body("Hello"))},794050260,1);
    INSERT INTO message(ROWID,date,is_madrid,madrid_flags,madrid_handle,text,madrid_roomname) VALUES
     (2,794050200,1,36869,'+447700900101','Hi','chat7');
    INSERT INTO madrid_attachment(ROWID,message_id,filename,mime_type) VALUES
     (1,2,'/var/mobile/Library/SMS/Attachments/a/b.jpg','image/jpeg')"""
    service: dict[str, Any] = {"service": "iMessage"}
    assert list(messages(MemoryFile(PATH, database(IOS_5, rows))))[2:4] == [
        early(
            1,
            **service,
            moments=(
                Moment("received", 1_772_357_400_000_000, "794050200", "A"),
                Moment("read", 1_772_357_460_000_000, "794050260", "A"),
            ),
            extra=(("madrid_flags", 12289),),
            conversation=None,
            text="Hello",
            key="G-1",
        ),
        early(
            2,
            **service,
            moments=(Moment("sent", 1_772_357_400_000_000, "794050200", "A"),),
            attachments=(Attachment("b.jpg", "private/var/mobile/Library/SMS/Attachments/a/b.jpg", "image/jpeg"),),
            extra=(("madrid_flags", 36869),),
            conversation="chat7",
            direction="out",
            sender=None,
            recipients=(ANN,),
            text="Hi",
        ),
    ]


@pytest.mark.parametrize("table", ["message", "msg_group"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    schema = IOS_5.replace("madrid_handle TEXT", "madrid_handle TEXT DEFAULT '+447700900101'")
    assert_no_row_is_lost(messages, PATH, database(schema, GROUPS, TEXTS), table, "ROWID")


@pytest.mark.parametrize("table", ["msg_pieces", "group_member"])
def test_a_broken_value_beside_costs_no_message(table: str) -> None:
    broken, _ = with_broken_values(database(IOS_5, GROUPS, TEXTS), table, "ROWID")
    found = [one.locator for one in messages(MemoryFile(PATH, broken)) if isinstance(one, Message)]
    assert found == [f"message:ROWID={number}" for number in range(1, 7)]
