"""WhatsApp on Android: groups and their members, events in chats, calls."""

from __future__ import annotations

import pytest

from evidence_store.records import Call, Group, Member, Message, Moment, Party, Present, Problem, replace
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import (
    ALL,
    ANN,
    BEN,
    CAT,
    CAT_LID,
    GROUP,
    GROUP_CHAT,
    everything,
    msgstore,
)
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123
ANN_PARTY, BEN_PARTY = Party(ANN, "whatsapp"), Party(BEN, "whatsapp")
CAT_PARTY = Party(CAT, "whatsapp", "Cat Example")
OWN = Party("this account", "name")


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


CLUB = Group(
    locator="chat:_id=2",
    service="WhatsApp",
    moments=(moment("set up", 1672531200000),),
    conversation=GROUP,
    title="Library Club",
    text="Library Club",
)


def test_members_of_a_group_with_their_roles_and_those_who_were():
    rows = (
        f"INSERT INTO group_participant_user VALUES (1,3,2,2,0,{AT},NULL),(2,3,4,0,1,NULL,NULL),(3,3,8,1,0,NULL,NULL),"
        f"(4,3,99,0,0,NULL,NULL); INSERT INTO group_past_participant_user VALUES (1,3,1,1,{AT}),(2,3,4,0,{AT + 1});"
        "UPDATE chat SET archived=1, group_type=2 WHERE _id=2;"
    )
    assert everything(android(msgstore(GROUP_CHAT + rows))) == [
        Present(0),
        Present(1),
        replace(
            CLUB,
            flags=("group of a community",),
            extra=(("archived", 1), ("group_type", 2)),
            identifiers=(BEN_PARTY, CAT_PARTY, ANN_PARTY),
            members=(
                Member(BEN_PARTY, "first administrator", moment("added", AT)),
                Member(CAT_PARTY, "pending"),
                Member(OWN, "administrator"),
                Member(ANN_PARTY, "former member (left)", None, moment("left", AT)),
                Member(CAT_PARTY, "former member (removed)", None, moment("removed", AT + 1)),
            ),
        ),
        Problem(
            "value",
            "identifier",
            "user_jid_row_id 99: no identifier of that row id is left",
            "group_participant_user:_id=4",
        ),
    ]


def test_members_without_a_chat_and_broadcast_lists_are_groups_too():
    rows = (
        "INSERT INTO group_participant_user VALUES (1,3,2,0,0,NULL,NULL);"
        "INSERT INTO jid(_id,user,server,raw_string) VALUES (20,'1672531200','broadcast','1672531200@broadcast');"
        "INSERT INTO chat(_id,jid_row_id,subject) VALUES (9,20,'Neighbours');"
    )
    assert everything(android(msgstore(rows)))[1:] == [
        Present(1),
        Group(
            locator="chat:_id=9",
            service="WhatsApp",
            flags=("broadcast list",),
            conversation="1672531200@broadcast",
            title="Neighbours",
            text="Neighbours",
        ),
        Present(1),
        Group(
            locator="group_participant_user:_id=1",
            service="WhatsApp",
            flags=("no chat",),
            conversation=GROUP,
            identifiers=(BEN_PARTY,),
            members=(Member(BEN_PARTY),),
        ),
    ]


