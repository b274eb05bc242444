"""Sets Assay up at first use, then starts it: `python3 run.py demo`, `python3 run.py test`, or any words of `assay`.

Standard library only. What is set up stands in `.venv` beside this file (ASSAY_VENV names another folder) and comes
from a lock file with hashes; `assay-setup.json` in it says from which. Older Pythons are told what is needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - so that Python 3.8 gets as far as its one clear line

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("ASSAY_VENV") or ROOT / ".venv").absolute()
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STATE, GUARD, MADE, LOG = (VENV / f"assay-{name}" for name in ("setup.json", "setup.lock", "made-this", "setup.log"))
VERSIONS = ("3.13", "3.12", "3.11")

# What Qt needs from the system and no wheel brings: library -> Debian package.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


class Stop(Exception):
    """Set-up cannot go on: the one line that the user is to read."""


def main(words: list[str]) -> int:
    """Exit status: that of what was started; 2 when set-up cannot go on; 130 when it was interrupted."""
    kind = "dev" if words[:1] == ["test"] else "runtime"
    try:
        if not is_ready(kind):
            set_up(kind)
    except Stop as stop:
        print(f"run.py: {stop}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("run.py: interrupted; the next run takes it up again", file=sys.stderr)
        return 130
    return start([str(ROOT / "tests" / "checks.py"), *words[1:]] if kind == "dev" else ["-m", "app", *words])


def start(words: list[str]) -> int:
    """Hands over. Isolated mode: neither the current folder nor PYTHONPATH can put code in front of ours."""
    command = [str(PYTHON), "-I", "-X", "utf8", *words]
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child has had it too, and ends in its own way
            continue


# --- what is there already ------------------------------------------------------------------------------------------


def lock_file(kind: str) -> Path:
    return ROOT / "locks" / f"{kind}.txt"


def digest(kind: str) -> str:
    # Line ends are no part of it: a checkout on Windows may have its own.
    return hashlib.sha256(lock_file(kind).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def read_state() -> dict[str, Any]:
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def interpreter() -> str:
    """The Python under `.venv`, or "" where it is gone: a system upgrade takes it away from under us."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    home = next((line.partition("=")[2].strip() for line in text.splitlines() if line.startswith("home")), "")
    return str(PYTHON.resolve()) if PYTHON.exists() and Path(home).is_dir() else ""


def is_ready(kind: str) -> bool:
    state = read_state()
    return (
        state.get(kind) == digest(kind)
        and state.get("root") == str(ROOT)
        and state.get("interpreter") == interpreter() != ""
    )


# --- setting up -----------------------------------------------------------------------------------------------------


def set_up(kind: str) -> None:
    try:
        VENV.mkdir(parents=True, exist_ok=True)
        guard = GUARD.open("a+b")
    except OSError as error:
        raise Stop(f"cannot write to {VENV} ({error.strerror}): let ASSAY_VENV name a folder that can be") from None
    with guard, only_one(guard):
        if is_ready(kind):  # another run has just done it
            return
        state = read_state() if interpreter() else {}
        python = [str(PYTHON)] if state else find_python()
        if state.get(kind) != digest(kind):
            add_system_packages(python, kind)
        if not state:
            make_venv(python)
        if state.get(kind) != digest(kind):
            STATE.unlink(missing_ok=True)  # from here until the end it is half-made, and known to be
            install(kind)
        link_project()
        both = ("dev", "runtime") if kind == "dev" else ("runtime",)  # dev.txt holds all of runtime.txt
        state.update({name: digest(name) for name in both}, root=str(ROOT), interpreter=interpreter())
        fresh = STATE.with_suffix(".new")
        fresh.write_text(json.dumps(state, indent=1), encoding="utf-8")
        fresh.replace(STATE)


@contextlib.contextmanager
def only_one(guard: Any) -> Iterator[None]:
    """Holds the system's lock on an open file; it falls with the process, however that ends."""
    said = False
    while not try_lock(guard):
        if not said:
            say("another run is setting up; waiting for it")
        said = True
        time.sleep(0.3)
    yield


