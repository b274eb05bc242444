"""Made-up iOS backups, plain and encrypted, written from the published format with keys that are given."""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import struct
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

BORN, CHANGED, MODIFIED = 1_600_000_000, 1_600_000_100, 1_600_000_200
PASSWORD = "correct horse ✓"
INFO = {
    "Device Name": "Example phone",
    "Product Type": "iPhone9,3",
    "Product Version": "14.3",
    "Build Version": "18C66",
    "Serial Number": "EXAMPLE00001",
    "Unique Identifier": "E" * 40,
    "Phone Number": "07700 900123",
    "IMEI": "000000000000000",
    "Last Backup Date": datetime(2026, 10, 25, 0, 30),
    "iTunes Version": "12.5.0",
}


@dataclass
class Made:
    """One row. `stored` replaces what is written to the backup's folder (None: as the format says; False: nothing)."""

    domain: str
    path: str
    data: bytes = b""
    flags: int = 1
    target: str = ""
    size: int | None = None
    key_class: int = 3
    file_id: str = ""
    stored: bytes | bool | None = None
    blob: bytes | None = None
    with_key: bool = True
    modified: int = MODIFIED

    def __post_init__(self) -> None:
        if not self.file_id:
            self.file_id = hashlib.sha1(f"{self.domain}-{self.path}".encode("utf-8", "surrogatepass")).hexdigest()
        self.size = len(self.data) if self.size is None else self.size


FILES = [
    Made("HomeDomain", "Library", flags=2),
    Made("HomeDomain", "Library/SMS/sms.db", b"made up messages " * 1000, key_class=4),
    Made("CameraRollDomain", "Media/DCIM/100APPLE/IMG_0001.JPG", b"\xff\xd8\xff" + b"picture" * 40_000),
    Made("AppDomain-com.example.chat", "Documents/grüße ✓.txt", b"sixteen bytes ok", key_class=1),
    Made("AppDomainGroup-group.com.example.chat", "empty", b""),
    Made("HomeDomain", "Library/Link", flags=4, target="/var/mobile/Library/SMS"),
    Made("WirelessDomain", "Library/Databases/gone.db", b"not in the backup", stored=False),
]


@dataclass
class Lock:
    """The keys of a made-up encrypted backup; few rounds, for tests that are not about them."""

    password: str = PASSWORD
    rounds: int = 10
    first_rounds: int = 7  # 0: as before iOS 10.2
    manifest_class: int | None = 4  # None: Manifest.db is not encrypted
    classes: dict[int, bytes] = field(
        default_factory=lambda: {number: hashlib.sha256(b"class %d" % number).digest() for number in range(1, 12)}
    )

    def keybag(self) -> bytes:
        first_salt, salt = b"first salt, 20 bytes", b"second salt 20 bytes"
        secret = self.password.encode()
        if self.first_rounds:
            secret = hashlib.pbkdf2_hmac("sha256", secret, first_salt, self.first_rounds, 32)
        key = hashlib.pbkdf2_hmac("sha1", secret, salt, self.rounds, 32)
        rows: list[tuple[bytes, bytes | int]] = [
            *((b"VERS", 3), (b"TYPE", 1), (b"UUID", b"U" * 16), (b"HMCK", bytes(40)), (b"WRAP", 0), (b"SALT", salt)),
            (b"ITER", self.rounds),
        ]
        if self.first_rounds:
            rows += [(b"DPWT", 2), (b"DPIC", self.first_rounds), (b"DPSL", first_salt)]
        for number, plain in self.classes.items():
            rows += [(b"UUID", bytes([number]) * 16), (b"CLAS", number), (b"WRAP", 2), (b"KTYP", 0)]
            rows.append((b"WPKY", aes_key_wrap(key, plain)))
        return b"".join(tlv(tag, value) for tag, value in rows)

    def label(self, number: int, key: bytes) -> bytes:
        return struct.pack("<I", number) + aes_key_wrap(self.classes[number], key)


def tlv(tag: bytes, value: bytes | int) -> bytes:
    data = struct.pack(">I", value) if isinstance(value, int) else value
    return tag + struct.pack(">I", len(data)) + data


def encrypted(key: bytes, data: bytes, pad: bool = True) -> bytes:
    if pad:
        count = 16 - len(data) % 16
        data += bytes([count]) * count
    worker = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return worker.update(data) + worker.finalize()


