"""The histogram: zoom, pan, and a range brushed with the mouse and from the keyboard."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.models.bins import HOUR_US, Span
from app.gui.views.histogram import Histogram
from evidence_store.queries import NO_TIME_LAST
from tests.evidence_builders.case import CLOCKS_BACK_US

END = CLOCKS_BACK_US + 99 * HOUR_US


@pytest.fixture
def histogram(qt_app, qtbot):
    made = Histogram()
    qtbot.addWidget(made)
    made.resize(500, 116)
    made.show_times(array("q", [*(CLOCKS_BACK_US + hour * HOUR_US for hour in range(100)), NO_TIME_LAST]))
    made.show()
    return made


def test_items_without_a_time_are_not_drawn(histogram):
    assert histogram.dated == 100
    assert histogram.span == histogram.whole
    assert histogram.span.start <= CLOCKS_BACK_US < END <= histogram.span.end


def test_a_drag_brushes_the_range_under_the_mouse(histogram, qtbot):
    expected = (histogram.time_at(100), histogram.time_at(300))
    with qtbot.waitSignal(histogram.brushed) as caught:
        qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(300, 40))
        qtbot.mouseMove(histogram, QPoint(200, 40))
        qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPoint(100, 40))
    assert caught.args == [expected]
    assert histogram.brush == Span(*expected)


def test_a_click_without_a_drag_chooses_nothing(histogram, qtbot):
    with qtbot.assertNotEmitted(histogram.brushed):
        qtbot.mouseClick(histogram, Qt.MouseButton.LeftButton, pos=QPoint(200, 40))


def test_shift_and_arrows_brush_from_the_mark(histogram, qtbot):
    histogram.setFocus()
    QTest.keyClick(histogram, Qt.Key.Key_Home)
    QTest.keyClick(histogram, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    first = histogram.brush
    with qtbot.waitSignal(histogram.brushed) as caught:
        QTest.keyClick(histogram, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert caught.args == [(histogram.brush.start, histogram.brush.end)]
    assert histogram.brush.start == first.start
    assert histogram.brush.length > first.length


def test_escape_clears_the_range(histogram, qtbot):
    histogram.show_brush(CLOCKS_BACK_US, END)
    with qtbot.waitSignal(histogram.brushed) as caught:
        QTest.keyClick(histogram, Qt.Key.Key_Escape)
    assert (caught.args, histogram.brush) == ([None], None)


def test_plus_and_minus_zoom_and_control_arrows_pan(histogram):
    QTest.keyClick(histogram, Qt.Key.Key_Plus)
    zoomed = histogram.span
    assert zoomed.length == round(histogram.whole.length * 0.6)
    QTest.keyClick(histogram, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert histogram.span == Span(
        min(zoomed.start + round(zoomed.length * 0.25), histogram.whole.end - zoomed.length),
        min(zoomed.end + round(zoomed.length * 0.25), histogram.whole.end),
    )
    QTest.keyClick(histogram, Qt.Key.Key_0)
    assert histogram.span == histogram.whole


def test_the_wheel_zooms_around_the_pointer(histogram):
    under = histogram.time_at(400)
    turn = QWheelEvent(
        QPointF(400, 40),
        QPointF(400, 40),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(histogram, turn)
    assert histogram.span.length == round(histogram.whole.length * 0.6)
    assert abs(histogram.time_at(400) - under) < histogram.span.length // 400


def test_what_it_shows_is_said_to_a_screen_reader(histogram):
    histogram.show_brush(CLOCKS_BACK_US, CLOCKS_BACK_US + HOUR_US)
    assert histogram.accessibleName() == "Histogram of the timeline"
    assert histogram.accessibleDescription().startswith("100 items with a time. Shown: from ")
    assert "Chosen: from 25 Oct 2026 01:30:00 BST to 25 Oct 2026 01:30:00 GMT." in histogram.accessibleDescription()


def test_it_is_drawn_in_the_colours_of_its_columns(histogram):
    picture = histogram.grab().toImage()
    colours = {picture.pixelColor(x, 90).name() for x in range(picture.width())}
    assert histogram.palette().placeholderText().color().name() in colours


def test_no_dated_item_is_no_span(histogram):
    histogram.show_times(array("q", [NO_TIME_LAST]))
    assert (histogram.span, histogram.accessibleDescription()) == (None, "No item with a time.")
    QTest.keyClick(histogram, Qt.Key.Key_Plus)
    assert histogram.grab().isNull() is False
