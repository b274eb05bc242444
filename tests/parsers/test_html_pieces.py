"""Web pages piece by piece: trees of what is asked for, whatever the page is like."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_pieces import elements


def read(text, name="x"):
    data = text if isinstance(text, bytes) else text.encode()
    return list(elements(io.BytesIO(data), lambda tag, classes: name in classes))


def test_what_is_asked_for_comes_with_all_below_it():
    (node,) = read('<p>no</p>\n<div class="a x"><b class="y z" id="1">Hi</b> <i>you</i><br>there<img src="a"></div>')
    assert (node.tag, node.line, node.classes) == ("div", 2, {"a", "x"})
    assert [one.tag for one in node.each()] == ["b", "i", "br", "img"]
    assert node.first("z", "y").attributes == {"class": "y z", "id": "1"}
    assert (node.first("no"), node.all("y"), node.children("y")) == (None, [node.inside[0]], [node.inside[0]])
    assert node.text() == "Hi you\nthere"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("a  b\n c", "a b c"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("&amp;&#128512;&nbsp;x", "&😀\xa0x".replace("\xa0", " ")),
        ("a<script>b</script><style>c</style>d", "ad"),
        ("<b>a</b> <b>b</b>", "a b"),
        ("", ""),
    ],
)
def test_text_has_the_breaks_of_the_page(inside, text):
    assert read(f'<div class="x">{inside}</div>')[0].text() == text


def test_a_paragraph_that_is_not_closed_ends_where_the_next_block_begins():
    found = read('<p class="x">one <b>two</b><p class="x">three<h4>four</h4><p class="x">five<i>six</i>')
    assert [one.text() for one in found] == ["one two", "three", "fivesix"]


def test_of_nested_ones_the_outermost_comes_and_tags_that_do_not_match_lose_nothing():
    assert len(read('<div class="x"><div class="x">a</div></div><div class="x">b</div>')) == 2
    assert read('<div class="x"><b>a<div>b</b>c</div>')[0].text() == "a\nb\nc"
    assert [one.text() for one in read('</p><div class="x">a')] == ["a"]
    assert [one.tag for one in read('<img class="x"/><br class="x">')] == ["img", "br"]


def test_a_page_of_any_length_is_read_in_pieces():
    found = read('<div class="x">é</div>' * 50_000)
    assert (len(found), {one.text() for one in found}) == (50_000, {"é"})
    deep = read('<div class="x">' + "<div>" * 5000 + "end")
    assert deep[0].text() == "end"


def test_what_cannot_be_read_on_is_said_behind_what_came_before():
    many = '<div class="x">one</div><div class="x">' + "<b>two</b>" * 60_000
    found = elements(io.BytesIO(many.encode()), lambda _, classes: "x" in classes)
    assert next(found).text() == "one"
    assert next(found).text() == "two" * 49_999
    with pytest.raises(ValueError, match="the element of line 1 has more than 50,000 parts"):
        next(found)


@given(st.binary(max_size=300) | st.text(alphabet='<>!-/?[]&;#="x divclas').map(lambda text: text.encode()))
def test_any_bytes_give_trees_or_value_error(data):
    try:
        for node in read(b'<div class="x">' + data):
            assert isinstance(node.text(), str)
    except ValueError:
        pass
