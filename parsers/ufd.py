"""The pointers of Cellebrite's UFED: a .ufd names the files of one extraction and their hashes, a .ufdx several .ufd.

No description of either was published; what is read here is what public tools write and read of them.

References:
- UFADE (writes .ufd files): sections DeviceInfo, Dumps, ExtractionStatus, General, SHA256
- CORE-FFX, Crush and other public readers: section "Crime Case"; EvidenceCollection, DeviceInfo, Extraction of a .ufdx
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers import expat

LONGEST: Final = 4 << 20  # bytes; a real one has a few thousand
MOST: Final = 1000  # dumps, hashes, extractions, values
_MOST_VALUE: Final = 4096
_SECTION: Final = re.compile(r"\[([^\[\]\r\n]{1,100})\]\s*")
_ELEMENT: Final = re.compile(r"<(?:\w+:)?(\w+)")  # of a document, neither a comment nor an instruction
_HASHES: Final = {"MD5": 32, "SHA1": 40, "SHA-1": 40, "SHA256": 64, "SHA-256": 64}
_NAMES: Final = {"SHA1": "SHA-1", "SHA256": "SHA-256"}
_SECRET: Final = re.compile(r"pass(word|code|phrase)|\bpin\b|key(?!boards?)", re.IGNORECASE)
HIDDEN: Final = "recorded, not shown here"


@dataclass(frozen=True, slots=True)
class Ufd:
    """`dumps` are (name of the dump, file as stored), `hashes` (file, algorithm, lower-case hex), in stored order.

    `values` are what else stands there, as (section, name, value); of passwords and keys only that there are any.
    """

    dumps: tuple[tuple[str, str], ...]
    hashes: tuple[tuple[str, str, str], ...]
    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Ufdx:
    """`extractions` are (path of a .ufd as stored, kind of transfer); `values` as of a `Ufd`."""

    extractions: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str, str], ...]


def is_ufd(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a .ufd: text in sections, one of them "Dumps"."""
    text = _text(head, whole=False)
    names = {match[1].strip().lower() for line in text.splitlines() if (match := _SECTION.fullmatch(line.strip()))}
    return text.lstrip().startswith("[") and "dumps" in names and bool(names & {"general", "deviceinfo"})


def is_ufdx(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a .ufdx: XML whose root is an EvidenceCollection."""
    text = _text(head, whole=False).lstrip()[:_MOST_VALUE]
    first = _ELEMENT.search(text) if text.startswith("<") else None
    return first is not None and first[1] == "EvidenceCollection"


def read_ufd(data: bytes) -> Ufd:
    """Raises ValueError for what is no .ufd, and where it names more than 1,000 of anything."""
    if len(data) > LONGEST:
        raise ValueError(f"{len(data)} bytes are too many for a .ufd")
    if not is_ufd(data):
        raise ValueError("not a .ufd: no sections [Dumps] and [General]")
    dumps: list[tuple[str, str]] = []
    hashes: list[tuple[str, str, str]] = []
    values: list[tuple[str, str, str]] = []
    for section, name, value in _lines(_text(data)):
        algorithm = section.upper()
        if section.lower() == "dumps":
            dumps.append((name, value))
        elif algorithm in _HASHES:
            # The name is a file's, and may hold the sign that parts it from the value.
            file, _, digest = f"{name}={value}".rpartition("=")
            hashes.append((file.strip(), _NAMES.get(algorithm, algorithm), _digest(digest, algorithm)))
        else:
            values.append((section, name, HIDDEN if _SECRET.search(name) and value else value))
    return Ufd(_bounded(dumps, "dumps"), _bounded(hashes, "hashes"), _bounded(values, "values"))


def _bounded(found: list[Any], what: str) -> tuple[Any, ...]:
    if len(found) > MOST:
        raise ValueError(f"names {len(found)} {what}: more than {MOST} are not plausible")
    return tuple(found)


def _digest(text: str, algorithm: str) -> str:
    """The hash in lower case; as it stands where it is none, so that it matches nothing."""
    return text.strip().lower()[: 2 * _HASHES[algorithm]]


def _lines(text: str) -> list[tuple[str, str, str]]:
    """(section, name, value) of each line that has a name; comments and what stands before the sections are none."""
    found, section = [], ""
    for line in text.splitlines():
        stripped = line.strip()
        if match := _SECTION.fullmatch(stripped):
            section = match[1].strip()
        elif section and stripped and stripped[0] not in ";#" and "=" in stripped:
            name, _, value = stripped.partition("=")
            found.append((section, name.strip()[:_MOST_VALUE], value.strip()[:_MOST_VALUE]))
    return found


def _text(data: bytes, whole: bool = True) -> str:
    """UTF-16 by its mark, else UTF-8, else one byte a character (Windows-1252 where that has one)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) & ~1].decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig", "strict" if whole else "ignore")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_ufdx(data: bytes) -> Ufdx:
    """Raises ValueError for what is no .ufdx. Entities are refused."""
    if len(data) > LONGEST:
        raise ValueError(f"{len(data)} bytes are too many for a .ufdx")
    reader = _Collection()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:  # an encoding that nobody knows
        raise ValueError(f"not readable as XML: {error}") from error
    finally:
        parser.StartElementHandler = None
    return Ufdx(_bounded(reader.extractions, "extractions"), _bounded(reader.values, "values"))


def _no_doctype(*_: object) -> None:
    raise ValueError("a document type has no place in such a file")


class _Collection:
    def __init__(self) -> None:
        self.extractions: list[tuple[str, str]] = []
        self.values: list[tuple[str, str, str]] = []
        self._first = True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if self._first and name != "EvidenceCollection":
            raise ValueError("not a .ufdx: its root is no EvidenceCollection")
        self._first = False
        if name == "Extraction" and "Path" in attributes:
            self.extractions.append(
                (attributes["Path"][:_MOST_VALUE], attributes.get("TransferType", "")[:_MOST_VALUE])
            )
        elif name == "Fields" and "Caption" in attributes:
            self._add("CrimeCase", attributes["Caption"], attributes.get("Value", ""))
        elif name in ("EvidenceCollection", "DeviceInfo"):
            for attribute, value in attributes.items():
                if attribute.partition(":")[0] != "xmlns":
                    self._add(name, attribute, value)
        if len(self.extractions) > MOST or len(self.values) > MOST:
            raise ValueError(f"names more than {MOST} extractions or values, which is not plausible")

    def _add(self, section: str, name: str, value: str) -> None:
        hidden = HIDDEN if _SECRET.search(name) and value else value[:_MOST_VALUE]
        self.values.append((section, name.strip()[:_MOST_VALUE], hidden))
