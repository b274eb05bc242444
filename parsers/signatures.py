"""What a file is, by its first 4096 bytes and never by its name.

`mime_of` uses our own table only, so the same evidence gives the same type on every machine. `describe` asks libmagic,
where there is one, for its own words: information for a reader, which nothing may depend on.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable
from typing import Any, Final

from parsers import signature_checks as checks
from parsers import signature_table as table
from parsers.signature_text import text_type

HEAD_BYTES: Final = 4096


def mime_of(head: bytes, *, size: int) -> str:
    """The media type of a file from `head`, its first 4096 bytes (or all, where it is shorter), and its size in bytes.

    Always gives one: "application/x-empty" for no bytes, "text/plain" for text, "application/octet-stream" for what
    the table does not know. Never raises. References: see `parsers.signature_table`.
    """
    if size == 0 or not head:
        return table.EMPTY
    for magic, answer in _BY_FIRST_BYTE[head[0]]:
        if head.startswith(magic):
            found = answer if isinstance(answer, str) else answer(head, size)
            if found:
                return found
    for offset, magic, mime in table.DEEPER:
        if head.startswith(magic, offset):
            return mime
    return text_type(head, size) or table.OCTETS


def describe(head: bytes) -> str | None:
    """libmagic's own words on the first bytes of a file; None where there is no libmagic. Differs between machines."""
    magic = _libmagic()
    if magic is None:
        return None
    try:
        return str(magic.from_buffer(head))
    except magic.MagicException:
        return None


@functools.cache
def _libmagic() -> Any:
    # pylibmagic brings the library along. After magic it would only point a different library at its database.
    if "magic" not in sys.modules:
        with contextlib.suppress(ImportError, OSError):
            import pylibmagic  # noqa: F401 - optional
    try:
        import magic
    except (ImportError, OSError):
        return None
    return magic


Answer = str | Callable[[bytes, int], str | None]
_LOOK_INSIDE: Final[tuple[tuple[bytes, Callable[[bytes, int], str | None]], ...]] = (
    (b"PK\x03\x04", checks.zip_archive),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", checks.ole),
    (b"RIFF", checks.riff),
    (b"OggS\x00", checks.ogg),
    (b"\x1a\x45\xdf\xa3", checks.matroska),
    (b"MZ", checks.dos_program),
    (b"\xca\xfe\xba\xbe", checks.cafebabe),
    (b"BM", checks.bitmap),
    (b"BZh", checks.bzip2),
    (b"\x00\x00\x01\x00", checks.icon),
    (b"\x00\x01\x00\x00", checks.truetype),
    (b"\x03\x00\x08\x00", checks.android_chunk),
    (b"\x02\x00\x0c\x00", checks.android_chunk),
    (b"\xff", checks.mpeg_audio),
)


def known_prefixes() -> tuple[tuple[bytes, Answer], ...]:
    """Every signature at byte 0, with its type or the function that looks further, in the order of trying."""
    return (*table.PREFIXES, *_LOOK_INSIDE)


def _by_first_byte() -> tuple[tuple[tuple[bytes, Answer], ...], ...]:
    buckets = [[entry for entry in known_prefixes() if entry[0][0] == first] for first in range(256)]
    # The length of the first box stands before its name, so an ISO base media file may begin with any byte.
    for bucket in buckets:
        bucket.append((b"", checks.iso_media))
    return tuple(tuple(bucket) for bucket in buckets)


_BY_FIRST_BYTE: Final = _by_first_byte()
