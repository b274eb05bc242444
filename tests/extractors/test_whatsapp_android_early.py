"""WhatsApp on Android before 2021, and the time in which messages stood in two tables."""

from __future__ import annotations

import hashlib
import io

import apsw
import pytest

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Quoted, replace
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_android import (
    ALL,
    ANN,
    BEN,
    EARLY,
    GROUP,
    HOME,
    PEOPLE,
    SCENE,
    everything,
    msgstore,
)
from tests.extractors.broken import assert_no_row_is_lost

AT = 1480593600123
ANN_PARTY, BEN_PARTY = Party(ANN, "whatsapp"), Party(BEN, "whatsapp")
NOTE = Problem(
    "note",
    "media-folder",
    "recorded paths of media are relative; they are looked for below data/media/0/WhatsApp, and the database does not "
    "say whether that is the folder this phone uses",
)
CARD = "BEGIN:VCARD\nFN:Eve Example\nTEL:+44 7700 900105\nEND:VCARD"


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


def insert(**values: object) -> str:
    row = {
        "_id": 2,
        "key_remote_jid": ANN,
        "key_from_me": 0,
        "key_id": "3EB0A1",
        "status": 0,
        "media_wa_type": "0",
        "timestamp": AT,
        "received_timestamp": AT + 900,
        "receipt_server_timestamp": -1,
        "receipt_device_timestamp": -1,
        "read_device_timestamp": -1,
    } | values
    stored = ",".join("NULL" if value is None else repr(value).replace("\\n", "\n") for value in row.values())
    return f"INSERT INTO messages({','.join(row)}) VALUES ({stored.replace('b' + chr(39), 'x' + chr(39))});"


INCOMING = Message(
    locator="messages:_id=2",
    service="WhatsApp",
    moments=(moment("sent", AT), moment("received", AT + 900)),
    conversation=ANN,
    direction="in",
    sender=ANN_PARTY,
    key="3EB0A1",
)


def read(inserts: str) -> list:
    found = everything(android(msgstore(inserts, EARLY)))
    assert found.count(Present(1)) == 1
    return [one for one in found if one != Present(1)]


def test_a_text_and_its_answer():
    quoted = (
        "INSERT INTO messages_quotes(_id,key_remote_jid,key_from_me,key_id,data,media_wa_type) VALUES "
        f"(4,'{ANN}',0,'3EB0Q','See you?','0'),(5,'{ANN}',1,'3EB0R','Perhaps','1');"
    )
    assert read(quoted + insert(data="Hello", quoted_row_id=4, starred=1, mentioned_jids=BEN, forwarded=1)) == [
        replace(
            INCOMING,
            text="Hello",
            flags=("forwarded", "starred"),
            extra=(("mentions", BEN),),
            quotes=Quoted("3EB0Q", ANN_PARTY, "See you?"),
        )
    ]
    assert read(quoted + insert(data="Hello", quoted_row_id=5)) == [
        replace(
            INCOMING,
            text="Hello",
            extra=(("quoted message", "sent from this account"), ("quoted type", "1")),
            quotes=Quoted("3EB0R", None, "Perhaps"),
        )
    ]


def test_an_outgoing_message_has_the_times_at_which_it_came_on():
    values = {
        "key_from_me": 1,
        "status": 13,
        "data": "Yes",
        "received_timestamp": AT,
        "receipt_server_timestamp": AT + 100,
        "receipt_device_timestamp": AT + 200,
        "read_device_timestamp": AT + 300,
    }
    assert read(insert(**values)) == [
        replace(
            INCOMING,
            moments=(
                moment("sent", AT),
                moment("reached the server", AT + 100),
                moment("delivered", AT + 200),
                moment("read", AT + 300),
            ),
            extra=(("status", "13 (read)"),),
            direction="out",
            sender=None,
            recipients=(ANN_PARTY,),
            text="Yes",
        )
    ]


def java_object(path: str) -> bytes:
    name = path.encode()
    return (
        b"\xac\xed\x00\x05sr\x00\x16com.whatsapp.MediaDataL\x00\x04filet\x00\x0eLjava/io/File;xpsr\x00\x0cjava.io.File"
        b"L\x00\x04patht\x00\x12Ljava/lang/String;xpt" + len(name).to_bytes(2, "big") + name + b"w\x02\x00/x"
    )


