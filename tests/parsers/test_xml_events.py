"""XML as text and in Android's binary form gives the same elements, and nothing but ValueError for what is neither."""

from __future__ import annotations

import contextlib
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import xml_events
from parsers.abx import DEEPEST, MAGIC, Event, events
from parsers.xml_events import Element, OtherRoot, each_element, each_event
from tests.evidence_builders.abx import Abx

EXAMPLES = int(os.environ.get("ASSAY_FUZZ", "300"))
TEXT = b"""<?xml version='1.0' encoding='utf-8'?>
<apps kind="list">
  <app name="org.example" size="5"><part key="a">one &amp; two</part><part key="b"/></app>
  <other><app name="inner"/></other>
</apps>
"""


def elements(data: bytes, root: str, *wanted: str) -> list[Element]:
    return list(each_element(io.BytesIO(data), root, wanted))


def test_elements_of_text_come_whole_and_with_their_place() -> None:
    found = elements(TEXT, "apps", "app")
    parts = [
        Element("part", {"key": "a"}, "line 3, byte 93", "one & two"),
        Element("part", {"key": "b"}, "line 3, byte 127"),
    ]
    assert found == [
        Element("app", {"name": "org.example", "size": "5"}, "line 3, byte 60", "", parts),
        Element("app", {"name": "inner"}, "line 4, byte 158"),
    ]
    assert found[0].all("part") == parts
    assert found[0].first("part") == parts[0]
    assert found[0].first("part", "none") is None


def test_the_binary_form_gives_the_same_elements() -> None:
    made = Abx().start("apps", kind="list").start("app", name="org.example", size=5)
    made.start("part", key="a").text("one ").text("amp", 6).text(" two").end().one("part", key="b").end()
    made.start("other").one("app", name="inner")
    found = elements(made.done(), "apps", "app")
    expected = elements(TEXT, "apps", "app")
    assert [(one.name, one.attributes, one.text) for one in found] == [
        (one.name, one.attributes, one.text) for one in expected
    ]
    assert [(one.attributes, one.text) for one in found[0].children] == [
        ({"key": "a"}, "one & two"),
        ({"key": "b"}, ""),
    ]


def test_typed_values_read_as_android_writes_them_in_text() -> None:
    data = (
        Abx()
        .start(
            "a",
            number=-1,
            many=2**40,
            hexadecimal=("int hex", -255),
            time=("long hex", 0x18A5B1C2D3E),
            yes=True,
            no=False,
            key=("hex", b"\x01\xff"),
            other=("base64", b"\x01\xff"),
            share=("float", 0.5),
            exact=("double", -2.25),
            none=("null", None),
            same=("interned", "a"),
            again=("interned", "a"),
            wide="grüße 🙂",
        )
        .done()
    )
    assert elements(data, "", "a")[0].attributes == {
        "number": "-1",
        "many": "1099511627776",
        "hexadecimal": "-ff",
        "time": "18a5b1c2d3e",
        "yes": "true",
        "no": "false",
        "key": "01ff",
        "other": "Af8=",
        "share": "0.5",
        "exact": "-2.25",
        "same": "a",
        "again": "a",
        "wide": "grüße 🙂",
    }


@pytest.mark.parametrize(
    ("stored", "expected"),
    [(b"a\xc0\x80b", "a\0b"), (b"\xed\xa0\xbd\xed\xb9\x82", "🙂"), (b"\xed\xa0\xbd", "\ud83d"), (b"\xff", "�")],
)
def test_text_in_the_form_of_java_is_read(stored: bytes, expected: str) -> None:
    assert elements(Abx().start("a", v=("text", stored)).done(), "", "a")[0].attributes == {"v": expected}


def test_comments_and_white_space_of_the_binary_form_are_no_text() -> None:
    made = Abx().start("a").text(" ", 7).text("note", 9).text("words", 5).text("#33", 6)
    assert elements(made.done(), "", "a")[0].text == "words!"


