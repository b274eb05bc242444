"""The header of a letter: its fields, the characters they stand for, parameters, and who is in a list of addresses.

References:
- RFC 5322 (fields, addresses), RFC 2047 and RFC 2231 (encoded words and parameters), RFC 6532 (UTF-8)
"""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_PARAMETER: Final = re.compile(r'(?:;|\s(?=[Cc]harset=))\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_COMMENT: Final = re.compile(r"\s*\([^()]*\)")
_ESCAPED: Final = re.compile(r"\\(.)")
_MOST_ADDRESSES: Final = 10_000
# What programs write for what their bytes are.
_MEANT: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "x-windows-949": "cp949",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc-jp",
    "gb_2312-80": "gb18030",
    "utf8mb4": "utf-8",
}
_NUMBERED: Final = re.compile(r"(?:x-?)?(?:windows|win|cp|ibm)[-_]?(\d{3,4})")  # "x-cp1251", "cp-850", "windows1252"
_OF_NOTHING: Final = ("", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "default")
# Python has further codecs, which are no character sets of letters or not there on every system.
_CHARSETS: Final = re.compile(
    r"(?:utf|iso|cp\d|koi8|mac|big5|gb|euc|shift|hz|johab|tis|ptcp|kz1048|hp|latin)", re.IGNORECASE
)


class Field(NamedTuple):
    """A field of a header: `name` in lower case, `value` unfolded and otherwise as stored."""

    name: str
    value: bytes


class Mailbox(NamedTuple):
    """Somebody in a field of addresses: `address` "" where only a name stands there."""

    name: str | None
    address: str


def fields(block: bytes) -> list[Field]:
    """The fields of a header block, in stored order. What is no field is left out."""
    if b"\n" not in block:  # the line ends of old Macintosh programs
        block = block.replace(b"\r", b"\n")
    lines = _FOLD.sub(b"", block.removeprefix(b"\xef\xbb\xbf")).replace(b"\r\n", b"\n").split(b"\n")
    return [
        Field(match[1].decode("ascii").lower(), line[match.end() :].strip(b" \t"))
        for line in lines
        if (match := _FIELD.match(line))
    ]


def decoded(data: bytes, charset: str) -> tuple[str, bool]:
    """Bytes as text, and whether they are what their charset can be; without one (""), UTF-8 or Windows-1252."""
    name = charset.strip().strip("\"'").lower()
    codec = None if name in _OF_NOTHING else _codec(name)
    if codec is not None:
        try:
            return data.decode(codec), True
        except UnicodeError:
            return data.decode(codec, "replace"), False
    try:
        return data.decode(), True
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), name == ""


def known_charset(charset: str) -> bool:
    """Whether `decoded` knows it."""
    name = charset.strip().strip("\"'").lower()
    return name in _OF_NOTHING or _codec(name) is not None


@lru_cache(maxsize=256)
def _codec(name: str) -> str | None:
    numbered = _NUMBERED.fullmatch(name)
    meant = _MEANT.get(name, f"cp{numbered[1]}" if numbered else name)
    try:
        found = codecs.lookup(meant).name
    except (LookupError, ValueError):
        return None
    return found if _CHARSETS.match(found) else None


def as_text(value: bytes) -> str:
    """The value of a field with its encoded words still in it."""
    return decoded(value, "")[0]


def words(value: str) -> str:
    """Text with its encoded words (=?utf-8?B?…?=) as what they stand for."""
    if "=?" not in value:
        return value
    out: list[str] = []
    held: list[bytes] = []  # one character may begin in one word and end in the next
    charset, end = "", 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        named = match[1].partition("*")[0]
        joined = bool(held) and not between.strip()
        if not (joined and named.lower() == charset.lower()):
            out.append(decoded(b"".join(held), charset)[0])
            held = []
        if not joined:
            out.append(between)
        charset, end = named, match.end()
        held.append(_word_bytes(match[2], match[3]))
    out.append(decoded(b"".join(held), charset)[0])
    return "".join(out) + value[end:]


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
    return base64_bytes(text.encode("ascii", "ignore"))


_NO_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")


