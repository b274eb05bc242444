"""The address book of contacts2.db."""

from __future__ import annotations

from evidence_store.records import Contact, Moment, Party, Present, Problem
from extractors.android.contacts import contacts
from tests.evidence_builders.android import CONTACTS, address_book

ANNA = """INSERT INTO accounts VALUES (1,'owner@example.org','com.google',NULL);
INSERT INTO raw_contacts VALUES (5,1,'src5',0,3,12,1349200000000,1,'Anna Example');
INSERT INTO data(_id,mimetype_id,raw_contact_id,data1,data2,data3,data4,data5,data15) VALUES
    (1,5,5,'Anna Example','Anna','Example',NULL,NULL,NULL), (2,4,5,'+447700900101','2',NULL,NULL,NULL,NULL),
    (3,4,5,'020 7946 0101','0','boat',NULL,NULL,NULL), (4,1,5,'anna@example.org','1',NULL,NULL,NULL,NULL),
    (5,3,5,'Example Ltd','1',NULL,'Director','Sales',NULL), (6,6,5,'met in Leeds',NULL,NULL,NULL,NULL,NULL),
    (7,8,5,'1990-01-02','3',NULL,NULL,NULL,NULL), (8,7,5,NULL,NULL,NULL,NULL,NULL,x'ffd8'),
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
                ("website", "https://anna.example.org"),
                ("address (home)", "1 High Street, Leeds"),
                ("im (other)", "anna.im"),
                ("phone (type 77)", "01632 960101"),
                ("times_contacted", 12),
                ("contact_id", 3),
                ("sourceid", "src5"),
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


def test_values_of_no_contact_are_counted():
    file = address_book("INSERT INTO data(mimetype_id,raw_contact_id,data1) VALUES (4,99,'+447700900199')")
    assert list(contacts(file)) == [
        Present(0),
        Problem("note", "orphans", "1 rows of data belong to nothing that is left"),
    ]


def test_a_file_without_contacts_is_an_unknown_layout():
    file = address_book("", CONTACTS.replace("raw_contacts", "cooked_contacts"))
    assert list(contacts(file)) == [Problem("schema", "unknown-layout", "no table raw_contacts")]
