"""How extractors read databases: names in any case, keys below zero, damage, more rows than are held."""

from __future__ import annotations

import pytest

from evidence_store.records import Problem, WebVisit
from extractors import database as reading
from extractors.database import each_held, each_row, selecting
from extractors.ios.core_data import rows_by_key
from extractors.ios.knowledge import knowledge
from extractors.web.chromium import chromium
from tests.evidence_builders.browsers import CHROMIUM, database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import KNOWLEDGE


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


def test_rows_beyond_those_that_are_held_are_counted_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 2)
    gaps: list[Problem] = []
    rows = database("CREATE TABLE t(Z_PK INTEGER PRIMARY KEY, a); INSERT INTO t VALUES(1,'x'),(2,'y'),(3,'z'),(7,'u')")
    with MemoryFile("x.db", rows).sqlite() as db:
        assert list(each_held(db, "t", "Z_PK, a", gaps, "Z_PK")) == [{"Z_PK": 1, "a": "x"}, {"Z_PK": 2, "a": "y"}]
        assert gaps == [beyond("t", 2, 2)]
        assert list(rows_by_key(db, "t", ("a",), gaps)) == [1, 2]
        assert gaps == [beyond("t", 2, 2)] * 2
        assert len(list(each_row(db, "t", "Z_PK, a", gaps, "Z_PK"))) == 4


def beyond(table: str, rows: int, held: int) -> Problem:
    return Problem("value", "too-many", f"{table}: {rows} rows beyond the first {held} are not looked up", table)


def test_as_many_rows_as_are_held_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 2)
    gaps: list[Problem] = []
    rows = database("CREATE TABLE t(_id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1),(2)")
    with MemoryFile("x.db", rows).sqlite() as db:
        assert [row["_id"] for row in each_held(db, "t", "_id", gaps)] == [1, 2]
    assert gaps == []


def test_pages_beyond_those_that_are_held_cost_a_visit_its_address_and_not_the_visit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 1)
    pages = (
        "INSERT INTO urls(id,url,last_visit_time) VALUES(1,'https://a.example.org/',1),(2,'https://b.example.org/',1)"
    )
    visits = "INSERT INTO visits(id,url,visit_time) VALUES(1,1,13417000000123456),(2,2,13417000000123456)"
    found = list(chromium(MemoryFile("Chrome/Default/History", database(CHROMIUM, pages, visits))))
    assert [one.url for one in found if isinstance(one, WebVisit)] == ["https://a.example.org/", None]
    assert beyond("urls", 1, 1) in found


def test_sources_of_visits_and_ways_to_downloads_beyond_those_that_are_held_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 1)
    rows = (
        "INSERT INTO visit_source VALUES(1,0),(2,0);"
        "INSERT INTO downloads_url_chains VALUES(1,1,'https://b.example.org/'),(1,0,'https://a.example.org/'),(2,0,'c')"
    )
    found = list(chromium(MemoryFile("Chrome/Default/History", database(CHROMIUM, rows))))
    assert [one for one in found if isinstance(one, Problem)] == [
        beyond("visit_source", 1, 1),
        beyond("downloads_url_chains", 2, 1),
    ]


def test_metadata_beyond_what_is_held_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 1)
    rows = "INSERT INTO ZSTRUCTUREDMETADATA(Z_PK) VALUES(1),(2),(3)"
    found = list(knowledge(MemoryFile("knowledgeC.db", database(KNOWLEDGE, rows))))
    assert beyond("ZSTRUCTUREDMETADATA", 2, 1) in found
