"""SEGB files: both versions whole, then cut, flipped and hostile."""

from __future__ import annotations

import io
import struct
import time

import pytest

from parsers import segb
from parsers.segb import Damage, Entry, read_segb, segb_version
from tests.evidence_builders.segb import AT, Made, segb1, segb2

ONE, TWO, THREE = Made(b"first entry"), Made(b"the second one", second_time=AT + 1), Made(b"third", time=AT + 2)


def read(data: bytes) -> list[Entry | Damage]:
    return list(read_segb(io.BytesIO(data)))


def payloads(data: bytes) -> list[bytes | str]:
    """The payload of each entry, "lost" for one that cannot be read; "file" for what is said of the whole."""
    return [one.payload if isinstance(one, Entry) else "lost" if one.lost else "file" for one in read(data)]


def test_version_1_gives_each_entry_with_both_times() -> None:
    assert read(segb1(ONE, TWO, THREE)) == [
        Entry(88, 1, AT, AT, b"first entry", True),
        Entry(136, 1, AT, AT + 1, b"the second one", True),
        Entry(184, 1, AT + 2, AT, b"third", True),
    ]


def test_version_2_gives_each_entry_in_the_order_of_the_file() -> None:
    data = segb2(ONE, TWO, THREE)
    turned = data[:-48] + data[-16:] + data[-32:-16] + data[-48:-32]  # the trailer need not be in their order
    expected = [
        Entry(40, 1, AT, None, b"first entry", True),
        Entry(60, 1, AT, None, b"the second one", True),
        Entry(84, 1, AT + 2, None, b"third", True),
    ]
    assert read(data) == read(turned) == expected


def test_a_file_without_entries_gives_nothing() -> None:
    assert (read(segb1()), read(segb2())) == ([], [])


def test_space_behind_the_end_of_the_entries_is_not_read() -> None:
    assert payloads(segb1(ONE) + bytes(4096)) == [b"first entry"]


def test_entries_that_the_header_does_not_count_are_said() -> None:
    assert payloads(segb1(ONE, TWO, end=104)) == [b"first entry", "file"]
    assert payloads(segb1(ONE, TWO, end=0)) == ["file"]
    assert payloads(segb2(ONE, TWO, count=1)) == ["file", b"the second one", "file"]
    assert payloads(segb2(ONE, TWO, count=0)) == ["file"]


@pytest.mark.parametrize("make", [segb1, segb2])
def test_a_deleted_entry_keeps_its_state_and_what_is_left(make: object) -> None:
    erased = Made(bytes(9), state=3, crc=123456)
    found = read(make(ONE, erased, Made(b"left", state=3), Made(b"odd", state=4)))  # type: ignore[operator]
    assert [(one.state, one.erased, one.intact) for one in found if isinstance(one, Entry)] == [
        (1, False, True),
        (3, True, False),
        (3, False, True),
        (4, False, True),
    ]


@pytest.mark.parametrize("make", [segb1, segb2])
def test_a_wrong_checksum_marks_the_entry_and_costs_nothing(make: object) -> None:
    found = read(make(ONE, Made(b"the second one", crc=1), THREE))  # type: ignore[operator]
    kept = [(one.payload, one.intact) for one in found if isinstance(one, Entry)]
    assert kept == [(b"first entry", True), (b"the second one", False), (b"third", True)]


def test_a_cut_file_of_version_1_gives_what_is_whole_and_says_so() -> None:
    data = segb1(ONE, TWO, THREE)
    for stop in range(56, len(data)):
        found = payloads(data[:stop])
        assert "file" in found[:1]
        assert [one for one in found if isinstance(one, bytes)] == [b"first entry", b"the second one", b"third"][
            : sum(stop >= end for end in (99, 150, 189))
        ]


def test_a_cut_file_of_version_2_says_that_its_entries_cannot_be_told() -> None:
    data = segb2(ONE, TWO, THREE)
    assert read(data[:100]) == [Damage(52, "cut: where its 3 entries stand cannot be told", False)]
    assert read(data[:40]) == [Damage(4, "its header tells of 3 entries, which the file cannot hold", False)]


def test_a_wrong_length_costs_its_entry_and_not_the_next() -> None:
    data = bytearray(segb1(ONE, TWO, THREE))
    for size in (2**31 - 1, -1, 5, 200, 30):
        struct.pack_into("<i", data, 104, size)
        assert payloads(bytes(data)) == [b"first entry", "lost", b"third"], size


def test_a_wrong_end_costs_its_entry_and_not_the_next() -> None:
    data = bytearray(segb2(ONE, TWO, THREE))
    for end in (2**31 - 1, -1, 0, 7):
        struct.pack_into("<i", data, len(data) - 32, end)
        assert sorted(map(str, payloads(bytes(data)))) == ["b'first entry'", "b'third'", "file", "lost"], end


def test_zeros_among_the_entries_cost_one_and_are_passed() -> None:
    whole = segb1(ONE, THREE)
    data = segb1(ONE)[:56] + whole[56:104] + bytes(64) + whole[104:]
    data = struct.pack("<I", len(data)) + data[4:]
    assert payloads(data) == [b"first entry", "lost", b"third"]


@pytest.mark.parametrize("make", [segb1, segb2])
def test_every_flipped_byte_is_survived(make: object) -> None:
    data = make(ONE, TWO, THREE)  # type: ignore[operator]
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        if not segb_version(flipped):
            continue
        assert flipped != data
        found = read(flipped)
        assert any(isinstance(one, Damage) for one in found) or len(found) == 3, place


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no SEGB file"),
        (b"SEGB", "ends in its header"),
        (bytes(56), "no SEGB file"),
        (segb1()[:55], "no SEGB file"),
    ],
)
def test_what_is_no_segb_file_is_a_value_error(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(data)


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segb, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        read(segb1(ONE, TWO, THREE))


@pytest.mark.parametrize("count", [-1, 4, 2**31 - 1])
def test_a_hostile_number_of_entries_is_said(count: int) -> None:
    found = read(segb2(ONE, count=count))
    assert [one.lost for one in found if isinstance(one, Damage)] == [False]


def test_a_file_made_to_be_searched_without_end_is_given_up() -> None:
    # At each multiple of 8 stands what may be an entry that goes on to the end of the file.
    trap = b"".join(struct.pack("<iidd", 1 << 18, 1, AT, AT) for _ in range(1 << 15))
    began = time.monotonic()
    found = read(struct.pack("<I", 56 + len(trap)) + segb1()[4:56] + trap)
    assert time.monotonic() - began < 20
    assert isinstance(found[-1], Damage)
