"""Adding evidence, exporting and verifying: what the dialogs ask, refuse and hand over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from app.gui.views.add_evidence_dialog import NO_ZONE, AddEvidenceDialog
from app.ingest.model import SourceRequest
from evidence_store import schema
from evidence_store.scope import Authority
from evidence_store.selection import Selection
from tests.app.gui.conftest import dialog, logged


@pytest.fixture
def asked(window):
    """The dialog on two sources, and what it hands over."""
    taken: list[list[SourceRequest]] = []
    made = AddEvidenceDialog([Path("phone.zip"), Path("chat")], ["ABC/1"], taken.append, window)
    made.taken = taken
    return made


def ok(asked) -> bool:
    return asked.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_reading_needs_an_authority_or_the_reason_for_none(asked):
    assert (ok(asked), asked.missing()) == (False, "Fill in the authority, or the reason why none is recorded.")
    asked.accept()
    assert asked.taken == []
    asked.reason.setText("training material")
    assert ok(asked)
    asked.fields["power"].setText("s19 PACE 1984")
    assert asked.missing() == "Fill in the authority, or the reason why none is recorded: not both."


def test_the_requests_hold_what_was_filled_in(asked):
    asked.fields["power"].setText("s19 PACE 1984")
    asked.fields["reference"].setText("L 12")
    asked.order.setCurrentIndex(1)
    asked.accept()
    given = {
        "zone": "Europe/London",
        "date_order": "dmy",
        "authority": Authority((("power", "s19 PACE 1984"), ("reference", "L 12"))),
    }
    assert asked.taken == [
        [SourceRequest(Path("phone.zip"), "ABC/2", **given), SourceRequest(Path("chat"), "ABC/3", **given)]
    ]


def test_no_zone_is_a_choice(asked):
    asked.zone.setCurrentText(NO_ZONE)
    asked.reason.setText("training material")
    assert [request.zone for request in asked.requests()] == [None, None]
    asked.zone.setCurrentText("Europe/Londn")
    assert asked.missing() == "“Europe/Londn” is no zone: choose one of the list."


def test_references_must_be_new_and_different(asked):
    asked.reason.setText("training material")
    asked.sources.item(1, 0).setText("ABC/2")
    assert asked.missing() == "Every source needs an exhibit reference of its own."
    asked.sources.item(1, 0).setText("ABC/1")
    assert asked.missing() == "Exhibit reference ABC/1 is in the case already."


def test_a_path_is_not_listed_twice(asked):
    asked.add_path(Path("chat"))
    assert asked.sources.rowCount() == 2


def test_verification_makes_two_statements_and_is_logged(opened, qtbot):
    opened.verify_case()
    shown = dialog(opened, qtbot)
    qtbot.waitUntil(lambda: shown.verdict is not None)
    assert shown.complete.text() == "✔ Complete: every source was read to its end."
    assert shown.intact.text() == "✔ Intact: everything stored is as it was sealed."
    qtbot.waitUntil(lambda: bool(logged(opened.case_view.controller, "verified")))


def test_verification_lists_what_differs_and_where(opened, qtbot):
    controller = opened.case_view.controller
    with controller.case.store.write() as connection:
        changed = connection.execute(schema.item.update().where(schema.item.c.id == 2).values(text="Changed"))
        assert changed.rowcount == 1
    opened.verify_case()
    shown = dialog(opened, qtbot)
    qtbot.waitUntil(lambda: shown.verdict is not None)
    assert shown.intact.text().startswith("✘ Not intact: ")
    assert shown.complete.text().startswith("✔ Complete")
    cells = [shown.table.item(row, 2).text() for row in range(shown.table.rowCount())]
    assert cells[0].startswith("DIFFERENT: ")


def export(opened, qtbot):
    opened.export_report()
    return dialog(opened, qtbot)


def test_an_export_is_of_the_filter_of_the_selected_or_of_the_tagged(opened, qtbot):
    timeline = opened.case_view.timeline
    timeline.controller.toggle_tag([3], "relevant")
    qtbot.waitUntil(lambda: timeline.controller.tag_names == ("relevant",))
    timeline.controller.narrow(kinds=("message",))
    qtbot.waitUntil(lambda: len(timeline.model.ids) == 11)
    timeline.table.go_to_row(0)
    asked = export(opened, qtbot)
    found = {}
    for name, button in asked.scope.items():
        button.setChecked(True)
        found[name] = asked.chosen()
    assert found == {
        "filter": Selection(kinds=("message",)),
        "selected": Selection(items=(1,)),
        "tagged": Selection(kinds=("message",), tags=("relevant",)),
    }


def test_no_picture_is_printed_unless_it_is_ticked(opened, qtbot):
    asked = export(opened, qtbot)
    qtbot.waitUntil(lambda: asked.pictures.count() == 1)
    assert asked.ticked() == ()
    asked.pictures.item(0).setCheckState(Qt.CheckState.Checked)
    assert asked.ticked() == (1,)


def test_a_report_is_written_and_its_hash_shown(opened, qtbot, tmp_path):
    asked = export(opened, qtbot)
    asked.out.setText(str(tmp_path / "report.pdf"))
    asked.export()
    qtbot.waitUntil(asked.open_folder.isVisible, timeout=60_000)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert asked.words.text().split("\n")[0].endswith(" pages, 12 items.")
    assert [name for name, _ in logged(opened.case_view.controller, "report exported")] == ["report.pdf"]


def test_a_cancelled_export_writes_nothing(opened, qtbot, tmp_path):
    asked = export(opened, qtbot)
    asked.out.setText(str(tmp_path / "report.pdf"))
    asked.export()
    asked.reject()
    assert asked.isVisible(), "it stays until the work has ended"
    qtbot.waitUntil(asked.start.isEnabled, timeout=60_000)
    assert asked.words.text() == "The export was cancelled: no report was written"
    assert list(tmp_path.glob("report*")) == []


def test_a_report_that_cannot_be_written_is_said_in_one_line(opened, qtbot, tmp_path):
    asked = export(opened, qtbot)
    asked.out.setText(str(tmp_path / "nowhere" / "report.pdf"))
    asked.export()
    qtbot.waitUntil(asked.start.isEnabled)
    assert asked.words.text() == f"{tmp_path / 'nowhere'} is not a folder: the report was not written"


def test_a_file_that_exists_is_not_replaced_unasked(opened, qtbot, tmp_path):
    there = tmp_path / "report.pdf"
    there.write_bytes(b"an earlier report")
    asked = export(opened, qtbot)
    asked.out.setText(str(there))
    asked.export()
    assert asked.words.text().startswith(f"{there} exists already")
    assert there.read_bytes() == b"an earlier report"
