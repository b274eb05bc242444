"""ISO base media boxes: HEIF pictures and MP4 films."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.boxes import Box, Still, boxes, read_still
from parsers.exif import read_picture
from parsers.movie import Movie, Place, from_mac, parse_place, read_movie
from parsers.times import iso
from tests.evidence_builders.media import box, exif_block, mp4, text


def test_boxes_of_every_kind_of_length_are_walked() -> None:
    wide = struct.pack(">I4sQ", 1, b"wide", 20) + b"abcd"
    data = box(b"free", b"xy") + wide + struct.pack(">I4s", 0, b"mdat") + b"rest"
    found = list(boxes(io.BytesIO(data), 0, len(data)))
    assert found == [Box(b"free", 8, 10), Box(b"wide", 26, 30), Box(b"mdat", 38, 42)]


def test_a_box_that_goes_beyond_its_parent_is_marked() -> None:
    data = struct.pack(">I4s", 100, b"moov") + b"abc"
    assert list(boxes(io.BytesIO(data), 0, len(data))) == [Box(b"moov", 8, 11, cut=True)]


def test_a_box_shorter_than_its_own_header_is_refused() -> None:
    with pytest.raises(ValueError, match="a box of 4 bytes at byte 0"):
        list(boxes(io.BytesIO(struct.pack(">I4s", 4, b"moov")), 0, 8))


def test_a_million_empty_boxes_are_refused() -> None:
    data = box(b"free") * 10_000
    with pytest.raises(ValueError, match="more than 4096 boxes"):
        list(boxes(io.BytesIO(data), 0, len(data)))


@pytest.mark.parametrize(("version", "method"), [(0, 0), (1, 0), (1, 1), (2, 0)])
def test_the_exif_item_is_found_wherever_the_picture_keeps_it(version: int, method: int) -> None:
    block = exif_block({0x010F: text("Examplecam")})
    still = read_still(io.BytesIO(_heif(block, version, method)))
    assert still == Still(4000, 3000, block, ())


def test_an_exif_item_of_another_items_bytes_is_a_problem_and_the_size_stays() -> None:
    still = read_still(io.BytesIO(_heif(b"x" * 20, 1, 2)))
    assert still == Still(4000, 3000, None, ("the Exif item is stored by reference to another item",))


def test_an_exif_item_beyond_the_file_is_a_problem() -> None:
    data = _heif(b"x" * 20, 0, 0)
    facts = read_picture(io.BytesIO(data[:-10]))
    assert facts.problems == ("the Exif item lies beyond the end of the file",)


def test_a_heif_file_without_a_description_is_an_error() -> None:
    with pytest.raises(ValueError, match="no meta box"):
        read_still(io.BytesIO(box(b"ftyp", b"heic") + box(b"mdat", bytes(10))))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_pictures_and_films_end_in_facts_or_a_value_error(data: st.DataObject) -> None:
    picture = _heif(exif_block({0x010F: text("E")}), 1, 1)
    film = mp4(created=3_860_000_000, place="+51.5-000.1/", keys={"com.apple.quicktime.make": "E"})
    read, whole = data.draw(st.sampled_from([(read_still, picture), (read_movie, film)]))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(io.BytesIO(bytes(broken[: data.draw(st.integers(0, len(broken)))])))
    except ValueError as error:
        assert "\n" not in str(error)


def test_a_film_tells_dates_length_size_camera_and_place() -> None:
    keys = {
        "com.apple.quicktime.make": "Examplecam",
        "com.apple.quicktime.model": "Twelve",
        "com.apple.quicktime.creationdate": "2026-05-11T10:00:00+0100",
        "com.apple.quicktime.location.ISO6709": "+51.5007-000.1246+012.3/",
    }
    movie = read_movie(io.BytesIO(mp4(created=3_861_334_800, changed=3_861_334_803, keys=keys)))
    assert movie == Movie(
        created=3_861_334_800,
        changed=3_861_334_803,
        duration_s=2.5,
        width=640,
        height=360,
        texts={
            "make": "Examplecam",
            "model": "Twelve",
            "created": "2026-05-11T10:00:00+0100",
            "place": "+51.5007-000.1246+012.3/",
        },
        place=Place(51.5007, -0.1246, 12.3, "+51.5007-000.1246+012.3/"),
        problems=[],
    )


def test_a_3gp_place_is_read() -> None:
    numbers = struct.pack(">iii", round(-0.125 * 65536), round(51.5 * 65536), 10 << 16)
    loci = box(b"loci", bytes(4), b"\x15\xc7", b"The quay\x00", b"\x00", numbers, b"earth\x00\x00")
    moov = box(b"moov", box(b"udta", loci))
    movie = read_movie(io.BytesIO(box(b"ftyp", b"3gp5\x00\x00\x00\x00") + moov))
    assert movie.place == Place(51.5, -0.125, 10.0, "+51.500000-000.125000+10.000/")


@pytest.mark.parametrize(
    ("stored", "place"),
    [
        ("+51.5-000.125/", Place(51.5, -0.125, None, "+51.5-000.125/")),
        ("-5130.5+00007.5/", Place(-51.508333333, 0.125, None, "-5130.5+00007.5/")),
        ("+513030-0000730+5CRSWGS_84/", Place(51.508333333, -0.125, 5.0, "+513030-0000730+5CRSWGS_84/")),
    ],
)
def test_places_are_read_in_all_three_ways_of_writing_them(stored: str, place: Place) -> None:
    assert parse_place(stored) == place


@pytest.mark.parametrize(
    "stored", ["", "51.5,-0.1", "+91.0+000.0/", "+51.5+181.0/", "+00.0000+000.0000/", "+515+00010/"]
)
def test_a_place_that_cannot_be_is_refused(stored: str) -> None:
    with pytest.raises(ValueError, match=r"written|range"):
        parse_place(stored)


def test_a_film_with_an_impossible_place_keeps_the_rest() -> None:
    movie = read_movie(io.BytesIO(mp4(created=5, place="+00.0000+000.0000/")))
    assert (movie.place, movie.width) == (None, 640)
    assert movie.problems == ["place not used: 0,0 is what is written without a fix"]


def test_a_film_without_its_description_is_an_error() -> None:
    with pytest.raises(ValueError, match="no moov box"):
        read_movie(io.BytesIO(box(b"ftyp", b"isom") + box(b"mdat", bytes(100))))


def test_every_listed_film_has_its_date_and_place(corpus: Path) -> None:
    """The index gives another program's reading of the header's date, printed without a zone, and of the place."""
    differing, checked, places = [], 0, 0
    for name, path, truth in _listed(corpus):
        with path.open("rb") as stream:
            movie = read_movie(stream)
        date = re.search(r"\d{4}:\d\d:\d\d \d\d:\d\d(:\d\d)?", truth)
        assert date is not None
        expected = date[0].replace(":", "-", 2).replace(" ", "T")
        found = iso(from_mac(movie.created) * 1_000_000) if movie.created else "0000-00-00T00:00:00"
        place = re.search(r"GPS (\S+)", truth)
        spot = f"{movie.place.lat},{movie.place.lon}" if movie.place else None
        if not found.startswith(expected) or spot != (place[1] if place else None):
            differing.append((name, found, expected, spot))
        checked += 1
        places += place is not None
    assert differing == []
    assert (checked, places) == (14, 1)


def _listed(corpus: Path) -> list[tuple[str, Path, str]]:
    rows, folder = [], ""
    for line in (corpus / "INDEX.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            folder = line[4:].strip()
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) >= 4 and Path(cells[1]).suffix in {".mp4", ".mov", ".m4a", ".3gp"} and "exiftool" in cells[3]:
            path = next(
                path for path in (corpus / folder / cells[1], corpus / folder / "images" / cells[1]) if path.is_file()
            )
            rows.append((cells[1], path, cells[3]))
    return rows


def _heif(block: bytes, version: int, method: int) -> bytes:
    """A HEIF file of two items, a picture that is not there and this Exif block, in the place that `method` says."""
    item = struct.pack(">I", 0) + block
    number = ">I" if version == 2 else ">H"

    def locations(at: int) -> bytes:
        head = struct.pack(">BBBB", version, 0, 0, 0) + b"\x44\x00" + struct.pack(number, 1) + struct.pack(number, 2)
        head += struct.pack(">H", method) if version else b""
        return head + struct.pack(">HHII", 0, 1, at, len(item))

    entries = [struct.pack(">IHH", 2 << 24, one, 0) + kind + b"\x00" for one, kind in ((1, b"hvc1"), (2, b"Exif"))]
    properties = box(b"ipco", box(b"colr", b"nclx"), box(b"ispe", struct.pack(">III", 0, 4000, 3000)))
    ties = box(b"ipma", struct.pack(">IIHBB", 0, 1, 1, 1, 0x82))
    parts = [
        box(b"pitm", struct.pack(">IH", 0, 1)),
        box(b"iinf", struct.pack(">IH", 0, 2), *(box(b"infe", entry) for entry in entries)),
        box(b"iprp", properties, ties),
    ]
    if method == 1:
        parts.append(box(b"idat", item))
    start = box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic")
    length = len(box(b"meta", bytes(4), *parts, box(b"iloc", locations(0))))
    place = 0 if method == 1 else len(start) + length + 8
    return start + box(b"meta", bytes(4), *parts, box(b"iloc", locations(place))) + box(b"mdat", item)
