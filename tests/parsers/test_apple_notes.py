"""Bodies and tables of Apple Notes."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import apple_notes
from parsers.apple_notes import Run, read_body, read_table
from parsers.protobuf import Fields
from tests.evidence_builders.apple_notes import body, field, run, table


def test_runs_are_counted_in_utf_16_and_together_are_the_whole_text() -> None:
    text = "Shops 🛒\nmilk\nbread\n\ufffc see\nrest"
    data = body(
        text,
        run("Shops 🛒\n"),
        run("milk\n", done=True),
        run("bread\n", done=False),
        run("\ufffc", embedded=("A-1", "public.jpeg")),
        run(" see", link="https://example.org/"),
    )
    assert read_body(data) == (
        Run("Shops 🛒\n"),
        Run("milk\n", done=True),
        Run("bread\n", done=False),
        Run("\ufffc", identifier="A-1", kind="public.jpeg"),
        Run(" see", link="https://example.org/"),
        Run("\nrest"),
    )


def test_a_run_that_cannot_be_read_costs_the_runs_after_it_and_is_told() -> None:
    faults: list[str] = []
    data = body("one two three", run("one "), field(5, "none"), run("three", link="https://example.org/"))
    assert read_body(data, faults) == (Run("one "), Run("two three"))
    assert faults == ["links, marks and what is embedded are not told from stretch 2 on: it cannot be read"]
    assert read_body(data) == (Run("one "), Run("two three"))


def test_a_table_with_a_part_that_cannot_be_read_is_refused() -> None:
    stored = Fields(gzip.decompress(table([["a"]]))).data(2, 3) or b""
    kind = Fields(stored).datas(5).index(b"com.apple.notes.ICTable")
    broken = field(3, field(13, field(1, kind) + field(3, "none"))) + stored
    with pytest.raises(ValueError, match="a table of which 1 parts cannot be read"):
        read_table(gzip.compress(field(2, field(3, broken))))


def test_a_table_comes_out_row_by_row() -> None:
    cells = [["Day", "Where"], ["Mon", "Station"], ["", "Home 🏠"]]
    assert read_table(table(cells)) == cells


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not compressed"),
        (b"\x25\xff\x27 encrypted", "not compressed"),
        (b"\x1f\x8bnothing", "cannot be inflated"),
        (gzip.compress(b"", mtime=0), "no body"),
        (gzip.compress(b"\x12\x05abc", mtime=0), "no protocol buffer"),
    ],
)
def test_what_is_no_body_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_body(data)


def test_a_table_without_objects_and_one_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="no table among"):
        read_table(gzip.compress(field(2, field(3, field(5, "other")))))
    monkeypatch.setattr(apple_notes, "MAX_CELLS", 3)
    with pytest.raises(ValueError, match="a table of 2 rows and 2 columns"):
        read_table(table([["a", "b"], ["c", "d"]]))


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_notes, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="inflates to more than 1000 bytes"):
        read_body(gzip.compress(bytes(100_000)))


WHOLE = (
    (read_table, gzip.decompress(table([["a", "b"], ["c", "d"]]))),
    (read_body, gzip.decompress(body("ab", run("a", done=True), run("b", embedded=("A-1", "public.jpeg"))))),
)


@given(st.binary(max_size=200), st.integers(0, 400), st.sampled_from(WHOLE))
def test_whatever_the_bytes_only_a_value_error_comes(data: bytes, place: int, case: tuple) -> None:
    read, whole = case
    cut = place % len(whole)
    for stored in (data, gzip.compress(data), gzip.compress(whole[:cut] + data + whole[cut + len(data) :])):
        with contextlib.suppress(ValueError):
            read(stored)
