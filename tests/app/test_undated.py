"""Items without a time in UTC fit no dates: a selection by dates leaves them out, and says how many."""

from __future__ import annotations

from pathlib import Path

from app.reporting import ReportOptions, report_data
from evidence_store import queries
from evidence_store.selection import Selection
from tests.app.command_line import assay
from tests.evidence_builders.archives import write_folder
from tests.evidence_builders.cases import message_tree, read_into

SINCE = 1_767_225_600_000_000  # 2026-01-01


def test_how_many_items_dates_leave_out_is_said_on_the_command_line_and_in_the_report(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "phone", message_tree(1))
    case, _ = read_into(tmp_path / "case", source)  # without a zone: the chat's times are in no zone
    with case.store.read() as connection:
        chats = Selection(kinds=("message",), services=("WhatsApp",))
        dated = Selection(kinds=("message",), since=SINCE)
        found = [queries.left_without_time(connection, one) for one in (chats, dated, Selection())]
        data = report_data(connection, dated, ReportOptions(), {})
    case.close()
    assert found == [0, 40, 0]
    words = "40 more items fit but for the dates: they have no time in UTC and are not shown"
    assert data.selection == f"{dated.in_words()}; {words}"
    done = assay("items", tmp_path / "case", "--kind", "message", "--since", "2026-01-01")
    assert (done.status, len(done.out.splitlines())) == (0, 60)
    assert done.err == "assay: 40 more items fit but for the dates: they have no time in UTC and are left out\n"
