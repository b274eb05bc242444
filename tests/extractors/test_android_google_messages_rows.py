"""Google Messages: nothing is lost for a broken value, a row that is missing, or a log that was never written back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.records import Message, Problem
from extractors.android.google_messages import google_messages
from extractors.android.google_messages_content import own_path, reactions
from extractors.database import Doubts
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.google_messages import INTO, RECENT, bugle
from tests.evidence_builders.protobuf import message
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values


def test_rows_that_stand_in_the_write_ahead_log_only_come_out(tmp_path) -> None:
    path = tmp_path / "bugle_db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(RECENT)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute(f"{INTO},received_timestamp) VALUES (1,5,2,1,3,100,1,1700000000000)")
        main, log = path.read_bytes(), path.with_name("bugle_db-wal").read_bytes()
    assert not [one for one in google_messages(MemoryFile("bugle_db", main)) if isinstance(one, Message)]
    found = list(google_messages(MemoryFile("bugle_db", main, {"-wal": log})))
    assert [one.locator for one in found if isinstance(one, Message)] == ["messages:_id=1"]


def test_a_layout_nobody_knows_is_said_to_be_unknown() -> None:
    words = "table messages has no column message_status"
    schema = "CREATE TABLE messages (_id INTEGER PRIMARY KEY, conversation_id INT, message_protocol INT);"
    assert list(google_messages(bugle("", schema))) == [Problem("schema", "unknown-layout", words)]
    assert list(google_messages(MemoryFile("bugle_db", b"none"))) == [
        Problem("file", "damaged-database", "not a database (or encrypted)")
    ]


WHOLE = (
    f"{INTO},received_timestamp,sent_timestamp,mms_subject) VALUES (1,5,2,1,3,100,1,1700000000000,1700000000000,'s');"
    "INSERT INTO parts(message_id,conversation_id,text,content_type,uri) VALUES (1,5,'x','text/plain','file:///x');"
    "INSERT INTO message_reactions(message_id,reactions_data) VALUES (1,x'0a00');"
    "INSERT INTO read_reports VALUES (1,1,2,1700000070000,1700000080000);"
    "INSERT INTO message_captions VALUES (1,'c')"
)


def test_a_broken_value_costs_no_message() -> None:
    file = bugle(WHOLE)
    assert_no_row_is_lost(google_messages, file.path, file.open().read(), "messages", "_id")


@pytest.mark.parametrize("table", ["parts", "participants", "conversations", "read_reports", "message_reactions"])
def test_broken_values_beside_cost_no_message(table) -> None:
    file = bugle(WHOLE)
    broken, _ = with_broken_values(file.open().read(), table, "_id")
    found = list(google_messages(MemoryFile(file.path, broken)))
    assert sum(one.locator == "messages:_id=1" for one in found if isinstance(one, Message)) == 1


def test_parts_without_a_message_each_come_out_whatever_they_hold() -> None:
    file = bugle(WHOLE + ";DELETE FROM messages")
    assert_no_row_is_lost(google_messages, file.path, file.open().read(), "parts", "_id")


def test_conversations_without_messages_each_come_out_whatever_they_hold() -> None:
    file = bugle("")
    assert_no_row_is_lost(google_messages, file.path, file.open().read(), "conversations", "_id")


@given(st.binary(max_size=60))
def test_any_bytes_where_reactions_should_stand_are_kept_or_read(data) -> None:
    doubts = Doubts()
    found, left = reactions([{"_id": 1, "reactions_data": data}], doubts)
    understood = bool(found) and all(one.sender for one in found)
    assert left == (() if understood else (("reactions_data", data.hex()),))


def test_a_reaction_that_cannot_be_read_is_told_beside_the_others() -> None:
    doubts = Doubts()
    data = message((1, message((1, message((1, "!"))))), (1, "no message"))
    found, _ = reactions([{"_id": 1, "reactions_data": data}], doubts)
    assert [one.text for one in found] == ["!"]
    words = f"message_reactions:_id=1 reactions_data: 1 of its entries could not be read: {data.hex()}"
    assert [(one.code, one.detail) for one in doubts.drain()] == [("reaction", words)]


@given(st.text(max_size=60), st.sampled_from(["", "file://", "content://a.MediaScratchFileProvider/"]))
def test_no_address_leads_out_of_the_folders_of_the_application(address, start) -> None:
    path = own_path(f"{start}{address}", "app/")
    assert path is None or (path.startswith("app/") and "/../" not in f"/{path}/")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///data/user/0/com.google.android.apps.messaging/cache/a%20b.jpg", "app/cache/a b.jpg"),
        ("C:\\x\\com.android.messaging\\files\\a.jpg", "app/files/a.jpg"),
        ("/data/data/com.android.messaging/files/a.jpg", "app/files/a.jpg"),
        ("/data/data/com.android.messaging/../other/a.jpg", None),
        ("content://x.MediaScratchFileProvider/../../a?ext=jpg", "app/a.jpg"),
        ("content://x.MediaScratchFileProvider/../../../a?ext=jpg", None),
        ("content://media/external/images/5", None),
        ("http://[", None),
    ],
)
def test_an_address_inside_the_application_is_a_place_in_the_source(address, path) -> None:
    assert own_path(address, "app/") == path
