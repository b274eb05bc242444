"""The acquisition notes of an EWF image: who took it, of what, when and with which tool.

References: "Expert Witness Compression Format (EWF)", libyal/libewf documentation, chapters on the header sections.
"""

from __future__ import annotations

import zlib
from typing import Final

from parsers.times import from_count, iso

MOST_TEXT: Final = 1 << 20
_LONGEST_TIME: Final = 20  # digits
NAMES: Final = {
    "c": "case number",
    "n": "evidence number",
    "a": "description",
    "e": "examiner",
    "t": "notes",
    "av": "acquisition tool version",
    "ov": "acquisition system",
    "m": "acquired (as recorded)",
    "u": "system time at acquisition (as recorded)",
    "md": "drive model",
    "sn": "drive serial number",
    "l": "drive label",
    "pid": "process",
    "dc": "drive count",
    "ext": "extents",
}


def acquisition_notes(data: bytes) -> dict[str, str]:
    """The notes of a `header` or `header2` section in plain words; empty values and password hashes are left out.

    Dates stay as they are stored: "2026 1 31 10 20 30" is the local time of the acquiring machine; a bare number is a
    Unix time, behind which it stands in words. Raises ValueError when the section cannot be inflated.
    """
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(data, MOST_TEXT)
    except zlib.error as error:
        raise ValueError(f"the acquisition notes cannot be inflated: {error}") from error
    text = _text(raw)
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line]
    if "main" not in lines:
        return {}
    rows = lines[lines.index("main") + 1 :]
    if len(rows) < 2:
        return {}
    notes: dict[str, str] = {}
    for key, value in zip(rows[0].split("\t"), rows[1].split("\t"), strict=False):
        if value.strip() and key in NAMES:
            notes[NAMES[key]] = worded(NAMES[key], value.strip())
    return notes


def worded(name: str, value: str) -> str:
    """A note as stored; behind a time that is a bare number, the same in words: "1386674918 (2013-12-10T11:28:38Z)"."""
    if not name.endswith("(as recorded)") or not value.isascii() or not value.isdigit():
        return value
    utc_us, _ = from_count(int(value[:_LONGEST_TIME]), "s")
    return value if utc_us is None else f"{value} ({iso(utc_us)})"


def _text(raw: bytes) -> str:
    if raw[:2] == b"\xff\xfe":
        return raw[2:].decode("utf-16-le", "replace")
    if raw[:2] == b"\xfe\xff":
        return raw[2:].decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
