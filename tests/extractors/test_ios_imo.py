"""imo's database on iOS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Account, Attachment, Call, Contact, Group, Message, Moment, Party, Present, Problem
from extractors.ios.imo import imo
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import archive, hexed
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

PATH = "private/var/mobile/Containers/Shared/AppGroup/G/IMODb2.sqlite"
SCHEMA = """
CREATE TABLE ZIMOCHATMSG ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZISSENT INTEGER,
 ZNUM_RETRIES INTEGER, ZSENDERTS INTEGER, ZSTATE INTEGER, ZTS INTEGER, ZTYPE INTEGER, ZA_UID VARCHAR, ZALIAS VARCHAR,
 ZBATCH_ID VARCHAR, ZBUID VARCHAR, ZCONTACT_ALIAS VARCHAR, ZICON VARCHAR, ZPHOTO_ID VARCHAR, ZTEXT VARCHAR,
 ZIMDATA BLOB );
CREATE TABLE ZIMOCONTACT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZBLOCK_STATE INTEGER,
 ZCONTACT_ABID INTEGER, ZFAV_STATE INTEGER, ZIS_GROUP INTEGER, ZMUTED_STATE INTEGER, ZPHONE_LAST6 INTEGER,
 ZALIAS VARCHAR, ZBUID VARCHAR, ZCONTACT_CNID VARCHAR, ZDIGIT_PHONE VARCHAR, ZDISPLAY VARCHAR, ZICON_ID VARCHAR,
 ZPH_NAME VARCHAR, ZPHONE VARCHAR );
CREATE TABLE ZIMOKEYVAL ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZLONG_VAL INTEGER,
 ZDATE_VAL TIMESTAMP, ZKEY VARCHAR, ZSTRING_VAL VARCHAR, ZDATA_VAL BLOB );
CREATE TABLE ZIMORECENTCALL ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCALL_TYPE INTEGER,
 ZCHAT_TYPE INTEGER, ZTS INTEGER, ZBUID VARCHAR, ZDISPLAY VARCHAR, ZICON_ID VARCHAR, ZIMDATA BLOB );
CREATE TABLE ZIMORECENTCHAT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZNUM_UNREAD INTEGER,
 ZSTATE INTEGER, ZTS INTEGER, ZTYPE INTEGER, ZALIAS VARCHAR, ZBUID VARCHAR, ZICON VARCHAR, ZTEXT VARCHAR );
