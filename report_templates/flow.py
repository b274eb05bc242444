"""Headings, paragraphs and tables that run down the page and on to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from report_templates.fonts import BODY, BOLD, MONO
from report_templates.paper import BOTTOM, LEFT, RIGHT, TOP, Paper, picture_size
from report_templates.text import Line, Style

TEXT: Final = Style(BODY, 10.5, 14.5)
STRONG: Final = Style(BOLD, 10.5, 14.5)
SMALL: Final = Style(BODY, 9, 11.6)
SMALL_STRONG: Final = Style(BOLD, 9, 11.6)
HASH: Final = Style(MONO, 9, 11.6)
_HEADINGS: Final = (Style(BOLD, 16, 21), Style(BOLD, 12, 16))
_GAP: Final = 6.0  # between columns
_PAD: Final = 2.6  # above and below the lines of a row
_KEPT: Final = 14  # rows of up to so many lines are not split


class Column(NamedTuple):
    title: str
    width: float
    style: Style = SMALL
    right: bool = False


class Flow:
    """A place on the page that moves down: `y` is where the next thing stands."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.type = paper.type
        self.y = 0.0

    def new_page(self) -> None:
        self.paper.new_page()
        self.y = TOP

    def need(self, height: float) -> bool:
        """True when there was no room and a new page was begun."""
        if self.y - height >= BOTTOM:
            return False
        self.new_page()
        return True

    def heading(self, title: str, level: int = 0, fresh: bool = True) -> None:
        """A section (level 0, on a new page unless not `fresh`) or a part of one; both are bookmarked."""
        style = _HEADINGS[level]
        if level == 0 and fresh:
            self.new_page()
        else:
            self.need(style.leading * 3 + (150 if level == 0 else 20))
            self.y -= 8
        self.paper.bookmark(title, level, self.y + 4)
        self.paragraph(title, style, after=6 if level == 0 else 3)

    def paragraph(
        self, text: str, style: Style = TEXT, after: float = 6, indent: float = 0, page: int | None = None
    ) -> None:
        """Text across the page; with `page` each line is a link to it."""
        left, width = LEFT + indent, RIGHT - LEFT - indent
        for line in self.type.lines(text, style, width):
            self.need(style.leading)
            self.y -= style.leading
            x = RIGHT - line.width if line.right else left
            base = self.y + style.leading * 0.24
            self.paper.draw(f"BT 1 0 0 1 {x:.2f} {base:.2f} Tm {line.ops} ET")
            if page is not None:
                self.paper.link(left, self.y, left + line.width, self.y + style.leading, page)
        self.y -= after

    def facts(self, rows: Iterable[tuple[str, str]], label_width: float = 150, style: Style = TEXT) -> None:
        """Labels in bold and what stands for them."""
        strong = style._replace(font=BOLD)
        columns = (Column("", label_width, strong), Column("", RIGHT - LEFT - label_width - _GAP, style))
        table = Table(self, columns, headed=False)
        for label, value in rows:
            table.row((label, value))
        table.end()

    def rule(self) -> None:
        self.paper.draw(f"0.4 w {LEFT:.2f} {self.y:.2f} m {RIGHT:.2f} {self.y:.2f} l S")

    def picture(self, jpeg: bytes, x: float, width: float, height: float) -> None:
        """A picture within a box; raises ValueError where it cannot be read."""
        across, down = picture_size(jpeg, width, height)
        self.need(down + 4)
        self.y -= down + 2
        self.paper.picture(jpeg, x, self.y, across, down)
        self.y -= 2


