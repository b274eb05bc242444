"""The door to SQLite evidence: what it must read, what it must refuse, and that it never writes."""

from __future__ import annotations

import hashlib
import io
import random
from contextlib import ExitStack
from pathlib import Path

import apsw
import pytest

from parsers.sqlite_file import DamagedText, DatabaseDamaged, EvidenceDatabase, lacking, open_database
from tests.evidence_builders.databases import database, with_hot_journal, with_write_ahead_log

SIMPLE = "CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT)"


@pytest.fixture
def opened():
    """Opens bytes, or a file of the host with what stands beside it; closes all at the end."""
    with ExitStack() as stack:

        def open_it(data: bytes | Path, **options) -> EvidenceDatabase:
            if isinstance(data, bytes):
                return stack.enter_context(open_database(io.BytesIO(data), None, None, **options))
            streams = [data.open("rb")]
            for suffix in ("-wal", "-journal"):
                beside = data.with_name(data.name + suffix)
                streams.append(beside.open("rb") if beside.exists() else None)
            for stream in filter(None, streams):
                stack.enter_context(stream)
            return stack.enter_context(open_database(*streams, **options))

        yield open_it


def rows_before_damage(db: EvidenceDatabase, sql: str) -> tuple[list[dict], DatabaseDamaged]:
    rows = []
    with pytest.raises(DatabaseDamaged) as raised:
        for row in db.execute(sql):
            rows.append(row)  # one by one: what came before the damage is kept
    return rows, raised.value


