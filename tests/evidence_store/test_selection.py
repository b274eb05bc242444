"""Each condition of a selection, alone and together, against plain Python over random items; and the search."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from app.cases import Case
from evidence_store import queries, review, schema
from evidence_store.records import Call, Contact, Location, Message, Moment, Party, Record
from evidence_store.rows import sealed_row
from evidence_store.selection import NO_CONVERSATION, Selection
from tests.evidence_builders.case import build_case

SERVICES, TAGS, CONVERSATIONS = ("SMS", "WhatsApp", ""), ("relevant", "ask"), ("7", "harbour", None)
# One number as phones, people and exports write it.
SAME_NUMBER = ("07700 900101", "+44 7700 900101", "+447700900101", "0044 7700 900 101", "(07700) 900-101")
SAME_NUMBER_MARKED = "\u202a+44\u00a07700\u00a0900101\u202c"
OTHERS = ("07700 900102", "020 7946 0001", "ara@mail.example")


def random_records(count: int) -> list[Record]:
    chance = random.Random(7)
    made: list[Record] = []
    for place in range(count):
        when_us = chance.choice([None, *range(1, 9)])
        shared: dict[str, Any] = {
            "locator": f"row {place}",
            "service": chance.choice(SERVICES),
            "deleted": chance.random() < 0.3,
            "moments": () if when_us is None else (Moment("sent", when_us, str(when_us), "A"),),
        }
        kind = chance.choice((Message, Message, Call, Contact, Location))
        party = Party(chance.choice((*SAME_NUMBER, *OTHERS)), name=chance.choice((None, "Ara Example")))
        if kind in (Message, Call):
            shared |= {"conversation": chance.choice(CONVERSATIONS), "sender": party}
        elif kind is Contact:
            shared |= {"identifiers": (party,)}
        else:
            shared |= {"lat": 51.5, "lon": -0.125}
        made.append(kind(**shared))
    return made


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A case of 150 random items, each third of a second source, some with tags."""
    made = build_case(tmp_path_factory.mktemp("random") / "case", random_records(150))
    with made.store.write() as connection:
        first = dict(connection.execute(select(schema.source)).mappings().one())
        second = {name: value for name, value in first.items() if name != "digest"} | {"id": 2, "exhibit": "ABC/2"}
        connection.execute(insert(schema.source).values(sealed_row(schema.source, second)))
        connection.execute(update(schema.item).where(schema.item.c.id % 3 == 0).values(source_id=2))
        review.add_tag(connection, range(1, 60, 2), "relevant", "Assay test")
        review.add_tag(connection, range(50, 70), "ask", "Assay test")
    yield made
    made.close()


@pytest.fixture(scope="module")
def items(case: Case) -> list[dict[str, Any]]:
    """The items with what their selection is about, from the tables, one value at a time."""
    with case.store.read() as connection:
        wanted = list(connection.scalars(select(schema.item.c.id).order_by(schema.item.c.id)))
        return [
            {
                "id": one.id,
                "kind": one.kind,
                "service": one.service,
                "source": one.source,
                "when": one.when_us,
                "conversation": one.conversation_id,
                "deleted": one.deleted,
                "tags": set(one.tags),
                "party": [one.record.get("sender"), *one.record.get("identifiers", ())],
            }
            for one in queries.details(connection, wanted)
        ]


def holds(item: dict[str, Any], chosen: Selection) -> bool:
    """The conditions once more, in plain Python."""
    when = item["when"]
    return all(
        (
            not chosen.kinds or item["kind"] in chosen.kinds,
            not chosen.services or item["service"] in chosen.services,
            not chosen.sources or item["source"] in chosen.sources,
            chosen.since is None or (when is not None and when >= chosen.since),
            chosen.until is None or (when is not None and when < chosen.until),
            not chosen.tags or bool(item["tags"] & set(chosen.tags)),
            chosen.conversation in (None, item["conversation"])
            or (chosen.conversation == NO_CONVERSATION and item["conversation"] is None),
            chosen.deleted in (None, item["deleted"]),
            not chosen.items or item["id"] in chosen.items,
        )
    )


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)


