from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import aff4_turtle
from parsers.aff4_turtle import Term, local_name, property_name, read_turtle

AFF4 = "http://aff4.org/Schema#"
SAMPLE = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
PREFIX x: <http://example.org/>
# a comment
<aff4://1> a aff4:Map , x:Other ;
    aff4:size "12"^^<http://www.w3.org/2001/XMLSchema#long> ; ;
    aff4:chunk_size 4096 ;
    rdf:value "with \\"quotes\\" and \\u00e9\\n" , 'single'@en , \"\"\"three
lines\"\"\" ;
    x:list ( 1 2 ( 3 ) ) ; x:nested [ a x:Thing ; x:size 1.5 ] ;
    x:last true .
_:blank x:p -3 .
<aff4://1> aff4:more aff4:Zero.
"""


def test_statements_are_gathered_by_subject_and_property():
    assert read_turtle(SAMPLE) == {
        "aff4://1": {
            "type": [Term(f"{AFF4}Map", True), Term("http://example.org/Other", True)],
            "size": [Term("12", False, "http://www.w3.org/2001/XMLSchema#long")],
            "chunksize": [Term("4096", False)],
            "value": [Term('with "quotes" and é\n', False), Term("single", False), Term("three\nlines", False)],
            "list": [],
            "nested": [],
            "last": [Term("true", False)],
            "more": [Term(f"{AFF4}Zero", True)],
        },
        "_:blank": {"p": [Term("-3", False)]},
    }


def test_names_of_a_vocabulary_are_told_by_their_last_part():
    assert [local_name(uri) for uri in (f"{AFF4}Map", "http://a/b/c", "plain")] == ["Map", "c", "plain"]
    assert property_name("http://afflib.org/2009/aff4#chunk_size") == property_name(f"{AFF4}chunkSize") == "chunksize"


@pytest.mark.parametrize(
    "text",
    [
        "<a> <b> <c",
        "<a> nobody:b 1 .",
        '<a> <b> "no end .',
        "@prefix x .",
        "@prefix x: 1 .",
        "<a> <b> [ ( ] .",
        "{ }",
        "<a> <b> \\",
    ],
)
def test_what_is_no_turtle_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match=r"^information\.turtle") as refused:
        read_turtle(text)
    assert "\n" not in str(refused.value)


def test_brackets_without_end_and_texts_without_measure_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="has no end"):
        read_turtle("<a> <b> " + "[" * 100_000)
    monkeypatch.setattr(aff4_turtle, "MOST_TEXT", 100)
    with pytest.raises(ValueError, match="too long"):
        read_turtle(" " * 101)
    monkeypatch.setattr(aff4_turtle, "MOST_STATEMENTS", 3)
    with pytest.raises(ValueError, match="more than 3 statements"):
        read_turtle("<a> <b> 1, 2, 3, 4 .")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("<>\"'\\[](),;.:@^a \n\0é")), max_size=8))
def test_any_change_gives_statements_or_one_clear_error(changes):
    text = list(SAMPLE)
    for at, letter in changes:
        text[at % len(text)] = letter
    try:
        read_turtle("".join(text))
    except ValueError as error:
        assert "\n" not in str(error)
