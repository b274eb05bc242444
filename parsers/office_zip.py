"""Office documents that are zip files: what they say of themselves, and their words. Office Open XML and OpenDocument.

References: ECMA-376 (parts 1 and 2: core, extended and custom properties; text runs), OASIS OpenDocument 1.3.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

_MOST_PART: Final = 64 << 20
_MOST_ALL: Final = 256 << 20
_MOST_PARTS: Final = 5000
_PROPERTIES: Final = ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml", "meta.xml")
# The parts with words, in the order in which they are read.
_TEXT_PARTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"word/document\d*\.xml",
        r"word/(?:header|footer)\d*\.xml",
        r"word/(?:footnotes|endnotes|comments)\.xml",
        r"ppt/slides/slide\d+\.xml",
        r"ppt/notesSlides/notesSlide\d+\.xml",
        r"ppt/comments/.*\.xml",
        r"xl/sharedStrings\.xml",
        r"xl/worksheets/sheet\d+\.xml",
        r"xl/comments\d*\.xml",
        r"content\.xml",
    )
)
_RUNS: Final = frozenset(("t", "delText"))
_BREAKS: Final = frozenset(("p", "h", "br", "tab", "si", "row", "is"))
# Properties that are marks of the format and nothing that somebody or some program states.
_DROPPED: Final = frozenset(("HeadingPairs", "TitlesOfParts", "HLinks", "DigSig", "vector", "variant", "i4", "lpstr"))


@dataclass(slots=True)
class OfficeFacts:
    """`properties`: (name, text) in stored order, names as the format has them ("creator", "created", "Company")."""

    properties: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    problems: list[str] = field(default_factory=list)


def read_office(stream: BinaryIO, most_text: int) -> OfficeFacts:
    """The facts of a docx, xlsx, pptx, odt, ods or odp file; `most_text` is how many characters of it are kept.

    A part that cannot be read is a problem, and the others are read. Raises ValueError for what is no zip file.
    """
    facts = OfficeFacts()
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise ValueError(f"the document is no whole zip file: {str(error)[:200]}") from None
    with archive:
        names = archive.namelist()
        if len(names) > _MOST_PARTS:
            facts.problems.append(f"{len(names):,} parts, of which the first {_MOST_PARTS:,} are looked at")
        names = names[:_MOST_PARTS]
        left = _MOST_ALL
        texts: list[str] = []
        for name in (*_named(names), *_with_words(names)):
            try:
                data = _part(archive, name, left)
                left -= len(data)
                if name.lower() in _PROPERTIES:
                    facts.properties += _properties(data)
                elif sum(map(len, texts)) <= most_text:
                    texts.append("\n".join(_lines("".join(_words(data)))))
            except ValueError as error:
                facts.problems.append(f"{name}: {error}")
    text = "\n".join(filter(None, texts))
    if len(text) > most_text:
        facts.problems.append(f"of the text the first {most_text:,} characters are kept")
    facts.text = text[:most_text]
    return facts


def _named(names: list[str]) -> list[str]:
    return [name for wanted in _PROPERTIES for name in names if name.lower() == wanted]


def _with_words(names: list[str]) -> list[str]:
    def place(name: str) -> list[int | str]:
        # slide10 stands behind slide9
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]

    return [name for pattern in _TEXT_PARTS for name in sorted(filter(pattern.fullmatch, names), key=place)]


def _part(archive: zipfile.ZipFile, name: str, left: int) -> bytes:
    most = min(_MOST_PART, left)
    try:
        with archive.open(name) as part:
            data = part.read(most + 1)
    except Exception as error:  # noqa: BLE001 - the module raises whatever its decoders raise
        raise ValueError(f"cannot be unpacked: {type(error).__name__}: {str(error)[:120]}") from None
    if len(data) > most:
        raise ValueError(f"unpacks to more than {most >> 20} MiB")
    return data


def _tree(data: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ValueError(f"no XML that can be read: {str(error)[:120]}") from None


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _properties(data: bytes) -> Iterator[tuple[str, str]]:
    """Every leaf with text; a custom property by its own name."""

    def walk(element: ElementTree.Element, name: str) -> Iterator[tuple[str, str]]:
        for child in element:
            inner = _local(child.tag)
            own = child.attrib.get("name") if inner == "property" else None
            label = own or (name if element is not root and name not in ("", "meta") else inner)
            if inner in _DROPPED and not name:
                continue
            if len(child):
                yield from walk(child, "" if inner == "meta" else label)
            elif child.text and child.text.strip():
                named = next((value for key, value in child.attrib.items() if _local(key) == "name"), None)
                yield (named if inner == "user-defined" and named else label), child.text.strip()

    root = _tree(data)
    yield from walk(root, "")


def _words(data: bytes) -> Iterator[str]:
    """The text of runs; of OpenDocument, where text stands in paragraphs, all of it."""
    root = _tree(data)
    is_open = _local(root.tag) == "document-content"
    for element in root.iter():
        name = _local(element.tag)
        if name in _BREAKS:
            yield "\n" if name != "tab" else "\t"
        if element.text and (is_open or name in _RUNS):
            yield element.text
        if is_open and element.tail:
            yield element.tail


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
