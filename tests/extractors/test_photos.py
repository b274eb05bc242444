"""Pictures as items of the timeline and the map."""

from __future__ import annotations

import hashlib
import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from evidence_store.records import Location, MediaItem, Moment, Problem, replace
from extractors.base import Found
from extractors.media.photos import device_name, photos
from parsers.picture import fingerprint
from parsers.signatures import mime_of
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.media import (
    apple_note,
    exif_block,
    fractions,
    gps_directory,
    jpeg,
    jpeg_with,
    png,
    samsung_trailer,
    text,
)

# What the file system says of the file; the store puts it behind the record's own, the record itself never holds it.
FILE_TIME = Moment("modified (file system)", 1_778_500_000_000_000, "1778500000", "D")
GPS_NOTE = "UTC by the Exif specification; the time of the satellite fix, which may be before the picture"


def alike(data: bytes) -> tuple[str, str]:
    """The fingerprint as a further field; that it is the right one is tested in tests/parsers/test_picture.py."""
    return "dhash64", fingerprint(io.BytesIO(data))


def test_a_photo_with_its_offset_stands_by_its_own_clock() -> None:
    data = jpeg(
        64,
        48,
        taken="2026:05:11 10:00:00",
        offset="+01:00",
        gps=(51.5, -0.125),
        altitude=12,
        gps_time="2026:05:11 09:00:05",
        make="Examplecam",
        model="Twelve",
        orientation=6,
    )
    raw = "2026:05:11 10:00:00; offset +01:00"
    moments = (
        Moment("taken (embedded)", 1_778_490_000_000_000, raw, "B"),
        Moment("digitised (embedded)", 1_778_490_000_000_000, raw, "B"),
        Moment("GPS time (embedded)", 1_778_490_005_000_000, "2026:05:11 9 0 5", "B", note=GPS_NOTE),
    )
    assert _read(data) == [
        MediaItem(
            locator="whole file",
            moments=moments,
            mime="image/jpeg",
            width=64,
            height=48,
            device="Examplecam Twelve",
            extra=(("orientation", 6), ("GPS position as stored", "51 30 0 N; 0 7 30 W; 12"), alike(data)),
        ),
        Location(
            locator="whole file",
            moments=moments,
            lat=51.5,
            lon=-0.125,
            altitude_m=12.0,
            accuracy_m=None,
            source="photo GPS",
        ),
    ]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (
            None,
            Moment("taken (embedded)", None, "2026:05:11 10:00:00", "C", note="local time, zone not known"),
        ),
        (
            "Europe/London",
            Moment(
                "taken (embedded)", 1_778_490_000_000_000, "2026:05:11 10:00:00", "C", zone="Europe/London, operator"
            ),
        ),
    ],
)
def test_a_local_time_is_placed_only_under_a_stated_zone(zone: str | None, expected: Moment) -> None:
    item = _read(jpeg(8, 8, taken="2026:05:11 10:00:00"), zone=zone)[0]
    assert isinstance(item, MediaItem)
    assert item.moments == (expected, replace(expected, meaning="digitised (embedded)"))


def test_an_hour_that_the_clocks_show_twice_is_said_to_be_ambiguous() -> None:
    item = _read(jpeg(8, 8, taken="2026:10:25 01:30:00"), zone="Europe/London")[0]
    assert isinstance(item, MediaItem)
    assert item.moments[0].note == "ambiguous: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"


def test_a_picture_without_exif_has_no_time_of_its_own() -> None:
    data = png(20, 10)
    assert _read(data) == [MediaItem(locator="whole file", mime="image/png", width=20, height=10, extra=(alike(data),))]


def test_a_date_of_zeros_comes_after_those_that_are_times() -> None:
    item = _read(jpeg(8, 8, taken="0000:00:00 00:00:00", modified="2026:05:11 10:00:00"), zone="Europe/London")[0]
    assert isinstance(item, MediaItem)
    assert [(moment.meaning, moment.utc_us, moment.note) for moment in item.moments] == [
        ("modified (embedded)", 1_778_490_000_000_000, ""),
        ("taken (embedded)", None, "zero"),
        ("digitised (embedded)", None, "zero"),
    ]


