"""Rows as dicts, whatever the columns are called: their names come from evidence and are never run."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.sqlite_file import open_database
from parsers.sqlite_rows import Tally, reader
from tests.evidence_builders.databases import database

NAMES = st.text() | st.sampled_from(('"', "'", "\\", "\n", "{x}", "': __import__('os')", "\x00", "class", "v0"))


@given(st.lists(NAMES, min_size=1, max_size=20), st.integers(0, 3))
def test_any_names_give_what_a_dict_of_them_gives_and_each_row_is_counted(names: list[str], count: int) -> None:
    rows = [tuple(range(number, number + len(names))) for number in range(count)]
    query, database = Tally(), Tally()
    database.done = 7
    found = []
    for row in reader(tuple(names))(iter(rows), query, database):
        found.append(row)
        assert (query.done, database.done) == (len(found), 7 + len(found))
    assert found == [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("width", [1, 255, 300])
def test_a_table_of_any_width_is_read(width: int) -> None:
    columns = ", ".join(f'"column {place}" INTEGER' for place in range(width))
    values = ", ".join(str(place) for place in range(width))
    made = database(f"CREATE TABLE wide({columns}); INSERT INTO wide VALUES ({values});")
    with open_database(io.BytesIO(made), None, None) as db:
        assert list(db.execute("SELECT * FROM wide")) == [{f"column {place}": place for place in range(width)}]
