"""The window: cases, filters, keys, tabs, drag and drop, read-only cases, themes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.cases import CaseError
from app.gui import run_gui
from app.gui.views.keyboard_page import KEYS
from tests.app.gui.conftest import dialog, open_in, select
from tests.evidence_builders.case import build_case


def test_a_new_case_is_made_opened_and_remembered(window, qtbot, tmp_path):
    window.open_case(tmp_path / "new", create_it=True)
    qtbot.waitUntil(lambda: window.case_view is not None)
    assert window.windowTitle() == "new – Assay"
    window.close_case()
    assert window.remembered.recent() == [tmp_path / "new"]
    assert window.start.recent.item(0).text() == f"new    {tmp_path / 'new'}"


def test_what_is_no_case_is_said_in_one_line(window, qtbot, tmp_path):
    window.open_case(tmp_path)
    qtbot.waitUntil(lambda: window.error_box is not None)
    assert window.error_box.text() == f"{tmp_path} is not a case: it has no case.db"


def test_chips_take_a_filter_away(opened, qtbot):
    timeline = opened.case_view.timeline
    timeline.controller.narrow(kinds=("message",), search="harbour")
    assert [chip.text() for chip in timeline.filters.chip_widgets()] == [
        "kind: Message  ✕",
        "search: harbour  ✕",
        "Clear all",
    ]
    timeline.filters.chip_widgets()[1].click()
    assert (timeline.controller.selection.kinds, timeline.controller.selection.search) == (("message",), "")


def test_a_bad_date_is_said_and_changes_nothing(opened, qtbot):
    filters = opened.case_view.timeline.filters
    before = filters.controller.selection
    filters.since.setText("sometime")
    QTest.keyClick(filters.since, Qt.Key.Key_Return)
    assert filters.problem.isVisible()
    assert filters.problem.text().startswith("“sometime” is no date")
    assert filters.controller.selection == before


def test_typed_dates_and_the_brush_are_one_filter(opened, qtbot):
    timeline = opened.case_view.timeline
    timeline.filters.since.setText("24/10/2026")
    QTest.keyClick(timeline.filters.since, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [int(one) for one in timeline.model.ids] == [8, 9, 10])
    assert timeline.histogram.brush.start == timeline.controller.selection.since
    assert timeline.filters.count.text() == "3 items"
    timeline.histogram.setFocus()
    QTest.keyClick(timeline.histogram, Qt.Key.Key_Escape)
    assert timeline.controller.selection.since is None
    assert timeline.filters.since.text() == ""


def test_f6_goes_round_the_parts(opened, qtbot):
    opened.activateWindow()
    timeline = opened.case_view.timeline
    timeline.filters.search.setFocus()
    seen = []
    for _ in range(5):
        opened.next_pane()
        seen.append(QApplication.focusWidget() or opened.focusWidget())
    assert seen == [
        timeline.histogram,
        timeline.table,
        timeline.detail.page,
        opened.case_view.tabs.tabBar(),
        timeline.filters.search,
    ]


def test_control_f_goes_to_the_search(opened, qtbot):
    opened.show_coverage()
    opened.focus_search()
    assert opened.case_view.tabs.currentWidget() is opened.case_view.timeline
    assert opened.focusWidget() is opened.case_view.timeline.filters.search


def test_every_key_of_the_menus_stands_on_the_keyboard_page(window):
    page = " ".join(keys for _, rows in KEYS for keys, _ in rows)
    named = {part.strip() for keys in page.replace(" or ", ",").split(",") for part in keys.split(" ")}
    keys = {
        action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        for _, action in window.actions_made
        if not action.shortcut().isEmpty()
    }
    assert keys - named == set()


def test_coverage_shows_what_could_not_be_read_first(opened, qtbot):
    view = opened.case_view.coverage
    with qtbot.waitSignal(view.model.filled):
        opened.show_coverage()
    qtbot.waitUntil(lambda: view.model.line(0) is not None)
    assert [view.model.line(row)[:5] for row in range(view.model.rowCount())] == [
        ("partial", "ABC/1", "data/messages.db", "1: the date is no number", "made.messages@1"),
        ("empty", "ABC/1", "chats/harbour.txt", "", "made.chat@1"),
    ]
    view.table.selectRow(0)
    qtbot.waitUntil(lambda: view.words.toPlainText() != "")
    assert view.words.toPlainText() == "row, bad-date: the date is no number (at sms:_id=13)"


def test_files_are_listed(opened, qtbot):
    view = opened.case_view.files
    with qtbot.waitSignal(view.model.filled):
        opened.show_files()
    qtbot.waitUntil(lambda: view.model.line(0) is not None)
    assert [view.model.line(row)[1] for row in range(3)] == [
        "DCIM/harbour.jpg",
        "chats/harbour.txt",
        "data/messages.db",
    ]


def test_items_without_a_time_are_gone_to(opened, qtbot):
    opened.go_to_undated()
    assert opened.case_view.timeline.table.currentIndex().row() == 10


def drop(window, paths) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entered = QDragEnterEvent(QPoint(10, 10), *rest)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(10, 10), *rest))


def test_dropped_files_are_asked_about(opened, qtbot, tmp_path):
    drop(opened, [tmp_path / "phone.zip", tmp_path / "chat"])
    asked = dialog(opened, qtbot)
    cells = [[asked.sources.item(row, column).text() for column in (0, 1)] for row in range(2)]
    assert cells == [["ABC/2", str(tmp_path / "phone.zip")], ["ABC/3", str(tmp_path / "chat")]]


def test_a_dropped_case_is_opened_where_none_is(window, qtbot, tmp_path):
    build_case(tmp_path / "case").close()
    drop(window, [tmp_path / "case"])
    qtbot.waitUntil(lambda: window.case_view is not None)


def test_files_dropped_without_a_case_say_what_to_do(window, qtbot, tmp_path):
    drop(window, [tmp_path / "phone.zip"])
    assert window.error_box.text() == "Open a case first, or make one: evidence is read into a case."


@pytest.fixture
def read_only(window, qtbot, tmp_path, monkeypatch):
    """The window on a case that cannot be written (root may write anything, so the file system cannot say it)."""
    from app.gui import main_window

    build_case(tmp_path / "sealed").close()
    real = main_window.open_case
    monkeypatch.setattr(main_window, "open_case", lambda folder, create_it: real(folder, write=False))
    return open_in(window, qtbot, tmp_path / "sealed")


def test_a_read_only_case_opens_with_a_banner_and_nothing_can_be_changed(read_only, qtbot):
    view = read_only.case_view
    assert view.banner.isVisible()
    enabled = {command.method for command, action in read_only.actions_made if action.isEnabled()}
    assert {"ask_evidence", "tag_by_name", "add_note"} & enabled == set()
    view.controller.toggle_tag([1], "relevant")
    assert read_only.error_box.text() == "This case is open for reading only: tags and notes cannot be changed."
    select(read_only, qtbot, 0)
    assert not view.timeline.detail.note_button.isEnabled()


def test_a_case_that_was_written_has_no_banner(opened):
    assert not opened.case_view.banner.isVisible()


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_a_forced_theme_is_kept(window, wanted):
    getattr(window, f"theme_{wanted}")()
    ground = window.palette().window().color().lightness()
    assert (ground < 128) == (wanted == "dark")
    assert window.remembered.theme == wanted
    window.theme_light()


def test_no_display_is_said_in_one_line(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(CaseError, match="there is no display"):
        run_gui()
