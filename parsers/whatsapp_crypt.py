"""WhatsApp's encrypted backups on Android (.crypt12, .crypt14, .crypt15): header, key, and the encrypted content.

A backup is encrypted with AES-256 in GCM with an initialisation vector of 16 bytes; what comes out is mostly a zlib
stream. crypt12 has a header of 67 bytes; crypt14 and crypt15 one in protocol buffers, its length before it. Behind the
content stands the tag of GCM (16 bytes), then, but for backups of several files, the MD5 of all before it (16 bytes),
then in crypt12 four bytes that end the phone number.

The key of crypt12 and crypt14 is the file "key" of the application (131 bytes as a Java object of 158), that of
crypt15 the file "encrypted_backup.key" or the code of 64 hexadecimal digits that the application shows.

References:
- the backups and the key of a published sample, byte by byte
- Amberkeep, docs/formats/android.md (the header and the key derivation of crypt15)
- RFC 5869 (HKDF), NIST SP 800-38D (GCM), Java Object Serialization Specification (the frame of the key files)
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from parsers.protobuf import Fields, varint

LONGEST: Final = 64 << 10  # bytes of the header; real ones have about 200
KEY_SIZE: Final = 32
IV_SIZE, TAG_SIZE, MD5_SIZE = 16, 16, 16
_EARLY_HEADER: Final = 67
_EARLY_END: Final = 4
_JAVA_BYTES: Final = bytes.fromhex("aced0005757200025b42acf317f8060854e00200007870")
_KEY_FILE: Final = 131
_KEY_AT: Final = 99
_CODE: Final = re.compile("[0-9a-fA-F]{64}")
_BETWEEN: Final = re.compile(r"[\s:.-]+")
_VERSION: Final = re.compile(r"[0-9]+(\.[0-9]+)+")
_INFO: Final = b"backup encryption"


class WrongKey(ValueError):
    """The key does not open the backup."""


@dataclass(frozen=True, slots=True)
class Header:
    """`start` is where the encrypted content begins, `end_skip` how many bytes of the end are none of it.

    `salt` and `account` are those of the key that crypt12 and crypt14 were made with; b"" in crypt15, which does not
    say. `version` is that of the application, where the backup says it.
    """

    generation: int
    start: int
    iv: bytes
    end_skip: int = 0
    salt: bytes = b""
    account: bytes = b""
    version: str = ""


def read_header(data: bytes, early: bool = False) -> Header:
    """The header from the first bytes of a file; `early` where its name says crypt12, which has no mark of its own.

    Raises ValueError for what is none.
    """
    if early:
        if len(data) < _EARLY_HEADER or data[0] != 0 or data[1] > 1 or data[2] not in (1, 2, 3):
            raise ValueError("not the header of a crypt12 backup")
        return Header(12, _EARLY_HEADER, data[51:67], _EARLY_END, data[3:35], data[35:51])
    length, at = varint(data, 0)
    if not 20 < length <= LONGEST or at + length > len(data):
        raise ValueError("not a WhatsApp backup: no header of a plausible length")
    fields = Fields(data[at : at + length])
    if not set(fields.all) <= set(range(1, 9)):
        raise ValueError("not a WhatsApp backup: unknown fields in its header")
    version = fields.text(4, 1) or ""
    early_key, later = fields.message(2), fields.data(3, 1)
    if early_key is not None:
        salt, account, iv = (early_key.data(number) or b"" for number in (3, 4, 5))
        if len(salt) == KEY_SIZE and len(iv) == IV_SIZE and len(account) == 16:
            return Header(14, at + length, iv, 0, salt, account, version)
    if later is not None and len(later) == IV_SIZE and _VERSION.fullmatch(version):
        return Header(15, at + length, later, 0, version=version)
    raise ValueError("not a WhatsApp backup: its header names no initialisation vector")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it was given. `salt` and `account` are b"" for the key of crypt15."""

    secret: bytes = field(repr=False)
    salt: bytes = b""
    account: bytes = b""


def read_key(data: bytes) -> Key:
    """The key in a key file: of crypt12 and 14, or of crypt15 as a Java object, 32 bytes, or 64 digits. ValueError."""
    plain = data
    if data.startswith(_JAVA_BYTES):
        size = int.from_bytes(data[len(_JAVA_BYTES) : len(_JAVA_BYTES) + 4], "big")
        plain = data[len(_JAVA_BYTES) + 4 :]
        if len(plain) != size:
            raise ValueError("the key file is cut short, or goes on behind its key")
    if len(plain) == _KEY_FILE:
        return Key(plain[_KEY_AT : _KEY_AT + KEY_SIZE], plain[3:35], plain[35:51])
    if len(plain) == KEY_SIZE:
        return Key(plain)
    try:
        return read_code(data.decode("ascii"))
    except UnicodeDecodeError:
        raise ValueError("the key file is none of WhatsApp's") from None


