"""Backup files of Signal for Android (signal-….backup): header, keys, and the frames that are encrypted one by one.

The file begins with a plain frame that holds an initialisation vector and a salt. Every later frame is its length
(plain in version 0, encrypted from version 1 on), its encrypted content, and ten bytes of a message authentication
code; the content of a file follows the frame that announces it, encrypted under the next counter.

References:
- Signal for Android (public source): org.thoughtcrime.securesms.backup (BackupBase, FullBackupExporter,
  BackupRecordInputStream), Backups.proto
- RFC 5869 (HKDF)
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from parsers.protobuf import Fields, varint

KEY_SIZE: Final = 64  # 32 bytes of the cipher's key, 32 of that of the code
LONGEST_HEADER: Final = 512
DIGITS: Final = 30
_ROUNDS: Final = 250_000
_IV, _SALT, _MAC = 16, 32, 10
_LONGEST_FRAME: Final = 64 << 20
_PIECE: Final = 1 << 20
_VERSIONS: Final = (0, 1)
_STATEMENT, _SQL, _PARAMETER = b"\x12", 0x0A, 0x12  # tags: number of the field, and how it is stored
_SHORT: Final = 12  # bytes of a value that is worth keeping
_SIGN, _WHOLE = 1 << 63, 1 << 64


class Header(NamedTuple):
    """`start` is the byte at which the encrypted frames begin."""

    version: int
    iv: bytes
    salt: bytes
    start: int


class Statement(NamedTuple):
    """One statement of SQL with its values."""

    sql: str
    values: tuple[Any, ...]


class File(NamedTuple):
    """A file that follows: "attachment", "avatar" or "sticker", and the number or name that the backup gives it."""

    sort: str
    name: str
    size: int


class Data(NamedTuple):
    """A piece of the file that was announced last."""

    data: bytes


class FileEnd(NamedTuple):
    """The end of a file. `sound`: its code fits."""

    sound: bool


class Other(NamedTuple):
    """A frame with something else: "version 200", "preference", "key value", "end", "frame"."""

    what: str


Event = Statement | File | Data | FileEnd | Other


def read_header(data: bytes) -> Header:
    """The header from the first bytes of the file (LONGEST_HEADER are enough). Raises ValueError for what is none."""
    size = int.from_bytes(data[:4], "big")
    if not _IV + _SALT < size <= LONGEST_HEADER or len(data) < 4 + size:
        raise ValueError("not a backup of Signal")
    frame = Fields(data[4 : 4 + size]).message(1)
    iv, salt = (frame.data(1) or b"", frame.data(2) or b"") if frame else (b"", b"")
    if frame is None or len(iv) != _IV or len(salt) != _SALT:
        raise ValueError("not a backup of Signal")
    version = frame.number(3) or 0
    if version not in _VERSIONS:
        raise ValueError(f"version {version} of Signal backups is not known")
    return Header(version, iv, salt, 4 + size)


def read_passphrase(text: str) -> bytes:
    """The 30 digits that the application shows, whatever stands between them. Raises ValueError for anything else."""
    digits = "".join(text.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise ValueError("the passphrase of a Signal backup has 30 digits")
    return digits.encode()


def derived_keys(passphrase: bytes, salt: bytes) -> bytes:
    """The keys (KEY_SIZE bytes) that a passphrase gives; a third of a second's work."""
    digest = hashlib.sha512(salt)
    key = passphrase
    for _ in range(_ROUNDS):
        digest.update(key)
        digest.update(passphrase)
        key = digest.digest()
        digest = hashlib.sha512()
    extracted = hmac.digest(bytes(32), key[:32], "sha256")
    first = hmac.digest(extracted, b"Backup Export\x01", "sha256")
    return first + hmac.digest(extracted, first + b"Backup Export\x02", "sha256")


def opens(header: Header, keys: bytes, data: bytes) -> bool:
    """Whether the keys are those of the backup whose first bytes are given, by the code of its first frame."""
    reader = Decryptor(header, keys)
    try:
        return next(reader.feed(data[header.start :]), None) is not None
    except ValueError:
        return False