def archived(made: Made, label: bytes = b"") -> bytes:
    """The MBFile object of a row."""
    mode = {2: 0o40755, 4: 0o120755}.get(made.flags, 0o100644)
    root: dict[str, Any] = {
        name: made.key_class if name == "ProtectionClass" else 501 for name in ("ProtectionClass", "GroupID", "UserID")
    }
    root |= {"LastModified": made.modified, "LastStatusChange": CHANGED, "Birth": BORN, "Size": made.size, "Mode": mode}
    root |= {"Flags": 0, "InodeNumber": 7, "RelativePath": plistlib.UID(2), "$class": plistlib.UID(3)}
    objects: list[Any] = ["$null", root, made.path, {"$classname": "MBFile", "$classes": ["MBFile", "NSObject"]}]
    if made.target:
        root["Target"] = plistlib.UID(len(objects))
        objects.append(made.target)
    if label:
        root["EncryptionKey"] = plistlib.UID(len(objects))
        objects += [
            {"NS.data": label, "$class": plistlib.UID(len(objects) + 1)},
            {"$classname": "NSMutableData", "$classes": ["NSMutableData", "NSData", "NSObject"]},
        ]
    archive = {"$version": 100_000, "$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)}}
    return plistlib.dumps({**archive, "$objects": objects}, fmt=plistlib.FMT_BINARY)


def write_backup(root: Path, files: list[Made] = FILES, lock: Lock | None = None, flat: bool = False) -> Path:
    """A backup of iOS 10 or later (Manifest.db)."""
    root.mkdir(parents=True, exist_ok=True)
    rows = []
    for made in files:
        key = hashlib.sha256(b"key of " + made.file_id.encode("utf-8", "replace")).digest()
        label = lock.label(made.key_class, key) if lock and made.with_key and made.flags == 1 else b""
        if made.flags == 1 and made.stored is not False:
            _store(root, made, encrypted(key, made.data) if label else made.data, flat)
        blob = archived(made, label) if made.blob is None else made.blob
        rows.append((made.file_id, made.domain, made.path, made.flags, blob))
    manifest: dict[str, Any] = {"IsEncrypted": lock is not None, "Version": "10.0", "Lockdown": {}}
    path = root / "Manifest.db"
    write_manifest(path, rows)
    if lock:
        manifest["BackupKeyBag"] = lock.keybag()
    if lock and lock.manifest_class is not None:
        key = hashlib.sha256(b"key of the manifest").digest()
        manifest["ManifestKey"] = lock.label(lock.manifest_class, key)
        path.write_bytes(encrypted(key, path.read_bytes()))
    (root / "Manifest.plist").write_bytes(plistlib.dumps(manifest, fmt=plistlib.FMT_BINARY))
    _write_info(root)
    return root


def write_manifest(path: Path, rows: list[tuple[Any, ...]]) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)")
    connection.executemany("INSERT INTO Files VALUES (?,?,?,?,?)", rows)
    connection.commit()
    connection.close()


def _write_info(root: Path) -> None:
    (root / "Info.plist").write_bytes(plistlib.dumps(INFO))
    status = {"IsFullBackup": True, "BackupState": "new", "SnapshotState": "finished", "Version": "3.3"}
    (root / "Status.plist").write_bytes(plistlib.dumps(status, fmt=plistlib.FMT_BINARY))


def _store(root: Path, made: Made, as_stored: bytes, flat: bool) -> None:
    target = root / made.file_id if flat else root / made.file_id[:2] / made.file_id
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(made.stored if isinstance(made.stored, bytes) else as_stored)


def mbdb(files: list[Made] = FILES, lock: Lock | None = None) -> bytes:
    """A Manifest.mbdb of these rows."""
    data = b"mbdb\x05\x00"
    for made in files:
        key = hashlib.sha256(b"key of " + made.file_id.encode()).digest()
        label = lock.label(made.key_class, key) if lock and made.flags == 1 else b""
        mode = {2: 0o40755, 4: 0o120755}.get(made.flags, 0o100644)
        data += _text(made.domain.encode()) + _text(made.path.encode()) + _text(made.target.encode() or None)
        data += _text(hashlib.sha1(made.data).digest() if made.flags == 1 else None) + _text(label or None)
        times = (made.modified, CHANGED, BORN)
        data += struct.pack(">HQIIIIIQBB", mode, 7, 501, 501, *times, made.size or 0, made.key_class, 1)
        data += _text(b"com.example.attribute") + _text(b"\x00\x01")
    return data


def _text(data: bytes | None) -> bytes:
    return b"\xff\xff" if data is None else struct.pack(">H", len(data)) + data


def write_old_backup(root: Path, files: list[Made] = FILES, lock: Lock | None = None) -> Path:
    """A backup of up to iOS 9: flat files and Manifest.mbdb, which is never encrypted itself."""
    write_backup(root, files, lock, flat=True)
    (root / "Manifest.db").unlink()
    (root / "Manifest.mbdb").write_bytes(mbdb(files, lock))
    lists = plistlib.loads((root / "Manifest.plist").read_bytes())
    lists.pop("ManifestKey", None)
    (root / "Manifest.plist").write_bytes(plistlib.dumps(lists))
    return root
