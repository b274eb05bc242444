"""The text that describes a VMDK: its identity, its parent and the files its media are spread over.

References: "Virtual Disk Format 5.0", VMware technical note, chapter "The Descriptor File"; "VMWare Virtual Disk Format
(VMDK)", libyal/libvmdk documentation (extent types, encodings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 1 << 20
MOST_EXTENTS: Final = 4096
SECTOR: Final = 512
NO_PARENT: Final = "ffffffff"
_MARK: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*#\s*Disk DescriptorFile", re.IGNORECASE)
_PAIR: Final = re.compile(r'^\s*([A-Za-z][\w.]*)\s*=\s*"?([^"]*?)"?\s*$')
# Only these: some codecs of Python take the square of the time, or are none for text.
_ENCODING: Final = re.compile(r"(?:windows|cp|ms|iso-?8859)[-_]?\d{1,5}|gbk|gb\d{4,5}|big5|shift_jis|euc[-_](?:jp|kr)")
_EXTENT: Final = re.compile(
    r'^\s*(RW|RDONLY|NOACCESS)\s+(\d{1,19})\s+([A-Z0-9]+)(?:\s+"([^"]*)"(?:\s+(\d{1,19}))?)?', re.I
)


@dataclass(frozen=True, slots=True)
class Extent:
    """`size` bytes of the media, in the file `name` ("" for ZERO), from byte `start` of it where it is flat."""

    access: str
    size: int
    kind: str
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Descriptor:
    """`parent` is the stored name of the parent ("" for none named), `parent_identity` "" where there is no parent."""

    identity: str
    create_type: str
    parent: str
    parent_identity: str
    extents: list[Extent]


def is_descriptor(head: bytes) -> bool:
    """Whether a file begins as a descriptor."""
    return _MARK.match(head[:512]) is not None


def read_descriptor(raw: bytes) -> Descriptor:
    """Raises ValueError where it is none or lists more extents than can be."""
    if not is_descriptor(raw):
        raise ValueError("it has no VMDK descriptor")
    text = _text(raw[:LARGEST].partition(b"\0")[0])
    pairs: dict[str, str] = {}
    extents: list[Extent] = []
    for line in text.splitlines():
        if extent := _EXTENT.match(line):
            access, size, kind, name, start = extent.groups()
            extents.append(
                Extent(access.upper(), int(size) * SECTOR, kind.upper(), name or "", int(start or 0) * SECTOR)
            )
        elif pair := _PAIR.match(line):
            pairs.setdefault(pair[1].lower(), pair[2])
        if len(extents) > MOST_EXTENTS:
            raise ValueError(f"its descriptor lists more than {MOST_EXTENTS} extents")
    if any(key.startswith("encryption") for key in pairs):
        raise ValueError("it is encrypted: not read")
    linked = pairs.get("parentcid", NO_PARENT).lower()
    return Descriptor(
        pairs.get("cid", "").lower(),
        pairs.get("createtype", ""),
        pairs.get("parentfilenamehint", ""),
        "" if linked == NO_PARENT else linked,
        extents,
    )


def _text(raw: bytes) -> str:
    """By the encoding that the text names, where it is one of the usual; else UTF-8, else one byte a character."""
    named = re.search(rb'encoding\s*=\s*"([\w-]{1,30})"', raw)
    wanted = named[1].decode("ascii").lower() if named else ""
    for encoding in (wanted if _ENCODING.fullmatch(wanted) else "utf-8", "utf-8"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")
