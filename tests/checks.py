"""All checks in one go: ruff, its formatting, mypy, pytest, and the frozen program. What `python3 run.py test` runs.

Options: `--quick` leaves out what is slow or frozen, `--all` adds what is slow. Exit status: 0 all passed, 1 a check
failed, 2 wrong usage.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = ("-m", "pytest", "-q")


def steps(options: list[str]) -> list[tuple[str, list[str]]]:
    """Each step's name and the arguments for Python."""
    marks = "not frozen" if "--all" in options else "not frozen and not slow"
    listed = [
        ("ruff check", ["-m", "ruff", "check", "."]),
        ("ruff format", ["-m", "ruff", "format", "--check", "."]),
        ("mypy", ["-m", "mypy"]),
        ("pytest", [*PYTEST, "-n", "2", "-m", marks]),
    ]
    if "--quick" not in options:
        listed.append(("frozen program", [*PYTEST, "-m", "frozen"]))
    return listed


def main(options: list[str]) -> int:
    unknown = [option for option in options if option not in ("--quick", "--all")]
    if unknown:
        print(f"test takes --quick (nothing slow or frozen) or --all (the slow ones too), not {unknown[0]}")
        return 2
    # No test needs a display; a failing Qt names the missing one in place of the failing test.
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONUTF8": "1"}
    # Tests start hundreds of processes: to compile every module anew in each of them takes more time than all else.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.monotonic()
    results = []
    for name, arguments in steps(options):
        print(f"== {name}", flush=True)
        step_began = time.monotonic()
        status = subprocess.call([sys.executable, *arguments], cwd=ROOT, env=environment)
        results.append((name, status, time.monotonic() - step_began))
    for name, status, took in results:
        print(f"== {name}: {f'FAILED (status {status})' if status else 'passed'}, {took:.1f} s")
    failed = [name for name, status, _ in results if status]
    verdict = "FAILED: " + ", ".join(failed) if failed else "all passed"
    print(f"== {verdict}, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
