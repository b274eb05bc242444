"""Databases under a name that is not their application's are told by their tables, and by nothing that others have."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from app.worker.evidence import OpenedFile
from app.worker.reading import read_batch
from app.worker.shard import PROBLEM, ShardWriter, lines
from app.worker.tasks import Batch, Listed, Step
from evidence_store import queries, schema
from evidence_store.records import plain_of
from evidence_store.selection import Selection
from extractors.catalog import EXTRACTORS
from extractors.recognising import DATABASE, recognised
from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from tests.evidence_builders.android import SMS, THREADS, message_store
from tests.evidence_builders.cases import read_into, verdict_of
from tests.evidence_builders.files import MemoryFile
from tests.extractors.test_truths import TRUTHS

WITH_TABLES = {one.id for one in EXTRACTORS if one.tables}
WORDS = "INSERT INTO sms(_id,address,date,type,body) VALUES(1,'07700 900101',1772357400000,1,'made-up words')"


def renamed_store() -> bytes:
    return message_store(WORDS, schema=SMS + THREADS).open().read()


@pytest.mark.parametrize("path", sorted({one.path for one in TRUTHS if one.extractor in WITH_TABLES}))
def test_a_real_database_under_another_name_goes_to_those_who_read_it_under_its_own(path: str, corpus: Path) -> None:
    of_path = [one for one in TRUTHS if one.path == path]
    file = of_path[0].file(corpus)
    file.path, file.mime = "recovered/0001", DATABASE
    assert {one.id for one in recognised(file)} == {one.extractor for one in of_path} & WITH_TABLES


def test_no_real_database_is_told_to_be_what_nobody_asserts(corpus: Path) -> None:
    asserted = {one.path for one in TRUTHS}
    others = [path for path in corpus.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {}
    for path in others:
        data = path.read_bytes()
        name = path.relative_to(corpus).as_posix()
        if data.startswith(b"SQLite format 3\0") and name not in asserted:
            told = [one.id for one in recognised(MemoryFile("x", data, mime=DATABASE))]
            found.update({name: told} if told else {})
    assert found == {}


def test_tables_say_enough() -> None:
    told = [
        frozenset((table, frozenset(columns)) for table, columns in layout.items())
        for one in EXTRACTORS
        for layout in one.tables
    ]
    assert len(set(told)) == len(told)
    assert all(columns for layout in told for _, columns in layout)


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 4096])
def test_what_cannot_be_read_is_told_to_be_nothing(data: bytes) -> None:
    assert recognised(MemoryFile("x", data, mime=DATABASE)) == ()


def test_a_database_that_cannot_be_looked_into_is_told_and_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = bytearray(renamed_store())
    damaged[100] = 0  # the kind of the page on which the schema begins
    faults: list[str] = []
    assert recognised(MemoryFile("x", bytes(damaged), mime=DATABASE), faults) == ()
    assert faults == ["the database cannot be read: database disk image is malformed"]
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "0 damaged").write_bytes(damaged)
    (evidence / "1 whole").write_bytes(renamed_store())
    told, found = _told_and_records(evidence, tmp_path / "0.shard")
    assert told == [("not-recognised", f"what it is cannot be told by its tables: {faults[0]}")]
    assert found == 2  # the message, and its row in the damaged one as a recovered one

    def no_memory(_file: OpenedFile) -> None:
        raise MemoryError

    monkeypatch.setattr(OpenedFile, "sqlite", no_memory)
    told, _ = _told_and_records(evidence, tmp_path / "1.shard")
    words = "what it is cannot be told by its tables: it needs more memory than a worker may take"
    assert told == [("not-recognised", words)] * 2


def _told_and_records(folder: Path, path: Path) -> tuple[list[tuple[str, str]], int]:
    """What is said of the files of a folder as such, and how many records come out."""
    volume = open_volume(SourceRef("folder", str(folder)))
    entries = sorted(volume.entries(), key=lambda one: one.path)
    listed = [Listed(n, one.path, one.size, "file", 0, 1, 1, "", "[]", one.address) for n, one in enumerate(entries)]
    shard = ShardWriter(str(path))
    batch = Batch(SourceRef("folder", str(folder)), 0, tuple(Step(one, ()) for one in listed), str(path))
    read_batch(batch, volume, shard, lambda _label, _size: None)
    shard.finish()
    problems = [plain_of(data) for letter, data in lines(path) if letter == PROBLEM]
    return [(one["code"], one["detail"]) for one in problems if one["of"] == "file"], shard.records_written


def test_a_renamed_database_is_read_and_that_its_name_is_another_is_said(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "messages of May (copy)").write_bytes(renamed_store())
    case, _ = read_into(tmp_path / "case", tmp_path / "evidence", zone="Europe/London")
    with case.store.read() as connection:
        ids = [item for item, _ in queries.page(connection, Selection(kinds=("message",)), None)]
        assert [one.record["text"] for one in queries.details(connection, ids)] == ["made-up words"]
        problem, outcome = schema.problem.c, schema.outcome.c
        query = select(outcome.extractor).join(schema.problem).where(problem.code == "recognised")
        assert [one.partition("@")[0] for one in connection.scalars(query)] == ["android.sms"]
    assert verdict_of(case).intact
    case.close()


@pytest.mark.parametrize(
    ("only", "kinds"), [((), {("message", 0), ("message", 1)}), (("sqlite.*",), {("table_row", 1)})]
)
def test_deleted_messages_are_messages_where_those_are_read_and_else_rows(
    tmp_path: Path, only: tuple[str, ...], kinds: set[tuple[str, int]]
) -> None:
    (tmp_path / "evidence").mkdir()
    path = tmp_path / "evidence" / "0001"
    path.write_bytes(renamed_store())
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "PRAGMA secure_delete=OFF; INSERT INTO sms(_id,address,date,type,body)"
            " VALUES(2,'07700 900102',1772357400000,1,'words that were deleted'); DELETE FROM sms WHERE _id=2"
        )
    case, _ = read_into(tmp_path / "case", path.parent, zone="Europe/London", only=only)
    with case.store.read() as connection:
        assert {tuple(row) for row in connection.execute(select(schema.item.c.kind, schema.item.c.deleted))} == kinds
    case.close()


def test_a_database_that_takes_the_worker_with_it_is_not_looked_into_again(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(renamed_store())
    volume = open_volume(SourceRef("folder", str(tmp_path)))
    (entry,) = volume.entries()
    listed = Listed(0, entry.path, entry.size, "file", 0, 1, 1, "", "[]", entry.address)
    path = str(tmp_path / "0.shard")
    shard = ShardWriter(path)
    batch = Batch(
        SourceRef("folder", str(tmp_path)), 0, (Step(listed, ()),), path, skip=(("0:recognising", "crashed"),)
    )
    read_batch(batch, volume, shard, lambda _label, _size: None)
    shard.finish()
    told = [plain_of(data) for letter, data in lines(path) if letter == PROBLEM]
    assert [(one["kind"], one["code"], one["detail"]) for one in told] == [
        ("file", "crashed", "looking for its tables: crashed")
    ]
    assert shard.records_written == 0
