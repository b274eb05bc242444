"""How what was recorded stands side by side where scripts of both directions meet.

Digits that follow a word in Arabic or Hebrew belong to it, for whatever draws the line: the number of somebody behind a
name in such a script is drawn before the name, with its "+" at the end (Unicode Standard Annex #9, rules W2 and N1).
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import bidirectional


def turns(text: str) -> bool:
    """Whether a part of the text runs from right to left."""
    return not text.isascii() and any(bidirectional(char) in ("R", "AL", "AN") for char in text)


def named(name: str | None, identifier: str) -> str:
    """A party as recorded: "Ara Example (07700 900101)"; a name that turns stands in the line below its identifier."""
    if not name or name == identifier:
        return identifier
    return f"{identifier}\n({name})" if turns(name) else f"{name} ({identifier})"


def named_behind(words: str, name: str | None, identifier: str) -> str:
    """The same in one line, behind words in Latin letters: they say that the line runs from left to right."""
    return f"{words} {named(name, identifier)}".replace("\n", " ")


def side_by_side(parts: Sequence[str], between: str) -> str:
    """The parts in one line; each in a line of its own where one would turn what follows it."""
    return ("\n" if any(map(turns, parts[:-1])) else between).join(parts)
