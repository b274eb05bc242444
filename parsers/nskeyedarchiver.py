"""NSKeyedArchiver: an object graph of an Apple program inside a property list, objects by number in "$objects".

Archives may refer to an object from many places and in circles. Here a circle ends at the reference that closes it,
and what a small archive would spell out to is bounded.

References:
- Apple, "Archives and Serializations Programming Guide"; the documentation of NSKeyedArchiver
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from plistlib import UID
from typing import Any, Final

from parsers.plist import read_plist

MAX_VALUES: Final = 1_000_000
MAX_DEPTH: Final = 128
MAX_KEY: Final = 65_536  # letters of a list or dictionary that is a key, written as text
NULL: Final = "$null"
PLAIN: Final = ("NS.data", "NS.bytes", "NS.string")  # of data and text objects
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened archive: `objects` as they stand, `top` the named starting points (mostly "root")."""

    objects: list[Any]
    top: dict[str, Any]

    def value(self, found: Any) -> Any:
        """What a reference leads to, one step; data and text objects as plain bytes and str; the rest as it stands.

        Raises ValueError for a reference to an object that is not there.
        """
        if not isinstance(found, UID):
            return found
        if found.data >= len(self.objects):
            raise ValueError(f"the archive refers to object {found.data} of {len(self.objects)}")
        stored = self.objects[found.data]
        if not found.data or stored == NULL:
            return None
        if isinstance(stored, dict):
            for plain in PLAIN:
                if isinstance(stored.get(plain), bytes | str):
                    return stored[plain]
        return stored

    def fields(self, start: str = "root") -> dict[str, Any]:
        """The fields of a starting object, each followed one step ("$class" aside). Raises ValueError."""
        root = self.value(self.top.get(start))
        if not isinstance(root, dict):
            raise ValueError(f"the archive has no object {start!r}")  # noqa: TRY004 - of the evidence, not of the call
        return {
            name: self.value(value) if type(value) is UID else value for name, value in root.items() if name != "$class"
        }

    def class_name(self, stored: Any) -> str:
        """The class that an object names, "" where it names none."""
        kind = self.value(stored.get("$class")) if isinstance(stored, dict) else None
        name = kind.get("$classname") if isinstance(kind, dict) else None
        return name if isinstance(name, str) else ""


def open_archive(data: bytes) -> Archive:
    """Raises ValueError where the bytes are no property list, or one that is no archive."""
    plist = read_plist(data)
    if not isinstance(plist, dict) or plist.get("$archiver") not in ("NSKeyedArchiver", "NRKeyedArchiver"):
        raise ValueError("not an NSKeyedArchiver archive")
    objects, top = plist.get("$objects"), plist.get("$top")
    if not isinstance(objects, list) or not isinstance(top, dict):
        raise ValueError("an NSKeyedArchiver archive without objects")  # noqa: TRY004
    return Archive(objects, top)


def unarchive(data: bytes) -> Any:
    """The archive's root as plain values, dictionaries, lists, text, data and dates undone from their classes.

    Other objects become dicts of their fields with the name of their class as "$class". A reference that leads back
    into an object that is not finished stays a plistlib.UID. Raises ValueError, also where the whole would be more
    than MAX_VALUES values or MAX_DEPTH levels.
    """
    archive = open_archive(data)
    start = archive.top.get("root", next(iter(archive.top.values()), None))
    return _Unarchiver(archive).value(start, ())


class _Unarchiver:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._left = MAX_VALUES

    def value(self, found: Any, above: tuple[int, ...]) -> Any:
        """Goes down no deeper than MAX_DEPTH; `above` are the objects on the way here."""
        self._left -= 1
        if self._left < 0 or len(above) > MAX_DEPTH:
            raise ValueError("an archive that spells out to too many values or levels")
        if isinstance(found, UID):
            if found.data in above:
                return found
            return self.value(self._archive.value(found), (*above, found.data))
        if isinstance(found, list):
            return [self.value(one, (*above, -1)) for one in found]
        return self._object(found, (*above, -1)) if isinstance(found, dict) else found

    def _object(self, stored: dict[str, Any], above: tuple[int, ...]) -> Any:
        keys, objects = stored.get("NS.keys"), stored.get("NS.objects")
        if isinstance(objects, list) and isinstance(keys, list):
            if len(keys) != len(objects):
                raise ValueError(f"a dictionary of {len(keys)} keys and {len(objects)} values in the archive")
            pairs = zip(keys, objects, strict=True)
            return {_key(self.value(key, above)): self.value(value, above) for key, value in pairs}
        if isinstance(objects, list):
            return [self.value(one, above) for one in objects]
        seconds = stored.get("NS.time")
        if isinstance(seconds, int | float) and self._archive.class_name(stored) == "NSDate":
            return _date(seconds)
        found = {name: self.value(value, above) for name, value in stored.items() if name != "$class"}
        if kind := self._archive.class_name(stored):
            found["$class"] = kind
        return found


def _key(value: Any) -> Any:
    """What a dictionary of ours can hold as a key; lists and dicts as text."""
    if value is None or isinstance(value, str | int | float | bytes | bool | datetime):
        return value
    shown = str(value)  # of keys within keys, quoted again at each level: what is quoted doubles
    if len(shown) > MAX_KEY:
        raise ValueError(f"an archive with a key of {len(shown)} letters")
    return shown


def _date(seconds: float) -> datetime | float:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return seconds