def test_media_with_the_path_that_stands_in_a_java_object():
    picture = b"\xff\xd8\xff\xe0 made up"
    inserts = insert(
        media_wa_type="1",
        media_mime_type="image/jpeg",
        media_size=48211,
        media_caption="On the way",
        media_hash="q83vEjRWeJA=",
    )
    blob = java_object("Media/WhatsApp Images/IMG-20161201-WA0001.jpg").hex()
    inserts += f"UPDATE messages SET thumb_image=x'{blob}', raw_data=x'{picture.hex()}';"
    assert read(inserts) == [
        replace(
            INCOMING,
            text="On the way",
            attachments=(
                Attachment(
                    "IMG-20161201-WA0001.jpg",
                    "data/media/0/WhatsApp/Media/WhatsApp Images/IMG-20161201-WA0001.jpg",
                    "image/jpeg",
                    48211,
                ),
                Attachment(
                    "preview", None, "image/jpeg", len(picture), hashlib.sha256(picture).hexdigest(), "embedded"
                ),
            ),
            extra=(("file_hash", "q83vEjRWeJA="),),
        ),
        NOTE,
    ]


def test_media_without_a_path_and_a_preview_in_a_table_of_its_own():
    inserts = insert(media_wa_type="3", media_mime_type="video/mp4", media_size=5, media_duration=9)
    inserts += f"INSERT INTO message_thumbnails VALUES (x'ffd8ff', 0, '{ANN}', 0, '3EB0A1');"
    assert read(inserts) == [
        replace(
            INCOMING,
            attachments=(
                Attachment("video/mp4", None, "video/mp4", 5, state="not downloaded"),
                Attachment("preview", None, "image/jpeg", 3, hashlib.sha256(b"\xff\xd8\xff").hexdigest(), "embedded"),
            ),
            extra=(("media_duration", 9),),
        )
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"media_wa_type": "5", "latitude": 51.5, "longitude": -0.1, "media_name": "Library"},
            {"flags": ("location",), "text": "Library", "lat": 51.5, "lon": -0.1},
        ),
        (
            {"media_wa_type": "4", "data": CARD},
            {
                "flags": ("contact card",),
                "text": "Eve Example, +44 7700 900105",
                "extra": (("vcard", CARD),),
            },
        ),
        ({"media_wa_type": "15"}, {"flags": ("deleted by sender",), "deleted": True}),
        (
            {"media_wa_type": "8", "media_caption": "video"},
            {"flags": ("call",), "extra": (("media_caption", "video"),)},
        ),
        ({"media_wa_type": "777", "data": "x"}, {"flags": ("type 777",), "text": "x"}),
        ({"media_wa_type": "seven"}, {"flags": ("type seven",)}),
        (
            {"key_remote_jid": GROUP, "remote_resource": BEN, "data": "All"},
            {"conversation": GROUP, "sender": BEN_PARTY, "text": "All"},
        ),
        (
            {"key_remote_jid": GROUP, "remote_resource": BEN, "status": 6, "media_size": 12, "key_from_me": 1},
            {
                "conversation": GROUP,
                "sender": BEN_PARTY,
                "direction": None,
                "flags": ("system",),
                "moments": (moment("recorded", AT),),
                "extra": (("action_type", 12),),
                "text": "[added to the group (by +447700900102)]",
            },
        ),
    ],
)
def test_kinds_of_early_messages(values, expected):
    assert read(insert(**values)) == [replace(INCOMING, **expected)]


def test_cards_of_a_later_table_join_the_one_in_the_message():
    inserts = insert(media_wa_type="14") + (
        f"INSERT INTO messages_vcards(message_row_id,vcard) VALUES (2,'{CARD}'),(2,'BEGIN:VCARD\nFN:Flo\nEND:VCARD');"
    )
    assert read(inserts)[0].text == "Eve Example, +44 7700 900105\nFlo"


