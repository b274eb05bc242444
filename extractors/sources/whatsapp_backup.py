"""An encrypted WhatsApp backup (msgstore.db.crypt12, .crypt14, .crypt15): decrypted into the case's work folder.

It holds one file, which is shown under the name of the backup without its ending: "msgstore.db". The key is what was
given as key file, or the code of 64 digits that was given as password; nothing else is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Entry, Hashes, Locked, Place, Secret, SourceError
from extractors.sources.host import host_path, open_file
from extractors.sources.names import safe_path, shown
from extractors.sources.reading import BUFFER
from extractors.sources.tar_unpack import Inflater, spool
from parsers.whatsapp_crypt import (
    KEY_SIZE,
    LONGEST,
    Decryptor,
    Header,
    Key,
    WrongKey,
    content_key,
    first_bytes,
    is_deflated,
    looks_plain,
    opens,
    read_code,
    read_header,
    read_key,
)

KIND: Final = "WhatsApp backup"
TITLE: Final = "Encrypted WhatsApp backup of Android"
LIMITS: Final = (
    "crypt12, crypt14 and crypt15, with the application's key file or the code of 64 digits. A backup that is secured "
    "with a password or a passkey of the account has its key on WhatsApp's servers, and does not open; nor do single "
    "media files (.mcrypt1). An incremental backup (msgstore-increment-…) opens as the archive that it is: the "
    "messages in it, which may be the newest, are not decoded."
)
_ENDING: Final = re.compile(r"\.crypt(1[245])$", re.IGNORECASE)


def detect(place: Place, head: bytes) -> bool:
    """By its header; crypt12, whose header has no mark, by its name too."""
    try:
        _header(place.name, head)
    except ValueError:
        return False
    return True


def _header(name: str, head: bytes) -> Header:
    match = _ENDING.search(name)
    return read_header(head[: LONGEST + 16], early=match is not None and match[1] == "12")


def header(place: Place) -> Header:
    """What the backup says of itself. Raises SourceError."""
    data = place.open()
    try:
        return _header(place.name, data.read_at(0, LONGEST + 16))
    except SourceError:
        raise
    except ValueError as error:
        raise SourceError(f"{shown(place.name)}: {error}") from error
    finally:
        data.close()


def unlock(place: Place, secret: Secret) -> bytes:
    """The key of the content, for `Secret.unlocked`. Raises Locked, and SourceError."""
    name, head = shown(place.name), header(place)
    if len(secret.unlocked) == KEY_SIZE:
        return secret.unlocked
    wrong = ""
    for given in _given(secret):
        try:
            key = content_key(head, given)
        except WrongKey as error:
            wrong = str(error)
            continue
        if _fits(place, head, key):
            return key
        wrong = "the key is not the one of this WhatsApp backup"
    if wrong:
        raise Locked(f"{name}: {wrong}", wrong=True)
    code = " or as the code of 64 digits" if head.generation == 15 else ""
    other = "; what was given is none of WhatsApp's keys" if secret.key or secret.password else ""
    raise Locked(f"{name}: the WhatsApp backup is encrypted: its key is needed, as key file{code}{other}")


def _given(secret: Secret) -> list[Key]:
    """The keys in what was given; what is none of WhatsApp's is for something else."""
    found = []
    if secret.key is not None:
        with suppress(ValueError):
            found.append(read_key(secret.key))
    if secret.password is not None:
        with suppress(ValueError):
            found.append(read_code(secret.password))
    return found


def _fits(place: Place, head: Header, key: bytes) -> bool:
    """By the first bytes that come out; where they are none of those that are known, by the tag of the whole file."""
    data = place.open()
    try:
        if looks_plain(first_bytes(head, key, data.read_at(0, head.start + 64))):
            return True
        return opens(head, key, _pieces(data))
    finally:
        data.close()


def _pieces(data: Bytes) -> Iterator[bytes]:
    at = 0
    while piece := data.read_at(at, BUFFER):
        yield piece
        at += len(piece)


def unpack(
    place: Place, to: Path, secret: Secret, progress: Callable[[int], None] | None = None, cap: int | None = None
) -> Hashes:
    """Writes the decrypted content to `to` and hashes the backup itself, both in one pass; limits as for a compressed
    tar. Damage becomes a problem, and what came out before it stays. Raises SourceError, and Locked."""
    payload = _Payload(header(place), unlock(place, secret))
    try:
        with to.open("wb") as out:
            hashes = spool(place, payload, out, to.parent, progress, cap)
    except OSError as error:
        raise SourceError(f"{shown(place.name)}: cannot be unpacked: {error.strerror or error}") from error
    if payload.said:
        hashes.problems.append(Problem("note", "whatsapp-backup", f"{shown(place.name)}: {payload.said}"))
    return hashes


class _Payload:
    """See `Unpacker`: what follows the header, decrypted and, where it is a zlib stream, inflated."""

    def __init__(self, head: Header, key: bytes) -> None:
        self._decryptor = Decryptor(head, key)
        self._inflater: Inflater | None = None
        self._begun = False
        self.said = ""

    @property
    def junk(self) -> bool:
        return self._inflater is not None and self._inflater.junk

    @property
    def ended(self) -> bool:
        return self._inflater is None or self._inflater.ended

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises ValueError for damage."""
        yield from self._inflated(self._decryptor.feed(data))

    def finish(self) -> Iterator[bytes]:
        """Raises ValueError for damage, and where the tag does not fit."""
        last, self.said = self._decryptor.finish()
        yield from self._inflated(last)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        if not data:
            return
        if not self._begun:
            self._begun = True
            self._inflater = Inflater("zlib") if is_deflated(data) else None
        if self._inflater is None:
            yield data
        else:
            yield from self._inflater.feed(data)


class WhatsAppBackup:
    """See `Volume`. It holds one entry, whose bytes stand in `unpacked` (a file of the work folder)."""

    kind = KIND

    def __init__(self, name: str, head: Header, unpacked: Path) -> None:
        self._name = safe_path(_ENDING.sub("", name) or name)[0]
        self._head = head
        self._unpacked = unpacked

    def entries(self) -> Iterator[Entry]:
        yield Entry(self._name, self._unpacked.stat().st_size, "")

    def problems(self) -> list[Problem]:
        return []

    def facts(self) -> dict[str, str]:
        version = {"made by WhatsApp": self._head.version} if self._head.version else {}
        return {"WhatsApp backup": f"crypt{self._head.generation}", **version}

    def open(self, entry: Entry) -> BinaryIO:
        """Raises SourceError."""
        try:
            return open_file(host_path(self._unpacked))
        except OSError as error:
            raise SourceError(f"{entry.path}: cannot be opened: {error.strerror or error}") from error

    def close(self) -> None:
        pass


def open_volume(place: Place, unpacked: Path) -> WhatsAppBackup:
    """The backup with its decrypted content in `unpacked`. Raises SourceError."""
    return WhatsAppBackup(place.name, header(place), unpacked)
