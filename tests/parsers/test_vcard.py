"""Cards line by line: folding, encodings, parameters, cards that break off, and any bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.vcard import Card, Property, cards


def read(data: bytes) -> list[Card]:
    return list(cards(io.BytesIO(data)))


def one(line: bytes) -> Property:
    """The only property of a card with that line."""
    (card,) = read(b"BEGIN:VCARD\r\n" + line + b"\r\nEND:VCARD\r\n")
    assert card.problem == ""
    (found,) = card.properties
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"FN:Ann Example", Property("", "FN", {}, b"Ann Example")),
        (b"item1.TEL;type=CELL;type=pref:1", Property("item1", "TEL", {"TYPE": ["CELL", "pref"]}, b"1")),
        (b"TEL;HOME;VOICE:1", Property("", "TEL", {"TYPE": ["HOME", "VOICE"]}, b"1")),
        (b'ADR;LABEL="a:b;c^nd":x', Property("", "ADR", {"LABEL": ["a:b;c\nd"]}, b"x")),
        (b"NOTE:one\r\n  two\r\n\tthree", Property("", "NOTE", {}, b"one twothree")),
        (
            b"NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\r\ntwo=",
            Property("", "NOTE", {"ENCODING": ["QUOTED-PRINTABLE"]}, b"one=0D=0Atwo="),
        ),
        (b"PHOTO;BASE64:\r\n QUJD\r\n REVG\r\n", Property("", "PHOTO", {"ENCODING": ["BASE64"]}, b"QUJDREVG")),
        (b"PHOTO;ENCODING=BASE64:QUJD\r\nREVG", Property("", "PHOTO", {"ENCODING": ["BASE64"]}, b"QUJDREVG")),
    ],
)
def test_a_line_is_read_in_all_its_forms(line, expected):
    if expected.value.endswith(b"="):  # the soft line end takes the line that follows
        found = read(b"BEGIN:VCARD\r\n" + line + b"\r\n\r\nEND:VCARD\r\n")[0].properties[0]
        assert (found.name, found.text()) == ("NOTE", "one\ntwo")
        return
    assert one(line) == expected


@pytest.mark.parametrize(
    ("line", "text", "parts"),
    [
        (b"N:Example;Ann\\;a;b\\,c;;", "Example;Ann;a;b,c;;", ["Example", "Ann;a", "b,c", "", ""]),
        (b"N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=C9;Ann", "É;Ann", ["É", "Ann"]),
        ("N;CHARSET=UTF-8:É;Ann".encode(), "É;Ann", ["É", "Ann"]),
        (b"N:caf\xe9", "café", ["café"]),
        (b"N:a\\nb\\\\c\\qd", "a\nb\\c\\qd", ["a\nb\\c\\qd"]),
    ],
)
def test_values_are_read_with_their_escapes_and_charsets(line, text, parts):
    assert (one(line).text(), one(line).parts()) == (text, parts)


def test_bytes_are_decoded():
    assert one(b"PHOTO;ENCODING=b;TYPE=JPEG:QUJD").data() == b"ABC"
    assert one(b"PHOTO;ENCODING=b;TYPE=JPEG:QUJD").types == ["jpeg"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n",
            [("a", "it does not end before the next begins"), ("b", "")],
        ),
        (b"BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b", [("a", ""), ("b", "the file ends inside it")]),
        (b"FN:outside\nEND:VCARD\nbegin:vcard\nFN:a\nend:vcard", [("a", "")]),
        (b"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nFN:agent\nEND:VCARD\nFN:a\nEND:VCARD", [("agent", ""), ("a", "")]),
        ("BEGIN:VCARD\r\nFN:é\r\nEND:VCARD".encode("utf-16"), [("é", "")]),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nFN:a\r\nEND:VCARD", [("a", "")]),
        (b"", []),
        (b"\x00\x01", []),
    ],
)  # fmt: skip
def test_one_broken_card_costs_only_itself(data, expected):
    found = [(one.text(), card.problem) for card in read(data) for one in card.properties if one.name == "FN"]
    assert found == expected


@given(st.binary())
def test_any_bytes_are_read(data):
    for card in read(b"BEGIN:VCARD\nPHOTO;BASE64:" + data + b"\nEND:VCARD"):
        for one_of_them in card.properties:
            one_of_them.text()
            one_of_them.parts()
            one_of_them.data()


PIECES = [
    b"BEGIN:VCARD\n",
    b"END:VCARD\n",
    b"TEL;",
    b'"',
    b":",
    b"=\n",
    b"ENCODING=QUOTED-PRINTABLE",
    b" ",
    b"\\",
    b"\n",
]


@given(st.lists(st.sampled_from(PIECES)))
def test_any_pieces_give_the_cards_that_begin_in_them(pieces):
    data = b"".join(pieces)
    assert len(read(data)) <= data.count(b"BEGIN:VCARD")
