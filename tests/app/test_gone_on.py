"""Going on with a source that was stopped: the bytes have to be those with which its reading began."""

from __future__ import annotations

import tarfile
import threading
from pathlib import Path

import pytest

from app.cases import open_case
from app.ingest import IngestError, Progress, SourceRequest, Stopped, add_source, resume
from tests.evidence_builders.archives import write_tar, write_zip
from tests.evidence_builders.cases import table_rows

TREE = {f"{n:03d}.bin": b"made up %d" % n for n in range(450)}


def test_a_compressed_tar_that_is_another_one_by_now_is_not_gone_on_with(tmp_path: Path) -> None:
    source = write_tar(tmp_path / "tree.tar.gz", TREE, "w:gz", tarfile.PAX_FORMAT)
    case = open_case(tmp_path / "case", create_it=True)
    stop = threading.Event()

    def at_reading(progress: Progress) -> None:
        if progress.stage == "reading":
            stop.set()

    with pytest.raises(Stopped):
        add_source(case, SourceRequest(source), at_reading, stop, jobs=1)
    (case.work / "source-1" / "unpacked.tar").unlink()
    as_it_was = source.read_bytes()
    write_tar(source, TREE | {"000.bin": b"another 0"}, "w:gz", tarfile.PAX_FORMAT)
    with pytest.raises(IngestError) as refused:
        resume(case, jobs=1)
    assert str(refused.value) == f"{source}: is not what it was when its reading began (SHA-256 differs)"
    source.write_bytes(as_it_was)
    (result,) = resume(case, jobs=1)
    case.close()
    assert (result.files, result.unread) == (450, 0)


def test_a_source_that_is_another_one_by_now_is_not_gone_on_with(tmp_path: Path) -> None:
    tree = {f"{n:04d}.bin": b"made up %d" % n for n in range(6000)}
    source = write_zip(tmp_path / "tree.zip", tree)
    case = open_case(tmp_path / "case", create_it=True)
    stop = threading.Event()

    def once_hashed(progress: Progress) -> None:
        if progress.stage == "reading" and progress.done:  # with one worker, the hashing comes first
            stop.set()

    with pytest.raises(Stopped):
        add_source(case, SourceRequest(source), once_hashed, stop, jobs=1)
    assert table_rows(tmp_path / "case" / "case.db", "SELECT count(*) FROM source WHERE sha256 IS NOT NULL") == [(1,)]
    as_it_was = source.read_bytes()
    write_zip(source, tree | {"0000.bin": b"another 0"})
    with pytest.raises(IngestError) as refused:
        resume(case, jobs=1)
    assert str(refused.value) == f"{source}: is not what it was when its reading began (SHA-256 differs)"
    source.write_bytes(as_it_was)
    (result,) = resume(case, jobs=1)
    case.close()
    assert (result.files, result.unread) == (6000, 0)
