"""Words of HTML pages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_text import html_text


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>Hello&nbsp;<b>Ann</b>,<br>line 2</p><p>3 &lt; 4</p>", "Hello Ann,\nline 2\n\n3 < 4"),
        ("<head><title>T</title></head><style>p > a {}</style>Text<script>if (a<b) {}</script>!", "Text!"),
        ("<a title=\"a > b\" href='x'>link</a>", "link"),
        ('<a title="open>link', "link"),
        ("<!-- no --> <!DOCTYPE html><?xml no?>yes<!-- open", "yes"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("a < b and <3 <unknown>c", "a < b and <3 c"),
        ("<script>never closed<p>x", "never closed\n\nx"),
        ("  \r\n plain\n\ttext ", "plain text"),
        ("&#128512;&#x1F600;&bogus;", "😀😀&bogus;"),
        ("", ""),
    ],
)
def test_a_page_gives_its_words(page, expected):
    assert html_text(page) == expected


@pytest.mark.parametrize(
    "piece", ["<", '<a "', "<script>", "<!--", "<a '", "<script", "</style", '<a b="', "<p ' >", "&"]
)
def test_a_hostile_page_takes_time_in_step_with_its_length(piece):
    start = time.perf_counter()
    html_text(piece * 200_000)
    assert time.perf_counter() - start < 5


@given(st.text(alphabet="<>/!-?\"'ab &;#p\n"))
def test_any_text_is_read(page):
    assert isinstance(html_text(page), str)
