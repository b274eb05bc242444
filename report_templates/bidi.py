"""The levels of the Unicode Bidirectional Algorithm for one line of text, and the order to draw them in.

Explicit controls (U+202A–U+202E, U+2066–U+2069) never act here: a report shows them as marks, so that no message can
reorder what stands beside it. What is left, the weak, neutral and implicit rules, works on a string of class letters.

References: Unicode Standard Annex #9, rules P2–P3, W1–W7, N0–N2, I1–I2, L1–L2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from unicodedata import bidirectional, normalize

_LETTER: Final = {"L": "L", "R": "R", "AL": "A", "EN": "E", "ES": "S", "ET": "T", "AN": "N", "CS": "C", "NSM": "M"}
RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_PAIRS: Final = dict(zip("([{<«‹⟨〈「『【", ")]}>»›⟩〉」』】", strict=True))
_CLOSES: Final = {close: opening for opening, close in _PAIRS.items() if opening in "([{⟨〈「『【"}
MIRROR: Final = _PAIRS | {close: opening for opening, close in _PAIRS.items()}


@lru_cache(maxsize=8192)
def _class_of(char: str) -> str:
    return _LETTER.get(bidirectional(char) or "L", "O")


def base_level(text: str) -> int:
    """0 for left to right, 1 for right to left: the first strong character decides."""
    for char in text:
        letter = _class_of(char)
        if letter in "LRA":
            return int(letter != "L")
    return 0


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each character of a paragraph without line breaks; odd levels run right to left."""
    side = "LR"[base]
    classes = _weak(side + "".join(map(_class_of, text)), side)
    if "L" not in classes[1:] and base and "E" not in classes and "N" not in classes:
        return [1] * len(text)
    classes = side + _brackets(text, classes[1:], side)
    classes = _neutral(classes + side, side)[1:-1]
    step = {"L": base, "R": 1, "E": 2, "N": 2} if base == 0 else {"L": 2, "R": 1, "E": 2, "N": 2}
    return [step[letter] for letter in classes]


def _weak(classes: str, side: str) -> str:
    """W1–W7. `classes` starts with the class of the paragraph's side, which keeps every look-back inside the string."""
    classes = re.sub("(.)(M+)", lambda found: found[1] * (1 + len(found[2])), classes)
    classes = re.sub("A[^LR]*", lambda found: found[0].replace("E", "N"), classes).replace("A", "R")
    classes = re.sub("(?<=E)[SC](?=E)", "E", classes)
    classes = re.sub("(?<=N)C(?=N)", "N", classes)
    classes = re.sub("T+(?=E)|(?<=E)T+", lambda found: "E" * len(found[0]), classes)
    classes = re.sub("[STC]", "O", classes)
    return re.sub("L[^LR]*", lambda found: found[0].replace("E", "L"), classes)


def _neutral(classes: str, side: str) -> str:
    """N1 and N2."""
    classes = re.sub("(?<=[REN])O+(?=[REN])", lambda found: "R" * len(found[0]), classes)
    classes = re.sub("(?<=L)O+(?=L)", lambda found: "L" * len(found[0]), classes)
    return classes.replace("O", side)


def _brackets(text: str, classes: str, side: str) -> str:
    """N0: both brackets of a pair take the direction of what they hold or, failing that, of what stands before."""
    pairs = _bracket_pairs(text, classes)
    if not pairs:
        return classes
    letters = list(classes)
    for opening, closing in pairs:
        inside = {"R" if letter in "REN" else letter for letter in letters[opening + 1 : closing] if letter != "O"}
        if not inside:
            continue
        if side in inside:
            direction = side
        else:
            before = next((letter for letter in reversed(letters[:opening]) if letter != "O"), side)
            direction = side if ("R" if before in "REN" else "L") == side else "LR"[side == "L"]
        letters[opening] = letters[closing] = direction
    return "".join(letters)


def _bracket_pairs(text: str, classes: str) -> list[tuple[int, int]]:
    """BD16: (opening, closing) positions, by opening; no pairs beyond a depth of 63."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        if classes[at] != "O":
            continue
        char = normalize("NFC", char)
        if char in _CLOSES.values():
            if len(stack) == 63:
                break
            stack.append((char, at))
        elif char in _CLOSES:
            depth = next((i for i in range(len(stack) - 1, -1, -1) if stack[i][0] == _CLOSES[char]), None)
            if depth is not None:
                pairs.append((stack[depth][1], at))
                del stack[depth:]
    return sorted(pairs)


def visual_order(line_levels: Sequence[int]) -> list[int]:
    """L2: the positions of a line's pieces from left to right."""
    order = list(range(len(line_levels)))
    for level in range(max(line_levels, default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and line_levels[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    return order
