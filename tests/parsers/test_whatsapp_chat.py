from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.whatsapp_blocks import BLOCK_BYTES, LINE_LIMIT
from parsers.whatsapp_chat import ChatEntry, entries, looks_like, survey
from parsers.whatsapp_layout import looks_dated
from tests.evidence_builders.whatsapp import ARABIC_INDIC, DEVANAGARI, PERSIAN, ChatLayout, ChatLine, render

if TYPE_CHECKING:
    from pathlib import Path

SPEAKERS = ("Ann Example", "Bob 🤓", "+44 7700 900123", "מרים דוגמה")
US = ChatLayout(order="mdy", year_digits=2, padded=False, half_day=("AM", "PM", "after"), half_space="\u202f")
LAYOUTS = {
    "Android, British": ChatLayout(),
    "Android, German": ChatLayout(separators=(".", ".", ""), year_digits=2),
    "Android, Dutch": ChatLayout(separators=("-", "-", ""), connector=" "),
    "Android, American": US,
    "Android, Spanish": ChatLayout(padded=False, half_day=("a.\u00a0m.", "p.\u00a0m.", "after"), half_space="\u00a0"),
    "Android, Swedish": ChatLayout(order="ymd", separators=("-", "-", ""), connector=" "),
    "Android, French with a word": ChatLayout(connector=" à "),
    "Android, Turkish with a word": ChatLayout(separators=(".", ".", ""), connector=" saat "),
    "Android, Finnish": ChatLayout(separators=(".", ".", ""), padded=False, connector=" klo ", colon="."),
    "Android, Bulgarian": ChatLayout(separators=(".", ".", "\u202fг."), padded=False),
    "Android, Arabic": ChatLayout(
        separators=("\u200f/", "\u200f/", ""), connector="، ", half_day=("ص", "م", "after"), digits=ARABIC_INDIC
    ),
    "Android, Persian digits": ChatLayout(order="ymd", connector="،\u200f ", digits=PERSIAN, marks="\u200f"),
    "Android, Hindi": ChatLayout(half_day=("am", "pm", "after"), year_digits=2, digits=DEVANAGARI),
    "Android, Chinese": ChatLayout(
        order="ymd", padded=False, connector=" ", half_day=("上午", "下午", "before"), half_space=""
    ),
    "Android, Korean": ChatLayout(
        order="ymd",
        separators=(". ", ". ", "."),
        padded=False,
        connector=" ",
        half_day=("오전", "오후", "before"),
    ),
    "Android, Japanese words": ChatLayout(order="ymd", separators=("年", "月", "日"), padded=False, connector=" "),
    "iOS, British": ChatLayout(bracketed=True, seconds=True, marks="\u200e"),
    "iOS, American": replace(US, bracketed=True, seconds=True),
    "iOS, German": ChatLayout(bracketed=True, seconds=True, separators=(".", ".", ""), year_digits=2),
    "iOS, without comma": ChatLayout(bracketed=True, seconds=True, separators=("-", "-", ""), connector=" "),
    "iOS, Finnish": ChatLayout(
        bracketed=True, seconds=True, separators=(".", ".", ""), padded=False, connector=" klo ", colon="."
    ),
    "iOS, Hebrew mark inside": ChatLayout(
        bracketed=True, seconds=True, separators=(".", ".", ""), marks="\u202a\u200f"
    ),
    "Windows line ends": ChatLayout(newline="\r\n"),
    "UTF-8 with a byte order mark": ChatLayout(encoding="utf-8-sig"),
    "UTF-16": ChatLayout(encoding="utf-16"),
}


def read(data: bytes, date_order: str | None = None) -> list[ChatEntry]:
    return list(entries(io.BytesIO(data), survey(io.BytesIO(data), date_order)))


def read_text(*lines: str, date_order: str | None = None) -> list[ChatEntry]:
    return read("\n".join(lines).encode(), date_order)


def when(moment: datetime, layout: ChatLayout) -> tuple[int, ...]:
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return parts if layout.seconds else (*parts[:5], 0)


