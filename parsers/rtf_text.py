"""The words of a text in RTF, also in the compressed form in which Outlook keeps bodies.

References:
- Microsoft, [MS-OXRTFCP] (compression), [MS-OXRTFEX] (HTML within RTF), Rich Text Format Specification 1.9.1
"""

from __future__ import annotations

import re
import struct
from typing import Final

from parsers.html_text import html_text
from parsers.mail_header import decoded

_MOST: Final = 64 << 20
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_FROM_HTML, _HEAD = b"\\fromhtml", 1024
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_SILENT: Final = frozenset(
    [b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator", b"xmlns"]
)
_SIGNS: Final = {
    b"par": "\n", b"line": "\n", b"sect": "\n\n", b"page": "\n\n", b"row": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”",
}  # fmt: skip


def decompressed(data: bytes) -> bytes:
    """RTF from its compressed form. Raises ValueError for what is none."""
    if len(data) < 16:
        raise ValueError("too short for compressed RTF")
    size, raw_size, kind = struct.unpack_from("<II4s", data)
    if kind == _PLAIN:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED:
        raise ValueError("neither of the two kinds of compressed RTF")
    ring = bytearray(4096)
    ring[: len(_DICTIONARY)] = _DICTIONARY
    place, at, end = len(_DICTIONARY), 16, min(len(data), size + 4)
    out = bytearray()
    most = min(raw_size, _MOST)
    while at < end and len(out) < most:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not control >> bit & 1:
                ring[place] = data[at]
                out.append(data[at])
                place, at = (place + 1) % 4096, at + 1
                continue
            reference = int.from_bytes(data[at : at + 2], "big")
            start, length = reference >> 4, (reference & 15) + 2
            at += 2
            if start == place:
                return bytes(out)
            for offset in range(length):
                byte = ring[(start + offset) % 4096]
                ring[place] = byte
                out.append(byte)
                place = (place + 1) % 4096
    return bytes(out)


def rtf_text(rtf: bytes) -> str:
    """The words, a line for each paragraph; of HTML within RTF the words that a browser shows. Never raises."""
    text = _Reader().text(rtf)
    return html_text(text) if _FROM_HTML in rtf[:_HEAD] else text


class _Reader:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._bytes = bytearray()
        self._codec = "cp1252"
        self._skip = 0  # characters that stand for one that was given by its number
        self._after_unicode = 1
        self._silent = False
        self._stack: list[tuple[bool, int]] = []

    def text(self, rtf: bytes) -> str:
        group_begins = hidden = False
        for match in _TOKEN.finditer(rtf):
            word, number, code, sign, brace, plain = match.groups()
            if brace == b"{":
                self._stack.append((self._silent, self._after_unicode))
                group_begins = True
                continue
            if brace == b"}":
                self._silent, self._after_unicode = self._stack.pop() if self._stack else (False, 1)
            elif sign == b"*" and group_begins:
                self._silent = True
            elif word == b"htmlrtf":
                hidden = number != b"0"
            elif word == b"htmltag":
                self._silent = hidden = False  # a piece of the page as it was
            elif word in _SILENT and group_begins:
                self._silent = True
            elif not hidden and not self._silent:
                self._put(word, number, code, sign, plain)
            group_begins = False
        self._flush()
        lines = (line.rstrip() for line in "".join(self._out).replace("\x00", "").split("\n"))
        return "\n".join(lines).strip("\n")

    def _put(
        self, word: bytes | None, number: bytes | None, code: bytes | None, sign: bytes | None, plain: bytes | None
    ) -> None:
        if plain is not None:
            self._bytes += plain[self._skip :]
            self._skip = max(self._skip - len(plain), 0)
        elif code is not None:
            if self._skip:
                self._skip -= 1
            else:
                self._bytes.append(int(code, 16))
        elif sign is not None:
            self._put_sign(sign)
        elif word is not None:
            self._put_word(word, number)

    def _put_sign(self, sign: bytes) -> None:
        if sign in b"\\{}":
            self._bytes += sign
        elif sign in b"~_":
            self._bytes += b" " if sign == b"~" else b"-"
        elif sign in b"\r\n":
            self._add("\n")

    def _put_word(self, word: bytes, number: bytes | None) -> None:
        if word == b"u" and number is not None:
            self._add(chr(int(number) % 0x10000))
            self._skip = self._after_unicode
        elif word == b"uc" and number is not None:
            self._after_unicode = min(max(int(number), 0), 16)
        elif word == b"ansicpg" and number is not None:
            self._codec = "utf-8" if number == b"65001" else f"cp{int(number)}"
        elif word in _SIGNS:
            self._add(_SIGNS[word])

    def _add(self, text: str) -> None:
        self._flush()
        self._out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(decoded(bytes(self._bytes), self._codec)[0])
            self._bytes.clear()
