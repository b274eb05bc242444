"""A4 pages: drawn by ReportLab, kept on disk in parts, so that a long report costs no memory.

A part names fonts and the total of pages only by their resource names (F1, F2 …, PageCount); `binding` supplies them.
"""

from __future__ import annotations

from array import array
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from report_templates.text import Line, Style, Typesetter

WIDTH: Final = 595.28
HEIGHT: Final = 841.89
LEFT: Final = 34.0
RIGHT: Final = WIDTH - 34.0
TOP: Final = HEIGHT - 64.0
BOTTOM: Final = 58.0
PART_PAGES: Final = 200
_SMALL: Final = Style(0, 8, 10)
_SMALL_BOLD: Final = Style(1, 8.5, 10)


class Furniture(NamedTuple):
    """What stands at the head and foot of each page."""

    marking: str
    reference: str
    title: str
    source: str
    made: str


class Bookmark(NamedTuple):
    title: str
    level: int
    page: int
    y: float


class Paper:
    """Consecutive pages from `first`. With no folder nothing is kept and only the pages are counted."""

    def __init__(self, folder: Path | None, name: str, type_: Typesetter, furniture: Furniture, first: int = 1) -> None:
        self.type = type_
        self.page = first - 1
        self.bookmarks: list[Bookmark] = []
        self.links = array("f")  # page, x0, y0, x1, y1, page linked to
        self.parts: list[Path] = []
        self._folder, self._name = folder, name
        self._canvas: Any = None
        self._in_part = 0
        self._top, self._foot, self._number_at = self._furniture(furniture)

    def _furniture(self, f: Furniture) -> tuple[str, str, float]:
        top = [
            self._placed(f.marking, _SMALL_BOLD, HEIGHT - 28, "middle"),
            self._placed(f.reference, _SMALL, HEIGHT - 44, "left"),
            self._placed(f.title, _SMALL, HEIGHT - 44, "right"),
        ]
        foot = [
            self._placed(f.source, _SMALL, 20, "left"),
            self._placed(f.made, _SMALL, 34, "right"),
            self._placed(f.marking, _SMALL_BOLD, 20, "middle"),
        ]
        rules = f"{LEFT:.2f} {HEIGHT - 50:.2f} m {RIGHT:.2f} {HEIGHT - 50:.2f} l S {LEFT:.2f} 46 m {RIGHT:.2f} 46 l S"
        return f"0.5 w BT {' '.join(top)} ET {rules}", f"BT {' '.join(foot)}", LEFT

    def _placed(self, text: str, style: Style, y: float, where: str) -> str:
        """One line, cut to the part of the page that is its own."""
        room = RIGHT - LEFT if style is _SMALL_BOLD else (RIGHT - LEFT) * 0.49
        line = next(self.type.lines(" ".join(text.split()), style, room), Line(0, "", False))
        x = {"left": LEFT, "middle": (WIDTH - line.width) / 2, "right": RIGHT - line.width}[where]
        return f"1 0 0 1 {x:.2f} {y:.2f} Tm {line.ops}"

    def new_page(self) -> None:
        self._end_page()
        self.page += 1
        if not self._folder:
            return
        if self._canvas is None:
            path = self._folder / f"{self._name}-{len(self.parts):05d}.pdf"
            self.parts.append(path)
            rl_config.useA85 = 0
            self._canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
        number = next(self.type.lines(f"Page {self.page} of ", _SMALL, 200))
        space = self.type.fonts[0].width[" "] * _SMALL.size / 1000
        self.draw(self._top)
        self.draw(f"{self._foot} 1 0 0 1 {LEFT:.2f} 34 Tm {number.ops} ET")
        self.draw(f"q 1 0 0 1 {LEFT + number.width + space:.2f} 34 cm /PageCount Do Q")

    def draw(self, operators: str) -> None:
        """Adds page content in PDF operators, outside any text object."""
        if self._canvas is not None:
            self._canvas.addLiteral(operators)

    def picture(self, jpeg: bytes, x: float, y: float, width: float, height: float) -> None:
        if self._canvas is not None:
            self._canvas.drawImage(ImageReader(BytesIO(jpeg)), x, y, width, height)

    def link(self, x0: float, y0: float, x1: float, y1: float, page: int) -> None:
        """A rectangle of this page that leads to another."""
        self.links.extend((self.page, x0, y0, x1, y1, page))

    def bookmark(self, title: str, level: int, y: float) -> None:
        self.bookmarks.append(Bookmark(title, level, self.page, y))

    def _end_page(self) -> None:
        if self._canvas is None:
            return
        self._canvas.showPage()
        self._in_part += 1
        if self._in_part >= PART_PAGES:
            self._close_part()

    def _close_part(self) -> None:
        self._canvas.save()
        self._canvas, self._in_part = None, 0

    def finish(self) -> None:
        """Ends the last page; no page may follow."""
        self._end_page()
        if self._canvas is not None:
            self._close_part()


def page_count_form(type_: Typesetter, pages: int) -> str:
    """The content of the form that prints the total after "Page N of "."""
    line = next(type_.lines(str(pages), _SMALL, 200))
    return f"BT 1 0 0 1 0 0 Tm {line.ops} ET"


def picture_size(jpeg: bytes, width: float, height: float) -> tuple[float, float]:
    """The size in points to draw a JPEG within a box. Raises ValueError where it cannot be read."""
    try:
        across, down = ImageReader(BytesIO(jpeg)).getSize()
    except (OSError, ValueError, SyntaxError) as problem:
        raise ValueError(f"picture cannot be read: {problem}") from problem
    scale = min(width / max(across, 1), height / max(down, 1), 0.75)
    return across * scale, down * scale
