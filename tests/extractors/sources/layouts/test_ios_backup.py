"""iOS backups as a layout: what is listed, where, and with which bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from extractors.sources.base import Entry, Secret
from extractors.sources.layouts import ios_backup
from extractors.sources.layouts.ios_domains import device_path, is_known
from tests.evidence_builders.archives import snapshot
from tests.evidence_builders.ios_backup import (
    PASSWORD,
    Lock,
    Made,
    write_backup,
    write_old_backup,
)
from tests.extractors.sources.layouts.backup_reading import CONTENTS, MOBILE, TIMES, Opened
from tests.extractors.sources.layouts.backup_reading import closed as closed

LOCKS = [None, Lock(), Lock(first_rounds=0, manifest_class=None)]
LOCKED = ["plain", "encrypted", "encrypted before iOS 10.2"]


@pytest.mark.parametrize("lock", LOCKS, ids=LOCKED)
@pytest.mark.parametrize("write", [write_backup, write_old_backup], ids=["Manifest.db", "Manifest.mbdb"])
def test_every_file_is_listed_where_it_stood_with_its_bytes(tmp_path: Path, write, lock: Lock | None) -> None:
    opened = Opened(write(tmp_path, lock=lock), PASSWORD if lock else None)
    assert opened.contents() == CONTENTS
    assert opened.view.problems() == []
    assert opened.view.facts()["backup encrypted"] == ("yes" if lock else "no")


@pytest.mark.parametrize("lock", [None, Lock()], ids=["plain", "encrypted"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_backup_inside_an_archive_gives_the_same(tmp_path: Path, kind: str, lock: Lock | None) -> None:
    write_backup(tmp_path / "in" / "Backup" / "UDID", lock=lock)
    path = shutil.make_archive(str(tmp_path / "backup"), kind, tmp_path / "in")
    opened = Opened(Path(path), PASSWORD, kind)
    assert opened.root == "Backup/UDID"
    assert sorted(opened.contents()) == sorted(CONTENTS)


@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="e2fsprogs is not installed")
def test_a_backup_inside_a_disk_image_gives_the_same(tmp_path: Path) -> None:
    from extractors.sources import disk
    from extractors.sources.base import SourceRef

    root, image = write_backup(tmp_path / "in", lock=Lock()), tmp_path / "image.dd"
    subprocess.run(["mkfs.ext4", "-q", "-d", root, image, "8M"], check=True, capture_output=True)
    volume = disk.open_volume(SourceRef("disk", str(image)))
    held = {entry.path: entry for entry in volume.entries() if ios_backup.holds_back(entry.path)}
    (start,) = ios_backup.roots(held)
    below = f"{start}/" if start else ""
    files = {name[len(below) :]: entry for name, entry in held.items() if name.startswith(below)}
    view = ios_backup.open_layout(start, files, volume.open, Secret(PASSWORD))
    found = {}
    for entry in view.entries():
        if entry.readable and entry.path.startswith("private"):
            with ios_backup.open_in(entry.address, entry.path, volume.open, Secret(unlocked=view.unlocked)) as stream:
                found[entry.path] = stream.read()
    volume.close()
    assert found == {path: data for path, _, data in CONTENTS if data is not None}


def test_an_entry_says_its_domain_its_stored_file_and_the_times_of_the_device(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path))
    name = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28"
    assert opened.entries()[0] == Entry(
        f"{MOBILE}/Library/SMS/sms.db",
        17_000,
        json.dumps([name, 17_000, name], separators=(",", ":")),
        TIMES,
        note=f"HomeDomain, file {name}",
    )


def test_links_and_missing_files_say_what_they_are(tmp_path: Path) -> None:
    link, gone = Opened(write_backup(tmp_path)).entries()[4:6]
    assert (link.kind, link.readable, link.note) == (
        "link",
        False,
        "HomeDomain, file 38256338f601ff28e00b82b38de006328a5a74e7; link to /var/mobile/Library/SMS",
    )
    assert (gone.kind, gone.readable, gone.note, gone.times) == (
        "file",
        False,
        "WirelessDomain, file 504ebce44c3f2c78414fec9ae64c93919b34d3d9; listed in the manifest, not in the backup",
        TIMES,
    )


def test_the_facts_are_those_of_the_device_and_the_numbers_of_the_manifest(tmp_path: Path) -> None:
    opened = Opened(write_backup(tmp_path))
    device = {
        "device name": "Example phone",
        "product type": "iPhone9,3",
        "iOS version": "14.3",
        "iOS build": "18C66",
        "serial number": "EXAMPLE00001",
        "UDID": "E" * 40,
        "phone number": "07700 900123",
        "IMEI": "000000000000000",
        "last backup": "2026-10-25T00:30:00Z",
        "iTunes version": "12.5.0",
        "full backup": "yes",
        "backup state": "new",
        "snapshot state": "finished",
        "backup format": "3.3",
        "backup encrypted": "no",
        "manifest": "Manifest.db",
    }
    assert opened.view.facts() == device
    opened.entries()
    counts = {"manifest rows": "7", "files present": "4", "files absent": "1", "files not in the manifest": "0"}
    assert opened.view.facts() == device | counts


def test_what_the_manifest_does_not_list_stays_under_its_own_path(tmp_path: Path) -> None:
    root = write_backup(tmp_path, lock=Lock())
    stray = "ab/" + "ab" * 20
    (root / "ab").mkdir()
    (root / stray).write_bytes(b"stray")
    opened = Opened(root, PASSWORD)
    rest = {entry.path: (entry.note, opened.read(entry)) for entry in opened.entries() if "private/" not in entry.path}
    as_stored = "encrypted, the bytes are as stored"
    notes = {"Info.plist": "", "Manifest.db": as_stored, "Manifest.plist": "", "Status.plist": ""}
    notes[stray] = f"not listed in the manifest of the backup; {as_stored}"
    assert rest == {name: (note, (root / name).read_bytes()) for name, note in notes.items()}
    assert opened.view.facts()["files not in the manifest"] == "1"


def test_nothing_of_a_backup_is_changed_by_reading_it(tmp_path: Path) -> None:
    write_backup(tmp_path, lock=Lock())
    before = snapshot(tmp_path)
    opened = Opened(tmp_path, PASSWORD)
    opened.contents()
    opened.view.problems()
    opened.volume.close()
    assert snapshot(tmp_path) == before


def test_a_plain_file_of_another_size_is_read_as_it_is_stored(tmp_path: Path) -> None:
    made = Made("HomeDomain", "a", b"12345", size=9)
    opened = Opened(write_backup(tmp_path, [made]))
    entry = opened.entries()[0]
    note = f"HomeDomain, file {made.file_id[:2]}/{made.file_id}; the manifest says 9 bytes, the backup holds 5"
    assert (entry.size, entry.note, opened.read(entry)) == (5, note, b"12345")


HELD = [
    ("Manifest.db", True),
    ("a/b/Manifest.db-wal", True),
    ("a/MANIFEST.PLIST", True),
    ("3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28", True),
    ("3d0d7e5fb2ce288813306e4d4636395e047a3d28", True),
    ("3d/3d0d7e5fb2ce288813306e4d4636395e047a3d2g", False),
    ("3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28.jpg", False),
    ("Manifest.db/x", False),
    ("xInfo.plist", False),
    ("", False),
]


@pytest.mark.parametrize(("path", "expected"), HELD)
def test_only_what_may_belong_to_a_backup_is_held_back(path: str, expected: bool) -> None:
    assert ios_backup.holds_back(path) is expected


def test_a_backup_stands_where_a_manifest_has_company_and_the_outermost_counts() -> None:
    blob = "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
    names = [
        *("a/Manifest.db", "a/Info.plist", "a/Snapshot/Manifest.db", f"a/Snapshot/3d/{blob}"),
        *("a b/Manifest.mbdb", f"a b/{blob}", "lone/Manifest.db", "app/Info.plist", f"deep/er/3d/{blob}"),
        *("deep/er/manifest.db", f"x3d/{blob}", "x/Manifest.db"),
    ]
    assert ios_backup.roots({name: Entry(name, 0, "") for name in names}) == ["a", "a b", "deep/er"]
    top = ("Manifest.db", f"3d/{blob}", "Snapshot/Manifest.db", f"Snapshot/3d/{blob}")
    assert ios_backup.roots({name: Entry(name, 0, "") for name in top}) == [""]


@pytest.mark.parametrize(
    ("domain", "relative", "expected"),
    [
        ("HealthDomain", "Health/healthdb.sqlite", "private/var/mobile/Library/Health/healthdb.sqlite"),
        ("KeychainDomain", "keychain-backup.plist", "private/var/Keychains/keychain-backup.plist"),
        ("AppDomainPlugin-com.example.x", "a", f"{MOBILE}/Containers/Data/PluginKitPlugin/com.example.x/a"),
        ("SysContainerDomain-com.example", "a", "private/var/containers/Data/System/com.example/a"),
        ("SysSharedContainerDomain-g", "", "private/var/containers/Shared/SystemGroup/g"),
        ("AppDomain-", "a", "AppDomain-/a"),
        ("AppDomain", "a", "AppDomain/a"),
        ("NewDomain", "a", "NewDomain/a"),
    ],
)
def test_a_domain_is_the_folder_that_it_was_on_the_device(domain: str, relative: str, expected: str) -> None:
    assert device_path(domain, relative) == (expected, "")
    assert is_known(domain) is expected.startswith("private/")


def test_the_backup_of_the_corpus_lists_what_it_has_and_what_it_lacks(corpus: Path) -> None:
    opened = Opened(corpus / "mvt" / "ios_backup")
    entries = opened.entries()
    listed = [entry for entry in entries if entry.path.startswith("private/")]
    assert Counter((entry.kind, entry.readable) for entry in listed) == {
        ("file", True): 10,
        ("file", False): 1079,
        ("link", False): 14,
    }
    assert {entry.note.rpartition("; ")[2] for entry in listed if entry.kind == "file" and not entry.readable} == {
        "listed in the manifest, not in the backup"
    }
    found = {entry.path: hashlib.sha256(opened.read(entry)).hexdigest() for entry in entries if entry.readable}
    messages = corpus / "mvt" / "ios_backup" / "3d" / "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
    assert found[f"{MOBILE}/Library/SMS/sms.db"] == hashlib.sha256(messages.read_bytes()).hexdigest()
    assert [path for path in found if not path.startswith("private/")] == [
        "Info.plist",
        "Manifest.db",
        "e7/e794f6ffcc3c222535f47684a63d5178da3c4500",
    ]
    facts = opened.view.facts()
    names = ("manifest rows", "files present", "files absent", "files not in the manifest", "iOS version")
    assert [facts[name] for name in names] == ["3721", "10", "1079", "1", "14.3"]
    assert opened.view.problems() == []