def test_what_came_before_a_break_is_given() -> None:
    for data in (TEXT[:150], Abx().start("apps").one("app", name="x").done()[:-3]):
        reader = each_element(io.BytesIO(data), "apps", {"app"})
        assert next(reader).name == "app"
        with pytest.raises(ValueError, match=r"breaks off|not well formed"):
            list(reader)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not well formed"),
        (b"<a><b></a>", "not well formed"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "not well formed"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "entities"),
        (b"<a>" * 300, "deep"),
        (MAGIC + b"\x10\x2f\xff\xff\x00\x01a\x00\x01b", "an attribute of no element"),
        (MAGIC + b"\x32\x00\x05", "never written"),
        (MAGIC + b"\x33\xff\xff\x00\x01a", "not open"),
        (MAGIC + b"\x1c", "unknown token"),
        (MAGIC + b"\xe4", "unknown type"),
        (MAGIC + b"\x26\x00\x03xyz", "an entity that XML does not know"),
        (MAGIC + b"\x32\xff\xff\x00", "breaks off"),
        (MAGIC + b"\x32\xff\xff\x00\x01a" + b"\x32\x00\x00" * DEEPEST, "deep"),
    ],
)
def test_what_is_wrong_with_a_document_is_said(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        list(each_event(io.BytesIO(data)))


def test_a_document_of_another_kind_is_told_apart() -> None:
    with pytest.raises(OtherRoot, match="starts with <apps> and not with <packages>"):
        elements(TEXT, "packages", "app")
    with pytest.raises(ValueError, match="no Android binary XML"):
        events(b"<a/>")


def test_the_root_comes_first_and_alone() -> None:
    found = elements(TEXT, "apps", "apps", "other")
    assert [(one.name, one.attributes, len(one.children)) for one in found] == [
        ("apps", {"kind": "list"}, 0),
        ("other", {}, 1),
    ]


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_events, "MOST_NODES", 3)
    assert len(elements(b"<a><b/><b/><b/></a>", "", "a")[0].children) == 3
    with pytest.raises(ValueError, match="more than 3 others at line 1, byte 0"):
        elements(b"<a><b/><b/><b/><b/></a>", "", "a")
    monkeypatch.setattr(xml_events, "MOST_BINARY", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        elements(Abx().start("long name").done(), "", "a")
    monkeypatch.setattr(xml_events, "_LONGEST_TAG", 100_000)
    with pytest.raises(ValueError, match="a tag of more than"):
        elements(b"<a b='" + b"x" * 300_000, "a", "a")


def consumed(data: bytes) -> list[Event]:
    found: list[Event] = []
    with contextlib.suppress(ValueError):
        found.extend(each_event(io.BytesIO(data)))
    return found


TOKENS = st.binary(max_size=60) | st.sampled_from([b"\x32\xff\xff\x00\x01a", b"\x33\x00\x00", b"\x2f\x00\x00\x00\x01v"])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(TOKENS, max_size=12).map(b"".join))
def test_any_bytes_in_the_binary_form_give_events_or_a_value_error(data: bytes) -> None:
    for event in consumed(MAGIC + data):
        assert isinstance(event.text + event.name, str)


MARKS = st.binary(max_size=40) | st.sampled_from(
    [b"<a>", b"</a>", b"<b c='d'/>", b"&amp;", b"<!DOCTYPE a [", b"<![CDATA["]
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(MARKS, max_size=12).map(b"".join))
def test_any_text_gives_events_or_a_value_error(data: bytes) -> None:
    for event in consumed(data):
        assert isinstance(event.text + event.name, str)


def test_text_in_very_many_pieces_is_put_together_up_to_a_limit(monkeypatch):
    data = b"<a><b>" + b"x&amp;" * 200 + b"</b><b>y</b></a>"
    assert [one.text for one in elements(data, "a", "b")] == ["x&" * 200, "y"]
    monkeypatch.setattr(xml_events, "_LONGEST_TEXT", 400)
    assert [one.text for one in elements(data, "a", "b")] == ["x&" * 200, "y"]
    monkeypatch.setattr(xml_events, "_LONGEST_TEXT", 399)
    with pytest.raises(ValueError, match="an element of more than 399 characters"):
        elements(data, "a", "b")


@pytest.mark.parametrize("before", [b"\n", b"\r\n  ", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_blank_lines_and_marks_before_the_declaration_cost_nothing(before: bytes) -> None:
    data = before + b'<?xml version="1.0"?>\n<a><b/></a>'
    lines = before.count(b"\n")
    (found,) = each_element(io.BytesIO(data), "a", ("b",))
    assert (found.name, found.place) == ("b", f"line {2 + lines}, byte {len(before) + 25}")
