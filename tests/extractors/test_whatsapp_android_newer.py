"""WhatsApp on Android: what the tables of 2023 to 2026 hold beside a message."""

from __future__ import annotations

import pytest

from evidence_store.records import Message, Moment, Party, Problem, Quoted, replace
from extractors.chats.whatsapp.android import android
from tests.evidence_builders.whatsapp_android import (
    ALL,
    ANN,
    BEN,
    CAT,
    CAT_LID,
    DAN_LID,
    GROUP,
    NEWER,
    everything,
    msgstore,
)

AT = 1672574400123
QUOTED = "INSERT INTO message_quoted VALUES (2,1,1,0,0,'3EB0Q',NULL,5,0,NULL);"


def insert(kind: int = 0, text: str | None = "Hi", from_me: int = 0) -> str:
    return (
        "INSERT INTO message(_id,chat_row_id,from_me,key_id,sender_jid_row_id,timestamp,message_type,text_data)"
        f" VALUES (2,1,{from_me},'3EB0A2',0,{AT},{kind},{'NULL' if text is None else repr(text)});"
    )


def moment(meaning: str, raw: int) -> Moment:
    return Moment(meaning, raw * 1000, str(raw), "A")


SENT = moment("sent", AT)
PLAIN = Message(
    locator="message:_id=2", service="WhatsApp", moments=(SENT,), conversation=ANN, direction="in",
    sender=Party(ANN, "whatsapp"), text="Hi", key="3EB0A2",
)  # fmt: skip


def read(inserts: str) -> list:
    found = everything(android(msgstore(inserts, ALL + NEWER)))
    return [one for one in found if isinstance(one, Message | Problem)]


@pytest.mark.parametrize(
    ("inserts", "expected"),
    [
        (
            f"INSERT INTO message_event_invite VALUES (2,'e1','Picnic',{AT},1,'Come!',{AT + 9000});",
            {
                "flags": ("invitation to an event",),
                "extra": (("event name", "Picnic"), ("event caption", "Come!"), ("event is_canceled", 1)),
                "moments": (SENT, moment("event starts", AT), moment("event ends", AT + 9000)),
            },
        ),
        (
            "INSERT INTO message_newsletter_follower_invite VALUES (2,3,'City news');",
            {"flags": ("invitation to a channel",), "extra": (("channel", "City news"),)},
        ),
        (
            "INSERT INTO forwarded_newsletter_message_info VALUES (2,3,7,'City news',NULL);",
            {"extra": (("forwarded from channel", "City news"), ("forwarded from", GROUP))},
        ),
        (
            "INSERT INTO status_quoted_message VALUES (2,'At the lake',x'00',1);"
            "INSERT INTO question_reply_quoted_message VALUES (2,'Where?','There',5,1);",
            {"extra": (("quoted status", "At the lake"), ("question", "Where?"), ("response", "There"))},
        ),
        (
            "INSERT INTO message_external_ad_content VALUES (2,'Phones','Cheap',1,'https://example.org/ad');",
            {
                "extra": (
                    ("advertisement title", "Phones"), ("advertisement text", "Cheap"),
                    ("advertisement address", "https://example.org/ad"),
                ),
            },
        ),
        (
            f"INSERT INTO message_invoice VALUES (2,'i1','12 GBP','Lunch',NULL,1,4,3,0,{AT});",
            {
                "flags": ("invoice",), "moments": (SENT, moment("invoice made", AT)),
                "extra": (
                    ("invoice amount", "12 GBP"), ("invoice note", "Lunch"), ("invoice status", 3),
                    ("invoice from", ANN), ("invoice to", CAT),
                ),
            },
        ),
        (
            "INSERT INTO pay_transaction(message_row_id,id,status,sender_jid_row_id,receiver_jid_row_id,currency_code,"
            "amount_1000) VALUES (2,'T1',405,1,2,'GBP',12500);",
            {
                "flags": ("payment",),
                "extra": (
                    ("currency_code", "GBP"), ("amount_1000", 12500), ("payment status", 405), ("payment id", "T1"),
                    ("payer", ANN), ("payee", BEN),
                ),
            },
        ),
        (
            "INSERT INTO message_media_interactive_annotation VALUES (1,2,51.5,-0.12,'The lake',NULL,0);",
            {
                "extra": (
                    ("place on the picture", "The lake"), ("latitude on the picture", 51.5),
                    ("longitude on the picture", -0.12),
                ),
            },
        ),
        (
            f"INSERT INTO message_quarantine VALUES (2,1,{AT},x'00');",
            {"flags": ("quarantined",), "moments": (SENT, moment("quarantined", AT))},
        ),
        (
            "INSERT INTO message_mentions(message_row_id,jid_row_id,mention_type) VALUES (2,2,0),(2,NULL,2);",
            {"extra": (("mentions", BEN), ("mentions", "mention_type 2"))},
        ),
        (
            f"INSERT INTO message_ephemeral VALUES (2,604800,{AT},1,3600);",
            {
                "flags": ("disappearing",), "moments": (SENT, moment("expires", AT)),
                "extra": (("disappears after seconds", 604800), ("keep_in_chat", 1), ("after_read_duration", 3600)),
            },
        ),
        (
            QUOTED + "INSERT INTO message_quoted_location VALUES (2,51.5,-0.12,'The lake','Park Road',NULL,NULL);",
            {
                "quotes": Quoted("3EB0Q", Party(ANN, "whatsapp"), "The lake, Park Road, 51.5, -0.12"),
                "extra": (("quoted type", 5),),
            },
        ),
        (
            QUOTED + "INSERT INTO message_quoted_vcard VALUES (1,2,'BEGIN:VCARD\nFN:Eve Example\nEND:VCARD');"
            "INSERT INTO message_quoted_group_invite VALUES (2,3,1,'Library Club');"
            "INSERT INTO message_quoted_product VALUES (2,1,'A chair');",
            {"quotes": Quoted("3EB0Q", Party(ANN, "whatsapp"), "Eve Example"), "extra": (("quoted type", 5),)},
        ),
    ],
)  # fmt: skip
def test_what_newer_tables_hold_stands_with_the_message(inserts, expected):
    assert read(insert() + inserts) == [replace(PLAIN, **expected)]


