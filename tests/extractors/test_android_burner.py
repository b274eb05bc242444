"""Burner: second numbers, with their messages, calls and contacts."""

from __future__ import annotations

import pytest

from evidence_store.records import Account, Attachment, Call, Contact, Message, Moment, Party, Present, Problem
from extractors.android.burner import burner
from tests.evidence_builders.android_chats import burner_store
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

ANN = Party("+447700900101", "phone", "Ann Example")
MINE = Party("+447700900100")
ROWS = """INSERT INTO burners(_id,burner_id,phone_number_id,name,user_id,expiration_date,disabled,date_created) VALUES
    (1,'b-1','+447700900100','Second','u-1',1700009000000,1,1700000000000);
INSERT INTO contacts(_id,contact_id,name,phone_number,date_created,last_updated_date,blocked,notes) VALUES
    (1,'k-1','Ann Example','+447700900101',1700000000000,1700000005000,1,'met in Leeds');
INSERT INTO messages(_id,message_id,state,message,contact_phone_number,message_type,asset_url,date_created,
    last_updated_date,read,burner_id,duration,direction,connected) VALUES
    (1,'m-1',1,'hello','+447700900101',2,'https://media.example/x/a.jpg',1700000001000,1700000001000,0,'b-1',0,1,0),
    (2,'m-2',1,'','+447700900101',1,NULL,1700000002000,1700000002000,1,'b-1',61,2,1),
    (3,'m-3',0,'odd','07700 900109',5,NULL,1700000003000,1700000003000,1,'b-9',0,7,0);"""


def at(meaning: str, seconds: int) -> Moment:
    return Moment(meaning, seconds * 1_000_000, str(seconds * 1000), "A")


def test_a_message_of_a_real_phone_comes_out_whole(corpus) -> None:
    data = (corpus / "plaso/android/burners.sqlite").read_bytes()
    found = list(burner(MemoryFile("burners.sqlite", data)))
    assert found[6] == Message(
        locator="messages:_id=1",
        service="Burner",
        moments=(Moment("sent", 1669918590384000, "1669918590384", "A"),),
        extra=(
            ("state", 1),
            ("burner_id", "5b7c579e-5d24-49e2-a9b8-82641ef1dbe3"),
            ("sid", "1669918590433ensulcjans6u7u2f"),
        ),
        conversation="5b7c579e-5d24-49e2-a9b8-82641ef1dbe3 +19198887386",
        title="This Is DFIR Two",
        direction="out",
        sender=Party("+19102484781"),
        recipients=(Party("+19198887386", "phone", "This Is DFIR Two"),),
        text="You there?",
        key="6d7b7ff2-228f-452d-b914-5e6f7a02a865",
    )
    assert [one.duration_s for one in found if isinstance(one, Call)] == [2, 2]


def test_numbers_contacts_messages_and_calls_come_out_whole() -> None:
    assert list(burner(burner_store(ROWS))) == [
        Present(5),
        Account(
            locator="burners:_id=1",
            service="Burner",
            moments=(at("recorded", 1700000000), at("expires", 1700009000)),
            flags=("disabled",),
            extra=(("burner_id", "b-1"), ("user_id", "u-1"), ("auto_reply_active", 0)),
            name="Second",
            identifiers=(MINE,),
            text="Second\n+447700900100",
        ),
        Contact(
            locator="contacts:_id=1",
            service="Burner",
            moments=(at("recorded", 1700000000), at("modified", 1700000005)),
            flags=("blocked",),
            extra=(("contact_id", "k-1"), ("notes", "met in Leeds")),
            name="Ann Example",
            identifiers=(Party("+447700900101"),),
            text="Ann Example\n+447700900101\nmet in Leeds",
        ),
        Message(
            locator="messages:_id=1",
            service="Burner",
            moments=(at("recorded", 1700000001),),
            flags=("unread",),
            attachments=(Attachment("a.jpg", state="not downloaded"),),
            extra=(("state", 1), ("asset_url", "https://media.example/x/a.jpg"), ("burner_id", "b-1")),
            conversation="b-1 +447700900101",
            title="Ann Example",
            direction="in",
            sender=ANN,
            recipients=(MINE,),
            text="hello",
            key="m-1",
        ),
        Call(
            locator="messages:_id=2",
            service="Burner",
            moments=(at("started", 1700000002),),
            extra=(("state", 1), ("connected", 1), ("burner_id", "b-1")),
            conversation="b-1 +447700900101",
            direction="out",
            sender=MINE,
            recipients=(ANN,),
            outcome="connected",
            duration_s=61,
        ),
        Message(
            locator="messages:_id=3",
            service="Burner",
            moments=(at("recorded", 1700000003),),
            flags=("direction 7", "type 5"),
            extra=(("message_type", 5), ("state", 0), ("burner_id", "b-9")),
            conversation="b-9 07700 900109",
            sender=Party("07700 900109"),
            text="odd",
            key="m-3",
        ),
    ]


def test_another_programs_database_is_left_alone_and_an_unknown_layout_is_said() -> None:
    other = database("CREATE TABLE t (a);")
    assert list(burner(MemoryFile("com.adhoclabs.burner/databases/other.db", other))) == []
    assert list(burner(MemoryFile("burners.sqlite", other))) == [
        Problem("schema", "unknown-layout", "no table messages; no table burners")
    ]


@pytest.mark.parametrize("table", ["messages", "burners", "contacts"])
def test_a_broken_value_costs_no_row(table) -> None:
    file = burner_store(ROWS)
    assert_no_row_is_lost(burner, file.path, file.open().read(), table, "_id")
