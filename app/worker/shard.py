"""A shard: what one task found, in the work folder, whole or not there at all.

It is a file of lines, each a letter and canonical JSON, and beside it, where records were found, the rows that are made
of them (`evidence_store.prepared`). The last line carries the SHA-256 of all before it and that of the rows; a shard
without it, or with other digests, is not used and its task is done again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from evidence_store.derive import OfFile
from evidence_store.prepared import PreparedRows
from evidence_store.records import Record, canonical, plain_of, written

ENTRY: Final = b"N"  # a listed file
FACTS: Final = b"K"  # kind, facts, hashes of a source
FILE: Final = b"F"  # result of reading one file
BEGIN: Final = b"S"  # an extractor begins on a file
PROBLEM: Final = b"P"
OUTCOME: Final = b"E"  # the extractor ended
END: Final = b"Z"
_NO_ROWS: Final = "no rows"


class ShardDamaged(Exception):
    """The shard is cut short or altered: its task has to be done again."""


def rows_of(shard: str | Path) -> Path:
    """Where the rows of a shard are; the file is there where it has any."""
    return Path(f"{shard}.rows")


class ShardWriter:
    """Writes a shard under a temporary name; `finish` gives it its own."""

    def __init__(self, path: str) -> None:
        self._final = path
        self._part = f"{path}.{os.getpid()}.part"
        self._file = Path(self._part).open("wb", buffering=1 << 18)  # noqa: SIM115 - closed by finish or discard
        self._digest = hashlib.sha256()
        self._rows: PreparedRows | None = None
        self._outcomes = 0
        self._of_file = OfFile()
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

    def begin(self, extractor: str, file: OfFile) -> None:
        """An extractor begins on a file: what follows is of its outcome."""
        self.add(BEGIN, extractor)
        self._outcomes += 1
        self._of_file = file
        if self._rows is not None:
            self._rows.begin(self._outcomes, file)

    def records(self, records: Sequence[Record]) -> None:
        """Records of the outcome that was begun last. Those before one that cannot be written are kept."""
        made: list[tuple[bytes, Record]] = []
        try:
            made.extend(map(written, records))
        finally:
            self._prepare(made)

    def _prepare(self, made: list[tuple[bytes, Record]]) -> None:
        try:
            if self._rows is None:
                self._rows = PreparedRows(f"{self._part}.rows")
                self._rows.begin(self._outcomes, self._of_file)
            self._rows.add(made)
        except OSError:
            self.broken = True
            raise

    @property
    def records_written(self) -> int:
        return self._rows.number if self._rows is not None else 0

    def end(self, outcome: dict[str, Any]) -> None:
        """The extractor ended: `outcome` says how, and its counts."""
        items = self._rows.end() if self._rows is not None else None
        self.add(OUTCOME, {**outcome, "items": items} if items else outcome)

    def finish(self) -> None:
        rows = _NO_ROWS
        if self._rows is not None:
            self._rows.finish()
            rows = _sha256(Path(f"{self._part}.rows"))
            Path(f"{self._part}.rows").replace(rows_of(self._final))
        self._file.write(END + canonical([self._digest.hexdigest(), rows]) + b"\n")
        self._file.close()
        Path(self._part).replace(self._final)

    def discard(self) -> None:
        try:
            self._file.close()
            if self._rows is not None:
                self._rows.discard()
        finally:
            Path(self._part).unlink(missing_ok=True)
            Path(f"{self._part}.rows").unlink(missing_ok=True)


def lines(path: str | Path) -> Iterator[tuple[bytes, bytes]]:
    """(letter, JSON bytes) of each line but the last. Raises ShardDamaged at the end of a shard whose lines are not
    whole; the rows beside it are not looked at."""
    for letter, data in _lines(path):
        if letter != END:
            yield letter, data


def _lines(path: str | Path) -> Iterator[tuple[bytes, bytes]]:
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb", buffering=1 << 18) as file:
            for whole in file:
                if whole[:1] == END:
                    if not whole.endswith(b"\n") or plain_of(whole[1:])[0] != digest.hexdigest():
                        raise ShardDamaged(f"{path}: its digest does not fit")
                    yield END, whole[1:-1]
                    return
                digest.update(whole)
                yield whole[:1], whole[1:-1]
    except FileNotFoundError as error:
        raise ShardDamaged(f"{path} is missing") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ShardDamaged(f"{path}: its last line is damaged") from error
    raise ShardDamaged(f"{path} is cut short")


def is_whole(path: str | Path) -> bool:
    """Whether a shard is there and its digests fit: one that an earlier run left may have been cut since."""
    try:
        *_, (_, end) = _lines(path)
        rows = plain_of(end)[1]
        return bool(rows == _NO_ROWS or rows == _sha256(rows_of(path)))
    except (ShardDamaged, FileNotFoundError):
        return False


def remove(path: str | Path) -> None:
    """Takes a shard away, whatever is left of it."""
    for one in (Path(path), rows_of(path)):
        with suppress(FileNotFoundError):
            one.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
