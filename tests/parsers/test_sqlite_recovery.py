"""Deleted rows of databases whose rows are known: made with SQLite here, or stated by the SQLite Forensic Corpus."""

from __future__ import annotations

import io
import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.sqlite_layouts import layout_of
from parsers.sqlite_recovery import RecoveredRow, recover_rows
from tests.benchmarks.sqlite_recovery import Figures, measured

TABLE = "CREATE TABLE said(_id INTEGER PRIMARY KEY, who TEXT, at INTEGER, words TEXT)"
ROWS = [(n, f"Example {n}", 1_500_000_000_000 + n, f"what number {n} said, at some length") for n in range(1, 41)]


def made(folder: Path, *statements: str, before: tuple[str, ...] = (), rows=ROWS, table: str = TABLE) -> Path:
    path = folder / "made.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for one in ("PRAGMA secure_delete=0", *before, table):
            connection.execute(one)
        places = ",".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO said VALUES ({places})", rows)
        for one in statements:
            connection.execute(one)
    return path


def found_in(path: Path) -> list[RecoveredRow]:
    with path.open("rb") as stream:
        return [row for row in recover_rows(stream).rows if row.table != "sqlite_master"]


def values(rows: list[RecoveredRow]) -> list[tuple]:
    return sorted(row.values[1:] for row in rows)


@pytest.fixture(scope="module")
def figures(corpus: Path) -> dict[str, Figures]:
    return {one.category: one for one in measured(corpus)}


def test_every_deleted_row_of_the_corpus_is_recovered_whole(figures: dict[str, Figures]) -> None:
    assert {name: (one.deleted, one.complete, one.partly) for name, one in figures.items()} == {
        "01": (0, 0, 0),
        "04": (0, 0, 0),
        "06": (0, 0, 0),
        "07": (1, 1, 0),
        "0A": (100, 100, 0),
        "0C": (101, 101, 0),
    }


def test_no_row_is_recovered_that_the_corpus_does_not_state_as_deleted(figures: dict[str, Figures]) -> None:
    assert sum(one.false + one.live for one in figures.values()) == 0


def test_a_row_in_a_freeblock_is_there_but_for_its_row_id(tmp_path: Path) -> None:
    path = made(tmp_path, "DELETE FROM said WHERE _id=7")
    (row,) = found_in(path)
    assert (row.table, row.columns, row.values) == ("said", ("_id", "who", "at", "words"), (None, *ROWS[6][1:]))
    assert (row.rowid, row.lost, row.origin, row.confidence) == (None, ("_id",), "freeblock", "medium")
    assert ROWS[6][3].encode() in path.read_bytes()[row.offset : row.offset + row.length]


@pytest.mark.parametrize(
    "before",
    [
        ("PRAGMA page_size=512",),
        ("PRAGMA page_size=65536",),
        ("PRAGMA encoding='UTF-16le'",),
        ("PRAGMA encoding='UTF-16be'",),
        ("PRAGMA auto_vacuum=FULL",),
        ("PRAGMA auto_vacuum=INCREMENTAL", "PRAGMA page_size=1024"),
    ],
)
def test_single_deleted_rows_come_back_whatever_the_pages_are(tmp_path: Path, before: tuple[str, ...]) -> None:
    path = made(tmp_path, "DELETE FROM said WHERE _id IN (3, 11, 12, 38)", before=before)
    assert values(found_in(path)) == sorted(ROWS[n - 1][1:] for n in (3, 11, 12, 38))


def test_rows_of_a_dropped_table_have_its_name_and_their_row_ids(tmp_path: Path) -> None:
    path = made(tmp_path, "DROP TABLE said")
    rows = found_in(path)
    assert {row.values for row in rows if not row.lost} == set(ROWS)
    assert {(row.table, row.origin) for row in rows} == {("said", "free page")}


def test_all_rows_deleted_at_once_come_back(tmp_path: Path) -> None:
    path = made(tmp_path, "DELETE FROM said")
    assert {row.values for row in found_in(path)} == set(ROWS)


def test_a_long_row_is_followed_into_the_free_pages(tmp_path: Path) -> None:
    long = (99, "Example", 5, "word " * 4000)
    path = made(tmp_path, "DELETE FROM said WHERE _id=99", rows=[*ROWS, long])
    (row,) = found_in(path)
    # The page that lists the free ones is one of those the row stood in: what it held is gone.
    assert row.values in ((99, "Example", 5, None), (99, "Example", 5, long[3]))
    assert row.lost == (("words",) if row.values[3] is None else ())


def test_a_row_older_than_a_column_has_what_sqlite_reads_there(tmp_path: Path) -> None:
    added = "ALTER TABLE said ADD COLUMN seen INTEGER DEFAULT 1"
    path = made(tmp_path, added, "DELETE FROM said WHERE _id=7")
    (row,) = found_in(path)
    assert (row.columns[-1], row.values) == ("seen", (None, *ROWS[6][1:], 1))


def test_a_table_without_row_ids_gives_its_dropped_rows(tmp_path: Path) -> None:
    table = "CREATE TABLE said(_id INTEGER, who TEXT, at INTEGER, words TEXT, PRIMARY KEY(who)) WITHOUT ROWID"
    path = made(tmp_path, "DELETE FROM said", table=table)
    rows = found_in(path)
    assert {row.columns for row in rows} == {("who", "_id", "at", "words")}
    assert {row.values for row in rows} == {(who, key, at, words) for key, who, at, words in ROWS}


def test_what_was_overwritten_on_deletion_is_not_found(tmp_path: Path) -> None:
    assert found_in(made(tmp_path, "PRAGMA secure_delete=1", "DELETE FROM said WHERE _id>20")) == []


