"""What a worker process may not do, tried in a real one."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from app.worker import guard

MEMORY = 8 << 30


def _write(path: Path) -> None:
    with path.open("w") as file:
        file.write("x")


def _append_by_descriptor(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND))


# Each gets the place that it would change.
FORBIDDEN: dict[str, Any] = {
    "socket": lambda _: socket.socket(),
    "name look-up": lambda _: socket.getaddrinfo("localhost", 80),
    "subprocess": lambda _: subprocess.run([sys.executable, "-c", ""], check=True),
    "system": lambda _: os.system("true"),
    "write": _write,
    "append by descriptor": _append_by_descriptor,
    "remove": lambda place: os.remove(place / "there"),
    "rename away": lambda place: os.rename(place / "there", place / "elsewhere"),
    "replace": lambda place: os.replace(place / "there", place / "elsewhere"),
    "make a folder": lambda place: os.mkdir(place / "new"),
    "remove a folder": lambda place: os.rmdir(place / "folder"),
    "truncate": lambda place: os.truncate(place / "there", 0),
    "set times": lambda place: os.utime(place / "there", (0, 0)),
    "set mode": lambda place: os.chmod(place / "there", 0o600),
    "link": lambda place: os.link(place / "there", place / "again"),
    "symbolic link": lambda place: os.symlink(place / "there", place / "again"),
}
if sys.platform != "win32":
    FORBIDDEN |= {
        "fork": lambda _: os.fork(),
        "exec": lambda _: os.execv(sys.executable, [sys.executable, "-c", ""]),
        "spawn": lambda _: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ),
    }
NO_PLACE = ("socket", "name look-up", "subprocess", "system", "fork", "exec", "spawn")
WRITES = [name for name in FORBIDDEN if name not in NO_PLACE]


def _tried(act: Any, place: Path) -> str:
    try:
        act(place)
    except guard.Refused:
        return "refused"
    except OSError as error:
        return type(error).__name__
    return "done"


def _target(name: str, place: Path) -> Path:
    return place / name.replace(" ", "-") if name in ("write", "append by descriptor") else place


def _life(pipe: Connection, work: str, outside: str) -> None:
    """What the process under test does: everything forbidden outside, and each write once inside."""
    guard.install(work, MEMORY)
    answers = {name: _tried(act, _target(name, Path(outside))) for name, act in FORBIDDEN.items()}
    inside = {}
    for name in WRITES:
        place = Path(work) / name.replace(" ", "-")
        place.mkdir()
        (place / "there").write_text("x")
        (place / "folder").mkdir()
        inside[name] = _tried(FORBIDDEN[name], _target(name, place))
    reading = Path(outside, "there").read_text()
    climbing = _tried(_write, Path(work) / ".." / "climbed")
    moving = _tried(lambda place: os.rename(place / "write" / "there", Path(outside) / "moved"), Path(work))
    os.chdir(outside)
    relative = _tried(_write, Path("relative"))
    pipe.send((answers, inside, reading, climbing, moving, relative))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    work, outside = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("outside")
    (outside / "there").write_text("evidence")
    (outside / "folder").mkdir()
    if hasattr(os, "symlink") and sys.platform != "win32":
        (work / "door").symlink_to(outside)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_life, args=(there, str(work), str(outside)))
    process.start()
    there.close()
    try:
        assert here.poll(60), "the process gave no answer"
        found = here.recv()
    finally:
        process.join(10)
        process.kill()
        process.join(10)
        here.close()
    left = sorted(path.name for path in outside.iterdir())
    return (*found, left, process.exitcode)


@pytest.mark.parametrize("name", FORBIDDEN)
def test_outside_its_folder_a_worker_is_refused(answers: tuple[Any, ...], name: str) -> None:
    assert answers[0][name] == "refused"


@pytest.mark.parametrize("name", WRITES)
def test_inside_its_folder_a_worker_may_write(answers: tuple[Any, ...], name: str) -> None:
    assert answers[1][name] == "done"


def test_reading_is_allowed_anywhere(answers: tuple[Any, ...]) -> None:
    assert answers[2] == "evidence"


def test_no_way_out_by_climbing_moving_or_a_relative_name(answers: tuple[Any, ...]) -> None:
    assert answers[3:6] == ("refused", "refused", "refused")


def test_nothing_outside_was_changed(answers: tuple[Any, ...]) -> None:
    assert answers[6] == ["folder", "there"]
    assert answers[7] == 0