SELECTIONS = st.builds(
    Selection,
    kinds=some(("message", "call", "contact", "location", "media_item")),
    services=some(SERVICES),
    sources=some(("ABC/1", "ABC/2", "ABC/3")),
    since=st.none() | st.integers(0, 9),
    until=st.none() | st.integers(0, 9),
    tags=some((*TAGS, "never given")),
    conversation=st.none() | st.sampled_from((1, 2, 3, 99, NO_CONVERSATION)),
    deleted=st.none() | st.booleans(),
    items=st.just(()) | st.lists(st.integers(1, 160), min_size=1, max_size=40).map(tuple),
)


@given(SELECTIONS)
@settings(deadline=None, max_examples=200)
def test_a_selection_holds_what_plain_python_says_it_holds(
    case: Case, items: list[dict[str, Any]], chosen: Selection
) -> None:
    expected = {item["id"] for item in items if holds(item, chosen)}
    with case.store.read() as connection:
        assert {row[0] for row in queries.ids(connection, chosen)} == expected
        assert queries.count(connection, chosen) == len(expected)


@pytest.mark.parametrize(
    "chosen",
    [
        *(Selection(kinds=("call",)), Selection(services=("",)), Selection(sources=("ABC/2",)), Selection(since=5)),
        *(Selection(until=5), Selection(tags=("ask",)), Selection(conversation=1), Selection(deleted=True)),
        *(Selection(conversation=NO_CONVERSATION), Selection(items=(3, 150)), Selection(deleted=False)),
    ],
)
def test_each_condition_by_itself_takes_some_and_leaves_some(
    case: Case, items: list[dict[str, Any]], chosen: Selection
) -> None:
    with case.store.read() as connection:
        found = {row[0] for row in queries.ids(connection, chosen)}
    assert found == {item["id"] for item in items if holds(item, chosen)}
    assert 0 < len(found) < len(items)


@pytest.mark.parametrize("written", [*SAME_NUMBER, SAME_NUMBER_MARKED, "7700900101", "7700 900-101"])
def test_a_number_is_found_however_it_is_written(case: Case, items: list[dict[str, Any]], written: str) -> None:
    expected = {
        item["id"] for item in items if any(party and party["identifier"] in SAME_NUMBER for party in item["party"])
    }
    assert expected
    with case.store.read() as connection:
        assert {row[0] for row in queries.ids(connection, Selection(party=written))} == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("900102", "07700 900102"), ("2079460001", "020 7946 0001"), ("MAIL.example", "ara@mail.example")],
)
def test_part_of_an_identifier_finds_it(case: Case, items: list[dict[str, Any]], written: str, expected: str) -> None:
    wanted = {item["id"] for item in items if any(party and party["identifier"] == expected for party in item["party"])}
    with case.store.read() as connection:
        assert {row[0] for row in queries.ids(connection, Selection(party=written))} == wanted


@pytest.mark.parametrize(("written", "found"), [("a exam", True), ("100%", False), ("A_a", False), ("\\", False)])
def test_a_party_is_part_of_a_name_and_no_pattern(
    case: Case, items: list[dict[str, Any]], written: str, found: bool
) -> None:
    wanted = {item["id"] for item in items if any(party and party.get("name") for party in item["party"])}
    with case.store.read() as connection:
        assert {row[0] for row in queries.ids(connection, Selection(party=written))} == (wanted if found else set())


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Selection(), "all items"),
        (Selection(kinds=("message", "call"), services=("SMS",)), "kind: message, call; service: SMS"),
        (Selection(sources=("ABC/1",), tags=("ask",)), "source: ABC/1; tag: ask"),
        (Selection(since=1_792_888_200_000_000), "from 25 Oct 2026 00:30:00 UTC"),
        (
            Selection(since=0, until=1_792_888_200_000_000),
            "from 01 Jan 1970 00:00:00 UTC before 25 Oct 2026 00:30:00 UTC",
        ),
        (Selection(party="Ara", search="blue*"), "party contains “Ara”; text search “blue*”"),
        (Selection(deleted=True), "deleted items only"),
        (Selection(deleted=False), "no deleted items"),
        (Selection(conversation=3), "one conversation"),
        (Selection(conversation=NO_CONVERSATION), "items of no conversation"),
        (Selection(items=(1, 2, 3)), "3 items picked by hand"),
        (Selection(items=(4,)), "1 item picked by hand"),
    ],
)
def test_a_selection_is_said_in_words(chosen: Selection, words: str) -> None:
    assert chosen.in_words() == words
    assert chosen.is_everything == (words == "all items")
