"""PySide6 6.12 releases None once too often on CPython 3.11, which ends the process after some thousand calls.

No resolver keeps that version away (its wheel says cp310-abi3), so the bound in pyproject.toml is checked here.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QObject, QPointF, QRect, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QStandardItem, QStandardItemModel, QTextLayout
from PySide6.QtWidgets import QApplication, QWidget

CALLS = 200
MOST_LOST = 20


class Bell(QObject):
    rung = Signal(int)


class Painted(QWidget):
    def paintEvent(self, _: QPaintEvent) -> None:
        QPainter(self).end()


def painting():
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    painter = QPainter(image)

    def call():
        painter.drawLine(0, 0, 5, 5)
        painter.drawText(2, 12, "a")
        painter.fillRect(QRect(0, 0, 4, 4), QColor("black"))

    return call, (image, painter)


def sizing():
    widget = QWidget()

    def call():
        widget.resize(20, 20)
        widget.update()

    return call, (widget,)


def layout_of_text():
    layout = QTextLayout("made-up text")

    def call():
        layout.beginLayout()
        layout.createLine().setPosition(QPointF(0, 0))
        layout.endLayout()

    return call, (layout,)


def item_model():
    model = QStandardItemModel(1, 1)
    return lambda: model.setItem(0, 0, QStandardItem("a")), (model,)


def emitting():
    bell = Bell()
    return lambda: bell.rung.emit(1), (bell,)


def paint_event():
    widget = Painted()
    widget.resize(10, 10)
    return lambda: widget.render(QImage(10, 10, QImage.Format.Format_ARGB32)), (widget,)


@pytest.mark.parametrize("make", [painting, sizing, layout_of_text, item_model, emitting, paint_event])
def test_calls_that_return_nothing_do_not_use_up_none(qt_app, make):
    call, kept = make()
    call()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        call()
    lost = before - sys.getrefcount(None)
    for one in kept:
        if isinstance(one, QPainter):
            one.end()
    assert lost <= MOST_LOST


def test_twenty_thousand_calls_do_not_end_the_process():
    script = (
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "qt_app = QApplication(['guard', '-platform', 'offscreen'])\n"
        "widget = QWidget()\n"
        "for number in range(20000): widget.resize(10 + number % 50, 10)\n"
        "print('survived')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "survived\n")


def test_the_application_is_not_called_app():
    assert isinstance(QApplication.instance(), QApplication | None)
