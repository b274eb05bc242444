"""Passwords and keys for what is encrypted: from a file or a terminal, never from the words of a command."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Final

from app.cli import UsageError
from app.output import say_aside
from extractors.sources.base import Secret

MOST: Final = 64 << 10  # bytes of a password or key file


def secret_of(password_file: Path | None, key_file: Path | None) -> Secret:
    """What the two files hold. Of a password file it is the first line, without its line break.

    Raises UsageError; its message never has what is in them.
    """
    password = None
    if password_file is not None:
        try:
            password = _content(password_file).decode("utf-8-sig").split("\n", 1)[0].rstrip("\r")
        except UnicodeDecodeError:
            raise UsageError(f"{password_file}: the password is not stored as UTF-8") from None
        if not password:
            raise UsageError(f"{password_file}: the first line is empty: it holds no password")
    return Secret(password, None if key_file is None else _content(key_file))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    if not data or len(data) > MOST:
        raise UsageError(f"{path}: {'is empty' if not data else 'is too long to hold a password or key'}")
    return data


def ask_on_terminal(what: str, wrong: bool) -> str | None:
    """The password as it is typed, unseen; None where nothing is typed, or nobody sits there."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    say_aside(what)
    try:
        words = "Another password, or Enter to give up: " if wrong else "Password, or Enter to do without: "
        return getpass.getpass(words) or None
    except EOFError:
        return None
