"""Tags of XML: what is well formed, what is not, and any bytes at all."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.xml_tags import Tag, tags, unescaped


def read(data: bytes) -> list[Tag]:
    return list(tags(io.BytesIO(data)))


def test_tags_come_with_their_places_and_values():
    data = b"""<?xml version='1.0'?><!-- <no> --><a x="1" y = 'it "is"'><b/>text</a>"""
    assert read(data) == [
        Tag("a", {"x": b"1", "y": b'it "is"'}, "start", 34, 23),
        Tag("b", {}, "empty", 57, 4),
        Tag("a", {}, "end", 65, 4),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<a x="1"', [Tag("a", {"x": b"1"}, "cut", 0, 8)]),
        (b'<a x="1" y="half of', [Tag("a", {"x": b"1", "y": b"half of"}, "cut", 0, 19)]),
        (
            b'<a x="no end <b y="2"/>',
            [Tag("a", {"x": b"no end "}, "cut", 0, 13), Tag("b", {"y": b"2"}, "empty", 13, 10)],
        ),
        (b"<a x=1/><b/>", [Tag("a", {}, "cut", 0, 8), Tag("b", {}, "empty", 8, 4)]),
        (b"1 < 2 <a/>", [Tag("a", {}, "empty", 6, 4)]),
        (b"<a/><!-- no end <b/>", [Tag("a", {}, "empty", 0, 4)]),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a z="&x;"/>', [Tag("a", {"z": b"&x;"}, "empty", 30, 12)]),
        (b"", []),
    ],
)  # fmt: skip
def test_what_is_not_well_formed_costs_only_itself(data, expected):
    assert read(data) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b"a &lt; b &amp;amp; &quot;&#10;&#x41;", 'a < b &amp; "\nA'),
        (b"&#55357;&#56832; &#xD83D;&#xDE00;", "😀 😀"),
        ("😀".encode("utf-16-be").hex().encode(), "d83dde00"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),  # each half in three bytes, as Java writes them
        (b"&#55357; alone", "\ud83d alone"),
        (b"&#0;&#1114112;&unknown;", "\x00&#1114112;&unknown;"),
        (b"caf\xe9", "caf\udce9"),
        ("é ж 漢".encode(), "é ж 漢"),
    ],
)
def test_values_stand_for_the_characters_they_name(stored, expected):
    assert unescaped(stored) == expected


def test_a_tag_of_several_megabytes_comes_whole():
    long = b"QUJD" * 1_000_000
    found = read(b'<part data="' + long + b'"/><part/>')
    assert [(tag.form, len(tag.values.get("data", b""))) for tag in found] == [("empty", len(long)), ("empty", 0)]


@given(
    st.lists(st.sampled_from([b"<a", b' x="1"', b"'", b'"', b"/>", b">", b"<!--", b"-->", b"</a>", b"<", b"&#55357;"]))
)
def test_any_pieces_give_tags_in_rising_order(parts):
    data = b"".join(parts)
    found = read(data)
    assert all(before.at + before.size <= after.at for before, after in pairwise(found))
    assert all(data[tag.at : tag.at + 1] == b"<" for tag in found)


@given(st.binary())
def test_any_bytes_are_read(data):
    for tag in read(b"<a x=" + data):
        assert all(isinstance(unescaped(value), str) for value in tag.values.values())
