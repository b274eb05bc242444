"""Samsung's own copy of messages, with RCS: every row whole, whatever is missing beside it."""

from __future__ import annotations

import pytest

from evidence_store.records import Attachment, Group, Member, Message, Moment, Party, Present, Problem, Quoted
from extractors.android.samsung_messages import samsung_messages
from extractors.base import Found
from extractors.recognising import recognised
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.samsung_messages import MESSAGES, PEOPLE, SCHEMA
from tests.extractors.broken import assert_no_row_is_lost

PATH = "data/data/com.samsung.android.messaging/databases/message_content.db"
ROBIN = Party("07700 900123", name="Robin Example")
OTHER = Party("+447700900124")
GONE = Party("recipient 44", "name")


def read(*scripts: str) -> list[Found]:
    return list(samsung_messages(MemoryFile(PATH, database(SCHEMA, *scripts))))


def one(values: str, *more: str) -> Message:
    """The message of one row, of which the first columns are always the same."""
    script = f"INSERT INTO messages(_id,conversation_id,message_type,message_box_type,message_status{values})"
    [found] = [item for item in read(PEOPLE, script, *more) if isinstance(item, Message)]
    return found


def at(meaning: str, ms: int) -> Moment:
    return Moment(meaning, ms * 1000, str(ms), "A")


def test_messages_conversations_and_parts_come_out_whole() -> None:
    assert read(PEOPLE, MESSAGES) == [
        Present(5),
        Message(
            locator="messages:_id=1",
            service="SMS",
            moments=(at("received", 1677670000123), at("sent", 1677669999000)),
            flags=("unread", "application's own copy"),
            extra=(("remote_message_uri", "content://sms/11"),),
            conversation="message_content 7",
            direction="in",
            sender=ROBIN,
            text="See you on Thursday",
            key="1",
        ),
        Message(
            locator="messages:_id=2",
            service="SMS",
            moments=(at("sent", 1677670060000), at("moved to the recycle bin", 1677690000000)),
            deleted=True,
            flags=("recycle bin", "application's own copy"),
            conversation="message_content 7",
            direction="out",
            recipients=(ROBIN,),
            text="ok",
            key="2",
        ),
        Message(
            locator="messages:_id=3",
            service="RCS",
            moments=(at("received", 1677680000000),),
            extra=(("imdn_message_id", "Mx1"), ("session_id", "S1")),
            conversation="message_content 8",
            title="Allotment",
            direction="in",
            sender=OTHER,
            text="I have it",
            key="3",
            quotes=Quoted("Mx0", None, "Who has the key?"),
        ),
        Message(
            locator="messages:_id=4",
            service="RCS",
            moments=(at("sent", 1677680100000),),
            flags=("file",),
            attachments=(Attachment("IMG_1.jpg", "data/media/0/Pictures/Messages/IMG_1.jpg", "image/jpeg", 90000),),
            conversation="message_content 8",
            title="Allotment",
            direction="out",
            recipients=(ROBIN, OTHER, GONE),
            key="4",
        ),
        Message(
            locator="messages:_id=5",
            service="RCS",
            moments=(at("recorded", 1677680200000),),
            flags=("system",),
            extra=(("information_message_type", 4),),
            conversation="message_content 8",
            title="Allotment",
            text="[event 4]",
            key="5",
        ),
        Present(1),
        Message(
            locator="parts:_id=5",
            service="Samsung messages",
            flags=("no row of this message",),
            extra=(("message_id", "99"),),
            text="left behind",
        ),
        Present(1),
        Group(
            locator="conversations:_id=8",
            service="RCS",
            moments=(at("last activity", 1677680000000),),
            flags=("group chat",),
            extra=(("im_thread_id", 9),),
            conversation="message_content 8",
            title="Allotment",
            identifiers=(ROBIN, OTHER, GONE),
            members=(Member(ROBIN), Member(OTHER), Member(GONE)),
        ),
    ]


@pytest.mark.parametrize("table", ["messages", "parts", "conversations"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    # Of parts and conversations only what stands by itself has a record of its own.
    one_to_one = "DELETE FROM conversations WHERE _id=7; DELETE FROM conversation_recipients WHERE conversation_id=7;"
    alone = {"parts": "DELETE FROM messages;", "conversations": f"DELETE FROM messages; {one_to_one}"}.get(table, "")
    assert_no_row_is_lost(samsung_messages, PATH, database(SCHEMA, PEOPLE, MESSAGES, alone), table, "_id")


@pytest.mark.parametrize("table", ["recipients", "conversations", "conversation_recipients", "parts"])
def test_no_message_hangs_on_another_table(table: str) -> None:
    found = read(PEOPLE, MESSAGES, f"DROP TABLE {table}")
    assert [item.key for item in found if isinstance(item, Message) and item.key] == ["1", "2", "3", "4", "5"]


def test_numbers_that_nobody_knows_come_out_as_they_are() -> None:
    found = one(",created_timestamp) VALUES(1,7,77,103,4242,1677670000000")
    assert (found.direction, found.service) == (None, "Samsung messages")
    assert found.flags == ("message_type 77", "message_status 4242", "message_box_type 103")
    assert found.moments == (at("recorded", 1677670000000),)


def test_what_was_not_sent_is_not_said_to_be() -> None:
    found = one(
        ",created_timestamp,scheduled_timestamp,recipients) VALUES(1,7,10,101,1100,1677670000000,1677680000000,"
        "'07700900125;+447700900124'"
    )
    assert found.moments == (at("recorded", 1677670000000), at("scheduled for", 1677680000000))
    assert found.flags == ("queued", "application's own copy")
    assert found.recipients == (Party("07700900125"), OTHER)


def test_a_place_is_read_from_the_words_that_carry_it() -> None:
    part = "INSERT INTO parts(message_id,text,content_type) VALUES(1,'geo:51.5,-0.12;crs=gcj02','text/plain')"
    found = one(",created_timestamp,recipients) VALUES(1,7,22,100,1205,1677670000000,'+447700900123'", part)
    assert (found.flags, found.lat, found.lon) == (("location", "unread"), 51.5, -0.12)


def test_a_file_in_the_telephony_store_is_named_by_its_address() -> None:
    part = (
        "INSERT INTO parts(_id,message_id,text,content_uri,content_type,size) VALUES"
        "(1,1,NULL,'content://mms/part/5','image/jpeg',7),(2,1,'<smil/>',NULL,'application/smil',0)"
    )
    found = one(",created_timestamp,recipients,is_read) VALUES(1,7,12,100,1205,1677670000000,'+447700900123',1", part)
    assert found.attachments == (Attachment("part 1", None, "image/jpeg", 7),)
    assert found.extra == (("content_uri", "content://mms/part/5"),)
    assert found.text is None


def test_other_programs_are_left_alone_and_an_unknown_layout_said() -> None:
    other = database("CREATE TABLE messages(_id INTEGER)")
    assert list(samsung_messages(MemoryFile("data/data/com.example/databases/message_content.db", other))) == []
    [said] = samsung_messages(MemoryFile(PATH, other))
    assert isinstance(said, Problem)
    assert (said.kind, said.code) == ("schema", "unknown-layout")


def test_a_renamed_copy_is_told_by_its_tables() -> None:
    assert [item.id for item in recognised(MemoryFile("f0001", database(SCHEMA)))] == ["android.samsung_messages"]