class Table:
    """Rows under a head that is repeated on each page. A row that does not fit is split and says "continued"."""

    def __init__(self, flow: Flow, columns: Sequence[Column], headed: bool = True) -> None:
        self.flow, self.columns, self.headed = flow, columns, headed
        self.leading = columns[0].style.leading
        self._ruled_at = 0.0
        self._most = int((TOP - BOTTOM) / self.leading) + 2
        lefts = [LEFT]
        for column in columns:
            lefts.append(lefts[-1] + column.width + _GAP)
        self.lefts = lefts
        self._head = [
            list(flow.type.lines(column.title, column.style._replace(font=BOLD), column.width)) for column in columns
        ]
        if headed:
            flow.need(self.leading * 5)
            self._draw_head()

    def _draw_head(self) -> None:
        if not self.headed:
            return
        lines = max(len(cell) for cell in self._head)
        self._draw_lines(self._head, lines)
        self.flow.paper.draw("1 w")
        self.flow.rule()
        self._ruled_at = self.flow.y

    def _rule(self) -> None:
        """The line above a row, unless the head has just drawn it."""
        if self.headed and self.flow.y != self._ruled_at:
            self.flow.rule()

    def new_page(self) -> None:
        self.flow.new_page()
        self._draw_head()

    def row(self, cells: Sequence[str | Iterable[Line]], page: int | None = None, below: int = 0) -> int:
        """One row; returns the page it begins on. A cell is a text, or lines already made. With `page` the row links
        to it; `below` says how many lines of `under` are to stay with it."""
        waiting = [self._lines(cell, column) for cell, column in zip(cells, self.columns, strict=True)]
        held = [list(islice(lines, self._most)) for lines in waiting]
        count = max(map(len, held))
        whole = count + min(below, 12)
        if self._room() < (whole if whole <= _KEPT else 3):
            self.new_page()
        self._rule()
        begins, label = self.flow.paper.page, held[0][:1]
        while True:
            room = self._room()
            top, shown = self.flow.y, min(count, room)
            self._draw_lines(held, shown)
            if page is not None and self.flow.paper.page == begins:
                self.flow.paper.link(LEFT, self.flow.y, RIGHT, top, page)
            held = [
                lines[shown:] + list(islice(more, self._most - len(lines[shown:])))
                for lines, more in zip(held, waiting, strict=True)
            ]
            count = max(map(len, held))
            if not count:
                return begins
            self._carry_over(held, label)
            count = max(map(len, held))

    def _room(self) -> int:
        """How many lines this page still takes, one kept for "continued"."""
        return int((self.flow.y - BOTTOM - 2 * _PAD) / self.leading) - 1

    def _carry_over(self, held: list[list[Line]], label: Sequence[Line]) -> None:
        style, width = self.columns[0].style._replace(font=BODY), self.columns[0].width
        note = list(self.flow.type.lines("continued →" if width > 60 else "→", style, width))
        self._draw_lines([note], len(note), padding=0)
        self.new_page()
        self._rule()
        held[0] = [*label, *self.flow.type.lines("continued", style, width), *held[0]]

    def _lines(self, cell: str | Iterable[Line], column: Column) -> Iterator[Line]:
        return self.flow.type.lines(cell, column.style, column.width) if isinstance(cell, str) else iter(cell)

    def _draw_lines(self, cells: Sequence[Sequence[Line]], count: int, padding: float = _PAD) -> None:
        """The first `count` lines of each cell."""
        start = self.flow.y - padding - self.leading * 0.76
        drawn = []
        for cell, left, column in zip(cells, self.lefts, self.columns, strict=False):
            y = start
            for line in cell[:count]:
                if line.ops:
                    x = left + column.width - line.width if line.right or column.right else left
                    drawn.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {line.ops}")
                y -= self.leading
        if drawn:
            self.flow.paper.draw(f"BT {' '.join(drawn)} ET")
        self.flow.y -= count * self.leading + 2 * padding

    def under(self, lines: Iterable[Line], left: float = 0) -> None:
        """Lines below the last row, from the second column (or from `left`) to the right edge of the table."""
        left = left or self.lefts[1]
        self.flow.y += 0.8
        for line in lines:
            if self.flow.y - self.leading < BOTTOM:
                self.new_page()
            self.flow.y -= self.leading
            self.flow.paper.draw(f"BT 1 0 0 1 {left:.2f} {self.flow.y + _PAD:.2f} Tm {line.ops} ET")
        self.flow.y -= 2

    def band(self, text: str, style: Style = SMALL_STRONG) -> None:
        """A row across the whole table."""
        lines = list(self.flow.type.lines(text, style, RIGHT - LEFT))
        if self.flow.y - (len(lines) + 3) * self.leading < BOTTOM:
            self.new_page()
        self._rule()
        self.flow.y -= _PAD
        for line in lines:
            self.flow.y -= self.leading
            x = RIGHT - line.width if line.right else LEFT
            self.flow.paper.draw(f"BT 1 0 0 1 {x:.2f} {self.flow.y + _PAD:.2f} Tm {line.ops} ET")
        self.flow.y -= _PAD

    def end(self) -> None:
        if self.headed:
            self.flow.rule()
        self.flow.y -= 10
