"""What a camera wrote into a picture."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parsers.exif import Exif, ExifTime, Gps, PictureFacts, read_picture
from parsers.picture_layout import OtherKind
from tests.evidence_builders.media import (
    Entry,
    angle,
    byte,
    exif_block,
    fractions,
    gps_directory,
    jpeg,
    jpeg_with,
    png,
    short,
    text,
)

PICTURES = {".jpg", ".heic", ".heif"}
# Rows whose listed values come from a part of the file that is not read (XMP, IPTC, a maker's own block).
NOT_FROM_EXIF = {
    "jpg/Reconyx_HC500_Hyperfire.jpg": "date only in the maker note",
    "jpg/invalid/image00971.jpg": "date only in XMP",
    "jpg/invalid/image01088.jpg": "date only in XMP",
    "jpg/invalid/image01137.jpg": "date only in XMP",
    "jpg/invalid/image01551.jpg": "date only in XMP",
    "jpg/invalid/image01713.jpg": "date only in XMP",
    "jpg/invalid/image01980.jpg": "date only in XMP",
    "jpg/invalid/image02206.jpg": "date only in XMP",
    "jpg/long_description.jpg": "date only in IPTC",
    "jpg/xmp/BlueSquare.jpg": "date only in XMP",
    "jpg/xmp/no_exif.jpg": "date only in XMP",
    "images/ExifTool.jpg": "make, model and date from the maker's own CIFF block; the Exif block says another camera",
    "images/ExtendedXMP.jpg": "author and title from XMP",
    "jpg/Issue 600 (1).jpg": "date only in IPTC",
    "testJPEG_EXIF_emptyDateTime.jpg": "date only in XMP",
}


def test_every_listed_photo_has_its_make_model_date_and_place(corpus: Path) -> None:
    rows = [row for row in _listed(corpus) if row.name not in NOT_FROM_EXIF]
    differing = []
    for row in rows:
        with row.path.open("rb") as stream:
            exif = read_picture(stream).exif or Exif()
        found = [part for part in (exif.make, exif.model, exif.taken and exif.taken.raw[:19]) if part]
        if exif.gps.lat is not None and exif.gps.lon is not None:
            found.append(f"GPS {_six(exif.gps.lat)},{_six(exif.gps.lon)}")
        if found != row.values:
            differing.append((row.name, found, row.values))
    assert differing == []
    assert len(rows) == 37
    assert sum(any(value.startswith("GPS") for value in row.values) for row in rows) == 14
    assert {row.path.suffix.lower() for row in rows} == {".jpg", ".heic"}


def test_every_exception_is_a_row_of_the_list(corpus: Path) -> None:
    assert set(NOT_FROM_EXIF) <= {row.name for row in _listed(corpus)}


def test_no_corpus_picture_raises_anything_but_a_clear_value_error(corpus: Path) -> None:
    unread = set()
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() in {*PICTURES, ".png", ".webp", ".gif", ".jp2", ".jxl", ".avif", ".svg", ".qoi"}:
            try:
                with path.open("rb") as stream:
                    read_picture(stream)
            except OtherKind:
                unread.add(path.suffix)
    assert unread == {".jxl", ".svg", ".qoi", ".jpg"}  # the .jpg is a recycle bin's record of one


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_zone_of_this_machine_changes_nothing(zone: str) -> None:
    code = (
        "import io; from parsers.exif import read_picture; from tests.evidence_builders.media import jpeg;"
        "data = jpeg(8, 8, taken='2026:05:11 10:00:00', gps=(51.5, -0.1), gps_time='2026:05:11 09:00:05');"
        "print(read_picture(io.BytesIO(data)).exif)"
    )
    environment = {**os.environ, "TZ": zone}
    here = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    expected = read_picture(
        io.BytesIO(jpeg(8, 8, taken="2026:05:11 10:00:00", gps=(51.5, -0.1), gps_time="2026:05:11 09:00:05"))
    ).exif
    assert here.stdout.strip() == repr(expected)


def test_a_picture_tells_camera_times_and_place() -> None:
    data = jpeg(
        64,
        48,
        taken="2026:05:11 10:00:00",
        offset="+01:00",
        subseconds="25",
        modified="2026:05:12 08:00:00",
        gps=(51.5, -0.125),
        altitude=-3.5,
        gps_time="2026:05:11 09:00:05",
        make="Examplecam",
        model="Twelve",
        orientation=6,
    )
    facts = read_picture(io.BytesIO(data))
    assert facts.exif is not None
    taken = ExifTime(
        "2026:05:11 10:00:00; subseconds 25; offset +01:00",
        facts.exif.taken.local if facts.exif.taken else None,
        60,
        1_778_490_000_250_000,
    )
    assert facts == PictureFacts(
        64,
        48,
        Exif(
            make="Examplecam",
            model="Twelve",
            orientation=6,
            taken=taken,
            digitised=taken,
            modified=facts.exif.modified,
            gps=Gps(
                51.5,
                -0.125,
                -3.5,
                None,
                "51 30 0 N; 0 7 30 W; 7/2",
                ExifTime("2026:05:11 9 0 5", None, 0, 1_778_490_005_000_000),
            ),
            tags=facts.exif.tags,
        ),
        (),
    )
    assert facts.exif.modified is not None
    assert (facts.exif.modified.raw, facts.exif.modified.offset_min) == ("2026:05:12 08:00:00", None)
    assert str(facts.exif.modified.local) == "2026-05-12 08:00:00"
    assert ("Image Orientation", "Rotated 90 CW") in facts.exif.tags


@pytest.mark.parametrize(
    ("stored", "offset", "utc_us", "note"),
    [
        ("0000:00:00 00:00:00", None, None, "zero"),
        ("2026:02:30 10:00:00", None, None, "no such date"),
        ("0001:01:01 00:00:00", None, None, "not a plausible date"),
        ("yesterday", None, None, "not a date"),
        ("2026:05:11 10:00:00", "+99:99", None, "the stored offset cannot be"),
        ("2026:05:11 10:00:00", "BST", None, "the stored offset cannot be read"),
        ("2026:05:11 10:00:00", "   :  ", None, ""),
        ("2026-05-11T10:00:00-04:00", None, 1_778_508_000_000_000, ""),
        ("2026:05:11 09:00:00Z", None, 1_778_490_000_000_000, ""),
    ],
)
def test_an_odd_date_is_kept_and_explained(stored: str, offset: str | None, utc_us: int | None, note: str) -> None:
    exif = read_picture(io.BytesIO(jpeg(8, 8, taken=stored, offset=offset))).exif
    assert exif is not None
    assert exif.taken is not None
    assert (exif.taken.utc_us, exif.taken.note) == (utc_us, note)
    assert exif.taken.raw.startswith(stored)


def test_a_blank_date_is_no_date() -> None:
    exif = read_picture(io.BytesIO(jpeg(8, 8, taken="    :  :     :  :  "))).exif
    assert exif is not None
    assert exif.taken is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({2: angle(0), 4: angle(0)}, "0,0 is what is written without a fix"),
        ({2: angle(91)}, "a coordinate is out of range"),
        ({4: angle(181)}, "a coordinate is out of range"),
        ({2: fractions((51, 0), (30, 1), (0, 1))}, "a number over zero is written where no value is known"),
        ({2: fractions((0, 0), (0, 0), (0, 0))}, "a number over zero is written where no value is known"),
        ({1: text("")}, "the hemisphere is not recorded"),
        ({3: text("Q")}, "the hemisphere is not recorded"),
        ({2: fractions((1, 1), (1, 1), (1, 1), (1, 1))}, "a coordinate is missing or has another form"),
        ({2: text("51.5")}, "a coordinate is missing or has another form"),
        ({4: (12, 1, struct.pack(">d", float("nan")))}, "a coordinate is out of range"),
    ],
)
def test_a_position_that_cannot_be_is_a_problem_and_no_position(change: dict[int, Entry], problem: str) -> None:
    block = exif_block({}, None, {**gps_directory(51.5, -0.1), **change})
    exif = read_picture(io.BytesIO(jpeg_with(block))).exif
    assert exif is not None
    assert (exif.gps.lat, exif.gps.lon, exif.problems) == (None, None, (f"GPS position not used: {problem}",))


def test_a_bad_altitude_costs_the_altitude_and_not_the_position() -> None:
    block = exif_block({}, None, {**gps_directory(-51.5, 0.25), 5: byte(0), 6: fractions((1, 0))})
    exif = read_picture(io.BytesIO(jpeg_with(block))).exif
    assert exif is not None
    assert (exif.gps.lat, exif.gps.lon, exif.gps.altitude_m) == (-51.5, 0.25, None)
    assert exif.problems == ("GPS altitude not used: a number over zero is written where no value is known",)


def test_a_bad_satellite_time_is_kept_raw() -> None:
    block = exif_block({}, None, {7: fractions((25, 1), (0, 1), (0, 1)), 29: text("2026:05:11")})
    exif = read_picture(io.BytesIO(jpeg_with(block))).exif
    assert exif is not None
    assert exif.gps.time == ExifTime("2026:05:11 25 0 0", None, note="no such time of day")
    assert exif.problems == ("GPS time not used: no such time of day",)


def test_png_webp_and_tiff_carry_the_same_block() -> None:
    block = exif_block({0x0100: short(7), 0x0101: short(5), 0x010F: text("Examplecam")})
    webp = b"VP8X" + struct.pack("<I", 10) + b"\x08" + bytes(3) + b"\x1f\x00\x00\x0f\x00\x00"
    webp += b"EXIF" + struct.pack("<I", len(block)) + block
    riff = b"RIFF" + struct.pack("<I", len(webp) + 4) + b"WEBP" + webp
    found = [read_picture(io.BytesIO(data)) for data in (png(9, 8, block=block), riff, block)]
    assert [(facts.width, facts.height) for facts in found] == [(9, 8), (32, 16), (7, 5)]
    assert [facts.exif and facts.exif.make for facts in found] == ["Examplecam"] * 3


def test_reading_keeps_up_with_a_phone(corpus: Path) -> None:
    photos = [path.read_bytes() for path in sorted(corpus.glob("exif-samples/jpg/*.jpg"))]
    start = time.process_time()
    for data in photos * 10:
        read_picture(io.BytesIO(data))
    # Aim: 3,000 a second on an idle core; a third of it still tells reading from decoding.
    assert len(photos) * 10 / (time.process_time() - start) > 1000


class _Row:
    def __init__(self, corpus: Path, folder: str, name: str, truth: str) -> None:
        self.name = name
        self.path = next(path for path in (corpus / folder / name, corpus / folder / "images" / name) if path.is_file())
        place = re.search(r"GPS -?[\d.]+,-?[\d.]+$", truth)
        before = truth[: place.start()].rstrip(", ") if place else truth
        date = re.search(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", before)
        camera = before[: date.start()].rstrip(", ") if date else before
        # The model may hold a comma itself; the make never does.
        self.values = [part for part in camera.split(", ", 1) if part]
        self.values += [date[0]] if date else []
        self.values += [place[0]] if place else []


def _listed(corpus: Path) -> list[_Row]:
    """Every JPEG and HEIC row of the index for which another program's reading is given."""
    rows, folder = [], ""
    for line in (corpus / "INDEX.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            folder = line[4:].strip()
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) >= 4 and cells[3].startswith("exiftool: ") and Path(cells[1]).suffix.lower() in PICTURES:
            rows.append(_Row(corpus, folder, cells[1], cells[3].removeprefix("exiftool: ")))
    return rows


def _six(degrees: float) -> str:
    return f"{degrees:.6f}".rstrip("0").rstrip(".")