def read_code(text: str) -> Key:
    """The key in a code of 64 hexadecimal digits, whatever stands between its groups. Raises ValueError."""
    digits = _BETWEEN.sub("", text)
    if not _CODE.fullmatch(digits):
        raise ValueError("not a code of 64 hexadecimal digits")
    return Key(bytes.fromhex(digits))


def content_key(header: Header, key: Key) -> bytes:
    """The key of the content. Raises WrongKey where it can be told before anything is decrypted."""
    if header.generation == 15:
        if key.salt:
            raise WrongKey("the key file is that of crypt12 and crypt14 backups, and this one is crypt15")
        seed = hmac.digest(bytes(KEY_SIZE), key.secret, "sha256")
        return hmac.digest(seed, _INFO + b"\x01", "sha256")
    if not key.salt:
        raise WrongKey(f'a crypt{header.generation} backup opens with the application\'s file "key", not with a code')
    if (key.salt, key.account) != (header.salt, header.account):
        raise WrongKey("the key file belongs to another installation or account than this backup")
    return key.secret


class Decryptor:
    """The content of a backup, front to back. What comes out is certain only once `finish` has checked the tag."""

    def __init__(self, header: Header, key: bytes) -> None:
        self._header = header
        self._engine = Cipher(algorithms.AES(key), modes.GCM(header.iv)).decryptor()
        self._skip = header.start
        self._held = b""
        self._digest = hashlib.md5(usedforsecurity=False)

    def feed(self, data: bytes) -> bytes:
        """What comes out for these bytes of the file; its last bytes are held back for `finish`."""
        keep = TAG_SIZE + MD5_SIZE + self._header.end_skip
        self._held += data
        ready = max(0, len(self._held) - keep)
        taken, self._held = self._held[:ready], self._held[ready:]
        self._digest.update(taken)
        if self._skip:
            taken, self._skip = taken[self._skip :], max(0, self._skip - len(taken))
        return self._engine.update(taken)

    def finish(self) -> tuple[bytes, str]:
        """(the last bytes of the content, what is said of its end). Raises ValueError where the tag does not fit."""
        rest = self._held[: len(self._held) - self._header.end_skip]
        if len(rest) < TAG_SIZE + self._skip:
            raise ValueError("the backup is cut short")
        self._digest.update(rest[:-MD5_SIZE])
        summed = len(rest) >= TAG_SIZE + MD5_SIZE + self._skip and self._digest.digest() == rest[-MD5_SIZE:]
        rest = rest[self._skip : -MD5_SIZE] if summed else rest[self._skip :]
        last = self._engine.update(rest[:-TAG_SIZE])
        try:
            self._engine.finalize_with_tag(rest[-TAG_SIZE:])
        except InvalidTag:
            raise ValueError("the backup is damaged, or the key is not its own: its tag does not fit") from None
        return last, "tag and MD5 fit" if summed else "the tag fits; no MD5 of its own"


def looks_plain(content: bytes) -> bool:
    """Whether the first bytes are those of what backups hold: a zlib stream, a zip archive, a database."""
    if content.startswith((b"PK\x03\x04", b"SQLite format 3\0")):
        return True
    return is_deflated(content)


def is_deflated(content: bytes) -> bool:
    """Whether the first two bytes are the header of a zlib stream with a window of up to 32 KiB."""
    return (
        len(content) > 1 and content[0] & 15 == 8 and content[0] >> 4 <= 7 and not (content[0] << 8 | content[1]) % 31
    )


def first_bytes(header: Header, key: bytes, data: bytes) -> bytes:
    """What the first bytes of the file decrypt to; they are not checked."""
    engine = Cipher(algorithms.AES(key), modes.GCM(header.iv)).decryptor()
    return engine.update(data[header.start : header.start + 64])


def opens(header: Header, key: bytes, pieces: Iterator[bytes]) -> bool:
    """Whether the key is that of a whole file, by its tag; the content is not kept."""
    decryptor = Decryptor(header, key)
    try:
        for piece in pieces:
            decryptor.feed(piece)
        decryptor.finish()
    except ValueError:
        return False
    return True
