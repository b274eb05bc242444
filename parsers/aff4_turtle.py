"""The statements of an AFF4 container, as they stand in its `information.turtle`.

References:
- W3C, "RDF 1.1 Turtle" (what AFF4 writers use of it: no statements inside others)
- "AFF4 Standard v1.0", storage information model
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_TEXT: Final = 64 << 20
MOST_STATEMENTS: Final = 4_000_000
TYPE: Final = "type"
_TOKEN: Final = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<iri><[^<>\n]*>)
    |(?P<text>\"\"\"(?:[^"\\]|\\.|"{1,2}(?!"))*\"\"\"|\"(?:[^"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')
    |(?P<prefix>@prefix|@base|(?i:PREFIX|BASE)(?=\s))
    |(?P<language>@[A-Za-z][A-Za-z0-9-]*)
    |(?P<typed>\^\^)
    |(?P<mark>[.;,\[\]()])(?!\d)
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w:]))
    |(?P<name>(?:[\w%-](?:[\w.%-]*[\w%-])?)?:(?:(?:[\w%:/-]|\\.)(?:(?:[\w.%:/-]|\\.)*(?:[\w%:/-]|\\.))?)?)
    |(?P<word>[A-Za-z]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


class Term(NamedTuple):
    """What is said of something: a URI, or a text with the URI of its type ("" where it has none)."""

    value: str
    is_uri: bool
    datatype: str = ""


Graph = dict[str, dict[str, list[Term]]]


def local_name(uri: str) -> str:
    """The last part of a URI of a vocabulary: "ImageStream" of "http://aff4.org/Schema#ImageStream"."""
    return uri.rpartition("#")[2] if "#" in uri else uri.rpartition("/")[2]


def property_name(uri: str) -> str:
    """A property by its last part in small letters: what was "chunk_size" before version 1.0 is "chunksize" too."""
    return local_name(uri).replace("_", "").lower()


def read_turtle(text: str) -> Graph:
    """What is said of each subject, by property name (`type` for what it is). Raises ValueError with one clear line."""
    if len(text) > MOST_TEXT:
        raise ValueError(f"information.turtle of {len(text)} characters is too long to be read")
    return _Reader(text).graph


class _Reader:
    def __init__(self, text: str) -> None:
        self.graph: Graph = {}
        self._prefixes = {"aff4": "http://aff4.org/Schema#"}
        self._tokens = _tokens(text)
        self._count = 0
        for kind, value, at in self._tokens:
            if kind == "prefix":
                self._prefix(value, at)
            elif (kind, value) not in (("mark", "."), ("mark", "]")):
                self._subject(kind, value, at)

    def _next(self) -> tuple[str, str, int]:
        return next(self._tokens, ("end", "", -1))

    def _prefix(self, word: str, at: int) -> None:
        kind, name, _ = self._next()
        if "base" in word.lower():
            return
        if kind != "name" or not name.endswith(":"):
            raise ValueError(f"information.turtle: no prefix is named at character {at}")
        kind, uri, _ = self._next()
        if kind != "iri":
            raise ValueError(f"information.turtle: the prefix at character {at} has no URI")
        self._prefixes[name[:-1]] = uri[1:-1]

    def _subject(self, kind: str, value: str, at: int) -> None:
        if (kind, value) == ("mark", "["):
            self._skip(at)
            about: dict[str, list[Term]] = {}
        else:
            about = self.graph.setdefault(self._uri(kind, value, at), {})
        kind, value, at = self._next()
        while kind != "end" and (kind, value) != ("mark", "."):
            if (kind, value) == ("mark", ";"):
                kind, value, at = self._next()
                continue
            name = TYPE if (kind, value) == ("word", "a") else property_name(self._uri(kind, value, at))
            kind, value, at = self._objects(about.setdefault(name, []))

    def _objects(self, found: list[Term]) -> tuple[str, str, int]:
        """Reads what is said with one property; the token that follows."""
        kind, value, at = self._next()
        while True:
            self._count += 1
            if self._count > MOST_STATEMENTS:
                raise ValueError(f"information.turtle makes more than {MOST_STATEMENTS} statements")
            after = self._object(found, kind, value, at)
            if after[:2] != ("mark", ","):
                return after
            kind, value, at = self._next()

    def _object(self, found: list[Term], kind: str, value: str, at: int) -> tuple[str, str, int]:
        if (kind, value) in (("mark", "["), ("mark", "(")):
            self._skip(at)
            return self._next()
        if kind in ("number", "word"):
            found.append(Term(value, False))
            return self._next()
        if kind != "text":
            found.append(Term(self._uri(kind, value, at), True))
            return self._next()
        content = _unescaped(value[3:-3] if value.startswith('"""') else value[1:-1])
        after = self._next()
        if after[0] == "typed":
            kind, value, at = self._next()
            found.append(Term(content, False, self._uri(kind, value, at)))
            return self._next()
        found.append(Term(content, False))
        return self._next() if after[0] == "language" else after

    def _skip(self, at: int) -> None:
        """Passes over what is said of something without a name, or a list."""
        deep = 1
        while deep:
            kind, value, _ = self._next()
            if kind == "end":
                raise ValueError(f"information.turtle: what begins at character {at} has no end")
            if kind == "mark":
                deep += (value in "[(") - (value in "])")

    def _uri(self, kind: str, value: str, at: int) -> str:
        if kind == "iri":
            return _unescaped(value[1:-1])
        prefix, colon, rest = value.partition(":")
        if kind != "name" or not colon or (prefix not in self._prefixes and prefix != "_"):
            raise ValueError(f"information.turtle: {value[:40]!r} at character {at} is no name")
        return f"_:{rest}" if prefix == "_" else self._prefixes[prefix] + _unescaped(rest)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise ValueError(f"information.turtle cannot be read at character {at}: {text[at : at + 20]!r}")
        if match.lastgroup is not None:
            yield match.lastgroup, match[0], at
        at = match.end()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _escape(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _PLAIN.get(match[3], match[3])
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x11_0000 else "\ufffd"
