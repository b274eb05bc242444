"""The frozen program against the source: built once, given the made-up evidence, and held to the same digest.

ASSAY_FROZEN may name a folder that is built already.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.demo_evidence import build

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = [sys.executable, "-m", "app"]

pytestmark = pytest.mark.frozen


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the frozen program."""
    if ready := os.environ.get("ASSAY_FROZEN"):
        return Path(ready)
    folder = tmp_path_factory.mktemp("frozen build")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "pyinstaller.spec"]
    places = ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work")]
    done = subprocess.run([*command, *places], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "dist" / "assay"


@pytest.fixture(scope="module")
def frozen(bundle: Path) -> list[str]:
    return [str(bundle / ("assay.exe" if os.name == "nt" else "assay"))]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [str(path) for path in build(tmp_path_factory.mktemp("evidence"))]


@pytest.fixture(scope="module")
def cases(frozen: list[str], evidence: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same evidence read by both."""
    folder = tmp_path_factory.mktemp("cases")
    found = {}
    for name, program in (("frozen", frozen), ("source", SOURCE)):
        found[name] = folder / name
        words = ["ingest", str(found[name]), *evidence, "--zone", "Europe/London", "--jobs", "2"]
        done = run(program, *words, "--no-authority", "made-up evidence", "--progress", "none")
        # 3: the evidence holds a picture and a call log that are cut short on purpose.
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr
    return found


def run(program: list[str], *words: str) -> subprocess.CompletedProcess[str]:
    cwd = None if program[0] != sys.executable else ROOT
    return subprocess.run(
        [*program, *words], capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=600, check=False
    )


def info(program: list[str], case: Path) -> dict[str, Any]:
    done = run(program, "info", str(case), "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_frozen_program_finds_the_same_items(frozen: list[str], cases: dict[str, Path]) -> None:
    ours, theirs = info(SOURCE, cases["source"]), info(frozen, cases["frozen"])
    assert ours["counts"]["message"] > 100
    assert (theirs["counts"], theirs["items_digest"]) == (ours["counts"], ours["items_digest"])
    assert (theirs["complete"], theirs["intact"]) == (ours["complete"], ours["intact"])


def test_each_verifies_the_case_of_the_other(frozen: list[str], cases: dict[str, Path]) -> None:
    statuses = {
        (who, case): run(program, "verify", str(cases[case])).returncode
        for who, program in (("frozen", frozen), ("source", SOURCE))
        for case in cases
    }
    assert statuses == dict.fromkeys(statuses, 0)


def test_the_frozen_program_writes_the_report(frozen: list[str], cases: dict[str, Path], tmp_path: Path) -> None:
    done = run(frozen, "report", str(cases["frozen"]), "-o", str(tmp_path / "report.pdf"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-"


def test_the_frozen_program_names_the_same_extractors(frozen: list[str]) -> None:
    assert run(frozen, "extractors", "--json").stdout == run(SOURCE, "extractors", "--json").stdout


def test_the_frozen_program_takes_words_it_does_not_know_for_an_error(frozen: list[str], tmp_path: Path) -> None:
    assert run(frozen, "no-such-command").returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_what_must_not_ship_is_not_in_the_bundle(bundle: Path) -> None:
    names = {path.name.lower() for path in bundle.rglob("*")}
    unwanted = ("pyewf", "pytest", "_pytest", "mypy", "ruff", "hypothesis", "libx265", "libreadline")
    assert sorted(name for name in names if name.startswith(unwanted)) == []
    # Qt's own network library, and its plugin that serves the screen to the network.
    assert sorted(name for name in names if "qtnetwork" in name or "qt6network" in name or "qvnc" in name) == []


def test_what_the_program_reads_is_in_the_bundle(bundle: Path) -> None:
    inside = bundle / "_internal"
    paths = [path for room in ("fonts", "profiles") for path in (ROOT / "resources" / room).iterdir()]
    missing = [path.name for path in paths if not (inside / path.relative_to(ROOT)).is_file()]
    assert missing == []
    assert (inside / "evidence_store" / "FORMAT.md").is_file()
    assert (inside / "LICENSE").is_file()


def test_the_lgpl_libraries_are_files_that_can_be_replaced(bundle: Path) -> None:
    names = {path.name.lower() for path in bundle.rglob("*") if path.is_file()}
    assert any(name.startswith(("libqt6core", "qt6core")) or name == "qtcore" for name in names)
    assert any(name.startswith("libheif") for name in names)
