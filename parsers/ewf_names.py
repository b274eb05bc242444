"""The names of the files of an EWF set: E01 to E99, then EAA to ZZZ.

References:
- libewf, "Expert Witness Compression Format (EWF)", section "Segment files"
"""

from __future__ import annotations

import contextlib
import os
import re
import string
from pathlib import Path


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


def segment_paths(first: Path) -> list[Path]:
    """All files of the set that begins with `first`, names compared without regard to case.

    Raises ValueError naming the segment that is missing when a later one is there, or when `first` is not the first.
    """
    match = re.fullmatch(r"\.([A-Za-z])(\d\d|[A-Za-z]{2})", first.suffix)
    if match is None:
        return [first]
    letter = match[1]
    if match[2] != "01":
        raise ValueError(f"{first.name} is not the first segment: give {first.stem}.{letter}01")
    beside: dict[str, Path] = {}
    for name in sorted(folder_names(first.parent)):
        if name.startswith(first.stem) or name.lower() not in beside:
            beside[name.lower()] = first.parent / name
    paths = [first]
    prefix = first.stem.lower()
    while found := beside.get(f"{prefix}.{segment_name(len(paths) + 1, letter)}".lower()):
        paths.append(found)
    missing = f"{first.stem}.{segment_name(len(paths) + 1, letter)}"
    for ahead in range(len(paths) + 2, len(paths) + 200):
        if later := beside.get(f"{prefix}.{segment_name(ahead, letter)}".lower()):
            raise ValueError(f"segment {missing} is missing, though {later.name} is there")
    return paths


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
