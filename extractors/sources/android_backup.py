"""An Android backup (.ab, from "adb backup"): decrypted and unpacked into the case's work folder, then read as a tar.

Its tree names apps and sorts of data, not folders of the device. They are shown where the device has them:

    apps/<package>/f, db, sp, c, nb, r  ->  data/data/<package>/files, databases, shared_prefs, cache, no_backup, ""
    apps/<package>/d_f, d_db …          ->  data/user_de/0/<package>/files, databases …
    apps/<package>/a                    ->  data/app/<package>
    apps/<package>/ef                   ->  data/media/0/Android/data/<package>/files
    apps/<package>/obb                  ->  data/media/0/Android/obb/<package>
    shared/0                            ->  data/media/0

Which user of the device a backup is of is not recorded: paths are those of the first one. What is no file of the device
(_manifest, _meta, key and value data below k) and other storage (shared/1 is a card, not a user) keep their own path.

References:
- Android Open Source Project: android.app.backup.FullBackup (the names of the domains), FullBackupEngine
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Entry, Hashes, Locked, Place, Secret, SourceError
from extractors.sources.names import shown
from extractors.sources.place import HostPlace
from extractors.sources.tar_archive import TarVolume
from extractors.sources.tar_unpack import Inflater, spool
from parsers.android_backup import (
    IV_SIZE,
    KEY_SIZE,
    LONGEST,
    MAGIC,
    Decryptor,
    Header,
    WrongPassword,
    master_key,
    read_header,
)

KIND: Final = "Android backup"
TITLE: Final = "Android backup (adb)"
LIMITS: Final = (
    "Versions 1 to 5, also with a password. Files are shown at the place that they have on a device with one user; "
    "links, and what unpacks to more than 1 GiB and 200 times its size, are not read."
)
_FOLDERS: Final = {
    "f": "files",
    "db": "databases",
    "sp": "shared_prefs",
    "c": "cache",
    "nb": "no_backup",
    "r": "",
}
_WHOLE: Final = {
    "a": "data/app/{}",
    "ef": "data/media/0/Android/data/{}/files",
    "obb": "data/media/0/Android/obb/{}",
}


def detect(head: bytes) -> bool:
    """By its first line."""
    return head.startswith(MAGIC)


def header(place: Place) -> Header:
    """What the backup says of itself. Raises SourceError."""
    data = place.open()
    try:
        return read_header(data.read_at(0, LONGEST))
    except SourceError:
        raise
    except ValueError as error:
        raise SourceError(f"{shown(place.name)}: {error}") from error
    finally:
        data.close()


def unlock(place: Place, secret: Secret) -> bytes:
    """The key of an encrypted backup, for `Secret.unlocked`; b"" where it is not encrypted. Raises Locked."""
    return _key(header(place), shown(place.name), secret)


def _key(head: Header, name: str, secret: Secret) -> bytes:
    if head.key is None:
        return b""
    if len(secret.unlocked) == KEY_SIZE + IV_SIZE:
        return secret.unlocked
    if secret.password is None:
        raise Locked(f"{name}: the Android backup is encrypted: a password is needed")
    try:
        return master_key(head, secret.password)
    except WrongPassword:
        raise Locked(f"{name}: the password is not the one of this Android backup", wrong=True) from None


def unpack(
    place: Place,
    out: BinaryIO,
    secret: Secret,
    progress: Callable[[int], None] | None = None,
    cap: int | None = None,
) -> tuple[list[Problem], Hashes]:
    """Writes the plain tar to `out` and hashes the backup itself, both in one pass; limits as for a compressed tar.

    Damage becomes a problem, and what came out before it stays. Raises SourceError, and Locked.
    """
    head = header(place)
    payload = _Payload(head, _key(head, shown(place.name), secret))
    path = getattr(out, "name", None)
    folder = Path(path).parent if isinstance(path, str) else None
    try:
        hashes = spool(place, payload, out, folder, progress, cap)
    except OSError as error:
        raise SourceError(f"{shown(place.name)}: cannot be unpacked: {error.strerror or error}") from error
    return hashes.problems, hashes


class _Payload:
    """See `Unpacker`: what follows the header, decrypted and inflated as the header says."""

    def __init__(self, head: Header, key: bytes) -> None:
        self._skip = head.start
        self._decryptor = Decryptor(key) if head.key is not None else None
        self._inflater = Inflater("zlib") if head.compressed else None

    @property
    def junk(self) -> bool:
        return self._inflater is not None and self._inflater.junk

    @property
    def ended(self) -> bool:
        return self._inflater is None or self._inflater.ended

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises ValueError for damage."""
        if self._skip:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
        if self._decryptor is not None:
            data = self._decryptor.feed(data)
        yield from self._inflated(data)

    def finish(self) -> Iterator[bytes]:
        """Raises ValueError for damage."""
        if self._decryptor is not None:
            for data in self._decryptor.finish():
                yield from self._inflated(data)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is not None:
            yield from self._inflater.feed(data)
        elif data:
            yield data


