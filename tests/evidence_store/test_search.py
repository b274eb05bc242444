"""The search: words, phrases, beginnings, scripts without spaces, and nothing that is typed means more than itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from app.cases import Case
from evidence_store import overview, queries, schema
from evidence_store.records import Attachment, Record
from evidence_store.selection import Selection
from tests.evidence_builders.case import build_case, message

TEXTS = (
    "Shall we meet at the harbour on Saturday?",
    "harbour wall, blue kiosk",
    "Blue harbour",
    "the harbourmaster's hut",
    "نلتقي عند الميناء غدا",
    "我们明天在港口见面",
    "明日の午後に港で会いましょう",
    "เจอกันที่ท่าเรือพรุ่งนี้",
    "부두에서 만나요",
    "meet at 港口 gate, café side",
    "100% sure_ly",
    "harbour AND NOT ferry",
)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    records: list[Record] = [message(place, words, place) for place, words in enumerate(TEXTS, 1)]
    records.append(message(13, "", 13, text=None, attachments=(Attachment("港口 harbour plan.pdf"),)))
    records.append(message(14, "behind it", 14, subject="Timetable"))
    made = build_case(tmp_path_factory.mktemp("texts") / "case", records)
    yield made
    made.close()


@pytest.fixture
def connection(texts: Case) -> Iterator[Connection]:
    with texts.store.read() as opened:
        yield opened


def hits(connection: Connection, search: str) -> list[int]:
    return [row[0] for row in queries.page(connection, Selection(search=search))]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("harbour", [1, 2, 3, 12, 13]),
        ("HARBOUR", [1, 2, 3, 12, 13]),
        ("harbour blue", [2, 3]),
        ('"blue harbour"', [3]),
        ('"harbour blue"', []),
        ('"blue kiosk" wall', [2]),
        ("harb*", [1, 2, 3, 4, 12, 13]),
        ("harb", []),
        ("harbour*", [1, 2, 3, 4, 12, 13]),
        ("plan", [13]),
        ("timetable behind", [14]),
        ("cafe", [10]),
        ("ferry", [12]),
        ("harbour AND", [12]),
        ("harbour OR ferry", []),
        ("NOT harbour", [12]),
        ("text:harbour", []),
        ("harbour-wall", [2]),
        ("harbour, wall", [2]),
        ("harbourmaster's", [4]),
        ('harbour "', [1, 2, 3, 12, 13]),
        ("الميناء", [5]),
        ("الميناء غدا", [5]),
        ("المين*", [5]),
        ("港口", [6, 10, 13]),
        ("见面 明天", [6]),
        ('"明天在港口"', [6]),
        ("港口*", [6, 10, 13]),
        ("午後", [7]),
        ("ท่าเรือ", [8]),
        ("부두", [9]),
        ("meet 港口", [10]),
        ("harbour 港口", [13]),
        ("港口 nowhere", []),
        ("口港", []),
    ],
)
def test_a_search_finds_these_items_and_no_others(connection: Connection, search: str, expected: list[int]) -> None:
    assert hits(connection, search) == expected


SYNTAX = ['"', '""', "*", "(", ")", "a AND", "OR", "NOT", "NEAR(a b)", "a^", "^a", "a:", "-", "+", "{a b}", "'", ";"]


@pytest.mark.parametrize("search", [*SYNTAX, "\x00", "%", "_", "\\", "\ud800".encode("utf-8", "replace").decode()])
def test_no_sign_of_the_query_language_means_anything_or_fails(connection: Connection, search: str) -> None:
    plain = [word for word in re.findall(r"\w+", search.lower()) if word != "_"]
    assert set(hits(connection, search)) <= set(range(1, 15))
    both = hits(connection, f"{search} harbour") if '"' not in search and "\x00" not in search else []
    assert set(both) <= {1, 2, 3, 12, 13}
    if not plain and both:
        assert both == [1, 2, 3, 12, 13]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.sampled_from(("", " harbour", " 港口")))
@settings(deadline=None, max_examples=300)
def test_whatever_is_typed_is_a_search(texts: Case, typed: str, more: str) -> None:
    chosen = Selection(search=typed + more)
    with texts.store.read() as connection:
        found = hits(connection, chosen.search)
        assert queries.count(connection, chosen) == (len(found) if chosen.search else 14)
        for one in found:
            assert all(part for _, part in overview.snippet(connection, one, chosen.search))


@pytest.mark.parametrize("percent", ["%港", "_港", "港%口", "港\\口"])
def test_a_pattern_in_a_script_without_spaces_is_no_pattern(connection: Connection, percent: str) -> None:
    assert hits(connection, percent) == []


def test_search_and_the_other_conditions_hold_together(connection: Connection) -> None:
    assert [row[0] for row in queries.page(connection, Selection(search="harbour", since=3, until=13))] == [3, 12]
    assert [row[0] for row in queries.page(connection, Selection(search="港口", since=7, items=(6, 10)))] == [10]


def test_the_index_holds_a_line_for_every_item(connection: Connection) -> None:
    indexed = connection.exec_driver_sql("SELECT count(*) FROM item_fts").scalar_one()
    assert indexed == connection.execute(select(func.count()).select_from(schema.item)).scalar_one() == 14
