"""What Google Photos says of each photo in a file beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_store.records import Attachment, Location, MediaItem, Moment, Present, Problem
from extractors.exports.google.photo_details import looks_like, photo_details
from tests.evidence_builders.files import MemoryFile

FOLDER = "Takeout/Google Photos/Photos from 2026"
TAKEN = Moment("taken (Google Photos)", 1_772_357_400_000_000, "1772357400", "A")
PHOTO = {
    "title": "harbour.jpg",
    "description": "The quay",
    "imageViews": "3",
    "creationTime": {"timestamp": "1772361000", "formatted": "Mar 1, 2026, 10:30:00 AM UTC"},
    "photoTakenTime": {"timestamp": "1772357400", "formatted": "Mar 1, 2026, 9:30:00 AM UTC"},
    "geoData": {"latitude": 51.5, "longitude": -0.125, "altitude": 12.5, "latitudeSpan": 0.0, "longitudeSpan": 0.0},
    "geoDataExif": {"latitude": 51.25, "longitude": -0.125, "altitude": 0.0},
    "people": [{"name": "Ben Example"}],
    "url": "https://photos.google.com/photo/x",
    "trashed": True,
    "googlePhotosOrigin": {"mobileUpload": {"deviceFolder": {"localFolderName": ""}, "deviceType": "ANDROID_PHONE"}},
    "appSource": {"androidPackageName": "com.example.camera"},
}


def read(row: Any, name: str = "harbour.jpg.json") -> list[object]:
    data = row if isinstance(row, bytes) else json.dumps(row, indent=2).encode()
    return list(photo_details(MemoryFile(f"{FOLDER}/{name}", data, mime="application/json")))


def test_a_photo_comes_out_whole() -> None:
    place = {"locator": "photo", "service": "Google Photos", "moments": (TAKEN,), "text": "harbour.jpg"}
    assert read(PHOTO) == [
        Present(1),
        MediaItem(
            locator="photo",
            service="Google Photos",
            moments=(TAKEN, Moment("created (Google Photos)", 1_772_361_000_000_000, "1772361000", "A")),
            deleted=True,
            flags=("listed by the service", "trashed"),
            attachments=(Attachment("harbour.jpg", f"{FOLDER}/harbour.jpg"),),
            extra=(
                ("people", "Ben Example"),
                ("imageViews", "3"),
                ("url", "https://photos.google.com/photo/x"),
                ("googlePhotosOrigin mobileUpload deviceType", "ANDROID_PHONE"),
                ("appSource androidPackageName", "com.example.camera"),
            ),
            text="harbour.jpg\nThe quay\nBen Example",
        ),
        Location(lat=51.5, lon=-0.125, altitude_m=12.5, source="Google Photos", **place),
        Location(lat=51.25, lon=-0.125, source="Google Photos, from the file", **place),
    ]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("harbour.jpg.json", "harbour.jpg"),
        ("harbour.jpg(2).json", "harbour(2).jpg"),
        ("harbour.jpg.supplemental-metadata.json", "harbour.jpg"),
        ("harbour.jpg.supplemental-metadata(2).json", "harbour(2).jpg"),
        ("harbour.jpg.supplemen.json", "harbour.jpg"),
        ("harbour.jpg..json", "harbour.jpg"),
        ("harbour.of.2026.MP4.suppl.json", "harbour.of.2026.MP4"),
        ("a name so long that its ending was cut of.json", None),
    ],
)
def test_the_photo_lies_beside_under_the_name_that_is_left(name: str, path: str | None) -> None:
    item = read(PHOTO, name)[1]
    assert isinstance(item, MediaItem)
    assert item.attachments == (Attachment("harbour.jpg", path and f"{FOLDER}/{path}"),)


def test_the_place_0_0_is_none_and_the_same_place_is_told_once() -> None:
    nowhere = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}
    assert [type(one) for one in read({**PHOTO, "geoData": nowhere, "geoDataExif": nowhere})] == [Present, MediaItem]
    same = read({**PHOTO, "geoDataExif": PHOTO["geoData"]})
    assert [one.source for one in same if isinstance(one, Location)] == ["Google Photos"]


def test_a_bad_value_costs_itself() -> None:
    row = {**PHOTO, "photoTakenTime": {"timestamp": "soon"}, "geoData": {"latitude": 951, "longitude": 0}, "people": 5}
    found = read(row)
    assert [type(one) for one in found] == [Present, MediaItem, Location, Problem, Problem, Problem]
    assert isinstance(found[1], MediaItem)
    assert found[1].moments[0] == Moment("taken (Google Photos)", None, "soon", "A", note="not a number")


def test_albums_and_other_files_get_no_word_and_a_cut_one_does() -> None:
    assert read({"title": "Trip", "description": "", "access": "protected", "date": {"timestamp": "1"}}) == []
    assert read([1, 2]) == []
    assert read(b'{"title": "Trip", ') == []
    assert read(b"") == []
    (cut,) = read(json.dumps(PHOTO).encode()[:-5])
    assert isinstance(cut, Problem)
    assert cut.code == "damaged-json"


def test_it_is_told_by_its_fields() -> None:
    assert looks_like(json.dumps(PHOTO).encode())
    assert not looks_like(b'{"title": "Trip", "date": {"timestamp": "1"}}')
