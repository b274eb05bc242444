"""Names in scripts that run from right to left, and the numbers beside them."""

from __future__ import annotations

import pytest

from evidence_store.words import named, named_behind, side_by_side, turns
from report_templates.bidi import base_level, levels, visual_order

YUSUF, DANA = "يوسف مثال", "דנה דוגמה"


def drawn(text: str) -> list[str]:
    """Each line as it stands on a page, from left to right."""
    order = (visual_order(levels(line, base_level(line))) for line in text.split("\n"))
    return ["".join(line[at] for at in places) for line, places in zip(text.split("\n"), order, strict=True)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ara Example", "Ara Example (+447700900171)"),
        (YUSUF, f"+447700900171\n({YUSUF})"),
        (f"Dana {DANA}", f"+447700900171\n(Dana {DANA})"),
        ("+447700900171", "+447700900171"),
        (None, "+447700900171"),
        ("", "+447700900171"),
    ],
)
def test_a_number_is_drawn_as_it_is_whatever_the_script_of_the_name(name: str | None, expected: str) -> None:
    assert named(name, "+447700900171") == expected
    assert "+447700900171" in drawn(expected)[0]
    behind = named_behind("from", name, "+447700900171")
    assert behind == f"from {expected}".replace("\n", " ")
    assert "+447700900171" in drawn(behind)[0]


def test_a_name_that_turns_stands_in_a_line_of_its_own() -> None:
    parts = [YUSUF, "+447700900171", "Harbour Works"]
    assert side_by_side(parts, "; ") == f"{YUSUF}\n+447700900171\nHarbour Works"
    assert drawn(side_by_side(parts, "; "))[1:] == ["+447700900171", "Harbour Works"]
    assert "+447700900171" not in drawn("; ".join(["Yusuf " + YUSUF, "+447700900171"]))[0]
    assert side_by_side(["+447700900171", YUSUF], "; ") == f"+447700900171; {YUSUF}"
    assert side_by_side(["Ara Example", "+447700900171"], "; ") == "Ara Example; +447700900171"
    assert side_by_side([], "; ") == ""


@pytest.mark.parametrize(("text", "expected"), [("", False), ("Żółć 李", False), (f"a {DANA}", True), ("١٢", True)])
def test_which_text_turns(text: str, expected: bool) -> None:
    assert turns(text) is expected
