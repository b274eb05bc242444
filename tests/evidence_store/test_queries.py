"""The timeline as it is read: in one order, in pages, with everything that a line and a whole item show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlcipher3.dbapi2 as driver
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, delete, insert
from sqlalchemy.pool import StaticPool

from app.cases import Case
from evidence_store import queries, review, schema, structure
from evidence_store.queries import Row
from evidence_store.selection import Selection
from tests.evidence_builders.case import ARA, CLOCKS_BACK_US, HOUR_US, build_case

TIMES = st.lists(st.none() | st.integers(-3, 3) | st.integers(-(2**61), 2**61), max_size=40)
START_US = CLOCKS_BACK_US - 40 * HOUR_US


@pytest.fixture(scope="module")
def bare() -> Iterator[Engine]:
    """A case in memory that holds nothing but what a test puts in."""
    engine = create_engine("sqlite://", module=driver, poolclass=StaticPool)
    with engine.begin() as connection:
        structure.create_all(connection)
        for statement in schema.LATE_INDEXES:
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    case = build_case(tmp_path_factory.mktemp("harbour") / "case")
    with case.store.write() as connection:
        review.add_tag(connection, [9], "picture", "Assay test")
        review.add_tag(connection, [9, 1], "ask", "Assay test")
    yield case
    case.close()


@pytest.fixture
def connection(harbour: Case) -> Iterator[Connection]:
    with harbour.store.read() as opened:
        yield opened


def fill(connection: Connection, times: list[int | None], kinds: tuple[str, ...] = ("message", "call")) -> None:
    connection.execute(delete(schema.item))
    shared = {"source_id": 1, "outcome_id": 1, "service": "", "deleted": 0, "record": "{}", "sha256": b""}
    rows = [
        {**shared, "id": place, "seq": place, "kind": kinds[place % len(kinds)], "when_us": when_us}
        for place, when_us in enumerate(times, 1)
    ]
    if rows:
        connection.execute(insert(schema.item), rows)


def in_order(times: list[int | None], wanted: range | None = None) -> list[tuple[int, int | None]]:
    """The timeline by plain sorting: what has a time by it, then the rest, each by its number."""
    found = [(place, when_us) for place, when_us in enumerate(times, 1) if wanted is None or place in wanted]
    return sorted(found, key=lambda row: (row[1] is None, row[1] or 0, row[0]))


@given(TIMES, st.integers(1, 50), st.booleans())
@settings(deadline=None)
def test_pages_by_key_are_the_whole_list_in_order(
    bare: Engine, times: list[int | None], limit: int, calls: bool
) -> None:
    chosen = Selection(kinds=("call",)) if calls else Selection()
    expected = in_order(times, range(1, len(times) + 1, 2) if calls else None)
    with bare.begin() as connection:
        fill(connection, times)
        found: list[tuple[int, int | None]] = []
        while rows := queries.page(connection, chosen, (found[-1][1], found[-1][0]) if found else None, limit):
            assert len(rows) == min(limit, len(expected) - len(found))
            found += rows
        assert found == expected
        assert list(queries.ids(connection, chosen)) == expected
        assert queries.count(connection, chosen) == len(expected)


@given(TIMES, st.none() | st.integers(-4, 4), st.integers(0, 50))
@settings(deadline=None)
def test_a_page_behind_any_key_starts_at_the_first_item_behind_it(
    bare: Engine, times: list[int | None], when_us: int | None, item_id: int
) -> None:
    key = (when_us is None, when_us or 0, item_id)
    expected = [row for row in in_order(times) if (row[1] is None, row[1] or 0, row[0]) > key]
    with bare.begin() as connection:
        fill(connection, times)
        assert queries.page(connection, Selection(), (when_us, item_id), 100) == expected


def test_a_line_of_the_timeline_shows_all_that_it_needs(connection: Connection) -> None:
    assert queries.rows(connection, [9, 4, 999, 11]) == [
        Row(
            id=9,
            number="ABC/1-000009",
            kind="message",
            service="WhatsApp",
            when_us=START_US + 30 * HOUR_US,
            direction="in",
            parties="from Ara Example (07700 900101), to Ben Sample (+44 7700 900102)",
            text="Here is the picture of the harbour 📷",
            deleted=False,
            attachments=2,
            conversation=3,
            tags=("ask", "picture"),
        ),
        Row(
            id=4,
            number="ABC/1-000004",
            kind="call",
            service="Telephone",
            when_us=START_US + 2 * HOUR_US,
            direction="in",
            parties="from Ara Example (07700 900101), to Ben Sample (+44 7700 900102)",
            text="",
            deleted=False,
            attachments=0,
            conversation=2,
            tags=(),
        ),
        Row(
            id=11,
            number="ABC/1-000011",
            kind="message",
            service="WhatsApp",
            when_us=None,
            direction="in",
            parties="from Ara Example (07700 900101), to Ben Sample (+44 7700 900102)",
            text="And this one lost its date",
            deleted=False,
            attachments=0,
            conversation=3,
            tags=(),
        ),
    ]


def test_a_whole_item_comes_with_its_record_its_file_and_its_attachments(connection: Connection) -> None:
    (found,) = queries.details(connection, [9])
    assert (found.number, found.source, found.file, found.extractor) == (
        "ABC/1-000009",
        "ABC/1",
        "data/messages.db",
        "made.messages@1",
    )
    assert found.record["sender"] == {"identifier": ARA.identifier, "name": ARA.name}
    assert [(one["meaning"], one["utc_us"]) for one in found.moments] == [
        ("sent", START_US + 30 * HOUR_US),
        ("read", START_US + 31 * HOUR_US),
    ]
    assert [(one["name"], one["path"], one["state"], one["mime"], one["size"]) for one in found.attachments] == [
        ("harbour.jpg", "DCIM/harbour.jpg", "present", "image/jpeg", 21),
        ("gone.jpg", "DCIM/gone.jpg", "missing", None, None),
    ]
    assert found.tags == ("ask", "picture")
    assert queries.details(connection, [12, 999, 3])[0].number == "ABC/1-000012"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *(("ABC/1-000009", 9), ("ABC/1-9", 9), ("ABC/1-000013", None), ("ABC/2-000009", None)),
        *(("000009", None), ("ABC/1-", None), ("", None), ("ABC/1-9x", None)),
    ],
)
def test_an_item_is_found_by_its_printed_number(connection: Connection, number: str, expected: int | None) -> None:
    assert queries.find_item(connection, number) == expected
