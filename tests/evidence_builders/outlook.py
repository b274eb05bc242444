"""Items of Outlook built in code: a compound file with the streams of a .msg, and items as the parsers give them."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any

from parsers.mapi import Item, Name, Properties

FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512
Tree = dict[str, Any]  # name -> bytes of a stream, or the tree of a storage
MESSAGING = bytes.fromhex("0820060000000000c000000000000046")


def compound(tree: Tree) -> bytes:
    """A compound file ([MS-CFB], version 3) with all streams in whole sectors: no short ones, no mini stream."""
    entries: list[list[Any]] = []
    sectors: list[bytes] = []
    chains: list[tuple[int, int]] = []

    def add(name: str, node: Any) -> int:
        number = len(entries)
        entries.append([name, 1 if isinstance(node, dict) else 2, FREE, FREE, END, 0])
        if isinstance(node, dict):
            children = [
                add(child, below) for child, below in sorted(node.items(), key=lambda one: (len(one[0]), one[0]))
            ]
            for left, right in pairwise(children):
                entries[left][2] = right  # a chain to the right is a tree too
            entries[number][3] = children[0] if children else FREE
            entries[number][4] = 0
        else:
            size = max(len(node), 4096)  # shorter ones would belong into the mini stream
            data = node.ljust(-(-size // SECTOR) * SECTOR, b"\0")
            entries[number][4:] = [len(sectors), len(node) if len(node) >= 4096 else 4096]
            chains.append((len(sectors), len(data) // SECTOR))
            sectors.extend(data[at : at + SECTOR] for at in range(0, len(data), SECTOR))
        return number

    add("Root Entry", tree)
    entries[0][1], entries[0][4] = 5, END
    directory = b"".join(_entry(*entry) for entry in entries)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    start = len(sectors)
    chains.append((start, len(directory) // SECTOR))
    sectors += [directory[at : at + SECTOR] for at in range(0, len(directory), SECTOR)]
    count = 1
    while (len(sectors) + count) * 4 > count * SECTOR:
        count += 1
    table = [FREE] * (count * SECTOR // 4)
    for first, length in chains:
        for at in range(first, first + length):
            table[at] = at + 1 if at + 1 < first + length else END
    for at in range(len(sectors), len(sectors) + count):
        table[at] = FAT_SECTOR
    fat = struct.pack(f"<{len(table)}I", *table)
    places = [*range(len(sectors), len(sectors) + count)] + [FREE] * (109 - count)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, count, start, 0, 4096, END, 0, END, 0, 0)[:40]
    return head[:76] + struct.pack("<109I", *places) + b"".join(sectors) + fat


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    words = (name + "\0").encode("utf-16-le")
    return words.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI8x8xIII", len(words), kind, 1, FREE, right, child, 0, start, size, 0
    )


def streams(values: dict[int, Any], head: int = 8, names: dict[Name, int] | None = None) -> Tree:
    """The streams of a storage with these properties, by number: str, bytes, int (32 bits), (time,) in 100 ns, bool."""
    tree: Tree = {}
    table = bytes(head)
    for number, value in values.items():
        if isinstance(value, bool):
            table += struct.pack("<HHIQ", 0x0B, number, 6, value)
        elif isinstance(value, int):
            table += struct.pack("<HHIi4x", 0x03, number, 6, value)
        elif isinstance(value, tuple):
            table += struct.pack("<HHIQ", 0x40, number, 6, value[0])
        else:
            kind, data = (0x1F, value.encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
            table += struct.pack("<HHII4x", kind, number, 6, len(data))
            tree[f"__substg1.0_{number:04X}{kind:04X}"] = data
    tree["__properties_version1.0"] = table
    if names is not None:
        entries, strings = b"", b""
        for place, name in enumerate(names):
            if isinstance(name, str):
                entries += struct.pack("<IHH", len(strings), 1 | 3 << 1, place)
                words = name.encode("utf-16-le")
                strings += struct.pack("<I", len(words)) + words
            else:
                entries += struct.pack("<IHH", name, 3 << 1, place)
        tree["__nameid_version1.0"] = {
            "__substg1.0_00020102": MESSAGING, "__substg1.0_00030102": entries, "__substg1.0_00040102": strings,
        }  # fmt: skip
    return tree


def item(values: dict[int, Any], named: dict[Name, Any] | None = None, **parts: Any) -> Item:
    """An item as the parsers give it."""
    return Item("7", Properties(dict(values), dict(named or {})), **parts)


def tnef(attributes: list[tuple[int, int, bytes]]) -> bytes:
    """A letter in the form of winmail.dat from (level, attribute, bytes)."""
    body = b"".join(
        struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
        for level, number, data in attributes
    )
    return b"\x78\x9f\x3e\x22\x01\x00" + body


def tnef_list(values: dict[int | str, Any], first: int = 0x8000) -> bytes:
    """A list of properties in it; by a word, properties that are named so."""
    out = struct.pack("<I", len(values))
    for place, (number, value) in enumerate(values.items()):
        kind, data = _tnef_value(value)
        out += struct.pack("<HH", kind, first + place if isinstance(number, str) else number)
        if isinstance(number, str):
            words = (number + "\0").encode("utf-16-le")
            out += MESSAGING + struct.pack("<II", 1, len(words)) + words.ljust(-(-len(words) // 4) * 4, b"\0")
        out += data
    return out


def _tnef_value(value: Any) -> tuple[int, bytes]:
    if isinstance(value, int):
        return 0x03, struct.pack("<i", value)
    if isinstance(value, tuple):
        return 0x40, struct.pack("<Q", value[0])
    kind, data = (0x1F, (value + "\0").encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
    return kind, struct.pack("<II", 1, len(data)) + data.ljust(-(-len(data) // 4) * 4, b"\0")
