"""Adding evidence: progress while the window stays in use, a stop, going on, and sources that cannot be read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases import open_case
from app.gui.views.ingest_bar import IngestBar
from app.gui.views.password_dialog import PasswordDialog
from app.ingest.model import Progress, SourceRequest
from evidence_store import schema
from evidence_store.scope import Authority
from evidence_store.selection import Selection
from tests.app.gui.conftest import dialog, logged, open_in
from tests.evidence_builders.case import build_case
from tests.evidence_builders.ios_backup import PASSWORD, Lock, write_backup

CHAT = "".join(f"2{minute // 60}/03/2026, 10:{minute % 60:02d} - Ara Example: line {minute}\n" for minute in range(100))
WAIT_MS = 60_000


@pytest.fixture
def chat(tmp_path):
    """A folder with one exported chat of a hundred lines."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "WhatsApp Chat with Ara Example.txt").write_text(CHAT, encoding="utf-8")
    return folder


@pytest.fixture
def empty(window, qtbot, tmp_path):
    """The window on a new, empty case."""
    window.open_case(tmp_path / "new", create_it=True)
    qtbot.waitUntil(lambda: window.case_view is not None)
    return window


def request(path, exhibit="ABC/1") -> SourceRequest:
    return SourceRequest(path, exhibit, zone="Europe/London", authority=Authority(none_because="made-up evidence"))


def test_evidence_goes_from_the_dialog_into_the_timeline(empty, qtbot, chat):
    view = empty.case_view
    empty.add_evidence([chat])
    asked = dialog(empty, qtbot)
    asked.reason.setText("made-up evidence")
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        asked.accept()
    qtbot.waitUntil(lambda: len(view.timeline.model.ids) == 100)
    assert view.bar.words.text() == "Finished.\nEX/1: 100 items from 1 file."
    assert (view.bar.stop.isVisible(), view.bar.go_on.isVisible()) == (False, False)
    assert [exhibit for exhibit, _ in logged(view.controller, "source added")] == ["EX/1"]


def test_what_was_stopped_goes_on_to_the_same_items(empty, qtbot, chat):
    view = empty.case_view
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(chat)])
        view.bar.stop.click()
    assert view.bar.words.text() == "Stopped. What was read is kept; “Go on” reads the rest."
    qtbot.waitUntil(view.bar.go_on.isVisible)
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.bar.go_on.click()
    qtbot.waitUntil(lambda: len(view.timeline.model.ids) == 100)
    qtbot.waitUntil(lambda: not view.bar.go_on.isVisible())


def test_a_source_that_cannot_be_read_does_not_keep_the_next_from_being_read(empty, qtbot, chat, tmp_path):
    view = empty.case_view
    missing = tmp_path / "nothing.zip"
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(missing, "ABC/1"), request(chat, "ABC/2")])
    assert view.bar.words.text().split("\n") == [
        "Finished, but 1 of the sources could not be read.",
        f"{missing} does not exist",
        "ABC/2: 100 items from 1 file.",
    ]


def test_the_window_stays_in_use_while_evidence_is_read(empty, qtbot, chat):
    view = empty.case_view
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(chat)])
        view.controller.select(Selection(kinds=("call",)))
        qtbot.waitUntil(lambda: not view.timeline.model.is_loading)
        assert view.queue.busy
    assert list(view.timeline.model.ids) == []


def test_a_case_is_not_closed_while_evidence_is_read_into_it(empty, qtbot, chat):
    view = empty.case_view
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(chat)])
        empty.close_case()
        assert empty.case_view is view
        assert empty.error_box.text().startswith("Evidence is being read. Stop it first")
    empty.close_case()
    assert empty.case_view is None


def test_the_window_closes_while_evidence_is_read_and_the_case_goes_on_later(empty, qtbot, chat, tmp_path):
    empty.case_view.queue.add([request(chat)])
    empty.close()
    case = open_case(tmp_path / "new")
    with case.store.read() as connection:
        states = set(connection.scalars(select(schema.source.c.state)))
    case.close()
    assert states <= {"registered", "listed", "read"}


def test_a_case_that_was_broken_off_offers_to_go_on(window, qtbot, tmp_path):
    build_case(tmp_path / "case", state="listed").close()
    open_in(window, qtbot, tmp_path / "case")
    bar = window.case_view.bar
    qtbot.waitUntil(bar.isVisible)
    assert bar.words.text() == "1 source is not read to the end."
    assert bar.go_on.isVisible()


def test_progress_says_stage_files_items_and_estimate(empty):
    bar: IngestBar = empty.case_view.bar
    bar.show_progress(Progress("reading", "ABC/1", 3 << 40, 4 << 40, 1200, 34_000, 130.0, "DCIM/0001.jpg"))
    assert bar.words.text() == "Reading ABC/1: 1,200 files, 34,000 items, about 2 min left"
    assert (bar.bar.value(), bar.bar.maximum(), bar.now.text()) == (750, 1000, "DCIM/0001.jpg")
    bar.show_progress(Progress("listing", "ABC/1", 5, 0, 3, 0, None))
    assert (bar.words.text(), bar.bar.maximum()) == ("Listing files ABC/1: 3 files, 0 items", 0)


def test_an_encrypted_backup_asks_until_the_password_fits(empty, qtbot, tmp_path):
    backup = write_backup(tmp_path / "backup", lock=Lock())
    view = empty.case_view
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(backup)])
        first = dialog(empty, qtbot)
        assert isinstance(first, PasswordDialog)
        assert first.windowTitle() == "Password needed"
        assert "encrypted" in first.words.text()
        first.password.setText("not it")
        first.accept()
        qtbot.waitUntil(lambda: dialog(empty, qtbot) is not first)
        second = dialog(empty, qtbot)
        assert second.windowTitle() == "Wrong password"
        assert "not it" not in second.words.text()
        second.password.setText(PASSWORD)
        second.accept()
    assert view.bar.words.text().startswith("Finished.\nABC/1: ")
    assert first.password.text() == second.password.text() == ""


def test_without_a_password_the_backup_is_told_and_the_next_source_is_read(empty, qtbot, chat, tmp_path):
    backup = write_backup(tmp_path / "backup", lock=Lock())
    view = empty.case_view
    with qtbot.waitSignal(view.queue.ended, timeout=WAIT_MS):
        view.queue.add([request(backup, "ABC/1"), request(chat, "ABC/2")])
        dialog(empty, qtbot).reject()
    lines = view.bar.words.text().split("\n")
    assert lines[0] == "Finished, but 1 of the sources could not be read."
    assert "password" in lines[1]
    assert lines[2] == "ABC/2: 100 items from 1 file."
