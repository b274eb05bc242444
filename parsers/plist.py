"""Property lists, binary and XML: the one door to them, for files that somebody else made.

A property list can promise more than it holds: objects that stand in each other, so that a few kilobytes spell out
to billions of values, lists inside lists without end, counts and offsets beyond the file, entities in XML. All of that
is refused before anything walks over the result.

References:
- Apple, "Property List Programming Guide"
- CoreFoundation, CFBinaryPList.c (the binary format, as its comments describe it)
- Apple, PropertyList-1.0.dtd (the XML format)
"""

from __future__ import annotations

from typing import Any, Final

from parsers.plist_binary import MAGIC, read_binary
from parsers.plist_xml import read_xml

MAX_BYTES: Final = 64 << 20


def read_plist(data: bytes) -> Any:
    """The value of a property list: dict (keys are str), list, str, bytes, bool, int, float, aware UTC datetime,
    plistlib.UID or None.

    A binary set becomes a list. A date that no calendar holds stays a float of seconds since 2001. Where the file
    refers to one object twice, the result holds it twice too, as the same Python object; the result is no deeper than
    `plist_binary.MAX_DEPTH`, has no loops, and walking all of it visits no more than `plist_binary.MAX_VALUES` values.
    Raises ValueError with one line.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"a property list of {len(data)} bytes, more than {MAX_BYTES}")
    if data.startswith(MAGIC):
        return read_binary(data)
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return read_xml(data)
    raise ValueError("neither a binary nor an XML property list" if data else "an empty property list")
