"""What is too long to be kept whole ends in a mark, here and where extractors use it."""

from __future__ import annotations

import pytest

from extractors.database import Doubts, stored
from extractors.ios.plists import words
from extractors.shortened import shortened, shortened_hex


@pytest.mark.parametrize(("text", "expected"), [("", ""), ("abc", "abc"), ("abcd", "abc…")])
def test_a_text_is_marked_only_where_it_is_cut(text: str, expected: str) -> None:
    assert shortened(text, 3) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"", ""), (b"\x00\x01", "0001"), (b"\x00\x01\x02", "0001… (3 bytes)"), (bytes(2000), "0000… (2,000 bytes)")],
)
def test_bytes_that_are_cut_say_how_many_they_are(value: bytes, expected: str) -> None:
    assert shortened_hex(value, 2) == expected


def test_a_long_value_of_a_database_or_property_list_says_how_long_it_is() -> None:
    value, expected = bytes(3000), "00" * 2048 + "… (3,000 bytes)"
    assert stored(value) == expected
    assert words(value) == f"hex:{expected}"
    doubts = Doubts()
    assert doubts.text(value, "body") is None
    assert [one.detail for one in doubts.drain()] == [f"body holds bytes, not text: {expected}"]
