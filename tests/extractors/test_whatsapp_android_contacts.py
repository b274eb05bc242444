"""WhatsApp's own address book on Android."""

from __future__ import annotations

import pytest

from evidence_store.records import Contact, Group, Moment, Party, Present, Problem
from extractors.chats.whatsapp.android_contacts import android_contacts
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.whatsapp_android import ANN, BEN, DAN_LID, GROUP, WA, address_book
from tests.extractors.broken import assert_no_row_is_lost

AT = 1672574400123
INSERT = (
    "INSERT INTO wa_contacts(_id,jid,is_whatsapp_user,status,status_timestamp,number,display_name,wa_name,company,"
    "is_starred) VALUES "
)


def test_contacts_with_their_names_numbers_and_words_about_themselves():
    rows = (
        INSERT + f"(1,'{ANN}',1,'Out for lunch',{AT},'+44 7700 900101','Ann Example','annie','Example Ltd',1),"
        f"(2,'{BEN}',0,NULL,0,NULL,NULL,'Ben',NULL,0),(3,'{DAN_LID}',1,NULL,NULL,NULL,NULL,NULL,NULL,0),"
        f"(4,'{GROUP}',1,NULL,NULL,NULL,'Library Club',NULL,NULL,0); INSERT INTO wa_block_list VALUES ('{BEN}');"
    )
    assert list(android_contacts(address_book(rows))) == [
        Present(5),
        Contact(
            locator="wa_contacts:_id=1",
            service="WhatsApp",
            moments=(Moment("status set", AT * 1000, str(AT), "A"),),
            flags=("starred",),
            extra=(("wa_name", "annie"), ("status", "Out for lunch")),
            name="Ann Example",
            identifiers=(
                Party(ANN, "whatsapp", "Ann Example"),
                Party("+44 7700 900101", "phone", "Ann Example"),
            ),
            organisation="Example Ltd",
            text=f"Ann Example\nannie\nExample Ltd\nOut for lunch\n+44 7700 900101\n{ANN}",
        ),
        Contact(
            locator="wa_contacts:_id=2",
            service="WhatsApp",
            flags=("not on WhatsApp", "blocked"),
            name="Ben",
            identifiers=(Party(BEN, "whatsapp", "Ben"),),
            text=f"Ben\n{BEN}",
        ),
        Contact(
            locator="wa_contacts:_id=3",
            service="WhatsApp",
            identifiers=(Party(DAN_LID, "whatsapp"),),
            text=DAN_LID,
        ),
        Contact(
            locator="wa_contacts:_id=4",
            service="WhatsApp",
            flags=("group",),
            name="Library Club",
            identifiers=(Party(GROUP, "whatsapp", "Library Club"),),
            text=f"Library Club\n{GROUP}",
        ),
        Contact(
            locator="wa_block_list:rowid=1",
            service="WhatsApp",
            flags=("blocked",),
            identifiers=(Party(BEN, "whatsapp"),),
            text=BEN,
        ),
    ]


def test_businesses_and_descriptions_of_groups():
    rows = (
        f"INSERT INTO wa_vnames(jid,issuer,expires,verified_name) VALUES ('{ANN}','ent:wa',NULL,'Example Ltd');"
        "INSERT INTO wa_biz_profiles(jid,address,business_description,email,latitude) VALUES "
        f"('{ANN}','1 Example Street','Lamps','shop@example.org',51.5);"
        f"INSERT INTO wa_group_descriptions VALUES ('{GROUP}','Bring a book',1,1672574400,'{BEN}','x'),"
        f"('{GROUP}','Bring two',1,{AT},'{BEN}','y'),('{GROUP}','Bring none',1,0,'','z');"
    )
    description = Group(
        locator="wa_group_descriptions:rowid=1",
        service="WhatsApp",
        moments=(Moment("description set", 1672574400000000, "1672574400", "A"),),
        flags=("description",),
        extra=(("description_setter_jid", BEN),),
        conversation=GROUP,
        text="Bring a book",
    )
    found = list(android_contacts(address_book(rows)))
    assert found[:4] == [
        Present(5),
        Contact(
            locator="wa_vnames:_id=1",
            service="WhatsApp",
            flags=("verified name of a business",),
            extra=(("issuer", "ent:wa"),),
            name="Example Ltd",
            identifiers=(Party(ANN, "whatsapp", "Example Ltd"),),
            text=f"Example Ltd\n{ANN}",
        ),
        Contact(
            locator="wa_biz_profiles:_id=1",
            service="WhatsApp",
            flags=("business profile",),
            extra=(
                ("address", "1 Example Street"),
                ("business_description", "Lamps"),
                ("email", "shop@example.org"),
                ("latitude", 51.5),
            ),
            identifiers=(Party(ANN, "whatsapp"),),
            text=f"Lamps\n1 Example Street\nshop@example.org\n{ANN}",
        ),
        description,
    ]
    assert [(one.text, [moment.utc_us for moment in one.moments]) for one in found[4:]] == [
        ("Bring two", [AT * 1000]),
        ("Bring none", []),
    ]


@pytest.mark.parametrize(
    ("table", "key", "rows"),
    [
        ("wa_contacts", "_id", INSERT + f"(1,'{ANN}',1,'x',{AT},'1','Ann','a','b',1);"),
        ("wa_biz_profiles", "_id", f"INSERT INTO wa_biz_profiles(_id,jid,address) VALUES (1,'{ANN}','x');"),
        ("wa_vnames", "_id", f"INSERT INTO wa_vnames(_id,jid,verified_name) VALUES (1,'{ANN}','x');"),
    ],
)
def test_a_broken_value_costs_no_row(table, key, rows):
    file = address_book(rows, WA.replace(" UNIQUE", "").replace("NOT NULL", ""))
    assert_no_row_is_lost(android_contacts, file.path, file.open().read(), table, key)


def test_an_early_layout_and_an_unknown_one():
    early = "CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY, jid TEXT, number TEXT, display_name TEXT);"
    assert list(android_contacts(address_book(f"INSERT INTO wa_contacts VALUES (1,'{ANN}',NULL,'Ann');", early))) == [
        Present(1),
        Contact(
            locator="wa_contacts:_id=1",
            service="WhatsApp",
            name="Ann",
            identifiers=(Party(ANN, "whatsapp", "Ann"),),
            text=f"Ann\n{ANN}",
        ),
    ]
    other = "CREATE TABLE other (_id INTEGER PRIMARY KEY);"
    assert list(android_contacts(address_book("", other))) == [
        Problem("schema", "unknown-layout", "no table wa_contacts")
    ]
    assert list(android_contacts(address_book("", other, home=""))) == []
    assert list(android_contacts(MemoryFile("x/wa.db", b"no database at all"))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]
