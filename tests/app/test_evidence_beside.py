"""An extractor may look up what its label names beside the file that it reads, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.worker.evidence import OpenedFile
from app.worker.tasks import Listed
from extractors.base import joined
from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from tests.app.command_line import assay
from tests.evidence_builders.archives import write_folder, write_zip
from tests.evidence_builders.protobuf import message

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


def test_names_that_stand_in_a_file_beside_reach_the_items(tmp_path: Path) -> None:
    folder = "data/system_ce/0/usagestats"
    event = message((22, message((1, 7), (3, 1000), (5, 1))))
    tree = {
        f"{folder}/mappings": message((2, message((1, 7), (2, "org.example.app")))),
        f"{folder}/daily/1600000000000": message((2, 5)) + event,
        f"elsewhere/{folder}/daily/1600000000000": message((2, 5)) + event,
    }
    for source in (write_folder(tmp_path / "phone", tree), write_zip(tmp_path / "phone.zip", tree)):
        case = tmp_path / f"case of {source.name}"
        assay("ingest", case, source, "--no-authority", "made-up evidence")
        rows = assay("items", case, "--json", "--kind", "app_use").lines
        assert {row["file"]: row["data"]["app"] for row in rows} == {
            f"{folder}/daily/1600000000000": "org.example.app",
            f"elsewhere/{folder}/daily/1600000000000": "number 7",
        }
