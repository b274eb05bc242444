"""Typed streams and the text with attributes in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.attributed_text import AttributedText, Run, plain, read_attributed, read_text
from parsers.typedstream import MAX_BYTES, Thing, read_first, read_stream
from tests.evidence_builders.typed_streams import Archiver, attributed, body

PART = "__kIMMessagePartAttributeName"
HEADER = b"\x04\x0bstreamtyped\x81\xe8\x03"


@pytest.mark.parametrize("text", ["Hello", "", "é" * 70, "a" * 300, "😀 and ‎more", "x" * 70_000, "half \ud800 a pair"])
@pytest.mark.parametrize("changing", [True, False])
def test_text_is_read_whole_with_and_without_its_attributes(text: str, changing: bool) -> None:
    data = attributed((text, {PART: 0}), changing=changing)
    shown = text if "half" not in text else "half \\xed\\xa0\\x80 a pair"
    assert read_text(data) == shown
    assert read_attributed(data).text == shown


def test_stretches_have_their_own_attributes_by_length_in_utf_16() -> None:
    link = {PART: 0, "link": "https://example.org/", "data": b"\x00\xff", "list": [1, "two", {"three": -4}]}
    data = attributed(("😀 ", {PART: 0}), ("here", link), (" and on", {PART: 0}))
    assert read_attributed(data) == AttributedText(
        "😀 here and on", (Run("😀 ", {PART: 0}), Run("here", link), Run(" and on", {PART: 0}))
    )


def test_a_text_without_attributes_is_one_stretch() -> None:
    made = Archiver()
    made.text("alone")
    assert read_attributed(bytes(made.out)) == AttributedText("alone", (Run("alone", {}),))
    assert read_text(bytes(made.out)) == "alone"


def test_numbers_dates_addresses_and_structures() -> None:
    made = Archiver()
    made.string(b"csilqCfd")
    made.out += b"\xff" + b"\x81\x39\x30" + b"\x82\x15\xcd\x5b\x07" + b"\x05" + b"\xa0" + b"\xfe"
    made.out += b"\x83\x00\x00\x80\x3f" + b"\x83" + b"\x00\x00\x00\x00\x00\x00\xf8\x3f"
    made.string(b"{_NSRange=II}[2s]")
    for number in (4, 200, 7, 9):
        made.length(number)
    assert read_stream(bytes(made.out)) == [-1, 12345, 123456789, 5, -96, 254, 1.0, 1.5, [4, 200], [7, 9]]
    dated = Archiver()
    dated.begin("NSDate")
    dated.string(b"d")
    dated.out += b"\x01\x86"
    assert plain(read_first(bytes(dated.out))) == datetime(2001, 1, 1, 0, 0, 1, tzinfo=UTC)
    address = Archiver()
    address.begin("NSURL")
    address.string(b"c")
    address.out += b"\x00"
    address.text("https://example.org/")
    address.out += b"\x86"
    assert plain(read_first(bytes(address.out))) == "https://example.org/"


def test_the_order_of_bytes_is_that_of_the_stream() -> None:
    assert read_stream(b"\x04\x0btypedstream\x81\x03\xe8\x84\x01i\x81\x01\x02") == [0x102]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a typed stream"),
        (b"bplist00" + b"\0" * 20, "not a typed stream"),
        (HEADER, "ends too soon"),
        (HEADER + b"\x84\x01?", "type '\\?' is not known"),
        (HEADER + b"\x84\x01@\x93", "a reference to number 1 of 0"),
        (HEADER + b"\x84\x01i\x84", "mark 0x84 in place of a number"),
        (HEADER + b"\x84\x03[i]\x01", "an array without a size"),
        (HEADER + b"\x84\x06[9999c\x01", "ends too soon"),
        (HEADER + b"\x84\x02{i\x01", "a structure without members"),
        (HEADER + b"\x84\x01i\x05", "does not begin with an object"),
        (body("cut short")[:-60], "ends too soon"),
    ],
)
def test_what_is_no_stream_is_said(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_attributed(data)


def test_a_stream_that_is_too_deep_or_too_long_is_refused() -> None:
    deep = HEADER + (b"\x84\x01@" + b"\x84\x84\x84\x01A\x00\x85") + (b"\x92\x84\x93") * 100
    with pytest.raises(ValueError, match="too many values or levels"):
        read_stream(deep)
    with pytest.raises(ValueError, match="too many values"):
        read_stream(HEADER + b"\x84\x0b[9999999{=}]")
    with pytest.raises(ValueError, match="more than"):
        read_text(b"\0" * (MAX_BYTES + 1))


def test_an_object_that_holds_itself_ends() -> None:
    found = read_stream(HEADER + b"\x84\x01@\x84\x84\x84\x07NSArray\x00\x85\x84\x01i\x01\x92\x92\x86")[0]
    assert isinstance(found, Thing)
    assert found.values[1] is found
    with pytest.raises(ValueError, match="too many values or levels"):
        plain(found)


def sharing(held: Any, sets: int, around: str = "") -> bytes:
    """Text with so many sets of attributes, each of which names the same object, or one of its own around it."""
    made = Archiver()
    made.begin("NSAttributedString")
    made.text("x" * sets)
    shared = 0
    for number in range(sets):
        made.string(b"iI")
        made.number(number + 1)
        made.length(1)
        made.begin("NSDictionary")
        made.string(b"i")
        made.number(1)
        made.text("named")
        if around:
            made.begin(around)
        if number:
            made.string(b"@")
            made.number(shared - 110)
        else:
            shared = len(made.objects)
            made.value(held)
        made.out += b"\x86\x86" if around else b"\x86"
    made.out.append(0x86)
    return bytes(made.out)


def test_all_sets_of_attributes_have_one_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.attributed_text.MAX_VALUES", 100)
    assert [run.attributes for run in read_attributed(sharing([1] * 20, 2)).runs] == [{"named": [1] * 20}] * 2
    with pytest.raises(ValueError, match="too many values or levels"):
        read_attributed(sharing([1] * 20, 3))
    assert read_text(sharing([1] * 20, 3)) == "xxx"


def test_a_text_that_is_named_often_is_kept_once() -> None:
    runs = read_attributed(sharing("long " * 1000, 200)).runs
    assert {run.attributes["named"] for run in runs} == {"long " * 1000}
    assert (len(runs), len({id(run.attributes["named"]) for run in runs})) == (200, 1)


@pytest.mark.parametrize("around", ["NSAttributedString", "NSMutableString"])
def test_a_text_that_many_objects_hold_is_kept_once(around: str) -> None:
    named = [run.attributes["named"] for run in read_attributed(sharing("long " * 1000, 200, around)).runs]
    assert set(named) == {"long " * 1000}
    assert (len(named), len({id(one) for one in named})) == (200, 1)


@pytest.mark.parametrize(("key", "kind"), [([1], "list"), ({"a": 1}, "dict"), (b"\x01", "bytes")])
def test_a_key_that_is_a_structure_is_refused(key: Any, kind: str) -> None:
    made = Archiver()
    made.begin("NSDictionary")
    made.string(b"i")
    made.number(1)
    made.value(key)
    made.text("value")
    made.out.append(0x86)
    with pytest.raises(ValueError, match=f"a key that is {kind}"):
        plain(read_first(bytes(made.out)))


def test_the_messages_of_a_real_computer_say_the_same_twice(corpus: Path) -> None:
    place = f"file:{corpus / 'plaso/sqlite/imessage_chat.db'}?mode=ro&immutable=1"
    with closing(sqlite3.connect(place, uri=True)) as db:
        rows = db.execute("SELECT ROWID, text, attributedBody FROM message").fetchall()
    found = {row: (text, read_attributed(data), read_text(data)) for row, text, data in rows}
    # In two of them somebody has written "Open" over "Microsoft" in one of the two columns.
    assert [row for row, (text, whole, _) in found.items() if whole.text != text] == [6, 10]
    assert all(whole.text == short == "".join(run.text for run in whole.runs) for _, whole, short in found.values())
    assert found[1][1].runs[1] == Run(
        "128874", {PART: 0, "__kIMLinkAttributeName": "tel:128874", "__kIMBaseWritingDirectionAttributeName": -1}
    )


WHOLE = attributed(("some ", {PART: 0}), ("text", {PART: 1, "list": [1, b"\x01", {"a": "b"}]}))


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=120).map(lambda rest: HEADER + rest),
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4)).map(
            lambda change: WHOLE[: change[0]] + change[1] + WHOLE[change[0] + len(change[1]) :]
        ),
    )
)
def test_any_bytes_give_values_or_a_value_error(data: bytes) -> None:
    for read in (read_text, read_attributed, read_stream):
        with suppress(ValueError):
            for one in found if isinstance(found := read(data), list) else ():
                plain(one)
