"""How the property lists of iOS are read: one dictionary, whose values become words, numbers and moments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from evidence_store.records import Moment, Problem
from extractors.base import EvidenceFile
from extractors.shortened import shortened_hex
from parsers.plist import MAX_BYTES, read_plist
from parsers.times import to_us

_SHOWN: Final = 2048
# What a key of a property list is called that may hold a secret; its value is never given.
_SECRET: Final = re.compile(
    r"passw|passcode(?!.?keyboard)|passphrase|token|ticket$|secret|cookie|credential|private.?key|encryption|certificate|"
    r"auth.?code|KeyMac|hmac|escrow|keybag|nonce|signature$",
    re.IGNORECASE,
)
# They read as one and are none.
_NO_SECRET: Final = re.compile(r"count$|date$|timestamp$|lock$|enabled$|version$", re.IGNORECASE)


def read_dict(file: EvidenceFile) -> tuple[dict[str, Any], Problem | None]:
    """The dictionary of a property list; an empty one and why, where the file is none."""
    if file.size > MAX_BYTES:
        return {}, Problem("file", "too-large", f"a property list of {file.size:,} bytes is not read")
    with file.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:  # there may be more than the source says
        return {}, Problem("file", "too-large", f"a property list of more than {MAX_BYTES:,} bytes is not read")
    try:
        found = read_plist(data)
    except ValueError as error:
        return {}, Problem("file", "damaged-plist", str(error))
    if not isinstance(found, dict):
        return {}, Problem("schema", "unknown-layout", f"the property list is no dictionary but {type(found).__name__}")
    return found, None


def is_secret(key: str) -> bool:
    """Whether a key may stand for a password, a token or the like."""
    return bool(_SECRET.search(key)) and not _NO_SECRET.search(key)


def words(value: Any) -> str:
    """A value in words: lists of single values with commas, bytes in hexadecimal, dates in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"hex:{shortened_hex(value, _SHOWN)}"
    if isinstance(value, datetime):
        return raw_date(value)
    if isinstance(value, list):
        return ", ".join(words(one) for one in value)
    return "" if value is None else str(value)


def text(value: Any) -> str | None:
    """Text that is not empty."""
    return value if isinstance(value, str) and value else None


def raw_date(value: datetime) -> str:
    """A date of a property list, which is in UTC by the format: "2023-04-15T13:53:47.476017Z"."""
    return value.isoformat().replace("+00:00", "Z")


def moment(meaning: str, value: Any) -> Moment | None:
    """The moment of a date; None where the value is none."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return Moment(meaning, to_us(value), raw_date(value), "A")


def moments(entry: dict[str, Any], times: tuple[tuple[str, str], ...]) -> tuple[Moment, ...]:
    """A moment for each (meaning, key) whose value is a date."""
    found = (moment(meaning, entry.get(key)) for meaning, key in times)
    return tuple(one for one in found if one is not None)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each single value with the keys that lead to it, in the order of the file; lists of single values count as one.

    Empty dictionaries and lists are values too.
    """
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for place, below in enumerate(value):
            yield from leaves(below, (*path, str(place)))
    else:
        yield path, "" if value in ({}, []) else value
