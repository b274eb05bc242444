"""An iOS backup as iTunes, the Finder and libimobiledevice make it: files under hashed names, and a manifest.

Each file is stored as <2 hex>/<40 hex> (up to iOS 9 without the folder); the 40 digits are the SHA-1 of "domain-path".
The view lists the files where they stood on the device (see `ios_domains`) with the device's own file times as the
backup recorded them; a stored file's own times, those of making the backup, are not shown.

References:
- "A deep dive into the iOS backup/restore system" (public notes); The iPhone Wiki, "iTunes Backup" (archived)
- Apple, "Apple Platform Security": Keybags for Data Protection
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from json.encoder import encode_basestring_ascii
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.shortened import shortened
from extractors.sources.base import Entry, Secret, SourceError
from extractors.sources.layouts import ios_cipher
from extractors.sources.layouts.ios_domains import device_path, is_known
from extractors.sources.layouts.ios_facts import device_facts
from extractors.sources.layouts.ios_lock import Keys, unlocked_keys
from extractors.sources.layouts.ios_manifest import Row
from extractors.sources.layouts.ios_open import Backup, id_of, open_backup
from extractors.sources.names import Findings, original, shown
from parsers.ios_keybag import class_of, file_key

KIND: Final = "iOS backup"
TITLE: Final = "iOS backup (iTunes, Finder)"
LIMITS: Final = (
    "Files are listed where their domain stood on the device; the folder of an app has the name of the app, since a "
    "backup does not hold the UUID it had. Files of an unknown domain stand under its name. An unfinished backup "
    "inside another (Snapshot) is listed as it is stored. An encrypted backup opens with its password; nothing is "
    "guessed. Backups by iTunes before 9.2 (.mddata, .mdinfo) are not read."
)
_MANIFESTS: Final = ("manifest.db", "manifest.mbdb")
_OWN: Final = frozenset(
    (*_MANIFESTS, "manifest.db-wal", "manifest.db-journal", "manifest.plist", "info.plist", "status.plist")
)
_ID: Final = re.compile(r"[0-9a-fA-F]{40}")
_FORMS: Final = ((str, int, str, str, int), (str, int, str))  # of an address, see `_address`
_UNLISTED: Final = "not listed in the manifest of the backup"


def holds_back(path: str) -> bool:
    """A file named by 40 hexadecimal digits, or one of the files that describe a backup."""
    name = path[path.rfind("/") + 1 :]
    if len(name) == 40:
        return _ID.fullmatch(name) is not None
    return len(name) < 20 and name.lower() in _OWN


def roots(held: Mapping[str, Entry]) -> list[str]:
    """Folders with a manifest and, beside it, an Info.plist, Manifest.plist or stored file; the outermost, sorted."""
    manifests, beside = set(), set()
    for path in held:
        folder, _, name = path.rpartition("/")
        lower = name.lower()
        if lower in _MANIFESTS:
            manifests.add(folder)
        elif lower in ("info.plist", "manifest.plist"):
            beside.add(folder)
        elif len(name) == 40:
            beside.add(folder)
            above, _, last = folder.rpartition("/")
            if last == name[:2]:
                beside.add(above)
    found: set[str] = set()
    for folder in sorted(manifests & beside, key=len):
        if "" not in found and not _lies_in(folder, found):
            found.add(folder)
    return sorted(found)


def _lies_in(folder: str, found: set[str]) -> bool:
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in found:
            return True
    return False


def open_layout(root: str, files: Mapping[str, Entry], open_entry: Callable[[Entry], BinaryIO], secret: Secret) -> View:
    """The files of the backup below `root`. Raises Locked where it is encrypted and does not open, and SourceError."""
    findings = Findings()
    return View(open_backup(root, files, open_entry, secret, findings), findings)


def open_in(address: str, path: str, open_entry: Callable[[Entry], BinaryIO], secret: Secret) -> BinaryIO:
    """The bytes of a listed file by its address; `secret.unlocked` where it is encrypted. Raises SourceError.

    The padding of an encrypted file has the last word on its size: where the manifest's is wrong by a few bytes, within
    the last block, listing did not see it, and the stream is that much longer or shorter than the entry.
    """
    try:
        stored, key, size = _parts(address)
        if not key:
            return open_entry(stored)
        real = file_key(unlocked_keys(secret.unlocked).classes, key)
    except ValueError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: {error}") from error
    return ios_cipher.decrypted(open_entry(stored), real, size, stored.size)


def _address(stored: Entry, key: bytes = b"", size: int = 0) -> str:
    """The stored file's own path, size and address; class and wrapped key, and plain size, of an encrypted one."""
    parts = f"{encode_basestring_ascii(stored.path)},{stored.size},{encode_basestring_ascii(stored.address)}"
    return f'[{parts},"{key.hex()}",{size}]' if key else f"[{parts}]"


def _parts(address: str) -> tuple[Entry, bytes, int]:
    """Raises ValueError."""
    parts = json.loads(address)
    if not isinstance(parts, list) or tuple(map(type, parts)) not in _FORMS:
        raise ValueError("not an address of a file in a backup")
    stored = Entry(parts[0], parts[1], parts[2])
    return (stored, b"", stored.size) if len(parts) == 3 else (stored, bytes.fromhex(parts[3]), parts[4])