def test_a_position_that_cannot_be_is_a_problem_beside_the_picture() -> None:
    block = exif_block({}, None, {**gps_directory(0, 0), 6: fractions((0, 0))})
    found = _read(jpeg_with(block))
    assert [type(one) for one in found] == [MediaItem, Problem]
    assert found[1] == Problem(
        "value", "photo-gps", "GPS position not used: 0,0 is what is written without a fix", "whole file"
    )


def test_a_damaged_picture_is_an_item_and_a_problem() -> None:
    assert _read(b"\xff\xd8\xff\xe1\x00") == [
        MediaItem(locator="whole file", mime="image/jpeg"),
        Problem("file", "damaged-picture", "the file ends at byte 2, before the size of the picture", "whole file"),
    ]


def test_a_kind_that_is_not_read_further_is_an_item_and_a_note() -> None:
    assert _read(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>') == [
        MediaItem(locator="whole file", mime="image/svg+xml"),
        Problem(
            "note",
            "picture-kind-not-read",
            "the size and the Exif block of this kind of picture are not read",
            "whole file",
        ),
    ]


def test_what_says_whose_device_it_was_is_kept() -> None:
    block = exif_block({0x010E: text("On the quay"), 0x013B: text("Ada Example")}, {0xA431: text("SN-0001")})
    data = jpeg_with(block)
    item = _read(data)[0]
    assert isinstance(item, MediaItem)
    assert item.text == "On the quay"
    assert item.extra == (("Image Artist", "Ada Example"), ("EXIF BodySerialNumber", "SN-0001"), alike(data))


@pytest.mark.parametrize(
    ("make", "model", "device"),
    [
        ("Apple", "iPhone 11 Pro Max", "Apple iPhone 11 Pro Max"),
        ("Canon", "Canon EOS 40D", "Canon EOS 40D"),
        (None, "Twelve", "Twelve"),
        ("Examplecam", None, "Examplecam"),
        (None, None, None),
    ],
)
def test_a_device_is_named_once(make: str | None, model: str | None, device: str | None) -> None:
    assert device_name(make, model) == device


