"""A letter as it goes over the wire: its header, and its body in parts, each with its bytes.

Bytes in, plain values out; nothing is refused. What is not as the standards ask for is read as far as it makes sense,
and told in `Part.faults`.

References:
- RFC 5322, RFC 2045 and RFC 2046 (parts and their encodings), RFC 2183 (content-disposition)
"""

from __future__ import annotations

import binascii
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from parsers.mail_header import Field, as_text, base64_bytes, decoded, fields, known_charset, parameters

DEEPEST: Final = 30  # parts in one another
MOST_PARTS: Final = 10_000
_END_OF_HEADER: Final = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r(?!\n)")
_FIELD_LINE: Final = re.compile(rb"^(?:[!-9;-~]{1,200}[ \t]*:|>?From )", re.MULTILINE)
_FIELD_END: Final = re.compile(rb"\n(?![ \t])")  # what is folded goes on
_UU: Final = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
_PLAIN: Final = ("", "7bit", "8bit", "binary", "8-bit", "7-bit", "7bits", "8bits")
_BASE64_ALPHABET: Final = re.compile(rb"[A-Za-z0-9+/=\s]*+")


@dataclass(slots=True)
class Part:
    """A part: `number` "" for the letter itself, then "1", "1.2"; `raw` its body as stored.

    `mime` is in lower case, "text/plain" where none is given. `children` are the parts of a multipart.
    """

    number: str
    header: list[Field]
    mime: str
    parameters: dict[str, str]
    disposition: str
    file_name: str | None
    encoding: str
    raw: bytes
    children: list[Part] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def text_of(self, name: str) -> str | None:
        """The value of the first field of that name, with its encoded words in it; None where there is none."""
        return next((as_text(one.value) for one in self.header if one.name == name), None)

    def describe(self) -> None:
        """Takes from the header what the part is."""
        if kind := self.text_of("content-type"):
            mime, self.parameters = parameters(kind)
            self.mime = mime if "/" in mime else self.mime
        names: dict[str, str] = {}
        if placed := self.text_of("content-disposition"):
            self.disposition, names = parameters(placed)
        self.file_name = names.get("filename") or self.parameters.get("name") or None
        self.encoding = parameters(self.text_of("content-transfer-encoding") or "")[0]

    def content(self) -> bytes:
        """The bytes of the body as they were before they were encoded for the way."""
        if self.encoding == "base64":
            if _BASE64_ALPHABET.fullmatch(self.raw) is None:
                self.faults.append("bytes that base64 does not have stand in it, and were passed over")
            return base64_bytes(self.raw)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.raw)
        if self.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return _uudecoded(self.raw, self.faults)
        if self.encoding not in _PLAIN:
            self.faults.append(f"its encoding is not known: {self.encoding[:60]}")
        return self.raw

    def text(self) -> str:
        """The body as text, line ends as "\\n"."""
        charset = self.parameters.get("charset", "")
        if not known_charset(charset):
            self.faults.append(f"its charset is not known: {charset[:60]}")
        words, valid = decoded(self.content(), charset)
        if not valid:
            self.faults.append(f"it is not valid {charset[:60]}")
        return words.replace("\r\n", "\n").replace("\r", "\n")

    def leaves(self) -> Iterator[Part]:
        """The parts that hold no others, in stored order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def read_message(data: bytes) -> Part:
    """The letter with all its parts. Never raises for what the bytes are."""
    if b"\r" in data and b"\n" not in data:  # the line ends of old Macintosh programs
        data = data.replace(b"\r", b"\n")
    whole = _Reader().part(data, "", "text/plain", 0)
    charsets = [name for part in whole.leaves() if (name := part.parameters.get("charset"))]
    _mend_headers(whole, next(iter(charsets), ""))
    return whole


def _mend_headers(part: Part, charset: str) -> None:
    """Old programs write the bytes of a header as they are: in the charset of the letter, or nobody knows which."""
    for child in part.children:
        _mend_headers(child, charset)
    odd = [place for place, one in enumerate(part.header) if not _is_utf8(one.value)]
    if not odd:
        return
    unknown = not charset or not known_charset(charset)
    for place in odd:
        name, value = part.header[place]
        text, valid = decoded(value, "" if unknown else charset)
        unknown |= not valid
        part.header[place] = Field(name, text.encode() if valid else value)
    part.describe()
    read_as = "Windows-1252" if unknown else f"{charset[:60]}, as its text is"
    part.faults.append(f"its header has bytes that are no UTF-8, and were read as {read_as}")


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Reader:
    def __init__(self) -> None:
        self._parts = 0

    def part(self, data: bytes, number: str, otherwise: str, depth: int) -> Part:
        self._parts += 1
        header, body = _split(data)
        loose = _loose(header)
        unparted = loose < len(header) and (loose > 0 or number != "")
        if unparted:
            header, body = header[:loose], data[loose:]
        made = _part(header, body, number, otherwise)
        if unparted:
            made.faults.append("no blank line stands between its header and its body")
        if not made.mime.startswith("multipart/"):
            return made
        boundary = made.parameters.get("boundary", "")
        if depth >= DEEPEST or self._parts >= MOST_PARTS:
            made.faults.append("more parts in one another, or in all, than are read")
        elif pieces := _pieces(body, boundary.rstrip(" "), made.faults):
            inner = "message/rfc822" if made.mime == "multipart/digest" else "text/plain"
            for place, piece in enumerate(pieces, start=1):
                if self._parts >= MOST_PARTS:
                    made.faults.append(f"more than {MOST_PARTS} parts")
                    break
                made.children.append(self.part(piece, f"{number}.{place}".lstrip("."), inner, depth + 1))
        return made


def _split(data: bytes) -> tuple[bytes, bytes]:
    """(header, body): the blank line stands between them."""
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        return b"", data.partition(b"\n")[2]
    match = _END_OF_HEADER.search(data)
    return (data, b"") if match is None else (data[: match.start()], data[match.end() :])


def _loose(header: bytes) -> int:
    """Where the lines at the end of a header begin that are no fields; its length where it ends in a field."""
    last = deque(_FIELD_LINE.finditer(header), maxlen=1)  # of what may be a whole letter: not all are kept
    if not last:
        return 0
    end = _FIELD_END.search(header, last[0].end())
    return len(header) if end is None else end.end()


def _part(header: bytes, body: bytes, number: str, otherwise: str) -> Part:
    listed = fields(header)
    made = Part(number, listed, otherwise, {}, "", None, "", body)
    made.describe()
    return made


def _pieces(body: bytes, boundary: str, faults: list[str]) -> list[bytes]:
    """What stands between the lines of the boundary."""
    if not boundary:
        faults.append("it names no boundary between its parts")
        return []
    mark = re.escape(boundary.encode("utf-8", "surrogatepass"))
    lines = re.compile(rb"(?:\A|\r?\n)--" + mark + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
    found: list[bytes] = []
    start: int | None = None
    at = 0
    while (match := lines.search(body, at)) is not None:
        if start is not None:
            found.append(body[start : match.start()])
        start = match.end()
        if match[1]:
            return found
        # The line end of this boundary may be that before the next.
        at = match.end() - (1 if body[match.end() - 1 : match.end()] == b"\n" else 0)
    if start is None:
        faults.append("the boundary between its parts does not stand in it")
        return []
    faults.append("its last part has no end")
    return [*found, body[start:]]


def _uudecoded(raw: bytes, faults: list[str]) -> bytes:
    """Bytes between "begin 644 name" and "end"."""
    match = _UU.search(raw)
    out = []
    for line in raw[match.end() if match else 0 :].splitlines():
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            try:  # some programs write more than the first character says
                out.append(binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3 + 1]))
            except binascii.Error:
                faults.append("a line of it is no uuencoding, and was passed over")
    return b"".join(out)
