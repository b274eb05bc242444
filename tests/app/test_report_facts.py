"""What a report says of a case as a whole."""

from __future__ import annotations

from pathlib import Path

from app.report_facts import unread
from report_templates.data import Unread
from tests.evidence_builders.cases import read_into
from tests.evidence_builders.ios_backup import FILES, Made, write_backup


def test_files_that_cannot_be_read_for_one_reason_stand_together_folder_by_folder(tmp_path: Path) -> None:
    places = ("a.plist", "b.plist", "inner/c.plist")
    gone = [Made("AppDomain-com.example.chat", f"Library/{place}", b"x", stored=False) for place in places]
    case, _ = read_into(tmp_path / "case", write_backup(tmp_path / "backup", [*FILES, *gone]))
    with case.store.read() as connection:
        found = unread(connection)
    case.close()
    folder = "private/var/mobile/Containers/Data/Application/com.example.chat/Library"
    assert found == (
        Unread(
            "EX/1: unreadable: listed in the manifest, not in the backup: 4 files",
            (
                f"{folder}/ a.plist · b.plist",
                f"{folder}/inner/ c.plist",
                "private/var/wireless/Library/Databases/ gone.db",
            ),
        ),
    )


def test_one_file_that_cannot_be_read_is_told_with_all_that_is_known(tmp_path: Path) -> None:
    case, _ = read_into(tmp_path / "case", write_backup(tmp_path / "backup"))
    with case.store.read() as connection:
        (found,) = unread(connection)
    case.close()
    assert found.what.startswith(
        "EX/1: private/var/wireless/Library/Databases/gone.db: unreadable: WirelessDomain, file "
    )
    assert found.what.endswith("; listed in the manifest, not in the backup")
    assert found.files == ()