@pytest.mark.parametrize(
    ("action", "inserts", "text", "extra"),
    [
        (
            12,
            "INSERT INTO message_system_chat_participant VALUES (2,2),(2,4);"
            "INSERT INTO message_system_group VALUES (2,0);",
            "[added to the group: +447700900102, +447700900103 (by +447700900101)]",
            (("participant", BEN), ("participant", CAT), ("is_me_joined", 0)),
        ),
        (
            5,
            "INSERT INTO message_system_chat_participant VALUES (2,1);",
            "[left the group: +447700900101]",
            (("participant", ANN),),
        ),
        (
            1,
            "UPDATE message SET text_data='Library Club'; INSERT INTO message_system_value_change VALUES (2,'Club');",
            "[subject of the group changed (by +447700900101)] Library Club",
            (("old value", "Club"),),
        ),
        (
            28,
            "INSERT INTO message_system_number_change VALUES (2,1,2);",
            "[phone number changed: +447700900101 to +447700900102 (by +447700900101)]",
            (("old number", ANN), ("new number", BEN)),
        ),
        (
            58,
            "INSERT INTO message_system_block_contact VALUES (2,1);",
            "[contact blocked or unblocked (by +447700900101)]",
            (("is_blocked", 1),),
        ),
        (
            59,
            "INSERT INTO message_ephemeral_setting(message_row_id,setting_duration) VALUES (2,86400);",
            "[timer of disappearing messages changed (by +447700900101)]",
            (("setting_duration", 86400),),
        ),
        (7777, "", "[system event 7777 (by +447700900101)]", ()),
    ],
)
def test_events_are_put_into_words_and_keep_their_code(action, inserts, text, extra):
    rows = (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,status,timestamp,message_type)"
        f" VALUES (2,2,1,'3EB0S',1,6,{AT},7); INSERT INTO message_system VALUES (2,{action});"
    )
    found = everything(android(msgstore(GROUP_CHAT + rows + inserts)))
    assert found == [
        Present(1),
        Message(
            locator="message:_id=2",
            service="WhatsApp",
            moments=(moment("recorded", AT),),
            flags=("system",),
            extra=(("action_type", action), *extra),
            conversation=GROUP,
            title="Library Club",
            sender=ANN_PARTY,
            text=text,
            key="3EB0S",
        ),
        Present(1),
        CLUB,
    ]


def test_an_event_without_its_code_is_still_one():
    rows = f"INSERT INTO message(_id,chat_row_id,from_me,key_id,timestamp,message_type) VALUES (2,1,0,'3EB0S',{AT},7);"
    assert everything(android(msgstore(rows)))[1] == Message(
        locator="message:_id=2",
        service="WhatsApp",
        moments=(moment("recorded", AT),),
        flags=("system",),
        conversation=ANN,
        text="[system event]",
        key="3EB0S",
    )


INSERT_CALL = (
    "INSERT INTO call_log(_id,jid_row_id,from_me,call_id,timestamp,video_call,duration,call_result,group_jid_row_id)"
    " VALUES "
)


def test_calls_of_two_and_of_groups():
    rows = (
        INSERT_CALL + f"(1,1,0,'c1',{AT},1,65,5,0),(2,1,1,'c2',{AT},0,0,2,0),(3,4,0,'c3',{AT},0,0,4,0),"
        f"(4,1,0,'c4',{AT},0,0,99,3),(5,77,1,'c5',{AT},0,-1,NULL,0);"
        "INSERT INTO call_log_participant_v2 VALUES (1,4,1,5),(2,4,2,2),(3,9,1,1);"
    )
    called = (moment("started", AT),)
    assert everything(android(msgstore(rows))) == [
        Present(5),
        Call(
            locator="call_log:_id=1",
            service="WhatsApp",
            moments=called,
            flags=("video",),
            extra=(("call_result", 5), ("call_id", "c1")),
            conversation=ANN,
            direction="in",
            sender=ANN_PARTY,
            outcome="answered",
            duration_s=65,
        ),
        Call(
            locator="call_log:_id=2",
            service="WhatsApp",
            moments=called,
            extra=(("call_result", 2), ("call_id", "c2")),
            conversation=ANN,
            direction="out",
            recipients=(ANN_PARTY,),
            outcome="not answered",
            duration_s=0,
        ),
        Call(
            locator="call_log:_id=3",
            service="WhatsApp",
            moments=called,
            extra=(("call_result", 4), ("call_id", "c3"), ("lid", CAT_LID)),
            conversation=CAT_LID,
            direction="in",
            sender=CAT_PARTY,
            outcome="result 4",
            duration_s=0,
        ),
        Call(
            locator="call_log:_id=4",
            service="WhatsApp",
            moments=called,
            flags=("group call",),
            extra=(
                ("call_result", 99),
                ("call_id", "c4"),
                ("participant", f"{ANN}: result 5"),
                ("participant", f"{BEN}: result 2"),
            ),
            conversation=GROUP,
            direction="in",
            sender=ANN_PARTY,
            recipients=(BEN_PARTY,),
            outcome="result 99",
            duration_s=0,
        ),
        Call(
            locator="call_log:_id=5",
            service="WhatsApp",
            moments=called,
            extra=(("call_id", "c5"),),
            direction="out",
        ),
        Problem("value", "identifier", "jid_row_id 77: no identifier of that row id is left", "call_log:_id=5"),
        Problem("value", "number", "duration is below zero: -1", "call_log:_id=5"),
        Problem("note", "orphans", "1 rows of call_log_participant_v2 belong to nothing that is left"),
    ]


