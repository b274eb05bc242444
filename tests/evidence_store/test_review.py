"""Tags and notes: each change has an entry in the ledger, and no text of an item or a note ever gets into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.cases import Case
from evidence_store import ledger, overview, queries, review, schema
from evidence_store.rows import load
from evidence_store.selection import Selection
from evidence_store.verify import verify
from tests.evidence_builders.case import build_case

PROGRAM = "Assay test"


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = build_case(tmp_path / "case")
    yield made
    made.close()


def logged(connection: Connection, since: int) -> list[tuple[str, str, object, str]]:
    """(action, object, detail, program) of the entries behind `since`."""
    return [
        (row.action, row.object, load(row.detail), row.program) for row in ledger.entries(connection) if row.seq > since
    ]


def test_a_tag_is_put_on_once_and_taken_off_once_and_logged_each_time(case: Case) -> None:
    with case.store.write() as connection:
        before = ledger.head(connection)[0]
        assert review.add_tag(connection, [1, 2], "  relevant ", PROGRAM) == 2
        assert review.add_tag(connection, [2, 3], "relevant", PROGRAM) == 1
        assert review.add_tag(connection, [1, 2, 3], "relevant", PROGRAM) == 0
        assert review.remove_tag(connection, [2, 9], "relevant", PROGRAM) == 1
        assert review.remove_tag(connection, [2], "relevant", PROGRAM) == 0
        assert review.remove_tag(connection, [1], "never given", PROGRAM) == 0
        assert queries.tags_of(connection, [1, 2, 3]) == {1: ("relevant",), 3: ("relevant",)}
        assert logged(connection, before) == [
            ("tagged", "relevant", {"items": [1, 2]}, PROGRAM),
            ("tagged", "relevant", {"items": [2, 3]}, PROGRAM),
            ("untagged", "relevant", {"items": [2, 9]}, PROGRAM),
        ]


def test_a_tag_without_a_name_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"^a tag needs a name$"), case.store.write() as connection:
        review.add_tag(connection, [1], " \t", PROGRAM)
    with case.store.read() as connection:
        assert overview.facets(connection)["tag"] == []


def test_a_note_is_kept_and_the_ledger_says_only_how_long_it_is(case: Case) -> None:
    with case.store.write() as connection:
        before = ledger.head(connection)[0]
        review.add_note(connection, 5, "Ask about the kiosk", PROGRAM)
        review.add_note(connection, 5, "سؤال", PROGRAM)
    with case.store.read() as connection:
        found = review.notes(connection, 5)
        assert [words for _, _, words in found] == ["Ask about the kiosk", "سؤال"]
        assert found == sorted(found)
        assert {actor for _, actor, _ in found} == {ledger.actor()}
        assert review.notes(connection, 6) == []
        assert logged(connection, before) == [
            ("noted", "item 5", {"characters": 19}, PROGRAM),
            ("noted", "item 5", {"characters": 4}, PROGRAM),
        ]


def test_no_text_of_an_item_or_a_note_is_in_the_ledger(case: Case) -> None:
    with case.store.write() as connection:
        review.add_tag(connection, range(1, 13), "relevant", PROGRAM)
        review.add_note(connection, 1, "Ask about the kiosk", PROGRAM)
        texts = [text for text in connection.scalars(select(schema.item.c.text)) if text]
        entries = " ".join(str(tuple(row)) for row in ledger.entries(connection))
        assert len(texts) == 11
        assert "relevant" in entries
        assert [text for text in (*texts, "Ask about the kiosk") if text in entries] == []


def test_the_reviewers_words_change_neither_seal_nor_verdict(case: Case) -> None:
    with case.store.read() as connection:
        before = verify(connection)
    with case.store.write() as connection:
        review.add_tag(connection, [1, 2], "relevant", PROGRAM)
        review.remove_tag(connection, [1], "relevant", PROGRAM)
        review.add_note(connection, 1, "Ask about the kiosk", PROGRAM)
        after = verify(connection)
    assert (after.findings, after.seal, after.items_digest) == ((), before.seal, before.items_digest)
    assert after.ledger_entries == before.ledger_entries + 3


def test_a_change_that_is_undone_leaves_no_entry(case: Case) -> None:
    with case.store.read() as connection:
        before = ledger.head(connection)
    with pytest.raises(RuntimeError), case.store.write() as connection:
        review.add_tag(connection, [1], "relevant", PROGRAM)
        raise RuntimeError
    with case.store.read() as connection:
        assert ledger.head(connection) == before
        assert connection.execute(select(func.count()).select_from(schema.item_tag)).scalar_one() == 0


def test_tens_of_thousands_of_items_are_picked_and_untagged_at_once(case: Case) -> None:
    many = tuple(range(1, 60_001))
    with case.store.write() as connection:
        review.add_tag(connection, [1, 12], "relevant", PROGRAM)
        assert queries.count(connection, Selection(items=many)) == 12
        assert review.remove_tag(connection, many, "relevant", PROGRAM) == 2
