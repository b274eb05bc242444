"""A case folder: opened twice, of a newer program, no case at all, or inside its own evidence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cases import CaseError, open_case
from app.cli import DIFFERENT, UNUSABLE, main
from app.ingest import IngestError, SourceRequest, add_source
from evidence_store import schema
from tests.evidence_builders.case import build_case


def test_evidence_is_added_by_one_program_at_a_time(tmp_path: Path) -> None:
    first, second = build_case(tmp_path / "case"), open_case(tmp_path / "case")
    with first.changing():
        with pytest.raises(CaseError, match="is in use: another Assay is adding evidence to it"), second.changing():
            pass
        with pytest.raises(CaseError, match="evidence is being added already"), first.changing():
            pass
    with second.changing():
        pass
    first.close()
    second.close()


def test_a_case_of_a_newer_program_is_refused_in_one_line(tmp_path: Path) -> None:
    build_case(tmp_path / "case").close()
    with closing(sqlite3.connect(tmp_path / "case" / "case.db")) as raw:
        raw.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    newer = rf"was written by a newer Assay \(case format {schema.VERSION + 1}, this one reads {schema.VERSION}\)$"
    with pytest.raises(CaseError, match=newer):
        open_case(tmp_path / "case")


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99, None])
def test_what_is_no_case_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "case.db").write_bytes(content)
    with pytest.raises(CaseError) as refused:
        open_case(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_case_inside_its_source_and_a_source_inside_its_case_are_refused(tmp_path: Path) -> None:
    case = build_case(tmp_path / "evidence" / "case")
    with pytest.raises(IngestError, match="the case folder lies inside this source"):
        add_source(case, SourceRequest(tmp_path / "evidence"))
    with pytest.raises(IngestError, match="lies inside the case folder"):
        add_source(case, SourceRequest(case.folder / "reports"))
    case.close()


@pytest.mark.parametrize("damage", [b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 200])
def test_verify_of_a_case_file_that_cannot_be_opened_is_a_difference(tmp_path: Path, damage: bytes) -> None:
    open_case(tmp_path / "case", create_it=True).close()
    (tmp_path / "case" / "case.db").write_bytes(damage)
    assert main(["verify", str(tmp_path / "case")]) == DIFFERENT
    assert main(["info", str(tmp_path / "case")]) == UNUSABLE
