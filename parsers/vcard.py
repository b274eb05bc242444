"""Contact cards: versions 2.1, 3.0 and 4.0, line by line, so that one broken card costs only itself.

References:
- versit, vCard 2.1; RFC 2426 (3.0); RFC 6350 (4.0); RFC 6868 (signs within parameters)
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from parsers.mail_header import base64_bytes, decoded
from parsers.text_lines import lines

_LONGEST_LINE: Final = 32 << 20
_MOST: Final = 64 << 20  # bytes of one card
_PIECE: Final = re.compile(rb'[^";:]++|"[^"]*+"')  # of a name or parameter: signs in quotes do not end it
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/=]*")
_AROUND: Final = (b"BEGIN:VCARD", b"END:VCARD")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SIGNS: Final = {"n": "\n", "N": "\n", ",": ",", ";": ";", ":": ":", "\\": "\\"}
_CARET: Final = re.compile(r"\^(['n^])")
_CARETS: Final = {"'": '"', "n": "\n", "^": "^"}
# How Samsung writes a label that somebody made up: X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=C3=A9)
_OWN_LABEL: Final = re.compile(
    rb"X-CUSTOM\(CHARSET=([\w.-]{1,40}),ENCODING=QUOTED-PRINTABLE,(.*)\)", re.IGNORECASE | re.DOTALL
)
_ENCODINGS: Final = frozenset(["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B"])


class Property(NamedTuple):
    """A line of a card: `group` before its name ("item1"), parameters by upper-case name, `value` as stored.

    A line that is none has the name "" and stands in `value` as a whole.
    """

    group: str
    name: str
    parameters: dict[str, list[str]]
    value: bytes

    @property
    def encoding(self) -> str:
        """ "QUOTED-PRINTABLE", "BASE64", or "" for plain."""
        named = (self.parameters.get("ENCODING") or [""])[0].upper()
        return "BASE64" if named == "B" else named if named in ("QUOTED-PRINTABLE", "BASE64") else ""

    @property
    def types(self) -> list[str]:
        """What it is used for, in lower case: "home", "cell"."""
        return [word.lower() for value in self.parameters.get("TYPE", []) for word in value.split(",") if word]

    def data(self) -> bytes:
        """The bytes of the value, as they were before they were encoded."""
        if self.encoding == "BASE64":
            return base64_bytes(self.value)
        return binascii.a2b_qp(self.value) if self.encoding == "QUOTED-PRINTABLE" else self.value

    def stored(self) -> tuple[str, bool]:
        """(text with its escapes in it, whether it is valid in its charset)."""
        return decoded(self.data(), (self.parameters.get("CHARSET") or [""])[0])

    def text(self) -> str:
        """The value as one text."""
        return _plain(self.stored()[0])

    def parts(self) -> list[str]:
        """The values that stand between semicolons."""
        return [_plain(part) for part in _between(self.stored()[0], ";")]


class Card(NamedTuple):
    """`line` is where it begins, counted from 1; `problem` says why it is not whole."""

    line: int
    properties: list[Property]
    problem: str = ""


def cards(stream: BinaryIO) -> Iterator[Card]:
    """The cards in stored order; one that stands in another one's AGENT comes before it. Never raises for the bytes."""
    stack: list[tuple[int, list[Property]]] = []
    for line, data in _logical(stream):
        made = _property(data)
        if made is None:
            if stack and data.strip():
                stack[-1][1].append(Property("", "", {}, data))
            continue
        word = made.value.strip().upper() if made.name in ("BEGIN", "END") else b""
        if made.name == "BEGIN" and word == b"VCARD":
            inner = stack and stack[-1][1] and stack[-1][1][-1].name == "AGENT"
            if stack and not inner:
                yield Card(*stack.pop(), "it does not end before the next begins")
            stack.append((line, []))
        elif made.name == "END" and word == b"VCARD":
            if stack:
                yield Card(*stack.pop())
        elif stack:
            stack[-1][1].append(made)
    while stack:
        yield Card(*stack.pop(), "the file ends inside it")


def _logical(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number of the first, line) with the lines that go on in the next put together."""
    held: list[bytes] = []
    begun = size = 0
    soft = base64 = False
    for number, line in enumerate(lines(stream, _LONGEST_LINE), start=1):
        soft = soft and line.strip().upper() not in _AROUND  # a "=" too many would take the end of the card
        bare = line.strip() if base64 else line
        goes_on = bool(held) and (soft or line[:1] in (b" ", b"\t") or (base64 and _BASE64_LINE.fullmatch(bare)))
        if goes_on and soft:
            held[-1] = held[-1][:-1]
            held.append(line)
        elif goes_on:
            held.append(bare if base64 else line[1:])
        else:
            if held:
                yield begun, b"".join(held)
            held, begun, size = [line], number, 0
            head = line.partition(b":")[0].upper()
            base64 = b"BASE64" in head or b"ENCODING=B" in head
        size += len(line)
        quoted = b"QUOTED-PRINTABLE" in held[0].partition(b":")[0].upper()
        soft = quoted and line.endswith(b"=")
        if size > _MOST:
            yield begun, b"".join(held)
            held, soft, base64 = [], False, False
    if held:
        yield begun, b"".join(held)


def _property(line: bytes) -> Property | None:
    """A line as a property; None for what is none."""
    end = _end_of_part(line, 0)
    name, at, parameters = line[:end].strip(), end, dict[str, list[str]]()
    while at < len(line) and line[at : at + 1] == b";":
        end = _end_of_part(line, at + 1)
        _parameter(line[at + 1 : end], parameters)
        at = end
    if line[at : at + 1] != b":" or not name:
        return None
    group, _, last = name.rpartition(b".")
    return Property(decoded(group, "")[0], decoded(last, "")[0].upper(), parameters, line[at + 1 :])


def _end_of_part(line: bytes, at: int) -> int:
    while piece := _PIECE.match(line, at):
        at = piece.end()
    return at


def _parameter(stored: bytes, parameters: dict[str, list[str]]) -> None:
    if own := _OWN_LABEL.fullmatch(stored.strip()):
        parameters.setdefault("TYPE", []).append(decoded(binascii.a2b_qp(own[2]), own[1].decode("ascii"))[0])
        return
    name, equals, value = decoded(stored, "")[0].partition("=")
    if not equals:  # of version 2.1, where the name goes without saying
        name, value = ("ENCODING" if name.strip().upper() in _ENCODINGS else "TYPE"), name
    found = _CARET.sub(lambda match: _CARETS[match[1]], value.strip().replace('"', ""))
    if found:
        parameters.setdefault(name.strip().upper(), []).append(found)


def _between(text: str, mark: str) -> list[str]:
    """What stands between marks that are not escaped."""
    found, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == mark:
            found.append(text[start:at])
            start = at + 1
        at += 1
    return [*found, text[start:]]


def _plain(text: str) -> str:
    """Without escapes; line ends as "\\n"."""
    found = _ESCAPED.sub(lambda match: _SIGNS.get(match[1], match[0]), text)
    return found.replace("\r\n", "\n").replace("\r", "\n").strip()
