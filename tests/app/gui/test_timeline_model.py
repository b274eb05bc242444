"""The timeline's model: ids only, pages on demand, the filter followed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt

from app.cases import open_case
from app.gui.case_controller import CaseController
from app.gui.models import timeline
from app.gui.models.paged import PAGE, PAGES, PLACEHOLDER, UNREADABLE
from app.gui.models.timeline import TimelineModel
from evidence_store.selection import Selection
from tests.app.gui.conftest import logged
from tests.evidence_builders.case import CLOCKS_BACK_US, HOUR_US, build_large_case

NUMBERS = [f"ABC/1-{number:06d}" for number in range(1, 13)]


@pytest.fixture
def model(controller, qtbot):
    made = TimelineModel(controller)
    made.follow(controller.selection)
    qtbot.waitUntil(lambda: not made.is_loading)
    return made


def column(model: QAbstractItemModel, qtbot, wanted: int, role=Qt.ItemDataRole.DisplayRole) -> list[str]:
    """All cells of one column, once they are there."""
    for row in range(0, model.rowCount(), PAGE):
        qtbot.waitUntil(lambda row=row: model.line(row) is not None)
    return [model.data(model.index(row, wanted), role) for row in range(model.rowCount())]


def numbers(model, qtbot, controller, chosen: Selection) -> list[int]:
    """The last digits of the items that a filter shows."""
    controller.select(chosen)
    qtbot.waitUntil(lambda: not model.is_loading)
    return [int(number[-6:]) for number in column(model, qtbot, timeline.ITEM)]


def test_items_stand_in_order_of_time_and_those_without_a_time_at_the_end(model, qtbot):
    assert column(model, qtbot, timeline.ITEM) == NUMBERS
    assert column(model, qtbot, timeline.WHEN)[-3:] == [
        "25 Oct 2026 01:30:00 BST or GMT",
        "no time",
        "no time (recorded: 3/4/26 10:15)",
    ]
    assert model.first_without_time() == 10


def test_an_assumed_zone_is_marked_in_the_cell_and_explained(model, qtbot):
    assert column(model, qtbot, timeline.CLOCK)[8:] == ["A", "C ≈", "", "C ≈"]
    assert column(model, qtbot, timeline.CLOCK, Qt.ItemDataRole.AccessibleTextRole)[9] == (
        "Clock: Clock C: local time; the zone is assumed, or unknown"
    )


def test_a_call_without_text_says_how_it_ended(model, qtbot):
    assert column(model, qtbot, timeline.CONTENT)[3] == "answered; 125 seconds"


def test_deletion_direction_and_attachments_are_words(model, qtbot):
    assert column(model, qtbot, timeline.MARKS)[2] == "incoming, DELETED"
    assert column(model, qtbot, timeline.MARKS)[8] == "incoming, 2 attached"


def test_the_first_page_comes_with_its_rows(model):
    assert model.data(model.index(0, 0), Qt.ItemDataRole.DisplayRole) == NUMBERS[0]


def test_a_row_is_a_placeholder_until_its_page_is_there(model, qtbot):
    first = model.index(0, 0)
    model.forget_pages()
    assert model.data(first, Qt.ItemDataRole.DisplayRole) == PLACEHOLDER
    with qtbot.waitSignal(model.page_loaded):
        pass
    assert model.data(first, Qt.ItemDataRole.DisplayRole) == NUMBERS[0]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(kinds=("call",)), [4]),
        (Selection(services=("SMS",)), [1, 2, 3]),
        (Selection(sources=("ABC/2",)), []),
        (Selection(party="7700 900102", kinds=("call",)), [4]),
        (Selection(deleted=True), [3]),
        (Selection(search="harbour"), [1, 2, 9]),
        (Selection(since=CLOCKS_BACK_US - HOUR_US), [10]),
        (Selection(until=CLOCKS_BACK_US - 39 * HOUR_US), [1, 2, 3]),
        (Selection(search="harbour", since=CLOCKS_BACK_US - 20 * HOUR_US), [9]),
    ],
)
def test_filters_show_what_they_name(model, qtbot, controller, chosen, expected):
    assert numbers(model, qtbot, controller, chosen) == expected


def test_a_range_of_time_is_cut_without_asking_the_store_and_taken_back(model, qtbot, controller):
    times = model.times
    assert numbers(model, qtbot, controller, Selection(until=CLOCKS_BACK_US - 39 * HOUR_US)) == [1, 2, 3]
    assert model.times is times
    assert numbers(model, qtbot, controller, Selection()) == list(range(1, 13))


def test_a_tag_is_a_filter_and_shows_in_the_row(model, qtbot, controller):
    column(model, qtbot, timeline.TAGS)
    with qtbot.waitSignal(controller.tags_changed, check_params_cb=bool):
        controller.toggle_tag([2, 3], "relevant")
    assert column(model, qtbot, timeline.TAGS)[1:3] == ["relevant", "relevant"]
    assert numbers(model, qtbot, controller, Selection(tags=("relevant",))) == [2, 3]


def test_a_search_is_logged_once_with_its_terms_and_hits(model, qtbot, controller):
    numbers(model, qtbot, controller, Selection(search="harbour"))
    numbers(model, qtbot, controller, Selection(search="harbour", kinds=("message",)))
    qtbot.waitUntil(lambda: bool(logged(controller, "searched")))
    assert logged(controller, "searched") == [("harbour", '{"hits":3,"within":"all items"}')]


def test_opening_is_logged_once(controller, qtbot):
    qtbot.waitUntil(lambda: bool(logged(controller, "opened")))
    assert [target for target, _ in logged(controller, "opened")] == [str(controller.case.folder)]


def test_a_million_rows_are_scrolled_without_holding_more_than_the_pages(qt_app, qtbot, tmp_path):
    controller = CaseController(build_large_case(tmp_path / "large", 1_000_000))
    model = TimelineModel(controller)
    model.follow(Selection())
    with qtbot.waitSignal(model.shown):
        pass
    assert model.rowCount() == PAGE, "the first page is shown before the rest is loaded"
    qtbot.waitUntil(lambda: not model.is_loading, timeout=60_000)
    assert model.rowCount() == 1_000_000
    for row in range(0, 1_000_000, 10_000):
        if model.line(row) is None:
            with qtbot.waitSignal(model.page_loaded):
                pass
        assert model.data(model.index(row, timeline.ITEM), 0) == f"ABC/1-{row + 1:06d}"
    assert model.pages_held == PAGES
    assert model.row_at(777_778, model.times[777_777]) == 777_777
    controller.close()


def test_a_page_that_cannot_be_read_says_so_once(case, qt_app, qtbot):
    controller = CaseController(case)
    failed: list[str] = []
    controller.failed.connect(failed.append)
    model = TimelineModel(controller)
    model.follow(Selection())
    qtbot.waitUntil(lambda: not model.is_loading)
    model.forget_pages()
    with case.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE attachment RENAME TO attachment_away")
    first = model.index(0, 0)
    model.data(first, Qt.ItemDataRole.DisplayRole)
    qtbot.waitUntil(lambda: bool(failed))
    assert model.data(first, Qt.ItemDataRole.DisplayRole) == UNREADABLE
    assert failed == ["The case could not be read: no such table: attachment"]
    controller.close()


def test_an_empty_case_has_an_empty_timeline(qt_app, qtbot, tmp_path):
    controller = CaseController(open_case(tmp_path / "empty", create_it=True))
    model = TimelineModel(controller)
    model.follow(Selection())
    qtbot.waitUntil(lambda: not model.is_loading)
    assert (model.rowCount(), model.first_without_time()) == (0, None)
    controller.close()
