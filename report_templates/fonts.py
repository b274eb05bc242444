"""The fonts that the program ships, and which of them has a character.

A font here hands out codes: one for each pair of a glyph and the text it stands for, so that what is copied or searched
is exactly what was in the evidence, even where one glyph serves two characters or two characters share a glyph.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from struct import unpack
from typing import Final, NamedTuple, TypeVar

from fontTools.ttLib import TTFont

from resources import read

# In the order of preference; the first three are the body, bold and hash fonts.
FILES: Final = (
    "NotoSans-Regular",
    "NotoSans-Bold",
    "NotoSansMono-Regular",
    "NotoEmoji-Regular",
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansBengali-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansOriya-Regular",
    "NotoSansTamil-Regular",
    "NotoSansTelugu-Regular",
    "NotoSansKannada-Regular",
    "NotoSansMalayalam-Regular",
    "NotoSansSinhala-Regular",
    "NotoSansThai-Regular",
    "NotoSansLao-Regular",
    "NotoSansMyanmar-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansEthiopic-Regular",
    "NotoSansCherokee-Regular",
    "NotoSansCanadianAboriginal-Regular",
    "NotoSansKhmer-Regular",
    "NotoSansSyriac-Regular",
    "NotoSansThaana-Regular",
    "NotoSansNKo-Regular",
    "NotoSansOlChiki-Regular",
    "NotoSansTifinagh-Regular",
    "NotoSansAdlam-Regular",
    "NotoSansYi-Regular",
    "NotoSansKR-Regular",
    "DroidSansFallbackFull",
    "NotoSansSymbols-Regular",
    "NotoSansSymbols2-Regular",
    "NotoSansMath-Regular",
)
BODY, BOLD, MONO, EMOJI = 0, 1, 2, 3
# Where to look first, so that a common script does not load every font: (first, last code point, index in FILES).
_HINTS: Final = (
    (0x0530, 0x058F, FILES.index("NotoSansArmenian-Regular")),
    (0x0590, 0x05FF, FILES.index("NotoSansHebrew-Regular")),
    (0x0600, 0x06FF, FILES.index("NotoSansArabic-Regular")),
    (0x0700, 0x074F, FILES.index("NotoSansSyriac-Regular")),
    (0x0750, 0x077F, FILES.index("NotoSansArabic-Regular")),
    (0x0780, 0x07BF, FILES.index("NotoSansThaana-Regular")),
    (0x07C0, 0x07FF, FILES.index("NotoSansNKo-Regular")),
    (0x08A0, 0x08FF, FILES.index("NotoSansArabic-Regular")),
    (0x0900, 0x097F, FILES.index("NotoSansDevanagari-Regular")),
    (0x0980, 0x09FF, FILES.index("NotoSansBengali-Regular")),
    (0x0A00, 0x0A7F, FILES.index("NotoSansGurmukhi-Regular")),
    (0x0A80, 0x0AFF, FILES.index("NotoSansGujarati-Regular")),
    (0x0B00, 0x0B7F, FILES.index("NotoSansOriya-Regular")),
    (0x0B80, 0x0BFF, FILES.index("NotoSansTamil-Regular")),
    (0x0C00, 0x0C7F, FILES.index("NotoSansTelugu-Regular")),
    (0x0C80, 0x0CFF, FILES.index("NotoSansKannada-Regular")),
    (0x0D00, 0x0D7F, FILES.index("NotoSansMalayalam-Regular")),
    (0x0D80, 0x0DFF, FILES.index("NotoSansSinhala-Regular")),
    (0x0E00, 0x0E7F, FILES.index("NotoSansThai-Regular")),
    (0x0E80, 0x0EFF, FILES.index("NotoSansLao-Regular")),
    (0x1000, 0x109F, FILES.index("NotoSansMyanmar-Regular")),
    (0x10A0, 0x10FF, FILES.index("NotoSansGeorgian-Regular")),
    (0x1780, 0x17FF, FILES.index("NotoSansKhmer-Regular")),
    (0x2E80, 0x9FFF, FILES.index("DroidSansFallbackFull")),
    (0x1100, 0x11FF, FILES.index("NotoSansKR-Regular")),
    (0x3130, 0x318F, FILES.index("NotoSansKR-Regular")),
    (0xAC00, 0xD7A3, FILES.index("NotoSansKR-Regular")),
    (0xF900, 0xFAFF, FILES.index("DroidSansFallbackFull")),
    (0xFB50, 0xFDFF, FILES.index("NotoSansArabic-Regular")),
    (0xFE70, 0xFEFE, FILES.index("NotoSansArabic-Regular")),
    (0xFF00, 0xFFEF, FILES.index("DroidSansFallbackFull")),
    (0x1D400, 0x1D7FF, FILES.index("NotoSansMath-Regular")),
)
# Codes are two bytes. No font has more than 30,000 characters, and no honest text as many clusters besides.
MOST_JOINED: Final = 30_000
Value = TypeVar("Value")


class Composite(NamedTuple):
    """A glyph to be added to the embedded font: (glyph, x, y) parts and an advance, in font units."""

    parts: tuple[tuple[int, int, int], ...]
    advance: int


class Font:
    """One shipped font as the report uses it: coverage, glyph widths in 1/1000 em, and the codes given out."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.name = FILES[index]
        self.resource = f"F{index + 1}"  # F1 is also what ReportLab's page preamble names
        self.data = read(f"fonts/{FILES[index]}.ttf")
        font = TTFont(BytesIO(self.data), lazy=True)
        self.units = font["head"].unitsPerEm
        order = {name: gid for gid, name in enumerate(font.getGlyphOrder())}
        self.glyphs: dict[int, int] = {cp: order[name] for cp, name in font.getBestCmap().items()}
        self._advances = _advances(font)
        self.pairs: list[tuple[int | Composite, str]] = [(0, "")]
        self._joined = 0
        self._codes: dict[tuple[int | Composite, str], str] = {}
        # Plain text is looked up character by character: code as four hexadecimal digits, and width.
        self.hex: dict[str, str] = _OnDemand(self._plain_code)
        self.width: dict[str, int] = _OnDemand(lambda char: self.advance(self.glyphs[ord(char)]))

    def __contains__(self, char: str) -> bool:
        return ord(char) in self.glyphs

    def advance(self, gid: int) -> int:
        return self._advances[gid] if gid < len(self._advances) else self._advances[-1]

    def code(self, glyph: int | Composite, text: str) -> str:
        """The code of a glyph that stands for `text`, as four hexadecimal digits; ValueError when none is left."""
        code = self._codes.get((glyph, text))
        if code is None:
            if len(text) > 1 or not isinstance(glyph, int):
                self._joined += 1
                if self._joined > MOST_JOINED:
                    raise ValueError(f"more than {MOST_JOINED} different clusters in one font")
            code = self._codes[(glyph, text)] = f"{len(self.pairs):04X}"
            self.pairs.append((glyph, text))
        return code

    def _plain_code(self, char: str) -> str:
        return self.code(self.glyphs[ord(char)], char)


