"""Times: epochs, local times under an assumed zone, and what is no time at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from app.local_time import LocalTime
from parsers.times import from_count, from_local, from_unix, from_us, iso, to_us


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def examiner_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The examiner's own zone, which must not matter."""
    monkeypatch.setenv("TZ", request.param)
    if hasattr(time, "tzset"):
        time.tzset()
    yield request.param
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        os.environ.setdefault("TZ", "")
        time.tzset()
        if not os.environ["TZ"]:
            del os.environ["TZ"]
            time.tzset()


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1_349_200_000_000, "ms", (1_349_200_000_000_000, "")),
        (1_349_200_000, "s", (1_349_200_000_000_000, "")),
        (1_349_200_000_000_001, "us", (1_349_200_000_000_001, "")),
        ("1349200000000", "ms", (1_349_200_000_000_000, "")),
        (1_349_200_000.25, "s", (1_349_200_000_250_000, "")),
        (0, "ms", (None, "zero")),
        (-1, "ms", (None, "not a plausible time")),
        (1 << 62, "ms", (None, "not a plausible time")),
        (None, "ms", (None, "not recorded")),
        ("yesterday", "ms", (None, "not a number")),
        (b"\x01", "ms", (None, "not a number")),
        (True, "s", (None, "not a number")),
        (float("nan"), "s", (None, "not a number")),
        (float("inf"), "s", (None, "not a number")),
        (1e308, "ms", (None, "not a plausible time")),
        (-1e308, "ms", (None, "not a plausible time")),
        ("--5", "ms", (None, "not a number")),
        ("\u00b2", "ms", (None, "not a number")),
    ],
)
def test_an_epoch_is_a_moment_or_says_why_not(value: object, unit: str, expected: tuple[int | None, str]) -> None:
    assert from_unix(value, unit) == expected


@pytest.mark.parametrize("space", [" ", "\t", "\x1e", "\u2003"])
def test_spaces_around_a_number_do_not_matter(space: str) -> None:
    expected = (1672567200000000, "")
    assert from_unix(f"1672567200{space}", "s") == expected
    assert from_count(f"{space}694260000{space}", "cocoa s") == from_count(f"{space}694260000.0", "cocoa s") == expected


@pytest.mark.parametrize(
    ("local", "zone"), [(datetime(1, 1, 1), "Asia/Tokyo"), (datetime(9999, 12, 31, 23), "America/New_York")]
)
def test_a_local_time_at_the_ends_of_the_calendar_is_no_time(local: datetime, zone: str) -> None:
    assert from_local(local, zone) == (None, "not a plausible time")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2026, 7, 1, 12, 0), ("2026-07-01T11:00:00Z", "")),
        (datetime(2026, 1, 1, 12, 0), ("2026-01-01T12:00:00Z", "")),
        (datetime(1970, 1, 15, 12, 0), ("1970-01-15T11:00:00Z", "")),
        (
            datetime(2026, 10, 25, 1, 30),
            ("2026-10-25T00:30:00Z", "ambiguous: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"),
        ),
    ],
)
def test_a_local_time_in_london_is_placed_in_utc(
    local: datetime, expected: tuple[str, str], examiner_zone: str
) -> None:
    utc_us, note = from_local(local, "Europe/London")
    assert utc_us is not None
    assert (iso(utc_us), note) == expected


def test_a_time_that_the_clocks_skip_is_no_moment(examiner_zone: str) -> None:
    found = from_local(datetime(2026, 3, 29, 1, 30), "Europe/London")
    assert found == (None, "this local time does not exist in Europe/London")


def test_without_a_zone_nothing_is_guessed(examiner_zone: str) -> None:
    assert from_local(datetime(2026, 7, 1, 12, 0), None) == (None, "local time, zone not known")


def test_a_zone_that_does_not_exist_and_an_aware_time_are_slips_of_the_caller() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        from_local(datetime(2026, 7, 1), "Europe/Nowhere")
    with pytest.raises(ValueError, match="without a zone"):
        from_local(datetime(2026, 7, 1, tzinfo=UTC), "Europe/London")
    with pytest.raises(ValueError, match="not a moment"):
        to_us(datetime(2026, 7, 1))


@pytest.mark.parametrize(
    ("utc_us", "text"),
    [
        (1_792_888_200_000_000, "2026-10-25T00:30:00Z"),
        (1_792_888_200_123_456, "2026-10-25T00:30:00.123456Z"),
        (1_792_888_200_120_000, "2026-10-25T00:30:00.12Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_microseconds_are_written_as_iso_and_come_back(utc_us: int, text: str) -> None:
    assert iso(utc_us) == text
    assert to_us(from_us(utc_us)) == utc_us
    assert to_us(datetime.fromisoformat(text)) == utc_us


def test_london_is_written_with_gmt_or_bst(examiner_zone: str) -> None:
    clock = LocalTime("Europe/London")
    first, second = 1_792_888_200_000_000, 1_792_891_800_000_000
    assert [clock.words(first), clock.words(second)] == ["25 Oct 2026 01:30:00 BST", "25 Oct 2026 01:30:00 GMT"]
    assert clock.utc(first) == "25 Oct 2026 00:30:00 UTC"
    assert clock.words(None) == "no time"


def test_a_moment_without_utc_is_shown_as_stored() -> None:
    moment = {"meaning": "sent", "utc_us": None, "raw": "25/10/2026, 01:30", "clock": "C", "note": "zone not known"}
    assert LocalTime("Europe/London").moment(moment) == "as stored: 25/10/2026, 01:30 (zone not known)"


@pytest.mark.parametrize(
    ("us", "words"),
    [(0, "22:13:20 GMT"), (840_000, "22:13:20.840 GMT"), (84_000, "22:13:20.084 GMT"), (100, "22:13:20.000100 GMT")],
)
def test_a_fraction_has_three_digits_or_six(us: int, words: str) -> None:
    assert LocalTime("Europe/London").words(1_700_000_000_000_000 + us) == f"14 Nov 2023 {words}"
    assert LocalTime("Europe/London").utc(1_700_000_000_000_000 + us) == f"14 Nov 2023 {words}".replace("GMT", "UTC")
