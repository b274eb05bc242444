"""JSON piece by piece: what is entered, what comes whole, and what broken text leaves."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.json_pieces import END, JsonDamaged, pieces


def read(data, *entered):
    """(pieces, what was wrong)."""
    found = []
    try:
        found.extend(pieces(io.BytesIO(data), lambda path: path in entered))
    except JsonDamaged as error:
        return [tuple(one) for one in found], str(error)
    return [tuple(one) for one in found], ""


def test_what_is_not_entered_comes_whole():
    data = b'{"name": "Ann", "list": [{"a": [1, 2]}, 3.5, []], "none": null}'
    assert read(data) == ([((), {"name": "Ann", "list": [{"a": [1, 2]}, 3.5, []], "none": None})], "")
    assert read(data, (), ("list",)) == (
        [
            (("name",), "Ann"),
            (("list", 0), {"a": [1, 2]}),
            (("list", 1), 3.5),
            (("list", 2), []),
            (("list",), END),
            (("none",), None),
            ((), END),
        ],
        "",
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbf[1]", 1),
        ("[1]".encode("utf-16"), 1),
        (b'window.YTD.account.part0 = [ "a" ]', "a"),
        (b'const x = ["a"];', "a"),
        (b'["a\\x1Fb \\\\x41 \\\\\\x07"]', "a\x1fb \\x41 \\\x07"),
        (b'["a\x01\tb"]', "a\x01\tb"),
        (b'["\\ud83d"]', "\ud83d"),
        (b'["a\xffb"]', "a\udcffb"),
        (b'["\\ud83d\\ude00"]', "😀"),
        (b"[12345678901234567890]", 12345678901234567890),
        (b"[1,]", 1),
    ],
)
def test_what_other_readers_lose_or_refuse_is_kept(data, expected):
    assert read(data, ()) == ([((0,), expected), ((), END)], "")


@pytest.mark.parametrize(
    ("data", "expected", "problem"),
    [
        (b"", [], "it breaks off at character 0"),
        (b"[1, 2", [1, 2], "it breaks off at character 5"),
        (b'[1, {"a": "b', [1], "it breaks off within the value at character 4"),
        (b'[1, {"a": ', [1], "it breaks off within the value at character 4"),
        (b"[1, }", [1], "expecting value at character 4"),
        (b"[1 2]", [1], "a comma or the end of its container is missing at character 3"),
        (b"[1] 2", [1, END], "something follows the end of the JSON at character 4"),
        (b"[" + b"9" * 5000 + b"]", [], "at character 1"),
        (b"[1," + b"[" * 100_000, [1], "it is nested too deeply at character 3"),
    ],
)
def test_damage_costs_what_lies_behind_it(data, expected, problem):
    found, said = read(data, ())
    assert [value for _, value in found] == expected
    assert said.startswith("the JSON cannot be read on: ")
    assert said.endswith(problem)


def test_a_value_of_any_length_is_whole_wherever_the_window_ends():
    values = ["x" * 1_500_000, 1234567, "\\x1f" * 400_000, {"é": "😀" * 300_000}]
    data = json.dumps(values, ensure_ascii=False).encode()
    found, said = read(data, ())
    assert ([value for _, value in found], said) == ([*values, END], "")
    late = b"[" + b" " * ((1 << 20) - 3) + b'"\\x1f"]'
    assert read(late, ())[0][0] == ((0,), "\x1f")


@pytest.mark.parametrize("ends", range(6))
def test_an_escape_is_whole_wherever_the_window_ends(ends):
    start = b'["' + b"a" * ((1 << 20) - 2 - ends)
    assert read(start + b'\\\\\\x1f b"]', ())[0][0] == ((0,), "a" * (len(start) - 2) + "\\\x1f b")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_what_json_writes_comes_out(value):
    assert read(json.dumps(value).encode()) == ([((), value)], "")
    assert read(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))[1] == ""


@given(st.binary() | st.text(alphabet='[]{},:"\\x1u 0etrufalsn').map(lambda text: text.encode()))
def test_any_bytes_give_values_or_one_error(data):
    try:
        for path, _ in pieces(io.BytesIO(data), lambda _: True):
            assert isinstance(path, tuple)
    except JsonDamaged:
        pass
