"""Review: tags and notes from the keyboard, the search in its context, the detail, pictures only on demand."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.gui.views.context_view import HERE
from evidence_store import review
from tests.app.gui.conftest import dialog, logged, open_in, search, select
from tests.evidence_builders.case import build_case


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
