"""Interactions with people, as Apple's devices note them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import AppUse, Contact, Moment, Party, Present, Problem
from extractors.ios.interactions import interactions
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

PATH = "private/var/mobile/Library/CoreDuet/People/interactionC.db"
SCHEMA = """
CREATE TABLE ZINTERACTIONS ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZDIRECTION INTEGER,
 ZISRESPONSE INTEGER, ZMECHANISM INTEGER, ZRECIPIENTCOUNT INTEGER, ZSENDER INTEGER, ZCREATIONDATE TIMESTAMP,
 ZENDDATE TIMESTAMP, ZSTARTDATE TIMESTAMP, ZACCOUNT VARCHAR, ZBUNDLEID VARCHAR, ZCONTENTURL VARCHAR,
 ZDERIVEDINTENTIDENTIFIER VARCHAR, ZDOMAINIDENTIFIER VARCHAR, ZGROUPNAME VARCHAR, ZLOCATIONUUID VARCHAR,
 ZTARGETBUNDLEID VARCHAR, ZUUID VARCHAR );
CREATE TABLE ZCONTACTS ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZINCOMINGRECIPIENTCOUNT INTEGER,
 ZINCOMINGSENDERCOUNT INTEGER, ZOUTGOINGRECIPIENTCOUNT INTEGER, ZPERSONIDTYPE INTEGER, ZTYPE INTEGER,
 ZCREATIONDATE TIMESTAMP, ZFIRSTINCOMINGRECIPIENTDATE TIMESTAMP, ZFIRSTINCOMINGSENDERDATE TIMESTAMP,
 ZFIRSTOUTGOINGRECIPIENTDATE TIMESTAMP, ZLASTINCOMINGRECIPIENTDATE TIMESTAMP, ZLASTINCOMINGSENDERDATE TIMESTAMP,
 ZLASTOUTGOINGRECIPIENTDATE TIMESTAMP, ZCUSTOMIDENTIFIER VARCHAR, ZDISPLAYNAME VARCHAR, ZIDENTIFIER VARCHAR,
 ZPERSONID VARCHAR );
CREATE TABLE ZATTACHMENT ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZSIZEINBYTES INTEGER,
 ZCONTENTTEXT VARCHAR, ZUTI VARCHAR, ZCONTENTURL VARCHAR, ZPHOTOLOCALIDENTIFIER VARCHAR, ZIDENTIFIER BLOB );
