"""A store of Outlook (.pst, .ost): its folders, the items in them, and items that belong to no folder any more.

References:
- Microsoft, [MS-PST]; libpff (the library that reads it)
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import pypff

from parsers.mapi import Attached, Item, Properties, names_of, properties_of

_DEEPEST: Final = 60
_DEEPEST_ITEM: Final = 8
_MOST_VALUE: Final = 64 << 20
_PIECE: Final = 1 << 20
_SENT, _WASTE = 0x35E4, 0x35E3  # where the store keeps what was sent, and what was deleted
_ENTRIES, _STRINGS = 3, 4
_DATA: Final = 0x3701
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Folder:
    """`path` as the store names it; `role` "sent", "deleted" or ""."""

    path: str
    role: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An item in its folder; None for one that belongs to no folder any more. `fault` where it cannot be read."""

    folder: Folder | None
    item: Item
    fault: str = ""


def read_pst(stream: BinaryIO, faults: list[str] | None = None) -> Iterator[Stored]:
    """Every item of every folder, in stored order, then those without a folder.

    `faults` gets what is wrong with the store as a whole. Raises ValueError for what is no store, is encrypted in a way
    that is not known, or is damaged from its start.
    """
    file = pypff.file()
    try:
        try:
            file.open_file_object(stream)
            root = file.get_root_folder()
        except (OSError, MemoryError) as error:
            raise ValueError(f"the store cannot be opened: {_words(error)}") from None
        store = _Store(file)
        if faults is not None:
            faults += store.faults
        yield from store.items(root)
    finally:
        with contextlib.suppress(OSError):  # what was never open cannot be closed
            file.close()


def _words(error: BaseException) -> str:
    """What libpff says, in one line."""
    return " ".join(str(error).split())[:_SHOWN]


class _Store:
    def __init__(self, file: Any) -> None:
        self._file = file
        codec = file.ascii_codepage
        self._codec = codec.decode("ascii", "replace") if isinstance(codec, bytes) else str(codec or "")
        self.faults: list[str] = []
        self._roles: dict[int, str] = {}
        names = _raw(_asked(file, "get_name_to_id_map"), self.faults)
        streams = {number: data for number, _, data in names if number in (_ENTRIES, _STRINGS)}
        self._names = names_of(streams.get(_ENTRIES, b""), streams.get(_STRINGS, b""), self.faults)
        for number, _, data in _raw(_asked(file, "get_message_store"), self.faults):
            if number in (_SENT, _WASTE) and len(data) >= 24:
                self._roles[int.from_bytes(data[20:24], "little")] = "sent" if number == _SENT else "deleted"

    def items(self, root: Any) -> Iterator[Stored]:
        """Folder by folder, those within a folder after its own items."""
        pending = [(root, Folder("", ""), 0)]
        while pending:
            folder, place, depth = pending.pop()
            faults: list[str] = []
            for number in range(_count(folder, "number_of_sub_messages", faults)):
                yield self._stored(folder.get_sub_message, place, number)
            inner = []
            for number in range(_count(folder, "number_of_sub_folders", faults)):
                sub = _asked(folder, "get_sub_folder", number)
                if sub is None or depth >= _DEEPEST:
                    yield Stored(place, Item("", Properties()), f"folder {number} in {place.path!r} cannot be read")
                    continue
                name = _asked(sub, "name") or f"folder {number}"
                role = self._roles.get(sub.identifier, place.role)
                inner.append((sub, Folder(f"{place.path}/{name}".lstrip("/"), role), depth + 1))
            for fault in faults:
                yield Stored(place, Item("", Properties()), f"folder {place.path!r}: {fault}")
            pending += reversed(inner)
        faults = []
        for number in range(_count(self._file, "number_of_orphan_items", faults)):
            yield self._stored(self._file.get_orphan_item, None, number)
        for fault in faults:
            yield Stored(None, Item("", Properties()), fault)

    def _stored(self, get: Callable[[int], Any], folder: Folder | None, number: int) -> Stored:
        try:
            return Stored(folder, self._item(get(number), 0))
        except (OSError, MemoryError, AttributeError, TypeError) as error:
            where = f"item {number} of {folder.path!r}" if folder else f"item {number} without a folder"
            return Stored(folder, Item("", Properties()), f"{where} cannot be read: {_words(error)}")

    def _item(self, found: Any, depth: int) -> Item:
        made = Item(str(found.identifier), Properties())
        sets = _sets(found, made.faults)
        made.properties = self._properties(sets[0] if sets else [])
        made.recipients = [self._properties(one) for one in _sets(_asked(found, "recipients"), made.faults)]
        for number in range(_count(found, "number_of_attachments", made.faults)):
            try:
                made.attached.append(self._attached(found.get_attachment(number), depth, made.faults))
            except (OSError, MemoryError) as error:
                made.faults.append(f"attachment {number + 1} cannot be read: {_words(error)}")
        return made

    def _properties(self, stored: list[tuple[int, int, bytes]]) -> Properties:
        return properties_of(iter(stored), self._names, self._codec)

    def _attached(self, found: Any, depth: int, faults: list[str]) -> Attached:
        sets = _sets(found, faults)
        made = Attached(self._properties(sets[0] if sets else []))
        if _count(found, "number_of_sub_items", faults) and depth < _DEEPEST_ITEM:
            made.item = self._item(found.get_sub_item(0), depth + 1)
        elif (size := _asked(found, "get_size")) is not None:
            digest, left = hashlib.sha256(), size
            while left > 0 and (piece := found.read_buffer(min(left, _PIECE))):
                digest.update(piece)
                left -= len(piece)
            made.size, made.sha256 = size, digest.hexdigest() if not left else None
        return made


def _asked(item: Any, name: str, *arguments: int, otherwise: Any = None) -> Any:
    """What libpff gives for it, or `otherwise` where it fails: damage of a part costs the part."""
    try:
        value = getattr(item, name)
        return value(*arguments) if callable(value) else value
    except (OSError, MemoryError, AttributeError):
        return otherwise


def _count(item: Any, name: str, faults: list[str]) -> int:
    """How many there are: 0 where an item has no such thing, and where that cannot be read, which `faults` is told."""
    try:
        return int(getattr(item, name))
    except AttributeError:
        return 0
    except (OSError, MemoryError) as error:
        faults.append(f"the {name.replace('_', ' ')} cannot be read: {_words(error)}")
        return 0


def _raw(item: Any, faults: list[str]) -> list[tuple[int, int, bytes]]:
    sets = _sets(item, faults)
    return sets[0] if sets else []


def _sets(item: Any, faults: list[str]) -> list[list[tuple[int, int, bytes]]]:
    """(number, type, bytes) of each set of properties of an item: one for most, one a recipient for recipients."""
    return [
        _entries(item.get_record_set(number), faults) for number in range(_count(item, "number_of_record_sets", faults))
    ]


def _entries(record_set: Any, faults: list[str]) -> list[tuple[int, int, bytes]]:
    found = []
    for number in range(_count(record_set, "number_of_entries", faults)):
        try:
            entry = record_set.get_entry(number)
            if entry is None or entry.entry_type is None or entry.entry_type == _DATA:
                continue
            data = entry.data
        except (OSError, MemoryError) as error:
            faults.append(f"property {number + 1} cannot be read: {_words(error)}")
            continue
        if data is not None and len(data) > _MOST_VALUE:
            faults.append(f"property {entry.entry_type:#06x} has {len(data):,} bytes and is left out")
        elif data is not None:
            found.append((entry.entry_type, entry.value_type, bytes(data)))
    return found
