"""How the histogram is drawn: columns, the chosen range, the axis of time and the keyboard's mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from app.gui.models.bins import Span, ticks

AXIS: Final = 20  # pixels below the ground line
_HEAD: Final = 18
_LOWEST: Final = 3  # a single item must be seen beside ten thousand
_TICK_ROOM: Final = 110


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen: the span, the chosen range, the mark, and the items in each column."""

    span: Span
    brush: Span | None
    mark: int | None
    counts: list[int]


def place(at: int, span: Span, width: int) -> int:
    """The pixel of a time, held within what Qt can draw."""
    return min(max((at - span.start) * width // span.length, -10), width + 10)


def paint(painter: QPainter, colours: QPalette, size: QSize, picture: Picture) -> None:
    """Draws it into the whole of `size`."""
    ground = size.height() - AXIS
    if picture.brush:
        _brush(painter, colours.color(QPalette.ColorRole.Highlight), (size.width(), ground), picture)
    _columns(painter, colours, (size.width(), ground), picture)
    _axis(painter, colours.color(QPalette.ColorRole.Text), size, picture)


def _brush(painter: QPainter, edge: QColor, room: tuple[int, int], picture: Picture) -> None:
    assert picture.brush is not None  # noqa: S101 - for the type checker
    width, ground = room
    left, right = place(picture.brush.start, picture.span, width), place(picture.brush.end, picture.span, width)
    wash = QColor(edge)
    wash.setAlpha(45)
    painter.fillRect(QRect(left, 0, max(right - left, 2), ground), wash)
    painter.setPen(QPen(edge, 2))
    painter.drawLine(left, 0, left, ground)
    painter.drawLine(right, 0, right, ground)


def _columns(painter: QPainter, colours: QPalette, room: tuple[int, int], picture: Picture) -> None:
    width, ground = room
    many = len(picture.counts)
    most = max(picture.counts) or 1
    plain, chosen = colours.color(QPalette.ColorRole.PlaceholderText), colours.color(QPalette.ColorRole.Highlight)
    for column, count in enumerate(picture.counts):
        if not count:
            continue
        left, right = column * width // many, (column + 1) * width // many
        height = max(count * (ground - _HEAD) // most, _LOWEST)
        middle = picture.span.start + picture.span.length * (2 * column + 1) // (2 * many)
        inside = picture.brush is not None and picture.brush.start <= middle < picture.brush.end
        painter.fillRect(left, ground - height, max(right - left - 1, 1), height, chosen if inside else plain)
    painter.setPen(colours.color(QPalette.ColorRole.Text))
    painter.drawText(6, 14, f"Highest column: {most:,}")


def _axis(painter: QPainter, ink: QColor, size: QSize, picture: Picture) -> None:
    ground = size.height() - AXIS
    painter.setPen(ink)
    painter.drawLine(0, ground, size.width(), ground)
    free = 4
    for at, label in ticks(picture.span, max(size.width() // _TICK_ROOM, 1)):
        x = place(at, picture.span, size.width())
        painter.drawLine(x, ground, x, ground + 4)
        width = painter.fontMetrics().horizontalAdvance(label)
        if x - width // 2 >= free and x + width // 2 < size.width() - 4:
            painter.drawText(QPoint(x - width // 2, size.height() - 4), label)
            free = x + width // 2 + 8
    if picture.mark is not None:
        x = place(picture.mark, picture.span, size.width())
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
        painter.drawLine(x, 0, x, ground)