def test_an_invitation_without_words_has_those_of_its_event():
    sql = insert(text=None) + "INSERT INTO message_event_invite VALUES (2,'e1','Picnic',NULL,0,NULL,NULL);"
    words = replace(PLAIN, text="Picnic", flags=("invitation to an event",), extra=(("event name", "Picnic"),))
    assert read(sql) == [words]


def test_a_message_that_was_written_on_a_linked_device_names_it():
    devices = (
        "INSERT INTO jid(_id,user,server,device,raw_string) VALUES"
        " (30,'447700900100','s.whatsapp.net',12,'447700900100:12@s.whatsapp.net'),"
        " (31,'447700900100','s.whatsapp.net',0,'447700900100.0:0@s.whatsapp.net');"
    )
    mine = replace(PLAIN, direction="out", sender=None, recipients=(Party(ANN, "whatsapp"),))
    linked = insert(from_me=1) + devices + "INSERT INTO message_details VALUES (2,{});"
    assert read(linked.format(30)) == [replace(mine, extra=(("author_device_jid", "447700900100:12@s.whatsapp.net"),))]
    assert read(linked.format(31)) == [mine]
    assert read(linked.format("NULL")) == [mine]


def test_newer_events_have_their_values():
    plain = replace(PLAIN, direction=None, sender=None, flags=("system",), moments=(moment("recorded", AT),))
    system = insert(kind=7, text=None) + "INSERT INTO message_system VALUES (2,{});"
    reminder = f"INSERT INTO message_system_reminder_setup VALUES (2,1,{AT + 9000},'Call Ann');"
    assert read(system.format(200) + reminder) == [
        replace(
            plain, text="[system event 200]", extra=(("action_type", 200), ("reminder", "Call Ann")),
            moments=(moment("recorded", AT), moment("reminder", AT + 9000)),
        )
    ]  # fmt: skip
    lids = "INSERT INTO message_system_lid_change VALUES (2,4,6,'Dan Example');"
    assert read(system.format(201) + lids + "INSERT INTO message_limit_sharing_setting VALUES (2,1,0);") == [
        replace(
            plain, text="[system event 201]",
            extra=(
                ("action_type", 201), ("display name", "Dan Example"), ("limited sharing enabled", 1),
                ("old lid", CAT_LID), ("new lid", DAN_LID),
            ),
        )
    ]  # fmt: skip


def test_an_edit_that_waits_for_its_message_comes_out():
    sql = f"INSERT INTO message_orphaned_edit VALUES (1,'3EB0E',0,2,2,{AT},74,'3EB0OLD',0,NULL,x'00');"
    assert read(sql) == [
        Message(
            locator="message_orphaned_edit:_id=1", service="WhatsApp", moments=(moment("recorded", AT),),
            flags=("waits for its message",), extra=(("message_type", 74), ("revoked_key_id", "3EB0OLD")),
            conversation="chat 2", direction="in", sender=Party(BEN, "whatsapp"), key="3EB0E",
        )
    ]  # fmt: skip


def test_broken_values_cost_themselves_only():
    sql = insert() + "INSERT INTO message_event_invite VALUES (2,'e1',x'ff','soon',0,NULL,NULL);"
    sql += QUOTED + "INSERT INTO message_quoted_location VALUES (2,'x',x'00',x'ff',NULL,NULL,NULL);"
    found = read(sql)
    assert (found[0].text, found[0].flags) == ("Hi", ("invitation to an event",))
    assert [one.code for one in found[1:]] == ["text", "time", "text"]
