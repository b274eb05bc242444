from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence_store.records import Problem
from extractors.sources.host import long_path
from extractors.sources.names import EXAMPLES, Findings, original, safe_path, shown


@pytest.mark.parametrize(
    ("stored", "path", "oddity"),
    [
        ("a/b.txt", "a/b.txt", ""),
        ("./a/b.txt", "a/b.txt", ""),
        ("a//./b", "a/b", ""),
        ("/a", "a", "an absolute path"),
        ("//host/share/a", "host/share/a", "an absolute path"),
        ("..", "_up_", "a path that climbs out"),
        ("...", "...", ""),
        ("a..b/..c", "a..b/..c", ""),
        ("C:/a", "C:/a", ""),
        ("", "_no name_", "no name"),
        ("./", "_no name_", "no name"),
        ("/", "_no name_", "an absolute path, no name"),
        ("a\udcff\x00\x7f", "a\\xff\\x00\\x7f", "what cannot be shown"),
        ("a\ud83d", "a\\ud83d", "what cannot be shown"),
        ("\u2067a", "\u2067a", "a change of writing direction"),
    ],
)
def test_a_stored_name_becomes_a_path_that_stays_inside_and_can_be_shown(stored: str, path: str, oddity: str):
    assert safe_path(stored) == (path, oddity)


def test_a_drive_letter_counts_only_where_the_container_may_hold_one():
    assert safe_path("C:/a", drives=True) == ("C/a", "a drive letter")


@example("0/")
@given(st.text(st.characters() | st.characters(categories=["Cs", "Cc"])))
def test_whatever_is_stored_the_path_is_relative_and_can_be_written_as_utf8(name: str):
    path, _ = safe_path(name, drives=True)
    assert not set(path.split("/")) & {"", ".", ".."}
    assert path.encode().decode() == path == shown(path)


def test_problems_of_one_sort_are_listed_up_to_a_number_and_then_counted():
    findings = Findings()
    for number in range(EXAMPLES + 3):
        findings.add("file", "many", f"problem {number}")
    findings.add("note", "once", "alone")
    *listed, once, more = findings.problems()
    assert [problem.detail for problem in listed] == [f"problem {number}" for number in range(EXAMPLES)]
    assert once == Problem("note", "once", "alone")
    assert more == Problem("file", "many", f"3 more of the same sort ({EXAMPLES + 3} in all)")


def test_a_source_that_stores_every_name_as_absolute_says_so_with_one_example():
    findings = Findings()
    for name in ("/a", "/b", "/c"):
        findings.add_name(name[1:], safe_path(name)[1], original(name))
    assert findings.problems() == [
        Problem("note", "absolute-name", "a: the name holds an absolute path, stored '/a'", "a"),
        Problem("note", "absolute-name", "2 more of the same sort (3 in all)"),
    ]


def test_a_very_long_stored_name_is_cut_in_notes():
    assert original("x" * 1000) == "'" + "x" * 299 + "… (1000 long)"


def test_long_windows_paths_get_the_form_without_a_length_limit():
    assert long_path("C:\\evidence/a") == "\\\\?\\C:\\evidence\\a"
    assert long_path("\\\\server\\share\\a") == "\\\\?\\UNC\\server\\share\\a"
    assert long_path("\\\\?\\C:\\a") == "\\\\?\\C:\\a"
