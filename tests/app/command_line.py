"""Runs the program as a user does: a process of its own, with words, two streams and an exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Done:
    """How a command ended. `lines` are its JSON objects, one a line."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.split("\n")[:-1]]

    @property
    def one(self) -> dict[str, Any]:
        (found,) = self.lines
        return found


def assay(*words: object, cwd: Path | None = None, before: tuple[str, ...] = (), **env: str) -> Done:
    """Runs one command, `before` in front of it. No command ever prints a traceback, and all that it has to say aside
    begins "assay: "."""
    given = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    given |= {"PYTHONPATH": str(ROOT), "COLUMNS": "120", **env}
    command = [*before, sys.executable, "-m", "app", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, cwd=cwd or ROOT, env=given, timeout=300, check=False)
    out, err = ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8")
    assert "Traceback" not in out + err
    assert [line for line in err.splitlines() if not line.startswith(("assay: ", "{"))] == []
    return Done(ran.returncode, out.replace("\r\n", "\n"), err.replace("\r\n", "\n"))
