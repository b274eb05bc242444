from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from evidence_store.records import Moment, Problem
from extractors.sources import folder, tar_archive, zip_archive
from extractors.sources.base import Entry, SourceError, SourceRef
from tests.evidence_builders.archives import STAMP_NS, TREE, snapshot, write_folder, write_tar, write_zip

POSIX = pytest.mark.skipif(os.name != "posix", reason="names, links and permissions of POSIX")


def volume_of(root: Path) -> folder.FolderVolume:
    return folder.open_volume(SourceRef("folder", str(root)))


def read(volume: folder.FolderVolume, entry: Entry) -> bytes:
    with volume.open(entry) as stream:
        return stream.read()


@POSIX
def test_the_same_tree_as_folder_zip_and_tar_gives_the_same_files(tmp_path: Path):
    refs = (
        (folder, SourceRef("folder", str(write_folder(tmp_path / "tree")))),
        (zip_archive, SourceRef("zip", str(write_zip(tmp_path / "tree.zip")))),
        (tar_archive, SourceRef("tar", str(write_tar(tmp_path / "tree.tar")))),
    )
    expected = {(path, len(data), data) for path, data in TREE.items()}
    for module, ref in refs:
        volume = module.open_volume(ref)
        assert {(entry.path, entry.size, read(volume, entry)) for entry in volume.entries()} == expected
        assert volume.problems() == []
        volume.close()


def test_listing_reading_and_hashing_change_nothing(tmp_path: Path):
    root = write_folder(tmp_path / "tree")
    before = snapshot(tmp_path)
    volume = volume_of(root)
    for entry in volume.entries():
        read(volume, entry)
    folder.hash_source(SourceRef("folder", str(root)))
    assert snapshot(tmp_path) == before


def test_times_keep_their_nanoseconds_in_the_raw_form(tmp_path: Path):
    entry = next(entry for entry in volume_of(write_folder(tmp_path)).entries() if entry.path == "readme.txt")
    raw = str((tmp_path / "readme.txt").stat().st_mtime_ns)
    assert raw[:-2] == str(STAMP_NS)[:-2]
    assert entry.times[0] == Moment("modified (file system)", STAMP_NS // 1000, raw, "D")


@POSIX
def test_links_and_special_files_are_listed_and_neither_followed_nor_opened(tmp_path: Path):
    root = tmp_path / "tree"
    (root / "inner").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("not evidence")
    (root / "file").symlink_to(tmp_path / "outside.txt")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(root / "socket"))
    volume = volume_of(root)
    entries = list(volume.entries())
    assert [(entry.path, entry.kind, entry.readable, entry.note) for entry in entries] == [
        ("file", "link", False, f"link to {tmp_path}/outside.txt"),
        ("loop", "link", False, f"link to {root}"),
        ("pipe", "special", False, "named pipe"),
        ("socket", "special", False, "socket"),
    ]
    for entry in entries:
        with pytest.raises(SourceError, match=f"^{entry.path}: "):
            volume.open(entry)


@POSIX
def test_no_address_leads_out_of_the_folder(tmp_path: Path):
    root = write_folder(tmp_path / "tree")
    (tmp_path / "outside.txt").write_text("not evidence")
    (root / "door").symlink_to(tmp_path)
    (root / "window").symlink_to(root / "sdcard")
    volume = volume_of(root)
    for address in ("../outside.txt", "sdcard/../../outside.txt", "/etc/passwd", "", "door/outside.txt", "a%00b", ".",
                    "window/DCIM/IMG_0001.jpg", "sdcard", "missing", quote(str(tmp_path / "outside.txt"))):  # fmt: skip
        with pytest.raises(SourceError, match="made up"):
            volume.open(Entry("made up", 1, address))


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no UTF-8")
def test_a_name_that_is_no_text_shows_its_bytes_and_opens(tmp_path: Path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff\nb.txt")).write_bytes(b"made up")
    volume = volume_of(tmp_path)
    (entry,) = volume.entries()
    assert (entry.path, entry.note, read(volume, entry)) == (
        "a\\xff\\x0ab.txt",
        r"stored name 'a\udcff\nb.txt'",
        b"made up",
    )
    assert [problem.code for problem in volume.problems()] == ["odd-name"]


@POSIX
def test_what_may_not_be_read_is_listed_as_such_and_the_rest_is_read(tmp_path: Path):
    root = write_folder(tmp_path / "tree", {"a/locked.txt": b"1", "b/in.txt": b"2", "c.txt": b"3"})
    (root / "a/locked.txt").chmod(0)
    (root / "b").chmod(0)
    if os.access(root / "b", os.R_OK):
        pytest.skip("this user may read everything")
    try:
        volume = volume_of(root)
        entries = list(volume.entries())
        hashes = folder.hash_source(SourceRef("folder", str(root)))
    finally:
        (root / "b").chmod(0o755)
    assert [(entry.path, entry.readable) for entry in entries] == [("c.txt", True), ("a/locked.txt", False)]
    folder_closed = Problem("file", "unreadable", "b: Permission denied", "b")
    locked = Problem("file", "unreadable", "a/locked.txt: permission denied", "a/locked.txt")
    assert (volume.problems(), hashes.problems) == ([folder_closed], [folder_closed, locked])


def test_a_file_that_goes_away_after_listing_gives_one_clear_line(tmp_path: Path):
    volume = volume_of(write_folder(tmp_path, {"a.txt": b"1"}))
    (entry,) = volume.entries()
    (tmp_path / "a.txt").unlink()
    with pytest.raises(SourceError, match=r"^a\.txt: cannot be opened"):
        volume.open(entry)


def test_the_hash_of_a_folder_is_that_of_its_list_of_hashes(tmp_path: Path):
    seen: list[int] = []
    root = write_folder(tmp_path / "tree")
    hashes = folder.hash_source(SourceRef("folder", str(root)), seen.append)
    rows = [(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in TREE.items()]
    assert hashes == folder.hash_manifest(rows) == folder.hash_manifest(rows[::-1])
    assert sum(seen) == hashes.size == sum(map(len, TREE.values()))
    text = (
        f"{hashlib.sha256(b'1').hexdigest()}  A\n"
        f"\\{hashlib.sha256(b'2').hexdigest()}  a\\\\b\n"
        f"{hashlib.sha256(b'3').hexdigest()}  \u00fc\n"
    ).encode()
    rows = [
        (path, hashlib.sha256(data).hexdigest(), 1) for path, data in (("\u00fc", b"3"), ("a\\b", b"2"), ("A", b"1"))
    ]
    assert folder.hash_manifest(rows).md5 == hashlib.md5(text).hexdigest()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("sha256sum"), reason="needs the GNU tools")
def test_anybody_can_recompute_the_hash_of_a_folder_with_sha256sum(tmp_path: Path):
    root = write_folder(tmp_path / "tree")
    command = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    printed = subprocess.run(["sh", "-c", command], cwd=root, check=True, capture_output=True, text=True).stdout
    assert folder.hash_source(SourceRef("folder", str(root))).sha256 == printed.split()[0]
