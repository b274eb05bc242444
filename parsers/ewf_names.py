"""The names of the files of an EWF set: E01 to E99, then EAA to ZZZ; Ex01 to Ex99, then ExAA to EzZZ.

References:
- libewf, "Expert Witness Compression Format (EWF)", section "Segment files"
- libewf, "Expert Witness Compression Format 2 (EWF2)", section "Segment file extensions"
"""

from __future__ import annotations

import contextlib
import os
import re
import string
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

# "E" or "Ex" and the number: what comes before the last letter stays the same through the set.
_ENDING: Final = r"(?P<letters>[EeLl][Xx]|[A-Za-z])(?P<number>\d\d|[A-Za-z]{2})"


def segment_name(number: int, first: str) -> str:
    """The extension of segment `number` (from 1): E01 … E99, EAA … EZZ, FAA …; `first` is its first letter."""
    if number < 100:
        return f"{first}{number:02d}"
    letters = string.ascii_uppercase
    rest, low = divmod(number - 100, 26)
    high, mid = divmod(rest, 26)
    lead = chr(ord(first.upper()) + high)
    if lead > "Z":
        raise ValueError("more segments than the naming of EWF can hold")
    name = lead + letters[mid] + letters[low]
    return name if first.isupper() else name.lower()


def segment_names(first: str, names: Iterable[str]) -> list[str]:
    """The names of the set that begins with `first`, out of all `names` of its folder, the case of letters aside.

    Raises ValueError naming the segment that is missing when a later one is there, or when `first` is not the first.
    """
    stem, _, ending = first.rpartition(".")
    match = re.fullmatch(_ENDING, ending)
    if match is None or not stem:
        return [first]
    if match["number"] != "01":
        raise ValueError(f"{first} is not the first segment: give {stem}.{match['letters']}01")
    beside: dict[str, str] = {}
    for name in sorted(names):
        if name.startswith(stem) or name.lower() not in beside:
            beside[name.lower()] = name
    found = [first]
    while following := beside.get(_segment(stem, len(found) + 1, match).lower()):
        found.append(following)
    for ahead in range(len(found) + 2, len(found) + 200):
        if later := beside.get(_segment(stem, ahead, match).lower()):
            raise ValueError(f"segment {_segment(stem, len(found) + 1, match)} is missing, though {later} is there")
    return found


def is_first_name(name: str) -> bool:
    """Whether a name is that of a first segment."""
    match = re.fullmatch(_ENDING, name.rpartition(".")[2])
    return match is not None and match["number"] == "01"


def following_name(names: Sequence[str]) -> str:
    """The name that the segment after these would have; "" where the names follow no numbering."""
    stem, _, ending = names[0].rpartition(".")
    match = re.fullmatch(_ENDING, ending)
    return _segment(stem, len(names) + 1, match) if match is not None and stem else ""


def _segment(stem: str, number: int, first: re.Match[str]) -> str:
    letters = first["letters"]
    return f"{stem}.{letters[:-1]}{segment_name(number, letters[-1])}"


def segment_paths(first: Path) -> list[Path]:
    """All files of the set that begins with the file `first`. Raises ValueError as `segment_names` does."""
    return [first.parent / name for name in segment_names(first.name, folder_names(first.parent))]


def folder_names(folder: Path) -> list[str]:
    """What the folder holds, listed without changing its access time where the system can do that."""
    if os.listdir in os.supports_fd and hasattr(os, "O_NOATIME"):
        with contextlib.suppress(PermissionError):  # only the owner may ask for it
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOATIME)
            try:
                return os.listdir(descriptor)  # noqa: PTH208 - a Path cannot be made of a descriptor
            finally:
                os.close(descriptor)
    return os.listdir(folder)  # noqa: PTH208 - names are wanted
