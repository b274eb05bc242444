"""WhatsApp's encrypted backups and their keys, made in code from the layout that parsers/whatsapp_crypt.py tells."""

from __future__ import annotations

import hashlib
import hmac
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SALT, ACCOUNT, IV = bytes(range(32)), bytes(range(64, 80)), bytes(range(128, 144))
SECRET = hashlib.sha256(b"made up").digest()
CODE = SECRET.hex()
_JAVA_BYTES = bytes.fromhex("aced0005757200025b42acf317f8060854e00200007870")


def java(data: bytes) -> bytes:
    """A byte array as Java writes it."""
    return _JAVA_BYTES + len(data).to_bytes(4, "big") + data


def key_file(secret: bytes = SECRET, salt: bytes = SALT, account: bytes = ACCOUNT) -> bytes:
    """The file "key" of crypt12 and crypt14: 158 bytes."""
    return java(b"\x00\x01\x02" + salt + account + hashlib.sha256(account).digest() + bytes(16) + secret)


def encrypted(content: bytes, generation: int, *, packed: bool = True, summed: bool = True) -> bytes:
    """A backup of a content; `summed` is whether the MD5 stands behind it."""
    head = _header(generation)
    key = SECRET
    if generation == 15:
        seed = hmac.digest(bytes(32), SECRET, "sha256")
        key = hmac.digest(seed, b"backup encryption\x01", "sha256")
    engine = Cipher(algorithms.AES(key), modes.GCM(IV)).encryptor()
    body = engine.update(zlib.compress(content) if packed else content) + engine.finalize()
    made = head + body + engine.tag
    if summed:
        made += hashlib.md5(made).digest()
    return made + b"--01" if generation == 12 else made


def _header(generation: int) -> bytes:
    if generation == 12:
        return b"\x00\x01\x02" + SALT + ACCOUNT + IV
    info = _field(4, _field(1, b"2.24.1.75") + _field(3, b"01"))
    if generation == 14:
        key = _field(1, b"\x00\x01") + _field(2, b"2") + _field(3, SALT) + _field(4, ACCOUNT) + _field(5, IV)
        fields = b"\x08\x00" + _field(2, key) + info
    else:
        fields = b"\x08\x01" + _field(3, _field(1, IV)) + info
    return _varint(len(fields)) + fields


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128, value >> 7])
