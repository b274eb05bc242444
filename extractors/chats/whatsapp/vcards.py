"""The words of a contact card that was sent: name, numbers, addresses."""

from __future__ import annotations

import re
from typing import Final

from extractors.shortened import shortened

_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_LONGEST: Final = 8192  # of a card that is kept as text; pictures make the rest


def card_words(card: str) -> str:
    """ "Eve Example, +44 7700 900105": what a vCard shows, in the order stored; "" where it shows nothing."""
    words: list[str] = []
    name = ""
    for line in _FOLDED.sub("", card).splitlines():
        label, colon, value = line.partition(":")
        kind = label.partition(";")[0].rpartition(".")[2].upper()
        value = value.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ").strip()
        if not colon or not value:
            continue
        if kind == "FN":
            name = value
        elif kind == "N" and not name:
            name = " ".join(part for part in value.split(";")[1::-1] if part)
        elif kind in ("TEL", "EMAIL", "ORG"):
            words.append(value.strip(";"))
    return ", ".join(part for part in (name, *words) if part)


def card_text(card: str) -> str:
    """The card as stored, cut where it is long."""
    return shortened(card, _LONGEST)
