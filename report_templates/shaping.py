"""Glyphs for the scripts whose letters join, change places or carry marks above and below.

HarfBuzz does it where it is installed. Where it is not (no build for Windows on ARM), Arabic is joined through the
presentation forms of Unicode and other scripts are set character by character: less handsome, nothing lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from unicodedata import combining

from report_templates.bidi import MIRROR
from report_templates.fonts import Composite, Font
from report_templates.joining import joined

try:
    import uharfbuzz as harfbuzz
except ImportError:  # pragma: no cover - the tests set it to None instead
    harfbuzz = None

_HELD: Final = 20_000  # shaped words kept
_LONGEST: Final = 48  # characters or glyphs in one cluster; only text made to do harm has more


class Cluster(NamedTuple):
    """The smallest piece that is measured and drawn: where it starts in the text, width in 1/1000 em, font, code."""

    start: int
    width: int
    font: int
    code: str


class Glyph(NamedTuple):
    """One glyph in visual order; offsets and advance in font units."""

    gid: int
    dx: int
    dy: int
    advance: int


class Shaper:
    """Words to clusters, with what was shaped before kept for the next time."""

    def __init__(self) -> None:
        self._fonts: dict[int, object] = {}
        self._held: dict[tuple[int, str, bool], list[Cluster]] = {}

    def clusters(self, text: str, font: Font, right_to_left: bool) -> list[Cluster]:
        """The clusters of one word in one font and direction, in the order of the text.

        Raises ValueError for what no embedded font could hold: clusters too long, or too many different ones.
        """
        key = (font.index, text, right_to_left)
        found = self._held.get(key)
        if found is None:
            groups = self._shape(text, font, right_to_left) if harfbuzz else _unshaped(text, font, right_to_left)
            found = []
            for start, end, glyphs in groups:
                if max(end - start, len(glyphs)) > _LONGEST:
                    raise ValueError(f"a cluster of {end - start} characters")
                found.append(_cluster(start, text[start:end], glyphs, font, right_to_left))
            if len(self._held) >= _HELD:
                self._held.clear()
            self._held[key] = found
        return found

    def _shape(self, text: str, font: Font, right_to_left: bool) -> list[tuple[int, int, list[Glyph]]]:
        face = self._fonts.get(font.index)
        if face is None:
            face = self._fonts[font.index] = harfbuzz.Font(harfbuzz.Face(font.data))
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.language = "en"  # or HarfBuzz takes the language of this machine
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if right_to_left else "ltr"
        harfbuzz.shape(face, buffer)
        groups: dict[int, list[Glyph]] = {}
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyph = Glyph(info.codepoint, at.x_offset, at.y_offset, at.x_advance)
            groups.setdefault(info.cluster, []).append(glyph)
        starts = sorted(groups)
        ends = [*starts[1:], len(text)]
        return [(start, end, groups[start]) for start, end in zip(starts, ends, strict=True)]


def _unshaped(text: str, font: Font, right_to_left: bool) -> list[tuple[int, int, list[Glyph]]]:
    """Without HarfBuzz: a glyph a character, joined through presentation forms; what is invisible rides along."""
    groups: list[tuple[int, int, list[Glyph]]] = []
    for start, char in enumerate(joined(text)):
        shown = MIRROR.get(char, char) if right_to_left else char
        gid = font.glyphs.get(ord(shown)) or font.glyphs.get(ord(text[start]), 0)
        unseen = not font.advance(gid) and not combining(char)
        if not groups or (gid and not unseen):
            groups.append((start, start + 1, [Glyph(gid, 0, 0, font.advance(gid))]))
        else:
            groups[-1] = (groups[-1][0], start + 1, groups[-1][2])
    return groups


def _cluster(start: int, text: str, glyphs: Sequence[Glyph], font: Font, right_to_left: bool) -> Cluster:
    """The codes of one cluster, such that it is copied and searched as the characters it was made from.

    From left to right the whole cluster is one code: several glyphs, or one that is moved, become one composite glyph
    of the embedded font. From right to left readers turn round the order of codes, and of the characters of one code:
    each mark keeps a code of its own, and what one code stands for is written backwards.
    """
    if right_to_left:
        # A bracket is copied by its shape: readers mirror it back.
        shown = "".join(MIRROR.get(char, char) for char in text)
        if len(glyphs) > len(text):
            parts, glyph_sets = [shown[::-1]], [list(glyphs)]
        else:
            parts = [shown[len(glyphs) - 1 :][::-1], *reversed(shown[: len(glyphs) - 1])]
            glyph_sets = [[glyph] for glyph in glyphs]
        codes = [_code(some, font, part) for some, part in zip(glyph_sets, parts, strict=True)]
        return Cluster(start, sum(width for width, _ in codes), font.index, "".join(code for _, code in codes))
    width, code = _code(glyphs, font, text)
    return Cluster(start, width, font.index, code)


def _code(glyphs: Sequence[Glyph], font: Font, text: str) -> tuple[int, str]:
    """(width in 1/1000 em, code) of glyphs that stand for `text` together."""
    first = glyphs[0]
    own = font.advance(first.gid)
    if len(glyphs) == 1 and first.dx == first.dy == 0 and bool(first.advance) == bool(own):
        return own, font.code(first.gid, text)  # at its own width: kerning is not worth a code
    parts, pen = [], 0
    for glyph in glyphs:
        parts.append((glyph.gid, pen + glyph.dx, glyph.dy))
        pen += glyph.advance
    composite = Composite(tuple(parts), max(0, pen))
    return round(composite.advance * 1000 / font.units), font.code(composite, text)