def base64_bytes(data: bytes) -> bytes:
    """What base64 stands for, whatever else is in it; an incomplete group at the end is dropped."""
    plain = _NO_BASE64.sub(b"", data)
    return binascii.a2b_base64(plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain + b"=" * (-len(plain) % 4))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """(the value in lower case, its parameters by lower-case name): "text/plain; charset=utf-8"."""
    first = _COMMENT.sub(" ", value.partition(";")[0]).strip().lower()
    if " " in first and "/" in first.partition(" ")[0]:
        first = first.partition(" ")[0]  # "text/plain charset=utf-8", where a mark is missing
    whole: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(value):
        name, text = match[1].lower(), match[2].strip()
        if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
            text = _ESCAPED.sub(r"\1", text[1:-1])
        elif text[:1] == '"':
            text = text[1:]  # which nothing closes
        elif name == "charset":
            text = _COMMENT.sub("", text).strip()
        base, star, rest = name.partition("*")
        if not star:
            whole.setdefault(name, words(text))
            continue
        number, encoded = rest.rstrip("*"), rest.endswith("*") or not rest
        if number.isdecimal() or not number:
            parts.setdefault(base, {}).setdefault(int(number[:4] or 0), (text, encoded))
    for base, listed in parts.items():
        whole[base] = _continued([listed[number] for number in sorted(listed)])
    return first, whole


def _continued(parts: list[tuple[str, bool]]) -> str:
    """A parameter in pieces, of which the first may name its charset: utf-8'en'%E2%82%AC."""
    charset, first = "", parts[0][0]
    if parts[0][1] and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    pieces = [(first, parts[0][1]), *parts[1:]]
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogatepass") for text, encoded in pieces
    )
    return decoded(data, charset)[0]


def mailboxes(value: str) -> list[Mailbox]:
    """Who stands in a field of addresses, in stored order: names, comments, groups, addresses alone, names alone."""
    found: list[Mailbox] = []
    name: list[str] = []
    comment: list[str] = []
    address: str | None = None
    for kind, text in [*_pieces(value), (",", "")]:
        if kind == "text":
            name.append(text)
        elif kind == "comment":
            comment.append(text)
        elif kind == "address":
            address = text
        elif kind == ":":
            name, comment = [], []  # the name of a group
        elif kind == ",":
            one = _mailbox("".join(name), " ".join(comment), address)
            if one is not None and len(found) < _MOST_ADDRESSES:
                found.append(one)
            name, comment, address = [], [], None
    return found


def _mailbox(name: str, comment: str, address: str | None) -> Mailbox | None:
    called = " ".join(words(name).split())
    said = words(comment).strip() or None
    if address is not None:
        return Mailbox(called or said, "".join(address.split()) if "@" in address else address.strip())
    if "@" in called and " " not in called:
        return Mailbox(said, called)
    return Mailbox(called, "") if called else None


_PLAIN: Final = re.compile(r"[^\"<(,;:=]+")


def _pieces(value: str) -> list[tuple[str, str]]:
    """Text, comments, addresses in angle brackets, and the marks between them."""
    found: list[tuple[str, str]] = []
    at, size = 0, len(value)
    while at < size:
        mark = value[at]
        if match := _PLAIN.match(value, at):
            found.append(("text", match[0]))
            at = match.end()
        elif mark == '"':
            text, at = _quoted(value, at + 1)
            found.append(("text", text))
        elif mark == "<":
            end = value.find(">", at)
            end = size if end < 0 else end
            found.append(("address", value[at + 1 : end].strip("<> ")))
            at = end + 1
        elif mark == "(":
            text, at = _comment(value, at + 1)
            found.append(("comment", text))
        elif mark == "=":
            encoded = _WORD.match(value, at)  # may hold commas
            found.append(("text", encoded[0] if encoded else mark))
            at = encoded.end() if encoded else at + 1
        else:
            found.append(("," if mark in ",;" else ":", ""))
            at += 1
    return found


def _quoted(value: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(value) and value[end] != '"':
        end += 2 if value[end] == "\\" else 1
    return _ESCAPED.sub(r"\1", value[at:end]), end + 1


def _comment(value: str, at: int) -> tuple[str, int]:
    depth, end = 1, at
    while end < len(value) and depth:
        if value[end] == "\\":
            end += 1
        elif value[end] in "()":
            depth += 1 if value[end] == "(" else -1
        end += 1
    return _ESCAPED.sub(r"\1", value[at : end - 1 if not depth else end]), end
