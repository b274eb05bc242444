"""What stands beside the messages of WhatsApp on iOS: calls and contacts."""

from __future__ import annotations

import pytest

from evidence_store.records import Call, Contact, Moment, Party, Present, Problem
from extractors.chats.whatsapp.ios_calls import ios_calls
from extractors.chats.whatsapp.ios_contacts import ios_contacts
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_ios import (
    ANN,
    BEN,
    CALLS,
    CAT,
    CAT_LID,
    CONTACTS,
    GROUP,
    PAIRS,
    beside_chats,
    field,
)
from tests.extractors.broken import assert_no_row_is_lost
from tests.extractors.test_whatsapp_ios import insert, read

ANN_PARTY, BEN_PARTY = Party(ANN, "whatsapp"), Party(BEN, "whatsapp")


def moment(meaning: str, raw: str) -> Moment:
    return Moment(meaning, round((float(raw) + 978307200) * 1000000), raw, "A")


def call_history(inserts: str, schema: str = CALLS) -> MemoryFile:
    return beside_chats("CallHistory.sqlite", schema, inserts)


EVENT = "INSERT INTO ZWACDCALLEVENT(Z_PK,Z1CALLEVENTS,ZOUTCOME,ZDURATION,ZDATE,ZCALLIDSTRING,ZGROUPJIDSTRING) VALUES "


def test_calls_with_what_their_aggregate_event_says():
    rows = (
        "INSERT INTO ZWAAGGREGATECALLEVENT(Z_PK,ZINCOMING,ZMISSED,ZVIDEO) VALUES (1,0,0,1),(2,1,1,0),(3,1,0,0);"
        + EVENT
        + f"(1,1,0,125.4,694267200.5,'c1',NULL),(2,2,1,0.0,694267300,'c2',NULL),(3,3,0,9,694267400,'c3','{GROUP}'),"
        "(4,77,5,NULL,694267500,NULL,NULL);"
        "INSERT INTO ZWACDCALLEVENTPARTICIPANT(Z_PK,Z1PARTICIPANTS,ZOUTCOME,ZJIDSTRING) VALUES "
        f"(1,1,0,'{ANN}'),(2,2,NULL,'{ANN}'),(3,3,0,'{ANN}'),(4,3,1,'{BEN}'),(5,99,0,'{BEN}');"
    )
    assert list(ios_calls(call_history(rows))) == [
        Present(4),
        Call(
            locator="ZWACDCALLEVENT:Z_PK=1",
            service="WhatsApp",
            moments=(moment("started", "694267200.5"),),
            flags=("video",),
            extra=(
                ("ZCALLIDSTRING", "c1"),
                ("ZOUTCOME", 0),
                ("ZDURATION", "125.4"),
                ("participant", f"{ANN}: outcome 0"),
            ),
            conversation=ANN,
            direction="out",
            recipients=(ANN_PARTY,),
            outcome="answered",
            duration_s=125,
        ),
        Call(
            locator="ZWACDCALLEVENT:Z_PK=2",
            service="WhatsApp",
            moments=(moment("started", "694267300"),),
            extra=(("ZCALLIDSTRING", "c2"), ("ZOUTCOME", 1), ("ZDURATION", "0.0")),
            conversation=ANN,
            direction="in",
            sender=ANN_PARTY,
            outcome="missed",
            duration_s=0,
        ),
        Call(
            locator="ZWACDCALLEVENT:Z_PK=3",
            service="WhatsApp",
            moments=(moment("started", "694267400"),),
            flags=("group call",),
            extra=(
                ("ZCALLIDSTRING", "c3"),
                ("ZOUTCOME", 0),
                ("ZDURATION", "9.0"),
                ("participant", f"{ANN}: outcome 0"),
                ("participant", f"{BEN}: outcome 1"),
            ),
            conversation=GROUP,
            direction="in",
            recipients=(ANN_PARTY, BEN_PARTY),
            outcome="answered",
            duration_s=9,
        ),
        Call(
            locator="ZWACDCALLEVENT:Z_PK=4",
            service="WhatsApp",
            moments=(moment("started", "694267500"),),
            flags=("direction not recorded",),
            extra=(("ZOUTCOME", 5),),
            outcome="outcome 5",
        ),
        Problem("note", "orphans", "1 rows of ZWACDCALLEVENTPARTICIPANT belong to nothing that is left"),
    ]


def test_a_broken_value_costs_no_call_and_another_file_of_that_name_is_none_of_ours():
    file = call_history(EVENT + "(1,1,0,125.4,694267200.5,'c1',NULL);")
    assert_no_row_is_lost(ios_calls, file.path, file.open().read(), "ZWACDCALLEVENT", "Z_PK")
    other = "CREATE TABLE other (Z_PK INTEGER PRIMARY KEY);"
    assert list(ios_calls(call_history("", other))) == [Problem("schema", "unknown-layout", "no table ZWACDCALLEVENT")]
    assert list(ios_calls(beside_chats("CallHistory.sqlite", other, "", home=""))) == []