class View:
    """See the contract of layouts. `facts` counts rows and files once `entries` was exhausted."""

    def __init__(self, backup: Backup, findings: Findings) -> None:
        self._backup = backup
        self._keys: Keys | None = backup.keys
        self.unlocked = backup.keys.text() if backup.keys else b""
        self._opening = findings.problems()
        self._findings = Findings()
        self._counts: dict[str, int] = {}

    def entries(self) -> Iterator[Entry]:
        """What the manifest lists, in its order, then what is stored and not listed; folders are no entries."""
        self._findings, self._counts = Findings(), {}
        counts = dict.fromkeys(("manifest rows", "files present", "files absent", "files not in the manifest"), 0)
        used: set[str] = set()
        domains: set[str] = set()
        for row in self._backup.rows(self._findings):
            counts["manifest rows"] += 1
            if row.kind == "folder":
                continue
            if row.domain not in domains:
                domains.add(row.domain)
                if not is_known(row.domain):
                    text = f"{shown(row.domain)}: it is not known where this domain stood on the device"
                    self._findings.add("note", "unknown-domain", text)
            name = self._backup.stored_name(row.file_id)
            entry = self._entry(row, name)
            if entry.kind == "file":
                counts["files present" if name else "files absent"] += 1
            if name and entry.kind == "file":
                used.add(name)
            yield entry
        for name, stored in self._backup.files.items():
            if name not in used:
                unlisted = id_of(name) != ""
                counts["files not in the manifest"] += unlisted
                yield self._as_stored(name, stored, _UNLISTED if unlisted else "")
        self._counts = counts

    def _as_stored(self, name: str, stored: Entry, remark: str) -> Entry:
        if self._keys and (remark or (name == self._backup.manifest and self._keys.manifest)):
            remark = "; ".join(part for part in (remark, "encrypted, the bytes are as stored") if part)
        note = "; ".join(part for part in (stored.note, remark) if part)
        return replace(stored, path=name, address=_address(stored), note=note)

    def _entry(self, row: Row, name: str) -> Entry:
        path, oddity = device_path(row.domain, row.path)
        remarks = [f"{shown(row.domain)}, file {name or shortened(shown(row.file_id), 80)}"]
        if oddity:
            stored_name = original(f"{row.domain}-{row.path}")
            self._findings.add_name(path, oddity, stored_name)
            remarks.append(f"stored name {stored_name}")
        if row.problem:
            self._findings.add("file", "manifest-row", f"{path}: {row.problem}", path)
            remarks.append(row.problem)
        if row.kind == "link":
            note = "; ".join((*remarks, f"link to {shortened(shown(row.target), 1024)}"))
            return Entry(path, 0, "", row.times, kind="link", readable=False, note=note)
        if not name:
            remarks.append(self._absent(row, path))
            return Entry(path, row.size or 0, "", row.times, readable=False, note="; ".join(remarks))
        if odd := row.odd_name():
            self._findings.add("note", "file-name", f"{path}: {odd}", path)
            remarks.append(odd)
        return self._present(row, path, self._backup.files[name], remarks)

    def _absent(self, row: Row, path: str) -> str:
        if _ID.fullmatch(row.file_id):
            return "listed in the manifest, not in the backup"
        text = "the manifest names no file of a backup for it (40 hexadecimal digits)"
        self._findings.add("file", "file-name", f"{path}: {text}", path)
        return text

    def _present(self, row: Row, path: str, stored: Entry, remarks: list[str]) -> Entry:
        size, reason, key = stored.size, "" if stored.readable else stored.note or "cannot be read", b""
        if self._keys and row.key:
            size, problem, reason = self._plain_size(row, stored, reason)
            key = row.key
            remarks.extend(part for part in (problem,) if part)
        elif self._keys and stored.size:
            remarks.append("the manifest holds no key for it, the bytes are as stored")
        if not reason and row.size is not None and size != row.size:
            remarks.append(f"the manifest says {row.size} bytes, the backup holds {size}")
        if reason or (stored.readable and stored.note):
            remarks.append(reason or stored.note)
        return Entry(
            path,
            size,
            _address(stored, key, size),
            row.times,
            deleted=stored.deleted,
            allocated=stored.allocated,
            readable=not reason,
            note="; ".join(remarks),
        )

    def _plain_size(self, row: Row, stored: Entry, reason: str) -> tuple[int, str, str]:
        """(bytes that can be had, what is odd, why none can be had) of an encrypted file.

        The size of the manifest is taken where whole blocks with padding give just the stored size; else the padding
        of the last block is looked at.
        """
        assert self._keys is not None  # noqa: S101 - only called where there are keys
        try:
            if reason or class_of(row.key) not in self._keys.classes:
                lacking = f"its class key ({class_of(row.key)}) is not in the keybag or did not open"
                return row.size or stored.size, "", reason or lacking
            if row.size is not None and stored.size == row.size // 16 * 16 + 16:
                return row.size, "", ""
            whole = stored.size // 16 * 16
            odd = f"cut short: {stored.size} bytes are no whole blocks" if whole != stored.size else ""
            with self._backup.open_entry(stored) as stream:
                pad = ios_cipher.padding(stream, file_key(self._keys.classes, row.key), stored.size) if not odd else 0
        except ValueError as error:
            return row.size or stored.size, "", str(error)
        if not odd and whole == row.size:
            return whole, "" if not whole else "stored without the padding of an encrypted file", ""
        if not odd and whole and not pad:
            odd = "its last block does not end as it should: cut short or damaged"
        return whole - pad, odd, ""

    def problems(self) -> list[Problem]:
        return [*self._opening, *self._findings.problems()]

    def facts(self) -> dict[str, str]:
        """What the backup says of the device and of itself; the numbers once everything was listed."""
        backup = self._backup
        facts = device_facts(backup.info, backup.manifest_plist, backup.status)
        facts["backup encrypted"] = "yes" if self._keys else "no"
        facts["manifest"] = backup.manifest
        return facts | {name: str(count) for name, count in self._counts.items()}
