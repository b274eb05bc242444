"""The header of a LUKS volume: what it was encrypted with, and what could open it. Nothing is decrypted.

References: "LUKS On-Disk Format Specification", version 1.2.3; "LUKS2 On-Disk Format Specification", version 1.1.1.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

MAGIC, SECOND_MAGIC = b"LUKS\xba\xbe", b"SKUL\xba\xbe"
# Where the second header of LUKS2 may stand: it follows the first, whose size is one of these.
SECOND_AT: Final = tuple(0x4000 << power for power in range(9))
LARGEST_HEADER: Final = 4 << 20
SLOT_USED: Final = 0x00AC71F3


@dataclass(frozen=True, slots=True)
class Luks:
    """`slots` are the key slots in use, in words; `second`: only the second header is left."""

    version: int
    uuid: str
    label: str
    cipher: str
    hash: str
    slots: tuple[str, ...]
    second: bool = False


def find(read_at: Callable[[int, int], bytes]) -> Luks | None:
    """The header of a volume, or None where there is none. Raises ValueError where there is one that makes no sense."""
    head = read_at(0, 512)
    if head[:6] == MAGIC:
        return _read(read_at, 0, head)
    for at in SECOND_AT:
        head = read_at(at, 512)
        if head[:6] == SECOND_MAGIC and len(head) == 512 and struct.unpack_from(">Q", head, 256)[0] == at:
            return _read(read_at, at, head)
    return None


def _read(read_at: Callable[[int, int], bytes], at: int, head: bytes) -> Luks:
    if len(head) < 512:
        raise ValueError("the LUKS header is cut")
    version = struct.unpack_from(">H", head, 6)[0]
    if version == 1:
        return _first(read_at(0, 592))
    if version != 2:
        raise ValueError(f"version {version} of LUKS is not known")
    size = struct.unpack_from(">Q", head, 8)[0]
    if not 4096 < size <= LARGEST_HEADER:
        raise ValueError("the LUKS2 header's size makes no sense")
    cipher, slots = _area(read_at(at + 4096, size - 4096))
    return Luks(2, _text(head[168:208]), _text(head[24:72]), cipher, _text(head[72:104]), slots, second=at > 0)


def _first(head: bytes) -> Luks:
    if len(head) < 592:
        raise ValueError("the LUKS header is cut")
    bits = struct.unpack_from(">I", head, 108)[0] * 8
    cipher = f"{_text(head[8:40])}-{_text(head[40:72])}, {bits} bits"
    used = (number for number in range(8) if struct.unpack_from(">I", head, 208 + 48 * number)[0] == SLOT_USED)
    slots = tuple(f"{number}: {struct.unpack_from('>I', head, 212 + 48 * number)[0]} iterations" for number in used)
    return Luks(1, _text(head[168:208]), "", cipher, _text(head[72:104]), slots)


def _area(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """(cipher, key slots) of the JSON area of LUKS2; what is not there or makes no sense is left out."""
    text = raw.split(b"\0", 1)[0]
    try:
        area = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("the LUKS2 header's description cannot be read") from error
    segments = _objects(area, "segments")
    cipher = next((str(one["encryption"])[:64] for _, one in segments if "encryption" in one), "")
    slots = []
    for number, slot in _objects(area, "keyslots")[:32]:
        kdf = slot.get("kdf")
        name = str(kdf.get("type", ""))[:32] if isinstance(kdf, dict) else ""
        bits = slot.get("key_size")
        slots.append(f"{number[:8]}: {name or 'unknown'}" + (f", {bits * 8} bits" if type(bits) is int else ""))
    tokens = [str(one.get("type", ""))[:32] for _, one in _objects(area, "tokens")[:32]]
    return cipher, (*slots, *(f"token {name}" for name in tokens))


def _objects(area: Any, name: str) -> list[tuple[str, dict[str, Any]]]:
    found = area.get(name) if isinstance(area, dict) else None
    return [(key, one) for key, one in found.items() if isinstance(one, dict)] if isinstance(found, dict) else []


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
