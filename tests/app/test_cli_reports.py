"""Reports through the command line: what is chosen, what is printed, and where it may be written."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import pypdfium2
import pytest

from app.demo_evidence import build
from extractors.catalog import BY_ID
from tests.app.command_line import assay
from tests.evidence_builders.android import SMS
from tests.evidence_builders.archives import snapshot


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def case(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = tmp_path_factory.mktemp("cases") / "case"
    options = ("--zone", "Europe/London", "--no-authority", "training only", "--jobs", 2)
    assay("ingest", case, *sorted(evidence.iterdir()), *options)
    return case


def text_of(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_tagged_selection_is_printed_with_its_gaps_and_the_authority(case: Path, tmp_path: Path) -> None:
    chat = [one["number"] for one in assay("items", case, "--json", "--service", "WhatsApp").lines]
    assay("tag", case, "chosen", chat[2], chat[9])
    out = tmp_path / "report.pdf"
    done = assay("report", case, "-o", out, "--tag", "chosen", "--order", "conversation")
    printed = " ".join(text_of(out).split())
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"{out}: ")
    assert "2 items" in done.out
    assert chat[2] in printed
    assert chat[9] in printed
    assert "training only" in printed
    assert "6 items" in printed or "6 messages" in printed or "6 further" in printed


def test_the_extractors_that_took_up_files_are_described_and_no_others(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    assert assay("report", case, "-o", out, "--kind", "call").status == 0
    printed = " ".join(text_of(out).split())
    part = printed[printed.index("What read the source") :][:6000]
    used = {one["extractor"] for one in assay("coverage", case, "--json").lines if "@" in (one["extractor"] or "")}
    assert "android.sms@" in " ".join(used)
    assert {label for label in used if f"{label}: {BY_ID[label.partition('@')[0]].title}" in part} == used
    assert set(re.findall(r"([a-z]+\.[a-z_]+@\d+):", part)) == used


def test_the_same_case_gives_the_same_bytes(case: Path, tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("first.pdf", "second.pdf")]
    for out in made:
        assert assay("report", case, "-o", out, "--kind", "call", "--order", "time").status == 0
    assert made[0].read_bytes() == made[1].read_bytes()


def test_a_picture_is_printed_where_it_was_chosen_and_the_sources_stay_as_they_were(
    case: Path, evidence: Path, tmp_path: Path
) -> None:
    photo = assay("items", case, "--json", "--kind", "media_item", "--limit", 1).one["number"]
    before = snapshot(evidence)
    without, with_it = tmp_path / "without.pdf", tmp_path / "with.pdf"
    chosen = ("--kind", "media_item")
    assert assay("report", case, "-o", without, *chosen).status == 0
    assert assay("report", case, "-o", with_it, *chosen, "--picture", photo).status == 0
    assert snapshot(evidence) == before
    images = []
    for out in (without, with_it):
        with pypdfium2.PdfDocument(out) as document:
            found = sum(
                kind.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for page in document for kind in page.get_objects()
            )
            images.append(found)
    assert images[1] == images[0] + 1


def test_a_report_that_cannot_be_written_as_asked_is_told_on_one_line(
    case: Path, evidence: Path, tmp_path: Path
) -> None:
    place = assay("items", case, "--json", "--kind", "location", "--limit", 1).one["number"]
    source = sorted(evidence.iterdir())[0]
    before = snapshot(evidence)
    out = tmp_path / "report.pdf"
    for words, line in (
        (("-o", tmp_path / "no folder/report.pdf"), f"{tmp_path / 'no folder'} is not a folder: the report was not"),
        (("-o", tmp_path), f"{tmp_path}: Is a directory: the report was not written"),
        (("-o", source), f"{source} is evidence (EX/1): the report was not written"),
        (("-o", case / "case.db"), f"{case / 'case.db'} is the case itself: the report was not written"),
        (("-o", out, "--zone", "Mars/Olympus"), "Mars/Olympus is no time zone"),
        (("-o", out, "--picture", "EX/9-000001"), "no such item: EX/9-000001"),
        (("-o", out, "--picture", place), f"item {place} has no picture that was read"),
        (("-o", out, "--document", "poem"), "no document poem: there is evidential"),
        (("-o", out, "--kind", "poem"), "poem is no kind of item"),
    ):
        done = assay("report", case, *words)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.startswith(f"assay: {line}")
    assert list(tmp_path.iterdir()) == []
    assert snapshot(evidence) == before
    assert assay("verify", case).status == 0


def test_a_tag_that_no_item_has_is_told_and_the_report_says_it_holds_nothing(case: Path, tmp_path: Path) -> None:
    done = assay("report", case, "-o", tmp_path / "report.pdf", "--tag", "chosem")
    assert done.err.startswith("assay: no item of this case has the tag “chosem”; ")
    assert (done.status, "0 items" in done.out) == (0, True)


def test_a_recovered_row_says_where_it_comes_from_and_how_sure_it_is(tmp_path: Path) -> None:
    source = tmp_path / "mmssms.db"
    with contextlib.closing(sqlite3.connect(source)) as connection:
        connection.executescript(
            f"PRAGMA secure_delete = 0; {SMS} INSERT INTO sms (_id, address, date, type, body) VALUES "
            "(1, '07700900101', 1782900000000, 1, 'the harbour at noon'), "
            "(2, '07700900102', 1782900060000, 1, 'the library at noon'); DELETE FROM sms WHERE _id = 1;"
        )
        connection.commit()
    case = tmp_path / "case"
    assert assay("ingest", case, source, "--no-authority", "made-up evidence").status == 0
    (line,) = [line for line in assay("items", case).out.splitlines() if "DELETED" in line]
    assert "the harbour at noon" in line
    assert re.search(r"DELETED \(recovered from freeblock, confidence (high|medium|low)", line)
    assert assay("report", case, "-o", tmp_path / "report.pdf").status == 0
    words = " ".join(text_of(tmp_path / "report.pdf").split())
    assert "recovered from freeblock, confidence" in words
