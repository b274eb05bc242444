"""A file of an encrypted iOS backup: AES-256 in CBC mode, first block chained to zeros, padded to whole blocks.

Each block is chained to the stored block before it, so reading can start anywhere. The padding (1 to 16 bytes that each
hold their number, PKCS #7) tells how long the file was: the manifest's size is that of the live file, and is often
another one for databases that were written to meanwhile.

References: NIST SP 800-38A (CBC); RFC 5652, section 6.3 (padding).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, Final, cast

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from extractors.sources.base import SourceError
from extractors.sources.reading import RangeReader, buffered

BLOCK: Final = 16
AT_ONCE: Final = 4 << 20  # a file of no more than this is decrypted whole: a stream costs more than the bytes
_PIECE: Final = 2 << 20  # given out at once, at most
_STEP: Final = 1 << 18  # read and decrypted at once: small enough to stay near at hand
_FROM_START: Final = modes.CBC(bytes(BLOCK))

ReadAt = Callable[[int, int], bytes]


def decrypting(stream: BinaryIO, key: bytes, size: int) -> ReadAt:
    """`read_at` of the plain bytes, of which there are `size`; it may give fewer than asked for, none only at the end.

    Not for several threads at once: all goes through two buffers, since fresh memory for each piece can cost as much
    as its decryption. Raises SourceError where the stored bytes end before `size`.
    """
    algorithm = algorithms.AES(key)
    stored, plain = bytearray(BLOCK), bytearray()

    def plain_at(offset: int, wanted: int) -> bytes:
        nonlocal stored, plain
        wanted = min(wanted, size - offset, _PIECE)
        if wanted <= 0:
            return b""
        skip = offset % BLOCK
        start = offset - skip
        length = (skip + wanted + BLOCK - 1) // BLOCK * BLOCK
        if len(plain) < length + BLOCK:  # the cipher wants room for a block more
            stored, plain = bytearray(min(length, _STEP)), bytearray(length + BLOCK)
        with memoryview(stored) as piece, memoryview(plain) as out:
            chain = bytes(_filled(stream, start - BLOCK, piece[:BLOCK])) if start else bytes(BLOCK)
            decryptor = Cipher(algorithm, modes.CBC(chain)).decryptor()
            for done in range(0, length, _STEP):
                at, step = start + done, min(_STEP, length - done)
                decryptor.update_into(_filled(stream, at, piece[:step]), out[done:])
            return bytes(out[skip : skip + wanted])

    return plain_at


def _filled(stream: BinaryIO, at: int, piece: memoryview) -> memoryview:
    """The piece with the stream's bytes from `at` in it. Raises SourceError where there are not so many."""
    done = 0
    try:
        stream.seek(at)
        while done < len(piece) and (more := cast(io.RawIOBase, stream).readinto(piece[done:])):
            done += more
    except OSError as error:
        raise SourceError(f"cannot be read at byte {at + done}: {error.strerror or error}") from error
    if done < len(piece):
        raise SourceError(f"the stored file ends before byte {at + len(piece)}")
    return piece


def decrypted(stream: BinaryIO, key: bytes, size: int, stored: int) -> BinaryIO:
    """The plain bytes as a seekable stream; closing it closes `stream`, of `stored` bytes. Raises SourceError.

    `size` is how many there should be: all whole blocks where there is no padding, else the padding tells.
    """
    whole = stored // BLOCK * BLOCK
    if whole <= AT_ONCE:
        with stream:
            return io.BytesIO(_at_once(stream, key, size, whole))
    try:
        if size != whole and (pad := padding(stream, key, stored)):
            size = whole - pad
    except SourceError:
        stream.close()
        raise
    return buffered(RangeReader(decrypting(stream, key, size), size, stream.close))


def _at_once(stream: BinaryIO, key: bytes, size: int, whole: int) -> bytes:
    """All the plain bytes of a small file. Raises SourceError."""
    try:
        data = stream.read(whole)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from error
    if len(data) != whole:
        raise SourceError(f"the stored file ends before byte {whole}")
    plain = Cipher(algorithms.AES(key), _FROM_START).decryptor().update(data)
    count = _count(plain[-BLOCK:]) if size != whole else 0
    return plain[: whole - count if count else size]


def _count(tail: bytes) -> int:
    """How many bytes of padding a last block ends with, 0 for none."""
    count = tail[-1] if tail else 0
    return count if 1 <= count <= BLOCK and tail.endswith(bytes([count]) * count) else 0


def padding(stream: BinaryIO, key: bytes, stored: int) -> int:
    """How many bytes of padding end the file (1 to 16), 0 where its last block ends with none. Raises SourceError."""
    last = stored // BLOCK * BLOCK
    tail = decrypting(stream, key, last)(last - BLOCK, BLOCK) if last else b""
    return _count(tail)
