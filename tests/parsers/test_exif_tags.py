"""The tags of an Exif block: damaged, hostile, and through either library."""

from __future__ import annotations

import io
import logging
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.exif import PictureFacts, read_picture
from parsers.exif_tags import read_tags
from tests.evidence_builders.media import exif_block, jpeg, jpeg_with


def test_pillow_reads_what_exifread_gives_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jpeg(8, 8, taken="2026:05:11 10:00:00", gps=(51.5, -0.125), make="Examplecam", model="Twelve")
    with_exifread = read_picture(io.BytesIO(data)).exif

    def fails(*_: object, **__: object) -> dict[str, object]:
        raise AssertionError("damaged")

    monkeypatch.setattr("parsers.exif_tags.exifread.process_file", fails)
    with_pillow = read_picture(io.BytesIO(data)).exif
    assert with_exifread is not None
    assert with_pillow is not None
    assert with_pillow.gps == with_exifread.gps
    assert (with_pillow.make, with_pillow.model, with_pillow.taken) == ("Examplecam", "Twelve", with_exifread.taken)


def test_a_block_without_a_header_is_a_problem_of_the_picture() -> None:
    facts = read_picture(io.BytesIO(jpeg_with(b"not a TIFF block")))
    assert facts == PictureFacts(64, 48, None, ("the Exif block has no TIFF header",))


def test_a_hostile_block_is_refused_at_once() -> None:
    """A chain of directories, each said to have 65,535 entries, all over the same bytes."""
    links = b"".join(struct.pack(">HI", 0xFFFF, 8 + 6 * (number + 1)) for number in range(5000))
    start = time.process_time()
    with pytest.raises(ValueError, match="more than any camera writes"):
        read_tags(io.BytesIO(b"MM\x00*" + struct.pack(">I", 8) + links), ())
    assert time.process_time() - start < 1


@pytest.mark.parametrize("pointer", [(4, 1, 8), (3, 1, 8 << 16), (4, 2, 4)])
def test_thousands_of_pointers_to_one_directory_are_refused(pointer: tuple[int, int, int]) -> None:
    """Each of them makes a reader go through all of them again."""
    links = struct.pack(">HHII", 0x8825, *pointer) * 4000
    start = time.process_time()
    with pytest.raises(ValueError, match="more than any camera writes"):
        read_tags(io.BytesIO(b"MM\x00*" + struct.pack(">I", 8) + struct.pack(">H", 4000) + links + bytes(4)), ())
    assert time.process_time() - start < 1


def test_many_long_texts_over_the_same_bytes_are_refused() -> None:
    texts = b"".join(struct.pack(">HHII", number, 2, 0xFFFFFFFF, 8) for number in range(4000))
    with pytest.raises(ValueError, match="more than any camera writes"):
        read_tags(io.BytesIO(b"MM\x00*" + struct.pack(">I", 8) + struct.pack(">H", 4000) + texts + bytes(4)), ())


def test_a_text_said_to_be_of_gigabytes_costs_no_memory() -> None:
    tags = read_tags(io.BytesIO(exif_block({0x010E: (2, 0xFFFFFFFF, b"On the quay\x00")})), {"Image ImageDescription"})
    assert tags.values == {"Image ImageDescription": "On the quay"}


def test_a_jpeg_cut_before_its_frame_is_a_problem() -> None:
    data = jpeg(64, 48, make="Examplecam")
    cut = data[: data.index(b"\xff\xc0")]
    facts = read_picture(io.BytesIO(cut))
    assert (facts.width, facts.exif and facts.exif.make) == (None, "Examplecam")
    assert facts.problems == (f"the file ends at byte {len(cut)}, before the size of the picture",)


def test_exifread_says_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    read_picture(io.BytesIO(jpeg_with(exif_block({0x8825: (4, 0, bytes(4)), 0x010F: (2, 3, b"\xff\xfe\x00")}))))
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("exifread").propagate


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_byte_never_ends_in_anything_but_facts_or_a_value_error(data: st.DataObject) -> None:
    whole = jpeg(
        16, 12, taken="2026:05:11 10:00:00", offset="+01:00", gps=(51.5, -0.1), make="E", gps_time="2026:05:11 09:00:05"
    )
    broken = bytearray(whole[: data.draw(st.integers(2, len(whole)))])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, min(len(broken), 600) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_picture(io.BytesIO(bytes(broken)))
    except ValueError as error:
        assert "\n" not in str(error)
