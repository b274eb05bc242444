"""XMP packets: what programs write about a file, as properties with their texts.

References: ISO 16684-1 (XMP data model and serialisation), Adobe "XMP Specification Part 2" (namespaces), CIPA DC-010.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

MOST_VALUES: Final = 5000
_DEEPEST: Final = 24  # steps: one into a list or a structure, and one to what is in it
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT: Final = frozenset(f"{_RDF}{name}" for name in ("about", "parseType", "resource", "ID", "nodeID", "datatype"))
_LISTS: Final = frozenset(f"{_RDF}{name}" for name in ("Alt", "Bag", "Seq"))
_PREFIXES: Final = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/container/": "Container",
    "http://ns.google.com/photos/1.0/container/item/": "Item",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
}


def read_xmp(packet: bytes, faults: list[str] | None = None) -> list[tuple[str, str]]:
    """(name, text) of every value in stored order: "dc:title", "xmpMM:History/stEvt:action", one line a list entry.

    Names are those of the specification, whatever prefixes the file has; a namespace that is not known stands in
    braces. No more than MOST_VALUES are read. `faults` gets a line where elements stand too deep in others to be read.
    Raises ValueError for what is no XML, and for XML with entities of its own.
    """
    try:
        root = ElementTree.fromstring(_text(packet))
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ValueError(f"no XMP: {str(error)[:200]}") from None
    found: list[tuple[str, str]] = []
    too_deep = 0
    for name, text in _values(root):
        if text is None:
            too_deep += 1
        elif len(found) < MOST_VALUES:
            found.append((name, text))
        else:
            break
    if too_deep and faults is not None:
        faults.append(f"{too_deep:,} elements of XMP stand too deep in others to be read")
    return found


def _values(root: Element) -> Iterator[tuple[str, str | None]]:
    """(name, text) of every value; None in place of the text of an element that stands too deep in others."""
    inner = _nested(root)
    for description in root.iter(f"{_RDF}Description"):
        if description not in inner:
            yield from _properties(description, "", 0)


def _text(packet: bytes) -> str | bytes:
    """The packet from its first bracket on; a packet in UTF-16 tells so by nothing but its bytes."""
    packet = packet.removeprefix(b"\xef\xbb\xbf")
    for marks, codec in (((b"<\x00", b"\xff\xfe"), "utf-16-le"), ((b"\x00<", b"\xfe\xff"), "utf-16-be")):
        if packet.startswith(marks):
            return packet.decode(codec, "replace").lstrip("\ufeff").rstrip("\x00 \t\r\n")
    start = packet.find(b"<")
    return packet[start:].rstrip(b"\x00 \t\r\n") if start >= 0 else b""


def _nested(root: Element) -> set[Element]:
    """Descriptions that stand inside a property: they are reached through it."""
    return {
        inner
        for rdf in root.iter(f"{_RDF}RDF")
        for outer in rdf
        for inner in outer.iter(f"{_RDF}Description")
        if inner is not outer
    }


def _properties(holder: Element, name: str, depth: int) -> Iterator[tuple[str, str | None]]:
    for key, value in holder.attrib.items():
        if key not in _ABOUT and not key.startswith(_XML):
            yield _joined(name, key), value.strip()
    for child in holder:
        if isinstance(child.tag, str):
            yield from _value(child, _joined(name, child.tag), depth + 1)


def _value(element: Element, name: str, depth: int) -> Iterator[tuple[str, str | None]]:
    if depth > _DEEPEST:
        yield name, None
        return
    resource = element.attrib.get(f"{_RDF}resource")
    if resource is not None:
        yield name, resource
    inner = [child for child in element if isinstance(child.tag, str)]
    for child in inner:
        if child.tag in _LISTS:
            for entry in child:
                yield from _value(entry, name, depth + 1)
        elif child.tag == f"{_RDF}Description":
            yield from _properties(child, name, depth + 1)
    if element.attrib.get(f"{_RDF}parseType") == "Resource" or (inner and _is_plain(inner)):
        yield from _properties(element, name, depth + 1)
    elif not inner:
        yield from _properties(element, name, depth + 1)
        if element.text and element.text.strip():
            yield name, element.text.strip()


def _is_plain(inner: list[Element]) -> bool:
    return not any(child.tag in _LISTS or child.tag == f"{_RDF}Description" for child in inner)


def _joined(outer: str, tag: str) -> str:
    space, closed, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    prefix = _PREFIXES.get(space) or (f"{{{space}}}" if closed else "")
    name = f"{prefix}:{local}" if prefix else local
    return f"{outer}/{name}" if outer else name
