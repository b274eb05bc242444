"""A window on a case of made-up messages, without a display."""

from __future__ import annotations

import os
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.gui import theme
from app.gui.case_controller import CaseController
from app.gui.collecting import collected_here
from app.gui.main_window import MainWindow
from app.gui.recent import Remembered
from app.gui.start import prepare
from evidence_store import ledger
from tests.evidence_builders.case import build_case


@pytest.fixture
def qt_app(qapp):
    prepare(qapp)
    theme.apply(qapp, "light")
    with collected_here():
        yield qapp


@pytest.fixture
def qtbot(qtbot):
    """Waits longer than usual: a machine that is busy with other tests is no failure."""
    for name in ("waitUntil", "waitSignal"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=30_000))
    return qtbot


@pytest.fixture
def case(tmp_path):
    """A case of twelve items, closed by whoever opens it."""
    made = build_case(tmp_path / "case")
    yield made
    made.close()


@pytest.fixture
def controller(qt_app, case):
    made = CaseController(case)
    failed: list[str] = []
    made.failed.connect(failed.append)
    yield made
    made.close()
    assert failed == []


@pytest.fixture
def window(qt_app, qtbot, tmp_path):
    """The window on the start screen, with settings of its own."""
    made = MainWindow(qt_app, Remembered(tmp_path / "settings.ini"))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def opened(window, qtbot, tmp_path):
    """The window with the case of twelve items loaded."""
    build_case(tmp_path / "case").close()
    return open_in(window, qtbot, tmp_path / "case")


def open_in(window, qtbot, folder):
    window.open_case(folder)
    qtbot.waitUntil(lambda: window.case_view is not None)
    model = window.case_view.timeline.model
    qtbot.waitUntil(lambda: not model.is_loading)
    return window


def dialog(window, qtbot) -> QDialog:
    """The dialog that is open, once it is."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(QDialog)))
    return next(one for one in window.findChildren(QDialog) if one.isVisible())


def logged(controller, action: str) -> list[tuple[str, str]]:
    """(object, detail) of the ledger's entries of one action."""
    with controller.case.store.read() as connection:
        return [(row.object, row.detail) for row in ledger.entries(connection) if row.action == action]


def select(window, qtbot, row: int) -> None:
    """Puts the focus on a row and waits for its detail."""
    timeline = window.case_view.timeline
    timeline.table.go_to_row(row)
    wanted = timeline.model.ids[row]
    detail = timeline.detail
    qtbot.waitUntil(lambda: detail.item is not None and detail.item.detail.id == wanted)


def search(window, qtbot, words: str) -> None:
    """Types a search and waits for what it finds."""
    timeline = window.case_view.timeline
    timeline.filters.search.setText(words)
    QTest.keyClick(timeline.filters.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not timeline.model.is_loading)


def pytest_collection_modifyitems(items) -> None:
    """Qt warnings fail a test; this one says only that the display without a screen has no window manager to tell."""
    for item in items:
        if "tests/app/gui" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True))
