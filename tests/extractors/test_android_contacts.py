"""The address book of contacts2.db."""

from __future__ import annotations

from hashlib import sha256

import pytest

from evidence_store.records import Attachment, Contact, Group, Member, Moment, Party, Present, Problem
from extractors.android.contacts import contacts
from extractors.matching import Matcher
from tests.evidence_builders.android import CONTACTS, CONTACTS_BESIDE, PROVIDERS, address_book
from tests.evidence_builders.databases import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

WHOLE = CONTACTS + CONTACTS_BESIDE
ANNA = """INSERT INTO accounts VALUES (1,'owner@example.org','com.google',NULL);
INSERT INTO raw_contacts VALUES (5,1,'src5',0,3,12,1349200000000,1,'Anna Example');
INSERT INTO data(_id,mimetype_id,raw_contact_id,data1,data2,data3,data4,data5,data15) VALUES
    (1,5,5,'Anna Example','Anna','Example',NULL,NULL,NULL), (2,4,5,'+447700900101','2',NULL,NULL,NULL,NULL),
    (3,4,5,'020 7946 0101','0','boat',NULL,NULL,NULL), (4,1,5,'anna@example.org','1',NULL,NULL,NULL,NULL),
    (5,3,5,'Example Ltd','1',NULL,'Director','Sales',NULL), (6,6,5,'met in Leeds',NULL,NULL,NULL,NULL,NULL),
    (7,8,5,'1990-01-02','3',NULL,NULL,NULL,NULL), (8,7,5,NULL,NULL,NULL,NULL,NULL,x'ffd8ffdb'),
    (9,9,5,'447700900101@chat.example','Chat','Message Anna',NULL,NULL,NULL),
    (10,10,5,'https://anna.example.org','7',NULL,NULL,NULL,NULL),
    (11,11,5,'1 High Street, Leeds','1',NULL,NULL,NULL,NULL), (12,2,5,'anna.im','3',NULL,NULL,'5',NULL),
    (13,4,5,'01632 960101','77',NULL,NULL,NULL,NULL);"""


def test_a_contact_comes_out_with_all_its_values_and_their_labels():
    assert list(contacts(address_book(ANNA))) == [
        Present(1),
        Contact(
            locator="raw_contacts:_id=5",
            service="com.google",
            moments=(Moment("last contacted", 1349200000000000, "1349200000000", "A"),),
            flags=("starred",),
            extra=(
                ("name", "Anna Example"),
                ("phone (mobile)", "+447700900101"),
                ("phone (boat)", "020 7946 0101"),
                ("email (home)", "anna@example.org"),
                ("organisation", "Example Ltd, Director, Sales"),
                ("note", "met in Leeds"),
                ("event (birthday)", "1990-01-02"),
                ("vnd.example.cursor.item/profile", "447700900101@chat.example | Chat | Message Anna"),
                ("website (other)", "https://anna.example.org"),
                ("address (home)", "1 High Street, Leeds"),
                ("im (other, Google Talk)", "anna.im"),
                ("phone (type 77)", "01632 960101"),
                ("times_contacted", 12),
                ("contact_id", 3),
                ("sourceid", "src5"),
            ),
            attachments=(
                Attachment(
                    "photo in data:_id=8", None, "image/jpeg", 4, sha256(b"\xff\xd8\xff\xdb").hexdigest(), "embedded"
                ),
            ),
            name="Anna Example",
            identifiers=(
                Party("+447700900101"),
                Party("020 7946 0101"),
                Party("anna@example.org", "email"),
                Party("anna.im", "account"),
                Party("01632 960101"),
            ),
            organisation="Example Ltd, Director, Sales",
            account="owner@example.org",
            text="Anna Example\n+447700900101\n020 7946 0101\nanna@example.org\nExample Ltd, Director, Sales\n"
            "met in Leeds\n1990-01-02\n447700900101@chat.example | Chat | Message Anna\nhttps://anna.example.org\n"
            "1 High Street, Leeds\nanna.im\n01632 960101",
        ),
    ]


def test_a_contact_without_values_and_a_deleted_one_come_out_too():
    file = address_book(
        "INSERT INTO raw_contacts(_id,deleted,display_name) VALUES (1,0,NULL),(2,1,'Ben Example'),(3,0,NULL);"
        "INSERT INTO data(mimetype_id,raw_contact_id,data1,data2,data3) VALUES"
        " (4,2,'+447700900102','2',NULL),(5,3,NULL,'Cara','Example')"
    )
    assert list(contacts(file)) == [
        Present(3),
        Contact(locator="raw_contacts:_id=1"),
        Contact(
            locator="raw_contacts:_id=2",
            deleted=True,
            extra=(("phone (mobile)", "+447700900102"),),
            name="Ben Example",
            identifiers=(Party("+447700900102"),),
            text="Ben Example\n+447700900102",
        ),
        Contact(
            locator="raw_contacts:_id=3",
            extra=(("name", "Cara Example"),),
            name="Cara Example",
            text="Cara Example",
        ),
    ]


