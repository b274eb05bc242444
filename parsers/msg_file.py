"""A message, contact, appointment or note that Outlook saved as a file of its own (.msg).

References:
- Microsoft, [MS-OXMSG] (storages and streams), [MS-CFB]
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import olefile

from parsers.mapi import (
    Attached,
    Item,
    Name,
    Properties,
    codec_of,
    file_facts,
    names_of,
    properties_of,
    stands_in_place,
)

_PROPERTIES: Final = "__properties_version1.0"
_NAMES: Final = "__nameid_version1.0"
_STREAM: Final = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})", re.IGNORECASE)
_DEEPEST: Final = 8
_MOST: Final = 128 << 20  # bytes of one value
_MOST_PARTS: Final = 10_000  # recipients or attachments
_PARTS: Final = {"__recip_version1.0_": "recipients", "__attach_version1.0_": "attachments"}
_HEADS: Final = {"item": 32, "embedded": 24, "part": 8}
_DATA, _OBJECT_ID = 0x3701, 0x000D
_CODEC_ID: Final = 0x3FFD
_SHOWN: Final = 200


def read_msg(stream: BinaryIO) -> Item:
    """The item with its recipients and attachments; items in it are items too, to a depth of eight.

    Raises ValueError for what is no such file, or too damaged to be read.
    """
    try:
        with olefile.OleFileIO(stream) as ole:
            file = _File(ole)
            item = file.item([], "item", 0)
            item.faults += file.faults
            return item
    except Exception as error:  # noqa: BLE001 - olefile raises whatever it meets in damaged files
        raise ValueError(f"the message cannot be read: {type(error).__name__}: {str(error)[:_SHOWN]}") from None


class _File:
    def __init__(self, ole: Any) -> None:
        self._ole = ole
        self._children: dict[tuple[str, ...], list[str]] = {}
        for path in ole.listdir(streams=True, storages=True):
            for depth in range(len(path)):
                listed = self._children.setdefault(tuple(path[:depth]), [])
                if path[depth] not in listed[-1:]:
                    listed.append(path[depth])
        self.faults: list[str] = []
        entries = self._named_stream("00030102")
        self._names: dict[int, Name] = names_of(entries, self._named_stream("00040102"), self.faults)

    def _named_stream(self, end: str) -> bytes:
        path = [_NAMES, f"__substg1.0_{end}"]
        return self._stream(path) if self._ole.exists(path) else b""

    def _stream(self, path: list[str]) -> bytes:
        """A value whole. Raises ValueError for one of more than `_MOST` bytes: a part of it would pass for all."""
        size = self._ole.get_size(path)
        if size > _MOST:
            raise ValueError(f"a value of {size:,} bytes, more than {_MOST:,}")
        with self._ole.openstream(path) as stream:
            data: bytes = stream.read()
        return data

    def item(self, path: list[str], form: str, depth: int) -> Item:
        """The item in a storage."""
        made = Item("/".join(path), Properties())
        made.properties = self._properties(path, form, made.faults)
        code_page = made.properties.whole(_CODEC_ID)
        codec = codec_of(code_page or 0)
        children = dict.fromkeys(self._children.get(tuple(path), []))
        for start, word in _PARTS.items():
            names = [name for name in children if name.lower().startswith(start)]
            if len(names) > _MOST_PARTS:
                made.faults.append(f"{len(names):,} {word}, of which the first {_MOST_PARTS:,} are read")
            for name in names[:_MOST_PARTS]:
                try:
                    if word == "recipients":
                        made.recipients.append(self._properties([*path, name], "part", made.faults, codec))
                    else:
                        made.attached.append(self._attached([*path, name], made.faults, depth, codec))
                except Exception as error:  # noqa: BLE001 - damage of a part costs the part
                    made.faults.append(f"{name[:40]} cannot be read: {type(error).__name__}: {str(error)[:_SHOWN]}")
        return made

    def _properties(self, path: list[str], form: str, faults: list[str], codec: str = "") -> Properties:
        return properties_of(self._values(path, form, faults), self._names, codec)

    def _values(self, path: list[str], form: str, faults: list[str]) -> Iterator[tuple[int, int, bytes]]:
        """(number, type, bytes): short values stand in one table, long ones in streams of their own."""
        table = [*path, _PROPERTIES]
        data = b""
        if self._ole.exists(table):
            data = self._stream(table)
        else:
            faults.append(f"its short values are missing: {'/'.join(table)}")
        for at in range(_HEADS[form], len(data) - 15, 16):
            kind, number = struct.unpack_from("<HH", data, at)
            if stands_in_place(kind):
                yield number, kind, data[at + 8 : at + 16]
        for name in self._children.get(tuple(path), []):
            match = _STREAM.fullmatch(name)
            number, kind = (int(match[1], 16), int(match[2], 16)) if match else (0, 0)
            if not match or kind == _OBJECT_ID or number == _DATA:
                continue
            try:
                yield number, kind, self._stream([*path, name])
            except Exception as error:  # noqa: BLE001 - damage of a value costs the value
                faults.append(f"property {number:04X} cannot be read: {type(error).__name__}: {str(error)[:_SHOWN]}")

    def _attached(self, path: list[str], faults: list[str], depth: int, codec: str) -> Attached:
        made = Attached(self._properties(path, "part", faults, codec))
        whole = [*path, f"__substg1.0_{_DATA:04X}0102"]
        inner = [*path, f"__substg1.0_{_DATA:04X}000D"]
        if self._ole.exists(whole):
            try:
                made.size, made.sha256 = file_facts(self._stream(whole))
            except ValueError as error:  # its name and the like are kept
                faults.append(f"the file of {path[-1][:40]} is not read: {error}")
        elif self._ole.exists([*inner, _PROPERTIES]):
            if depth < _DEEPEST:
                made.item = self.item(inner, "embedded", depth + 1)
            else:
                faults.append(f"the item of {path[-1][:40]} is not read: it stands in {_DEEPEST} others")
        elif self._ole.exists(inner):
            faults.append(f"the file of {path[-1][:40]} is not read: it is an embedded object of another program")
        return made
