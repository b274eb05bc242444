from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.ewf_ltree import LogicalFile, check_head, media_bytes, read_tree
from tests.evidence_builders.logical import Node, ltree, tree_text


def text() -> str:
    rows = [Node("a", children=[Node("b", b"12345"), Node("c", children=[Node("d", b"6")])]), Node("e", b"")]
    return tree_text(Node("Evidence", children=rows), bytearray())


def names(lines: list[str]) -> list[str]:
    return ["/".join(file.names) for file in read_tree(lines)]


def test_a_tree_is_read_parents_first_whatever_ends_its_lines():
    for ending in ("\n", "\r\n"):
        lines = ("\ufeff" + text()).replace("\n", ending).splitlines(keepends=True)
        assert names(lines) == ["Evidence", *(f"Evidence/{name}" for name in ("a", "a/b", "a/c", "a/c/d", "e"))]
        assert media_bytes(lines) == 6


def test_a_row_is_taken_over_as_it_stands():
    fields = {"ls": "9", "be": "2 a 5 S 0 4", "wr": "7", "ac": "0", "cr": "-3", "ha": "AB" * 16, "sha": "00" * 20}
    lines = tree_text(Node("only", b"", fields=fields), bytearray()).splitlines()
    assert list(read_tree(lines)) == [
        LogicalFile(
            names=("only",),
            folder=False,
            size=9,
            extents=((10, 5), (None, 4)),
            times=(("modified", "7"), ("created", "-3")),
            md5="ab" * 16,
            sha1="",
        )
    ]


def test_a_list_that_is_none_or_breaks_off_says_so():
    whole = text().splitlines()
    with pytest.raises(ValueError, match="no part that names them"):
        names(["5", "rec", ""])
    with pytest.raises(ValueError, match="does not say how its rows"):
        names(["", "entry", "1\t1", "a\tb", "0\t0", "1\t2"])
    with pytest.raises(ValueError, match="breaks off"):
        names(whole[:-3])


def test_a_tree_nested_without_end_is_refused():
    head = ["", "entry", "1\t1", "p\tn"]
    with pytest.raises(ValueError, match="nested more than"):
        names(head + ["0\t1", "1\tx"] * 5000)
    with pytest.raises(ValueError, match="nested more than"):
        names(head + ["0\t1", "1\t" + "x" * 20_000] * 2)


def test_a_head_that_claims_more_than_there_is_gives_what_there_is():
    whole = ltree("x" * 100)
    assert check_head(whole[:48], len(whole)) == 200
    assert check_head(whole[:48], 100) == 52
    with pytest.raises(ValueError, match="cut short"):
        check_head(whole[:20], 20)
    with pytest.raises(ValueError, match="checksum"):
        check_head(bytes(48), 100)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from("\t\n 019afS\x01\ud800")), max_size=6))
def test_any_change_to_the_text_gives_a_list_or_one_clear_error(changes):
    changed = list(text())
    for at, letter in changes:
        changed[at % len(changed)] = letter
    lines = "".join(changed).split("\n")
    media_bytes(lines)
    try:
        assert len(list(read_tree(lines))) < 100
    except ValueError as error:
        assert "\n" not in str(error)
