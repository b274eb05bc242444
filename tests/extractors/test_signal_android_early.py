"""Signal's database on Android: the layouts with two tables of messages, and those without recipients."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from evidence_store.records import (
    Attachment,
    Contact,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Quoted,
    Reaction,
)
from extractors.chats.signal.android import android
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.signal import IN, OUT, PATH, REACTION_OF_BOTH, early, message, signal
from tests.extractors.broken import assert_no_row_is_lost

ANN = Party("+447700900101", "phone", "Ann Example")
SENT = Moment("sent", 1572567200123000, "1572567200123", "A")
RECEIVED = Moment("received", 1572567201000000, "1572567201000", "A")
SMS = f"""INSERT INTO sms(_id,thread_id,address,date,date_sent,type,body,read)
    VALUES (1,10,'2',1572567201000,1572567200123,{IN},'Hello',1);"""
MMS = f"""INSERT INTO mms(_id,thread_id,address,date,date_received,msg_box,body,quote_id,quote_author,quote_body)
    VALUES (1,10,'2',1572567200123,1572567201000,{OUT},'Mine',1572567100000,'2','What?');
    INSERT INTO part(_id,mid,ct,_data,data_size,unique_id,voice_note) VALUES (7,1,'image/jpeg','/data/p.mms',5,99,0);"""
BOTH = {"service": "Signal", "conversation": "10", "title": "Ann Example", "key": "1572567200123"}


def messages(file):
    return [one for one in android(file) if isinstance(one, Message)]


def test_texts_and_messages_with_media_come_out_whole():
    assert list(android(early(SMS + MMS))) == [
        Present(4),
        Message(
            locator="mms:_id=1", moments=(SENT,), direction="out", recipients=(ANN,), text="Mine",
            attachments=(Attachment("attachment 7", "backup/attachments/7", "image/jpeg", 5),),
            quotes=Quoted("1572567100000", ANN, "What?"), **BOTH,
        ),
        Message(
            locator="sms:_id=1", moments=(SENT, RECEIVED), direction="in", sender=ANN, text="Hello", **BOTH,
        ),
        Contact(
            locator="recipient:_id=2", service="Signal", name="Ann Example", identifiers=(ANN,),
            extra=(("system_display_name", "Ann Example"),),
        ),
        Contact(
            locator="recipient:_id=4", service="Signal", flags=("group",),
            extra=(("group_id", "__textsecure_group__!00"),),
            identifiers=(Party("__textsecure_group__!00", "signal"),),
        ),
    ]  # fmt: skip


def test_members_of_a_group_stood_in_its_row():
    sql = (
        "INSERT INTO groups(_id,group_id,recipient_id,title,members) VALUES (1,'__textsecure_group__!00',4,'Us','2,3');"
    )
    groups = [one for one in android(early(sql)) if isinstance(one, Group)]
    stranger = Party("3", "signal")
    assert groups == [
        Group(
            locator="groups:_id=1", service="Signal", conversation="11", title="Us", identifiers=(ANN, stranger),
            extra=(("group_id", "__textsecure_group__!00"), ("active", 1)), members=(Member(ANN), Member(stranger)),
        )
    ]  # fmt: skip


def test_reactions_stood_in_the_row_or_in_a_table_for_both():
    listed = bytes.fromhex("0a0e 0a04 f09f918d 1002 18") + b"\xfb\x95\x8c\xd1\xe2\x2d"
    blob = listed[:1] + bytes([len(listed) - 2]) + listed[2:]
    sql = SMS + f"UPDATE sms SET reactions=x'{blob.hex()}';"
    found = messages(early(sql))
    assert [(one.text, one.sender) for one in found[0].reactions] == [("👍", ANN)]
    sql = SMS + MMS + REACTION_OF_BOTH + """INSERT INTO reaction VALUES (1,1,0,2,'A',1572567205000,0),
        (2,1,1,2,'B',1572567205000,0),(3,9,0,2,'C',1572567205000,0);"""  # fmt: skip
    when = Moment("reacted", 1572567205000000, "1572567205000", "A")
    found = messages(early(sql))
    assert [one.reactions for one in found] == [(Reaction("B", ANN, when),), (Reaction("A", ANN, when),), ()]
    assert (found[2].locator, found[2].flags, found[2].text) == ("reaction:_id=3", ("reaction",), "C")
    bad = messages(early(SMS + "UPDATE sms SET reactions=x'ffff';"))
    assert bad[0].reactions == ()
    part = early(SMS + f"UPDATE sms SET reactions=x'{blob.hex()}0a01ff';")
    assert "reactions: 1 of them cannot be read" in [one.detail for one in android(part) if isinstance(one, Problem)]


def test_before_there_were_recipients_a_number_stood_in_the_message():
    sql = "DROP TABLE recipient;" + SMS.replace("'2'", "'+447700900105'")
    assert [one.sender for one in messages(early(sql, people=""))] == [Party("+447700900105", "phone")]


def test_the_first_layout_with_one_table_named_the_other_side_only():
    sql = "DROP TABLE message;" + f"""CREATE TABLE message(_id INTEGER PRIMARY KEY, date_sent INTEGER,
        date_received INTEGER, thread_id INTEGER, recipient_id INTEGER, type INTEGER, body TEXT, expires_in INTEGER);
        INSERT INTO message VALUES (1,1572567200123,1572567201000,10,2,{OUT},'Mine',0);"""  # fmt: skip
    assert messages(signal(sql)) == [
        Message(
            locator="message:_id=1", moments=(SENT,), direction="out", recipients=(ANN,), text="Mine", **BOTH,
        )
    ]  # fmt: skip


def test_rows_that_are_only_in_the_log_come_out(tmp_path):
    made = tmp_path / "signal.db"
    file = signal(message())
    made.write_bytes(file.open().read())
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(message(2, body="Only in the log").rstrip(";"))
        data, log = made.read_bytes(), (tmp_path / "signal.db-wal").read_bytes()
    assert [one.text for one in messages(MemoryFile(PATH, data, {"-wal": log}))] == ["Hello", "Only in the log"]


def test_no_row_is_lost_for_a_bad_value():
    data = early(SMS + MMS).open().read()
    for table in ("sms", "mms"):
        assert_no_row_is_lost(android, PATH, data, table, "_id")


def test_the_store_of_the_telephone_is_not_taken_for_one_of_signal():
    sql = "CREATE TABLE sms(_id INTEGER PRIMARY KEY, thread_id, type, body, address, date); CREATE TABLE thread(_id);"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(sql)
        data = connection.serialize()
    assert list(android(MemoryFile("x/database.sqlite", data))) == []


def test_reactions_of_one_table_that_is_still_called_mms_are_kept():
    table = REACTION_OF_BOTH.replace("is_mms INTEGER NOT NULL, ", "")
    sql = "DROP TABLE sms;" + MMS + table + """INSERT INTO reaction VALUES (1,1,2,'A',1572567205000,0),
        (2,99,2,'B',1572567205000,0);"""  # fmt: skip
    when = Moment("reacted", 1572567205000000, "1572567205000", "A")
    found = list(android(early(sql)))
    assert [one.reactions for one in found if isinstance(one, Message)] == [(Reaction("A", ANN, when),), ()]
    assert [one.rows for one in found if isinstance(one, Present)] == [3, 1]


def test_a_group_is_in_no_conversation_but_its_own():
    group = "__textsecure_group__!zz"
    sql = f"""DROP TABLE recipient; INSERT INTO thread(_id,recipient_ids) VALUES (10,'+447700900105');
        INSERT INTO groups(_id,group_id,title,members) VALUES (1,'{group}','Us','+447700900107');"""
    assert [one.conversation for one in android(early(sql, people="")) if isinstance(one, Group)] == [None]
    sql += f"UPDATE thread SET recipient_ids='{group}' WHERE _id=10;" + MMS
    found = list(android(early(sql, people="")))
    assert [one.conversation for one in found if isinstance(one, Group)] == ["10"]
    assert [(one.title, one.recipients) for one in found if isinstance(one, Message)] == [("Us", ())]


def test_a_preview_of_what_is_answered_is_no_file_of_the_answer():
    part = (
        "INSERT INTO part(_id,mid,ct,_data,unique_id,voice_note,quote) VALUES (8,1,'image/jpeg','/data/q.mms',9,0,1);"
    )
    assert [one.name for one in messages(early(MMS + part))[0].attachments] == ["attachment 7", "quoted: attachment 8"]
