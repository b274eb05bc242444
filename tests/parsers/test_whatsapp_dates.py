from __future__ import annotations

import io
from datetime import datetime, timedelta

from parsers.whatsapp_chat import ChatEntry, entries, looks_like, survey


def read(data: bytes, date_order: str | None = None) -> list[ChatEntry]:
    return list(entries(io.BytesIO(data), survey(io.BytesIO(data), date_order)))


def read_text(*lines: str) -> list[ChatEntry]:
    return read("\n".join(lines).encode())


def test_the_order_is_decided_by_a_day_above_twelve_anywhere_in_the_file() -> None:
    lines = ["01/02/2024, 10:00 - Ann: a", "03/02/2024, 10:00 - Ann: b", "03/25/2024, 10:00 - Ann: c"]
    assert [entry.when for entry in read_text(*lines)] == [
        (2024, 1, 2, 10, 0, 0),
        (2024, 3, 2, 10, 0, 0),
        (2024, 3, 25, 10, 0, 0),
    ]


def test_a_file_that_can_be_read_both_ways_gives_both_readings_and_no_time() -> None:
    known = survey(io.BytesIO(b"01/02/2024, 10:00 - Ann: a\n05/05/2024, 10:00 - Ann: b\n"))
    assert (known.order.orders, known.order.ambiguous) == (("dmy", "mdy"), True)
    found = read_text("01/02/2024, 10:00 - Ann: a", "05/05/2024, 10:00 - Ann: b")
    assert [(entry.when, entry.readings) for entry in found] == [
        (None, ((2024, 2, 1, 10, 0, 0), (2024, 1, 2, 10, 0, 0))),
        ((2024, 5, 5, 10, 0, 0), ((2024, 5, 5, 10, 0, 0),)),
    ]


def test_the_order_of_time_decides_only_when_one_reading_keeps_it_and_the_other_breaks_it_twice() -> None:
    american = ["1/2/24", "1/9/24", "2/3/24", "2/10/24", "3/1/24", "3/8/24"]
    found = survey(io.BytesIO("\n".join(f"{day}, 10:00 - Ann: a" for day in american).encode()))
    assert found.order.orders == ("mdy",)
    assert found.order.basis == "decided from the file: only in this order are the dates chronological"
    once = survey(io.BytesIO("\n".join(f"{day}, 10:00 - Ann: a" for day in american[:3]).encode()))
    assert once.order.orders == ("dmy", "mdy")


def test_the_stated_order_wins_and_what_speaks_against_it_is_said() -> None:
    data = b"25/01/2024, 10:00 - Ann: a\n02/03/2024, 10:00 - Ann: b\n"
    known = survey(io.BytesIO(data), "mdy")
    assert (known.order.orders, known.order.basis) == (("mdy",), "stated by the operator")
    assert known.order.contradiction == "read as mdy, 1 of 2 runs of dates cannot exist and exist in another order"
    assert [(entry.when, entry.stamp) for entry in read(data, "mdy")] == [
        (None, "25/01/2024, 10:00"),
        ((2024, 2, 3, 10, 0, 0), "02/03/2024, 10:00"),
    ]


def test_a_stated_order_does_not_turn_a_date_whose_year_stands_first() -> None:
    known = survey(io.BytesIO(b"2024-01-05, 10:00 - Ann: a\n"), "dmy")
    assert (known.order.orders, known.order.contradiction) == (("ymd",), "the stated order dmy was not used")


def test_two_digit_years_in_front_are_found_where_nothing_else_fits() -> None:
    assert [entry.when for entry in read_text("24-01-05 10:00 - Ann: a", "24-01-31 10:00 - Ann: b")] == [
        (2024, 1, 5, 10, 0, 0),
        (2024, 1, 31, 10, 0, 0),
    ]


def test_one_pasted_line_does_not_cost_the_times_of_a_long_chat() -> None:
    days = [datetime(2024, 1, 1) + timedelta(days=day) for day in range(300)]
    lines = [f"{day:%d/%m/%Y}, 10:00 - Ann: a" for day in days]
    lines.insert(150, "12/31/2023, 10:00 - Bob: pasted")
    known = survey(io.BytesIO("\n".join(lines).encode()))
    assert known.order.orders == ("dmy",)
    assert known.order.contradiction == "read as dmy, 1 of 301 runs of dates cannot exist and exist in another order"
    assert [entry.line for entry in read_text(*lines) if entry.when is None] == [151]


