"""Every command leaves every source as it was: bytes, names and times, for each way a source can be opened."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.demo_evidence import build
from tests.app.command_line import assay
from tests.evidence_builders.archives import snapshot, write_folder, write_tar, write_zip
from tests.evidence_builders.databases import with_write_ahead_log
from tests.evidence_builders.images import write_e01
from tests.evidence_builders.media import jpeg


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One source of each kind, side by side in one folder."""
    folder = tmp_path_factory.mktemp("evidence")
    stick = build(tmp_path_factory.mktemp("demo"))[1]
    tree = {"DCIM/a.jpg": jpeg(64, 48, taken="2026:03:13 10:00:00", make="Specimen"), "b.txt": b"made up"}
    write_folder(folder / "tree", tree)
    write_zip(folder / "tree.zip", tree)
    write_tar(folder / "tree.tar", tree)
    write_tar(folder / "tree.tar.gz", tree, "w:gz")
    (folder / "stick.dd").write_bytes(stick.read_bytes())
    write_e01(folder / "split.E01", stick.read_bytes()[:4_000_000], chunks_per_segment=40)
    (folder / "wal").mkdir()
    with_write_ahead_log(folder / "wal")
    (folder / "photo.jpg").write_bytes(tree["DCIM/a.jpg"])
    (folder / "noise.bin").write_bytes(random.Random(3).randbytes(20_000))
    return folder


def test_no_command_changes_a_source_or_the_folder_it_lies_in(evidence: Path, tmp_path: Path) -> None:
    log = next((evidence / "wal").rglob("*-wal"))
    database = log.with_name(log.name.removesuffix("-wal"))
    assert len(list(evidence.glob("split.E*"))) > 1
    names = ("tree", "tree.zip", "tree.tar", "tree.tar.gz", "stick.dd", "split.E01", "photo.jpg", "noise.bin")
    sources = [*(evidence / name for name in names), database]
    before = snapshot(evidence)
    case = tmp_path / "case"
    assay("ingest", case, *sources, "--no-authority", "training", "--jobs", 2)
    assert snapshot(evidence) == before
    info = assay("info", case, "--json").one
    assert [one["kind"] for one in info["sources"]] == [
        *("folder", "zip", "tar", "tar.gz", "raw image", "E01", "file", "file"),
        "file",
    ]
    photos = assay("items", case, "--json", "--kind", "media_item").lines
    pictures = {one["source"]: one["number"] for one in photos}
    assert len(pictures) >= 5
    chosen = [word for number in pictures.values() for word in ("--picture", number)]
    for words in (
        ("info", case),
        ("items", case),
        ("coverage", case),
        ("files", case),
        ("verify", case, "--sources"),
        ("report", case, "-o", tmp_path / "report.pdf", *chosen),
        ("ingest", case, *sources),
    ):
        assert assay(*words).status in (0, 3)
        assert snapshot(evidence) == before