def test_a_group_is_no_caller_and_a_link_stands_with_its_call():
    rows = (
        "ALTER TABLE call_log ADD COLUMN call_link_row_id INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE call_log ADD COLUMN offer_silence_reason INTEGER;"
        "CREATE TABLE call_link (_id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL);"
        "INSERT INTO call_link VALUES (5,'AbCdEf');"
        + INSERT_CALL
        + f"(1,3,0,'c1',{AT},0,0,2,3),(2,3,1,'c2',{AT},0,0,3,3); INSERT INTO call_log_participant_v2 VALUES (1,1,2,2);"
        "UPDATE call_log SET call_link_row_id=5, offer_silence_reason=1 WHERE _id=1;"
        "UPDATE call_log SET call_link_row_id=6 WHERE _id=2;"
    )
    plain = Call(
        locator="call_log:_id=1",
        service="WhatsApp",
        moments=(moment("started", AT),),
        flags=("group call",),
        extra=(
            ("call_result", 2),
            ("call_id", "c1"),
            ("offer_silence_reason", 1),
            ("participant", f"{BEN}: result 2"),
            ("call link", "AbCdEf"),
        ),
        conversation=GROUP,
        direction="in",
        recipients=(BEN_PARTY,),
        outcome="missed",
        duration_s=0,
    )
    assert everything(android(msgstore(rows))) == [
        Present(2),
        plain,
        replace(
            plain,
            locator="call_log:_id=2",
            extra=(("call_result", 3), ("call_id", "c2"), ("call link", "6")),
            direction="out",
            recipients=(),
            outcome="result 3",
        ),
    ]


def test_the_privacy_id_of_the_account_is_no_stranger():
    rows = (
        "INSERT INTO jid(_id,user,server,raw_string) VALUES (20,'','lid_me','lid_me');"
        f"INSERT INTO group_participant_user VALUES (1,3,20,2,0,{AT},NULL),(2,3,2,0,0,NULL,NULL);"
    )
    assert everything(android(msgstore(GROUP_CHAT + rows))) == [
        Present(0),
        Present(1),
        replace(
            CLUB,
            identifiers=(BEN_PARTY,),
            members=(Member(OWN, "first administrator", moment("added", AT)), Member(BEN_PARTY)),
        ),
    ]


def test_a_call_in_a_chat_is_a_message_that_names_its_row_of_the_call_log():
    rows = (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,timestamp,message_type) VALUES "
        f"(2,1,0,'3EB0C',{AT},90),(3,1,0,'3EB0M',{AT},10);"
        "INSERT INTO message_call_log VALUES (2,1);"
        "INSERT INTO missed_call_logs(message_row_id,video_call) VALUES (3,1);"
    )
    found = everything(android(msgstore(rows)))
    assert [(one.flags, one.extra) for one in found[1:]] == [
        (("call",), (("call_log_row_id", 1),)),
        (("call", "missed", "video"), ()),
    ]


def test_a_broken_value_costs_no_call():
    file = msgstore(INSERT_CALL + f"(1,1,0,'c1',{AT},1,65,5,0);")
    assert_no_row_is_lost(android, file.path, file.open().read(), "call_log", "_id")


def test_a_broken_value_costs_no_group():
    file = msgstore(GROUP_CHAT + "DELETE FROM chat WHERE _id != 2;", ALL.replace(" UNIQUE", ""))
    columns = ("hidden", "subject", "created_timestamp")
    assert_no_row_is_lost(android, file.path, file.open().read(), "chat", "_id", columns=columns)


def test_a_call_stands_in_the_chat_of_the_same_person_under_either_identifier():
    found = android(
        msgstore(
            "DROP TABLE jid_map; CREATE TABLE jid_map(lid_row_id, jid_row_id);"
            "INSERT INTO jid_map VALUES (6,NULL),(4,5);"
            "INSERT INTO call_log(_id,jid_row_id,from_me,timestamp,duration,call_result) VALUES"
            "(1,5,0,1672531200000,1,5),(2,4,0,1672531200000,1,5),(3,2,0,1672531200000,1,5),(4,NULL,0,1672531200000,1,5);"
        )
    )
    assert [one.conversation for one in found if isinstance(one, Call)] == [
        "100000000000003@lid",
        "100000000000003@lid",
        "447700900102@s.whatsapp.net",
        None,
    ]
