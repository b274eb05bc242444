"""The tags of an Exif block by name, through exifread, or through Pillow where exifread gives up.

Both libraries follow what the block says, so it is measured first (`parsers.exif_limits`).

References: TIFF 6.0 section 2, CIPA DC-008 ("Exif 2.32") section 4.6.
"""

from __future__ import annotations

import io
import logging
import math
import struct
import warnings
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

import exifread
from exifread.core.exceptions import ExifError
from exifread.tags.exif import EXIF_TAGS, GPS_TAGS
from PIL import Image

from parsers.exif_limits import POINTERS, measure

Ratio = tuple[int, int]
Value = str | tuple[int | float | Ratio, ...]

_MOST_PILLOW: Final = 1 << 20
_LONGEST_PRINTED: Final = 200
_MOST_PRINTED: Final = 300

# exifread reports damage on its logger, and with no handler Python prints that on the user's terminal. What matters of
# it comes back as problems.
_log: Final = logging.getLogger("exifread")
_log.addHandler(logging.NullHandler())
_log.propagate = False
_log.setLevel(logging.CRITICAL + 1)

# What exifread has been seen to raise on damaged files, and what its arithmetic on hostile numbers can.
_EXIFREAD_ERRORS: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    struct.error,
    OSError,
    ExifError,
)
_PILLOW_ERRORS: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    SyntaxError,
    ArithmeticError,
    struct.error,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Tags:
    """`values` by "Image Make", "EXIF DateTimeOriginal", "GPS GPSLatitude" …: a text, or a tuple of numbers in which a
    fraction is (numerator, denominator) in lowest terms. `printed`: the same tags for reading, bounded.
    `by`: the library that read."""

    values: dict[str, Value]
    printed: tuple[tuple[str, str], ...]
    by: str


def read_tags(block: BinaryIO, names: Container[str]) -> Tags:
    """The tags of a block that begins with its TIFF header; `values` only of `names`.

    Raises ValueError where neither library can read it.
    """
    if not measure(block):
        return Tags({}, (), "")
    if isinstance(block, io.BytesIO):
        block = io.BytesIO(_without_thumbnail(block.getvalue()))
    try:
        found = exifread.process_file(block, details=False, extract_thumbnail=False)
        values = {name: _value(tag.values) for name, tag in found.items() if name in names}
        printed = _printed((name, _readable(tag)) for name, tag in found.items())
    except _EXIFREAD_ERRORS as error:
        return _through_pillow(block, names, type(error).__name__)
    if not found:
        return _through_pillow(block, names, "nothing found")
    return Tags(values, printed, "exifread")


def _without_thumbnail(data: bytes) -> bytes:
    """The block without the link to its second directory, which only describes the thumbnail and costs time."""
    order: Literal["little", "big"] = "little" if data[:1] == b"I" else "big"
    first = int.from_bytes(data[4:8], order)
    link = first + 2 + 12 * int.from_bytes(data[first : first + 2], order)
    return data[:link] + bytes(4) + data[link + 4 :] if link + 4 <= len(data) else data


def _readable(tag: Any) -> str:
    return str(tag.printable) if not isinstance(tag.values, bytes) else str(_value(tag.values))


def _value(stored: Any) -> Value:
    if isinstance(stored, str):
        return stored.rstrip("\x00")
    if isinstance(stored, bytes):
        return stored.split(b"\x00", 1)[0].decode("latin-1")
    return tuple(_number(part) for part in stored)


def _number(part: Any) -> int | float | Ratio:
    if type(part) is int:
        return part
    # exifread hands a float over as a tuple of one; its fractions and Pillow's know their two halves.
    if isinstance(part, tuple):
        part = part[0] if len(part) == 1 else float("nan")
    if isinstance(part, int | float):
        return part
    above, below = int(part.numerator), int(part.denominator)
    shared = math.gcd(above, below) if below else 1
    return above // shared, below // shared


def _printed(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    kept: list[tuple[str, str]] = []
    for name, text in pairs:
        shown = str(text)[:_LONGEST_PRINTED].replace("\x00", "").strip()
        if shown and not name.startswith("Thumbnail "):
            kept.append((name, shown))
        if len(kept) == _MOST_PRINTED:
            break
    return tuple(kept)


def _through_pillow(block: BinaryIO, names: Container[str], why: str) -> Tags:
    block.seek(0)
    data = block.read(_MOST_PILLOW)
    exif = Image.Exif()
    values: dict[str, Value] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is that a tag is damaged: that tag is then not there
            exif.load(b"Exif\x00\x00" + data)
            groups = {"Image": dict(exif), **{name: dict(exif.get_ifd(tag)) for tag, name in POINTERS.items()}}
    except _PILLOW_ERRORS as error:
        raise ValueError(f"the Exif block cannot be read (exifread: {why}; Pillow: {type(error).__name__})") from None
    for group, tags in groups.items():
        for tag, stored in tags.items():
            name = _tag_name(group, tag)
            if name and (value := _pillow_value(stored)) is not None:
                values[name] = value
    if not values:
        raise ValueError(f"the Exif block holds nothing that can be read (exifread: {why})")
    return Tags({name: value for name, value in values.items() if name in names}, _printed(values.items()), "Pillow")


def _tag_name(group: str, tag: int) -> str | None:
    known = GPS_TAGS if group == "GPS" else EXIF_TAGS
    entry = known.get(tag)
    return f"{group} {entry[0]}" if entry else None


def _pillow_value(stored: Any) -> Value | None:
    if isinstance(stored, str | bytes):
        return _value(stored)
    if isinstance(stored, dict):
        return None
    parts = stored if isinstance(stored, tuple) else (stored,)
    return tuple(_number(part) for part in parts if hasattr(part, "numerator") or isinstance(part, float))
