"""Android backups (.ab): what the header says, and the key that a password gives. Behind it lies a tar.

References:
- Android Open Source Project: com.android.server.backup (BackupManagerService, PerformAdbBackupTask,
  PasswordUtils), the header of "adb backup" archives, versions 1 to 5
- RFC 8018 (PBKDF2), RFC 5652 section 6.3 (padding)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MAGIC: Final = b"ANDROID BACKUP\n"
LONGEST: Final = 4096  # bytes of the header; a real one with encryption has about 650
KEY_SIZE: Final = 32
IV_SIZE: Final = 16
_VERSIONS: Final = range(1, 6)
_MOST_ROUNDS: Final = 5_000_000  # Android takes 10,000
_MOST_SALT: Final = 512
_UTF8, _LOW_BYTES = "utf-8", "low bytes"


class WrongPassword(ValueError):
    """The password does not open the backup."""


@dataclass(frozen=True, slots=True)
class KeyBlock:
    """What an encrypted backup needs beside its password; the master key stands in `blob`, encrypted."""

    user_salt: bytes
    checksum_salt: bytes
    rounds: int
    user_iv: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """`start` is the byte at which the payload begins; `key` is None where nothing is encrypted."""

    version: int
    compressed: bool
    encryption: str
    start: int
    key: KeyBlock | None = field(default=None, repr=False)


def read_header(data: bytes) -> Header:
    """The header from the first bytes of the file (`LONGEST` are enough). Raises ValueError for what is none."""
    if not data.startswith(MAGIC):
        raise ValueError("not an Android backup")
    lines = _Lines(data[:LONGEST], len(MAGIC))
    version, compressed, encryption = lines.number(), lines.number(), lines.text()
    if version not in _VERSIONS:
        raise ValueError(f"version {version} of Android backups is not known")
    if compressed not in (0, 1):
        raise ValueError(f"the mark for compression is {compressed}, not 0 or 1")
    if encryption == "none":
        return Header(version, bool(compressed), encryption, lines.at)
    if encryption != "AES-256":
        raise ValueError("the encryption is neither none nor AES-256")
    salts = lines.hexadecimal(), lines.hexadecimal()
    rounds, user_iv, blob = lines.number(), lines.hexadecimal(), lines.hexadecimal()
    if not 0 < rounds <= _MOST_ROUNDS:
        raise ValueError(f"{rounds} rounds of key derivation are not plausible")
    if (
        len(user_iv) != IV_SIZE
        or not blob
        or len(blob) % IV_SIZE
        or not all(0 < len(one) <= _MOST_SALT for one in salts)
    ):
        raise ValueError("the key block is damaged")
    return Header(version, bool(compressed), encryption, lines.at, KeyBlock(*salts, rounds, user_iv, blob))


class _Lines:
    """The lines of the header, one after another; `at` is the byte after the last one that was taken."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def text(self) -> str:
        end = self._data.find(b"\n", self.at)
        if end < 0:
            raise ValueError("the header of the backup is cut short")
        line, self.at = self._data[self.at : end], end + 1
        if not line.isascii():
            raise ValueError("the header of the backup is damaged")
        return line.decode("ascii")

    def number(self) -> int:
        text = self.text()
        if not text.isdecimal() or len(text) > 9:
            raise ValueError("the header of the backup is damaged: a number is missing")
        return int(text)

    def hexadecimal(self) -> bytes:
        try:
            return bytes.fromhex(self.text())
        except ValueError as error:
            raise ValueError("the header of the backup is damaged: hexadecimal digits are missing") from error


def master_key(header: Header, password: str) -> bytes:
    """Key and initialisation vector of the payload (32 + 16 bytes). Raises WrongPassword.

    Java turned the characters of a password into bytes in two ways over time, and those of the checksum too: as UTF-8,
    or as the low eight bits of each. Version 1 may be either, so both are tried.
    """
    if header.key is None:
        raise ValueError("the backup is not encrypted")
    for form in (_UTF8, _LOW_BYTES):
        secret = _password_bytes(password, form)
        if form != _UTF8 and secret == _password_bytes(password, _UTF8):
            continue
        user_key = hashlib.pbkdf2_hmac("sha1", secret, header.key.user_salt, header.key.rounds, KEY_SIZE)
        parts = _opened(header.key, user_key)
        if parts is not None and _checks(header.key, parts[1], parts[2]):
            return parts[1] + parts[0]
    raise WrongPassword("the password is not the one of this backup")


def _password_bytes(password: str, form: str) -> bytes:
    if form == _UTF8:
        return password.encode("utf-8", "surrogatepass")
    units = password.encode("utf-16-le", "surrogatepass")
    return units[::2]


def _opened(block: KeyBlock, user_key: bytes) -> tuple[bytes, bytes, bytes] | None:
    """(initialisation vector, key, checksum) of the blob, or None where it is no such thing under this key."""
    decryptor = Cipher(algorithms.AES(user_key), modes.CBC(block.user_iv)).decryptor()
    try:
        plain = unpadded(decryptor.update(block.blob) + decryptor.finalize())
    except ValueError:
        return None
    parts, at = [], 0
    for _ in range(3):
        size = plain[at] if at < len(plain) else 0
        parts.append(plain[at + 1 : at + 1 + size])
        at += 1 + size
    if at != len(plain) or len(parts[0]) != IV_SIZE or len(parts[1]) != KEY_SIZE:
        return None
    return parts[0], parts[1], parts[2]


def _checks(block: KeyBlock, key: bytes, checksum: bytes) -> bool:
    """Whether the checksum is that of the key; a byte over 127 became the character FFxx before it became UTF-8."""
    as_characters = "".join(chr(byte if byte < 128 else 0xFF00 + byte) for byte in key).encode()
    for form in (as_characters, key):
        expected = hashlib.pbkdf2_hmac("sha1", form, block.checksum_salt, block.rounds, KEY_SIZE)
        if hmac.compare_digest(expected, checksum):
            return True
    return False


def unpadded(data: bytes) -> bytes:
    """Without the padding of the last block. Raises ValueError where there is none."""
    count = data[-1] if data else 0
    if not 0 < count <= IV_SIZE or data[-count:] != bytes([count]) * count:
        raise ValueError("the padding of the encrypted data is wrong")
    return data[:-count]


class Decryptor:
    """The encrypted payload, front to back: `feed` gives what is certain, `finish` the rest without its padding."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE + IV_SIZE:
            raise ValueError("not a key of an Android backup")
        self._engine = Cipher(algorithms.AES(key[:KEY_SIZE]), modes.CBC(key[KEY_SIZE:])).decryptor()
        self._held = b""
        self._taken = 0

    def feed(self, data: bytes) -> bytes:
        """Everything but the last whole block, which may be padding."""
        self._taken += len(data)
        plain = self._held + self._engine.update(data)
        keep = len(plain) - IV_SIZE
        self._held = plain[keep:] if keep > 0 else plain
        return plain[:keep] if keep > 0 else b""

    def finish(self) -> Iterator[bytes]:
        """Raises ValueError, after what could be had, where the data end within a block or their padding is wrong."""
        if self._taken % IV_SIZE:
            yield self._held
            raise ValueError("the encrypted data end within a block")
        yield unpadded(self._held)