class AndroidBackupVolume:
    """See `Volume`. Addresses are those of the tar."""

    kind = KIND

    def __init__(self, head: Header, tar: TarVolume) -> None:
        self._head = head
        self._tar = tar
        self._packages: set[str] | None = None

    def entries(self) -> Iterator[Entry]:
        """The members of the tar; those that the device holds elsewhere under their path there, the stored one in
        the note."""
        packages: set[str] = set()
        for entry in self._tar.entries():
            if entry.path.startswith("apps/"):
                packages.add(entry.path.split("/", 2)[1])
            path = device_path(entry.path)
            if path != entry.path:
                note = f"in the backup: {entry.path}"
                entry = replace(entry, path=path, note=f"{entry.note}; {note}" if entry.note else note)
            yield entry
        self._packages = packages

    def problems(self) -> list[Problem]:
        return self._tar.problems()

    def facts(self) -> dict[str, str]:
        if self._packages is None:
            for _ in self.entries():
                pass
        return {
            "backup version": str(self._head.version),
            "backup compressed": "yes" if self._head.compressed else "no",
            "backup encrypted": "no" if self._head.key is None else f"yes ({self._head.encryption})",
            "packages in the backup": str(len(self._packages or ())),
        }

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        return self._tar.open(entry)

    def close(self) -> None:
        self._tar.close()


def device_path(path: str) -> str:
    """Where the device has what the backup stores at `path`; the same path where it is no file of the device."""
    top, _, rest = path.partition("/")
    if top == "shared":
        return f"data/media/{rest}" if rest.startswith("0/") else path
    package, _, inner = rest.partition("/")
    domain, _, tail = inner.partition("/")
    if top != "apps" or not tail:
        return path
    if domain in _WHOLE:
        return f"{_WHOLE[domain].format(package)}/{tail}"
    protected = domain.startswith("d_")
    folder = _FOLDERS.get(domain.removeprefix("d_"))
    if folder is None:
        return path
    base = f"data/user_de/0/{package}" if protected else f"data/data/{package}"
    return f"{base}/{folder}/{tail}" if folder else f"{base}/{tail}"


def open_volume(place: Place, unpacked: Path | None = None) -> AndroidBackupVolume:
    """The backup with its plain tar in `unpacked`; without one only where it is neither compressed nor encrypted, and
    is read where it stands. Raises SourceError."""
    head = header(place)
    if unpacked is not None:
        return AndroidBackupVolume(head, TarVolume("tar", HostPlace(unpacked).open()))
    if head.compressed or head.key is not None:
        raise SourceError(f"{shown(place.name)}: has to be unpacked into the work folder first")
    data = place.open()
    inside = Bytes(max(0, data.size - head.start), lambda at, size: data.read_at(head.start + at, size), data.close)
    return AndroidBackupVolume(head, TarVolume("tar", inside))