def test_an_early_generation_names_the_account_in_the_row_itself():
    schema = (
        "CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, account_name TEXT, account_type TEXT, display_name TEXT);"
    )
    found = list(contacts(address_book("INSERT INTO raw_contacts VALUES (1,'SIM','vnd.sim','Anna')", schema)))
    assert found == [
        Present(1),
        Problem("schema", "unknown-layout", "contacts without their values: no table data; no table mimetypes"),
        Contact(locator="raw_contacts:_id=1", service="vnd.sim", name="Anna", account="SIM", text="Anna"),
    ]


def test_a_bad_value_costs_the_value_and_not_the_contact():
    file = address_book(
        "INSERT INTO raw_contacts(_id,display_name,last_time_contacted) VALUES (1,x'ff','never'),(2,'Ben',0);"
        "INSERT INTO data(_id,mimetype_id,raw_contact_id,data1) VALUES (8,4,1,x'0102'),(9,999,1,'who knows')"
    )
    assert list(contacts(file)) == [
        Present(2),
        Contact(
            locator="raw_contacts:_id=1",
            moments=(Moment("last contacted", None, "never", "A", "", "not a number"),),
            extra=(("mimetype 999", "who knows"),),
            text="who knows",
        ),
        Problem("value", "text", "data:_id=8 data1 holds bytes, not text: 0102", "raw_contacts:_id=1"),
        Problem("value", "text", "display_name holds bytes, not text: ff", "raw_contacts:_id=1"),
        Problem("value", "time", "last_time_contacted: not a number: never", "raw_contacts:_id=1"),
        Contact(locator="raw_contacts:_id=2", name="Ben", text="Ben"),
    ]


def test_values_of_no_contact_come_out_by_themselves():
    file = address_book("INSERT INTO data(mimetype_id,raw_contact_id,data1) VALUES (4,99,'+447700900199')")
    assert list(contacts(file)) == [
        Present(0),
        Present(1),
        Contact(
            locator="data:_id=1",
            flags=("no row of this contact",),
            extra=(("phone", "+447700900199"), ("raw_contact_id", "99")),
            identifiers=(Party("+447700900199"),),
            text="+447700900199",
        ),
    ]


def test_a_file_without_contacts_is_an_unknown_layout():
    file = address_book("", CONTACTS.replace("raw_contacts", "cooked_contacts"))
    assert list(contacts(file)) == [Problem("schema", "unknown-layout", "no table raw_contacts")]


BOOK = """INSERT INTO accounts VALUES (1,'owner@example.org','com.google',NULL);
INSERT INTO groups(_id,account_id,title,notes,system_id,favorites) VALUES (4,1,'Choir','on Mondays','Choir',1);
INSERT INTO groups(_id,account_id,title,deleted) VALUES (6,NULL,'Old',1);
INSERT INTO contacts(_id,send_to_voicemail,contact_last_updated_timestamp) VALUES (3,1,1349300000000);
INSERT INTO raw_contacts(_id,account_id,contact_id,display_name) VALUES
    (5,1,3,'Ann Example'),(6,NULL,NULL,'Ben Example');
INSERT INTO data(_id,mimetype_id,raw_contact_id,data1,data2,data3,data6,data5,data14,data15,is_super_primary) VALUES
    (1,4,5,'+447700900101','2',NULL,NULL,NULL,NULL,NULL,1), (2,12,5,'4',NULL,NULL,NULL,NULL,NULL,NULL,0),
    (3,12,6,'4',NULL,NULL,NULL,NULL,NULL,NULL,0), (4,12,5,'77',NULL,NULL,NULL,NULL,NULL,NULL,0),
    (5,7,5,NULL,NULL,NULL,NULL,NULL,'21',x'00',0), (6,13,5,'Cara Example','14',NULL,NULL,NULL,NULL,NULL,0),
    (7,14,5,'Annie','3',NULL,NULL,NULL,NULL,NULL,0), (8,2,5,'ann.im','3',NULL,'Chatter','-1',NULL,NULL,0),
    (9,15,5,'sip:ann@example.org','2',NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO data_usage_stat(data_id,usage_type,times_used,last_time_used) VALUES (1,0,12,1349400000000),(1,9,1,0);
INSERT INTO deleted_contacts VALUES (44,1349500000000);"""


