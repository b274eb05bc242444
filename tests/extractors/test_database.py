"""How extractors read databases: names in any case, keys below zero, damage."""

from __future__ import annotations

from evidence_store.records import Problem
from extractors.database import each_row, selecting
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile


def test_columns_are_found_however_the_layout_writes_its_names() -> None:
    data = database("CREATE TABLE Tabs(_ID INTEGER PRIMARY KEY, Title TEXT); INSERT INTO Tabs VALUES(1,'one')")
    with MemoryFile("x.db", data).sqlite() as db:
        rows = list(db.execute(f"SELECT {selecting(db, 'TABS', ('_id', 'title', 'url'))} FROM TABS"))
    assert rows == [{"_id": 1, "title": "one", "url": None}]


def test_rows_behind_damage_come_out_also_where_keys_are_below_zero() -> None:
    rows = ",".join(f"({key},'m{key} {'.' * 900}')" for key in range(-40, 41))
    data = bytearray(database(f"CREATE TABLE t(_id INTEGER PRIMARY KEY, words TEXT); INSERT INTO t VALUES {rows}"))
    first = data.index(b"m-40 ") // 4096 * 4096
    data[first : first + 4096] = b"\xff" * 4096
    gaps: list[Problem] = []
    with MemoryFile("x.db", bytes(data)).sqlite() as db:
        found = [row["_id"] for row in each_row(db, "t", "_id, words", gaps)]
    assert found == list(range(found[0], 41))
    assert -40 < found[0] < -30
    assert [gap.detail.rpartition("; ")[2] for gap in gaps] == [f"reading went on at _id={found[0]}"]
