"""Everything bad that may be handed over, through the command line: one clear line, the right status, the rest read."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.app.command_line import ROOT, Done, assay
from tests.evidence_builders import hostile
from tests.evidence_builders.archives import raw_zip, snapshot, write_folder, write_tar, write_zip

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and permissions of POSIX")
# Root reads everything; without these two capabilities it is held by a file's mode as everybody else is.
UNPRIVILEGED = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if shutil.which("setpriv")
    else ("env",)
    if hasattr(os, "geteuid") and os.geteuid()
    else ()
)
QUIET = ("--no-authority", "made-up evidence", "--zone", "UTC")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_folder(folder / "phone", hostile.phone())
    hostile.hostile_zip(folder / "phone.zip")
    hostile.bad_chunk_e01(folder / "bad.E01", random.Random(1).randbytes(1 << 20))
    return folder


@pytest.fixture(scope="module")
def read(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done, dict, dict]:
    """The case, how the ingest ended, and the folder of the sources before and after."""
    case = tmp_path_factory.mktemp("cases") / "case"
    before = snapshot(sources)
    names = ("phone.zip", "phone", "bad.E01")
    done = assay("ingest", case, *(sources / name for name in names), *QUIET, "--jobs", 2)
    return case, done, before, snapshot(sources)


@pytest.fixture(scope="module")
def case(read) -> Path:
    return read[0]


def test_a_hostile_phone_is_read_to_its_end_and_stays_as_it_was(read) -> None:
    _, done, before, after = read
    assert (done.status, done.err) == (3, "")
    assert [line.rpartition(" read; ")[2] for line in done.out.split("\n")[:3]] == [
        *("1,389 files, 1,341 items", "1,378 files, 1,341 items"),
        "0 files, 0 items",
    ]
    assert before == after


def test_each_hostile_file_has_its_own_outcome_the_same_in_folder_and_zip(case: Path) -> None:
    rows = [row for row in assay("coverage", case, "--json").lines if row["extractor"]]
    outcomes = {
        exhibit: {
            (row["file"].removeprefix("data/"), row["outcome"], row["parsed"])
            for row in rows
            if row["source"] == exhibit
        }
        for exhibit in ("EX/1", "EX/2")
    }
    providers = hostile.PROVIDERS.removeprefix("data/")
    assert outcomes["EX/1"] == outcomes["EX/2"]
    assert outcomes["EX/1"] == {
        (f"{providers}.telephony/databases/mmssms.db", "parsed", 7),
        (f"{providers}.contacts/databases/calllog.db", "partial", 1323),
        (f"{providers}.contacts/databases/contacts2.db", "parsed", 2),
        ("user/11/com.android.providers.contacts/databases/calllog.db", "unknown layout", 0),
        ("user/12/com.android.providers.contacts/databases/calllog.db", "unknown layout", 0),
        ("user/13/com.android.providers.telephony/databases/mmssms.db", "unknown layout", 0),
        ("user/14/com.android.providers.telephony/databases/mmssms.db", "failed", 0),
        ("DCIM/sound.jpg", "parsed", 1),
        ("DCIM/cut.jpg", "partial", 1),
        ("DCIM/torn.jpg", "partial", 1),
        ("DCIM/absurd.png", "partial", 1),
        ("DCIM/torn.png", "partial", 1),
        ("WhatsApp Chat with Ara Example.txt", "parsed", 4),
    }
    codes = {problem["code"] for row in rows for problem in row["problems"]}
    assert codes >= {"collation", "damaged-database", "damaged-picture", "unknown-layout", "text"}


def test_names_that_climb_out_and_bombs_in_a_zip_are_told_and_nothing_is_written_by_them(case: Path) -> None:
    rows = assay("coverage", case, "--json").lines
    told = {
        (problem["code"], problem["locator"] or row["file"])
        for row in rows
        if row["source"] == "EX/1" and not row["extractor"]
        for problem in row["problems"]
    }
    nested = {place for code, place in told if code == "not-opened"}
    assert nested
    assert all(place is None or place.startswith("nested.zip/") for place in nested)
    assert told - {("not-opened", place) for place in nested} == {
        ("odd-name", "_up_/_up_/climbs/out.txt"),
        ("absolute-name", "etc/absolute.txt"),
        ("odd-name", "mixed\\and/_up_/mixed.txt"),
        ("name-encoding", "not\u00a0■utf8.txt"),
        ("odd-name", "nul\\x00name.txt"),
        ("odd-name", "line\\x0abreak \\x1b[2J.txt"),
        ("name-twice", "same.txt"),
        ("unreadable", "bad-crc.txt"),
        ("unreadable", "bomb.bin"),
    }
    paths = [row["path"] for row in assay("files", case, "--json").lines if row["source"] == "EX/1"]
    assert [path for path in paths if ".." in path.split("/") or path.startswith("/")] == []
    assert paths.count("same.txt") == 2


def test_a_bad_chunk_of_an_e01_is_named_with_the_hash_that_no_longer_agrees(case: Path) -> None:
    problems = [
        problem
        for row in assay("coverage", case, "--json").lines
        if row["source"] == "EX/3"
        for problem in row["problems"]
    ]
    assert {problem["code"] for problem in problems} == {"bad-chunk", "unknown-volume", "stored-hash"}
    source = assay("info", case, "--json").one["sources"][2]
    assert [(one["algorithm"], one["matches"]) for one in source["stored_hashes"]] == [("md5", False)]


def test_text_made_to_do_harm_goes_out_as_json_and_comes_back_whole(case: Path) -> None:
    done = assay("items", case, "--json", "--kind", "message", "--service", "SMS")
    texts = [one["text"] for one in done.lines if one["source"] == "EX/2"]
    assert [len(text) for text in texts[:1]] == [hostile.LONG + len("harbour ")]
    assert texts[1:] == [
        *("sound words", hostile.NUL, hostile.TURNED, hostile.MOVES, hostile.SURROGATE),
        "\\xff\\x80\\xc3",
    ]
    assert len(done.out.splitlines()) == 14  # of the kind that breaks lines at U+2028 too


def test_text_made_to_do_harm_cannot_move_a_terminals_cursor_or_turn_its_text(case: Path) -> None:
    for words in (("items",), ("files",), ("coverage",), ("info",)):
        out = assay(words[0], case).out
        assert {char for char in out if char < " " or "\x7f" <= char <= "\x9f" or char in "\u202e\u2067\u2028"} == {
            "\n"
        }
    lines = [line for line in assay("items", case, "--service", "SMS").out.split("\n") if "EX/2" in line]
    assert [line.partition("07700 900101  ")[2] for line in lines[2:5]] == [
        "before[U+0000]after the NUL",
        "turned [U+202E]round[U+202C] and [U+2067]isolated[U+2069]",
        "[U+001B][2J[U+001B][1;1Hmoves the cursor[U+009B]2J over two lines or three",
    ]


@pytest.mark.parametrize(
    ("words", "count"),
    [("after", 4), ("round*", 4), ("cursor", 2), ("surrogate", 2), ("harbour", 2), ('"sound words"', 2)],
)
def test_text_made_to_do_harm_is_found_by_its_words(case: Path, words: str, count: int) -> None:
    assert len(assay("items", case, "--json", "--search", words).lines) == count


def test_a_search_that_is_out_to_break_the_query_finds_nothing_or_is_refused(case: Path) -> None:
    for words in ('"', "*", '" OR *', "NEAR(", "a AND", "text:x", "'; DROP TABLE item; --", "(((", "\\"):
        done = assay("items", case, "--search", words)
        assert done.status in (0, 2)
        assert len(done.err.splitlines()) == (done.status == 2)


def test_text_made_to_do_harm_is_reported(case: Path, tmp_path: Path) -> None:
    numbers = [f"EX/2-{number:06d}" for number in range(1336, 1342)]
    assert assay("tag", case, "harm\u202eful", *numbers).out == "6 items now tagged “harm[U+202E]ful”\n"
    out = tmp_path / "report.pdf"
    done = assay("report", case, "-o", out, "--tag", "harm\u202eful")
    assert (done.status, done.err, out.read_bytes()[:5]) == (0, "", b"%PDF-")


def test_what_is_stored_of_a_hostile_phone_is_complete_and_intact(case: Path) -> None:
    found = assay("verify", case, "--json", "--sources").one
    assert (found["complete"], found["intact"], [one["same"] for one in found["sources"]]) == (True, True, [True] * 3)


@POSIX
def test_a_source_that_is_none_gets_one_line_and_costs_the_others_nothing(tmp_path: Path) -> None:
    for name in ("empty.zip", "empty", "bogus.E01"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "text.E01").write_bytes(b"this is text")
    os.mkfifo(tmp_path / "pipe")
    sound = write_folder(tmp_path / "sound", {"a.txt": b"made up"})
    names = ("empty.zip", "empty", "bogus.E01", "text.E01", "pipe")
    bad = [*(tmp_path / name for name in names), Path("/dev/null")]
    done = assay("ingest", tmp_path / "case", *bad, sound, *QUIET, "--jobs", 1)
    assert done.err.split("\n") == [
        *(f"assay: {tmp_path / name}: is empty (0 bytes)" for name in names[:3]),
        f"assay: {tmp_path / 'text.E01'}: is named as an E01 image, but its first bytes are not those of one",
        f"assay: {tmp_path / 'pipe'}: is a device, pipe or socket, not a file or folder",
        "assay: /dev/null: is a device, pipe or socket, not a file or folder",
        "",
    ]
    assert (done.status, done.out.split("\n")[0]) == (2, f"EX/1: {sound} read; 1 files, 0 items")
    assert [one["path"] for one in assay("info", tmp_path / "case", "--json").one["sources"]] == [str(sound)]


def test_a_source_that_is_not_there_stops_before_anything_is_made(tmp_path: Path) -> None:
    done = assay("ingest", tmp_path / "case", tmp_path / "missing.zip", *QUIET)
    assert (done.status, done.err) == (2, f"assay: {tmp_path / 'missing.zip'}: does not exist; nothing was read\n")
    assert list(tmp_path.iterdir()) == []


def test_cut_and_wrong_containers_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    tree = {f"file{n}.txt": random.Random(n).randbytes(5000) for n in range(4)}
    whole = {"cut.zip": write_zip(tmp_path / "z", tree), "cut.tar": write_tar(tmp_path / "t", tree)}
    whole |= {"cut.tgz": write_tar(tmp_path / "g", tree, "w:gz")}
    made = []
    for name, path in whole.items():
        data = path.read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) * 6 // 10])
        made.append(tmp_path / name)
    (tmp_path / "picture.zip").write_bytes(hostile.absurd_png())
    (tmp_path / "no members.zip").write_bytes(raw_zip([]))
    made += [tmp_path / "picture.zip", tmp_path / "no members.zip"]
    done = assay("ingest", tmp_path / "case", *made, *QUIET, "--jobs", 1)
    assert done.status in (2, 3)
    files = assay("files", tmp_path / "case", "--json").lines
    read = {}
    for row in files:
        read.setdefault(row["source"], []).append(row["sha256"] is not None)
    assert all(sum(one) >= 2 for name, one in read.items() if name in ("EX/1", "EX/2"))
    told = {row["source"] for row in assay("coverage", tmp_path / "case", "--json").lines if row["problems"]}
    refused = len(done.err.splitlines())
    assert len(told) + refused >= 4  # each of the cut and the wrongly named says so


def test_what_was_stored_outlives_a_source_that_cannot_be_used(tmp_path: Path) -> None:
    case = tmp_path / "case"
    sound = write_folder(tmp_path / "sound", {"a.txt": b"made up"})
    (tmp_path / "empty").write_bytes(b"")
    assert assay("ingest", case, sound, *QUIET).status == 0
    before = assay("info", case, "--json").one
    assert assay("ingest", case, tmp_path / "empty", *QUIET).status == 2
    after = assay("info", case, "--json").one
    assert [after[name] for name in ("sources", "counts", "seal")] == [
        before[name] for name in ("sources", "counts", "seal")
    ]
    assert (after["complete"], after["intact"]) == (True, True)


@POSIX
@pytest.mark.skipif(not UNPRIVILEGED, reason="nothing here can run a program without root's right to read everything")
def test_what_this_user_may_not_read_is_told_and_the_rest_is_read() -> None:
    folder = Path(tempfile.mkdtemp(prefix="assay-locked-"))
    try:
        tree = write_folder(folder / "tree", {"open.txt": b"made up", "shut/in.txt": b"made up", "locked.txt": b"x"})
        (tree / "shut").chmod(0)
        (tree / "locked.txt").chmod(0)
        write_folder(folder / "all shut", {"a.txt": b"made up"}).chmod(0)
        (folder / "locked file").write_bytes(b"made up")
        (folder / "locked file").chmod(0)
        (folder / "cases").mkdir(mode=0o777)
        for path in (folder, tree):
            path.chmod(0o755)
        (folder / "cases").chmod(0o777)
        done = _unprivileged("ingest", folder / "cases/case", tree, folder / "locked file", folder / "all shut", *QUIET)
        files = _unprivileged("files", folder / "cases/case", "--json")
        said = _unprivileged("coverage", folder / "cases/case")
    finally:
        for path in (folder / "tree/shut", folder / "all shut"):
            path.chmod(0o755)
        shutil.rmtree(folder)
    assert done.returncode in (2, 3)
    assert b"Traceback" not in done.stderr
    assert f"assay: {folder / 'locked file'}: cannot be opened: Permission denied\n".encode() in done.stderr
    assert b'"path": "open.txt"' in files.stdout
    for name in (b"shut", b"locked.txt"):
        assert name in said.stdout


def _unprivileged(*words: object) -> subprocess.CompletedProcess[bytes]:
    command = [*UNPRIVILEGED, sys.executable, "-m", "app", *map(str, words)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