"""
OWN, ANN = Party("900", "account", "Own"), Party("200", "account", "Ann")
SETTINGS = """INSERT INTO ZIMOKEYVAL(Z_PK,ZKEY,ZSTRING_VAL) VALUES (4,'imo_account_alias','Own'),
 (5,'imo_account_uid','900'),(6,'iat_cookie','never given');"""
TEXT = (
    "INSERT INTO ZIMOCHATMSG(Z_PK,ZISSENT,ZTS,ZSENDERTS,ZTYPE,ZA_UID,ZALIAS,ZBUID,ZCONTACT_ALIAS,ZTEXT,ZIMDATA) VALUES"
)
NS = 1_772_357_400_123_456_789
AT_US = NS // 1000


def kept(*rows: str) -> MemoryFile:
    return MemoryFile(PATH, database(SCHEMA, *rows))


def said(number: int, **more: Any) -> Message:
    plain: dict[str, Any] = {
        "locator": f"ZIMOCHATMSG:Z_PK={number}",
        "service": "imo",
        "moments": (Moment("received", AT_US, str(NS), "A"),),
        "conversation": "200",
        "title": "Ann",
        "direction": "in",
        "sender": ANN,
    }
    return Message(**{**plain, **more})


def test_messages_come_out_by_kind_with_the_own_account() -> None:
    gone = archive("no dictionary")
    rows = f"""{TEXT} (1,0,{NS},{NS - 1000},0,'200','Ann','200','Ann','Hello',NULL),
     (2,1,{NS},0,0,NULL,NULL,'200','Ann','Hi',NULL),(3,1,{NS},0,0,NULL,NULL,'7;g','Walk','All',NULL),
     (4,NULL,{NS},0,12,'200','Ann','200','Ann','This message was deleted',{hexed(gone)}),
     (5,7,5,0,99,'200','Ann','200','Ann',NULL,x'00');
     INSERT INTO ZIMOCONTACT(Z_PK,ZBUID,ZIS_GROUP,ZDISPLAY) VALUES (1,'7;g',1,'Walk');"""
    sent: dict[str, Any] = {"moments": (Moment("sent", AT_US, str(NS), "A"),), "direction": "out", "sender": OWN}
    found = list(imo(kept(SETTINGS, rows)))
    assert found[:9] == [
        Present(1),
        Account(locator="ZIMOKEYVAL:Z_PK=5", service="imo", name="Own", identifiers=(OWN,), text="Own\n900"),
        Present(5),
        said(
            1,
            moments=(
                Moment("received", AT_US, str(NS), "A"),
                Moment("sent by the sender's clock", AT_US - 1, str(NS - 1000), "A"),
            ),
            text="Hello",
        ),
        said(2, **sent, recipients=(ANN,), text="Hi"),
        said(3, **sent, conversation="7;g", title="Walk", text="All"),
        said(4, flags=("deleted by sender",), extra=(("ZTYPE", 12),), text="This message was deleted"),
        said(
            5,
            moments=(Moment("recorded", None, "5", "A", note="not a plausible time"),),
            flags=("type 99", "ZISSENT 7"),
            extra=(("ZTYPE", 99),),
            direction=None,
            sender=None,
        ),
        Problem("value", "ZIMDATA", "ZIMDATA: neither a binary nor an XML property list", "ZIMOCHATMSG:Z_PK=5"),
    ]
    assert "never given" not in repr(found)


def test_contacts_conversations_and_calls_of_the_lists() -> None:
    rows = f"""INSERT INTO ZIMOCONTACT(Z_PK,ZBUID,ZALIAS,ZDISPLAY,ZPH_NAME,ZPHONE,ZBLOCK_STATE) VALUES
     (1,'200','annie','Ann','Ann Example','07700 900101',1);
     INSERT INTO ZIMORECENTCHAT(Z_PK,ZBUID,ZALIAS,ZTEXT,ZTS,ZNUM_UNREAD) VALUES (2,'200','Ann','Me: Hi',{NS},3);
     INSERT INTO ZIMORECENTCALL(Z_PK,ZBUID,ZDISPLAY,ZTS,ZCALL_TYPE) VALUES (3,'200','Ann',{NS},2)"""
    assert list(imo(kept(rows))) == [
        Present(0),
        Present(1),
        Contact(
            locator="ZIMOCONTACT:Z_PK=1",
            service="imo",
            flags=("blocked",),
            extra=(("alias", "annie"), ("name in the address book", "Ann Example")),
            name="Ann",
            identifiers=(ANN, Party("07700 900101")),
            text="Ann\nannie\nAnn Example\n200\n07700 900101",
        ),
        Present(1),
        Group(
            locator="ZIMORECENTCHAT:Z_PK=2",
            service="imo",
            moments=(Moment("last message", AT_US, str(NS), "A"),),
            flags=("entry of the list of conversations",),
            extra=(("last message", "Me: Hi"), ("ZNUM_UNREAD", 3)),
            conversation="200",
            title="Ann",
            text="Ann\nMe: Hi",
        ),
        Present(1),
        Call(
            locator="ZIMORECENTCALL:Z_PK=3",
            service="imo",
            moments=(Moment("started", AT_US, str(NS), "A"),),
            flags=("type 2",),
            extra=(("ZBUID", "200"), ("ZDISPLAY", "Ann"), ("ZCALL_TYPE", 2)),
            conversation="200",
            text="Ann",
        ),
    ]


def test_twins_a_message_of_the_log_and_missing_tables_cost_nothing() -> None:
    table = SCHEMA[: SCHEMA.index("CREATE TABLE ZIMOCONTACT")]
    more = f"{TEXT} (1,0,{NS},0,0,'200','Ann','200','Ann','x',NULL),(2,0,{NS},0,0,'200','Ann','200','Ann','x',NULL)"
    data, log = with_log(database(table), more)
    found = list(imo(MemoryFile(PATH, data, {"-wal": log})))
    assert found[:3] == [Present(2), said(1, text="x"), said(2, text="x")]


ROWS = f"""{TEXT} (1,0,{NS},{NS},0,'200','Ann','200','Ann','Hello',NULL);
INSERT INTO ZIMOCONTACT(Z_PK,ZBUID) VALUES (1,'200'); INSERT INTO ZIMORECENTCHAT(Z_PK,ZBUID,ZTS) VALUES (1,'200',{NS});
INSERT INTO ZIMORECENTCALL(Z_PK,ZBUID,ZTS) VALUES (1,'200',{NS});"""


@pytest.mark.parametrize("table", ["ZIMOCHATMSG", "ZIMOCONTACT", "ZIMORECENTCHAT", "ZIMORECENTCALL"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(imo, PATH, database(SCHEMA, SETTINGS, ROWS), table, "Z_PK")


def test_a_broken_setting_costs_no_message() -> None:
    broken, _ = with_broken_values(database(SCHEMA, SETTINGS, ROWS), "ZIMOKEYVAL", "Z_PK")
    assert [one.text for one in imo(MemoryFile(PATH, broken)) if isinstance(one, Message)] == ["Hello"]


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    other = MemoryFile(PATH, database("CREATE TABLE thing(x)"))
    assert list(imo(other)) == [Problem("schema", "unknown-layout", "no table ZIMOCHATMSG")]
    assert [one.kind for one in imo(MemoryFile(PATH, b"none")) if isinstance(one, Problem)] == ["file"]


def test_the_messages_of_a_real_phone_come_out_whole(corpus: Path) -> None:
    found = list(imo(MemoryFile(PATH, (corpus / "plaso/ios/IMODb2.sqlite").read_bytes())))
    other = Party("2000810370507916", "account", "This Is DFIR Two")
    photo = [one for one in found if isinstance(one, Message)][4]
    assert photo == Message(
        locator="ZIMOCHATMSG:Z_PK=5",
        service="imo",
        moments=(
            Moment("received", 1682532999405000, "1682532999405000000", "A"),
            Moment("sent by the sender's clock", 1682532999402000, "1682532999402000000", "A"),
        ),
        attachments=(Attachment("0AK3-QnxEc0.webp", None, "image/webp"),),
        extra=(("ZTYPE", 1), ("ZSTATE", 4), ("object_id", ".40tNyIfCwAKbKfEfKsHcyIsiAjQ")),
        conversation="2000810370507916",
        title="This Is DFIR Two",
        direction="in",
        sender=other,
        text="uploaded photo: https://cdn.imoim.us/s/object/.40tNyIfCwAKbKfEfKsHcyIsiAjQ/",
    )
    assert "iat_cookie" not in repr(found)
