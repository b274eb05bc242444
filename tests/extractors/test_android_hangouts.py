"""Hangouts: messages, conversations, people and calls of babel.db."""

from __future__ import annotations

import pytest

from evidence_store.records import (
    Attachment,
    Call,
    Contact,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
)
from extractors.android.hangouts import hangouts
from tests.evidence_builders.android_chats import BABEL, babel
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

ANN = Party("1001", "account", "Ann Example")
OWN = Party("1000", "account", "Own Example")
PEOPLE = """INSERT INTO participants(_id,gaia_id,chat_id,full_name,fallback_name,blocked) VALUES
    (1,'1000','1000','Own Example','own@example.org',0),(2,'1001','1001','Ann Example',NULL,1);
INSERT INTO participants(_id,phone_id,fallback_name) VALUES (3,'+447700900102','07700 900102');
INSERT INTO conversation_participants(participant_row_id,conversation_id,active) VALUES (1,'c1',1),(2,'c1',1),
    (1,'c2',1),(2,'c2',0),(3,'c2',1),(9,'c2',1);
INSERT INTO conversations(_id,conversation_id,conversation_type,name,generated_name,snippet_text,sort_timestamp,
    self_watermark,is_pending_leave,draft) VALUES
    (1,'c1',1,NULL,'Ann Example',NULL,1500000000000001,0,0,NULL),
    (2,'c2',2,'Choir','Ann, Ben','see you',1500000000000002,1500000000000003,1,'not yet');"""


def at(meaning: str, microseconds: int) -> Moment:
    return Moment(meaning, microseconds, str(microseconds), "A")


def test_the_messages_of_a_real_phone_come_out_whole(corpus) -> None:
    file = MemoryFile("babel.db", (corpus / "plaso/android/babel.db").read_bytes())
    found = [one for one in hangouts(file) if isinstance(one, Message)]
    assert len(found) == 14
    assert found[1] == Message(
        locator="messages:_id=2",
        service="Hangouts",
        moments=(at("recorded", 1500266514326967),),
        extra=(("status", 4),),
        conversation="UgzjuBCEJq0DKNmrqBB4AaABAagBiLyIDA",
        title="John Macron",
        direction="in",
        sender=Party("108778762612058411235", "account", "John Macron"),
        text="How are you?",
        key="8V673ca04908V67OUALXuX",
    )
    assert [one.direction for one in found].count("out") == 6


def test_people_and_conversations_come_out_with_who_is_in_them() -> None:
    inserts = PEOPLE + "INSERT INTO blocked_people VALUES (4,'1009','1009','Dan Example',NULL)"
    ben = Party("+447700900102", "phone", "07700 900102")
    stranger = Party("participant 9", "name")
    assert list(hangouts(babel(inserts))) == [
        Present(6),
        Contact(
            locator="participants:_id=1",
            service="Hangouts",
            name="Own Example",
            identifiers=(Party("1000", "account"), Party("own@example.org", "email")),
            text="Own Example\nown@example.org",
        ),
        Contact(
            locator="participants:_id=2",
            service="Hangouts",
            flags=("blocked",),
            name="Ann Example",
            identifiers=(Party("1001", "account"),),
            text="Ann Example",
        ),
        Contact(
            locator="participants:_id=3",
            service="Hangouts",
            name="07700 900102",
            identifiers=(Party("+447700900102"),),
            text="07700 900102",
        ),
        Contact(
            locator="blocked_people:_id=4",
            service="Hangouts",
            flags=("blocked",),
            name="Dan Example",
            identifiers=(Party("1009", "account"),),
            text="Dan Example",
        ),
        Group(
            locator="conversations:_id=1",
            service="Hangouts",
            moments=(at("last activity", 1500000000000001),),
            extra=(("conversation_type", 1),),
            conversation="c1",
            title="Ann Example",
            identifiers=(OWN, ANN),
            members=(Member(OWN), Member(ANN)),
        ),
        Group(
            locator="conversations:_id=2",
            service="Hangouts",
            moments=(at("last activity", 1500000000000002), at("last read", 1500000000000003)),
            flags=("leaving",),
            extra=(("conversation_type", 2), ("snippet_text", "see you"), ("draft", "not yet")),
            conversation="c2",
            title="Choir",
            identifiers=(OWN, ANN, ben, stranger),
            members=(Member(OWN), Member(ANN, "not active"), Member(ben), Member(stranger)),
            text="see you\nnot yet",
        ),
    ]


