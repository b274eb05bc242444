"""`verify --sources` compares what stands beside a source too: a database's log holds its newest rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.sources_again import check_sources
from tests.evidence_builders.cases import read_into
from tests.evidence_builders.databases import with_write_ahead_log


def _altered(log: Path) -> None:
    log.write_bytes(log.read_bytes() + b"x")


@pytest.mark.parametrize("change", [_altered, Path.unlink])
def test_a_log_that_is_not_the_one_that_was_read_is_a_difference(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    database = with_write_ahead_log(folder)
    case, _ = read_into(tmp_path / "case", database)
    same = "EX/1: read again, SHA-256, SHA-1 and MD5 agree"
    differs = f"EX/1: {database.name}-wal beside {database}: not what was read into the case"
    before = [(one.same, one.line) for one in check_sources(case)]
    change(Path(f"{database}-wal"))
    after = [(one.same, one.line) for one in check_sources(case)]
    case.close()
    assert (before, after) == ([(True, same)], [(False, differs)])