class Fonts:
    """The fonts of one report, each read when the first character asks for it."""

    def __init__(self) -> None:
        self._loaded: dict[int, Font] = {}
        self._found: dict[str, int | None] = {}

    def __getitem__(self, index: int) -> Font:
        font = self._loaded.get(index)
        if font is None:
            font = self._loaded[index] = Font(index)
        return font

    def used(self) -> list[Font]:
        """Those that gave out a code, in the order of FILES."""
        return [self._loaded[index] for index in sorted(self._loaded) if len(self._loaded[index].pairs) > 1]

    def find(self, char: str) -> int | None:
        """The index of the first font that has the character, or None."""
        if char not in self._found:
            self._found[char] = self._search(char)
        return self._found[char]

    def _search(self, char: str) -> int | None:
        hinted = [index for first, last, index in _HINTS if first <= ord(char) <= last]
        rest = [index for index in range(len(FILES)) if index not in (BOLD, MONO)]
        return next((index for index in [*hinted, *rest] if char in self[index]), None)


class _OnDemand(dict[str, Value]):
    """A dictionary that works out what it does not hold yet."""

    def __init__(self, make: Callable[[str], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, char: str) -> Value:
        value = self[char] = self._make(char)
        return value


def _advances(font: TTFont) -> list[int]:
    """Advance widths by glyph in 1/1000 em, read straight from `hmtx`: fontTools would name every glyph first."""
    count, units = font["hhea"].numberOfHMetrics, font["head"].unitsPerEm
    metrics = unpack(f">{count * 2}H", font.reader["hmtx"][: count * 4])
    return [round(advance * 1000 / units) for advance in metrics[::2]]