def test_years_of_the_buddhist_calendar_are_read_and_said() -> None:
    for first, second in (("18/3/2565", "27/3/2565"), ("3/18/2565 BE", "3/27/2565 BE")):
        data = f"[{first}, 14:56:01] Ann: a\n[{second}, 21:41:35] Ben: b\n".encode()
        assert survey(io.BytesIO(data)).buddhist
        assert [entry.when for entry in read(data)] == [(2022, 3, 18, 14, 56, 1), (2022, 3, 27, 21, 41, 35)]
    assert not survey(io.BytesIO(b"18/3/2022, 14:56 - Ann: a\n")).buddhist


def test_two_digits_that_are_no_year_yet_are_not_read() -> None:
    assert [entry.readings for entry in read_text("18/3/65 14:56 - Ann: a", "27/3/65 21:41 - Ben: b")] == [(), ()]


def test_the_time_may_stand_first() -> None:
    found = read_text("[14:56:01, 3/18/22] Ann: a", "[9:41:35, 3/27/22] Ben: b", "c")
    assert [(entry.stamp, entry.when, entry.text) for entry in found] == [
        ("14:56:01, 3/18/22", (2022, 3, 18, 14, 56, 1), "a"),
        ("9:41:35, 3/27/22", (2022, 3, 27, 9, 41, 35), "b\nc"),
    ]
    found = read_text("2:56 CH, 18/3/2022 - Ann: a", "9:41 SA, 27/3/2022 - Ben: b")
    assert [entry.when for entry in found] == [(2022, 3, 18, 14, 56, 0), (2022, 3, 27, 9, 41, 0)]
    assert looks_like(b"[14:56:01, 3/18/22] Ann: a\n")
    assert not looks_like(b"[14:56, 3/18/2022] Ann: copied in a browser\n")


def test_the_early_layout_of_ios_has_neither_brackets_nor_a_dash() -> None:
    found = read_text("24/12/14 17:08:00: Ann: a", "24/12/14 17:09:00: Ben: 10:30: or later", "b", "c: d")
    assert [(entry.when, entry.sender, entry.text) for entry in found] == [
        ((2014, 12, 24, 17, 8, 0), "Ann", "a"),
        ((2014, 12, 24, 17, 9, 0), "Ben", "10:30: or later\nb\nc: d"),
    ]
    found = read_text("12/24/14, 5:08:00 PM: Ann: a", "12/24/14, 5:09:00 PM: \u200eYou left")
    assert [(entry.when, entry.sender) for entry in found] == [
        ((2014, 12, 24, 17, 8, 0), "Ann"),
        ((2014, 12, 24, 17, 9, 0), None),
    ]
    assert not looks_like(b"24/12/14 17:08:00: Ann: a\n24/12/14 17:09:00: Ben: b\n")


def test_half_days_are_known_in_more_languages() -> None:
    words = [
        ("ก่อนเที่ยง", "หลังเที่ยง"),
        ("пре подне", "по\u00a0подне"),
        ("dop.", "pop."),
        ("म.पू.", "म. उ."),
        ("vm.", "nm."),
    ]
    for morning, afternoon in words:
        found = read_text(f"13/7/2024, 9:05 {morning} - Ann: a", f"13/7/2024, 2:05\u202f{afternoon} - Ben: b")
        assert [entry.when for entry in found] == [(2024, 7, 13, 9, 5, 0), (2024, 7, 13, 14, 5, 0)]


def test_the_word_for_hours_is_no_part_of_the_time() -> None:
    found = read_text("13.07.2024 г., 9:05 ч. - Ann: a", "13.07.2024 г., 14:05 ч. - Ben: b")
    assert [(entry.when, entry.sender, entry.stamp) for entry in found] == [
        ((2024, 7, 13, 9, 5, 0), "Ann", "13.07.2024 г., 9:05"),
        ((2024, 7, 13, 14, 5, 0), "Ben", "13.07.2024 г., 14:05"),
    ]
