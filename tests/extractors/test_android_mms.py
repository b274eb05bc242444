"""Picture messages of mmssms.db."""

from __future__ import annotations

from evidence_store.records import Attachment, Message, Moment, Party, Present, Problem
from extractors.android.sms import messages
from tests.evidence_builders.android import MMS, SMS, message_store
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile

ANNA = Party("+447700900101")
BEN = Party("+447700900102")
CARA = Party("cara@example.org", "email")
PARTS = "data/user_de/0/com.android.providers.telephony/app_parts/"
GROUP = """INSERT INTO canonical_addresses VALUES (1,'+447700900101'),(2,'+447700900102');
INSERT INTO threads VALUES (3,0,'1 2');
INSERT INTO pdu(_id,thread_id,date,date_sent,msg_box,read,m_id,sub,sub_cs,m_type) VALUES
    (7,3,1349200000,1349199990,1,0,'m-7','CafÃ©',106,132);
INSERT INTO addr(msg_id,address,type,charset) VALUES (7,'+447700900101',137,106),(7,'+447700900102',151,106),
    (7,'cara@example.org',130,106);
INSERT INTO part(_id,mid,seq,ct,name,cl,_data,text) VALUES
    (1,7,-1,'application/smil',NULL,'smil.xml',NULL,'<smil/>'),
    (2,7,1,'text/plain',NULL,'text0.txt',NULL,'see this'),
    (3,7,0,'image/jpeg','beach.jpg',NULL,'/data/user_de/0/com.android.providers.telephony/app_parts/PART_3.jpg',NULL),
    (4,7,2,'text/plain',NULL,NULL,NULL,'and that');"""


def test_a_group_message_has_its_people_its_text_and_its_pictures():
    assert list(messages(message_store(GROUP))) == [
        Present(1),
        Message(
            locator="pdu:_id=7",
            service="MMS",
            moments=(
                Moment("received", 1349200000000000, "1349200000", "A"),
                Moment("sent", 1349199990000000, "1349199990", "A"),
            ),
            flags=("unread",),
            attachments=(Attachment("beach.jpg", PARTS + "PART_3.jpg", "image/jpeg"),),
            extra=(("m_id", "m-7"), ("cc", "cara@example.org"), ("members", "+447700900101, +447700900102")),
            conversation="3",
            direction="in",
            sender=ANNA,
            recipients=(BEN, CARA),
            subject="Café",
            text="see this\nand that",
        ),
        Problem("note", "gap", "1 to 6: 6 row ids hold no row", "pdu"),
    ]


def test_words_that_stand_in_the_database_are_text_whatever_their_type_is():
    file = message_store(
        "INSERT INTO pdu(_id,thread_id,date,msg_box,read,m_type) VALUES (1,3,1349200000,1,1,132);"
        "INSERT INTO part(mid,seq,ct,cl,_data,text) VALUES (1,0,'text/html','a.html',NULL,'<p>at nine</p>'),"
        "(1,1,'text/plain; charset=utf-8','b.txt',NULL,'at ten'),"
        "(1,2,'text/x-vCard','c.vcf','/data/app_parts/PART_9','BEGIN:VCARD'),"
        "(1,3,'text/html','d.html','/data/app_parts/PART_10','')"
    )
    found = [record for record in messages(file) if isinstance(record, Message)]
    assert [(record.text, record.attachments) for record in found] == [
        (
            "<p>at nine</p>\nat ten\nBEGIN:VCARD",
            (
                Attachment("c.vcf", PARTS + "PART_9", "text/x-vCard"),
                Attachment("d.html", PARTS + "PART_10", "text/html"),
            ),
        )
    ]


def test_a_sent_message_leaves_out_the_place_of_the_own_number():
    file = message_store(
        "INSERT INTO pdu(_id,thread_id,date,msg_box,read,m_type) VALUES (1,3,1349200000,2,1,128);"
        "INSERT INTO addr(msg_id,address,type,charset) VALUES (1,'insert-address-token',137,106),"
        "(1,'+447700900101',151,106),(1,'+447700900102',129,106)"
    )
    assert list(messages(file)) == [
        Present(1),
        Message(
            locator="pdu:_id=1",
            service="MMS",
            moments=(Moment("sent", 1349200000000000, "1349200000", "A"),),
            extra=(("bcc", "+447700900102"),),
            conversation="3",
            direction="out",
            recipients=(ANNA, BEN),
        ),
    ]


