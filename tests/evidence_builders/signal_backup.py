"""Made-up backup files of Signal for Android, built from the description of the format alone."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import struct
from contextlib import closing

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PASSPHRASE = "12345 67890 12345 67890 12345 67890"
SALT, IV = bytes(range(32)), bytes(range(100, 116))
_KEYS: dict[bytes, bytes] = {}


def keys(passphrase: str = PASSPHRASE) -> bytes:
    """The keys, by the description: rounds of SHA-512, then HKDF of SHA-256."""
    secret = passphrase.replace(" ", "").encode()
    if secret not in _KEYS:
        block, salt = secret, SALT
        for _ in range(250_000):
            block, salt = hashlib.sha512(salt + block + secret).digest(), b""
        step = hmac.new(bytes(32), block[:32], "sha256").digest()
        first = hmac.new(step, b"Backup Export\x01", "sha256").digest()
        _KEYS[secret] = first + hmac.new(step, first + b"Backup Export\x02", "sha256").digest()
    return _KEYS[secret]


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number: int, value: int | bytes | float) -> bytes:
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value % 2**64)
    return varint(number << 3 | 2) + varint(len(value)) + value


def statement(sql: str, *values: object) -> bytes:
    """A frame with a statement."""
    listed = b""
    for value in values:
        if value is None:
            one = field(5, 1)
        elif isinstance(value, str):
            one = field(1, value.encode())
        elif isinstance(value, bytes):
            one = field(4, value)
        elif isinstance(value, float):
            one = field(3, value)
        else:
            one = field(2, int(value))
        listed += field(2, one)
    return field(2, field(1, sql.encode()) + listed)


def attachment(number: int, data: bytes) -> tuple[bytes, bytes]:
    return field(4, field(1, number) + field(2, 2**64 - 1) + field(3, len(data))), data


def avatar(recipient: str, data: bytes) -> tuple[bytes, bytes]:
    return field(7, field(1, b"name") + field(2, len(data)) + field(3, recipient.encode())), data


def sticker(number: int, data: bytes) -> tuple[bytes, bytes]:
    return field(8, field(1, number) + field(2, len(data))), data


VERSION = field(5, field(1, 200))
PREFERENCE = field(3, field(1, b"SecureSMS") + field(2, b"pref_identity") + field(3, b"secret of the application"))
KEY_VALUE = field(9, field(1, b"account.key") + field(2, b"another secret"))
END = field(6, 1)
Frame = bytes | tuple[bytes, bytes]


def statements(data: bytes) -> list[bytes]:
    """The frames of a database: its tables, indexes and triggers, then its rows."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        listed = db.execute("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
        frames = [statement(sql) for _, _, sql in listed]
        for name in (name for name, kind, _ in listed if kind == "table" and not name.startswith("sqlite_")):
            for row in db.execute(f'SELECT * FROM "{name}"'):
                frames.append(statement(f"INSERT INTO {name} VALUES ({','.join('?' * len(row))})", *row))
    return frames


def backup(frames: list[Frame], *, version: int = 1, passphrase: str = PASSPHRASE, bad_file: bool = False) -> bytes:
    """The file. `bad_file`: the codes of files do not fit."""
    head = field(1, field(1, IV) + field(2, SALT) + (field(3, version) if version else b""))
    out = bytearray(struct.pack(">I", len(head)) + head)
    cipher_key, code_key = keys(passphrase)[:32], keys(passphrase)[32:]
    counter = int.from_bytes(IV[:4], "big")

    def step():
        nonlocal counter
        iv = struct.pack(">I", counter) + IV[4:]
        counter += 1
        return iv, Cipher(algorithms.AES(cipher_key), modes.CTR(iv)).encryptor(), hmac.new(code_key, digestmod="sha256")

    for frame in frames:
        plain, data = frame if isinstance(frame, tuple) else (frame, None)
        _, cipher, code = step()
        length = struct.pack(">I", len(plain) + 10)
        length = cipher.update(length) if version else length
        content = cipher.update(plain)
        code.update(length + content if version else content)
        out += length + content + code.digest()[:10]
        if data is not None:
            iv, cipher, code = step()
            content = cipher.update(data)
            code.update(iv + content + (b"x" if bad_file else b""))
            out += content + code.digest()[:10]
    return bytes(out)
