"""A shard: what one task found, as lines in the work folder, whole or not there at all.

Each line is a letter and canonical JSON. The last line carries the SHA-256 of all before it; a shard without it, or
with another digest, is not used and its task is done again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from evidence_store.records import canonical

ENTRY: Final = b"N"  # a listed file
FACTS: Final = b"K"  # kind, facts, hashes of a source
FILE: Final = b"F"  # result of reading one file
BEGIN: Final = b"S"  # an extractor begins on a file
RECORD: Final = b"R"
PROBLEM: Final = b"P"
OUTCOME: Final = b"E"  # the extractor ended
END: Final = b"Z"


class ShardDamaged(Exception):
    """The shard is cut short or altered: its task has to be done again."""


class ShardWriter:
    """Writes a shard under a temporary name; `finish` gives it its own."""

    def __init__(self, path: str) -> None:
        self._final = path
        self._part = f"{path}.{os.getpid()}.part"
        self._file = Path(self._part).open("wb", buffering=1 << 18)  # noqa: SIM115 - closed by finish or discard
        self._digest = hashlib.sha256()
        self.broken = False  # it could not be written

    def line(self, letter: bytes, data: bytes) -> None:
        """One line; `data` is canonical JSON (which holds no line break)."""
        whole = letter + data + b"\n"
        self._digest.update(whole)
        try:
            self._file.write(whole)
        except OSError:
            self.broken = True
            raise

    def add(self, letter: bytes, plain: Any) -> None:
        self.line(letter, canonical(plain))

    def finish(self) -> None:
        self._file.write(END + self._digest.hexdigest().encode() + b"\n")
        self._file.close()
        Path(self._part).replace(self._final)

    def discard(self) -> None:
        try:
            self._file.close()
        finally:
            Path(self._part).unlink(missing_ok=True)


def lines(path: str | Path) -> Iterator[tuple[bytes, bytes]]:
    """(letter, JSON bytes) of each line but the last. Raises ShardDamaged at the end of a shard that is not whole."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb", buffering=1 << 18) as file:
            for whole in file:
                if whole[:1] == END:
                    if whole[1:].strip().decode("ascii", "replace") != digest.hexdigest():
                        raise ShardDamaged(f"{path}: its digest does not fit")
                    return
                digest.update(whole)
                yield whole[:1], whole[1:-1]
    except FileNotFoundError as error:
        raise ShardDamaged(f"{path} is missing") from error
    raise ShardDamaged(f"{path} is cut short")


def is_whole(path: str | Path) -> bool:
    """Whether a shard is there and its digest fits: one that an earlier run left may have been cut since."""
    try:
        for _ in lines(path):
            pass
    except ShardDamaged:
        return False
    return True


def parse(data: bytes) -> Any:
    """The value of a line's JSON."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)  # escaped lone surrogates: valid JSON, but not for every reader
