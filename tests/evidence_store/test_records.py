"""Records and their one canonical form, whatever the evidence holds."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from evidence_store import queries, schema
from evidence_store.records import (
    KINDS,
    Attachment,
    Location,
    Member,
    Message,
    Moment,
    Party,
    Problem,
    Quoted,
    Reaction,
    Record,
    TableRow,
    canonical,
    plain_of,
    record_of,
    to_plain,
)
from evidence_store.records import written as written_record
from evidence_store.records.plain import NoRecord
from evidence_store.records.plain import _written as written
from evidence_store.selection import Selection
from evidence_store.verify import verify
from tests.evidence_builders.case import build_case

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
PLAIN = st.recursive(
    SCALARS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_both_ways_of_writing_json_give_the_same_bytes(plain: object) -> None:
    assert written(plain).encode() == msgspec.json.encode(plain, order="sorted")


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=5)
)
def test_canonical_json_is_read_back_as_it_was(plain: dict[str, object]) -> None:
    found = plain_of(canonical(plain))
    # A high and a low surrogate that stand side by side are, in JSON, the character they stand for.
    expected = json.loads(json.dumps(plain))
    assert json.loads(canonical(plain)) == expected
    assert found.keys() == expected.keys()


def test_keys_are_sorted_and_there_is_no_white_space() -> None:
    assert canonical({"b": [1, 2], "a": {"d": None, "c": True}}) == b'{"a":{"c":true,"d":null},"b":[1,2]}'


def test_a_lone_surrogate_is_written_as_its_escape() -> None:
    assert canonical({"text": "a\ud83db"}) == b'{"text":"a\\ud83db"}'


def test_an_integer_beyond_64_bits_is_written_whole() -> None:
    assert canonical([2**200, -(2**80)]) == f"[{2**200},{-(2**80)}]".encode()


@pytest.mark.parametrize("plain", [{"x": object()}, [print], {"\ud800": {2: 1}}])
def test_what_json_cannot_hold_is_refused(plain: object) -> None:
    with pytest.raises(TypeError):
        canonical(plain)


@pytest.mark.parametrize(
    "record",
    [
        Message(locator="a", extra=(("k", b"\x00"),)),  # type: ignore[arg-type]
        TableRow(locator="a", columns=(("k", b"\x00"),)),  # type: ignore[arg-type]
    ],
)
def test_bytes_as_a_database_has_them_are_refused(record: Record) -> None:
    with pytest.raises(TypeError, match="bytes are to be given in words"):
        written_record(record)


@pytest.mark.parametrize(
    ("record", "stored"),
    [
        (Message(locator="x", extra=(("a", math.inf), ("b", 1.5))), [["a", "inf"], ["b", 1.5]]),
        (TableRow(locator="x", columns=(("a", -math.inf), ("b", math.nan))), [["a", "-inf"], ["b", "nan"]]),
    ],
)
def test_a_number_that_json_has_no_word_for_is_kept_in_words(record: Record, stored: list[object]) -> None:
    data, kept = written_record(record)
    plain = json.loads(data)
    assert plain.get("extra", plain.get("columns")) == stored
    assert record_of(data) == kept


def test_defaults_are_left_out_so_that_a_new_field_changes_no_old_digest() -> None:
    message = Message(locator="sms:_id=1", sender=Party("07700 900101"))
    assert to_plain(message) == {"kind": "message", "locator": "sms:_id=1", "sender": {"identifier": "07700 900101"}}
    assert canonical(message) == canonical(to_plain(message))


@pytest.mark.parametrize("kind", KINDS)
def test_a_default_is_left_out_whoever_made_the_value(kind: type[Record]) -> None:
    """msgspec leaves out what is the same object: so a default has to be one that there is only once."""
    needed = {field.name: "x" for field in msgspec.structs.fields(kind) if field.required}
    made_anew = {"": "".join([]), (): tuple(iter(())), None: None, False: bool(0), "phone": "".join(["ph", "one"])}
    given = {field.name: made_anew[field.default] for field in msgspec.structs.fields(kind) if not field.required}
    assert canonical(kind(**needed, **given)) == canonical({"kind": kind.kind, **needed})


@pytest.mark.parametrize("part", [Moment, Party, Attachment, Reaction, Quoted, Member, Problem])
def test_so_is_a_default_of_a_part(part: type[Any]) -> None:
    needed = {field.name: "x" for field in msgspec.structs.fields(part) if field.required}
    made_anew = {"": "".join([]), None: None, "phone": "".join(["ph", "one"])}
    given = {field.name: made_anew[field.default] for field in msgspec.structs.fields(part) if not field.required}
    assert canonical(part(**needed, **given)) == canonical(needed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named_in_its_json(kind: type[Record]) -> None:
    needed = {field.name: "x" for field in msgspec.structs.fields(kind) if field.required}
    made = kind(**needed)
    assert json.loads(canonical(made))["kind"] == kind.kind
    assert record_of(canonical(made)) == made


class Strange(str):
    """As `DamagedText` is: text of a kind of its own."""

    __slots__ = ()


def test_text_of_a_kind_of_its_own_is_written_as_text() -> None:
    plain, strange = (Message(locator="a", text=text, flags=("b",)) for text in ("x", Strange("x")))
    assert (
        written_record(strange)
        == written_record(plain)
        == (b'{"flags":["b"],"kind":"message","locator":"a","text":"x"}', plain)
    )


@pytest.mark.parametrize(
    "stored",
    [
        b'{"duration_s":1.5,"kind":"call","locator":"a"}',
        b'{"direction":"up","kind":"message","locator":5,"sender":{"identifier":7},"unheard":[1]}',
        b'{"kind":"message","locator":"a","moments":[{"clock":"A","meaning":"sent","raw":5,"utc_us":1.5}],"text":"\\ud800"}',
        b'{"extra":[["a",[1]]],"kind":"group","locator":"a","members":[{"party":{"identifier":"x"},"role":1}]}',
    ],
)
def test_what_was_stored_is_read_whatever_its_fields_hold(stored: bytes) -> None:
    found = record_of(stored)
    assert json.loads(canonical(found)) == {name: one for name, one in json.loads(stored).items() if name != "unheard"}


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"5",
        b'{"kind":"message"}',
        b'{"kind":"sword","locator":"a"}',
        b'{"kind":["call"],"locator":"a"}',
        b"\xff",
    ],
)
def test_what_is_no_record_is_refused(stored: bytes) -> None:
    with pytest.raises(NoRecord):
        record_of(stored)


HOSTILE = {
    "a lone surrogate": "left \ud83d right",
    "NUL": "before\x00after",
    "an override": "\u202eevil\u202c gpj.exe",
    "noncharacters": "\uffff\ufffe\U0010ffff",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028",
    "ten megabytes": "ab cd\u0301 🙂 " * 1_000_000,
    "SQL": "'); DROP TABLE item; --",
}
SHOWN = {"a lone surrogate": "left \ufffd right", "NUL": "before\u2400after"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_stored_whole_found_and_sealed(tmp_path: Path, name: str) -> None:
    words = HOSTILE[name]
    record = Message(
        locator=words[:50], service=words[:9], text=words, subject=None, conversation=words[:60], title=words[:60],
        sender=Party(words[:70], name=words[:70]), moments=(Moment("sent", 1, words[:50], "A"),),
    )  # fmt: skip
    case = build_case(tmp_path / "case", [record])
    with case.store.read() as connection:
        row = connection.execute(select(schema.item)).one()
        assert row.record.encode() == canonical(to_plain(record))
        assert row.sha256 == hashlib.sha256(canonical(to_plain(record))).digest()
        assert json.loads(row.record)["text"] == words
        assert row.text == SHOWN.get(name, words)
        assert queries.details(connection, [1])[0].record["text"] == words
        assert verify(connection).findings == ()
    case.close()


def test_equal_twins_stay_two_items(tmp_path: Path) -> None:
    twin = Message(locator="sms:_id=1", text="the same", moments=(Moment("sent", 5, "5", "A"),))
    case = build_case(tmp_path / "case", [twin, twin])
    with case.store.read() as connection:
        assert queries.count(connection, Selection()) == 2
        rows = connection.execute(select(schema.item.c.seq, schema.item.c.sha256)).all()
        assert [row.seq for row in rows] == [1, 2]
        assert rows[0].sha256 == rows[1].sha256
        assert verify(connection).findings == ()
    case.close()


def test_a_number_that_no_column_holds_costs_the_column_and_not_the_record(tmp_path: Path) -> None:
    record = Message(
        locator="x",
        moments=(Moment("sent", 2**70, "1180591620717411303424", "A"),),
        attachments=(Attachment("a", size=2**63), Attachment("b", size=2**90)),
        extra=(("large", 2**64), ("small", -(2**70)), ("exact", 0.1), ("wide", 1e22)),
    )
    case = build_case(tmp_path / "case", [record])
    with case.store.read() as connection:
        assert connection.execute(select(schema.moment.c.utc_us)).scalars().all() == [None]
        assert connection.execute(select(schema.attachment.c.size)).scalars().all() == [None, None]
        assert json.loads(connection.execute(select(schema.item.c.record)).scalar_one()) == json.loads(
            canonical(to_plain(record))
        )
        assert verify(connection).findings == ()
    case.close()


def test_a_place_that_is_not_a_number_has_no_coordinate(tmp_path: Path) -> None:
    case = build_case(tmp_path / "case", [Location(locator="x", lat=float("nan"), lon=1.0)])
    with case.store.read() as connection:
        assert connection.execute(select(schema.coordinate)).all() == []
        assert verify(connection).findings == ()
    case.close()
