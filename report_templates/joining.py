"""Arabic letters joined through Unicode's presentation forms: the stand-by where HarfBuzz is not installed.

References: The Unicode Standard, chapter 9.2 (cursive joining); UnicodeData.txt, decompositions of U+FB50–U+FEFC.
"""

from __future__ import annotations

from functools import cache
from unicodedata import combining, decomposition


@cache
def _forms() -> dict[tuple[str, str], str]:
    """(form, letter) to the presentation form, from the decompositions of Unicode's own data."""
    found: dict[tuple[str, str], str] = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)):
        parts = decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0] in ("<isolated>", "<final>", "<initial>", "<medial>"):
            found.setdefault((parts[0], chr(int(parts[1], 16))), chr(code))
    return found


def joined(text: str) -> str:
    """The text with each Arabic letter in the form its neighbours ask for; the same length, other scripts untouched."""
    forms = _forms()
    letters = [at for at, char in enumerate(text) if not combining(char)]
    shown = list(text)
    for nth, at in enumerate(letters):
        before = text[letters[nth - 1]] if nth else ""
        after = text[letters[nth + 1]] if nth + 1 < len(letters) else ""
        from_before = ("<initial>", before) in forms and ("<final>", text[at]) in forms
        to_after = ("<initial>", text[at]) in forms and ("<final>", after) in forms
        form = ("<isolated>", "<final>", "<initial>", "<medial>")[from_before + 2 * to_after]
        shown[at] = forms.get((form, text[at]), text[at])
    return "".join(shown)