def test_a_message_that_was_only_announced_is_not_downloaded():
    file = message_store(
        "INSERT INTO pdu(_id,thread_id,date,msg_box,read,m_type,ct_l,exp,m_size) VALUES"
        " (1,3,1349200000,1,1,130,'http://mms.example/1',1349800000,30000);"
        "INSERT INTO addr(msg_id,address,type,charset) VALUES (1,'+447700900101',137,106)"
    )
    assert list(messages(file))[1:] == [
        Message(
            locator="pdu:_id=1",
            service="MMS",
            moments=(Moment("received", 1349200000000000, "1349200000", "A"),),
            flags=("not downloaded",),
            extra=(("ct_l", "http://mms.example/1"), ("exp", 1349800000), ("m_size", 30000)),
            conversation="3",
            direction="in",
            sender=ANNA,
        )
    ]


def test_a_message_without_thread_address_or_part_still_comes_out():
    file = message_store(
        "INSERT INTO pdu(_id,date,msg_box,read,m_type) VALUES (1,1349200000,1,1,132),(2,NULL,77,1,140)"
    )
    assert list(messages(file)) == [
        Present(2),
        Message(
            locator="pdu:_id=1",
            service="MMS",
            moments=(Moment("received", 1349200000000000, "1349200000", "A"),),
            direction="in",
        ),
        Message(
            locator="pdu:_id=2",
            service="MMS",
            moments=(Moment("recorded", None, "", "A", "", "not recorded"),),
            flags=("box 77", "message type 140"),
        ),
        Problem("value", "time", "date: not recorded: ", "pdu:_id=2"),
    ]


def test_rows_that_belong_to_no_message_are_counted():
    file = message_store(
        "INSERT INTO pdu(_id,date,msg_box,read,m_type) VALUES (5,1349200000,1,1,132);"
        "INSERT INTO part(mid,ct,text) VALUES (4,'text/plain','left over'),(6,'text/plain','left over'),"
        "(NULL,'text/plain','x'),('none','text/plain','x'),(5,'text/plain','mine');"
        "INSERT INTO addr(msg_id,address,type) VALUES (9,'+447700900101',137)"
    )
    found = list(messages(file))
    assert found[1].text == "mine"
    assert found[2:] == [
        Problem("note", "orphans", "1 rows of addr belong to nothing that is left"),
        Problem("note", "orphans", "4 rows of part belong to nothing that is left"),
        Problem("note", "gap", "1 to 4: 4 row ids hold no row", "pdu"),
    ]


def test_the_folder_of_the_parts_follows_the_database_wherever_it_lies():
    data = database(
        SMS + MMS + "INSERT INTO pdu(_id,date,msg_box,read,m_type) VALUES (1,1349200000,1,1,132);"
        "INSERT INTO part(_id,mid,ct,_data) VALUES (8,1,'video/mp4','/data/data/x/app_parts/PART_8'),"
        "(9,1,'audio/amr','/data/data/x/..')"
    )
    expected = {
        "root/Extracted/com.android.providers.telephony/databases/mmssms.db": (
            "root/Extracted/com.android.providers.telephony/app_parts/PART_8"
        ),
        "databases/mmssms.db": "app_parts/PART_8",
        "loose/mmssms.db": "loose/app_parts/PART_8",
        "mmssms.db": "app_parts/PART_8",
    }
    for path, part in expected.items():
        assert list(messages(MemoryFile(path, data)))[1].attachments == (
            Attachment("PART_8", part, "video/mp4"),
            Attachment("..", None, "audio/amr"),
        )


def test_a_header_that_was_never_bent_into_latin_1_stands_as_it_is():
    file = message_store(
        "INSERT INTO pdu(_id,date,msg_box,read,m_type,sub,sub_cs) VALUES (1,1349200000,1,1,132,'Zoë',106),"
        "(2,1349200000,1,1,132,'日本',106),(3,1349200000,1,1,132,'plain',3)"
    )
    assert [record.subject for record in list(messages(file))[1:]] == ["Zoë", "日本", "plain"]


def test_a_store_without_picture_messages_is_whole():
    insert = "INSERT INTO sms(_id,address,date,type,body,read) VALUES (1,'07700 900102',1349200000000,2,'x',1)"
    assert [type(one) for one in messages(message_store(insert, SMS))] == [Present, Message]


def test_a_layout_of_picture_messages_that_nobody_knows_leaves_the_texts():
    file = message_store(
        "INSERT INTO sms(_id,address,date,type,body,read) VALUES (1,'07700 900102',1349200000000,2,'x',1)",
        SMS + "CREATE TABLE pdu (_id INTEGER PRIMARY KEY, date INTEGER);",
    )
    found = list(messages(file))
    assert found[:2] == [Present(1), Problem("schema", "unknown-layout", "table pdu has no column msg_box")]
    assert [one.text for one in found[2:]] == ["x"]
