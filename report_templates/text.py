"""Text of any script as lines ready to be drawn: wrapped, in visual order, each character in a font that has it.

What no font has and what would act without being seen (controls, NUL, direction overrides, lone surrogates) is shown as
its code point in bold brackets, [U+202E], and is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from unicodedata import combining

from report_templates.bidi import RIGHT_TO_LEFT, base_level, levels, visual_order
from report_templates.fonts import BODY, BOLD, EMOJI, FILES, MONO, Font, Fonts
from report_templates.shaping import Shaper

_PIECE: Final = 2000  # characters of a paragraph that are laid out at a time
_MOST_MARKS: Final = 16  # combining marks in a row that are set above each other
_KOREAN: Final = FILES.index("NotoSansKR-Regular")
_CJK: Final = FILES.index("DroidSansFallbackFull")
_PLAIN: Final = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]"
)
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U000e0000-\U000e001f\U000e0100-\U000fffff\U00100000-\U0010ffff]"
)
_RIDES_ALONG: Final = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_EMOJI_SEQUENCE: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    "[\u203c-\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
    "(?:\u200d[\u203c-\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?){0,8}"
)
_TAG: Final = re.compile("[\U000e0020-\U000e007f]")
_SET_APART: Final = frozenset((BODY, BOLD, MONO, EMOJI, *range(_KOREAN, len(FILES))))
_NOT_FIRST: Final = frozenset("、。，．！？：；」』）】〉》ー々…")
_BREAKS: Final = frozenset(("-", "/", "\\", "_", "–", "—"))


class Style(NamedTuple):
    """A font by its index in FILES, its size and the distance of lines, in points."""

    font: int
    size: float
    leading: float


class Line(NamedTuple):
    """One line: its width in points, what draws it once its place is set, and whether it stands at the right."""

    width: float
    ops: str
    right: bool


class _Piece(NamedTuple):
    """A cluster with its place in the line: kind 1 is a space; else 2 may be followed by a
    break, and 4 must not begin a line."""

    start: int
    width: int
    font: int
    code: str
    level: int
    kind: int


class Typesetter:
    """Lays out text in the fonts of one report."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._shaper = Shaper()
        self._plain = {
            index: frozenset(char for cp in fonts[index].glyphs if _PLAIN.match(char := chr(cp)))
            for index in (BODY, BOLD, MONO)
        }

    def width(self, text: str, style: Style) -> float:
        """The width in points of a text that stands on one line."""
        return sum(line.width for line in self.lines(text, style, 1e9))

    def lines(self, text: str, style: Style, width: float) -> Iterator[Line]:
        """The lines of a text in a column `width` points wide; an empty text has none. Holds a piece at a time."""
        limit = width * 1000 / style.size
        start = 0
        while start < len(text):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            if end == start:
                yield Line(0, "", False)
            elif end - start <= _PIECE:
                for _, line in self._wrapped(_tidy(text[start:end]), style, limit, None):
                    yield line
            else:
                yield from self._long(text, start, end, style, limit)
            start = end + 1

    def _long(self, text: str, start: int, end: int, style: Style, limit: float) -> Iterator[Line]:
        """A long paragraph, piece by piece: the last line of each is begun again with the next."""
        base = base_level(text[start : start + _PIECE])
        rest = ""
        while start < end or rest:
            cut = min(end, start + _PIECE)
            piece = rest + _tidy(text[start:cut])
            start, rest = cut, ""
            found = list(self._wrapped(piece, style, limit, base))
            if start < end and len(found) > 1:
                rest = piece[found.pop()[0] :]
            for _, line in found:
                yield line

    def _wrapped(self, text: str, style: Style, limit: float, base: int | None) -> Iterator[tuple[int, Line]]:
        """(where it starts, line) for each line of a text without line breaks."""
        if self._plain[style.font].issuperset(text):
            yield from _plain_lines(text, self.fonts[style.font], style, limit, bool(base))
            return
        if base is None:
            base = base_level(text)
        pieces = self._pieces(text, style.font, base)
        for first, after in _breaks(pieces, limit):
            yield pieces[first].start, _line(pieces[first:after], style, base)

    def _pieces(self, text: str, body: int, base: int) -> list[_Piece]:
        chosen = self._chosen(text, body)
        depth = [0] * len(text)
        if base or RIGHT_TO_LEFT.search(text):
            hidden = "".join("\ufffc" if font is None else char for char, font in zip(text, chosen, strict=True))
            depth = levels(hidden, base)
        pieces: list[_Piece] = []
        start = 0
        for end in range(1, len(text) + 1):
            if end < len(text) and chosen[end] == chosen[start] and depth[end] == depth[start]:
                continue
            self._run(text, start, end, chosen[start], depth[start], pieces)
            start = end
        return pieces

    def _chosen(self, text: str, body: int) -> list[int | None]:
        """The font of each character, or None for one that is shown as its code point."""
        chosen: list[int | None] = []
        sequences = {at.start(): at.end() for at in _EMOJI_SEQUENCE.finditer(text) if at[0][0] in self.fonts[EMOJI]}
        sequence_end = in_a_row = 0
        for at, char in enumerate(text):
            sequence_end = sequences.get(at, sequence_end)
            in_a_row = in_a_row + 1 if combining(char) else 0
            before = chosen[-1] if chosen else None
            if in_a_row > _MOST_MARKS or _UNSEEN.match(char):
                chosen.append(None)
            elif at < sequence_end:
                chosen.append(EMOJI)
            elif char == " ":
                chosen.append(body if before is None or before in _SET_APART else before)
            elif char in "\u200c\u200d" and before in (None, BODY, BOLD, MONO):
                chosen.append(None)
            elif before is not None and _RIDES_ALONG.match(char) and (char in self.fonts[before] or char > "\u0370"):
                chosen.append(before)
            elif _TAG.match(char):
                chosen.append(None)
            else:
                chosen.append(body if char in self.fonts[body] else self.fonts.find(char))
        return chosen

    def _run(self, text: str, start: int, end: int, index: int | None, level: int, pieces: list[_Piece]) -> None:
        """Adds the pieces of one run of a single font and level."""
        if index is None:
            pieces.extend(self._mark(at, text[at], level) for at in range(start, end))
            return
        font = self.fonts[index]
        run = text[start:end]
        if index in _SET_APART and level % 2 == 0 and not _JOINED.search(run):
            for at, char in enumerate(run, start):
                kind = 2 * (index in (_CJK, EMOJI) or char in _BREAKS) + 4 * (char in _NOT_FIRST) if char != " " else 1
                pieces.append(_Piece(at, font.width[char], index, font.hex[char], level, kind))
            return
        for word in re.finditer(" |[^ ]+", run):
            at = start + word.start()
            if word[0] == " ":
                pieces.append(_Piece(at, font.width[" "], index, font.hex[" "], level, 1))
            else:
                self._word(at, word[0], font, level, pieces)

    def _word(self, start: int, word: str, font: Font, level: int, pieces: list[_Piece]) -> None:
        try:
            clusters = self._shaper.clusters(word, font, level % 2 == 1)
        except ValueError:
            pieces.extend(self._mark(at, char, level) for at, char in enumerate(word, start))
            return
        for cluster in clusters:
            kind = 2 * (font.index == EMOJI)
            pieces.append(_Piece(start + cluster.start, cluster.width, font.index, cluster.code, level, kind))

    def _mark(self, at: int, char: str, level: int) -> _Piece:
        """A code point in words, always drawn from left to right, as one piece."""
        bold = self.fonts[BOLD]
        shown = f"[U+{ord(char):04X}]"
        return _Piece(at, sum(bold.width[c] for c in shown), BOLD, "".join(bold.hex[c] for c in shown), level, 2)


