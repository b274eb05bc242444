"""The window: cases, tags and notes from the keyboard, the search in its context, drag and drop, read-only cases."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.views.context_view import HERE
from app.gui.views.keyboard_page import KEYS
from evidence_store import review
from tests.app.gui.conftest import dialog, logged, open_in
from tests.evidence_builders.case import build_case


def select(window, qtbot, row: int) -> None:
    """Puts the focus on a row and waits for its detail."""
    timeline = window.case_view.timeline
    timeline.table.go_to_row(row)
    wanted = timeline.model.ids[row]
    detail = timeline.detail
    qtbot.waitUntil(lambda: detail.item is not None and detail.item.detail.id == wanted)


def search(window, qtbot, words: str) -> None:
    timeline = window.case_view.timeline
    timeline.filters.search.setText(words)
    QTest.keyClick(timeline.filters.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not timeline.model.is_loading)


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


def test_a_number_key_toggles_a_tag_and_the_ledger_says_so(opened, qtbot):
    timeline = opened.case_view.timeline
    timeline.controller.toggle_tag([12], "relevant")
    qtbot.waitUntil(lambda: timeline.controller.tag_names == ("relevant",))
    select(opened, qtbot, 1)
    for expected in (("relevant",), ()):
        QTest.keyClick(timeline.table, Qt.Key.Key_1)
        qtbot.waitUntil(lambda expected=expected: timeline.model.line(1).row.tags == expected)
    entries = [("tagged", "relevant", [12]), ("tagged", "relevant", [2]), ("untagged", "relevant", [2])]
    found = [
        (action, name, json.loads(detail)["items"])
        for action in ("tagged", "untagged")
        for name, detail in logged(timeline.controller, action)
    ]
    assert found == entries


def test_several_rows_are_tagged_at_once_by_name(opened, qtbot):
    timeline = opened.case_view.timeline
    select(opened, qtbot, 0)
    QTest.keyClick(timeline.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(timeline.table, Qt.Key.Key_T)
    asked = dialog(opened, qtbot)
    QTest.keyClicks(asked.name.lineEdit(), "harbour trip")
    QTest.keyClick(asked.name.lineEdit(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: timeline.model.line(1).row.tags == ("harbour trip",))
    assert [timeline.model.line(row).row.tags for row in range(3)] == [("harbour trip",), ("harbour trip",), ()]
    qtbot.waitUntil(lambda: [button.text() for button in timeline.tags.buttons] == ["1  harbour trip"])


def test_a_number_without_a_tag_says_what_to_do(opened, qtbot):
    select(opened, qtbot, 0)
    QTest.keyClick(opened.case_view.timeline.table, Qt.Key.Key_5)
    assert opened.statusBar().currentMessage() == "There is no tag 5 yet: press T to make one."


def test_a_note_is_added_from_the_keyboard_and_shown(opened, qtbot):
    timeline = opened.case_view.timeline
    select(opened, qtbot, 0)
    QTest.keyClick(timeline.table, Qt.Key.Key_N)
    asked = dialog(opened, qtbot)
    asked.words.setPlainText("Compare with the ticket")
    asked.accept()
    qtbot.waitUntil(lambda: "Compare with the ticket" in timeline.detail.page.toPlainText())
    with timeline.controller.case.store.read() as connection:
        assert [words for _, _, words in review.notes(connection, 1)] == ["Compare with the ticket"]


def test_a_hit_is_shown_in_its_conversation_and_marked(opened, qtbot):
    search(opened, qtbot, "kiosk")
    select(opened, qtbot, 0)
    context = opened.case_view.timeline.detail.context
    rows = [[context.table.item(row, column).text() for column in (0, 2)] for row in range(context.table.rowCount())]
    assert rows == [
        ["", "Shall we meet at the harbour on Saturday?"],
        [HERE, "Yes, at the blue kiosk by the harbour wall. I will bring the flask."],
        ["", "Bring the tickets, please"],
    ]
    assert context.found.text() == ("Found: Yes, at the blue »kiosk« by the harbour wall. I will bring the flask.")
    marked = opened.case_view.timeline.detail.page.extraSelections()
    assert [one.cursor.selectedText() for one in marked] == ["kiosk"]


def test_the_whole_conversation_replaces_the_search(opened, qtbot):
    search(opened, qtbot, "kiosk")
    select(opened, qtbot, 0)
    timeline = opened.case_view.timeline
    timeline.detail.context.whole.click()
    qtbot.waitUntil(lambda: list(timeline.model.ids) == [1, 2, 3])
    assert [chip.text() for chip in timeline.filters.chip_widgets()] == ["one conversation  ✕"]


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


def test_the_detail_shows_every_moment_and_a_missing_attachment(opened, qtbot):
    select(opened, qtbot, 8)
    words = opened.case_view.timeline.detail.page.toPlainText()
    for expected in (
        "24 Oct 2026 15:30:00 BST (UTC+1)",
        "UTC: 2026-10-24T15:30:00Z",
        "MISSING: the source does not hold it",
        "Clock A: an epoch in the application's own database",
        "made.messages@1",
        "sms:_id=9",
    ):
        assert expected in words


def test_evidence_that_looks_like_html_is_shown_as_it_is_written(window, qtbot, tmp_path):
    from tests.evidence_builders.case import CLOCKS_BACK_US, message

    text = '<img src="file:///etc/hostname"><b>bold</b>'
    build_case(tmp_path / "html", [message(1, text, CLOCKS_BACK_US)]).close()
    open_in(window, qtbot, tmp_path / "html")
    select(window, qtbot, 0)
    assert text in window.case_view.timeline.detail.page.toPlainText()


def test_the_raw_record_is_laid_out_when_it_is_looked_at(opened, qtbot):
    select(opened, qtbot, 2)
    detail = opened.case_view.timeline.detail
    assert detail.raw.toPlainText() == ""
    detail.setCurrentWidget(detail.raw)
    assert json.loads(detail.raw.toPlainText())["text"] == "Bring the tickets, please"


def test_a_picture_is_not_rendered_until_it_is_asked_for(opened, qtbot):
    select(opened, qtbot, 8)
    (tile,) = opened.case_view.timeline.detail.tiles
    assert not tile.is_shown
    assert tile.shown.pixmap().isNull()
    assert tile.words.text().startswith("Picture not shown: harbour.jpg")
    assert logged(opened.case_view.controller, "viewed media") == []


def test_a_picture_that_is_shown_is_logged_with_its_hash_and_hidden_by_escape(opened, qtbot):
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QPixmap

    select(opened, qtbot, 8)
    (tile,) = opened.case_view.timeline.detail.tiles
    pixmap = QPixmap(8, 8)
    pixmap.fill(Qt.GlobalColor.darkGreen)
    buffer = QBuffer()
    pixmap.save(buffer, "PNG")
    tile.show_rendered(bytes(buffer.data().data()))
    assert tile.is_shown
    qtbot.waitUntil(lambda: bool(logged(opened.case_view.controller, "viewed media")))
    assert logged(opened.case_view.controller, "viewed media") == [
        ("ABC/1-000009", json.dumps({"file_sha256": tile.picture.sha256}, separators=(",", ":")))
    ]
    QTest.keyClick(opened.case_view.timeline.table, Qt.Key.Key_Escape)
    assert not tile.is_shown


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
        ("partial", "ABC/1", "data/messages.db", "made.messages@1", "13"),
        ("empty", "ABC/1", "chats/harbour.txt", "made.chat@1", "0"),
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