class Decryptor:
    """The encrypted frames, front to back: `feed` gives what is certain so far. Raises ValueError for damage.

    `ended`: the last frame has come. `open`: the data break off within a frame or a file.
    """

    def __init__(self, header: Header, keys: bytes) -> None:
        self._version = header.version
        self._iv = header.iv
        self._counter = int.from_bytes(header.iv[:4], "big")
        self._cipher_key = algorithms.AES(keys[:32])
        self._code = hmac.new(keys[32:], digestmod="sha256")
        self._buffer = bytearray()
        self._frame: tuple[Any, Any, int] | None = None  # cipher, code, bytes of the frame that are still to come
        self._file: tuple[Any, Any, int] | None = None
        self.ended = False

    @property
    def open(self) -> bool:
        """Something has begun that has not ended."""
        return bool(self._buffer) or self._frame is not None or self._file is not None

    def feed(self, data: bytes) -> Iterator[Event]:
        """What comes out for these bytes."""
        self._buffer += data
        while not self.ended:
            if self._file is not None:
                if not self._buffer:
                    return
                yield from self._file_data()
                if self._file is not None:
                    return
            elif self._frame is None:
                if len(self._buffer) < 4:
                    return
                self._begin_frame()
            else:
                cipher, code, size = self._frame
                if len(self._buffer) < size:
                    return
                content = self._taken(size)
                self._frame = None
                code.update(content[:-_MAC])
                if not hmac.compare_digest(code.digest()[:_MAC], content[-_MAC:]):
                    raise ValueError("a frame is damaged: its code does not fit")
                plain = cipher.update(content[:-_MAC])
                yield _statement(plain) or self._event(Fields(plain))

    def _taken(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _next(self) -> tuple[Any, Any]:
        """The cipher and the code of what comes next."""
        iv = struct.pack(">I", self._counter) + self._iv[4:]
        self._counter = (self._counter + 1) & 0xFFFFFFFF
        return Cipher(self._cipher_key, modes.CTR(iv)).decryptor(), self._code.copy()

    def _begin_frame(self) -> None:
        cipher, code = self._next()
        length = self._taken(4)
        if self._version:
            code.update(length)
            length = cipher.update(length)
        size = int.from_bytes(length, "big")
        if not _MAC < size <= _LONGEST_FRAME:
            raise ValueError(f"a frame is damaged: its length is {size}")
        self._frame = cipher, code, size

    def _event(self, frame: Fields) -> Event:
        if statement := frame.message(2):
            values, left_out = statement.counted(2)
            if left_out:  # those after it would stand in the wrong columns
                raise ValueError(f"a frame is damaged: {left_out} values of a statement cannot be read")
            return Statement(statement.text(1) or "", tuple(_value(one) for one in values))
        for number, sort, length, names in (
            (4, "attachment", 3, (1,)),
            (7, "avatar", 2, (3, 1)),
            (8, "sticker", 2, (1,)),
        ):
            if one := frame.message(number):
                name = next(
                    (str(value) for key in names if (value := one.text(key) or one.number(key)) is not None), ""
                )
                return self._begin_file(sort, name, one.number(length) or 0)
        if frame.number(6):
            self.ended = True
            return Other("end")
        if version := frame.message(5):
            return Other(f"version {version.number(1) or 0}")
        return Other(
            "preference" if frame.data(3) is not None else "key value" if frame.data(9) is not None else "frame"
        )

    def _begin_file(self, sort: str, name: str, size: int) -> File:
        cipher, code = self._next()
        code.update(struct.pack(">I", (self._counter - 1) & 0xFFFFFFFF) + self._iv[4:])
        self._file = cipher, code, size
        return File(sort, name, size)

    def _file_data(self) -> Iterator[Event]:
        if self._file is None:
            return
        cipher, code, left = self._file
        while left and self._buffer:
            piece = self._taken(min(left, len(self._buffer), _PIECE))
            code.update(piece)
            left -= len(piece)
            yield Data(cipher.update(piece))
        self._file = cipher, code, left
        if not left and len(self._buffer) >= _MAC:
            self._file = None
            yield FileEnd(hmac.compare_digest(code.digest()[:_MAC], self._taken(_MAC)))


def _statement(frame: bytes) -> Statement | None:
    """A frame that is a statement and nothing else, read without a general parser: a row has fifty values, and a backup
    millions of rows. None for any other frame."""
    if frame[:1] != _STATEMENT:
        return None
    try:
        size, at = varint(frame, 1)
        if at + size != len(frame) or frame[at] != _SQL:
            return None
        size, at = varint(frame, at + 1)
        sql = frame[at : at + size].decode()
        at += size
        values = []
        while at < len(frame):
            if frame[at] != _PARAMETER:
                return None
            size = frame[at + 1]
            at += 2
            if size > 127:
                size, at = varint(frame, at - 1)
            part = frame[at : at + size]
            values.append(_short(part) if size <= _SHORT else _value(Fields(part)))
            at += size
    except (ValueError, IndexError):
        return None
    return Statement(sql, tuple(values)) if at == len(frame) else None


@lru_cache(maxsize=65_536)  # most values of a row are nothing, zero, or the same as in the row before
def _short(data: bytes) -> Any:
    return _value(Fields(data))


def _value(parameter: Fields) -> Any:
    """A value of a statement: text, number, bytes, or NULL."""
    if (text := parameter.data(1)) is not None:
        return text.decode("utf-8", "surrogateescape")
    if (number := parameter.number(2)) is not None:
        return number - _WHOLE if number >= _SIGN else number
    if (real := parameter.double(3)) is not None:
        return real
    return parameter.data(4)
