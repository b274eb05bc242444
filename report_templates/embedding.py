"""The fonts of a finished report as PDF objects: cut down to the glyphs in use, with the text each code stands for.

References: ISO 32000-1, 9.7 (composite fonts), 9.10.3 (ToUnicode CMaps); OpenType, `glyf` (composite glyphs).
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent
from pikepdf import Array, Dictionary, Name, Object, Pdf

from report_templates.fonts import FILES, Composite, Font

_ARGS_ARE_OFFSETS: Final = 0x0002
_ROUND_TO_GRID: Final = 0x0004
_CMAP_HEAD: Final = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
_CMAP_TAIL: Final = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


def embed(pdf: Pdf, font: Font) -> Object:
    """The font as an indirect Type 0 dictionary of `pdf`."""
    program, gids, metrics = _cut(font)
    name = Name(f"/{_tag(font)}+{FILES[font.index]}")
    scale = 1000 / font.units
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array([round(value * scale) for value in metrics["box"]]),
        ItalicAngle=0,
        Ascent=round(metrics["ascent"] * scale),
        Descent=round(metrics["descent"] * scale),
        CapHeight=700,
        StemV=80,
        FontFile2=pdf.make_stream(program, Length1=len(program)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=pdf.make_stream(b"".join(gid.to_bytes(2, "big") for gid in gids)),
        DW=1000,
        W=Array([0, Array([_width(font, glyph) for glyph, _ in font.pairs])]),
    )
    whole = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(_to_unicode(font)),
    )
    return pdf.make_indirect(whole)


def _width(font: Font, glyph: int | Composite) -> int:
    return font.advance(glyph) if isinstance(glyph, int) else round(glyph.advance * 1000 / font.units)


def _tag(font: Font) -> str:
    """Six capitals that mark a subset; the font's place in the list is enough to tell them apart."""
    return "AAAA" + chr(65 + font.index // 26) + chr(65 + font.index % 26)


def _cut(font: Font) -> tuple[bytes, list[int], dict[str, Any]]:
    """The font program with the glyphs in use, the glyph of each code, and what the descriptor wants to know."""
    whole = TTFont(BytesIO(font.data), lazy=True, recalcTimestamp=False)
    wanted = {glyph for glyph, _ in font.pairs if isinstance(glyph, int)}
    wanted |= {gid for glyph, _ in font.pairs if isinstance(glyph, Composite) for gid, _, _ in glyph.parts}
    options = subset.Options(
        retain_gids=True,
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        glyph_names=False,
        name_IDs=[0, 13, 14],
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "MATH", "vhea", "vmtx", "gasp", "DSIG"]
    cutter = subset.Subsetter(options)
    cutter.populate(gids=sorted(wanted))
    cutter.subset(whole)
    composites = dict.fromkeys(glyph for glyph, _ in font.pairs if isinstance(glyph, Composite))
    added = {composite: _add(whole, composite) for composite in composites}
    out = BytesIO()
    whole.save(out)
    head, across = whole["head"], whole["hhea"]
    metrics = {
        "box": (head.xMin, head.yMin, head.xMax, head.yMax),
        "ascent": across.ascent,
        "descent": across.descent,
    }
    gids = [glyph if isinstance(glyph, int) else added[glyph] for glyph, _ in font.pairs]
    return out.getvalue(), gids, metrics


def _add(font: TTFont, composite: Composite) -> int:
    """Appends a composite glyph and returns its index."""
    order = font.getGlyphOrder()
    outlines = font["glyf"]
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for gid, x, y in composite.parts:
        if not outlines[order[gid]].numberOfContours:
            continue
        part = GlyphComponent()
        part.glyphName, part.x, part.y = order[gid], x, y
        part.flags = _ARGS_ARE_OFFSETS | _ROUND_TO_GRID
        glyph.components.append(part)
    if not glyph.components:
        glyph = Glyph()
        glyph.numberOfContours = 0
    name = f"composite{len(order)}"
    outlines[name] = glyph
    glyph.recalcBounds(outlines)
    font["hmtx"][name] = (composite.advance, getattr(glyph, "xMin", 0))
    return len(font.getGlyphOrder()) - 1


def _to_unicode(font: Font) -> bytes:
    rows = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, (_, text) in enumerate(font.pairs) if text
    ]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (_CMAP_HEAD + body + _CMAP_TAIL).encode("ascii")
