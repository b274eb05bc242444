"""Words of forms in Chromium's browsers."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from evidence_store.records import Contact, Moment, Party, Present, Problem, TableRow
from extractors.web.chromium_forms import chromium_forms
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken import assert_no_row_is_lost

PATH = "data/data/com.android.chrome/app_chrome/Default/Web Data"
AT = 1_772_357_400
SCHEMA = """
CREATE TABLE autofill(name VARCHAR, value VARCHAR, value_lower VARCHAR, date_created INTEGER DEFAULT 0,
 date_last_used INTEGER DEFAULT 0, count INTEGER DEFAULT 1, PRIMARY KEY(name, value));
CREATE TABLE credit_cards(guid VARCHAR PRIMARY KEY, name_on_card VARCHAR, card_number_encrypted BLOB);
CREATE TABLE autofill_profiles(guid VARCHAR PRIMARY KEY, company_name VARCHAR, street_address VARCHAR, city VARCHAR,
 zipcode VARCHAR, country_code VARCHAR, date_modified INTEGER, use_count INTEGER, use_date INTEGER);
CREATE TABLE autofill_profile_names(guid VARCHAR, first_name VARCHAR, middle_name VARCHAR, last_name VARCHAR,
 full_name VARCHAR);
CREATE TABLE autofill_profile_emails(guid VARCHAR, email VARCHAR);
CREATE TABLE autofill_profile_phones(guid VARCHAR, number VARCHAR);
"""
ROWS = f"""
INSERT INTO autofill VALUES('postcode','AB1 2CD','ab1 2cd',{AT},{AT + 60},3);
INSERT INTO credit_cards VALUES('c','Secret Card Holder',x'00');
INSERT INTO autofill_profiles VALUES('g','', '1 Quay','Bath','AB1 2CD','GB',{AT},2,{AT + 60});
INSERT INTO autofill_profile_names VALUES('g','Ann','','Example','');
INSERT INTO autofill_profile_emails VALUES('g','ann@example.org');
INSERT INTO autofill_profile_phones VALUES('g','07700 900101');
"""


def at(meaning: str, seconds: int) -> Moment:
    return Moment(meaning, seconds * 1_000_000, str(seconds), "A")


def test_entries_and_saved_addresses_come_out_and_cards_do_not() -> None:
    found = list(chromium_forms(MemoryFile(PATH, database(SCHEMA, ROWS))))
    assert found == [
        Present(2),
        TableRow(
            locator="autofill:rowid=1",
            service="Chrome",
            moments=(at("last used", AT + 60), at("first used", AT)),
            table="autofill",
            columns=(("name", "postcode"), ("value", "AB1 2CD"), ("count", "3")),
            text="postcode\nAB1 2CD",
        ),
        Contact(
            locator="autofill_profiles:rowid=1",
            service="Chrome",
            moments=(at("modified", AT), at("last used", AT + 60)),
            flags=("saved address",),
            extra=(("street_address", "1 Quay"), ("city", "Bath"), ("zipcode", "AB1 2CD"), ("country_code", "GB")),
            name="Ann Example",
            identifiers=(
                Party("ann@example.org", "email", "Ann Example"),
                Party("07700 900101", "phone", "Ann Example"),
            ),
            text="Ann Example\n1 Quay\nBath\nAB1 2CD\nGB",
        ),
    ]
    assert "Secret" not in repr(found)


def test_the_older_layout_has_its_dates_beside() -> None:
    schema = (
        "CREATE TABLE autofill(name VARCHAR, value VARCHAR, value_lower VARCHAR, pair_id INTEGER PRIMARY KEY,"
        " count INTEGER);"
        "CREATE TABLE autofill_dates(pair_id INTEGER, date_created INTEGER);"
        f"INSERT INTO autofill VALUES('q','ferry','ferry',7,2);INSERT INTO autofill_dates VALUES(7,{AT}),(7,{AT + 5});"
    )
    found = list(chromium_forms(MemoryFile(PATH, database(schema))))
    assert found[1].moments == (at("used", AT), at("used", AT + 5))


def test_a_broken_value_costs_no_row() -> None:
    loose = database(SCHEMA.replace(", PRIMARY KEY(name, value)", "").replace(" PRIMARY KEY", ""), ROWS)
    for table in ("autofill", "autofill_profiles"):
        keyed = _with_key(loose, table)
        assert_no_row_is_lost(chromium_forms, PATH, keyed, table, "rowid")


def _with_key(data: bytes, table: str) -> bytes:
    """The table with its row id as a column, so that rows can be told apart."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        listed = ", ".join(columns)
        db.execute(f"ALTER TABLE {table} RENAME TO old")
        db.execute(f"CREATE TABLE {table}(rowid INTEGER PRIMARY KEY, {listed})")
        db.execute(f"INSERT INTO {table}({listed}) SELECT {listed} FROM old")
        db.execute("DROP TABLE old")
        db.commit()
        return bytes(db.serialize())


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    found = list(chromium_forms(MemoryFile(PATH, database("CREATE TABLE autofill(name)"))))
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("schema", "unknown-layout")]


