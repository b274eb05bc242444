from __future__ import annotations

import pytest

from parsers.adc import unpack_adc


@pytest.mark.parametrize(
    ("data", "size", "expected"),
    [
        (b"\x82abc", 3, b"abc"),
        (b"\x82abc\x00\x02", 6, b"abcabc"),
        (b"\x82abc\x04\x00", 7, b"abccccc"),
        (b"\x82abc\x40\x00\x01", 7, b"abcbcbc"),
        (b"\x82abc\x7f\x00\x02", 70, b"abc" * 23 + b"a"),
        (b"\x82abc\x00\x02", 4, b"abca"),
        (b"\x83ab", 4, b"ab"),
        (b"", 4, b""),
    ],
)
def test_plain_runs_and_short_and_long_copies_are_read(data, size, expected):
    assert unpack_adc(data, size) == expected


@pytest.mark.parametrize("data", [b"\x00\x00", b"\x82abc\x00\x03", b"\x82abc\x40\x00\x03", b"\x82abc\x03\xff"])
def test_a_copy_from_before_the_start_is_refused(data):
    with pytest.raises(ValueError, match=r"^a run of ADC reaches before its start$"):
        unpack_adc(data, 100)


@pytest.mark.parametrize("data", [b"\x82abc\x00", b"\x82abc\x40\x00"])
def test_a_copy_that_is_cut_is_refused(data):
    with pytest.raises(ValueError, match=r"^a run of ADC is cut$"):
        unpack_adc(data, 100)