_JOINED: Final = re.compile(
    _RIDES_ALONG.pattern + "|[\u1100-\u11ff\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]|" + _TAG.pattern
)


def _tidy(text: str) -> str:
    """Tabs as spaces; a carriage return at the end of a line belongs to its line break."""
    return text.removesuffix("\r").replace("\t", "    ")


def _plain_lines(text: str, font: Font, style: Style, limit: float, right: bool) -> Iterator[tuple[int, Line]]:
    """The quick way for what needs neither shaping nor a second font."""
    widths, codes = font.width, font.hex
    head = f"/{font.resource} {style.size:g} Tf <"
    scale = style.size / 1000
    for start, end in _plain_breaks(text, widths, limit):
        shown = text[start:end].rstrip(" ")
        drawn = head + "".join(map(codes.__getitem__, shown)) + ">Tj" if shown else ""
        yield start, Line(sum(map(widths.__getitem__, shown)) * scale, drawn, right)


def _plain_breaks(text: str, widths: dict[str, int], limit: float) -> Iterator[tuple[int, int]]:
    if sum(map(widths.__getitem__, text)) <= limit:
        yield 0, len(text)
        return
    start = at = 0
    used = 0
    for word in re.findall("[^ ]* ?", text):
        wide = sum(map(widths.__getitem__, word))
        bare = wide - widths[" "] if word.endswith(" ") else wide
        if used + bare > limit and at > start:
            yield start, at
            start, used = at, 0
        if bare > limit:
            for cut in _cuts(word, widths, limit):
                yield start, start + cut
                start += cut
            used = sum(map(widths.__getitem__, text[start : at + len(word)]))
        else:
            used += wide
        at += len(word)
    if at > start:
        yield start, at


def _cuts(word: str, widths: dict[str, int], limit: float) -> Iterator[int]:
    """Lengths to cut off the front of a word that is wider than the column, after a separator where one is near."""
    start, used = 0, 0
    for at, char in enumerate(word):
        used += widths[char]
        if used <= limit or at == start:
            continue
        nearest = next((back for back in range(at, start + (at - start) // 2, -1) if word[back - 1] in _BREAKS), at)
        yield nearest - start
        start, used = nearest, sum(map(widths.__getitem__, word[nearest : at + 1]))


def _breaks(pieces: list[_Piece], limit: float) -> Iterator[tuple[int, int]]:
    """(first, after) of each line, breaking where a break is allowed and anywhere when it must."""
    first = may = 0
    used = 0
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        used += piece.width
        if used > limit and piece.kind != 1 and at > first:
            after = may if may > first else at
            yield first, after
            first = at = may = after
            used = 0
            continue
        at += 1
        follows = pieces[at] if at < len(pieces) else piece
        if piece.kind == 1 or (not follows.kind & 4 and (piece.kind & 2 or follows.font == _CJK)):
            may = at
    if first < len(pieces):
        yield first, len(pieces)


def _line(pieces: list[_Piece], style: Style, base: int) -> Line:
    """Pieces of one line in visual order; spaces at its end are not drawn."""
    end = len(pieces)
    while end and pieces[end - 1].kind == 1:
        end -= 1
    shown = pieces[:end]
    if any(piece.level for piece in shown):
        shown = [shown[at] for at in visual_order([piece.level for piece in shown])]
    ops: list[str] = []
    at = 0
    while at < len(shown):
        after = at + 1
        while after < len(shown) and shown[after].font == shown[at].font:
            after += 1
        codes = "".join([piece.code for piece in shown[at:after]])
        ops.append(f"/F{shown[at].font + 1} {style.size:g} Tf <{codes}>Tj")
        at = after
    return Line(sum(piece.width for piece in shown) * style.size / 1000, " ".join(ops), base == 1)
