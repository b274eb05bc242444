"""XML as text or in Android's binary form, front to back: events, or one element after another with what it holds.

Entities are neither declared nor expanded, nothing outside the file is read, and no file is held as a whole as text.

References:
- W3C, Extensible Markup Language (XML) 1.0
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from parsers import abx
from parsers.abx import DEEPEST, Event

MOST_BINARY: Final = 256 << 20  # bytes of a file in the binary form, which is held as a whole
MOST_NODES: Final = 1_000_000  # elements within one that comes whole
_LONGEST_TAG: Final = 16 << 20
_LONGEST_TEXT: Final = 64 << 20  # characters within one that comes whole
_CHUNK: Final = 1 << 16


class OtherRoot(ValueError):
    """The document is of another kind than the one asked for."""


@dataclass(slots=True)
class Element:
    """An element with all that it holds; `text` is the text directly in it, `place` where it begins."""

    name: str
    attributes: dict[str, str]
    place: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, *names: str) -> list[Element]:
        """The elements at a path of names below this one."""
        found = [self]
        for name in names:
            found = [child for one in found for child in one.children if child.name == name]
        return found

    def first(self, *names: str) -> Element | None:
        """The first of them, or None."""
        return next(iter(self.all(*names)), None)


def each_event(stream: BinaryIO) -> Iterator[Event]:
    """The events of the document, in stored order.

    Raises ValueError where it is not well formed, declares or uses entities, or is deeper than a program would write;
    the events before it have come.
    """
    head = stream.read(len(abx.MAGIC))
    if head == abx.MAGIC:
        rest = stream.read(MOST_BINARY + 1)
        if len(rest) > MOST_BINARY:
            raise ValueError(f"binary XML of more than {MOST_BINARY:,} bytes")
        yield from abx.events(head + rest)
    else:
        chunk, skipped = _begun(head + stream.read(_CHUNK))
        yield from _Text(skipped).events(chunk, stream)


def _begun(start: bytes) -> tuple[bytes, bytes]:
    """(the document, what stands before its declaration): blank lines and marks, at which a strict reader stops."""
    found = start.find(b"<?xml")
    before = start[: max(found, 0)]
    blank = not before.replace(codecs.BOM_UTF8, b"").strip()
    return (start[found:], before) if blank and before not in (b"", codecs.BOM_UTF8) else (start, b"")


def each_element(
    stream: BinaryIO, root: str, wanted: Collection[str], begun: Collection[str] = ()
) -> Iterator[Element]:
    """Each element of a name in `wanted` that lies in no other such element, whole, in stored order.

    Where the root has a prefix ("ns0:gpx"), names are looked for and given without that one.
    Where `root` itself is wanted it comes first, without what it holds, which comes in its turn; so do the
    elements of a name in `begun`.
    Raises OtherRoot where the document's first element is not `root` ("" takes any), and ValueError as `each_event`
    does or for an element of more than a million others or 64 Mi characters; the elements before it have come. One that
    was not closed by then has not.
    """
    path: list[Element] = []  # from the wanted element down to the one that is open
    texts: list[list[str]] = []  # of each of them, in pieces
    length = 0
    nodes = 0
    prefix = ""
    for event in each_event(stream):
        if root and event.kind == "start":
            prefix = event.name[: -len(root)] if event.name.endswith(f":{root}") else ""
            if event.name != prefix + root:
                raise OtherRoot(f"the file starts with <{event.name[:60]}> and not with <{root}>")
            if root in wanted:
                yield Element(root, event.attributes, event.place)
            wanted, root = [name for name in wanted if name != root], ""
            continue
        if prefix and event.kind == "start":
            event = event._replace(name=event.name.removeprefix(prefix))
        if event.kind == "start" and (path or event.name in wanted):
            made = Element(event.name, event.attributes, event.place)
            if path:
                path[-1].children.append(made)
            path.append(made)
            texts.append([])
            length = length if len(path) > 1 else 0
            nodes = nodes + 1 if len(path) > 1 else 0
            if nodes > MOST_NODES:
                raise ValueError(f"an element of more than {MOST_NODES:,} others at {path[0].place}")
        elif event.kind == "start" and event.name in begun:
            yield Element(event.name, event.attributes, event.place)
        elif event.kind == "text" and path:
            texts[-1].append(event.text)
            length += len(event.text)
            if length > _LONGEST_TEXT:
                raise ValueError(f"an element of more than {_LONGEST_TEXT:,} characters at {path[0].place}")
        elif event.kind == "end" and path:
            closed = path.pop()
            closed.text = "".join(texts.pop())
            if not path:
                yield closed


class _Text:
    """XML as text, as expat meets it."""

    def __init__(self, skipped: bytes) -> None:
        """`skipped` stood before it; places are counted with it."""
        self._lines, self._bytes = skipped.count(b"\n"), len(skipped)
        self._ready: list[Event] = []
        self._depth = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse_entity
        parser.SkippedEntityHandler = _refuse_entity

    def events(self, chunk: bytes, stream: BinaryIO) -> Iterator[Event]:
        parser, fed = self._parser, 0
        try:
            while True:
                fed += len(chunk)
                failed: ValueError | None = None
                try:
                    parser.Parse(chunk, not chunk)
                except (expat.ExpatError, LookupError) as error:  # LookupError: an encoding that nobody knows
                    failed = ValueError(f"the XML is not well formed: {error}")
                except ValueError as error:
                    failed = error
                ready, self._ready = self._ready, []
                yield from ready
                if failed is not None:
                    raise failed
                if not chunk:
                    return
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise ValueError(f"a tag of more than {_LONGEST_TAG:,} bytes at byte {parser.CurrentByteIndex}")
                chunk = stream.read(_CHUNK)
        finally:
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None

    def _place(self) -> str:
        line, byte = self._parser.CurrentLineNumber, self._parser.CurrentByteIndex
        return f"line {self._lines + line}, byte {self._bytes + byte}"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"elements more than {DEEPEST} deep at {self._place()}")
        self._ready.append(Event("start", name, attributes, "", self._place()))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._ready.append(Event("end", name, {}, "", self._place()))

    def _characters(self, text: str) -> None:
        self._ready.append(Event("text", "", {}, text, self._place()))


def _refuse_entity(*_: object) -> None:
    raise ValueError("an XML document that declares or uses entities")
