"""Made-up Android backups (.ab), plain and encrypted, built from the description of the format alone."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tarfile
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PASSWORD = "Example pässword 🔑"
APP = "com.example.chat"
TREE = {
    f"apps/{APP}/_manifest": b"1\ncom.example.chat\n",
    f"apps/{APP}/f/note.txt": b"made up\n",
    f"apps/{APP}/db/chat.db": bytes(range(256)) * 40,
    f"apps/{APP}/sp/settings.xml": b"<map/>",
    f"apps/{APP}/r/app_webview/Cookies": b"made up cookies",
    f"apps/{APP}/d_db/early.db": b"early",
    f"apps/{APP}/a/base.apk": b"PK",
    f"apps/{APP}/ef/picture.jpg": b"\xff\xd8\xff",
    f"apps/{APP}/k/values": b"key and value",
    "shared/0/DCIM/IMG_0001.jpg": b"\xff\xd8\xff made up",
    "shared/1/card.txt": b"on the card",
}
MASTER_IV = bytes(range(16))
# Bytes over 127 are what the two ways of the checksum differ in.
KEYS = (bytes(range(10, 42)), bytes(range(120, 152)))


def tar(tree: dict[str, bytes] = TREE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in tree.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_792_888_200
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def padded(data: bytes) -> bytes:
    count = 16 - len(data) % 16
    return data + bytes([count]) * count


def aes(key: bytes, iv: bytes, data: bytes) -> bytes:
    engine = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return engine.update(padded(data)) + engine.finalize()


def backup(
    payload: bytes | None = None,
    *,
    version: int = 5,
    compressed: bool = True,
    password: str | None = None,
    key: bytes = KEYS[1],
    eight_bit: bool = False,
    rounds: int = 10,
) -> bytes:
    """`eight_bit`: the low bytes of characters, as the first Android versions took them."""
    payload = tar() if payload is None else payload
    data = zlib.compress(payload) if compressed else payload
    lines = ["ANDROID BACKUP", str(version), str(int(compressed)), "AES-256" if password else "none"]
    if password:
        user_salt, checksum_salt, user_iv = b"salt of the user" * 4, b"salt of checksum" * 4, b"made up vector 1"
        secret = (
            bytes(unit & 0xFF for (unit,) in struct.iter_unpack("<H", password.encode("utf-16-le")))
            if eight_bit
            else password.encode()
        )
        user_key = hashlib.pbkdf2_hmac("sha1", secret, user_salt, rounds, 32)
        signed = [byte if byte < 128 else byte - 256 for byte in key]
        text = key if eight_bit else "".join(chr(one & 0xFFFF) for one in signed).encode()
        checksum = hashlib.pbkdf2_hmac("sha1", text, checksum_salt, rounds, 32)
        blob = aes(user_key, user_iv, b"\x10" + MASTER_IV + b"\x20" + key + b"\x20" + checksum)
        lines += [user_salt.hex().upper(), checksum_salt.hex().upper(), str(rounds)]
        lines += [user_iv.hex().upper(), blob.hex().upper()]
        data = aes(key, MASTER_IV, data)
    return "\n".join([*lines, ""]).encode() + data


def sms_backup(*messages: dict[str, object]) -> bytes:
    """A file of Android's own backup of text messages: deflated JSON."""
    return zlib.compress(json.dumps(messages).encode())