def test_a_row_without_its_row_id_is_not_reported_while_its_twin_lives(tmp_path: Path) -> None:
    twins = [*ROWS, (41, "Example twin", 5, "the same"), (42, "Example twin", 5, "the same")]
    assert found_in(made(tmp_path, "DELETE FROM said WHERE _id=41", rows=twins)) == []
    (tmp_path / "made.db").unlink()
    assert len(found_in(made(tmp_path, "DELETE FROM said WHERE _id>40", rows=twins))) == 1


def test_live_rows_and_their_index_are_no_deleted_rows(tmp_path: Path) -> None:
    path = made(
        tmp_path, "CREATE INDEX by_who ON said(who)", "UPDATE said SET at=at+1", before=("PRAGMA page_size=512",)
    )
    with closing(sqlite3.connect(path)) as connection:
        live = {tuple(row[1:]) for row in connection.execute("SELECT * FROM said")}
    assert not live & set(values(found_in(path)))


def log_of(folder: Path) -> tuple[bytes, bytes]:
    """A database of 40 rows in its file; in the log 5 and 6 deleted, 9 changed twice, an unfinished change behind."""
    path = made(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA secure_delete=1")
        for one in ("DELETE FROM said WHERE _id IN (5,6)", "UPDATE said SET words='second' WHERE _id=9"):
            connection.execute(one)
        connection.execute("UPDATE said SET words='third' WHERE _id=9")
        return path.read_bytes(), Path(f"{path}-wal").read_bytes()


def checksum(log: bytes | bytearray, frame: int) -> bytes:
    """The two sums of the frame at a place, counted on from those of the frame before it."""
    order = "<" if log[3] & 1 == 0 else ">"
    one, two = struct.unpack(">2I", log[frame - 4096 - 8 : frame - 4096])
    counted = bytes(log[frame : frame + 8]) + bytes(log[frame + 24 : frame + 24 + 4096])
    for even, odd in struct.iter_unpack(f"{order}2I", counted):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return struct.pack(">2I", one, two)


def test_the_log_gives_what_it_replaced_and_what_it_holds_no_more(tmp_path: Path) -> None:
    main, log = log_of(tmp_path)
    rows = recover_rows(io.BytesIO(main), io.BytesIO(log)).rows
    found = {(row.values, row.where, row.origin, row.confidence, row.replaced, row.also) for row in rows}
    replaced = "page replaced by the log"
    assert found == {
        (ROWS[4], "database", replaced, "high", False, 0),
        (ROWS[5], "database", replaced, "high", False, 0),
        (ROWS[8], "database", replaced, "high", True, 1),
        ((*ROWS[8][:3], "second"), "log", "superseded log frame", "high", True, 0),
    }


def test_frames_that_were_never_committed_and_those_of_an_older_log_are_told_apart(tmp_path: Path) -> None:
    main, log = log_of(tmp_path)
    last = len(log) - 24 - 4096
    uncommitted, older, damaged = bytearray(log), bytearray(log), bytearray(log)
    uncommitted[last + 4 : last + 8] = bytes(4)  # no commit any more
    uncommitted[last + 16 : last + 24] = checksum(uncommitted, last)
    older[last + 8] ^= 1  # another salt
    damaged[last + 16] ^= 1  # a checksum that does not hold
    for changed, origin in (
        (uncommitted, "uncommitted log frame"),
        (older, "older log generation"),
        (damaged, "log frame behind damage"),
    ):
        rows = recover_rows(io.BytesIO(main), io.BytesIO(bytes(changed))).rows
        third = [row for row in rows if row.values == (*ROWS[8][:3], "third")]
        assert [(row.origin, row.where, row.replaced) for row in third] == [(origin, "log", True)]


def test_no_more_rows_are_kept_than_asked_for_and_that_is_said(tmp_path: Path) -> None:
    path = made(tmp_path, "DELETE FROM said")
    with path.open("rb") as stream:
        found = recover_rows(stream, most_rows=10)
    assert len(found.rows) == 10
    assert found.notes == ("more deleted rows than are kept: only the first 10 or 64 MiB",)


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", bytes(4096), os.urandom(4096)])
def test_what_is_no_database_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a database"):
        recover_rows(io.BytesIO(data))


def test_the_evidence_is_as_it_was(tmp_path: Path) -> None:
    main, log = log_of(tmp_path)
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "a.db").write_bytes(main)
    (folder / "a.db-wal").write_bytes(log)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    with (folder / "a.db").open("rb") as stream, (folder / "a.db-wal").open("rb") as beside:
        assert recover_rows(stream, beside).rows
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_a_damaged_live_row_of_no_columns_teaches_nothing_of_deleted_ones() -> None:
    layout = layout_of("said", TABLE, 2)
    assert layout.seen([set(), set(), set(), set()], {0, 3}).counts == {3, 4}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    return log_of(tmp_path_factory.mktemp("sample"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_ends_in_rows_or_in_a_value_error(sample: tuple[bytes, bytes], data: st.DataObject) -> None:
    main, log = bytearray(sample[0]), bytearray(sample[1])
    for hurt in (main, log):
        for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(hurt) - 1), st.integers(0, 255)), max_size=30)):
            hurt[at] = byte
        del hurt[data.draw(st.integers(0, len(hurt))) if data.draw(st.booleans()) else len(hurt) :]
    try:
        rows = recover_rows(io.BytesIO(bytes(main)), io.BytesIO(bytes(log))).rows
    except ValueError:
        return
    assert len(rows) < 5000
    assert all(0 <= row.offset < max(len(main), len(log)) for row in rows)
