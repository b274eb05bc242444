"""The list of files in an iOS backup: rows of Manifest.db (iOS 10 and later) or records of Manifest.mbdb.

A row of Manifest.db has the name of the stored file, domain, path, flags (1 file, 2 folder, 4 link) and an archived
object "MBFile" with the rest: size, mode, times, the wrapped key of an encrypted file, the target of a link.

References:
- "A deep dive into the iOS backup/restore system" (public notes); the manifest of an iOS 14.3 backup
- The iPhone Wiki, "MBDB" (archived)
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO, Final, Literal

from evidence_store.records import Moment
from extractors.shortened import shortened
from parsers.archived_records import RecordReader
from parsers.ios_mbdb import read_mbdb
from parsers.sqlite_file import DatabaseDamaged, EvidenceDatabase, lacking
from parsers.times import from_unix

COLUMNS: Final = {"Files": {"fileID", "domain", "relativePath", "flags", "file"}}
_LONGEST: Final = 1 << 62
Kind = Literal["file", "folder", "link", "unknown"]
_KINDS: Final[dict[int, Kind]] = {1: "file", 2: "folder", 4: "link"}
# The device's file times, as the backup recorded them: whole seconds in UTC.
_TIMES: Final = (
    ("modified (file system)", "LastModified"),
    ("changed (file system)", "LastStatusChange"),
    ("created (file system)", "Birth"),
)
_WANTED: Final = ("Size", "Target", "EncryptionKey", *(name for _, name in _TIMES))


@dataclass(frozen=True, slots=True)
class Row:
    """One file, folder or link of the manifest. `file_id` names the stored file; `key` is class and wrapped key or b"".

    `size` is None where the manifest does not say it. `problem` says what of the row could not be read.
    """

    file_id: str
    domain: str
    path: str
    kind: Kind
    size: int | None = None
    times: tuple[Moment, ...] = ()
    key: bytes = b""
    target: str = ""
    problem: str = ""

    def odd_name(self) -> str:
        """ "" where the stored file has the name that follows from domain and path; else words for that."""
        if type(self.domain) is not str or type(self.path) is not str:
            return ""  # damaged text, shown in another form than it was hashed in
        try:
            name = f"{self.domain}-{self.path}".encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            name = f"{self.domain}-{self.path}".encode("utf-8", "surrogatepass")
        digest = hashlib.sha1(name, usedforsecurity=False).hexdigest()
        return "" if digest == self.file_id.lower() else "its file is not named by the SHA-1 of domain and path"


def database_rows(database: EvidenceDatabase) -> Iterator[Row]:
    """The rows in stored order. Raises DatabaseDamaged (a ValueError), also where the table is not there."""
    if missing := lacking(database, COLUMNS):
        raise DatabaseDamaged(missing)
    # Named, since a table may spell its columns in another case.
    columns = ", ".join(f"{name} AS {name}" for name in sorted(COLUMNS["Files"]))
    records = RecordReader(_WANTED)
    for row in database.execute(f"SELECT {columns} FROM Files"):  # noqa: S608
        yield _row(row, records)


def _row(row: dict[str, Any], records: RecordReader) -> Row:
    problems = []
    file_id, domain, path = row["fileID"], row["domain"], row["relativePath"]
    if not (isinstance(file_id, str) and isinstance(domain, str) and isinstance(path, str)):
        problems.append("a name that is no text")
        # What a foreign hand put in place of a text is shown as it is, and will not be found among the files.
        file_id, domain, path = (
            text if isinstance(text, str) else "" if text is None else repr(text) for text in (file_id, domain, path)
        )
    fields: dict[str, Any] = {}
    try:
        if not isinstance(row["file"], bytes):
            raise ValueError("no archived object")  # noqa: TRY004, TRY301 - one way out for all that is wrong with it
        fields = records.fields(row["file"], path.encode("ascii", "ignore"))
    except ValueError as error:
        problems.append(f"its record in the manifest cannot be read: {error}")
    flags = row["flags"]
    kind: Kind = _KINDS.get(flags, "unknown") if type(flags) is int else "unknown"
    if kind == "unknown":
        problems.append(f"flags {flags!r:.40}")
    size, target, key = (fields.get(name) for name in ("Size", "Target", "EncryptionKey"))
    return Row(
        file_id,
        domain,
        path,
        kind,
        size if type(size) is int and 0 <= size < _LONGEST else None,
        tuple(_moment(meaning, fields[name]) for meaning, name in _TIMES if name in fields),
        key if isinstance(key, bytes) else b"",
        target if isinstance(target, str) else "",
        "; ".join(problems),
    )


def _moment(meaning: str, seconds: object) -> Moment:
    return _whole_seconds(meaning, seconds) if type(seconds) is int else _stored(meaning, seconds)


@lru_cache(maxsize=4096)  # what was installed or restored together has the same times: four in five of a real backup
def _whole_seconds(meaning: str, seconds: int) -> Moment:
    return _stored(meaning, seconds)


def _stored(meaning: str, seconds: object) -> Moment:
    utc_us, note = from_unix(seconds, "s")
    return Moment(meaning, utc_us, shortened(str(seconds), 80), "D", note=note)


def mbdb_rows(stream: BinaryIO) -> Iterator[Row]:
    """The rows in stored order. Raises ValueError where the file is another or cut short."""
    for record in read_mbdb(stream):
        kind: Kind = "unknown"
        if stat.S_ISREG(record.mode):
            kind = "file"
        elif stat.S_ISDIR(record.mode):
            kind = "folder"
        elif stat.S_ISLNK(record.mode):
            kind = "link"
        seconds = (record.modified, record.changed, record.born)
        times = tuple(_moment(meaning, value) for (meaning, _), value in zip(_TIMES, seconds, strict=True))
        problem = f"mode {record.mode:o}" if kind == "unknown" else ""
        size = record.size if record.size < _LONGEST else None
        yield Row(record.file_id, record.domain, record.path, kind, size, times, record.key, record.target, problem)