def test_every_corpus_picture_is_an_item_and_the_broken_ones_too(corpus: Path) -> None:
    items, places, problems = 0, 0, []
    for path in sorted(corpus.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if mime_of(data[:4096], size=len(data)).startswith("image/"):
            found = _read(data)
            assert isinstance(found[0], MediaItem)
            items += 1
            places += sum(isinstance(one, Location) for one in found)
            problems += [(path.suffix, one.code) for one in found if isinstance(one, Problem)]
    assert (items, places) == (75, 14)
    assert sorted(problems) == [
        (".jpg", "written"),  # more fields in the XMP than are shown, which is said
        (".jpg", "written"),
        (".jxl", "picture-kind-not-read"),
        (".qoi", "picture-kind-not-read"),
        (".svg", "picture-kind-not-read"),
    ]


def test_the_phone_photo_in_heic_names_its_device_and_clock(corpus: Path) -> None:
    found = _read((corpus / "exif-samples" / "heic" / "IMG_5195.HEIC").read_bytes())
    item = found[0]
    assert isinstance(item, MediaItem)
    assert item.device == "Apple iPhone 11 Pro Max"
    assert [(moment.meaning, moment.clock) for moment in item.moments[:3]] == [
        ("taken (embedded)", "B"),
        ("digitised (embedded)", "B"),
        ("modified (embedded)", "B"),
    ]
    assert isinstance(found[1], Location)
    assert found[1].moments == item.moments


def _read(data: bytes, zone: str | None = None) -> list[Found]:
    mime = mime_of(data[:4096], size=len(data))
    return list(photos(MemoryFile("DCIM/IMG_0001", data, mime=mime, zone=zone, times=(FILE_TIME,))))


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """A JPEG whose Exif block has nothing but a thumbnail."""
    upright = struct.pack("<HHII", 0x0112, 3, 1, 1)
    first = b"II*\x00" + struct.pack("<IH", 8, 1) + upright + struct.pack("<I", 26)
    places = struct.pack("<HHII", 0x0201, 4, 1, 56) + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
    data = b"Exif\x00\x00" + first + struct.pack("<H", 2) + places + b"\x00" * 4 + thumbnail
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + picture[2:]


def test_a_thumbnail_that_shows_something_else_is_told() -> None:
    same, shaded = jpeg(160, 120, seed=3), Image.new("L", (160, 120))
    shaded.putdata([x * 255 // 159 for _ in range(120) for x in range(160)])
    shaded.save(out := io.BytesIO(), "JPEG")
    other = out.getvalue()
    plain = jpeg(640, 480, seed=3)
    for thumbnail, flags in ((same, ()), (other, ("embedded thumbnail differs",))):
        item = _read(with_thumbnail(plain, thumbnail))[0]
        assert isinstance(item, MediaItem)
        assert item.flags == flags
        digest = hashlib.sha256(thumbnail).hexdigest()
        assert item.extra[-2:] == (
            ("embedded thumbnail, SHA-256", digest),
            ("embedded thumbnail, dhash64", alike(thumbnail)[1]),
        )


def test_what_samsungs_camera_wrote_behind_a_picture_tells_its_time_in_utc() -> None:
    blocks = {"Image_UTC_Data": b"1778490000123", "MCC_Data": b"234", "MotionPhoto_Data": bytes(100)}
    data = jpeg(64, 48, taken="2026:05:11 10:00:00") + samsung_trailer(blocks)
    raw, unknown = "2026:05:11 10:00:00", "local time, zone not known"
    note = "UTC as the camera application wrote it behind the picture"
    assert _read(data) == [
        MediaItem(
            locator="whole file",
            moments=(
                Moment("taken (embedded)", None, raw, "C", note=unknown),
                Moment("digitised (embedded)", None, raw, "C", note=unknown),
                Moment("taken (Samsung)", 1_778_490_000_123_000, "1778490000123", "A", note=note),
            ),
            mime="image/jpeg",
            width=64,
            height=48,
            flags=("motion photo",),
            extra=(
                ("Samsung blocks", "Image_UTC_Data, MCC_Data, MotionPhoto_Data"),
                ("Samsung MCC_Data", "234"),
                alike(data),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("left_out", "raw", "missing"),
    [(29, "9 0 5", "date"), (7, "2026:05:11", "time of day")],
)
def test_half_a_gps_time_is_kept_as_it_stands(left_out: int, raw: str, missing: str) -> None:
    tags = gps_directory(51.5, -0.125, when="2026:05:11 09:00:05")
    del tags[left_out]
    item = _read(jpeg_with(exif_block({}, gps=tags)))[0]
    assert isinstance(item, MediaItem)
    note = f"of the time of the satellite fix, which is in UTC, the {missing} is missing"
    assert item.moments == (Moment("GPS time (embedded)", None, raw, "B", note=note),)


def test_the_identifiers_in_apples_note_are_told() -> None:
    note = apple_note({0x11: "1D2C-EXAMPLE", 0x2B: "99F0-EXAMPLE", 0x99: "other"}, {0x14: 10, 0x2E: 6})
    item = _read(jpeg_with(exif_block({}, exif={0x927C: note})))[0]
    assert isinstance(item, MediaItem)
    assert [one for one in item.extra if one[0].startswith("Apple")] == [
        ("Apple content identifier", "1D2C-EXAMPLE"),
        ("Apple photo identifier", "99F0-EXAMPLE"),
        ("Apple capture type", "10"),
        ("Apple camera type", "6"),
    ]