INSERT = (
    "INSERT INTO ZWAADDRESSBOOKCONTACT(Z_PK,ZFULLNAME,ZPHONENUMBER,ZWHATSAPPID,ZLID,ZABOUTTEXT,ZABOUTTIMESTAMP) VALUES "
)


def test_contacts_with_number_identifier_and_privacy_id():
    rows = INSERT + (
        f"(1,'Ann Example','+447700900101','{ANN}',NULL,'Out for lunch',694267200),"
        f"(2,NULL,NULL,'447700900103','{CAT_LID}',NULL,NULL),(3,CAST('Ben' AS BLOB),NULL,NULL,NULL,x'ff',NULL);"
    )
    cat = (Party(CAT, "whatsapp"), Party(CAT_LID, "whatsapp"))
    assert list(ios_contacts(beside_chats("ContactsV2.sqlite", CONTACTS, rows))) == [
        Present(3),
        Contact(
            locator="ZWAADDRESSBOOKCONTACT:Z_PK=1",
            service="WhatsApp",
            moments=(moment("status set", "694267200"),),
            extra=(("ZABOUTTEXT", "Out for lunch"),),
            name="Ann Example",
            identifiers=(
                Party(ANN, "whatsapp", "Ann Example"),
                Party("+447700900101", "phone", "Ann Example"),
            ),
            text=f"Ann Example\nOut for lunch\n+447700900101\n{ANN}",
        ),
        Contact(
            locator="ZWAADDRESSBOOKCONTACT:Z_PK=2",
            service="WhatsApp",
            identifiers=cat,
            text=f"447700900103\n{CAT_LID}",
        ),
        Contact(locator="ZWAADDRESSBOOKCONTACT:Z_PK=3", service="WhatsApp", name="Ben", text="Ben"),
        Problem("value", "text", "ZABOUTTEXT holds bytes, not text: ff", "ZWAADDRESSBOOKCONTACT:Z_PK=3"),
    ]


def test_the_numbers_of_privacy_ids_are_contacts_of_two_identifiers():
    rows = "INSERT INTO ZWAPHONENUMBERLIDPAIR VALUES (1,'100000000000003','447700900103',694267200);"
    assert list(ios_contacts(beside_chats("LID.sqlite", PAIRS, rows))) == [
        Present(1),
        Contact(
            locator="ZWAPHONENUMBERLIDPAIR:Z_PK=1",
            service="WhatsApp",
            moments=(moment("recorded", "694267200"),),
            flags=("number of a privacy id",),
            identifiers=(Party(CAT, "whatsapp"), Party(CAT_LID, "whatsapp")),
            text=f"{CAT}\n{CAT_LID}",
        ),
    ]


@pytest.mark.parametrize(
    ("table", "schema", "rows"),
    [
        ("ZWAADDRESSBOOKCONTACT", CONTACTS, INSERT + f"(1,'Ann','1','{ANN}',NULL,'x',694267200);"),
        ("ZWAPHONENUMBERLIDPAIR", PAIRS, f"INSERT INTO ZWAPHONENUMBERLIDPAIR VALUES (1,'{CAT_LID}','4477',1);"),
    ],
)
def test_a_broken_value_costs_no_contact(table, schema, rows):
    file = beside_chats("ContactsV2.sqlite", schema, rows)
    assert_no_row_is_lost(ios_contacts, file.path, file.open().read(), table, "Z_PK")


def test_another_layout_and_no_database():
    other = "CREATE TABLE other (Z_PK INTEGER PRIMARY KEY);"
    words = "no table ZWAADDRESSBOOKCONTACT and no table ZWAPHONENUMBERLIDPAIR"
    assert list(ios_contacts(beside_chats("ContactsV2.sqlite", other, ""))) == [
        Problem("schema", "unknown-layout", words)
    ]
    assert list(ios_contacts(beside_chats("LID.sqlite", other, "", home=""))) == []
    assert list(ios_contacts(MemoryFile("ContactsV2.sqlite", b"no database at all"))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]


def test_reactions_and_options_that_cannot_be_decoded_are_told():
    stored = field(7, field(1, field(3, "👍")) + field(1, "none") + field(2, "none")) + field(7, "none")
    stored += field(8, field(2, "What to bring?") + field(3, field(1, "Tea")) + field(3, "none"))
    rows = insert(ZMESSAGETYPE=46) + (
        f"INSERT INTO ZWAMESSAGEINFO(Z_PK,ZMESSAGE,ZRECEIPTINFO) VALUES (1,2,x'{stored.hex()}');"
    )
    found = [one.detail for one in read(rows) if isinstance(one, Problem)]
    told = ("1 reactions", "1 reactions", "1 reactions", "1 options of the poll")
    assert found == [f"ZRECEIPTINFO: {one} cannot be decoded" for one in told]
