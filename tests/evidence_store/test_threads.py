"""Conversations: how much of one is shown, who is in it, and what was left out between two shown items."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from app.cases import Case
from evidence_store import threads
from evidence_store.records import Location, Party
from evidence_store.selection import NO_CONVERSATION, Selection
from tests.evidence_builders.case import BEN, CLOCKS_BACK_US, HOUR_US, build_case, harbour_messages, message

START_US = CLOCKS_BACK_US - 40 * HOUR_US
SMS, CALLS, CHAT = 1, 2, 3
TIMES = (30, 10, 20, 10, None, 20, None)  # of a thread's items 1 to 7


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    others = [
        message(13, "to both", None, conversation="8", recipients=(BEN, Party("07700 900103", name="07700 900103"))),
        Location(locator="loc 1", lat=51.5, lon=-0.125),
    ]
    case = build_case(tmp_path_factory.mktemp("harbour") / "case", [*harbour_messages(), *others])
    yield case
    case.close()


@pytest.fixture
def connection(harbour: Case) -> Iterator[Connection]:
    with harbour.store.read() as opened:
        yield opened


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(), {SMS: 3, CALLS: 1, CHAT: 8, 4: 1}),
        (Selection(kinds=("call",)), {CALLS: 1}),
        (Selection(search="harbour"), {SMS: 2, CHAT: 1}),
        (Selection(conversation=CHAT, deleted=False), {CHAT: 8}),
        (Selection(conversation=NO_CONVERSATION), {}),
    ],
)
def test_of_each_thread_so_many_items_are_shown(
    connection: Connection, chosen: Selection, expected: dict[int, int]
) -> None:
    assert threads.shown_counts(connection, chosen) == expected


def test_a_thread_is_told_with_its_whole_length_and_its_times(connection: Connection) -> None:
    found = threads.totals(connection, [SMS, CHAT, 4, 99])
    assert {
        one: (row.service, row.key, row.title, row.exhibit, row.total, row.first_us, row.last_us)
        for one, row in found.items()
    } == {
        SMS: ("SMS", "7", None, "ABC/1", 3, START_US, START_US + HOUR_US // 10),
        CHAT: ("WhatsApp", "harbour", "Harbour outing", "ABC/1", 8, START_US + 5 * HOUR_US, CLOCKS_BACK_US),
        4: ("SMS", "8", None, "ABC/1", 1, None, None),
    }
    assert threads.totals(connection, []) == {}


def test_everybody_in_a_thread_is_named_once(connection: Connection) -> None:
    ben, ara = "Ben Sample (+44 7700 900102)", "Ara Example (07700 900101)"
    assert threads.members(connection, [SMS, 4]) == {SMS: f"{ben}, {ara}", 4: f"{ben}, {ara}, 07700 900103"}


def test_what_stands_between_two_items_is_counted_with_its_first_and_last_number(tmp_path) -> None:
    case = build_case(tmp_path / "case", [message(n, "words", when) for n, when in enumerate(TIMES, 1)])
    places = {item_id: threads.place(when, item_id) for item_id, when in enumerate(TIMES, 1)}
    order = [2, 4, 3, 6, 1, 5, 7]
    assert sorted(places, key=lambda one: places[one]) == order
    with case.store.read() as connection:
        for first, last in itertools.combinations(order, 2):
            inside = order[order.index(first) + 1 : order.index(last)]
            told = (len(inside), f"ABC/1-{min(inside):06d}", f"ABC/1-{max(inside):06d}") if inside else None
            assert threads.between(connection, 1, places[first], places[last]) == told
            assert threads.between(connection, 2, places[first], places[last]) is None
    case.close()
