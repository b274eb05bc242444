"""An extractor may look up what its label names beside the file that it reads, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.worker.evidence import OpenedFile
from app.worker.tasks import Listed
from extractors.base import joined
from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from tests.evidence_builders.archives import write_folder

TREE = {"usage/mappings": b"names", "usage/daily/1": b"one", "usage/daily/2": b"two"}


def opened(folder: Path, path: str, *others: str) -> OpenedFile:
    volume = open_volume(SourceRef("folder", str(folder)))
    entries = {one.path: one for one in volume.entries()}
    listed = {
        path: Listed(place, path, one.size, "file", 0, 1, 1, "", "[]", one.address)
        for place, (path, one) in enumerate(entries.items())
    }
    return OpenedFile(volume, listed[path], (), None, None, others=tuple(listed[other] for other in others))


def test_a_file_that_is_named_is_read_where_it_stands(tmp_path: Path) -> None:
    file = opened(write_folder(tmp_path / "source", TREE), "usage/daily/1", "usage/mappings")
    stream = file.beside("../mappings")
    assert stream is not None
    with stream:
        assert stream.read() == b"names"


@pytest.mark.parametrize("name", ["2", "mappings", "../../usage/daily/2", "../../../mappings"])
def test_what_was_not_planned_for_is_not_there(tmp_path: Path, name: str) -> None:
    file = opened(write_folder(tmp_path / "source", TREE), "usage/daily/1", "usage/mappings")
    assert file.beside(name) is None


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [("a/b/c", "../d", "a/d"), ("c", "d", "d"), ("a/c", "d/e", "a/d/e"), ("c", "../d", "../d")],
)
def test_paths_are_joined_from_the_folder_of_the_file(path: str, name: str, expected: str) -> None:
    assert joined(path, name) == expected
