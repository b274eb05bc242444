from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from extractors.sources import single_file
from extractors.sources.base import Entry, SourceError, SourceRef
from tests.evidence_builders.archives import snapshot


def made_up(folder: Path) -> SourceRef:
    for name in ("chat.db", "chat.db-wal", "chat.db-shm", "chat.db-old", "other.db-journal"):
        (folder / name).write_bytes(name.encode())
    return SourceRef("file", str(folder / "chat.db"))


def test_a_database_handed_over_alone_comes_with_its_log(tmp_path: Path):
    volume = single_file.open_volume(made_up(tmp_path))
    found = []
    for entry in volume.entries():
        with volume.open(entry) as stream:
            found.append((entry.path, entry.size, stream.read()))
    assert found == [
        ("chat.db", 7, b"chat.db"),
        ("chat.db-wal", 11, b"chat.db-wal"),
        ("chat.db-shm", 11, b"chat.db-shm"),
    ]
    assert volume.problems() == []


def test_the_hash_is_that_of_the_file_and_its_neighbours_are_listed(tmp_path: Path):
    hashes = single_file.hash_source(made_up(tmp_path))
    assert (hashes.size, hashes.md5) == (7, hashlib.md5(b"chat.db").hexdigest())
    assert hashes.files == [
        {"name": name, "size": len(name), "sha256": hashlib.sha256(name.encode()).hexdigest()}
        for name in ("chat.db", "chat.db-wal", "chat.db-shm")
    ]


def test_opening_reading_and_hashing_change_nothing(tmp_path: Path):
    ref = made_up(tmp_path)
    before = snapshot(tmp_path)
    volume = single_file.open_volume(ref)
    for entry in volume.entries():
        volume.open(entry).close()
    single_file.hash_source(ref)
    assert snapshot(tmp_path) == before


def test_only_the_file_and_its_neighbours_have_an_address(tmp_path: Path):
    volume = single_file.open_volume(made_up(tmp_path))
    for address in ("-old", "/../other.db-journal", "-journal"):
        with pytest.raises(SourceError, match=r"^made up: "):
            volume.open(Entry("made up", 1, address))


def test_a_missing_file_and_a_folder_give_one_clear_line(tmp_path: Path):
    for path, reason in ((tmp_path / "none", "cannot be opened"), (tmp_path, "not a regular file")):
        with pytest.raises(SourceError, match=reason):
            single_file.open_volume(SourceRef("file", str(path)))
