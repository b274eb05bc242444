"""A backup file of Signal for Android: decrypted into the case's work folder, as a tar of the database and the files.

    database.sqlite          built again from the statements of the backup
    attachments/<number>     by the number of their row
    avatars/<recipient>      by the number of the recipient
    stickers/<number>

Preferences and key values of the application, which hold its keys, are counted and not kept.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Entry, Hashes, Locked, Place, Secret, SourceError
from extractors.sources.names import safe_path, shown
from extractors.sources.place import HostPlace
from extractors.sources.signal_database import RebuiltDatabase
from extractors.sources.tar_archive import TarVolume
from extractors.sources.tar_unpack import spool
from parsers.signal_backup import (
    KEY_SIZE,
    LONGEST_HEADER,
    Data,
    Decryptor,
    Event,
    File,
    FileEnd,
    Header,
    Statement,
    derived_keys,
    opens,
    read_header,
    read_passphrase,
)

KIND: Final = "Signal backup"
TITLE: Final = "Encrypted backup of Signal for Android"
LIMITS: Final = (
    "Backup files (signal-….backup) of versions 0 and 1, with their passphrase of 30 digits. The database is built "
    "again from the statements inside, without indexes and triggers; what was deleted before the backup is not in it. "
    "Backups of version 2 (a folder, or on Signal's servers) are encrypted in another way and do not open."
)
DATABASE: Final = "database.sqlite"
_FOLDERS: Final = {"attachment": "attachments", "avatar": "avatars", "sticker": "stickers"}
_FIRST: Final = 1 << 20  # holds the header and the first frame
_PIECE: Final = 4 << 20
_IN_MEMORY: Final = 16 << 20
_BLOCK: Final = 512


def detect(head: bytes) -> bool:
    """By its header."""
    try:
        read_header(head)
    except ValueError:
        return False
    return True


def header(place: Place) -> Header:
    """What the backup says of itself. Raises SourceError."""
    data = place.open()
    try:
        return read_header(data.read_at(0, LONGEST_HEADER + 4))
    except SourceError:
        raise
    except ValueError as error:
        raise SourceError(f"{shown(place.name)}: {error}") from error
    finally:
        data.close()


def unlock(place: Place, secret: Secret) -> bytes:
    """The keys of the content, for `Secret.unlocked`. Raises Locked, and SourceError."""
    name, head = shown(place.name), header(place)
    if len(secret.unlocked) == KEY_SIZE:
        return secret.unlocked
    try:
        passphrase = read_passphrase(secret.password or "")
    except ValueError as error:
        other = f"; {error}, and what was given is something else" if secret.password else ""
        raise Locked(f"{name}: the Signal backup is encrypted: its passphrase of 30 digits is needed{other}") from None
    keys = derived_keys(passphrase, head.salt)
    data = place.open()
    try:
        fits = opens(head, keys, data.read_at(0, _FIRST))
    finally:
        data.close()
    if not fits:
        raise Locked(f"{name}: the passphrase is not the one of this Signal backup", wrong=True)
    return keys


def unpack(
    place: Place, to: Path, secret: Secret, progress: Callable[[int], None] | None = None, cap: int | None = None
) -> Hashes:
    """Writes the tar to `to` and hashes the backup itself, both in one pass; limits as for a compressed tar.

    Damage becomes a problem, and what came out before it stays. Raises SourceError, and Locked.
    """
    name = shown(place.name)
    payload = None
    try:
        payload = _Payload(header(place), unlock(place, secret), to.with_name(f"{to.name}.database"))
        with to.open("wb") as out:
            hashes = spool(place, payload, out, to.parent, progress, cap)
    except OSError as error:
        raise SourceError(f"{name}: cannot be unpacked: {error.strerror or error}") from error
    finally:
        if payload is not None:
            payload.close()
    hashes.problems += [Problem(one.kind, one.code, f"{name}: {one.detail}", one.locator) for one in payload.problems()]
    return hashes


class _Payload:
    """See `Unpacker`: the tar, member by member. Damage ends the reading, and what was read is still written out."""

    ended = True
    junk = False

    def __init__(self, head: Header, keys: bytes, path: Path) -> None:
        self._skip = head.start
        self._path = path
        self._decryptor = Decryptor(head, keys)
        self._database = RebuiltDatabase(path)
        self._version = 0
        self._secrets = 0
        self._file: tuple[File, IO[bytes]] | None = None
        self._damage = ""
        self._unsound: list[str] = []

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The members that are complete."""
        if self._skip:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
        if self._damage:
            return
        try:
            for event in self._decryptor.feed(data):
                yield from self._take(event)
        except ValueError as error:
            self._damage = str(error)

    def _take(self, event: Event) -> Iterator[bytes]:
        if isinstance(event, Statement):
            self._database.execute(event.sql, event.values)
        elif isinstance(event, File):
            folder = str(self._path.parent)
            self._file = event, tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+b", dir=folder)  # noqa: SIM115
        elif isinstance(event, Data) and self._file is not None:
            self._file[1].write(event.data)
        elif isinstance(event, FileEnd):
            yield from self._member(event.sound)
        elif not isinstance(event, Data):
            what, _, number = event.what.partition(" ")
            self._version = int(number) if what == "version" else self._version
            self._secrets += event.what in ("preference", "key value")

    def _member(self, sound: bool) -> Iterator[bytes]:
        """The file that has come, as far as it has."""
        if self._file is None:
            return
        (sort, name, _), stream = self._file
        self._file = None
        path = safe_path(f"{_FOLDERS[sort]}/{name or 'without a number'}")[0]
        if not sound:
            self._unsound.append(path)
        with stream:
            yield from _tar_member(path, stream)

    def finish(self) -> Iterator[bytes]:
        """What has begun, the database, and the end of the tar."""
        if not self._damage and not self._decryptor.ended:
            self._damage = "it breaks off" if self._decryptor.open else "it has no end"
        yield from self._member(sound=False)
        self._database.finish(self._version)
        with self._path.open("rb") as stream:
            yield from _tar_member(DATABASE, stream)
        yield bytes(2 * _BLOCK)

    def problems(self) -> list[Problem]:
        """What the reader should know."""
        base = self._database
        found = []
        if self._damage:
            detail = f"the backup is damaged: {self._damage}; {base.rows} rows were read up to there"
            found.append(Problem("file", "damaged-backup", detail))
        if self._unsound:
            listed = ", ".join(self._unsound[:10]) + (" …" if len(self._unsound) > 10 else "")
            detail = f"{len(self._unsound)} files are not whole, or not as they were: {listed}"
            found.append(Problem("file", "damaged-backup", detail))
        if base.failed:
            detail = f"{base.failed} statements could not be carried out; the first: {base.reason}"
            found.append(Problem("file", "signal-backup", detail))
        detail = (
            f"the database was built from {base.rows} rows of {base.tables} tables; {base.skipped} statements for "
            f"indexes and the like and {self._secrets} settings were left out"
        )
        return [*found, Problem("note", "signal-backup", detail)]

    def close(self) -> None:
        if self._file is not None:
            self._file[1].close()
        self._database.close()


def _tar_member(path: str, stream: IO[bytes]) -> Iterator[bytes]:
    info = tarfile.TarInfo(path)
    info.size = stream.seek(0, 2)
    stream.seek(0)
    yield info.tobuf(tarfile.PAX_FORMAT)
    while piece := stream.read(_PIECE):
        yield piece
    yield bytes(-info.size % _BLOCK)


class SignalBackup:
    """See `Volume`. Addresses are those of the tar; the backup records no times of its files."""

    kind = KIND

    def __init__(self, head: Header, tar: TarVolume) -> None:
        self._head = head
        self._tar = tar

    def entries(self) -> Iterator[Entry]:
        for entry in self._tar.entries():
            yield replace(entry, times=())

    def problems(self) -> list[Problem]:
        return self._tar.problems()

    def facts(self) -> dict[str, str]:
        return {"Signal backup": f"version {self._head.version}"}

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        return self._tar.open(entry)

    def close(self) -> None:
        self._tar.close()


def open_volume(place: Place, unpacked: Path) -> SignalBackup:
    """The backup with its decrypted content in `unpacked`. Raises SourceError."""
    return SignalBackup(header(place), TarVolume("tar", HostPlace(unpacked).open()))