def conversation() -> list[ChatLine]:
    """Every hour of a day, and days above 12 on both sides of a new year."""
    start = datetime(2023, 12, 29, 0, 5, 7)
    return [
        ChatLine(
            start + timedelta(hours=7 * hour), SPEAKERS[hour % len(SPEAKERS)], f"message {hour}\n\nsecond line: {hour}"
        )
        for hour in range(30)
    ]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_read_back_whole(name: str) -> None:
    layout = LAYOUTS[name]
    data = render(conversation(), layout)
    assert [(found.when, found.sender, found.text) for found in read(data)] == [
        (when(line.when, layout), line.sender, line.text) for line in conversation()
    ]
    assert looks_like(data[:4096])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.lists(
        st.tuples(
            st.sampled_from(SPEAKERS),
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\ufeff"), max_size=60),
        ),
        min_size=1,
        max_size=9,
    ),
    st.integers(0, 400),
)
def test_what_people_write_is_read_back_in_any_layout(name: str, said: list[tuple[str, str]], days: int) -> None:
    layout = LAYOUTS[name]
    start = datetime(2024, 1, 13, 9, 30, 12) + timedelta(days=days)
    lines = [
        ChatLine(start + timedelta(minutes=at), sender, text.rstrip("\n"))
        for at, (sender, text) in enumerate(said)
        if not any(map(looks_dated, text.split("\n")))
    ]
    if not lines:
        return
    found = read(render(lines, layout), layout.order)
    assert [(one.when, one.sender, one.text) for one in found] == [
        (when(line.when, layout), line.sender, line.text) for line in lines
    ]


CORPUS = {
    "chat-miner/whatsapp/test_[mmddyy]_24hrs.txt": (9, ("mdy",)),
    "chat-miner/whatsapp/test_ddmmyy_24hrs.txt": (9, ("dmy",)),
    "chat-miner/whatsapp/test_mmddyy_24hrs.txt": (9, ("mdy",)),
    "chat-miner/whatsapp/test_mmddyyyy_12hrs.txt": (9, ("mdy",)),
    "chat-miner/whatsapp/test_yyyymmdd_24hrs.txt": (9, ("ymd",)),
    "chat-analytics/whatsapp/2A_5M.txt": (5, ("dmy",)),
    "whatstk/whatsapp/lorem.txt": (500, ("dmy",)),
    "whatstk/whatsapp/lorem-merge-part1.txt": (300, ("ymd",)),
    "whatstk/whatsapp/lorem-merge-part2.txt": (300, ("ymd",)),
    "whatstk/whatsapp/pokemon.txt": (20, ("dmy",)),
}


@pytest.mark.parametrize("name", CORPUS)
def test_published_exports_have_the_known_counts_and_orders(corpus: Path, name: str) -> None:
    data = (corpus / name).read_bytes()
    known = survey(io.BytesIO(data))
    found = read(data)
    assert (known.dated, len(found), known.order.orders) == (CORPUS[name][0], *CORPUS[name])
    assert [entry for entry in found if entry.when is None] == []
    assert looks_like(data[:4096])


@pytest.mark.parametrize("stamp", ["31/02/2024, 10:00", "13/13/2024, 10:00", "01/01/1403, 10:00", "13/01/2024, 25:00"])
def test_a_time_that_cannot_be_costs_the_time_and_not_the_message(stamp: str) -> None:
    (_, found) = read_text("13/01/2024, 09:00 - Ann: a", f"{stamp} - Ann: b")
    assert (found.when, found.readings, found.stamp, found.sender, found.text) == (None, (), stamp, "Ann", "b")


def said(*bodies: str) -> list[tuple[str | None, str]]:
    return [(entry.sender, entry.text) for entry in read_text(*(f"13/01/2024, 10:00 - {body}" for body in bodies))]


def test_lines_without_a_sender_are_the_apps_own() -> None:
    lines = [
        "13/01/2024, 10:00 - Ann created group",
        "13/01/2024, 10:00 - Messages and calls are end-to-end encrypted.",
    ]
    assert [(entry.sender, entry.flags) for entry in read_text(*lines)] == [
        (None, ("system",)),
        (None, ("system", "encryption notice")),
    ]


def test_a_message_may_be_empty() -> None:
    assert said("Ann: ", "Ann:", "Ann: x") == [("Ann", ""), ("Ann", ""), ("Ann", "x")]


def test_a_quoted_title_with_a_colon_does_not_become_a_sender() -> None:
    assert said("Ann: x", 'Ann changed the subject to "Plans: June"', "5'10\" Bob: y", "5'10\" Bob: z") == [
        ("Ann", "x"),
        (None, 'Ann changed the subject to "Plans: June"'),
        ("5'10\" Bob", "y"),
        ("5'10\" Bob", "z"),
    ]