def test_what_was_entered_as_a_secret_is_not_shown() -> None:
    rows = f"INSERT INTO autofill VALUES('cardnumber','hidden','hidden',{AT},{AT},1);"
    found = list(chromium_forms(MemoryFile(PATH, database(SCHEMA, rows))))
    assert "hidden" not in repr(found)
    assert found[1].columns[:2] == (("name", "cardnumber"), ("value", "(a secret, not shown)"))


GENERATIONS = [
    ("local_addresses", "local_addresses_type_tokens"),
    ("contact_info", "contact_info_type_tokens"),
    ("addresses", "address_type_tokens"),
]


def newer(table: str, beside: str) -> bytes:
    kinds = ((7, "Ann Example"), (3, "Ann"), (9, "ann@example.org"), (14, "07700 900101"), (33, "Bath"))
    values = ",".join(f"('g',{kind},'{value}')" for kind, value in (*kinds, (77, "1 Quay"), (103, "Quay")))
    return database(
        "CREATE TABLE autofill(name VARCHAR, value VARCHAR);"
        f"CREATE TABLE {table}(guid VARCHAR PRIMARY KEY, use_count INTEGER DEFAULT 0, use_date INTEGER DEFAULT 0,"
        " date_modified INTEGER DEFAULT 0, language_code VARCHAR, label VARCHAR);"
        f"CREATE TABLE {beside}(guid VARCHAR, type INTEGER, value VARCHAR, verification_status INTEGER DEFAULT 0,"
        " observations BLOB, PRIMARY KEY(guid, type));"
        f"INSERT INTO {table} VALUES('g',2,{AT + 60},{AT},'en','Home');"
        f"INSERT INTO {beside}(guid, type, value) VALUES {values}, ('left',33,'Wells');"
    )


@pytest.mark.parametrize(("table", "beside"), GENERATIONS)
def test_saved_addresses_of_newer_versions_come_out_of_their_values(table: str, beside: str) -> None:
    found = list(chromium_forms(MemoryFile(PATH, newer(table, beside))))
    assert found == [
        Present(0),
        Present(1),
        Contact(
            locator=f"{table}:rowid=1",
            service="Chrome",
            moments=(at("modified", AT), at("last used", AT + 60)),
            flags=("saved address",),
            extra=(("city", "Bath"), ("street_address", "1 Quay"), ("type 103", "Quay"), ("label", "Home")),
            name="Ann Example",
            identifiers=(
                Party("ann@example.org", "email", "Ann Example"),
                Party("07700 900101", "phone", "Ann Example"),
            ),
            text="Ann Example\nBath\n1 Quay\nQuay",
        ),
        Problem("note", "orphans", f"addresses of which only values are left, in {beside}: 1"),
    ]


def test_a_broken_value_of_a_newer_address_costs_no_row() -> None:
    keyed = _with_key(newer(*GENERATIONS[2]), "addresses")
    assert_no_row_is_lost(chromium_forms, PATH, keyed, "addresses", "rowid")