MESSAGES = """INSERT INTO messages(_id,message_id,conversation_id,author_chat_id,author_gaia_id,text,timestamp,type,
    status,expiration_timestamp,attachment_content_type,attachment_name,remote_url,latitude,longitude) VALUES
    (1,'m1','c1','1000','1000','it&#39;s me',1500000000000001,1,4,1500000000000009,'image/jpeg','a.jpg',
     'https://lh.example/a',51.5,-0.125),
    (2,'m2','c9','1008',NULL,NULL,1500000000000002,7,4,NULL,NULL,NULL,NULL,0,0);
INSERT INTO multipart_attachments VALUES (1,'m1','c1','https://lh.example/b','image/png',1,1);"""


def test_a_picture_a_place_and_an_event_of_an_unknown_type() -> None:
    found = [one for one in hangouts(babel(PEOPLE + MESSAGES)) if isinstance(one, Message)]
    assert found == [
        Message(
            locator="messages:_id=1",
            service="Hangouts",
            moments=(at("sent", 1500000000000001), at("expires", 1500000000000009)),
            flags=("location",),
            attachments=(
                Attachment("a.jpg", None, "image/jpeg", state="not downloaded"),
                Attachment("multipart_attachments:_id=1", None, "image/png", state="not downloaded"),
            ),
            extra=(
                ("status", 4),
                ("remote_url", "https://lh.example/a"),
                ("url", "https://lh.example/b"),
                ("text as stored", "it&#39;s me"),
            ),
            conversation="c1",
            title="Ann Example",
            direction="out",
            sender=OWN,
            recipients=(ANN,),
            text="it's me",
            key="m1",
            lat=51.5,
            lon=-0.125,
        ),
        Message(
            locator="messages:_id=2",
            service="Hangouts",
            moments=(at("recorded", 1500000000000002),),
            flags=("type 7",),
            extra=(("status", 4),),
            conversation="c9",
            sender=Party("1008", "account"),
            key="m2",
        ),
    ]


@pytest.mark.parametrize("unit", [1000, 1])
def test_a_call_has_its_number_and_the_unit_of_its_time_is_told_by_its_size(unit) -> None:
    stored = 1500000000000000 // unit
    inserts = f"INSERT INTO recent_calls VALUES (1,'+447700900101','07700 900101',NULL,{stored},2,1,NULL,1)"
    assert list(hangouts(babel(inserts))) == [
        Present(1),
        Call(
            locator="recent_calls:_id=1",
            service="Hangouts",
            moments=(Moment("started", 1500000000000000, str(stored), "A"),),
            flags=("direction not read",),
            extra=(("call_type", 2), ("contact_type", 1), ("is_free_call", 1)),
            recipients=(Party("07700 900101"),),
        ),
    ]


def test_the_fewest_tables_are_enough_and_other_layouts_are_told() -> None:
    table = BABEL[BABEL.index("CREATE TABLE messages") : BABEL.index("CREATE TABLE multipart")]
    found = list(hangouts(babel(MESSAGES[: MESSAGES.index("INSERT INTO multipart")], table)))
    assert [one.locator for one in found[1:]] == ["messages:_id=1", "messages:_id=2"]
    assert list(hangouts(babel("", "CREATE TABLE t (a);"))) == [
        Problem("schema", "unknown-layout", "no table messages")
    ]
    assert list(hangouts(MemoryFile("x/babel.db", database("CREATE TABLE t (a);")))) == []


WHOLE = (
    PEOPLE
    + MESSAGES
    + "INSERT INTO blocked_people VALUES (4,'1009','1009','Dan Example',NULL);"
    + "INSERT INTO recent_calls VALUES (1,'+447700900101','07700 900101',NULL,1500000000000,2,1,NULL,1)"
)


@pytest.mark.parametrize("table", ["messages", "conversations", "participants", "blocked_people", "recent_calls"])
def test_a_broken_value_costs_no_row(table) -> None:
    file = babel(
        WHOLE, BABEL.replace(", UNIQUE (conversation_id, message_id)", "").replace(", UNIQUE (conversation_id)", "")
    )
    assert_no_row_is_lost(hangouts, file.path, file.open().read(), table, "_id")


def test_pictures_and_members_that_belong_to_nothing_are_counted() -> None:
    rows = (
        "INSERT INTO multipart_attachments(_id,message_id,conversation_id) VALUES (1,'m','c'),(2,'m','c');"
        "INSERT INTO conversation_participants(_id,participant_row_id,conversation_id) VALUES (1,5,'c');"
    )
    assert list(hangouts(babel(rows))) == [
        Present(0),
        Problem("note", "orphans", "2 rows of multipart_attachments belong to nothing that is left"),
        Problem("note", "orphans", "1 rows of conversation_participants belong to nothing that is left"),
    ]
