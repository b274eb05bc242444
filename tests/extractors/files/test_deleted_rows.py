"""Deleted rows as items: rows of tables, messages, calls and contacts; and the row ids that hold no row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence_store.records import Call, Contact, Message, Moment, Party, Present, Problem, TableRow
from extractors.android.calls import calls
from extractors.android.contacts import contacts
from extractors.android.sms import messages
from extractors.files.deleted_rows import deleted_rows
from extractors.recovered import EARLIER, gaps
from tests.evidence_builders.android import CALLS, CONTACTS, SMS
from tests.evidence_builders.files import MemoryFile

TEXTS = (
    "INSERT INTO sms(_id,thread_id,address,date,date_sent,type,body) VALUES "
    "(1,9,'+447700900101',1349200000000,1349199999000,1,'first'),"
    "(2,9,'+447700900101',1349200001000,0,2,'second'),"
    "(3,9,'+447700900101',1349200002000,0,1,'third')"
)


def phone_file(folder: Path, name: str, *statements: str) -> MemoryFile:
    """A file as the phone leaves it, with what stands in its write-ahead log where one was begun."""
    path = folder / name
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=0")
        for statement in statements:
            connection.executescript(statement)
        log = Path(f"{path}-wal")
        beside = {"-wal": log.read_bytes()} if log.exists() else {}
        return MemoryFile(f"data/databases/{name}", path.read_bytes(), beside, mime="application/vnd.sqlite3")


def of_kind(found: list, kind: type) -> list:
    return [one for one in found if isinstance(one, kind)]


def test_a_deleted_message_is_a_message_marked_as_deleted_with_its_place(tmp_path: Path) -> None:
    file = phone_file(tmp_path, "mmssms.db", SMS, TEXTS, "DELETE FROM sms WHERE _id=3")
    found = list(messages(file))
    (row,) = file.deleted_rows().rows
    assert found[-1] == Message(
        locator=f"deleted:page=2,byte={row.offset}+{row.length}",
        service="SMS",
        moments=(Moment("received", 1349200002000000, "1349200002000", "A"),),
        deleted=True,
        flags=("unread",),
        extra=(("origin", "unallocated space"), ("confidence", "medium"), ("lost", "_id")),
        conversation="9",
        direction="in",
        sender=Party("+447700900101"),
        text="third",
    )
    assert of_kind(found, Present) == [Present(2), Present(1)]
    assert b"third" in file.open().read()[row.offset : row.offset + row.length]


def test_a_row_belongs_to_one_item_only(tmp_path: Path) -> None:
    other = "CREATE TABLE note(_id INTEGER PRIMARY KEY, title TEXT, body TEXT)"
    rows = "INSERT INTO note VALUES (1,'one','kept here'),(2,'two','thrown away')"
    gone = "DELETE FROM note WHERE _id=2; DELETE FROM sms WHERE _id=3"
    file = phone_file(tmp_path, "mmssms.db", SMS, other, TEXTS, rows, gone)
    assert [one.text for one in of_kind(list(messages(file)), Message)] == ["first", "second", "third"]
    (row,) = of_kind(list(deleted_rows(file)), TableRow)
    assert (row.table, row.columns) == ("note", (("_id", None), ("title", "two"), ("body", "thrown away")))
    assert (row.deleted, row.text) == (True, "two\nthrown away")


def test_an_earlier_state_of_a_message_says_that_it_is_one(tmp_path: Path) -> None:
    log = "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; UPDATE sms SET body='changed' WHERE _id=2"
    file = phone_file(tmp_path, "mmssms.db", SMS, TEXTS, log)
    said = [(one.text, one.deleted, EARLIER in one.flags) for one in of_kind(list(messages(file)), Message)]
    assert ("changed", False, False) in said
    assert [one for one in said if one[1]] == [("second", True, True)]


def test_a_deleted_call_and_a_deleted_contact_are_what_they_were(tmp_path: Path) -> None:
    call = "INSERT INTO calls(_id,number,date,duration,type) VALUES (1,'07700900102',1349200000000,5,1),"
    call += "(2,'07700900103',1349200001000,61,2)"
    file = phone_file(tmp_path, "calllog.db", CALLS, call, "DELETE FROM calls WHERE _id=2")
    (gone,) = [one for one in of_kind(list(calls(file)), Call) if one.deleted]
    assert (gone.recipients, gone.duration_s) == ((Party("07700900103"),), 61)
    contact = "INSERT INTO raw_contacts(_id,display_name) VALUES (1,'Ann Example'),(2,'Ben Example')"
    file = phone_file(tmp_path, "contacts2.db", CONTACTS, contact, "DELETE FROM raw_contacts WHERE _id=2")
    (other,) = [one for one in of_kind(list(contacts(file)), Contact) if one.deleted]
    assert (other.name, other.identifiers) == ("Ben Example", ())


def test_values_whose_bytes_are_gone_are_named(tmp_path: Path) -> None:
    file = phone_file(tmp_path, "mmssms.db", SMS, TEXTS, "DELETE FROM sms WHERE _id=2")
    (gone,) = [one for one in of_kind(list(messages(file)), Message) if one.deleted]
    assert dict(gone.extra) == {"origin": "freeblock", "confidence": "medium", "lost": "_id"}
    assert gone.text == "second"


def test_bytes_are_shown_in_hexadecimal_and_long_ones_are_cut(tmp_path: Path) -> None:
    table = "CREATE TABLE file(_id INTEGER PRIMARY KEY, name TEXT, data BLOB)"
    rows = "INSERT INTO file VALUES (1,'kept',x'00'),(2,'short',x'c0ffee'),(3,'long',zeroblob(1500))"
    file = phone_file(tmp_path, "any.db", table, rows, "DELETE FROM file WHERE _id>1")
    data = {dict(one.columns)["name"]: dict(one.columns)["data"] for one in of_kind(list(deleted_rows(file)), TableRow)}
    assert data == {"short": "hex:c0ffee", "long": f"hex:{'00' * 1024}… (1,500 bytes)"}


def test_a_database_without_deleted_rows_gives_nothing(tmp_path: Path) -> None:
    assert list(deleted_rows(phone_file(tmp_path, "mmssms.db", SMS, TEXTS))) == []


def test_what_is_no_database_is_said_to_be_none() -> None:
    found = list(deleted_rows(MemoryFile("a.db", b"SQLite format 3\0" + bytes(2000))))
    assert found == [Problem("file", "damaged-database", "not a database: pages of 0 bytes")]


@pytest.mark.parametrize(
    ("recovered", "words"),
    [
        (set(), "4 to 6: 3 row ids hold no row"),
        ({5, 9}, "4 to 6: 3 row ids hold no row; deleted rows with 1 of them were recovered"),
    ],
)
def test_row_ids_that_hold_no_row_are_named_with_what_was_recovered(
    tmp_path: Path, recovered: set[int], words: str
) -> None:
    rows = "INSERT INTO sms(_id,body) VALUES (1,'a'),(3,'b'),(7,'c')"
    with phone_file(tmp_path, "mmssms.db", SMS, rows).sqlite() as db:
        found = list(gaps(db, "sms", recovered))
    assert found == [
        Problem("note", "gap", "2: no row has this row id", "sms"),
        Problem("note", "gap", words, "sms"),
    ]


def test_row_ids_given_out_behind_the_last_row_are_a_gap_too(tmp_path: Path) -> None:
    table = SMS.replace("_id INTEGER PRIMARY KEY,", "_id INTEGER PRIMARY KEY AUTOINCREMENT,")
    rows = "INSERT INTO sms(_id,body) VALUES (1,'a'),(9,'b'); DELETE FROM sms"
    with phone_file(tmp_path, "mmssms.db", table, rows).sqlite() as db:
        assert list(gaps(db, "sms", ())) == [Problem("note", "gap", "1 to 9: 9 row ids hold no row", "sms")]


def test_gaps_are_counted_by_the_key_of_the_table(tmp_path: Path) -> None:
    table = "CREATE TABLE message(ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT)"
    rows = "INSERT INTO message(ROWID) VALUES (1),(3),(5); DELETE FROM message WHERE ROWID=5"
    with phone_file(tmp_path, "sms.db", table, rows).sqlite() as db:
        found = [one.detail for one in gaps(db, "message", (), "ROWID")]
    assert found == ["2: no row has this row id", "4 to 5: 2 row ids hold no row"]


@pytest.mark.parametrize(
    "table",
    [
        *(
            "_id INTEGER PRIMARY KEY, b",
            "_id INTEGER PRIMARY KEY, rowid TEXT",
            "_id INTEGER PRIMARY KEY, rowid INTEGER",
        ),
        *("_id INTEGER, b", "_id INTEGER, b DEFAULT 0, PRIMARY KEY (_id, b)", "_id PRIMARY KEY, rowid INT"),
    ],
)
@pytest.mark.parametrize("ending", ["", "WITHOUT ROWID"])
def test_gaps_are_those_of_the_key_whatever_the_table_has_besides(tmp_path: Path, table: str, ending: str) -> None:
    made = f"CREATE TABLE sms({table}) {ending if 'PRIMARY KEY' in table else ''}"
    rows = "INSERT INTO sms(_id) VALUES (2), (3), (6), (7), (12)"
    with phone_file(tmp_path, "mmssms.db", made, rows).sqlite() as db:
        found = [one.detail for one in gaps(db, "sms", ())]
    assert [words.partition(":")[0] for words in found] == ["1", "4 to 5", "8 to 11"]


def test_of_many_gaps_the_first_are_named_and_the_rest_are_counted(tmp_path: Path) -> None:
    rows = "INSERT INTO sms(_id) WITH n(i) AS (VALUES(2) UNION ALL SELECT i+2 FROM n WHERE i<600) SELECT i FROM n"
    with phone_file(tmp_path, "mmssms.db", SMS, rows).sqlite() as db:
        found = list(gaps(db, "sms", ()))
    assert len(found) == 201
    words = "300 row ids in 300 ranges hold no row; the first 200 are named"
    assert found[-1] == Problem("note", "gap", words, "sms")


def test_the_rows_of_the_corpus_log_come_out_with_their_text(corpus: Path) -> None:
    path = corpus / "plaso/wal_database.db"
    log = Path(f"{path}-wal").read_bytes()
    file = MemoryFile("wal_database.db", path.read_bytes(), {"-wal": log}, mime="application/vnd.sqlite3")
    rows = [one for one in of_kind(list(deleted_rows(file)), TableRow) if dict(one.extra)["confidence"] == "high"]
    texts = sorted(str(dict(one.columns).get("Field1")) for one in rows if one.table == "MyTable")
    assert texts == ["Committed Text 3", "Deleted Text 1", "Deleted Text 2"]


@pytest.mark.parametrize(
    ("table", "columns", "row"),
    [
        ("accounts", "name TEXT, password TEXT", "'ann@example.org','made-up-secret'"),
        ("request_headers", "header TEXT, value TEXT", "'Authorization','made-up-secret'"),
        ("logins", "origin_url TEXT, password_value BLOB", "'https://example.org', CAST('made-up-secret' AS BLOB)"),
    ],
)
def test_what_could_open_an_account_is_not_shown(tmp_path: Path, table: str, columns: str, row: str) -> None:
    made = f"CREATE TABLE {table}(_id INTEGER PRIMARY KEY, {columns})"
    kept = row.replace("made-up-secret", "kept-secret")
    rows = f"INSERT INTO {table} VALUES (1,{kept}),(2,{row}),(3,{row})"
    file = phone_file(tmp_path, "any.db", made, rows, f"DELETE FROM {table} WHERE _id>1")
    found = of_kind(list(deleted_rows(file)), TableRow)
    assert found
    assert "made-up-secret" not in repr(found)
    assert b"made-up-secret".hex() not in repr(found)
    assert {value for one in found for _, value in one.columns if value} >= {"(a secret, not shown)"}
