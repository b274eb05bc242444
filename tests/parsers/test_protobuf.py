"""Protocol buffers without a schema."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protobuf import Field, Fields, each_field
from tests.evidence_builders.protobuf import message

# field 1: varint 150; field 2: "testing"; field 3: message {1: 150}; field 4: double; field 5: float; field 6: -1
SAMPLE = (
    bytes.fromhex("089601")
    + bytes.fromhex("120774657374696e67")
    + bytes.fromhex("1a03089601")
    + b"\x21"
    + struct.pack("<d", 51.5)
    + b"\x2d"
    + struct.pack("<f", -0.125)
    + b"\x30"
    + b"\xff" * 9
    + b"\x01"
)


def test_each_kind_of_field_comes_out_by_its_number() -> None:
    found = Fields(SAMPLE)
    assert (found.number(1), found.text(2), found.number(3, 1)) == (150, "testing", 150)
    assert (found.double(4), found.double(5), found.signed(6), found.number(6)) == (51.5, -0.125, -1, (1 << 64) - 1)
    assert (found.number(9), found.text(1), found.message(2, 1), found.messages(3)[0].number(1)) == (
        None,
        None,
        None,
        150,
    )
    assert next(each_field(SAMPLE)) == Field(1, 0, 150)


def test_values_of_a_repeated_field_that_are_no_message_are_counted() -> None:
    inner = message((1, 150))
    outer = Fields(message((3, inner), (3, "no message"), (3, 7), (3, inner), (4, message((3, "none")))))
    found, left_out = outer.counted(3)
    assert ([one.number(1) for one in found], left_out) == ([150, 150], 2)
    assert len(outer.messages(3)) == 2
    assert [outer.counted(*path) for path in ((4, 3), (5,), (5, 3))] == [([], 1), ([], 0), ([], 0)]


def test_a_field_is_a_message_where_its_bytes_are_one() -> None:
    number, words, inner, wide, *_ = each_field(SAMPLE)
    found = inner.message()
    assert found is not None
    assert found.number(1) == 150
    assert [one.message() for one in (number, words, wide)] == [None, None, None]
    assert Field(1, 1, bytes.fromhex("0801080108010801")).message() is None


@pytest.mark.parametrize("data", [b"\x08", b"\x12\x05abc", b"\x00\x01", b"\x0b\x01", b"\x08" + b"\xff" * 11])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no protocol buffer"):
        Fields(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = Fields(data)
    except ValueError:
        return
    assert sum(len(fields) for fields in found.all.values()) == len(list(each_field(data)))
