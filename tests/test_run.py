"""`run.py` in a small project of its own whose lock file asks for nothing, so that no package has to be fetched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = 'import sys\nprint(sys.argv[1:], sys.flags.isolated, "app" in sys.modules)\nsys.exit(int(sys.argv[-1]))\n'


def make_project(folder: Path) -> Path:
    (folder / "locks").mkdir(parents=True)
    (folder / "app").mkdir()
    shutil.copy(ROOT / "run.py", folder)
    (folder / "app" / "__init__.py").touch()
    (folder / "app" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    for kind in ("runtime", "dev"):
        (folder / "locks" / f"{kind}.txt").write_text(f"# nothing for {kind}\n", encoding="utf-8")
    return folder


def start(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "ASSAY_VENV"}
    return subprocess.run(
        [sys.executable, str(project / "run.py"), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**clean, **environment},
        cwd=project.parent,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up once, in a folder with spaces and a letter that not every code page has."""
    folder = make_project(tmp_path_factory.mktemp("with spaces") / "Łukasz's project")
    done = start(folder, "0")
    assert (done.returncode, done.stdout) == (0, "['0'] 1 True\n"), done.stderr
    return folder


def test_words_and_exit_status_pass_through(project: Path) -> None:
    words = ("ingest", "a case", "--zone", "Europe/London", "*", 'quote"d', "4")
    done = start(project, *words)
    assert (done.returncode, done.stdout) == (4, f"{list(words)} 1 True\n")


def test_a_second_run_says_nothing_and_starts_within_two_seconds(project: Path) -> None:
    began = time.monotonic()
    done = start(project, "0")
    assert time.monotonic() - began < 2
    assert done.stderr == ""


def test_code_in_the_current_folder_or_on_the_python_path_is_not_run(project: Path, tmp_path: Path) -> None:
    (project.parent / "app.py").write_text("raise SystemExit(9)", encoding="utf-8")
    (tmp_path / "app.py").write_text("raise SystemExit(9)", encoding="utf-8")
    assert start(project, "0", PYTHONPATH=str(tmp_path)).returncode == 0


def test_a_changed_lock_file_is_installed_and_then_trusted(project: Path) -> None:
    (project / "locks" / "runtime.txt").write_text("# still nothing\n", encoding="utf-8")
    assert "installing 0 packages of locks/runtime.txt" in start(project, "0").stderr
    assert start(project, "0").stderr == ""


def test_a_half_made_environment_is_made_anew(project: Path) -> None:
    (project / ".venv" / "assay-setup.json").unlink()
    (project / ".venv" / "rubbish").mkdir()
    done = start(project, "0")
    assert done.stderr.startswith("making the environment")
    assert not (project / ".venv" / "rubbish").exists()
    assert start(project, "0").stderr == ""


def test_a_project_that_was_moved_is_found_in_its_new_place(project: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(project, moved, symlinks=True)
    (moved / "app" / "__main__.py").write_text("print('the moved one')", encoding="utf-8")
    assert start(moved, "0", ASSAY_VENV=str(project / ".venv")).stdout == "the moved one\n"
    assert start(project, "0", ASSAY_VENV=str(project / ".venv")).stdout == "['0'] 1 True\n"


def test_two_at_once_set_up_only_once(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "two")
    command = [sys.executable, str(folder / "run.py"), "0"]
    environment = {name: value for name, value in os.environ.items() if name != "ASSAY_VENV"}
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    said = [child.communicate(timeout=300) for child in children]
    assert [(child.returncode, out) for child, (out, _) in zip(children, said, strict=True)] == [
        (0, "['0'] 1 True\n"),
        (0, "['0'] 1 True\n"),
    ]
    assert sum("making the environment" in errors for _, errors in said) == 1


def test_a_failing_install_is_one_line_with_the_log_and_is_tried_again(project: Path) -> None:
    lock = project / "locks" / "runtime.txt"
    before = lock.read_text(encoding="utf-8")
    lock.write_text(f"./no-such-wheel-1.0-py3-none-any.whl --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    for _ in range(2):
        done = start(project, "0")
        last = done.stderr.splitlines()[-1]
        assert (done.returncode, done.stdout) == (2, "")
        assert last.startswith("run.py: failed: installing 0 packages")
        assert last.endswith(f"(log: {project / '.venv' / 'assay-setup.log'})")
    lock.write_text(before, encoding="utf-8")
    assert start(project, "0").returncode == 0


def test_a_place_that_cannot_be_written_is_said(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = start(project, "0", ASSAY_VENV=str(tmp_path / "file" / "venv"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"run.py: cannot write to {tmp_path / 'file' / 'venv'}")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_of_somebody_else_is_left_alone(project: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    done = start(project, "0", ASSAY_VENV=str(tmp_path))
    assert (done.returncode, (tmp_path / "thesis.txt").read_text(encoding="utf-8")) == (2, "mine")
    assert done.stderr.splitlines()[-1].startswith(f"run.py: {tmp_path} holds something else")


def test_wrong_words_for_the_checks_are_refused() -> None:
    done = subprocess.run([sys.executable, "tests/checks.py", "--fast"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2


def test_a_python_that_is_too_old_or_new_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(run.Stop, match=r"needs Python 3\.11, 3\.12 or 3\.13; this is 3\.9"):
        run.find_python()


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LIBRARIES", {"libno-such-thing.so.1": "libno-such-thing1"})
    monkeypatch.delenv("DISPLAY", raising=False)
    assert run.missing_packages([sys.executable], "runtime") == (["libno-such-thing.so.1"], ["libno-such-thing1"])


@pytest.mark.skipif(sys.platform != "linux", reason="only there does a package manager bring what is missing")
def test_the_checks_ask_the_system_for_what_only_they_need(project: Path, tmp_path: Path) -> None:
    """What was set up for use may lack what freezing needs: `test` looks again."""
    assert start(project, "0").returncode == 0
    (project / "locks" / "dev.txt").write_text("# newer\n", encoding="utf-8")
    for tool in ("apt-get", "env"):
        (tmp_path / tool).write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
        (tmp_path / tool).chmod(0o755)
    done = start(project, "test", PATH=str(tmp_path))
    assert done.returncode == 2  # refused for want of root, or for want of checks in this small project
    assert "binutils" in done.stderr


def test_the_state_names_the_lock_the_project_and_the_python(project: Path) -> None:
    start(project, "0")
    state = json.loads((project / ".venv" / "assay-setup.json").read_text(encoding="utf-8"))
    assert set(state) - {"dev"} == {"interpreter", "root", "runtime"}
    assert state["root"] == str(project)
