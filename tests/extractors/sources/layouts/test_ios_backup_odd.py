"""iOS backups that are damaged, or that somebody made up."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from evidence_store.records import Problem
from extractors.sources.base import Secret
from extractors.sources.layouts import ios_backup
from tests.evidence_builders.ios_backup import (
    FILES,
    Made,
    write_backup,
    write_manifest,
)
from tests.extractors.sources.layouts.backup_reading import CONTENTS, MOBILE, Opened
from tests.extractors.sources.layouts.backup_reading import closed as closed


def test_paths_that_lead_outside_stay_below_their_domain(tmp_path: Path) -> None:
    odd = [
        Made("HomeDomain", "../../etc/passwd", b"1"),
        Made("HomeDomain", "/etc/passwd", b"2"),
        Made("AppDomain-../../x", "C:/windows", b"3"),
        Made("Strange/../Domain", "a\nb", b"4"),
    ]
    opened = Opened(write_backup(tmp_path, odd))
    assert opened.contents() == [
        (f"{MOBILE}/_up_/_up_/etc/passwd", 1, b"1"),
        (f"{MOBILE}/etc/passwd", 1, b"2"),
        (f"{MOBILE}/Containers/Data/Application/_up_/_up_/x/C/windows", 1, b"3"),
        ("Strange/_up_/Domain/a\\x0ab", 1, b"4"),
    ]
    assert Counter(problem.code for problem in opened.view.problems()) == {
        "odd-name": 3,
        "absolute-name": 1,
        "unknown-domain": 1,
    }


def test_a_name_that_is_none_of_a_backup_is_refused_and_said(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not of the backup")
    root = write_backup(tmp_path / "b", [Made("HomeDomain", "a", file_id="../secret", stored=False)])
    opened = Opened(root)
    entry = opened.entries()[0]
    reason = "the manifest names no file of a backup for it (40 hexadecimal digits)"
    assert (entry.readable, entry.note) == (False, f"HomeDomain, file ../secret; {reason}")
    path = f"{MOBILE}/a"
    assert opened.view.problems() == [Problem("file", "file-name", f"{path}: {reason}", path)]


def test_a_file_that_is_not_named_by_its_path_is_read_and_said(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path, [Made("HomeDomain", "a", b"1", file_id="ab" * 20)]))
    entry = opened.entries()[0]
    assert entry.note == f"HomeDomain, file ab/{'ab' * 20}; its file is not named by the SHA-1 of domain and path"
    assert opened.read(entry) == b"1"


def test_two_rows_of_one_path_are_both_listed(tmp_path: Path) -> None:
    made = [Made("HomeDomain", "a", b"1"), Made("CameraRollDomain", "a", b"2")]
    opened = Opened(write_backup(tmp_path, made))
    assert opened.contents() == [(f"{MOBILE}/a", 1, b"1"), (f"{MOBILE}/a", 1, b"2")]


def test_a_row_whose_record_is_damaged_is_listed_with_the_bytes_that_are_there(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path, [Made("HomeDomain", "a", b"1", blob=b"bplist00")]))
    entry = opened.entries()[0]
    assert (entry.readable, entry.times, opened.read(entry)) == (True, (), b"1")
    problem = "its record in the manifest cannot be read: a binary property list of another version, or cut short"
    assert entry.note.endswith(problem)
    assert opened.view.problems() == [Problem("file", "manifest-row", f"{MOBILE}/a: {problem}", f"{MOBILE}/a")]


def test_rows_of_wrong_types_are_listed_and_said(tmp_path: Path) -> None:
    root = write_backup(tmp_path, [])
    (root / "Manifest.db").unlink()
    write_manifest(root / "Manifest.db", [(None, 7, b"\xff", "x", None), ("zz", None, None, 2**62, 5)])
    opened = Opened(root)
    assert [(entry.path, entry.readable) for entry in opened.entries()[:2]] == [
        ("7/b'_xff'".replace("_", "\\"), False),
        ("_no name_", False),
    ]
    assert "files absent" in opened.view.facts()


def test_columns_that_are_spelt_in_another_case_are_read(tmp_path: Path) -> None:
    opened_root = write_backup(tmp_path, FILES[1:2])
    connection = sqlite3.connect(opened_root / "Manifest.db")
    connection.execute("ALTER TABLE Files RENAME COLUMN relativePath TO RELATIVEPATH")
    connection.execute("ALTER TABLE Files RENAME COLUMN file TO File")
    connection.commit()
    connection.close()
    assert Opened(opened_root).contents() == CONTENTS[:1]


def test_what_the_log_beside_the_manifest_holds_is_listed_too(tmp_path: Path) -> None:
    root = write_backup(tmp_path / "b", FILES[:2])
    connection = sqlite3.connect(root / "Manifest.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("DELETE FROM Files WHERE flags=2")
    connection.execute("INSERT INTO Files SELECT fileID, domain, 'second', flags, file FROM Files")
    connection.commit()
    shutil.copytree(root, tmp_path / "copy")
    connection.close()
    opened = Opened(tmp_path / "copy")
    assert [entry.path for entry in opened.entries()[:2]] == [f"{MOBILE}/Library/SMS/sms.db", f"{MOBILE}/second"]
    assert [problem.code for problem in opened.view.problems()] == ["database", "file-name"]


def test_a_damaged_manifest_gives_its_rows_up_to_the_damage_and_the_rest_as_stored(tmp_path: Path) -> None:
    made = [Made("HomeDomain", f"file {number}", b"%d" % number) for number in range(400)]
    root = write_backup(tmp_path, made)
    data = bytearray((root / "Manifest.db").read_bytes())
    data[4096 * 30 : 4096 * 31] = b"\xff" * 4096
    (root / "Manifest.db").write_bytes(data)
    opened = Opened(root)
    entries = opened.entries()
    listed = [entry for entry in entries if entry.path.startswith("private/")]
    strays = [entry for entry in entries if entry.note == "not listed in the manifest of the backup"]
    assert 0 < len(listed) < 400
    assert len(listed) + len(strays) == 400
    assert [problem.code for problem in opened.view.problems()] == ["manifest-damaged"]


def test_a_damaged_list_of_the_device_costs_its_facts_only(tmp_path: Path) -> None:
    root = write_backup(tmp_path)
    (root / "Info.plist").write_bytes(b"<plist>")
    opened = Opened(root)
    assert opened.contents() == CONTENTS
    assert "device name" not in opened.view.facts()
    assert [(problem.kind, problem.code) for problem in opened.view.problems()] == [("file", "plist-damaged")]


def test_stored_entries_keep_what_the_volume_says_of_them(tmp_path: Path) -> None:
    root = write_backup(tmp_path / "in", FILES[:2])
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as box:
        for path in sorted(root.rglob("*")):
            box.write(path, path.relative_to(root))
    opened = Opened(tmp_path / "b.zip", kind="zip")
    stored = dict(opened.view._backup.files)
    name = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28"
    stored[name] = replace(stored[name], readable=False, note="encrypted", deleted=True, allocated=False)
    view = ios_backup.open_layout("", stored, opened.volume.open, Secret())
    entry = next(view.entries())
    assert (entry.readable, entry.deleted, entry.allocated) == (False, True, False)
    assert entry.note == f"HomeDomain, file {name}; encrypted"
