"""What Samsung's camera puts behind a picture."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.samsung_trailer import SamsungBlock, samsung_blocks
from tests.evidence_builders.media import samsung_trailer

_BLOCKS = {"Image_UTC_Data": b"1778490000123", "MCC_Data": b"234", "MotionPhoto_Data": bytes(500)}


def test_the_blocks_are_told_in_the_order_of_the_directory() -> None:
    data = b"\xff\xd8picture\xff\xd9" + samsung_trailer(_BLOCKS)
    assert samsung_blocks(io.BytesIO(data)) == (
        SamsungBlock("Image_UTC_Data", "1778490000123"),
        SamsungBlock("MCC_Data", "234"),
        SamsungBlock("MotionPhoto_Data", ""),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8picture\xff\xd9",
        b"SEFT" * 6,
        samsung_trailer(_BLOCKS)[:-1],
        samsung_trailer(_BLOCKS).replace(b"SEFH", b"SEFX"),
        struct.pack("<I", 0xFFFFFFFF) + b"SEFT" * 10,
    ],
)
def test_what_has_no_directory_at_its_end_has_no_blocks(data: bytes) -> None:
    assert samsung_blocks(io.BytesIO(data)) == ()


def test_a_block_that_cannot_lie_there_costs_itself() -> None:
    data = samsung_trailer(_BLOCKS)
    place = data.index(b"SEFH") + 12
    beyond = data[: place + 4] + struct.pack("<I", 1 << 30) + data[place + 8 :]
    assert beyond != data
    assert [block.name for block in samsung_blocks(io.BytesIO(beyond))] == ["MCC_Data", "MotionPhoto_Data"]


def test_a_directory_that_counts_more_blocks_than_it_has_ends_with_them() -> None:
    data = samsung_trailer(_BLOCKS)
    place = data.index(b"SEFH") + 8
    more = data[:place] + struct.pack("<I", 0xFFFFFFFF) + data[place + 4 :]
    assert len(samsung_blocks(io.BytesIO(more))) == 3