def test_early_groups_and_their_members():
    rows = (
        f"INSERT INTO chat_list(_id,key_remote_jid,subject,creation) VALUES (3,'{GROUP}','Library Club',{AT}),"
        f"(4,'{ANN}',NULL,NULL);"
        f"INSERT INTO group_participants(gjid,jid,admin) VALUES ('{GROUP}','{ANN}',1),('{GROUP}','',0);"
    )
    found = everything(android(msgstore(rows + insert(key_remote_jid=GROUP, remote_resource=BEN, data="Hi"), EARLY)))
    assert found == [
        replace(INCOMING, conversation=GROUP, title="Library Club", sender=BEN_PARTY, text="Hi"),
        Present(1),
        Present(1),
        Group(
            locator="chat_list:_id=3",
            service="WhatsApp",
            moments=(moment("set up", AT),),
            conversation=GROUP,
            title="Library Club",
            identifiers=(ANN_PARTY,),
            members=(Member(ANN_PARTY, "administrator"), Member(Party("this account", "name"))),
            text="Library Club",
        ),
    ]


def test_a_message_in_both_tables_comes_out_once_and_none_is_lost():
    later = (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,timestamp,message_type,text_data) VALUES "
        f"(1,-1,0,'-1',0,0,NULL,NULL),(3,1,0,'3EB0A3',0,{AT},0,'Moved'),(4,1,0,'3EB0A4',0,{AT},0,'Later only'),"
        f"(5,1,0,'3EB0A5',0,{AT},0,'Same number');"
    )
    early = (
        insert(_id=1, key_remote_jid="-1", key_id="-1", timestamp=0)
        + insert(data="Early only")
        + insert(_id=3, key_id="3EB0A3", data="Moved")
        + insert(_id=5, key_id="3EB0ZZ", data="Another")
        + "INSERT INTO message_ephemeral VALUES (2,60,0),(4,60,0);"
    )
    found = everything(android(msgstore(later + early, ALL + EARLY)))
    messages = [one for one in found if isinstance(one, Message)]
    assert [(one.locator, one.text, one.flags) for one in messages] == [
        ("message:_id=1", None, ("placeholder",)),
        ("messages:_id=2", "Early only", ("disappearing",)),
        ("message:_id=3", "Moved", ()),
        ("message:_id=4", "Later only", ("disappearing",)),
        ("message:_id=5", "Same number", ()),
        ("messages:_id=5", "Another", ()),
    ]
    assert [one for one in found if not isinstance(one, Message)] == [
        Present(4),
        Present(2),
        Problem("note", "moved", "2 rows of messages stand in message too, and come out once"),
    ]


def test_rows_that_only_the_write_ahead_log_has_come_out(tmp_path):
    file = msgstore(insert(data="In the file"), EARLY)
    path = tmp_path / "msgstore.db"
    path.write_bytes(file.open().read())
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    for _ in connection.execute(insert(_id=3, key_id="3EB0A2", data="In the log")):
        pass
    log = (tmp_path / "msgstore.db-wal").read_bytes()
    data = path.read_bytes()
    connection.close()
    found = everything(android(MemoryFile(f"{HOME}/msgstore.db", data, {"-wal": log})))
    assert [one.text for one in found if isinstance(one, Message)] == ["In the file", "In the log"]


def test_an_early_layout_without_what_is_needed_is_said_to_be_unknown():
    schema = PEOPLE + EARLY.replace("data TEXT, timestamp", "body TEXT, timestamp") + SCENE
    assert everything(android(msgstore("", schema))) == [
        Problem("schema", "unknown-layout", "table messages has no column data")
    ]


def test_a_broken_value_costs_no_row():
    file = msgstore(insert(data="Hello", quoted_row_id=4), EARLY)
    assert isinstance(file.open(), io.BytesIO)
    assert_no_row_is_lost(android, file.path, file.open().read(), "messages", "_id")


@pytest.mark.parametrize(("needs_push", "flags"), [(2, ("broadcast",)), (1, ()), (0, ()), (None, ())])
def test_a_message_to_a_broadcast_list_is_told_by_its_number(needs_push, flags):
    assert read(insert(data="Hi", needs_push=needs_push)) == [replace(INCOMING, text="Hi", flags=flags)]
