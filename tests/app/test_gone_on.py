"""Going on with a source that was stopped: the bytes have to be those with which its reading began."""

from __future__ import annotations

import tarfile
import threading
from pathlib import Path

import pytest

from app.cases import open_case
from app.ingest import IngestError, Progress, SourceRequest, Stopped, add_source, resume
from tests.evidence_builders.archives import write_tar

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
