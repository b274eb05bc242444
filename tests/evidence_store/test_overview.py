"""The case at a glance: facets, histogram, span, a hit in its text and an item among its neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.cases import Case
from evidence_store import overview, queries, review
from evidence_store.records import Call, Moment
from evidence_store.selection import Selection
from tests.evidence_builders.case import CLOCKS_BACK_US, HOUR_US, build_case, message

START_US = CLOCKS_BACK_US - 40 * HOUR_US
TIMES = (-50, -11, -10, -1, 0, 1, 9, 10, 10, 25, 99, None, None)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    case = build_case(tmp_path_factory.mktemp("harbour") / "case")
    with case.store.write() as connection:
        review.add_tag(connection, [1, 9], "ask", "Assay test")
        review.add_tag(connection, [2], "gone", "Assay test")
        review.remove_tag(connection, [2], "gone", "Assay test")
    yield case
    case.close()


@pytest.fixture
def connection(harbour: Case) -> Iterator[Connection]:
    with harbour.store.read() as opened:
        yield opened


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Items before and after 1970, with equal times and none."""
    records = [message(place, "words", when) for place, when in enumerate(TIMES, 1)]
    moment = (Moment("started", 33, "33", "A"),)
    records += [Call(locator="calls:_id=1", moments=moment), Call(locator="calls:_id=2")]
    case = build_case(tmp_path_factory.mktemp("early") / "case", records)
    yield case
    case.close()


def test_facets_say_what_there_is_and_how_much(connection: Connection) -> None:
    assert {name: dict(found) for name, found in overview.facets(connection).items()} == {
        "kind": {"message": 11, "call": 1},
        "service": {"SMS": 3, "Telephone": 1, "WhatsApp": 8},
        "source": {"ABC/1": 12},
        "tag": {"ask": 2, "gone": 0},
    }


@pytest.mark.parametrize("bin_us", [1, 7, 10, 1000])
@pytest.mark.parametrize("chosen", [Selection(), Selection(kinds=("message",)), Selection(since=-10, until=10)])
def test_every_dated_item_lies_in_the_bin_that_holds_its_time(early: Case, bin_us: int, chosen: Selection) -> None:
    with early.store.read() as connection:
        times = [when for _, when in queries.ids(connection, chosen) if when is not None]
        assert times
        expected = sorted(Counter(when - when % bin_us for when in times).items())
        assert overview.histogram(connection, chosen, bin_us) == expected


def test_the_histogram_counts_each_dated_item_once(connection: Connection) -> None:
    for bin_us in (1, HOUR_US, 24 * HOUR_US, 2**50):
        assert sum(count for _, count in overview.histogram(connection, Selection(), bin_us)) == 10
    assert overview.histogram(connection, Selection(search="nowhere"), HOUR_US) == []


def test_the_span_is_the_first_and_last_time(early: Case, connection: Connection) -> None:
    assert overview.span(connection) == (START_US, CLOCKS_BACK_US)
    with early.store.read() as other:
        assert overview.span(other) == (-50, 99)


def test_a_case_without_times_has_no_span(tmp_path) -> None:
    case = build_case(tmp_path / "case", [message(1, "undated", None, moments=())])
    with case.store.read() as opened:
        assert overview.span(opened) is None
        assert overview.histogram(opened, Selection(), HOUR_US) == []
    case.close()


@pytest.mark.parametrize(
    ("item_id", "search", "expected"),
    [
        (
            2,
            "harbour",
            [(False, "Yes, at the blue kiosk by the "), (True, "harbour"), (False, " wall. I will bring the flask.")],
        ),
        (1, "shall sat*", [(True, "Shall"), (False, " we meet at the harbour on "), (True, "Saturday"), (False, "?")]),
        (5, "الميناء", [(False, "صباح الخير، نلتقي عند "), (True, "الميناء")]),
        (7, "港口", [(False, "我们在"), (True, "港口"), (False, "见面 ⚓")]),
        (1, "kiosk", []),
        (1, '"', []),
        (999, "harbour", []),
    ],
)
def test_a_hit_is_shown_in_its_text(
    connection: Connection, item_id: int, search: str, expected: list[tuple[bool, str]]
) -> None:
    assert overview.snippet(connection, item_id, search) == expected


CHAT = [5, 6, 7, 8, 9, 10, 11, 12]  # the WhatsApp thread in its order; the last two have no time


@given(st.sampled_from(CHAT), st.integers(0, 9), st.integers(0, 9))
@settings(deadline=None)
def test_neighbours_are_those_of_the_same_thread_in_order(harbour: Case, one: int, before: int, after: int) -> None:
    place = CHAT.index(one)
    with harbour.store.read() as connection:
        found = overview.neighbours(connection, one, before, after)
    assert found == CHAT[max(place - before, 0) : place + after + 1]


def test_without_a_thread_an_item_stands_alone(early: Case) -> None:
    with early.store.read() as connection:
        assert overview.neighbours(connection, 14) == [14]
        assert overview.neighbours(connection, 99) == []
