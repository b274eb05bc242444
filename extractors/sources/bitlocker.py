"""What a BitLocker volume says of itself while it is locked, through libbde: method, description, protectors.

References: libbde, "BitLocker Drive Encryption (BDE) format" (volume headers, metadata, key protection types).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import pybde

from extractors.sources.names import shown
from extractors.sources.reading import RangeReader, buffered

METHODS: Final = {
    int(value): name.replace("_", "-")
    for name, value in vars(pybde.encryption_methods).items()
    if not name.startswith("_") and isinstance(value, int)
}
PROTECTORS: Final = {
    int(pybde.key_protection_types.CLEAR_KEY): "clear key (suspended: opens without a secret)",
    int(pybde.key_protection_types.TPM): "TPM",
    int(pybde.key_protection_types.STARTUP_KEY): "startup key",
    int(pybde.key_protection_types.TPM_AND_PIN): "TPM and PIN",
    int(pybde.key_protection_types.RECOVERY_PASSWORD): "recovery password",
    int(pybde.key_protection_types.PASSWORD): "password",
}
MOST_PROTECTORS: Final = 32
# BitLocker To Go hides behind a FAT boot sector, with its own identifier in it.
TO_GO: Final = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
TO_GO_AT: Final = 424
FAILURES: Final = (OSError, ValueError, OverflowError, MemoryError)


def is_bitlocker(boot: bytes) -> bool:
    """Whether this is the boot sector of a BitLocker volume, fixed or "To Go"."""
    return boot[3:11] == b"-FVE-FS-" or (boot[3:11] == b"MSWIN4.1" and boot[TO_GO_AT : TO_GO_AT + 16] == TO_GO)


def said(read_at: Callable[[int, int], bytes], size: int) -> str:
    """What the volume of `size` bytes says of itself, in words; why nothing can be said where its metadata is bad."""
    volume: Any = pybde.volume()
    try:
        volume.open_file_object(buffered(RangeReader(read_at, size)))
    except FAILURES:
        return "its metadata cannot be read"
    try:
        return ", ".join(_words(volume))
    finally:
        volume.close()


def _words(volume: Any) -> list[str]:
    words = []
    method = _got(volume, "get_encryption_method")
    if isinstance(method, int):
        words.append(METHODS.get(method, f"method {method:#x}"))
    for what, how in (("volume", "get_volume_identifier"), ("", "get_description"), ("made", "get_creation_time")):
        value = _got(volume, how)
        if isinstance(value, datetime):
            words.append(f"{what} {value:%Y-%m-%d %H:%M:%S} UTC")
        elif isinstance(value, str) and value:
            words.append(f"{what} {value}" if what else repr(shown(value.rstrip("\0"))))
    return words + [f"protector: {text}" for text in _protectors(volume)]


def _protectors(volume: Any) -> list[str]:
    count = _got(volume, "get_number_of_key_protectors")
    found = []
    for number in range(min(count, MOST_PROTECTORS) if isinstance(count, int) else 0):
        try:
            protector = volume.get_key_protector(number)
            kind = int(protector.get_type())
            found.append(f"{PROTECTORS.get(kind, f'kind {kind:#x}')} {protector.get_identifier() or ''}".strip())
        except FAILURES:
            found.append("one that cannot be read")
    return found


def _got(volume: Any, how: str) -> object:
    try:
        return getattr(volume, how)()
    except FAILURES:
        return None
