"""Names in the directories of an F2FS volume: those in use, and those whose slots were given up and not yet reused.

References: Linux kernel documentation, "WHAT IS Flash-Friendly File System (F2FS)?" (directory structure); the Tiny
Encryption Algorithm, by which names are hashed, as described by D. Wheeler and R. Needham.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SLOTS: Final = 214  # of a directory block
SLOT: Final = 8
ENTRY: Final = 11
LONGEST_NAME: Final = 255
_ENTRY = struct.Struct("<IIHB")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a directory. `kind` is 1 for a file, 2 for a directory, 7 for a link, others for devices and pipes.

    `deleted`: its slots are given up. `hash_ok` says whether the stored hash is that of the name (where the volume
    hashes names in another way, it is False and says nothing). `damage` is "" or why there is no name.
    """

    name: bytes
    inode: int
    kind: int
    deleted: bool
    hash_ok: bool = True
    damage: str = ""


def names_in(data: bytes, slots: int, entries_at: int) -> Iterator[Name]:
    """The names of one table: a bitmap of `slots` bits, entries at `entries_at`, then the slots of the names."""
    used = int.from_bytes(data[: (slots + 7) // 8], "little")
    names_at = entries_at + slots * ENTRY
    slot = 0
    while slot < slots:
        stored, inode, length, kind = _ENTRY.unpack_from(data, entries_at + slot * ENTRY)
        live = bool(used >> slot & 1)
        taken = (length + SLOT - 1) // SLOT
        if not 0 < length <= LONGEST_NAME or slot + taken > slots:
            if live:
                yield Name(b"", inode, kind, False, damage=f"slot {slot} holds a name of {length} bytes")
            slot += 1
            continue
        name = data[names_at + slot * SLOT : names_at + slot * SLOT + length]
        if live:
            yield Name(name, inode, kind, False)
            slot += taken
            continue
        mask = (1 << taken) - 1
        if used >> slot & mask or not inode or not 0 < kind < 8 or b"\0" in name:
            slot += 1
            continue
        hash_ok = name_hash(name) == stored
        yield Name(name, inode, kind, True, hash_ok)
        slot += taken if hash_ok else 1


def block_names(block: bytes) -> Iterator[Name]:
    """The names of a directory block."""
    return names_in(block, SLOTS, 30)


def inline_names(room: bytes) -> Iterator[Name]:
    """The names that an inode holds itself, in the room that it has for them."""
    slots = len(room) * 8 // ((ENTRY + SLOT) * 8 + 1)
    return names_in(room, slots, len(room) - (ENTRY + SLOT) * slots)


def name_hash(name: bytes) -> int:
    """The hash of a name as plain directories store it: TEA over sixteen bytes at a time, padded with the length."""
    if name in (b".", b".."):
        return 0
    first, second = 0x67452301, 0xEFCDAB89
    for at in range(0, len(name), 16):
        first, second = _round(first, second, _key(name[at : at + 16], len(name) - at))
    return first


def _key(part: bytes, left: int) -> list[int]:
    """Four words of up to sixteen bytes; what is missing of a word is filled in front with the length that is left."""
    fill = bytes([left & 0xFF]) * 4
    words = [part[at : at + 4] for at in range(0, len(part), 4)]
    words += [b""] * (4 - len(words))
    return [int.from_bytes((fill + word)[-4:], "big") for word in words]


def _round(first: int, second: int, key: list[int]) -> tuple[int, int]:
    a, b, c, d = key
    left, right, total = first, second, 0
    for _ in range(16):
        total = total + 0x9E3779B9 & 0xFFFFFFFF
        left = left + ((right << 4) + a ^ right + total ^ (right >> 5) + b) & 0xFFFFFFFF
        right = right + ((left << 4) + c ^ left + total ^ (left >> 5) + d) & 0xFFFFFFFF
    return first + left & 0xFFFFFFFF, second + right & 0xFFFFFFFF