def try_lock(guard: Any) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            guard.seek(0)
            msvcrt.locking(guard.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def find_python() -> list[str]:
    """The command of a Python 3.11 to 3.13: this one, else one of the system's."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if sys.maxsize < 2**32:
        raise Stop("Assay needs a 64-bit Python; this one has 32 bits")
    if here in VERSIONS:
        return [sys.executable]
    for version in VERSIONS:
        for command in (["py", f"-{version}"] if WINDOWS else [f"python{version}"],):
            code = "import sys; print('%d.%d' % sys.version_info[:2])"
            if shutil.which(command[0]) and output([*command, "-c", code]) == version:
                return command
    raise Stop(f"Assay needs Python 3.11, 3.12 or 3.13; this is {here}, and no other was found")


def output(command: list[str]) -> str | None:
    """What a short command prints, or None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def make_venv(python: list[str]) -> None:
    others = [path for path in VENV.iterdir() if path not in (GUARD, MADE, LOG)]
    if others and not MADE.exists():
        if not interpreter():
            raise Stop(f"{VENV} holds something else: move it away, or let ASSAY_VENV name another folder")
        if output([str(PYTHON), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) not in VERSIONS:
            raise Stop(f"{VENV} is of another Python version: move it away, or let ASSAY_VENV name another folder")
        say(f"using the environment found in {VENV}")
    else:
        MADE.touch()
        for path in others:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        logged("making the environment (some seconds)", [*python, "-m", "venv", str(VENV)])
    if output([str(PYTHON), "-m", "pip", "--version"]) is None:
        logged("adding pip", [str(PYTHON), "-m", "ensurepip"])


def install(kind: str) -> None:
    lock = lock_file(kind)
    count = sum(line[:1].isalnum() for line in lock.read_text(encoding="utf-8").splitlines())
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--require-hashes", "-r", str(lock)]
    logged(f"installing {count} packages of locks/{lock.name} (once; one to three minutes)", command)


def link_project() -> None:
    """Puts the project on the path by a .pth file, so that nothing has to be built.

    The line is an import statement, because a path in it may then be written in ASCII whatever the code page."""
    places = [VENV / "Lib" / "site-packages", *sorted((VENV / "lib").glob("python3.*/site-packages"))]
    line = f"import sys; sys.path.append({str(ROOT)!a})\n"
    next(place for place in places if place.is_dir()).joinpath("assay-project.pth").write_text(line, encoding="ascii")


def logged(what: str, command: list[str]) -> None:
    """Runs one step of set-up with its output in the log; a failure is one line with the log's path."""
    say(f"{what} ...")
    began = time.monotonic()
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        offset = log.tell()
        status = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if status:
        with LOG.open("rb") as log:
            log.seek(offset)
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(("ERROR", "E:", "Error"))] or lines or ["no reason given"]
        raise Stop(f"failed: {what}: {errors[-1]} (log: {LOG})")
    say(f"  done in {time.monotonic() - began:.0f} s")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- what only the system can bring ---------------------------------------------------------------------------------


def add_system_packages(python: list[str], kind: str) -> None:
    """Debian and its kin: installs what is missing when root, else says the exact command."""
    no_venv = output([*python, "-c", "import venv, ensurepip"]) is None
    libraries, packages = missing_packages(python, kind) if sys.platform == "linux" else ([], [])
    if no_venv:
        version = output([*python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        packages = [f"python{version}-venv", *packages]
    if not packages:
        return
    if not shutil.which("apt-get"):
        if no_venv:
            raise Stop("this Python has no venv module: install it with the system's package manager")
        say(f"note: the window will need {', '.join(libraries)}; install them with the system's package manager")
        return
    if sys.platform == "win32" or os.geteuid() != 0:
        raise Stop(f"first run: sudo apt-get update && sudo apt-get install -y {' '.join(packages)}")
    logged("reading the system's package lists", ["apt-get", "update"])
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]
    logged(f"installing with apt: {' '.join(packages)}", [*quiet, *packages])


def missing_packages(python: list[str], kind: str) -> tuple[list[str], list[str]]:
    wanted = dict(LIBRARIES)
    if os.environ.get("DISPLAY"):
        wanted.update(X11_LIBRARIES)
    if kind == "dev" and sys.prefix == "/usr":  # Debian keeps out of python3 what freezing needs
        wanted[str(sysconfig.get_config_var("INSTSONAME"))] = "libpython{}.{}".format(*sys.version_info[:2])
    libraries = [library for library in wanted if not loads(library)]
    packages = [wanted[library] for library in libraries]
    if kind == "dev" and not shutil.which("objdump"):
        packages.append("binutils")
    return libraries, packages


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
