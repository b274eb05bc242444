"""Opening an iOS backup: its own lists, the lock, and the manifest, in whatever the backup lies in."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from extractors.sources.base import Entry, Secret, SourceError
from extractors.sources.host import reader_of
from extractors.sources.layouts import ios_cipher
from extractors.sources.layouts.ios_lock import Keys, open_keys
from extractors.sources.layouts.ios_manifest import Row, database_rows, mbdb_rows
from extractors.sources.names import Findings
from extractors.sources.reading import RangeReader, buffered
from parsers.plist import MAX_BYTES, read_plist
from parsers.sqlite_file import open_database

_ID: Final = re.compile(r"(?:([0-9a-fA-F]{2})/)?(([0-9a-fA-F]{2})[0-9a-fA-F]{38})")
_SQLITE: Final = b"SQLite format 3\0"
_LOG: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_JOURNAL: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


def id_of(name: str) -> str:
    """The 40 digits (lower case) where the name is one of a stored file, right below the backup; else ""."""
    found = _ID.fullmatch(name)
    if not found or (found[1] is not None and found[1].lower() != found[3].lower()):
        return ""
    return found[2].lower()


@dataclass(slots=True)
class Backup:
    """An opened backup. `files` by path below its folder; `manifest` is the name of its list; `keys` of its lock."""

    where: str
    files: Mapping[str, Entry]
    open_entry: Callable[[Entry], BinaryIO]
    manifest: str
    info: dict[str, Any] = field(default_factory=dict)
    manifest_plist: dict[str, Any] = field(default_factory=dict, repr=False)
    status: dict[str, Any] = field(default_factory=dict)
    keys: Keys | None = None

    def stored_name(self, file_id: str) -> str:
        """The path of the stored file, "" where there is none."""
        if len(file_id) != 40:
            return ""
        usual = f"{file_id[:2]}/{file_id}"
        if usual in self.files and id_of(usual):
            return usual
        for text in dict.fromkeys((file_id, file_id.lower(), file_id.upper())):
            for name in (f"{text[:2]}/{text}", text):
                if name in self.files and id_of(name):
                    return name
        return ""

    def own(self, name: str) -> str:
        """The path of one of the backup's own lists, whatever the case of its letters; "" where it is not there."""
        if name in self.files:
            return name
        return next((path for path in self.files if path.lower() == name.lower()), "")

    def rows(self, findings: Findings) -> Iterator[Row]:
        """The manifest's rows; where it is damaged, those before the damage, and a problem."""
        try:
            if self.manifest.lower().endswith(".mbdb"):
                with self.open_entry(self.files[self.manifest]) as stream:
                    yield from mbdb_rows(_buffered(stream))
            else:
                yield from self._database_rows(findings)
        except ValueError as error:
            text = f"{self.where}: the manifest cannot be read to its end: {error}"
            findings.add("file", "manifest-damaged", text, self.manifest)

    def _database_rows(self, findings: Findings) -> Iterator[Row]:
        with contextlib.ExitStack() as stack:
            main = stack.enter_context(self._opened(self.manifest))
            logs = [self._log(f"{self.manifest}-{kind}", stack, findings) for kind in ("wal", "journal")]
            database = stack.enter_context(open_database(main, *logs))
            for note in database.notes:
                findings.add("note", "database", f"{self.manifest}: {note}", self.manifest)
            yield from database_rows(database)

    def _log(self, name: str, stack: contextlib.ExitStack, findings: Findings) -> BinaryIO | None:
        """What stands beside Manifest.db, as stored or decrypted with its key, whichever reads as a log."""
        path = self.own(name)
        if not path or not self.files[path].size:
            return None
        try:
            for as_stored in (True, False):
                stream = self._opened(path, as_stored)
                stack.callback(stream.close)
                head = stream.read(8)
                if head[:4] in _LOG or head == _JOURNAL:
                    return stream
            # A journal whose transaction ended has its head zeroed: nothing of it would be applied.
            reason = "it does not read as one" if any(head) else ""
        except (SourceError, OSError) as error:
            reason = str(error)
        if reason:
            findings.add("file", "log-not-read", f"{self.manifest} was read without its {path}: {reason}", path)
        return None

    def _opened(self, name: str, as_stored: bool = False) -> BinaryIO:
        stored = self.files[name]
        stream = self.open_entry(stored)
        key = self.keys.manifest if self.keys and not as_stored else b""
        if not key:
            return _buffered(stream)
        # All whole blocks: what follows the database's last page does not disturb it.
        return ios_cipher.decrypted(stream, key, stored.size // ios_cipher.BLOCK * ios_cipher.BLOCK, stored.size)

    def is_database(self) -> bool:
        """Whether Manifest.db reads as a database, decrypted where there is a key. Raises SourceError."""
        key = self.keys.manifest if self.keys else b""
        with self.open_entry(self.files[self.manifest]) as stream:
            if key and self.files[self.manifest].size >= len(_SQLITE):
                return ios_cipher.decrypting(stream, key, len(_SQLITE))(0, len(_SQLITE)) == _SQLITE
            return stream.read(len(_SQLITE)) == _SQLITE


def _buffered(stream: BinaryIO) -> BinaryIO:
    """The same bytes with small reads gathered; closing it closes `stream`."""
    return buffered(RangeReader(reader_of(stream), stream.seek(0, 2), stream.close))


def open_backup(
    root: str,
    files: Mapping[str, Entry],
    open_entry: Callable[[Entry], BinaryIO],
    secret: Secret,
    findings: Findings,
) -> Backup:
    """Reads the lists and opens the lock. Raises Locked and SourceError; lesser damage goes into `findings`."""
    where = f"the iOS backup in {root}" if root else "the iOS backup"
    backup = Backup(where, files, open_entry, "")
    backup.manifest = backup.own("Manifest.db") or backup.own("Manifest.mbdb")
    if not backup.manifest:
        raise SourceError(f"{where} has no manifest")
    backup.info, backup.manifest_plist, backup.status = (
        _plist(backup, name, findings) for name in ("Info.plist", "Manifest.plist", "Status.plist")
    )
    is_database = backup.manifest.lower().endswith(".db")
    plain = is_database and backup.is_database()
    # Some copies have lost the mark, and none of them opens without its keys.
    hidden = is_database and not plain and "ManifestKey" in backup.manifest_plist
    if backup.manifest_plist.get("IsEncrypted") or hidden:
        lists = backup.manifest_plist
        if plain:
            lists = {name: value for name, value in lists.items() if name != "ManifestKey"}
        backup.keys, lost = open_keys(where, lists, secret)
        if lost:
            findings.add("file", "class-keys", f"{where}: {lost}", backup.own("Manifest.plist"))
    if is_database and not plain and not backup.is_database():
        known = backup.keys or backup.manifest_plist
        lacking = "" if known else ": it may be encrypted, and no Manifest.plist can be read"
        raise SourceError(f"{where}: {backup.manifest} is not a database{lacking}")
    if not is_database:
        _check_mbdb(backup)
    return backup


def _check_mbdb(backup: Backup) -> None:
    with backup.open_entry(backup.files[backup.manifest]) as stream:
        if stream.read(5) != b"mbdb\x05":
            raise SourceError(f"{backup.where}: {backup.manifest} is not a list of files that is known")


def _plist(backup: Backup, name: str, findings: Findings) -> dict[str, Any]:
    path = backup.own(name)
    if not path:
        return {}
    try:
        if backup.files[path].size > MAX_BYTES:
            raise ValueError("too large to be one")  # noqa: TRY301
        with backup.open_entry(backup.files[path]) as stream:
            found = read_plist(stream.read(MAX_BYTES + 1))
        if isinstance(found, dict):
            return found
        reason = "it holds no dictionary"
    except (ValueError, OSError) as error:
        reason = str(error)
    findings.add("file", "plist-damaged", f"{backup.where}: {path} cannot be read: {reason}", path)
    return {}
