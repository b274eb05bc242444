"""What set-up installs from: the lock files agree with `pyproject.toml`, and every package has its hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def entries(kind: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement of a lock file with the number of its hashes."""
    text = (ROOT / "locks" / f"{kind}.txt").read_text(encoding="utf-8")
    logical = re.sub(r"\\\n", " ", text).splitlines()
    lines = [line for line in logical if line[:1].isalnum()]
    return [(Requirement(line.partition("--hash")[0].strip()), line.count("--hash=sha256:")) for line in lines]


def pins(kind: str, environment: dict[str, str]) -> dict[str, str]:
    found = [lock for lock, _ in entries(kind) if lock.marker is None or lock.marker.evaluate(environment)]
    return {canonicalize_name(lock.name): str(lock.specifier).removeprefix("==") for lock in found}


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_every_package_is_pinned_with_hashes(kind: str) -> None:
    loose = [str(lock) for lock, hashes in entries(kind) if hashes == 0 or not str(lock.specifier).startswith("==")]
    assert len(entries(kind)) > 30
    assert loose == []


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_a_lock_file_names_no_host(kind: str) -> None:
    text = (ROOT / "locks" / f"{kind}.txt").read_text(encoding="utf-8")
    assert re.findall(r"https?://|--index|--extra-index|--find-links|--trusted", text) == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_locks_satisfy_the_bounds_on_every_system(project: dict[str, Any], python: str, platform: str) -> None:
    machine = {"linux": "x86_64", "darwin": "arm64", "win32": "AMD64"}[platform]
    environment: dict[str, str] = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "platform_machine": machine,
        "extra": "",
    }
    wanted = {"runtime": project["project"]["dependencies"], "dev": project["project"]["optional-dependencies"]["dev"]}
    missed = []
    for kind, lines in wanted.items():
        have = pins(kind, environment)
        for line in lines:
            need = Requirement(line)
            version = have.get(canonicalize_name(need.name))
            applies = need.marker is None or need.marker.evaluate(environment)
            if applies and (version is None or not need.specifier.contains(version)):
                missed.append((kind, line, version))
    assert missed == []


def test_the_lock_for_work_holds_the_lock_for_use() -> None:
    # run.py takes an environment with the one for one with the other.
    runtime = {str(lock) for lock, _ in entries("runtime")}
    assert runtime - {str(lock) for lock, _ in entries("dev")} == set()


def test_the_project_cannot_be_uploaded_by_accident(project: dict[str, Any]) -> None:
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]


def test_every_top_level_package_is_listed(project: dict[str, Any]) -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert {f"{name}*" for name in packages} == set(project["tool"]["setuptools"]["packages"]["find"]["include"])
    assert packages == set(project["tool"]["mypy"]["packages"])


def test_run_py_and_the_project_ask_for_the_same_pythons(project: dict[str, Any]) -> None:
    text = (ROOT / "run.py").read_text(encoding="utf-8")
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert 'VERSIONS = ("3.13", "3.12", "3.11")' in text
