"""The timeline's overview: how many items fall when. Wheel and +/- zoom, a drag or Shift+arrows brush a range."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.gui import wording
from app.gui.models.bins import Span, counts, edges, whole_span
from app.gui.views.histogram_picture import Picture, paint, place
from evidence_store.queries import NO_TIME_LAST

_COLUMN: Final = 5  # pixels, one of them the gap
_ZOOM: Final = 0.6


class Histogram(QWidget):
    """Draws the sorted times it is given; `brushed` tells of the range chosen as (since, until) or None."""

    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.times = array("q")
        self.dated = 0
        self.whole: Span | None = None
        self.span: Span | None = None
        self.brush: Span | None = None
        self.mark: int | None = None
        self._anchor: int | None = None
        self._pan_from: tuple[int, Span] | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of the timeline")
        self.setToolTip(
            "Drag to choose a range of time; wheel or +/- zooms; arrows move, Shift+arrows choose; Escape clears"
        )
        self._describe()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(600, 116)

    def show_times(self, times: array[int]) -> None:
        """Draws these sorted times; the zoom stays where it still makes sense."""
        self.times = times
        self.dated = bisect_left(times, NO_TIME_LAST)
        before, self.whole = self.whole, whole_span(times, self.dated)
        if self.whole is None or self.span is None or before is None or self.span == before:
            self.span = self.whole
        else:
            self.span = self.span.inside(self.whole)
        self.mark = None
        self._changed()

    def show_brush(self, since: int | None, until: int | None) -> None:
        """Marks the range of the filter, wherever it was set."""
        if since is None and until is None:
            self.brush = None
        else:
            first = since if since is not None else self.whole.start if self.whole else 0
            last = until if until is not None else self.whole.end if self.whole else NO_TIME_LAST
            self.brush = Span(first, max(first, last))
        self._changed()

    def zoom(self, factor: float, around: int | None = None) -> None:
        if self.span and self.whole:
            middle = (self.span.start + self.span.end) // 2
            self.span = self.span.zoomed(factor, around if around is not None else self._point(middle), self.whole)
            self._changed()

    def pan(self, share: float) -> None:
        """Moves the view by a share of its length."""
        if self.span and self.whole:
            self.span = self.span.moved(round(self.span.length * share), self.whole)
            self._changed()

    def show_all(self) -> None:
        self.span = self.whole
        self._changed()

    def columns(self) -> int:
        return max(self.width() // _COLUMN, 1)

    def _point(self, otherwise: int) -> int:
        """The cursor where it is in view, else another place."""
        if self.mark is not None and self.span and self.span.start <= self.mark < self.span.end:
            return self.mark
        return otherwise

    def _changed(self) -> None:
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Tells a screen reader what the picture shows."""
        if self.span is None:
            self.setAccessibleDescription("No item with a time.")
            return
        words = [f"{self.dated:,} items with a time. Shown: {_stretch(self.span)}."]
        if self.brush:
            words.append(f"Chosen: {_stretch(self.brush)}.")
        if self.mark is not None:
            column = self._column_span(self.mark)
            found = counts(self.times, self.dated, column, 1)[0]
            words.append(f"Cursor at {wording.local(column.start)}: {found:,} items.")
        self.setAccessibleDescription(" ".join(words))

    def _column_span(self, at: int) -> Span:
        assert self.span is not None  # noqa: S101 - for the type checker
        places = edges(self.span, self.columns())
        column = min(max((at - self.span.start) * self.columns() // self.span.length, 0), self.columns() - 1)
        return Span(places[column], places[column + 1])

    def time_at(self, x: int) -> int:
        """The time at a pixel."""
        assert self.span is not None  # noqa: S101 - for the type checker
        return self.span.start + self.span.length * min(max(x, 0), self.width()) // max(self.width(), 1)

    def x_of(self, at: int) -> int:
        """The pixel of a time, held within what Qt can draw."""
        assert self.span is not None  # noqa: S101 - for the type checker
        return place(at, self.span, self.width())

    # The keyboard.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, pressed = event.key(), event.modifiers()
        shift = bool(pressed & Qt.KeyboardModifier.ShiftModifier)
        if self.span is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            if pressed & Qt.KeyboardModifier.ControlModifier:
                self.pan(step * 0.25)
            else:
                self._step(step, choose=shift)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / _ZOOM if key == Qt.Key.Key_Minus else _ZOOM)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._step(-self.columns() if key == Qt.Key.Key_Home else self.columns(), choose=shift)
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Delete) and self.brush:
            self._choose(None)
        else:
            super().keyPressEvent(event)

    def _step(self, columns: int, *, choose: bool) -> None:
        """Moves the cursor by columns; with `choose` the range from where it began is brushed."""
        assert self.span is not None and self.whole is not None  # noqa: S101 - for the type checker
        old = self._point((self.span.start + self.span.end) // 2)
        if choose and self._anchor is None:
            self._anchor = self._column_span(old).start
        width = max(self.span.length // self.columns(), 1)
        at = min(max(self._column_span(old).start + columns * width + width // 2, self.whole.start), self.whole.end - 1)
        if not self.span.start <= at < self.span.end:
            self.span = Span(at - self.span.length // 2, at - self.span.length // 2 + self.span.length).inside(
                self.whole
            )
        self.mark = at
        if choose and self._anchor is not None:
            column = self._column_span(at)
            self._choose(Span(min(self._anchor, column.start), max(self._anchor + width, column.end)))
        else:
            self._anchor = None
        self._changed()

    def _choose(self, brush: Span | None) -> None:
        self.brush = brush
        self.brushed.emit(None if brush is None else (brush.start, brush.end))
        self._changed()

    # The mouse.

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turn = event.angleDelta()
        if self.span is None or turn.isNull():
            event.ignore()
            return
        if abs(turn.x()) > abs(turn.y()):
            self.pan(-turn.x() / 1200)
        else:
            self.zoom(_ZOOM ** (turn.y() / 120), self.time_at(round(event.position().x())))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.span is None:
            return
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.button() == Qt.MouseButton.MiddleButton or (event.button() == Qt.MouseButton.LeftButton and held):
            self._pan_from = (round(event.position().x()), self.span)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._anchor = self.mark = self.time_at(round(event.position().x()))
            self._dragging = True
            self._changed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        x = round(event.position().x())
        if self._pan_from and self.whole:
            start, span = self._pan_from
            self.span = span.moved((start - x) * span.length // max(self.width(), 1), self.whole)
            self._changed()
        elif self._dragging and self._anchor is not None:
            at = self.time_at(x)
            self.brush = Span(min(self._anchor, at), max(self._anchor, at))
            self._changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pan_from = None
        if self._dragging and self._anchor is not None and self.span:
            at = self.time_at(round(event.position().x()))
            slip = 3 * self.span.length // max(self.width(), 1)
            if abs(at - self._anchor) > slip:
                self._choose(Span(min(self._anchor, at), max(self._anchor, at)))
        self._dragging, self._anchor = False, None

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:  # noqa: N802
        self._dragging, self._anchor = False, None
        self._choose(None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    # The picture.

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        colours = self.palette()
        painter.fillRect(self.rect(), colours.color(QPalette.ColorRole.Base))
        if self.span is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No item with a time")
        else:
            picture = Picture(
                self.span, self.brush, self.mark, counts(self.times, self.dated, self.span, self.columns())
            )
            paint(painter, colours, self.size(), picture)
        focus = self.hasFocus()
        edge = colours.color(QPalette.ColorRole.Highlight if focus else QPalette.ColorRole.Mid)
        painter.setPen(QPen(edge, 2 if focus else 1))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1) if focus else self.rect().adjusted(0, 0, -1, -1))
        painter.end()


def _stretch(span: Span) -> str:
    return f"from {wording.local(span.start)} to {wording.local(span.end)}"
