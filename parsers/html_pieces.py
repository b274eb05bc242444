"""Web pages piece by piece: the elements that a caller asks for come as small trees, the rest is passed over.

References:
- HTML Living Standard (void elements, character references, where a paragraph ends)
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO, Final

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_BLOCKS: Final = frozenset({"div", "p", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "blockquote", "pre"})
# A page need not close its paragraphs: they end where one of these begins.
_END_PARAGRAPHS: Final = (_BLOCKS - {"li", "tr"}) | {"h4", "h5", "h6", "hr", "section", "footer", "header", "main"}
_PIECE: Final = 1 << 18
_MOST_NODES: Final = 50_000  # of one tree
_DEEPEST: Final = 200


@dataclass(slots=True)
class Node:
    """An element: `classes` are those of its attribute, `inside` texts and elements in order."""

    tag: str
    attributes: dict[str, str]
    line: int
    inside: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    def each(self) -> Iterator[Node]:
        """Every element below this one, in the order of the page."""
        waiting = [one for one in reversed(self.inside) if isinstance(one, Node)]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(one for one in reversed(node.inside) if isinstance(one, Node))

    def all(self, *classes: str) -> list[Node]:
        """The elements below that have all these classes."""
        wanted = set(classes)
        return [node for node in self.each() if wanted <= node.classes]

    def first(self, *classes: str) -> Node | None:
        """The first of `all`."""
        wanted = set(classes)
        return next((node for node in self.each() if wanted <= node.classes), None)

    def children(self, *classes: str) -> list[Node]:
        """The elements directly below that have all these classes."""
        wanted = set(classes)
        return [one for one in self.inside if isinstance(one, Node) and wanted <= one.classes]

    def text(self) -> str:
        """The words of the element, with line breaks where the page has them."""
        parts: list[str] = []
        _collect(self, parts)
        lines = "".join(parts).split("\n")
        return "\n".join(" ".join(line.split(" ")).strip() for line in lines).strip()


def _collect(node: Node, parts: list[str]) -> None:
    for one in node.inside:
        if isinstance(one, str):
            parts.append(" ".join(one.split()) if one.strip() else " " if one else "")
            if one[:1].isspace() and one.strip():
                parts[-1] = " " + parts[-1]
            if one[-1:].isspace() and one.strip():
                parts[-1] += " "
        elif one.tag == "br":
            parts.append("\n")
        elif one.tag not in ("script", "style"):
            block = one.tag in _BLOCKS and bool(parts) and not parts[-1].endswith("\n")
            parts.extend(["\n"] if block else [])
            _collect(one, parts)
            parts.extend(["\n"] if one.tag in _BLOCKS else [])


class _Reader(HTMLParser):
    """Gathers the trees; `ready` has those that are complete."""

    def __init__(self, wanted: Callable[[str, frozenset[str]], bool], style: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ready: list[Node] = []
        self._wanted = wanted
        self._style = style
        self._stack: list[Node] = []
        self._nodes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self._stack and self._stack[-1].tag == "p" and tag in _END_PARAGRAPHS:
            self.handle_endtag("p")
        if not self._stack and not self._is_wanted(tag, attributes):
            return
        self._nodes = self._nodes + 1 if self._stack else 1
        node = Node(tag, attributes, self.getpos()[0])
        if self._nodes > _MOST_NODES:
            self.ready.append(self._stack[0])
            raise ValueError(f"the element of line {self._stack[0].line} has more than {_MOST_NODES:,} parts")
        if self._stack:
            self._stack[-1].inside.append(node)
        if tag in _VOID:
            if not self._stack:
                self.ready.append(node)
        elif len(self._stack) < _DEEPEST:
            self._stack.append(node)

    def _is_wanted(self, tag: str, attributes: dict[str, str]) -> bool:
        if self._style and self._style in "".join(attributes.get("style", "").lower().split()):
            return True
        return self._wanted(tag, frozenset(attributes.get("class", "").split()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        place = next((at for at in range(len(self._stack) - 1, -1, -1) if self._stack[at].tag == tag), None)
        if place is None:
            return
        top = self._stack[0]
        del self._stack[place:]
        if not self._stack:
            self.ready.append(top)

    def handle_data(self, data: str) -> None:
        if self._stack:
            self._stack[-1].inside.append(data)

    def end(self) -> None:
        """The page is over: what is still open is as complete as it gets."""
        self.close()
        if self._stack:
            self.ready.append(self._stack[0])
            self._stack = []


def elements(stream: BinaryIO, wanted: Callable[[str, frozenset[str]], bool], *, style: str = "") -> Iterator[Node]:
    """The outermost elements for whose (tag, classes) `wanted` says yes, in the order of the page, which is UTF-8.

    Where pages tell their parts by style alone, also those whose attribute `style` has these words, small letters
    without spaces: "background:#f2f2f2".
    Raises ValueError for what the parser of pages cannot get through, and for an element of more than 50,000 parts.
    """
    reader = _Reader(wanted, style)
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    while data := stream.read(_PIECE):
        yield from _found(reader, decoder.decode(data))
    yield from _found(reader, decoder.decode(b"", final=True), last=True)


def _found(reader: _Reader, text: str, *, last: bool = False) -> Iterator[Node]:
    """What is complete behind this text. Where it cannot be read on, what came before is given first."""
    try:
        reader.feed(text)
        if last:
            reader.end()
    except (ValueError, AssertionError) as error:  # AssertionError: the standard library's, for broken declarations
        yield from reader.ready
        raise ValueError(f"the page cannot be read on: {error}") from error
    yield from reader.ready
    reader.ready = []
