"""Values that are too long to keep whole: what is kept ends in a mark that says so."""

from __future__ import annotations

_MARK = "…"


def shortened(text: str, most: int) -> str:
    """The first `most` characters, and a mark where there are more."""
    return text if len(text) <= most else text[:most] + _MARK


def shortened_hex(value: bytes, most: int) -> str:
    """The first `most` bytes in hexadecimal, and where there are more a mark and how many there are."""
    return value.hex() if len(value) <= most else f"{value[:most].hex()}{_MARK} ({len(value):,} bytes)"