def state_of(folder: Path) -> list[tuple[str, int, int, str]]:
    return [
        (file.name, file.stat().st_size, file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in sorted(folder.iterdir())
    ]


def count(db: EvidenceDatabase) -> int:
    return next(iter(db.execute("SELECT count(*) AS n FROM entry")))["n"]


def test_the_write_ahead_log_is_applied(tmp_path, opened):
    path = with_write_ahead_log(tmp_path)
    frames = (path.with_name("live.db-wal").stat().st_size - 32) // (24 + 4096)
    db = opened(path)
    assert frames > 0
    assert (count(db), db.notes) == (
        600,
        [f"the write-ahead log holds {frames} frames, {frames} of them committed and applied"],
    )


def test_without_its_log_the_database_shows_the_older_state(tmp_path, opened):
    path = with_write_ahead_log(tmp_path)
    db = opened(path.read_bytes())
    assert (count(db), db.notes) == (1000, [])


def test_frames_after_a_broken_checksum_are_not_applied(tmp_path):
    path = with_write_ahead_log(tmp_path)
    log = bytearray(path.with_name("live.db-wal").read_bytes())
    log[32 + 24 + 100] ^= 0xFF
    with open_database(io.BytesIO(path.read_bytes()), io.BytesIO(bytes(log)), None) as db:
        frames = (len(log) - 32) // (24 + 4096)
        assert count(db) == 1000
        assert db.notes == [f"the write-ahead log holds {frames} frames, 0 of them committed and applied"]


def test_a_hot_journal_is_rolled_back(tmp_path, opened):
    db = opened(with_hot_journal(tmp_path))
    assert db.notes == ["the rollback journal was hot: an unfinished transaction was rolled back, in memory only"]
    assert list(db.execute("SELECT count(*) AS n, min(text) LIKE 'text 1 %' AS old FROM entry")) == [
        {"n": 1000, "old": 1}
    ]


def test_a_journal_of_an_ended_transaction_is_not_applied(tmp_path):
    data = database(SIMPLE, {"entry": [(1, "one")]})
    with open_database(io.BytesIO(data), None, io.BytesIO(bytes(1024))) as db:
        assert list(db.execute("SELECT * FROM entry")) == [{"id": 1, "text": "one"}]
        assert db.notes == ["the rollback journal beside it holds no unfinished transaction"]


@pytest.mark.parametrize("left", [with_write_ahead_log, with_hot_journal])
def test_the_files_of_the_evidence_are_unchanged(tmp_path, left):
    path = left(tmp_path)
    before = state_of(path.parent)
    assert len(before) > 1
    with ExitStack() as stack:
        streams = [path.open("rb")]
        for suffix in ("-wal", "-journal"):
            beside = path.with_name(path.name + suffix)
            streams.append(stack.enter_context(beside.open("rb")) if beside.exists() else None)
        stack.enter_context(streams[0])
        with open_database(*streams) as db:
            assert count(db) in (600, 1000)
        assert not streams[0].closed
    assert state_of(path.parent) == before


def test_a_real_database_with_a_log_is_read_whole(corpus, opened):
    db = opened(corpus / "plaso" / "wal_database.db")
    assert len(list(db.execute("SELECT * FROM MyTable"))) == 11


def test_a_file_cut_short_gives_its_first_rows_and_then_says_where_it_stopped(opened):
    whole = database(SIMPLE, {"entry": [(i, f"text {i} {'.' * 90}") for i in range(1, 1001)]})
    db = opened(whole[: len(whole) // 2])
    assert db.notes == [f"the file is shorter than its header says: {len(whole) // 8192} of {len(whole) // 4096} pages"]
    rows, error = rows_before_damage(db, "SELECT id FROM entry ORDER BY id")
    assert 300 < len(rows) < 700
    assert rows == [{"id": i} for i in range(1, len(rows) + 1)]
    assert error.rows == len(rows)
    assert str(error).startswith(f"reading stopped after {len(rows)} rows: byte ")


def test_what_was_cut_off_a_long_value_is_never_read_as_zeros(opened):
    whole = database(SIMPLE, {"entry": [(1, "x" * 8000)]})
    db = opened(whole[:-4096])
    rows, _ = rows_before_damage(db, "SELECT * FROM entry")
    assert rows == []


def test_a_damaged_page_ends_the_query_with_the_rows_before_it(opened):
    whole = bytearray(database(SIMPLE, {"entry": [(i, f"text {i} {'.' * 90}") for i in range(1, 1001)]}))
    whole[4096 * 15 : 4096 * 16] = b"\xff" * 4096
    rows, error = rows_before_damage(opened(bytes(whole)), "SELECT id FROM entry ORDER BY id")
    assert rows == [{"id": i} for i in range(1, len(rows) + 1)]
    assert 0 < error.rows == len(rows) < 1000


@pytest.mark.parametrize(
    "data",
    [
        b"no database",
        random.Random(1).randbytes(8192),
        b"SQLite format 3\0" + random.Random(2).randbytes(4080),
    ],
    ids=["text", "encrypted", "magic and then noise"],
)
def test_what_is_no_database_is_said_to_be_none(data, opened):
    with pytest.raises(ValueError, match=r"^not a database \(or encrypted\)$"):
        opened(data)


def test_an_empty_file_is_an_empty_database(opened):
    db = opened(b"")
    assert (db.tables(), db.notes) == ({}, ["the file is empty (0 bytes)"])


def test_a_database_in_wal_mode_without_its_log_opens(opened):
    data = bytearray(database(SIMPLE, {"entry": [(1, "one")]}))
    data[18:20] = b"\2\2"
    assert list(opened(bytes(data)).execute("SELECT * FROM entry")) == [{"id": 1, "text": "one"}]


def test_tables_names_the_tables_and_not_the_views(opened):
    db = opened(
        database(f"{SIMPLE}; CREATE VIEW sms AS SELECT id FROM entry; CREATE VIRTUAL TABLE words USING fts4(w)")
    )
    tables = db.tables()
    assert "sms" not in tables
    assert tables["entry"] == {"id", "text"}
    assert "w" in tables["words"]


def test_lacking_says_in_words_what_is_missing(opened):
    db = opened(database(SIMPLE))
    assert lacking(db, {"entry": {"id", "TEXT"}}) == ""
    assert lacking(db, {"entry": {"id", "when", "who"}, "thread": {"id"}}) == (
        "table entry has no column when, who; no table thread"
    )


def test_a_sort_order_that_only_the_phone_has_is_supplied_and_said(opened):
    connection = apsw.Connection(":memory:")
    connection.create_collation("LOCALIZED", lambda left, right: (left > right) - (left < right))
    connection.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT COLLATE LOCALIZED)")
    connection.execute("CREATE INDEX by_text ON entry(text)")
    connection.execute("INSERT INTO entry VALUES (1,'b'),(2,'a')")
    data = connection.serialize("main")
    connection.close()
    db = opened(data)
    assert [row["id"] for row in db.execute("SELECT id FROM entry ORDER BY text")] == [2, 1]
    assert db.supplied_collations == ["LOCALIZED"]


BAD_TEXT = """INSERT INTO entry VALUES (2, CAST(x'41ff42' AS TEXT)), (3, CAST(x'41eda08042' AS TEXT)),
    (4, CAST(x'410042' AS TEXT)), (5, 'fine'), (6, x'ff00')"""


def test_text_that_is_not_utf8_costs_no_row_and_is_marked(opened):
    db = opened(database(f"{SIMPLE}; INSERT INTO entry VALUES (1,'first'); {BAD_TEXT}"))
    rows = list(db.execute("SELECT * FROM entry ORDER BY id;"))
    assert [row["text"] for row in rows] == ["first", "A\\xffB", "A\ud800B", "A\0B", "fine", b"\xff\0"]
    damaged = [row["text"] for row in rows if isinstance(row["text"], DamagedText)]
    assert [value.stored for value in damaged] == [b"A\xffB", b"A\xed\xa0\x80B"]
    assert db.damaged_text == 2


def test_damaged_text_is_found_under_conditions_and_parameters_too(opened):
    db = opened(database(f"{SIMPLE}; {BAD_TEXT}"))
    assert list(db.execute("SELECT text, id, text FROM entry WHERE id = ?", (2,))) == [{"text": "A\\xffB", "id": 2}]


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_a_utf16_database_is_read_with_its_lone_surrogates(encoding, opened):
    codec = encoding[:-2] + "-" + encoding[-2:]
    lone = "A\ud800B".encode(codec, "surrogatepass").hex()
    db = opened(
        database(
            f"{SIMPLE}; INSERT INTO entry VALUES (1, 'héllo \U0001f600'), (2, CAST(x'{lone}' AS TEXT)), (3, NULL)",
            before=f"PRAGMA encoding='{encoding}'",
        )
    )
    assert [row["text"] for row in db.execute("SELECT * FROM entry")] == ["héllo \U0001f600", "A\ud800B", None]


def test_ten_megabytes_of_text_come_out_whole(opened):
    text = "0123456789" * 1_048_576
    db = opened(database(SIMPLE, {"entry": [(1, text), (2, "after")]}))
    rows = list(db.execute("SELECT * FROM entry ORDER BY id"))
    assert (rows == [{"id": 1, "text": text}, {"id": 2, "text": "after"}]) is True  # no diff of ten megabytes
