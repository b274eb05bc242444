from __future__ import annotations

import random

import pytest
from bidi import get_display

from report_templates.bidi import base_level, levels, visual_order

LETTERS = "abc 12.,:+-%$ابجדגא<>٣٤/ \u05b8"


@pytest.mark.parametrize("letters", [LETTERS, LETTERS.replace("\u05b8", "") + "()[]"], ids=["plain", "brackets"])
def test_the_visual_order_is_that_of_an_independent_implementation(letters: str) -> None:
    chance = random.Random(7)
    for _ in range(4000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 14))).rstrip() or "a"
        base = base_level(text)
        shown = "".join(text[at] for at in visual_order(levels(text, base)))
        assert shown == get_display(text, base_dir="LR"[base])


def test_the_first_strong_letter_decides_the_side() -> None:
    assert [base_level(text) for text in ("12 abc ש", "12 שלום abc", "…!", "")] == [0, 1, 0, 0]


def test_a_number_in_arabic_text_runs_left_to_right() -> None:
    assert levels("غدا 10", 1) == [1, 1, 1, 1, 2, 2]
