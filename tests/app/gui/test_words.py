"""Times, dates and the histogram's arithmetic: without a display."""

from __future__ import annotations

from array import array

import pytest

from app.gui import wording
from app.gui.models import dates
from app.gui.models.bins import DAY_US, HOUR_US, Span, counts, ticks, whole_span
from app.gui.views.add_evidence_dialog import next_exhibit
from parsers.times import iso
from tests.evidence_builders.case import CLOCKS_BACK_US


def test_the_hour_before_the_clocks_go_back_is_named_bst_and_the_next_gmt():
    assert wording.local(CLOCKS_BACK_US) == "25 Oct 2026 01:30:00 BST"
    assert wording.local(CLOCKS_BACK_US + HOUR_US) == "25 Oct 2026 01:30:00 GMT"


def test_the_detail_names_the_offset():
    assert wording.local_with_offset(CLOCKS_BACK_US) == "25 Oct 2026 01:30:00 BST (UTC+1)"
    assert wording.local_with_offset(CLOCKS_BACK_US + HOUR_US) == "25 Oct 2026 01:30:00 GMT (UTC)"


def test_a_local_time_that_the_clocks_show_twice_names_both():
    note = "ambiguous: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z"
    assert wording.when(CLOCKS_BACK_US, "01:30", note) == "25 Oct 2026 01:30:00 BST or GMT"


def test_a_time_beyond_the_calendar_is_shown_as_its_number():
    assert wording.local(1 << 62) == "4611686018427387904 µs (outside the calendar)"


def test_an_item_without_a_time_shows_what_was_recorded():
    assert wording.when(None, "3/4/26 10:15") == "no time (recorded: 3/4/26 10:15)"


def test_direction_overrides_are_shown_as_code_points():
    assert wording.visible("gpj\u202eexe.\x00") == "gpj⟨U+202E⟩exe.⟨U+0000⟩"


@pytest.mark.parametrize(
    ("words", "end", "expected"),
    [
        ("25/10/2026", False, "2026-10-24T23:00:00Z"),
        ("25/10/2026", True, "2026-10-26T00:00:00Z"),
        ("25 October 2026 13:45", False, "2026-10-25T13:45:00Z"),
        ("2026-06-01 00:30", False, "2026-05-31T23:30:00Z"),
    ],
)
def test_dates_are_read_in_uk_time(words, end, expected):
    found = dates.bound(words, end=end)
    assert found is not None
    assert iso(found) == expected


@pytest.mark.parametrize("words", ["yesterday", "31/02/2026", "12/2026", "1/13/2026", "25/10/2026 99:00"])
def test_what_is_no_date_is_said_to_be_none(words):
    with pytest.raises(ValueError, match=r"no date|there is no date"):
        dates.bound(words, end=False)


def test_a_bound_is_shown_as_it_was_typed():
    assert dates.shown(dates.bound("25/10/2026", end=True), end=True) == "25/10/2026"


def test_every_dated_item_falls_into_one_column():
    times = array("q", sorted(CLOCKS_BACK_US + number * number * 1_000_003 for number in range(5000)))
    span = whole_span(times, len(times))
    assert span is not None
    assert sum(counts(times, len(times), span, 313)) == 5000


def test_columns_count_exactly():
    times = array("q", [0, 5, 9, 10, 11, 29])
    assert counts(times, 6, Span(0, 30), 3) == [3, 2, 1]


def test_zooming_keeps_the_point_in_its_place_and_stays_inside():
    whole = Span(0, 1000 * HOUR_US)
    assert whole.zoomed(0.5, 500 * HOUR_US, whole) == Span(250 * HOUR_US, 750 * HOUR_US)
    assert whole.zoomed(0.5, 0, whole) == Span(0, 500 * HOUR_US)
    assert whole.zoomed(3, 0, whole) == whole


def test_panning_stops_at_the_ends():
    whole = Span(0, 1000)
    assert Span(100, 300).moved(-500, whole) == Span(0, 200)
    assert Span(100, 300).moved(5000, whole) == Span(800, 1000)


def test_ticks_stand_at_midnight_in_uk_time_on_both_sides_of_the_change():
    start = CLOCKS_BACK_US - 30 * 60_000_000 - DAY_US
    found = ticks(Span(start, start + 4 * DAY_US), 5)
    assert [(iso(at), words) for at, words in found] == [
        ("2026-10-24T23:00:00Z", "25 Oct"),
        ("2026-10-26T00:00:00Z", "26 Oct"),
        ("2026-10-27T00:00:00Z", "27 Oct"),
        ("2026-10-28T00:00:00Z", "28 Oct"),
    ]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [([], "EX/1"), (["ABC/1"], "ABC/2"), (["ABC/9", "ABC/10"], "ABC/11"), (["no number"], "EX/1")],
)
def test_the_next_exhibit_reference_follows_the_last(taken, expected):
    assert next_exhibit(taken) == expected


def test_lines_stand_behind_each_other_and_none_turns_what_follows_it() -> None:
    assert wording.in_one_line("a\n\n  b  c") == "a b c"
    assert wording.in_one_line("يوسف") == "يوسف"
    assert wording.in_one_line("يوسف\n+447700900171") == "\u2068يوسف\u2069 · \u2068+447700900171\u2069"
    assert wording.in_one_line("يو\u2069سف\nb") == "\u2068يو⟨U+2069⟩سف\u2069 · \u2068b\u2069"
