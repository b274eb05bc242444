"""Whether the first bytes of a file are text, and which of the textual formats it is.

References: RFC 5322 and RFC 4155 (mail), RFC 6350, RFC 5545, RFC 8259, the XML and HTML recommendations.
"""

from __future__ import annotations

import json
import re
from typing import Final

from parsers import signature_table as table

_UTF8_BOM: Final = b"\xef\xbb\xbf"
# Bytes that a text does not hold: control characters other than tab, line ends, form feed, escape, Ctrl-Z.
_TEXT_BYTES: Final = bytes(set(range(0x20, 0x100)) - {0x7F} | set(b"\t\n\r\f\x1b\x1a\b"))
_ASCII_TEXT: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r\f"
# Latin-1 letters and signs, and what Windows-1252 adds that people type: the euro, quotes, dashes, the ellipsis.
_LATIN: Final = bytes(range(0xA0, 0x100)) + b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99"
_CONTROL_SAMPLE: Final = 512
_LONG_ENOUGH: Final = 200
_ONE_BAD_IN: Final = 60
# What a mail may begin with. Two of them among its first lines make a mail of a text.
_MAIL_HEADERS: Final = frozenset(
    b"from to cc bcc date subject received return-path delivered-to message-id mime-version sender reply-to in-reply-to"
    b" references content-type envelope-to list-unsubscribe dkim-signature authentication-results".split()
)
_HEADER: Final = re.compile(
    rb"^(?:From|To|Cc|Date|Subject|Received|Return-Path|Message-I[dD]|MIME-Version|Content-Type)[ \t]*:", re.MULTILINE
)
_MBOX: Final = re.compile(rb"From \S+[^\r\n]{0,80}\d\d:\d\d[^\r\n]{0,80}\r?\n")
_JSON_OPENS: Final = re.compile(rb'(?:\{\s*(?:"|\}\s*\Z)|\[\s*(?:["{\[]|\]\s*\Z))')
_XML_NAME: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def text_type(head: bytes, size: int) -> str | None:
    """The media type of a text from its first bytes, or None where they are not text."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf16_type(head)
    if b"\x00" in head:
        return table.TEXT if _is_marred(head) else None
    if head[:_CONTROL_SAMPLE].translate(None, _TEXT_BYTES):
        return None
    if head.isascii() or _is_utf8(head, size) or _is_latin(head):
        return _kind_of_text(head, size)
    return table.TEXT if _is_marred(head) else None


def _is_utf8(head: bytes, size: int) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The end of the head may cut a character in two.
        return size > len(head) and error.start >= len(head) - 3 and error.reason == "unexpected end of data"
    return True


def _is_marred(head: bytes) -> bool:
    """A longer text in which a few bytes are bad: somebody sent a NUL, or half a character. A chat stays a chat."""
    if len(head) < _LONG_ENOUGH or head.replace(b"\x00", b"").translate(None, _TEXT_BYTES):
        return False
    bad = head.count(b"\x00") + head.decode("utf-8", "replace").count("\ufffd")
    return bad * _ONE_BAD_IN <= len(head)


def _utf16_type(head: bytes) -> str | None:
    try:
        text = head[: len(head) & ~1].decode("utf-16")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return None
        text = head[: error.start].decode("utf-16")
    return table.TEXT if not any(char < " " and char not in "\t\n\r\f" for char in text) else None


def _is_latin(head: bytes) -> bool:
    """One byte a character is only believed where most of it is plain ASCII and no byte is an unlikely one."""
    beyond_ascii = head.translate(None, _ASCII_TEXT)
    return len(beyond_ascii) * 4 <= len(head) and not beyond_ascii.translate(None, _LATIN)


def _kind_of_text(head: bytes, size: int) -> str:
    start = head.removeprefix(_UTF8_BOM).lstrip()
    first = start[:1]
    if first == b"<":
        return _markup_type(head)
    if first in (b"{", b"["):
        return "application/json" if _opens_json(start, head, size) else table.TEXT
    if first in (b"B", b"b"):
        opening = start[:15].upper()
        if opening.startswith(b"BEGIN:VCARD"):
            return "text/vcard"
        if opening.startswith(b"BEGIN:VCALENDAR"):
            return "text/calendar"
    if first == b"-" and start.startswith(b"-----BEGIN "):
        return "application/x-pem-file"
    if first == b"F" and _MBOX.match(start):
        return "application/mbox"
    return "message/rfc822" if _opens_mail(start) else table.TEXT


def _opens_mail(start: bytes) -> bool:
    name = start[:40].partition(b":")[0].rstrip().lower()
    if name not in _MAIL_HEADERS and not name.startswith((b"x-", b"arc-")):
        return False
    one = _HEADER.search(start)
    return one is not None and _HEADER.search(start, one.end()) is not None


def _opens_json(start: bytes, head: bytes, size: int) -> bool:
    if _JSON_OPENS.match(start):
        return True
    # "[12/05/2020, …" opens a chat export and "[12, 5]" a JSON file: a list of numbers is believed when it is whole.
    if size > len(head):
        return False
    try:
        json.loads(head.removeprefix(_UTF8_BOM))
    except (ValueError, RecursionError):
        return False
    return True


def _markup_type(head: bytes) -> str:
    start = head.removeprefix(_UTF8_BOM).lstrip()
    lowered = start[:64].lower()
    if lowered.startswith(table.HTML_STARTS):
        return "text/html"
    root = _root_element(start)
    known = table.XML_ROOTS.get(root.lower()) if root else None
    if known:
        return known
    return "text/xml" if lowered.startswith(b"<?xml") else table.TEXT


def _root_element(text: bytes) -> bytes | None:
    """The name of the first element after declarations and comments, or None where the head does not reach it."""
    place = 0
    while (place := text.find(b"<", place)) >= 0:
        if name := _XML_NAME.match(text, place):
            return name[1]
        closing = b"-->" if text.startswith(b"<!--", place) else b"?>" if text.startswith(b"<?", place) else b">"
        after = text.find(closing, place)
        if after < 0:
            return None
        place = after + len(closing)
    return None
