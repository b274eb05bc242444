"""What press programs write into pictures: title, caption, author, place, dates (IPTC-IIM).

References: IPTC "Information Interchange Model", version 4.2 (records 1 and 2, coded character set).
"""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = 0x1C
MOST_VALUES: Final = 2000
_UTF8: Final = b"\x1b%G"
_CHARSET: Final = (1, 90)
# (record, data set) -> its name
_NAMES: Final = {
    (2, 5): "title",
    (2, 15): "category",
    (2, 25): "keyword",
    (2, 40): "special instructions",
    (2, 55): "date created",
    (2, 60): "time created",
    (2, 62): "digital creation date",
    (2, 63): "digital creation time",
    (2, 65): "program",
    (2, 80): "author",
    (2, 85): "author's title",
    (2, 90): "city",
    (2, 92): "sublocation",
    (2, 95): "province",
    (2, 101): "country",
    (2, 103): "transmission reference",
    (2, 105): "headline",
    (2, 110): "credit",
    (2, 115): "source",
    (2, 116): "copyright",
    (2, 118): "contact",
    (2, 120): "caption",
    (2, 122): "caption writer",
}
_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)([+-]\d{4})?")


def read_iptc(data: bytes) -> list[tuple[str, str]]:
    """(name, text) of the data sets that have a name, in stored order; those without one are left out.

    Text is UTF-8 where the block says so or where it can be, else Latin-1. Raises ValueError where the block does not
    begin as one; what is cut short ends the list, and so do MOST_VALUES of them.
    """
    found: list[tuple[str, bytes]] = []
    is_utf8 = False
    at = 0
    while at + 5 <= len(data) and data[at] == _MARK and len(found) < MOST_VALUES:
        key, length, at = (data[at + 1], data[at + 2]), int.from_bytes(data[at + 3 : at + 5], "big"), at + 5
        if length & 0x8000:  # an extended length: so many bytes of length follow
            width = length & 0x7FFF
            if width > 4:
                break
            length, at = int.from_bytes(data[at : at + width], "big"), at + width
        value = data[at : at + length]
        at += length
        if key == _CHARSET:
            is_utf8 = value == _UTF8
        elif key in _NAMES:
            found.append((_NAMES[key], value))
    if not at and data.strip(b"\x00"):
        raise ValueError("the IPTC block does not begin with a data set")
    return [(name, _decoded(value, is_utf8=is_utf8)) for name, value in found]


def _decoded(value: bytes, *, is_utf8: bool) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("utf-8", "replace") if is_utf8 else value.decode("latin-1")
    return text.replace("\x00", "").strip()


def iptc_time(day: str, time: str) -> tuple[str, str]:
    """A date ("20260511") and a time ("100000+0100") as ("2026:05:11 10:00:00", "+01:00"), as Exif writes them.

    ("", "") where there is no date that can be read; midnight is never put in the place of a missing time.
    """
    found, clock = _DAY.fullmatch(day), _TIME.fullmatch(time)
    if found is None or clock is None:
        return "", ""
    offset = f"{clock[4][:3]}:{clock[4][3:]}" if clock[4] else ""
    return f"{found[1]}:{found[2]}:{found[3]} {clock[1]}:{clock[2]}:{clock[3]}", offset
