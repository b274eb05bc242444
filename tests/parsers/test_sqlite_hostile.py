"""Databases made to do harm: nothing of theirs runs, and what they hurt is their own reading."""

from __future__ import annotations

import io
import os
import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from parsers.sqlite_file import DatabaseDamaged, lacking, open_database
from tests.evidence_builders.databases import database, patched_schema

SIMPLE = "CREATE TABLE entry(id INTEGER PRIMARY KEY, text TEXT)"


@pytest.fixture
def opened():
    """Opens bytes, and closes all at the end."""
    with ExitStack() as stack:
        yield lambda data, **options: stack.enter_context(open_database(io.BytesIO(data), None, None, **options))


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n AS id FROM r"


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO entry VALUES (9, 'x')",
        "UPDATE entry SET text = 'x'",
        "DELETE FROM entry",
        "DROP TABLE entry",
        "CREATE TABLE more(a)",
        "CREATE TEMP TABLE more(a)",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA writable_schema=1",
        "PRAGMA journal_mode=DELETE",
        "BEGIN",
        "SELECT load_extension('x')",
        "SELECT * FROM pragma_table_list",
        "SELECT * FROM generate_series(1, 1000000000)",
        ENDLESS,
        "SELECT * FROM seen",
    ],
)
def test_nothing_but_reading_is_admitted(sql, opened):
    data = database(f"{SIMPLE}; INSERT INTO entry VALUES (1, 'one'); CREATE VIEW seen AS SELECT * FROM entry")
    db = opened(data)
    with pytest.raises(DatabaseDamaged):
        list(db.execute(sql))
    assert list(db.execute("SELECT * FROM entry")) == [{"id": 1, "text": "one"}]
    assert not Path("copy.db").exists()


HOSTILE = f"""{SIMPLE}; INSERT INTO entry VALUES (1, 'one');
    CREATE VIEW sms AS {ENDLESS};
    CREATE TABLE other(a, b);
    CREATE INDEX by_function ON other(abs(a), json_extract(b, '$.x'));
    CREATE TRIGGER on_entry AFTER INSERT ON entry BEGIN DELETE FROM entry; END;"""


def test_a_view_that_never_ends_under_the_name_of_a_table_is_not_a_table_and_not_run(opened):
    db = opened(database(HOSTILE))
    assert lacking(db, {"sms": {"id"}}) == "no table sms"
    with pytest.raises(DatabaseDamaged):
        list(db.execute("SELECT * FROM sms"))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIRTUAL TABLE other USING fileio('/etc/passwd')",
        "CREATE TABLE other(a, b AS (load_extension('x')))",
        "CREATE TABLE other(a, b AS (no_such_function(a)))",
        "CREATE TABLE other(a CHECK (load_extension('x')), b)",
        "CREATE TABBLE other(a",
        "",
    ],
)
def test_a_hostile_entry_of_the_schema_costs_its_own_table_only(sql, opened):
    db = opened(patched_schema(database(HOSTILE.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS")), "other", sql))
    assert list(db.execute("SELECT * FROM entry")) == [{"id": 1, "text": "one"}]


def test_a_query_that_gives_no_row_for_too_long_is_stopped(opened):
    db = opened(database(SIMPLE, {"entry": [(i, "x") for i in range(3000)]}), time_limit_s=0.2)
    with pytest.raises(DatabaseDamaged, match="stopped at the time limit after 0 rows"):
        list(db.execute("SELECT 1 FROM entry a, entry b, entry c WHERE a.id + b.id + c.id = -1"))


def test_a_stream_that_fails_is_damage_and_no_crash():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 8192:
                raise OSError("the sector cannot be read")
            return super().read(size)

    data = database(SIMPLE, {"entry": [(i, f"text {i} {'.' * 90}") for i in range(1, 1001)]})
    with (
        open_database(Failing(data), None, None) as db,
        pytest.raises(DatabaseDamaged, match="the sector cannot be read"),
    ):
        list(db.execute("SELECT * FROM entry"))


def test_noise_in_every_place_gives_rows_or_damage_and_nothing_else(tmp_path):
    data = database(f"{SIMPLE}; CREATE INDEX by_text ON entry(text)", {"entry": [(i, f"{i}" * 40) for i in range(200)]})
    noise = random.Random(7)
    ended = set()
    for _ in range(150):
        hurt = bytearray(data)
        for _ in range(noise.randint(1, 30)):
            hurt[noise.randrange(100 if noise.random() < 0.2 else len(hurt))] = noise.randrange(256)
        try:
            with open_database(io.BytesIO(bytes(hurt)), None, None, time_limit_s=5) as db:
                for table in db.tables():
                    list(db.execute(f'SELECT * FROM "{table}"'))
            ended.add("read")
        except DatabaseDamaged:
            ended.add("damaged")
    assert ended == {"read", "damaged"}
    assert os.listdir(tmp_path) == []