def test_a_sender_keeps_its_colon_only_when_all_its_lines_agree_on_it() -> None:
    assert said(*[f"Ann: Work: {turn}" for turn in range(10)])[9] == ("Ann: Work", "9")
    assert said(*[f"Ann: Work: {turn}" for turn in range(10)], "Ann: hello")[9] == ("Ann", "Work: 9")
    assert said("Ann: Note: a", "Ann: Note: b", "Ann: Note: c")[0] == ("Ann", "Note: a")


def test_what_stands_before_the_first_dated_line_is_kept_apart() -> None:
    found = read_text("", "exported for the file", "by Ann", "13/01/2024, 10:00 - Ann: x")
    assert [(entry.line, entry.stamp, entry.text, entry.flags) for entry in found] == [
        (2, "", "exported for the file\nby Ann", ("preamble",)),
        (4, "13/01/2024, 10:00", "x", ()),
    ]


def test_a_pasted_line_in_another_layout_stays_text_and_is_told() -> None:
    (found,) = read_text("13/01/2024, 10:00 - Ann: look", "[13/01/2023, 10:00:00] Bob: old")
    assert (found.text, found.dated_text) == ("look\n[13/01/2023, 10:00:00] Bob: old", True)


def test_invalid_bytes_survive_and_are_told() -> None:
    data = b"13/01/2024, 10:00 - Ann: caf\xe9 \xf0\x9f\xa4\x93\n"
    assert survey(io.BytesIO(data)).invalid_bytes
    assert [entry.text for entry in read(data)] == ["caf\\xe9 🤓"]


def test_a_file_without_a_dated_line_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="no line is dated as in a WhatsApp chat export"):
        survey(io.BytesIO(b"name,date\nAnn,13/01/2024\n"))


def test_a_message_of_ten_megabytes_passes() -> None:
    text = "x" * 10_000_000
    (found,) = read_text(f"13/01/2024, 10:00 - Ann: {text}")
    assert (found.text == text, found.cut) == (True, 0)


@pytest.mark.parametrize("pieces", [1, 40])
def test_an_endless_message_is_cut_and_what_was_cut_is_counted(pieces: int) -> None:
    piece = "x" * (40_000_000 // pieces)
    header = "13/01/2024, 10:00 - Ann: "
    first, second = read_text(header + "\n".join([piece] * pieces), "13/01/2024, 10:01 - Bob: next")
    assert first.text.count("x") + first.cut == 40_000_000
    assert LINE_LIMIT - 100 <= len(first.text) <= LINE_LIMIT + pieces
    assert (second.sender, second.text, second.cut, second.line) == ("Bob", "next", 0, pieces + 1)


@pytest.mark.parametrize("filler", ["\u200e", "<", "[", "1/1/", " ", "<a: ", "\u202f", "(", "13/01/2024, 10:00 "])
def test_hostile_lines_do_not_cost_the_square_of_their_length(filler: str) -> None:
    line = filler * (2_000_000 // len(filler))
    (found,) = read_text("13/01/2024, 10:00 - Ann: x", line)
    assert found.text == "x\n" + line


@pytest.mark.parametrize(
    "text",
    [
        "Jan  5 10:00:00 host sshd[123]: Accepted\n",
        "2024-01-05 10:00:00,123 - root - INFO - started: yes\n",
        "2024-01-05 10:00:00 - root - INFO - started: yes\n",
        "[2024-01-05 10:00:00] production.ERROR: broken\n",
        "[2024-01-05 10:00:00] INFO: broken\n",
        "[05/01/2024, 10:00:00] sshd[12]: broken\n",
        "date,time,name\n01/01/2024,10:00,Ann\n",
        "On 13/01/2024, 10:00 - or later - we met: all of us.\n",
        "13/01/2024, 10:00 - we met\n",
        "[2024-01-13, 10:00] Ann: as another messenger's export has it\n",
        "",
    ],
)
def test_logs_tables_and_prose_are_not_claimed(text: str) -> None:
    assert not looks_like((text * 20).encode()[:4096])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_characters_and_lines_that_lie_across_blocks_stay_whole(encoding: str) -> None:
    start = datetime(2024, 1, 13)
    lines = [ChatLine(start + timedelta(minutes=at), "Ann", f"{'🤓é' * (at % 50)} {at}\nתודה") for at in range(20_000)]
    data = render(lines, ChatLayout(encoding=encoding, newline="\r\n"))
    assert len(data) > 2 * BLOCK_BYTES
    assert [(found.when, found.text) for found in read(data)] == [
        (when(one.when, ChatLayout()), one.text) for one in lines
    ]
