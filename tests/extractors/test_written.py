"""XMP and IPTC of pictures and films as records."""

from __future__ import annotations

import io

import pytest

from evidence_store.records import Location, MediaItem, Moment, Problem
from extractors.media.photos import photos
from extractors.media.videos import videos
from parsers.picture_packets import find_packets
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.packets import iptc, jpeg_holding, movie_holding, png_holding, xmp

DATED = 'exif:DateTimeOriginal="2026-05-11T10:00:00+01:00" xmp:CreatorTool="Example 1"'
TITLE = "<dc:title><rdf:Alt><rdf:li>At the quay</rdf:li></rdf:Alt></dc:title>"


def read(data: bytes, mime: str = "image/jpeg") -> list[object]:
    extractor = photos if mime.startswith("image/") else videos
    return list(extractor(MemoryFile("DCIM/made.jpg", data, mime=mime, zone="Europe/London")))


def test_what_was_written_becomes_moments_words_and_fields() -> None:
    block = iptc((120, b"A caption"), (25, b"quay"), (80, b"Ada Example"), (55, b"20260511"), (60, b"110000+0100"))
    item, place = read(jpeg_holding(xmp(DATED + ' exif:GPSLatitude="51,30N" exif:GPSLongitude="0,7.5W"', TITLE), block))
    assert isinstance(item, MediaItem)
    moments = (
        Moment("taken (XMP)", 1_778_490_000_000_000, "2026-05-11T10:00:00+01:00", "B"),
        Moment("taken (IPTC)", 1_778_493_600_000_000, "20260511 110000+0100", "B"),
    )
    assert item.moments == moments
    assert item.text == "At the quay\nA caption\nquay"
    assert item.extra[:2] == (("XMP xmp:CreatorTool", "Example 1"), ("IPTC author", "Ada Example"))
    assert place == Location(locator="whole file", moments=moments, lat=51.5, lon=-0.125, source="photo XMP")


def test_a_date_without_offset_is_local_under_the_zone_that_is_assumed() -> None:
    item = read(jpeg_holding(xmp('xmp:ModifyDate="2026-05-11T10:00:00"')))[0]
    assert isinstance(item, MediaItem)
    assert item.moments == (
        Moment("modified (XMP)", 1_778_490_000_000_000, "2026-05-11T10:00:00", "C", zone="Europe/London, operator"),
    )


def test_a_moving_picture_is_marked() -> None:
    item = read(jpeg_holding(xmp('GCamera:MotionPhoto="1"')))[0]
    assert isinstance(item, MediaItem)
    assert item.flags == ("motion photo",)


@pytest.mark.parametrize(("packet", "block", "code"), [(b"<broken", b"", "xmp"), (b"", b"broken", "iptc")])
def test_a_damaged_packet_is_a_problem_beside_the_picture(packet: bytes, block: bytes, code: str) -> None:
    found = read(jpeg_holding(packet, block))
    assert isinstance(found[0], MediaItem)
    assert [(one.kind, one.code) for one in found if isinstance(one, Problem)] == [("value", code)]


def test_as_many_values_as_are_read_may_not_be_all() -> None:
    words = "<dc:subject><rdf:Bag>" + "<rdf:li>quay</rdf:li>" * 5001 + "</rdf:Bag></dc:subject>"
    pictures = png_holding(xmp("", words)), jpeg_holding(b"", iptc(*[(25, b"quay")] * 2001))
    found = [read(pictures[0], "image/png"), read(pictures[1])]
    assert [[(one.code, one.detail) for one in some if isinstance(one, Problem)] for some in found] == [
        [("xmp", "5,000 values of XMP were read, which is the most that are: there may be more")],
        [("iptc", "2,000 values of IPTC were read, which is the most that are: there may be more")],
    ]


def test_what_stands_too_deep_in_others_is_told() -> None:
    start, end = "<xmp:A rdf:parseType='Resource'>", "</xmp:A>"
    deep = [start * count + "<xmp:B>quay</xmp:B>" * 2 + end * count for count in (11, 12)]
    found = [read(jpeg_holding(xmp("", one + TITLE))) for one in deep]
    assert [some[0].text for some in found if isinstance(some[0], MediaItem)] == ["At the quay"] * 2
    words = "2 elements of XMP stand too deep in others to be read"
    assert [some[1:] for some in found] == [[], [Problem("value", "xmp", words, "whole file")]]


def test_the_packet_of_a_film_is_read_once() -> None:
    item = read(movie_holding(xmp(DATED, TITLE)), "video/quicktime")[0]
    assert isinstance(item, MediaItem)
    assert item.text == "At the quay"
    assert ("XMP xmp:CreatorTool", "Example 1") in item.extra


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("exiftool/images/IPTC.jpg", "Test IPTC picture"),
        ("exiftool/images/XMP.jpg", "Test IPTC picture"),
        ("exiftool/images/ExtendedXMP.jpg", "PDF Title"),
        ("exif-samples/jpg/xmp/BlueSquare.jpg", "Blue Square Test File - .jpg"),
        ("exif-samples/jpg/xmp/no_exif.jpg", "Der Goalie bin ig"),
    ],
)
def test_titles_that_the_index_lists_come_out(corpus, path: str, words: str) -> None:
    item = read((corpus / path).read_bytes())[0]
    assert isinstance(item, MediaItem)
    assert words in (item.text or "").splitlines()


def test_many_fields_of_xmp_do_not_hide_those_of_iptc() -> None:
    many = "".join(f"<rdf:li>person {number}</rdf:li>" for number in range(100))
    found = read(
        jpeg_holding(xmp("", f"<dc:creator><rdf:Seq>{many}</rdf:Seq></dc:creator>"), iptc((80, b"Ada Example")))
    )
    assert isinstance(found[0], MediaItem)
    assert ("IPTC author", "Ada Example") in found[0].extra
    assert Problem("value", "written", "101 further fields, of which 80 are shown", "whole file") in found


def test_a_picture_full_of_packets_takes_time_in_step_with_its_size() -> None:
    segment = b"\xff\xed\xff\xffPhotoshop 3.0\x00" + bytes(65_519)
    data = jpeg_holding(xmp(DATED))
    whole = data[:2] + segment * 4000 + data[2:]  # 250 MiB: it took minutes to join them one by one
    found = find_packets(io.BytesIO(whole))
    assert found.problems == ("more than 8 MiB of Photoshop's resources is not read",)
