"""Films and sounds as items of the timeline and the map."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_store.records import Location, MediaItem, Moment, Problem
from extractors.base import Found
from extractors.media.videos import videos
from parsers.signatures import mime_of
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.media import box, mp4

# What the file system says of the file; the store puts it behind the record's own, the record itself never holds it.
FILE_TIME = Moment("modified (file system)", 1_778_500_000_000_000, "1778500000", "D")
NOTE = "UTC by the format; some cameras write local time here"


def test_an_iphones_film_tells_its_local_time_with_its_offset_first() -> None:
    keys = {
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 12",
        "com.apple.quicktime.software": "17.1",
        "com.apple.quicktime.creationdate": "2026-05-11T10:00:00+0100",
        "com.apple.quicktime.location.ISO6709": "+51.5007-000.1246+012.3/",
        "com.apple.quicktime.location.accuracy.horizontal": "4.7",
    }
    moments = (
        Moment("taken (embedded)", 1_778_490_000_000_000, "2026-05-11T10:00:00+0100", "B"),
        Moment("created (embedded)", 1_778_490_000_000_000, "3861334800", "A", note=NOTE),
        Moment("modified (embedded)", 1_778_490_003_000_000, "3861334803", "A", note=NOTE),
    )
    assert _read(mp4(created=3_861_334_800, changed=3_861_334_803, keys=keys)) == [
        MediaItem(
            locator="whole file",
            moments=moments,
            mime="video/mp4",
            width=640,
            height=360,
            duration_s=2.5,
            device="Apple iPhone 12",
            extra=(("software", "17.1"), ("place", "+51.5007-000.1246+012.3/")),
        ),
        Location(
            locator="whole file",
            moments=moments,
            lat=51.5007,
            lon=-0.1246,
            altitude_m=12.3,
            accuracy_m=4.7,
            source="video GPS",
        ),
    ]


def test_an_android_film_has_its_place() -> None:
    found = _read(mp4(created=3_861_334_800, place="+51.5007-000.1246/"))
    assert [(type(one), getattr(one, "lat", None), getattr(one, "lon", None)) for one in found] == [
        (MediaItem, None, None),
        (Location, 51.5007, -0.1246),
    ]


def test_a_header_of_zeros_is_no_time_and_comes_last() -> None:
    keys = {"com.apple.quicktime.creationdate": "2026-05-11T10:00:00+0100"}
    item = _read(mp4(keys=keys))[0]
    assert isinstance(item, MediaItem)
    assert item.moments == (
        Moment("taken (embedded)", 1_778_490_000_000_000, "2026-05-11T10:00:00+0100", "B"),
        Moment("created (embedded)", None, "0", "A", note="zero"),
        Moment("modified (embedded)", None, "0", "A", note="zero"),
    )


def test_a_creation_date_without_an_offset_needs_a_stated_zone() -> None:
    keys = {"com.apple.quicktime.creationdate": "2026-05-11T10:00:00"}
    placed = [_read(mp4(keys=keys), zone)[0] for zone in (None, "Europe/London")]
    assert [item.moments[0].utc_us for item in placed if isinstance(item, MediaItem)] == [None, 1_778_490_000_000_000]


@pytest.mark.parametrize(
    ("data", "mime", "problem"),
    [
        (
            box(b"ftyp", b"isom") + box(b"mdat", bytes(50)),
            "video/mp4",
            Problem("file", "damaged-video", "no moov box: the film's description is missing", "whole file"),
        ),
        (
            b"\x1a\x45\xdf\xa3webm",
            "video/webm",
            Problem("note", "video-kind-not-read", "nothing is read inside video/webm", "whole file"),
        ),
        (
            b"#!AMR\n",
            "audio/amr",
            Problem("note", "video-kind-not-read", "nothing is read inside audio/amr", "whole file"),
        ),
    ],
)
def test_what_cannot_be_read_further_is_an_item_and_a_problem(data: bytes, mime: str, problem: Problem) -> None:
    assert _read(data) == [MediaItem(locator="whole file", mime=mime), problem]


def test_an_impossible_place_is_a_problem_beside_the_film() -> None:
    found = _read(mp4(created=3_861_334_800, place="+00.0000+000.0000/"))
    assert found[1:] == [
        Problem("value", "video-place", "place not used: 0,0 is what is written without a fix", "whole file")
    ]


def test_every_corpus_film_and_sound_is_an_item(corpus: Path) -> None:
    items, places, damaged = 0, 0, []
    for path in sorted(corpus.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if mime_of(data[:4096], size=len(data)).startswith(("video/", "audio/")):
            found = _read(data)
            assert isinstance(found[0], MediaItem)
            items += 1
            places += sum(isinstance(one, Location) for one in found)
            damaged += [path.name for one in found if isinstance(one, Problem) and one.kind == "file"]
    assert (items, places) == (24, 1)
    assert damaged == ["testMP4_truncated.m4a"]


def _read(data: bytes, zone: str | None = None) -> list[Found]:
    mime = mime_of(data[:4096], size=len(data))
    return list(videos(MemoryFile("DCIM/VID_0001", data, mime=mime, zone=zone, times=(FILE_TIME,))))


def test_a_header_that_counts_from_1970_is_not_believed_and_says_what_it_would_be() -> None:
    """Some writers count from 1970 in this field."""
    words = "before 1970 as the format counts; some programs count from 1970, which would be 2026-05-11 09:00:00 UTC"
    (item,) = _read(mp4(created=1_778_490_000, changed=2_082_844_799))
    assert isinstance(item, MediaItem)
    assert item.moments == (
        Moment("created (embedded)", None, "1778490000", "A", note=words),
        Moment(
            "modified (embedded)",
            None,
            "2082844799",
            "A",
            note="before 1970 as the format counts; some programs count from 1970, which would be "
            "2036-01-01 23:59:59 UTC",
        ),
    )


def test_the_offset_that_a_samsung_phone_writes_and_the_words_of_a_film_are_told() -> None:
    keys = {
        "com.android.version": "14",
        "com.samsung.android.utc_offset": "+0100",
        "com.apple.quicktime.description": "At the quay",
        "com.apple.quicktime.location.name": "Harbour",
        "com.apple.quicktime.keywords": "boat",
    }
    (item,) = _read(mp4(created=3_861_334_800, keys=keys))
    assert isinstance(item, MediaItem)
    assert (item.text, item.extra) == (
        "At the quay\nboat\nHarbour",
        (("Android version", "14"), ("UTC offset (Samsung)", "+0100"), ("name of the place", "Harbour")),
    )


@pytest.mark.parametrize(
    ("inside", "seconds"),
    [
        (b"", None),
        (box(b"mehd", bytes(4) + (7500).to_bytes(4, "big")), 7.5),
        (box(b"mehd", b"\x01\x00\x00\x00" + (7500).to_bytes(8, "big")), 7.5),
        (box(b"mehd", bytes(8)), None),
    ],
)
def test_a_film_in_fragments_is_not_said_to_be_0_seconds_long(inside: bytes, seconds: float | None) -> None:
    item = _read(mp4(created=3_861_334_800, seconds=0, more=box(b"mvex", inside)))[0]
    assert isinstance(item, MediaItem)
    assert item.duration_s == seconds
