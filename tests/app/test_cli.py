"""The contract of the command line, on the made-up evidence, by a process for each command."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from app.demo_evidence import build
from tests.app.command_line import ROOT, assay

COUNTS = {"call": 22, "contact": 10, "location": 9, "media_item": 23, "message": 168}
STICK, PHONE, CHAT = "Memory stick.dd", "Phone extraction.zip", "WhatsApp Chat with Thursday Readers.zip"
ITEM_FIELDS = [
    *("number", "kind", "service", "conversation", "direction", "from", "to", "text", "attachments", "moments"),
    *("deleted", "source", "file", "file_sha256", "locator", "extractor", "sha256", "tags", "data"),
]
COVERAGE_FIELDS = [
    *("source", "file", "extractor", "outcome", "present", "parsed", "out_of_scope", "unsupported", "failed"),
    "problems",
]
FILE_FIELDS = [
    *("path", "size", "sha256", "mime", "deleted", "allocated", "readable", "kind", "note", "times", "source"),
]
SOURCE_FIELDS = ["exhibit", "path", "kind", "size", "sha256", "sha1", "md5", "stored_hashes"]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "authority.toml"
    path.write_text('reference = "MADE-UP/7"\n[limits]\nfrom = 2026-03-01\nkinds = ["message", "call"]\n', "utf-8")
    return path


@pytest.fixture(scope="module")
def read(evidence: Path, authority: Path, tmp_path_factory: pytest.TempPathFactory):
    """(case folder, how the ingest ended): three sources, two with an exhibit reference of their own."""
    case = tmp_path_factory.mktemp("cases") / "case"
    exhibits = ("--exhibit", "ABC/1", "--exhibit", "ABC/2")
    sources = [evidence / name for name in (PHONE, STICK, CHAT)]
    options = ("--zone", "Europe/London", "--authority", authority, "--jobs", 2, "--progress", "json")
    return case, assay("ingest", case, *sources, *exhibits, *options)


@pytest.fixture(scope="module")
def case(read) -> Path:
    return read[0]


def test_ingest_tells_each_source_and_ends_with_3_where_something_could_not_be_read(read, evidence: Path) -> None:
    case, done = read
    said = done.out.split("\n")
    assert said[:3] == [
        f"ABC/1: {evidence / PHONE} read; 25 files, 186 items",
        f"ABC/2: {evidence / STICK} read; 9 files, 3 items",
        f"EX/1: {evidence / CHAT} read; 4 files, 43 items",
    ]
    assert re.fullmatch("seal [0-9a-f]{64}", said[3])
    assert said[4:] == [f"3 files or rows could not be read: see `assay coverage {case}`", ""]
    assert done.status == 3


def test_progress_for_programs_is_one_object_a_line_on_standard_error(read) -> None:
    told = [json.loads(line) for line in read[1].err.splitlines()]
    assert {tuple(one) for one in told} == {("stage", "source", "done", "total", "files", "items", "eta_s", "now")}
    assert {one["stage"] for one in told} == {"listing", "reading", "sealing"}
    assert [(one["source"], one["files"], one["items"]) for one in told if one["stage"] == "sealing"][-1] == (
        *("EX/1", 4),
        43,
    )
    assert all(0 <= one["done"] <= one["total"] or not one["total"] for one in told)


def test_info_is_one_object_with_hashes_counts_and_authority(case: Path, evidence: Path) -> None:
    found = assay("info", case, "--json").one
    by_exhibit = {one["exhibit"]: one for one in found["sources"]}
    assert {exhibit: Path(one["path"]).name for exhibit, one in by_exhibit.items()} == {
        "ABC/1": PHONE,
        "ABC/2": STICK,
        "EX/1": CHAT,
    }
    for one in by_exhibit.values():
        data = (evidence / Path(one["path"]).name).read_bytes()
        assert list(one)[:8] == SOURCE_FIELDS
        assert (one["size"], one["sha256"], one["sha1"], one["md5"], one["stored_hashes"]) == (
            len(data),
            *(hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5")),
            [],
        )
        assert one["authority"] == "reference: MADE-UP/7; limits.from: 2026-03-01; limits.kinds: message, call"
    assert found["counts"] == COUNTS
    assert (found["complete"], found["intact"], found["outstanding"]) == (True, True, [])
    assert [re.fullmatch("[0-9a-f]{64}", found[name]) is None for name in ("seal", "items_digest", "ledger_head")] == [
        *(False, False),
        False,
    ]


def test_items_are_one_object_a_line_in_order_of_time(case: Path) -> None:
    found = assay("items", case, "--json").lines
    assert len(found) == sum(COUNTS.values())
    assert {tuple(one) for one in found} == {tuple(ITEM_FIELDS)}
    kinds = [one["kind"] for one in found]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == COUNTS
    when = [one["moments"][0]["utc"] for one in found if one["moments"] and one["moments"][0]["utc"]]
    assert when == sorted(when)
    assert {tuple(moment)[:4] for one in found for moment in one["moments"]} == {("meaning", "utc", "raw", "clock")}
    assert {tuple(file) for one in found for file in one["attachments"]} == {
        ("name", "path", "mime", "size", "sha256", "state")
    }
    assert {file["state"] for one in found for file in one["attachments"]} == {"present", "missing", "omitted"}
    assert {party.keys() >= {"id", "name"} for one in found for party in one["to"]} == {True}
    assert {one["direction"] for one in found} == {"in", "out", None}


def test_the_fields_of_a_kind_stand_under_data(case: Path) -> None:
    place = assay("items", case, "--json", "--kind", "location", "--limit", 1).one
    assert (place["data"]["lat"], place["data"]["lon"]) == pytest.approx((53.8381, -1.4966), abs=0.001)
    call = assay("items", case, "--json", "--kind", "call", "--limit", 1).one
    assert (call["data"]["duration_s"], call["extractor"].split("@")[0]) == (41, "android.calls")


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--limit", 7), 7),
        (("--limit", 0), 0),
        (("--kind", "call"), 22),
        (("--kind", "call", "--kind", "contact"), 32),
        (("--service", "WhatsApp"), 41),
        (("--service", "MMS", "--kind", "message"), 6),
        (("--since", "2026-10-25", "--until", "2026-10-25", "--service", "WhatsApp"), 5),
        (("--since", "2026-10-25T00:42:00Z", "--until", "2026-10-25T00:55:01Z", "--service", "WhatsApp"), 2),
        (("--party", "900133", "--kind", "contact"), 1),
        (("--search", '"ten past"'), 2),
        (("--search", "shelv*"), 1),
        (("--search", "no-such-word-anywhere"), 0),
    ],
)
def test_each_option_of_a_selection_narrows_it(case: Path, options: tuple, count: int, capsys) -> None:
    # In this process: the same function, without a start for each.
    assert main(["items", str(case), "--json", *map(str, options)]) == 0
    said = capsys.readouterr()
    assert (len(said.out.split("\n")) - 1, said.err) == (count, "")


def test_coverage_counts_add_up_and_say_what_was_not_read(case: Path) -> None:
    rows = assay("coverage", case, "--json").lines
    assert {tuple(row) for row in rows} == {tuple(COVERAGE_FIELDS)}
    for row in rows:
        assert row["present"] == row["parsed"] + row["out_of_scope"] + row["unsupported"] + row["failed"]
    assert sum(row["parsed"] for row in rows) == sum(COUNTS.values()) - COUNTS["location"]
    bad = [(row["source"], row["outcome"]) for row in rows if row["outcome"] not in ("parsed", "empty", "note")]
    assert bad == [("ABC/1", "partial"), ("ABC/1", "failed"), ("ABC/2", "not read")]


def test_files_lists_every_file_with_deleted_ones_marked(case: Path) -> None:
    rows = assay("files", case, "--json").lines
    assert {tuple(row) for row in rows} == {tuple(FILE_FIELDS)}
    assert [len([row for row in rows if row["source"] == name]) for name in ("ABC/1", "ABC/2", "EX/1")] == [25, 9, 4]
    assert [row["source"] for row in rows if row["deleted"]] == ["ABC/2"] * 3
    assert [row["readable"] for row in rows if row["sha256"] is None] == [False]
    assert {name for row in rows for name in row["times"]} >= {"modified", "created"}


def test_verify_is_one_object_and_reads_the_sources_again_when_asked(case: Path) -> None:
    done = assay("verify", case, "--json", "--sources")
    found = done.one
    assert (done.status, found["intact"], found["complete"], found["findings"]) == (0, True, True, [])
    assert [(one["exhibit"], one["same"]) for one in found["sources"]] == [
        *(("ABC/1", True), ("ABC/2", True)),
        ("EX/1", True),
    ]
    assert found["seal"] == assay("info", case, "--json").one["seal"]


def test_a_source_that_changed_since_is_found_with_4(evidence: Path, tmp_path: Path) -> None:
    source = tmp_path / STICK
    source.write_bytes((evidence / STICK).read_bytes())
    assay("ingest", tmp_path / "case", source, "--no-authority", "training", "--jobs", 1)
    with source.open("r+b") as file:
        file.seek(600_000)
        file.write(b"changed")
    done = assay("verify", tmp_path / "case", "--sources", "--json")
    assert (done.status, done.one["intact"], done.one["sources"][0]["same"]) == (4, True, False)
    source.unlink()
    done = assay("verify", tmp_path / "case", "--sources")
    assert (done.status, f"EX/1: {source} is not there: not compared" in done.out) == (3, True)


def test_the_same_source_again_was_read_before_and_changes_nothing(case: Path, evidence: Path) -> None:
    before = assay("info", case, "--json").one
    done = assay("ingest", case, evidence / PHONE)
    assert (
        done.out.split("\n")[0]
        == f"ABC/1: {evidence / PHONE} was read before, and was not read again; 25 files, 186 items"
    )
    assert done.status == 3  # what could not be read then cannot be read now
    after = assay("info", case, "--json").one
    assert (after["seal"], after["items_digest"]) == (before["seal"], before["items_digest"])


def test_other_settings_for_a_source_that_was_read_are_not_passed_over(case: Path, evidence: Path) -> None:
    done = assay("ingest", case, evidence / CHAT, "--zone", "Asia/Karachi", "--date-order", "mdy")
    assert done.err == (
        f"assay: EX/1: {evidence / CHAT} is in this case with another zone and date order, which it keeps; to read it "
        "anew, give it another --exhibit or a new case\n"
    )
    assert done.status == 2


def test_a_source_can_be_read_anew_under_another_exhibit(evidence: Path, tmp_path: Path) -> None:
    case, chat = tmp_path / "case", evidence / CHAT
    for zone, exhibit in (("Europe/London", "A/1"), ("Asia/Karachi", "A/2")):
        assert assay("ingest", case, chat, "--zone", zone, "--exhibit", exhibit, "--no-authority", "x").status == 0
    first, second = (
        next(one for one in found if one["text"] == "You were added")["moments"][0]["utc"]
        for found in (
            [one for one in assay("items", case, "--json", "--kind", "message").lines if one["source"] == source]
            for source in ("A/1", "A/2")
        )
    )
    assert (first, second) == ("2026-03-05T18:02:00Z", "2026-03-05T13:02:00Z")


def test_a_new_export_under_the_old_name_is_not_taken_for_the_one_that_was_read(evidence: Path, tmp_path: Path) -> None:
    source = tmp_path / "chat.zip"
    source.write_bytes((evidence / CHAT).read_bytes())
    assert assay("ingest", tmp_path / "case", source, "--zone", "Europe/London").status == 0
    with source.open("ab") as stream:
        stream.write(b"more")
    done = assay("ingest", tmp_path / "case", source, "--zone", "Europe/London")
    assert done.status == 2
    assert "has another size than when it was read" in done.err


def test_without_a_zone_the_times_that_have_no_place_are_counted(evidence: Path, tmp_path: Path) -> None:
    done = assay("ingest", tmp_path / "case", evidence / CHAT)
    assert done.status == 0
    assert "items have a local time that is not placed in UTC, and no other: state the zone with --zone" in done.out


def test_only_runs_the_extractors_that_are_asked_for(evidence: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    done = assay("ingest", case, evidence / PHONE, "--only", "android.c*", "--no-authority", "training")
    assert assay("info", case, "--json").one["counts"] == {"call": 22, "contact": 10}
    wrong = assay("ingest", case, evidence / PHONE, "--only", "android.smss")
    assert (wrong.status, wrong.err) == (2, "assay: --only android.smss fits no extractor: see `assay extractors`\n")
    assert done.status == 3


def test_authority_and_its_absence_are_in_the_ledger_and_in_info(case: Path, evidence: Path, tmp_path: Path) -> None:
    other = tmp_path / "case"
    assay("ingest", other, evidence / CHAT, "--no-authority", "training\nday")
    said = "No authority recorded. Reason given: training day"
    assert assay("info", other, "--json").one["sources"][0]["authority"] == said
    for folder, words in ((case, "MADE-UP/7"), (other, said)):
        script = (
            "import sys, pathlib; from app.cases import open_case; from evidence_store import ledger\n"
            "case = open_case(pathlib.Path(sys.argv[1]))\n"
            "with case.store.read() as found: print([row.detail for row in ledger.entries(found) "
            "if row.action == 'source added'])"
        )
        ran = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, cwd=ROOT)
        assert words in ran.stdout


def test_extractors_can_be_listed_with_what_they_were_tested_on_and_their_limits() -> None:
    rows = assay("extractors", "--json").lines
    assert {"android.sms", "media.photos", "android.calls", "android.contacts", "whatsapp.chat_export"} - {
        row["id"] for row in rows
    } == set()
    assert all(row["version"] and row["tested_on"] and row["limits"] and row["emits"] for row in rows)
    assert [row["kind"] for row in assay("extractors", "--json", "--sources").lines][:2] == ["folder", "E01"]


def test_a_pager_that_is_left_costs_no_traceback(case: Path) -> None:
    for words in (("items", case), ("files", case, "--json"), ("info", case), ("coverage", case)):
        ran = subprocess.Popen(
            [sys.executable, "-m", "app", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.read(1)
        ran.stdout.close()
        assert (ran.stderr.read(), ran.wait()) == (b"", 0)
        ran.stderr.close()


def test_a_console_of_another_code_page_does_not_end_a_run(case: Path) -> None:
    plain = assay("items", case)
    for env in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}):
        assert assay("items", case, **env) == plain
        assert assay("--help", **env).status == 0
    assert "مثال" in plain.out