def test_groups_photos_relations_uses_and_deletions_stand_beside_the_contacts():
    ann = Party("+447700900101", "phone", "Ann Example")
    ben = Party("Ben Example", "name", "Ben Example")
    assert list(contacts(address_book(BOOK, WHOLE))) == [
        Present(2),
        Contact(
            locator="raw_contacts:_id=5",
            service="com.google",
            moments=(
                Moment("modified", 1349300000000000, "1349300000000", "A"),
                Moment("last used (call)", 1349400000000000, "1349400000000", "A"),
            ),
            flags=("calls go to voicemail",),
            attachments=(
                Attachment("photo 21", f"{PROVIDERS}.contacts/files/photos/21"),
                Attachment(
                    "photo in data:_id=5", None, "application/octet-stream", 1, sha256(b"\0").hexdigest(), "embedded"
                ),
            ),
            extra=(
                ("phone (mobile, default)", "+447700900101"),
                ("times used (call)", "+447700900101: 12"),
                ("times used (type 9)", "+447700900101: 1"),
                ("relation (spouse)", "Cara Example"),
                ("nickname (maiden name)", "Annie"),
                ("im (other, Chatter)", "ann.im"),
                ("sip (work)", "sip:ann@example.org"),
                ("group", "Choir"),
                ("group", "group 77"),
                ("contact_id", 3),
            ),
            name="Ann Example",
            identifiers=(Party("+447700900101"), Party("ann.im", "account"), Party("sip:ann@example.org", "sip")),
            account="owner@example.org",
            text="Ann Example\n+447700900101\nCara Example\nAnnie\nann.im\nsip:ann@example.org",
        ),
        Contact(locator="raw_contacts:_id=6", extra=(("group", "Choir"),), name="Ben Example", text="Ben Example"),
        Present(2),
        Group(
            locator="groups:_id=4",
            service="com.google",
            flags=("group of contacts", "favorites"),
            extra=(("account", "owner@example.org"), ("notes", "on Mondays"), ("system_id", "Choir")),
            title="Choir",
            identifiers=(ann, ben),
            members=(Member(ann), Member(ben)),
            text="Choir\non Mondays",
        ),
        Group(locator="groups:_id=6", deleted=True, flags=("group of contacts",), title="Old", text="Old"),
        Present(1),
        Contact(
            locator="deleted_contacts:contact_id=44",
            moments=(Moment("deleted", 1349500000000000, "1349500000000", "A"),),
            deleted=True,
            flags=("only the deletion is recorded",),
            extra=(("contact_id", 44),),
        ),
    ]


def test_the_phones_own_profile_is_said_to_be_it():
    schema = CONTACTS + "ALTER TABLE raw_contacts ADD COLUMN raw_contact_is_user_profile INTEGER DEFAULT 0;"
    data = database(
        f"{schema}INSERT INTO raw_contacts(_id,display_name,raw_contact_is_user_profile) VALUES (1,'Own Example',1)"
    )
    assert list(contacts(MemoryFile("com.android.providers.contacts/databases/profile.db", data))) == [
        Present(1),
        Contact(locator="raw_contacts:_id=1", flags=("own profile",), name="Own Example", text="Own Example"),
    ]


@pytest.mark.parametrize(
    ("table", "key"),
    [("raw_contacts", "_id"), ("groups", "_id"), ("deleted_contacts", "contact_id")],
)
def test_a_broken_value_costs_no_row(table, key):
    file = address_book(BOOK + "INSERT INTO deleted_contacts VALUES (45,1349600000000)", WHOLE)
    assert_no_row_is_lost(contacts, file.path, file.open().read(), table, key)


def test_a_broken_value_costs_no_value_whose_contact_is_gone():
    file = address_book(BOOK + "DELETE FROM raw_contacts", WHOLE)
    assert_no_row_is_lost(contacts, file.path, file.open().read(), "data", "_id")


@pytest.mark.parametrize("table", ["data", "mimetypes", "contacts", "accounts", "data_usage_stat"])
def test_broken_values_beside_cost_no_contact(table):
    file = address_book(BOOK, WHOLE)
    key = "stat_id" if table == "data_usage_stat" else "_id"
    broken, _ = with_broken_values(file.open().read(), table, key)
    found = [one.locator for one in contacts(MemoryFile(file.path, broken)) if isinstance(one, Contact)]
    assert [found.count(f"raw_contacts:_id={number}") for number in (5, 6)] == [1, 1]


def test_the_own_card_is_found_with_samsungs_provider_too() -> None:
    matcher = Matcher([contacts])
    for provider in ("com.android.providers.contacts", "com.samsung.android.providers.contacts"):
        assert matcher.match(f"data/data/{provider}/databases/profile.db") == (contacts,)
    assert matcher.match("data/data/com.example/databases/profile.db") == ()
