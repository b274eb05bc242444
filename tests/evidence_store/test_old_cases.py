"""Old cases open for ever: a stored case of every format still verifies, with the figures it had."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evidence_store import queries, schema
from evidence_store.selection import Selection
from evidence_store.store import open_store
from evidence_store.verify import verify
from tests.evidence_builders.cases import unpack

NO_CONTACT = '{"kind":"note","locator":"x"}'
STORED = Path(__file__).resolve().parents[1] / "data"


def stored_case(version: int, to: Path) -> Path:
    return unpack((STORED / f"case-v{version}" / "case.zip").read_bytes(), to) / "case" / "case.db"


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_a_case_of_an_older_format_opens_and_has_the_figures_it_had(version: int, tmp_path: Path) -> None:
    store = open_store(stored_case(version, tmp_path))
    with store.read() as connection:
        found = verify(connection)
    store.close()
    figures = {"items_digest": found.items_digest, "seal": found.seal, "ledger_head": found.ledger_head}
    assert figures == json.loads((STORED / f"case-v{version}" / "expected.json").read_text())
    assert (found.findings, found.complete) == ((), True)


def test_people_of_an_older_case_are_found_by_each_of_their_names(tmp_path: Path) -> None:
    """In format 2 only the first contact was, whose text repeats what it is called."""
    store = open_store(stored_case(2, tmp_path))
    with store.read() as connection:
        words = ("kiosk", "447700900123", "harbour", "mira.example", "ben.sample", "ara@example.com", "447700900101")
        found = [[row[0] for row in queries.page(connection, Selection(search=word))] for word in words]
    store.close()
    assert found == [[1], [1], [1], [2, 1], [3], [4], [4]]


def test_an_older_case_that_cannot_be_written_is_read_from_a_copy_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored_case(2, tmp_path / "a")
    before = path.read_bytes()
    monkeypatch.setattr("evidence_store.store._can_be_written", lambda _: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = open_store(path)
    with store.read() as connection:
        assert verify(connection).intact
        assert [row[0] for row in queries.page(connection, Selection(search="ara@example.com"))] == [4]
    assert not store.writable
    assert len(list(tmp_path.glob("assay-*"))) == 1
    store.close()
    assert list(tmp_path.glob("assay-*")) == []
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "record",
    [
        *(b"[]", b"x", b"\xff", b'{"kind":"contact","locator":"x","moments":5}'),
        *(b'{"identifiers":[5],"kind":"contact","locator":"x"}', b'{"kind":"contact","locator":"x","text":5}'),
        b'{"kind":"contact","locator":"x","zz":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_contact_that_says_nothing_is_told_and_keeps_no_older_case_shut(tmp_path: Path, record: bytes) -> None:
    path = stored_case(2, tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        forged = (record, hashlib.sha256(record).digest())
        database.execute("UPDATE item SET record = CAST(? AS TEXT), sha256 = ? WHERE id = 1", forged)
    store = open_store(path)
    with store.read() as connection:
        found = verify(connection)
    store.close()
    assert any(finding.table == "item" for finding in found.findings)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE item SET text = 'Vera Forged' WHERE id = 1; INSERT INTO item_fts(item_fts) VALUES ('rebuild')",
        "UPDATE item SET text = 'Vera Forged' WHERE id = 4; INSERT INTO item_fts(item_fts) VALUES ('rebuild')",
        "INSERT INTO item SELECT id + 100, source_id, seq + 100, outcome_id, kind, service, NULL, NULL, NULL, text, "
        f"names, 0, '{NO_CONTACT}', x'{hashlib.sha256(NO_CONTACT.encode()).hexdigest()}' FROM item WHERE id = 1",
        "DROP TABLE item_fts",
        "UPDATE item_fts_data SET block = x'00' WHERE id = 10",
    ],
)
def test_what_was_changed_in_an_older_case_is_still_told(tmp_path: Path, change: str) -> None:
    path = stored_case(2, tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(change)
    store = open_store(path)
    with store.read() as connection:
        found = verify(connection)
    store.close()
    assert not found.intact


def test_a_contact_of_an_older_case_that_was_changed_is_told_and_not_put_right(tmp_path: Path) -> None:
    path = stored_case(2, tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE item SET record = replace(record, 'Mira', 'Vera') WHERE id = 1")
    store = open_store(path)
    with store.read() as connection:
        found = verify(connection)
    store.close()
    assert [finding.what for finding in found.findings if finding.table == "item"] == [
        "its record does not have its stored SHA-256"
    ]
