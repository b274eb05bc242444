"""Wrong usage: one line that says what is wrong, exit status 2, and nothing done."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from app.cli import main
from tests.app.command_line import assay
from tests.evidence_builders.archives import write_folder

QUIET = ("--no-authority", "made-up evidence", "--zone", "UTC")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nonsense",), "argument COMMAND: invalid choice: 'nonsense'"),
        (("items",), "the following arguments are required: CASE; see `assay items --help`"),
        (("items", "CASE", "--limit", "-3"), "argument --limit: -3 is no number from 0 up"),
        (("items", "CASE", "--kind", "massage"), "massage is no kind of item: there are message, call"),
        (("items", "CASE", "--since", "yesterday"), "yesterday is no date or time: use 2026-10-25 or"),
        (("items", "CASE", "--since", "9999-12-31", "--until", "9999-12-31"), "9999-12-31 is no date or time"),
        (("items", "CASE", "--since", "2026-02-01", "--until", "2026-01-01"), "--since 2026-02-01 is not before"),
        (("items", "MISSING"), "MISSING is not a case: it has no case.db"),
        (("info", "FILE"), "FILE is not a case: it has no case.db"),
        (("verify", "FOLDER"), "FOLDER is not a case: it has no case.db"),
        (("ingest", "FOLDER", "FILE"), "FOLDER exists, is not empty and is no case: give a new folder for the case"),
        (("ingest", "FILE", "FILE"), "FILE is a file, not a case folder"),
        (("ingest", "CASE", "FILE", "--zone", "Mars/Olympus"), "Mars/Olympus is no time zone: use a name such as"),
        (("ingest", "CASE", "FILE", "--zone", ""), "an empty name is no time zone"),
        (("ingest", "CASE", "FILE", "--jobs", "0"), "argument --jobs: 0 is no number from 1 up"),
        (("ingest", "CASE", "FILE", "--exhibit", "A", "--exhibit", "B"), "--exhibit was given more often than there"),
        (("ingest", "CASE", "FILE", "--exhibit", "A\nB"), "--exhibit 'A\\nB' is no reference that can be printed"),
        (("ingest", "CASE", "FILE", "--no-authority", " "), "--no-authority needs a reason"),
        (("ingest", "CASE", "FILE", "--authority", "MISSING"), "MISSING: No such file or directory"),
        (("ingest", "CASE", "FILE", "--authority", "FILE"), "FILE is no TOML file: "),
        (("ingest", "CASE", "FOLDER"), "FOLDER: the case folder lies inside this source; put the case elsewhere"),
        (("report", "CASE"), "the following arguments are required: -o/--output"),
        (("selftest", "-o", "MISSING/x/y.json"), "MISSING/x/y.json: the record cannot be written there"),
        (("demo", "FOLDER"), "FOLDER exists and is not empty: give a new folder for the demonstration"),
        (("tag", "CASE", "x", "EX/9-000001"), "no such item: EX/9-000001; nothing was tagged"),
        (("tag", "CASE", "x", "EX/1-\u00b2"), "no such item: EX/1-\u00b2; nothing was tagged"),
        (("tag", "CASE", "x", "EX/1-" + "9" * 30), "no such item: EX/1-" + "9" * 30),
    ],
)
def test_wrong_usage_is_told_on_one_line(tmp_path: Path, words: tuple[str, ...], line: str, capsys) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "FILE").write_bytes(b"made = up\nnot toml")
    shutil.copytree(_small_case(), folder / "CASE")
    places = {"CASE": folder / "CASE", "FILE": folder / "FILE", "FOLDER": folder, "MISSING": tmp_path / "missing"}

    def full(text: str) -> str:
        for name, path in places.items():
            text = text.replace(name, str(path))
        return text

    names = {name: str(path) for name, path in places.items()} | {"MISSING/x/y.json": full("MISSING/x/y.json")}
    try:
        status = main([names.get(word, word) for word in words])
    except SystemExit as ended:  # as argparse ends
        status = ended.code
    said = capsys.readouterr()
    expected = line if words[0] == "nonsense" or "required" in line or "argument" in line else full(line)
    assert (status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"assay: {expected}")


_CASES: list[Path] = []


def _small_case() -> Path:
    if not _CASES:
        folder = Path(tempfile.mkdtemp(prefix="assay-test-"))
        source = write_folder(folder / "sound", {"a.txt": b"made up"})
        assert assay("ingest", folder / "case", source, *QUIET, "--jobs", 1).status == 0
        _CASES.append(folder / "case")
    return _CASES[0]


@pytest.fixture(scope="module", autouse=True)
def _cleared():
    yield
    for case in _CASES:
        shutil.rmtree(case.parent)
    _CASES.clear()


def test_a_case_that_would_be_made_inside_its_evidence_is_refused_before_it_is_made(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "a.txt").write_bytes(b"made up")
    before = (evidence.stat().st_mtime_ns, sorted(evidence.rglob("*")))
    done = assay("ingest", evidence / "case", evidence)
    expected = f"assay: {evidence}: the case folder lies inside this source; put the case elsewhere\n"
    assert (done.status, done.out, done.err) == (2, "", expected)
    assert (evidence.stat().st_mtime_ns, sorted(evidence.rglob("*"))) == before
