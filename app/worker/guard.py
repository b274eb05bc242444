"""What a worker may not do: open a socket, start a program, write outside its folder, take all memory.

The audit hook cannot be taken off again, not even by the code that it watches. It sees what Python does; a library in C
is held by the limits of the process.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Final

_REFUSED: Final = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile"),
    *("urllib.", "ftplib.", "smtplib.", "http.client.", "webbrowser.", "winreg.", "pty.spawn"),
)
_WRITES: Final = frozenset(
    {
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
        *("os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
    }
)
_WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(PermissionError):
    """Something in a worker tried what no reader of evidence needs."""


def install(folder: str, memory_limit: int) -> None:
    """Sets the limits of this process: writing only below `folder`, and `memory_limit` bytes of address space."""
    sys.dont_write_bytecode = True
    _limit_memory(memory_limit)
    allowed = os.path.realpath(folder) + os.sep

    def inside(path: Any) -> bool:
        if isinstance(path, int):  # a descriptor that is open already
            return True
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        return os.path.realpath(name).startswith(allowed) or name == os.devnull

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITE_FLAGS)
            if writes and not inside(path):
                raise Refused(f"a worker may not write {path!r}")
        elif event in _WRITES:
            if not all(inside(path) for path in args[:2] if isinstance(path, str | bytes | os.PathLike)):
                raise Refused(f"a worker may not call {event}")
        elif event.startswith(_REFUSED):
            raise Refused(f"a worker may not call {event}")

    sys.addaudithook(watch)


def _limit_memory(limit: int) -> None:
    if sys.platform == "win32":
        return  # there the supervisor measures the worker and ends it (app/ingest/pool.py)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    if soft == resource.RLIM_INFINITY or soft > wanted:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
