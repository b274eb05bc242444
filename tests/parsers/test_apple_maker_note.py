"""The maker's note of an iPhone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.apple_maker_note import apple_note
from tests.evidence_builders.media import apple_note as built

_NOTE = built({0x11: "1D2C-EXAMPLE"}, {0x14: 10})[2]


def test_the_tags_that_are_known_are_told_as_stored() -> None:
    assert apple_note(b"before" + _NOTE) == (("content identifier", "1D2C-EXAMPLE"), ("capture type", "10"))


@pytest.mark.parametrize("data", [b"", b"Apple iOS", _NOTE[:14], b"MM\x00*" * 100])
def test_what_is_no_such_note_tells_nothing(data: bytes) -> None:
    assert apple_note(data) == ()


@given(st.binary(max_size=200))
def test_no_bytes_behind_its_beginning_raise(data: bytes) -> None:
    apple_note(_NOTE[:14] + data)
