"""What a worker makes of records: what the store derives of their JSON, in a file that holds nothing else."""

from __future__ import annotations

import math
import sqlite3
from inspect import get_annotations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence_store.derive import OfFile, attachment_values, derive
from evidence_store.prepared import TABLES, NotPrepared, PreparedRows, check_tables
from evidence_store.records import (
    KINDS,
    WHOLE_FILE,
    Attachment,
    Member,
    Message,
    Moment,
    Party,
    Quoted,
    Reaction,
    Record,
    canonical,
    record_of,
    to_plain,
    written,
)

TEXT = st.text(max_size=8) | st.sampled_from(("a\x00b", "\ud83d\ude00", "x\ud83d", "07700 900101", "ann@example.org"))
NUMBER = st.integers(-(2**70), 2**70)
REAL = st.floats() | st.integers(-180, 180)
MOMENTS = st.builds(Moment, TEXT, st.none() | NUMBER, TEXT, st.sampled_from("ABCDE"))
PARTIES = st.builds(Party, TEXT, st.sampled_from(("phone", "email", "whatsapp")), st.none() | TEXT)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "bool": st.booleans(),
    "int | None": st.none() | NUMBER,
    "float": REAL,
    "float | None": st.none() | REAL,
    "tuple[str, ...]": st.lists(TEXT, max_size=2).map(tuple),
    "tuple[Moment, ...]": st.lists(MOMENTS, max_size=2).map(tuple),
    "tuple[Party, ...]": st.lists(PARTIES, max_size=2).map(tuple),
    "Party | None": st.none() | PARTIES,
    "tuple[Attachment, ...]": st.lists(
        st.builds(Attachment, TEXT, st.none() | TEXT, st.none() | TEXT, st.none() | NUMBER), max_size=2
    ).map(tuple),
    "tuple[Reaction, ...]": st.lists(st.builds(Reaction, TEXT, st.none() | PARTIES, MOMENTS), max_size=1).map(tuple),
    "tuple[Member, ...]": st.lists(st.builds(Member, PARTIES, TEXT), max_size=1).map(tuple),
    "Quoted | None": st.none() | st.builds(Quoted, TEXT, PARTIES, TEXT),
    "tuple[tuple[str, str | int | float | None], ...]": st.lists(
        st.tuples(TEXT, st.none() | TEXT | NUMBER | REAL), max_size=2
    ).map(tuple),
    "Literal['in', 'out'] | None": st.sampled_from((None, "in", "out")),
}


def any_of(kind: type[Record]) -> st.SearchStrategy[Record]:
    """Records of a kind, any value in every field, whether it makes sense or not."""
    declared = {name: said for base in kind.__mro__ for name, said in get_annotations(base).items()}
    given_fields = {
        name: VALUES[declared[name].replace('"', "'")] for name in kind.__struct_fields__ if name != "locator"
    }
    needed = {field.name for field in msgspec.structs.fields(kind) if field.required}
    return st.fixed_dictionaries(
        {"locator": st.sampled_from((WHOLE_FILE, "line 1")), **{n: s for n, s in given_fields.items() if n in needed}},
        optional={name: strategy for name, strategy in given_fields.items() if name not in needed},
    ).map(lambda values: kind(**values))


def _in_words(record: Record) -> Record:
    """As it is written: NaN and infinity among the values as an application stored them stand in words."""
    words = {math.inf: "inf", -math.inf: "-inf"}
    fields = [name for name in ("extra", "columns") if hasattr(record, name)]
    rows = {
        name: tuple((key, "nan" if value != value else words.get(value, value)) for key, value in getattr(record, name))
        for name in fields
    }
    return msgspec.structs.replace(record, **rows)


@given(st.one_of([any_of(kind) for kind in KINDS]))
@example(Message(locator="x", extra=(("", math.inf), ("", "\ud83d"))))
def test_what_is_derived_of_a_record_is_what_is_derived_of_its_json(record: Record) -> None:
    file = OfFile(False, canonical([Moment("modified (file system)", 5, "5", "D")]).decode(), "GB")
    data, read = written(record)
    said = _in_words(record)
    assert data == canonical(said) == canonical(to_plain(said))
    found, expected = derive(read, file), derive(record_of(data), file)
    assert found._replace(attachments=()) == expected._replace(attachments=())
    assert [attachment_values(one) for one in found.attachments] == [
        attachment_values(one) for one in expected.attachments
    ]


@pytest.mark.parametrize(("lat", "lon"), [(math.nan, 1.0), (1.0, math.inf), (-math.inf, 1.0), (None, 1.0)])
def test_a_place_without_a_number_is_none(lat: float | None, lon: float) -> None:
    assert derive(written(Message(locator="x", lat=lat, lon=lon))[1], OfFile()).location is None


def test_the_file_holds_the_tables_that_the_writer_asks_for_and_refuses_others(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    rows = PreparedRows(str(path))
    rows.begin(1, OfFile())
    rows.add([written(Message(locator="line 1", text="made up"))])
    assert rows.end()[0] == 1
    rows.finish()
    db = sqlite3.connect(path)

    def tables() -> list[str]:
        return [row[0] for row in db.execute("SELECT sql FROM sqlite_schema ORDER BY rowid")]

    check_tables(tables())
    assert tuple(tables()) == TABLES
    for more in ("CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON item BEGIN SELECT 1; END"):
        db.execute(more)
        with pytest.raises(NotPrepared, match="not in the tables"):
            check_tables(tables())
        db.execute(f"DROP {more.split()[1]} {more.split()[2]}")
    db.close()


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open"):
        PreparedRows(str(tmp_path / "not there" / "a.rows"))