CREATE TABLE Z_1INTERACTIONS ( Z_1ATTACHMENTS INTEGER, Z_3INTERACTIONS INTEGER );
CREATE TABLE Z_2INTERACTIONRECIPIENT ( Z_2RECIPIENTS INTEGER, Z_3INTERACTIONRECIPIENT INTEGER );
"""
ROWS = """
INSERT INTO ZINTERACTIONS(Z_PK,ZDIRECTION,ZMECHANISM,ZRECIPIENTCOUNT,ZSENDER,ZSTARTDATE,ZENDDATE,ZBUNDLEID,ZGROUPNAME)
 VALUES (1,1,13,2,5,794050200.0,794050260.5,'com.apple.MobileSMS','Walkers'),
 (2,0,NULL,NULL,99,794050200.0,794050200.0,'net.whatsapp.WhatsApp',NULL),(3,7,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ZCONTACTS(Z_PK,ZIDENTIFIER,ZDISPLAYNAME,ZINCOMINGSENDERCOUNT,ZFIRSTINCOMINGSENDERDATE,ZPERSONID) VALUES
 (5,'+447700900101','Ann Example',4,794050200.0,'P-5'),(6,'447700900102@s.whatsapp.net',NULL,0,NULL,NULL),
 (7,NULL,'Cat',NULL,NULL,NULL),(8,'cat.example',NULL,NULL,NULL,NULL);
INSERT INTO ZATTACHMENT(Z_PK,ZCONTENTTEXT,ZUTI) VALUES (4,'look','public.jpeg');
INSERT INTO Z_2INTERACTIONRECIPIENT VALUES (6,1),(7,1),(77,1);
INSERT INTO Z_1INTERACTIONS VALUES (4,1),(88,1);
"""
STARTED = Moment("started", 1_772_357_400_000_000, "794050200", "A")


def kept(rows: str = ROWS, schema: str = SCHEMA) -> MemoryFile:
    return MemoryFile(PATH, database(schema, rows))


def test_interactions_come_out_with_who_was_in_them() -> None:
    people = ("Ann Example (+447700900101)", "447700900102@s.whatsapp.net", "Cat")
    plain: dict[str, Any] = {"service": "Interactions"}
    where = "ZINTERACTIONS:Z_PK=1"
    assert list(interactions(kept())) == [
        Present(3),
        AppUse(
            locator=where,
            **plain,
            moments=(STARTED, Moment("ended", 1_772_357_460_500_000, "794050260.5", "A")),
            extra=(
                ("sender", people[0]),
                ("recipient", people[1]),
                ("recipient", people[2]),
                ("ZMECHANISM", 13),
                ("ZRECIPIENTCOUNT", 2),
                ("attachment ZCONTENTTEXT", "look"),
                ("attachment ZUTI", "public.jpeg"),
            ),
            app="com.apple.MobileSMS",
            title="Walkers",
            activity="outgoing interaction",
            duration_s=60.5,
            text="\n".join(("Walkers", *people, "look")),
        ),
        Problem("value", "no-contact", "recipient: there is no row of ZCONTACTS for it (Z_PK=77)", where),
        AppUse(
            locator="ZINTERACTIONS:Z_PK=2",
            **plain,
            moments=(STARTED, Moment("ended", 1_772_357_400_000_000, "794050200", "A")),
            app="net.whatsapp.WhatsApp",
            activity="incoming interaction",
        ),
        Problem(
            "value", "no-contact", "ZSENDER: there is no row of ZCONTACTS for it (Z_PK=99)", "ZINTERACTIONS:Z_PK=2"
        ),
        AppUse(locator="ZINTERACTIONS:Z_PK=3", **plain, app="", activity="interaction of direction 7"),
        Present(4),
        Contact(
            locator="ZCONTACTS:Z_PK=5",
            **plain,
            moments=(Moment("first incoming, as sender", 1_772_357_400_000_000, "794050200", "A"),),
            extra=(("ZINCOMINGSENDERCOUNT", 4), ("ZPERSONID", "P-5")),
            name="Ann Example",
            identifiers=(Party("+447700900101", "phone", "Ann Example"),),
            text="Ann Example\n+447700900101",
        ),
        Contact(
            locator="ZCONTACTS:Z_PK=6",
            **plain,
            identifiers=(Party("447700900102@s.whatsapp.net", "whatsapp"),),
            text="447700900102@s.whatsapp.net",
        ),
        Contact(locator="ZCONTACTS:Z_PK=7", **plain, name="Cat", text="Cat"),
        Contact(
            locator="ZCONTACTS:Z_PK=8", **plain, identifiers=(Party("cat.example", "account"),), text="cat.example"
        ),
    ]


def test_the_numbers_in_the_names_of_joining_tables_do_not_matter() -> None:
    other = SCHEMA.replace("Z_2INTERACTIONRECIPIENT", "Z_4INTERACTIONRECIPIENT").replace(
        "Z_2RECIPIENTS", "Z_4RECIPIENTS"
    )
    found = list(interactions(kept(ROWS.replace("Z_2INTER", "Z_4INTER"), other)))
    assert found[1].extra[1:3] == (("recipient", "447700900102@s.whatsapp.net"), ("recipient", "Cat"))


def test_without_any_other_table_and_from_the_log_the_interactions_are_still_there() -> None:
    table = "CREATE TABLE ZINTERACTIONS(Z_PK INTEGER PRIMARY KEY, ZBUNDLEID VARCHAR, ZSTARTDATE TIMESTAMP);"
    data, log = with_log(database(table), "INSERT INTO ZINTERACTIONS VALUES(1,'x',794050200.0),(2,'x',794050200.0)")
    twins = [
        AppUse(
            locator=f"ZINTERACTIONS:Z_PK={key}",
            service="Interactions",
            moments=(STARTED,),
            app="x",
            activity="interaction",
        )
        for key in (1, 2)
    ]
    assert list(interactions(MemoryFile(PATH, data, {"-wal": log})))[:3] == [Present(2), *twins]


@pytest.mark.parametrize("table", ["ZINTERACTIONS", "ZCONTACTS"])
def test_a_broken_value_costs_no_row(table: str) -> None:
    assert_no_row_is_lost(interactions, PATH, database(SCHEMA, ROWS), table, "Z_PK")


@pytest.mark.parametrize("table", ["ZATTACHMENT", "Z_1INTERACTIONS", "Z_2INTERACTIONRECIPIENT"])
def test_a_broken_value_beside_costs_no_interaction(table: str) -> None:
    broken, _ = with_broken_values(database(SCHEMA, ROWS), table, "rowid" if table.startswith("Z_") else "Z_PK")
    found = [one.locator for one in interactions(MemoryFile(PATH, broken)) if isinstance(one, AppUse)]
    assert found == [f"ZINTERACTIONS:Z_PK={key}" for key in (1, 2, 3)]


def test_unknown_layouts_are_said_to_be_unknown() -> None:
    problem = Problem("schema", "unknown-layout", "no table ZINTERACTIONS")
    assert list(interactions(kept("", "CREATE TABLE thing(x)"))) == [problem]
    assert [one.kind for one in interactions(MemoryFile(PATH, b"none")) if isinstance(one, Problem)] == ["file"]


def test_the_interactions_of_a_real_backup_come_out_whole(corpus: Path) -> None:
    data = (corpus / "mvt/ios_backup/1f/1f5a521220a3ad80ebfdc196978df8e7a2e49dee").read_bytes()
    found = list(interactions(MemoryFile(PATH, data)))
    assert found[2] == AppUse(
        locator="ZINTERACTIONS:Z_PK=2",
        service="Interactions",
        moments=tuple(
            Moment(meaning, 1757407200000000, "779100000.0", "A") for meaning in ("started", "ended", "recorded")
        ),
        extra=(("recipient", "+14155550100"), ("ZRECIPIENTCOUNT", 1), ("ZDOMAINIDENTIFIER", "100000000000001@lid")),
        app="net.whatsapp.WhatsApp",
        activity="outgoing interaction",
        text="+14155550100",
    )
    assert [type(one) for one in found] == [Present, *[AppUse] * 3, Present, *[Contact] * 3]
