"""WhatsApp on iOS: what was not sent, changes of members, statuses of others, calls with people of the address book."""

from __future__ import annotations

import pytest

from evidence_store.records import Call, Message, Moment, Party, Present, Problem
from extractors.chats.whatsapp.ios import ios
from extractors.chats.whatsapp.ios_calls import ios_calls
from tests.evidence_builders.whatsapp_ios import (
    ANN,
    BEN,
    CALLS,
    CAT,
    CAT_LID,
    GROUP,
    GROUP_CHAT,
    beside_chats,
    chat_storage,
    field,
)
from tests.extractors.broken import assert_no_row_is_lost

ANN_PARTY, BEN_PARTY = Party(ANN, "whatsapp", "Ann Example"), Party(BEN, "whatsapp", "Benny")
NOON = Moment("sent", 1672574400000000, "694267200", "A")
BOOK = (
    f"INSERT INTO ZWAADDRESSBOOKCONTACT(Z_PK,ZFULLNAME,ZWHATSAPPID,ZLID) VALUES (1,'Cat Example','{CAT}','{CAT_LID}');"
)


def messages(inserts: str, **others: str) -> list:
    return [one for one in ios(chat_storage(inserts, **others)) if isinstance(one, Message)]


def test_what_was_written_and_not_sent_comes_out():
    sql = GROUP_CHAT + "UPDATE ZWACHATSESSION SET ZSAVEDINPUT='Not yet' WHERE Z_PK IN (1,2);"
    sql += "UPDATE ZWACHATSESSION SET ZSAVEDINPUT='' WHERE Z_PK=3;"
    plain = {"service": "WhatsApp", "flags": ("draft",), "direction": "out", "text": "Not yet"}
    assert messages(sql) == [
        Message(
            **plain, locator="ZWACHATSESSION:Z_PK=1", conversation=ANN, title="Ann Example", recipients=(ANN_PARTY,)
        ),
        Message(**plain, locator="ZWACHATSESSION:Z_PK=2", conversation=GROUP, title="Library Club"),
    ]
    assert list(ios(chat_storage(sql))).count(Present(1)) == 3  # two drafts and a group


def test_changes_of_the_members_of_a_group_come_out():
    sql = GROUP_CHAT + (
        "INSERT INTO ZWAGROUPMEMBERSCHANGE VALUES "
        f"(1,NULL,NULL,2,694267200,'{GROUP}','{BEN},{CAT_LID}'),(2,NULL,NULL,NULL,NULL,NULL,NULL);"
    )
    cat = Party(CAT, "whatsapp", "Cat Example")
    assert messages(sql, book=BOOK) == [
        Message(
            locator="ZWAGROUPMEMBERSCHANGE:Z_PK=1", service="WhatsApp", flags=("system",), conversation=GROUP,
            title="Library Club", moments=(Moment("recorded", 1672574400000000, "694267200", "A"),),
            text="[members of the group changed, type 2: +447700900102, +447700900103]",
            extra=(
                ("participant", BEN), ("participant", cat.identifier), ("lid", CAT_LID),
                ("ZMEMBERJIDS", f"{BEN},{CAT_LID}"),
            ),
        ),
        Message(
            locator="ZWAGROUPMEMBERSCHANGE:Z_PK=2", service="WhatsApp", flags=("system",),
            text="[members of the group changed, type not recorded]",
        ),
    ]  # fmt: skip
    file = chat_storage(sql)
    assert_no_row_is_lost(ios, file.path, file.open().read(), "ZWAGROUPMEMBERSCHANGE", "Z_PK")


@pytest.mark.parametrize(
    ("chat", "sender", "lids"),
    [
        ("447700900101@status", Party(ANN, "whatsapp", "Cat Example"), ()),
        ("100000000000003@lid.status", Party(CAT, "whatsapp", "Cat Example"), (("lid", CAT_LID),)),
        ("status@broadcast", None, ()),
    ],
)
def test_whose_status_it_is_follows_from_its_chat(chat, sender, lids):
    sql = f"INSERT INTO ZWACHATSESSION(Z_PK,ZCONTACTJID,ZPARTNERNAME,ZSESSIONTYPE) VALUES (9,'{chat}','Cat Example',3);"
    sql += (
        "INSERT INTO ZWAMESSAGE(Z_PK,ZCHATSESSION,ZISFROMME,ZMESSAGETYPE,ZMESSAGEDATE,ZSTANZAID,ZTEXT,ZFROMJID) VALUES "
        f"(1,9,0,0,694267200,'3EB0A1','Hi','{chat}');"
    )
    assert messages(sql, book=BOOK) == [
        Message(
            locator="ZWAMESSAGE:Z_PK=1", service="WhatsApp", moments=(NOON,), conversation=chat, title="Cat Example",
            direction="in", sender=sender, text="Hi", key="3EB0A1", extra=lids,
        )
    ]  # fmt: skip


def test_a_channel_has_counts_of_reactions():
    stored = field(7, field(3, field(1, field(1, "👍") + field(2, 1324)) + field(1, field(1, "❤") + field(2, 7))))
    sql = (
        "INSERT INTO ZWAMESSAGE(Z_PK,ZCHATSESSION,ZISFROMME,ZMESSAGETYPE,ZMESSAGEDATE,ZTEXT)"
        f" VALUES (1,1,0,0,694267200,'Hi'); INSERT INTO ZWAMESSAGEINFO(Z_PK,ZMESSAGE,ZRECEIPTINFO)"
        f" VALUES (1,1,x'{stored.hex()}');"
    )
    assert messages(sql)[0].extra == (("reaction count", "👍: 1324"), ("reaction count", "❤: 7"))


def test_calls_have_the_names_and_numbers_of_the_address_book():
    sql = (
        "INSERT INTO ZWAAGGREGATECALLEVENT(Z_PK,ZINCOMING) VALUES (1,1),(2,0);"
        "INSERT INTO ZWACDCALLEVENT(Z_PK,Z1CALLEVENTS,ZDURATION,ZDATE) VALUES (1,1,60,694267200),(2,2,0,694267200);"
        f"INSERT INTO ZWACDCALLEVENTPARTICIPANT(Z_PK,Z1PARTICIPANTS,ZJIDSTRING) VALUES (1,1,'{CAT_LID}'),(2,2,'{BEN}');"
    )
    started = (Moment("started", 1672574400000000, "694267200", "A"),)
    found = list(ios_calls(beside_chats("CallHistory.sqlite", CALLS, sql, book=BOOK)))
    assert [one for one in found if not isinstance(one, Present)] == [
        Call(
            locator="ZWACDCALLEVENT:Z_PK=1", service="WhatsApp", conversation=CAT_LID, direction="in", duration_s=60,
            moments=started, outcome="answered",
            sender=Party(CAT, "whatsapp", "Cat Example"), extra=(("ZDURATION", "60.0"), ("lid", CAT_LID)),
        ),
        Call(
            locator="ZWACDCALLEVENT:Z_PK=2", service="WhatsApp", conversation=BEN, direction="out", duration_s=0,
            moments=started,
            recipients=(Party(BEN, "whatsapp"),), extra=(("ZDURATION", "0.0"),),
        ),
        Problem("note", "names", "names and the numbers behind privacy ids are those of ContactsV2.sqlite beside it"),
    ]  # fmt: skip
